"""The columns of a table of events, and the words real systems have for what happened. Data only.

How names are compared is in `columns.py`, how rows become events in `event_rows.py`.
"""

from typing import Final

from dealreg.facts.events import EventKind
from dealreg.facts.fields import FieldType
from dealreg.wire.known_columns import VERDICT, column

__all__ = ["EVENT", "EVENT_WORDS", "NEVER_STATED", "REQUIRED"]

_TEXT = FieldType.TEXT

EVENT: Final = (
    column(
        "event", "event_id", _TEXT, others="Event Number; Audit ID", stand_ins="Id; sys_id; Event"
    ),
    column(
        "event",
        "kind",
        _TEXT,
        others="Event Kind; Event Type; Event Name; Action; What Happened",
        stand_ins="Event; Type",
    ),
    column("event", "about", _TEXT, others="About Record; Record ID"),
    column(
        "event",
        "happened_at",
        FieldType.INSTANT,
        others="Happened; Happened On; Occurred At; Event Date; Event Time; Timestamp",
        stand_ins="Date; CreatedDate; Created; sys_created_on",
    ),
    column("event", "known_at", FieldType.INSTANT, others="Known; Recorded At; Received At"),
    column("event", "sequence", FieldType.INTEGER, others="Sequence Number; Arrival Number"),
    column("event", "source", _TEXT, others="Recorded In"),
    column("event", "benefit", _TEXT),
    column("event", "verdict", VERDICT, others="Decision; Ruling; Outcome"),
    column("event", "milestone", _TEXT, others="Milestone Name"),
    column("event", "length", _TEXT, others="Extension Length; Extended By"),
    column("event", "decided_by", _TEXT, others="Approver; Decision By"),
    column("event", "reason", _TEXT, others="Comments; Decision Reason"),
)
"""What every event may have; the fields that it states are columns beside these."""

REQUIRED: Final = ("kind", "happened_at")
"""What every event must have, beside whom it is about."""

NEVER_STATED: Final = frozenset(
    {"submitted_at", "completed_at", "approved_at", "last_submitted_at", "amended_at"}
    | {"ordered_at", "ended_at", "status", "status_detail", "changes", "asked_at"}
)
"""Columns of registrations that no event states: the events themselves say so."""

EVENT_WORDS: Final[dict[EventKind, tuple[str, ...]]] = {
    EventKind.SUBMITTED: ("registered", "filed", "received"),
    EventKind.AMENDED: ("changed", "updated", "edited", "modified"),
    EventKind.RETURNED: ("sent back", "action required", "more information needed"),
    EventKind.RESUBMITTED: ("submitted again",),
    EventKind.APPROVED: ("accepted", "passed"),
    EventKind.REJECTED: ("declined", "denied", "refused"),
    EventKind.WITHDRAWN: ("recalled",),
    EventKind.CANCELLED: ("canceled",),
    EventKind.EXTENSION_ASKED: ("extension requested",),
    EventKind.EXTENSION_GRANTED: ("extension approved", "extended"),
    EventKind.EXTENSION_REFUSED: ("extension rejected", "extension declined", "extension denied"),
    EventKind.MILESTONE_MET: ("milestone reached",),
    EventKind.SPECIAL_BID_ASKED: ("special pricing requested", "special bid requested"),
    EventKind.SPECIAL_BID_GRANTED: ("special pricing approved", "special bid approved"),
    EventKind.SPECIAL_BID_REFUSED: ("special pricing rejected", "special bid rejected"),
    EventKind.ORDERED: ("order placed",),
    EventKind.WON: ("closed won",),
    EventKind.LOST: ("closed lost",),
}
"""Words for kinds beside their own names; case, spaces and punctuation do not count."""
