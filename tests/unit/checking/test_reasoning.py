"""What constants alone decide: what is said to be impossible never happens."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings

from dealreg import (
    ALWAYS,
    NEVER,
    Field,
    FieldType,
    Tally,
    all_of,
    any_of,
    external,
    field,
    money,
    not_,
)
from dealreg.checking.reasoning import Reasoner
from dealreg.deciders.reference.truth import Reader
from dealreg.facts.view import View
from dealreg.facts.vocabulary import Vocabulary
from dealreg.policy.predicates import AllOf, AnyOf, predicate
from dealreg.policy.walk import predicates_of
from dealreg.testing import CLOCK_EDGE, FACTS_DROPPED, cases

VOCABULARY = Vocabulary(
    ("bronze", "silver", "gold"),
    (
        Field("joined", FieldType.DATE),
        Field("earlier", FieldType.INTEGER, derived=Tally(("partner_id",))),
    ),
)
REASONER = Reasoner(VOCABULARY)
amount, tier, products = field("amount"), field("tier"), field("products")
quantity, region, score, joined = (field(n) for n in ("quantity", "region", "score", "joined"))
incumbent = field("incumbent")
DAY = date(2026, 3, 1)

NEVER_TRUE = {
    "the constant": NEVER,
    "no alternative": AnyOf(()),
    "above and below": (quantity >= 10) & (quantity < 5),
    "on either side of an edge": (score > 1) & (score <= 1),
    "between whole numbers": (quantity > 4) & (quantity < 5),
    "between days": (joined > DAY) & (joined < DAY + timedelta(days=1)),
    "all between are left out": (quantity >= 1)
    & (quantity <= 2)
    & (quantity != 1)
    & (quantity != 2),
    "the edge left out": (score >= 1) & (score != 1) & (score <= 1),
    "two values": (region == "a") & (region == "b"),
    "outside a list": region.one_of("a", "b") & (region == "c"),
    "no value of the list is left": region.one_of("a") & not_(region.one_of("a", "b")),
    "a value and not": (region == "a") & (region != "a"),
    "above the highest level": tier > "gold",
    "below the lowest level": tier < "bronze",
    "no level is left": (tier != "gold") & (tier != "silver") & (tier != "bronze"),
    "yes and no": incumbent.is_true() & incumbent.is_false(),
    "neither yes nor no": (incumbent != True) & (incumbent != False),  # noqa: E712
    "missing and known": tier.is_missing() & (tier == "gold"),
    "missing and not": tier.is_missing() & not_(tier.is_missing()),
    "missing and empty": products.is_missing() & not_(products.covers("a")),
    "two currencies": (amount >= money("1 EUR")) & (amount >= money("1 USD")),
    "one of another currency": amount.one_of(money("1 EUR")) & (amount >= money("0 USD")),
    "has and has not": products.covers("a", "b") & not_(products.covers("a")),
    "has all and lacks one": products.covers("a", "b") & not_(products.covers("a", "b")),
    "has and overlaps not": products.covers("a") & not_(products.overlaps("a", "c")),
    "overlaps and not": products.overlaps("a", "b") & not_(products.overlaps("b", "a")),
    "overlaps and has none": products.overlaps("a") & not_(products.covers("a")),
    "asked and not": external("q") & not_(external("q")),
    "every alternative excluded": any_of(quantity < 1, quantity > 9) & (quantity == 5),
    "nested alternatives": any_of(all_of(tier == "gold", quantity < 1), tier == "silver")
    & (tier == "gold")
    & (quantity > 3),
    "a negative count": field("earlier") < 0,
    "no status": field("status") == "aproved",
    "on neither side of an edge": (score >= 1) & (score > 1) & (score <= 1),
    "not an alternative": not_(any_of(quantity >= 1, quantity < 1)),
}


def either_way(rules):
    """A case of each rule, and of those with several parts in the other order: it is the same."""
    made = dict(rules)
    for name, rule in rules.items():
        parts = getattr(predicate(rule), "parts", ())
        if len(parts) > 1:
            made[f"{name}, backwards"] = type(predicate(rule))(parts[::-1])
    return pytest.mark.parametrize("rule", made.values(), ids=made)


NEVER_FALSE = {
    "the constant": ALWAYS,
    "nothing asked": AllOf(()),
    "any level": tier >= "bronze",
    "every level": tier.one_of("gold", "silver", "bronze"),
    "equal or not": (quantity == 1) | (quantity != 1),
    "all but one number": (quantity < 5) | (quantity > 4),
    "known or missing": tier.is_known() | tier.is_missing(),
    "either currency": (amount >= money("1 EUR")) | (amount < money("1 USD")),
    "one of two currencies": amount.one_of(money("1 EUR"), money("1 USD")),
    "not never": not_(NEVER),
    "a count": field("earlier") >= 0,
}

OPEN = {
    "between": (quantity > 4) & (quantity < 6),
    "between decimals": (score > 4) & (score < 5),
    "just one": (score >= 1) & (score <= 1),
    "an edge left out": (quantity >= 1) & (quantity != 1),
    "many are left out": (quantity >= 1) & (quantity <= 100) & (quantity != 7),
    "the middle level": (tier > "bronze") & (tier < "gold"),
    "at two instants": (tier == "gold") & (tier.as_of("submitted_at") == "silver"),
    "of several fields": (quantity > 5) & (score < 5),
    "one or the other": any_of(quantity < 1, quantity > 9) & (quantity == 10),
    "in one currency": amount.one_of(money("1 EUR"), money("2 USD")) & (amount > money("1 USD")),
    "below nothing": amount < money("0 EUR"),
    "has one and not the other": products.covers("a") & not_(products.covers("b")),
    "lacks one of two": products.covers("a") & not_(products.covers("a", "b")),
    "overlaps elsewhere": products.overlaps("a", "b") & not_(products.covers("a")),
    "not one of": not_(region.one_of("a", "b")) & (region != "c"),
    "two questions": external("p") & not_(external("q")),
    "days": (joined > DAY) & (joined < DAY + timedelta(days=2)),
    "long numbers": score > Decimal("9" * 34),
}


@either_way(NEVER_TRUE)
def test_cannot_be_true(rule):
    assert not REASONER.possible((predicate(rule), True))
    assert not REASONER.possible((predicate(not_(rule)), False))


@either_way(NEVER_FALSE)
def test_cannot_be_false(rule):
    assert not REASONER.possible((predicate(rule), False))
    assert not REASONER.possible((predicate(not_(rule)), True))


@either_way(OPEN | NEVER_FALSE)
def test_can_be_true(rule):
    assert REASONER.possible((predicate(rule), True))


@pytest.mark.parametrize("rule", [*OPEN.values(), *NEVER_TRUE.values()])
def test_can_be_false(rule):
    unless = [NEVER_TRUE["two currencies"], NEVER_TRUE["one of another currency"]]
    assert REASONER.possible((predicate(rule), False)) or rule in unless


@pytest.mark.parametrize(
    ("one", "other", "implied"),
    [
        (tier == "gold", tier >= "silver", True),
        (tier >= "silver", tier == "gold", False),
        (quantity >= 10, quantity >= 5, True),
        (quantity >= 10, amount >= money("5 EUR"), False),
        (amount >= money("10 EUR"), amount >= money("5 EUR"), True),
        (amount >= money("10 EUR"), amount >= money("5 USD"), False),
        (amount.one_of(money("10 EUR")), amount >= money("5 EUR"), True),
        (amount.one_of(money("10 EUR"), money("10 USD")), amount >= money("5 EUR"), False),
        (products.covers("a", "b"), products.overlaps("a", "c"), True),
        (products.overlaps("a", "c"), products.covers("a"), False),
        (tier.is_known(), tier >= "bronze", True),
        (tier.is_missing(), tier >= "bronze", False),
        (region == "a", tier >= "bronze", False),
        (region == "a", ALWAYS, True),
        (external("q"), external("q"), True),
        (external("q"), external("p"), False),
        ((tier == "gold") | (tier == "silver"), tier >= "silver", True),
        ((tier == "gold") | (region == "a"), tier >= "bronze", False),
        (not_(tier < "silver"), tier >= "silver", True),
    ],
)
def test_implies(one, other, implied):
    assert REASONER.implies(predicate(one), predicate(other)) is implied


def _truths(case):
    """Every predicate of a case with the truth it has of every registration."""
    calendars = {calendar.name: calendar for calendar in case.rules.calendars}
    view = View(case.facts, case.at, case.rules.vocabulary(), calendars)
    for registration in case.facts.registrations:
        reader = Reader(view, registration, case.externals)
        yield [
            (rule, reader.truth(rule))
            for contest in case.rules.contests
            for _, rule in predicates_of(contest)
        ]


@given(cases() | cases(CLOCK_EDGE) | cases(FACTS_DROPPED))
@settings(max_examples=200)
def test_whatever_happens_was_possible(case):
    reasoner = Reasoner(case.rules.vocabulary())
    for truths in _truths(case):
        claims = [(rule, truth) for rule, truth in truths if truth is not None]

        assert all(reasoner.possible(claim) for claim in claims)
        assert reasoner.possible(*claims)
        for one, truth in truths:
            implied = [o for o, _ in truths if truth is True and reasoner.implies(one, o)]
            assert all(dict(truths)[other] is True for other in implied)
