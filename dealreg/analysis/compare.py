"""Do two policies decide every case alike, and if not, where do they part?"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, TypeVar

import attrs

from dealreg.analysis.cases import Cases, cases_of
from dealreg.analysis.limits import changed, cone, limits_of, only, over_time, shape_limits
from dealreg.analysis.partings import Parting, partings
from dealreg.analysis.probing import probed
from dealreg.analysis.regrouped import other_keys, regrouped
from dealreg.analysis.scenes import Claim, Scene, facts_of, runs
from dealreg.analysis.times import ASKED
from dealreg.analysis.vicinity import beside
from dealreg.analysis.witnesses import smallest
from dealreg.checking.predicates import predicate_findings
from dealreg.deciders.deciding import sound
from dealreg.deciders.reference.decide import decide_unchecked
from dealreg.deciders.reference.governing import in_order
from dealreg.errors import UsageError, shown
from dealreg.outcome.comparison import (
    Change,
    Comparison,
    Limit,
    LimitCode,
    Premise,
    Witness,
)
from dealreg.outcome.findings import Findings
from dealreg.outcome.record import frozen_answers
from dealreg.outcome.references import reference_of
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import Predicate, predicate

__all__ = [
    "MOST_PATTERNS",
    "batches",
    "compare",
    "difference",
    "only_policies",
    "premises_of",
    "soon_apart",
]

MOST_PATTERNS: Final = 4_000
"""So many patterns of pairs are decided for each benefit; policies that need more are bounded."""

_BATCH: Final = 64
_Item = TypeVar("_Item")


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
    _check_scope(asked, old, new)
    cases = cases_of((old, new), asked)
    seen = _Seen(cases, old, new)
    seen.look()
    limits = _limits(cases, old, new)
    if seen.cut:
        limits |= {Limit(code=LimitCode.CROWDED, clause=f"contests[{each}]") for each in seen.cut}
    return Comparison(
        old=reference_of(old),
        new=reference_of(new),
        limits=sorted(limits),
        premises=premises_of(asked),
        changes=seen.changes(),
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
    _check_scope(asked, old, new)
    seen = _probing(old, new) if asked is None else None
    if seen is None:
        seen = _Seen(cases_of((old, new), asked), old, new, first=True)
        seen.look()
    return next((each.witness for each in seen.changes()), None)


def soon_apart(old: Policy, new: Policy) -> bool:
    """Whether the first few cases show a difference; if not, that shows nothing."""
    return _probing(old, new) is not None


def _probing(old: Policy, new: Policy) -> "_Seen | None":
    """The first difference on a case that the old policy tells from others; None without one."""
    for benefit, changed_part, probe in probed(old, new):
        for batch in probe.batches():
            after = batch.decided_by(changed_part)
            for number, scene in enumerate(batch.scenes):
                found = next(
                    partings(batch.run, after, number, len(scene.claims), (benefit,)), None
                )
                if found is not None:
                    seen = _Seen(probe.cases, old, new, first=True)
                    seen.found[found.group] = (1, found, scene)
                    return seen
    return None


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


def _check_scope(scope: Predicate | None, old: Policy, new: Policy) -> None:
    if scope is None:
        return
    for policy in (old, new):
        found = predicate_findings(scope, "scope", policy.vocabulary())
        Findings(tuple(found)).raise_errors()


def _limits(cases: Cases, old: Policy, new: Policy) -> set[Limit]:
    variables = sorted({v for g in cases.groups for k in g[0] for v in k.values})
    limits = limits_of((old, new), cases.found, variables, cases.timetable.crowded)
    limits |= set(over_time(old, new)) | set(other_keys(old, new))
    limits |= {
        Limit(code=LimitCode.LADDER, clause=f"fields[{each}]") for each in cases.found.ladders
    }
    if cases.crowded:
        limits.add(Limit(code=LimitCode.CROWDED, clause="contests"))
    for policy in (old, new):
        for contest in policy.contests:
            if changed(old, new, contest.benefit):
                limits |= set(shape_limits(policy, contest))
    return limits


@attrs.define(eq=False)
class _Seen:
    """The differences found so far, grouped, each with the first case that showed it."""

    cases: Cases
    old: Policy
    new: Policy
    first: bool = False
    count: int = 0
    cut: list[str] = attrs.field(factory=list)
    found: dict[tuple[str, ...], tuple[int, Parting, Scene]] = attrs.field(factory=dict)

    def benefits(self) -> tuple[str, ...]:
        """The benefits of both policies, those that others depend on first."""
        return tuple(dict.fromkeys((*in_order((self.old,)), *in_order((self.new,)))))

    def look(self) -> None:
        """Decide one registration of every kind, then pairs where they can tell more."""
        alone = (Scene((Claim(each.values),)) for each in self.cases.singles())
        self._decide(alone, self.benefits(), (self.old, self.new))
        for benefit in self.benefits():
            if self.first and self.found:
                return
            if self._needs_pairs(benefit):
                self._pairs(benefit)
                self._regrouped(benefit)
        if self.cases.crowded and not self.found:
            self._decide(beside(self.cases), self.benefits(), (self.old, self.new))

    def _needs_pairs(self, benefit: str) -> bool:
        if changed(self.old, self.new, benefit):
            return True
        upstream = {*cone(self.old, benefit), *cone(self.new, benefit)}
        return any(group[0] in upstream for group in self.found)

    def _pairs(self, benefit: str) -> None:
        policies = (only(self.old, benefit), only(self.new, benefit))
        contests = {
            (number, each.benefit)
            for number, policy in enumerate(policies)
            for each in policy.contests
        }
        pairs = self.cases.pairs(contests)
        scenes = (each.scene() for each in islice(pairs, MOST_PATTERNS))
        self._decide(scenes, (benefit,), policies)
        if next(pairs, None) is not None:
            self.cut.append(benefit)

    def _regrouped(self, benefit: str) -> None:
        """Decide what competes under one policy only, each case by itself."""
        policies = (only(self.old, benefit), only(self.new, benefit))
        here = {(number, benefit) for number in range(2)}
        scenes = regrouped(policies, benefit, self.cases, lambda: self.cases.pairs(here))
        self._decide(scenes, (benefit,), policies, size=1)

    def _decide(
        self,
        scenes: Iterable[Scene],
        benefits: Sequence[str],
        policies: tuple[Policy, Policy],
        size: int = _BATCH,
    ) -> None:
        for batch in batches(scenes, min(size, 8) if self.first else size):
            self.count += len(batch)
            before, after = runs(policies, batch, self.cases.keys)
            for number, scene in enumerate(batch):
                size = len(scene.claims)
                for parting in partings(before, after, number, size, benefits):
                    times, kept, shown_by = self.found.get(parting.group, (0, parting, scene))
                    self.found[parting.group] = (times + 1, kept, shown_by)
                    if self.first:
                        return

    def changes(self) -> list[Change]:
        """The kinds of change, in the order of benefits and stages, each with a small case."""
        return [
            self._change(times, parting, scene)
            for _, (times, parting, scene) in sorted(self.found.items(), key=lambda e: e[0])
        ]

    def _change(self, times: int, parting: Parting, scene: Scene) -> Change:
        policies = (only(self.old, parting.benefit), only(self.new, parting.benefit))

        def shows(simpler: Scene) -> bool:
            before, after = runs(policies, [simpler], self.cases.keys)
            found = partings(before, after, 0, len(simpler.claims), (parting.benefit,))
            return any(each.group == parting.group for each in found) and self._inside(simpler)

        small = smallest(scene, shows)
        before, after = runs(policies, [small], self.cases.keys)
        places = next(partings(before, after, 0, len(small.claims), (parting.benefit,))).places
        return Change(
            kind=parting.kind,
            benefit=parting.benefit,
            stage=parting.stage,
            clause=parting.clause,
            side=parting.side,
            patterns=times,
            witness=self._witness(small, places),
        )

    def _inside(self, scene: Scene) -> bool:
        """Whether all registrations of a case satisfy the scope that was asked about."""
        return self.cases.inside is None or self.cases.inside(scene)

    def _witness(self, scene: Scene, places: tuple[int, ...]) -> Witness:
        facts, answers = facts_of([scene], self.cases.keys, plain=True)
        return Witness(
            facts=facts,
            at=ASKED,
            answers=frozen_answers(answers),
            about=tuple(f"R{place}" for place in places),
            old=decide_unchecked(self.old, facts, ASKED, answers),
            new=decide_unchecked(self.new, facts, ASKED, answers),
        )


def batches(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    """The cases, so many at a time."""
    waiting = iter(items)
    while batch := list(islice(waiting, size)):
        yield batch
