"""Windows and preferences as closures (C-7, C-8)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, TypeAlias, assert_never

from dealreg.deciders.clocks import next_bucket
from dealreg.deciders.compiled.conditions import truth
from dealreg.deciders.compiled.context import Context
from dealreg.deciders.compiled.periods import calendar_of, fixed_length, later
from dealreg.deciders.compiled.reads import Reads
from dealreg.errors import PolicyError
from dealreg.facts.calendars import Calendar
from dealreg.facts.records import Registration
from dealreg.facts.values import Money, Unit, Value
from dealreg.policy.contests import Contest
from dealreg.policy.paths import contest_path
from dealreg.policy.stages import (
    Bucket,
    Grace,
    HeadStart,
    Key,
    MissingRule,
    Prefer,
    Preference,
    Window,
)

__all__ = [
    "Clock",
    "Closing",
    "Looks",
    "clock",
    "closing",
    "fixed_window",
    "looks",
    "still_to_come",
]

Clock: TypeAlias = Callable[[Context, Registration], datetime | None]
"""When a registration counts as made; None when unknown."""

Closing: TypeAlias = Callable[[datetime], tuple[datetime, datetime]]
"""The last instant inside a window that one opened, and when people say that it closes."""

Looks: TypeAlias = Callable[[Context, Registration], tuple[Value | None, Any]]
"""The value a preference looks at, and as it sorts: None where that is missing."""


def clock(window: Window, benefit: str, reads: Reads) -> Clock:
    """The clock of a window, less the head start."""
    read = reads.reader(window.clock)
    if not isinstance(window, HeadStart):

        def plain(c: Context, registration: Registration) -> datetime | None:
            value = read(c, registration)
            return value if isinstance(value, datetime) else None

        return plain
    ladder, place = reads.reader(window.ladder), reads.sorts(window.ladder)
    length = timedelta(**{window.length.unit.value: window.length.length})

    def credited(c: Context, registration: Registration) -> datetime | None:
        value, level = read(c, registration), ladder(c, registration)
        if not isinstance(value, datetime):
            return None
        steps = 0 if level is None else int(place(level))
        try:
            return value - steps * length
        except OverflowError:
            raise _too_long(window, steps, value, benefit) from None

    return credited


def _too_long(window: HeadStart, steps: int, value: datetime, benefit: str) -> PolicyError:
    return PolicyError(
        f"a head start of {steps} times {window.length.length} {window.length.unit} before "
        f"{value.isoformat()} is out of range",
        place=contest_path(benefit, "window.length"),
        value=window.length,
        hint="state a shorter one",
    )


def closing(window: Window, reads: Reads) -> Closing:
    """How a window closes."""
    match window:
        case Grace(length, _, name):
            last = later(length, calendar_of(reads.policy, name))

            def graced(first: datetime) -> tuple[datetime, datetime]:
                end = last(first)
                return end, end

            return graced
        case HeadStart():
            return lambda first: (first, first)
        case Bucket(unit, _, name):
            return _bucket(unit, calendar_of(reads.policy, name))
        case _:
            assert_never(window)


def fixed_window(window: Window | None, reads: Reads) -> timedelta | None:
    """The length of a window that is always as long; None of others."""
    if isinstance(window, HeadStart):
        return timedelta(0)
    if not isinstance(window, Grace):
        return None
    return fixed_length(window.length, calendar_of(reads.policy, window.calendar))


def _bucket(unit: Unit, calendar: Calendar) -> Closing:
    @lru_cache(maxsize=1024)
    def closes(first: datetime) -> tuple[datetime, datetime]:
        following = next_bucket(first, unit, calendar)
        return following - timedelta(microseconds=1), following

    return closes


def still_to_come(window: Window, reads: Reads) -> timedelta:
    """How long after a window closes somebody with a head start may still come in time."""
    if not isinstance(window, HeadStart):
        return timedelta(0)
    field = reads.vocabulary.get(window.ladder.name)
    top = max(len(field.levels) - 1, 0) if field is not None else 0
    return top * timedelta(**{window.length.unit.value: window.length.length})


def looks(contest: Contest, reads: Reads) -> tuple[Looks, ...]:
    """The preferences of a contest."""
    return tuple(_looks(each, reads) for each in contest.prefer)


def _looks(preference: Preference, reads: Reads) -> Looks:
    if isinstance(preference, Prefer):
        return _prefers(preference, reads)
    return _key(preference, reads)


def _prefers(prefer: Prefer, reads: Reads) -> Looks:
    asked = truth(prefer.when, reads)
    unknown = (None, False if prefer.missing is MissingRule.LAST else None)

    def look(c: Context, registration: Registration) -> tuple[Value | None, Any]:
        answer = asked(c, registration)
        return unknown if answer is None else (answer, answer)

    return look


def _key(key: Key, reads: Reads) -> Looks:
    read, sorts, currency = reads.reader(key.fact), reads.sorts(key.fact), key.currency

    def look(c: Context, registration: Registration) -> tuple[Value | None, Any]:
        value = read(c, registration)
        if value is None or (isinstance(value, Money) and value.currency != currency):
            return value, None
        return value, sorts(value)

    return look
