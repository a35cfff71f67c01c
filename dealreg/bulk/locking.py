"""One run at a time in one folder: a file that the system locks for as long as the run lives.

The lock is the system's, not the file: whatever ends the process ends the lock, and the file that
stays behind stops nobody.
"""

import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from dealreg.errors import UsageError, shown

__all__ = ["alone_in"]

_NAME: Final = "lock"
_LONGEST: Final = 200


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """While this goes on, nobody else is in the folder.

    Raises:
        UsageError: somebody is.
    """
    path = folder / _NAME
    opened = _locked(path)
    try:
        os.truncate(opened, 0)
        os.write(opened, f"process {os.getpid()} on {platform.node()}\n".encode())
        yield
    finally:
        with suppress(PermissionError):  # some systems keep a file that is open
            path.unlink(missing_ok=True)
        os.close(opened)


def _locked(path: Path) -> int:
    while True:
        opened = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
        try:
            _lock(opened)
        except (BlockingIOError, PermissionError):
            whose = os.read(opened, _LONGEST).decode(errors="replace").strip()
            os.close(opened)
            raise _taken(path, whose) from None
        if _is_still(opened, path):
            return opened
        os.close(opened)  # who had it before removed it after it was opened here


def _lock(opened: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(opened, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_still(opened: int, path: Path) -> bool:
    """Whether the file that is open is the one that the path names."""
    try:
        return os.path.samestat(os.fstat(opened), path.stat())
    except FileNotFoundError:
        return False


def _taken(path: Path, whose: str) -> UsageError:
    return UsageError(
        f"another run is writing into this folder: {shown(whose or 'an unknown process')}",
        place=str(path),
        value=whose,
        hint="wait for it, or name another folder; the lock ends with that process, and only where "
        "a machine went down on a network drive does it help to remove the file",
    )
