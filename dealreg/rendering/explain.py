"""A decision explained to whoever asks: auditor, channel manager or partner."""

from typing import Any, Literal, TypeAlias, assert_never, overload

from dealreg.errors import UsageError, shown, suggestion
from dealreg.outcome.record import Record
from dealreg.rendering.auditor import Auditor
from dealreg.rendering.channel_manager import Manager
from dealreg.rendering.describe import Form, printed
from dealreg.rendering.document import Document
from dealreg.rendering.partner import letter_data, letter_document
from dealreg.rendering.redaction import letter
from dealreg.rendering.situation import Situation
from dealreg.rendering.words import Clock

__all__ = ["Audience", "explain"]

Audience: TypeAlias = Literal["auditor", "channel_manager", "partner"]

_AUDIENCES = ("auditor", "channel_manager", "partner")
_FORMS = ("text", "markdown", "dict")


@overload
def explain(
    record: Record,
    *,
    audience: Audience,
    registration_id: str | None = None,
    form: Form = "text",
    zone: str = "UTC",
) -> str: ...


@overload
def explain(
    record: Record,
    *,
    audience: Audience,
    registration_id: str | None = None,
    form: Literal["dict"],
    zone: str = "UTC",
) -> dict[str, Any]: ...


def explain(
    record: Record,
    *,
    audience: Audience,
    registration_id: str | None = None,
    form: Literal["text", "markdown", "dict"] = "text",
    zone: str = "UTC",
) -> str | dict[str, Any]:
    """A recorded decision in words, for one kind of reader.

    Args:
        record: the decision with what it came from, as `dealreg.record` makes it.
        audience: `auditor` gets everything, with the trace; `channel_manager` who holds what, who
            lost by how much, what a person must decide, and deadlocks; `partner` a letter about
            one of its registrations that shows nothing of anybody else's.
        registration_id: for a partner, which registration; for the others, if given, only the
            contests that it takes part in.
        form: plain text of about a hundred columns, Markdown, or a dict of plain data.
        zone: the IANA zone in which instants are shown; in a dict they are always ISO 8601 in UTC.

    Raises:
        UsageError: for an unknown audience, form or registration, or a partner without one.
        PolicyError: when there is no such zone.

    >>> from dealreg import Facts, Policy, Registration, contest, earliest, record
    >>> policy = Policy(programme="Example", contests=[
    ...     contest("protection", earliest("submitted_at"))])
    >>> facts = Facts(registrations=[
    ...     Registration(registration_id=name, partner_id=name, opportunity_id="O1",
    ...                  submitted_at=f"2026-03-01T{hour}:00Z")
    ...     for name, hour in [("A", "10"), ("B", "14")]])
    >>> past = record(policy, facts, at="2026-03-02T00:00Z")
    >>> told = explain(past, audience="partner", registration_id="B", form="dict")
    >>> told["benefits"][0]["sentences"][0]
    'Another registration was submitted 4 hours earlier than yours, and the earliest comes first.'
    """
    _asked(record, audience, registration_id, form)
    clock = Clock(zone)
    match audience:
        case "auditor":
            auditor = Auditor(Situation(record, registration_id), clock)
            return auditor.data() if form == "dict" else _print(auditor.document(), form)
        case "channel_manager":
            manager = Manager(Situation(record, registration_id), clock)
            return manager.data() if form == "dict" else _print(manager.document(), form)
        case "partner":
            assert registration_id is not None, "asked for above"
            told = letter(record, registration_id)
            if form == "dict":
                return letter_data(told, clock)
            return _print(letter_document(told, clock), form)
        case _:
            assert_never(audience)


def _print(document: Document, form: Form) -> str:
    return printed(document, form)


def _asked(record: object, audience: object, registration_id: object, form: object) -> None:
    if not isinstance(record, Record):
        raise UsageError(
            f"{shown(record)} is not a record of a decision",
            value=record,
            hint="make one with `dealreg.record(policy, facts, at=...)`",
        )
    if audience not in _AUDIENCES:
        raise UsageError(
            f"there is no audience {shown(audience)}",
            value=audience,
            hint=suggestion(audience, _AUDIENCES),
        )
    if form not in _FORMS:
        raise UsageError(
            f"there is no form {shown(form)}", value=form, hint=suggestion(form, _FORMS)
        )
    known = [each.registration_id for each in record.facts.registrations]
    if registration_id is None and audience == "partner":
        raise UsageError(
            "an explanation for a partner is about one registration, and none was named",
            hint="pass `registration_id=`",
        )
    if registration_id is not None and registration_id not in known:
        raise UsageError(
            f"the record has no registration {shown(registration_id)}",
            value=registration_id,
            hint=suggestion(registration_id, known),
        )
