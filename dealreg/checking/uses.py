"""A field named by a part of a policy, and the types that have a meaning there."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

import attrs

from dealreg.checking.codes import finding
from dealreg.errors import shown, suggestion
from dealreg.facts.fields import Field, FieldType
from dealreg.facts.vocabulary import Vocabulary
from dealreg.outcome.findings import Finding
from dealreg.policy.predicates import Fact

__all__ = ["Use", "levels_findings", "unknown_field", "use_findings", "use_of"]


@attrs.frozen
class Use:
    """A field, the types it may have, and for what it is used, as words after `cannot be`."""

    path: str
    name: str
    kinds: AbstractSet[FieldType]
    what: str
    as_of: str | None = None
    hint: str = ""


def use_of(fact: Fact, path: str, kinds: AbstractSet[FieldType], what: str, hint: str = "") -> Use:
    """The use of a fact, its `as_of` included."""
    return Use(path, fact.name, kinds, what, fact.as_of, hint)


def use_findings(use: Use, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Whether the field is there and its type fits, and the instant it is read at."""
    field = vocabulary.get(use.name)
    if field is None:
        yield unknown_field(use.name, use.path, vocabulary)
    elif field.type not in use.kinds:
        yield finding(
            "WRONG_FIELD_TYPE",
            use.path,
            f"{shown(field.name)} is of type {field.type}, and cannot be {use.what}",
            use.hint or f"name a field of type {_either(use.kinds)}",
        )
    elif field.type is FieldType.ORDINAL and use.kinds != set(FieldType):
        yield from levels_findings(field, use.path)
    if use.as_of is not None:
        yield from use_findings(
            Use(use.path, use.as_of, {FieldType.INSTANT}, "an instant to read a field at"),
            vocabulary,
        )


def unknown_field(name: str, path: str, vocabulary: Vocabulary) -> Finding:
    """The finding that there is no such field."""
    hint = suggestion(name, vocabulary.names())
    if not hint.startswith("did you mean"):
        hint = "use a built-in field, or declare it in the policy's `fields`"
    return finding("UNKNOWN_FIELD", path, f"there is no field {shown(name)}", hint)


def levels_findings(field: Field, path: str) -> Iterator[Finding]:
    """An ordinal that is compared or ordered by, and has no levels."""
    if not field.levels:
        yield finding(
            "NO_LEVELS",
            path,
            f"{shown(field.name)} is used, and has no levels",
            "state the policy's `tiers`, lowest first"
            if field.name == "tier"
            else "state its `levels`, lowest first",
        )


def _either(kinds: AbstractSet[FieldType]) -> str:
    return " or ".join(sorted(kinds))
