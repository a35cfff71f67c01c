"""What may stand at a place in a file, worked out from the type hints of the classes."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cache, partial
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

import attrs

from dealreg.errors import UnreadableError, shown, suggestion
from dealreg.facts.canonical import Plain
from dealreg.facts.instants import instant
from dealreg.facts.values import FrozenMap, decimal

__all__ = [
    "SCALARS",
    "SCALAR_TAGS",
    "Allowed",
    "Scalar",
    "Schema",
    "allowed",
    "schema",
    "whole_text",
]


@attrs.frozen(eq=False)
class Allowed:
    """What may stand at a place.

    Attributes:
        native: by type of the plain data, how to make the value of it.
        tagged: by tag, the class.
        items: of a list, what each item may be; None where no list may stand.
        is_map: whether it is an object of names and values.
        words: the members of an enumeration.
    """

    native: Mapping[type, Callable[[Any], Any]]
    tagged: Mapping[str, type]
    items: "Allowed | None" = None
    is_map: bool = False
    words: tuple[str, ...] = ()


@attrs.frozen(eq=False)
class Schema:
    """The fields of a class: what may stand in each, and which must be stated."""

    tag: str
    fields: Mapping[str, Allowed]
    required: tuple[str, ...]


@cache
def schema(kind: Any) -> Schema:
    """The schema of a class that has a tag."""
    hints = get_type_hints(kind)
    stated = [attribute for attribute in attrs.fields(kind) if attribute.init]
    return Schema(
        kind.tag.replace("_", " "),
        {attribute.name: allowed(hints[attribute.name]) for attribute in stated},
        tuple(attribute.name for attribute in stated if attribute.default is attrs.NOTHING),
    )


@cache
def allowed(hint: Any) -> Allowed:
    """What a type hint allows. An unknown kind of hint is a mistake in the class: refused."""
    if get_origin(hint) is tuple:
        item, _ellipsis = get_args(hint)
        return Allowed({}, {}, items=allowed(item))
    if hint is FrozenMap:
        return Allowed({}, {}, is_map=True)
    native: dict[type, Callable[[Any], Any]] = {}
    tagged: dict[str, type] = {}
    words: tuple[str, ...] = ()
    for member in _members(hint):
        if member in _NATIVE:
            native[member] = _NATIVE[member]
        elif isinstance(member, type) and issubclass(member, StrEnum):
            words = tuple(each.value for each in member)
            native[str] = _word(member)
        else:
            kind = get_origin(member) or member
            tagged[SCALARS[kind].tag if kind in SCALARS else kind.tag] = kind
    return Allowed(native, tagged, words=words)


def _members(hint: Any) -> Iterator[Any]:
    if get_origin(hint) in (Union, UnionType):
        for member in get_args(hint):
            yield from _members(member)
    else:
        yield hint


def whole_text(text: str) -> str:
    """The text, if it is Unicode.

    Raises:
        UnreadableError: when it has half a surrogate pair, which no UTF-8 can hold.
    """
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise UnreadableError(
                f"{shown(ascii(text))} has half a character",
                value=text,
                hint="write a character as itself, or as a whole pair of \\u escapes",
            ) from None
    return text


def _word(kind: type[StrEnum]) -> Callable[[str], StrEnum]:
    by_value = {each.value: each for each in kind}

    def read(text: str) -> StrEnum:
        if text in by_value:
            return by_value[text]
        message = f"{shown(text)} cannot stand here"
        raise UnreadableError(message, value=text, hint=suggestion(text, by_value))

    return read


def _same(value: Any) -> Any:
    return value


_NATIVE: Final[Mapping[type, Callable[[Any], Any]]] = {
    bool: _same,
    int: _same,
    type(None): _same,
    str: whole_text,
}


@attrs.frozen(eq=False)
class Scalar:
    """How a scalar that JSON does not have is written: its tag, its one other key, an example."""

    tag: str
    key: str
    kind: type
    read: Callable[[Any], Any]
    example: str


_DECIMAL = re.compile(r"-?\d{1,40}(\.\d{1,40})?", re.ASCII)
_FRACTION = re.compile(r"-?\d{1,4000}(/\d{1,4000})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _matching(pattern: "re.Pattern[str]", make: Callable[[str], Any]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        if not pattern.fullmatch(text):
            raise ValueError(text)
        return make(text)

    return read


def _set(texts: list[Plain]) -> frozenset[str]:
    if not all(isinstance(text, str) for text in texts):
        raise ValueError(texts)
    return frozenset(whole_text(text) for text in texts)


SCALARS: Final[Mapping[type, Scalar]] = {
    Decimal: Scalar(
        "decimal",
        "value",
        str,
        _matching(_DECIMAL, decimal),
        '{"is": "decimal", "value": "0.5"}',
    ),
    Fraction: Scalar(
        "fraction",
        "value",
        str,
        _matching(_FRACTION, Fraction),
        '{"is": "fraction", "value": "1/2"}',
    ),
    datetime: Scalar(
        "instant",
        "value",
        str,
        partial(instant, computed=True),
        '{"is": "instant", "value": "2026-03-01T09:00:00Z"}',
    ),
    date: Scalar(
        "date",
        "value",
        str,
        _matching(_DATE, date.fromisoformat),
        '{"is": "date", "value": "2026-03-01"}',
    ),
    timedelta: Scalar(
        "duration",
        "microseconds",
        int,
        lambda count: timedelta(microseconds=count),
        '{"is": "duration", "microseconds": 86400000000}',
    ),
    frozenset: Scalar("set", "value", list, _set, '{"is": "set", "value": ["a", "b"]}'),
}

SCALAR_TAGS: Final[frozenset[str]] = frozenset(scalar.tag for scalar in SCALARS.values())
