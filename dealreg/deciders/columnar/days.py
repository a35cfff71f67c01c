"""What calendars say of columns of instants and dates: asked once for each day, not for each row.

A column has far fewer days than rows. So each of its days is asked about once, by the functions
that the reference asks; a day on which clocks are set, hour by hour; and only in the hour in which
they are, each instant by itself. What is so at both ends of a day is so all day, because no zone
sets its clocks twice within one: a test sees to that (`test_days.py`).

Columns hold microseconds and days as whole numbers, counted from the first of 1970. What has no
answer, because it would be out of range, is null: the rows are left to others.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Final, TypeAlias, assert_never

import attrs

from dealreg.deciders.clocks import next_bucket
from dealreg.deciders.columnar.kinds import Column, Expr
from dealreg.errors import PolicyError
from dealreg.facts.calendars import (
    Calendar,
    add_span,
    business_days_between,
    midnight,
    of_one_length,
    zone,
)
from dealreg.facts.values import Span, Unit
from dealreg.policy.clocks import LastDay

__all__ = [
    "BusinessDay",
    "Day",
    "Ends",
    "NextBucket",
    "Question",
    "answers",
    "length_of",
    "months_between",
]

_TICK: Final = timedelta(microseconds=1)
_DAY: Final = timedelta(days=1) // _TICK
_HOUR: Final = timedelta(hours=1) // _TICK
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@attrs.frozen
class Day:
    """Which local date it is, counted from the first of 1970."""

    calendar: Calendar


@attrs.frozen
class BusinessDay:
    """How many business days there have been, this one included, counted from some day on."""

    calendar: Calendar


@attrs.frozen
class Ends:
    """When a length of time runs out that starts then."""

    length: Span
    calendar: Calendar
    last_day: LastDay = LastDay.MOMENT


@attrs.frozen
class NextBucket:
    """When the next day, week or month begins."""

    unit: Unit
    calendar: Calendar


Question: TypeAlias = Day | BusinessDay | Ends | NextBucket


def length_of(length: Span) -> timedelta:
    """A span of one length everywhere."""
    return timedelta(**{length.unit.value: length.length}) if length.length else timedelta()


def answers(column: Column, question: Question) -> Column:
    """What a calendar says of each instant, or of each date; null where there is no answer."""
    match question:
        case Day(calendar):
            return _local_days(column, calendar)
        case BusinessDay(calendar):
            return _business_days(_local_days(column, calendar), calendar)
        case NextBucket(unit, calendar):
            ask = partial(_next_bucket, unit, calendar)
            return _instants(_told_of_each(_local_days(column, calendar), ask))
        case Ends(length, calendar, last_day):
            return _instants(_ends(column, length, calendar, last_day))
        case _:
            assert_never(question)


def months_between(first: Expr, last: Expr) -> Expr:
    """Whole months from one local date to the other, as `Day` numbers them; less than none back.

    A month ends on its last day at the latest.
    """
    import narwhals as nw

    def date_of(day: Expr) -> Expr:
        return day.cast(nw.Int32()).cast(nw.Date())

    def month_of(day: Expr) -> Expr:
        on = date_of(day).dt
        return on.year().cast(nw.Int64()) * 12 + on.month().cast(nw.Int64())

    def unfinished(begin: Expr, end: Expr) -> Expr:
        over = date_of(begin).dt.day() > date_of(end).dt.day()
        return (over & (date_of(end + 1).dt.day() != 1)).cast(nw.Int64())

    months = month_of(last) - month_of(first)
    less = nw.when(first <= last).then(unfinished(first, last)).otherwise(-unfinished(last, first))
    return months - less


def _ends(column: Column, length: Span, calendar: Calendar, last_day: LastDay) -> Column:
    """When a length of time runs out, in microseconds."""
    later = _later(column, length, calendar)
    match last_day:
        case LastDay.MOMENT:
            return later
        case LastDay.INCLUDED | LastDay.EXCLUDED:
            more = timedelta(days=last_day is LastDay.INCLUDED)
            ask = partial(_midnight, more, calendar)
            return _told_of_each(_local_days(_instants(later), calendar), ask)
        case _:
            assert_never(last_day)


def _later(column: Column, length: Span, calendar: Calendar) -> Column:
    """The instants a span later, in microseconds."""
    moments = column.dt.timestamp("us")
    if of_one_length(length, calendar):
        return moments + length_of(length) // _TICK
    days = _local_days(column, calendar)
    return moments + _told(
        moments,
        days,
        partial(_moved_on_day, length, calendar),
        partial(_moved_in_hour, length, calendar),
        partial(_moved, length, calendar),
    )


def _local_days(column: Column, calendar: Calendar) -> Column:
    """The local date of each instant; a date is itself."""
    import narwhals as nw

    if isinstance(column.dtype, nw.Date):
        return column.cast(nw.Int32()).cast(nw.Int64())
    moments = column.dt.timestamp("us")
    if calendar.zone != "UTC":
        moments = moments + _told(
            moments,
            moments // _DAY,
            partial(_offset_all, calendar, _DAY),
            partial(_offset_all, calendar, _HOUR),
            partial(_offset, calendar),
        )
    return moments // _DAY


def _business_days(days: Column, calendar: Calendar) -> Column:
    """The business days up to each day, from 2000 on; before that, less than none."""
    found: dict[int, int | None] = {}
    total, before = 0, date(2000, 1, 1)
    for day in _each(days):
        try:
            now = _date(day)
            total += business_days_between(before, now, calendar)
            found[day], before = total, now
        except _OUT_OF_RANGE:
            found[day] = None
    return _replaced(days, found)


def _told_of_each(column: Column, ask: Callable[[int], int]) -> Column:
    """Every day, or every instant, asked about by itself."""
    return _replaced(column, {value: _answer(ask, value) for value in _each(column)})


def _told(
    moments: Column,
    days: Column,
    of_day: Callable[[int], int | None],
    of_hour: Callable[[int], int | None],
    of_moment: Callable[[int], int],
) -> Column:
    """What is the same for all instants of a day mostly, and of an hour where it is not."""

    def each(own: Column) -> Column:
        return _told_of_each(own, of_moment)

    def by_hour(own: Column) -> Column:
        return _or_else(own, own // _HOUR, of_hour, each)

    return _or_else(moments, days, of_day, by_hour)


def _or_else(
    moments: Column,
    keys: Column,
    of_key: Callable[[int], int | None],
    otherwise: Callable[[Column], Column],
) -> Column:
    """What is the same for all instants of a key, and where it is not, something else."""
    found = {key: _answer(of_key, key) for key in _each(keys)}
    made = _replaced(keys, found)
    apart = [key for key, answer in found.items() if answer is None]
    if not apart:
        return made
    asked = keys.is_in(apart).fill_null(value=False)
    return made.scatter(asked.arg_true(), otherwise(moments.filter(asked)))


def _each(column: Column) -> list[int]:
    """The values of a column, each once."""
    return sorted(column.drop_nulls().unique().to_list())


def _replaced(column: Column, by: Mapping[int, int | None]) -> Column:
    """The values that stand for those of a column."""
    import narwhals as nw

    if not by:  # no value at all
        return column
    return column.replace_strict(list(by), list(by.values()), return_dtype=nw.Int64())


def _instants(moments: Column) -> Column:
    import narwhals as nw

    return moments.cast(nw.Datetime("us", "UTC"))


_OUT_OF_RANGE: Final = (OverflowError, PolicyError, ValueError)


def _answer(ask: Callable[[int], int | None], number: int) -> int | None:
    try:
        return ask(number)
    except _OUT_OF_RANGE:
        return None


def _moment(number: int) -> datetime:
    return _EPOCH + number * _TICK


def _date(number: int) -> date:
    return _EPOCH.date() + timedelta(days=number)


def _number(moment: datetime) -> int:
    return (moment - _EPOCH) // _TICK


def _offset(calendar: Calendar, moment: int) -> int:
    """How far clocks are ahead of UTC."""
    ahead = _moment(moment).astimezone(zone(calendar.zone)).utcoffset()
    assert ahead is not None
    return ahead // _TICK


def _offset_all(calendar: Calendar, step: int, number: int) -> int | None:
    """How far clocks are ahead all of a day or an hour of UTC; None where they are set."""
    first, last = (_offset(calendar, each) for each in (number * step, (number + 1) * step - 1))
    return first if first == last else None


def _moved(length: Span, calendar: Calendar, moment: int) -> int:
    """By how much an instant is moved by a span."""
    start = _moment(moment)
    return (add_span(start, length, calendar) - start) // _TICK


def _moved_on_day(length: Span, calendar: Calendar, day: int) -> int | None:
    """By how much all instants of a local day are moved.

    None where clocks are set that day, or on the day to which they are moved: what is so at both
    of its ends is so all day. Nor where they are set on the day after: set back across midnight,
    they go through the end of this day twice.
    """
    first = _midnight(timedelta(), calendar, day)
    last = _midnight(timedelta(days=1), calendar, day) - 1
    if _offset(calendar, first) != _offset(calendar, last + _DAY):
        return None
    return _moved_alike(length, calendar, first, last)


def _moved_in_hour(length: Span, calendar: Calendar, hour: int) -> int | None:
    """By how much all instants of an hour are moved; None where they are of two days as well."""
    first, last = hour * _HOUR, (hour + 1) * _HOUR - 1
    clocks = [each + _offset(calendar, each) for each in (first, last)]
    same_day = clocks[0] // _DAY == clocks[1] // _DAY
    if not same_day or clocks[1] - clocks[0] != last - first:
        return None
    return _moved_alike(length, calendar, first, last)


def _moved_alike(length: Span, calendar: Calendar, first: int, last: int) -> int | None:
    moved = _moved(length, calendar, first)
    return moved if _moved(length, calendar, last) == moved else None


def _midnight(more: timedelta, calendar: Calendar, day: int) -> int:
    """When a local date begins, or one so much later."""
    return _number(midnight(_date(day) + more, calendar))


def _next_bucket(unit: Unit, calendar: Calendar, day: int) -> int:
    return _number(next_bucket(midnight(_date(day), calendar), unit, calendar))
