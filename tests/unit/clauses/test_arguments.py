"""What clauses do with their arguments: mistakes are refused, and every option shows."""

import pytest

from dealreg import Money, PolicyError, Tie, contest, field
from dealreg.clauses import (
    cap_open_registrations,
    credit_when_outbid,
    eligible_customer,
    eligible_partner,
    first_to_register,
    incumbent_on_renewal,
    joint_registration,
    lead_time,
    lead_time_field,
    minimum_quantity,
    minimum_value,
    most_qualified,
    new_business,
    no_tenders,
    not_vendor_led,
    others_get,
    project_fields,
    referral_only,
    same_opportunity,
    special_bid_eligibility,
    tier_priority,
)
from dealreg.facts.fields import Count
from dealreg.policy.predicates import Compare, Op


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda: special_bid_eligibility(holder_of=None), "states no condition"),
        (lambda: eligible_partner(good_standing=False), "states no condition"),
        (lambda: eligible_partner(tier="gold", tiers=["gold"]), "a list of tiers"),
        (lambda: eligible_partner(as_of="approved_at", lasting=True), "for as long as it holds"),
        (eligible_customer, "states no condition"),
        (lambda: eligible_customer(countries=["DE"], not_countries=["FR"]), "countries inside"),
        (minimum_value, "one floor for each currency"),
        (lambda: minimum_value("1 USD", "2 USD"), "one floor for each currency"),
        (lambda: minimum_value("1 USD", "2 EUR", of="list_value"), "several currencies"),
        (lambda: new_business(no_purchase_months=0), "at least 1 month"),
        (lambda: new_business(no_contact_months=-1), "at least 1 month"),
        (lambda: not_vendor_led(engaged=False), "refuses nothing"),
        (lambda: others_get("rate", "5", of_holder="1/2"), "both a rate and a fraction"),
        (lambda: no_tenders("allow"), "`allow` is not what becomes"),
        (lambda: incumbent_on_renewal("always"), "`always` is not how an incumbent"),
        (lead_time, "states no limit"),
        (lambda: lead_time("2 weeks"), "cannot be counted in `weeks`"),
        (lambda: lead_time_field("hours"), "cannot be counted in `hours`"),
        (same_opportunity, "names nothing that must be equal"),
        (lambda: same_opportunity("product"), "names nothing that must be equal"),
        (lambda: same_opportunity("customer", "product", "site"), "two kinds of lines"),
    ],
)
def test_a_clause_without_a_meaning_is_refused(made, says):
    with pytest.raises(PolicyError, match=says) as caught:
        made()

    assert caught.value.hint or caught.value.value is not None


@pytest.mark.parametrize(
    ("by", "codes"),
    [
        ("submitted_at", []),
        ("completed_at", ["INCOMPLETE"]),
        ("approved_at", ["NOT_YET_APPROVED"]),
        ("assigned_at", []),
    ],
)
def test_first_to_register_asks_that_the_instant_was_reached(by, codes):
    protection = contest("protection", first_to_register(by, tie="share"))

    assert [each.code for each in protection.requires] == codes
    assert protection.prefer[0].fact.name == by
    assert protection.tie is Tie.SHARE


def test_tier_priority_without_a_window_has_none():
    protection = contest("protection", tier_priority(within=None))

    assert protection.window is None
    assert protection.prefer[0].fact.name == "tier"


def test_tier_priority_counts_window_and_order_by_the_same_instant():
    priority = tier_priority("3 business days", by="completed_at", calendar="vendor")
    protection = contest("protection", priority)

    assert protection.window.clock.name == protection.prefer[1].fact.name == "completed_at"
    assert protection.window.calendar == "vendor"


@pytest.mark.parametrize(("over", "op"), [(False, Op.GE), (True, Op.GT)])
def test_a_floor_is_at_least_or_over(over, op):
    assert minimum_value("10 USD", over=over)[0].that == Compare(
        (field("amount") > "x").predicate.fact, op, Money("10", "USD")
    )
    assert minimum_quantity(5, over=over)[0].that.op is op


def test_an_alternative_is_beside_the_floor():
    roll_out = field("stage") == "roll_out"

    for rule in (minimum_value("10 USD", unless=roll_out), minimum_quantity(5, unless=roll_out)):
        assert roll_out.predicate in rule[0].that.parts


def test_the_sentence_told_can_be_replaced():
    assert minimum_value("10 USD", tell="Too small.")[0].tell == "Too small."
    assert minimum_quantity(5, tell="")[0].tell == ""


@pytest.mark.parametrize(
    ("unit", "count"),
    [("days", Count.DAYS), ("business_days", Count.BUSINESS_DAYS), ("months", Count.MONTHS)],
)
def test_the_field_of_a_lead_time_is_the_one_that_the_clause_asks(unit, count):
    declared = lead_time_field(unit, calendar="vendor")
    asked = lead_time(f"3 {unit.replace('_', ' ')}")[0].that

    assert declared.derived.count is count
    assert declared.derived.calendar == "vendor"
    assert asked.fact.name == declared.name


def test_a_lead_time_may_be_exact():
    at_least, at_most = lead_time("10 days", at_most="10 days")

    assert (at_least.that.op, at_most.that.op) == (Op.GE, Op.LE)


def test_a_cap_goes_by_the_vendors_count_or_by_the_registrations():
    mine, vendors = cap_open_registrations(3), cap_open_registrations(3, by_vendors_count=True)

    assert (mine[0].that.fact.name, mine[0].that.op) == ("open_before", Op.LT)
    assert (vendors[0].that.fact.name, vendors[0].that.op) == ("open_registrations", Op.LE)


def test_conditions_of_a_joint_registration_can_be_left_out():
    bare = contest("protection", joint_registration(3, roles=None, no_shared=None, score=None))

    assert bare.requires == ()
    assert bare.capacity == 3
    assert (bare.joint.distinct, bare.joint.disjoint, bare.joint.stature) == ((), (), ())


def test_most_qualified_goes_by_the_scores_in_their_order():
    protection = contest(
        "protection", most_qualified("score", "satisfaction_score", approved_stays=False)
    )

    assert [key.fact.name for key in protection.prefer] == ["score", "satisfaction_score"]
    assert protection.window is None


def test_a_referrer_may_hold_the_deal_where_the_programme_says_so():
    assert contest("reward", referral_only(not_holding=None)).after == ()


def test_conditions_of_a_partner_can_be_asked_for_as_long_as_it_holds():
    once, lasting = eligible_partner(tier="gold"), eligible_partner(tier="gold", lasting=True)

    assert [each.lasting for each in once] == [False, False]
    assert [each.lasting for each in lasting] == [True, True]


@pytest.mark.parametrize(
    ("same", "counted"),
    [((), ("partner_id", "opportunity_id")), (("partner_id", "region"), ("partner_id", "region"))],
)
def test_a_resale_and_its_project_agree_in_what_is_named(same, counted):
    assert project_fields(*same)[1].derived.same == counted


def test_a_credit_may_have_no_rate_and_another_kind_of_evidence():
    credit = contest("credit", credit_when_outbid("credit", evidence="design"))

    assert credit.gives[0].rate is None
    assert credit.requires[0].that == field("evidence").covers("design").predicate
