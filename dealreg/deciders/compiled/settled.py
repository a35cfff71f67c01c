"""Records as they were at an instant, for those that have changes or facts in unusual places."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, Final, TypeAlias

from dealreg.facts.fields import FieldType
from dealreg.facts.values import FrozenMap, Value

__all__ = ["NOBODY", "Settle", "settle"]

Settle: TypeAlias = Callable[[Any, datetime], tuple[Any, dict[str, Any]]]
"""A record's columns as they were, and its own attributes as they were."""


def settle(columns: Mapping[str, FieldType], owns: Mapping[str, FieldType]) -> Settle:
    """A function that reads some fields of a record as `dealreg.facts.view` does (F-4, F-5)."""

    def settled(record: Any, at: datetime) -> tuple[Any, dict[str, Any]]:
        found = {name: _value(record, name, kind, at) for name, kind in columns.items()}
        own = {name: _value(record, name, kind, at) for name, kind in owns.items()}
        return SimpleNamespace(**found), own

    return settled


def _value(record: Any, name: str, kind: FieldType, at: datetime) -> Value | None:
    value = _supplied(record, name, at)
    if isinstance(value, datetime) and kind is FieldType.INSTANT and value > at:
        return None
    return Decimal(value) if kind is FieldType.DECIMAL and type(value) is int else value


def _supplied(record: Any, name: str, at: datetime) -> Value | None:
    for change in reversed(record.changes):
        if change.field == name and change.since <= at:
            known: Value | None = change.value
            return known
    if name in record.attributes:
        stated: Value = record.attributes[name]
        return stated
    value: Value | None = getattr(record, name, None)
    return value


class _Nobody:
    """A record of which nothing is known."""

    changes = ()
    attributes = FrozenMap()

    def __getattr__(self, name: str) -> None:
        return None


NOBODY: Final = _Nobody()
"""Stands for a record that there is none of: all its columns are unknown."""
