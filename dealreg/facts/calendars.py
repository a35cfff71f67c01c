"""Calendars: business days, holidays and zones, and the arithmetic that programmes use.

Zone data is read from the `tzdata` package that python-dateutil depends on, never from the
machine, so that two machines with the same packages agree.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

import attrs

from dealreg.errors import PolicyError, shown
from dealreg.facts.instants import day
from dealreg.facts.values import Span, Unit, as_tuple

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

__all__ = [
    "UTC_CALENDAR",
    "Calendar",
    "add_span",
    "business_days_between",
    "days_between",
    "is_business_day",
    "local_date",
    "midnight",
    "months_between",
    "of_one_length",
    "zone",
]

_ZONE = re.compile(r"[A-Za-z0-9_+-]{1,40}(/[A-Za-z0-9_+-]{1,40}){0,2}")


@lru_cache(maxsize=64)
def zone(name: str) -> "ZoneInfo":
    """The time zone of an IANA name, such as `Europe/Berlin`.

    Raises:
        PolicyError: when there is no such zone.
    """
    import importlib.resources
    from zoneinfo import ZoneInfo

    source = importlib.resources.files("tzdata").joinpath("zoneinfo")
    if _ZONE.fullmatch(name):
        file = source.joinpath(*name.split("/"))
        if file.is_file():
            with file.open("rb") as data:
                try:
                    return ZoneInfo.from_file(data, key=name)
                except ValueError:  # a file of the package that is not zone data
                    pass
    raise PolicyError(
        f"there is no time zone {shown(name)}",
        value=name,
        hint="use an IANA name, such as `Europe/Berlin` or `UTC`",
    )


def _dates(days: Sequence[date]) -> tuple[date, ...]:
    return tuple(sorted(set(map(day, as_tuple(days)))))


def _days(days: Sequence[int]) -> tuple[int, ...]:
    numbers = as_tuple(days)
    if not all(type(number) is int and number in range(7) for number in numbers):
        raise PolicyError(
            f"{shown(numbers)} are not days of the week",
            value=numbers,
            hint="number them from Monday = 0 to Sunday = 6",
        )
    return tuple(sorted(set(numbers)))


@attrs.frozen
class Calendar:
    """Which days count as business days, and in which zone a day begins.

    Attributes:
        name: what a policy calls it.
        zone: IANA zone name; a day begins at local midnight there.
        weekend: days of the week that are not business days, Monday = 0.
        holidays: single days off.
        holiday_rules: recurring days off, each an iCalendar RRULE such as
            `FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=4`.

    Raises:
        PolicyError: for an unknown zone, a week without business days, an unusable rule.
    """

    tag: ClassVar[str] = "calendar"

    name: str
    zone: str = "UTC"
    weekend: tuple[int, ...] = attrs.field(default=(5, 6), converter=_days)
    holidays: tuple[date, ...] = attrs.field(default=(), converter=_dates)
    holiday_rules: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    _business: dict[int, int] = attrs.field(factory=dict, init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if not set(self.weekend) < set(range(7)):
            raise PolicyError(
                f"the weekend {shown(list(self.weekend))} leaves no business day or no such day",
                value=self.weekend,
                hint="days of the week are 0 (Monday) to 6 (Sunday)",
            )
        if any(isinstance(day, datetime) for day in self.holidays):
            raise PolicyError("a holiday is a date, not an instant", value=self.holidays)
        texts = (self.zone, *self.holiday_rules)
        wrong = [each for each in texts if not isinstance(each, str)]
        if wrong:
            raise PolicyError(
                f"{shown(wrong[0])} is neither a time zone nor a recurrence rule",
                value=wrong[0],
                hint="write both as texts",
            )
        if self.zone != "UTC":  # always there; the default calendar must not load zone data
            zone(self.zone)
        for rule in self.holiday_rules:
            _recurring(rule, 2024)


UTC_CALENDAR = Calendar("utc")
"""Monday to Friday, no holidays, days beginning at midnight UTC."""

_RULE = re.compile(
    r"FREQ=YEARLY(;(BYMONTH|BYMONTHDAY|BYDAY|BYYEARDAY|BYEASTER|BYSETPOS|BYWEEKNO)"
    r"=[-+0-9A-Z,]{1,60}){1,4}"
)


@lru_cache(maxsize=4096)
def _recurring(rule: str, year: int) -> frozenset[date]:
    if not _RULE.fullmatch(rule):
        raise PolicyError(
            f"{shown(rule)} is not a yearly recurrence rule",
            value=rule,
            hint="write one as in `FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=4`",
        )
    from dateutil.rrule import rrulestr

    first, last = datetime(year, 1, 1), datetime(year, 12, 31)  # noqa: DTZ001 - dates, to a rule
    once = f"{rule};INTERVAL=9999"  # else a rule of no day is looked for in every year to 9999
    try:
        days = rrulestr(once, dtstart=first).between(first, last, inc=True)
    except (ValueError, TypeError, IndexError) as wrong:
        raise PolicyError(
            f"{shown(rule)} is not a yearly recurrence rule: {wrong}", value=rule
        ) from None
    return frozenset(day.date() for day in days)


def local_date(value: datetime | date, calendar: Calendar) -> date:
    """The date an instant falls on in the calendar's zone; a date is itself."""
    if isinstance(value, datetime):
        return value.astimezone(zone(calendar.zone)).date()
    return value


def is_business_day(day: date, calendar: Calendar) -> bool:
    """Whether a date is neither on the weekend nor a holiday."""
    return bool(_business_days(calendar, day.year) >> _place_in_year(day) & 1)


def _business_days(calendar: Calendar, year: int) -> int:
    """The business days of a year, a bit for each day from 1 January on.

    The calendar keeps them: bits, because a hundred years of dates would take megabytes.
    """
    known = calendar._business.get(year)  # noqa: SLF001 - the calendar's own memory
    if known is None:
        first, last = date(year, 1, 1), date(year, 12, 31)
        start = bisect_left(calendar.holidays, first)
        off = set(calendar.holidays[start : bisect_right(calendar.holidays, last)])
        off.update(*(_recurring(rule, year) for rule in calendar.holiday_rules))
        known = 0
        for place in range((last - first).days + 1):
            day = first + timedelta(days=place)
            known |= (day.weekday() not in calendar.weekend and day not in off) << place
        calendar._business[year] = known  # noqa: SLF001 - same
    return known


def _place_in_year(day: date) -> int:
    return (day - date(day.year, 1, 1)).days


def _business_days_after(day: date, calendar: Calendar) -> int:
    """The business days of the rest of a year, a bit for each day from the next on."""
    return _business_days(calendar, day.year) >> (_place_in_year(day) + 1)


def days_between(start: datetime | date, end: datetime | date, calendar: Calendar) -> int:
    """Calendar days from one local date to the other; negative when `end` is earlier."""
    return (local_date(end, calendar) - local_date(start, calendar)).days


def business_days_between(start: datetime | date, end: datetime | date, calendar: Calendar) -> int:
    """Business days after the first date, up to and including the second.

    Monday to Tuesday is 1, Friday to Monday is 1, a day to itself is 0; negative when `end`
    is earlier. Dates are those of the calendar's zone.

    >>> from datetime import date
    >>> business_days_between(date(2026, 3, 6), date(2026, 3, 9), UTC_CALENDAR)
    1
    """
    first, last = local_date(start, calendar), local_date(end, calendar)
    if last < first:
        return -business_days_between(last, first, calendar)
    between = sum(
        _business_days(calendar, year).bit_count() for year in range(first.year, last.year)
    )
    before = _business_days(calendar, first.year).bit_count()
    before -= _business_days_after(first, calendar).bit_count()
    until = _business_days(calendar, last.year).bit_count()
    until -= _business_days_after(last, calendar).bit_count()
    return between - before + until


def months_between(start: datetime | date, end: datetime | date, calendar: Calendar) -> int:
    """Whole months from one local date to the other; negative when `end` is earlier.

    31 August to 28 February is 6 months: a month ends on its last day at the latest.

    >>> from datetime import date
    >>> months_between(date(2026, 8, 31), date(2027, 2, 28), UTC_CALENDAR)
    6
    """
    from dateutil.relativedelta import relativedelta

    first, last = local_date(start, calendar), local_date(end, calendar)
    if last < first:
        return -months_between(last, first, calendar)
    months = (last.year - first.year) * 12 + last.month - first.month
    return months if first + relativedelta(months=months) <= last else months - 1


def add_span(start: datetime, length: Span, calendar: Calendar) -> datetime:
    """The instant a span later, in UTC.

    Minutes and hours are elapsed time. Days, business days, weeks and months keep the clock
    time of the calendar's zone; where that time does not exist (a clock set forward) it moves
    on by the gap, and where it exists twice the first is meant.

    Raises:
        PolicyError: when no such day comes within the calendar's reach.
    """
    if length.length == 0:
        return start  # not the first of two equal clock times: that could be earlier
    try:
        if length.unit in (Unit.MINUTES, Unit.HOURS):
            return start + timedelta(**{length.unit.value: length.length})
        local = start.astimezone(zone(calendar.zone))
        day = _add_days(local.date(), length, calendar)
        return _local_instant(day, local.time(), calendar)
    except OverflowError:
        raise PolicyError(
            f"{length.length} {length.unit} after {start.isoformat()} is out of range"
        ) from None


def of_one_length(length: Span, calendar: Calendar) -> bool:
    """Whether a span takes the same time wherever it starts.

    >>> of_one_length(Span(7, Unit.DAYS), UTC_CALENDAR)
    True
    >>> of_one_length(Span(1, Unit.MONTHS), UTC_CALENDAR)
    False
    """
    daily = length.unit in (Unit.DAYS, Unit.WEEKS) and calendar.zone == "UTC"
    return daily or length.unit in (Unit.MINUTES, Unit.HOURS) or length.length == 0


def midnight(day: date, calendar: Calendar) -> datetime:
    """The instant at which a date begins in the calendar's zone, in UTC."""
    return _local_instant(day, time(), calendar)


def _local_instant(day: date, clock: time, calendar: Calendar) -> datetime:
    from dateutil.tz import resolve_imaginary

    local = datetime.combine(day, clock.replace(fold=0), zone(calendar.zone))
    return resolve_imaginary(local).astimezone(UTC)


def _add_days(day: date, length: Span, calendar: Calendar) -> date:
    from dateutil.relativedelta import relativedelta

    match length.unit:
        case Unit.WEEKS:
            return day + timedelta(weeks=length.length)
        case Unit.MONTHS:
            return day + relativedelta(months=length.length)
        case Unit.BUSINESS_DAYS:
            return _add_business_days(day, length.length, calendar)
        case _:
            return day + timedelta(days=length.length)


_LONGEST_BREAK = 400
"""More days in a row without one business day than this, and the calendar has none left."""

_FURTHEST = 3_000
"""A century of business days, one in a week, ends before this year."""


def _add_business_days(day: date, count: int, calendar: Calendar) -> date:
    """The business day that is so many after a day: year by year, not day by day."""
    last, left = day, count
    for begin, ahead in _by_year(day, calendar) if count else ():
        first = begin + timedelta(days=_place(ahead, 1)) if ahead else begin
        if (first - last).days > _LONGEST_BREAK + 1:
            raise PolicyError(
                f"calendar {shown(calendar.name)} has no business day in the {_LONGEST_BREAK} "
                f"days before {last + timedelta(days=_LONGEST_BREAK + 1)}",
                value=calendar.name,
                hint="its holiday rules cover every working day",
            )
        here = ahead.bit_count()
        if here >= left:
            return begin + timedelta(days=_place(ahead, left))
        if ahead:
            last, left = begin + timedelta(days=ahead.bit_length() - 1), left - here
    if count:
        raise OverflowError
    return day


def _by_year(day: date, calendar: Calendar) -> Iterator[tuple[date, int]]:
    """The business days after a day, a year at a time: the first day of the bits, and the bits."""
    yield day + timedelta(days=1), _business_days_after(day, calendar)
    for year in range(day.year + 1, _FURTHEST):
        yield date(year, 1, 1), _business_days(calendar, year)


def _place(bits: int, number: int) -> int:
    """The place of a bit that is set: of the first, the second ..., counted from 1."""
    place = 0
    for half in (256, 128, 64, 32, 16, 8, 4, 2, 1):
        low = bits & ((1 << half) - 1)
        if low.bit_count() >= number:
            bits = low
        else:
            number -= low.bit_count()
            bits >>= half
            place += half
    return place
