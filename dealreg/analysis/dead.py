"""Parts of a policy that decide nothing: left out, every case is decided as before."""

from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from typing import Final

import attrs

from dealreg.analysis.cases import Cases
from dealreg.analysis.compare import provably_alike
from dealreg.analysis.comparisons import one_at_most
from dealreg.analysis.limits import limits_of, shape_limits
from dealreg.analysis.scenes import Claim, Scene, batches, named, run
from dealreg.analysis.simpler import (
    Simpler,
    simpler_admissions,
    simpler_rules,
    simpler_stages,
)
from dealreg.outcome.comparison import Limit, LimitCode
from dealreg.outcome.decision import StandingKind
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Policy

__all__ = ["Dead", "dead_parts", "never_granted", "within"]

_BATCH: Final = 64
_NOT_TRIED: Final = (LimitCode.COUNTS_OTHERS, LimitCode.IDENTITY)
"""What bounds cases such that it says little that nobody gets anything in them."""
_NOTHING: Final = (StandingKind.DENIED, StandingKind.RETURNED)


@attrs.frozen(eq=False)
class Dead:
    """A part that decides nothing, and what bounds the cases in which that was seen."""

    part: Simpler
    limits: tuple[Limit, ...]


def within(path: str, places: Collection[str]) -> bool:
    """Whether a place is one of some places, or inside one."""
    return any(path == each or path.startswith((f"{each}.", f"{each}[")) for each in places)


def dead_parts(policy: Policy, contest: Contest, known: Collection[str]) -> Iterator[Dead]:
    """The parts of a contest that can be left out without a difference.

    What lies inside a part that was found dead is not asked about again.

    Args:
        policy: the policy, of this benefit and what it depends on.
        contest: the contest.
        known: places of which it is known already.
    """
    found = list(known)
    simpler = chain(
        simpler_admissions(policy, contest),
        () if one_at_most(policy, contest) else simpler_stages(policy, contest),
        simpler_rules(policy, contest),
    )
    for each in simpler:
        if within(each.path, found):
            continue
        limits = provably_alike(policy, each.policy)
        if limits is not None and not _counts(each, limits):
            found.append(each.path)
            yield Dead(each, limits)


def _counts(part: Simpler, limits: Iterable[Limit]) -> bool:
    """Whether a part counts more registrations than the cases have: that they are alike is idle."""
    return any(
        each.code is LimitCode.COUNTS_OTHERS and within(each.clause, [part.path]) for each in limits
    )


def never_granted(policy: Policy, contest: Contest, cases: Cases) -> tuple[Limit, ...] | None:
    """Whether nobody ever gets a benefit, and what bounds that; None where somebody does."""
    if any(not after.holds for each in policy.contests for after in each.after):
        return None  # who gets nothing alone may get it beside a rival
    for batch in batches(_alone(cases), _BATCH):
        made = run(policy, batch, cases.keys)
        for number in range(len(batch)):
            standings = made.standings_of(contest.benefit, named(number, 1))
            if any(each.kind not in _NOTHING for each in standings):
                return None
    limits = _limits(policy, cases)
    for each in policy.contests:
        limits |= set(shape_limits(policy, each))
    if any(each.code in _NOT_TRIED for each in limits):
        return None
    return tuple(sorted(limits))


def _alone(cases: Cases) -> Iterator[Scene]:
    return (Scene((Claim(each.values),)) for each in cases.singles())


def _limits(policy: Policy, cases: Cases) -> set[Limit]:
    variables = sorted({v for g in cases.groups for k in g[0] for v in k.values})
    limits = limits_of((policy,), cases.found, variables, cases.timetable.crowded)
    if cases.crowded:
        limits.add(Limit(code=LimitCode.CROWDED, clause="contests"))
    return limits
