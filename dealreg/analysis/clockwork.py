"""The clocks of a policy, as functions of their start, and when they have just run out.

Cases ask about one instant, long after all that happens in them: a clock matters by whether it has
run out by then.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from dealreg.analysis.readings import Readings, Variable
from dealreg.deciders.clocks import deadline
from dealreg.errors import PolicyError
from dealreg.facts.calendars import UTC_CALENDAR, Calendar
from dealreg.facts.fields import Count, Elapsed
from dealreg.facts.values import Span
from dealreg.policy.clocks import Missed
from dealreg.policy.policies import Policy

__all__ = ["ASKED", "TICK", "deemed_by", "ending", "latest", "running", "steps_about", "then"]

ASKED: Final = datetime(2046, 3, 3, 9, tzinfo=UTC)
"""The instant that cases ask about: long after, so that nothing is still to happen."""

TICK: Final = timedelta(microseconds=1)

Clock: TypeAlias = Callable[[datetime], datetime | None]
"""When a clock runs out, by its start; None where it never does."""


def running(policies: Sequence[Policy], found: Readings, variable: Variable) -> Iterator[Clock]:
    """The clocks that start at a field and run until the instant asked about."""
    for policy in policies:
        calendars = {each.name: each for each in policy.calendars}
        for length, last_day, calendar in _lengths(policy, variable.name):
            yield ending(length, last_day, calendars.get(calendar or "", UTC_CALENDAR))
        deemed = deemed_by(policy, variable.name, calendars)
        if deemed is not None:
            yield from (
                then(deemed, ending(length, last_day, calendars.get(name or "", UTC_CALENDAR)))
                for length, last_day, name in _lengths(policy, "approved_at")
            )
        for field in found.fields.values():
            derived = field.derived
            if isinstance(derived, Elapsed) and (derived.start, derived.end) == (
                variable.name,
                "asked_at",
            ):
                for constant in found.constants.get(field.name, ()):
                    yield from (_after(each) for each in steps_about(derived.count, constant))


def _lengths(policy: Policy, name: str) -> Iterator[tuple[Span, object, str | None]]:
    for contest in policy.contests:
        period = contest.period
        if period is not None and period.starts == name:
            yield period.length, period.last_day, period.calendar
        for each in contest.milestones:
            if each.starts == name:
                yield each.length, each.last_day, each.calendar
                if each.grace is not None:
                    yield each.grace, each.last_day, each.calendar


def ending(length: Span, last_day: object, calendar: Calendar) -> Clock:
    """A clock of some length."""

    def ends(start: datetime) -> datetime | None:
        return deadline(start, length, calendar, last_day)  # type: ignore[arg-type]

    return ends


def deemed_by(policy: Policy, name: str, calendars: Mapping[str, Calendar]) -> Clock | None:
    """By when silence counts as approval, where it does, from the instant it counts from."""
    sla = policy.sla
    if sla is None or sla.missed is not Missed.DEEMED_APPROVED or sla.starts != name:
        return None
    return ending(sla.length, sla.last_day, calendars.get(sla.calendar or "", UTC_CALENDAR))


def then(one: Clock, other: Clock) -> Clock:
    """A clock that starts when another has run out."""

    def ends(start: datetime) -> datetime | None:
        begun = one(start)
        return None if begun is None else other(begun)

    return ends


def _after(distance: timedelta) -> Clock:
    def ends(start: datetime) -> datetime | None:
        return start + distance

    return ends


def latest(clock: Clock) -> datetime | None:
    """The latest start with which a clock has run out when the case is asked about."""
    low, high = ASKED - timedelta(days=40_000), ASKED + timedelta(days=1)
    try:
        ends = clock(low)
        if ends is None or ends > ASKED:
            return None
        while high - low > TICK:
            middle = low + (high - low) // 2
            ends = clock(middle)
            if ends is not None and ends <= ASKED:
                low = middle
            else:
                high = middle
    except PolicyError:
        return None
    return low


def steps_about(count: Count, constant: object) -> tuple[timedelta, ...]:
    """Distances about a constant that an elapsed time is compared with."""
    if isinstance(constant, timedelta):
        return (constant, constant + TICK, constant - TICK)
    if not isinstance(constant, int):
        return ()
    days = {Count.MONTHS: 31, Count.BUSINESS_DAYS: 2}.get(count, 1)
    return tuple(timedelta(days=days * each) for each in (constant, constant + 1, constant - 1))
