"""How far a registration fell short: of what was needed, or of the one that was preferred.

Part of the wall of `dealreg.rendering.reasons`: own facts and distances, nothing of anybody else.
"""

from datetime import timedelta
from typing import ClassVar, TypeAlias

import attrs

from dealreg.facts.values import Value, as_tuple, typed
from dealreg.policy.predicates import Predicate

__all__ = [
    "AllShort",
    "AnyShort",
    "Gap",
    "LevelGap",
    "OwnMissing",
    "Short",
    "Shortfall",
    "TimeGap",
    "Unsaid",
]


@attrs.frozen
class Short:
    """One thing that was needed and is not so, or is not known.

    Attributes:
        atom, negated: what was needed: the predicate, or with `negated` its opposite.
        unknown: whether it failed because a fact is not known.
        own: what was found of the registration's own facts; None when not known or not its own.
    """

    tag: ClassVar[str] = "short"

    atom: Predicate
    negated: bool
    unknown: bool
    own: Value | None = attrs.field(default=None, eq=typed)


@attrs.frozen
class AllShort:
    """Several things, each of which was needed."""

    tag: ClassVar[str] = "all_short"

    parts: tuple["Shortfall", ...] = attrs.field(converter=as_tuple)


@attrs.frozen
class AnyShort:
    """Several things, one of which would have been enough."""

    tag: ClassVar[str] = "any_short"

    parts: tuple["Shortfall", ...] = attrs.field(converter=as_tuple)


Shortfall: TypeAlias = Short | AllShort | AnyShort


@attrs.frozen
class TimeGap:
    """How much earlier or later the preferred registration was."""

    tag: ClassVar[str] = "time_gap"

    length: timedelta


@attrs.frozen
class LevelGap:
    """How many levels lay between the two."""

    tag: ClassVar[str] = "level_gap"

    levels: int


@attrs.frozen
class OwnMissing:
    """The registration's own value was not known."""

    tag: ClassVar[str] = "own_missing"


@attrs.frozen
class Unsaid:
    """Another registration came first by it; how far is not for this reader."""

    tag: ClassVar[str] = "unsaid"


Gap: TypeAlias = TimeGap | LevelGap | OwnMissing | Unsaid
