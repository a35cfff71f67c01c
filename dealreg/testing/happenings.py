"""Which events a history for a policy may have: those that change what the policy reads."""

from collections.abc import Iterator, Sequence
from typing import Final

from dealreg.facts.events import EventKind
from dealreg.facts.fields import Field, Subject
from dealreg.policy.clocks import Milestone, Period, Sla
from dealreg.policy.policies import Policy
from dealreg.testing.pools import Pools

__all__ = ["AROUND", "ENDS", "fields_told", "kinds_for", "milestones_for"]

ENDS: Final = frozenset(
    {EventKind.REJECTED, EventKind.WITHDRAWN, EventKind.CANCELLED, EventKind.REVOKED}
    | {EventKind.EXPIRED, EventKind.SUPERSEDED, EventKind.WON, EventKind.LOST}
)
"""After these a registration has ended, unless it is submitted again."""

_ALWAYS: Final = (
    *(EventKind.APPROVED,) * 4,
    *(EventKind.COMPLETED,) * 2,
    EventKind.WITHDRAWN,
    EventKind.REJECTED,
    EventKind.REVOKED,
    EventKind.RETURNED,
    EventKind.RESUBMITTED,
    EventKind.ORDERED,
    EventKind.WON,
    EventKind.LOST,
    EventKind.RULED,
    EventKind.EXPIRED,
    EventKind.CANCELLED,
    EventKind.SUPERSEDED,
    EventKind.CONVERTED,
    EventKind.SPECIAL_BID_REFUSED,
)
_EXTENDING: Final = (
    *(EventKind.EXTENSION_ASKED, EventKind.EXTENSION_GRANTED) * 3,
    EventKind.EXTENSION_REFUSED,
)
_WAITING: Final = (EventKind.WAITING_FOR_VENDOR, EventKind.VENDOR_ANSWERED) * 2
_READING: Final = (
    ("evidence", EventKind.EVIDENCE_ADDED),
    ("requested_benefits", EventKind.SPECIAL_BID_ASKED),
    ("special_pricing", EventKind.SPECIAL_BID_GRANTED),
)

AROUND: Final = {
    "customer_choice": EventKind.CUSTOMER_CHOSE,
    "tender_published_at": EventKind.TENDER_PUBLISHED,
    "vendor_engaged": EventKind.VENDOR_ENGAGED,
    "incumbent_partner_id": EventKind.INCUMBENT_CHANGED,
}
"""What of an opportunity an event of its own kind tells."""

_APART: Final = frozenset(
    {"registration_id", "partner_id", "opportunity_id", "customer_id", "submitted_at", "asked_at"}
    | {"completed_at", "approved_at", "last_submitted_at", "amended_at", "ordered_at", "status"}
    | {"currency"}
)
"""What the events of a registration say by themselves, or nobody can say."""


def fields_told(pools: Sequence[Pools], subject: Subject) -> list[Field]:
    """The fields of a subject that policies read and an event can state, by name."""
    found = {
        name: field
        for each in pools
        for name in each.read
        if (field := each.vocabulary.get(name)) is not None
        and field.subject is subject
        and field.derived is None
        and name not in _APART
    }
    return [found[name] for name in sorted(found)]


def kinds_for(pools: Sequence[Pools]) -> tuple[EventKind, ...]:
    """What may happen to a registration once it is submitted, likely things several times."""
    policies = [each.policy for each in pools]
    read = {name for each in pools for name in each.read}
    kinds = list(_ALWAYS)
    if any(each.extension for each in _periods(policies)):
        kinds += _EXTENDING
    if any(clock.pauses for clock in _clocks(policies)):
        kinds += _WAITING
    if milestones_for(policies):
        kinds += [EventKind.MILESTONE_MET] * 3
    if any(field.changes for field in fields_told(pools, Subject.REGISTRATION)):
        kinds += [EventKind.AMENDED] * 2
    return (*kinds, *(kind for name, kind in _READING if name in read))


def milestones_for(policies: Sequence[Policy]) -> tuple[str, ...]:
    """The instant fields that say when a milestone was met."""
    return tuple(
        dict.fromkeys(
            milestone.met
            for policy in policies
            for contest in policy.contests
            for milestone in contest.milestones
        )
    )


def _periods(policies: Sequence[Policy]) -> Iterator[Period]:
    for policy in policies:
        for contest in policy.contests:
            if contest.period is not None:
                yield contest.period


def _clocks(policies: Sequence[Policy]) -> Iterator[Period | Milestone | Sla]:
    yield from _periods(policies)
    for policy in policies:
        for contest in policy.contests:
            yield from contest.milestones
        if policy.sla is not None:
            yield policy.sla
