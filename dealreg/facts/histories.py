"""Histories: all events of a programme, and what was known of partners and others beforehand."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, ClassVar, Final, TypeAlias

import attrs

from dealreg.errors import FactsError, FactsErrors, UsageError, shown
from dealreg.facts.case import Facts
from dealreg.facts.courses import WaitsFor
from dealreg.facts.events import Event, EventKind, event_order
from dealreg.facts.records import Registration, Status
from dealreg.facts.values import Value, as_tuple

__all__ = ["History", "history_of"]


def _events(events: Iterable[Event]) -> tuple[Event, ...]:
    by_id: dict[str, Event] = {}
    problems: list[FactsError] = []
    for event in as_tuple(events):
        if not isinstance(event, Event):
            raise UsageError(
                f"{shown(event)} is not an event", value=event, hint="give Event values"
            )
        first = by_id.setdefault(event.event_id, event)
        if first != event:
            problems.append(
                FactsError(
                    f"two different events under the identifier {shown(event.event_id)}",
                    place=f"event {event.event_id}",
                    value=event.event_id,
                    hint="keep one of them, or give them different identifiers",
                )
            )
    if problems:
        raise FactsErrors(problems)
    return tuple(sorted(by_id.values(), key=event_order))


@attrs.frozen(kw_only=True)
class History:
    """Events in the order in which they count, and what was known before the first of them.

    Attributes:
        known: partners, customers and opportunities as known from the beginning, with their
            dated changes. It has no registrations: these are submitted by events.
        events: in any order and any iterable; identical repetitions count once.

    Raises:
        FactsErrors: when one identifier has two different contents.
        UsageError: when something else than events is given, or `known` has registrations.
    """

    tag: ClassVar[str] = "history"

    known: Facts = Facts()
    events: tuple[Event, ...] = attrs.field(default=(), converter=_events)

    def __attrs_post_init__(self) -> None:
        if self.known.registrations or self.known.holdings or self.known.rulings:
            raise UsageError(
                "what is known before the first event has registrations, rulings or holdings",
                value=self.known,
                hint="make events of registrations with `history_of(facts)`",
            )


_ENDS: Final = {
    status: EventKind(status.value)
    for status in (
        *(Status.REJECTED, Status.WITHDRAWN, Status.CANCELLED, Status.REVOKED),
        *(Status.EXPIRED, Status.SUPERSEDED, Status.WON, Status.LOST),
    )
}

_APART: Final = frozenset(
    {"registration_id", "submitted_at", "completed_at", "approved_at", "last_submitted_at"}
    | {"amended_at", "ordered_at", "status", "status_reason", "ended_at", "extensions", "pauses"}
    | {"attributes", "changes"}
)
"""What the events of a registration say by themselves, or what they take apart."""


def history_of(facts: Facts) -> History:
    """The history that facts tell: one event for each date that a registration has.

    A registration is submitted, completed, approved, ordered and ended at the instants it states;
    a ruling is an event when it was decided. Where the facts state no date there is no event: a
    registration that ended at an instant not stated counts as going on, and a fact that became
    unknown keeps its value.

    >>> facts = Facts(registrations=[Registration(
    ...     registration_id="R1", partner_id="P1", opportunity_id="O1", status="won",
    ...     submitted_at="2026-03-01T09:00Z", ended_at="2026-03-09T09:00Z")])
    >>> [(each.kind.value, each.about) for each in history_of(facts).events]
    [('submitted', 'R1'), ('won', 'R1')]
    """
    events = [event for each in facts.registrations for event in _of_registration(each)]
    for ruling in facts.rulings:
        said: dict[str, Value | None] = {
            "benefit": ruling.benefit,
            "verdict": ruling.verdict.value,
            "decided_by": ruling.decided_by,
            "reason": ruling.reason,
        }
        name = f"{ruling.registration_id}:ruled:{ruling.benefit}:{ruling.decided_at.isoformat()}"
        events.append(
            _event(name, EventKind.RULED, ruling.registration_id, ruling.decided_at, said)
        )
    known = attrs.evolve(facts, registrations=(), rulings=(), holdings=())
    return History(known=known, events=events)


def _event(
    name: str, kind: EventKind, about: str, at: datetime, facts: dict[str, Value | None]
) -> Event:
    stated = {key: value for key, value in facts.items() if value is not None}
    return Event(event_id=name, kind=kind, about=about, happened_at=at, facts=stated)


_Told: TypeAlias = tuple[EventKind, datetime | None, dict[str, Value | None], int]
"""A kind, when, what it states, and the how-manieth of its kind at an instant it may be."""


def _of_registration(registration: Registration) -> Iterator[Event]:
    about = registration.registration_id
    told = (*_rounds(registration), *_extended(registration), *_paused(registration))
    for kind, at, facts, nth in told:
        if at is not None:
            name = f"{about}:{kind}:{at.isoformat()}" + (f":{nth}" if nth else "")
            yield _event(name, kind, about, at, facts)


def _rounds(registration: Registration) -> Iterator[_Told]:
    yield EventKind.SUBMITTED, registration.submitted_at, _stated(registration), 0
    amended: dict[datetime, dict[str, Value | None]] = {}
    for change in registration.changes:
        if change.value is not None:
            amended.setdefault(change.since, {})[change.field] = change.value
    for since, facts in amended.items():
        yield EventKind.AMENDED, since, facts, 0
    yield EventKind.RESUBMITTED, registration.last_submitted_at, {}, 0
    yield EventKind.COMPLETED, registration.completed_at, {}, 0
    yield EventKind.APPROVED, registration.approved_at, {}, 0
    yield EventKind.ORDERED, registration.ordered_at, {}, 0
    if registration.status in _ENDS:
        reason = registration.status_reason
        yield _ENDS[registration.status], registration.ended_at, {"status_reason": reason}, 0


def _extended(registration: Registration) -> Iterator[_Told]:
    for nth, asked in enumerate(registration.extensions):
        length = None if asked.length is None else f"{asked.length.length} {asked.length.unit}"
        said = None if length is None else length.replace("_", " ")
        yield EventKind.EXTENSION_ASKED, asked.asked_at, {}, nth
        yield EventKind.EXTENSION_GRANTED, asked.granted_at, {"length": said}, nth
        yield EventKind.EXTENSION_REFUSED, asked.refused_at, {}, nth


def _paused(registration: Registration) -> Iterator[_Told]:
    for nth, pause in enumerate(registration.pauses):
        if pause.waits_for is WaitsFor.VENDOR:
            yield EventKind.WAITING_FOR_VENDOR, pause.since, {}, nth
            yield EventKind.VENDOR_ANSWERED, pause.until, {}, nth


def _stated(registration: Registration) -> dict[str, Value | None]:
    facts: dict[str, Any] = {
        attribute.name: getattr(registration, attribute.name)
        for attribute in attrs.fields(Registration)
        if attribute.name not in _APART
    }
    return facts | dict(registration.attributes)
