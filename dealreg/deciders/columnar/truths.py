"""Predicates as expressions: three values as two columns, one for true and one for false.

Neither is ever null, so that nothing depends on how a library treats nulls in `and` and `or`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import Any, assert_never

import attrs

from dealreg.checking.regions import HOLDS
from dealreg.deciders.columnar.columns import Columns
from dealreg.deciders.columnar.expressions import all_of, any_of, sum_of
from dealreg.deciders.columnar.kinds import Expr
from dealreg.errors import FactsError
from dealreg.facts.fields import FieldType
from dealreg.facts.values import Money, Scalar
from dealreg.policy.predicates import (
    AllOf,
    AnyOf,
    Compare,
    Constant,
    Covers,
    External,
    Fact,
    Missing,
    Not,
    OneOf,
    Only,
    Op,
    Overlaps,
    Predicate,
)

__all__ = ["Truth", "truth"]

_EXACT = Context(prec=200)
"""Room for every constant, and for every column of decimals, wherever its point is."""

_FLOAT_DIGITS = 15
"""Every decimal of so many digits is told from every other by the nearest binary number."""


@attrs.frozen(eq=False)
class Truth:
    """Where a predicate is true, and where it is false; elsewhere it is unknown."""

    true: Expr
    false: Expr

    @property
    def unknown(self) -> Expr:
        """Where it is neither."""
        return ~(self.true | self.false)


def truth(predicate: Predicate, columns: Columns) -> Truth:
    """A predicate as expressions over a table's columns.

    Raises:
        FactsError: a column of binary floating point cannot be compared with a constant exactly.
    """
    match predicate:
        case Constant(value):
            return Truth(_lit(value), _lit(not value))
        case AllOf(parts):
            made = [truth(part, columns) for part in parts]
            return Truth(all_of(e.true for e in made), any_of(e.false for e in made))
        case AnyOf(parts):
            made = [truth(part, columns) for part in parts]
            return Truth(any_of(e.true for e in made), all_of(e.false for e in made))
        case Not(part):
            inner = truth(part, columns)
            return Truth(inner.false, inner.true)
        case Missing(fact):
            absent = columns.value(fact).is_null()
            return Truth(absent, ~absent)
        case Compare(fact, op, value):
            return _known(columns.value(fact), _compared(fact, op, value, columns))
        case OneOf(fact, values):
            return _one_of(fact, values, columns)
        case Overlaps(fact, values):
            return _known(columns.value(fact), any_of(_has(columns, fact, v) for v in values))
        case Covers(fact, values):
            return _known(columns.value(fact), all_of(_has(columns, fact, v) for v in values))
        case Only(fact, values):
            return _known(columns.value(fact), _only(columns, fact, values))
        case External():
            raise AssertionError("refused before")
        case _:
            assert_never(predicate)


def _lit(value: Any) -> Expr:
    import narwhals

    return narwhals.lit(value)


def _known(value: Expr, test: Expr) -> Truth:
    """A test of a value: unknown where the value is, or where the test says nothing."""
    known = ~value.is_null()
    return Truth(known & test.fill_null(value=False), known & (~test).fill_null(value=False))


def _one_of(fact: Fact, values: Sequence[Scalar], columns: Columns) -> Truth:
    if columns.type(fact) is FieldType.TEXT:
        column = columns.value(fact)
        return _known(column, column.is_in(list(values)))
    tests = [Compare(fact, Op.EQ, value) for value in values]
    return truth(AnyOf(tests), columns)


def _has(columns: Columns, fact: Fact, text: str) -> Expr:
    return columns.value(fact).list.contains(text).fill_null(value=False)


def _only(columns: Columns, fact: Fact, values: Sequence[str]) -> Expr:
    import narwhals as nw

    found = [_has(columns, fact, text).cast(nw.Int64()) for text in values]
    return columns.value(fact).list.unique().list.len() == sum_of(found)


def _compared(fact: Fact, op: Op, value: Scalar, columns: Columns) -> Expr:
    """A comparison, null where the two do not compare."""
    column = columns.value(fact)
    match columns.type(fact):
        case FieldType.ORDINAL:
            return HOLDS[op](column, columns.levels(fact).index(str(value)))  # type: ignore[no-any-return]
        case FieldType.MONEY if isinstance(value, Money):
            import narwhals as nw

            test = _numbers(column, op, value.amount, fact, columns)
            return nw.when(columns.currency(fact) == value.currency).then(test)
        case FieldType.INTEGER | FieldType.DECIMAL:
            assert isinstance(value, int | Decimal)
            return _numbers(column, op, Decimal(value), fact, columns)
        case _:
            assert isinstance(value, bool | str | datetime | timedelta) or value is not None
            return HOLDS[op](column, _lit(value))  # type: ignore[no-any-return]


def _numbers(column: Expr, op: Op, constant: Decimal, fact: Fact, columns: Columns) -> Expr:
    """A column of numbers against an exact constant, in what the column can hold.

    `x >= 0.125` is `x >= 0.13` where x has two digits after the point, and `x == 0.125` is never.
    """
    import narwhals as nw

    dtype = columns.number(fact)
    if dtype.is_float():
        if len(constant.normalize(_EXACT).as_tuple().digits) > _FLOAT_DIGITS:
            raise FactsError(
                f"the column `{fact.name}` is of binary floating point, which cannot be compared "
                f"with `{constant}` exactly",
                place=fact.name,
                value=str(constant),
                hint="cast it to a decimal type",
            )
        return HOLDS[op](column, float(constant))  # type: ignore[no-any-return]
    scale = dtype.scale if isinstance(dtype, nw.Decimal) else 0
    grain = Decimal(1).scaleb(-scale, _EXACT)
    below = constant.quantize(grain, ROUND_FLOOR, _EXACT)
    above = constant.quantize(grain, ROUND_CEILING, _EXACT)
    if below != above and op in (Op.EQ, Op.NE):  # never equal
        return column.is_null() if op is Op.EQ else ~column.is_null()
    nearest = above if op in (Op.LT, Op.GE) else below
    number: Any = int(nearest) if scale == 0 and not isinstance(dtype, nw.Decimal) else nearest
    return HOLDS[op](column, _lit(number))  # type: ignore[no-any-return]
