"""Decides a table into a folder, and ends as it is told to. Not a test: others start it.

`python -m tests.unit.bulk.victim FOLDER HOW NUMBER`: `die` kills the process the NUMBER-th time
that a file is brought to disk or gets its name; `full` lets no file grow beyond NUMBER bytes;
`wait` says so when a part is decided, and goes on when the standard input ends.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from dealreg import DealregError
from dealreg.bulk import Progress, decide_files, files, scattering
from tests.unit.bulk.registrations import AT, READY


def counted(number: int) -> None:
    """Die with the so many-th file operation, before it."""
    left = number
    sync, replace = os.fsync, Path.replace

    def count() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def fsync(opened: Any) -> None:
        count()
        sync(opened)

    def renamed(path: Path, target: Any) -> Path:
        count()
        return replace(path, target)

    os.fsync, Path.replace = fsync, renamed  # type: ignore[method-assign, assignment]


def main(folder: str, how: str, number: int) -> int:
    """Decide, and say how it ended."""
    files._STRETCH, scattering._ROUND = 700, 300  # type: ignore[misc]
    tell = None
    match how:
        case "die":
            counted(number)
        case "full":
            import resource

            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (number, number))
        case _:

            def tell(_: Progress) -> None:
                sys.stdout.write("waiting\n")
                sys.stdout.flush()
                sys.stdin.read()

    try:
        decide_files(
            READY,
            Path(folder) / "table.parquet",
            Path(folder) / "out",
            at=AT,
            parts=3,
            progress=tell,
        )
    except (DealregError, OSError) as wrong:
        sys.stdout.write(f"{type(wrong).__name__}: {wrong}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
