"""Canonical JSON: one text for every value, lossless and versioned.

The envelope says what the value is, in which format it is written, and by which semantics its
rules mean anything: `{"dealreg": "policy", "format": 1, "semantics": 1, "value": {...}}`.
"""

import json
from typing import Any, Final

from dealreg.errors import (
    FactsError,
    FactsErrors,
    PolicyError,
    PolicyErrors,
    UnreadableError,
    UsageError,
    shown,
    suggestion,
)
from dealreg.facts.canonical import Plain, canonical_json
from dealreg.policy.policies import SEMANTICS
from dealreg.wire.limits import LIMITS, Limits, refuse_excess
from dealreg.wire.registry import REGISTRY
from dealreg.wire.tagged import Inexact, Problem, Repeated, read_tagged

__all__ = ["FORMAT", "LARGEST", "from_json", "to_json"]

FORMAT: Final = 1
"""The version of how values are written. It changes only when old files would read differently."""

LARGEST: Final = 64 * 1024 * 1024
"""The largest JSON text that is read unless the caller allows more: 64 MiB."""

_MOST_DIGITS = 4_000
_ENVELOPE = ("dealreg", "format", "semantics", "value")


def to_json(value: Any) -> bytes:
    """The canonical JSON of a policy, book, facts, decision, record, or any part of them.

    UTF-8, keys sorted, no spaces, fields that have their default value left out: equal values
    give equal bytes, in every process.

    Raises:
        UsageError: when the value is none of dealreg's, or has text that is not Unicode.

    >>> from dealreg import money
    >>> to_json(money("5 EUR"))  # doctest: +ELLIPSIS
    b'{"dealreg":"money","format":1,"semantics":1,"value":{"amount":...,"is":"money"}}'
    """
    tag = getattr(value, "tag", None)
    if not isinstance(tag, str) or REGISTRY.get(tag) is not type(value):
        raise UsageError(
            f"{shown(value)} is not a value that has a JSON form",
            value=value,
            hint="give a policy, policy book, facts, decision, record, or a part of them",
        )
    envelope = {"dealreg": tag, "format": FORMAT, "semantics": SEMANTICS, "value": value}
    try:
        data = canonical_json(envelope)
        data.decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError("a text of the value has half a character", value=value) from None
    except ValueError as wrong:  # the interpreter's limit on the digits of an integer
        raise UsageError(f"the value cannot be written: {wrong}", value=value) from None
    return data


def from_json(
    data: bytes | str, *, place: str = "", largest: int = LARGEST, limits: Limits = LIMITS
) -> Any:
    """The value of a JSON text that `to_json` wrote, or that was written by hand in its form.

    Spaces and the order of keys do not matter; defaults may be stated.

    Args:
        data: the text, or its bytes in UTF-8.
        place: what errors call the text, such as a file name.
        largest: the most bytes that are read.
        limits: how much a policy in it may hold.

    Raises:
        UnreadableError: not JSON, over a limit, another format or semantics version; or
            something wrong inside a value that is neither policy nor facts.
        PolicyErrors: something is wrong in a policy, book, or part of one; all at once.
        FactsErrors: … in facts, or a part of them; all at once.

    >>> from dealreg import money
    >>> from_json(to_json(money("5 EUR")))
    Money(amount=Decimal('5'), currency='EUR')
    """
    try:
        envelope = _parsed(data, place, largest)
        tag, body = _opened(envelope, place)
        refuse_excess(_rules(tag, body), limits, place)
        value, problems = read_tagged(body, tag, "value")
    except RecursionError:
        raise UnreadableError(
            "the JSON is nested too deep",
            place=place,
            hint="no value is: predicates may nest 100 deep",
        ) from None
    if problems:
        raise _error(tag, problems, place)
    return value


def _rules(tag: str, body: Plain) -> Plain:
    """What of a value is a policy, or part of one: all of it, what it decided by, or nothing."""
    if REGISTRY[tag].__module__.startswith((*_OF_POLICY, _VOCABULARY)):
        return body
    return body.get("rules") if isinstance(body, dict) else None


def _parsed(data: bytes | str, place: str, largest: int) -> Plain:
    if not isinstance(data, (bytes, bytearray, memoryview, str)):
        raise UsageError(f"{shown(data)} is not JSON text", value=data, hint="give bytes or str")
    if len(data) > largest:
        raise UnreadableError(
            f"the JSON has {len(data):,} bytes, over the limit of {largest:,}",
            place=place,
            value=len(data),
            hint="split the data, or raise the limit with `largest=`",
        )
    text = data if isinstance(data, str) else _decoded(bytes(data), place)
    try:
        return json.loads(
            text.removeprefix("\ufeff"),
            object_pairs_hook=_object,
            parse_float=Inexact,
            parse_constant=Inexact,
            parse_int=_integer,
        )
    except json.JSONDecodeError as wrong:
        raise UnreadableError(
            f"this is not JSON: {wrong.msg[:1].lower()}{wrong.msg[1:]}",
            place=_at(place, f"line {wrong.lineno} column {wrong.colno}"),
            value=text[wrong.pos : wrong.pos + 20],
            hint="correct it there, or write the file again with `to_json`",
        ) from None


def _decoded(data: bytes, place: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise UnreadableError(
            f"byte {wrong.start} is not UTF-8",
            place=place,
            value=data[wrong.start : wrong.start + 1],
            hint="save the file as UTF-8",
        ) from None


def _object(pairs: list[tuple[str, Plain]]) -> dict[str, Plain]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    seen: set[str] = set()
    twice = [name for name, _ in pairs if name in seen or seen.add(name)]  # type: ignore[func-returns-value]
    return Repeated(made, sorted(set(twice)))


def _integer(digits: str) -> "int | Inexact":
    return int(digits) if len(digits) <= _MOST_DIGITS else Inexact(digits)


def _opened(envelope: Plain, place: str) -> tuple[str, Plain]:
    """The tag and the plain form inside the envelope."""
    if not isinstance(envelope, dict) or "dealreg" not in envelope:
        raise UnreadableError(
            "this JSON is not dealreg's: it does not say what it holds",
            place=place,
            hint='write {"dealreg": "policy", "format": 1, "semantics": 1, "value": {...}}',
        )
    if isinstance(envelope, Repeated) or set(envelope) != set(_ENVELOPE):
        odd = sorted(set(envelope) ^ set(_ENVELOPE)) or envelope.names  # type: ignore[attr-defined]
        raise UnreadableError(
            f"the outer object has too much or too little: {shown(odd[0])}",
            place=place,
            value=odd[0],
            hint="it has exactly " + ", ".join(f"`{name}`" for name in _ENVELOPE),
        )
    for name, supported in (("format", FORMAT), ("semantics", SEMANTICS)):
        _supported(name, envelope[name], supported, place)
    tag = envelope["dealreg"]
    if not isinstance(tag, str) or tag not in REGISTRY:
        raise UnreadableError(
            f"there is no {shown(tag)}",
            place=_at(place, "dealreg"),
            value=tag,
            hint=suggestion(tag, REGISTRY),
        )
    return tag, envelope["value"]


def _supported(name: str, version: Plain, supported: int, place: str) -> None:
    if type(version) is not int or version != supported:
        newer = type(version) is int and version > supported
        raise UnreadableError(
            f"{name} version {shown(version)} is not one this library reads",
            place=_at(place, name),
            value=version,
            hint=f"it reads version {supported}"
            + (": install a newer dealreg to read this one" if newer else ""),
        )


_OF_POLICY = ("dealreg.policy.", "dealreg.facts.fields", "dealreg.facts.calendars")
_VOCABULARY = "dealreg.facts.vocabulary"


def _error(
    tag: str, problems: list[Problem], place: str
) -> PolicyErrors | FactsErrors | UnreadableError:
    """The problems, as errors of whoever must act on a value of that tag."""
    home = REGISTRY[tag].__module__
    if home.startswith((*_OF_POLICY, _VOCABULARY)):
        return PolicyErrors([_as(PolicyError, each, place) for each in problems])
    if home.startswith("dealreg.facts."):
        return FactsErrors([_as(FactsError, each, place) for each in problems])
    first = problems[0]
    more = f" (the first of {len(problems)} problems)" if len(problems) > 1 else ""
    return UnreadableError(
        first.message + more,
        place=_at(place, first.place),
        value=first.value,
        hint=first.hint,
    )


def _as(kind: Any, problem: Problem, place: str) -> Any:
    return kind(
        problem.message,
        place=_at(place, problem.place),
        value=problem.value,
        hint=problem.hint,
    )


def _at(place: str, inside: str) -> str:
    return f"{place}: {inside}" if place else inside
