"""Pairs of registrations: one of every pattern that some contests can tell from the others."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, product
from typing import Any, Final

import attrs

from dealreg.analysis.cases import Cases, Domains, Group
from dealreg.analysis.comparisons import (
    Box,
    Compared,
    boxed,
    compared_boxes,
    comparison,
    one_at_most,
)
from dealreg.analysis.patterns import Lens, lenses_of
from dealreg.analysis.questions import ADMISSION, RETURNED, Position
from dealreg.analysis.quotient import Kind
from dealreg.analysis.readings import Variable
from dealreg.analysis.scenes import Claim, Scene
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Policy
from dealreg.policy.stages import Effect, OthersStand, Tie, Unmet

__all__ = ["Pair", "pairs_of"]

_MOST_MEETINGS: Final = 100_000
"""So many meetings of two kinds are looked at; others are cut off."""

_Values = tuple[Any, ...]
_Contests = Collection[tuple[int, str]]
_Signs = Mapping[_Values, tuple[_Values, _Values]]


@attrs.frozen(eq=False)
class Pair:
    """Two registrations of one case, the first and its rival, of their kinds."""

    first: Kind
    rival: Kind
    partner: int = 2

    def scene(self) -> Scene:
        """The case that they make."""
        return Scene((Claim(self.first.values), Claim(self.rival.values, self.partner)))


def pairs_of(
    cases: Cases,
    contests: _Contests,
    wanted: Callable[[Kind, Kind], bool] | None = None,
    *,
    decided: bool = False,
) -> Iterator[Pair]:
    """One pair of every pattern that some contests can tell from the others.

    Args:
        cases: where the kinds are from.
        contests: the contests. Both must take part in one of them: else neither bears on the
            other.
        wanted: which pairs to keep, by what their answers amount to; None for all.
        decided: whether one pair is enough of those that the contests decide alike, behind the
            preference that tells two apart; else one of every order of all values.
    """
    search = _search(cases, contests, decided=decided)
    seen: set[tuple[Any, ...]] = set()
    tried = 0
    for firsts, rivals, partner in chain(cases.groups, _siblings(cases, contests)):
        mine, theirs = search.narrowed(firsts), search.narrowed(rivals)
        for bits, other_bits in product(mine, theirs):
            tried += 1
            if tried > _MOST_MEETINGS:
                cases.layout.cut.append("pairs")
                return
            if not search.meet(bits, other_bits):
                continue
            if wanted is not None and not wanted(mine[bits].one, theirs[other_bits].one):
                continue
            two = (mine[bits], theirs[other_bits])
            for pattern, keys in search.patterns(bits, other_bits, two):
                if (pattern, partner) not in seen:
                    seen.add((pattern, partner))
                    first, rival = map(search.chosen, two, keys)
                    yield Pair(first, rival, partner)


def _search(cases: Cases, contests: _Contests, *, decided: bool) -> "_Search":
    places = [at for p, at in cases.layout.positions.items() if _seen(cases, p, contests)]
    kept = cases.layout.kept
    looked = [
        (at, variable)
        for at, variable in enumerate(sorted(kept))
        if any(each in contests for each in kept[variable])
    ]
    variables = [each for _, each in looked]
    compared = [comparison(cases.policies, cases.found, v, contests) for v in variables]
    lenses = None
    if decided:
        lenses = lenses_of(
            cases.policies, cases.found, cases.layout, places, variables, compared, contests
        )
    return _Search(cases, contests, places, looked, compared, lenses)


def _seen(cases: Cases, position: Position, contests: _Contests) -> bool:
    """Whether some of the contests see an answer: those where one competes see no order."""
    number, benefit, role = position
    if (number, benefit) not in contests:
        return False
    policy = cases.policies[number]
    contest = policy.contest(benefit)
    ordering = role.startswith("prefer ")
    return contest is None or not (ordering and one_at_most(policy, contest))


def _siblings(cases: Cases, contests: _Contests) -> Iterator[Group]:
    """The kinds that one partner may have both; nothing where that cannot matter.

    One partner holds at most once, and is never tied with itself: whoever is tied shares, or
    awaits a person. Where the registration id breaks ties, it matters only to derived facts. Nor
    does it between two policies that decide rivals alike, and leave nothing else to a person: of
    one partner then the one gets it that would get it before a rival, or the lower registration id.
    """
    met = [
        (cases.policies[number], contest)
        for number, benefit in contests
        if (contest := cases.policies[number].contest(benefit)) is not None
    ]
    plain = all(e.capacity == 1 and e.others.terms is None for _, e in met)
    denied = all(e.others.stand is OthersStand.DENIED for _, e in met)
    alike = len({e.one_per for _, e in met}) == 1
    settled = all(e.tie is Tie.REGISTRATION_ID for _, e in met) or (
        len(cases.policies) > 1 and not any(_is_more(*each) for each in met)
    )
    if not (plain and alike and denied and settled and not cases.personal):
        yield from cases.siblings()


def _is_more(policy: Policy, contest: Contest) -> bool:
    """Whether a person is asked for more than ties and orders, or more than one may hold."""
    refers = any(e.effect is Effect.REFERS for e in contest.overrides) or any(
        Unmet.REFER in (e.if_false, e.if_unknown) for e in contest.requires
    )
    after = any(not each.holds for each in contest.after)
    several = contest.joint is not None or contest.scope.lines is not None
    return refers or after or several or policy.sla is not None


@attrs.frozen(eq=False)
class _Alike:
    """Kinds that differ only in what orders and windows look at, by those values."""

    kinds: Mapping[_Values, Kind]
    keys: frozenset[_Values]

    @property
    def one(self) -> Kind:
        return next(iter(self.kinds.values()))


@attrs.frozen(eq=False)
class _Search:
    """What is looked at of two kinds, and how."""

    cases: Cases
    contests: _Contests
    places: Sequence[int]
    looked: Sequence[tuple[int, Variable]]
    compared: Sequence[Compared]
    lenses: Sequence[Lens] | None
    _signs: dict[tuple[frozenset[_Values], frozenset[_Values]], _Signs] = attrs.field(factory=dict)

    def narrowed(self, kinds: Iterable[Kind]) -> dict[_Values, _Alike]:
        """The kinds as far as the contests tell them apart, by what their answers amount to."""
        layout = self.cases.layout
        made: dict[_Values, dict[_Values, Kind]] = {}
        for each in kinds:
            if not self.cases.in_scope(each):
                continue
            part = {c for c in self.contests if layout.takes_part(each.signature, c)}
            if not part:
                continue
            bits = tuple(each.signature[at] for at in self.places)
            keys = tuple(
                None if part.isdisjoint(layout.kept[variable]) else each.keys[at]
                for at, variable in self.looked
            )
            made.setdefault(bits, {}).setdefault(keys, each)
        return {bits: _Alike(by_keys, frozenset(by_keys)) for bits, by_keys in made.items()}

    def meet(self, bits: _Values, other_bits: _Values) -> bool:
        """Whether two take part in one contest: else neither bears on the other."""
        at = {place: number for number, place in enumerate(self.places)}
        for each in self.contests:
            place = self.cases.layout.positions.get((*each, ADMISSION))
            if place is None or max(bits[at[place]], other_bits[at[place]]) < RETURNED:
                return True
        return False

    def patterns(
        self, bits: _Values, other_bits: _Values, two: tuple[_Alike, _Alike]
    ) -> Iterator[tuple[_Values, tuple[_Values, _Values]]]:
        """How two may meet, each way with the values that orders and windows look at."""
        signs = self._compared(two)
        if self.lenses is None:
            yield from (((bits, other_bits, sign), keys) for sign, keys in signs.items())
            return
        answers = tuple([each.answered(bits, other_bits) for each in self.lenses])
        deciding = [each for each in self.lenses if each.competes(bits, other_bits)]
        for sign, keys in signs.items():
            told = tuple([each.decided(bits, other_bits, sign) for each in deciding])
            yield (answers, told), keys

    def _compared(self, two: tuple[_Alike, _Alike]) -> _Signs:
        met = (two[0].keys, two[1].keys)
        if met not in self._signs:
            mine, theirs = (
                self._widened(boxed(side.kinds), domains)
                for side, domains in zip(two, self.cases.domains, strict=True)
            )
            self._signs[met] = compared_boxes(mine, theirs, self.compared)
        return self._signs[met]

    def _widened(self, boxes: Iterable[Box], domains: Domains) -> list[Box]:
        """The boxes with all values of the free variables, where those are looked at."""
        return [
            tuple(
                values
                if variable not in self.cases.free or values == (None,)
                else domains[variable]
                for values, (_, variable) in zip(box, self.looked, strict=True)
            )
            for box in boxes
        ]

    def chosen(self, alike: _Alike, keys: _Values) -> Kind:
        """The kind that has these values, with those chosen of the free variables."""
        kept = next(iter(alike.kinds))
        stated, chosen = list(keys), {}
        for place, (_, variable) in enumerate(self.looked):
            if variable in self.cases.free and kept[place] is not None:
                stated[place], chosen[variable] = kept[place], keys[place]
        kind = alike.kinds[tuple(stated)]
        return attrs.evolve(kind, values={**kind.values, **chosen}) if chosen else kind
