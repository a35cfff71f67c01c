"""Facts and predicates as pieces of a generated function.

Facts that are columns or attributes of a record are read in place, each once for a registration;
others are asked of their reader. Small predicates become expressions; large ones, and those about
what has no simple test, stay the closures they are.
"""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from dealreg.deciders.compiled.conditions import truth
from dealreg.deciders.compiled.reads import COLUMNS, Reads
from dealreg.deciders.compiled.settled import NOBODY, settle
from dealreg.deciders.compiled.source import Code, Source, column, fill
from dealreg.facts.fields import FieldType, Subject
from dealreg.facts.values import Money, Scalar
from dealreg.policy.predicates import (
    AllOf,
    AnyOf,
    Compare,
    Covers,
    Fact,
    Missing,
    Not,
    OneOf,
    Only,
    Op,
    Overlaps,
    Predicate,
)

__all__ = ["Inline", "Test"]

Test: TypeAlias = tuple[Code, Code]
"""A test in place: what is unknown if it is true, and what is true where that is false."""

_OPS: Final = {
    Op.EQ: fill("=="),
    Op.NE: fill("!="),
    Op.LT: fill("<"),
    Op.LE: fill("<="),
    Op.GT: fill(">"),
    Op.GE: fill(">="),
}
_RECORDS: Final = {
    Subject.REGISTRATION: (fill("r"), fill("q"), fill("x")),
    Subject.PARTNER: (fill("p"), fill("p"), fill("px")),
    Subject.OPPORTUNITY: (fill("o"), fill("o"), fill("ox")),
}
"""The local names of a record, of the record as it is then, and of its own attributes."""

_LARGEST: Final = 12
"""The most leaves that a predicate in place may have."""


class Inline:
    """Writes into a function what it reads of one registration after another."""

    def __init__(self, source: Source, reads: Reads) -> None:
        """Begin; nothing is read yet."""
        self.source, self.reads = source, reads
        self.depth = 2
        self._read: dict[Fact, Code] = {}
        self.columns: dict[Subject, dict[str, FieldType]] = {}
        self.owns: dict[Subject, dict[str, FieldType]] = {}
        self._begun: list[tuple[int, Subject]] = []

    def value(self, fact: Fact) -> Code:
        """The local name of a fact, which is read here if it was not before."""
        if fact not in self._read:
            self._read[fact] = made = self.source.local()
            self._reading(fact, made)
        return self._read[fact]

    def _reading(self, fact: Fact, made: Code) -> None:
        source, field = self.source, self.reads.plain(fact)
        if field is None:
            source.add(self.depth, "$ = $(c, r)", made, source.slot(self.reads.reader(fact)))
            return
        _, record, own = _RECORDS[field.subject]
        if field.subject not in (subject for _, subject in self._begun):
            self._begun.append((len(source.lines), field.subject))
        if field.name in COLUMNS[field.subject]:
            self.columns.setdefault(field.subject, {})[field.name] = field.type
            source.add(self.depth, "$ = $.$", made, record, column(field.subject, field.name))
        else:
            self.owns.setdefault(field.subject, {})[field.name] = field.type
            source.add(self.depth, "$ = $.get($)", made, own, source.slot(field.name))
            if field.type is FieldType.DECIMAL:
                exactly = source.slot(_decimal)
                source.add(self.depth, "if type($) is int: $ = $($)", made, made, exactly, made)
        # A registration that takes part was submitted, and `settle` looks at what was changed.
        submitted = field.subject is Subject.REGISTRATION and field.name == "submitted_at"
        if field.type is FieldType.INSTANT and not submitted:
            source.add(self.depth, "if $ is not None and $ > at: $ = None", made, made, made)

    def type_of(self, fact: Fact) -> FieldType | None:
        """The type of a fact's field."""
        field = self.reads.vocabulary.get(fact.name)
        return None if field is None else field.type

    def test(self, predicate: Predicate) -> Test | None:
        """A predicate about one fact as a test in place; None where it is no such test."""
        match predicate:
            case Compare():
                return self._compared(predicate)
            case OneOf(fact, values) if self.type_of(fact) is not FieldType.MONEY and _apart(
                values
            ):
                return self._about(fact, "$ in $", frozenset(values))
            case Overlaps(fact, texts):
                made = self.value(fact)
                among = self.source.slot(frozenset(texts))
                return fill("$ is None", made), fill("not $.isdisjoint($)", made, among)
            case Covers(fact, texts):
                return self._about(fact, "$ >= $", frozenset(texts))
            case Only(fact, texts):
                return self._about(fact, "$ <= $", frozenset(texts))
            case Missing(fact):
                return fill("False"), fill("$ is None", self.value(fact))
            case _:
                return None

    def _about(self, fact: Fact, template: str, constant: object) -> Test:
        made = self.value(fact)
        return fill("$ is None", made), fill(template, made, self.source.slot(constant))

    def _compared(self, compare: Compare) -> Test:
        made, source, constant = self.value(compare.fact), self.source, compare.value
        if self.type_of(compare.fact) is FieldType.ORDINAL:
            levels = self.reads.vocabulary.get(compare.fact.name).levels  # type: ignore[union-attr]
            fits = _levels(levels, compare.op, levels.index(str(constant)))
            return fill("$ is None", made), fill("$ in $", made, source.slot(fits))
        if isinstance(constant, Money):
            currency, amount = source.slot(constant.currency), source.slot(constant.amount)
            unknown = fill("($ is None or $.currency != $)", made, made, currency)
            return unknown, fill("$.amount $ $", made, _OPS[compare.op], amount)
        return (
            fill("$ is None", made),
            fill("$ $ $", made, _OPS[compare.op], source.slot(constant)),
        )

    def truth(self, predicate: Predicate) -> Code:
        """The answer to any predicate, in a local name: True, False or None."""
        answer = self.source.local()
        piece = self._expression(predicate) if _leaves(predicate) <= _LARGEST else None
        if piece is None:
            asked = self.source.slot(truth(predicate, self.reads))
            self.source.add(self.depth, "$ = $(c, r)", answer, asked)
        else:
            self.source.add(self.depth, "$ = $", answer, piece)
        return answer

    def _expression(self, predicate: Predicate) -> Code:
        match predicate:
            case AllOf(parts):
                return self._joined(parts, "is False", fill("False"), fill("True"))
            case AnyOf(parts):
                return self._joined(parts, "is True", fill("True"), fill("False"))
            case Not(part):
                made = self.source.local()
                inner = self._expression(part)
                return fill("(None if ($ := $) is None else not $)", made, inner, made)
            case _:
                pass
        found = self.test(predicate)
        if found is None:
            return fill("$(c, r)", self.source.slot(truth(predicate, self.reads)))
        return fill("(None if $ else $)", *found)

    def _joined(
        self, parts: tuple[Predicate, ...], decisive: str, settled: Code, otherwise: Code
    ) -> Code:
        if not parts:
            return otherwise
        decides, unknown = [], []
        for part in parts:
            made, inner = self.source.local(), self._expression(part)
            template = "($ := $) is False" if decisive == "is False" else "($ := $) is True"
            decides.append(fill(template, made, inner))
            unknown.append(fill("$ is None", made))
        return fill(
            "($ if $ else None if $ else $)", settled, _either(decides), _either(unknown), otherwise
        )

    def finish(self) -> None:
        """Put in the lines that make each record ready, before the first of what is read of it."""
        for place, subject in reversed(self._begun):
            indent = "    " * self.depth
            self.source.lines[place:place] = [indent + line.text for line in self._ready(subject)]

    def _ready(self, subject: Subject) -> list[Code]:
        columns, owns = self.columns.get(subject, {}), self.owns.get(subject, {})
        record, now, own = _RECORDS[subject]
        settling = self.source.slot(settle(columns, owns))
        names = self.source.slot(frozenset(columns))
        return [
            *_FOUND[subject](self.source),
            fill("$ = $.attributes._by_key", own, record),
            fill(
                "if $.changes or ($ and not $.isdisjoint($)): $, $ = $($, at)",
                *(record, own, names, own, now, own, settling, record),
            ),
        ]


def _of_registration(_source: Source) -> list[Code]:
    return [fill("q = r")]


def _of_partner(source: Source) -> list[Code]:
    return [fill("p = c.partners.get(r.partner_id, $)", source.slot(NOBODY))]


def _of_opportunity(source: Source) -> list[Code]:
    return [fill("o = c.opportunities.get(r.opportunity_id, $)", source.slot(NOBODY))]


_FOUND: Final[dict[Subject, Callable[[Source], list[Code]]]] = {
    Subject.REGISTRATION: _of_registration,
    Subject.PARTNER: _of_partner,
    Subject.OPPORTUNITY: _of_opportunity,
}


def _either(pieces: list[Code]) -> Code:
    joined = pieces[0]
    for piece in pieces[1:]:
        joined = fill("$ or $", joined, piece)
    return joined


def _apart(values: tuple[Scalar, ...]) -> bool:
    """Whether a set of the values is quick: not so where they are chosen to have one hash."""
    return 2 * len(set(map(hash, values))) > len(values)


def _leaves(predicate: Predicate) -> int:
    match predicate:
        case AllOf(parts) | AnyOf(parts):
            return 1 + sum(map(_leaves, parts))
        case Not(part):
            return 1 + _leaves(part)
        case _:
            return 1


def _levels(levels: tuple[str, ...], op: Op, place: int) -> frozenset[str]:
    """The levels for which a comparison is true."""
    tests: dict[Op, Callable[[int], bool]] = {
        Op.EQ: lambda each: each == place,
        Op.NE: lambda each: each != place,
        Op.LT: lambda each: each < place,
        Op.LE: lambda each: each <= place,
        Op.GT: lambda each: each > place,
        Op.GE: lambda each: each >= place,
    }
    return frozenset(level for each, level in enumerate(levels) if tests[op](each))


def _decimal(value: int) -> Any:
    from decimal import Decimal

    return Decimal(value)
