"""Clocks as closures: when a period ends, and whether a milestone was missed (K-1 to K-5).

Where nothing made a clock stand still and nothing extended it, its end depends on its start only,
and is remembered. Everything else is asked of `dealreg.deciders.clocks`, which defines it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TypeAlias

from dealreg.deciders.clocks import deadline, milestone_due, period_of
from dealreg.deciders.compiled.context import Context
from dealreg.deciders.compiled.reads import Reads
from dealreg.facts.calendars import UTC_CALENDAR, Calendar
from dealreg.facts.records import Registration
from dealreg.facts.values import Span, Unit
from dealreg.policy.clocks import LastDay, Milestone, Period
from dealreg.policy.policies import Policy

__all__ = ["Ends", "Term", "calendar_of", "fixed_length", "later", "missed", "term"]

Term: TypeAlias = Callable[[Context, Registration], tuple[datetime, datetime | None] | None]
"""When a registration's period starts and ends; None before it starts."""

Ends: TypeAlias = Callable[[datetime], datetime]
"""When a clock that started at an instant runs out."""

_REMEMBERED = 1024


def calendar_of(policy: Policy, name: str | None) -> Calendar:
    """The calendar of that name; None is Monday to Friday in UTC."""
    if name is None:
        return UTC_CALENDAR
    return next(calendar for calendar in policy.calendars if calendar.name == name)


def fixed_length(length: Span, calendar: Calendar) -> timedelta | None:
    """The length of a span that is as long from whatever instant it begins; None of others."""
    always = length.unit in (Unit.MINUTES, Unit.HOURS)
    if always or (calendar.zone == "UTC" and length.unit in (Unit.DAYS, Unit.WEEKS)):
        return timedelta(**{length.unit.value: length.length})
    return None


def later(length: Span, calendar: Calendar, last_day: LastDay = LastDay.MOMENT) -> Ends:
    """The instant a span after another one."""
    fixed = fixed_length(length, calendar)
    if fixed is not None and last_day is LastDay.MOMENT:
        return lambda start: start + fixed

    @lru_cache(maxsize=_REMEMBERED)
    def ends(start: datetime) -> datetime:
        found = deadline(start, length, calendar, last_day)
        assert found is not None, "nothing pauses it"
        return found

    return ends


def term(period: Period | None, reads: Reads) -> Term | None:
    """The period of a contest."""
    if period is None:
        return None
    ends = later(period.length, calendar_of(reads.policy, period.calendar), period.last_day)
    starts = reads.named(period.starts)
    pauses, extends = period.pauses, period.extension is not None

    def found(c: Context, registration: Registration) -> tuple[datetime, datetime | None] | None:
        if (pauses and registration.pauses) or (extends and registration.extensions):
            whole = period_of(c.view, period, registration)
            return None if whole is None else (whole.starts, whole.ends)
        start = starts(c, registration)
        return (start, ends(start)) if isinstance(start, datetime) else None

    return found


def missed(milestone: Milestone, reads: Reads) -> Callable[[Context, Registration], bool]:
    """Whether a milestone was missed."""
    calendar = calendar_of(reads.policy, milestone.calendar)
    due = later(milestone.length, calendar, milestone.last_day)
    grace = milestone.grace and later(milestone.grace, calendar, milestone.last_day)
    starts, met = reads.named(milestone.starts), reads.named(milestone.met)
    agreed = None if milestone.agreed is None else reads.named(milestone.agreed)

    def asked(c: Context, registration: Registration) -> bool:
        if milestone.pauses and registration.pauses:
            whole = milestone_due(c.view, milestone, registration)
            return (
                whole is not None
                and not whole.met
                and whole.final is not None
                and whole.final <= c.at
            )
        start = starts(c, registration)
        if not isinstance(start, datetime):
            return False
        final = due(start)
        if grace:
            word = None if agreed is None else agreed(c, registration)
            if agreed is None or (isinstance(word, datetime) and word < final):
                final = grace(start)
        if final > c.at:
            return False
        done = met(c, registration)
        return not (isinstance(done, datetime) and done < final)

    return asked
