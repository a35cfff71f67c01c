"""What does a table cost on Spark, start-up included, and does one crowded deal spoil it?

Registrations are written as Parquet files and decided by `on_spark` into others, in local mode on
two cores, each size in a process of its own: `python benchmarks/on_spark.py 1000000 10000000`. For
each size: seconds from before the start of Spark, how long of that Spark took to start, seconds of
CPU time of all processes, and the peak of memory of the largest Python worker. The last row has
one opportunity with all of a million registrations. Up to `--at-once` rows (1,000,000) the
standings are compared with those that `columnar` gives at once.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from registrations import AT, CROWD, policy, written

from dealreg import columnar
from dealreg.bulk import local_spark, on_spark

SEEN_EVERY = 0.2
PARENT = 1
CPU = slice(11, 15)
"""Where `stat` has the parent, and the times of a process and of those that it has waited for."""

SETTINGS = {
    "spark.driver.memory": "2g",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
}
CROWDED = 1_000_000


def decided(folder: Path) -> dict[str, float]:
    """Decided in this process, with how long Spark took to start."""
    begun, watch = time.perf_counter(), Watch()
    spark = local_spark(cores=2, settings=SETTINGS)
    spark.sparkContext.setLogLevel("ERROR")
    table = spark.read.parquet(str(folder / "in"))
    started = time.perf_counter() - begun
    on_spark(columnar(policy()), table, at=AT).standings.write.parquet(str(folder / "out"))
    seconds, cpu = time.perf_counter() - begun, watch.stop()
    spark.stop()
    return {"seconds": seconds, "start": started, "cpu": cpu, "peak_mb": watch.worker_mb}


class Watch:
    """What the processes under this one have used so far."""

    def __init__(self) -> None:
        self.ticks: dict[str, int] = {}
        self.worker_mb = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._over.wait(SEEN_EVERY):
            self.look()

    def look(self) -> None:
        """Look at all of them once."""
        parents: dict[str, str] = {}
        for process in sorted(Path("/proc").glob("[0-9]*"), key=lambda each: int(each.name)):
            try:
                after_name = (process / "stat").read_text("utf-8").rpartition(") ")[2].split()
                parents[process.name] = after_name[PARENT]
                if _is_under(process.name, parents):
                    self.ticks[process.name] = sum(map(int, after_name[CPU]))
                    self.worker_mb = max(self.worker_mb, _peak_of(process))
            except OSError:  # it has ended
                continue

    def stop(self) -> float:
        """No more watching; the seconds of CPU time."""
        self._over.set()
        self._thread.join()
        self.look()
        return sum(self.ticks.values()) / os.sysconf("SC_CLK_TCK")


def _is_under(pid: str, parents: dict[str, str]) -> bool:
    """Whether a process comes from this one; parents have lower numbers, and are seen before."""
    while pid in parents:
        if pid == str(os.getpid()):
            return True
        pid = parents[pid]
    return False


def _peak_of(process: Path) -> float:
    """The most memory that a Python worker had, in MB."""
    if b"pyspark.daemon" not in (process / "cmdline").read_bytes():
        return 0.0
    lines = (process / "status").read_text("utf-8").splitlines()
    return next((int(each.split()[1]) / 1024 for each in lines if each.startswith("VmHWM")), 0.0)


def same(folder: Path) -> bool:
    """Whether the standings are those that come out at once."""
    import polars as pl

    order = ["benefit", "registration_id"]
    here = columnar(policy()).standings(pl.read_parquet(folder / "in"), at=AT).sort(order)
    return here.equals(pl.read_parquet(folder / "out" / "*.parquet").sort(order))


def measured(what: str, folder: Path, rows: int, crowd: float) -> dict[str, float]:
    """One thing in a process of its own."""
    command = [sys.executable, __file__, "--one", what, str(folder), str(rows), str(crowd)]
    begun = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout or "{}")
    return {**found, "all": time.perf_counter() - begun}


def one(what: str, folder: Path, rows: int, crowd: float) -> None:
    """What a process of its own does."""
    if what == "write":
        written(folder / "in", rows, crowd)
    else:
        print(json.dumps(decided(folder) if what == "spark" else {"same": same(folder)}))


def main() -> None:
    """Every size, and a table."""
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]))
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[1_000_000])
    parser.add_argument("--at-once", type=int, default=1_000_000)
    given = parser.parse_args()
    print("| rows | of one opportunity | s | of it start | CPU s | worker, peak MB | same |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for rows, crowd in [*((size, CROWD) for size in given.sizes), (CROWDED, 1.0)]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            measured("write", folder, rows, crowd)
            row = measured("spark", folder, rows, crowd)
            agree = ""
            if rows <= given.at_once:
                agree = "yes" if measured("same", folder, rows, crowd)["same"] else "NO"
        print(
            f"| {rows:,} | {crowd:.0%} | {row['seconds']:.1f} | {row['start']:.1f} "
            f"| {row['cpu']:.1f} | {row['peak_mb']:,.0f} | {agree} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
