"""What predicates mean: true, false or unknown (None), after Kleene (spec clauses P-1 to P-10)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import assert_never

import attrs

from dealreg.facts.fields import FieldType
from dealreg.facts.records import Registration
from dealreg.facts.values import Money, Scalar, Value
from dealreg.facts.view import View
from dealreg.policy.predicates import (
    AllOf,
    AnyOf,
    Compare,
    Constant,
    Covers,
    External,
    Fact,
    Missing,
    Not,
    OneOf,
    Op,
    Overlaps,
    Predicate,
)

__all__ = ["Answers", "Reader", "Sortable", "sortable"]

Answers = Mapping[str, Mapping[str, bool]]
"""The answers to external questions: by name, then by registration id. No entry is unknown."""

Sortable = bool | int | Decimal | str | datetime | date | timedelta


@attrs.frozen(eq=False)
class Reader:
    """Asks predicates of one registration, and notes the facts it read."""

    view: View
    registration: Registration
    answers: Answers
    facts: dict[str, Value] = attrs.field(factory=dict, init=False)
    missing: dict[str, None] = attrs.field(factory=dict, init=False)

    def value(self, fact: Fact) -> Value | None:
        """The value of a fact for the registration; None when unknown."""
        name = f"{fact.name} as of {fact.as_of}" if fact.as_of else fact.name
        value = self.view.read(self.registration, fact.name, fact.as_of)
        if value is None:
            self.missing[name] = None
        else:
            self.facts[name] = value
        return value

    def truth(self, predicate: Predicate) -> bool | None:
        """Whether the predicate is true of the registration; None when unknown."""
        match predicate:
            case Constant(value):
                return value
            case Compare(fact, op, constant):
                return self._compare(fact, op, constant)
            case OneOf(fact, constants):
                return _any([self._compare(fact, Op.EQ, constant) for constant in constants])
            case Overlaps(fact, texts):
                among = self.value(fact)
                return None if among is None else not among.isdisjoint(texts)  # type: ignore[union-attr]
            case Covers(fact, texts):
                among = self.value(fact)
                return None if among is None else among.issuperset(texts)  # type: ignore[union-attr]
            case Missing(fact):
                return self.value(fact) is None
            case External(name):
                return self._answer(name)
            case AllOf(parts):
                return _all([self.truth(part) for part in parts])
            case AnyOf(parts):
                return _any([self.truth(part) for part in parts])
            case Not(part):
                inner = self.truth(part)
                return None if inner is None else not inner
            case _:
                assert_never(predicate)

    def _answer(self, name: str) -> bool | None:
        answer = self.answers.get(name, {}).get(self.registration.registration_id)
        if answer is None:
            self.missing[name] = None
        else:
            self.facts[name] = answer
        return answer

    def _compare(self, fact: Fact, op: Op, constant: Scalar) -> bool | None:
        value = self.value(fact)
        if value is None:
            return None
        if isinstance(value, Money) and isinstance(constant, Money):
            if value.currency != constant.currency:
                self.missing[f"{fact.name} in {constant.currency}"] = None
                return None
        one = sortable(self.view, fact, value)
        other = sortable(self.view, fact, constant)
        match op:
            case Op.EQ:
                return one == other
            case Op.NE:
                return one != other
            case Op.LT:
                return one < other  # type: ignore[operator]
            case Op.LE:
                return one <= other  # type: ignore[operator]
            case Op.GT:
                return one > other  # type: ignore[operator]
            case Op.GE:
                return one >= other  # type: ignore[operator]
            case _:
                assert_never(op)


def sortable(view: View, fact: Fact, value: Value) -> Sortable:
    """The value as it compares: a level by its place on the ladder, money by its amount."""
    field = view.vocabulary.get(fact.name)
    if field is not None and field.type is FieldType.ORDINAL:
        return field.levels.index(str(value))
    if isinstance(value, Money):
        return value.amount
    assert not isinstance(value, frozenset), "the checker refuses to compare or order sets"
    return value


def _all(parts: list[bool | None]) -> bool | None:
    if False in parts:
        return False
    return None if None in parts else True


def _any(parts: list[bool | None]) -> bool | None:
    if True in parts:
        return True
    return None if None in parts else False
