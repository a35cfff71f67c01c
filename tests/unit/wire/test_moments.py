"""Dates and instants as exports have them: read exactly, or refused with the remedy."""

import contextlib
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealreg.errors import FactsError
from dealreg.wire.moments import read_date, read_instant

TEN = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T10:00Z",
        "2026-03-01T10:00:00.000Z",
        "2026-03-01 10:00:00 UTC",
        "2026-03-01T11:00:00+01:00",
        "2026-03-01 11:00:00+0100",
        "2026-03-01 11:00:00 +01",
        "2026-03-01 11:00 GMT+1",
        "2026-03-01 11:00 Europe/Berlin",
        "20260301T100000Z",
        "20260301100000Z",
        "Sun, 01 Mar 2026 10:00:00 GMT",
        "Sunday, March 1st, 2026 at 10 AM UTC",
        "1-Mar-2026 10:00Z",
        "Mar 1, 2026, 10:00 a.m. Z",
        "1772359200",
        "1772359200000",
        "/Date(1772359200000)/",
        "  2026-03-01\u00a010:00Z ",
        1772359200,
        Decimal(1772359200000),
        TEN,
        datetime(2026, 3, 1, 5, 0, tzinfo=timezone(timedelta(hours=-5))),
    ],
)
def test_these_are_all_one_instant_whatever_zone_the_caller_states(text):
    assert read_instant(text, zone="Asia/Tokyo") == TEN
    assert read_instant(text).tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "day_first"),
    [
        ("2026-03-01 10:00", None),
        ("2026/3/1 10:00:00", None),
        ("01/03/2026 10:00", True),
        ("01.03.2026, 10:00", True),
        ("3/1/2026 10:00 AM", False),
        ("03-01-2026 10:00", False),
        ("Mar 1, 2026, 10:00 AM", None),
        ("1 March 2026 1000", None),
        (datetime.fromisoformat("2026-03-01T10:00"), None),
    ],
)
def test_a_time_without_zone_is_one_of_the_zone_stated(text, day_first):
    read = read_instant(text, zone="Europe/Berlin", day_first=day_first)

    assert read == TEN - timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "reason", "remedy"),
    [
        ("2026-03-01 10:00", "has no time zone", "zone="),
        (datetime.fromisoformat("2026-03-01"), "has no time zone", "zone="),
        (date(2026, 3, 1), "has no time zone", "zone="),
        ("2026-03-01", "has no time zone", "zone="),
        ("01/03/2026 10:00Z", "could be 1 March or 3 January", "day_first="),
        ("2026-03-01 10:00 CET", "ends in `CET`", "offset"),
        ("2026-03-01 10:00 IST", "ends in `IST`", "offset"),
        ("2026-03-01 10:00 Europe/Berlim", "ends in `Europe/Berlim`", "offset"),
        ("2026-03-01 10:00 +15:00", "not one certain zone", "offset"),
        ("46082", "bare number", "format the column as a date"),
        ("46082.4166666667", "bare number", "format the column as a date"),
        (46082, "bare number", "format the column as a date"),
        ("2026", "bare number", "format the column as a date"),
        ("01/03/26", "two digits", "four digits"),
        ("2026-02-29", "does not exist", "correct the date"),
        ("2026-03-01 24:00Z", "time of day that does not exist", "23:59"),
        ("2026-03-01 13:00 PM Z", "time of day that does not exist", "12:00 AM"),
        ("2026-03-01 10:61Z", "time of day that does not exist", "23:59"),
        ("Monday, 1 March 2026", "day of the week", "is a Sunday"),
        ("9999-12-31 23:59 -14:00", "out of range", ""),
        ("March", "not a date or time", "docs/reference/tables.md"),
        ("2026-03", "not a date or time", ""),
        ("10:00", "not a date or time", ""),
        ("today", "not a date or time", ""),
        ("2026-W10-1", "not a date or time", ""),
        ("2026-03-110:00Z", "not a date or time", ""),
        ("\u0662\u0660\u0662\u0666-\u0660\u0663-\u0660\u0661", "not a date or time", ""),
        ("00/05/2026", "not a date or time", ""),
        ("0000-01-01", "does not exist", ""),
        ("2026-03-01T10:00Z" + " " * 5 + "x" * 100, "not a date or time", ""),
        (True, "not a date or time", ""),
        (10**40, "not a date or time", ""),
        (None, "not a date or time", ""),
    ],
)
def test_what_is_not_certain_is_refused_with_the_remedy(text, reason, remedy):
    with pytest.raises(FactsError) as caught:
        read_instant(text)

    assert reason in caught.value.message
    assert remedy in caught.value.hint


def test_an_order_of_day_and_month_that_a_date_does_not_fit_is_refused():
    assert read_instant("25/03/2026", zone="UTC") == datetime(2026, 3, 25, tzinfo=UTC)
    assert read_instant("03/25/2026", zone="UTC") == datetime(2026, 3, 25, tzinfo=UTC)
    with pytest.raises(FactsError, match="does not fit day_first=False"):
        read_instant("25/03/2026", zone="UTC", day_first=False)
    with pytest.raises(FactsError, match="does not fit day_first=True"):
        read_instant("03/25/2026", zone="UTC", day_first=True)


def test_a_local_time_that_the_clocks_skipped_is_refused():
    with pytest.raises(FactsError, match="did not exist in `Europe/Berlin`"):
        read_instant("2026-03-29 02:30", zone="Europe/Berlin")


def test_a_local_time_that_came_twice_is_refused_and_its_offset_tells_which():
    with pytest.raises(FactsError, match="came twice in `Europe/Berlin`"):
        read_instant("2026-10-25 02:30", zone="Europe/Berlin")

    assert read_instant("2026-10-25 02:30+02:00").hour == 0
    assert read_instant("2026-10-25 02:30+01:00").hour == 1


def test_an_aware_datetime_tells_itself_which_of_two_hours_it_is():
    berlin = ZoneInfo("Europe/Berlin")
    first = datetime(2026, 10, 25, 2, 30, tzinfo=berlin)

    assert read_instant(first.replace(fold=1)) - read_instant(first) == timedelta(hours=1)


def test_a_date_alone_is_the_start_of_its_day_in_the_zone_stated():
    assert read_instant("2026-03-01", zone="Europe/Berlin") == TEN - timedelta(hours=11)
    assert read_instant(date(2026, 3, 1), zone="UTC") == TEN - timedelta(hours=10)


def test_a_day_whose_midnight_the_clocks_skipped_starts_when_it_starts():
    read = read_instant("2018-11-04", zone="America/Sao_Paulo")

    assert read == datetime(2018, 11, 4, 3, 0, tzinfo=UTC)


def test_digits_after_the_sixth_of_a_fraction_are_cut():
    read = read_instant("2026-03-01T10:00:00.1234569Z")

    assert read.microsecond == 123456


@pytest.mark.parametrize(
    "text", ["2026-03-01", "1-Mar-2026", "20260301", "2026-03-01T23:30:00-08:00", "1.3.2026 9:15"]
)
def test_a_date_is_the_day_as_it_is_written(text):
    assert read_date(text, day_first=True) == date(2026, 3, 1)


def test_a_date_is_not_read_from_an_epoch_number():
    with pytest.raises(FactsError, match="epoch number"):
        read_date("1772359200")


ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"])
INSTANTS = st.datetimes(
    datetime.fromisoformat("1990-01-01"),
    datetime.fromisoformat("2090-01-01"),
    timezones=st.just(UTC),
)
SHAPES = st.sampled_from(
    [
        "%Y-%m-%dT%H:%M:%S.%f%z",
        "%Y%m%dT%H%M%S%z",
        "%d-%b-%Y %H:%M:%S %z",
        "%B %d, %Y, %I:%M:%S %p%z",
    ]
)


@given(INSTANTS, ZONES, SHAPES)
def test_every_shape_with_an_offset_gives_back_its_instant(instant, zone, shape):
    whole = instant if "%f" in shape else instant.replace(microsecond=0)
    local = whole.astimezone(ZoneInfo(zone))

    assert read_instant(local.strftime(shape)) == whole


@given(INSTANTS, ZONES)
def test_a_local_time_gives_back_its_instant_or_is_refused_at_a_clock_change(instant, zone):
    local = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
    problem = ""
    try:
        read = read_instant(local.isoformat(" "), zone=zone)
    except FactsError as wrong:
        read, problem = None, wrong.message

    assert read == instant or "came twice" in problem


@given(st.text(max_size=40), st.sampled_from([None, True, False]))
def test_any_text_is_an_instant_or_refused(text, day_first):
    with contextlib.suppress(FactsError):
        assert read_instant(text, zone="Europe/Berlin", day_first=day_first).tzinfo is UTC
