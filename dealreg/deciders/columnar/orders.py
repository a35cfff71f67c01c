"""The order of a contest as columns, and the best of each conflict by grouping, round by round."""

from collections.abc import Sequence
from typing import Final, assert_never

import attrs

from dealreg.deciders.columnar.columns import Columns
from dealreg.deciders.columnar.kinds import Eager, Expr
from dealreg.deciders.columnar.parting import CONFLICT
from dealreg.deciders.columnar.truths import truth
from dealreg.facts.fields import FieldType
from dealreg.policy.stages import Best, Key, MissingRule, Prefer, Preference

__all__ = ["Rank", "best", "ranks"]


_TRUE, _FALSE, _UNKNOWN_FIRST = 1, 0, 2


@attrs.frozen(eq=False)
class Rank:
    """One preference as a column.

    Attributes:
        name: of the column.
        value: what it holds, null where it is not known.
        lowest: whether the lowest comes first, else the highest.
        first: whether those without a value come first.
        asks: where a missing value is for a person to judge; None where it never is.
    """

    name: str
    value: Expr
    lowest: bool
    first: bool = False
    asks: Expr | None = None


def ranks(prefer: Sequence[Preference], columns: Columns, prefix: str) -> tuple[Rank, ...]:
    """The preferences of a contest as columns."""
    return tuple(
        _rank(preference, columns, f"{prefix}{number}") for number, preference in enumerate(prefer)
    )


def _rank(preference: Preference, columns: Columns, name: str) -> Rank:
    import narwhals as nw

    match preference:
        case Prefer(when, missing):
            made = truth(when, columns)
            unknown = nw.lit(_UNKNOWN_FIRST if missing is MissingRule.FIRST else _FALSE)
            value = (
                nw.when(made.true)
                .then(nw.lit(_TRUE))
                .otherwise(nw.when(made.false).then(nw.lit(_FALSE)).otherwise(unknown))
            )
            asks = made.unknown if missing is MissingRule.REFER else None
            return Rank(name, value.cast(nw.Int8()), lowest=False, asks=asks)
        case Key(fact, end, missing, currency):
            value = columns.value(fact)
            kind = columns.type(fact)
            if kind is FieldType.MONEY:
                value = nw.when(columns.currency(fact) == currency).then(value)
            if kind is FieldType.BOOL:
                value = value.cast(nw.Int8())
            if kind is FieldType.DURATION:
                value = value.dt.total_microseconds()
            return Rank(
                name,
                value,
                lowest=end is Best.LOWEST,
                first=missing is MissingRule.FIRST,
                asks=value.is_null() if missing is MissingRule.REFER else None,
            )
        case _:
            assert_never(preference)


_BEST: Final = "_best"
_WORD: Final = "_word"
_ROOM: Final = 2**62
"""What a whole number of 64 bits has room for, and the sums on the way to it."""


def best(frame: Eager, order: Sequence[Rank], last: str) -> Eager:
    """The best row of each conflict: by the order, then by the lowest text of the column `last`.

    As many preferences as fit are put into one whole number, and each such number takes a round:
    the least of each conflict, and the rows that have it. Windows over the conflicts, and a round
    for each preference, say the same and take longer.
    """
    import narwhals as nw

    left = frame
    waiting = list(order)
    while waiting:
        word, count = _word(left, waiting)
        if count:
            left, sure = _least(left.with_columns(word.alias(_WORD)), _WORD, lowest=True)
            left = left.drop(_WORD)
        else:
            count = 1
            rank = waiting[0]
            if rank.first:
                known = (~nw.col(rank.name).is_null()).cast(nw.Int8()).alias(_WORD)
                left, _ = _least(left.with_columns(known), _WORD, lowest=True)
                left = left.drop(_WORD)
            left, sure = _least(left, rank.name, lowest=rank.lowest)
        if sure:
            return left
        waiting = waiting[count:]
    return _least(left, last, lowest=True)[0]


def _word(frame: Eager, order: Sequence[Rank]) -> tuple[Expr, int]:
    """The first preferences as one whole number, the least of which is best; and how many fit."""
    import narwhals as nw

    word, room, count = nw.lit(0), 1, 0
    for rank in order:
        values = _whole(frame, rank.name)
        if values is None:
            break
        ends = frame.select(values.min().alias("low"), values.max().alias("high"))
        low, high = ends.item(0, "low"), ends.item(0, "high")
        low, high = (0, 0) if low is None else (int(low), int(high))
        width = high - low + 2  # a place for what is not known
        if room * width > _ROOM:
            break
        place = values - nw.lit(low) if rank.lowest else nw.lit(high) - values
        absent = 0 if rank.first else width - 1
        place = (place + (1 if rank.first else 0)).fill_null(absent)
        word, room, count = word * nw.lit(width) + place, room * width, count + 1
    return word, count


def _whole(frame: Eager, name: str) -> Expr | None:
    """A column as whole numbers in the same order; None where there is no such thing."""
    import narwhals as nw

    dtype, column = frame.schema[name], nw.col(name)
    if dtype.is_integer():
        return column.cast(nw.Int64())
    return column.dt.timestamp("us") if isinstance(dtype, nw.Datetime) else None


def _least(frame: Eager, name: str, *, lowest: bool) -> tuple[Eager, bool]:
    """The rows that have the least value of their conflict, or the greatest, or none has a value.

    And whether that is one row of each.
    """
    import narwhals as nw

    column, found = nw.col(name), nw.col(_BEST)
    end = column.min() if lowest else column.max()
    ends = frame.group_by(CONFLICT).agg(end.alias(_BEST))
    joined = frame.join(ends, on=CONFLICT, how="left")
    left = joined.filter((column == found).fill_null(value=False) | found.is_null()).drop(_BEST)
    return left, len(left) == len(ends)
