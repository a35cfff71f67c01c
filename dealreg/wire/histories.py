"""Histories from the files people have: events, registrations with dates, or both."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Final

import attrs

from dealreg.errors import UsageError
from dealreg.facts.case import Facts
from dealreg.facts.events import EVENT_RULES, Event, EventKind
from dealreg.facts.histories import History, history_of
from dealreg.facts.records import Partner, Registration, Ruling
from dealreg.facts.vocabulary import Vocabulary
from dealreg.wire.amounts import Reading
from dealreg.wire.builder import Built
from dealreg.wire.columns import ColumnMapping, Schema, schema
from dealreg.wire.data_findings import (
    Catalogue,
    LoadedHistory,
    end_unknown,
    no_conflict_key,
    same_instant,
)
from dealreg.wire.event_checks import Told, sound
from dealreg.wire.event_rows import EventBuilder, event_schema
from dealreg.wire.merging import merge
from dealreg.wire.tables import Reader, Rows, refuse_wrong_kinds

__all__ = ["load_history"]

_EVENTS: Final = "events"


def load_history(
    *,
    events: Rows | None = None,
    registrations: Rows | None = None,
    partners: Rows | None = None,
    customers: Rows | None = None,
    opportunities: Rows | None = None,
    rulings: Rows | None = None,
    vocabulary: Vocabulary | None = None,
    zone: str | None = None,
    day_first: bool | None = None,
    currency: str | None = None,
    decimal_mark: str | None = None,
    mapping: ColumnMapping | None = None,
    encoding: str | None = None,
    catalogue: Mapping[str, Iterable[str]] | None = None,
    progress: Callable[[int], object] | None = None,
) -> LoadedHistory:
    """A history from tables: one row per event, registrations with their dates, or both.

    Every row is in the history or in the rejects, never in neither. Which of them does not depend
    on the order of the rows. The columns and words read are in `docs/reference/tables.md`.

    Args:
        events: one row for each thing that happened: a path, an open stream, or rows as mappings,
            as for the others.
        registrations: one row for each registration, with its dates.
        partners: the partners; with it, a registration of a partner it lacks is rejected.
        customers: the end customers.
        opportunities: the opportunities that registrations claim.
        rulings: what people decided.
        vocabulary: as in `load_facts`, and so are those that follow.
        zone: for times that state none.
        day_first: for dates that could be either.
        currency: for amounts that state none.
        decimal_mark: for amounts that could be either.
        mapping: what the tables call a column, to our field; or to None, to leave it out.
        encoding: of the files.
        catalogue: the values that fields should have, such as `{"products": ["GTX Pro"]}`.
            Others are found, and not rejected.
        progress: called with the number of rows read so far.

    Raises:
        UnreadableError: when a table cannot be read as a whole.
        UsageError: for settings that do not exist, or a mapping of a column no table has.

    >>> loaded = load_history(events=[
    ...     {"kind": "Submitted", "about": "R1", "partner_id": "P1", "at": "2026-03-01T09:00Z"},
    ...     {"kind": "Approved", "about": "R7", "at": "2026-03-02T09:00Z"},
    ... ], mapping={"at": "happened_at"})
    >>> [(each.kind.value, each.about) for each in loaded.history.events]
    [('submitted', 'R1')]
    >>> loaded.rejects[0].row, loaded.rejects[0].reason
    (2, 'no row that was taken submits the registration `R7`')
    """
    given = {
        _EVENTS: events,
        "registrations": registrations,
        "partners": partners,
        "customers": customers,
        "opportunities": opportunities,
        "rulings": rulings,
    }
    sources = {kind: source for kind, source in given.items() if source is not None}
    if events is None and registrations is None:
        raise UsageError("there is no table of events or registrations", hint="give one of them")
    words = vocabulary or Vocabulary()
    refuse_wrong_kinds(words, progress)
    schemas = {kind: _schema(kind, words) for kind in sources}
    reading = Reading(zone, day_first, currency, decimal_mark)
    fields = (name for each in schemas.values() for name in each.fields)
    listed = Catalogue(catalogue, fields, reading)
    builders = {_EVENTS: partial(EventBuilder, vocabulary=words)}
    reader = Reader(reading, encoding, progress, builders=builders, look=listed.look)
    reader.read(sources, schemas, mapping)
    return _loaded(reader, listed)


def _schema(kind: str, vocabulary: Vocabulary) -> Schema:
    return event_schema(vocabulary) if kind == _EVENTS else schema(kind, vocabulary, {})


def _loaded(reader: Reader, listed: Catalogue) -> LoadedHistory:
    merged = merge(reader.built, reader.names.get("registrations", {}))
    rows = [*reader.built.get(_EVENTS, ()), *merged.rows]
    told = [each for row in rows for each in _told(row, reader)]
    left, more = sound(told, _partners(reader))
    gone = {id(each.row) for each in told} - {id(each.row) for each in left}
    taken = [row for row in rows if id(row) not in gone]
    known = attrs.evolve(merged.facts, registrations=(), rulings=(), holdings=())
    submissions = [
        (each.event, *each.place) for each in left if each.event.kind is EventKind.SUBMITTED
    ]
    return LoadedHistory(
        history=History(known=known, events=[each.event for each in left]),
        rejects=reader.in_order([*reader.rejects, *merged.rejects, *more]),
        findings=(
            *listed.findings(),
            *end_unknown(taken),
            *no_conflict_key(submissions),
            *same_instant(submissions),
        ),
        rows_read=reader.rows,
        rows_rejected=reader.rows - len(taken),
        columns=tuple(reader.columns),
        ignored_columns=reader.ignored(),
    )


def _told(row: Built, reader: Reader) -> Iterator[Told]:
    """The events of a row, with what its file calls the columns."""
    events: tuple[Event, ...]
    match row.record:
        case Event():
            kind, record, events = _EVENTS, "event", (row.record,)
        case Registration():
            kind, record = "registrations", "registration"
            events = history_of(Facts(registrations=[row.record])).events
        case Ruling():
            kind, record = "rulings", "ruling"
            events = history_of(Facts(rulings=[row.record])).events
        case _:
            return
    names = {name: key for (of, name), key in reader.names[kind].items() if of == record}
    for event in events:
        home = f"{EVENT_RULES[event.kind].subject}_id"
        yield Told(event, row, {"about": names.get(home, ""), **names})


def _partners(reader: Reader) -> frozenset[str] | None:
    """The partners that their table has; None when there is no table of partners."""
    if "partners" not in reader.built:
        return None
    return frozenset(
        row.record.partner_id for row in reader.built["partners"] if isinstance(row.record, Partner)
    )
