"""What somebody should look at in data that was taken: nothing here keeps a row out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar, Final

import attrs

from dealreg.errors import DealregError, UsageError, shown, suggestion
from dealreg.facts.events import Event, takes_effect
from dealreg.facts.histories import History
from dealreg.facts.records import ENDED, Registration
from dealreg.wire.amounts import Reading
from dealreg.wire.builder import Built
from dealreg.wire.cells import read_cell
from dealreg.wire.columns import Plan, Target
from dealreg.wire.rejects import Column, Reject
from dealreg.wire.rows import Row

__all__ = [
    "Catalogue",
    "DataFinding",
    "LoadedHistory",
    "end_unknown",
    "no_conflict_key",
    "same_instant",
]

_FIRST: Final = 5


@attrs.frozen
class DataFinding:
    """Something in the data that somebody should look at, counted over all rows that have it.

    Attributes:
        code: `UNKNOWN_VALUE`, `END_UNKNOWN`, `NO_CONFLICT_KEY` or `SAME_INSTANT`.
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


def _form(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


class Catalogue:
    """The values that some fields should have, and those met that they should not.

    It looks at every row that is read, whether it is taken or not: a name that is wrong in the
    source is wrong there in either case.
    """

    def __init__(
        self,
        catalogue: Mapping[str, Iterable[str]] | None,
        fields: Iterable[str],
        reading: Reading,
    ) -> None:
        self._reading = reading
        self._values = {
            name: _texts_of(name, values) for name, values in _mapping(catalogue).items()
        }
        self._met: dict[tuple[str, str, str], list[int]] = {}
        known = sorted(set(fields))
        for name in self._values:
            if name not in known:
                raise UsageError(
                    f"catalogue names {shown(name)}, and there is no such field",
                    value=name,
                    hint=suggestion(name, known),
                )

    def look(self, file: str, row: Row, plan: Plan) -> None:
        """Take note of the values of one row that are not in the catalogue."""
        if not self._values:
            return
        for target in plan.targets:
            known = self._values.get(target.column.field)
            if known is None:
                continue
            for text in self._texts(row.cells[target.key], target):
                if text not in known:
                    place = (file, target.column.field, text)
                    self._met.setdefault(place, []).append(row.number)

    def _texts(self, cell: object, target: Target) -> frozenset[str]:
        try:
            value = read_cell(target.column.cell, cell, self._reading, target.levels)
        except (DealregError, ValueError):
            return frozenset()  # the row is a reject, with the reason
        if value is None:
            return frozenset()
        return value if isinstance(value, frozenset) else frozenset({str(value)})

    def findings(self) -> Iterator[DataFinding]:
        """One finding for each value, the commonest first."""
        for (file, name, text), rows in sorted(
            self._met.items(), key=lambda item: (-len(item[1]), item[0])
        ):
            known = self._values[name]
            same = sorted(each for each in known if _form(each) == _form(text))
            yield DataFinding(
                "UNKNOWN_VALUE",
                name,
                text,
                len(rows),
                tuple(sorted(rows)[:_FIRST]),
                f"{shown(text)} is not in the catalogue of `{name}`",
                f"did you mean {shown(same[0])}?" if same else suggestion(text, known),
                file,
            )


def _mapping(catalogue: object) -> Mapping[str, Iterable[str]]:
    if catalogue is None:
        return {}
    if not isinstance(catalogue, Mapping):
        raise UsageError(
            f"catalogue={shown(catalogue)} does not map fields to their values",
            value=catalogue,
            hint='write catalogue={"products": ["GTX Pro"]}',
        )
    return catalogue


def _texts_of(name: str, values: object) -> frozenset[str]:
    texts = list(values) if isinstance(values, Iterable) and not isinstance(values, str) else [None]
    if not all(isinstance(each, str) for each in texts):
        raise UsageError(
            f"the catalogue of {shown(name)} is not a list of texts",
            value=values,
            hint='write catalogue={"products": ["GTX Pro"]}',
        )
    return frozenset(str(each) for each in texts)


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
