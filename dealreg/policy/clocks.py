"""The clocks of a programme: protection periods, extensions, milestones, the vendor's answer.

Data only. What a clock comes to is in `dealreg/deciders/clocks.py`.
"""

from typing import ClassVar

import attrs

from dealreg.errors import PolicyError, shown
from dealreg.facts.values import Choice, Span, Unit
from dealreg.policy.stages import reason_code

__all__ = [
    "Extension",
    "GrantedBy",
    "IfWaiting",
    "LastDay",
    "Milestone",
    "Missed",
    "Period",
    "Sla",
]


class LastDay(Choice):
    """When on its last day a clock runs out. Day 0 is the local day on which it started."""

    MOMENT = "moment"
    """At the clock time at which it started."""
    INCLUDED = "included"
    """When that day ends: 120 days from day 0 run out as day 121 begins."""
    EXCLUDED = "excluded"
    """When that day begins."""


class GrantedBy(Choice):
    """What it takes for an extension to count."""

    VENDOR = "vendor"
    """The vendor grants it."""
    ASKING = "asking"
    """It is enough to ask in time."""


class IfWaiting(Choice):
    """What becomes of an extension while another registration waits for the benefit."""

    GRANTED = "granted"
    REFUSED = "refused"


_MOST_TIMES = 1_000


def _times(value: int | None) -> int | None:
    if value is None or (type(value) is int and 0 < value <= _MOST_TIMES):
        return value
    raise PolicyError(
        f"{shown(value)} cannot be how often a period is extended",
        value=value,
        hint="give a number from 1 on, or None for any number",
    )


@attrs.frozen(kw_only=True)
class Extension:
    """A period can be made longer on request, asked for before it ends.

    Attributes:
        length: by how much, unless the answer says otherwise; None for the period's own length.
        times: how often; None for any number.
        ask_before: how long before the end it must be asked for, at the latest.
        granted_by: whether the vendor has to grant it.
        if_waiting: what becomes of it while somebody waits for the benefit.
        lasts_while_asked: whether the period goes on until a request made in time is answered;
            else it ends, and an answer given later counts from that answer on.
    """

    tag: ClassVar[str] = "extension"

    length: Span | None = None
    times: int | None = attrs.field(default=1, converter=_times)
    ask_before: Span = Span(0, Unit.DAYS)
    granted_by: GrantedBy = attrs.field(default=GrantedBy.VENDOR, converter=GrantedBy)
    if_waiting: IfWaiting = attrs.field(default=IfWaiting.GRANTED, converter=IfWaiting)
    lasts_while_asked: bool = False


@attrs.frozen
class Period:
    """How long an entitlement lasts: from an instant field on, for a span, end excluded.

    A registration whose period has ended at the instant of the decision is not eligible.

    Attributes:
        length: how long.
        starts: the instant field it starts at.
        calendar: counts the days, and says where they begin.
        code: the reason code of a registration whose period has ended.
        last_day: when on its last day it ends.
        extension: how it can be extended; None for not at all.
        pauses: whether it stands still while the registration waits for the vendor.
        closes: whether the registration itself has expired when it ends, for all benefits and
            for what counts registrations.
    """

    tag: ClassVar[str] = "period"

    length: Span
    starts: str = "approved_at"
    calendar: str | None = None
    code: str = attrs.field(default="EXPIRED", converter=reason_code)
    last_day: LastDay = attrs.field(default=LastDay.MOMENT, converter=LastDay)
    extension: Extension | None = None
    pauses: bool = False
    closes: bool = False


@attrs.frozen
class Milestone:
    """Something that must have happened by a deadline, or the benefit is lost.

    Attributes:
        met: the instant field that says when it happened, such as `meeting_at`.
        length: how long after the start it is due.
        starts: the instant field it counts from.
        calendar: counts the days, and says where they begin.
        code: the reason code of a registration that missed it.
        tell: what a partner may be told.
        last_day: when on its last day it is due.
        remind: how long after the start the partner is reminded; None for no reminder.
        grace: how long after the start it is due at the very latest; None for no grace.
        agreed: the instant field that must be known by the due date for the grace to apply; None
            when it always does.
        pauses: whether it stands still while the registration waits for the vendor.
    """

    tag: ClassVar[str] = "milestone"

    met: str
    length: Span
    starts: str = "approved_at"
    calendar: str | None = None
    code: str = attrs.field(default="MILESTONE_MISSED", converter=reason_code)
    tell: str = ""
    last_day: LastDay = attrs.field(default=LastDay.MOMENT, converter=LastDay)
    remind: Span | None = None
    grace: Span | None = None
    agreed: str | None = None
    pauses: bool = False


class Missed(Choice):
    """What it means that the vendor has not answered in time."""

    NOTHING = "nothing"
    """The answer is overdue, and a replay says so."""
    ESCALATE = "escalate"
    """A person of the vendor is asked to answer."""
    DEEMED_APPROVED = "deemed_approved"
    """The registration counts as approved from then on."""


@attrs.frozen
class Sla:
    """The vendor's own clock: by when it answers a registration, and what follows if it does not.

    Attributes:
        length: how long after the start the answer is due.
        starts: the instant field it counts from.
        calendar: counts the days, and says where they begin.
        missed: what follows when no answer was given in time.
        last_day: when on its last day the answer is due.
        pauses: whether it stands still while the registration is with the partner.
    """

    tag: ClassVar[str] = "sla"

    length: Span
    starts: str = "submitted_at"
    calendar: str | None = None
    missed: Missed = attrs.field(default=Missed.NOTHING, converter=Missed)
    last_day: LastDay = attrs.field(default=LastDay.MOMENT, converter=LastDay)
    pauses: bool = True
