"""Exact values: decimals, money, spans, frozen maps, choices (spec clause F-12)."""

import decimal as decimals
import pickle
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from dealreg.errors import UsageError
from dealreg.facts.instants import instant
from dealreg.facts.records import Status
from dealreg.facts.values import FrozenMap, Money, Span, Unit, decimal, exact, money, span


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("50000.00", "50000"),
        ("1E+3", "1000"),
        ("-0", "0"),
        ("0.10", "0.1"),
        (7, "7"),
        (Decimal("1.500"), "1.5"),
        ("0.000000000000000001", "0.000000000000000001"),
        ("9" * 34, "9" * 34),
    ],
)
def test_a_decimal_has_one_spelling(given: "str | int | Decimal", kept: str) -> None:
    found = decimal(given)

    assert kept == format(found, "f")
    assert Decimal(kept).as_tuple() == found.as_tuple()


def test_a_decimal_does_not_depend_on_the_ambient_context() -> None:
    with decimals.localcontext(decimals.Context(prec=3)):
        assert "123456.789" == str(decimal("123456.7890"))


@pytest.mark.parametrize(
    "given",
    [
        *(0.1, float("nan"), "NaN", "Infinity", "-inf", "ten", "", True, None, "9" * 35, "1E+400"),
        *("0." + "0" * 18 + "1", 10**60, "1_000", "\u0661", "9" * 1_000_000),
    ],
)
def test_what_is_not_an_exact_decimal_is_refused(given: object) -> None:
    with pytest.raises(UsageError):
        decimal(given)  # type: ignore[arg-type]


def test_a_float_is_refused_with_the_remedy() -> None:
    with pytest.raises(UsageError, match=r'write it as text: "0.1"'):
        decimal(0.1)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["50000", "EUR 50000", "50000 eur", "50000 EURO", "x EUR"])
def test_money_needs_a_number_and_a_currency(text: str) -> None:
    with pytest.raises(UsageError):
        money(text)


def test_equal_amounts_are_equal_values() -> None:
    assert Money("50000.00", "EUR") == money("50000 EUR")
    assert hash(Money("50000.00", "EUR")) == hash(money("50000 EUR"))
    assert money("50000 EUR") != money("50000 USD")


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("7 days", Span(7, Unit.DAYS)),
        ("1 day", Span(1, Unit.DAYS)),
        ("3 business days", Span(3, Unit.BUSINESS_DAYS)),
        ("6 months", Span(6, Unit.MONTHS)),
    ],
)
def test_a_span_from_its_text(text: str, made: Span) -> None:
    assert made == span(text)


@pytest.mark.parametrize("text", ["7", "days", "-7 days", "7.5 days", "7 fortnights", "40000 days"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        span(text)


@pytest.mark.parametrize(("length", "unit"), [(-1, "days"), (True, "days"), (1, "lightyears")])
def test_a_span_is_a_whole_number_of_a_known_unit(length: int, unit: str) -> None:
    with pytest.raises(UsageError):
        Span(length, unit)  # type: ignore[arg-type]


def test_a_frozen_map_is_ordered_by_key_and_cannot_be_changed() -> None:
    made = FrozenMap({"b": 1, "a": ["x", "y"]})

    assert ["a", "b"] == list(made)
    assert frozenset({"x", "y"}) == made["a"]
    with pytest.raises(AttributeError):
        made.anything = 1  # type: ignore[attr-defined]
    assert made == pickle.loads(pickle.dumps(made))
    assert hash(made) == hash(FrozenMap({"a": {"y", "x"}, "b": 1}))


def test_yes_and_one_are_different_facts() -> None:
    assert FrozenMap({"a": True}) != FrozenMap({"a": 1})
    assert FrozenMap({"a": 1}) != {"a": 1}


@pytest.mark.parametrize(
    "value", [0.5, datetime(2026, 3, 1), object(), {"a": 1}, [1, 2], b"x", date(1066, 1, 1)]
)
def test_what_is_not_exact_cannot_be_a_fact(value: object) -> None:
    with pytest.raises(UsageError):
        exact(value)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2026-03-01T10:00+01:00", datetime(2026, 3, 1, 9, tzinfo=UTC)),
        ("2026-03-01T09:00Z", datetime(2026, 3, 1, 9, tzinfo=UTC)),
    ],
)
def test_an_instant_has_one_value_whatever_its_zone(text: str, same: datetime) -> None:
    assert same == instant(text)
    assert UTC is instant(text).tzinfo


@pytest.mark.parametrize(
    "text", ["2026-03-01", "yesterday", "0001-01-01T00:00Z", "9999-12-31T00:00Z"]
)
def test_no_zone_or_out_of_range_is_no_instant(text: str) -> None:
    with pytest.raises(UsageError):
        instant(text)


def test_an_unknown_choice_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean `approved`"):
        Status("aproved")
