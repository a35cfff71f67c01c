"""The columns that are read from each kind of table, and the names they have in real systems.

Data only: how names are compared is in `columns.py`, how cells are read in `cells.py`. The names
are those of the systems' published field lists: Salesforce object reference (Lead, Opportunity,
Account, ChannelProgramMember), ServiceNow "Deal registration table fields", AWS Partner Central
Selling API (GetOpportunity), Microsoft Partner Center "Referral resources" and "Bulk operations
for co-sell opportunities". `docs/reference/tables.md` is made from this module.
"""

from typing import Final

from dealreg.facts.fields import FieldType
from dealreg.wire.known_columns import (
    CHANGES,
    CUSTOMER_ID,
    OPPORTUNITY_ID,
    VERDICT,
    KnownColumn,
    column,
)
from dealreg.wire.registration_columns import REGISTRATION

__all__ = ["KINDS"]

_TEXT, _SET, _BOOL = FieldType.TEXT, FieldType.TEXT_SET, FieldType.BOOL
_INT, _DECIMAL = FieldType.INTEGER, FieldType.DECIMAL
_INSTANT, _ORDINAL = FieldType.INSTANT, FieldType.ORDINAL

_CUSTOMER_NAME = {
    "salesforce": "Account.Name; Company",
    "servicenow": "Account name",
    "aws": "Customer.Account.CompanyName; CompanyName",
    "microsoft": "CustomerProfile.Name",
    "others": "End Customer; End Customer Name",
}


def _partner_columns(name: str, **more: str) -> tuple[KnownColumn, ...]:
    return (
        column("partner", name, _TEXT, "name", **more),
        column("partner", "partner_group", _TEXT, others="Partner Parent"),
        column("partner", "partner_type", _TEXT, others="Type of Partner"),
        column(
            "partner",
            "tier",
            _ORDINAL,
            salesforce="Partner Tier; ChannelProgramLevel.Name; Channel Program Level",
            servicenow="Partner level",
            others="Level; Program Level",
        ),
        column(
            "partner",
            "accreditations",
            _SET,
            aws="ApnPrograms",
            others="Certifications; Competencies; Partner Accreditations",
        ),
        column("partner", "agreements", _SET, others="Partner Agreements"),
        column("partner", "territories", _SET, others="Partner Territory; Partner Territories"),
        column("partner", "authorised_products", _SET, others="Authorized Products"),
        column("partner", "in_good_standing", _BOOL, others="Good Standing"),
        column("partner", "satisfaction_score", _DECIMAL, others="CSAT; Customer Satisfaction"),
        column("partner", "open_registrations", _INT, others="Open Deal Registrations"),
    )


def _customer_columns(extra: str = "") -> tuple[KnownColumn, ...]:
    named = {**_CUSTOMER_NAME, "others": f"{_CUSTOMER_NAME['others']}; {extra}"}
    return (
        column("customer", "customer_name", _TEXT, **named),
        column(
            "customer",
            "customer_domain",
            _TEXT,
            salesforce="Website; Account.Website",
            aws="Customer.Account.WebsiteUrl; WebsiteUrl",
            others="Domain; Customer Website",
        ),
        column(
            "customer",
            "customer_country",
            _TEXT,
            salesforce="BillingCountry; Account.BillingCountry",
            aws="Customer.Account.Address.CountryCode",
            microsoft="CustomerProfile.Address.Country",
            others="Country; Country Code",
        ),
        column(
            "customer",
            "customer_industry",
            _TEXT,
            salesforce="Industry; Account.Industry",
            aws="Customer.Account.Industry",
        ),
        column(
            "customer",
            "duns",
            _TEXT,
            salesforce="DunsNumber; CompanyDunsNumber",
            aws="Customer.Account.Duns",
            microsoft="Customer DUNS ID; CustomerProfile.Ids.DUNS",
            others="D-U-N-S; D-U-N-S Number",
        ),
        column("customer", "public_sector", _BOOL),
        column("customer", "existing_customer", _BOOL),
        column("customer", "named_account", _BOOL),
        column("customer", "last_purchase_at", _INSTANT, others="Last Purchase Date"),
        column("customer", "last_contact_at", _INSTANT, others="Last Contact Date"),
    )


def _opportunity_columns(name: str, **more: str) -> tuple[KnownColumn, ...]:
    return (
        column("opportunity", name, _TEXT, "name", **more),
        column("opportunity", "vendor_engaged", _BOOL),
        column("opportunity", "in_forecast", _BOOL),
        column(
            "opportunity",
            "tender_published_at",
            _INSTANT,
            others="Tender Published; Tender Date; RFP Date",
        ),
        column(
            "opportunity",
            "incumbent_partner_id",
            _TEXT,
            others="Incumbent; Incumbent Partner; Partner of Record",
        ),
        column("opportunity", "customer_choice", _TEXT, others="Chosen Partner"),
        column("opportunity", "customer_choice_form", _TEXT),
        column("opportunity", "customer_choice_by", _TEXT),
        column("opportunity", "several_by_law", _BOOL),
    )


def _identity(record: str, names: dict[str, str]) -> KnownColumn:
    return column(
        record,
        f"{record}_id",
        _TEXT,
        **{**names, "others": f"Number; {names.get('others', '')}"},
    )


def _with_changes(record: str) -> KnownColumn:
    return column(record, "changes", CHANGES)


_REGISTRATIONS = (
    *REGISTRATION,
    _with_changes("registration"),
    *_partner_columns("partner_name"),
    *_customer_columns(),
    *_opportunity_columns("opportunity_name"),
)
_PARTNERS = (
    _identity(
        "partner",
        {
            "salesforce": "PartnerAccountId; PartnerId; Account ID",
            "servicenow": "Channel partner",
            "stand_ins": "Id; sys_id; Partner Name; Partner; Account Name; Name",
        },
    ),
    *_partner_columns("name", salesforce="Account Name", others="Partner Name; Company Name"),
    _with_changes("partner"),
)
_CUSTOMERS = (
    _identity("customer", {**CUSTOMER_ID, "stand_ins": "Id; sys_id"}),
    *_customer_columns("Name; Company Name"),
    _with_changes("customer"),
)
_OPPORTUNITIES = (
    _identity("opportunity", {**OPPORTUNITY_ID, "stand_ins": "Id; sys_id"}),
    column("opportunity", "customer_id", _TEXT, **CUSTOMER_ID),
    *_opportunity_columns(
        "name",
        servicenow="Short description",
        aws="Project.Title; Project Title",
        others="Opportunity Name",
    ),
    _with_changes("opportunity"),
)
_RULINGS = (
    column(
        "ruling",
        "registration_id",
        _TEXT,
        salesforce="Deal Registration Number; Deal Registration ID",
        servicenow="Number",
        microsoft="Referral ID",
        others="Registration Number; Deal Number",
    ),
    column("ruling", "benefit", _TEXT, others="Requested Benefit"),
    column("ruling", "verdict", VERDICT, others="Decision; Ruling; Outcome"),
    column(
        "ruling",
        "decided_at",
        _INSTANT,
        others="Decision Date; Decided Date; Decided On",
    ),
    column("ruling", "decided_by", _TEXT, others="Approver; Decision By"),
    column("ruling", "reason", _TEXT, others="Comments; Decision Reason"),
)

KINDS: Final[dict[str, tuple[KnownColumn, ...]]] = {
    "registrations": _REGISTRATIONS,
    "partners": _PARTNERS,
    "customers": _CUSTOMERS,
    "opportunities": _OPPORTUNITIES,
    "rulings": _RULINGS,
}
"""What is read from each kind of table, in the order of the reference page."""
