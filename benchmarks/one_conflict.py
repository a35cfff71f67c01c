"""What does one conflict cost, against Python written by hand for that one policy?

The policy, the conflicts and the hand-written Python are those of `scenario.py`. Everybody takes
turns in one process on the same registrations, and gives the same answers, which is checked first.
Times are CPU time, the least of the rounds; the ratios are what to read.
"""

import gc
import statistics
import time
from collections.abc import Callable

from scenario import AT, POLICY, SIZES, by_hand, deal

from dealreg import Facts, Partner, Registration, compiled, decide
from dealreg.deciders.compiling import compile_anew

ROUNDS, LEAST_SECONDS = 15, 0.04


def candidates(
    registrations: tuple[Registration, ...], partners: dict[str, Partner]
) -> dict[str, Callable[[], object]]:
    """What takes turns."""
    ready = compiled(POLICY)
    facts = Facts(registrations=registrations, partners=partners.values())
    return {
        "by hand": lambda: by_hand(registrations, partners, AT),
        "compiled, codes": lambda: ready.codes(registrations, at=AT, partners=partners),
        "compiled, outcomes": lambda: ready.outcomes(registrations, at=AT, partners=partners),
        "compiled, standings": lambda: ready.standings(facts, at=AT),
        "compiled, decision": lambda: ready.decide(facts, at=AT),
        "reference, decision": lambda: decide(POLICY, facts, at=AT),
    }


def check(registrations: tuple[Registration, ...], partners: dict[str, Partner]) -> None:
    """All give the same answers."""
    mine = by_hand(registrations, partners, AT)
    theirs = compiled(POLICY).outcomes(registrations, at=AT, partners=partners)
    for benefit, answers in zip(("protection", "special_bid"), mine, strict=True):
        short = [
            (o[0].value, o[1], o[3], o[7][0] if o[7] is not None and o[7][0] >= 0 else None)
            for o in theirs[benefit]
        ]
        assert short == answers, (short, answers)


def microseconds(call: Callable[[], object]) -> float:
    """The CPU time of one call: the mean of as many as fill a moment."""
    count, taken = 1, 0.0
    while taken < LEAST_SECONDS:
        count *= 2
        begun = time.process_time()
        for _ in range(count):
            call()
        taken = time.process_time() - begun
    return taken / count * 1e6


def compile_time() -> float:
    """Milliseconds to compile the policy, its generated functions included."""
    taken = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        compile_anew(POLICY).outright  # noqa: B018 - asked for, it is written
        taken.append(time.process_time() - begun)
    return statistics.median(taken) * 1e3


def main() -> None:
    """Print the table."""
    gc.disable()
    print("| registrations | who | µs, least | µs, median | of by hand |\n|---|---|---|---|---|")
    for count in SIZES:
        registrations, partners = deal(count)
        check(registrations, partners)
        turns = candidates(registrations, partners)
        taken: dict[str, list[float]] = {name: [] for name in turns}
        for _ in range(ROUNDS):
            for name, call in turns.items():
                taken[name].append(microseconds(call))
        floor = min(taken["by hand"])
        for name, times in taken.items():
            row = f"{min(times):,.1f} | {statistics.median(times):,.1f} | {min(times) / floor:.2f}"
            print(f"| {count} | {name} | {row} |")
    print(f"\ncompiling the policy: {compile_time():.1f} ms")


if __name__ == "__main__":
    main()
