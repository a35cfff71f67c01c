"""Events that cannot all be right together: which rows are not taken, and why.

No rule here looks at the order of rows: where two rows cannot both be right, neither is taken.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

import attrs

from dealreg.errors import shown
from dealreg.facts.events import EVENT_RULES, Event, EventKind
from dealreg.facts.fields import Subject
from dealreg.facts.instants import iso
from dealreg.facts.values import FrozenMap
from dealreg.wire.builder import Built
from dealreg.wire.event_text import event_row
from dealreg.wire.merging import as_read
from dealreg.wire.rejects import Reject

__all__ = ["Told", "sound"]

_LISTED: Final = 5
_NOT_ONE_EVENT: Final = (
    "keep one of them, or give them different identifiers; none of them was taken"
)
_NOT_ONE_START: Final = (
    "make the later one `resubmitted`, or give it its own identifier; none of them was taken"
)


@attrs.frozen(eq=False)
class Told:
    """An event, the row that states it, and what its file calls the columns."""

    event: Event
    row: Built
    columns: Mapping[str, str]

    @property
    def place(self) -> tuple[str, int]:
        """The file and row."""
        return self.row.file, self.row.row

    def reject(self, name: str, value: str, reason: str, hint: str) -> Reject:
        """Why the row is not taken."""
        record = self.row.record
        cells = FrozenMap(event_row(record)) if isinstance(record, Event) else as_read(record)
        column = self.columns.get(name, name if not isinstance(record, Event) else "")
        return Reject(self.row.file, self.row.row, column, value, reason, hint, cells)


Check: TypeAlias = Callable[[Sequence[Told]], Iterator[tuple[Told, Reject]]]


def sound(
    told: Sequence[Told], partners: Collection[str] | None
) -> tuple[list[Told], list[Reject]]:
    """The events of the rows that can be right together, and why the other rows are not taken.

    A row that is not taken takes all its events with it. `partners` are those that are known;
    None when no table says who is.
    """
    left, rejects = list(told), list[Reject]()
    checks: list[Check] = [_two_contents, _submitted_twice]
    if partners is not None:
        checks.append(lambda left: _unknown_partner(left, partners))
    for check in (*checks, _before_submission, _never_submitted, _contradicting):
        found = list(check(left))
        told_once = {id(each.row): reject for each, reject in reversed(found)}
        rejects += told_once.values()
        left = [each for each in left if id(each.row) not in told_once]
    return left, rejects


def _places(same: Sequence[Told]) -> list[tuple[str, int]]:
    """The places of several events, in their order."""
    return sorted({each.place for each in same})


def _others(told: Told, places: Sequence[tuple[str, int]]) -> str:
    """The places of several events but its own, as the beginning of a sentence."""
    others = [each for each in places[: _LISTED + 1] if each != told.place][:_LISTED]
    listed = ", ".join(
        str(row) if file == told.row.file else f"{row} of {file}" for file, row in others
    )
    count = len(places) - 1
    more = f" and {count - _LISTED} more" if count > _LISTED else ""
    return f"row {listed}" if count == 1 else f"rows {listed}{more}"


def _two_contents(told: Sequence[Told]) -> Iterator[tuple[Told, Reject]]:
    by_id: dict[str, list[Told]] = {}
    for each in told:
        by_id.setdefault(each.event.event_id, []).append(each)
    for name, same in by_id.items():
        if any(each.event != same[0].event for each in same):
            places = _places(same)
            for each in same:
                yield (
                    each,
                    each.reject(
                        "event_id",
                        name,
                        f"{_others(each, places)} gives the event {shown(name)} another content",
                        _NOT_ONE_EVENT,
                    ),
                )


def _submissions(told: Sequence[Told]) -> dict[str, list[Told]]:
    found: dict[str, list[Told]] = {}
    for each in told:
        if each.event.kind is EventKind.SUBMITTED:
            found.setdefault(each.event.about, []).append(each)
    return found


def _submitted_twice(told: Sequence[Told]) -> Iterator[tuple[Told, Reject]]:
    for name, same in _submissions(told).items():
        if any(each.event != same[0].event for each in same):
            places = _places(same)
            for each in same:
                yield (
                    each,
                    each.reject(
                        "about",
                        name,
                        f"{_others(each, places)} submits {shown(name)} too",
                        _NOT_ONE_START,
                    ),
                )


def _unknown_partner(
    told: Sequence[Told], partners: Collection[str]
) -> Iterator[tuple[Told, Reject]]:
    for each in told:
        column, partner = "partner_id", each.event.facts.get("partner_id")
        if each.event.kind is EventKind.PARTNER_CHANGED:
            column, partner = "about", each.event.about
        if partner is not None and partner not in partners:
            yield (
                each,
                each.reject(
                    column,
                    str(partner),
                    f"no row of the partners that was taken is about {shown(str(partner))}",
                    "add the partner, or correct the identifier",
                ),
            )


def _before_submission(told: Sequence[Told]) -> Iterator[tuple[Told, Reject]]:
    submitted = _submissions(told)
    for each in told:
        first = submitted.get(each.event.about)
        if not first or not _of_registration(each.event):
            continue
        at, start = each.event.happened_at, first[0].event.happened_at
        if at < start:
            yield (
                each,
                each.reject(
                    "happened_at",
                    iso(at),
                    f"{shown(iso(at))} is before the registration was submitted, "
                    f"{shown(iso(start))}",
                    "correct whichever is wrong; a date without a time is the start of its day",
                ),
            )


def _of_registration(event: Event) -> bool:
    return EVENT_RULES[event.kind].subject is Subject.REGISTRATION


def _contradicting(told: Sequence[Told]) -> Iterator[tuple[Told, Reject]]:
    """Rows that say otherwise than the submission whose or of which deal a registration is."""
    submitted = {e.event.about: e.event for e in told if e.event.kind is EventKind.SUBMITTED}
    moved = {
        (each.event.about, name)
        for each in told
        if each.event.kind is not EventKind.SUBMITTED
        for name in each.event.facts
    }
    for each in told:
        first = submitted.get(each.event.about)
        for name, value in each.row.repeated.items():
            known = None if first is None else first.facts.get(name)
            if known is None or known == value or (each.event.about, name) in moved:
                continue
            yield (
                each,
                each.reject(
                    name,
                    str(value),
                    f"the registration {shown(each.event.about)} was submitted with "
                    f"{shown(str(known))}, and this row says {shown(str(value))}",
                    "correct whichever of the two is wrong, or empty the cell",
                ),
            )


def _never_submitted(told: Sequence[Told]) -> Iterator[tuple[Told, Reject]]:
    submitted = _submissions(told)
    for each in told:
        if _of_registration(each.event) and each.event.about not in submitted:
            name = each.event.about
            yield (
                each,
                each.reject(
                    "about",
                    name,
                    f"no row that was taken submits the registration {shown(name)}",
                    "add the event `submitted`, or correct the identifier",
                ),
            )
