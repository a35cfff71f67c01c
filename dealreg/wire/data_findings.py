"""What somebody should look at in data that was taken: nothing here keeps a row out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import ClassVar, Final

import attrs

from dealreg.errors import shown
from dealreg.facts.events import Event, takes_effect
from dealreg.facts.fields import FieldType
from dealreg.facts.histories import History
from dealreg.facts.records import ENDED, Registration
from dealreg.wire.builder import Built
from dealreg.wire.cells import single
from dealreg.wire.columns import Target
from dealreg.wire.moments import states_no_time
from dealreg.wire.rejects import Column, Reject

__all__ = [
    "DataFinding",
    "DatesAlone",
    "LoadedHistory",
    "Met",
    "end_unknown",
    "no_conflict_key",
    "same_instant",
]

_FIRST: Final = 5


@attrs.frozen
class DataFinding:
    """Something in the data that somebody should look at, counted over all rows that have it.

    Attributes:
        code: `UNKNOWN_VALUE`, `CORRECTED`, `NO_TIME`, `END_UNKNOWN`, `NO_CONFLICT_KEY` or
            `SAME_INSTANT`.
        field: the field it is about.
        value: the value, where it is about one.
        count: how many rows have it.
        rows: the first few of them.
        message: what it is, one lower-case sentence.
        hint: what to do about it.
        file: the file the rows are in; empty when they are in several.
    """

    tag: ClassVar[str] = "data_finding"

    code: str
    field: str
    value: str
    count: int
    rows: tuple[int, ...]
    message: str
    hint: str = ""
    file: str = ""


@attrs.frozen
class LoadedHistory:
    """A history read from tables. Every row is either in `history` or in `rejects`.

    Attributes:
        history: what the good rows say.
        rejects: why the other rows were not taken, in the order of files and rows.
        findings: what somebody should look at, and keeps no row out.
        rows_read: how many rows there were, blank ones not counted.
        rows_rejected: how many of them were not taken.
        columns: what each column was read as.
        ignored_columns: the names of the columns nothing was read from, sorted.
    """

    tag: ClassVar[str] = "loaded_history"

    history: History
    rejects: tuple[Reject, ...] = ()
    findings: tuple[DataFinding, ...] = ()
    rows_read: int = 0
    rows_rejected: int = 0
    columns: tuple[Column, ...] = ()
    ignored_columns: tuple[str, ...] = ()


class Met:
    """How many rows have something, and the first of them."""

    def __init__(self) -> None:
        self.count = 0
        self.rows: tuple[int, ...] = ()
        self._last = 0

    def add(self, row: int) -> None:
        """One more row; a row twice counts once."""
        if row != self._last:
            self.count += 1
            self._last = row
            if self.count <= _FIRST:
                self.rows += (row,)


class DatesAlone:
    """The columns of instants in which cells state a date and no time."""

    def __init__(self, zone: str | None) -> None:
        self._zone = zone
        self._met: dict[tuple[str, str], Met] = {}

    def watch(self, file: str, row: int, target: Target, cell: object) -> None:
        """Take note of one cell that was read."""
        if target.column.cell == FieldType.INSTANT and states_no_time(single(cell)):
            self._met.setdefault((file, target.column.field), Met()).add(row)

    def findings(self) -> Iterator[DataFinding]:
        """One finding for each column."""
        for (file, field), met in sorted(self._met.items(), key=itemgetter(0)):
            yield DataFinding(
                "NO_TIME",
                field,
                "",
                met.count,
                met.rows,
                f"dates of `{field}` state no time, and are read as the start of their day in "
                f"{shown(self._zone or '')}",
                "give the time of day where it decides: of one day, nothing else is the first",
                file,
            )


def _registrations(rows: Iterable[Built]) -> Iterator[tuple[Built, Registration]]:
    for row in rows:
        if isinstance(row.record, Registration):
            yield row, row.record


def end_unknown(rows: Sequence[Built]) -> Iterator[DataFinding]:
    """Registrations that have ended at an instant that nobody states, by status."""
    ended: dict[str, list[Built]] = {}
    for row, record in _registrations(rows):
        if record.status in ENDED and record.ended_at is None:
            ended.setdefault(record.status.value, []).append(row)
    for status, found in sorted(ended.items()):
        yield _finding(
            "END_UNKNOWN",
            "ended_at",
            status,
            [(each.file, each.row) for each in found],
            f"registrations that are {shown(status)} do not say since when, and count as going on",
            "give the `ended_at`, or the event that ended them",
        )


Submission = tuple[Event, str, int]
"""An event `submitted`, with its file and row."""


def no_conflict_key(submissions: Iterable[Submission]) -> Iterator[DataFinding]:
    """Registrations that name neither a customer nor an opportunity."""
    bare = [
        (file, row)
        for event, file, row in submissions
        if not {"customer_id", "opportunity_id"} & event.facts.keys()
    ]
    if bare:
        yield _finding(
            "NO_CONFLICT_KEY",
            "customer_id",
            "",
            bare,
            "registrations name neither a customer nor an opportunity, and conflict with none",
            "give the `customer_id` or the `opportunity_id`",
        )


def same_instant(submissions: Iterable[Submission]) -> Iterator[DataFinding]:
    """Registrations for one opportunity, or one customer, of which none came first."""
    groups: dict[tuple[str, object, object], list[Submission]] = {}
    for each in submissions:
        event = each[0]
        name = "opportunity_id" if "opportunity_id" in event.facts else "customer_id"
        if name in event.facts and event.sequence is None:
            place = (name, event.facts[name], takes_effect(event))
            groups.setdefault(place, []).append(each)
    for name in ("opportunity_id", "customer_id"):
        tied = {
            place: group
            for place, group in groups.items()
            if place[0] == name and len({event.about for event, _, _ in group}) > 1
        }
        if tied:
            yield _tied(name, tied)


def _tied(
    name: str, tied: Mapping[tuple[str, object, object], Sequence[Submission]]
) -> DataFinding:
    per_value = Counter({str(place[1]): 0 for place in tied})
    for place, group in tied.items():
        per_value[str(place[1])] += len(group)
    most = min(per_value, key=lambda value: (-per_value[value], value))
    return _finding(
        "SAME_INSTANT",
        name,
        most,
        [(file, row) for group in tied.values() for _, file, row in group],
        f"registrations became known at the same instant as another with the same `{name}`, most "
        f"of them for {shown(most)}, and none of them is the first",
        "give the time of day, or a `sequence`",
    )


def _finding(
    code: str, field: str, value: str, rows: Sequence[tuple[str, int]], message: str, hint: str
) -> DataFinding:
    ordered = sorted(set(rows))
    files = {file for file, _ in ordered}
    return DataFinding(
        code,
        field,
        value,
        len(ordered),
        tuple(row for _, row in ordered[:_FIRST]),
        message,
        hint,
        files.pop() if len(files) == 1 else "",
    )
