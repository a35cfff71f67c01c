"""Predicates in English: every node, every comparison, and which part belongs to which."""

from datetime import date, timedelta

import pytest
from hypothesis import given

from dealreg import (
    ALWAYS,
    NEVER,
    Elapsed,
    Field,
    Inside,
    Same,
    Span,
    Tally,
    all_of,
    any_of,
    external,
    field,
    money,
)
from dealreg.facts.instants import instant
from dealreg.facts.vocabulary import Vocabulary
from dealreg.policy.predicates import Not
from dealreg.rendering.nouns import Voice
from dealreg.rendering.phrases import Phrases
from dealreg.rendering.reasons import Short
from dealreg.rendering.shortfalls import shortfall_items
from dealreg.testing import WORLD, predicates

VOCABULARY = Vocabulary(
    tiers=("silver", "gold"),
    fields=(
        Field("seats", "integer"),
        Field("labs", "text_set", "partner"),
        Field("poc_done", "bool", meaning="Whether a proof of concept was done."),
        Field("premium", "bool", "customer", meaning="On the premium list"),
        Field("days_left", "integer", derived=Elapsed("submitted_at", "estimated_close", "days")),
        Field("own_lead", "bool", derived=Same("partner_id", "lead_source")),
        Field(
            "closed_it",
            "bool",
            meaning="Whether the registrant closed the deal",
            derived=Same("partner_id", "lead_source"),
        ),
        Field("may_role", "bool", derived=Inside("partner_role", "agreements")),
        Field("may_sell", "bool", derived=Inside("products", "accreditations")),
        Field("recent", "integer", derived=Tally(("partner_id", "region"), Span(30, "days"))),
        Field("kickoff", "instant"),
    ),
)
RECENT = (
    "the number of earlier live registrations with the same registrant and region of use, "
    "submitted at most 30 days before,"
)
SAYS = Phrases(VOCABULARY)
TO_YOU = Phrases(VOCABULARY, voice=Voice.YOU)


@pytest.mark.parametrize(
    ("rule", "said", "negated"),
    [
        (ALWAYS, "always", "never"),
        (NEVER, "never", "always"),
        (
            field("tier") >= "gold",
            "the partner's tier is at least gold",
            "the partner's tier is below gold",
        ),
        (
            field("tier") > "silver",
            "the partner's tier is above silver",
            "the partner's tier is at most silver",
        ),
        (
            field("seats") != 5,
            "the registration's seats are not 5",
            "the registration's seats are 5",
        ),
        (
            field("amount") < money("25000 EUR"),
            "the estimated value is less than 25,000 EUR",
            "the estimated value is at least 25,000 EUR",
        ),
        (field("region") == "DE", 'the region of use is "DE"', 'the region of use is not "DE"'),
        (
            field("region") < "N",
            'the region of use sorts before "N"',
            'the region of use does not sort before "N"',
        ),
        (
            field("approved_at") <= instant("2026-03-01T09:00Z"),
            "the approval of the registration is not after 1 March 2026, 09:00 UTC",
            "the approval of the registration is after 1 March 2026, 09:00 UTC",
        ),
        (
            field("estimated_close") == date(2026, 3, 1),
            "the expected close of the deal is on 1 March 2026",
            "the expected close of the deal is not on 1 March 2026",
        ),
        (
            field("ahead_of_tender") >= timedelta(days=2),
            "the time from submission to the publication of the tender is at least 2 days",
            "the time from submission to the publication of the tender is less than 2 days",
        ),
        (
            field("opportunity_type").one_of("net_new", "expansion"),
            'the type of opportunity is one of "expansion" or "net_new"',
            'the type of opportunity is none of "expansion" or "net_new"',
        ),
        (
            field("accreditations").covers("vdi", "lan"),
            "the partner's accreditations include lan and vdi",
            "the partner's accreditations do not include all of lan and vdi",
        ),
        (
            field("evidence").overlaps("poc"),
            "the evidence of pre-sales work includes poc",
            "the evidence of pre-sales work does not include poc",
        ),
        (
            field("products").is_missing(),
            "the products in scope are not on record",
            "the products in scope are on record",
        ),
        (
            external("credit_ok"),
            'the programme\'s own check "credit_ok" says yes',
            'the programme\'s own check "credit_ok" says no',
        ),
        (
            field("incumbent").is_true(),
            "the partner is the incumbent",
            "the partner is not the incumbent",
        ),
        (
            field("poc_done").is_true(),
            "a proof of concept was done",
            "it is not the case that a proof of concept was done",
        ),
        (
            field("premium").is_true(),
            "the customer's premium is yes",
            "the customer's premium is no",
        ),
        (
            field("days_left") >= 10,
            "the number of days from submission to the expected close of the deal is at least 10",
            "the number of days from submission to the expected close of the deal is less than 10",
        ),
        (
            field("own_lead").is_true(),
            "the registrant is the same as the source of the lead",
            "the registrant is not the same as the source of the lead",
        ),
        (
            field("closed_it").is_true(),
            "the registrant closed the deal",
            "it is not the case that the registrant closed the deal",
        ),
        (
            field("may_role").is_true(),
            "the partner's role in the deal is among the partner's agreements",
            "the partner's role in the deal is not among the partner's agreements",
        ),
        (
            field("may_sell").is_true(),
            "all of the products in scope are among the partner's accreditations",
            "not all of the products in scope are among the partner's accreditations",
        ),
        (
            field("existing_customer").is_known(),
            "whether the customer already has the vendor's products is on record",
            "whether the customer already has the vendor's products is not on record",
        ),
        (
            field("labs").overlaps("x", "y"),
            "the partner's labs include at least one of x or y",
            "the partner's labs include none of x or y",
        ),
        (field("recent") < 3, f"{RECENT} is less than 3", f"{RECENT} is at least 3"),
        (
            field("tier").as_of("submitted_at") == "gold",
            "the partner's tier is gold, as of submission",
            "the partner's tier is not gold, as of submission",
        ),
        (
            field("kickoff").is_known(),
            "the registration's kickoff is on record",
            "the registration's kickoff is not on record",
        ),
    ],
)
def test_every_leaf_and_its_opposite(rule, said, negated):
    assert SAYS.sentence(rule.predicate) == said
    assert SAYS.sentence(Not(rule.predicate)) == negated


def test_to_the_partner_itself():
    assert TO_YOU.sentence((field("tier") >= "gold").predicate) == "your tier is at least gold"
    assert TO_YOU.sentence(field("in_good_standing").is_false().predicate) == (
        "your company is not in good standing"
    )


A, B, C = (field("seats") == n for n in (1, 2, 3))
SAID = [f"the registration's seats are {n}" for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (A & B & C, "{0}, {1} and {2}"),
        (A | B, "{0} or {1}"),
        (A & (B | C), "{0} and ({1} or {2})"),
        ((A & B) | C, "({0} and {1}) or {2}"),
        (all_of(), "always"),
        (any_of(), "never"),
    ],
)
def test_brackets_show_what_belongs_together(rule, said):
    assert SAYS.sentence(rule.predicate) == said.format(*SAID)


def test_what_is_not_the_case_ends_where_it_ends():
    """Without brackets, `it is not the case that X and Y` would deny Y too."""
    rule = (~field("poc_done").is_true() & A).predicate
    assert SAYS.sentence(rule) == (
        f"(it is not the case that a proof of concept was done) and {SAID[0]}"
    )
    item = SAYS.item("", rule)
    assert item.text == "all of these hold:"
    assert [part.text for part in item.items] == [
        "it is not the case that a proof of concept was done.",
        f"{SAID[0]}.",
    ]
    assert SAYS.item("", (field("poc_done").is_true() & A).predicate).items == ()


def test_what_is_not_known_is_asked_in_the_affirmative():
    short = Short(field("existing_customer").is_true().predicate, negated=True, unknown=True)
    (item,) = shortfall_items(short, SAYS)
    assert item.text == "It is not known whether the customer already has the vendor's products."


def test_not_goes_to_the_parts():
    assert SAYS.sentence((~(A & ~B)).predicate) == (
        "the registration's seats are not 1 or the registration's seats are 2"
    )


def test_long_rules_become_lists():
    item = SAYS.item("Needed: ", (A & (B | C)).predicate, " [CODE]")
    assert item.text == "Needed: all of these hold: [CODE]"
    assert [part.text for part in item.items] == [f"{SAID[0]}.", f"{SAID[1]} or {SAID[2]}."]
    assert SAYS.item("", (A & B).predicate).items == ()
    either = SAYS.item("", (~(A & B & C)).predicate)
    assert either.text == "at least one of these holds:"
    assert len(either.items) == 3


@given(predicates(WORLD))
def test_every_predicate_can_be_said_and_its_opposite_differs(rule):
    says = Phrases(WORLD)
    assert says.sentence(rule)
    assert says.sentence(Not(Not(rule))) == says.sentence(rule)
    assert says.sentence(Not(rule)) != says.sentence(rule)
