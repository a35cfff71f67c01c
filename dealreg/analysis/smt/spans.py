"""How many days a span comes to at least and at most, over all dates that a case may have."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final

from dealreg.analysis.times import FILED
from dealreg.facts.calendars import Calendar, is_business_day
from dealreg.facts.values import Span, Unit

__all__ = ["SINCE", "UNTIL", "day_of", "most_and_least", "number_of"]

SINCE: Final = date(1900, 1, 1)
UNTIL: Final = date(2060, 1, 1)
"""Of these dates it was looked up; of others nothing is said."""

_BREAK: Final = timedelta(days=402)
"""So long after a business day there is another one at the latest; else calendars refuse."""

_FURTHEST: Final = 3_000
"""No calendar counts further than to this year."""


def number_of(day: date) -> int:
    """A day as a number: so many after the first day of most cases."""
    return (day - FILED.date()).days


def day_of(number: int) -> date:
    """The day that a number stands for."""
    return FILED.date() + timedelta(days=number)


@lru_cache(maxsize=256)
def most_and_least(length: Span, calendar: Calendar) -> tuple[int, int]:
    """How many days come between a day and the one a span later: the fewest and the most.

    >>> from dealreg.facts.calendars import UTC_CALENDAR
    >>> most_and_least(Span(1, Unit.MONTHS), UTC_CALENDAR)
    (28, 31)
    >>> most_and_least(Span(3, Unit.BUSINESS_DAYS), UTC_CALENDAR)
    (3, 5)
    """
    match length.unit:
        case Unit.DAYS:
            return length.length, length.length
        case Unit.WEEKS:
            return 7 * length.length, 7 * length.length
        case Unit.MONTHS:
            distances = list(_of_months(length.length))
        case _:
            distances = list(_of_business_days(length.length, calendar))
    return min(distances), max(distances)


def _of_months(count: int) -> Iterator[int]:
    """From the first and the last day of every month."""
    first = SINCE.year * 12
    begun = [number_of(date(e // 12, e % 12 + 1, 1)) for e in range(first, _after(count) + 2)]
    lengths = [following - this for this, following in pairwise(begun)]
    for month in range(len(lengths) - count):
        between = begun[month + count] - begun[month]
        yield between
        yield between + min(0, lengths[month + count] - lengths[month])


def _after(count: int) -> int:
    return UNTIL.year * 12 + count


def _of_business_days(count: int, calendar: Calendar) -> Iterator[int]:
    """From every business day, and from the day before the next one."""
    days: list[int] = []
    after = 0
    day = SINCE - _BREAK
    while after <= count and day.year < _FURTHEST:
        if is_business_day(day, calendar):
            days.append(number_of(day))
            after += day > UNTIL + timedelta(days=1)
        day += timedelta(days=1)
    for one, following, reached in zip(days, days[1:], days[count:], strict=False):
        yield reached - one
        yield reached - (following - 1)
