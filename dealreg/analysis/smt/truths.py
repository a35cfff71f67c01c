"""What predicates come to, as formulas: when they are true, and when they are false (Kleene)."""

from typing import assert_never

import attrs

from dealreg.analysis.smt.logic import Formula, Number, both, either, no
from dealreg.analysis.smt.views import View
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

    true: Formula
    false: Formula

    @property
    def unknown(self) -> Formula:
        """When it is neither."""
        return both(no(self.true), no(self.false))


@attrs.frozen(eq=False)
class Truths:
    """What predicates come to, over the facts that a policy sees."""

    view: View

    def comparable(self, fact: Fact, place: int, currency: str | None) -> Formula:
        """Whether a fact is known, and of money in the currency that it is compared in."""
        known = self.view.known(fact, place)
        if self.view.field(fact.name).type is not FieldType.MONEY or currency is None:
            return known
        at = self.view.symbols.currencies.index(currency)
        return both(known, self.view.currency(fact, place) == at)

    def of(self, predicate: Predicate, place: int) -> Truth:
        """When a predicate is true of a registration, and when it is false, after Kleene."""
        match predicate:
            case Constant(value):
                return Truth(value, not value)
            case Not(part):
                inner = self.of(part, place)
                return Truth(inner.false, inner.true)
            case AllOf(parts):
                each = [self.of(part, place) for part in parts]
                return Truth(both(*(e.true for e in each)), either(*(e.false for e in each)))
            case AnyOf(parts):
                each = [self.of(part, place) for part in parts]
                return Truth(either(*(e.true for e in each)), both(*(e.false for e in each)))
            case OneOf(fact, constants):
                equal = tuple(Compare(fact, Op.EQ, constant) for constant in constants)
                return self.of(AnyOf(equal), place)
            case Missing(fact):
                known = self.view.known(fact, place)
                return Truth(no(known), known)
            case Compare(fact, op, constant):
                known = self.comparable(fact, place, getattr(constant, "currency", None))
                number = self.view.symbols.number(self.view.field(fact.name), constant)
                return _known(known, _compared(op, self.view.value(fact, place), number))
            case Overlaps() | Covers() | Only():
                return self._among(predicate, place)
            case External():
                raise AssertionError("refused before")
            case _:
                assert_never(predicate)

    def _among(self, predicate: Overlaps | Covers | Only, place: int) -> Truth:
        fact, texts = predicate.fact, predicate.values
        named = {self.view.symbols.text(each) for each in texts}
        if isinstance(predicate, Only):
            beyond = [e for e in self.view.symbols.members(fact.name) if e not in named]
            holds = no(either(*(self.view.has(fact, place, each) for each in beyond)))
        else:
            has = [self.view.has(fact, place, each) for each in sorted(named)]
            holds = either(*has) if isinstance(predicate, Overlaps) else both(*has)
        return _known(self.view.known(fact, place), holds)


def _known(known: Formula, holds: Formula) -> Truth:
    return Truth(both(known, holds), both(known, no(holds)))


def _compared(op: Op, value: Number, constant: int) -> Formula:
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
