"""Formulas of the solver, where what is plainly so is found without it.

A formula is a truth value of Python or an expression of z3; a number is an `int` or an expression.
Most parts of most policies are plain, and what is plain makes no formula.
"""

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import z3

__all__ = ["Formula", "Number", "both", "choose", "count", "differ", "either", "iff", "no", "then"]

Formula: TypeAlias = Any
Number: TypeAlias = Any


def both(*parts: Formula) -> Formula:
    """All of the parts."""
    left = _left(parts, decisive=False)
    if left is None:
        return False
    return True if not left else left[0] if len(left) == 1 else z3.And(left)


def either(*parts: Formula) -> Formula:
    """Some of the parts."""
    left = _left(parts, decisive=True)
    if left is None:
        return True
    return False if not left else left[0] if len(left) == 1 else z3.Or(left)


def _left(parts: Iterable[Formula], *, decisive: bool) -> list[Any] | None:
    """The parts that are not plain; None where a plain one settles it."""
    left: list[Any] = []
    for part in parts:
        if isinstance(part, bool):
            if part is decisive:
                return None
        else:
            left.append(part)
    return left


def no(part: Formula) -> Formula:
    """Not the part."""
    return not part if isinstance(part, bool) else z3.Not(part)


def then(one: Formula, other: Formula) -> Formula:
    """The one, where the other is so."""
    return either(one, no(other))


def iff(one: Formula, other: Formula) -> Formula:
    """Both or neither."""
    if isinstance(one, bool):
        return other if one else no(other)
    if isinstance(other, bool):
        return one if other else no(one)
    return True if one.eq(other) else one == other


def choose(when: Formula, one: Any, other: Any) -> Any:
    """The one where it is so, else the other: two formulas, or two numbers."""
    if isinstance(when, bool):
        return one if when else other
    if one is other or (isinstance(one, int) and isinstance(other, int) and one == other):
        return one
    if isinstance(one, bool) or isinstance(other, bool):
        return either(both(when, one), both(no(when), other))
    return z3.If(when, one, other)


def count(parts: Sequence[Formula]) -> Number:
    """How many of the parts are so."""
    plain = sum(part is True for part in parts)
    left = [z3.If(part, 1, 0) for part in parts if not isinstance(part, bool)]
    return plain + z3.Sum(left) if left else plain


def differ(one: Number, other: Number) -> Formula:
    """Whether two numbers differ."""
    if isinstance(one, int) and isinstance(other, int):
        return one != other
    if not isinstance(one, int) and not isinstance(other, int) and one.eq(other):
        return False
    return one != other
