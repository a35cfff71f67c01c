"""Verdicts of the regions against those of the solver, on many pairs of almost-equal policies.

`python -m tests.laws.solved 1000` asks both engines whether a policy differs from its neighbour,
and of every fourth whether it can deadlock. Where the verdict of the regions is exact they must say
the same, and nothing that the regions show may be missed by the solver. It prints how the verdicts
came out and stops at the first disagreement, which `--seed` and `--begin` bring back.
"""

import argparse
import random
import sys
from collections import Counter

from dealreg.analysis import compare, deadlocks, difference, smt
from tests.laws.exhausting import neighbour, policy, sound
from tests.laws.test_solver import is_read, without_buckets


def verdict_of(old, new):
    """What both engines say of two policies; an error if they disagree."""
    solved = smt.compare(old, new).changes
    if difference(old, new) is not None:
        if not solved:
            raise AssertionError("the solver misses a difference")
        return "different"
    if compare(old, new).exact:
        if solved:
            raise AssertionError("the regions miss a difference")
        return "equivalent, exact"
    return "bounded, the solver finds " + ("a difference" if solved else "none")


def deadlock_of(rules):
    """What both engines say of the deadlocks of a policy; an error if they disagree."""
    solved = {(each.benefit, each.holds) for each in smt.deadlocks(rules).patterns}
    seen = deadlocks(rules, repairs=False)
    shown = {(each.benefit, each.holds) for each in seen.patterns}
    if shown - solved:
        raise AssertionError(f"the solver misses deadlocks: {sorted(shown - solved)}")
    if seen.exact and solved - shown:
        raise AssertionError(f"the regions miss deadlocks: {sorted(solved - shown)}")
    return "can deadlock" if solved else "cannot deadlock"


def main() -> None:
    """Ask both engines about so many pairs, and stop at the first disagreement."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("pairs", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--begin", type=int, default=0)
    given = parser.parse_args()
    counts: Counter[str] = Counter()
    number = given.begin
    while counts["pairs"] < given.pairs:
        chance = random.Random(f"solved/{given.seed}/{number}")
        old = without_buckets(policy(chance.choice))
        new = without_buckets(neighbour(chance.choice, old))
        number += 1
        if not (sound(old) and sound(new) and is_read(old, new)):
            continue
        try:
            told = [verdict_of(old, new), *([deadlock_of(old)] if number % 4 == 0 else [])]
        except Exception as wrong:
            raise SystemExit(f"{given.seed}/{number - 1}: {wrong!r}\n{old}\n{new}") from wrong
        counts.update(("pairs", *told))
    for what, times in sorted(counts.items()):
        sys.stdout.write(f"| {what} | {times:,} |\n")


if __name__ == "__main__":
    main()
