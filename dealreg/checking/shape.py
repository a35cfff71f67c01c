"""Is every part of the kind that belongs at its place.

Python holds nobody to type hints. A policy that came from TOML or JSON passes by its making.
"""

from collections.abc import Iterator
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs

from dealreg.checking.codes import finding
from dealreg.errors import shown
from dealreg.outcome.findings import Finding

__all__ = ["shape_findings"]


def shape_findings(value: Any, path: str = "") -> Iterator[Finding]:
    """What is not of the kind its place asks for, all the way down."""
    kind: Any = type(value)
    for name, hint in _hints(kind):
        held = getattr(value, name)
        yield from _of_kind(held, hint, f"{path}.{name}" if path else name)


@cache
def _hints(kind: Any) -> tuple[tuple[str, Any], ...]:
    hints = get_type_hints(kind)
    return tuple((each.name, hints[each.name]) for each in attrs.fields(kind) if each.init)


def _of_kind(value: Any, hint: Any, path: str) -> Iterator[Finding]:
    if get_origin(hint) is tuple and isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _of_kind(item, get_args(hint)[0], f"{path}[{_named(item, number)}]")
    elif type(value) not in _kinds(hint):
        yield finding(
            "MALFORMED",
            path,
            f"{shown(value)} is not {_a_kind(hint)}",
            "build policies with the builders, or read them from a file",
        )
    elif attrs.has(type(value)):
        yield from shape_findings(value, path)


def _named(item: Any, number: int) -> str:
    for key in ("code", "benefit", "name"):
        name = getattr(item, key, None)
        if isinstance(name, str) and not isinstance(item, Enum):
            return name
    return str(number)


@cache
def _kinds(hint: Any) -> frozenset[type]:
    if get_origin(hint) in (Union, UnionType):
        return frozenset(kind for member in get_args(hint) for kind in _kinds(member))
    return frozenset({get_origin(hint) or hint})


def _a_kind(hint: Any) -> str:
    names = sorted(kind.__name__ for kind in _kinds(hint))
    return "one of " + ", ".join(names) if len(names) > 1 else f"of type {names[0]}"
