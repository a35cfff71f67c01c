"""The one plain form of every value, its canonical JSON, and its digest.

Plain data is what JSON has: objects, arrays, texts, booleans, integers. Every dealreg value is an
object whose `is` is an explicit tag; fields that have their default value are left out, so that
a field added later does not change the digests of what was written before.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any, TypeAlias

import attrs

from dealreg.errors import UsageError, shown
from dealreg.facts.instants import iso

__all__ = ["Plain", "canonical_json", "digest", "plain"]

Plain: TypeAlias = Any
"""Nested dicts, lists, str, bool, int and None, as JSON has them."""


def plain(value: object) -> Plain:
    """The plain form of a value: facts, policies, decisions and their parts.

    Scalars that JSON does not have are objects too: `{"is": "decimal", "value": "0.5"}`.

    >>> from dealreg.facts.values import money
    >>> plain(money("50000 EUR"))
    {'is': 'money', 'amount': {'is': 'decimal', 'value': '50000'}, 'currency': 'EUR'}
    """
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, frozenset):
        return {"is": "set", "value": sorted(value)}
    if attrs.has(type(value)):
        return _record(value)
    if isinstance(value, Mapping):
        return {str(key): plain(value[key]) for key in sorted(value)}
    return _scalar(value)


def _record(value: Any) -> Plain:
    made: dict[str, Plain] = {"is": value.tag}
    for attribute in attrs.fields(type(value)):
        if not attribute.init:
            continue
        held = getattr(value, attribute.name)
        if not _is_default(value, attribute, held):
            made[attribute.name] = plain(held)
    return made


def _is_default(value: Any, attribute: "attrs.Attribute[Any]", held: object) -> bool:
    default: Any = attribute.default
    if default is attrs.NOTHING:
        return False
    if isinstance(default, attrs.Factory):  # type: ignore[arg-type]
        default = default.factory(value) if default.takes_self else default.factory()
    return type(held) is type(default) and bool(held == default)


def _scalar(value: object) -> Plain:
    match value:
        case datetime():
            return {"is": "instant", "value": iso(value)}
        case date():
            return {"is": "date", "value": value.isoformat()}
        case Decimal():
            return {"is": "decimal", "value": format(value, "f")}
        case Fraction():
            return {"is": "fraction", "value": str(value)}
        case timedelta():
            return {"is": "duration", "microseconds": value // timedelta(microseconds=1)}
        case _:
            raise UsageError(f"{shown(value)} has no plain form", value=value)


def canonical_json(value: object) -> bytes:
    r"""The one JSON text of a value: keys sorted, no spaces, UTF-8.

    >>> canonical_json({"b": 1, "a": "é"})
    b'{"a":"\xc3\xa9","b":1}'
    """
    import json

    text = json.dumps(
        plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return text.encode("utf-8", "surrogatepass")


def digest(value: object) -> str:
    """The SHA-256 of the canonical JSON, as `sha256:` and 64 hexadecimal digits.

    For policies use `policy_digest`, which takes the normal form first.
    """
    import hashlib

    return "sha256:" + hashlib.sha256(canonical_json(value)).hexdigest()
