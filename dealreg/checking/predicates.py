"""Do predicates ask what can be asked of their fields."""

from collections.abc import Iterator
from typing import Final

from dealreg.checking.codes import finding
from dealreg.checking.uses import levels_findings, unknown_field, use_findings, use_of
from dealreg.errors import shown
from dealreg.facts.conform import value_problem
from dealreg.facts.fields import Field, FieldType
from dealreg.facts.values import Scalar
from dealreg.facts.vocabulary import Vocabulary
from dealreg.outcome.findings import Finding
from dealreg.policy.predicates import Compare, Covers, OneOf, Only, Op, Overlaps, Predicate
from dealreg.policy.walk import atoms, fact_of

__all__ = ["ORDERED", "predicate_findings"]

ORDERED: Final = frozenset(
    {
        FieldType.INTEGER,
        FieldType.DECIMAL,
        FieldType.MONEY,
        FieldType.ORDINAL,
        FieldType.INSTANT,
        FieldType.DATE,
        FieldType.DURATION,
    }
)
"""The types whose values come in an order that means something."""

_INSTEAD = {
    FieldType.BOOL: "ask whether it is true or false",
    FieldType.TEXT: "name the values one by one, or declare the field an ordinal with its levels",
    FieldType.TEXT_SET: "ask which texts it covers or overlaps",
}


def predicate_findings(
    predicate: Predicate, path: str, vocabulary: Vocabulary
) -> Iterator[Finding]:
    """Unknown fields, comparisons that are not defined, constants of the wrong type."""
    for place, atom in atoms(predicate, path):
        fact = fact_of(atom)
        if fact is None:
            continue
        field = vocabulary.get(fact.name)
        if field is None:
            yield unknown_field(fact.name, place, vocabulary)
        else:
            yield from _atom_findings(atom, field, place)
        if fact.as_of is not None:
            anchor = use_of(type(fact)(fact.as_of), place, {FieldType.INSTANT}, _ANCHOR)
            yield from use_findings(anchor, vocabulary)


_ANCHOR = "an instant to read a field at"


def _atom_findings(atom: Predicate, field: Field, path: str) -> Iterator[Finding]:
    match atom:
        case Compare(_, op, value):
            yield from _compare_findings(field, op, (value,), path)
        case OneOf(_, values):
            yield from _compare_findings(field, Op.EQ, values, path)
        case Overlaps() | Covers() | Only():
            if field.type is not FieldType.TEXT_SET:
                yield finding(
                    "WRONG_OPERATOR",
                    path,
                    f"{shown(field.name)} is of type {field.type}: {_of_set(atom)} is for sets",
                    "compare it, or ask whether it is one of several values",
                )
        case _:
            pass


def _of_set(atom: Overlaps | Covers | Only) -> str:
    return f"`{atom.tag}`"


def _compare_findings(
    field: Field, op: Op, values: tuple[Scalar, ...], path: str
) -> Iterator[Finding]:
    equality = op in (Op.EQ, Op.NE)
    if field.type not in ORDERED and (not equality or field.type is FieldType.TEXT_SET):
        yield finding(
            "WRONG_OPERATOR",
            path,
            f"{shown(field.name)} is of type {field.type}: `{op}` is not defined for it",
            _INSTEAD[field.type],
        )
        return
    if field.type is FieldType.ORDINAL:
        yield from levels_findings(field, path)
    for value in values:
        problem = value_problem(field, value)
        if problem is not None:
            yield finding("WRONG_CONSTANT", path, *problem)
