"""What an event does to the record it is about (spec clauses H-4 to H-6)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

import attrs

from dealreg.errors import FactsError, shown
from dealreg.facts.courses import ExtensionRequest, Pause, WaitsFor
from dealreg.facts.events import Event, EventKind
from dealreg.facts.records import Change, Opportunity, Registration, Ruling, Status
from dealreg.facts.values import Span, Value, span

__all__ = ["SPECIAL_BID", "changed", "effect", "ruled", "submitted"]

SPECIAL_BID: Final = "special_bid"
"""The benefit that special-bid events are about, where they do not name another."""

_ENDS: Final = {
    EventKind(status.value): status
    for status in (
        *(Status.REJECTED, Status.WITHDRAWN, Status.CANCELLED, Status.REVOKED),
        *(Status.EXPIRED, Status.SUPERSEDED, Status.WON, Status.LOST),
    )
}
_SUPPLIED: Final = frozenset(attribute.name for attribute in attrs.fields(Registration))
_BELONGS: Final = frozenset({"opportunity_id", "customer_id"})
_APART: Final = frozenset(
    {"registration_id", "submitted_at", "completed_at", "approved_at", "last_submitted_at"}
    | {"amended_at", "ordered_at", "status", "status_reason", "ended_at", "extensions", "pauses"}
    | {"attributes", "changes"}
)
"""What only an event of its own kind says of a registration."""

Parts: TypeAlias = dict[str, Any]


def effect(before: Registration, event: Event) -> Parts:
    """The parts of a registration that an event gives other values."""
    return _HANDLERS.get(event.kind, _turned)(before, event)


def changed(record: Any, event: Event) -> Any:
    """A partner, customer or opportunity after an event about it."""
    stated = dict(_stated_of(event))
    parts: Parts = {}
    if isinstance(record, Opportunity) and "customer_id" in stated:
        parts["customer_id"] = stated.pop("customer_id")
    return attrs.evolve(
        record, changes=_changed(record.changes, stated, event.happened_at), **parts
    )


def ruled(earlier: tuple[Ruling, ...], event: Event) -> tuple[Ruling, ...]:
    """The rulings on a registration after one more; of two at one instant the later counts."""
    said = event.facts
    ruling = Ruling(
        registration_id=event.about,
        benefit=said["benefit"],  # type: ignore[arg-type]
        verdict=said["verdict"],  # type: ignore[arg-type]
        decided_at=event.happened_at,
        decided_by=said.get("decided_by"),  # type: ignore[arg-type]
        reason=said.get("reason"),  # type: ignore[arg-type]
    )
    place = (ruling.benefit, ruling.decided_at)
    others = (each for each in earlier if (each.benefit, each.decided_at) != place)
    return (*others, ruling)


def _stated_of(event: Event) -> Mapping[str, Value]:
    match event.kind:
        case EventKind.TENDER_PUBLISHED:
            return {"tender_published_at": event.happened_at}
        case EventKind.VENDOR_ENGAGED:
            return {"vendor_engaged": event.facts.get("vendor_engaged", True)}
        case _:
            return event.facts


def _changed(
    changes: tuple[Change, ...], stated: Mapping[str, Value], since: datetime
) -> tuple[Change, ...]:
    """The changes with those stated; of two at one instant the one that arrived later counts."""
    kept = [each for each in changes if each.since != since or each.field not in stated]
    return (*kept, *(Change(name, value, since) for name, value in stated.items()))


def _refuse_apart(event: Event, names: frozenset[str]) -> None:
    for name in event.facts:
        if name in names:
            raise FactsError(
                f"an event `{event.kind}` cannot state {shown(name)}",
                value=name,
                hint="an event of another kind says so, or nothing may change it",
            )


def submitted(event: Event) -> Registration:
    """The registration that an event submits."""
    _refuse_apart(event, _APART)
    own = {name: value for name, value in event.facts.items() if name in _SUPPLIED}
    if event.sequence is not None:
        own.setdefault("arrival", event.sequence)
    more = {name: value for name, value in event.facts.items() if name not in _SUPPLIED}
    return Registration(
        registration_id=event.about,
        submitted_at=event.happened_at,
        attributes=more,  # type: ignore[arg-type]
        **own,  # type: ignore[arg-type]
    )


def _restated(before: Registration, event: Event) -> Parts:
    """What a later event says of the registration; to what it belongs is replaced, not dated."""
    _refuse_apart(event, _APART | {"partner_id"})
    parts: Parts = {name: event.facts[name] for name in _BELONGS if name in event.facts}
    stated = {name: value for name, value in event.facts.items() if name not in _BELONGS}
    if stated:
        parts["changes"] = _changed(before.changes, stated, event.happened_at)
    return parts


def _amended(before: Registration, event: Event) -> Parts:
    latest = max(before.amended_at or event.happened_at, event.happened_at)
    return _restated(before, event) | {"amended_at": latest}


def _completed(before: Registration, event: Event) -> Parts:
    earliest = min(before.completed_at or event.happened_at, event.happened_at)
    parts = _restated(before, event) | {"completed_at": earliest}
    if before.status is Status.RETURNED:
        parts |= {"status": Status.SUBMITTED, "status_reason": None}
        parts["pauses"] = _resumed(before, WaitsFor.PARTNER, event.happened_at)
    return parts


def _returned(before: Registration, event: Event) -> Parts:
    return {
        "status": Status.RETURNED,
        "status_reason": event.facts.get("status_reason"),
        "pauses": _paused(before, WaitsFor.PARTNER, event.happened_at),
    }


def _resubmitted(before: Registration, event: Event) -> Parts:
    """A new round: what the earlier ones came to is over, but the first submission stays known."""
    return _restated(before, event) | {
        "status": Status.SUBMITTED,
        "status_reason": None,
        "ended_at": None,
        "approved_at": None,
        "last_submitted_at": event.happened_at,
        "pauses": _resumed(before, WaitsFor.PARTNER, event.happened_at),
    }


def _approved(before: Registration, event: Event) -> Parts:
    earliest = min(before.approved_at or event.happened_at, event.happened_at)
    return {
        "status": Status.APPROVED,
        "status_reason": event.facts.get("status_reason"),
        "approved_at": earliest,
        "pauses": _resumed(before, WaitsFor.PARTNER, event.happened_at),
    }


def _converted(_: Registration, event: Event) -> Parts:
    return {"status": Status.CONVERTED, "status_reason": event.facts.get("status_reason")}


def _turned(_: Registration, event: Event) -> Parts:
    return {
        "status": _ENDS[event.kind],
        "status_reason": event.facts.get("status_reason"),
        "ended_at": event.happened_at,
    }


def _united(before: Registration, name: str, more: frozenset[str], at: datetime) -> Parts:
    held = getattr(before, name) or frozenset()
    for change in before.changes:
        if change.field == name and change.since <= at and isinstance(change.value, frozenset):
            held = change.value
    return {"changes": _changed(before.changes, {name: held | more}, at)}


def _evidence(before: Registration, event: Event) -> Parts:
    said = event.facts["evidence"]
    more = said if isinstance(said, frozenset) else frozenset({str(said)})
    return _united(before, "evidence", more, event.happened_at)


def _bid_asked(before: Registration, event: Event) -> Parts:
    benefit = str(event.facts.get("benefit", SPECIAL_BID))
    return _united(before, "requested_benefits", frozenset({benefit}), event.happened_at)


def _bid_granted(before: Registration, event: Event) -> Parts:
    return {"changes": _changed(before.changes, {"special_pricing": True}, event.happened_at)}


def _nothing(_: Registration, __: Event) -> Parts:
    """Recorded for comparison; no rule reads it."""
    return {}


def _met(before: Registration, event: Event) -> Parts:
    name = str(event.facts["milestone"])
    if name in _SUPPLIED:
        return {name: event.happened_at}
    return {"attributes": {**before.attributes, name: event.happened_at}}


def _ordered(before: Registration, event: Event) -> Parts:
    return {"ordered_at": min(before.ordered_at or event.happened_at, event.happened_at)}


def _length(event: Event) -> Span | None:
    text = event.facts.get("length")
    return None if text is None else span(str(text))


def _asked(before: Registration, event: Event) -> Parts:
    asked = ExtensionRequest(asked_at=event.happened_at, length=_length(event))
    return {"extensions": (*before.extensions, asked)}


def _answered(before: Registration, event: Event, name: str) -> Parts:
    """The answer to the last request made before it; granted unasked, asked as it was granted."""
    at = event.happened_at
    asked = [each for each in before.extensions if each.asked_at <= at]
    open_ones = [each for each in asked if each.granted_at is None and each.refused_at is None]
    if not open_ones and name == "refused_at":
        return {}
    request = open_ones[-1] if open_ones else ExtensionRequest(asked_at=at)
    length = _length(event) or request.length
    answered = attrs.evolve(request, length=length, **{name: at})
    rest = tuple(each for each in before.extensions if each != request)
    return {"extensions": (*rest, answered)}


def _granted(before: Registration, event: Event) -> Parts:
    return _answered(before, event, "granted_at")


def _refused(before: Registration, event: Event) -> Parts:
    return _answered(before, event, "refused_at")


def _paused(before: Registration, waits_for: WaitsFor, at: datetime) -> tuple[Pause, ...]:
    if any(each.waits_for is waits_for and each.until is None for each in before.pauses):
        return before.pauses
    return (*before.pauses, Pause(waits_for=waits_for, since=at))


def _resumed(before: Registration, waits_for: WaitsFor, at: datetime) -> tuple[Pause, ...]:
    return tuple(
        attrs.evolve(each, until=max(at, each.since))
        if each.waits_for is waits_for and each.until is None
        else each
        for each in before.pauses
    )


def _waiting(before: Registration, event: Event) -> Parts:
    return {"pauses": _paused(before, WaitsFor.VENDOR, event.happened_at)}


def _answer(before: Registration, event: Event) -> Parts:
    return {"pauses": _resumed(before, WaitsFor.VENDOR, event.happened_at)}


_HANDLERS: Final[Mapping[EventKind, Callable[[Registration, Event], Parts]]] = {
    EventKind.COMPLETED: _completed,
    EventKind.AMENDED: _amended,
    EventKind.RETURNED: _returned,
    EventKind.RESUBMITTED: _resubmitted,
    EventKind.EVIDENCE_ADDED: _evidence,
    EventKind.APPROVED: _approved,
    EventKind.CONVERTED: _converted,
    EventKind.EXTENSION_ASKED: _asked,
    EventKind.EXTENSION_GRANTED: _granted,
    EventKind.EXTENSION_REFUSED: _refused,
    EventKind.MILESTONE_MET: _met,
    EventKind.WAITING_FOR_VENDOR: _waiting,
    EventKind.VENDOR_ANSWERED: _answer,
    EventKind.SPECIAL_BID_ASKED: _bid_asked,
    EventKind.SPECIAL_BID_GRANTED: _bid_granted,
    EventKind.SPECIAL_BID_REFUSED: _nothing,
    EventKind.ORDERED: _ordered,
}
"""What an event changes in a registration; those not listed end it."""
