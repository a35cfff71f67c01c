"""One row of a table of events to the event it states, or to everything that is wrong with it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import attrs

from dealreg.errors import DealregError, FactsError, UsageError, shown, suggestion
from dealreg.facts.events import EVENT_RULES, Event, EventKind
from dealreg.facts.fields import FieldType, Subject
from dealreg.facts.instants import iso
from dealreg.facts.records import EndCustomer, Opportunity, Partner, Registration
from dealreg.facts.values import FrozenMap, Value, span
from dealreg.facts.vocabulary import Vocabulary
from dealreg.wire.amounts import Reading
from dealreg.wire.builder import Builder, Built, Problems
from dealreg.wire.column_names import KINDS
from dealreg.wire.columns import Plan, Schema, schema
from dealreg.wire.event_columns import EVENT, EVENT_WORDS, NEVER_STATED, REQUIRED
from dealreg.wire.known_columns import CURRENCY, KnownColumn
from dealreg.wire.rejects import Reject
from dealreg.wire.rows import Row

__all__ = ["EventBuilder", "event_schema", "read_event_kind"]

_IDENTIFIERS: Final = {subject: f"{subject}_id" for subject in Subject}
_HOMES: Final = ("about", *_IDENTIFIERS.values())
_OWN: Final = frozenset({"event_id", "kind", "about", "happened_at", "known_at"} | {"sequence"})
_RECORDS: Final[Mapping[Subject, type[Any]]] = {
    Subject.REGISTRATION: Registration,
    Subject.PARTNER: Partner,
    Subject.CUSTOMER: EndCustomer,
    Subject.OPPORTUNITY: Opportunity,
}
_NOT_FACTS: Final = frozenset({"changes", "attributes", "extensions", "pauses"})


def _form(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


_BY_FORM: Final = {
    **{_form(word): kind for kind, words in EVENT_WORDS.items() for word in words},
    **{_form(kind.value): kind for kind in EventKind},
}


def read_event_kind(text: str) -> EventKind:
    """The kind that a word means; case, spaces and punctuation do not count.

    Raises:
        FactsError: for a word that is no kind of event.

    >>> read_event_kind("Extension Granted"), read_event_kind("Recalled")
    (<EventKind.EXTENSION_GRANTED: 'extension_granted'>, <EventKind.WITHDRAWN: 'withdrawn'>)
    """
    found = _BY_FORM.get(_form(text))
    if found is not None:
        return found
    words = [*EventKind, *(word for words in EVENT_WORDS.values() for word in words)]
    raise FactsError(
        f"{shown(text)} is not a kind of event",
        value=text,
        hint=suggestion(text.strip().casefold().replace(" ", "_"), map(str, words)),
    )


def _fact_columns() -> dict[str, KnownColumn]:
    """The columns of facts, each once; in a table of events nothing stands in for them."""
    found: dict[str, KnownColumn] = {}
    for kind in ("registrations", "partners", "customers", "opportunities"):
        for known in KINDS[kind]:
            is_fact = known.cell == CURRENCY or known.field == known.attribute
            if is_fact and known.field not in NEVER_STATED:
                plain = attrs.evolve(known, required=False, stand_ins=())
                found.setdefault(known.field, plain)
    return found


def event_schema(vocabulary: Vocabulary) -> Schema:
    """The columns that a table of events can have."""
    own = {known.field for known in EVENT}
    facts = [known for name, known in _fact_columns().items() if name not in own]
    plain = schema("events", vocabulary, {}, (*EVENT, *facts))
    fields = {
        name: attrs.evolve(
            target,
            declared=False,
            column=attrs.evolve(target.column, record="event", required=name in REQUIRED),
        )
        for name, target in plain.fields.items()
    }
    return attrs.evolve(plain, fields=fields)


_REPEATED: Final = ("partner_id", "opportunity_id", "customer_id")
"""Logs repeat these in every row of a registration: it is enough that they do not contradict."""


class EventBuilder(Builder):
    """Reads the rows of one table of events."""

    def __init__(
        self, schema: Schema, reading: Reading, file: str, vocabulary: Vocabulary | None = None
    ) -> None:
        super().__init__(schema, reading, file)
        self._vocabulary = vocabulary or Vocabulary()
        self._stated = {subject: self._supplied(subject) for subject in Subject}

    def _planned(self, columns: "list[tuple[str, str]]") -> Plan:
        plan = super()._planned(columns)
        if any(target.column.field in _HOMES for target in plan.targets):
            return plan
        return attrs.evolve(plan, missing=(*plan.missing, "about"))

    def _supplied(self, subject: Subject) -> frozenset[str]:
        """The names of all that can be stated of a record, apart from its identifier."""
        declared = {
            field.name
            for field in self._vocabulary.fields
            if field.subject is subject and field.derived is None
        }
        own = {attribute.name for attribute in attrs.fields(_RECORDS[subject])}
        apart = NEVER_STATED | _NOT_FACTS | {_IDENTIFIERS[subject], "status_reason"}
        return frozenset(own | declared) - apart

    def _records(
        self, row: Row, values: dict[str, dict[str, object]], problems: Problems
    ) -> Built | tuple[Reject, ...]:
        own = values.get("event", {})
        columns = {target.column.field: target.key for target in self.plan_of(row).targets}
        try:
            kind = read_event_kind(str(own["kind"]))
        except FactsError as wrong:
            problems.add_error(columns["kind"], own["kind"], wrong)
            return tuple(problems.rejects)
        about = _about(kind, own, columns, problems)
        facts = self._facts(kind, own, columns, problems)
        _check_instants(own, columns, problems)
        if problems.rejects or about is None:
            return tuple(problems.rejects)
        try:
            event = _event(kind, about, own, facts, f"{self.file}:{row.number}")
        except DealregError as wrong:
            problems.add_error("", None, wrong)
            return tuple(problems.rejects)
        repeated: dict[str, Value] = {
            name: str(own[name])
            for name in _REPEATED
            if name in own and EVENT_RULES[kind].subject is Subject.REGISTRATION
        }
        return Built(self.file, row.number, event, repeated=FrozenMap(repeated))

    def _facts(
        self,
        kind: EventKind,
        own: Mapping[str, object],
        columns: Mapping[str, str],
        problems: Problems,
    ) -> dict[str, object]:
        rule = EVENT_RULES[kind]
        registered = rule.subject is Subject.REGISTRATION
        apart = _OWN | {_IDENTIFIERS[rule.subject], "source"}
        allowed = {*rule.needs, *rule.may}
        if rule.fields:
            allowed |= self._stated[rule.subject]
        if rule.fields and kind is not EventKind.SUBMITTED:
            allowed -= {"partner_id"}
        facts: dict[str, object] = {}
        for column, value in own.items():
            name = _reason(column, allowed, own)
            if name in allowed:
                facts[name] = value
            elif column not in apart and not (registered and column in _REPEATED):
                _refuse(kind, column, value, columns, allowed, problems)
        for name in rule.needs:
            if name not in facts:
                reason = f"an event `{kind}` must state `{name}`, and it is empty"
                problems.add(columns.get(name, ""), None, reason, f"add the `{name}`")
        self._check_milestone(facts, columns, problems)
        _check_length(facts, columns, problems)
        return facts

    def _check_milestone(
        self, facts: Mapping[str, object], columns: Mapping[str, str], problems: Problems
    ) -> None:
        name = facts.get("milestone")
        if name is None:
            return
        instants = {
            each: field.subject
            for each in self._vocabulary.names()
            if (field := self._vocabulary.get(each)) is not None
            and field.type is FieldType.INSTANT
            and field.derived is None
        }
        if instants.get(str(name)) is not Subject.REGISTRATION:
            known = [each for each, subject in instants.items() if subject is Subject.REGISTRATION]
            reason = f"the milestone {shown(name)} is not an instant field of a registration"
            problems.add(columns["milestone"], name, reason, suggestion(name, known))


def _check_length(
    facts: Mapping[str, object], columns: Mapping[str, str], problems: Problems
) -> None:
    if "length" in facts:
        try:
            span(str(facts["length"]))
        except UsageError as wrong:
            problems.add_error(columns["length"], facts["length"], wrong)


def _reason(name: str, allowed: "set[str]", own: Mapping[str, object]) -> str:
    """A ruling has a `reason`, a status a `status_reason`: one column serves for both."""
    for column, other in (("reason", "status_reason"), ("status_reason", "reason")):
        if name == column and column not in allowed and other in allowed and other not in own:
            return other
    return name


def _refuse(
    kind: EventKind,
    name: str,
    value: object,
    columns: Mapping[str, str],
    allowed: "set[str]",
    problems: Problems,
) -> None:
    may = ", ".join(f"`{each}`" for each in sorted(allowed)[:8]) or "nothing"
    hint = f"empty the cell; it states facts of a {EVENT_RULES[kind].subject}"
    if not EVENT_RULES[kind].fields:
        hint = f"empty the cell; it states {may}"
    problems.add(columns[name], value, f"an event `{kind}` does not state `{name}`", hint)


def _about(
    kind: EventKind,
    own: Mapping[str, object],
    columns: Mapping[str, str],
    problems: Problems,
) -> str | None:
    home = _IDENTIFIERS[EVENT_RULES[kind].subject]
    stated = {name: str(own[name]) for name in ("about", home) if name in own}
    if not stated:
        reason = f"the row does not say which {EVENT_RULES[kind].subject} it is about"
        column = columns.get("about", columns.get(home, ""))
        problems.add(column, None, reason, f"give it as `about` or `{home}`")
        return None
    if len(set(stated.values())) > 1:
        reason = f"`about` is {shown(stated['about'])} and `{home}` {shown(stated[home])}"
        problems.add(columns["about"], stated["about"], reason, "keep the one that is right")
        return None
    return next(iter(stated.values()))


def _check_instants(
    own: Mapping[str, object], columns: Mapping[str, str], problems: Problems
) -> None:
    happened, known = own["happened_at"], own.get("known_at")
    if isinstance(happened, datetime) and isinstance(known, datetime) and known < happened:
        problems.add(
            columns["known_at"],
            iso(known),
            f"it was known at {shown(iso(known))}, before it happened, {shown(iso(happened))}",
            "correct whichever is wrong; a date without a time is the start of its day",
        )


def _event(
    kind: EventKind,
    about: str,
    own: Mapping[str, Any],
    facts: Mapping[str, Any],
    place: str,
) -> Event:
    more = {name: own[name] for name in ("known_at", "sequence") if name in own}
    return Event(
        event_id=own.get("event_id", place),
        kind=kind,
        about=about,
        happened_at=own["happened_at"],
        source=own.get("source", ""),
        facts=facts,
        **more,
    )
