"""The facts: registrations, partners, end customers, opportunities, and recorded rulings.

Every record is a frozen value. None means "not known", which is not the same as an empty set or
False: a policy that asks about an unknown fact gets "unknown" for an answer.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, TypeVar

import attrs

from dealreg.errors import FactsError, shown
from dealreg.facts.courses import ExtensionRequest, Pause
from dealreg.facts.identifiers import identifier, optional_identifier
from dealreg.facts.instants import day, instant, optional_instant
from dealreg.facts.values import Choice, FrozenMap, Money, Value, as_tuple, decimal, exact, typed

__all__ = [
    "ENDED",
    "LIVE",
    "Change",
    "EndCustomer",
    "Opportunity",
    "Partner",
    "Registration",
    "Ruling",
    "Status",
    "Verdict",
]


class Status(Choice):
    """Where a registration stands in the vendor's process: the union of what systems use."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    UNDER_REVIEW = "under_review"
    RETURNED = "returned"
    """Sent back for more information (Action Required, Research)."""
    APPROVED = "approved"
    CONVERTED = "converted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    """Taken back by the partner."""
    CANCELLED = "cancelled"
    """Ended by the vendor before approval."""
    REVOKED = "revoked"
    """Ended by the vendor after approval."""
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    WON = "won"
    LOST = "lost"


LIVE = frozenset({Status.SUBMITTED, Status.UNDER_REVIEW, Status.APPROVED, Status.CONVERTED})
"""A registration in one of these competes."""

ENDED = frozenset(Status) - LIVE - {Status.DRAFT, Status.RETURNED}
"""A registration in one of these once competed, until its `ended_at`."""


def _texts(value: Iterable[str] | None) -> frozenset[str] | None:
    if value is None:
        return None
    if isinstance(value, str):
        raise FactsError(f"{shown(value)} is one text, not a set of texts", value=value)
    texts = as_tuple(value)
    if not all(isinstance(text, str) for text in texts):
        raise FactsError(
            f"{shown(value)} is not a set of texts",
            value=value,
            hint="give texts, as in {'x', 'y'}",
        )
    return frozenset(texts)


def _optional_decimal(value: Decimal | int | str | None) -> Decimal | None:
    return None if value is None else decimal(value)


def _day(value: date | None) -> date | None:
    return None if value is None else day(value)


def _whole(value: int | None) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return None if value is None else int(decimal(value))
    raise FactsError(f"{shown(value)} is not a whole number", value=value)


def _flag(value: bool | None) -> bool | None:  # noqa: FBT001 - a converter of one value
    if value is None or isinstance(value, bool):
        return value
    raise FactsError(f"{shown(value)} is not yes or no", value=value, hint="give True or False")


def _text(value: str | None) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise FactsError(f"{shown(value)} is not a text", value=value)


def _money(value: Money | None) -> Money | None:
    if value is None or isinstance(value, Money):
        return value
    raise FactsError(
        f"{shown(value)} is not an amount of money",
        value=value,
        hint='give dealreg.money("50000 EUR")',
    )


def _instant_field() -> datetime | None:
    return attrs.field(default=None, converter=optional_instant)


def _text_field() -> str | None:
    return attrs.field(default=None, converter=_text)


def _flag_field() -> bool | None:
    return attrs.field(default=None, converter=_flag)


def _set_field() -> frozenset[str] | None:
    return attrs.field(default=None, converter=_texts)


def _attributes_field() -> FrozenMap:
    return attrs.field(factory=FrozenMap, converter=FrozenMap)


def _optional_exact(value: object) -> Value | None:
    return None if value is None else exact(value)


@attrs.frozen
class Change:
    """A fact that took a new value: `field` is `value` from `since` on. None makes it unknown."""

    tag: ClassVar[str] = "change"

    field: str = attrs.field(converter=identifier)
    value: Value | None = attrs.field(converter=_optional_exact, eq=typed)
    since: datetime = attrs.field(converter=instant)


def _changes(changes: Iterable[Change]) -> tuple[Change, ...]:
    by_place: dict[tuple[datetime, str], Change] = {}
    for change in as_tuple(changes):
        if not isinstance(change, Change):
            raise FactsError(
                f"{shown(change)} is not a change of a fact",
                value=change,
                hint="give Change values",
            )
        first = by_place.setdefault((change.since, change.field), change)
        if first != change:
            raise FactsError(
                f"{shown(change.field)} takes two values at {shown(change.since.isoformat())}: "
                f"{shown(first.value)} and {shown(change.value)}",
                place=f"changes: {change.field}",
                value=change.value,
                hint="keep one of them, or give them different instants",
            )
    return tuple(by_place[place] for place in sorted(by_place))


def _changes_field() -> tuple[Change, ...]:
    return attrs.field(default=(), converter=_changes)


_Course = TypeVar("_Course", ExtensionRequest, Pause)


def _each_of(kind: type[_Course], items: Iterable[_Course]) -> set[_Course]:
    """The items, each once."""
    made = as_tuple(items)
    for item in made:
        if not isinstance(item, kind):
            raise FactsError(
                f"{shown(item)} is not of the kind {kind.__name__}",
                value=item,
                hint=f"give {kind.__name__} values",
            )
    return set(made)


def _extensions(requests: Iterable[ExtensionRequest]) -> tuple[ExtensionRequest, ...]:
    made = _each_of(ExtensionRequest, requests)
    return tuple(sorted(made, key=lambda each: (each.asked_at, repr(each))))


def _pauses(pauses: Iterable[Pause]) -> tuple[Pause, ...]:
    made = _each_of(Pause, pauses)
    return tuple(sorted(made, key=lambda each: (each.since, repr(each))))


@attrs.frozen(kw_only=True)
class Partner:
    """A company that sells the vendor's products.

    Attributes:
        tier: a level of the policy's ladder, as it was before the first of `changes`.
        attributes: the programme's own fields.
        changes: later values of any of the partner's facts, each with the instant it began.
    """

    tag: ClassVar[str] = "partner"

    partner_id: str = attrs.field(converter=identifier)
    name: str | None = _text_field()
    partner_group: str | None = _text_field()
    partner_type: str | None = _text_field()
    tier: str | None = _text_field()
    accreditations: frozenset[str] | None = _set_field()
    agreements: frozenset[str] | None = _set_field()
    territories: frozenset[str] | None = _set_field()
    authorised_products: frozenset[str] | None = _set_field()
    in_good_standing: bool | None = _flag_field()
    satisfaction_score: Decimal | None = attrs.field(default=None, converter=_optional_decimal)
    open_registrations: int | None = attrs.field(default=None, converter=_whole)
    attributes: FrozenMap = _attributes_field()
    changes: tuple[Change, ...] = _changes_field()


@attrs.frozen(kw_only=True)
class EndCustomer:
    """Who buys and uses."""

    tag: ClassVar[str] = "customer"

    customer_id: str = attrs.field(converter=identifier)
    customer_name: str | None = _text_field()
    customer_domain: str | None = _text_field()
    customer_country: str | None = _text_field()
    customer_industry: str | None = _text_field()
    duns: str | None = _text_field()
    public_sector: bool | None = _flag_field()
    existing_customer: bool | None = _flag_field()
    named_account: bool | None = _flag_field()
    last_purchase_at: datetime | None = _instant_field()
    last_contact_at: datetime | None = _instant_field()
    attributes: FrozenMap = _attributes_field()
    changes: tuple[Change, ...] = _changes_field()


@attrs.frozen(kw_only=True)
class Opportunity:
    """The customer's buying project that registrations compete for."""

    tag: ClassVar[str] = "opportunity"

    opportunity_id: str = attrs.field(converter=identifier)
    customer_id: str | None = attrs.field(default=None, converter=optional_identifier)
    name: str | None = _text_field()
    vendor_engaged: bool | None = _flag_field()
    in_forecast: bool | None = _flag_field()
    tender_published_at: datetime | None = _instant_field()
    incumbent_partner_id: str | None = _text_field()
    customer_choice: str | None = _text_field()
    customer_choice_form: str | None = _text_field()
    customer_choice_by: str | None = _text_field()
    several_by_law: bool | None = _flag_field()
    attributes: FrozenMap = _attributes_field()
    changes: tuple[Change, ...] = _changes_field()


@attrs.frozen(kw_only=True, cache_hash=True)
class Registration:
    """A partner's claim on an opportunity.

    Attributes:
        partner_id: the registrant, whom the registration is for.
        filed_by: the partner that filed it, when another one did, such as a distributor.
        submitted_at, completed_at, approved_at: aware instants; `completed_at` is when it was
            first complete and accurate, which some programmes rank by.
        arrival: its number in the order in which registrations arrived.
        last_submitted_at: when it was last submitted again, after it was returned or rejected.
        amended_at: when its scope or value was last amended.
        ordered_at: when the customer's order was placed.
        status: as the vendor's system has it now.
        ended_at: when a withdrawn, rejected, … registration ended; it was live until then.
        extensions: what was asked and answered about a longer protection period.
        pauses: when clocks stood still, because one side waited for the other.
        attributes: the programme's own fields.
    """

    tag: ClassVar[str] = "registration"

    registration_id: str = attrs.field(converter=identifier)
    partner_id: str = attrs.field(converter=identifier)
    opportunity_id: str | None = attrs.field(default=None, converter=optional_identifier)
    customer_id: str | None = attrs.field(default=None, converter=optional_identifier)
    external_id: str | None = _text_field()
    name: str | None = _text_field()
    filed_by: str | None = _text_field()
    distributor_id: str | None = _text_field()
    submitted_at: datetime = attrs.field(converter=instant)
    completed_at: datetime | None = _instant_field()
    approved_at: datetime | None = _instant_field()
    last_submitted_at: datetime | None = _instant_field()
    arrival: int | None = attrs.field(default=None, converter=_whole)
    amended_at: datetime | None = _instant_field()
    ordered_at: datetime | None = _instant_field()
    status: Status = attrs.field(default=Status.SUBMITTED, converter=Status)
    status_reason: str | None = _text_field()
    ended_at: datetime | None = _instant_field()
    partner_role: str | None = _text_field()
    lead_source: str | None = _text_field()
    opportunity_type: str | None = _text_field()
    requested_benefits: frozenset[str] | None = _set_field()
    products: frozenset[str] | None = _set_field()
    sites: frozenset[str] | None = _set_field()
    region: str | None = _text_field()
    amount: Money | None = attrs.field(default=None, converter=_money)
    quantity: int | None = attrs.field(default=None, converter=_whole)
    estimated_close: date | None = attrs.field(default=None, converter=_day)
    stage: str | None = _text_field()
    evidence: frozenset[str] | None = _set_field()
    competing_brand: bool | None = _flag_field()
    special_pricing: bool | None = _flag_field()
    contract_id: str | None = _text_field()
    division: str | None = _text_field()
    vendor_approval: bool | None = _flag_field()
    score: Decimal | None = attrs.field(default=None, converter=_optional_decimal)
    extensions: tuple[ExtensionRequest, ...] = attrs.field(default=(), converter=_extensions)
    pauses: tuple[Pause, ...] = attrs.field(default=(), converter=_pauses)
    attributes: FrozenMap = _attributes_field()
    changes: tuple[Change, ...] = _changes_field()


class Verdict(Choice):
    """What a person ruled on one registration."""

    ACCEPT = "accept"
    REFUSE = "refuse"


@attrs.frozen(kw_only=True)
class Ruling:
    """A person's recorded decision, where the policy leaves one to a person.

    Attributes:
        registration_id, benefit: what it is about.
        verdict: accept or refuse.
        decided_at: from when on it counts.
        decided_by: who decided, for the record.
        reason: why, for the record.
    """

    tag: ClassVar[str] = "ruling"

    registration_id: str = attrs.field(converter=identifier)
    benefit: str = attrs.field(converter=identifier)
    verdict: Verdict = attrs.field(converter=Verdict)
    decided_at: datetime = attrs.field(converter=instant)
    decided_by: str | None = _text_field()
    reason: str | None = _text_field()
