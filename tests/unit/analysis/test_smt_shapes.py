"""The shapes that the solver reads: each told from the one beside it, and alike to itself."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from dealreg import (
    Calendar,
    Elapsed,
    Field,
    Policy,
    PolicyErrors,
    Span,
    Tally,
    banded,
    competing_on,
    contest,
    earliest,
    everyone_qualifying,
    field,
    fraction_of_holder,
    highest,
    holder_of,
    holders,
    lowest,
    milestone,
    not_holder_of,
    one_per,
    others,
    override,
    period,
    requirement,
    same_period,
    sla,
    terms,
    within,
)
from dealreg.analysis import compare, smt
from dealreg.analysis.smt.coverage import check_covered
from dealreg.analysis.smt.reading import solver_readings
from dealreg.facts.fields import FieldType, Inside
from dealreg.policy.stages import Tie
from dealreg.wire import read_policy

pytest.importorskip("z3", reason="the extra `smt` is not installed")

FIRST = earliest("submitted_at")
TIER = highest("tier")
BERLIN = Calendar("berlin", "Europe/Berlin", holidays=[date(2026, 12, 25)])
OWN = [
    Field("days", FieldType.INTEGER, derived=Elapsed("submitted_at", "approved_at", "days")),
    Field(
        "business",
        FieldType.INTEGER,
        derived=Elapsed("submitted_at", "approved_at", "business_days"),
    ),
    Field(
        "months", FieldType.INTEGER, derived=Elapsed("last_purchase_at", "submitted_at", "months")
    ),
    Field("took", FieldType.DURATION, derived=Elapsed("submitted_at", "approved_at")),
    Field("open_before", FieldType.INTEGER, derived=Tally(("partner_id",))),
    Field("here_lately", FieldType.INTEGER, derived=Tally(("opportunity_id",), Span(3, "days"))),
    Field(
        "approved_here",
        FieldType.INTEGER,
        derived=Tally(("opportunity_id",), where={"status": "approved"}),
    ),
    Field("asked_for", FieldType.BOOL, derived=Inside("requested_benefits", "agreements")),
]


def policy(*parts, bid=None, **more):
    contests = [contest("protection", *parts)]
    if bid is not None:
        contests.append(contest("special_bid", *bid))
    made = {"programme": "Example", "tiers": ("silver", "gold"), "fields": OWN, **more}
    return Policy(contests=contests, calendars=[BERLIN], **made)


def asked(rule):
    return policy(requirement("R", rule), FIRST)


HALF = terms("half", fraction_of_holder("1/2"))
BANDS = terms("full", banded((field("tier") >= "gold", "20"), (field("tier").is_known(), "10")))
LONG = milestone("approved_at", "3 days", starts="submitted_at", code="LATE")
SHAPES = {
    "several": (policy(holders(2), FIRST), policy(FIRST)),
    "everyone": (policy(everyone_qualifying(), FIRST), policy(FIRST)),
    "second terms": (
        policy(everyone_qualifying(), FIRST, terms("a"), terms("b")),
        policy(everyone_qualifying(), FIRST, terms("a"), terms("c")),
    ),
    "shares": (
        policy(everyone_qualifying(), Tie.SHARE, terms(share="1/2"), terms(share="1/3")),
        policy(everyone_qualifying(), Tie.SHARE, terms(share="1/2"), terms(share="1/4")),
    ),
    "rates": (policy(FIRST, terms("a", "5")), policy(FIRST, terms("a", "5.5"))),
    "bands": (
        policy(FIRST, BANDS),
        policy(FIRST, terms("full", banded((field("tier").is_known(), "10")))),
    ),
    "what others get": (policy(FIRST, BANDS, others(HALF)), policy(FIRST, BANDS)),
    "which others": (
        policy(FIRST, BANDS, others(HALF)),
        policy(FIRST, BANDS, others(HALF, when=field("tier") >= "gold")),
    ),
    "a queue": (policy(FIRST, others(stand="waiting")), policy(FIRST)),
    "its order": (
        policy(FIRST, others(stand="waiting")),
        policy(TIER.then(FIRST), others(stand="waiting")),
    ),
    "one of a group": (
        policy(holders(2), FIRST),
        policy(holders(2), FIRST, one_per("partner_group")),
    ),
    "left to a person": (
        policy(highest("quantity", missing="refer").then(FIRST)),
        policy(highest("quantity").then(FIRST)),
    ),
    "another customer": (
        policy(competing_on("customer_id"), FIRST),
        policy(competing_on("customer_id"), highest("quantity").then(FIRST)),
    ),
    "a division": (
        policy(competing_on("customer_id", "division"), FIRST),
        policy(competing_on("customer_id"), FIRST),
    ),
    "other keys": (policy(competing_on("customer_id"), FIRST), policy(FIRST)),
    "not holders": (
        policy(FIRST, bid=[not_holder_of("protection"), FIRST]),
        policy(FIRST, bid=[FIRST]),
    ),
    "months": (policy(within("1 months"), TIER), policy(within("31 days"), TIER)),
    "business days": (policy(within("3 business days"), TIER), policy(within("3 days"), TIER)),
    "a day": (policy(same_period("days"), TIER), policy(within("1 days"), TIER)),
    "a week": (policy(same_period("weeks"), TIER), policy(within("6 days"), TIER)),
    "a month": (policy(same_period("months"), TIER), policy(within("1 months"), TIER)),
    "another day": (
        policy(same_period("days", calendar="berlin"), TIER),
        policy(same_period("days"), TIER),
    ),
    "a period": (policy(period("30 days"), FIRST), policy(period("31 days"), FIRST)),
    "its unit": (policy(period("1 months"), FIRST), policy(period("30 days"), FIRST)),
    "its last day": (
        policy(period("30 days", last_day="included"), FIRST),
        policy(period("30 days"), FIRST),
    ),
    "its end": (
        policy(period("30 days", closes=True), FIRST, bid=[FIRST]),
        policy(period("30 days"), FIRST, bid=[FIRST]),
    ),
    "a milestone": (policy(LONG, FIRST), policy(FIRST)),
    "its grace": (
        policy(LONG, FIRST),
        policy(milestone("approved_at", "3 days", starts="submitted_at", grace="5 days"), FIRST),
    ),
    "silence": (
        policy(period("30 days"), FIRST, sla=sla("3 business days", missed="deemed_approved")),
        policy(period("30 days"), FIRST),
    ),
    "as it was": (
        asked(field("tier").as_of("submitted_at") >= "gold"),
        asked(field("tier") >= "gold"),
    ),
    "a currency": (asked(field("currency") == "EUR"), asked(field("currency").is_known())),
    "a status": (asked(field("status") == "approved"), asked(field("status").is_known())),
    "a territory": (
        asked(field("in_territory").is_true()),
        asked(field("in_territory").is_known()),
    ),
    "sets in sets": (asked(field("asked_for").is_true()), asked(field("asked_for").is_known())),
    "who filed": (
        asked(field("filed_by_registrant").is_true()),
        asked(field("filed_by_registrant").is_known()),
    ),
    "days between": (asked(field("days") <= 2), asked(field("days") <= 3)),
    "business days between": (asked(field("business") <= 2), asked(field("days") <= 2)),
    "months between": (asked(field("months") >= 2), asked(field("months") > 2)),
    "time between": (policy(lowest("took").then(FIRST)), policy(FIRST)),
    "a count": (asked(field("open_before") < 1), asked(field("open_before") < 2)),
    "a late count": (asked(field("here_lately") < 1), asked(field("earlier_by_same_partner") < 1)),
    "a count of some": (asked(field("approved_here") < 1), asked(field("here_lately") < 1)),
}


@pytest.mark.parametrize("name", SHAPES)
class TestShapes:
    def test_is_told_from_what_is_beside_it(self, name):
        old, new = SHAPES[name]
        found, regions = smt.compare(old, new), compare(old, new)

        assert {e.benefit for e in found.changes} >= {e.benefit for e in regions.changes}
        assert found.changes

    def test_is_alike_to_itself(self, name):
        for rules in SHAPES[name]:
            found = smt.compare(rules, rules)

            assert found.equivalent
            assert found.exact


class TestExactness:
    """What bounds a verdict, and what no longer does."""

    def codes(self, old, new, **how):
        return {each.code.value for each in smt.compare(old, new, **how).limits}

    def test_customers_of_several_opportunities_bound_nothing(self):
        rule = requirement("R", field("vendor_engaged").is_false() | field("tier").is_known())
        old = policy(competing_on("customer_id"), FIRST, rule)
        new = policy(competing_on("customer_id"), FIRST, rule, Tie.REFER)

        assert self.codes(old, new) == set()

    def test_different_keys_do(self):
        assert "scopes" in self.codes(
            policy(competing_on("customer_id"), FIRST, requirement("N", field("tier") < "silver")),
            policy(FIRST, requirement("N", field("tier") < "silver")),
        )

    def test_two_are_too_few_for_months_and_three_are_not(self):
        never = override("O", field("tier").is_known() & field("tier").is_missing())
        old, new = policy(within("1 months"), FIRST), policy(within("1 months"), FIRST, never)

        assert self.codes(old, new) == {"calendar"}
        assert self.codes(old, new, k=3) == set()

    def test_counts_do(self):
        never = requirement("N", field("open_before") >= 0)

        assert "counts_others" in self.codes(policy(FIRST), policy(FIRST, never))

    def test_counts_in_a_scope_do(self):
        few = field("open_before") < 1

        assert self.codes(policy(FIRST), policy(FIRST), scope=few) == {"counts_others"}

    def test_what_was_of_a_customer_does(self):
        known = field("named_account").as_of("submitted_at").is_known()
        never = override("O", known & ~known)

        assert "earlier_facts" in self.codes(policy(FIRST), policy(FIRST, never))

    def test_a_date_that_it_does_not_find_is_never_a_proof(self, monkeypatch):
        """As if it had given up at once: it was told of no month."""
        monkeypatch.setattr(smt.questions, "_MOST_CORRECTIONS", 0)
        found = smt.compare(*SHAPES["its unit"])

        assert not found.exact
        assert {each.code.value for each in found.limits} == {"calendar"}


def test_clocks_that_are_set_are_found_where_they_are_looked_for():
    """Two days in Berlin are two days of the clock, one of which may have 23 hours or 25."""
    old, new = policy(within("2 days", calendar="berlin"), TIER), policy(within("48 hours"), TIER)
    spring = field("submitted_at") >= datetime(2026, 3, 20, tzinfo=UTC)
    summer = field("submitted_at") < datetime(2026, 4, 10, tzinfo=UTC)
    (change,) = smt.compare(old, new, scope=spring & summer).changes
    first, late = sorted(each.submitted_at for each in change.witness.facts.registrations)

    assert first < datetime(2026, 3, 29, 1, tzinfo=UTC) < late


def test_a_month_is_as_long_as_the_calendar_has_it():
    """Who is late after a month and in time after 29 days filed after a February."""
    old, new = policy(within("1 months"), TIER), policy(within("29 days"), TIER)
    before = field("submitted_at") < datetime(2026, 3, 2, tzinfo=UTC)
    since = field("submitted_at") >= datetime(2026, 2, 1, tzinfo=UTC)
    (change,) = smt.compare(old, new, scope=before & since).changes
    filed = sorted(each.submitted_at.month for each in change.witness.facts.registrations)

    assert filed == [2, 3]
    assert smt.deadlocks(policy(FIRST, bid=[holder_of("protection"), FIRST])).free


def test_of_the_golden_programmes_those_that_overlap_in_part_are_refused():
    """What the page on comparing says of them."""
    refused: dict[str, set[str]] = {}
    found = sorted((Path(__file__).parents[2] / "golden" / "programmes").glob("*/policy.toml"))
    for path in found:
        rules = read_policy(path)
        try:
            check_covered((rules,), solver_readings((rules,), None))
        except PolicyErrors as problems:
            refused[path.parent.name] = {each.value for each in problems.problems}

    assert len(found) == 25
    assert sorted(refused) == ["gumdrop", "lenovo", "sophos"]
    assert set().union(*refused.values()) == {"scopes that overlap in part"}
