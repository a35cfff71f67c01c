"""What holders and others get, as numbers that two policies can be compared by (C-14, C-15).

Read with `dealreg/deciders/reference/entitling.py` beside it.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import lcm
from typing import Final, assert_never

import attrs

from dealreg.analysis.smt.awarding import Award
from dealreg.analysis.smt.logic import Formula, Number, both, choose, differ, either, no
from dealreg.analysis.smt.ordering import Field
from dealreg.analysis.smt.truths import Truths
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Policy
from dealreg.policy.terms import Banded, FractionOfHolder, Percent, Rate, Terms

__all__ = ["Scales", "Worth", "worth"]

_NONE: Final = -(10**40)
"""The number of what is not stated: no rate, share or instant."""

_EQUAL_PARTS: Final = 60
"""Whatever is shared by six or fewer is a whole number of these."""


@attrs.frozen(eq=False)
class Scales:
    """What makes all rates and shares of some policies whole numbers, and labels numbers."""

    labels: tuple[str, ...]
    percent: int
    share: int

    @classmethod
    def of(cls, policies: Sequence[Policy]) -> "Scales":
        """The scales for some policies."""
        terms = [each for policy in policies for each in _terms(policy)]
        rates = {1}
        fractions = {1}
        for each in terms:
            match each.rate:
                case Percent(value):
                    rates.add(Fraction(value).denominator)
                case Banded(bands):
                    rates.update(Fraction(band.percent).denominator for band in bands)
                case FractionOfHolder(value):
                    fractions.add(value.denominator)
                case None:
                    pass
                case _:
                    assert_never(each.rate)
        shares = {each.share.denominator for each in terms if each.share is not None}
        return cls(
            labels=tuple(sorted({"", *(each.label for each in terms)})),
            percent=lcm(*rates) * lcm(*fractions),
            share=lcm(1, *shares) * _EQUAL_PARTS,
        )


def _terms(policy: Policy) -> Iterator[Terms]:
    for contest in policy.contests:
        yield from contest.gives
        if contest.others.terms is not None:
            yield contest.others.terms


@attrs.frozen(eq=False)
class Worth:
    """What a registration is entitled to: `some` says whether to anything."""

    some: Formula
    parts: tuple[Number, ...]

    def differs(self, other: "Worth") -> Formula:
        """Whether two are not entitled to the same."""
        apart = either(*(differ(a, b) for a, b in zip(self.parts, other.parts, strict=True)))
        return either(
            both(self.some, no(other.some)),
            both(no(self.some), other.some),
            both(self.some, other.some, apart),
        )


_Parts = tuple[Number, Number, Number]


def worth(field: Field, award: Award, scales: Scales) -> list[Worth]:
    """What each registration is entitled to: holders by their place, others what is left."""
    contest = field.contest
    truths = Truths(field.view)
    made = []
    for place in field.places:
        holds, lost = award.granted[place], award.lost[place]
        begun: Formula = False
        starts: Number = _NONE
        ends: Number = _NONE
        if contest.period is not None:
            begun, starts, ends = field.view.term(contest.period, place)
        some: Formula = False
        parts = _held(field, award, scales, place)
        if contest.others.terms is not None:
            rule = contest.others.when
            wanted = True if rule is None else truths.of(rule, place).true
            some = both(lost, wanted)
            left = _left(field, award, scales, place, contest.others.terms)
            parts = tuple(choose(holds, a, b) for a, b in zip(parts, left, strict=True))
        dated = both(holds, begun)
        made.append(
            Worth(
                either(holds, some),
                (*parts, choose(dated, starts, _NONE), choose(dated, ends, _NONE)),
            )
        )
    return made


def _held(field: Field, award: Award, scales: Scales, place: int) -> _Parts:
    """The terms of a holder's place; of places that equal ones share, an equal part of all."""
    contest = field.contest
    number, among = award.place[place], award.among[place]
    terms = contest.gives or (Terms(),)
    label = _by_place(number, [scales.labels.index(each.label) for each in terms])
    rates = [_percent(field, award, scales, place, each.rate) for each in terms]
    return label, _by_place(number, rates), _share(contest, scales, number, among)


def _left(field: Field, award: Award, scales: Scales, place: int, terms: Terms) -> _Parts:
    share = Fraction(1) if terms.share is None else terms.share
    return (
        scales.labels.index(terms.label),
        _percent(field, award, scales, place, terms.rate),
        int(share * scales.share),
    )


def _by_place(number: Number, values: Sequence[Number]) -> Number:
    """The value for a place, from 1 on; the last stands for all further ones."""
    made = values[-1]
    for at in reversed(range(len(values) - 1)):
        made = choose(number <= at + 1, values[at], made)
    return made


def _share(contest: Contest, scales: Scales, number: Number, among: Number) -> Number:
    """The part of the benefit that a holder in a place gets, which others may share."""
    terms = contest.gives or (Terms(),)
    shares = [Fraction(1) if each.share is None else each.share for each in terms]

    def stated(place: int) -> Fraction:
        return shares[min(place, len(shares)) - 1]

    alone = _by_place(number, [int(each * scales.share) for each in shares])
    if isinstance(among, int):
        return alone
    made = alone
    most = contest.capacity
    for many in range(2, _MOST + 1):
        parts: list[Number] = []
        for first in range(1, max(len(shares), most or 1) + 1):
            left = many if most is None else max(0, min(most - first + 1, many))
            whole = sum((stated(first + ahead) for ahead in range(left)), Fraction(0))
            parts.append(int(whole / many * scales.share))
        made = choose(among == many, _by_place(number, parts), made)
    return made


_MOST: Final = 6


def _percent(field: Field, award: Award, scales: Scales, place: int, rate: Rate | None) -> Number:
    match rate:
        case None:
            return _NONE
        case Percent(value):
            return int(Fraction(value) * scales.percent)
        case Banded(bands):
            truths = Truths(field.view)
            made: Number = _NONE
            for band in reversed(bands):
                percent = int(Fraction(band.percent) * scales.percent)
                made = choose(truths.of(band.when, place).true, percent, made)
            return made
        case FractionOfHolder(fraction):
            return _of_the_first(field, award, scales, place, fraction)
        case _:
            assert_never(rate)


def _of_the_first(
    field: Field, award: Award, scales: Scales, place: int, fraction: Fraction
) -> Number:
    """A fraction of the rate that the first other holder has; of equal ones, of the highest."""
    gives = field.contest.gives
    if not gives:
        return _NONE
    rivals = [each for each in field.places if each != place]
    holds = {e: both(field.together[place][e], award.granted[e]) for e in rivals}
    best: Number = _NONE
    for each in rivals:
        first = both(
            holds[each],
            *(
                either(no(holds[e]), award.place[each] <= award.place[e])
                for e in rivals
                if e != each
            ),
        )
        whole = _percent(field, award, scales, each, gives[0].rate)
        if isinstance(whole, int) and whole == _NONE:
            continue
        part = _fraction_of(whole, fraction)
        best = choose(both(first, part > best, differ(whole, _NONE)), part, best)
    return best


def _fraction_of(whole: Number, fraction: Fraction) -> Number:
    """A fraction of a rate; the scale of rates leaves no remainder."""
    if isinstance(whole, int):
        return whole * fraction.numerator // fraction.denominator
    return (whole / fraction.denominator) * fraction.numerator
