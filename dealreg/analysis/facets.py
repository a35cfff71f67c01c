"""Which facts are independent of each other, and what rules can answer together about each.

The answers are those of the reference decider's own reader, for representative values. Facts of
which not every case is tried (other registrations, calendars, the programme's own code, too many
values) are taken as if their answers could be anything: what is proved then holds of all the more.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any, Final

from dealreg.analysis.domains import crowded_sets, domain, linked_texts
from dealreg.analysis.formulas import FALSE, TRUE, UNKNOWN, Formulas, Way, Ways
from dealreg.analysis.readings import (
    AFTERWARDS,
    BY_APPROVAL,
    IDENTITIES,
    Readings,
    Variable,
    is_instant,
    readings_of,
)
from dealreg.analysis.scenes import Claim, Scene, facts_of, named, possible
from dealreg.analysis.times import ASKED, timetable
from dealreg.deciders.reference.governing import Rules
from dealreg.deciders.reference.truth import Reader
from dealreg.facts.fields import Count, Elapsed, Field, SinceEnded, Subject, Tally
from dealreg.policy.clocks import Missed
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import External, Predicate
from dealreg.policy.walk import fact_of

__all__ = ["ways_of"]

_MOST_VALUES: Final = 4_000
"""So many values are tried of facts that go together; of more, the answers count as free."""

_FREE: Final = (TRUE, FALSE, UNKNOWN)


def ways_of(formulas: Formulas, policies: Sequence[Policy]) -> Ways:
    """For each group of facts, the answers that the leaves about it can have together.

    The group of every leaf is noted in the formulas. The policies know the same fields.
    """
    vocabulary = policies[0].vocabulary()
    found = readings_of(vocabulary, formulas.leaves)
    deemed = any(p.sla is not None and p.sla.missed is Missed.DEEMED_APPROVED for p in policies)
    moved = BY_APPROVAL if deemed else frozenset()
    asked = {at: _variables(found, leaf, moved) for at, leaf in enumerate(formulas.leaves)}
    domains = _domains(found, policies, {v for each in asked.values() for v in each or ()})
    ways: dict[int, tuple[Way, ...]] = {}
    tried: list[tuple[list[int], list[dict[Variable, Any]]]] = []
    for variables in _groups([each for each in asked.values() if each]):
        leaves = [at for at, each in asked.items() if each and each[0] in variables]
        known = all(each in domains for each in variables)
        if not known or prod(len(domains[each]) for each in variables) > _MOST_VALUES:
            asked.update(dict.fromkeys(leaves))
            continue
        for at in leaves:
            formulas.group[at] = len(tried)
        tried.append((leaves, list(_values(variables, domains))))
    for number, answers in enumerate(_answered(policies[0], formulas.leaves, tried)):
        values = dict(zip(reversed(answers), reversed(tried[number][1]), strict=True))
        ways[number] = tuple(Way(dict(each), values[each]) for each in dict.fromkeys(answers))
    for at, about in asked.items():
        if not about:
            formulas.group[at] = len(ways)
            ways[len(ways)] = tuple(Way({at: each}, {}) for each in _FREE)
    return ways


def _variables(
    found: Readings, leaf: Predicate, moved: Collection[str]
) -> tuple[Variable, ...] | None:
    """The facts that a leaf is about; None where not all of its cases are tried.

    `moved` are the fields that the vendor's own clock may change.
    """
    if isinstance(leaf, External):
        return None
    fact = fact_of(leaf)
    field = None if fact is None else found.fields.get(fact.name)
    if fact is None or field is None or fact.name in IDENTITIES:
        return None
    asked = found.asked(leaf)
    if fact.as_of is not None and field.derived is not None:
        return None
    hard = any(each.name in moved or _is_hard(found, each) for each in asked)
    return None if hard or not asked or _counts(field) else asked


def _counts(field: Field) -> bool:
    """Whether a field is about other registrations, or counted by a calendar or until now."""
    derived = field.derived
    if isinstance(derived, Elapsed):
        return derived.count is not Count.TIME or "asked_at" in (derived.start, derived.end)
    return isinstance(derived, Tally | SinceEnded)


def _is_hard(found: Readings, variable: Variable) -> bool:
    """Whether a fact is read as of too many instants."""
    before = found.earlier.get(variable.name, set()) - {None}
    shared = variable.subject in (Subject.OPPORTUNITY, Subject.CUSTOMER)
    return len(before) > 1 or bool(before and shared)


def _domains(
    found: Readings, policies: Sequence[Policy], variables: set[Variable]
) -> dict[Variable, tuple[Any, ...]]:
    """The values to try of every fact; none of those that have more than are tried."""
    texts = linked_texts(found)
    instants = {each for each in variables if is_instant(found, each)}
    crowded = crowded_sets(found)
    plain = [each for each in sorted(variables - instants) if each.name not in crowded]
    made = {each: domain(found, each, texts) for each in plain}
    if instants:
        table = timetable(policies, found, sorted(variables))
        made |= {e: table.first[e] for e in sorted(instants) if e.name not in table.crowded}
    return made


def _groups(asked: Sequence[tuple[Variable, ...]]) -> list[tuple[Variable, ...]]:
    """The facts that are asked about together, directly or through others."""
    own = Subject.REGISTRATION.value
    joined = [set(each) for each in asked]
    dated = {v for each in joined for v in each if v.name in AFTERWARDS and v.subject == own}
    filed = Variable("submitted_at", own)
    if dated and any(filed in each for each in joined):
        joined.append({*dated, filed})  # none of them is before its submission
    groups: list[set[Variable]] = []
    for each in joined:
        touching = [group for group in groups if not group.isdisjoint(each)]
        groups = [group for group in groups if group.isdisjoint(each)]
        groups.append(each.union(*touching))
    return sorted(tuple(sorted(group)) for group in groups)


def _values(
    variables: Sequence[Variable], domains: Mapping[Variable, Sequence[Any]]
) -> Iterator[dict[Variable, Any]]:
    for chosen in product(*(domains[each] for each in variables)):
        values = dict(zip(variables, chosen, strict=True))
        if possible(values):
            yield values


def _answered(
    policy: Policy,
    leaves: Sequence[Predicate],
    tried: Sequence[tuple[list[int], list[dict[Variable, Any]]]],
) -> list[list[tuple[tuple[int, int], ...]]]:
    """What the leaves of every group answer to each of its values.

    Groups do not bear on each other: one registration has values of all of them at once.
    """
    most = max((len(values) for _, values in tried), default=0)
    scenes = [
        Scene((Claim({k: v for _, each in tried if at < len(each) for k, v in each[at].items()}),))
        for at in range(most)
    ]
    made: list[list[tuple[tuple[int, int], ...]]] = [[] for _ in tried]
    if not scenes:
        return made
    facts, answers = facts_of(scenes)
    rules = Rules.of(policy, facts, ASKED, answers)
    view = rules.views[policy]
    by_id = {each.registration_id: each for each in rules.registrations}
    told = {True: TRUE, False: FALSE, None: UNKNOWN}
    for at in range(most):
        reader = Reader(view, by_id[named(at, 1)], answers)
        for number, (about, values) in enumerate(tried):
            if at < len(values):
                made[number].append(
                    tuple((each, told[reader.truth(leaves[each])]) for each in about)
                )
    return made
