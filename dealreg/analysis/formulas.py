"""Rules as formulas over independent facts, and the proof that two sets of rules weigh alike.

A formula is a number: what is built of the same parts is the same formula. The answers of its
leaves come from the reference decider; here they are only put together, as Kleene has it. Facts
are settled one group after the other, and what is left of the formulas is compared: where that is
the same, no further fact is asked.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import attrs

from dealreg.facts.canonical import canonical_json
from dealreg.policy.predicates import AllOf, AnyOf, Constant, Covers, Not, Overlaps, Predicate

__all__ = ["FALSE", "TRUE", "UNKNOWN", "Crowded", "Formulas", "Part", "Way", "Ways", "told_apart"]

TRUE: Final = 0
FALSE: Final = 1
UNKNOWN: Final = 2

_ANSWERS: Final = {True: TRUE, False: FALSE, None: UNKNOWN}
_NEGATED: Final = {TRUE: FALSE, FALSE: TRUE, UNKNOWN: UNKNOWN}

_MOST_STEPS: Final = 60_000
"""So many formulas are settled for one proof; rules that need more are left unproved."""

Part: TypeAlias = tuple[int, tuple[int, int, int]]
"""A formula, with how heavily its being true, false and unknown weighs."""

_Side: TypeAlias = tuple[int, tuple[Part, ...]]
"""The weight reached so far, and what is still open."""


@attrs.frozen(eq=False)
class Way:
    """Answers that the leaves about one group of facts can have together.

    Attributes:
        answers: by the numbers of the leaves.
        values: of the facts; nothing where any are taken to be possible.
    """

    answers: Mapping[int, int]
    values: Mapping[Any, Any]


Ways: TypeAlias = Mapping[int, Sequence[Way]]
"""For each group of facts, the ways it can be."""


class Crowded(Exception):  # noqa: N818 - never leaves the analysis, and is no error of anybody
    """More steps than are looked at."""


@attrs.define(eq=False)
class Formulas:
    """The formulas built so far.

    Attributes:
        leaves: the leaves, in the order met; the number of a leaf is its place.
        group: of each leaf the group of facts it is about, once that is known.
    """

    leaves: list[Predicate] = attrs.field(factory=list)
    group: dict[int, int] = attrs.field(factory=dict)
    _nodes: list[tuple[Any, ...]] = attrs.field(
        factory=lambda: [("constant", each) for each in range(3)]
    )
    _numbers: dict[tuple[Any, ...], int] = attrs.field(factory=dict)
    _texts: dict[bytes, int] = attrs.field(factory=dict)
    _groups: dict[int, frozenset[int]] = attrs.field(factory=dict)
    _settled: dict[tuple[int, int, int], int] = attrs.field(factory=dict)

    def formula(self, rule: Predicate) -> int:
        """The formula of a rule. What is asked of several texts of a set is asked of each."""
        match rule:
            case Constant(value):
                return _ANSWERS[value]
            case AllOf(parts):
                return self._joined("all", [self.formula(each) for each in parts])
            case AnyOf(parts):
                return self._joined("any", [self.formula(each) for each in parts])
            case Not(part):
                return self._negated(self.formula(part))
            case Covers(fact, texts) if len(texts) > 1:
                return self.formula(AllOf([Covers(fact, (each,)) for each in texts]))
            case Overlaps(fact, texts):
                return self.formula(AnyOf([Covers(fact, (each,)) for each in texts]))
            case _:
                text = canonical_json(rule)  # numbers can be chosen so that all have one hash
                if text not in self._texts:
                    self._texts[text] = len(self.leaves)
                    self.leaves.append(rule)
                return self._number(("leaf", self._texts[text]))

    def _number(self, node: tuple[Any, ...]) -> int:
        known = self._numbers.get(node)
        if known is None:
            known = self._numbers[node] = len(self._nodes)
            self._nodes.append(node)
        return known

    def _joined(self, kind: str, parts: Iterable[int]) -> int:
        decisive, neutral = (FALSE, TRUE) if kind == "all" else (TRUE, FALSE)
        kept = set(parts) - {neutral}
        if decisive in kept:
            return decisive
        if not kept:
            return neutral
        return kept.pop() if len(kept) == 1 else self._number((kind, *sorted(kept)))

    def _negated(self, part: int) -> int:
        if part in _NEGATED:
            return _NEGATED[part]
        node = self._nodes[part]
        return int(node[1]) if node[0] == "not" else self._number(("not", part))

    def groups(self, formula: int) -> frozenset[int]:
        """The groups of facts that a formula is about."""
        known = self._groups.get(formula)
        if known is None:
            kind, *parts = self._nodes[formula]
            if kind == "leaf":
                known = frozenset((self.group[parts[0]],))
            elif kind == "constant":
                known = frozenset()
            else:
                known = frozenset().union(*(self.groups(each) for each in parts))
            self._groups[formula] = known
        return known

    def settled(self, formula: int, group: int, way: int, answers: Mapping[int, int]) -> int:
        """What is left of a formula when the leaves about one group have these answers."""
        if group not in self.groups(formula):
            return formula
        key = (formula, group, way)
        known = self._settled.get(key)
        if known is None:
            kind, *parts = self._nodes[formula]
            if kind == "leaf":
                known = answers[parts[0]]
            else:
                rest = [self.settled(each, group, way, answers) for each in parts]
                known = self._negated(rest[0]) if kind == "not" else self._joined(kind, rest)
            self._settled[key] = known
        return known


def told_apart(
    formulas: Formulas, ways: Ways, one: Sequence[Part], other: Sequence[Part]
) -> dict[int, Way] | None:
    """The facts on which two lists of weighed formulas do not come to the same weight.

    A list weighs as much as the heaviest answer in it. Groups of facts are independent.

    Args:
        formulas: where the formulas are from.
        ways: for each group of facts, the answers that its leaves can have together.
        one: a list of weighed formulas.
        other: another.

    Returns:
        For some groups of facts, the way they are; None where the weights are always the same.

    Raises:
        Crowded: that would take too many steps.
    """
    proof = _Proof(formulas, ways)
    return None if proof.same(_side(0, one), _side(0, other)) else proof.chosen


def _side(weight: int, parts: Iterable[Part]) -> _Side:
    """The parts that can still make it heavier, each once."""
    kept: list[Part] = []
    for formula, weights in parts:
        if formula in _NEGATED:
            weight = max(weight, weights[formula])
        else:
            kept.append((formula, weights))
    return weight, tuple(sorted({each for each in kept if max(each[1]) > weight}))


@attrs.define(eq=False)
class _Proof:
    formulas: Formulas
    ways: Ways
    steps: int = 0
    chosen: dict[int, Way] = attrs.field(factory=dict)
    _known: set[tuple[_Side, _Side]] = attrs.field(factory=set)

    def same(self, one: _Side, other: _Side) -> bool:
        """Whether two sides come to the same weight."""
        if one == other or (one, other) in self._known:
            return True
        open_ = (*one[1], *other[1])
        if not open_:
            return False
        group = self._next(open_)
        for number, way in enumerate(self.ways[group]):
            self.steps += len(open_)
            if self.steps > _MOST_STEPS:
                raise Crowded
            if not self.same(*(self._left(e, group, number, way.answers) for e in (one, other))):
                self.chosen[group] = way
                return False
        self._known.add((one, other))
        return True

    def _left(self, side: _Side, group: int, way: int, answers: Mapping[int, int]) -> _Side:
        weight, parts = side
        settled = self.formulas.settled
        return _side(weight, [(settled(f, group, way, answers), weights) for f, weights in parts])

    def _next(self, open_: Sequence[Part]) -> int:
        """The group of facts that the first formula is about: it is done with soonest."""
        return min(min(self.formulas.groups(formula)) for formula, _ in open_)
