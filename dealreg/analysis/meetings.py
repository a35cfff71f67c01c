"""Pairs beside a registration that gets everything: which two values may meet, and what to try.

Where two policies differ, they mostly do on one of the first few of these.
"""

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import Any, Final

from dealreg.analysis.cases import Cases
from dealreg.analysis.comparisons import comparison, windowed
from dealreg.analysis.domains import RIVAL, SELF
from dealreg.analysis.readings import Variable
from dealreg.analysis.scenes import Claim, Scene, possible
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Policy
from dealreg.policy.stages import HeadStart, Key, Preference, Window

__all__ = ["Options", "aimed_at", "comparing", "met"]

Options = Callable[[Variable], Sequence[tuple[Any, Any]]]
"""For a variable, two values for every way in which two may compare."""

_TURNS: Final = 2
"""So many preferences from the first on that differs are looked at."""


def met(
    base: Mapping[Variable, Any],
    variables: Sequence[Variable],
    options: Options,
    sizes: Sequence[int] = (0, 1, 2),
) -> Iterator[Scene]:
    """Two registrations that compare otherwise in two variables at most, in every way."""
    for size in sizes:
        for chosen in combinations(variables, size):
            ways = [
                options(each)[: None if size == 1 else len(options(each)) // 2] for each in chosen
            ]
            for values in product(*ways):
                yield from _pair(base, dict(zip(chosen, values, strict=True)))


def _pair(
    base: Mapping[Variable, Any], chosen: Mapping[Variable, tuple[Any, Any]]
) -> Iterator[Scene]:
    """Two registrations beside a base, with two values each; nothing where they cannot be."""
    first = {**base, **{variable: two[0] for variable, two in chosen.items()}}
    rival = {**base, **{variable: two[1] for variable, two in chosen.items()}}
    if possible(first) and possible(rival):
        yield Scene((Claim(first), Claim(rival, 2)))


def comparing(
    base: Mapping[Variable, Any],
    cases: Cases,
    variable: Variable,
    contests: Collection[tuple[int, str]],
    wanted: Container[Any] = (),
) -> list[tuple[Any, Any]]:
    """Two values for every way in which two can compare, but for that of the base with itself.

    First those nearest to each other, then as many of those farthest from each other; of each,
    wanted values if there are some. Of what no contest compares, each value beside the base's, and
    of what both have in common, each value for both, first those that name one of the two.
    """
    mine, theirs = (each[variable] for each in cases.domains)
    own = base.get(variable)
    if variable.shared:
        named = sorted(mine, key=lambda each: each not in (SELF, RIVAL))
        return [(each, each) for each in named if each != own]
    if variable not in cases.layout.kept:
        others = [each for each in mine if each != own]
        return [two for each in others for two in ((own, each), (each, own))]
    compare = comparison(cases.policies, cases.found, variable, contests)
    near: dict[Any, tuple[Any, Any]] = {}
    far: dict[Any, tuple[Any, Any]] = {}
    good = [[each for each in side if each in wanted] for side in (mine, theirs)]
    for two in product(*good):
        sign = compare.of(*two)
        near.setdefault(sign, two)
        far[sign] = two
    kept = set(far)
    for two in product(mine, theirs):
        sign = compare.of(*two)
        near.setdefault(sign, two)
        if sign not in kept:
            far[sign] = two
    same = compare.of(own, own)
    return [made[sign] for made in (near, far) for sign in near if sign != same]


def aimed_at(
    old: tuple[Policy, Contest],
    new: tuple[Policy, Contest],
    base: Mapping[Variable, Any],
    cases: Cases,
    options: Options,
) -> Iterator[Scene]:
    """Pairs that meet in what the windows or the orders of two contests do not have in common.

    Args:
        old: the policy that the cases are of, and its contest.
        new: the other policy, and its contest.
        base: a registration that gets everything.
        cases: the cases.
        options: for a variable, two values for every way in which two may compare.
    """
    mine, theirs = old[1], new[1]
    order = list(_variables(cases, mine.prefer))
    if mine.window != theirs.window:
        for clock, two in _timed(old, new, cases):
            yield from _pair(base, {clock: two})
            for each in order:
                if each != clock:
                    few = options(each)[: len(options(each)) // 2]
                    yield from (s for other in few for s in _pair(base, {clock: two, each: other}))
    if mine.prefer != theirs.prefer:
        both = zip(mine.prefer, theirs.prefer, strict=False)
        same = next(
            (place for place, two in enumerate(both) if two[0] != two[1]),
            min(len(mine.prefer), len(theirs.prefer)),
        )
        turned = [e for side in (mine, theirs) for e in side.prefer[same : same + _TURNS]]
        swapped = len(mine.prefer) == len(theirs.prefer)  # then only two at once show it
        sizes = (2, 1) if swapped else (1, 2)
        yield from met(base, list(_variables(cases, turned)), options, sizes)


def _variables(cases: Cases, preferences: Iterable[Preference]) -> Iterator[Variable]:
    """The variables of preferences, in their order, each once."""
    seen: dict[Variable, None] = {}
    for each in preferences:
        if isinstance(each, Key):
            seen.update(dict.fromkeys(cases.found.variables(each.fact)))
        else:
            seen.update(dict.fromkeys(cases.found.asked(each.when)))
    return (each for each in seen if each in cases.domains[0])


def _timed(
    old: tuple[Policy, Contest], new: tuple[Policy, Contest], cases: Cases
) -> Iterator[tuple[Variable, tuple[Any, Any]]]:
    """Two instants of which the one window has both, and the other not."""
    window = old[1].window or new[1].window
    sides = [(policy, contest.window) for policy, contest in (old, new)]
    plain = all(each is None or not isinstance(each, HeadStart) for _, each in sides)
    if window is None or not plain:
        return
    clocks = {each.clock for _, each in sides if each is not None}
    clock = next(cases.found.variables(window.clock), None)
    if len(clocks) > 1 or clock not in cases.domains[0]:
        return
    assert clock is not None
    looks = [_looking(policy, each) for policy, each in sides]
    seen: set[Any] = set()
    for two in product(*(domains[clock] for domains in cases.domains)):
        if None in two:
            continue
        told = tuple(look(*two) for look in looks)
        if told[0] != told[1] and told not in seen:
            seen.add(told)
            yield clock, two


def _looking(policy: Policy, window: Window | None) -> Callable[[Any, Any], Any]:
    """What a window sees of two instants: which is first, and whether the other is late."""
    if window is None:
        return lambda one, other: (int(one > other) - int(one < other), False)
    return windowed(window, policy)
