"""Holdings: what was awarded, as a fact of its own, so that a holder keeps what it holds."""

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from typing import ClassVar

import attrs

from dealreg.errors import FactsError, shown
from dealreg.facts.identifiers import identifier
from dealreg.facts.instants import instant, optional_instant
from dealreg.facts.values import as_tuple

__all__ = ["Holding"]


def _place(value: int) -> int:
    if type(value) is int and value > 0:
        return value
    raise FactsError(f"{shown(value)} is not a place among holders", value=value, hint="from 1 on")


def _text(value: str) -> str:
    if isinstance(value, str):
        return value
    raise FactsError(f"{shown(value)} is not a text", value=value)


def _exact(value: "Fraction | int | str") -> Fraction:
    if isinstance(value, float):
        raise FactsError(f"{shown(value)} is a float, which is not exact", value=value)
    try:
        return Fraction(value)
    except (TypeError, ValueError, ZeroDivisionError):
        raise FactsError(f"{shown(value)} is not an exact number", value=value) from None


def _lines(value: Iterable[str] | None) -> frozenset[str] | None:
    if value is None:
        return None
    texts = as_tuple(value)
    if isinstance(value, str) or not all(isinstance(text, str) for text in texts):
        raise FactsError(
            f"{shown(value)} is not a set of texts", value=value, hint="give texts, as in {'x'}"
        )
    return frozenset(texts)


@attrs.frozen(kw_only=True)
class Holding:
    """A benefit that a registration was awarded for good, and on which terms (spec clause C-17).

    Attributes:
        registration_id, benefit, line: who holds what.
        since: the instant from which it holds, included.
        until: the instant at which that ended, excluded; None while it lasts.
        ended_by: the reason code with which it ended.
        place: its place among the holders.
        label, percent, share: the terms it was awarded on, which it keeps.
        lines: the products or sites that it is for, where scopes overlap in part: those claimed
            when it was awarded, and those added since that nobody else held. None for everything.
    """

    tag: ClassVar[str] = "holding"

    registration_id: str = attrs.field(converter=identifier)
    benefit: str = attrs.field(converter=identifier)
    line: str | None = attrs.field(default=None, converter=attrs.converters.optional(_text))
    since: datetime = attrs.field(converter=instant)
    until: datetime | None = attrs.field(default=None, converter=optional_instant)
    ended_by: str = attrs.field(default="", converter=_text)
    place: int = attrs.field(default=1, converter=_place)
    label: str = attrs.field(default="", converter=_text)
    percent: Fraction | None = attrs.field(
        default=None, converter=attrs.converters.optional(_exact)
    )
    share: Fraction = attrs.field(default=Fraction(1), converter=_exact)
    lines: frozenset[str] | None = attrs.field(default=None, converter=_lines)

    def __attrs_post_init__(self) -> None:
        if self.until is not None and self.until < self.since:
            raise FactsError(
                f"the holding ends at {shown(self.until.isoformat())}, before it began",
                place=f"holding of {self.benefit} by {self.registration_id}",
                value=self.until,
                hint="correct whichever of the two instants is wrong",
            )
