"""Builders of clocks: periods, extensions, milestones, the vendor's answer, and finality."""

import attrs

from dealreg.facts.values import Span, span
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

__all__ = ["FinalFrom", "extension", "final_from", "milestone", "period", "sla"]


def _span(length: str | Span) -> Span:
    return span(length) if isinstance(length, str) else length


def period(
    length: str | Span,
    *,
    starts: str = "approved_at",
    calendar: str | None = None,
    last_day: LastDay | str = LastDay.MOMENT,
    extension: Extension | None = None,
    pauses: bool = False,
    closes: bool = False,
) -> Period:
    """How long an entitlement lasts: from an instant field on, the end excluded.

    >>> period("6 months", starts="submitted_at", last_day="included").last_day.value
    'included'
    """
    return Period(
        _span(length),
        starts,
        calendar,
        last_day=LastDay(last_day),
        extension=extension,
        pauses=pauses,
        closes=closes,
    )


def extension(
    length: str | Span | None = None,
    *,
    times: int | None = 1,
    ask_before: str | Span = "0 days",
    granted_by: GrantedBy | str = GrantedBy.VENDOR,
    if_waiting: IfWaiting | str = IfWaiting.GRANTED,
    lasts_while_asked: bool = False,
) -> Extension:
    """How a period can be extended on request; without a length, by the period's own.

    >>> period("6 months", extension=extension()).extension.times
    1
    """
    return Extension(
        length=None if length is None else _span(length),
        times=times,
        ask_before=_span(ask_before),
        granted_by=GrantedBy(granted_by),
        if_waiting=IfWaiting(if_waiting),
        lasts_while_asked=lasts_while_asked,
    )


def milestone(
    met: str,
    length: str | Span,
    *,
    starts: str = "approved_at",
    calendar: str | None = None,
    code: str = "MILESTONE_MISSED",
    tell: str = "",
    last_day: LastDay | str = LastDay.MOMENT,
    remind: str | Span | None = None,
    grace: str | Span | None = None,
    agreed: str | None = None,
    pauses: bool = False,
) -> Milestone:
    """Something that must have happened by a deadline, as an instant field says.

    >>> milestone("meeting_at", "30 days", remind="20 days", grace="45 days").grace.length
    45
    """
    return Milestone(
        met,
        _span(length),
        starts,
        calendar,
        code,
        tell,
        LastDay(last_day),
        None if remind is None else _span(remind),
        None if grace is None else _span(grace),
        agreed,
        pauses,
    )


def sla(
    length: str | Span,
    *,
    starts: str = "submitted_at",
    calendar: str | None = None,
    missed: Missed | str = Missed.NOTHING,
    last_day: LastDay | str = LastDay.MOMENT,
    pauses: bool = True,
) -> Sla:
    """By when the vendor answers, and what follows if it does not: for `Policy(sla=...)`.

    >>> sla("2 business days", missed="escalate").length.length
    2
    """
    return Sla(_span(length), starts, calendar, Missed(missed), LastDay(last_day), pauses)


@attrs.frozen
class FinalFrom:
    """The instant field from which on an award is final."""

    name: str


def final_from(name: str) -> FinalFrom:
    """From this instant field on an award is final, and its holder keeps the benefit.

    >>> from dealreg.policy.builders import contest, earliest
    >>> contest("protection", earliest("submitted_at"), final_from("submitted_at")).final_from
    'submitted_at'
    """
    return FinalFrom(name)
