"""What a policy declares: its ladder, its own fields, its calendars."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from dealreg.checking.circles import circles
from dealreg.checking.codes import finding
from dealreg.checking.uses import Use, use_findings
from dealreg.errors import shown, suggestion
from dealreg.facts.core_fields import CORE_NAMES
from dealreg.facts.fields import (
    Count,
    Derived,
    Elapsed,
    Field,
    FieldType,
    Inside,
    Same,
    SinceEnded,
    Tally,
)
from dealreg.facts.records import LIVE
from dealreg.facts.vocabulary import Vocabulary
from dealreg.outcome.findings import Finding
from dealreg.policy.policies import Policy

__all__ = ["calendar_finding", "declaration_findings", "parts_of", "repeated"]

_RESERVED = frozenset({"attributes", "changes", "tag"})
_INSTANT, _DAY = {FieldType.INSTANT}, {FieldType.INSTANT, FieldType.DATE}
_TEXT, _SET = {FieldType.TEXT}, {FieldType.TEXT_SET}


def declaration_findings(policy: Policy, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Names that clash, levels that repeat, derived fields that cannot be."""
    for level in repeated(policy.tiers):
        yield _twice("DUPLICATE_LEVEL", "tiers", level, "level")
    for name in repeated([field.name for field in policy.fields]):
        yield _twice("DUPLICATE_NAME", f"fields[{name}]", name, "field")
    for name in repeated([calendar.name for calendar in policy.calendars]):
        yield _twice("DUPLICATE_NAME", f"calendars[{name}]", name, "calendar")
    calendars = {calendar.name for calendar in policy.calendars}
    for field in policy.fields:
        path = f"fields[{field.name}]"
        yield from _name_findings(field, path)
        yield from _level_findings(field, path)
        yield from _derived_findings(field, path, vocabulary, calendars)
    yield from _circular(vocabulary)


def repeated(names: Sequence[str]) -> list[str]:
    """The names that stand more than once, sorted."""
    seen: set[str] = set()
    twice: set[str] = set()
    for name in names:
        (twice if name in seen else seen).add(name)
    return sorted(twice)


def _twice(code: str, path: str, name: str, what: str) -> Finding:
    return finding(code, path, f"the {what} {shown(name)} is there twice", "keep one, or rename it")


def calendar_finding(name: str | None, path: str, calendars: set[str]) -> Iterator[Finding]:
    """A calendar that is named and not there."""
    if name is not None and name not in calendars:
        yield finding(
            "UNKNOWN_CALENDAR",
            path,
            f"there is no calendar {shown(name)}",
            suggestion(name, calendars) or "add it to the policy's `calendars`",
        )


def _name_findings(field: Field, path: str) -> Iterator[Finding]:
    if field.name in CORE_NAMES:
        yield finding(
            "SHADOWS_CORE_FIELD",
            path,
            f"{shown(field.name)} is a built-in field",
            "use the built-in one, or give yours another name",
        )
    if field.name in _RESERVED or field.name.startswith("_"):
        yield finding(
            "RESERVED_NAME",
            path,
            f"{shown(field.name)} cannot be the name of a declared field",
            "give it another name, beginning with a letter",
        )


def _level_findings(field: Field, path: str) -> Iterator[Finding]:
    if field.type is not FieldType.ORDINAL:
        if field.levels:
            yield finding(
                "LEVELS_WITHOUT_EFFECT",
                path,
                f"{shown(field.name)} is of type {field.type}: its levels have no effect",
                "declare it an ordinal, or remove the levels",
            )
        return
    if not field.levels:
        yield finding(
            "NO_LEVELS",
            path,
            f"the ordinal {shown(field.name)} has no levels",
            "state its `levels`, lowest first",
        )
    for level in repeated(field.levels):
        yield _twice("DUPLICATE_LEVEL", path, level, "level")


def parts_of(derived: Derived) -> tuple[str, ...]:
    """The fields that a derived field is made of."""
    match derived:
        case Elapsed(start, end):
            return (start, end)
        case Same(left, right):
            return (left, right)
        case Inside(inner, outer):
            return (inner, outer)
        case Tally(same, where=where):
            return (*same, *where)
        case SinceEnded(same):
            return same
        case _:
            assert_never(derived)


def _derived_findings(
    field: Field, path: str, vocabulary: Vocabulary, calendars: set[str]
) -> Iterator[Finding]:
    derived = field.derived
    if derived is None:
        return
    made = _type_of(derived)
    if field.type is not made:
        yield finding(
            "WRONG_DERIVED_TYPE",
            path,
            f"{shown(field.name)} is declared {field.type}, and what it is derived from is {made}",
            f"declare it of type {made}",
        )
    for use in _part_uses(derived, f"{path}.derived"):
        yield from use_findings(use, vocabulary)
    if isinstance(derived, (Elapsed, Tally, SinceEnded)):
        yield from calendar_finding(derived.calendar, f"{path}.derived.calendar", calendars)
    if isinstance(derived, (Tally, SinceEnded)):
        yield from _counting_findings(derived, path, vocabulary)
    if isinstance(derived, Tally):
        yield from _status_findings(derived, path)


def _type_of(derived: Derived) -> FieldType:
    match derived:
        case Elapsed(count=count) | SinceEnded(count=count):
            return FieldType.DURATION if count is Count.TIME else FieldType.INTEGER
        case Same() | Inside():
            return FieldType.BOOL
        case Tally():
            return FieldType.INTEGER
        case _:
            assert_never(derived)


def _part_uses(derived: Derived, path: str) -> tuple[Use, ...]:
    match derived:
        case Elapsed(start, end, count):
            kinds = _INSTANT if count is Count.TIME else _DAY
            what = f"counted in {count}"
            return (
                Use(f"{path}.start", start, kinds, what),
                Use(f"{path}.end", end, kinds, what),
            )
        case Same(left, right):
            what = "compared with another text"
            return (
                Use(f"{path}.left", left, _TEXT, what),
                Use(f"{path}.right", right, _TEXT, what),
            )
        case Inside(inner, outer):
            return (
                Use(f"{path}.inner", inner, _TEXT | _SET, "looked for in a set"),
                Use(f"{path}.outer", outer, _SET, "a set to look in"),
            )
        case Tally(same, where=where):
            texts = (Use(f"{path}.where.{name}", name, _TEXT, "counted by") for name in where)
            return (*_agreeing(same, path), *texts)
        case SinceEnded(same):
            return _agreeing(same, path)
        case _:
            assert_never(derived)


def _agreeing(same: tuple[str, ...], path: str) -> tuple[Use, ...]:
    return tuple(
        Use(f"{path}.same[{place}]", name, set(FieldType), "agreed in")
        for place, name in enumerate(same)
    )


_COUNTING = {Tally: "a tally", SinceEnded: "a time since others ended"}


def _counting_findings(
    derived: Tally | SinceEnded, path: str, vocabulary: Vocabulary
) -> Iterator[Finding]:
    # A tally of tallies would read all registrations once for every registration, and so on.
    for place, name in enumerate(derived.same):
        field = vocabulary.get(name)
        if field is not None and isinstance(field.derived, (Tally, SinceEnded)):
            one, other = _COUNTING[type(field.derived)], _COUNTING[type(derived)]
            another = other.replace("a ", "another ", 1) if one == other else other
            yield finding(
                "WRONG_FIELD_TYPE",
                f"{path}.derived.same[{place}]",
                f"{shown(name)} is {one}, and cannot be what {another} agrees in",
                "name the fields that it counts by",
            )


def _status_findings(tally: Tally, path: str) -> Iterator[Finding]:
    status = tally.where.get("status")
    live = sorted(each.value for each in LIVE)
    if status is not None and status not in live:
        yield finding(
            "NEVER_APPLIES",
            f"{path}.derived.where.status",
            f"a tally counts live registrations, and none of them is {shown(status)}",
            suggestion(status, live),
        )


def _circular(vocabulary: Vocabulary) -> Iterator[Finding]:
    fields = [vocabulary.get(name) for name in vocabulary.names()]
    graph = {
        field.name: parts_of(field.derived)
        for field in fields
        if field is not None and field.derived is not None
    }
    for circle in circles(graph):
        yield finding(
            "CIRCULAR_FIELDS",
            f"fields[{circle[0]}].derived",
            "derived fields are made of each other: " + " of ".join(f"`{name}`" for name in circle),
            "derive one of them from supplied fields",
        )
