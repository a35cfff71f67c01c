"""What does a table cost that does not fit in memory, from a million rows on?

Registrations are written as Parquet files, a million rows each, and decided by `decide_files` into
others, each size in a process of its own: `python benchmarks/out_of_core.py 1000000 10000000`. For
each size: rows a second, from Parquet to Parquet, and the peak of memory; for comparison the same
in memory, by `columnar` at once, as long as there are not more than `--at-once` rows (10,000,000).
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

from dealreg import columnar
from dealreg.bulk import Progress, decide_files


def by_parts(folder: Path) -> dict[str, float]:
    """Decided by parts, with how long the first pass took."""
    marks: dict[str, float] = {}

    def mark(progress: Progress) -> None:
        marks[progress.stage] = time.perf_counter()
        print(f"\r{progress.stage} {progress.done:,}", end="", file=sys.stderr)

    begun = time.perf_counter()
    made = decide_files(columnar(policy()), folder / "in", folder / "out", at=AT, progress=mark)
    print(file=sys.stderr)
    return {
        "rows": made.rows,
        "parts": len(made.standings),
        "parting": marks["parting"] - begun,
        "seconds": time.perf_counter() - begun,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def at_once(folder: Path) -> dict[str, float]:
    """Decided in memory: the least that it can cost."""
    import polars as pl

    begun = time.perf_counter()
    table = pl.scan_parquet(folder / "in" / "*.parquet")
    made = columnar(policy()).standings(table, at=AT).collect()
    made.write_parquet(folder / "once.parquet")
    return {
        "seconds": time.perf_counter() - begun,
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
        written(folder / "in", rows)
        return
    print(json.dumps((by_parts if what == "parts" else at_once)(folder)))


def main() -> None:
    """Every size, and a table."""
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[1_000_000])
    parser.add_argument("--at-once", type=int, default=10_000_000)
    given = parser.parse_args()
    print("| rows | parts | s | of it parting | rows/s | peak MB | at once, s | at once, peak MB |")
    print("|---|---|---|---|---|---|---|---|")
    for rows in given.sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            measured("write", folder, rows)
            row = measured("parts", folder, rows)
            once = measured("once", folder, rows) if rows <= given.at_once else None
        beside = f"{once['seconds']:.1f} | {once['peak_mb']:,.0f}" if once else "|"
        print(
            f"| {row['rows']:,} | {row['parts']} | {row['seconds']:.1f} | {row['parting']:.1f} "
            f"| {row['rows'] / row['seconds']:,.0f} | {row['peak_mb']:,.0f} | {beside} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
