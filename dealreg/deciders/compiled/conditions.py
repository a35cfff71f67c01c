"""Predicates as closures: true, false or None for unknown; and what keeps one unknown.

The answer is asked of every registration; which facts are missing only of those where it is
unknown. So the first is made for speed, and the second walks all parts, as the reference does.
"""

import operator
from collections.abc import Callable
from typing import Any, TypeAlias, assert_never

from dealreg.deciders.compiled.context import Context
from dealreg.deciders.compiled.reads import Read, Reads
from dealreg.facts.records import Registration
from dealreg.facts.values import Money, Scalar
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

__all__ = ["Lacks", "Truth", "lacks", "truth"]

Truth: TypeAlias = Callable[[Context, Registration], bool | None]
"""Whether a predicate is true of a registration; None when unknown."""

Lacks: TypeAlias = Callable[[Context, Registration], tuple[bool | None, frozenset[str]]]
"""The same, and the facts that keep it unknown."""

_COMPARES: dict[Op, Callable[[Any, Any], bool]] = {
    Op.EQ: operator.eq,
    Op.NE: operator.ne,
    Op.LT: operator.lt,
    Op.LE: operator.le,
    Op.GT: operator.gt,
    Op.GE: operator.ge,
}
_NOTHING: frozenset[str] = frozenset()


def truth(predicate: Predicate, reads: Reads) -> Truth:
    """A predicate as a closure."""
    match predicate:
        case Constant(value):
            return lambda _c, _r: value
        case Compare(fact, op, constant):
            return _compare(fact, op, constant, reads)
        case OneOf(fact, constants):
            return _any([_compare(fact, Op.EQ, each, reads) for each in constants])
        case Overlaps(fact, texts):
            return _on_set(reads.reader(fact), lambda among: not among.isdisjoint(texts))
        case Covers(fact, texts):
            return _on_set(reads.reader(fact), lambda among: among.issuperset(texts))
        case Only(fact, texts):
            return _on_set(reads.reader(fact), lambda among: among.issubset(texts))
        case Missing(fact):
            read = reads.reader(fact)
            return lambda c, r: read(c, r) is None
        case External(name):
            return lambda c, r: c.answers.get(name, {}).get(r.registration_id)
        case AllOf(parts):
            return _all([truth(part, reads) for part in parts])
        case AnyOf(parts):
            return _any([truth(part, reads) for part in parts])
        case Not(part):
            return _not(truth(part, reads))
        case _:
            assert_never(predicate)


def _on_set(read: Read, test: Callable[[Any], bool]) -> Truth:
    def asked(c: Context, registration: Registration) -> bool | None:
        among = read(c, registration)
        return None if among is None else test(among)

    return asked


def _compare(fact: Fact, op: Op, constant: Scalar, reads: Reads) -> Truth:
    read, compares, sorts = reads.reader(fact), _COMPARES[op], reads.sorts(fact)
    other = reads.constant(fact, constant)
    currency = constant.currency if isinstance(constant, Money) else None

    def asked(c: Context, registration: Registration) -> bool | None:
        value = read(c, registration)
        if value is None:
            return None
        if currency is not None and isinstance(value, Money) and value.currency != currency:
            return None
        return compares(sorts(value), other)

    return asked


def _all(parts: list[Truth]) -> Truth:
    def asked(c: Context, registration: Registration) -> bool | None:
        answer: bool | None = True
        for part in parts:
            one = part(c, registration)
            if one is False:
                return False
            if one is None:
                answer = None
        return answer

    return asked


def _any(parts: list[Truth]) -> Truth:
    def asked(c: Context, registration: Registration) -> bool | None:
        answer: bool | None = False
        for part in parts:
            one = part(c, registration)
            if one:
                return True
            if one is None:
                answer = None
        return answer

    return asked


def _not(part: Truth) -> Truth:
    def asked(c: Context, registration: Registration) -> bool | None:
        answer = part(c, registration)
        return None if answer is None else not answer

    return asked


def lacks(predicate: Predicate, reads: Reads) -> Lacks:
    """A predicate as a closure that also tells which facts keep it unknown."""
    match predicate:
        case AllOf(parts):
            return _joined([lacks(part, reads) for part in parts], decisive=False)
        case AnyOf(parts):
            return _joined([lacks(part, reads) for part in parts], decisive=True)
        case OneOf(fact, constants):
            compared: list[Predicate] = [Compare(fact, Op.EQ, each) for each in constants]
            return _joined([lacks(each, reads) for each in compared], decisive=True)
        case Not(part):
            inner = lacks(part, reads)

            def negated(
                c: Context, registration: Registration
            ) -> tuple[bool | None, frozenset[str]]:
                answer, missing = inner(c, registration)
                return (None if answer is None else not answer), missing

            return negated
        case _:
            return _leaf(predicate, reads)


def _joined(parts: list[Lacks], *, decisive: bool) -> Lacks:
    def asked(c: Context, registration: Registration) -> tuple[bool | None, frozenset[str]]:
        found = [part(c, registration) for part in parts]
        answers = [answer for answer, _ in found]
        if decisive in answers:
            return decisive, _NOTHING
        missing = frozenset().union(*(names for _, names in found))
        return (None if None in answers else not decisive), missing

    return asked


def _leaf(predicate: Predicate, reads: Reads) -> Lacks:
    asked = truth(predicate, reads)
    name = _named(predicate)
    currency = _currency(predicate)
    read = None if currency is None else reads.reader(predicate.fact)  # type: ignore[union-attr]

    def answered(c: Context, registration: Registration) -> tuple[bool | None, frozenset[str]]:
        answer = asked(c, registration)
        if answer is not None or name is None:
            return answer, _NOTHING
        if read is not None and read(c, registration) is not None:
            return None, frozenset({f"{predicate.fact.name} in {currency}"})  # type: ignore[union-attr]
        return None, frozenset({name})

    return answered


def _named(predicate: Predicate) -> str | None:
    """What a leaf asks for, as it is told to a partner."""
    if isinstance(predicate, External):
        return predicate.name
    fact = getattr(predicate, "fact", None)
    if not isinstance(fact, Fact):
        return None
    return f"{fact.name} as of {fact.as_of}" if fact.as_of else fact.name


def _currency(predicate: Predicate) -> str | None:
    constant = predicate.value if isinstance(predicate, Compare) else None
    return constant.currency if isinstance(constant, Money) else None
