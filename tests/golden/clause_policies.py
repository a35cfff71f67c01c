"""One small policy for each clause, built with it; its golden case holds the same as TOML."""

from dealreg import Calendar, Policy, contest, field, highest, terms
from dealreg.clauses import (
    activity_milestone,
    after_project,
    answer_within,
    approved_before_tender,
    assigned_fields,
    before_tender_or_proven,
    cap_new_registrations,
    cap_open_registrations,
    closing_fields,
    contact_age_field,
    contract_end_fields,
    cooling_off,
    credit_when_outbid,
    customer_choice,
    distributor_on_behalf,
    eligible_customer,
    eligible_partner,
    equal_in_tender,
    evidence_first,
    evidence_required,
    extension_on_request,
    filed_by_distributor_field,
    filed_recently_field,
    first_to_register,
    incumbent_on_renewal,
    joint_registration,
    lead_time,
    lead_time_field,
    meeting_fields,
    minimum_quantity,
    minimum_value,
    most_qualified,
    new_business,
    no_competing_brand,
    no_tenders,
    non_exclusive,
    not_combinable,
    not_vendor_led,
    open_before_field,
    opportunity_types,
    order_within,
    others_get,
    project_fields,
    protection_period,
    purchase_age_field,
    queue_and_backfill,
    referral_only,
    registered_before_tender,
    registrant_closer_split,
    resale_only,
    revoked_by_tender,
    same_opportunity,
    several_by_law,
    since_ended_field,
    single_holder,
    special_bid_eligibility,
    special_price_for_holder,
    tier_priority,
    vendor_assigned,
    vendor_decides,
    vendor_led_rate,
    while_requested,
)
from dealreg.facts.fields import Field
from dealreg.policy.clocks import Sla
from dealreg.policy.contests import Contest

__all__ = ["POLICIES"]

TIERS = ("silver", "gold", "platinum")


def _policy(
    name: str,
    *contests: Contest,
    fields: tuple[Field, ...] = (),
    calendars: tuple[Calendar, ...] = (),
    sla: Sla | None = None,
) -> Policy:
    return Policy(
        programme=name,
        tiers=TIERS,
        fields=fields,
        calendars=calendars,
        contests=contests,
        sla=sla,
    )


def _protection(name: str, *parts: object, fields: tuple[Field, ...] = ()) -> Policy:
    return _policy(name, contest("protection", *parts), fields=fields)  # type: ignore[arg-type]


_FIRST = first_to_register(tie="registration_id")

POLICIES: dict[str, Policy] = {
    policy.programme: policy
    for policy in (
        _protection("first_to_register", first_to_register(by="completed_at", tie="share")),
        _protection("tier_priority", tier_priority(within="7 days", as_of="submitted_at")),
        _policy(
            "special_bid_eligibility",
            contest("protection", _FIRST),
            contest("special_bid", special_bid_eligibility(tier="gold", accreditations=["vdi"])),
        ),
        _policy(
            "eligible_partner",
            contest(
                "protection",
                eligible_partner(
                    agreements=["reseller"],
                    accreditations=["sales_training"],
                    tiers=["gold", "platinum"],
                    partner_types=["reseller", "integrator"],
                    in_territory=True,
                    products_authorised=True,
                    as_of="submitted_at",
                ),
                non_exclusive(),
            ),
            contest("rebate", eligible_partner(tier="gold", lasting=True), non_exclusive()),
        ),
        _protection(
            "eligible_customer",
            eligible_customer(
                public_sector=False, named_accounts=False, not_countries=["AU", "NZ"]
            ),
            non_exclusive(),
        ),
        _protection("single_holder", single_holder(per="partner_group"), _FIRST),
        _protection("non_exclusive", non_exclusive(), terms("co-sell")),
        _policy(
            "same_opportunity",
            contest("protection", same_opportunity("customer", "division"), _FIRST),
            contest("discount", same_opportunity("customer", "product", award="by_line"), _FIRST),
        ),
        _protection(
            "minimum_value",
            minimum_value("10000 USD", "9000 EUR", unless=field("products").overlaps("enterprise")),
            non_exclusive(),
        ),
        _protection(
            "minimum_quantity",
            minimum_quantity(100, unless=field("stage") == "roll_out"),
            non_exclusive(),
        ),
        _protection(
            "new_business",
            new_business(no_purchase_months=6, no_contact_months=6),
            _FIRST,
            fields=(purchase_age_field(), contact_age_field()),
        ),
        _protection(
            "opportunity_types", opportunity_types("net_new", "expansion"), non_exclusive()
        ),
        _protection(
            "evidence_required",
            evidence_required("meeting", "budget"),
            evidence_required(
                "email",
                "proof_of_concept",
                any_one=True,
                else_="deny",
                code="NO_ENGAGEMENT",
            ),
            non_exclusive(),
        ),
        _protection("evidence_first", evidence_first("specification", "meeting"), _FIRST),
        _protection(
            "not_vendor_led",
            not_vendor_led(in_forecast=True, partner_is_source=True),
            _FIRST,
        ),
        _policy(
            "vendor_led_rate",
            contest(
                "discount",
                vendor_led_rate(
                    "discount", partner="20", vendor="10", by_stage={"negotiation": "5"}
                ),
                non_exclusive(),
            ),
        ),
        _protection("vendor_assigned", vendor_assigned(), _FIRST, fields=assigned_fields()),
        _policy(
            "others_get",
            contest(
                "discount",
                terms("discount", "15"),
                others_get(
                    "half discount",
                    of_holder="1/2",
                    when=field("requested_benefits").covers("quote"),
                    queue=True,
                ),
                _FIRST,
            ),
        ),
        _policy(
            "special_price_for_holder",
            contest("protection", _FIRST),
            contest("special_bid", special_price_for_holder(on_request=True)),
        ),
        _policy(
            "not_combinable",
            contest("special_bid", special_bid_eligibility(tier="gold", holder_of=None), _FIRST),
            contest("discount", not_combinable("special_bid"), not_combinable(), non_exclusive()),
        ),
        _protection(
            "most_qualified", most_qualified("score", within="3 business days"), single_holder()
        ),
        _protection(
            "vendor_decides",
            vendor_decides(when=field("stage") == "late"),
            _FIRST,
        ),
        _policy(
            "incumbent_on_renewal",
            contest("protection", incumbent_on_renewal("first"), _FIRST),
            contest(
                "renewal_margin",
                incumbent_on_renewal("takes", in_time=True),
                terms("full margin"),
                others_get("non-incumbent margin", "1"),
                _FIRST,
            ),
            fields=contract_end_fields(),
        ),
        _protection(
            "lead_time",
            lead_time("10 business days", at_most="120 days"),
            non_exclusive(),
            fields=(lead_time_field("business_days"), lead_time_field("days")),
        ),
        _policy(
            "registrant_closer_split",
            contest(
                "reward",
                registrant_closer_split(
                    "reward", registers_and_closes="6", registers="3", closes="0"
                ),
                _FIRST,
            ),
            fields=closing_fields(),
        ),
        _policy(
            "cap_open_registrations",
            contest("protection", cap_open_registrations({"silver": 1, "gold": 2}), _FIRST),
            contest(
                "lead_list", cap_open_registrations(25, by_vendors_count=True), non_exclusive()
            ),
            fields=(open_before_field(),),
        ),
        _protection(
            "cap_new_registrations",
            cap_new_registrations(2),
            _FIRST,
            fields=(filed_recently_field("7 days"),),
        ),
        _policy(
            "no_competing_brand",
            contest("protection", no_competing_brand(lasting=True), non_exclusive()),
            contest("demo_unit", no_competing_brand(), non_exclusive()),
        ),
        _protection("no_tenders", no_tenders("refer"), _FIRST),
        _protection("registered_before_tender", registered_before_tender(), _FIRST),
        _protection("approved_before_tender", approved_before_tender(), _FIRST),
        _protection(
            "before_tender_or_proven",
            before_tender_or_proven("proof_of_concept"),
            first_to_register(),
        ),
        _policy(
            "equal_in_tender",
            contest("tender_discount", equal_in_tender("tender rate", "5", originator="15")),
        ),
        _policy(
            "several_by_law",
            contest("protection", several_by_law(exclusive=True), _FIRST),
            contest("shared_protection", several_by_law()),
        ),
        _protection("customer_choice", customer_choice(), _FIRST),
        _protection(
            "joint_registration",
            joint_registration(2, scores_within="0.5", shares=("2/3", "1/3")),
            _FIRST,
        ),
        _policy(
            "resale_only",
            contest("protection", resale_only(), _FIRST),
        ),
        _policy(
            "referral_only",
            contest("protection", _FIRST),
            contest("referral_reward", referral_only(), highest("score"), _FIRST),
        ),
        _protection(
            "distributor_on_behalf",
            distributor_on_behalf(distributors=["northdist"]),
            _FIRST,
            fields=(filed_by_distributor_field(),),
        ),
        _policy(
            "protection_period",
            contest(
                "protection",
                protection_period("120 days", last_day="included", calendar="berlin"),
                _FIRST,
            ),
            contest("price", protection_period("6 months", starts="submitted_at"), _FIRST),
            calendars=(Calendar("berlin", "Europe/Berlin"),),
        ),
        _protection("order_within", order_within("90 days", remind="80 days"), _FIRST),
        _protection(
            "extension_on_request",
            protection_period("6 months", extension=extension_on_request()),
            _FIRST,
        ),
        _policy(
            "answer_within",
            contest("protection", protection_period("60 days"), _FIRST),
            calendars=(Calendar("office", "Europe/Berlin"),),
            sla=answer_within("3 business days", calendar="office", missed="deemed_approved"),
        ),
        _protection(
            "activity_milestone",
            activity_milestone(
                "30 days", remind="20 days", grace="45 days", agreed="grace_agreed_at"
            ),
            _FIRST,
            fields=meeting_fields(),
        ),
        _protection("cooling_off", cooling_off(30), non_exclusive(), fields=(since_ended_field(),)),
        _policy(
            "revoked_by_tender",
            contest("protection", revoked_by_tender(), _FIRST),
            contest("demo_unit", revoked_by_tender(revoked="refer"), _FIRST),
        ),
        _policy(
            "credit_when_outbid",
            contest("specifier_credit", credit_when_outbid("specifier credit", "2")),
            fields=closing_fields(),
        ),
        _policy(
            "while_requested",
            contest("registered_price", while_requested("registered_price"), _FIRST),
            contest(
                "open_price",
                while_requested("open_price"),
                not_combinable("registered_price"),
                non_exclusive(),
            ),
        ),
        _policy(
            "after_project",
            contest("resale_rebate", after_project(), non_exclusive()),
            fields=project_fields(),
        ),
        _protection("queue_and_backfill", queue_and_backfill()),
    )
}
"""By the clause's name."""
