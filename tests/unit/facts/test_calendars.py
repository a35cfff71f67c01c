"""Business days, months, zones and spans (spec clauses F-7 and F-10)."""

import sys
from datetime import date, timedelta
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealreg.errors import PolicyError
from dealreg.facts.calendars import (
    UTC_CALENDAR,
    Calendar,
    add_span,
    business_days_between,
    days_between,
    is_business_day,
    local_date,
    months_between,
    zone,
)
from dealreg.facts.instants import instant, iso
from dealreg.facts.values import Span, span

US = Calendar(
    "us",
    zone="America/New_York",
    holidays=(date(2026, 11, 26),),
    holiday_rules=("FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=4", "FREQ=YEARLY;BYEASTER=-2"),
)
BERLIN = Calendar("de", zone="Europe/Berlin")
GULF = Calendar("gulf", weekend=(4, 5))


@pytest.mark.parametrize(
    ("start", "end", "calendar", "days"),
    [
        ("2026-03-02", "2026-03-02", UTC_CALENDAR, 0),
        ("2026-03-02", "2026-03-03", UTC_CALENDAR, 1),
        ("2026-03-06", "2026-03-09", UTC_CALENDAR, 1),
        ("2026-03-06", "2026-03-07", UTC_CALENDAR, 0),
        ("2026-03-07", "2026-03-09", UTC_CALENDAR, 1),
        ("2026-03-09", "2026-03-06", UTC_CALENDAR, -1),
        ("2026-03-02", "2026-03-30", UTC_CALENDAR, 20),
        ("2026-11-25", "2026-11-27", US, 1),
        ("2026-11-26", "2026-11-27", US, 1),
        ("2026-11-25", "2026-11-26", US, 0),
        ("2028-07-03", "2028-07-05", US, 1),
        ("2026-07-03", "2026-07-06", US, 1),
        ("2026-04-02", "2026-04-06", US, 1),
        ("2026-03-05", "2026-03-08", GULF, 1),
    ],
)
def test_business_days_count_after_the_first_day_up_to_and_including_the_last(
    start: str, end: str, calendar: Calendar, days: int
) -> None:
    found = business_days_between(date.fromisoformat(start), date.fromisoformat(end), calendar)
    assert days == found


def test_counting_agrees_with_looking_at_every_day() -> None:
    first = date(2025, 12, 20)
    for length in range(60):
        last = date.fromordinal(first.toordinal() + length)
        between = [date.fromordinal(first.toordinal() + n) for n in range(1, length + 1)]
        counted = sum(is_business_day(day, US) for day in between)
        assert counted == business_days_between(first, last, US), last


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2026-08-31", "2027-02-28", 6),
        ("2026-08-31", "2027-02-27", 5),
        ("2026-01-15", "2026-01-15", 0),
        ("2026-01-15", "2026-02-14", 0),
        ("2026-01-15", "2026-02-15", 1),
        ("2024-02-29", "2025-02-28", 12),
        ("2026-03-01", "2025-03-01", -12),
    ],
)
def test_months_end_on_the_last_day_of_a_shorter_month(start: str, end: str, months: int) -> None:
    found = months_between(date.fromisoformat(start), date.fromisoformat(end), UTC_CALENDAR)
    assert months == found


@pytest.mark.parametrize(
    ("start", "length", "calendar", "end"),
    [
        ("2026-03-02T09:00Z", "90 minutes", UTC_CALENDAR, "2026-03-02T10:30:00Z"),
        ("2026-03-02T09:00Z", "72 hours", UTC_CALENDAR, "2026-03-05T09:00:00Z"),
        ("2026-03-06T09:00Z", "3 business days", UTC_CALENDAR, "2026-03-11T09:00:00Z"),
        ("2026-03-07T09:00Z", "1 business day", UTC_CALENDAR, "2026-03-09T09:00:00Z"),
        ("2026-03-07T09:00Z", "0 business days", UTC_CALENDAR, "2026-03-07T09:00:00Z"),
        ("2026-08-31T09:00Z", "6 months", UTC_CALENDAR, "2027-02-28T09:00:00Z"),
        ("2026-03-02T09:00Z", "2 weeks", UTC_CALENDAR, "2026-03-16T09:00:00Z"),
        # Clocks go forward on 29 March: the clock time stays, the elapsed time does not.
        ("2026-03-28T08:00Z", "1 day", BERLIN, "2026-03-29T07:00:00Z"),
        ("2026-03-28T08:00Z", "24 hours", BERLIN, "2026-03-29T08:00:00Z"),
        # 02:30 does not exist on 29 March: it moves on by the gap.
        ("2026-03-28T01:30Z", "1 day", BERLIN, "2026-03-29T01:30:00Z"),
        # 02:30 exists twice on 25 October: the first is meant.
        ("2026-10-24T00:30Z", "1 day", BERLIN, "2026-10-25T00:30:00Z"),
        ("2026-11-25T14:00Z", "1 business day", US, "2026-11-27T14:00:00Z"),
    ],
)
def test_adding_a_span(start: str, length: str, calendar: Calendar, end: str) -> None:
    assert end == iso(add_span(instant(start), span(length), calendar))


def test_a_day_begins_at_local_midnight() -> None:
    late = instant("2026-03-02T03:00Z")

    assert date(2026, 3, 1) == local_date(late, US)
    assert date(2026, 3, 2) == local_date(late, BERLIN)
    assert 1 == days_between(late, instant("2026-03-02T12:00Z"), US)


@pytest.mark.parametrize(
    "name", ["Mars/Olympus", "../etc/passwd", "", "Europe", "zone.tab", "a" * 500, "UTC/../UTC"]
)
def test_an_unknown_zone_is_refused_by_name(name: str) -> None:
    with pytest.raises(PolicyError, match="there is no time zone"):
        zone(name)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=YEARLY",
        "FREQ=YEARLY;BYMONTH=13;BYMONTHDAY=1;COUNT=9",
        "FREQ=YEARLY;BYDAY=XX",
        "nonsense",
    ],
)
def test_an_unusable_holiday_rule_is_refused(rule: str) -> None:
    with pytest.raises(PolicyError, match="recurrence rule"):
        Calendar("x", holiday_rules=(rule,))


def test_a_week_without_business_days_is_refused() -> None:
    with pytest.raises(PolicyError, match="no business day"):
        Calendar("x", weekend=(0, 1, 2, 3, 4, 5, 6))


def test_a_calendar_whose_rules_leave_no_business_day_says_so() -> None:
    never = Calendar("never", holiday_rules=("FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR",))

    with pytest.raises(PolicyError, match="no business day"):
        add_span(instant("2026-03-02T09:00Z"), span("1 business day"), never)


class Counted(date):
    """A date that counts how often dates are compared with it."""

    compared = 0

    def __eq__(self, other: object) -> bool:
        Counted.compared += 1
        return date(self.year, self.month, self.day) == other

    __hash__ = date.__hash__


def test_the_work_for_a_deadline_does_not_grow_with_the_number_of_holidays() -> None:
    sundays = [Counted.fromordinal(date(1950, 1, 1).toordinal() + 7 * n) for n in range(7_000)]
    calendar = Calendar("c", weekend=(5,), holidays=sundays)
    begun = Counted.compared
    made = add_span(instant("2026-03-02T09:00Z"), span("500 business days"), calendar)
    assert iso(made) == "2028-01-31T09:00:00Z"
    assert Counted.compared - begun < 10 * 500


def test_whole_years_between_count_like_their_days() -> None:
    first, last = date(2024, 5, 17), date(2029, 2, 3)
    every = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    assert business_days_between(first, last, US) == sum(is_business_day(d, US) for d in every)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYSETPOS=366;BYDAY=MO",
        "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
    ],
)
def test_a_rule_of_no_day_is_not_looked_for_in_other_years(rule: str) -> None:
    calls: list[str] = []

    def note(frame: FrameType, event: str, _argument: object) -> None:
        calls.append(f"{event} {frame.f_code.co_name}")

    sys.setprofile(note)
    try:
        calendar = Calendar("c", holiday_rules=[rule])
        working = is_business_day(date(2026, 3, 2), calendar)
    finally:
        sys.setprofile(None)
    assert working
    assert len(calls) < 20_000


DATES = st.dates(date(1990, 1, 1), date(2040, 12, 31))
RULES = ("FREQ=YEARLY;BYDAY=MO", "FREQ=YEARLY;BYMONTH=7,8", "FREQ=YEARLY;BYYEARDAY=1,366")


@given(
    st.sets(st.integers(0, 6), max_size=6),
    st.sets(DATES, max_size=30),
    st.sets(st.sampled_from(RULES)),
    DATES,
    st.integers(0, 800),
)
def test_adding_business_days_agrees_with_going_day_by_day(weekend, holidays, rules, start, count):
    calendar = Calendar("c", weekend=weekend, holidays=holidays, holiday_rules=sorted(rules))

    def walked() -> date:
        day, left, idle = start, count, 0
        while left:
            day += timedelta(days=1)
            works = is_business_day(day, calendar)
            left, idle = left - works, 0 if works else idle + 1
            assert idle <= 400, f"days before {day}"
        return day

    begun = instant(f"{start}T09:00Z")
    length = Span(count, "business_days")
    try:
        end = walked()
    except AssertionError as none:
        with pytest.raises(PolicyError, match=str(none)[:22]):
            add_span(begun, length, calendar)
    else:
        assert add_span(begun, length, calendar) == instant(f"{end}T09:00Z", computed=True)
        days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
        assert business_days_between(start, end, calendar) == sum(
            is_business_day(day, calendar) for day in days
        )


def test_a_calendar_of_few_business_days_is_not_counted_for_ever() -> None:
    rest = "FREQ=YEARLY;BYDAY=SU;BYMONTH=2,3,4,5,6,7,8,9,10,11,12"
    sundays_in_january = Calendar("c", weekend=(0, 1, 2, 3, 4, 5), holiday_rules=[rest])
    with pytest.raises(PolicyError, match="out of range"):
        add_span(instant("2026-03-02T09:00Z"), span("26000 business days"), sundays_in_january)
