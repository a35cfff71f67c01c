"""What a fact could have been instead: one value of every stretch that the rules tell apart.

The rivals are as they are. So a number matters by the constants it is compared with and by what the
rivals have; of every stretch between these the value nearest to the own one is taken.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Context, Decimal, localcontext
from itertools import combinations, pairwise
from typing import Any, Final

import attrs

from dealreg.facts.fields import Field, FieldType
from dealreg.facts.records import LIVE
from dealreg.facts.values import Money, Value, exact

__all__ = ["MOST_TEXTS", "Marks", "alternatives"]

MOST_TEXTS: Final = 8
"""Of so many named texts every set is tried; of more, those with one or two texts changed."""

_SECOND: Final = timedelta(seconds=1)
_DAY: Final = date(2026, 6, 1)
_DIGITS: Final = 80
"""More than the sum of two decimals of facts can have."""


@attrs.frozen
class Marks:
    """Where a field's values are told apart.

    Attributes:
        rules: values that the rules name.
        others: values that come from other registrations, or from the deal.
        texts: of a set, the texts that rules or rivals name.
        whole: of a set, whether texts that nobody names matter as well.
        currencies: of money, the currencies in which amounts are compared.
    """

    rules: tuple[Any, ...] = ()
    others: tuple[Any, ...] = ()
    texts: frozenset[str] = frozenset()
    whole: bool = False
    currencies: frozenset[str] = frozenset()

    def movable(self, own: Value | None) -> list[str]:
        """Of a set, the texts that may be added or taken away, sorted."""
        has = own if isinstance(own, frozenset) else frozenset()
        rest = has | {_unnamed(sorted(self.texts | has))} if self.whole else frozenset()
        return sorted(self.texts | rest)


def alternatives(field: Field, own: Value | None, marks: Marks) -> tuple[Value, ...]:
    """Other values of a field, the nearest first; never that it is not known."""
    with localcontext(Context(prec=_DIGITS)):  # never the ambient one
        found = dict.fromkeys(map(exact, _values(field, own, marks)))
        nearest = sorted(found, key=lambda each: _distance(field, own, each))
    return tuple(each for each in nearest if own is None or each != own)


def _values(field: Field, own: Value | None, marks: Marks) -> Iterator[Value]:
    points = (*marks.rules, *marks.others)
    match field.type:
        case FieldType.BOOL:
            yield from (True, False)
        case FieldType.ORDINAL:
            yield from field.levels
        case FieldType.TEXT if field.name == "status":
            yield from sorted(each.value for each in LIVE)
        case FieldType.TEXT:
            named = sorted({str(each) for each in points})
            yield from (*named, _unnamed(named))
        case FieldType.TEXT_SET:
            yield from _sets(own if isinstance(own, frozenset) else frozenset(), marks)
        case FieldType.MONEY:
            yield from _amounts(own, points, marks)
        case FieldType.DATE:
            yield from _numbers(points, timedelta(days=1)) if points else _any(own, _DAY)
        case FieldType.DURATION:
            yield from _numbers(points, _SECOND) if points else _any(own, timedelta(days=1))
        case FieldType.INSTANT:
            yield from _numbers(points, _SECOND)
        case FieldType.INTEGER:
            yield from _numbers(points, 1) if points else _any(own, 1)
        case FieldType.DECIMAL:
            exactly = [Decimal(each) for each in points]
            yield from _numbers(exactly, _grain(exactly)) if points else _any(own, 1)


def _any(own: Value | None, value: Any) -> tuple[Any, ...]:
    """Where nothing tells values apart, one will do for a field that is not known."""
    return () if own is not None else (value,)


def _unnamed(named: Sequence[str]) -> str:
    """A text that stands for all those that nobody names."""
    made = "other"
    while made in named:
        made = f"another {made}"
    return made


def _sets(own: frozenset[str], marks: Marks) -> Iterator[frozenset[str]]:
    """The own set with some texts added or taken away."""
    texts = marks.movable(own)
    yield frozenset()
    if len(texts) > MOST_TEXTS:
        yield from (own | marks.texts, own & marks.texts, own - marks.texts, marks.texts)
    for size in range(1, (2 if len(texts) > MOST_TEXTS else len(texts)) + 1):
        yield from (own ^ frozenset(chosen) for chosen in combinations(texts, size))


def _amounts(own: Value | None, points: Iterable[Money], marks: Marks) -> Iterator[Money]:
    known = list(points)
    mine = {own.currency} if isinstance(own, Money) else set()
    used = sorted({each.currency for each in known} | marks.currencies | mine)
    for currency in used or ["EUR"]:
        at = [each.amount for each in known if each.currency == currency]
        near = own.amount if isinstance(own, Money) else Decimal(1)
        amounts = _numbers(at, _grain(at)) if at else iter([near])
        yield from (Money(amount, currency) for amount in amounts)


def _grain(points: Iterable[Decimal]) -> Decimal:
    """The step to the next value: one in the last place of the numbers compared."""
    return Decimal(1).scaleb(min([0, *(_places(each) for each in points)]))


def _places(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _numbers(points: Iterable[Any], step: Any) -> Iterator[Any]:
    """Each point, the values next to it, and one between two that are close together.

    No number below 0 where nobody has one: there are no negative quantities or amounts.
    """
    at = sorted(set(points))
    negative = not isinstance(step, int | Decimal) or any(point < 0 for point in at)
    for point in at:
        yield from (each for each in _legal(point, step) if negative or each >= 0)
    for low, high in pairwise(at):
        if low + step < high:
            continue
        if isinstance(low, timedelta | datetime) and high - low > timedelta(microseconds=1):
            yield low + (high - low) / 2
        elif isinstance(low, Decimal):
            yield low + (high - low) * Decimal("0.5")


def _legal(point: Any, step: Any) -> Iterator[Any]:
    yield point
    for sign in (1, -1):
        try:
            yield point + sign * step
        except OverflowError:  # the last or first date there is
            continue


def _distance(field: Field, own: Value | None, value: Value) -> tuple[Any, ...]:
    """How far a value is from the own one, then the lower first."""
    match value:
        case frozenset():
            mine = own if isinstance(own, frozenset) else frozenset()
            return (len(mine ^ value), len(mine - value), sorted(value))
        case Money():
            far = abs(value.amount - own.amount) if isinstance(own, Money) else value.amount
            same = isinstance(own, Money) and own.currency == value.currency
            return (not same, far, value.currency, value.amount)
        case str():
            return _rank(field, own, value)
        case bool():
            return (not value,)
        case datetime() | date() | timedelta():
            apart: Any = timedelta(0) if own is None else value - own  # type: ignore[operator]
            return (abs(apart), value)
        case _:
            apart = value if own is None else value - own  # type: ignore[operator]
            return (abs(apart), value)


def _rank(field: Field, own: Value | None, value: str) -> tuple[Any, ...]:
    if not field.levels:
        return (value.endswith("other"), value)
    at = field.levels.index(value)
    mine = field.levels.index(own) if isinstance(own, str) and own in field.levels else -1
    return (abs(at - mine), -at)
