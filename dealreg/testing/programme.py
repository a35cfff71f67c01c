"""The invented programme that generated policies belong to: its ladder, fields and calendars."""

from datetime import date
from typing import Final

from dealreg.facts.calendars import Calendar
from dealreg.facts.fields import (
    Count,
    Elapsed,
    Field,
    FieldType,
    Inside,
    Same,
    SinceEnded,
    Source,
    Subject,
    Tally,
)
from dealreg.facts.values import Span, Unit

__all__ = [
    "ASKED",
    "BENEFITS",
    "CALENDARS",
    "CLOCKS",
    "OWN_FIELDS",
    "QUESTIONS",
    "SPANS",
    "TIERS",
]

TIERS: Final = ("bronze", "silver", "gold")
BENEFITS: Final = ("protection", "discount", "special_bid")
"""A benefit may depend on those before it, so that no book of policies goes in circles."""

QUESTIONS: Final = ("credit_ok", "engineer_free")
"""The external questions."""

CLOCKS: Final = ("submitted_at", "completed_at", "approved_at", "demo_at", "last_submitted_at")
"""The instants that generated windows and orders go by."""

SPANS: Final = (
    Span(7, Unit.DAYS),
    Span(1, Unit.DAYS),
    Span(2, Unit.BUSINESS_DAYS),
    Span(1, Unit.MONTHS),
    Span(24, Unit.HOURS),
    Span(30, Unit.MINUTES),
    Span(1, Unit.WEEKS),
    Span(0, Unit.DAYS),
)

CALENDARS: Final = (
    Calendar(
        "berlin",
        zone="Europe/Berlin",
        holidays=(date(2026, 3, 3), date(2026, 3, 9)),
        holiday_rules=("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=6", "FREQ=YEARLY;BYEASTER=-2"),
    ),
    Calendar("pacific", zone="America/Los_Angeles"),
    Calendar("dubai", zone="Asia/Dubai", weekend=(4, 5)),
)


def _own(
    name: str, kind: FieldType, subject: Subject, meaning: str, levels: tuple[str, ...] = ()
) -> Field:
    return Field(name, kind, subject, Source.VENDOR, meaning, levels)


def _elapsed(name: str, start: str, end: str, count: Count, calendar: str | None = None) -> Field:
    kind = FieldType.DURATION if count is Count.TIME else FieldType.INTEGER
    derived = Elapsed(start, end, count, calendar)
    return Field(name, kind, meaning=f"From {start} to {end}", changes=False, derived=derived)


def _tally(name: str, tally: Tally) -> Field:
    return Field(name, FieldType.INTEGER, meaning="Earlier ones", changes=False, derived=tally)


def _since_ended(name: str, since: SinceEnded) -> Field:
    kind = FieldType.DURATION if since.count is Count.TIME else FieldType.INTEGER
    return Field(name, kind, meaning="Since others ended", changes=False, derived=since)


OWN_FIELDS: Final = (
    _own("competence", FieldType.ORDINAL, Subject.PARTNER, "Skill", ("basic", "full")),
    _own("support_length", FieldType.DURATION, Subject.PARTNER, "Length of support sold"),
    _own("revenue", FieldType.MONEY, Subject.PARTNER, "Last year's sales"),
    _own("member_since", FieldType.DATE, Subject.PARTNER, "Joined the programme"),
    _own("demo_at", FieldType.INSTANT, Subject.REGISTRATION, "When the demo was held"),
    _own("tags", FieldType.TEXT_SET, Subject.CUSTOMER, "Labels"),
    _own("priority", FieldType.INTEGER, Subject.OPPORTUNITY, "Priority"),
    _elapsed("time_to_complete", "submitted_at", "completed_at", Count.TIME),
    _elapsed("open_for", "submitted_at", "asked_at", Count.TIME),
    _elapsed("days_to_complete", "submitted_at", "completed_at", Count.DAYS, "berlin"),
    _elapsed("work_days_open", "submitted_at", "asked_at", Count.BUSINESS_DAYS, "berlin"),
    _elapsed("months_since_purchase", "last_purchase_at", "submitted_at", Count.MONTHS, "pacific"),
    _elapsed("days_to_close", "submitted_at", "estimated_close", Count.DAYS),
    _tally("earlier_here", Tally(("opportunity_id",))),
    _tally("recent_by_partner", Tally(("partner_id",), Span(7, Unit.DAYS), "berlin")),
    _tally("approved_here", Tally(("opportunity_id",), where={"status": "approved"})),
    _since_ended("days_since_own", SinceEnded(("partner_id", "opportunity_id"))),
    _since_ended("time_since_any", SinceEnded(("opportunity_id",), Count.TIME)),
    _since_ended("work_days_since_own", SinceEnded(("partner_id",), Count.BUSINESS_DAYS, "berlin")),
    Field(
        "sold_at_home",
        FieldType.BOOL,
        meaning="Whether it is used where the customer is",
        changes=False,
        derived=Same("region", "customer_country"),
    ),
    Field(
        "role_agreed",
        FieldType.BOOL,
        meaning="Whether an agreement covers the role",
        changes=False,
        derived=Inside("partner_role", "agreements"),
    ),
)
"""One of every type and every derivation, beside the core vocabulary."""

_CORE_ASKED: Final = (
    "tier",
    "accreditations",
    "amount",
    "score",
    "quantity",
    "vendor_approval",
    "opportunity_type",
    "partner_role",
    "products",
    "evidence",
    "estimated_close",
    "satisfaction_score",
    "in_good_standing",
    "open_registrations",
    "existing_customer",
    "public_sector",
    "customer_country",
    "vendor_engaged",
    "customer_choice_form",
    "tender_published_at",
    "completed_at",
    "approved_at",
    "last_submitted_at",
    "amended_at",
    "ordered_at",
    "status",
    "currency",
    "chosen_by_customer",
    "incumbent",
    "filed_by_registrant",
    "in_territory",
    "products_authorised",
    "ahead_of_tender",
    "earlier_by_same_partner",
)

ASKED: Final = (*_CORE_ASKED, *(field.name for field in OWN_FIELDS))
"""The fields that generated predicates ask about, likely ones first."""
