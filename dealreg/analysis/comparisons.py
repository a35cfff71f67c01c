"""How the values of two registrations compare: all that orders and windows can see of them."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise, product
from typing import Any, Final, NamedTuple, TypeAlias

import attrs

from dealreg.analysis.readings import Readings, Variable
from dealreg.analysis.times import closing
from dealreg.facts.calendars import Calendar
from dealreg.facts.fields import FieldType
from dealreg.facts.values import Money
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import Fact
from dealreg.policy.stages import HeadStart, Key, Tie, Window

__all__ = [
    "ORDER",
    "WINDOW",
    "Compared",
    "Gap",
    "boxed",
    "compared_boxes",
    "comparison",
    "measured",
    "one_at_most",
]

Comparison: TypeAlias = Callable[[Any, Any], Any]
"""What a contest can see of two values of one variable."""


def measured(contest: Contest, found: Readings) -> set[Variable]:
    """The variables of which a contest sees more than the order."""
    looked: set[Variable] = set()
    window = contest.window
    if window is not None:
        looked.update(found.variables(window.clock))
        if isinstance(window, HeadStart):
            looked.update(found.variables(window.ladder))
    if contest.joint is not None:
        joint = contest.joint
        names = (*joint.distinct, *joint.disjoint, *(each.field for each in joint.stature))
        looked.update(v for name in names for v in found.variables(Fact(name)))
    if contest.scope.lines is not None:
        looked.update(found.variables(Fact(contest.scope.lines)))
    looked.update(_telling_apart(contest, found))
    return looked


def _telling_apart(contest: Contest, found: Readings) -> set[Variable]:
    """What rules ask about, and what also says whether two registrations compete."""
    keys = {v for key in contest.scope.keys for v in found.variables(Fact(key))}
    return {each for each in keys if not each.shared}


def one_at_most(policy: Policy, contest: Contest) -> bool:
    """Whether never more than one registration gets so far that an order could be asked for.

    It is so where only the one holder of another benefit may have this one.
    """
    for after in contest.after:
        other = policy.contest(after.benefit)
        if other is None or not after.holds or other.scope != contest.scope:
            continue
        alone = other.capacity == 1 and other.tie is not Tie.SHARE and other.scope.lines is None
        if alone or one_at_most(policy, other):
            return True
    return False


@attrs.frozen(eq=False)
class Compared:
    """How two values of one variable compare, as some contests see it.

    Attributes:
        seen: what is seen of two values that are both known.
        parts: for each contest that sees a part only, and the part, its place in what is seen;
            None where all of the two values is seen.
    """

    seen: tuple[Comparison, ...]
    parts: Mapping[tuple[tuple[int, str], str], int] | None

    def of(self, one: Any, other: Any) -> Any:
        """What is seen of two values; where one is missing, only that."""
        if self.parts is None:
            return (one, other)
        if one is None or other is None:
            return Gap(one is None, other is None)
        return tuple([each(one, other) for each in self.seen])


class Gap(NamedTuple):
    """Which of two values are missing: as no two that are known compare."""

    first: bool
    rival: bool
    kind: str = "missing"


_RAW: Final = Compared((), None)

ORDER: Final = "order"
WINDOW: Final = "window"
"""Parts of what is seen of two values, beside the currencies in which they are amounts."""


def comparison(
    policies: Sequence[Policy],
    found: Readings,
    variable: Variable,
    contests: Collection[tuple[int, str]],
) -> Compared:
    """What some contests can see of two values of a variable."""
    field = found.fields[variable.name]
    seen: dict[tuple[Any, ...], Comparison] = {}
    parts: dict[tuple[tuple[int, str], str], int] = {}

    def part(place: tuple[int, str], what: str, how: tuple[Any, ...], compare: Comparison) -> None:
        seen.setdefault(how, compare)
        parts[place, what] = list(seen).index(how)

    for number, policy in enumerate(policies):
        for contest in policy.contests:
            place = (number, contest.benefit)
            if place not in contests or one_at_most(policy, contest):
                continue
            keys = [k for k in contest.prefer if isinstance(k, Key)]
            own = [k for k in keys if variable in found.variables(k.fact)]
            if any(k.fact.name != variable.name for k in own):
                return _RAW
            for currency in sorted({k.currency for k in own if k.currency}):
                part(place, currency, (ORDER, currency), _amounts(currency))
            if any(k.currency is None for k in own):
                part(place, ORDER, (ORDER,), _order(field.levels))
            if variable not in measured(contest, found):
                continue
            window = contest.window
            timed = window is not None and variable.name == window.clock.name
            if window is None or not timed or field.type is not FieldType.INSTANT:
                return _RAW
            part(place, WINDOW, (WINDOW, window, policy.calendars), windowed(window, policy))
    return Compared(tuple(seen.values()), parts)


def _order(levels: Sequence[str]) -> Comparison:
    def order(one: Any, other: Any) -> int:
        if levels:
            one, other = levels.index(one), levels.index(other)
        return int(one > other) - int(one < other)

    return order


def _amounts(currency: str) -> Comparison:
    def amounts(one: Money, other: Money) -> Any:
        mine, theirs = one.currency == currency, other.currency == currency
        if not (mine and theirs):
            return (mine, theirs)
        return int(one.amount > other.amount) - int(one.amount < other.amount)

    return amounts


def windowed(window: Window, policy: Policy) -> Comparison:
    """What a window sees of two instants: their order, and whether the later one is too late."""
    if isinstance(window, HeadStart):
        return _started(window, policy)
    calendars: Mapping[str, Calendar] = {each.name: each for each in policy.calendars}

    def timed(one: datetime, other: datetime) -> Any:
        first, second = min(one, other), max(one, other)
        order = int(one > other) - int(one < other)
        return (order, second > closing(window, first, calendars))

    return timed


def _started(window: HeadStart, policy: Policy) -> Comparison:
    """By how many steps of the head start two are apart, or between which."""
    field = policy.vocabulary().get(window.ladder.name)
    levels = len(field.levels) if field is not None else 1
    step = timedelta(**{window.length.unit.value: window.length.length})
    marks = sorted({place * step for place in range(1 - levels, levels)})
    assert all(one < other for one, other in pairwise(marks))

    def started(one: datetime, other: datetime) -> Any:
        return (bisect_left(marks, other - one), bisect_right(marks, other - one))

    return started


Box: TypeAlias = tuple[Sequence[Any], ...]
"""Values for each variable, every one of which goes with every one of the others."""


def boxed(keys: Iterable[tuple[Any, ...]]) -> list[Box]:
    """Tuples of values as few boxes: what can be looked at variable by variable.

    >>> boxed([(1, "a"), (1, "b"), (2, "a"), (2, "b"), (3, "a")])
    [((1, 2), ('a', 'b')), ((3,), ('a',))]
    """
    given = list(keys)
    if not given or not given[0]:
        return [()] if given else []
    tails: dict[Any, dict[tuple[Any, ...], None]] = {}
    for first, *rest in given:
        tails.setdefault(first, {})[tuple(rest)] = None
    alike: dict[frozenset[tuple[Any, ...]], list[Any]] = {}
    for first, rests in tails.items():
        alike.setdefault(frozenset(rests), []).append(first)
    return [(tuple(firsts), *box) for firsts in alike.values() for box in boxed(tails[firsts[0]])]


def compared_boxes(
    boxes: Sequence[Box], others: Sequence[Box], compared: Sequence[Compared]
) -> dict[tuple[Any, ...], tuple[tuple[Any, ...], tuple[Any, ...]]]:
    """How the values of two can compare, each with two tuples of values that do so."""
    made: dict[tuple[Any, ...], tuple[tuple[Any, ...], tuple[Any, ...]]] = {}
    for mine, theirs in product(boxes, others):
        by_variable: list[dict[Any, tuple[Any, Any]]] = []
        for compare, values, other_values in zip(compared, mine, theirs, strict=True):
            seen: dict[Any, tuple[Any, Any]] = {}
            for two in product(values, other_values):
                seen.setdefault(compare.of(*two), two)
            by_variable.append(seen)
        for chosen in product(*(each.items() for each in by_variable)):
            sign = tuple(each for each, _ in chosen)
            pair = (tuple(two[0] for _, two in chosen), tuple(two[1] for _, two in chosen))
            made.setdefault(sign, pair)
    return made
