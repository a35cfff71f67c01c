"""What terms are worth, as closures (C-14)."""

from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias, assert_never

import attrs

from dealreg.deciders.compiled.conditions import Truth, truth
from dealreg.deciders.compiled.context import Context
from dealreg.deciders.compiled.reads import Reads
from dealreg.facts.records import Registration
from dealreg.policy.terms import Banded, FractionOfHolder, Percent, Rate, Terms

__all__ = ["NO_TERMS", "Worth", "worth"]

OwnRate: TypeAlias = Callable[[Context, Registration], Fraction | None]
"""The rate that a registration has by itself."""


@attrs.frozen(eq=False)
class Worth:
    """Compiled terms.

    Attributes:
        label: the programme's words.
        own: the rate, where it does not depend on the holder's.
        part: which part of the first holder's rate it is; None where it is no such part.
        share: which part of the benefit; None for the whole.
        fixed: whether it is the same for everybody.
    """

    label: str
    own: OwnRate
    part: Fraction | None
    share: Fraction | None
    fixed: bool


def worth(terms: Terms, reads: Reads) -> Worth:
    """Terms as closures."""
    own, part, fixed = _rate(terms.rate, reads)
    return Worth(terms.label, own, part, terms.share, fixed)


def _rate(rate: Rate | None, reads: Reads) -> tuple[OwnRate, Fraction | None, bool]:
    match rate:
        case None:
            return _none, None, True
        case Percent(value):
            percent = Fraction(value)
            return lambda _c, _r: percent, None, True
        case Banded(bands):
            made = tuple((truth(each.when, reads), Fraction(each.percent)) for each in bands)
            return _banded(made), None, False
        case FractionOfHolder(fraction):
            return _none, fraction, False
        case _:
            assert_never(rate)


def _none(_context: Context, _registration: Registration) -> Fraction | None:
    return None


def _banded(bands: tuple[tuple[Truth, Fraction], ...]) -> OwnRate:
    def rate(c: Context, registration: Registration) -> Fraction | None:
        for applies, percent in bands:
            if applies(c, registration):
                return percent
        return None

    return rate


NO_TERMS = Worth("", _none, None, None, True)
"""What a holder gets of whom the policy says nothing more."""
