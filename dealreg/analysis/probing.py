"""Looking for a difference among the cases of one policy, before all cases of both are sought.

The cases that one policy tells apart are found once, with what it decides of them. Most policies
that differ from it decide one of the first few otherwise; where none does, that shows nothing.
"""

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from itertools import combinations, islice, product
from threading import Lock
from typing import Any, Final

import attrs

from dealreg.analysis.cases import Cases, Domains, cases_of
from dealreg.analysis.comparisons import comparison
from dealreg.analysis.limits import changed, only
from dealreg.analysis.pairs import pairs_of
from dealreg.analysis.quotient import Kind
from dealreg.analysis.readings import Variable
from dealreg.analysis.scenes import Claim, Scene, apart, decided, facts_of, possible
from dealreg.deciders.edited import Decided
from dealreg.deciders.reference.run import Run
from dealreg.policy.normal import normal_form
from dealreg.policy.policies import Policy
from dealreg.policy.walk import predicates_of

__all__ = ["Batch", "Probe", "probe_of", "probed"]

_SIZES: Final = (8, 24, 64, 128)
"""So many cases are decided at a time: few at first, since few are needed mostly."""

_MOST_PAIRS: Final = 1_000

_MOST_VALUES: Final = 6
_MOST_WAYS: Final = 300
"""So many values of each fact, and so many ways, of those that one rule is about."""

_STRIDE: Final = 2_654_435_761
"""By golden steps around a circle: of pairs that follow each other, which are alike, few at once.
"""


@attrs.frozen(eq=False)
class Batch:
    """Some cases, as facts, and what the policy decides of them."""

    scenes: tuple[Scene, ...]
    decided: Decided

    @property
    def run(self) -> Run:
        """What the policy decides of them."""
        return self.decided.run

    def decided_by(self, policy: Policy) -> Run:
        """What another policy decides of them."""
        return self.decided.by(apart(policy))


@attrs.frozen(eq=False)
class Probe:
    """The cases of one benefit of a policy, and of what it depends on, as far as looked at.

    Attributes:
        policy: the policy, of that benefit and what it depends on.
        cases: all its cases.
    """

    policy: Policy
    cases: Cases
    _waiting: Iterator[tuple[Scene, ...]]
    _batches: list[Batch] = attrs.field(factory=list, init=False)
    _one_at_a_time: Lock = attrs.field(factory=Lock, init=False)

    def batches(self) -> Iterator[Batch]:
        """The cases, a few at a time; those looked at before are known."""
        place = 0
        while self._known(place):
            yield self._batches[place]
            place += 1

    def _known(self, place: int) -> bool:
        """Whether there is a batch at a place; it is decided now, if it was not before."""
        with self._one_at_a_time:
            if place < len(self._batches):
                return True
            scenes = next(self._waiting, None)
            if scenes is None:
                return False
            facts, answers = facts_of(scenes, self.cases.keys)
            made = decided(self.policy, facts, answers)
            self._batches.append(Batch(scenes, Decided(made)))
            return True


@lru_cache(maxsize=64)
def probe_of(policy: Policy, *, paired: bool) -> Probe:
    """The cases of a policy, of one benefit and what that depends on.

    `paired` says whether pairs of every pattern are looked at too, up to some thousand.
    """
    cases = _cases(policy)
    return Probe(policy, cases, _cut(_scenes(cases, policy, paired=paired)))


@lru_cache(maxsize=64)
def _cases(policy: Policy) -> Cases:
    return cases_of((policy,))


def _cut(scenes: Iterator[Scene]) -> Iterator[tuple[Scene, ...]]:
    sizes = iter(_SIZES)
    size = next(sizes)
    while batch := tuple(islice(scenes, size)):
        yield batch
        size = next(sizes, _SIZES[-1])


def _scenes(cases: Cases, policy: Policy, *, paired: bool) -> Iterator[Scene]:
    """What is next to a registration that gets everything; then pairs of every pattern."""
    contests = {(0, each.benefit) for each in policy.contests}
    bases = [dict(each.values) for each in _best(cases, contests)]
    if bases:
        yield Scene((Claim(bases[0]),))
        yield from _varied(bases[0], cases.domains[0])
        yield from _met(bases[0], cases, contests)
        yield from _by_rule(bases[0], cases, policy)
        yield from _rivalled(bases[0], cases.domains[1])
        for base in bases[1:]:
            yield from _varied(base, cases.domains[0])
    pairs = list(islice(pairs_of(cases, contests), 4 * _MOST_PAIRS)) if paired else []
    places = sorted(range(len(pairs)), key=lambda place: place * _STRIDE % 2**32)
    yield from (pairs[place].scene() for place in places[:_MOST_PAIRS])


def _best(cases: Cases, contests: Collection[tuple[int, str]]) -> list[Kind]:
    """Of what opportunities have in common, each time one that is kept out of least."""

    def out(kind: Kind) -> int:
        return sum(cases.admission(kind, each) for each in contests)

    return sorted((min(firsts, key=out) for firsts, _, _ in cases.groups if firsts), key=out)


def _varied(base: Mapping[Variable, Any], domains: Domains) -> Iterator[Scene]:
    """One registration with another value of one variable."""
    for variable, values in sorted(domains.items()):
        for value in values:
            varied = {**base, variable: value}
            if value != base.get(variable) and possible(varied):
                yield Scene((Claim(varied),))


def _by_rule(base: Mapping[Variable, Any], cases: Cases, policy: Policy) -> Iterator[Scene]:
    """One registration with other values of all that one rule is about: of parts of it, some."""
    rules = [rule for each in policy.contests for _, rule in predicates_of(each)]
    for asked in dict.fromkeys(cases.found.asked(rule) for rule in rules):
        tried = [dict.fromkeys((*cases.domains[0][each][:_MOST_VALUES], None)) for each in asked]
        for values in islice(product(*tried), _MOST_WAYS if len(asked) > 1 else 0):
            varied = {**base, **dict(zip(asked, values, strict=True))}
            if possible(varied):
                yield Scene((Claim(varied),))


def _rivalled(base: Mapping[Variable, Any], domains: Domains) -> Iterator[Scene]:
    """Two registrations that differ in one fact, whichever has the other value."""
    for variable, values in sorted(domains.items()):
        for value in () if variable.shared else values:
            varied = {**base, variable: value}
            if value != base.get(variable) and possible(varied):
                yield Scene((Claim(base), Claim(varied, 2)))
                yield Scene((Claim(varied), Claim(base, 2)))


def _met(
    base: Mapping[Variable, Any], cases: Cases, contests: Collection[tuple[int, str]]
) -> Iterator[Scene]:
    """Two registrations that compare otherwise in two variables at most, in every way."""
    kept = [each for each in sorted(cases.layout.kept) if not each.shared]
    options = {each: _comparing(base, cases, each, contests) for each in kept}
    for size in range(3):
        for chosen in combinations(kept, size):
            ways = [
                options[each][: None if size == 1 else len(options[each]) // 2] for each in chosen
            ]
            for values in product(*ways):
                first, rival = dict(base), dict(base)
                for variable, (one, other) in zip(chosen, values, strict=True):
                    first[variable], rival[variable] = one, other
                if possible(first) and possible(rival):
                    yield Scene((Claim(first), Claim(rival, 2)))


def _comparing(
    base: Mapping[Variable, Any],
    cases: Cases,
    variable: Variable,
    contests: Collection[tuple[int, str]],
) -> list[tuple[Any, Any]]:
    """Two values for every way in which two can compare, but for that of the base with itself.

    First those nearest to each other, then as many of those farthest from each other.
    """
    compare = comparison(cases.policies, cases.found, variable, contests)
    mine, theirs = cases.domains
    near: dict[Any, tuple[Any, Any]] = {}
    far: dict[Any, tuple[Any, Any]] = {}
    for two in product(mine[variable], theirs[variable]):
        sign = compare.of(*two)
        near.setdefault(sign, two)
        far[sign] = two
    same = compare.of(base.get(variable), base.get(variable))
    return [made[sign] for made in (near, far) for sign in near if sign != same]


def probed(
    old: Policy, new: Policy, benefits: Collection[str]
) -> Iterator[tuple[str, Policy, Probe]]:
    """Of these benefits those to look at: whose contest, or one they depend on, is not the same.

    With each the new policy of that benefit, and the cases of the old one. Nothing where the two
    policies do not know the same fields.
    """
    if old.vocabulary() != new.vocabulary() or old.calendars != new.calendars:
        return
    for contest in old.contests:
        benefit = contest.benefit
        if benefit not in benefits or new.contest(benefit) is None:
            continue
        mine, theirs = only(old, benefit), only(new, benefit)
        if _contests(mine) != _contests(theirs):
            paired = any(changed(old, new, each.benefit) for each in mine.contests)
            yield benefit, theirs, probe_of(mine, paired=paired)


def _contests(policy: Policy) -> Any:
    return normal_form(policy).contests
