"""The core vocabulary: fields that real registration systems keep, under one name each."""

from typing import Final

from dealreg.facts.fields import (
    Derived,
    Elapsed,
    Field,
    FieldType,
    Inside,
    Same,
    Source,
    Subject,
    Tally,
)

__all__ = ["CORE", "CORE_NAMES"]

_BOOL, _INT, _DECIMAL = FieldType.BOOL, FieldType.INTEGER, FieldType.DECIMAL
_MONEY, _TEXT, _SET = FieldType.MONEY, FieldType.TEXT, FieldType.TEXT_SET
_INSTANT, _DATE, _ORDINAL = FieldType.INSTANT, FieldType.DATE, FieldType.ORDINAL


def _fields(
    subject: Subject, source: Source, *rows: tuple[str, FieldType, str], changes: bool = True
) -> tuple[Field, ...]:
    return tuple(
        Field(name, kind, subject, source, meaning, changes=changes) for name, kind, meaning in rows
    )


def _derived(name: str, kind: FieldType, derived: Derived, meaning: str, subject: Subject) -> Field:
    return Field(name, kind, subject, Source.VENDOR, meaning, changes=False, derived=derived)


_REGISTRATION_VENDOR = _fields(
    Subject.REGISTRATION,
    Source.VENDOR,
    ("registration_id", _TEXT, "The registration's number"),
    ("partner_id", _TEXT, "The registrant: the partner the registration is for"),
    ("filed_by", _TEXT, "The partner that filed it: the registrant, or a distributor for it"),
    ("opportunity_id", _TEXT, "The opportunity it claims"),
    ("customer_id", _TEXT, "The end customer, as the vendor identifies it"),
    ("submitted_at", _INSTANT, "When it was submitted"),
    ("completed_at", _INSTANT, "When it was first complete and accurate"),
    ("approved_at", _INSTANT, "When the vendor approved it"),
    ("last_submitted_at", _INSTANT, "When it was last submitted: again, or else first"),
    ("amended_at", _INSTANT, "When its scope or value was last amended"),
    ("ordered_at", _INSTANT, "When the customer's order was placed"),
    ("asked_at", _INSTANT, "The instant the decision is asked for"),
    ("arrival", _INT, "Its number in the order of arrival, where instants are equal"),
    ("status", _TEXT, "Its status at the instant asked about"),
    ("vendor_approval", _BOOL, "The vendor's answer, where the programme reserves one"),
    ("score", _DECIMAL, "The merit score the vendor recorded"),
    changes=False,
)
_REGISTRATION_APPLICANT = _fields(
    Subject.REGISTRATION,
    Source.APPLICANT,
    ("distributor_id", _TEXT, "The distributor it goes through"),
    ("partner_role", _TEXT, "What the partner does: resell, referral, influence, fulfil, services"),
    ("lead_source", _TEXT, "Who found the opportunity: partner, vendor, distributor"),
    ("opportunity_type", _TEXT, "net_new, expansion, renewal, replacement"),
    ("requested_benefits", _SET, "The benefits asked for"),
    ("products", _SET, "The products in scope"),
    ("sites", _SET, "The sites in scope"),
    ("region", _TEXT, "Where the products are to be used"),
    ("amount", _MONEY, "The estimated value"),
    ("currency", _TEXT, "The currency of the estimated value"),
    ("quantity", _INT, "How many units"),
    ("estimated_close", _DATE, "When the deal is expected to close"),
    ("stage", _TEXT, "The sales stage"),
    ("evidence", _SET, "The kinds of evidence of pre-sales work supplied"),
    ("competing_brand", _BOOL, "Whether the partner offers a competing brand in the same deal"),
    ("special_pricing", _BOOL, "Whether the deal already has special pricing"),
    ("contract_id", _TEXT, "The contract that a renewal renews"),
    ("division", _TEXT, "The customer's division, department or branch"),
)
_PARTNER = _fields(
    Subject.PARTNER,
    Source.VENDOR,
    ("tier", _ORDINAL, "The partner's tier on the programme's ladder"),
    ("partner_type", _TEXT, "reseller, distributor, integrator, service_provider, referral"),
    ("partner_group", _TEXT, "The group of companies it belongs to, or itself"),
    ("accreditations", _SET, "Its accreditations"),
    ("agreements", _SET, "The agreements it has signed"),
    ("territories", _SET, "The countries or regions it may sell in"),
    ("authorised_products", _SET, "The products it may sell"),
    ("in_good_standing", _BOOL, "Whether it is compliant and has nothing overdue"),
    ("satisfaction_score", _DECIMAL, "Its customer-satisfaction score"),
    ("open_registrations", _INT, "How many registrations it has open, as the vendor counts"),
)
_CUSTOMER = _fields(
    Subject.CUSTOMER,
    Source.VENDOR,
    ("customer_name", _TEXT, "The end customer's legal name"),
    ("customer_domain", _TEXT, "Its web domain"),
    ("customer_country", _TEXT, "Its country"),
    ("customer_industry", _TEXT, "Its industry"),
    ("public_sector", _BOOL, "Whether it is a public body"),
    ("existing_customer", _BOOL, "Whether it already has the vendor's products"),
    ("named_account", _BOOL, "Whether the vendor's own sales keep it"),
    ("last_purchase_at", _INSTANT, "When it last bought from the vendor"),
    ("last_contact_at", _INSTANT, "When the vendor was last in contact with it"),
)
_OPPORTUNITY = _fields(
    Subject.OPPORTUNITY,
    Source.VENDOR,
    ("vendor_engaged", _BOOL, "Whether the vendor already pursues it directly"),
    ("in_forecast", _BOOL, "Whether it is in the vendor's forecast"),
    ("tender_published_at", _INSTANT, "When a tender for it was published"),
    ("incumbent_partner_id", _TEXT, "The partner of record of the last sale or contract"),
    ("customer_choice", _TEXT, "The partner the customer chose"),
    ("customer_choice_form", _TEXT, "How: letter, email, phone"),
    ("customer_choice_by", _TEXT, "By whom: decision_maker or another"),
    ("several_by_law", _BOOL, "Whether the law requires several partners to be admitted"),
)
_DERIVED = (
    _derived(
        "chosen_by_customer",
        _BOOL,
        Same("partner_id", "customer_choice"),
        "Whether the customer chose this partner",
        Subject.OPPORTUNITY,
    ),
    _derived(
        "incumbent",
        _BOOL,
        Same("partner_id", "incumbent_partner_id"),
        "Whether this partner is the incumbent",
        Subject.OPPORTUNITY,
    ),
    _derived(
        "filed_by_registrant",
        _BOOL,
        Same("filed_by", "partner_id"),
        "Whether the registrant filed it itself",
        Subject.REGISTRATION,
    ),
    _derived(
        "in_territory",
        _BOOL,
        Inside("customer_country", "territories"),
        "Whether the customer's country is in the partner's territory",
        Subject.PARTNER,
    ),
    _derived(
        "products_authorised",
        _BOOL,
        Inside("products", "authorised_products"),
        "Whether the partner may sell every product in scope",
        Subject.PARTNER,
    ),
    _derived(
        "ahead_of_tender",
        FieldType.DURATION,
        Elapsed("submitted_at", "tender_published_at"),
        "How long before the tender it was submitted; negative when after",
        Subject.REGISTRATION,
    ),
    _derived(
        "approved_ahead_of_tender",
        FieldType.DURATION,
        Elapsed("approved_at", "tender_published_at"),
        "How long before the tender it was approved; negative when after",
        Subject.REGISTRATION,
    ),
    _derived(
        "earlier_by_same_partner",
        _INT,
        Tally(("partner_id", "opportunity_id")),
        "How many earlier live registrations the partner has on the opportunity",
        Subject.REGISTRATION,
    ),
)

CORE: Final[tuple[Field, ...]] = (
    *_REGISTRATION_VENDOR,
    *_REGISTRATION_APPLICANT,
    *_PARTNER,
    *_CUSTOMER,
    *_OPPORTUNITY,
    *_DERIVED,
)
"""The built-in fields, in the order the reference page shows them."""

CORE_NAMES: Final[frozenset[str]] = frozenset(field.name for field in CORE)
