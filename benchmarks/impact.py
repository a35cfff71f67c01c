"""What does it cost to see what a change of policy does to a year of registrations?

Registrations are written as Parquet files; `diff` compares two policies on them, from the file to
the report, each size in a process of its own: `python benchmarks/impact.py 100000 1000000`. For
each size: seconds, CPU seconds, the peak of memory, and what the two policies decide differently.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from registrations import AT, policy, written

from dealreg.impact import diff, sweep, with_parameter
from dealreg.rendering import report_impact

WINDOW = "contests[protection].window"
VALUES = ("0 days", "7 days", "14 days", "21 days", "28 days")


def compared(folder: Path) -> dict[str, float]:
    """A window of three weeks in place of one."""
    begun, cpu = time.perf_counter(), time.process_time()
    found = diff(policy(), with_parameter(policy(), WINDOW, "21 days"), folder, at=AT)
    report_impact(found, form="html")
    moved = sum(each.conflicts for each in found.moved)
    return {"rows": found.registrations, "moved": moved, **_cost(begun, cpu)}


def swept(folder: Path) -> dict[str, float]:
    """Five lengths of the window, each against today's."""
    begun, cpu = time.perf_counter(), time.process_time()
    found = sweep(policy(), WINDOW, VALUES, folder, at=AT)
    moved = sum(each.conflicts for point in found.points for each in point.impact.moved)
    return {"rows": found.points[0].impact.registrations, "moved": moved, **_cost(begun, cpu)}


def _cost(begun: float, cpu: float) -> dict[str, float]:
    return {
        "seconds": time.perf_counter() - begun,
        "cpu": time.process_time() - cpu,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def measured(what: str, folder: Path, rows: int) -> dict[str, float]:
    """One thing in a process of its own, whose memory nothing else has touched."""
    command = [sys.executable, __file__, "--one", what, str(folder), str(rows)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout or "{}")
    return found


def one(what: str, folder: Path, rows: int) -> None:
    """What a process of its own does."""
    if what == "write":
        written(folder, rows)
        return
    print(json.dumps((compared if what == "diff" else swept)(folder)))


def main() -> None:
    """Every size, and a table."""
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[100_000, 1_000_000])
    print("| | rows | s | CPU s | peak MB | conflicts that fare otherwise |")
    print("|---|---|---|---|---|---|")
    for rows in parser.parse_args().sizes:
        with tempfile.TemporaryDirectory() as name:
            measured("write", Path(name), rows)
            for what in ("diff", "sweep"):
                row = measured(what, Path(name), rows)
                print(
                    f"| {what} | {row['rows']:,} | {row['seconds']:.1f} | {row['cpu']:.1f} "
                    f"| {row['peak_mb']:,.0f} | {row['moved']:,} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
