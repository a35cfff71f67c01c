"""Events as rows in our own column names, for `csv.DictWriter` or a dataframe."""

from dealreg.facts.events import Event
from dealreg.facts.histories import History
from dealreg.wire.table_rows import cell_text

__all__ = ["event_row", "history_rows"]


def history_rows(history: History) -> list[dict[str, str]]:
    """The events of a history as rows of text, in the columns that `load_history` reads back.

    What is not stated has no cell. What was known from the beginning is written by
    `facts_to_rows(history.known, "partners")` and the like. A programme's own fields are read
    back with its vocabulary.

    Raises:
        FactsError: for a text that no cell can hold, such as `N/A` or one with a space around it.

    >>> event = Event(event_id="E1", kind="lost", about="R1", happened_at="2026-03-02T09:00Z")
    >>> history_rows(History(events=[event]))
    [{'event_id': 'E1', 'kind': 'lost', 'about': 'R1', 'happened_at': '2026-03-02T09:00:00Z'}]
    """
    return [event_row(event) for event in history.events]


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
