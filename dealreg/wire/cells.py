"""One cell of a table to one exact value: what exports write, read without guessing."""

import json
import math
import re
from datetime import timedelta
from decimal import Decimal
from numbers import Integral
from typing import Final, assert_never

import attrs

from dealreg.errors import FactsError, UsageError, shown, suggestion
from dealreg.facts.fields import FieldType
from dealreg.facts.records import Verdict
from dealreg.facts.values import Span, Unit, Value, span
from dealreg.wire.amounts import Reading, exact_number, number, read_money, whole_float, wrong
from dealreg.wire.known_columns import VERDICT
from dealreg.wire.moments import read_date, read_instant

__all__ = ["LONGEST_CELL", "Bad", "is_unknown", "read_cell", "single"]

LONGEST_CELL: Final = 131_072
"""The most characters one cell may have, as Python's `csv` has it."""

_UNKNOWN = frozenset({"", "null", "n/a", "#n/a", "-"})
_LONGEST_UNKNOWN = 80
_LONGEST_INTEGER = 400
_YES = frozenset({"yes", "y", "true", "t", "1"})
_NO = frozenset({"no", "n", "false", "f", "0"})
_ACCEPT = frozenset({"accept", "accepted", "approve", "approved", "grant", "granted", "yes"})
_REFUSE = frozenset({"refuse", "refused", "reject", "rejected", "deny", "denied", "no"})


@attrs.frozen
class Bad:
    """A value of a JSON file that no cell can have, and why not."""

    text: str
    reason: str


def is_unknown(value: object) -> bool:
    """Whether a cell says that the value is not known: empty, `null`, `N/A`, `#N/A` or `-`."""
    if isinstance(value, str):
        return len(value) < _LONGEST_UNKNOWN and value.strip().casefold() in _UNKNOWN
    if isinstance(value, float):
        return math.isnan(value)  # how dataframes spell a missing value
    return value is None or type(value).__name__ == "NaTType"  # so do dataframes, for instants


def read_cell(
    kind: str, value: object, reading: Reading, levels: tuple[str, ...] = ()
) -> Value | None:
    """The value of a cell read as a field type; None when it is not known.

    Raises:
        FactsError: when the cell is not a value of that type.
    """
    value = _sane(value) if kind == FieldType.TEXT_SET else single(value)
    if is_unknown(value):
        return None
    return _read(FieldType(kind) if kind != VERDICT else None, value, reading, levels)


def _read(
    kind: FieldType | None, value: object, reading: Reading, levels: tuple[str, ...]
) -> Value:
    match kind:
        case FieldType.TEXT:
            return _text(value)
        case FieldType.BOOL:
            return _bool(value)
        case FieldType.INTEGER:
            return _integer(value, reading)
        case FieldType.DECIMAL:
            return _decimal(value, reading)
        case FieldType.MONEY:
            return read_money(value, None, reading)
        case FieldType.INSTANT:
            return read_instant(_of_time(value), zone=reading.zone, day_first=reading.day_first)
        case FieldType.DATE:
            return read_date(_of_time(value), day_first=reading.day_first)
        case FieldType.DURATION:
            return _duration(value)
        case FieldType.ORDINAL:
            return _ordinal(value, levels)
        case FieldType.TEXT_SET:
            return _set(value)
        case None:
            return _verdict(value)
        case _:
            assert_never(kind)


def _sane(value: object) -> object:
    """The value, or FactsError if no field could have it; numpy scalars as Python's."""
    if isinstance(value, Bad):
        raise FactsError(value.reason, value=value.text, hint="correct or remove the value")
    if hasattr(value, "item") and hasattr(value, "dtype"):
        value = value.item()
    if isinstance(value, str):
        if len(value) > LONGEST_CELL:
            raise FactsError(
                f"the cell has {len(value)} characters, more than {LONGEST_CELL}",
                value=value[:80],
                hint="shorten it, or leave the column out",
            )
        if "\0" in value:
            raise FactsError(
                "the cell has a NUL byte",
                value=value,
                hint="export the file again: it is damaged, or not a text file",
            )
        if not value.isascii() and _unpaired(value):
            raise FactsError("the cell has half of a character", value=ascii(value))
    return value


def _unpaired(text: str) -> bool:
    return any("\ud800" <= c <= "\udfff" for c in text)


def single(value: object) -> object:
    """The one value of a cell, out of its list where an export keeps it in one.

    Raises:
        FactsError: when there are several, or it is one that no cell can have.
    """
    value = _sane(value)
    if not isinstance(value, (list, tuple, set, frozenset)):
        return value
    if len(value) > 1:
        raise FactsError(
            f"there are {len(value)} values where one is read",
            value=list(value),
            hint="keep the one that counts",
        )
    return _sane(next(iter(value), None))


def _text(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, (Integral, Decimal, float)):
        wrong(value, "a text", "write it as a text")
    if isinstance(value, float):
        value = whole_float(value)
    return format(value, "f") if isinstance(value, Decimal) else _digits(value)


def _digits(value: object) -> str:
    if isinstance(value, int) and value.bit_length() > _LONGEST_INTEGER:
        wrong(value, "a number that can be read", "at most 34 digits")
    return str(value)


def _bool(value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = _text(value).casefold()
    if word not in _YES | _NO:
        wrong(value, "yes or no", "write yes, no, true, false, y, n, 1 or 0")
    return word in _YES


def _decimal(value: object, reading: Reading) -> Decimal:
    if isinstance(value, str):
        text = value.strip()
        return number(text, value, reading, comma_groups=False, point_groups=False)
    return exact_number(value)


def _integer(value: object, reading: Reading) -> int:
    if isinstance(value, str):
        text = value.strip()
        found = number(text, value, reading, comma_groups=True, point_groups=True)
    else:
        found = exact_number(value)
    if found != found.to_integral_value():
        wrong(value, "a whole number", "write a whole number, as in 1200")
    return int(found)


def _of_time(value: object) -> object:
    return whole_float(value) if isinstance(value, float) else value


_CLOCK = re.compile(
    r"(-?)P(?:(\d{1,6})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.(\d{1,6}))?S)?)?"
)
_ELAPSED = {
    Unit.MINUTES: timedelta(minutes=1),
    Unit.HOURS: timedelta(hours=1),
    Unit.DAYS: timedelta(days=1),
    Unit.WEEKS: timedelta(weeks=1),
}


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    text = value.strip() if isinstance(value, str) else ""
    if (found := _CLOCK.fullmatch(text)) and any(found.groups()[1:]):
        days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:5])
        micro = int((found[6] or "").ljust(6, "0"))
        length = timedelta(days, seconds, micro, minutes=minutes, hours=hours)
        return -length if found[1] else length
    try:
        stated: Span | None = span(text)
    except UsageError:
        stated = None
    if stated is None or stated.unit not in _ELAPSED:
        wrong(value, "a duration", "write it as in 10 days, 36 hours or P10D")
    return stated.length * _ELAPSED[stated.unit]


def _ordinal(value: object, levels: tuple[str, ...]) -> str:
    text = _text(value)
    if not levels or text in levels:
        return text
    same = [level for level in levels if _letters(level) == _letters(text)]
    if len(same) == 1:
        return same[0]
    raise FactsError(
        f"{shown(text)} is not a level of the ladder", value=text, hint=suggestion(text, levels)
    )


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _verdict(value: object) -> str:
    word = _text(value).casefold()
    if word not in _ACCEPT | _REFUSE:
        wrong(value, "a verdict", "write accept or refuse")
    return (Verdict.ACCEPT if word in _ACCEPT else Verdict.REFUSE).value


def _set(value: object) -> frozenset[str]:
    """A list, a JSON array as text, or texts separated by `;`, `|` or line ends."""
    items: object = value
    if isinstance(value, str):
        text = value.strip()
        items = re.split(r"[;|\n\r]", text)
        if text.startswith("[") and text.endswith("]"):
            try:
                items = json.loads(text, parse_float=Decimal)
            except (ValueError, RecursionError):
                wrong(value, "a JSON array", "write texts separated by ; or |")
    if not isinstance(items, (list, tuple, set, frozenset)):
        items = [items]
    texts = [_text(_sane(item)) for item in items if not is_unknown(item)]
    return frozenset(text for text in texts if text)
