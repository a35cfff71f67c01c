"""One row of a table to the records it states, or to everything that is wrong with it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

import attrs

from dealreg.errors import DealregError, FactsError, shown, suggestion
from dealreg.facts.events import Event
from dealreg.facts.records import Change, EndCustomer, Opportunity, Partner, Registration, Ruling
from dealreg.facts.values import FrozenMap
from dealreg.wire.amounts import Reading, read_money
from dealreg.wire.cells import Bad, is_unknown, read_cell, single
from dealreg.wire.columns import Plan, Schema, Target
from dealreg.wire.known_columns import CHANGES, CURRENCY, STATUS, STATUS_DETAIL
from dealreg.wire.rejects import Reject
from dealreg.wire.rows import BadRow, Row
from dealreg.wire.statuses import read_status

__all__ = ["About", "Builder", "Built", "Main", "Problems", "row_text"]

About: TypeAlias = Partner | EndCustomer | Opportunity
Main: TypeAlias = Registration | Partner | EndCustomer | Opportunity | Ruling | Event

_CLASSES: Final[Mapping[str, type[Any]]] = {
    "registration": Registration,
    "partner": Partner,
    "customer": EndCustomer,
    "opportunity": Opportunity,
    "ruling": Ruling,
}
_MAIN: Final = {
    "registrations": "registration",
    "partners": "partner",
    "customers": "customer",
    "opportunities": "opportunity",
    "rulings": "ruling",
}
_OPPORTUNITY_TYPES = {"netnewbusiness": "net_new", "flatrenewal": "renewal"}
_LATER = ("completed_at", "approved_at", "last_submitted_at", "ended_at")
_SHOWN = 200
_KEPT = 1000


@attrs.frozen
class Built:
    """What one good row states: its record or event, and what it says of those that this names."""

    file: str
    row: int
    record: Main
    about: tuple[About, ...] = ()
    repeated: FrozenMap = FrozenMap()
    """What an event repeats of its registration: whose it is, and of which deal."""


class Problems:
    """The rejects of one row as they are found."""

    def __init__(self, file: str, row: Row) -> None:
        self.file, self.row = file, row
        self.rejects: list[Reject] = []

    def add(self, column: str, value: object, reason: str, hint: str) -> None:
        """One more thing that is wrong with the row."""
        text = "" if value is None else _cell_text(value)[:_SHOWN]
        record = row_text(self.row.cells)
        self.rejects.append(Reject(self.file, self.row.number, column, text, reason, hint, record))

    def add_error(self, column: str, value: object, wrong: DealregError) -> None:
        """As `add`, with what an error says."""
        self.add(column, value, wrong.message, wrong.hint)


def _cell_text(value: object) -> str:
    if isinstance(value, str):
        text = value
    elif isinstance(value, int) and value.bit_length() > _KEPT:
        text = shown(value)
    elif isinstance(value, Bad):
        text = value.text
    else:
        text = str(value)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def row_text(cells: Mapping[str, object]) -> FrozenMap:
    """The cells of a row as text, long ones cut, unknown ones left out."""
    return FrozenMap(
        {
            _cell_text(name)[:_SHOWN]: _cell_text(value)[:_KEPT]
            for name, value in cells.items()
            if not is_unknown(value)
        }
    )


class Builder:
    """Reads the rows of one table by its schema."""

    def __init__(self, schema: Schema, reading: Reading, file: str) -> None:
        self.schema, self.reading, self.file = schema, reading, file
        self._plans: dict[tuple[str, ...], Plan] = {}
        self._fixed: Plan | None = None
        self._same: dict[About, About] = {}

    def fix(self, header: tuple[tuple[str, str], ...]) -> None:
        """Take one header for all rows.

        Raises:
            UnreadableError: when columns clash, or a required one is missing.
        """
        self._fixed = self._planned(list(header))
        self._fixed.refuse_gaps(self.file, [name for _, name in header])

    def plans(self) -> list[Plan]:
        """How rows were read so far: one plan for every set of columns met."""
        return [self._fixed] if self._fixed else list(self._plans.values())

    def build(self, row: Row | BadRow) -> Built | tuple[Reject, ...]:
        """The records of a row, or why it is not taken."""
        if isinstance(row, BadRow):
            text = row.text.rstrip("\r\n")
            record, value = row_text({"": text}), _cell_text(text)[:_SHOWN]
            return (Reject(self.file, row.number, "", value, row.reason, row.hint, record),)
        problems = Problems(self.file, row)
        plan = self.plan_of(row)
        for field, names in plan.clashes:
            quoted = " and ".join(shown(name) for name in names)
            hint = f"say which one counts: mapping={{{names[0]!r}: {field!r}}}"
            problems.add(names[0], row.cells[names[0]], f"{quoted} both mean `{field}`", hint)
        for field in plan.missing:
            problems.add("", None, f"the row has no `{field}`", "add it, or map a column to it")
        values = {} if plan.clashes else self._values(row, plan, problems)
        if problems.rejects:
            return tuple(problems.rejects)
        return self._records(row, values, problems)

    def plan_of(self, row: Row) -> Plan:
        """How this row is read."""
        if self._fixed is not None:
            return self._fixed
        keys = tuple(row.cells)
        if keys not in self._plans:
            self._plans[keys] = self._planned([(key, key) for key in keys])
        return self._plans[keys]

    def _planned(self, columns: list[tuple[str, str]]) -> Plan:
        return self.schema.plan(columns)

    def _values(self, row: Row, plan: Plan, problems: Problems) -> dict[str, dict[str, object]]:
        values: dict[str, dict[str, object]] = {}
        special: dict[str, Target] = {}
        for target in plan.targets:
            column = target.column
            if column.cell in (STATUS, STATUS_DETAIL, CURRENCY):
                special[column.field] = target
                continue
            try:
                value = self._cell(row, target, plan)
            except DealregError as wrong:
                problems.add_error(target.key, row.cells[target.key], wrong)
                continue
            if value is not None:
                _put(values, target, value)
            elif column.required:
                problems.add(target.key, None, f"`{column.field}` is empty", "every row needs one")
        self._put_status(row, special, values, problems)
        return values

    def _cell(self, row: Row, target: Target, plan: Plan) -> object:
        value, column = row.cells[target.key], target.column
        if column.cell == CHANGES:
            return self._changes(value, column.record)
        if column.cell == "money":
            return self._amount(row, target, plan)
        found = read_cell(column.cell, value, self.reading, target.levels)
        return _tidy(column.attribute, found)

    def _amount(self, row: Row, target: Target, plan: Plan) -> object:
        value, attribute = single(row.cells[target.key]), target.column.attribute
        if is_unknown(value):
            return None
        stated: str | None = None
        for other in plan.targets:
            if other.column.cell == CURRENCY and other.column.attribute == attribute:
                text = read_cell("text", row.cells[other.key], self.reading)
                stated = None if text is None else str(text)
        return read_money(value, stated, self.reading)

    def _put_status(
        self,
        row: Row,
        special: Mapping[str, Target],
        values: dict[str, dict[str, object]],
        problems: Problems,
    ) -> None:
        texts: dict[str, str | None] = {STATUS: None, STATUS_DETAIL: None}
        at = ""
        for field in (STATUS_DETAIL, STATUS):
            target = special.get(field)
            if target is None:
                continue
            at = target.key
            try:
                text = read_cell("text", row.cells[target.key], self.reading)
                texts[field] = None if text is None else str(text)
            except DealregError as wrong:
                problems.add_error(target.key, row.cells[target.key], wrong)
                return
        if not at:
            return
        try:
            status, reason = read_status(texts[STATUS], texts[STATUS_DETAIL])
        except FactsError as wrong:
            problems.add_error(at, row.cells[at], wrong)
            return
        own = values.setdefault("registration", {})
        own["status"] = status
        if reason is not None:
            own.setdefault("status_reason", reason)

    def _changes(self, value: object, record: str) -> object:
        if is_unknown(value):
            return None
        items: object = value
        if isinstance(value, str):
            try:
                items = json.loads(value, parse_float=str)
            except (ValueError, RecursionError):
                items = None
        if not isinstance(items, (list, tuple)):
            raise FactsError(
                f"{shown(value)} is not a list of changes",
                value=value,
                hint='write [{"field": "tier", "value": "gold", "since": "2026-03-01T09:00Z"}]',
            )
        return tuple(self._change(item, record) for item in items)

    def _change(self, item: object, record: str) -> Change:
        if not isinstance(item, Mapping) or not {"field", "since"} <= item.keys():
            raise FactsError(
                f"{shown(item)} is not a change", value=item, hint="give field, value and since"
            )
        names = {
            target.column.attribute: target
            for target in self.schema.fields.values()
            if target.column.record == record and target.column.cell not in (CHANGES, CURRENCY)
        }
        target = names.get(str(item["field"]))
        if target is None:
            raise FactsError(
                f"{shown(item['field'])} is not a field of a {record}",
                value=item["field"],
                hint=suggestion(item["field"], names),
            )
        cell = "text" if target.column.cell in (STATUS, STATUS_DETAIL) else target.column.cell
        value = read_cell(cell, item.get("value"), self.reading, target.levels)
        since = read_cell("instant", item["since"], self.reading)
        return Change(target.column.attribute, value, since)  # type: ignore[arg-type]

    def _records(
        self, row: Row, values: dict[str, dict[str, object]], problems: Problems
    ) -> Built | tuple[Reject, ...]:
        main = _MAIN[self.schema.kind]
        own = values.pop(main, {})
        about: list[About] = []
        for record, stated in values.items():
            identifier = own.get(f"{record}_id")
            if identifier is None:
                problems.add(
                    "",
                    None,
                    f"the row has facts of a {record} and no `{record}_id`",
                    f"give the `{record}_id`, or leave out {', '.join(sorted(stated))}",
                )
                continue
            about.append(_CLASSES[record](**{f"{record}_id": identifier, **stated}))
        try:
            made = _CLASSES[main](**own)
        except DealregError as wrong:
            problems.add_error("", None, wrong)
        else:
            if isinstance(made, Registration):
                _check_order(made, problems)
        if problems.rejects:
            return tuple(problems.rejects)
        shared = tuple(self._same.setdefault(each, each) for each in about)
        return Built(self.file, row.number, made, shared)


def _put(values: dict[str, dict[str, object]], target: Target, value: object) -> None:
    own = values.setdefault(target.column.record, {})
    if target.declared:
        kept: Any = own.setdefault("attributes", {})
        kept[target.column.attribute] = value
    elif target.column.attribute in own:  # columns with numbers, read as one set
        held: Any = own[target.column.attribute]
        own[target.column.attribute] = held | value
    else:
        own[target.column.attribute] = value


def _tidy(attribute: str, value: object) -> object:
    if not isinstance(value, str):
        return value
    if attribute == "customer_domain" and "://" in value:
        host = value.partition("://")[2].split("/")[0].rpartition("@")[2].partition(":")[0]
        return host.casefold().removeprefix("www.") or value
    if attribute == "opportunity_type":
        form = "".join(c for c in value.casefold() if c.isalnum())
        return _OPPORTUNITY_TYPES.get(form, value)
    return value


def _check_order(registration: Registration, problems: Problems) -> None:
    for name in _LATER:
        when: datetime | None = getattr(registration, name)
        if when is not None and when < registration.submitted_at:
            problems.add(
                name,
                when.isoformat(),
                f"{shown(when.isoformat())} is before the registration was submitted, "
                f"{shown(registration.submitted_at.isoformat())}",
                "correct whichever is wrong; a date without a time is the start of its day",
            )
