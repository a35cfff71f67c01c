"""Values in English: exact, and the same everywhere."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealreg import Money, PolicyError
from dealreg.rendering.words import (
    Clock,
    coarse,
    count,
    fraction,
    gap,
    listed,
    nth,
    number,
    percent,
)


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(0), "no time"),
        (timedelta(microseconds=5), "less than a second"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(minutes=2, seconds=1), "2 minutes and 1 second"),
        (timedelta(hours=5, seconds=59), "5 hours"),
        (timedelta(days=3), "3 days"),
        (timedelta(days=3, hours=4, minutes=12), "3 days and 4 hours"),
        (-timedelta(days=1, hours=1), "1 day and 1 hour"),
        (timedelta(days=1234), "1,234 days"),
    ],
)
def test_elapsed_time_in_its_largest_units(length, said):
    assert gap(length) == said


def test_elapsed_time_to_the_last_unit():
    length = timedelta(days=3, hours=4, minutes=12, seconds=1, microseconds=2)
    assert gap(length, parts=5) == "3 days, 4 hours, 12 minutes, 1 second and 2 microseconds"


@given(st.timedeltas(min_value=-timedelta(days=4000), max_value=timedelta(days=4000)))
def test_cutting_keeps_the_words_and_loses_the_rest(length):
    assert coarse(coarse(length)) == coarse(length)
    assert coarse(length) <= abs(length)
    assert gap(coarse(length)) == gap(length)


@given(st.fractions(max_denominator=10_000))
def test_a_fraction_is_exact(value):
    assert Fraction(fraction(value)) == value


@pytest.mark.parametrize(
    ("value", "said"),
    [("7.5", "7.5 %"), ("10/3", "10/3 %"), ("20", "20 %"), ("1/8", "0.125 %"), ("-1/2", "-0.5 %")],
)
def test_rates(value, said):
    assert percent(Fraction(value)) == said


def test_numbers_do_not_ask_for_a_decimal_context():
    with localcontext() as context:
        context.prec = 2
        assert number(Decimal("1234567.125")) == "1,234,567.125"
        assert percent(Decimal("12.345")) == "12.345 %"


def test_a_huge_integer_is_not_written_out():
    assert number(10**5000) == "an integer of 16610 bits"


def test_ranks_counts_and_lists():
    assert [nth(n) for n in (1, 2, 10, 11, 12, 13, 21, 22, 23, 101, 111)] == [
        *("first", "second", "tenth", "11th", "12th", "13th"),
        *("21st", "22nd", "23rd", "101st", "111th"),
    ]
    assert [count(n, "level") for n in (0, 1, 2, 11)] == [
        *("no levels", "one level", "two levels", "11 levels"),
    ]
    assert [listed(list("abc"[:n]), "or") for n in range(4)] == ["", "a", "a or b", "a, b or c"]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "not known"),
        (True, "yes"),
        (7, "7"),
        (Money("25000", "EUR"), "25,000 EUR"),
        ("net_new", '"net_new"'),
        (frozenset({"b", "a"}), "a and b"),
        (frozenset(), "none"),
        (date(2026, 3, 1), "1 March 2026"),
        (-timedelta(hours=2), "minus 2 hours"),
        (datetime(2026, 3, 1, 9, tzinfo=UTC), "1 March 2026, 09:00 UTC"),
        (datetime(2026, 3, 1, 9, 0, 5, tzinfo=UTC), "1 March 2026, 09:00:05 UTC"),
        (datetime(2026, 3, 1, 9, 0, 5, 500000, tzinfo=UTC), "1 March 2026, 09:00:05.5 UTC"),
    ],
)
def test_every_kind_of_value(value, said):
    assert Clock().value(value) == said


def test_the_zone_is_said_with_every_time():
    summer = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    assert Clock("Europe/Berlin").instant(summer) == "2 July 2026, 00:30 UTC+02:00"
    assert Clock("America/St_Johns").instant(summer) == "1 July 2026, 20:00 UTC-02:30"
    with pytest.raises(PolicyError, match="no time zone"):
        Clock("Mars/Olympus")


def test_the_last_instant_there_is_can_be_said():
    last = datetime.max.replace(tzinfo=UTC)
    assert Clock("Asia/Tokyo").instant(last).startswith("31 December 9999, 23:59:59.999999 UTC")
