"""What does one conflict cost in the engines that a user would think of?

All decide the conflicts of `scenario.py` by its policy, in one process, taking turns. Before
anything is timed each gives the answers of the reference on some thousands of untidy conflicts,
and on those that are timed. Each gets a conflict in the form it likes best, which is not timed.
Times are CPU time. Importing, making ready and memory are measured in a Python of their own.

    python benchmarks/one_conflict_peers.py [peer ...] [--checked 2000] [--rounds 9]
"""

import argparse
import gc
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

from peers import NAMES, Answer, Peer, peer
from results import cpu_time, most_memory, printed, save
from scenario import AT, POLICY, SIZES, deal, untidy_deals

from dealreg import Facts, Partner, Registration, Standing, decide

LEAST_SECONDS = 0.03
COMPARED = 4
FLOORS = ("by_hand_outcome", "by_hand")
Asked = Callable[[Any], Any]


def main() -> None:
    """Check, measure, print the tables and keep them."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("peers", nargs="*", default=NAMES)
    asked.add_argument("--checked", type=int, default=2_000)
    asked.add_argument("--rounds", type=int, default=9)
    asked.add_argument("--start", help=argparse.SUPPRESS)
    arguments = asked.parse_args()
    if arguments.start:
        _start(arguments.start)
        return
    names = list(dict.fromkeys((*FLOORS, *arguments.peers)))
    ready = {name: _ready(peer(name)) for name in names}
    _check_all(ready, arguments.checked)
    gc.disable()
    found = [row for size in SIZES for row in _taken_turns(ready, size, arguments.rounds)]
    save("one_conflict_peers", found)
    print(printed(_side_by_side(found)), end="\n\n")
    starts = [_started(name) for name in names]
    save("one_conflict_starts", starts)
    print(printed(starts))
    import_module("plots").draw_one_conflict(found)


def _side_by_side(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row for each peer: the least times, and the multiples of the floor at four."""
    rows: dict[str, dict[str, Any]] = {}
    for each in found:
        row = rows.setdefault(each["who"], {"who": each["who"]})
        row[f"{each['registrations']}: µs"] = each["µs, least"]
        if each["registrations"] == COMPARED:
            row |= {
                "median": each["µs, median"],
                "of by hand": each["of by hand"],
                "of by hand, explained": each["of by hand, explained"],
            }
    return list(rows.values())


def _ready(made: Peer) -> tuple[Peer, Asked]:
    return made, made.ready()


def _check_all(ready: Mapping[str, tuple[Peer, Asked]], count: int) -> None:
    """Everybody gives the answers of the reference."""
    answered = dict.fromkeys(ready, 0)
    for registrations, partners in (*untidy_deals(count), *map(deal, SIZES)):
        wanted = _by_reference(registrations, partners)
        for name, (made, ask) in ready.items():
            if made.most is not None and len(registrations) > made.most:
                continue
            answer = made.read(ask(made.form(registrations, partners)))
            parts = 4 if made.explains else 2
            short = tuple([each[:parts] for each in side] for side in wanted)
            assert tuple(answer) == short, (name, registrations, partners, answer, short)
            answered[name] += 1
    for name, number in answered.items():
        print(f"{name}: {number:,} conflicts as the reference decides them", file=sys.stderr)


def _by_reference(registrations: Sequence[Registration], partners: Mapping[str, Partner]) -> Answer:
    """The decision of the reference in the words of an answer."""
    facts = Facts(registrations=registrations, partners=partners.values())
    found = {(s.benefit, s.registration_id): s for s in decide(POLICY, facts, at=AT).standings}
    protection, special = (
        [_said(found[benefit, each.registration_id]) for each in registrations]
        for benefit in ("protection", "special_bid")
    )
    return protection, special


def _said(standing: Standing) -> tuple[Any, ...]:
    told = None
    if standing.code == "DUPLICATE_OTHER_PARTNER" and standing.margin is not None:
        told = ("tier", "score", "submitted_at").index(standing.margin.fact)
    return standing.kind.value, standing.code, standing.rival, told


def _taken_turns(
    ready: Mapping[str, tuple[Peer, Asked]], size: int, rounds: int
) -> list[dict[str, Any]]:
    registrations, partners = deal(size)
    forms = {
        name: made.form(registrations, partners)
        for name, (made, _) in ready.items()
        if made.most is None or size <= made.most
    }
    taken: dict[str, list[float]] = {name: [] for name in forms}
    for _ in range(rounds):
        for name, form in forms.items():
            made, ask = ready[name]
            taken[name].append((made.clock or _microseconds)(lambda a=ask, f=form: a(f)))
    floors = {name: min(taken[name]) for name in FLOORS}
    return [
        {
            "registrations": size,
            "who": ready[name][0].name,
            "µs, least": min(times),
            "µs, median": statistics.median(times),
            "of by hand": min(times) / floors["by_hand_outcome"],
            "of by hand, explained": min(times) / floors["by_hand"]
            if ready[name][0].explains
            else None,
        }
        for name, times in taken.items()
    ]


def _microseconds(call: Callable[[], object]) -> float:
    """The CPU time of one call: the mean of as many as fill a moment."""
    count, taken = 1, 0.0
    while True:
        begun = time.process_time()
        for _ in range(count):
            call()
        taken = time.process_time() - begun
        if taken >= LEAST_SECONDS:
            return taken / count * 1e6
        count *= 2


def _started(name: str) -> dict[str, Any]:
    """Importing and making ready, in a Python of its own; of this library the records too."""
    least = _least_of_three(__file__, "--start", name)
    if name.startswith("dealreg_"):
        more = _least_of_three("-c", f"import sys; sys.path[:] = {sys.path!r}\n{_OWN_IMPORT}")
        least |= {what: least[what] + more[what] for what in more}
    return least


def _least_of_three(*arguments: str) -> dict[str, Any]:
    said = [
        json.loads(
            subprocess.run(
                [sys.executable, *arguments], check=True, capture_output=True, text=True
            ).stdout
        )
        for _ in range(3)
    ]
    return {what: min(each[what] for each in said) for what in said[0]}


_OWN_IMPORT = """
import json
from results import cpu_time, most_memory
memory, begun = most_memory(), cpu_time()
import dealreg.deciders.compiling
print(json.dumps({
    "import, ms": (cpu_time() - begun) * 1e3, "memory, MB": most_memory() - memory
}))
"""


def _start(name: str) -> None:
    """What is measured in a Python of its own; the records of this library are there already."""
    registrations, partners = deal(4)
    memory, begun = most_memory(), cpu_time()
    made = peer(name)
    imported = cpu_time()
    ask = made.ready()
    done = cpu_time()
    ask(made.form(registrations, partners))
    said = {
        "who": made.name,
        "import, ms": (imported - begun) * 1e3,
        "making ready, ms": (done - imported) * 1e3,
        "first conflict, ms": (cpu_time() - done) * 1e3,
        "memory, MB": most_memory() - memory,
    }
    print(json.dumps(said))


if __name__ == "__main__":
    main()
