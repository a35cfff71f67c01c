"""Strategies for clocks: periods and their extensions, milestones, the vendor's answer."""

from typing import Final

from hypothesis import strategies as st

from dealreg.facts.values import Span, Unit
from dealreg.policy.clocks import (
    Extension,
    GrantedBy,
    IfWaiting,
    LastDay,
    Milestone,
    Missed,
    Period,
    Sla,
)
from dealreg.testing.draws import once_in, pick
from dealreg.testing.programme import CALENDARS, SPANS

__all__ = ["CALENDAR_NAMES", "milestones_of", "period_of", "sla_of"]

CALENDAR_NAMES: Final = (None, *(calendar.name for calendar in CALENDARS))

_PROTECTED = (Span(6, Unit.MONTHS), Span(90, Unit.DAYS), Span(250, Unit.BUSINESS_DAYS)) * 3
_STARTS = ("approved_at", "submitted_at")
_MET = ("demo_at", "ordered_at", "amended_at")
_AGREED = (None, "completed_at")


def period_of(draw: st.DrawFn) -> Period:
    """A period: mostly a long one, which others interrupt; else one that ends among the facts."""
    return Period(
        pick(draw, (*_PROTECTED, *SPANS[:5])),
        pick(draw, _STARTS),
        pick(draw, CALENDAR_NAMES),
        last_day=pick(draw, tuple(LastDay)),
        extension=_extension(draw) if once_in(draw, 2) else None,
        pauses=once_in(draw, 3),
        closes=once_in(draw, 5),
    )


def _extension(draw: st.DrawFn) -> Extension:
    return Extension(
        length=pick(draw, (None, *SPANS[:4])),
        times=pick(draw, (1, 2, None)),
        ask_before=pick(draw, (Span(0, Unit.DAYS), Span(1, Unit.DAYS), Span(24, Unit.HOURS))),
        granted_by=pick(draw, tuple(GrantedBy)),
        if_waiting=pick(draw, tuple(IfWaiting)),
        lasts_while_asked=once_in(draw, 2),
    )


def milestones_of(draw: st.DrawFn) -> tuple[Milestone, ...]:
    """No milestone mostly, else one or two."""
    return tuple(_milestone(draw, number) for number in range(pick(draw, (0, 0, 0, 1, 2))))


def _milestone(draw: st.DrawFn, number: int) -> Milestone:
    length = pick(draw, (*SPANS[:5], *_PROTECTED[:1]))
    longer = Span(2 * length.length, length.unit)
    return Milestone(
        pick(draw, _MET),
        length,
        pick(draw, _STARTS),
        pick(draw, CALENDAR_NAMES),
        code=f"MILESTONE_{number}",
        last_day=pick(draw, tuple(LastDay)),
        remind=Span(length.length // 2, length.unit) if once_in(draw, 3) else None,
        grace=longer if once_in(draw, 2) else None,
        agreed=pick(draw, _AGREED),
        pauses=once_in(draw, 3),
    )


def sla_of(draw: st.DrawFn) -> Sla:
    """The vendor's clock, under each rule of what follows."""
    return Sla(
        pick(draw, SPANS[:6]),
        pick(draw, ("submitted_at", "last_submitted_at", "completed_at")),
        pick(draw, CALENDAR_NAMES),
        missed=pick(draw, tuple(Missed)),
        last_day=pick(draw, tuple(LastDay)),
        pauses=once_in(draw, 2),
    )
