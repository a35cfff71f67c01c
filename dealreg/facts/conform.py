"""Do the facts fit the vocabulary: the right type for every field, levels that exist."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

import attrs

from dealreg.errors import FactsError, shown, suggestion
from dealreg.facts.case import Facts
from dealreg.facts.fields import Field, FieldType, Subject
from dealreg.facts.instants import LAST_YEAR
from dealreg.facts.records import Registration
from dealreg.facts.values import Money, Value
from dealreg.facts.view import Record
from dealreg.facts.vocabulary import Vocabulary

__all__ = ["facts_problems", "value_problem"]

_PYTHON: dict[FieldType, tuple[type, ...]] = {
    FieldType.BOOL: (bool,),
    FieldType.INTEGER: (int,),
    FieldType.DECIMAL: (Decimal, int),
    FieldType.MONEY: (Money,),
    FieldType.TEXT: (str,),
    FieldType.ORDINAL: (str,),
    FieldType.INSTANT: (datetime,),
    FieldType.DATE: (date,),
    FieldType.DURATION: (timedelta,),
    FieldType.TEXT_SET: (frozenset,),
}

_EXAMPLE: dict[FieldType, str] = {
    FieldType.BOOL: "true or false",
    FieldType.INTEGER: "a whole number",
    FieldType.DECIMAL: "a decimal number",
    FieldType.MONEY: "an amount with its currency, as in 50000 EUR",
    FieldType.TEXT: "a text",
    FieldType.ORDINAL: "one of its levels",
    FieldType.INSTANT: "an instant with its zone, as in 2026-03-01T09:00Z",
    FieldType.DATE: "a date, as in 2026-03-01",
    FieldType.DURATION: "a duration, as in 10 days",
    FieldType.TEXT_SET: "a set of texts",
}


def value_problem(field: Field, value: Value) -> tuple[str, str] | None:
    """Why a value cannot be one of this field's, and what to do; None when it can.

    >>> from dealreg.facts.core_fields import CORE
    >>> tier = attrs.evolve(next(f for f in CORE if f.name == "tier"), levels=("silver", "gold"))
    >>> value_problem(tier, "glod")
    ('`glod` is not a level of `tier`', 'did you mean `gold`?')
    """
    wrong = not isinstance(value, _PYTHON[field.type])
    wrong |= isinstance(value, bool) and field.type is not FieldType.BOOL
    wrong |= isinstance(value, datetime) and field.type is FieldType.DATE
    if wrong:
        return (
            f"{shown(value)} is not a value of `{field.name}`, which is of type {field.type}",
            f"give {_EXAMPLE[field.type]}",
        )
    if isinstance(value, datetime) and value.year >= LAST_YEAR:
        return (
            f"the instant {shown(value.isoformat())} is out of range",
            f"years to {LAST_YEAR - 1} are read; check for a typing mistake",
        )
    if field.type is FieldType.ORDINAL and field.levels and value not in field.levels:
        return (
            f"{shown(value)} is not a level of `{field.name}`",
            suggestion(value, field.levels),
        )
    return None


def facts_problems(facts: Facts, vocabulary: Vocabulary) -> list[FactsError]:
    """Everything in the facts that does not fit the vocabulary. Undeclared facts are ignored."""
    problems: list[FactsError] = []
    by_subject: dict[Subject, tuple[tuple[Record, str], ...]] = {
        Subject.REGISTRATION: tuple((r, r.registration_id) for r in facts.registrations),
        Subject.PARTNER: tuple((p, p.partner_id) for p in facts.partners),
        Subject.CUSTOMER: tuple((c, c.customer_id) for c in facts.customers),
        Subject.OPPORTUNITY: tuple((o, o.opportunity_id) for o in facts.opportunities),
    }
    declared = [field for name in vocabulary.names() if (field := vocabulary.get(name))]
    for subject, records in by_subject.items():
        fields = {f.name: f for f in declared if f.subject is subject and f.derived is None}
        for record, identifier in records:
            place = f"{subject} {identifier}"
            problems += [
                FactsError(found[0], place=f"{place}: {name}", value=value, hint=found[1])
                for name, value in _supplied(record, fields)
                if (found := value_problem(fields[name], value))
            ]
    return problems + _order_problems(facts.registrations)


def _supplied(record: Record, fields: dict[str, Field]) -> Iterator[tuple[str, Value]]:
    names = {attribute.name for attribute in attrs.fields(type(record))}
    for name in fields:
        value = record.attributes.get(name)
        if value is None and name in names:
            value = getattr(record, name)
        if value is not None:
            yield name, value
    for change in record.changes:
        if change.field in fields and change.value is not None:
            yield change.field, change.value


def _order_problems(registrations: tuple[Registration, ...]) -> list[FactsError]:
    problems = []
    for registration in registrations:
        for name in ("completed_at", "approved_at", "ended_at"):
            value = getattr(registration, name)
            if value is not None and value < registration.submitted_at:
                problems.append(
                    FactsError(
                        f"{shown(value.isoformat())} is before the registration was submitted, "
                        f"{shown(registration.submitted_at.isoformat())}",
                        place=f"registration {registration.registration_id}: {name}",
                        value=value,
                        hint="correct whichever of the two is wrong",
                    )
                )
    return problems
