"""The facts of a test case: rows as tables have them, and what stands in where they say nothing.

Rows are read as `load_facts` reads those of a table. Keys are our own names of the columns, of
which the endings `_id` and `_at` may be left out; nothing else is taken, so that no fact of a case
is left aside because its name was misspelt.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import attrs

from dealreg.errors import FactsError, shown, suggestion
from dealreg.facts.case import Facts
from dealreg.facts.fields import FieldType
from dealreg.facts.holdings import Holding
from dealreg.facts.vocabulary import Vocabulary
from dealreg.wire.amounts import Reading
from dealreg.wire.cells import read_cell
from dealreg.wire.columns import Target, schema
from dealreg.wire.tables import load_facts
from dealreg.wire.toml_tables import Problems, Table

__all__ = [
    "DEAL",
    "IDENTIFIED_BY",
    "CaseRow",
    "Settings",
    "case_facts",
    "completed",
    "holding_rows",
    "instant_of",
    "named_rows",
    "number_of",
    "replaced",
]

DEAL: Final = "deal"
"""The opportunity that the registrations of a case claim, where they state none."""

_ENDINGS: Final = ("_id", "_at")
_ZONE: Final = "state the zone, as in Z or +01:00, or for all cases, above them, as in zone = "
_CURRENCY: Final = "write it as in 50000 EUR, or for all cases, above them, as in currency = "
_HINTS: Final = (
    ("pass zone= with the zone of the export, as in zone=", _ZONE),
    ("pass currency=, as in currency=", _CURRENCY),
    (", or add a currency column", ""),
    ('pass decimal_mark="." or decimal_mark=","', "write it without separators, as in 50000 EUR"),
    ("pass day_first=True or day_first=False for the whole file", "write it as in 2026-03-01"),
    ("add it, or map a column to it", "add it"),
)


@attrs.frozen
class Settings:
    """How the rows of a file are read: by whose vocabulary, in which zone and currency."""

    vocabulary: Vocabulary
    zone: str | None = None
    currency: str | None = None

    def reading(self) -> Reading:
        """The same, for single cells."""
        return Reading(self.zone, None, self.currency, None)


@attrs.frozen
class CaseRow:
    """One row by our own names, and where it and each of its values is written."""

    values: Mapping[str, Any]
    place: str
    places: Mapping[str, str]

    def of(self, name: str) -> str:
        """Where a value is written; the row, where it states none."""
        return self.places.get(name, self.place)

    def over(self, usual: "CaseRow") -> "CaseRow":
        """This row, completed by what another says of every row."""
        values = {**usual.values, **self.values}
        return CaseRow(values, self.place, {**usual.places, **self.places})


def replaced(shared: Sequence[CaseRow], own: Sequence[CaseRow], key: str) -> list[CaseRow]:
    """The rows that all cases share, and a case's own, which replace those of the same key."""
    stated = {row.values.get(key) for row in own}
    return [*(row for row in shared if row.values.get(key) not in stated), *own]


def named_rows(tables: Iterable[Table], kind: str, settings: Settings) -> list[CaseRow]:
    """The rows of some tables by our own names; a name that is not known is noted."""
    known = schema(kind, settings.vocabulary, {}).fields
    return [_named(table, kind, known) for table in tables]


def _named(table: Table, kind: str, known: Mapping[str, Target]) -> CaseRow:
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    for key, value in table.data.items():
        name = _own_name(key, kind, known)
        if name is None:
            short = {field.removesuffix(end) for field in known for end in _ENDINGS}
            what = "an opportunity" if kind == "opportunities" else f"a {kind.removesuffix('s')}"
            message = f"there is no {shown(key)} of {what}"
            table.wrong(key, message, suggestion(key, {*short, *known}))
        elif name in values:
            table.wrong(key, f"`{name}` is stated twice", "keep one of the two")
        elif known[name].column.cell == FieldType.TEXT_SET and _runs_on(value):
            hint = f"write a list: {[text.strip() for text in value.split(',')]}".replace("'", '"')
            table.wrong(key, f"{shown(value)} would be one text with a comma in it", hint)
        else:
            values[name], places[name] = value, table.at(key)
    return CaseRow(values, table.place, places)


def _runs_on(value: object) -> bool:
    """Whether a text was meant to be several: names have commas, and lists have them too."""
    return isinstance(value, str) and "," in value and not any(each in value for each in ";|[\n")


def _own_name(key: str, kind: str, known: Mapping[str, object]) -> str | None:
    if key == "id":
        return IDENTIFIED_BY[kind]
    found = (name for name in (key, *(f"{key}{ending}" for ending in _ENDINGS)) if name in known)
    return next(found, None)


IDENTIFIED_BY: Final = {
    "registrations": "registration_id",
    "partners": "partner_id",
    "customers": "customer_id",
    "opportunities": "opportunity_id",
    "rulings": "registration_id",
}
"""What tells the rows of each kind apart."""


def case_facts(
    rows: Mapping[str, Sequence[CaseRow]],
    holdings: Iterable[Holding],
    settings: Settings,
    problems: Problems,
) -> Facts:
    """The facts that rows state; what is wrong with them is noted where it is written."""
    given = {kind: list(each) for kind, each in rows.items() if each}
    tables: dict[str, Any] = {
        kind: [dict(row.values) for row in each] for kind, each in given.items()
    }
    loaded = load_facts(
        **tables,
        vocabulary=settings.vocabulary,
        zone=settings.zone,
        currency=settings.currency,
    )
    for reject in loaded.rejects:
        row = given[reject.file.strip("<>")][reject.row - 1]
        problems.add(row.of(reject.column), reject.reason, reject.value, _hint(reject.hint))
    return attrs.evolve(loaded.facts, holdings=tuple(holdings))


def _hint(text: str) -> str:
    for theirs, ours in _HINTS:
        text = text.replace(theirs, ours)
    return text


def completed(rows: Sequence[CaseRow]) -> list[CaseRow]:
    """The registrations with what stands in where they say nothing of it."""
    made = []
    for number, row in enumerate(rows, start=1):
        values = {
            "registration_id": f"R{number}",
            "partner_id": f"P{number}",
            "opportunity_id": DEAL,
        }
        made.append(row.over(CaseRow(values, row.place, {})))
    return made


def holding_rows(tables: Iterable[Table], settings: Settings) -> tuple[Holding, ...]:
    """What was awarded before: each a registration, a benefit, since when, and on which terms."""
    return tuple(made for table in tables if (made := _holding(table, settings)) is not None)


def instant_of(table: Table, key: str, settings: Settings) -> datetime | None:
    """The instant that a key states, as a date, an instant or a text; None where it states none."""
    value = table.take(key)
    try:
        found = read_cell("instant", value, settings.reading())
    except FactsError as wrong:
        table.wrong(key, wrong.message, _hint(wrong.hint))
        return None
    assert found is None or isinstance(found, datetime), "an instant was asked for"
    return found


def number_of(table: Table, key: str) -> Fraction | None:
    """The exact number that a key states; None where it states none."""
    value = table.take(key)
    try:
        if isinstance(value, (int, str, Decimal)) and not isinstance(value, bool):
            return Fraction(value)
    except (ValueError, ZeroDivisionError, OverflowError):
        value = str(value)
    if value is not None:
        hint = 'write it as in `15`, `"12.5"` or `"1/3"`'
        table.wrong(key, f"{shown(value)} is not a number", hint)
    return None


def _holding(table: Table, settings: Settings) -> Holding | None:
    registration = table.needed("registration", "R", 'registration = "R1"')
    benefit = table.needed("benefit", "benefit", 'benefit = "protection"')
    if not table.has("since"):
        table.missing("since", 'since = "2026-03-01T09:00Z"')
    since, until = (instant_of(table, key, settings) for key in ("since", "until"))
    line = table.optional_text("line")
    place = table.whole("place", 1)
    label = table.text("label")
    percent, share = (number_of(table, key) for key in ("percent", "share"))
    table.close()
    if since is None:
        return None
    return table.made(
        lambda: Holding(
            registration_id=registration,
            benefit=benefit,
            line=line,
            since=since,
            until=until,
            place=place,
            label=label,
            percent=percent,
            share=Fraction(1) if share is None else share,
        )
    )
