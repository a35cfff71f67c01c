"""The clause catalogue: ready-made rules, each a plain composition of the policy tree.

Every clause is a function that returns a tuple of contest parts, to be given to `contest`. Two
return what stands elsewhere: `extension_on_request` belongs to a period, `answer_within` to the
policy. Functions that end in `_field` or `_fields` return fields that some clauses need declared.
The catalogue, with rule shapes and source programmes, is in docs/reference/clauses.md.
"""

from dealreg.clauses.activity_milestone import activity_milestone, meeting_fields
from dealreg.clauses.after_project import after_project, project_fields
from dealreg.clauses.answer_within import answer_within
from dealreg.clauses.approved_before_tender import approved_before_tender
from dealreg.clauses.before_tender_or_proven import before_tender_or_proven
from dealreg.clauses.cap_new_registrations import cap_new_registrations, filed_recently_field
from dealreg.clauses.cap_open_registrations import cap_open_registrations, open_before_field
from dealreg.clauses.cooling_off import cooling_off, since_ended_field
from dealreg.clauses.credit_when_outbid import credit_when_outbid
from dealreg.clauses.customer_choice import customer_choice
from dealreg.clauses.distributor_on_behalf import distributor_on_behalf, filed_by_distributor_field
from dealreg.clauses.eligible_customer import eligible_customer
from dealreg.clauses.eligible_partner import eligible_partner
from dealreg.clauses.equal_in_tender import equal_in_tender
from dealreg.clauses.evidence_first import evidence_first
from dealreg.clauses.evidence_required import evidence_required
from dealreg.clauses.extension_on_request import extension_on_request
from dealreg.clauses.first_to_register import first_to_register
from dealreg.clauses.incumbent_on_renewal import contract_end_fields, incumbent_on_renewal
from dealreg.clauses.joint_registration import joint_registration
from dealreg.clauses.lead_time import lead_time, lead_time_field
from dealreg.clauses.minimum_quantity import minimum_quantity
from dealreg.clauses.minimum_value import minimum_value
from dealreg.clauses.most_qualified import most_qualified
from dealreg.clauses.new_business import contact_age_field, new_business, purchase_age_field
from dealreg.clauses.no_competing_brand import no_competing_brand
from dealreg.clauses.no_tenders import no_tenders
from dealreg.clauses.non_exclusive import non_exclusive
from dealreg.clauses.not_combinable import not_combinable
from dealreg.clauses.not_vendor_led import not_vendor_led
from dealreg.clauses.opportunity_types import opportunity_types
from dealreg.clauses.order_within import order_within
from dealreg.clauses.others_get import others_get
from dealreg.clauses.protection_period import protection_period
from dealreg.clauses.queue_and_backfill import queue_and_backfill
from dealreg.clauses.referral_only import referral_only
from dealreg.clauses.registered_before_tender import registered_before_tender
from dealreg.clauses.registrant_closer_split import closing_fields, registrant_closer_split
from dealreg.clauses.resale_only import resale_only
from dealreg.clauses.revoked_by_tender import revoked_by_tender
from dealreg.clauses.same_opportunity import same_opportunity
from dealreg.clauses.several_by_law import several_by_law
from dealreg.clauses.single_holder import single_holder
from dealreg.clauses.special_bid_eligibility import special_bid_eligibility
from dealreg.clauses.special_price_for_holder import special_price_for_holder
from dealreg.clauses.tier_priority import tier_priority
from dealreg.clauses.vendor_assigned import assigned_fields, vendor_assigned
from dealreg.clauses.vendor_decides import vendor_decides
from dealreg.clauses.vendor_led_rate import vendor_led_rate
from dealreg.clauses.while_requested import while_requested

__all__ = [
    "activity_milestone",
    "after_project",
    "answer_within",
    "approved_before_tender",
    "assigned_fields",
    "before_tender_or_proven",
    "cap_new_registrations",
    "cap_open_registrations",
    "closing_fields",
    "contact_age_field",
    "contract_end_fields",
    "cooling_off",
    "credit_when_outbid",
    "customer_choice",
    "distributor_on_behalf",
    "eligible_customer",
    "eligible_partner",
    "equal_in_tender",
    "evidence_first",
    "evidence_required",
    "extension_on_request",
    "filed_by_distributor_field",
    "filed_recently_field",
    "first_to_register",
    "incumbent_on_renewal",
    "joint_registration",
    "lead_time",
    "lead_time_field",
    "meeting_fields",
    "minimum_quantity",
    "minimum_value",
    "most_qualified",
    "new_business",
    "no_competing_brand",
    "no_tenders",
    "non_exclusive",
    "not_combinable",
    "not_vendor_led",
    "open_before_field",
    "opportunity_types",
    "order_within",
    "others_get",
    "project_fields",
    "protection_period",
    "purchase_age_field",
    "queue_and_backfill",
    "referral_only",
    "registered_before_tender",
    "registrant_closer_split",
    "resale_only",
    "revoked_by_tender",
    "same_opportunity",
    "several_by_law",
    "since_ended_field",
    "single_holder",
    "special_bid_eligibility",
    "special_price_for_holder",
    "tier_priority",
    "vendor_assigned",
    "vendor_decides",
    "vendor_led_rate",
    "while_requested",
]
