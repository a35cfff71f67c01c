"""Windows with three effective levels: one who gets nothing decides who does, by leaving."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any, Final

from dealreg.analysis.cases import Cases
from dealreg.analysis.domains import RIVAL, SELF
from dealreg.analysis.quotient import Kind
from dealreg.analysis.readings import Variable
from dealreg.analysis.scenes import Claim, Scene
from dealreg.analysis.times import FILED, closing
from dealreg.analysis.trials import asked
from dealreg.facts.calendars import Calendar
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Policy
from dealreg.policy.stages import Grace

__all__ = ["bystander"]

_MOST: Final = 12
"""So many kinds are ranked against each other: three levels show among the first few."""

_DAY: Final = timedelta(days=1)
_TICK: Final = timedelta(microseconds=1)


def bystander(policy: Policy, contest: Contest, cases: Cases) -> Scene | None:
    """Three registrations of which the first gets nothing, and decides by leaving who does.

    The first opens the window, in which the second comes before it; the third is too late for
    that window, and comes before the second in the window that the second would open.
    """
    window = contest.window
    if not isinstance(window, Grace):
        return None
    clock = next(cases.found.variables(window.clock), None)
    if clock is None:
        return None
    times = _times(window, policy)
    if times is None:
        return None
    here = (0, contest.benefit)
    every = (each for firsts, _, _ in cases.groups for each in firsts)
    kinds = _few([each for each in every if cases.admission(each, here) == 0], clock)
    beats = _beats(policy, contest.benefit, cases, kinds, clock)
    for one, two in beats:
        for three in (higher for lower, higher in beats if lower == two):
            before = _filed([kinds[each] for each in (one, two, three)], clock, times)
            after = Scene(before.claims[1:])
            won, left = asked(policy, [before, after], contest.benefit, cases.keys)
            if won == (2,) and left == (2,):
                return before
    return None


def _times(window: Grace, policy: Policy) -> tuple[datetime, datetime, datetime] | None:
    """When the three file: the third after the first one's window, and in the second one's."""
    calendars: dict[str, Calendar] = {each.name: each for each in policy.calendars}
    closes = closing(window, FILED, calendars)
    for second, after in ((FILED + _DAY, _DAY), (FILED + _TICK, _TICK)):
        third = closes + after
        if second <= closes and third <= closing(window, second, calendars):
            return FILED, second, third
    return None


def _few(kinds: Sequence[Kind], clock: Variable) -> list[Kind]:
    """Kinds of one deal that may differ in what orders look at, spread over all there are.

    A deal that names none of the partners, if there is one: so that none is preferred by name.
    """
    deals: dict[object, dict[object, Kind]] = {}
    for each in kinds:
        own = tuple(e for e in sorted(each.values.items(), key=_name) if e[0] != clock)
        deal = tuple(e for e in own if e[0].shared)
        deals.setdefault(deal, {}).setdefault(own, each)
    if not deals:
        return []
    found = list(min(deals.items(), key=_rank)[1].values())
    step = -(-len(found) // _MOST)
    return found[::step]


def _rank(deal: tuple[Any, Mapping[object, Kind]]) -> tuple[bool, int]:
    shared, kinds = deal
    return any(value in (SELF, RIVAL) for _, value in shared), -len(kinds)


def _name(item: tuple[Variable, Any]) -> Variable:
    return item[0]


def _beats(
    policy: Policy, benefit: str, cases: Cases, kinds: Sequence[Kind], clock: Variable
) -> list[tuple[int, int]]:
    """The pairs of kinds of which the second comes first though it files a moment later."""
    tried = list(permutations(range(len(kinds)), 2))
    scenes = [
        _filed([kinds[one], kinds[other]], clock, (FILED, FILED + _TICK)) for one, other in tried
    ]
    found = asked(policy, scenes, benefit, cases.keys)
    return [pair for pair, got in zip(tried, found, strict=True) if got == (2,)]


def _filed(kinds: Sequence[Kind], clock: Variable, times: Sequence[datetime]) -> Scene:
    return Scene(
        tuple(
            Claim({**kind.values, clock: when}, partner)
            for partner, (kind, when) in enumerate(zip(kinds, times, strict=True), 1)
        )
    )
