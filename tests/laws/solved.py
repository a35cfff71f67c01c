"""Verdicts of the regions against those of the solver, on many pairs of almost-equal policies.

`python -m tests.laws.solved 1000` asks both engines whether a policy differs from its neighbour,
and of every fourth whether it can deadlock. Where the verdict of the regions is exact they must say
the same, and nothing that the regions show may be missed by the solver. It prints how the verdicts
came out and stops at the first disagreement, which `--seed` and `--begin` bring back.
"""

from dealreg.analysis import compare, deadlocks, difference, smt
from dealreg.outcome.comparison import LimitCode
from tests.laws.exhausting import neighbour, over_pairs, policy, sound
from tests.laws.test_solver import is_read
from tests.laws.widened import widened


def verdict_of(old, new):
    """What both engines say of two policies; an error if they disagree."""
    verdict = smt.compare(old, new)
    solved = verdict.changes
    dated = any(each.code is LimitCode.CALENDAR for each in verdict.limits)
    if difference(old, new) is not None:
        if not solved and not dated:
            raise AssertionError("the solver misses a difference")
        return "different" if solved else "different on a date that the solver does not find"
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
    if (seen.exact and solved and not shown) or (not seen.limits and solved - shown):
        raise AssertionError(f"the regions miss deadlocks: {sorted(solved - shown)}")
    return "can deadlock" if solved else "cannot deadlock"


def _pair(chance, number):
    old = policy(chance.choice, dates=number % 3 == 1)
    if number % 2:
        old = widened(chance.choice, old)
    if not sound(old):
        return None
    new = neighbour(chance.choice, old)
    return (old, new) if sound(new) and is_read(old, new) else None


def _told(_, number, old, new):
    yield verdict_of(old, new)
    yield "of them in wider shapes" if number % 2 else "of them in small ones"
    if number % 4 == 0:
        yield deadlock_of(old)


if __name__ == "__main__":
    over_pairs("Ask both engines about so many pairs of policies.", "solved/", _pair, _told)
