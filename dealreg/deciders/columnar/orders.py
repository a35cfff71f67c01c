"""The order of a contest as columns, and the best of each conflict by grouping, round by round."""

from collections.abc import Sequence
from typing import Final, assert_never

import attrs

from dealreg.deciders.columnar.columns import Columns
from dealreg.deciders.columnar.kinds import Expr, Lazy
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
_LEAST: Final = "_least"


def best(frame: Lazy, keys: Sequence[str], order: Sequence[Rank], last: str) -> Lazy:
    """The best row of each group: by the order, then by the lowest text of the column `last`.

    One round for each preference: the best value of each group, and those that have it. Rows of a
    window would say the same, and take longer.
    """
    import narwhals as nw

    left = frame
    for rank in order:
        column = nw.col(rank.name)
        if rank.first:
            known = (~column.is_null()).cast(nw.Int8())
            left = _least(left.with_columns(known.alias(_LEAST)), keys, _LEAST, lowest=True)
            left = left.drop(_LEAST)
        left = _least(left, keys, rank.name, lowest=rank.lowest)
    return _least(left, keys, last, lowest=True)


def _least(frame: Lazy, keys: Sequence[str], name: str, *, lowest: bool) -> Lazy:
    """The rows that have the least value of their group, or the greatest; or none has a value."""
    import narwhals as nw

    column, found = nw.col(name), nw.col(_BEST)
    end = column.min() if lowest else column.max()
    ends = frame.group_by(*keys).agg(end.alias(_BEST))
    joined = frame.join(ends, on=list(keys), how="left")
    return joined.filter((column == found).fill_null(value=False) | found.is_null()).drop(_BEST)
