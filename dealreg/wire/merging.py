"""Rows that speak of the same thing: repeated, completing each other, or contradicting.

No rule here looks at the order of rows: where two rows cannot both be right, neither is taken.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import nsmallest
from itertools import islice
from typing import Any, Final, TypeAlias

import attrs

from dealreg.errors import shown
from dealreg.facts.case import Facts
from dealreg.facts.records import EndCustomer, Opportunity, Partner, Registration, Ruling
from dealreg.facts.values import FrozenMap, typed
from dealreg.wire.builder import About, Built, Main
from dealreg.wire.column_names import KINDS
from dealreg.wire.rejects import Reject

__all__ = ["Merged", "Names", "as_read", "listed_rows", "merge"]

Names: TypeAlias = Mapping[tuple[str, str], str]
"""What the registrations file calls an attribute, by record and attribute."""

_ABOUT: Final = {Partner: "partners", EndCustomer: "customers", Opportunity: "opportunities"}
_LISTED = 5

_Place: TypeAlias = tuple[type[Any], str, str]


@attrs.frozen(eq=False)
class Merged:
    """The facts that the rows agree on, why other rows are not taken, and the rows that are."""

    facts: Facts
    rejects: tuple[Reject, ...]
    rows: tuple[Built, ...]


def merge(built: Mapping[str, Sequence[Built]], names: Names) -> Merged:
    """What the rows of all tables say together."""
    rejects: list[Reject] = []
    kept: dict[str, list[Built]] = {}
    for kind in KINDS:
        clashing = list(_clashing(built.get(kind, ())))
        rejects += [reject for _, reject in clashing]
        out = {id(each) for each, _ in clashing}
        kept[kind] = [each for each in built.get(kind, ()) if id(each) not in out]
    masters = {
        (cls, _identifier(each.record)): each for cls, kind in _ABOUT.items() for each in kept[kind]
    }
    stated = _stated(kept["registrations"])
    contradicting = list(_contradicting(kept["registrations"], stated, masters, names))
    rejects += [reject for _, reject in contradicting]
    out = {id(each) for each, _ in contradicting}
    registrations = [each for each in kept["registrations"] if id(each) not in out]
    about = _completed(registrations, masters)
    facts = Facts(
        registrations=_records(Registration, registrations),
        partners=about[Partner],
        customers=about[EndCustomer],
        opportunities=about[Opportunity],
        rulings=_records(Ruling, kept["rulings"]),
    )
    taken = [each for kind in kept for each in kept[kind] if id(each) not in out]
    return Merged(facts, tuple(rejects), tuple(taken))


def _records(cls: type[Any], rows: Iterable[Built]) -> list[Any]:
    return [each.record for each in rows if isinstance(each.record, cls)]


def _identifier(record: object) -> str:
    return str(_key(record)[0])


def _key(record: object) -> tuple[object, ...]:
    match record:
        case Registration():
            return (record.registration_id,)
        case Partner():
            return (record.partner_id,)
        case EndCustomer():
            return (record.customer_id,)
        case Opportunity():
            return (record.opportunity_id,)
        case Ruling():
            return (record.registration_id, record.benefit, record.decided_at)
        case _:
            raise AssertionError(record)


def _clashing(rows: Sequence[Built]) -> Iterator[tuple[Built, Reject]]:
    """Rows that give one identifier two contents: all of them, whatever their order."""
    by_key: dict[tuple[object, ...], list[Built]] = {}
    for each in rows:
        by_key.setdefault(_key(each.record), []).append(each)
    for same in by_key.values():
        if len(same) > 1 and any(each.record != same[0].record for each in same):
            first = same[0].record
            differ = [
                attribute.name
                for attribute in attrs.fields(type(first))
                if any(
                    getattr(each.record, attribute.name) != getattr(first, attribute.name)
                    for each in same
                )
            ]
            for each in same:
                yield each, _clash(each, same, differ)


def _clash(row: Built, same: Sequence[Built], differ: Sequence[str]) -> Reject:
    identifier = _identifier(row.record)
    what = type(row.record).tag
    return Reject(
        row.file,
        row.row,
        attrs.fields(type(row.record))[0].name,
        identifier,
        f"{listed_rows(same, row)} too about {what} {shown(identifier)}, and they differ in "
        + ", ".join(differ),
        "keep one of them, or give them different identifiers; none of them was taken",
        as_read(row.record),
    )


def listed_rows(rows: Sequence[Built], but: Built) -> str:
    """The other rows of several, as the beginning of a sentence."""
    others = [str(each.row) for each in islice(rows, _LISTED + 1) if each is not but][:_LISTED]
    count = len(rows) - 1
    if count == 1:
        return f"row {others[0]} is"
    listed = ", ".join(others)
    more = f" and {count - _LISTED} more" if count > _LISTED else ""
    return f"rows {listed}{more} are"


def as_read(record: Main) -> FrozenMap:
    """The fields of a row as they were read, where its cells are no longer at hand."""
    held = {a.name: getattr(record, a.name) for a in attrs.fields(type(record))}
    return FrozenMap(
        {name: str(value) for name, value in held.items() if value is not None and value != ()}
    )


def _facts_of(record: About) -> Iterator[tuple[str, object]]:
    """What a record says, apart from its identifier and its changes."""
    for attribute in attrs.fields(type(record))[1:]:
        value = getattr(record, attribute.name)
        if attribute.name == "attributes":
            yield from value.items()
        elif attribute.name != "changes" and value is not None:
            yield attribute.name, value


def _stated(rows: Iterable[Built]) -> dict[_Place, dict[object, list[Built]]]:
    """For every fact that registrations repeat of others: its values, and some rows of each."""
    found: dict[_Place, dict[object, list[Built]]] = {}
    for row in rows:
        for about in row.about:
            for name, value in _facts_of(about):
                place = (type(about), _identifier(about), name)
                of_value = found.setdefault(place, {}).setdefault(typed(value), [])
                if len(of_value) <= _LISTED:
                    of_value.append(row)
    return found


def _contradicting(
    rows: Iterable[Built],
    stated: Mapping[_Place, Mapping[object, Sequence[Built]]],
    masters: Mapping[tuple[type[Any], str], Built],
    names: Names,
) -> Iterator[tuple[Built, Reject]]:
    first = {place: _first_two(values) for place, values in stated.items()}
    for row in rows:
        for about in row.about:
            identifier = _identifier(about)
            master = masters.get((type(about), identifier))
            for name, value in _facts_of(about):
                against = _against(first[type(about), identifier, name], value, master, name)
                if against:
                    what = f"{type(about).tag} {shown(identifier)}"
                    yield row, _contradiction(row, name, value, f"{what}: {against}", about, names)


_Stated: TypeAlias = tuple[object, Sequence[Built]]


def _first_two(values: Mapping[object, Sequence[Built]]) -> list[_Stated]:
    """The two values that are stated first: one of them is another than any one."""
    return nsmallest(2, values.items(), key=lambda pair: min(row.row for row in pair[1]))


def _against(first: Sequence[_Stated], value: object, master: Built | None, name: str) -> str:
    """What contradicts a value; empty when nothing does."""
    if master is not None:
        known = _known(master.record, name)
        if known and typed(value) in [typed(each) for each in known]:
            return ""
        if known:
            return f"row {master.row} of {master.file} says {_said(known[0])}"
    others = [(other, rows) for other, rows in first if other != typed(value)]
    if not others:
        return ""
    other, rows = others[0]
    listed = ", ".join(str(row.row) for row in rows[:_LISTED])
    said: Any = other
    return f"row {listed} says {_said(said[1])}"


def _known(record: object, name: str) -> list[object]:
    """The values a record gives a field, over time; none when it leaves it open."""
    held: Any = record
    changed = [change.value for change in held.changes if change.field == name]
    base = held.attributes.get(name, getattr(held, name, None))
    return [value for value in (base, *changed) if value is not None]


def _said(value: object) -> str:
    if isinstance(value, (frozenset, tuple)):
        items = [item[1] if isinstance(item, tuple) else item for item in value]
        return shown(", ".join(sorted(map(str, items))))
    return shown(str(value))


def _contradiction(
    row: Built, name: str, value: object, against: str, about: About, names: Names
) -> Reject:
    column = names.get((type(about).tag, name), name)
    return Reject(
        row.file,
        row.row,
        column,
        str(sorted(value) if isinstance(value, frozenset) else value)[:200],
        f"{against}, and this row {_said(value)}",
        f"correct one of them, or leave the column out: mapping={{{column!r}: None}}",
        as_read(row.record),
    )


def _completed(
    rows: Iterable[Built], masters: Mapping[tuple[type[Any], str], Built]
) -> dict[type[Any], list[Any]]:
    """The records of partners, customers and opportunities, with what registrations add."""
    merged: dict[tuple[type[Any], str], Any] = {
        place: master.record for place, master in masters.items()
    }
    for row in rows:
        for about in row.about:
            place = (type(about), _identifier(about))
            held = merged.get(place)
            merged[place] = about if held is None or held == about else _joined(held, about)
    return {cls: [record for (kind, _), record in merged.items() if kind is cls] for cls in _ABOUT}


def _joined(held: Any, more: Any) -> Any:
    added: dict[str, object] = {}
    attributes = dict(held.attributes)
    for name, value in _facts_of(more):
        if _known(held, name):
            continue
        if name in more.attributes:
            attributes[name] = value
        else:
            added[name] = value
    return attrs.evolve(held, attributes=attributes, **added)
