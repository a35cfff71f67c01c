"""What the clocks of a policy come to, for one registration (spec clauses K-1 to K-6)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import attrs

from dealreg.facts.calendars import (
    Calendar,
    add_span,
    business_days_between,
    days_between,
    local_date,
    midnight,
)
from dealreg.facts.courses import ExtensionRequest, Pause, WaitsFor
from dealreg.facts.records import Registration
from dealreg.facts.values import Span, Unit
from dealreg.facts.view import View
from dealreg.policy.clocks import Extension, GrantedBy, LastDay, Milestone, Missed, Period, Sla
from dealreg.policy.policies import Policy

__all__ = ["Due", "Term", "answer_due", "deadline", "milestone_due", "period_of", "with_clocks"]

_FIXED = (Unit.MINUTES, Unit.HOURS)


@attrs.frozen
class Term:
    """A period as it stands: `ends` is None while it stands still, and has no end."""

    starts: datetime
    ends: datetime | None
    extended: int = 0


@attrs.frozen
class Due:
    """A deadline as it stands; `due` and `final` are None while the clock stands still.

    Attributes:
        starts: when the clock started.
        reminds: when to remind; None for never.
        due: when it is due.
        final: when it is due at the very latest, grace included.
        met: whether it was met in time.
    """

    starts: datetime
    reminds: datetime | None
    due: datetime | None
    final: datetime | None
    met: bool


def deadline(
    start: datetime,
    length: Span,
    calendar: Calendar,
    last_day: LastDay = LastDay.MOMENT,
    pauses: Iterable[Pause] = (),
) -> datetime | None:
    """When a clock runs out that started at an instant; None while it stands still (K-1, K-2)."""
    end = _on_last_day(add_span(start, length, calendar), last_day, calendar)
    counted = start
    for pause in pauses:
        since = max(pause.since, counted)
        if pause.until is not None and pause.until <= since:
            continue
        if since >= end:
            break
        if pause.until is None:
            return None
        end = _moved(end, since, pause.until, length.unit, last_day, calendar)
        counted = pause.until
    return end


def _on_last_day(end: datetime, last_day: LastDay, calendar: Calendar) -> datetime:
    match last_day:
        case LastDay.MOMENT:
            return end
        case LastDay.INCLUDED:
            return midnight(local_date(end, calendar) + timedelta(days=1), calendar)
        case LastDay.EXCLUDED:
            return midnight(local_date(end, calendar), calendar)


def _moved(
    end: datetime,
    since: datetime,
    until: datetime,
    unit: Unit,
    last_day: LastDay,
    calendar: Calendar,
) -> datetime:
    """The end, moved by a time of waiting: in business days, in days, or exactly (K-2)."""
    if unit is Unit.BUSINESS_DAYS:
        count = business_days_between(since, until, calendar)
        return add_span(end, Span(count, Unit.BUSINESS_DAYS), calendar)
    if last_day is LastDay.MOMENT or unit in _FIXED:
        return end + (until - since)
    return add_span(end, Span(days_between(since, until, calendar), Unit.DAYS), calendar)


def _pauses(view: View, registration: Registration, waits_for: WaitsFor) -> list[Pause]:
    """The times of waiting as they are known at the instant of the view."""
    return [
        attrs.evolve(pause, until=None)
        if pause.until is not None and pause.until > view.at
        else pause
        for pause in registration.pauses
        if pause.waits_for is waits_for and pause.since <= view.at
    ]


def period_of(view: View, period: Period, registration: Registration) -> Term | None:
    """The period of a registration, extensions included; None before it starts (K-3, K-4)."""
    starts = view.read(registration, period.starts)
    if not isinstance(starts, datetime):
        return None
    calendar = view.calendar(period.calendar)
    pauses = _pauses(view, registration, WaitsFor.VENDOR) if period.pauses else ()
    ends = deadline(starts, period.length, calendar, period.last_day, pauses)
    if period.extension is None:
        return Term(starts, ends)
    count = 0
    for asked in registration.extensions:
        if ends is None or (period.extension.times or count + 1) <= count:
            break
        if asked.asked_at > view.at or not _in_time(asked, period.extension, ends, calendar):
            continue
        longer = _extended(view, asked, period, ends, calendar)
        count += longer is not None and longer > ends
        ends = longer
    return Term(starts, ends, count)


def _in_time(
    asked: ExtensionRequest, extension: Extension, ends: datetime, calendar: Calendar
) -> bool:
    if extension.ask_before.length == 0:
        return asked.asked_at < ends
    return add_span(asked.asked_at, extension.ask_before, calendar) <= ends


def _extended(
    view: View, asked: ExtensionRequest, period: Period, ends: datetime, calendar: Calendar
) -> datetime | None:
    """The end after a request made in time; None while it lasts until the answer."""
    extension = period.extension
    assert extension is not None
    refused = asked.refused_at is not None and asked.refused_at <= view.at
    granted = asked.granted_at is not None and asked.granted_at <= view.at
    if refused:
        late = extension.lasts_while_asked and asked.refused_at is not None
        return max(ends, asked.refused_at) if late else ends  # type: ignore[type-var]
    if granted or extension.granted_by is GrantedBy.ASKING:
        return add_span(ends, asked.length or extension.length or period.length, calendar)
    return None if extension.lasts_while_asked else ends


def milestone_due(view: View, milestone: Milestone, registration: Registration) -> Due | None:
    """A milestone of a registration as it stands; None before its clock starts (K-5)."""
    starts = view.read(registration, milestone.starts)
    if not isinstance(starts, datetime):
        return None
    calendar = view.calendar(milestone.calendar)
    pauses = _pauses(view, registration, WaitsFor.VENDOR) if milestone.pauses else []

    def after(length: Span) -> datetime | None:
        return deadline(starts, length, calendar, milestone.last_day, pauses)

    due = final = after(milestone.length)
    if milestone.grace is not None and due is not None:
        agreed = None if milestone.agreed is None else view.read(registration, milestone.agreed)
        if milestone.agreed is None or (isinstance(agreed, datetime) and agreed < due):
            final = after(milestone.grace)
    met = view.read(registration, milestone.met)
    in_time = isinstance(met, datetime) and (final is None or met < final)
    reminds = None if milestone.remind is None else after(milestone.remind)
    return Due(starts, reminds, due, final, in_time)


def answer_due(view: View, sla: Sla, registration: Registration) -> Due | None:
    """The vendor's answer as it stands; None before its clock starts (K-6)."""
    starts = view.read(registration, sla.starts)
    if not isinstance(starts, datetime):
        return None
    pauses = _pauses(view, registration, WaitsFor.PARTNER) if sla.pauses else []
    due = deadline(starts, sla.length, view.calendar(sla.calendar), sla.last_day, pauses)
    answers = (registration.approved_at, registration.ended_at)
    given = [each for each in answers if each is not None and each <= view.at]
    met = bool(given) and (due is None or min(given) < due)
    return Due(starts, None, due, due, met)


def with_clocks(view: View, policy: Policy) -> View:
    """The view with the approvals and ends that a policy's clocks give (F-13, F-14)."""
    sla = policy.sla
    if sla is not None and sla.missed is Missed.DEEMED_APPROVED:
        deemed: dict[str, datetime] = {}
        for each in view.facts.registrations:
            answer = answer_due(view, sla, each)
            if answer is None or answer.met or answer.due is None or answer.due > view.at:
                continue
            deemed[each.registration_id] = answer.due
        view = attrs.evolve(view, deemed=deemed, agreeing={})
    closing = [c.period for c in policy.contests if c.period is not None and c.period.closes]
    if closing:
        expiries: dict[str, datetime] = {}
        for each in view.facts.registrations:
            terms = [period_of(view, period, each) for period in closing]
            ends = [term.ends for term in terms if term is not None and term.ends is not None]
            if ends:
                expiries[each.registration_id] = min(ends)
        view = attrs.evolve(view, expiries=expiries, agreeing={})
    return view
