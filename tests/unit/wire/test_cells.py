"""Cells of other types: amounts, numbers, yes and no, sets, durations, statuses."""

import contextlib
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealreg.errors import FactsError, UsageError
from dealreg.facts.fields import FieldType
from dealreg.facts.records import Status
from dealreg.facts.values import Money, money
from dealreg.wire.amounts import Reading, read_money
from dealreg.wire.cells import LONGEST_CELL, read_cell
from dealreg.wire.statuses import STATUSES, read_status

PLAIN = Reading()


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("50000 EUR", "50000 EUR"),
        ("50,000.00 EUR", "50000 EUR"),
        ("50,000 EUR", "50000 EUR"),
        ("€50.000,00", "50000 EUR"),
        ("EUR 50 000,00", "50000 EUR"),
        ("50\u00a0000,5 €", "50000.5 EUR"),
        ("1.234.567 EUR", "1234567 EUR"),
        ("1,234,567 eur", "1234567 EUR"),
        ("CHF 1'200.50", "1200.5 CHF"),
        ("£1,200", "1200 GBP"),
        ("-1,200.50 EUR", "-1200.5 EUR"),
        ("EUR -5", "-5 EUR"),
        ("0.125 EUR", "0.125 EUR"),
        ("1234.125 EUR", "1234.125 EUR"),
    ],
)
def test_an_amount_as_exports_write_it(text, amount):
    assert read_money(text, None, PLAIN) == money(amount)


@pytest.mark.parametrize(
    ("text", "reason", "remedy"),
    [
        ("50.000 EUR", "could be 50000 or 50.000", "decimal_mark"),
        ("50000", "has no currency", "currency="),
        (50000, "has no currency", "currency="),
        ("$50,000", "sign of several currencies", "currency="),
        ("50000 EURO", "not a currency code", "three letters"),
        ("EUR 50000 EUR", "not an amount", "as in"),
        ("NaN EUR", "not an amount", "as in"),
        ("inf EUR", "not an amount", "as in"),
        ("5E+04 EUR", "not an amount", "as in"),
        ("(500) EUR", "not an amount", "as in"),
        ("1,23,456 EUR", "not a number", "decimal point"),
        ("1.2.3 EUR", "not a number", "decimal point"),
        ("12,34.56 EUR", "not a number", "decimal point"),
        ("\u0665\u0660 EUR", "not a", "as in"),
        (Decimal("NaN"), "not a number that can be compared", "leave the value out"),
        (0.1, "is a float", "dtype=str"),
        (True, "not a number", "write a number"),
    ],
)
def test_an_amount_that_is_not_certain_is_refused_with_the_remedy(text, reason, remedy):
    with pytest.raises((FactsError, UsageError)) as caught:
        read_money(text, None, PLAIN)

    assert reason in caught.value.message
    assert remedy in caught.value.hint


def test_the_decimal_mark_stated_settles_what_could_be_either():
    assert read_money("50.000 EUR", None, Reading(decimal_mark=",")) == money("50000 EUR")
    assert read_money("50.000 EUR", None, Reading(decimal_mark=".")) == money("50 EUR")
    assert read_money("50,000 EUR", None, Reading(decimal_mark=",")) == money("50 EUR")
    with pytest.raises(FactsError, match="not a number"):
        read_money("50,000.00 EUR", None, Reading(decimal_mark=","))


def test_the_currency_is_that_of_the_cell_then_the_column_then_the_caller():
    caller = Reading(currency="USD")

    assert read_money("5 EUR", None, caller) == money("5 EUR")
    assert read_money("5", "GBP", caller) == money("5 GBP")
    assert read_money("$5", "CAD", caller) == money("5 CAD")
    assert read_money("$5", None, caller) == money("5 USD")
    with pytest.raises(FactsError, match="disagree"):
        read_money("5 EUR", "GBP", caller)


@pytest.mark.parametrize("value", [Decimal("50000.10"), "50000.10"])
def test_a_json_number_is_taken_exactly(value):
    assert read_money(value, "EUR", PLAIN) == Money(Decimal("50000.1"), "EUR")


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        (FieldType.BOOL, "Yes", True),
        (FieldType.BOOL, "n", False),
        (FieldType.BOOL, "TRUE", True),
        (FieldType.BOOL, 0, False),
        (FieldType.BOOL, True, True),
        (FieldType.INTEGER, "1,200", 1200),
        (FieldType.INTEGER, "1 200", 1200),
        (FieldType.INTEGER, "12.0", 12),
        (FieldType.INTEGER, 3.0, 3),
        (FieldType.DECIMAL, "4.125", Decimal("4.125")),
        (FieldType.DECIMAL, "4,5", Decimal("4.5")),
        (FieldType.DECIMAL, Decimal("4.50"), Decimal("4.5")),
        (FieldType.TEXT, "  Contoso ", "Contoso"),
        (FieldType.TEXT, 123, "123"),
        (FieldType.TEXT, Decimal("1.50"), "1.50"),
        (FieldType.TEXT, 7.0, "7"),
        (FieldType.TEXT, ["one"], "one"),
        (FieldType.TEXT_SET, "a; b|c", frozenset("abc")),
        (FieldType.TEXT_SET, "a, b", frozenset({"a, b"})),
        (FieldType.TEXT_SET, '["a;b", "c"]', frozenset({"a;b", "c"})),
        (FieldType.TEXT_SET, "[beta] thing", frozenset({"[beta] thing"})),
        (FieldType.TEXT_SET, "[]", frozenset()),
        (FieldType.TEXT_SET, ["a", None, " "], frozenset({"a"})),
        (FieldType.DURATION, "36 hours", timedelta(hours=36)),
        (FieldType.DURATION, "-P1DT2H3M4.5S", -timedelta(1, 7384, 500_000)),
        (FieldType.DURATION, timedelta(1), timedelta(1)),
        ("verdict", "Approved", "accept"),
        ("verdict", "denied", "refuse"),
    ],
)
def test_a_cell_of_each_type(kind, cell, value):
    read = read_cell(kind, cell, PLAIN)

    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    "cell", ["", "  ", "null", "NULL", "N/A", "n/a", "#N/A", "-", None, float("nan")]
)
@pytest.mark.parametrize("kind", [*FieldType, "verdict"])
def test_these_say_that_it_is_not_known(kind, cell):
    assert read_cell(kind, cell, PLAIN) is None


@pytest.mark.parametrize(
    ("kind", "cell", "reason"),
    [
        (FieldType.BOOL, "maybe", "not yes or no"),
        (FieldType.INTEGER, "1.200", "could be 1200 or 1.200"),
        (FieldType.INTEGER, "1.5", "not a whole number"),
        (FieldType.DECIMAL, "4,125", "could be 4125 or 4.125"),
        (FieldType.DECIMAL, "nan", "not a number"),
        (FieldType.DECIMAL, "9" * 60, "more digits"),
        (FieldType.DECIMAL, float("inf"), "not a number"),
        (FieldType.TEXT, True, "not a text"),
        (FieldType.TEXT, 1.5, "is a float"),
        (FieldType.TEXT, "a\0b", "NUL byte"),
        (FieldType.TEXT, "\ud800", "half of a character"),
        (FieldType.TEXT, "x" * (LONGEST_CELL + 1), "characters, more than"),
        (FieldType.TEXT, ["a", "b"], "2 values where one is read"),
        (FieldType.TEXT_SET, "[1.5, {]", "not a JSON array"),
        (FieldType.DURATION, "3 months", "not a duration"),
        (FieldType.DURATION, "10", "not a duration"),
        ("verdict", "perhaps", "not a verdict"),
    ],
)
def test_a_cell_that_is_not_of_its_type_is_refused(kind, cell, reason):
    with pytest.raises((FactsError, UsageError)) as caught:
        read_cell(kind, cell, PLAIN)

    assert reason in caught.value.message


def test_a_level_is_found_whatever_its_case_and_spaces():
    ladder = ("silver", "gold", "gold_plus")

    assert read_cell(FieldType.ORDINAL, "Gold Plus", PLAIN, ladder) == "gold_plus"
    with pytest.raises(FactsError) as caught:
        read_cell(FieldType.ORDINAL, "glod", PLAIN, ladder)
    assert caught.value.hint == "did you mean `gold`?"


def test_without_a_ladder_a_level_is_any_text():
    assert read_cell(FieldType.ORDINAL, "Elite", PLAIN) == "Elite"


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        ({"zone": "Berlin"}, "zone="),
        ({"zone": 7}, "zone="),
        ({"day_first": "yes"}, "day_first"),
        ({"currency": "euro"}, "euro"),
        ({"decimal_mark": ";"}, "decimal_mark"),
    ],
)
def test_a_setting_that_does_not_exist_is_refused_at_once(settings, wrong):
    with pytest.raises(UsageError, match=wrong):
        Reading(**settings)


@pytest.mark.parametrize(
    ("status", "detail", "expected"),
    [
        ("Pending approval", None, (Status.UNDER_REVIEW, None)),
        ("Under-review", None, (Status.UNDER_REVIEW, None)),
        ("Canceled", None, (Status.CANCELLED, None)),
        ("Closed", "Rejected", (Status.REJECTED, None)),
        ("Closed", "Duplicate", (Status.REJECTED, "Duplicate")),
        ("Closed", "Converted", (Status.CONVERTED, None)),
        ("Pending Submission", None, (Status.DRAFT, None)),
        ("Action Required", None, (Status.RETURNED, None)),
        ("New", "Pending", (Status.SUBMITTED, None)),
        ("Active", "Engaged", (Status.APPROVED, None)),
        ("Closed", "Declined", (Status.REJECTED, "Declined")),
        ("Active", None, (Status.APPROVED, None)),
        ("Approved", "Duplicate", (Status.APPROVED, None)),
        ("Recalled", None, (Status.WITHDRAWN, None)),
        (None, "Won", (Status.WON, None)),
        (None, None, (Status.SUBMITTED, None)),
    ],
)
def test_the_status_words_of_real_systems(status, detail, expected):
    assert read_status(status, detail) == expected


def test_closed_without_saying_how_is_refused():
    with pytest.raises(FactsError) as caught:
        read_status("Closed", None)

    assert "closure code or substatus" in caught.value.hint


def test_an_unknown_status_is_refused_with_a_suggestion():
    with pytest.raises(FactsError) as caught:
        read_status("Aproved", None)

    assert "`approved`" in caught.value.hint


@pytest.mark.parametrize("status", list(Status))
def test_every_status_is_read_from_its_own_name(status):
    assert read_status(status.value, None) == (status, None)
    assert status in STATUSES


CELLS = st.one_of(
    st.text(max_size=30),
    st.integers(),
    st.booleans(),
    st.none(),
    st.floats(),
    st.decimals(allow_nan=True),
    st.binary(max_size=5),
    st.lists(st.text(max_size=5), max_size=3),
    st.just(object()),
)


@given(st.sampled_from([*FieldType, "verdict"]), CELLS, st.sampled_from([None, ".", ","]))
def test_any_cell_is_read_or_refused(kind, cell, mark):
    reading = Reading(zone="UTC", currency="EUR", decimal_mark=mark)
    with contextlib.suppress(FactsError, UsageError):
        assert read_cell(kind, cell, reading) != ""


@given(st.decimals(-(10**9), 10**9, places=2), st.sampled_from(["{:,.2f}", "{:.2f}"]))
def test_an_amount_survives_english_and_continental_spelling(amount, form):
    english = form.format(amount)
    continental = english.translate(str.maketrans(",.", ".,"))

    assert read_money(f"{english} EUR", None, PLAIN) == Money(amount, "EUR")
    assert read_money(f"{continental} EUR", None, PLAIN) == Money(amount, "EUR")
