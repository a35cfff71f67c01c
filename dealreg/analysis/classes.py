"""Which values of a fact some questions do not tell apart, though others may have done.

What is asked of one fact alone is answered once for every value of it. Of two values with the same
answers to all that is still to be asked, one is enough.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import attrs

from dealreg.analysis.questions import Question
from dealreg.analysis.readings import Readings, Variable
from dealreg.analysis.scenes import Claim, Scene, facts_of, named
from dealreg.analysis.times import ASKED
from dealreg.deciders.reference.governing import Rules
from dealreg.deciders.reference.truth import Reader
from dealreg.policy.clocks import Milestone, Period
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import Predicate
from dealreg.policy.walk import atoms

__all__ = ["Told", "told_of"]

_Leaf = tuple[int, Variable]


@attrs.frozen(eq=False)
class Told:
    """What each question tells of each fact by itself.

    Attributes:
        entangled: of each question, the facts that it compares with others, or counts from; all
            of them where it matters whose registration it is.
        leaves: of each question, its parts about one fact alone, each by its number, and the fact.
        answers: of each fact, for its values, the answers to those parts, by their numbers.
    """

    entangled: Mapping[Question, frozenset[Variable]]
    leaves: Mapping[Question, tuple[_Leaf, ...]]
    answers: Mapping[Variable, Mapping[Any, Mapping[int, bool | None]]]

    def classes(
        self, variable: Variable, questions: Iterable[Question]
    ) -> Mapping[Any, Any] | None:
        """For each value of a fact, what the questions tell of it; None where values matter."""
        asked: set[int] = set()
        for each in questions:
            if variable in self.entangled[each]:
                return None
            asked.update(number for number, about in self.leaves[each] if about == variable)
        numbers = sorted(asked)
        told = self.answers.get(variable, {})
        return {value: tuple([by[each] for each in numbers]) for value, by in told.items()}


def told_of(
    questions: Sequence[Question],
    found: Readings,
    domains: Mapping[Variable, Sequence[Any]],
) -> Told:
    """What the questions tell of each fact."""
    entangled: dict[Question, frozenset[Variable]] = {}
    leaves: dict[Question, tuple[_Leaf, ...]] = {}
    worlds: dict[tuple[Any, ...], tuple[Policy, list[tuple[int, Variable, Predicate]]]] = {}
    count = 0
    for each in questions:
        if each.personal or isinstance(each.asked, Period | Milestone):
            entangled[each], leaves[each] = frozenset(each.variables), ()
            continue
        alone: list[_Leaf] = []
        joined: set[Variable] = set()
        world = (each.policy.vocabulary(), each.policy.calendars)
        known = worlds.setdefault(world, (each.policy, []))[1]
        for _, leaf in atoms(each.asked):
            about = found.asked(leaf)
            if len(about) == 1:
                alone.append((count, about[0]))
                known.append((count, about[0], leaf))
                count += 1
            else:
                joined.update(about)
        entangled[each], leaves[each] = frozenset(joined), tuple(alone)
    answers: dict[Variable, dict[Any, dict[int, bool | None]]] = {}
    for policy, asked in worlds.values():
        _answer(policy, asked, domains, answers)
    return Told(entangled, leaves, answers)


def _answer(
    policy: Policy,
    asked: Collection[tuple[int, Variable, Predicate]],
    domains: Mapping[Variable, Sequence[Any]],
    answers: dict[Variable, dict[Any, dict[int, bool | None]]],
) -> None:
    """Answer what is asked of each fact for all its values; those of several facts at once."""
    variables = sorted({variable for _, variable, _ in asked})
    most = max((len(domains[each]) for each in variables), default=0)
    if not most:
        return
    scenes = [
        Scene((Claim({v: domains[v][at] for v in variables if at < len(domains[v])}),))
        for at in range(most)
    ]
    facts, told = facts_of(scenes)
    rules = Rules.of(policy, facts, ASKED, told)
    by_id = {each.registration_id: each for each in rules.registrations}
    readers = [Reader(rules.views[policy], by_id[named(at, 1)], told) for at in range(most)]
    for number, variable, leaf in asked:
        by_value = answers.setdefault(variable, {})
        for value, reader in zip(domains[variable], readers, strict=False):
            by_value.setdefault(value, {})[number] = reader.truth(leaf)
