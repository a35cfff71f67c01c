"""How a field is read: straight from its record where that is all there is to it, else as a view.

`dealreg.facts.view` says what a field is. Most fields are a column of a record, or one of its own
attributes; those a compiled policy reads without asking what kind of field it is each time.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, TypeAlias

import attrs

from dealreg.deciders.compiled.context import Context
from dealreg.facts.fields import Field, FieldType, Same, Subject
from dealreg.facts.records import Opportunity, Partner, Registration
from dealreg.facts.values import Money, Scalar, Value
from dealreg.facts.vocabulary import Vocabulary
from dealreg.policy.clocks import Missed
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import Fact

__all__ = ["COLUMNS", "Read", "Reads", "Sorted"]

Read: TypeAlias = Callable[[Context, Registration], Value | None]
"""The value of one field for a registration; None when it is not known."""

Sorted: TypeAlias = Callable[[Value], Any]
"""A value as it compares."""

_KINDS: Final = {
    Subject.REGISTRATION: Registration,
    Subject.PARTNER: Partner,
    Subject.OPPORTUNITY: Opportunity,
}

COLUMNS: Final = {
    subject: tuple(each.name for each in attrs.fields(kind) if each.name != "changes")
    for subject, kind in _KINDS.items()
}
"""What each kind of record has a column for."""

_OWN_WAY: Final = frozenset(
    {"asked_at", "status", "currency", "filed_by", "partner_group", "last_submitted_at"}
    | {"customer_id", "attributes", "changes", "tag"}
)
"""Fields that are more than a column, and names that are not fields at all."""


@attrs.frozen(eq=False)
class Reads:
    """How the fields of one policy are read."""

    policy: Policy
    vocabulary: Vocabulary
    deems: bool = attrs.field(init=False)
    closes: bool = attrs.field(init=False)

    @deems.default
    def _deems(self) -> bool:
        return self.policy.sla is not None and self.policy.sla.missed is Missed.DEEMED_APPROVED

    @closes.default
    def _closes(self) -> bool:
        return any(c.period is not None and c.period.closes for c in self.policy.contests)

    def plain(self, fact: Fact) -> Field | None:
        """The field, if it is read straight from a record; else None."""
        field = self.vocabulary.get(fact.name)
        if field is None or field.derived is not None or fact.as_of is not None:
            return None
        if field.name in _OWN_WAY or field.subject not in _KINDS:
            return None
        if field.name == "approved_at" and self.deems:
            return None
        kind = _KINDS[field.subject]
        if field.name not in COLUMNS[field.subject] and hasattr(kind, field.name):
            return None  # something of the class that is no column
        return field

    def reader(self, fact: Fact) -> Read:
        """How a fact is read."""
        field = self.vocabulary.get(fact.name)
        if field is not None and fact.as_of is None and isinstance(field.derived, Same):
            return self._same(field.derived)
        plain = self.plain(fact)
        if plain is None:
            return _viewed(fact)
        return _column(plain) if plain.name in COLUMNS[plain.subject] else _attribute(plain)

    def named(self, name: str) -> Read:
        """How a field is read, as it is at the instant of the decision."""
        return self.reader(Fact(name))

    def _same(self, same: Same) -> Read:
        left, right = self.named(same.left), self.named(same.right)

        def read(c: Context, registration: Registration) -> Value | None:
            one, other = left(c, registration), right(c, registration)
            return None if one is None or other is None else one == other

        return read

    def sorts(self, fact: Fact) -> Sorted:
        """How the values of a fact compare: a level by its place, money by its amount."""
        field = self.vocabulary.get(fact.name)
        if field is not None and field.type is FieldType.ORDINAL:
            return field.levels.index
        if field is not None and field.type is FieldType.MONEY:
            return _amount
        return _itself

    def constant(self, fact: Fact, value: Scalar) -> Any:
        """A constant as it compares with the values of a fact."""
        field = self.vocabulary.get(fact.name)
        if field is not None and field.type is FieldType.ORDINAL:
            return field.levels.index(str(value))
        return value.amount if isinstance(value, Money) else value


def _amount(value: Any) -> Any:
    return value.amount if isinstance(value, Money) else value


def _itself(value: Any) -> Any:
    return value


def _viewed(fact: Fact) -> Read:
    name, as_of = fact.name, fact.as_of

    def read(c: Context, registration: Registration) -> Value | None:
        return c.view.read(registration, name, as_of)

    return read


def _record_of(subject: Subject) -> Callable[[Context, Registration], Any]:
    if subject is Subject.REGISTRATION:
        return lambda _, registration: registration
    if subject is Subject.PARTNER:
        return lambda c, registration: c.partners.get(registration.partner_id)
    return lambda c, registration: c.opportunities.get(registration.opportunity_id or "")


def _column(field: Field) -> Read:
    name, record_of = field.name, _record_of(field.subject)

    def read(c: Context, registration: Registration) -> Value | None:
        record = record_of(c, registration)
        if record is None:
            return None
        if record.changes or record.attributes:
            return c.view.read(registration, name)
        value: Value | None = getattr(record, name)
        return value

    if field.type is not FieldType.INSTANT:
        return read

    def read_instant(c: Context, registration: Registration) -> Value | None:
        value = read(c, registration)
        return None if value is None or value > c.at else value  # type: ignore[operator]

    return read_instant


def _attribute(field: Field) -> Read:
    name, record_of = field.name, _record_of(field.subject)
    decimal, instant = field.type is FieldType.DECIMAL, field.type is FieldType.INSTANT

    def read(c: Context, registration: Registration) -> Value | None:
        record = record_of(c, registration)
        if record is None:
            return None
        if record.changes:
            return c.view.read(registration, name)
        value: Value | None = record.attributes.get(name)
        if decimal and type(value) is int:
            return c.view.read(registration, name)
        if instant and isinstance(value, datetime) and value > c.at:
            return None
        return value

    return read
