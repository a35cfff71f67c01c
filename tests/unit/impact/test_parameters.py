"""The constants of a policy: which there are, and what they may be set to."""

from decimal import Decimal

import pytest

from dealreg import (
    NEVER,
    Money,
    Policy,
    UsageError,
    contest,
    earliest,
    everyone_qualifying,
    field,
    head_start,
    milestone,
    money,
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
