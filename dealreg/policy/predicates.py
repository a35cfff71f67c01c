"""Predicates: what a rule asks of one registration and the partner behind it.

Data only. What a predicate means is in `dealreg/deciders/reference.py` and `docs/spec/policy.md`.
Build them with `dealreg.field` rather than by hand.
"""

from collections.abc import Iterable
from typing import Any, ClassVar, TypeAlias

import attrs

from dealreg.errors import PolicyError, UsageError, shown
from dealreg.facts.values import Choice, Scalar, as_tuple, exact, typed

__all__ = [
    "DEEPEST",
    "AllOf",
    "AnyOf",
    "Compare",
    "Constant",
    "Covers",
    "External",
    "Fact",
    "Missing",
    "Not",
    "OneOf",
    "Only",
    "Op",
    "Overlaps",
    "Predicate",
    "predicate",
]

DEEPEST = 100
"""How deep predicates may nest. Deeper ones are no rule a person could check."""


class Op(Choice):
    """A comparison of a field with a constant."""

    EQ = "=="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="


@attrs.frozen
class Fact:
    """A field, as it is at the instant of the decision, or as it was at another instant.

    Attributes:
        name: a field of the vocabulary.
        as_of: the name of an instant field, such as `submitted_at`; None for the decision.
    """

    tag: ClassVar[str] = "fact"

    name: str
    as_of: str | None = None


def _scalar(value: object) -> Scalar:
    constant = exact(value)
    if isinstance(constant, frozenset):
        raise UsageError(
            f"{shown(sorted(constant))} is a set, not one value",
            value=constant,
            hint="compare sets with `.covers(...)` or `.overlaps(...)`",
        )
    return constant


def _distinct(values: Iterable[object]) -> tuple[Scalar, ...]:
    if isinstance(values, str):
        raise UsageError(
            f"{shown(values)} is one text, not several values", value=values, hint="give a list"
        )
    # by their spelling: numbers can be chosen so that all have one hash
    distinct = {repr(typed(constant)): constant for constant in map(_scalar, as_tuple(values))}
    if not distinct:
        raise PolicyError("an empty list of values can never match", hint="name at least one value")
    return tuple(distinct[key] for key in sorted(distinct))


def _texts(values: Iterable[object]) -> tuple[str, ...]:
    texts = _distinct(values)
    if not all(isinstance(text, str) for text in texts):
        raise UsageError(f"{shown(list(texts))} are not all texts", value=texts)
    return texts  # type: ignore[return-value]


@attrs.frozen
class Constant:
    """Always true, or never."""

    tag: ClassVar[str] = "constant"

    value: bool


@attrs.frozen
class Compare:
    """The field compared with a constant. Unknown when the field is missing.

    Two amounts of different currencies do not compare: unknown.
    """

    tag: ClassVar[str] = "compare"

    fact: Fact
    op: Op = attrs.field(converter=Op)
    value: Scalar = attrs.field(converter=_scalar, eq=typed)


@attrs.frozen
class OneOf:
    """The field has one of the values. Unknown when it is missing."""

    tag: ClassVar[str] = "one_of"

    fact: Fact
    values: tuple[Scalar, ...] = attrs.field(converter=_distinct, eq=typed)


@attrs.frozen
class Overlaps:
    """The set has at least one of the texts. Unknown when it is missing."""

    tag: ClassVar[str] = "overlaps"

    fact: Fact
    values: tuple[str, ...] = attrs.field(converter=_texts)


@attrs.frozen
class Covers:
    """The set has all of the texts. Unknown when it is missing."""

    tag: ClassVar[str] = "covers"

    fact: Fact
    values: tuple[str, ...] = attrs.field(converter=_texts)


@attrs.frozen
class Only:
    """The set has nothing but the texts; an empty set has. Unknown when it is missing."""

    tag: ClassVar[str] = "only"

    fact: Fact
    values: tuple[str, ...] = attrs.field(converter=_texts)


@attrs.frozen
class Missing:
    """The field is not known. Never itself unknown."""

    tag: ClassVar[str] = "missing"

    fact: Fact


@attrs.frozen
class External:
    """A yes-or-no question that the programme answers in its own code, by name.

    The answers are passed to `decide` and kept in its record, so that a decision re-runs without
    the code. Every analysis of a policy that asks one is bounded.
    """

    tag: ClassVar[str] = "external"

    name: str


def _depth(parts: Iterable[Any]) -> int:
    deepest = 1 + max((getattr(part, "depth", 0) for part in parts), default=0)
    if deepest > DEEPEST:
        raise PolicyError(
            f"a predicate is nested more than {DEEPEST} deep",
            hint="write `all of` and `any of` with many parts instead of nesting them",
        )
    return deepest


def predicate(value: Any) -> "Predicate":
    """The predicate that a builder has built; a predicate is itself.

    Raises:
        UsageError: when the value is neither.
    """
    node = getattr(value, "predicate", value)
    if isinstance(node, _KINDS):
        return node
    raise UsageError(
        f"{shown(value)} is not a predicate",
        value=value,
        hint='build one as in `field("tier") >= "gold"`',
    )


def _parts(parts: Iterable[Any]) -> tuple["Predicate", ...]:
    return tuple(predicate(part) for part in as_tuple(parts))


@attrs.frozen
class AllOf:
    """All parts are true; false if one is false, else unknown if one is unknown."""

    tag: ClassVar[str] = "all_of"

    parts: tuple["Predicate", ...] = attrs.field(converter=_parts)
    depth: int = attrs.field(init=False, eq=False, repr=False)

    @depth.default
    def _measure(self) -> int:
        return _depth(self.parts)


@attrs.frozen
class AnyOf:
    """Some part is true; true if one is true, else unknown if one is unknown."""

    tag: ClassVar[str] = "any_of"

    parts: tuple["Predicate", ...] = attrs.field(converter=_parts)
    depth: int = attrs.field(init=False, eq=False, repr=False)

    @depth.default
    def _measure(self) -> int:
        return _depth(self.parts)


@attrs.frozen
class Not:
    """The part is false; unknown stays unknown."""

    tag: ClassVar[str] = "not"

    part: "Predicate" = attrs.field(converter=predicate)
    depth: int = attrs.field(init=False, eq=False, repr=False)

    @depth.default
    def _measure(self) -> int:
        return _depth((self.part,))


Predicate: TypeAlias = (
    Constant | Compare | OneOf | Overlaps | Covers | Only | Missing | External | AllOf | AnyOf | Not
)
"""The closed union of predicate nodes."""

_KINDS = (Constant, Compare, OneOf, Overlaps, Covers, Only, Missing, External, AllOf, AnyOf, Not)
