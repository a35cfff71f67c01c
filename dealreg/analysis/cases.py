"""All the cases that can tell policies apart: registrations of every kind, and which may meet."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, TypeAlias

import attrs

from dealreg.analysis.classes import Told, told_of
from dealreg.analysis.comparisons import measured, one_at_most
from dealreg.analysis.domains import RIVAL, SELF, domain, linked_texts
from dealreg.analysis.questions import ADMISSION, SCOPE, Question, questions
from dealreg.analysis.quotient import MOST_KINDS, Kind, Layout, classified
from dealreg.analysis.readings import (
    AFTERWARDS,
    Readings,
    Variable,
    common_keys,
    is_instant,
    readings,
)
from dealreg.analysis.scenes import Scene, facts_of
from dealreg.analysis.times import ASKED, Timetable, days_of, timetable
from dealreg.deciders.reference.governing import Rules
from dealreg.deciders.reference.truth import Reader
from dealreg.facts.fields import Field, Subject
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import Predicate
from dealreg.policy.stages import Key

__all__ = ["Cases", "Domains", "Group", "cases_of", "inside_of"]

_MANY_WORLDS: Final = 16
_MOST_WORLDS: Final = 200
"""So many groups of kinds are looked at; others are cut off."""


Group: TypeAlias = tuple[tuple[Kind, ...], tuple[Kind, ...], int]
"""Kinds of a first registration and of its rival that may meet, and whose the rival is."""

Domains: TypeAlias = Mapping[Variable, Sequence[Any]]
"""The values tried of each variable, None among them where it may be missing."""


@attrs.frozen(eq=False)
class Cases:
    """The representative cases of some policies.

    Attributes:
        policies: the policies.
        found: what they read.
        layout: where answers count.
        groups: kinds that may meet in one case, the two being of different partners.
        keys: further fields that all registrations of a case have in common.
        timetable: the instants tried.
        domains: the values tried of each variable, for the first registration and for its rival.
        personal: whether some fact compares a partner with another text.
        siblings: kinds that may meet where both registrations are of one partner.
        inside: whether a case satisfies the scope asked about; None where there is none.
        free: the variables of which kinds have one value that stands for all.
    """

    policies: tuple[Policy, ...]
    found: Readings
    layout: Layout
    groups: tuple[Group, ...]
    keys: tuple[Field, ...]
    timetable: Timetable
    domains: tuple[Domains, Domains]
    siblings: Callable[[], tuple[Group, ...]]
    personal: bool
    inside: Callable[[Scene], bool] | None = None
    free: frozenset[Variable] = frozenset()

    def singles(self) -> list[Kind]:
        """One registration of every kind, once each."""
        seen: dict[tuple[Any, ...], Kind] = {}
        for firsts, _, _ in self.groups:
            for each in firsts:
                if self.in_scope(each):
                    seen.setdefault(each.signature, each)
        return list(seen.values())

    @property
    def crowded(self) -> bool:
        """Whether there are more kinds than were kept, as far as they were asked for."""
        return bool(self.layout.cut)

    def in_scope(self, kind: Kind) -> bool:
        """Whether a kind satisfies the scope that was asked about; all do where there is none."""
        at = self.layout.positions.get((0, "", SCOPE))
        return at is None or kind.signature[at] == 1

    def admission(self, kind: Kind, contest: tuple[int, str]) -> int:
        """How heavily what keeps a kind out of a contest weighs; 0 for admitted."""
        at = self.layout.positions.get((*contest, ADMISSION))
        return 0 if at is None else int(kind.signature[at])


def _kept(policies: Sequence[Policy], found: Readings) -> dict[Variable, set[tuple[int, str]]]:
    """The variables that orders and windows look at, with the contests that do."""
    kept: dict[Variable, set[tuple[int, str]]] = {}
    for number, policy in enumerate(policies):
        for contest in policy.contests:
            if one_at_most(policy, contest):
                continue
            looked = measured(contest, found)
            for each in contest.prefer:
                if isinstance(each, Key):
                    looked.update(found.variables(each.fact))
            for variable in looked:
                kept.setdefault(variable, set()).add((number, contest.benefit))
    return kept


def _domains(
    policies: Sequence[Policy],
    found: Readings,
    variables: Collection[Variable],
    kept: Mapping[Variable, object],
) -> dict[Variable, tuple[Any, ...]]:
    texts = linked_texts(found)
    currencies = sorted(
        {
            each.currency
            for policy in policies
            for contest in policy.contests
            for each in contest.prefer
            if isinstance(each, Key) and each.currency is not None
        }
    )
    days = days_of(policies, found)
    return {
        each: (
            *days.get(each.name, ()),
            *domain(found, each, texts, ordering=each in kept, currencies=currencies),
        )
        for each in variables
        if not is_instant(found, each)
    }


def cases_of(
    policies: Sequence[Policy], scope: Predicate | None = None, *, paired: bool = False
) -> Cases:
    """The cases that can tell some policies apart, where a scope is given, inside it.

    Args:
        policies: the policies.
        scope: what all registrations of a case satisfy.
        paired: whether the kinds are asked for by pairs only: what nothing but orders and windows
            looks at is then chosen for the pair, and not for each of its kinds.
    """
    found = readings(policies, *(() if scope is None else (scope,)))
    asked = questions(policies, found, scope)
    kept = _kept(policies, found)
    positions = sorted({p for each in asked for p in each.counts})
    layout = Layout({p: at for at, p in enumerate(positions)}, kept)
    variables = sorted({v for each in asked for v in each.variables} | set(kept))
    domains = _domains(policies, found, variables, kept)
    table = timetable(policies, found, variables)
    first = {**domains, **table.first}
    rival = {**domains, **table.rival}
    free = _free(asked, kept) if paired else frozenset()
    told = told_of(asked, found, first), told_of(asked, found, rival)
    groups = _groups(asked, told, layout, (first, rival), free, partner=2)

    @cache
    def siblings() -> tuple[Group, ...]:
        return tuple(_groups(asked, told, layout, (first, rival), free, partner=1))

    return Cases(
        tuple(policies),
        found,
        layout,
        tuple(groups),
        common_keys(policies, found),
        table,
        (first, rival),
        siblings,
        _partner_matters(domains),
        inside_of(policies[0], scope),
        free,
    )


def _free(asked: Sequence[Question], kept: Collection[Variable]) -> frozenset[Variable]:
    """The variables of which no answer depends, and which go with any values of the others."""
    bound = {each for question in asked for each in question.variables}
    late = any(each.name in AFTERWARDS for each in (*bound, *kept))
    return frozenset(
        each
        for each in kept
        if each not in bound
        and not each.shared
        and not (late and each.name == "submitted_at")
        and each.name not in AFTERWARDS
    )


def inside_of(policy: Policy, scope: Predicate | None) -> Callable[[Scene], bool] | None:
    """Whether all registrations of a case satisfy a scope; None where there is none."""
    if scope is None:
        return None

    def inside(scene: Scene) -> bool:
        facts, answers = facts_of([scene])
        rules = Rules.of(policy, facts, ASKED, answers)
        view = rules.views[policy]
        return all(Reader(view, each, answers).truth(scope) is True for each in rules.registrations)

    return inside


def _partner_matters(domains: Mapping[Variable, Sequence[Any]]) -> bool:
    """Whether it matters that two registrations are of the same partner."""
    return any(
        value in (SELF, RIVAL) or (isinstance(value, frozenset) and SELF in value)
        for values in domains.values()
        for value in values
    )


def _groups(
    asked: Sequence[Question],
    told: tuple[Told, Told],
    layout: Layout,
    domains: tuple[Domains, Domains],
    free: Collection[Variable],
    *,
    partner: int,
) -> list[Group]:
    """The kinds that may meet, by what the two have in common.

    Where both are of one partner, they have the partner's facts in common too.
    """

    def shared(variable: Variable) -> bool:
        mine = partner == 1 and variable.subject == Subject.PARTNER
        return mine or variable.shared

    apart_by = {each for each in asked if each.personal and partner != 1}
    common = [e for e in asked if all(map(shared, e.variables)) and e not in apart_by]
    own = [each for each in asked if each not in common]
    between = {v for each in own for v in each.variables if shared(v)}
    between |= {v for v in layout.kept if shared(v)}
    start = [Kind(layout.blank(), (), {})]
    worlds = classified(start, common, domains[0], layout, between, told=told[0], later=own)
    apart = {v for v in layout.kept if not shared(v)}
    identical = partner == 1 or not _partner_matters({v: domains[0][v] for v in domains[0]})
    same = identical and domains[0] == domains[1]
    groups: dict[tuple[frozenset[Any], frozenset[Any]], Any] = {}
    size = 0
    if len(worlds) > _MANY_WORLDS:  # those where somebody gets something come first
        worlds = sorted(worlds, key=lambda each: layout.weight(each.signature))
    for number, world in enumerate(worlds):
        enough = number >= 2 * _MOST_WORLDS and layout.cut  # bounded anyway: no need of all
        if size > 4 * MOST_KINDS or len(groups) > _MOST_WORLDS or enough:
            layout.cut.append("worlds")
            break
        firsts = classified([world], own, domains[0], layout, apart, free=free, told=told[0])
        rivals = firsts
        if not same:
            rivals = classified([world], own, domains[1], layout, apart, partner, free, told[1])
        firsts, rivals = _aligned(firsts, layout, apart), _aligned(rivals, layout, apart)
        key = (_identity(firsts), _identity(rivals))
        groups.setdefault(key, (tuple(firsts), tuple(rivals), partner))
        size += len(firsts) + len(rivals)
    return list(groups.values())


def _identity(kinds: Iterable[Kind]) -> frozenset[Any]:
    return frozenset((each.signature, each.keys) for each in kinds)


def _aligned(kinds: Iterable[Kind], layout: Layout, apart: Collection[Variable]) -> list[Kind]:
    """The kinds, with the values of all kept variables in one order."""
    places = {variable: at for at, variable in enumerate(sorted(apart))}
    order = [(variable, places.get(variable)) for variable in sorted(layout.kept)]
    return [
        Kind(
            each.signature,
            tuple(each.values.get(v) if at is None else each.keys[at] for v, at in order),
            each.values,
        )
        for each in kinds
    ]
