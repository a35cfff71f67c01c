"""What an entitlement is worth: terms with a rate, a share, and the programme's own words.

Data only. What a rate comes to is in `dealreg/deciders/reference/entitling.py`.
"""

import re
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, TypeAlias

import attrs

from dealreg.errors import PolicyError, UsageError, shown
from dealreg.facts.values import as_tuple, decimal
from dealreg.policy.predicates import Predicate, predicate

__all__ = ["Band", "Banded", "FractionOfHolder", "Percent", "Rate", "Terms"]


@attrs.frozen
class Percent:
    """A rate in percent, exact."""

    tag: ClassVar[str] = "percent"

    value: Decimal = attrs.field(converter=decimal)


_FRACTION = re.compile(r"-?[0-9]{1,34}(/[0-9]{1,34}|\.[0-9]{1,34})?")


def _fraction(value: "Fraction | int | str") -> Fraction:
    if isinstance(value, float):
        raise UsageError(
            f"{shown(value)} is a float, which is not exact", value=value, hint='write "1/2"'
        )
    try:
        if isinstance(value, str) and not _FRACTION.fullmatch(value):
            raise ValueError  # noqa: TRY301 - Fraction would read "1e999999999" for ever
        made = Fraction(value)
    except (ValueError, TypeError, ZeroDivisionError):
        raise UsageError(
            f"{shown(value)} is not a fraction", value=value, hint='write it as in "1/2"'
        ) from None
    if not 0 <= made <= 1:
        raise PolicyError(
            f"the fraction {shown(str(made))} is not between 0 and 1", value=str(made)
        )
    return made


@attrs.frozen
class FractionOfHolder:
    """A fraction of the rate that the first holder gets, such as half of it."""

    tag: ClassVar[str] = "fraction_of_holder"

    value: Fraction = attrs.field(converter=_fraction)


@attrs.frozen
class Band:
    """A rate for those that satisfy a predicate: a tier, a volume band."""

    tag: ClassVar[str] = "band"

    when: Predicate = attrs.field(converter=predicate)
    percent: Decimal = attrs.field(converter=decimal)


@attrs.frozen
class Banded:
    """The rate of the first band that applies; none of them, no rate."""

    tag: ClassVar[str] = "banded"

    bands: tuple[Band, ...] = attrs.field(converter=as_tuple)


Rate: TypeAlias = Percent | FractionOfHolder | Banded


@attrs.frozen
class Terms:
    """What an entitlement is worth: a label people know, a rate, a share.

    Attributes:
        label: the programme's own words, such as `co-sell rate`.
        rate: a percentage, a fraction of the holder's, or bands; None when there is none.
        share: which part of the benefit; None for the whole (or the equal part of a shared tie).
    """

    tag: ClassVar[str] = "terms"

    label: str = ""
    rate: Rate | None = None
    share: Fraction | None = attrs.field(
        default=None, converter=attrs.converters.optional(_fraction)
    )
