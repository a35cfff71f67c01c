"""The instants that matter to a policy, counted from when something happened.

`Pools` has those counted from one Monday; here they are counted from what a history has told so
far, so that the next event can lie at the very end of a period, a deadline or a window.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, TypeAlias

from dealreg.deciders.clocks import deadline
from dealreg.errors import PolicyError
from dealreg.facts.calendars import UTC_CALENDAR, Calendar
from dealreg.facts.values import Span
from dealreg.policy.clocks import LastDay, Milestone, Period
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Policy
from dealreg.policy.stages import Bucket, Grace, HeadStart

__all__ = ["TICK", "Measure", "ends_from", "measures_of"]

TICK: Final = timedelta(microseconds=1)
"""The shortest time between two instants."""

Measure: TypeAlias = tuple[Span, str | None, LastDay]
"""What a clock or a window measures: its length, its calendar, and when on the last day it ends."""


@lru_cache(maxsize=64)
def measures_of(policy: Policy) -> tuple[Measure, ...]:
    """What the clocks and windows of a policy measure, each once.

    >>> from dealreg import contest, period
    >>> policy = Policy(programme="Example", contests=[contest("protection", period("90 days"))])
    >>> [(length.length, length.unit.value) for length, *_ in measures_of(policy)]
    [(90, 'days')]
    """
    found = [measure for contest in policy.contests for measure in _of_contest(contest)]
    if policy.sla is not None:
        found.append((policy.sla.length, policy.sla.calendar, policy.sla.last_day))
    return tuple(dict.fromkeys(found))


def _of_contest(contest: Contest) -> Iterator[Measure]:
    match contest.window:
        case Grace(length, _, calendar):
            yield length, calendar, LastDay.MOMENT
        case HeadStart(length):
            yield length, None, LastDay.MOMENT
        case Bucket(unit, _, calendar):
            yield Span(1, unit), calendar, LastDay.EXCLUDED
        case None:
            pass
    if contest.period is not None:
        yield from _of_period(contest.period)
    for milestone in contest.milestones:
        yield from _of_milestone(milestone)


def _of_period(period: Period) -> Iterator[Measure]:
    yield period.length, period.calendar, period.last_day
    if period.extension is None:
        return
    longer = period.extension.length or period.length
    if longer.unit is period.length.unit:  # once extended
        both = Span(period.length.length + longer.length, longer.unit)
        yield both, period.calendar, period.last_day
    before = period.extension.ask_before
    if before.unit is period.length.unit and before.length < period.length.length:
        asked = Span(period.length.length - before.length, before.unit)
        yield asked, period.calendar, period.last_day


def _of_milestone(milestone: Milestone) -> Iterator[Measure]:
    for length in (milestone.length, milestone.grace, milestone.remind):
        if length is not None:
            yield length, milestone.calendar, milestone.last_day


def ends_from(policy: Policy, start: datetime) -> Iterator[datetime]:
    """When what a policy measures ends, had it all begun at one instant.

    >>> from dealreg import contest, period
    >>> from dealreg.facts.instants import instant
    >>> policy = Policy(programme="Example", contests=[contest("protection", period("90 days"))])
    >>> [each.date().isoformat() for each in ends_from(policy, instant("2026-03-02T09:00Z"))]
    ['2026-05-31']
    """
    named = {calendar.name: calendar for calendar in policy.calendars}
    for length, name, last_day in measures_of(policy):
        calendar: Calendar = named.get(name or "", UTC_CALENDAR)
        with suppress(PolicyError):  # a business day of a calendar that has none
            end = deadline(start, length, calendar, last_day)
            if end is not None:
                yield end
