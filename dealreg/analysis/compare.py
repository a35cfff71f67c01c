"""Do two policies decide every case alike, and if not, where do they part?"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Final

import attrs

from dealreg.analysis.cases import Cases, cases_of
from dealreg.analysis.limits import changed, cone, limits_of, only, over_time, shape_limits
from dealreg.analysis.pairs import pairs_of
from dealreg.analysis.partings import Parting, partings
from dealreg.analysis.probing import probed
from dealreg.analysis.readings import common_keys, readings
from dealreg.analysis.regrouped import regrouped
from dealreg.analysis.sameness import sameness
from dealreg.analysis.scenes import Claim, Scene, batches, facts_of, runs
from dealreg.analysis.times import ASKED
from dealreg.analysis.vicinity import beside
from dealreg.analysis.witnesses import smallest
from dealreg.checking.predicates import predicate_findings
from dealreg.deciders.deciding import sound
from dealreg.deciders.reference.decide import decide_unchecked
from dealreg.deciders.reference.governing import in_order
from dealreg.deciders.reference.run import Run
from dealreg.errors import UsageError, shown
from dealreg.facts.fields import Field
from dealreg.outcome.comparison import (
    Change,
    ChangeKind,
    Comparison,
    Limit,
    LimitCode,
    Premise,
    Witness,
)
from dealreg.outcome.findings import Findings
from dealreg.outcome.record import frozen_answers
from dealreg.outcome.references import reference_of
from dealreg.policy.contests import Contest
from dealreg.policy.paths import contest_path
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import Predicate, predicate

__all__ = [
    "MOST_PATTERNS",
    "check_scope",
    "compare",
    "difference",
    "only_policies",
    "premises_of",
    "provably_alike",
]

MOST_PATTERNS: Final = 4_000
"""So many patterns of pairs are decided for each benefit; policies that need more are bounded."""

_BATCH: Final = 64
_FEW: Final = 8
_FIRST: Final = 2
"""So many cases are decided at a time; where one is enough, few; and of those that are aimed at a
difference, first only a pair or two, which mostly show it.
"""


def compare(old: Policy, new: Policy, *, scope: Any = None) -> Comparison:
    """Whether two policies decide every case alike, or all the ways in which they differ.

    The verdict is exact for cases of every size where the shape of the policies allows it, and
    says so; else it is bounded to two registrations, and names the clauses that bound it.

    Args:
        old: today's rules.
        new: the proposed ones.
        scope: a predicate; only conflicts all of whose registrations satisfy it are compared.

    Raises:
        PolicyErrors: a policy is not sound, or the scope asks what cannot be asked.
        UsageError: for something else than two policies that fit the same facts.

    >>> from dealreg import Policy, contest, earliest, field, requirement
    >>> def rules(least):
    ...     return Policy(programme="Example", contests=[contest("protection",
    ...         requirement("SMALL", field("quantity") >= least), earliest("submitted_at"))])
    >>> compare(rules(5), rules(5)).equivalent
    True
    >>> [each.kind.value for each in compare(rules(5), rules(6)).changes]
    ['changes_hands', 'from_a_person', 'lost']
    """
    asked = None if scope is None else predicate(scope)
    only_policies(old, new)
    check_scope(asked, old, new)
    seen = _Seen.of(old, new, asked)
    seen.look()
    return Comparison(
        old=reference_of(old),
        new=reference_of(new),
        limits=sorted(seen.limits | set(over_time(old, seen.new))),
        premises=premises_of(asked),
        changes=seen.changes(new),
        cases=seen.count,
    )


def difference(old: Policy, new: Policy, *, scope: Any = None) -> Witness | None:
    """The first case found on which two policies differ, made small; None where there is none.

    Faster than `compare` where they differ; it stops at the first difference.

    Raises:
        PolicyErrors, UsageError: as `compare`.

    >>> from dealreg import Policy, contest, earliest, latest
    >>> first = Policy(programme="Example", contests=[contest("protection", earliest("score"))])
    >>> last = Policy(programme="Example", contests=[contest("protection", latest("score"))])
    >>> len(difference(first, last).facts.registrations)
    2
    """
    asked = None if scope is None else predicate(scope)
    only_policies(old, new)
    check_scope(asked, old, new)
    seen = _Seen.of(old, new, asked, first=True)
    if asked is None:
        seen.try_first()
    if not seen.found:
        seen.look()
    return next((each.witness for each in seen.changes(new)), None)


def provably_alike(old: Policy, new: Policy) -> tuple[Limit, ...] | None:
    """What bounds that two sound policies decide every case alike; None where a case shows not.

    Nothing bounds an exact verdict.
    """
    seen = _Seen.of(old, new, None, first=True)
    seen.try_first()
    if not seen.found:
        seen.look()
    return None if seen.found else tuple(sorted(seen.limits | set(over_time(old, seen.new))))


def only_policies(*given: object) -> None:
    """Check that policies were given, and sound ones.

    Raises:
        UsageError, PolicyErrors: when they were not.
    """
    for each in given:
        if not isinstance(each, Policy):
            raise UsageError(
                f"{shown(each)} is not a policy",
                value=each,
                hint="of a policy book, give the policies of two editions",
            )
        sound(each)


def premises_of(scope: Predicate | None = None) -> tuple[Premise, ...]:
    """What a verdict takes for granted."""
    taken = (Premise.NOTHING_AWARDED, Premise.NOT_ENDED, Premise.REASONS_ASIDE)
    return taken if scope is None else (*taken, Premise.IN_SCOPE)


def check_scope(scope: Predicate | None, *policies: Policy) -> None:
    """Check that policies know what a scope asks of registrations.

    Raises:
        PolicyErrors: when one does not.
    """
    if scope is None:
        return
    for policy in policies:
        found = predicate_findings(scope, "scope", policy.vocabulary())
        Findings(tuple(found)).raise_errors()


def _limits(cases: Cases, old: Policy, new: Policy, benefit: str) -> set[Limit]:
    """What bounds the verdict on a benefit; the cases are of it and of what it depends on."""
    variables = sorted({v for g in cases.groups for k in g[0] for v in k.values})
    limits = limits_of(cases.policies, cases.found, variables, cases.timetable.crowded)
    limits |= {
        Limit(code=LimitCode.LADDER, clause=f"fields[{each}]") for each in cases.found.ladders
    }
    if cases.crowded:
        limits.add(Limit(code=LimitCode.CROWDED, clause=f"contests[{benefit}]"))
    for policy, part in zip((old, new), cases.policies, strict=True):
        for contest in part.contests:
            if changed(old, new, contest.benefit) or _excludes(contest):
                limits |= set(shape_limits(policy, contest))
    for contest in cases.policies[0].contests:
        other = new.contest(contest.benefit)
        if other is not None and other.scope.keys != contest.scope.keys:
            path = contest_path(contest.benefit, "scope")
            limits.add(Limit(code=LimitCode.SCOPES, clause=path))
    return limits


def _excludes(contest: Contest) -> bool:
    """Whether a benefit is for those who do not hold another: who gets nothing alone may get it."""
    return any(not each.holds for each in contest.after)


@attrs.frozen(eq=False)
class _Found:
    """A kind of difference: how often it was seen, and the first case that showed it."""

    times: int
    parting: Parting
    scene: Scene
    keys: tuple[Field, ...]
    inside: Callable[[Scene], bool] | None = None


@attrs.define(eq=False)
class _Seen:
    """The differences found so far, grouped, and what bounds the search.

    Attributes:
        old: the first policy.
        new: the second one, with rules that mean the same spelled as in the first.
        benefits: those that are not proved alike, those that others depend on first.
        scope: what all registrations of a case must satisfy.
        first: whether one difference is enough.
        apart: for some benefits, one registration that the two policies admit otherwise.
    """

    old: Policy
    new: Policy
    benefits: tuple[str, ...]
    scope: Predicate | None
    first: bool
    apart: Mapping[str, Scene]
    count: int = 0
    limits: set[Limit] = attrs.field(factory=set)
    found: dict[tuple[str, ...], _Found] = attrs.field(factory=dict)

    @classmethod
    def of(
        cls, old: Policy, new: Policy, scope: Predicate | None, *, first: bool = False
    ) -> "_Seen":
        """Where to look for differences of two policies."""
        same = sameness(old, new)
        benefits = dict.fromkeys((*in_order((old,)), *in_order((same.new,))))
        left = tuple(each for each in benefits if each not in same.benefits)
        return cls(old, same.new, left, scope, first, same.apart)

    def try_first(self) -> None:
        """Look for a difference where there most likely is one, before all cases are sought."""
        both = (self.old, self.new)
        keys = common_keys(both, readings(both)) if self.apart else ()
        for benefit in self.benefits:
            policies = (only(self.old, benefit), only(self.new, benefit))
            if benefit in self.apart and self._shown(
                [self.apart[benefit]], benefit, policies, keys
            ):
                return
        for benefit, probe in probed(self.old, self.new, self.benefits):
            policies = (probe.policy, only(self.new, benefit))
            beside_base = list(probe.like(self.apart[benefit])) if benefit in self.apart else []
            if beside_base and self._shown(beside_base, benefit, policies, probe.cases.keys):
                return
            for few in batches(probe.aimed(policies[1]), _FEW, first=_FIRST):
                if self._shown(few, benefit, policies, probe.cases.keys):
                    return
            for batch in probe.batches():
                after = batch.decided_by(policies[1])
                if self._parted(batch.run, after, batch.scenes, benefit, probe.cases.keys):
                    return

    def _shown(
        self,
        scenes: Sequence[Scene],
        benefit: str,
        policies: tuple[Policy, Policy],
        keys: tuple[Field, ...],
    ) -> bool:
        """Whether some of the cases show a difference; the first that does is noted."""
        before, after = runs(policies, scenes, keys)
        return self._parted(before, after, scenes, benefit, keys)

    def _parted(
        self,
        before: Run,
        after: Run,
        scenes: Sequence[Scene],
        benefit: str,
        keys: tuple[Field, ...],
    ) -> bool:
        for number, scene in enumerate(scenes):
            for found in partings(before, after, number, len(scene.claims), (benefit,)):
                self.found[found.group] = _Found(1, found, scene, keys)
                return True
        return False

    def look(self) -> None:
        """Decide one registration of every kind, then pairs where they can tell more."""
        for benefit in self.benefits:
            policies = (only(self.old, benefit), only(self.new, benefit))
            cases = cases_of(policies, self.scope, paired=True)
            alone = (Scene((Claim(each.values),)) for each in cases.singles())
            self._decide(alone, benefit, cases)
            if self.first and self.found:
                return
            if self._needs_pairs(benefit, cases):
                self._pairs(benefit, cases)
                self._decide(regrouped(benefit, cases), benefit, cases, size=1)
            if self.first and self.found:
                return
            if cases.crowded and not self.found:
                self._decide(beside(cases), benefit, cases)
            self.limits |= _limits(cases, self.old, self.new, benefit)

    def _needs_pairs(self, benefit: str, cases: Cases) -> bool:
        if changed(self.old, self.new, benefit):
            return True
        if any(_excludes(each) for policy in cases.policies for each in policy.contests):
            return True
        upstream = {*cone(self.old, benefit), *cone(self.new, benefit)}
        return any(group[0] in upstream for group in self.found)

    def _pairs(self, benefit: str, cases: Cases) -> None:
        contests = {
            (number, each.benefit)
            for number, policy in enumerate(cases.policies)
            for each in policy.contests
        }
        pairs = pairs_of(cases, contests, decided=True)
        scenes = (each.scene() for each in islice(pairs, MOST_PATTERNS))
        self._decide(scenes, benefit, cases)
        if next(pairs, None) is not None:
            self.limits.add(Limit(code=LimitCode.CROWDED, clause=f"contests[{benefit}]"))

    def _decide(
        self, scenes: Iterable[Scene], benefit: str, cases: Cases, size: int = _BATCH
    ) -> None:
        for batch in batches(scenes, min(size, _FEW) if self.first else size):
            self.count += len(batch)
            before, after = runs(cases.policies, batch, cases.keys)
            for number, scene in enumerate(batch):
                for parting in partings(before, after, number, len(scene.claims), (benefit,)):
                    known = self.found.get(parting.group)
                    known = known or _Found(0, parting, scene, cases.keys, cases.inside)
                    self.found[parting.group] = attrs.evolve(known, times=known.times + 1)
                    if self.first:
                        return

    def changes(self, new: Policy) -> list[Change]:
        """The kinds of change, in the order of benefits and stages, each with a small case.

        `new` is the second policy as it was spelled.
        """
        return [self._change(each, new) for _, each in sorted(self.found.items(), key=_by_group)]

    def _change(self, found: _Found, new: Policy) -> Change:
        parting, keys = found.parting, found.keys
        benefits = (parting.benefit,)
        policies = (only(self.old, parting.benefit), only(self.new, parting.benefit))

        about = {found.scene: parting.places}

        def shows(simpler: Scene) -> bool:
            before, after = runs(policies, [simpler], keys)
            seen = partings(before, after, 0, len(simpler.claims), benefits)
            same = next((each for each in seen if each.group == parting.group), None)
            if same is None or not (found.inside is None or found.inside(simpler)):
                return False
            about[simpler] = same.places
            return True

        least = 2 if parting.kind is ChangeKind.CHANGES_HANDS else 1  # one gives, another takes
        small = smallest(found.scene, shows, least=least)
        return Change(
            kind=parting.kind,
            benefit=parting.benefit,
            stage=parting.stage,
            clause=parting.clause,
            side=parting.side,
            patterns=found.times,
            witness=_witness((self.old, new), small, keys, about[small]),
        )


def _by_group(entry: tuple[tuple[str, ...], _Found]) -> tuple[str, ...]:
    return entry[0]


def _witness(
    policies: tuple[Policy, Policy], scene: Scene, keys: tuple[Field, ...], places: tuple[int, ...]
) -> Witness:
    facts, answers = facts_of([scene], keys, plain=True)
    old, new = (decide_unchecked(each, facts, ASKED, answers) for each in policies)
    return Witness(
        facts=facts,
        at=ASKED,
        answers=frozen_answers(answers),
        about=tuple(f"R{place}" for place in places),
        old=old,
        new=new,
    )
