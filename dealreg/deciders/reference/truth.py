"""What predicates mean: true, false or unknown (None), after Kleene (spec clauses P-1 to P-10)."""

from collections.abc import Iterable, Mapping
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
    Only,
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
    """Asks predicates of one registration, and notes the facts it read.

    `missing` are those that kept an answer unknown: not one that another part made irrelevant.
    """

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
                return self._one_of(fact, constants)
            case Overlaps(fact, texts):
                among = self.value(fact)
                return None if among is None else not among.isdisjoint(texts)  # type: ignore[union-attr]
            case Covers(fact, texts):
                among = self.value(fact)
                return None if among is None else among.issuperset(texts)  # type: ignore[union-attr]
            case Only(fact, texts):
                among = self.value(fact)
                return None if among is None else among.issubset(texts)  # type: ignore[union-attr]
            case Missing(fact):
                return self._is_missing(fact)
            case External(name):
                return self._answer(name)
            case AllOf(parts):
                return self._joined(parts, decisive=False)
            case AnyOf(parts):
                return self._joined(parts, decisive=True)
            case Not(part):
                inner = self.truth(part)
                return None if inner is None else not inner
            case _:
                assert_never(predicate)

    def _one_of(self, fact: Fact, constants: Iterable[Scalar]) -> bool | None:
        return self._joined((Compare(fact, Op.EQ, each) for each in constants), decisive=True)

    def _joined(self, parts: Iterable[Predicate], *, decisive: bool) -> bool | None:
        """The truth of parts together, which one `decisive` part settles, whatever the others."""
        before = dict(self.missing)
        answers = [self.truth(part) for part in parts]
        if decisive in answers:
            self.missing.clear()
            self.missing.update(before)
            return decisive
        return None if None in answers else not decisive

    def _is_missing(self, fact: Fact) -> bool:
        unknown = self.view.read(self.registration, fact.name, fact.as_of) is None
        if not unknown:
            self.value(fact)
        return unknown

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
        if (
            isinstance(value, Money)
            and isinstance(constant, Money)
            and value.currency != constant.currency
        ):
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
