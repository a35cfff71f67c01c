"""The constants of a policy: which there are, and what they may be set to."""

from datetime import timedelta
from decimal import Decimal

import pytest

from dealreg import (
    ALWAYS,
    NEVER,
    Money,
    Policy,
    UsageError,
    banded,
    contest,
    earliest,
    everyone_qualifying,
    extension,
    field,
    head_start,
    milestone,
    money,
    others,
    override,
    period,
    preferring,
    requirement,
    same_period,
    sla,
    span,
    terms,
)
from dealreg.impact import parameters, with_parameter

RICH = Policy(
    programme="Rich",
    tiers=["silver", "gold"],
    contests=[
        contest(
            "protection",
            requirement(
                "SMALL",
                (field("amount") >= money("5000 EUR"))
                | ~((field("quantity") >= 10) & (field("tier") >= "gold")),
            ),
            requirement("SCORE", field("score") >= Decimal("2.5")),
            requirement("EVIDENCE", field("evidence").covers("meeting")),
            override("TOP", field("tier") == "gold"),
            head_start("2 days"),
            preferring(field("quantity") > 5).then(earliest("submitted_at")),
            period("90 days"),
            milestone("ordered_at", "30 days", code="ORDER_DUE"),
            terms("rate", "5"),
        ),
        contest("demo", same_period("months"), earliest("submitted_at")),
    ],
    sla=sla("3 days"),
)
P = "contests[protection]"
TERMS = Policy(
    programme="Terms",
    tiers=["silver", "gold"],
    contests=[
        contest(
            "discount",
            requirement("EARLY", field("ahead_of_tender") >= timedelta(hours=36)),
            earliest("submitted_at"),
            period("90 days", extension=extension("30 days", times=2)),
            milestone("ordered_at", "30 days", grace="45 days"),
            terms("rate", banded((field("amount") >= money("5000 EUR"), "20"), (ALWAYS, "10"))),
            others(
                terms("co-sell", banded((field("tier") >= "gold", "5"))),
                when=field("quantity") >= 10,
            ),
        ),
        contest("demo", period("9 days", extension=extension(times=None)), everyone_qualifying()),
    ],
)
D = "contests[discount]"


def test_those_there_are():
    assert {each.place: (each.kind.value, each.value) for each in parameters(RICH)} == {
        f"{P}.requires[SMALL].that.any[0]": ("amount", "5000 EUR"),
        f"{P}.requires[SMALL].that.any[1].not.all[0]": ("number", "10"),
        f"{P}.requires[SMALL].that.any[1].not.all[1]": ("level", "gold"),
        f"{P}.requires[SCORE].that": ("number", "2.5"),
        f"{P}.overrides[TOP].when": ("level", "gold"),
        f"{P}.prefer[0].when": ("number", "5"),
        f"{P}.window": ("length", "2 days"),
        f"{P}.capacity": ("holders", "1"),
        f"{P}.period": ("length", "90 days"),
        f"{P}.milestones[ORDER_DUE]": ("length", "30 days"),
        f"{P}.gives[0]": ("percent", "5"),
        "contests[demo].capacity": ("holders", "1"),
        "sla": ("length", "3 days"),
    }


@pytest.mark.parametrize(
    ("place", "given", "value"),
    [
        (f"{P}.requires[SMALL].that.any[0]", "7000", "7000 EUR"),
        (f"{P}.requires[SMALL].that.any[0]", 7000, "7000 EUR"),
        (f"{P}.requires[SMALL].that.any[0]", Money("7", "USD"), "7 USD"),
        (f"{P}.requires[SMALL].that.any[1].not.all[0]", "20", "20"),
        (f"{P}.requires[SMALL].that.any[1].not.all[1]", "silver", "silver"),
        (f"{P}.requires[SCORE].that", "3.5", "3.5"),
        (f"{P}.overrides[TOP].when", "silver", "silver"),
        (f"{P}.prefer[0].when", 6, "6"),
        (f"{P}.window", "1 week", "1 week"),
        (f"{P}.capacity", "2", "2"),
        (f"{P}.period", 30, "30 days"),
        (f"{P}.period", span("30 days"), "30 days"),
        (f"{P}.milestones[ORDER_DUE]", "60", "60 days"),
        (f"{P}.gives[0]", "7.5", "7.5"),
        ("sla", "5 days", "5 days"),
    ],
)
def test_one_is_set_and_no_other(place, given, value):
    made = with_parameter(RICH, place, given)
    now = {each.place: each.value for each in parameters(RICH)}
    then = {each.place: each.value for each in parameters(made)}

    assert then == {**now, place: value}


def test_those_of_terms_and_extensions():
    assert {each.place: (each.kind.value, each.value) for each in parameters(TERMS)} == {
        f"{D}.requires[EARLY].that": ("length", "36 hours"),
        f"{D}.capacity": ("holders", "1"),
        f"{D}.period": ("length", "90 days"),
        f"{D}.period.extension.by": ("length", "30 days"),
        f"{D}.period.extension.times": ("times", "2"),
        f"{D}.period.extension.ask_before": ("length", "0 days"),
        f"{D}.milestones[MILESTONE_MISSED]": ("length", "30 days"),
        f"{D}.milestones[MILESTONE_MISSED].grace": ("length", "45 days"),
        f"{D}.gives[0].rate.bands[0].percent": ("percent", "20"),
        f"{D}.gives[0].rate.bands[0].when": ("amount", "5000 EUR"),
        f"{D}.gives[0].rate.bands[1].percent": ("percent", "10"),
        f"{D}.others.terms.rate.bands[0].percent": ("percent", "5"),
        f"{D}.others.terms.rate.bands[0].when": ("level", "gold"),
        f"{D}.others.when": ("number", "10"),
        "contests[demo].period": ("length", "9 days"),
        "contests[demo].period.extension.ask_before": ("length", "0 days"),
    }


@pytest.mark.parametrize(
    ("place", "given", "value"),
    [
        (f"{D}.requires[EARLY].that", "10 days", "10 days"),
        (f"{D}.requires[EARLY].that", 48, "2 days"),
        (f"{D}.requires[EARLY].that", timedelta(minutes=5), "5 minutes"),
        (f"{D}.period.extension.by", "60", "60 days"),
        (f"{D}.period.extension.times", 3, "3"),
        (f"{D}.period.extension.ask_before", "1 week", "1 week"),
        (f"{D}.milestones[MILESTONE_MISSED].grace", "60 days", "60 days"),
        (f"{D}.gives[0].rate.bands[0].percent", "25", "25"),
        (f"{D}.gives[0].rate.bands[0].when", "7000", "7000 EUR"),
        (f"{D}.gives[0].rate.bands[1].percent", "12.5", "12.5"),
        (f"{D}.others.terms.rate.bands[0].percent", 6, "6"),
        (f"{D}.others.terms.rate.bands[0].when", "silver", "silver"),
        (f"{D}.others.when", "20", "20"),
    ],
)
def test_one_of_terms_and_extensions_is_set_and_no_other(place, given, value):
    made = with_parameter(TERMS, place, given)
    now = {each.place: each.value for each in parameters(TERMS)}
    then = {each.place: each.value for each in parameters(made)}

    assert then == {**now, place: value}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("2 months", "`2 months` is not a length of time"),
        ("3 business days", "`3 business days` is not a length of time"),
        (money("5 EUR"), "not a length of time"),
    ],
)
def test_a_time_between_two_instants_is_not_counted_by_a_calendar(given, said):
    with pytest.raises(UsageError, match=said):
        with_parameter(TERMS, f"{D}.requires[EARLY].that", given)


@pytest.mark.parametrize(
    ("place", "given", "said"),
    [
        (f"{P}.perod", "30 days", r"no constant at `contests\[protection\].perod`.*period"),
        (f"{P}.period", "gold", "`gold` is not a length of time.*today it is `90 days`"),
        (f"{P}.period", money("5 EUR"), "not a length of time"),
        (f"{P}.requires[SMALL].that.any[0]", "much", "not an amount of money"),
        (f"{P}.requires[SMALL].that.any[0]", span("5 days"), "not an amount of money"),
        (f"{P}.requires[SMALL].that.any[1].not.all[0]", "2.5", "not a number"),
        (f"{P}.requires[SMALL].that.any[1].not.all[1]", "bronze", "the levels are silver, gold"),
        (f"{P}.requires[SMALL].that.any[1].not.all[1]", 5, "the levels are silver, gold"),
        (f"{P}.capacity", "0", "not a whole number from 1 on"),
        (f"{P}.gives[0]", "high", "not a rate in percent"),
        (f"{P}.period", timedelta(days=5), "not a length of time"),
    ],
)
def test_what_it_may_not_be(place, given, said):
    with pytest.raises(UsageError, match=said):
        with_parameter(RICH, place, given)


def test_a_policy_without_any():
    plain = Policy(
        programme="Q", contests=[contest("x", requirement("NO", NEVER), everyone_qualifying())]
    )

    with pytest.raises(UsageError, match="there are none"):
        with_parameter(plain, "zzz", 1)
