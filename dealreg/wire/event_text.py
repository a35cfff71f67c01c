"""Events as rows in our own column names: for `csv.DictWriter`, a dataframe, or JSON Lines."""

import json
from collections.abc import Iterable, Iterator

from dealreg.facts.events import Event
from dealreg.wire.table_rows import cell_text

__all__ = ["event_row", "events_to_json_lines", "events_to_rows"]


def events_to_rows(events: Iterable[Event]) -> Iterator[dict[str, str]]:
    """Events, such as `history.events`, as rows of text in the columns that are read back.

    What is not stated has no cell. What was known from the beginning is written by
    `facts_to_rows(history.known, "partners")` and the like. A programme's own fields are read
    back with its vocabulary.

    Raises:
        FactsError: for a text that no cell can hold, such as `N/A` or one with a space around it.

    >>> event = Event(event_id="E1", kind="lost", about="R1", happened_at="2026-03-02T09:00Z")
    >>> list(events_to_rows([event]))
    [{'event_id': 'E1', 'kind': 'lost', 'about': 'R1', 'happened_at': '2026-03-02T09:00:00Z'}]
    """
    return map(event_row, events)


def events_to_json_lines(events: Iterable[Event]) -> Iterator[str]:
    """Events as JSON Lines, one at a time: `file.writelines(events_to_json_lines(events))`.

    The columns are those of `events_to_rows`; sets are lists.

    Raises:
        FactsError: as `events_to_rows`.

    >>> event = Event(event_id="E1", kind="lost", about="R1", happened_at="2026-03-02T09:00Z")
    >>> print(*events_to_json_lines([event]), end="")
    {"event_id": "E1", "kind": "lost", "about": "R1", "happened_at": "2026-03-02T09:00:00Z"}
    """
    for event in events:
        row: dict[str, object] = {**event_row(event)}
        sets = {name: sorted(v) for name, v in event.facts.items() if isinstance(v, frozenset)}
        yield json.dumps(row | sets, ensure_ascii=False) + "\n"


def event_row(event: Event) -> dict[str, str]:
    """One event as a row of text."""
    own: dict[str, object] = {
        "event_id": event.event_id,
        "kind": event.kind,
        "about": event.about,
        "happened_at": event.happened_at,
    }
    if event.known_at != event.happened_at:
        own["known_at"] = event.known_at
    if event.sequence is not None:
        own["sequence"] = event.sequence
    if event.source:
        own["source"] = event.source
    return {name: cell_text(value, name) for name, value in (own | dict(event.facts)).items()}
