"""The constants of predicate text: read by the type of their field, written by their own."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, assert_never

import attrs

from dealreg.errors import PolicyError, UsageError, shown, suggestion
from dealreg.facts.fields import Field, FieldType
from dealreg.facts.instants import instant, iso
from dealreg.facts.values import Money, Scalar, decimal, exact
from dealreg.wire.text_tokens import bare_or_quoted, quoted

__all__ = ["Literal", "constant", "constant_text", "duration_text"]

_WHOLE = re.compile(r"-?[0-9]{1,1000}")
_NUMBER = re.compile(r"-?[0-9]{1,60}(\.[0-9]{1,60})?")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DURATION = re.compile(
    r"(-?[0-9]{1,20}) "
    r"(week|day|hour|minute|second|millisecond|microsecond|month|year|business day)s?"
)

_MICROSECONDS: Final = {
    "week": 604_800_000_000,
    "day": 86_400_000_000,
    "hour": 3_600_000_000,
    "minute": 60_000_000,
    "second": 1_000_000,
    "millisecond": 1_000,
    "microsecond": 1,
}
_WRITTEN_IN = ("day", "hour", "minute", "second", "millisecond", "microsecond")

_EXPECTED: Final = {
    FieldType.BOOL: ("yes or no", "write `true` or `false`, without quotes"),
    FieldType.INTEGER: ("a whole number", "write it as in `100`, without quotes or separators"),
    FieldType.DECIMAL: ("a number", "write it as in `4.5`, without quotes or separators"),
    FieldType.MONEY: (
        "an amount of money",
        "write the number, a space and the currency, as in `50000 EUR`, without quotes",
    ),
    FieldType.TEXT: ("one text", "put it in quotes"),
    FieldType.ORDINAL: ("a level", "put it in quotes"),
    FieldType.INSTANT: (
        "an instant with its zone",
        "write it as in `2026-04-01T00:00Z` or `2026-04-01T09:00+02:00`, without quotes",
    ),
    FieldType.DATE: ("a date", "write it as in `2026-04-01`, without quotes"),
    FieldType.DURATION: (
        "a length of time",
        "write a number and a unit, as in `10 days` or `36 hours`, without quotes",
    ),
    FieldType.TEXT_SET: ("one text", "put it in quotes"),
}


@attrs.frozen
class Literal:
    """A constant as it is spelled: words that stand beside each other, or one quoted text."""

    words: tuple[str, ...]
    quoted: bool
    start: int

    def spelled(self) -> str:
        """Its spelling, on one line."""
        return quoted(self.words[0]) if self.quoted else " ".join(self.words)


def constant(literal: Literal, field: Field) -> Scalar:
    """The value of a literal, as the type of its field has it.

    Raises:
        PolicyError: when it is not of that type, with how to write one.
    """
    try:
        made = _made(literal, field)
        if made is not None:
            exact(made)  # refuses what no fact can be, such as a number of too many digits
    except UsageError as wrong:
        raise PolicyError(wrong.message, value=wrong.value, hint=wrong.hint) from None
    if made is None:
        expected, remedy = _EXPECTED[field.type]
        raise PolicyError(
            f"{shown(literal.spelled())} is not {expected}, as {shown(field.name)} is",
            value=literal.spelled(),
            hint=remedy,
        )
    return made


def _made(literal: Literal, field: Field) -> Scalar | None:
    """The value, or None where the spelling is not one of the type."""
    single = len(literal.words) == 1 and not literal.quoted
    word = literal.words[0] if single else ""
    match field.type:
        case FieldType.BOOL:
            return {"true": True, "false": False}.get(word)
        case FieldType.INTEGER:
            return int(word) if _WHOLE.fullmatch(word) else None
        case FieldType.DECIMAL:
            return _decimal(word)
        case FieldType.MONEY:
            return None if literal.quoted else _money(literal.words)
        case FieldType.TEXT | FieldType.TEXT_SET:
            return _text(literal)
        case FieldType.ORDINAL:
            return _level(literal, field)
        case FieldType.INSTANT:
            return instant(word) if _INSTANT.fullmatch(word) else None
        case FieldType.DATE:
            return _date(word)
        case FieldType.DURATION:
            return None if literal.quoted else _duration(literal.words)
        case _:
            assert_never(field.type)


def _decimal(word: str) -> int | Decimal | None:
    """`4` is an integer and `4.0` a decimal, as in Python: both fit, and neither is lost."""
    if _WHOLE.fullmatch(word):
        return int(word)
    return decimal(word) if _NUMBER.fullmatch(word) else None


def _text(literal: Literal) -> str | None:
    if literal.quoted:
        return literal.words[0]
    one = len(literal.words) == 1 and literal.words[0] not in ("true", "false")
    return literal.words[0] if one else None


def _level(literal: Literal, field: Field) -> str:
    level = " ".join(literal.words)
    if level not in field.levels:
        none = "declare the levels of the ladder, lowest first"
        raise PolicyError(
            f"{shown(level)} is not a level of {shown(field.name)}",
            value=level,
            hint=suggestion(level, field.levels) or none,
        )
    return level


def _date(word: str) -> date | None:
    if not _DATE.fullmatch(word):
        return None
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None


def _money(words: tuple[str, ...]) -> Money | None:
    number, *currency = words
    if len(currency) != 1 or not _NUMBER.fullmatch(number):
        return None
    return Money(decimal(number), currency[0])


def _duration(words: tuple[str, ...]) -> timedelta | None:
    spelled = " ".join(words)
    found = _DURATION.fullmatch(spelled)
    if not found:
        return None
    if found[2] not in _MICROSECONDS:
        raise PolicyError(
            f"{shown(spelled)} has no fixed length",
            value=spelled,
            hint="declare an elapsed field counted in business days or months, and compare that",
        )
    try:
        return timedelta(microseconds=int(found[1]) * _MICROSECONDS[found[2]])
    except OverflowError:
        raise PolicyError(f"{shown(spelled)} is out of range", value=spelled) from None


def constant_text(value: Scalar, *, bare: bool = False) -> str:
    """The spelling of a value; with `bare`, a text that reads as one word has no quotes.

    >>> constant_text(Money("50000", "EUR"))
    '50000 EUR'
    """
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            digits = format(value, "f")
            return digits if "." in digits else digits + ".0"
        case Money(amount, currency):
            return f"{amount:f} {currency}"
        case str():
            return bare_or_quoted(value) if bare else quoted(value)
        case datetime():
            return iso(value)
        case date():
            return value.isoformat()
        case timedelta():
            return duration_text(value)
        case _:
            assert_never(value)


def duration_text(value: timedelta) -> str:
    """An elapsed time in the largest unit that it is a whole number of.

    >>> duration_text(timedelta(hours=36)), duration_text(timedelta(days=-1))
    ('36 hours', '-1 day')
    """
    total = value // timedelta(microseconds=1)
    unit = next(unit for unit in _WRITTEN_IN if total % _MICROSECONDS[unit] == 0)
    count = total // _MICROSECONDS[unit]
    return f"{count} {unit}" if abs(count) == 1 else f"{count} {unit}s"
