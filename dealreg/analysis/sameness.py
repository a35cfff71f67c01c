"""What two policies provably decide alike, from their parts, before any case is tried.

A rule that is spelled otherwise and means the same is found out by itself. Where two contests then
differ only in who may take part, and weigh every registration alike, they decide every conflict
alike, however many registrations it has.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import zip_longest
from typing import Final, TypeVar

import attrs

from dealreg.analysis.facets import ways_of
from dealreg.analysis.formulas import TRUE, Crowded, Formulas, Part, Ways, told_apart
from dealreg.analysis.limits import changed, reach
from dealreg.analysis.questions import DENIED, RETURNED, weights_of
from dealreg.analysis.scenes import Claim, Scene
from dealreg.deciders.reference.governing import in_order
from dealreg.policy.contests import Contest
from dealreg.policy.normal import normal_form, normal_predicate
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import Predicate
from dealreg.policy.stages import Others, Override, Prefer, Preference, Requirement
from dealreg.policy.terms import Band, Banded, Terms

__all__ = ["Sameness", "sameness"]

_Weights = tuple[int, int, int]
_Held = TypeVar("_Held", Override, Band)
_HOLDS: Final = (1, 0, 0)
_THREE: Final = (2, 1, 3)
"""What the answers true, false and unknown come to: of rules that hold or not, and of others."""


@attrs.frozen(eq=False)
class Sameness:
    """What was proved of two policies.

    Attributes:
        new: the second policy, with the first one's spelling of the rules that mean the same.
        benefits: those that both decide alike, in conflicts of every size.
        apart: for other benefits, one registration that they admit otherwise, where one is known.
    """

    new: Policy
    benefits: frozenset[str]
    apart: Mapping[str, Scene]


def sameness(old: Policy, new: Policy) -> Sameness:
    """What two policies provably decide alike.

    Nothing where they do not know the same fields. What is not proved need not differ.
    """
    if (
        old.vocabulary() != new.vocabulary()
        or normal_form(old).calendars != normal_form(new).calendars
    ):
        return Sameness(new, frozenset(), {})
    aligned = _aligned(old, new)
    admitted: set[str] = set()
    apart: dict[str, Scene] = {}
    for benefit in in_order((old,)):
        found = _admission(old, aligned, benefit, admitted)
        if isinstance(found, Scene):
            apart[benefit] = found
        elif found and not changed(old, aligned, benefit):
            admitted.add(benefit)
    proved = {
        each for each in admitted if admitted.issuperset({*reach(old, each), *reach(aligned, each)})
    }
    return Sameness(aligned, frozenset(proved), apart)


def _admission(old: Policy, new: Policy, benefit: str, admitted: Collection[str]) -> bool | Scene:
    """Whether two contests provably admit alike; else a case of one that they do not, if known.

    `admitted` are the benefits whose contests are known to admit alike.
    """
    mine, theirs = normal_form(old).contest(benefit), normal_form(new).contest(benefit)
    if mine is None or theirs is None or mine.milestones != theirs.milestones:
        return False
    one, other = _weighed(mine), _weighed(theirs)
    both = [each for each in one if each in other]
    rest = [[each for each in side if each not in both] for side in (one, other)]
    if not any(rest):
        return True
    before = _before(old, mine, theirs, admitted)
    try:
        if _told_apart(old, new, *rest) is None:
            return True
        return _told_apart(old, new, [*one, *before], [*other, *before]) or True
    except Crowded:
        return False


def _before(
    policy: Policy, mine: Contest, theirs: Contest, admitted: Collection[str]
) -> list[tuple[Predicate, _Weights]]:
    """What keeps a registration out of a benefit because it cannot hold another one.

    Who is not admitted to the other, or is sent back, never holds it; of whom a person has to
    speak there, a person has to speak here.
    """
    made: list[tuple[Predicate, _Weights]] = []
    for each in mine.after:
        other = normal_form(policy).contest(each.benefit)
        both = any(e.holds and e.benefit == each.benefit for e in theirs.after)
        if other is None or not each.holds or not both or each.benefit not in admitted:
            continue
        for rule, weights in (*_weighed(other), *_before(policy, other, other, admitted)):
            true, false, unknown = (DENIED if e >= RETURNED else e for e in weights)
            made.append((rule, (true, false, unknown)))
    return made


def _weighed(contest: Contest) -> list[tuple[Predicate, _Weights]]:
    return [(each.that, _weights(each)) for each in contest.requires]


def _weights(required: Requirement) -> _Weights:
    weights = weights_of(required)
    return (weights[True], weights[False], weights[None])


def _told_apart(
    old: Policy,
    new: Policy,
    one: Iterable[tuple[Predicate, _Weights]],
    other: Iterable[tuple[Predicate, _Weights]],
) -> Scene | None:
    """One registration on which two lists of rules do not weigh alike; None without one."""
    formulas = Formulas()
    sides: list[list[Part]] = [
        [(formulas.formula(rule), weights) for rule, weights in side] for side in (one, other)
    ]
    found = told_apart(formulas, ways_of(formulas, (old, new)), *sides)
    if found is None:
        return None
    return Scene((Claim({k: v for way in found.values() for k, v in way.values.items()}),))


_Settle = Callable[[Predicate, Predicate, _Weights], Predicate]
"""Of an old and a new rule at the same place, and what their answers come to: the one to take."""


def _aligned(old: Policy, new: Policy) -> Policy:
    """The new policy, with the old one's spelling of all rules that mean the same."""
    vocabulary = old.vocabulary()
    formulas = Formulas()
    twins: list[tuple[int, int, _Weights]] = []

    def note(mine: Predicate, theirs: Predicate, weights: _Weights) -> Predicate:
        one = other = TRUE  # of the same rule it need not be known what it says
        if mine != theirs:
            one, other = (formulas.formula(normal_predicate(e, vocabulary)) for e in (mine, theirs))
        twins.append((one, other, weights))
        return theirs

    _respelled(old, new, note)
    different = [each for each in twins if each[0] != each[1]]
    if not different:
        return new
    ways = ways_of(formulas, (old, new))
    found = iter([_same(formulas, ways, *each) for each in twins])
    return _respelled(old, new, lambda mine, theirs, _: mine if next(found) else theirs)


def _same(formulas: Formulas, ways: Ways, one: int, other: int, weights: _Weights) -> bool:
    try:
        return told_apart(formulas, ways, [(one, weights)], [(other, weights)]) is None
    except Crowded:
        return False


def _respelled(old: Policy, new: Policy, settle: _Settle) -> Policy:
    """The new policy, with its rules settled that have a counterpart in the old one."""
    contests = []
    for theirs in new.contests:
        mine = old.contest(theirs.benefit)
        contests.append(theirs if mine is None else _contest(mine, theirs, settle))
    return attrs.evolve(new, contests=contests)


def _contest(mine: Contest, theirs: Contest, settle: _Settle) -> Contest:
    required = {each.code: each for each in mine.requires}
    return attrs.evolve(
        theirs,
        requires=[_requirement(required.get(each.code), each, settle) for each in theirs.requires],
        overrides=[
            _held(*both, settle)
            for both in zip_longest(mine.overrides, theirs.overrides)
            if both[1]
        ],
        prefer=[
            _preferred(*both, settle) for both in zip_longest(mine.prefer, theirs.prefer) if both[1]
        ],
        others=_rest(mine.others, theirs.others, settle),
        gives=[_terms(*both, settle) for both in zip_longest(mine.gives, theirs.gives) if both[1]],
    )


def _requirement(mine: Requirement | None, theirs: Requirement, settle: _Settle) -> Requirement:
    if mine is None or _weights(mine) != _weights(theirs):
        return theirs
    return attrs.evolve(theirs, that=settle(mine.that, theirs.that, _weights(theirs)))


def _held(mine: Override | Band | None, theirs: _Held, settle: _Settle) -> _Held:
    """An override or a band: nothing but whether its rule holds matters."""
    if mine is None:
        return theirs
    return attrs.evolve(theirs, when=settle(mine.when, theirs.when, _HOLDS))


def _preferred(mine: Preference | None, theirs: Preference, settle: _Settle) -> Preference:
    if not isinstance(mine, Prefer) or not isinstance(theirs, Prefer):
        return theirs
    return attrs.evolve(theirs, when=settle(mine.when, theirs.when, _THREE))


def _rest(mine: Others, theirs: Others, settle: _Settle) -> Others:
    when = theirs.when
    if mine.when is not None and when is not None:
        when = settle(mine.when, when, _HOLDS)
    given = theirs.terms
    return attrs.evolve(
        theirs, when=when, terms=None if given is None else _terms(mine.terms, given, settle)
    )


def _terms(mine: Terms | None, theirs: Terms, settle: _Settle) -> Terms:
    if mine is None or not isinstance(mine.rate, Banded) or not isinstance(theirs.rate, Banded):
        return theirs
    pairs = zip_longest(mine.rate.bands, theirs.rate.bands)
    return attrs.evolve(theirs, rate=Banded([_held(*both, settle) for both in pairs if both[1]]))
