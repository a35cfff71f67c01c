"""Which column of a table means which field: names compared, mapped, and never guessed at."""

import re
from collections.abc import Iterable, Mapping, Sequence

import attrs

from dealreg.errors import UnreadableError, UsageError, shown, suggestion
from dealreg.facts.core_fields import CORE
from dealreg.facts.fields import Field, FieldType
from dealreg.facts.vocabulary import Vocabulary
from dealreg.wire.column_names import KINDS
from dealreg.wire.known_columns import CURRENCY, KnownColumn
from dealreg.wire.rejects import Column

__all__ = ["ColumnMapping", "Plan", "Schema", "Target", "checked_mapping", "normal", "schema"]

ColumnMapping = Mapping[str, str | None]
"""What the caller says of columns: their name to our field, or None to leave a column out."""

_CUSTOM = re.compile(r"__[cr](?![a-z0-9])|^u_", re.IGNORECASE)
_NUMBERED = re.compile(r"\d+$")
_ABOUT = {"partner": "partner_id", "customer": "customer_id", "opportunity": "opportunity_id"}


def normal(name: str) -> str:
    """The form in which names are compared: case, spaces and punctuation do not count.

    Nor do the `__c` of a Salesforce custom field and the `u_` of a ServiceNow one.

    >>> normal("Submitted Date") == normal("SubmittedDate") == normal("u_submitted_date__c")
    True
    """
    return "".join(c for c in _CUSTOM.sub("", name.strip()).casefold() if c.isalnum())


@attrs.frozen
class Target:
    """A column of a table, and what is read from it.

    Attributes:
        key: what the rows of the table call the column.
        column: what is known of the field it is read as.
        levels: the levels of an ordinal field.
        declared: whether it is a field the programme declares itself.
    """

    key: str
    column: KnownColumn
    levels: tuple[str, ...] = ()
    declared: bool = False


@attrs.frozen
class Plan:
    """How the rows with one set of columns are read.

    Attributes:
        targets: the columns that are read.
        used: what became of every column.
        clashes: fields that two or more columns claim, with those columns.
        missing: required fields that no column gives.
    """

    targets: tuple[Target, ...]
    used: tuple[Column, ...]
    clashes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    missing: tuple[str, ...] = ()

    def refuse_gaps(self, file: str, columns: Iterable[str]) -> None:
        """Raise UnreadableError if a table with these columns cannot be read at all."""
        for field, names in self.clashes:
            quoted = " and ".join(shown(name) for name in names)
            raise UnreadableError(
                f"the columns {quoted} both mean `{field}`",
                place=file,
                value=names,
                hint=f"say which one counts: mapping={{{names[0]!r}: {field!r}}}",
            )
        if self.missing:
            fields = ", ".join(f"`{field}`" for field in self.missing)
            have = ", ".join(shown(name) for name in list(columns)[:12])
            raise UnreadableError(
                f"there is no column for {fields}; the columns are {have}",
                place=file,
                value=self.missing,
                hint=f"say which column it is: mapping={{'<their column>': {self.missing[0]!r}}}",
            )


@attrs.frozen
class Schema:
    """Every column that one kind of table can have, with the caller's mapping applied."""

    kind: str
    fields: Mapping[str, Target]
    by_name: Mapping[str, str]
    mapping: Mapping[str, str | None]

    def plan(self, columns: Sequence[tuple[str, str]]) -> Plan:
        """How to read rows with these columns, each given as its key and its name."""
        claims, notes = self._claims(columns)
        clashes = tuple(
            (field, tuple(name for _, name in claimed))
            for field, claimed in sorted(claims.items())
            if len(claimed) > 1 and not self._numbered(field, claimed)
        )
        self._let_stand_in(columns, claims, notes)
        self._drop_homeless(claims, notes)
        targets = tuple(
            attrs.evolve(self.fields[field], key=key)
            for field, claimed in claims.items()
            for key, _ in claimed
        )
        fields = {target.key: target.column.field for target in targets}
        used = tuple(
            Column("", name, fields.get(key, ""), notes.get(key, "")) for key, name in columns
        )
        missing = tuple(
            field
            for field, target in self.fields.items()
            if target.column.required and field not in claims
        )
        return Plan(targets, used, clashes, missing)

    def _claims(
        self, columns: Sequence[tuple[str, str]]
    ) -> tuple[dict[str, list[tuple[str, str]]], dict[str, str]]:
        stated: dict[str, list[tuple[str, str]]] = {}
        named: dict[str, list[tuple[str, str]]] = {}
        notes: dict[str, str] = {}
        for key, name in columns:
            form = normal(name)
            if form in self.mapping:
                field = self.mapping[form]
                if field is None:
                    notes[key] = "left out by mapping"
                elif field in self.fields:
                    stated.setdefault(field, []).append((key, name))
            elif found := self.by_name.get(form) or self.by_name.get(_NUMBERED.sub("#", form)):
                named.setdefault(found, []).append((key, name))
        for field in stated.keys() & named.keys():
            for key, _ in named.pop(field):
                notes[key] = f"mapping names another column for `{field}`"
        claims = {**stated, **named}
        return {field: claims[field] for field in self.fields if field in claims}, notes

    def _numbered(self, field: str, claimed: list[tuple[str, str]]) -> bool:
        column = self.fields[field].column
        forms = {normal(name) for _, name in claimed}
        return (
            column.cell == FieldType.TEXT_SET
            and len(forms) == len(claimed)
            and all(_NUMBERED.sub("#", form) in self.by_name for form in forms)
            and not forms & self.by_name.keys()
        )

    def _let_stand_in(
        self,
        columns: Sequence[tuple[str, str]],
        claims: dict[str, list[tuple[str, str]]],
        notes: dict[str, str],
    ) -> None:
        by_form = {normal(name): (key, name) for key, name in reversed(columns)}
        for field, target in self.fields.items():
            if field in claims:
                continue
            for stand_in in target.column.stand_ins:
                form = normal(stand_in)
                if form in by_form and form not in self.mapping:
                    key, name = by_form[form]
                    for other in list(claims):
                        claims[other] = [claim for claim in claims[other] if claim[0] != key]
                        if not claims[other]:
                            del claims[other]
                    claims[field] = [(key, name)]
                    notes[key] = f"stands in for `{field}`, which no column gives"
                    break

    def _drop_homeless(
        self, claims: dict[str, list[tuple[str, str]]], notes: dict[str, str]
    ) -> None:
        for field in list(claims):
            column = self.fields[field].column
            note = ""
            home = _ABOUT.get(column.record)
            if home is not None and home not in claims and self.kind == "registrations":
                note = f"no column gives `{home}`, so the table does not say whose it is"
            elif column.cell == CURRENCY and column.attribute not in claims:
                note = f"no column gives `{column.attribute}`"
            if note:
                for key, _ in claims.pop(field):
                    notes[key] = note


def schema(
    kind: str,
    vocabulary: Vocabulary,
    mapping: ColumnMapping,
    columns: Sequence[KnownColumn] | None = None,
) -> Schema:
    """The schema of one kind of table; a mapping to fields of other kinds is left to those."""
    known_columns = KINDS[kind] if columns is None else columns
    fields: dict[str, Target] = {}
    for known in known_columns:
        declared = vocabulary.get(known.attribute)
        levels = declared.levels if declared is not None else ()
        fields[known.field] = Target("", known, levels)
    records = {known.record for known in known_columns}
    for field in vocabulary.fields:
        if field.derived is None and str(field.subject) in records and _own(field):
            fields.update(_declared(field))
    by_name: dict[str, str] = {}
    for target in fields.values():
        for name in target.column.names():
            form = normal(name.replace("#", "")) + ("#" if "#" in name else "")
            by_name.setdefault(form, target.column.field)
    by_name.update({normal(field): field for field in fields})  # our own names come first
    return Schema(kind, fields, by_name, dict(mapping))


_CORE_TYPES = {field.name: field.type for field in CORE}


def _own(field: Field) -> bool:
    return _CORE_TYPES.get(field.name) is not field.type


def _declared(field: Field) -> dict[str, Target]:
    column = KnownColumn(field.name, str(field.subject), field.name, str(field.type))
    found = {field.name: Target("", column, field.levels, declared=True)}
    if field.type is FieldType.MONEY:
        name = f"{field.name}_currency"
        money = KnownColumn(name, str(field.subject), field.name, CURRENCY)
        found[name] = Target("", money, declared=True)
    return found


def checked_mapping(mapping: ColumnMapping | None, schemas: Iterable[Schema]) -> ColumnMapping:
    """The mapping with names in the form they are compared in.

    Raises:
        UsageError: when a field does not exist, or one column is mapped twice.
    """
    known = sorted({field for each in schemas for field in each.fields})
    found: dict[str, str | None] = {}
    if mapping is not None and not isinstance(mapping, Mapping):
        raise UsageError(
            f"mapping={shown(mapping)} does not map columns to fields",
            value=mapping,
            hint="write mapping={'Their Column': 'our_field'}",
        )
    for name, field in (mapping or {}).items():
        if not all(isinstance(each, str) for each in (name, field or "")):
            raise UsageError(
                f"{shown(name)}: {shown(field)} is not a mapping of a column to a field",
                value=field,
                hint="write mapping={'Their Column': 'our_field'}, or None to leave a column out",
            )
        if field is not None and field not in known:
            raise UsageError(
                f"mapping names {shown(field)}, and there is no such field",
                value=field,
                hint=suggestion(field, known),
            )
        form = normal(name)
        if form in found:
            raise UsageError(f"mapping names the column {shown(name)} twice", value=name)
        found[form] = field
    return found
