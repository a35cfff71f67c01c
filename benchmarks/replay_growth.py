"""How does the cost of a replay grow, from ten thousand events to a million?

A synthetic history is replayed as it is made, by one policy, on one core, into a file, with
checkpoints: `python benchmarks/replay_growth.py 10000 100000 1000000`. For each size: events in a
second of CPU time, the cost against the first size, entries written, the crowd of the most
contested opportunity, and the peak of memory of a process of its own.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from dealreg.facts.events import Event, EventKind
from dealreg.history import replay_into
from dealreg.testing import synthetic_events, synthetic_known, synthetic_policy

SEED = 2026


def counted(
    events: Iterable[Event], crowds: Counter[str], deals: dict[str, str]
) -> Iterator[Event]:
    """The events, and on the way how many each opportunity has."""
    for event in events:
        if event.kind is EventKind.SUBMITTED:
            deals[event.about] = str(event.facts["opportunity_id"])
        crowds[deals.get(event.about, event.about)] += 1
        yield event


def measure(events: int) -> dict[str, float]:
    """One replay in this process."""
    crowds: Counter[str] = Counter()
    told = counted(synthetic_events(SEED, events=events), crowds, {})
    with tempfile.TemporaryDirectory() as folder:
        begun = time.process_time()
        ran = replay_into(
            synthetic_policy(),
            told,
            Path(folder, "told.jsonl"),
            known=synthetic_known(),
            checkpoint=Path(folder, "checkpoint.json"),
            every=max(events // 4, 1),
            progress=lambda count: print(f"\r{count:,} events", end="", file=sys.stderr),
        )
        seconds = time.process_time() - begun
    print(file=sys.stderr)
    return {
        "events": ran.events,
        "seconds": seconds,
        "entries": ran.entries,
        "crowd": crowds.most_common(1)[0][1],
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main() -> None:
    """Every size in a process of its own, and a table."""
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(int(sys.argv[2]))))
        return
    sizes = [int(size) for size in sys.argv[1:]] or [10_000, 100_000]
    rows = []
    for size in sizes:
        command = [sys.executable, __file__, "--one", str(size)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        rows.append(json.loads(done.stdout))
    print(
        "| events | CPU s | events/s | cost per event against the first | entries | busiest | MB |"
    )
    print("|---|---|---|---|---|---|---|")
    for row in rows:
        rate = row["events"] / row["seconds"]
        ratio = rows[0]["events"] / rows[0]["seconds"] / rate
        print(
            f"| {row['events']:,} | {row['seconds']:.0f} | {rate:,.0f} | {ratio:.2f} "
            f"| {row['entries']:,} | {row['crowd']:,} events | {row['peak_mb']:.0f} |"
        )


if __name__ == "__main__":
    main()
