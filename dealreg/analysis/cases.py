"""All the cases that can tell policies apart: one registration of every kind, and every pair."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, product
from typing import Any, Final, TypeAlias

import attrs

from dealreg.analysis.comparisons import boxed, compared_boxes, comparison, measured, one_at_most
from dealreg.analysis.domains import RIVAL, SELF, domain, linked_texts
from dealreg.analysis.questions import ADMISSION, RETURNED, SCOPE, Position, Question, questions
from dealreg.analysis.quotient import MOST_KINDS, Kind, Layout, classified
from dealreg.analysis.readings import Readings, Variable, common_keys, is_instant, readings
from dealreg.analysis.scenes import Claim, Scene, facts_of
from dealreg.analysis.times import ASKED, Timetable, days_of, timetable
from dealreg.deciders.reference.governing import Rules
from dealreg.deciders.reference.truth import Reader
from dealreg.facts.fields import Field, Subject
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import Predicate
from dealreg.policy.stages import Key, OthersStand, Tie

__all__ = ["Cases", "Domains", "Group", "Pair", "cases_of"]

_MANY_WORLDS: Final = 16
_MOST_WORLDS: Final = 200
_MOST_MEETINGS: Final = 100_000
"""So many groups of kinds, and of meetings of two kinds, are looked at; others are cut off."""


Group: TypeAlias = tuple[tuple[Kind, ...], tuple[Kind, ...], int]
"""Kinds of a first registration and of its rival that may meet, and whose the rival is."""

Domains: TypeAlias = Mapping[Variable, Sequence[Any]]
"""The values tried of each variable, None among them where it may be missing."""


@attrs.frozen(eq=False)
class Pair:
    """Two registrations of one case, the first and its rival, of their kinds."""

    first: Kind
    rival: Kind
    partner: int = 2

    def scene(self) -> Scene:
        """The case that they make."""
        return Scene((Claim(self.first.values), Claim(self.rival.values, self.partner)))


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

    def pairs(
        self,
        contests: Collection[tuple[int, str]],
        wanted: Callable[[Kind, Kind], bool] | None = None,
    ) -> Iterator[Pair]:
        """One pair of every pattern that some contests can tell from the others.

        Args:
            contests: the contests. Both must take part in one of them: else neither bears on
                the other.
            wanted: which pairs to keep, by what their answers amount to; None for all.
        """
        places = [at for p, at in self.layout.positions.items() if self._seen(p, contests)]
        looked = [
            (at, variable)
            for at, variable in enumerate(sorted(self.layout.kept))
            if any(each in contests for each in self.layout.kept[variable])
        ]
        compared = [comparison(self.policies, self.found, v, contests) for _, v in looked]
        tried = 0
        seen: set[tuple[Any, ...]] = set()
        signs: dict[tuple[Any, ...], dict[tuple[Any, ...], tuple[Any, Any]]] = {}
        for firsts, rivals, partner in chain(self.groups, self._siblings(contests)):
            mine = self._narrowed(firsts, places, looked, contests)
            theirs = self._narrowed(rivals, places, looked, contests)
            for bits, other_bits in product(mine, theirs):
                tried += 1
                if tried > _MOST_MEETINGS:
                    self.layout.cut.append("pairs")
                    return
                if not _meet(self.layout, contests, places, bits, other_bits):
                    continue
                if wanted is not None and not wanted(mine[bits].one, theirs[other_bits].one):
                    continue
                met = (mine[bits].keys, theirs[other_bits].keys)
                if met not in signs:
                    boxes = boxed(mine[bits].kinds), boxed(theirs[other_bits].kinds)
                    signs[met] = compared_boxes(*boxes, compared)
                for sign, (keys, other_keys) in signs[met].items():
                    pattern = (bits, other_bits, sign, partner)
                    if pattern not in seen:
                        seen.add(pattern)
                        first = mine[bits].kinds[keys]
                        yield Pair(first, theirs[other_bits].kinds[other_keys], partner)

    def _siblings(self, contests: Collection[tuple[int, str]]) -> Iterator[Group]:
        """The kinds that one partner may have both; nothing where that cannot matter.

        One partner holds at most once, and is never tied with itself: whoever is tied shares, or
        awaits a person. Where the registration id breaks ties, it matters only to derived facts.
        """
        met = [
            contest
            for number, benefit in contests
            if (contest := self.policies[number].contest(benefit)) is not None
        ]
        plain = all(e.tie is Tie.REGISTRATION_ID and e.capacity == 1 for e in met)
        alike = len({e.one_per for e in met}) == 1 and all(e.others.terms is None for e in met)
        denied = all(e.others.stand is OthersStand.DENIED for e in met)
        if not (plain and alike and denied and not self.personal):
            yield from self.siblings()

    def _seen(self, position: Position, contests: Collection[tuple[int, str]]) -> bool:
        """Whether some of the contests see an answer: those where one competes see no order."""
        number, benefit, role = position
        if (number, benefit) not in contests:
            return False
        policy = self.policies[number]
        contest = policy.contest(benefit)
        ordering = role.startswith("prefer ")
        return contest is None or not (ordering and one_at_most(policy, contest))

    def _narrowed(
        self,
        kinds: Iterable[Kind],
        places: Sequence[int],
        looked: Sequence[tuple[int, Variable]],
        contests: Collection[tuple[int, str]],
    ) -> dict[tuple[Any, ...], "_Alike"]:
        """The kinds as far as the contests tell them apart, by what their answers amount to."""
        made: dict[tuple[Any, ...], dict[tuple[Any, ...], Kind]] = {}
        for each in kinds:
            if not self.in_scope(each):
                continue
            part = {c for c in contests if self.layout.takes_part(each.signature, c)}
            if not part:
                continue
            bits = tuple(each.signature[at] for at in places)
            keys = tuple(
                None if part.isdisjoint(self.layout.kept[variable]) else each.keys[at]
                for at, variable in looked
            )
            made.setdefault(bits, {}).setdefault(keys, each)
        return {bits: _Alike(by_keys, frozenset(by_keys)) for bits, by_keys in made.items()}


@attrs.frozen(eq=False)
class _Alike:
    """Kinds that differ only in what orders and windows look at, by those values."""

    kinds: Mapping[tuple[Any, ...], Kind]
    keys: frozenset[tuple[Any, ...]]

    @property
    def one(self) -> Kind:
        return next(iter(self.kinds.values()))


def _meet(
    layout: Layout,
    contests: Collection[tuple[int, str]],
    places: Sequence[int],
    bits: tuple[Any, ...],
    other_bits: tuple[Any, ...],
) -> bool:
    """Whether two take part in one contest: else neither bears on the other."""
    at = {place: number for number, place in enumerate(places)}
    for each in contests:
        place = layout.positions.get((*each, ADMISSION))
        if place is None or max(bits[at[place]], other_bits[at[place]]) < RETURNED:
            return True
    return False


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


def cases_of(policies: Sequence[Policy], scope: Predicate | None = None) -> Cases:
    """The cases that can tell some policies apart, where a scope is given, inside it."""
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
    groups = _groups(asked, layout, (first, rival), partner=2)

    @cache
    def siblings() -> tuple[Group, ...]:
        return tuple(_groups(asked, layout, (first, rival), partner=1))

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
        _inside(policies[0], scope),
    )


def _inside(policy: Policy, scope: Predicate | None) -> Callable[[Scene], bool] | None:
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
    layout: Layout,
    domains: tuple[Domains, Domains],
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
    worlds = classified(start, common, domains[0], layout, between)
    apart = {v for v in layout.kept if not shared(v)}
    identical = partner == 1 or not _partner_matters({v: domains[0][v] for v in domains[0]})
    same = identical and domains[0] == domains[1]
    groups: dict[tuple[frozenset[Any], frozenset[Any]], Any] = {}
    size = 0
    if len(worlds) > _MANY_WORLDS:  # those where somebody gets something come first
        worlds = sorted(worlds, key=lambda each: layout.weight(each.signature))
    for world in worlds:
        if size > 4 * MOST_KINDS or len(groups) > _MOST_WORLDS:
            layout.cut.append("worlds")
            break
        firsts = classified([world], own, domains[0], layout, apart)
        rivals = firsts if same else classified([world], own, domains[1], layout, apart, partner)
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
