"""What a field can still be, once some comparisons with constants hold or fail.

A region is what is left of a field's values. It may be too wide, never too narrow: what it says
cannot be, cannot be.
"""

from collections.abc import Callable
from datetime import timedelta
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final

import attrs

from dealreg.facts.fields import Field, FieldType, Tally
from dealreg.facts.records import Status
from dealreg.facts.values import Money, Scalar
from dealreg.policy.predicates import Op

__all__ = [
    "HOLDS",
    "Region",
    "all_of_field",
    "compared",
    "covering",
    "enclosed",
    "known",
    "one_of",
    "overlapping",
]

HOLDS: Final[dict[Op, Callable[[Any, Any], Any]]] = {
    Op.EQ: eq,
    Op.NE: ne,
    Op.LT: lt,
    Op.LE: le,
    Op.GT: gt,
    Op.GE: ge,
}
"""Whether a comparison holds of two values."""
_NEGATED: Final = {
    Op.EQ: Op.NE,
    Op.NE: Op.EQ,
    Op.LT: Op.GE,
    Op.GE: Op.LT,
    Op.LE: Op.GT,
    Op.GT: Op.LE,
}
_MOST: Final = 256
"""More values than this are not kept: the region is too wide then, and its making stays cheap."""

_FEW: Final = 64
"""Whole numbers between bounds are listed one by one if they are so few."""


@attrs.frozen
class Region:
    """The values that are left.

    Attributes:
        field: whose values.
        known: whether the field must be known, must be missing, or either (None).
        finite: the only values left; None when they cannot be listed.
        excluded: values that are not left.
        low, high: the bounds, each with whether it belongs to the region; None for no bound.
        currency: of money, the only currency left; None for any.
        must, bans: of a set, the texts it has, and those it has not.
        some: of a set, groups of which it has at least one text.
        lacking: of a set, groups of which it lacks at least one text.
        within: of a set, groups outside which it has no text.
    """

    field: Field
    known: bool | None = None
    finite: frozenset[Any] | None = None
    excluded: frozenset[Any] = frozenset()
    low: tuple[Any, bool] | None = None
    high: tuple[Any, bool] | None = None
    currency: str | None = None
    must: frozenset[str] = frozenset()
    bans: frozenset[str] = frozenset()
    some: tuple[frozenset[str], ...] = ()
    lacking: tuple[frozenset[str], ...] = ()
    within: tuple[frozenset[str], ...] = ()


def all_of_field(field: Field) -> Region:
    """All that a field can be."""
    finite: frozenset[Any] | None = None
    if field.type is FieldType.BOOL:
        finite = frozenset({False, True})
    elif field.type is FieldType.ORDINAL:
        finite = frozenset(range(len(field.levels)))
    elif field.name == "status":
        finite = frozenset(status.value for status in Status)
    low = (0, True) if isinstance(field.derived, Tally) else None
    return Region(field, finite=finite, low=low)


def known(region: Region, *, there: bool) -> Region | None:
    """The region, the field being known, or missing; None when nothing is left."""
    if region.known is not None and region.known is not there:
        return None
    return attrs.evolve(region, known=there)


def compared(region: Region, op: Op, value: Scalar, *, truth: bool) -> Region | None:
    """The region where a comparison is true, or where it is false; None for nothing left."""
    there = known(region, there=True)
    if there is None:
        return None
    if isinstance(value, Money):
        # In another currency the comparison is unknown: neither true nor false.
        if there.currency not in (None, value.currency):
            return None
        there = attrs.evolve(there, currency=value.currency)
    return _narrowed(there, op if truth else _NEGATED[op], _plain(region.field, value))


def one_of(region: Region, values: tuple[Scalar, ...], *, truth: bool) -> Region | None:
    """The region where the field is, or is not, one of the values; None for nothing left."""
    there = known(region, there=True)
    if there is None:
        return None
    if len(values) > _MOST:
        return there
    if not truth:
        for value in values:
            there = compared(there, Op.NE, value, truth=True) if there is not None else None
        return there
    fitting = [part for value in values if (part := compared(there, Op.EQ, value, truth=True))]
    if not fitting:
        return None
    currencies = {part.currency for part in fitting}
    if len(currencies) > 1:
        return there  # amounts in several currencies: no one number line to keep them on
    finite = frozenset(only for part in fitting for only in part.finite or ())
    return attrs.evolve(there, finite=finite, currency=currencies.pop())


def covering(region: Region, texts: tuple[str, ...], *, truth: bool) -> Region | None:
    """The region where the set has all of the texts, or lacks one; None for nothing left."""
    there = known(region, there=True)
    if there is None:
        return None
    named = frozenset(texts)
    if truth:
        there = attrs.evolve(there, must=there.must | named)
    elif len(named) == 1:
        return _banned(there, named)
    else:
        there = attrs.evolve(there, lacking=_kept(there.lacking, named))
    lacks_nothing = any(group <= there.must for group in there.lacking)
    strays = any(there.must - group for group in there.within)
    return None if lacks_nothing or strays or there.must & there.bans else there


def overlapping(region: Region, texts: tuple[str, ...], *, truth: bool) -> Region | None:
    """The region where the set has one of the texts, or none; None for nothing left."""
    there = known(region, there=True)
    if there is None:
        return None
    if not truth:
        return _banned(there, frozenset(texts))
    group = frozenset(texts)
    if group <= there.bans or _escapes(there, group):
        return None
    return attrs.evolve(there, some=_kept(there.some, group))


def enclosed(region: Region, texts: tuple[str, ...], *, truth: bool) -> Region | None:
    """The region where the set has nothing but the texts; None for nothing left.

    Where it has something else, any set that is known is left: too wide, never too narrow.
    """
    there = known(region, there=True)
    if there is None or not truth:
        return there
    named = frozenset(texts)
    outside = there.must - named or any(not group & named for group in there.some)
    return None if outside else attrs.evolve(there, within=_kept(there.within, named))


def _kept(
    groups: tuple[frozenset[str], ...], another: frozenset[str]
) -> tuple[frozenset[str], ...]:
    return groups if len(groups) == _MOST else (*groups, another)


def _escapes(region: Region, texts: frozenset[str]) -> bool:
    """Whether none of the texts is among all that the set may have."""
    return any(not texts & group for group in region.within)


def _banned(region: Region, texts: frozenset[str]) -> Region | None:
    bans = region.bans | texts
    if bans & region.must or any(group <= bans for group in region.some):
        return None
    return attrs.evolve(region, bans=bans)


def _plain(field: Field, value: Scalar) -> Any:
    """The value as it compares: a level by its place, money by its amount."""
    if field.type is FieldType.ORDINAL:
        return field.levels.index(str(value))
    return value.amount if isinstance(value, Money) else value


def _narrowed(region: Region, op: Op, value: Any) -> Region | None:
    if region.finite is not None:
        left = frozenset(each for each in region.finite if HOLDS[op](each, value))
        return attrs.evolve(region, finite=left) if left else None
    match op:
        case Op.EQ:
            return attrs.evolve(region, finite=frozenset({value})) if _has(region, value) else None
        case Op.NE:
            full = len(region.excluded) == _MOST
            made = region if full else attrs.evolve(region, excluded=region.excluded | {value})
        case Op.LT | Op.LE:
            made = attrs.evolve(region, high=_least(region.high, _top(region, op, value)))
        case _:
            made = attrs.evolve(region, low=_greatest(region.low, _bottom(region, op, value)))
    return _listed(made)


def _has(region: Region, value: Any) -> bool:
    low, high = region.low, region.high
    above = low is None or value > low[0] or (value == low[0] and low[1])
    below = high is None or value < high[0] or (value == high[0] and high[1])
    return above and below and value not in region.excluded


def _least(bound: tuple[Any, bool] | None, other: tuple[Any, bool]) -> tuple[Any, bool]:
    return other if bound is None or other < bound else bound


def _greatest(bound: tuple[Any, bool] | None, other: tuple[Any, bool]) -> tuple[Any, bool]:
    if bound is None or other[0] > bound[0]:
        return other
    return other if other[0] == bound[0] and not other[1] else bound


_STEPS: Final[dict[FieldType, Any]] = {
    FieldType.INTEGER: 1,
    FieldType.DATE: timedelta(days=1),
}
"""The distance from one value to the next, of the types that have one."""


def _top(region: Region, op: Op, value: Any) -> tuple[Any, bool]:
    step = _STEPS.get(region.field.type)
    if op is Op.LT and step is not None:
        return value - step, True
    return value, op is Op.LE


def _bottom(region: Region, op: Op, value: Any) -> tuple[Any, bool]:
    step = _STEPS.get(region.field.type)
    if op is Op.GT and step is not None:
        return value + step, True
    return value, op is Op.GE


def _listed(region: Region) -> Region | None:
    """The region, its values listed where they are few; None for nothing left."""
    if region.low is None or region.high is None:
        return region
    (low, with_low), (high, with_high) = region.low, region.high
    if low > high or (low == high and not (with_low and with_high and _has(region, low))):
        return None
    whole = region.field.type is FieldType.INTEGER
    if low == high or (whole and high - low < _FEW):
        every = range(low, high + 1) if whole else (low,)
        finite = frozenset(each for each in every if each not in region.excluded)
        return attrs.evolve(region, finite=finite) if finite else None
    return region
