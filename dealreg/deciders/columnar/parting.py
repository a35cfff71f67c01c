"""The rows of a table by conflict, and apart from them those that are in none with anybody."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import attrs

from dealreg.deciders.columnar.kinds import Eager

if TYPE_CHECKING:
    import narwhals as nw
    import polars as pl

__all__ = ["CONFLICT", "Parted", "parted"]

CONFLICT: Final = "conflict"
"""The column with the number of the conflict that a row is of."""
_BEGINS: Final = "begins"
_HASH: Final = "hash"
_ROW: Final = "row"


@attrs.frozen(eq=False)
class Parted:
    """The rows of a table, those that are compared with others apart.

    Attributes:
        rows: those that are compared, with the number of their conflict in place of its keys.
        aside: those that are not, with the keys.
        conflicts: the number and the keys of each of `rows`.
    """

    rows: Eager
    aside: Eager
    conflicts: Eager

    def of_conflicts(self, numbers: Eager) -> tuple[Eager, Eager]:
        """The rows aside that are of conflicts with these numbers, as `rows` are; and the rest."""
        own = self.conflicts.join(numbers, on=CONFLICT, how="semi").unique()
        keys = [name for name in own.columns if name != CONFLICT]
        theirs = self.aside.join(own, on=keys, how="inner").select(*self.rows.columns)
        return theirs, self.aside.join(own, on=keys, how="anti")


def parted(rows: Eager, keys: Sequence[str], compared: "nw.Series[Any]") -> Parted:
    """The rows of a table in two parts: those that are `compared`, by conflict, and the others.

    In Polars conflicts come in the order of their first rows, and the rows of each as they came:
    grouping and joining what is in order takes a fifth of the time.
    """
    import narwhals as nw

    aside, left = rows.filter(~compared), rows.filter(compared)
    if left.implementation.is_polars():
        numbered = nw.from_native(_in_order(left.to_native(), keys), eager_only=True)
    else:
        numbered = _numbered(left, keys)
    return Parted(numbered.drop(*keys), aside, numbered.select(CONFLICT, *keys))


def _numbered(rows: Eager, keys: Sequence[str]) -> Eager:
    """The rows with the number of their conflict."""
    import narwhals as nw

    number = nw.lit(0)
    for key in keys:
        own = nw.col(key).rank("dense").cast(nw.Int64)
        rows = rows.with_columns((number * nw.lit(len(rows) + 1) + own).alias(CONFLICT))
        number = nw.col(CONFLICT).rank("dense").cast(nw.Int64)
    return rows


def _in_order(rows: "pl.DataFrame", keys: Sequence[str]) -> "pl.DataFrame":
    """The rows by conflict, with the number of the first of each as the conflict's."""
    import polars as pl

    only = rows.select(*keys)
    found = only.with_columns(_hashes(only).alias(_HASH)).with_row_index(_ROW)
    found = found.sort(_HASH, maintain_order=True)
    if _begins(found, [*keys, _HASH]).sum() != _begins(found, [_HASH]).sum():
        found = found.sort(*keys, maintain_order=True)  # different keys with the same hash
    begins = _begins(found, keys)
    firsts = found[_ROW].filter(begins).gather(begins.cum_sum() - 1)
    conflict = pl.zeros(rows.height, pl.UInt32, eager=True).scatter(found[_ROW], firsts)
    return rows.with_columns(conflict.alias(CONFLICT)).sort(CONFLICT, maintain_order=True)


def _hashes(rows: "pl.DataFrame") -> "pl.Series":
    return rows.hash_rows()


def _begins(rows: "pl.DataFrame", names: Sequence[str]) -> "pl.Series":
    """Whether a row differs from the one before it in one of the columns."""
    import polars as pl

    differs = (pl.col(name).ne_missing(pl.col(name).shift(1)) for name in names)
    first = pl.int_range(pl.len()) == 0
    return rows.select((first | pl.any_horizontal(*differs)).alias(_BEGINS))[_BEGINS]
