"""What calendars say of columns is what they say of each instant, whatever clocks do that day."""

from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from itertools import pairwise, product
from zoneinfo._zoneinfo import ZoneInfo  # the one in Python, which tells when clocks are set

import narwhals as nw
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealreg.deciders.clocks import deadline, next_bucket
from dealreg.deciders.columnar.days import (
    BusinessDay,
    Day,
    Ends,
    NextBucket,
    answers,
    months_between,
    of_one_length,
)
from dealreg.errors import PolicyError
from dealreg.facts import calendars
from dealreg.facts.calendars import (
    UTC_CALENDAR,
    Calendar,
    business_days_between,
    days_between,
    local_date,
)
from dealreg.facts.values import Span, Unit
from dealreg.policy.clocks import LastDay

TICK = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def utc(*when):
    return datetime(*when, tzinfo=UTC)


CHANGES = {
    "Europe/Berlin": [utc(2026, 3, 29, 1), utc(2026, 10, 25, 1)],
    "America/Los_Angeles": [utc(2026, 3, 8, 10), utc(2026, 11, 1, 9)],
    "America/St_Johns": [utc(2006, 4, 2, 3, 31), utc(2006, 10, 29, 2, 31)],  # at 00:01
    "America/Sao_Paulo": [utc(2018, 11, 4, 3), utc(2019, 2, 17, 2)],  # at midnight
    "Australia/Lord_Howe": [utc(2026, 4, 4, 15), utc(2026, 10, 3, 15, 30)],  # by half an hour
    "Pacific/Apia": [utc(2011, 12, 30, 10), utc(2026, 1, 1)],  # over a whole day
    "Pacific/Kwajalein": [utc(1969, 9, 30, 13), utc(1993, 8, 21, 12)],  # back by most of a day
    "Asia/Manila": [utc(1844, 12, 31, 15, 56, 8), utc(1990, 5, 20)],
    "Europe/Amsterdam": [utc(1937, 6, 30, 22, 40, 28), utc(1940, 5, 15, 23, 40)],
    "Antarctica/Troll": [utc(2026, 3, 29, 1), utc(2026, 10, 25, 1)],  # by two hours
    "Asia/Kathmandu": [utc(1985, 12, 31, 18, 30), utc(2026, 7, 1)],
    "UTC": [utc(1969, 12, 31, 23, 59), utc(2026, 2, 28)],
}
"""When clocks are set in zones of all sorts."""

ENDS_OF_TIME = [utc(1, 1, 1), utc(9999, 12, 31, 23, 59, 59, 999_999)]
SPANS = [
    Span(*each)
    for each in (
        (1, Unit.DAYS),
        (7, Unit.DAYS),
        (1, Unit.BUSINESS_DAYS),
        (2, Unit.BUSINESS_DAYS),
        (1, Unit.WEEKS),
        (1, Unit.MONTHS),
        (12, Unit.MONTHS),
        (5, Unit.HOURS),
        (45, Unit.MINUTES),
        (0, Unit.DAYS),
        (90, Unit.DAYS),
    )
]


@st.composite
def columns_and_calendars(draw):
    """Instants near the changes of a zone, before and after by some spans, and a calendar of it."""
    zone = draw(st.sampled_from(sorted(CHANGES)))
    changes = CHANGES[zone]
    rules = draw(st.sampled_from(((), ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25,26",))))
    off = tuple(local_date(each, Calendar("x", zone=zone)) for each in changes)
    holidays = draw(st.sampled_from(((), tuple(day for day in off if day.year >= 1900))))
    calendar = Calendar("some", zone=zone, holidays=holidays, holiday_rules=rules)
    near = st.builds(
        lambda change, days, minutes, tick: (
            change + timedelta(days=days, minutes=minutes) + tick * TICK
        ),
        st.sampled_from(changes),
        st.sampled_from((0, 0, 0, -1, 1, -2, -7, -8, -28, -30, -31, -90, 366)),
        st.sampled_from(
            (0, 0, 1, -1, 29, 30, 31, -30, 59, 60, 61, -61, 120, -179, 600, -700, 1439)
        ),
        st.sampled_from((0, 1, -1)),
    )
    far = st.sampled_from(ENDS_OF_TIME)
    instants = draw(st.lists(st.one_of(near, near, near, near, far, st.none()), max_size=12))
    return instants, calendar


def column(values, engine, dtype=None):
    made = pa.chunked_array([pa.array(values, dtype or pa.timestamp("us", tz="UTC"))])
    native = pl.from_arrow(made) if engine == "polars" else made
    return nw.from_native(native, series_only=True)


def or_none(ask, value):
    try:
        return None if value is None else ask(value)
    except (OverflowError, PolicyError):
        return None


def expected(question, value):
    """By the functions that the reference asks."""
    calendar = question.calendar
    match question:
        case Day():
            return days_between(date(1970, 1, 1), value, calendar)
        case BusinessDay():
            return business_days_between(date(2000, 1, 1), value, calendar)
        case Ends(length, _, last_day):
            return deadline(value, length, calendar, last_day)
        case NextBucket(unit):
            return next_bucket(value, unit, calendar)


QUESTIONS = [
    Day,
    BusinessDay,
    *(lambda c, unit=unit: NextBucket(unit, c) for unit in (Unit.DAYS, Unit.WEEKS, Unit.MONTHS)),
    *(
        lambda c, length=length, last_day=last_day: Ends(length, c, last_day)
        for length in SPANS
        for last_day in LastDay
        if not (last_day is LastDay.MOMENT and of_one_length(length, UTC_CALENDAR))
    ),
    *(lambda c, n=n: Ends(Span(n, Unit.DAYS), c) for n in (1, 7, 90)),
]
"""All but lengths that are the same wherever they begin: nobody has to be asked about those."""


@pytest.mark.parametrize("engine", ["polars", "pyarrow"])
@given(case=columns_and_calendars(), ask=st.sampled_from(QUESTIONS))
def test_of_each_instant_a_calendar_says_the_same(engine, case, ask):
    instants, calendar = case
    question = ask(calendar)

    found = answers(column(instants, engine), question).to_list()

    assert found == [or_none(lambda v: expected(question, v), each) for each in instants]


@pytest.mark.parametrize("zone", CHANGES)
def test_around_each_change_of_clocks(zone):
    """Every ten minutes for three days; spans that lead there, that begin there, and that go by."""
    calendar = Calendar("some", zone=zone, holidays=[date(2026, 3, 30)])
    spans = [Span(1, Unit.DAYS), Span(2, Unit.BUSINESS_DAYS), Span(1, Unit.MONTHS)]
    questions = [Day(calendar), NextBucket(Unit.DAYS, calendar)]
    questions += [Ends(each, calendar) for each in spans]
    questions += [Ends(Span(1, Unit.DAYS), calendar, each) for each in LastDay]
    for change in CHANGES[zone]:
        steps = [change + timedelta(minutes=10 * n) for n in range(-6 * 54, 6 * 18)]
        for question in questions:
            found = answers(column(steps, "polars"), question).to_list()
            assert found == [expected(question, each) for each in steps]


DATES = [
    *(date(2024, 1, n) for n in (1, 28, 29, 30, 31)),
    *(date(2024, 2, n) for n in (1, 27, 28, 29)),
    *(date(2024, 3, n) for n in (1, 28, 29, 30, 31)),
    *(date(2023, 2, 28), date(2023, 12, 31), date(2024, 4, 30), date(2025, 2, 28)),
    *(date(1, 1, 1), date(1969, 12, 31), date(9999, 12, 31), None),
]


@pytest.mark.parametrize("engine", ["polars", "pyarrow"])
def test_months_are_those_of_the_reference(engine):
    calendar = Calendar("some", zone="Asia/Kathmandu")
    pairs = list(product(DATES, DATES))
    first, last = (column([p[n] for p in pairs], engine, pa.date32()) for n in (0, 1))
    days = [answers(each, Day(calendar)) for each in (first, last)]
    frame = nw.from_dict({"first": days[0], "last": days[1]})

    found = frame.select(m=months_between(nw.col("first"), nw.col("last")))["m"].to_list()

    assert found == [
        None if None in pair else calendars.months_between(*pair, calendar) for pair in pairs
    ]


def test_a_day_is_asked_about_once(monkeypatch):
    """At both of its ends."""
    asked = []
    monkeypatch.setattr(
        "dealreg.deciders.columnar.days.add_span",
        lambda start, *of: asked.append(start) or calendars.add_span(start, *of),
    )
    calendar = Calendar("berlin", zone="Europe/Berlin")
    minutes = [utc(2026, 1, 5) + timedelta(minutes=n) for n in range(60 * 24 * 28)]

    answers(column(minutes, "polars"), Ends(Span(1, Unit.MONTHS), calendar))

    days = 29  # local ones
    assert len(asked) == 2 * days


def test_no_zone_sets_its_clocks_twice_within_three_days():
    """What is so at both ends of a day is so all day, because of that."""
    zones = files("tzdata").joinpath("zoneinfo")
    names = files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    least = timedelta.max
    for name in names:
        with zones.joinpath(*name.split("/")).open("rb") as data:
            found = ZoneInfo.from_file(data)._trans_utc
        least = min([least, *(timedelta(seconds=b - a) for a, b in pairwise(found))])

    assert len(names) > 500
    assert least > timedelta(days=3)
