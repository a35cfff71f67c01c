"""Facts as rows in our own column names, for `csv.DictWriter` or a dataframe."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Final

import attrs

from dealreg.errors import FactsError, shown
from dealreg.facts.case import Facts
from dealreg.facts.instants import iso
from dealreg.facts.records import Change
from dealreg.facts.values import Money
from dealreg.wire.cells import is_unknown

__all__ = ["cell_text", "facts_to_rows"]

_AMBIGUOUS_PLACES: Final = -3
"""`1.234` could be a thousand; `1.2340` could not."""


def facts_to_rows(facts: Facts, kind: str = "registrations") -> Iterator[dict[str, str]]:
    """One kind of record as rows of text, in the columns that `load_facts` reads back.

    Facts that are not known have no cell. Sets and changes are written as JSON. A programme's own
    fields are columns like the others, and are read back with its vocabulary.

    Args:
        facts: the facts.
        kind: registrations, partners, customers, opportunities or rulings.

    Raises:
        FactsError: for a text that no cell can hold, such as `N/A` or one with a space around it.

    >>> from dealreg.facts.records import Partner
    >>> facts = Facts(partners=[Partner(partner_id="P1", tier="gold", in_good_standing=True)])
    >>> list(facts_to_rows(facts, "partners"))
    [{'partner_id': 'P1', 'tier': 'gold', 'in_good_standing': 'true'}]
    """
    for record in getattr(facts, kind):
        yield _row(record)


def _row(record: Any) -> dict[str, str]:
    row: dict[str, str] = {}
    for attribute in attrs.fields(type(record)):
        value = getattr(record, attribute.name)
        if attribute.name == "attributes":
            row |= {name: cell_text(each, name) for name, each in value.items()}
        elif value is not None and value != ():
            row[attribute.name] = cell_text(value, attribute.name)
    return row


def cell_text(value: object, name: str) -> str:
    """A value as the text of a cell that is read back as it is."""
    match value:
        case bool():
            return "true" if value else "false"
        case Enum():
            return str(value.value)
        case str():
            return _held(value, name)
        case datetime():
            return iso(value)
        case date():
            return value.isoformat()
        case timedelta():
            return _duration(value)
        case Money():
            return f"{_unambiguous(value.amount)} {value.currency}"
        case Decimal():
            return format(value, "f")
        case frozenset():
            return json.dumps(sorted(_held(item, name) for item in value), ensure_ascii=False)
        case tuple():
            return json.dumps([_change(each) for each in value], ensure_ascii=False)
        case _:
            return str(value)


def _held(text: str, name: str) -> str:
    if text != text.strip() or is_unknown(text) or "\0" in text:
        raise FactsError(
            f"the text {shown(text)} would not be read back as it is",
            place=name,
            value=text,
            hint="write these facts as JSON, with dealreg.wire.to_json",
        )
    return text


def _unambiguous(amount: Decimal) -> str:
    text = format(amount, "f")
    return text + "0" if amount.as_tuple().exponent == _AMBIGUOUS_PLACES else text


def _duration(value: timedelta) -> str:
    sign, length = ("-", -value) if value < timedelta() else ("", value)
    fraction = f".{length.microseconds:06}" if length.microseconds else ""
    return f"{sign}P{length.days}DT{length.seconds}{fraction}S"


def _change(change: Change) -> dict[str, str | None]:
    value = None if change.value is None else cell_text(change.value, change.field)
    return {"field": change.field, "value": value, "since": iso(change.since)}
