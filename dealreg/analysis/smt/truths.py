"""What predicates come to, as formulas: when they are true, and when they are false (Kleene)."""

from typing import Any, assert_never

import attrs
import z3

from dealreg.analysis.smt.symbols import Symbols
from dealreg.facts.fields import FieldType
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

__all__ = ["Truth", "Truths"]


@attrs.frozen(eq=False)
class Truth:
    """When a predicate is true, and when it is false; in neither case it is unknown."""

    true: Any
    false: Any


@attrs.frozen(eq=False)
class Truths:
    """What predicates come to, over the facts that the symbols stand for."""

    symbols: Symbols

    def comparable(self, fact: Fact, place: int, currency: str | None) -> Any:
        """Whether a fact is known, and of money in the currency that it is compared in."""
        known = self.symbols.known(fact.name, place)
        if self.symbols.found.fields[fact.name].type is not FieldType.MONEY or currency is None:
            return known
        at = self.symbols.currencies.index(currency)
        return z3.And(known, self.symbols.currency(fact.name, place) == at)

    def of(self, predicate: Predicate, place: int) -> Truth:
        """When a predicate is true of a registration, and when it is false, after Kleene."""
        match predicate:
            case Constant(value):
                return Truth(z3.BoolVal(value), z3.BoolVal(not value))
            case Not(part):
                inner = self.of(part, place)
                return Truth(inner.false, inner.true)
            case AllOf(parts):
                each = [self.of(part, place) for part in parts]
                return Truth(z3.And([e.true for e in each]), z3.Or([e.false for e in each]))
            case AnyOf(parts):
                each = [self.of(part, place) for part in parts]
                return Truth(z3.Or([e.true for e in each]), z3.And([e.false for e in each]))
            case OneOf(fact, constants):
                equal = tuple(Compare(fact, Op.EQ, constant) for constant in constants)
                return self.of(AnyOf(equal), place)
            case Missing(fact):
                known = self.symbols.known(fact.name, place)
                return Truth(z3.Not(known), known)
            case Compare(fact, op, constant):
                currency = getattr(constant, "currency", None)
                known = self.comparable(fact, place, currency)
                field = self.symbols.found.fields[fact.name]
                value = self.symbols.value(fact.name, place)
                return _known(known, _compared(op, value, self.symbols.number(field, constant)))
            case Overlaps(fact, texts) | Covers(fact, texts):
                has = [self.symbols.has(fact.name, place, each) for each in texts]
                holds = z3.Or(has) if isinstance(predicate, Overlaps) else z3.And(has)
                return _known(self.symbols.known(fact.name, place), holds)
            case Only(fact, texts):
                beyond = [each for each in self.symbols.named(fact.name) if each not in texts]
                has = [self.symbols.has(fact.name, place, each) for each in (*beyond, None)]
                return _known(self.symbols.known(fact.name, place), z3.Not(z3.Or(has)))
            case External():
                raise AssertionError("refused before")
            case _:
                assert_never(predicate)


def _known(known: Any, holds: Any) -> Truth:
    return Truth(z3.And(known, holds), z3.And(known, z3.Not(holds)))


def _compared(op: Op, value: Any, constant: int) -> Any:
    match op:
        case Op.EQ:
            return value == constant
        case Op.NE:
            return value != constant
        case Op.LT:
            return value < constant
        case Op.LE:
            return value <= constant
        case Op.GT:
            return value > constant
        case Op.GE:
            return value >= constant
        case _:
            assert_never(op)
