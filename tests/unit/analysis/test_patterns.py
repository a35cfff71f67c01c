"""One pair of every pattern shows as many kinds of change as all pairs do."""

import pytest

from dealreg import (
    Policy,
    contest,
    earliest,
    everyone_qualifying,
    field,
    head_start,
    highest,
    holder_of,
    latest,
    lowest,
    not_holder_of,
    one_per,
    override,
    preferring,
    requirement,
    same_period,
    within,
)
from dealreg.analysis.cases import cases_of
from dealreg.analysis.pairs import pairs_of
from dealreg.analysis.partings import partings
from dealreg.analysis.scenes import runs
from dealreg.policy.stages import Tie

FIRST = earliest("submitted_at")
GOLD = field("tier") >= "gold"
MANY = field("quantity") >= 5
INCUMBENT = field("incumbent").is_true()
SECOND = contest("second", holder_of("protection"), requirement("MANY", MANY), FIRST)
REST = contest("rest", not_holder_of("protection"), override("GOLD", GOLD), FIRST)


def rules(*parts, more=()):
    contests = [contest("protection", *parts), *more]
    return Policy(programme="Example", tiers=["silver", "gold"], contests=contests)


def shown(old, new, benefit, *, decided):
    """The kinds of change that pairs show, and how many pairs there are."""
    cases = cases_of((old, new), paired=decided)
    contests = {(n, each.benefit) for n, whole in enumerate((old, new)) for each in whole.contests}
    scenes = [each.scene() for each in pairs_of(cases, contests, decided=decided)]
    before, after = runs((old, new), scenes)
    found = {
        each.group
        for number in range(len(scenes))
        for each in partings(before, after, number, 2, (benefit,))
    }
    return found, len(scenes)


@pytest.mark.parametrize(
    ("benefit", "old", "new"),
    [
        ("protection", [within("7 days"), highest("tier").then(FIRST)], [highest("tier")]),
        ("protection", [within("7 days"), highest("tier").then(FIRST)], [same_period("days")]),
        ("protection", [head_start("1 day"), FIRST], [highest("tier").then(FIRST)]),
        (
            "protection",
            [highest("amount", currency="EUR").then(FIRST)],
            [highest("amount", currency="USD").then(FIRST)],
        ),
        (
            "protection",
            [highest("quantity", missing="refer").then(FIRST)],
            [highest("quantity", missing="first").then(FIRST)],
        ),
        (
            "protection",
            [preferring(MANY, missing="refer").then(FIRST)],
            [preferring(MANY, missing="last").then(lowest("quantity")).then(FIRST)],
        ),
        ("protection", [preferring(INCUMBENT).then(FIRST)], [FIRST, Tie.SHARE]),
        (
            "protection",
            [override("G", GOLD), override("M", MANY, effect="closes"), FIRST],
            [override("M", MANY, effect="refers"), override("G", GOLD), latest("submitted_at")],
        ),
        (
            "protection",
            [override("G", GOLD), requirement("M", MANY, if_false="refer"), FIRST],
            [requirement("M", MANY, if_false="refer"), FIRST],
        ),
        ("protection", [everyone_qualifying(), one_per("partner_group"), FIRST], [FIRST]),
        ("second", [FIRST], [highest("tier").then(FIRST)]),
        ("rest", [FIRST], [highest("tier").then(FIRST)]),
    ],
)
def test_fewer_pairs_show_the_same(benefit, old, new):
    more = [SECOND] if benefit == "second" else [REST] if benefit == "rest" else []
    policies = (rules(*old, more=more), rules(*new, more=more))

    every, _ = shown(*policies, benefit, decided=False)
    found, _ = shown(*policies, benefit, decided=True)

    assert found == every
    assert found


def test_one_pair_is_enough_of_those_that_a_preference_tells_apart():
    order = highest("tier").then(highest("quantity")).then(highest("score")).then(FIRST)
    policies = rules(order), rules(order, within("7 days"))

    _, every = shown(*policies, "protection", decided=False)
    _, few = shown(*policies, "protection", decided=True)

    assert few < every / 10
