"""Looking for a difference among the cases of one policy, before all cases of both are sought.

The cases that one policy tells apart are found once, with what it decides of them. Most policies
that differ from it decide one of the first few otherwise; where none does, that shows nothing.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice, product
from threading import Lock
from typing import Any, Final

import attrs

from dealreg.analysis.cases import Cases, Domains, cases_of
from dealreg.analysis.domains import RIVAL, SELF
from dealreg.analysis.limits import changed, only
from dealreg.analysis.meetings import aimed_at, comparing, met
from dealreg.analysis.pairs import pairs_of
from dealreg.analysis.quotient import Kind
from dealreg.analysis.readings import Variable
from dealreg.analysis.scenes import Claim, Scene, apart, decided, facts_of, possible, run
from dealreg.analysis.trials import won
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
        bases: of what opportunities have in common, each time one that is kept out of least.
    """

    policy: Policy
    cases: Cases
    bases: tuple[dict[Variable, Any], ...]
    _waiting: Iterator[tuple[Scene, ...]]
    _batches: list[Batch] = attrs.field(factory=list, init=False)
    _options: dict[Variable, Sequence[tuple[Any, Any]]] = attrs.field(factory=dict, init=False)
    _bare: list[dict[Variable, Any]] = attrs.field(factory=list, init=False)
    _one_at_a_time: Lock = attrs.field(factory=Lock, init=False)

    def batches(self) -> Iterator[Batch]:
        """The cases, a few at a time; those looked at before are known."""
        place = 0
        while self._known(place):
            yield self._batches[place]
            place += 1

    def like(self, scene: Scene) -> Iterator[Scene]:
        """One registration as in a case, and else like one that gets everything."""
        for base in self.bases[:1]:
            values = {**base, **scene.claims[0].values}
            if possible(values):
                yield Scene((Claim(values),))

    def aimed(self, other: Policy) -> Iterator[Scene]:
        """Pairs that differ in what orders and windows look at that another policy has not.

        One of each two that the policy compares otherwise, both beside one that gets everything.
        """
        for base in self.bare():
            for contest in self.policy.contests:
                theirs = other.contest(contest.benefit)
                if theirs is not None:
                    both = (self.policy, contest), (other, theirs)
                    yield from aimed_at(*both, base, self.cases, self.options)

    def bare(self) -> list[dict[Variable, Any]]:
        """The first base without facts that it can do without; none where there is no base."""
        if not self._bare and self.bases:
            base = self.bases[0]
            for variable in sorted(base):
                rest = {each: value for each, value in base.items() if each != variable}
                if variable.name != "submitted_at" and possible(rest) and self._gets(rest):
                    base = rest
            self._bare.append(base)
        return self._bare[:1]

    def _gets(self, values: Mapping[Variable, Any]) -> bool:
        """Whether a registration alone gets all the benefits."""
        made = run(self.policy, [Scene((Claim(values),))], self.cases.keys)
        return all(won(made, 0, 1, each.benefit) for each in self.policy.contests)

    def options(self, variable: Variable) -> Sequence[tuple[Any, Any]]:
        """Two values for every way in which two may compare, beside the first base.

        Values with which one gets everything come first.
        """
        if variable not in self._options:
            base, domains = self.bare()[0], self.cases.domains
            contests = {(0, each.benefit) for each in self.policy.contests}
            tried = list(dict.fromkeys((*domains[0][variable], *domains[1][variable])))
            varied = [{**base, variable: each} for each in tried]
            made = run(self.policy, [Scene((Claim(e),)) for e in varied], self.cases.keys)
            gets = {
                value
                for number, value in enumerate(tried)
                if possible(varied[number])
                and all(won(made, number, 1, each.benefit) for each in self.policy.contests)
            }
            self._options[variable] = comparing(base, self.cases, variable, contests, gets)
        return self._options[variable]

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
    contests = {(0, each.benefit) for each in policy.contests}
    bases = tuple(dict(each.values) for each in _best(cases, contests))
    return Probe(policy, cases, bases, _cut(_scenes(cases, contests, bases, paired=paired)))


@lru_cache(maxsize=64)
def _cases(policy: Policy) -> Cases:
    return cases_of((policy,))


def _cut(scenes: Iterator[Scene]) -> Iterator[tuple[Scene, ...]]:
    sizes = iter(_SIZES)
    size = next(sizes)
    while batch := tuple(islice(scenes, size)):
        yield batch
        size = next(sizes, _SIZES[-1])


def _scenes(
    cases: Cases,
    contests: Collection[tuple[int, str]],
    bases: Sequence[dict[Variable, Any]],
    *,
    paired: bool,
) -> Iterator[Scene]:
    """What is next to a registration that gets everything; then pairs of every pattern."""
    if bases:
        yield Scene((Claim(bases[0]),))
        yield from _varied(bases[0], cases.domains[0])
        kept = [each for each in sorted(cases.layout.kept) if not each.shared]
        options = {each: comparing(bases[0], cases, each, contests) for each in kept}
        yield from met(bases[0], kept, options.__getitem__)
        yield from _by_rule(bases[0], cases, cases.policies[0])
        yield from _rivalled(bases[0], cases.domains[1])
        for base in bases[1:]:
            yield from _varied(base, cases.domains[0])
    pairs = list(islice(pairs_of(cases, contests), 4 * _MOST_PAIRS)) if paired else []
    places = sorted(range(len(pairs)), key=lambda place: place * _STRIDE % 2**32)
    yield from (pairs[place].scene() for place in places[:_MOST_PAIRS])


def _best(cases: Cases, contests: Collection[tuple[int, str]]) -> list[Kind]:
    """Of what opportunities have in common, each time one that is kept out of least.

    First where they name neither of two rivals, so that neither is preferred by name.
    """

    def out(kind: Kind) -> tuple[int, bool]:
        weight = sum(cases.admission(kind, each) for each in contests)
        return weight, any(v in (SELF, RIVAL) for k, v in kind.values.items() if k.shared)

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


def probed(old: Policy, new: Policy, benefits: Collection[str]) -> Iterator[tuple[str, Probe]]:
    """Of these benefits those to look at: whose contest, or one they depend on, is not the same.

    With each the cases of the old policy. Nothing where the two policies do not know the same
    fields.
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
            yield benefit, probe_of(mine, paired=paired)


def _contests(policy: Policy) -> Any:
    return normal_form(policy).contests
