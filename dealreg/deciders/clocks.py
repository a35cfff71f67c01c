"""What the clocks of a policy come to, for one registration (spec clauses K-1 to K-6)."""

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeAlias

import attrs

from dealreg.errors import PolicyError
from dealreg.facts.calendars import (
    Calendar,
    add_span,
    business_days_between,
    days_between,
    local_date,
    midnight,
)
from dealreg.facts.courses import ExtensionRequest, Pause, WaitsFor
from dealreg.facts.records import ENDED, Registration, Status
from dealreg.facts.values import Span, Unit
from dealreg.facts.view import View
from dealreg.policy.clocks import Extension, GrantedBy, LastDay, Milestone, Missed, Period, Sla
from dealreg.policy.policies import Policy

__all__ = [
    "Due",
    "Term",
    "answer_due",
    "deadline",
    "milestone_due",
    "next_bucket",
    "period_of",
    "with_clocks",
]

_FIXED = (Unit.MINUTES, Unit.HOURS)
_TICK = timedelta(microseconds=1)


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
    counts = _Counts(length.unit, last_day, calendar)
    return _waited(counts.after(start, length), _waits(start, pauses), counts)


@attrs.frozen
class _Counts:
    """How a clock counts: the unit of what was waited, the rule of its last day, its calendar."""

    unit: Unit
    last_day: LastDay
    calendar: Calendar

    def after(self, start: datetime, length: Span) -> datetime:
        """When a clock runs out that nothing holds up (K-1)."""
        return _on_last_day(add_span(start, length, self.calendar), self.last_day, self.calendar)

    def longer(self, end: datetime, length: Span) -> datetime:
        """The end, a span later."""
        if self.last_day is LastDay.INCLUDED and length.unit is Unit.BUSINESS_DAYS:
            # Counted from the last day itself: the end is the day after, which may be a Saturday.
            last = local_date(end - _TICK, self.calendar)
            return self.after(midnight(last, self.calendar), length)
        return add_span(end, length, self.calendar)

    def moved(self, end: datetime, since: datetime, until: datetime) -> datetime:
        """The end, moved by a wait: in business days, in days, or exactly (K-2)."""
        if self.unit is Unit.BUSINESS_DAYS:
            days = business_days_between(since, until, self.calendar)
            return self.longer(end, Span(days, Unit.BUSINESS_DAYS)) if days else end
        if self.last_day is LastDay.MOMENT or self.unit in _FIXED:
            return end + (until - since)
        return self.longer(end, Span(days_between(since, until, self.calendar), Unit.DAYS))


Wait: TypeAlias = tuple[datetime, datetime | None]
"""A time of waiting: from an instant until another; None while it goes on."""


def _waits(start: datetime, pauses: Iterable[Pause]) -> deque[Wait]:
    """The waits since a clock started, in order, and none of the time twice."""
    found: deque[Wait] = deque()
    counted = start
    for pause in pauses:
        since = max(pause.since, counted)
        if pause.until is None:
            found.append((since, None))
            break
        if pause.until > since:
            found.append((since, pause.until))
            counted = pause.until
    return found


def _waited(end: datetime, waits: deque[Wait], counts: _Counts) -> datetime | None:
    """The end after the waits that began before it, which are used up; None while one goes on."""
    while waits and waits[0][0] < end:
        since, until = waits.popleft()
        if until is None:
            return None
        end = counts.moved(end, since, until)
    return end


def _on_last_day(end: datetime, last_day: LastDay, calendar: Calendar) -> datetime:
    match last_day:
        case LastDay.MOMENT:
            return end
        case LastDay.INCLUDED:
            return midnight(local_date(end, calendar) + timedelta(days=1), calendar)
        case LastDay.EXCLUDED:
            return midnight(local_date(end, calendar), calendar)


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
    counts = _Counts(period.length.unit, period.last_day, view.calendar(period.calendar))
    pauses = _pauses(view, registration, WaitsFor.VENDOR) if period.pauses else ()
    waits = _waits(starts, pauses)
    ends = _waited(counts.after(starts, period.length), waits, counts)
    if period.extension is None:
        return Term(starts, ends)
    count = 0
    for asked in registration.extensions:
        if ends is None or (period.extension.times or count + 1) <= count:
            break
        if asked.asked_at > view.at or not _in_time(asked, period.extension, ends, counts.calendar):
            continue
        refused = _known(view, asked.refused_at)
        if refused is None and _granted(view, asked, period.extension):
            length = asked.length or period.extension.length or period.length
            ends = _waited(counts.longer(ends, length), waits, counts)
            count += 1
        elif period.extension.lasts_while_asked:
            ends = None if refused is None else max(ends, refused)
    return Term(starts, ends, count)


def _in_time(
    asked: ExtensionRequest, extension: Extension, ends: datetime, calendar: Calendar
) -> bool:
    if extension.ask_before.length == 0:
        return asked.asked_at < ends
    return add_span(asked.asked_at, extension.ask_before, calendar) <= ends


def _known(view: View, when: datetime | None) -> datetime | None:
    """An instant that has come; None for one that has not, or is not known (F-4)."""
    return when if when is not None and when <= view.at else None


def _granted(view: View, asked: ExtensionRequest, extension: Extension) -> bool:
    by_asking = extension.granted_by is GrantedBy.ASKING
    return by_asking or _known(view, asked.granted_at) is not None


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
    return Due(starts, None, due, due, _answered(view, registration, due))


def _answered(view: View, registration: Registration, due: datetime | None) -> bool:
    """Whether the vendor approved the registration, or it ended, before the answer was due."""
    answers = [_known(view, registration.approved_at)]
    if registration.status in ENDED:
        answers.append(_known(view, registration.ended_at))
    if any(each is not None and (due is None or each < due) for each in answers):
        return True
    # Approved or ended without an instant: it has been so from the beginning (F-3).
    if registration.status is Status.APPROVED:
        return registration.approved_at is None
    return registration.status in ENDED and registration.ended_at is None


def next_bucket(first: datetime, unit: Unit, calendar: Calendar) -> datetime:
    """When the day, week (Monday first) or month after that of an instant begins."""
    try:
        day = local_date(first, calendar)
        if unit is Unit.WEEKS:
            day += timedelta(days=7 - day.weekday())
        elif unit is Unit.MONTHS:
            day = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
        else:
            day += timedelta(days=1)
        return midnight(day, calendar)
    except OverflowError:
        raise PolicyError(f"the {unit} after {first.isoformat()} are out of range") from None


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
