"""What a table is made of: rows of cells, broken rows, and how nested values become cells."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import attrs

from dealreg.errors import UsageError, shown

__all__ = ["BadRow", "RawTable", "RepeatedName", "Row", "flat_row", "folded", "given_rows"]

_LONGEST_RUN: Final = 100
"""The most broken rows in a row that are told one by one."""
_DEEPEST: Final = 20


@attrs.frozen
class Row:
    """A row as it stands: its cells by column, flattened where they were nested."""

    number: int
    cells: Mapping[str, object]


@attrs.frozen
class BadRow:
    """A row, or `rows` of them in a run, that could not be taken apart into cells."""

    number: int
    reason: str
    hint: str
    text: str = ""
    rows: int = 1


@attrs.frozen
class RawTable:
    """The rows of one table, and its header where it has one.

    Attributes:
        header: for CSV, each column as its key in the rows and its name in the file.
        rows: the rows, read as they are asked for.
    """

    header: tuple[tuple[str, str], ...] | None
    rows: Iterator[Row | BadRow]


def folded(rows: Iterable[Row | BadRow]) -> Iterator[Row | BadRow]:
    """The rows, long runs of broken ones told as one: they have one cause, and have no end."""
    run = 0
    held: BadRow | None = None
    for row in rows:
        run = run + 1 if isinstance(row, BadRow) else 0
        if isinstance(row, BadRow) and run > _LONGEST_RUN:
            if held is None:
                held = attrs.evolve(row, reason=f"this row and those after it: {row.reason}")
            else:
                held = attrs.evolve(held, rows=held.rows + 1)
            continue
        if held is not None:
            yield held
            held = None
        yield row
    if held is not None:
        yield held


class RepeatedName(dict[str, object]):
    """A JSON object that has one name twice, with that name."""

    name = ""


def given_rows(rows: Iterable[object]) -> RawTable:
    """Rows given as mappings, such as `csv.DictReader` or a dataframe's records."""
    numbered = enumerate(rows, start=1)
    return RawTable(None, (flat_row(number, item) for number, item in numbered))


def flat_row(number: int, item: object) -> Row | BadRow:
    """One object as a row: nested objects as columns with dotted names."""
    if not isinstance(item, Mapping):
        return BadRow(number, f"{shown(item)} is not an object with columns", "", str(item)[:200])
    cells: dict[str, object] = {}
    try:
        _flatten(item, "", cells, 0)
    except UsageError as wrong:
        return BadRow(number, wrong.message, wrong.hint)
    return Row(number, cells)


def _flatten(item: Mapping[Any, object], prefix: str, cells: dict[str, object], depth: int) -> None:
    if isinstance(item, RepeatedName):
        raise UsageError(
            f"the row has {shown(prefix + item.name)} twice", hint="keep one of the two"
        )
    if depth > _DEEPEST:
        raise UsageError(f"the row is nested more than {_DEEPEST} deep", hint="flatten it")
    for name, held in item.items():
        key, value = f"{prefix}{name}", _reference(held)
        if isinstance(value, Mapping):
            _flatten(value, f"{key}.", cells, depth + 1)
        elif isinstance(value, (list, tuple)) and _nested(value) and name != "changes":
            for inner, several in _columns_of(value, depth + 1).items():
                cells[f"{key}.{inner}"] = several
        elif key in cells:
            raise UsageError(f"the row has {shown(key)} twice", hint="keep one of the two")
        else:
            cells[key] = value


def _reference(value: object) -> object:
    """A ServiceNow reference, which an API answers as an object of value, name and link."""
    if isinstance(value, Mapping) and value and value.keys() <= {"value", "display_value", "link"}:
        return value.get("value", value.get("display_value"))
    return value


def _nested(value: "list[object] | tuple[object, ...]") -> bool:
    return any(isinstance(item, Mapping) for item in value)


def _columns_of(items: "list[object] | tuple[object, ...]", depth: int) -> dict[str, list[object]]:
    """A list of objects as lists of values: what one entry says stays one value."""
    columns: dict[str, list[object]] = {}
    for item in items:
        cells: dict[str, object] = {}
        _flatten(item if isinstance(item, Mapping) else {"": item}, "", cells, depth)
        for name, value in cells.items():
            several = columns.setdefault(name, [])
            several.extend(value if isinstance(value, list) else [value])
    return columns
