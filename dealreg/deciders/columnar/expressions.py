"""Expressions of many parts, put together so that they stay shallow.

Libraries of dataframes walk expressions by recursion, and some optimisers take the square of their
depth: a rule of thousands of parts, put one inside the other, would end them.
"""

from collections.abc import Callable, Iterable, Sequence
from operator import add, and_, or_
from typing import Final

from dealreg.deciders.columnar.kinds import Expr

__all__ = ["all_of", "any_of", "chosen", "sum_of"]

_DEEP: Final = 16
"""How many cases are put inside each other; blocks of so many stand side by side."""


def all_of(parts: Iterable[Expr]) -> Expr:
    """Whether all parts are true; true where there are none."""
    return _joined(and_, parts, True)


def any_of(parts: Iterable[Expr]) -> Expr:
    """Whether some part is true; false where there are none."""
    return _joined(or_, parts, False)


def sum_of(parts: Iterable[Expr]) -> Expr:
    """The sum of all parts; 0 where there are none."""
    return _joined(add, parts, 0)


def _joined(join: Callable[[Expr, Expr], Expr], parts: Iterable[Expr], none: int) -> Expr:
    import narwhals as nw

    left = list(parts) or [nw.lit(none)]
    while len(left) > 1:
        last = left[len(left) & ~1 :]
        left = [join(*pair) for pair in zip(left[::2], left[1::2], strict=False)] + last
    return left[0]


def chosen(cases: Sequence[tuple[Expr, Expr]], otherwise: Expr) -> Expr:
    """The value of the first test that is true.

    Of more than a few cases, one that has no value where its test is true is passed over.
    """
    import narwhals as nw

    blocks = [_nested(cases[at : at + _DEEP]) for at in range(0, len(cases), _DEEP)]
    match blocks:
        case []:
            return otherwise
        case [only]:
            return only(otherwise)
        case _:
            return nw.coalesce(*(block(None) for block in blocks), otherwise)


def _nested(cases: Sequence[tuple[Expr, Expr]]) -> Callable[[Expr | None], Expr]:
    """A few cases inside each other, around what holds otherwise."""
    import narwhals as nw

    def around(rest: Expr | None) -> Expr:
        for test, value in reversed(cases):
            whens = nw.when(test).then(value)
            rest = whens if rest is None else whens.otherwise(rest)
        assert rest is not None, "there are cases"
        return rest

    return around
