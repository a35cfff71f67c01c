"""A history as two kinds of tables: what was registered, and what a policy makes of it.

Whatever the history is, a table of registrations or a log of events, the measures read the same
columns.
"""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias

import attrs

from dealreg.errors import MissingExtraError, UsageError, shown, suggestion
from dealreg.facts.fields import FieldType
from dealreg.outcome.impact import Absent, Reading
from dealreg.policy.policies import Policy, PolicyBook

if TYPE_CHECKING:
    from polars import DataFrame

__all__ = [
    "BY",
    "SEPARATOR",
    "Found",
    "Past",
    "Progress",
    "Step",
    "conflict_keys",
    "frames",
    "given_rules",
    "named",
]

BY: Final = ("partner_id", "tier", "region", "products", "month")
"""By which properties gains and losses are told, if nothing else is asked for."""

SEPARATOR: Final = "\x1f"
"""Between the values of the keys of one conflict."""


@attrs.frozen
class Step:
    """How far the work has come.

    Attributes:
        doing: what is being done, in words.
        done: how many steps, or events, are behind.
        total: of how many.
    """

    doing: str
    done: int
    total: int


Progress: TypeAlias = Callable[[Step], object]


@attrs.frozen(eq=False)
class Found:
    """What a policy makes of a history.

    Attributes:
        awards: one row for each registration and benefit: `granted` and `referred`, the code, and
            the terms: `label`, `percent`, `share`, `starts`, `ends`.
        blocked: the registrations that a deadlock keeps from a benefit; None where that is not
            known.
        rejected: how many rows or events could not be used.
        absent: what is not known, and why.
        periods: what was held from when until when, and the code it ended with; None where only
            one instant is known.
        answered: the first instant at which each registration was granted or denied a benefit for
            good; None where only one instant is known.
    """

    awards: "DataFrame"
    blocked: "DataFrame | None"
    rejected: int = 0
    absent: tuple[Absent, ...] = ()
    periods: "DataFrame | None" = None
    answered: "DataFrame | None" = None


class Past(ABC):
    """A history that policies can be asked about."""

    __slots__ = ()

    reading: ClassVar[Reading]

    @property
    @abstractmethod
    def at(self) -> datetime | None:
        """The instant asked about, or up to which was replayed."""

    @property
    @abstractmethod
    def registrations(self) -> "DataFrame":
        """One row for each registration: ids, `month`, `amount`, `currency`, keys, properties."""

    @abstractmethod
    def found(self, rules: Policy | PolicyBook, doing: str, progress: Progress | None) -> Found:
        """What a policy or a book makes of it; `doing` is whose turn it is, in words."""

    def properties(self, by: Sequence[str] | None) -> tuple[tuple[str, ...], tuple[Absent, ...]]:
        """The properties that there are columns for, and those of `BY` that there are none for.

        Raises:
            UsageError: a property was asked for that there is no column for.
        """
        known = self.registrations.columns
        if by is not None:
            for name in by:
                if name not in known:
                    raise UsageError(
                        f"registrations have no {shown(name)} to tell gains and losses by",
                        place="by",
                        value=name,
                        hint=suggestion(name, known) or f"there are {', '.join(sorted(known))}",
                    )
            return tuple(dict.fromkeys(by)), ()
        gone = (name for name in BY if name not in known)
        return tuple(name for name in BY if name in known), tuple(
            Absent(measure=f"by {name}", because=f"the history has no column `{name}`")
            for name in gone
        )


def frames() -> Any:
    """The library that measures; loaded when it is first asked for.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import polars as pl
    except ImportError as absent:
        raise MissingExtraError(
            f"measuring a history needs {shown('polars')}, which is not installed",
            value=absent.name,
            hint='run `pip install "dealreg[columnar]"`',
        ) from None
    return pl


def given_rules(rules: Any, what: str) -> Policy | PolicyBook:
    """The policy or the book itself.

    Raises:
        UsageError: it is neither.
    """
    if isinstance(rules, Policy | PolicyBook):
        return rules
    name = type(rules).__name__
    raise UsageError(
        f"{shown(name)} is not a policy or a policy book",
        place=what,
        value=name,
        hint="read one with `dealreg.wire.read_policy`",
    )


def conflict_keys(benefit: str, policies: Iterable[Policy], columns: Iterable[str]) -> list[str]:
    """The columns that say for which conflict a registration asks for a benefit.

    Where the policies have different scopes, or one that is no plain text, it is the opportunity.
    """
    known = set(columns)
    scopes = set()
    plain = True
    for policy in policies:
        contest = policy.contest(benefit)
        if contest is None:
            continue
        scopes.add(contest.scope.keys)
        kinds = [policy.vocabulary().get(name) for name in contest.scope.keys]
        plain = plain and all(k is not None and k.type is FieldType.TEXT for k in kinds)
    if len(scopes) == 1 and plain:
        (keys,) = scopes
        if known.issuperset(keys):
            return list(keys)
    return [name for name in ("opportunity_id",) if name in known]


def named(history: Any) -> bool:
    """Whether a history is named by a path."""
    return isinstance(history, str | os.PathLike)
