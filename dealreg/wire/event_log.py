"""A log of events that is too large to hold, event by event."""

from collections.abc import Iterator
from functools import partial

import attrs

from dealreg.facts.events import Event
from dealreg.facts.vocabulary import Vocabulary
from dealreg.wire.amounts import Reading
from dealreg.wire.builder import Built
from dealreg.wire.columns import ColumnMapping, checked_mapping
from dealreg.wire.event_rows import EventBuilder, event_schema
from dealreg.wire.opening import Rows
from dealreg.wire.rejects import Column, Reject
from dealreg.wire.tables import Table, refuse_wrong_kinds

__all__ = ["EventLog", "read_events"]


class EventLog:
    """The events of one table, read one by one as it is iterated, once, in the order of the file.

    Attributes:
        file: how rejects name it.
    """

    def __init__(self, table: Table) -> None:
        self.file = table.file
        self._table = table

    @property
    def rows_read(self) -> int:
        """How many rows were read so far."""
        return self._table.rows_read

    def __iter__(self) -> Iterator[Event | tuple[Reject, ...]]:
        """For each row the event, or why it is not taken.

        Raises:
            UnreadableError: when the table breaks off, such as at a byte that is no text.
        """
        for item in self._table:
            if not isinstance(item, Built):
                yield item
            elif isinstance(item.record, Event):
                yield item.record

    def columns(self) -> tuple[Column, ...]:
        """What became of each column met so far, in the order they were met."""
        return self._table.columns()


def read_events(
    source: Rows,
    *,
    vocabulary: Vocabulary | None = None,
    zone: str | None = None,
    day_first: bool | None = None,
    currency: str | None = None,
    decimal_mark: str | None = None,
    mapping: ColumnMapping | None = None,
    encoding: str | None = None,
) -> EventLog:
    """The events of a log of any size, in the order of the file, and the rejects among them.

    Only the row at hand is held. Whatever takes more than one row to see (an event before its
    registration, one identifier with two contents) is found by `load_history`, and set aside by
    a replay.

    Args:
        source: a path, an open stream, rows as mappings, or a dataframe.
        vocabulary: as in `load_history`, and so are the others.
        zone: for times that state none.
        day_first: for dates that could be either.
        currency: for amounts that state none.
        decimal_mark: for amounts that could be either.
        mapping: what the table calls a column, to our field.
        encoding: of the file.

    Raises:
        UnreadableError: when the table cannot be read as a whole.
        UsageError: for a mapping or setting that does not exist.

    >>> rows = [{"kind": "Recalled", "about": "R1", "happened_at": "2026-03-02T09:00Z"},
    ...         {"kind": "Aproved", "about": "R1", "happened_at": "2026-03-03T09:00Z"}]
    >>> for item in read_events(rows):
    ...     print(item.kind if isinstance(item, Event) else item[0].reason)
    withdrawn
    `Aproved` is not a kind of event
    """
    words = vocabulary or Vocabulary()
    refuse_wrong_kinds(words, None)
    plain = event_schema(words)
    mapped = attrs.evolve(plain, mapping=checked_mapping(mapping, [plain]))
    reading = Reading(zone, day_first, currency, decimal_mark)
    builder = partial(EventBuilder, vocabulary=words)
    return EventLog(Table(source, mapped, reading, encoding, builder=builder))
