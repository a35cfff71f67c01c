"""Kinds of registrations: those that every policy in question treats alike, one of each.

Question after question is answered for the values of its variables. What later questions do not
ask, and no order looks at, is forgotten, so that the kinds stay few however many facts there are.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import islice, product
from math import prod
from typing import Any, Final

import attrs

from dealreg.analysis.classes import Told
from dealreg.analysis.questions import ADMISSION, DENIED, RETURNED, Position, Question
from dealreg.analysis.readings import AFTERWARDS, Variable
from dealreg.analysis.scenes import possible

__all__ = ["MOST_KINDS", "Kind", "Layout", "classified"]

MOST_KINDS: Final = 4_000
"""So many kinds are told apart; policies that need more are bounded."""

_MOST_STEPS: Final = 40_000
_MOST_STEPS_IN_ALL: Final = 150_000
"""So many values are looked at for one question, and for all; policies that need more are bounded.
"""


@attrs.frozen(eq=False)
class Kind:
    """Registrations that are treated alike, with one of them.

    Attributes:
        signature: what the answers amount to, position by position.
        keys: the values that orders and windows look at, by variable.
        values: the values of one such registration.
    """

    signature: tuple[Any, ...]
    keys: tuple[Any, ...]
    values: Mapping[Variable, Any]


@attrs.frozen(eq=False)
class Layout:
    """Which answers matter, and to which contests.

    Attributes:
        positions: the place of each position in a signature.
        kept: the variables that orders and windows look at, with the contests that do.
        cut: grows where kinds are left out because there are too many.
        left: how many values may still be looked at, as its one member.
    """

    positions: Mapping[Position, int]
    kept: Mapping[Variable, Collection[tuple[int, str]]]
    cut: list[str] = attrs.field(factory=list)
    left: list[int] = attrs.field(factory=lambda: [_MOST_STEPS_IN_ALL])

    def blank(self) -> tuple[Any, ...]:
        """The signature before anything was asked."""
        return (0,) * len(self.positions)

    def weight(self, signature: tuple[Any, ...]) -> int:
        """How much keeps a registration out of contests, all of them together."""
        places = (at for (*_, role), at in self.positions.items() if role == ADMISSION)
        return sum(signature[at] for at in places)

    def takes_part(self, signature: tuple[Any, ...], contest: tuple[int, str]) -> bool:
        """Whether a registration takes part in a contest, or a person may admit it."""
        at = self.positions.get((*contest, ADMISSION))
        return at is None or signature[at] < RETURNED

    def is_out(self, signature: tuple[Any, ...], contest: tuple[int, str]) -> bool:
        """Whether a registration is kept out of a contest, whatever else is asked."""
        at = self.positions.get((*contest, ADMISSION))
        return at is not None and signature[at] >= DENIED

    def settled(self, signature: tuple[Any, ...]) -> tuple[Any, ...]:
        """The signature without what no longer matters to those that take no part."""
        made = list(signature)
        for position, at in self.positions.items():
            contest = position[:2]
            counts = position[2] != ADMISSION and bool(position[1])
            if counts and not self.takes_part(signature, contest):
                made[at] = 0
        return tuple(made)

    def looked_at(self, signature: tuple[Any, ...], variable: Variable) -> bool:
        """Whether some contest that it takes part in looks at a variable."""
        return any(self.takes_part(signature, each) for each in self.kept[variable])


def classified(
    start: Iterable[Kind],
    questions: Sequence[Question],
    domains: Mapping[Variable, Sequence[Any]],
    layout: Layout,
    kept: Collection[Variable],
    partner: int = 1,
    free: Collection[Variable] = (),
    told: Told | None = None,
    later: Sequence[Question] = (),
) -> list[Kind]:
    """The kinds that come of asking questions of every kind there was at the start.

    Args:
        start: kinds that have answered other questions before, with the values chosen.
        questions: what is asked.
        domains: the values to try of each variable.
        layout: where answers count.
        kept: the variables whose values are kept, because orders or others look at them.
        partner: the number of the partner whose registration it is.
        free: of the kept variables, those of which one value stands for all.
        told: what the questions tell of each fact by itself.
        later: what is asked after these questions, of what they keep.
    """
    states = {(each.signature, ()): dict(each.values) for each in start}
    left = list(questions)
    dated = {v for each in questions for v in each.variables if _is_dated(v)}
    dated |= {each for each in kept if _is_dated(each)}
    while left:
        known = set(next(iter(states.values()))) if states else set()
        chosen = min(left, key=lambda each: _growth(each, known, domains))
        left.remove(chosen)
        needed = {each for question in left for each in question.variables}
        if not dated <= known | set(chosen.variables):  # the rest has to go with them
            needed |= dated
        memory = _Memory.of(needed, kept, layout, (*left, *later), told)
        states = _asked(states, chosen, domains, partner, layout, memory)
    known = set(next(iter(states.values()))) if states else set()
    rest = [each for each in sorted(kept) if each not in known]
    tried = {each: domains[each][:1] if each in free else domains[each] for each in rest}
    memory = _Memory.of(set(), kept, layout, later, told)
    states = _crossed(states, rest, tried, layout, memory)
    return [Kind(key[0], key[1], values) for key, values in states.items()]


def _is_dated(variable: Variable) -> bool:
    """Whether a variable is an instant that must go with others of its registration."""
    return variable.name in AFTERWARDS or variable.name == "submitted_at"


_Signature = tuple[Any, ...]
_State = tuple[_Signature, tuple[Any, ...]]
_How = tuple[Variable, Mapping[Any, Any] | None] | None


def _growth(question: Question, known: set[Variable], domains: Mapping[Variable, Any]) -> int:
    return prod(len(domains[each]) for each in question.variables if each not in known)


@attrs.frozen(eq=False)
class _Memory:
    """What must be remembered of the values: what is still to be asked, and what orders look at.

    Attributes:
        variables: the facts, those still to be asked about first.
        asking: the contests that still ask about each of them.
        bound: instants that have to go with others, which are still to come.
        layout: where answers count.
        classes: of facts, for their values what is still to be told of them.
    """

    variables: tuple[Variable, ...]
    asking: Mapping[Variable, frozenset[tuple[int, str]]]
    bound: frozenset[Variable]
    layout: Layout
    classes: Mapping[Variable, Mapping[Any, Any]]
    _masks: dict[_Signature, tuple[_How, ...]] = attrs.field(factory=dict)

    @classmethod
    def of(
        cls,
        needed: Collection[Variable],
        kept: Collection[Variable],
        layout: Layout,
        left: Sequence[Question],
        told: Told | None,
    ) -> "_Memory":
        """What the questions that are left, and orders, need."""
        variables = (*sorted(needed), *(each for each in sorted(kept) if each not in needed))
        asking: dict[Variable, frozenset[tuple[int, str]]] = {}
        classes: dict[Variable, Mapping[Any, Any]] = {}
        for each in variables:
            about = [question for question in left if each in question.variables]
            asking[each] = frozenset(p[:2] for question in about for p in question.counts)
            made = told.classes(each, about) if told is not None and about else None
            if made is not None:
                classes[each] = made
        bound = frozenset(each for each in needed if _is_dated(each))
        return cls(variables, asking, bound, layout, classes)

    def remembered(self, signature: _Signature, values: Mapping[Variable, Any]) -> tuple[Any, ...]:
        """What of the values of a registration may still matter."""
        mask = self._masks.get(signature)
        if mask is None:
            mask = tuple(self._how(signature, each) for each in self.variables)
            self._masks[signature] = mask
        made: list[Any] = []
        for how in mask:
            if how is None:
                made.append(None)
            else:
                variable, classes = how
                value = values.get(variable)  # None also where it is only asked about later
                if classes is not None and variable in values:
                    value = classes[value]
                made.append(value)
        return tuple(made)

    def _how(self, signature: _Signature, variable: Variable) -> _How:
        """How a value is remembered: as it is, by what is told of it, or (None) not at all."""
        layout, asking = self.layout, self.asking[variable]
        if variable in self.bound:
            return (variable, None)
        if variable in layout.kept and layout.looked_at(signature, variable):
            return (variable, None)
        if not asking:
            return None if variable in layout.kept else (variable, None)
        if all(layout.is_out(signature, place) for place in asking):
            return None
        return (variable, self.classes.get(variable))


def _asked(
    states: Mapping[_State, dict[Variable, Any]],
    question: Question,
    domains: Mapping[Variable, Sequence[Any]],
    partner: int,
    layout: Layout,
    memory: _Memory,
) -> dict[_State, dict[Variable, Any]]:
    known = set(next(iter(states.values()))) if states else set()
    new = [each for each in question.variables if each not in known]
    tried = islice(product(*(domains[each] for each in new)), _MOST_STEPS)
    combinations = [dict(zip(new, each, strict=True)) for each in tried]
    dated = any(_is_dated(each) for each in new)
    spread = []
    for (signature, _), values in _few(states, len(combinations), layout):
        for combination in combinations:
            chosen = values | combination if combination else values
            if not dated or possible(chosen):
                about = tuple([chosen[each] for each in question.variables])
                spread.append((signature, chosen, about))
    answers = question.answers(list(dict.fromkeys(about for _, _, about in spread)), partner)
    reach = _reach(question, layout)
    made: dict[_State, dict[Variable, Any]] = {}
    for signature, values, about in spread:
        reached = reach(signature, answers[(partner, *about)])
        made.setdefault((reached, memory.remembered(reached, values)), values)
    return dict(_few(made, _MOST_STEPS // MOST_KINDS, layout))


def _reach(question: Question, layout: Layout) -> Callable[[_Signature, bool | None], _Signature]:
    """What a signature becomes by an answer."""
    counts = [(layout.positions[p], p[2], how) for p, how in question.counts.items()]
    known: dict[tuple[_Signature, bool | None], _Signature] = {}

    def reached(signature: _Signature, answer: bool | None) -> _Signature:  # noqa: FBT001
        key = (signature, answer)
        if key not in known:
            after = list(signature)
            for at, role, how in counts:
                after[at] = max(after[at], how[answer]) if role == ADMISSION else how[answer]
            known[key] = layout.settled(tuple(after))
        return known[key]

    return reached


def _few(
    states: Mapping[_State, dict[Variable, Any]], each: int, layout: Layout
) -> list[tuple[_State, dict[Variable, Any]]]:
    """The states, or so many of the first as can be looked at, with `each` values for every one."""
    most = max(min(_MOST_STEPS, layout.left[0]) // max(each, 1), 1)
    if len(states) > most or each >= _MOST_STEPS:
        layout.cut.append("kinds")
    layout.left[0] -= min(most, len(states)) * each
    if len(states) > most:
        return _in_turn(states, layout)[:most]
    return list(states.items())


def _in_turn(
    states: Mapping[_State, dict[Variable, Any]], layout: Layout
) -> list[tuple[_State, dict[Variable, Any]]]:
    """One state of every signature, then another of each: first those that least keeps out.

    Else the many that differ only in what orders look at leave no place for one that is refused.
    """
    seen: dict[tuple[Any, ...], int] = {}
    turns: list[tuple[int, int, int]] = []
    items = list(states.items())
    for place, ((signature, _), _) in enumerate(items):
        turn = seen[signature] = seen.get(signature, -1) + 1
        turns.append((turn, layout.weight(signature), place))
    return [items[place] for *_, place in sorted(turns)]


def _crossed(
    states: Mapping[_State, dict[Variable, Any]],
    rest: Sequence[Variable],
    domains: Mapping[Variable, Sequence[Any]],
    layout: Layout,
    memory: _Memory,
) -> dict[_State, dict[Variable, Any]]:
    """Every state with every value of the variables that nothing has asked about."""
    if not rest:
        alone = (
            (sig, memory.remembered(sig, values), values) for (sig, _), values in states.items()
        )
        return {(signature, told): values for signature, told, values in alone}
    made: dict[_State, dict[Variable, Any]] = {}
    dated = any(_is_dated(each) for each in rest)
    combinations = list(islice(product(*(domains[each] for each in rest)), _MOST_STEPS))
    for (signature, _), values in _few(states, len(combinations), layout):
        for combination in combinations:
            chosen = {**values, **dict(zip(rest, combination, strict=True))}
            if not dated or possible(chosen):
                made.setdefault((signature, memory.remembered(signature, chosen)), chosen)
    return dict(_few(made, _MOST_STEPS // MOST_KINDS, layout))
