"""Events: what happened to registrations, opportunities, customers and partners, and when.

Each event has two instants: when it happened, and when that became known. What an event does to
the facts is in `dealreg/history/ledger.py` and in docs/spec/history.md.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar, Final

import attrs

from dealreg.errors import FactsError, shown
from dealreg.facts.fields import Subject
from dealreg.facts.identifiers import identifier
from dealreg.facts.instants import instant
from dealreg.facts.records import Verdict
from dealreg.facts.values import Choice, FrozenMap, span

__all__ = ["EVENT_RULES", "Event", "EventKind", "EventRule", "event_order", "takes_effect"]


class EventKind(Choice):
    """What happened."""

    SUBMITTED = "submitted"
    COMPLETED = "completed"
    AMENDED = "amended"
    RETURNED = "returned"
    RESUBMITTED = "resubmitted"
    EVIDENCE_ADDED = "evidence_added"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    REVOKED = "revoked"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    CONVERTED = "converted"
    EXTENSION_ASKED = "extension_asked"
    EXTENSION_GRANTED = "extension_granted"
    EXTENSION_REFUSED = "extension_refused"
    MILESTONE_MET = "milestone_met"
    WAITING_FOR_VENDOR = "waiting_for_vendor"
    VENDOR_ANSWERED = "vendor_answered"
    SPECIAL_BID_ASKED = "special_bid_asked"
    SPECIAL_BID_GRANTED = "special_bid_granted"
    SPECIAL_BID_REFUSED = "special_bid_refused"
    ORDERED = "ordered"
    WON = "won"
    LOST = "lost"
    RULED = "ruled"
    CUSTOMER_CHOSE = "customer_chose"
    TENDER_PUBLISHED = "tender_published"
    VENDOR_ENGAGED = "vendor_engaged"
    INCUMBENT_CHANGED = "incumbent_changed"
    OPPORTUNITY_CHANGED = "opportunity_changed"
    CUSTOMER_CHANGED = "customer_changed"
    PARTNER_CHANGED = "partner_changed"


@attrs.frozen
class EventRule:
    """What an event of one kind is about, and what it states beside the instant.

    Attributes:
        subject: whose identifier `Event.about` is.
        meaning: one line of meaning.
        needs: the names that its facts must have.
        may: the names that they may have.
        fields: whether they may also have any supplied field of the subject.
    """

    subject: Subject
    meaning: str
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    fields: bool = False


_REGISTRATION, _OPPORTUNITY = Subject.REGISTRATION, Subject.OPPORTUNITY
_REASON = ("status_reason",)

EVENT_RULES: Final[Mapping[EventKind, EventRule]] = MappingProxyType(
    {
        EventKind.SUBMITTED: EventRule(
            _REGISTRATION, "A partner submits it", needs=("partner_id",), fields=True
        ),
        EventKind.COMPLETED: EventRule(
            _REGISTRATION, "It is complete and accurate; what was missing is supplied", fields=True
        ),
        EventKind.AMENDED: EventRule(_REGISTRATION, "Its scope or value changes", fields=True),
        EventKind.RETURNED: EventRule(
            _REGISTRATION, "The vendor sends it back for more information", may=_REASON
        ),
        EventKind.RESUBMITTED: EventRule(
            _REGISTRATION, "The partner submits it again, after a return or an end", fields=True
        ),
        EventKind.EVIDENCE_ADDED: EventRule(
            _REGISTRATION, "Evidence of pre-sales work is added", needs=("evidence",)
        ),
        EventKind.APPROVED: EventRule(_REGISTRATION, "The vendor approves it", may=_REASON),
        EventKind.REJECTED: EventRule(_REGISTRATION, "A person rejects it", may=_REASON),
        EventKind.WITHDRAWN: EventRule(_REGISTRATION, "The partner takes it back", may=_REASON),
        EventKind.CANCELLED: EventRule(
            _REGISTRATION, "The vendor ends it before approval", may=_REASON
        ),
        EventKind.REVOKED: EventRule(
            _REGISTRATION, "The vendor ends it after approval", may=_REASON
        ),
        EventKind.EXPIRED: EventRule(
            _REGISTRATION, "The vendor's system closes it as expired", may=_REASON
        ),
        EventKind.SUPERSEDED: EventRule(_REGISTRATION, "Another takes its place", may=_REASON),
        EventKind.CONVERTED: EventRule(
            _REGISTRATION, "It becomes an opportunity of the vendor's", may=_REASON
        ),
        EventKind.EXTENSION_ASKED: EventRule(
            _REGISTRATION, "The partner asks for a longer period", may=("length",)
        ),
        EventKind.EXTENSION_GRANTED: EventRule(
            _REGISTRATION, "The vendor grants the extension last asked for", may=("length",)
        ),
        EventKind.EXTENSION_REFUSED: EventRule(
            _REGISTRATION, "The vendor refuses the extension last asked for"
        ),
        EventKind.MILESTONE_MET: EventRule(
            _REGISTRATION, "A milestone is met: the instant field it names", needs=("milestone",)
        ),
        EventKind.WAITING_FOR_VENDOR: EventRule(
            _REGISTRATION, "From now on it waits for the vendor"
        ),
        EventKind.VENDOR_ANSWERED: EventRule(_REGISTRATION, "It waits for the vendor no longer"),
        EventKind.SPECIAL_BID_ASKED: EventRule(
            _REGISTRATION, "The partner asks for special pricing", may=("benefit", "amount")
        ),
        EventKind.SPECIAL_BID_GRANTED: EventRule(
            _REGISTRATION, "The vendor grants special pricing", may=("benefit", "amount")
        ),
        EventKind.SPECIAL_BID_REFUSED: EventRule(
            _REGISTRATION, "The vendor refuses special pricing", may=("benefit", *_REASON)
        ),
        EventKind.ORDERED: EventRule(
            _REGISTRATION, "The customer's order is placed", may=("amount",)
        ),
        EventKind.WON: EventRule(
            _REGISTRATION, "The partner wins the deal", may=(*_REASON, "amount")
        ),
        EventKind.LOST: EventRule(_REGISTRATION, "The partner loses the deal", may=_REASON),
        EventKind.RULED: EventRule(
            _REGISTRATION,
            "A person decides, where the policy leaves it to a person",
            needs=("benefit", "verdict"),
            may=("decided_by", "reason"),
        ),
        EventKind.CUSTOMER_CHOSE: EventRule(
            _OPPORTUNITY,
            "The customer chooses a partner",
            needs=("customer_choice",),
            may=("customer_choice_form", "customer_choice_by"),
        ),
        EventKind.TENDER_PUBLISHED: EventRule(_OPPORTUNITY, "A tender is published"),
        EventKind.VENDOR_ENGAGED: EventRule(
            _OPPORTUNITY, "The vendor pursues it directly, or no more", may=("vendor_engaged",)
        ),
        EventKind.INCUMBENT_CHANGED: EventRule(
            _OPPORTUNITY, "Another partner is the incumbent", needs=("incumbent_partner_id",)
        ),
        EventKind.OPPORTUNITY_CHANGED: EventRule(
            _OPPORTUNITY, "Facts of the opportunity change", fields=True
        ),
        EventKind.CUSTOMER_CHANGED: EventRule(
            Subject.CUSTOMER, "Facts of the end customer change", fields=True
        ),
        EventKind.PARTNER_CHANGED: EventRule(
            Subject.PARTNER,
            "The partner's tier, accreditations, standing or other facts change",
            fields=True,
        ),
    }
)
"""What each kind of event is about and states."""


def _sequence(value: int | None) -> int | None:
    if value is None or type(value) is int:
        return value
    raise FactsError(f"{shown(value)} is not an arrival sequence", value=value, hint="a number")


@attrs.frozen(kw_only=True)
class Event:
    """One thing that happened.

    Attributes:
        event_id: its own identifier; one identifier has one content.
        kind: what happened.
        about: the registration, opportunity, customer or partner, as the kind says.
        happened_at: when it happened.
        known_at: when the vendor knew of it; when it happened, if not stated.
        sequence: its place among those that became known at the same instant. Without one, all
            such events count as simultaneous, and no order among them is made up.
        source: where it is recorded, such as file and row.
        facts: what it states, by field.

    Raises:
        FactsError: when the facts lack what the kind needs, or have what it does not take.
        UsageError: when a `length` is no length of time, or a `verdict` no verdict.

    >>> Event(event_id="E1", kind="approved", about="R1", happened_at="2026-03-02T09:00Z").known_at
    datetime.datetime(2026, 3, 2, 9, 0, tzinfo=datetime.timezone.utc)
    """

    tag: ClassVar[str] = "event"

    event_id: str = attrs.field(converter=identifier)
    kind: EventKind = attrs.field(converter=EventKind)
    about: str = attrs.field(converter=identifier)
    happened_at: datetime = attrs.field(converter=instant)
    known_at: datetime = attrs.field(
        default=attrs.Factory(lambda self: self.happened_at, takes_self=True), converter=instant
    )
    sequence: int | None = attrs.field(default=None, converter=_sequence)
    source: str = ""
    facts: FrozenMap = attrs.field(factory=FrozenMap, converter=FrozenMap)

    def __attrs_post_init__(self) -> None:
        rule = EVENT_RULES[self.kind]
        lacking = [name for name in rule.needs if self.facts.get(name) is None]
        if lacking:
            raise FactsError(
                f"an event `{self.kind}` must state {shown(lacking[0])}",
                place=f"event {self.event_id}",
                value=self.kind,
                hint=f"add `{lacking[0]}` to its facts",
            )
        odd = [name for name in self.facts if name not in (*rule.needs, *rule.may)]
        if odd and not rule.fields:
            allowed = ", ".join(f"`{name}`" for name in (*rule.needs, *rule.may)) or "nothing"
            raise FactsError(
                f"an event `{self.kind}` does not state {shown(odd[0])}",
                place=f"event {self.event_id}",
                value=odd[0],
                hint=f"it states {allowed}",
            )
        if "length" in self.facts:
            span(self.facts["length"])  # type: ignore[arg-type]
        if "verdict" in self.facts:
            Verdict(str(self.facts["verdict"]))


def takes_effect(event: Event) -> datetime:
    """The instant from which an event counts: when it is both known and has happened."""
    return max(event.known_at, event.happened_at)


def event_order(event: Event) -> tuple[datetime, int, str]:
    """The order in which events count; those without an arrival sequence come first."""
    place = -1 if event.sequence is None else event.sequence
    return takes_effect(event), place, event.event_id
