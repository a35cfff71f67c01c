"""Can a policy deadlock, in which ways, and which changes of structure would repair it?"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

import attrs

from dealreg.analysis.cases import Cases, cases_of
from dealreg.analysis.compare import (
    MOST_PATTERNS,
    only_policies,
    premises_of,
)
from dealreg.analysis.limits import cone, limits_of, only, shape_limits
from dealreg.analysis.pairs import pairs_of
from dealreg.analysis.quotient import Kind
from dealreg.analysis.readings import Variable
from dealreg.analysis.repairs import repaired
from dealreg.analysis.scenes import Claim, Scene, batches, facts_of, run
from dealreg.analysis.times import ASKED, FILED
from dealreg.analysis.witnesses import smallest, variables_of
from dealreg.deciders.reference.decide import decide_unchecked, found_deadlocks
from dealreg.facts.fields import Field, SinceEnded, Tally
from dealreg.facts.values import Span, Unit
from dealreg.outcome.comparison import Limit, LimitCode
from dealreg.outcome.deadlock_patterns import DeadlockPattern, Deadlocks, Difference
from dealreg.outcome.decision import Deadlock
from dealreg.outcome.record import frozen_answers
from dealreg.outcome.references import reference_of
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import Fact
from dealreg.policy.stages import Effect, Grace

__all__ = ["can_deadlock", "certificate", "deadlocks", "way_of"]

_BATCH: Final = 64
_GRACES: Final = (Span(1, Unit.DAYS), Span(7, Unit.DAYS), Span(30, Unit.DAYS), Span(365, Unit.DAYS))
_TICK: Final = timedelta(microseconds=1)


def deadlocks(policy: Policy, *, repairs: bool = True) -> Deadlocks:
    """Every way in which a policy can deadlock, and the changes of structure that repair it.

    A deadlock is a benefit that nobody gets though a partner alone would have got it. The verdict
    is exact for conflicts of every size where the shape of the policy allows it; else it is
    bounded to two registrations, and names the clauses that bound it.

    Args:
        policy: the rules.
        repairs: whether to try the repairs out as well, which takes longest.

    Raises:
        PolicyErrors: the policy is not sound.
        UsageError: for something else than a policy.

    >>> from dealreg import Policy, contest, earliest, field, holder_of, requirement
    >>> policy = Policy(programme="Example", tiers=["silver", "gold"], contests=[
    ...     contest("protection", earliest("submitted_at")),
    ...     contest("special_bid", holder_of("protection"), earliest("submitted_at"),
    ...             requirement("NOT_GOLD", field("tier") >= "gold"))])
    >>> found = deadlocks(policy)
    >>> [(each.code, each.certificate[0].field) for each in found.patterns]
    [('NOT_GOLD', 'tier')]
    >>> [each.kind.value for each in found.repairs if each.removes]
    ['own_contest', 'entitled_only', 'entitled_first']
    """
    only_policies(policy)
    found = _patterns(policy)
    if not repairs:
        return found
    return attrs.evolve(found, repairs=list(repaired(policy, found.patterns, _patterns)))


def _patterns(policy: Policy) -> Deadlocks:
    cases = cases_of((policy,), paired=True)
    limits: set[Limit] = set()
    patterns: list[DeadlockPattern] = []
    count = 0
    for contest in sorted(policy.contests, key=lambda each: each.benefit):
        if not can_deadlock(policy, contest):
            continue
        small = only(policy, contest.benefit)
        found: dict[tuple[str, ...], tuple[int, Scene]] = {}
        contests = {(0, each.benefit) for each in small.contests}
        pairs = pairs_of(cases, contests, _worth_asking(small, cases), decided=True)
        for batch in batches((p.scene() for p in islice(pairs, MOST_PATTERNS)), _BATCH):
            count += len(batch)
            for number, group in _deadlocked(small, batch, cases.keys, contest.benefit):
                times, scene = found.get(group, (0, batch[number]))
                found[group] = (times + 1, scene)
        if next(pairs, None) is not None:
            path = f"contests[{contest.benefit}]"
            limits.add(Limit(code=LimitCode.CROWDED, clause=path))
        patterns += [_pattern(small, cases, group, *seen) for group, seen in sorted(found.items())]
    return Deadlocks(
        policy=reference_of(policy),
        patterns=patterns,
        limits=sorted(limits | _limits(policy, cases)),
        premises=premises_of(),
        cases=count,
    )


def _worth_asking(policy: Policy, cases: Cases) -> Callable[[Kind, Kind], bool]:
    """Whether a pair can deadlock: one of the two is admitted to all, as it would be alone.

    Where each benefit depends on one other at most, and no rule closes a contest, two that are
    both admitted to all never do: whoever holds the one benefit gets the next.
    """
    contests = [(0, each.benefit) for each in policy.contests]
    closes = any(o.effect is Effect.CLOSES for c in policy.contests for o in c.overrides)
    chained = all(len(c.after) <= 1 and all(a.holds for a in c.after) for c in policy.contests)
    plain = chained and not closes and all(c.joint is None for c in policy.contests)

    def worth(first: Kind, rival: Kind) -> bool:
        heaviest = [max(cases.admission(k, c) for c in contests) for k in (first, rival)]
        return min(heaviest) == 0 and not (plain and max(heaviest) == 0)

    return worth


def can_deadlock(policy: Policy, contest: Contest) -> bool:
    """Whether an eligible registration may fail to get what nobody else gets, by the shape.

    Without dependence and without a rule that closes the contest, the best of the eligible always
    gets it, or a person is asked.
    """
    closes = any(each.effect is Effect.CLOSES for each in contest.overrides)
    counting = any(isinstance(each.derived, Tally | SinceEnded) for each in policy.fields)
    return bool(contest.after) or closes or counting or contest.joint is not None


def _limits(policy: Policy, cases: Cases) -> set[Limit]:
    variables = sorted({v for g in cases.groups for k in g[0] for v in k.values})
    limits = limits_of((policy,), cases.found, variables, cases.timetable.crowded)
    if cases.crowded:
        limits.add(Limit(code=LimitCode.CROWDED, clause="contests"))
    for contest in policy.contests:
        if can_deadlock(policy, contest):
            for benefit in cone(policy, contest.benefit):
                part = policy.contest(benefit)
                if part is not None:
                    limits |= set(shape_limits(policy, part))
    # What a queue gets does not bear on whether somebody gets the benefit itself.
    return {each for each in limits if each.code is not LimitCode.QUEUE}


def _deadlocked(
    policy: Policy, batch: list[Scene], keys: tuple[Field, ...], benefit: str
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The cases of a batch that deadlock, by number, each with its way of doing so."""
    for each in found_deadlocks(run(policy, batch, keys)):
        if each.benefit == benefit:
            number = int(each.blocked.removeprefix("R").partition("-")[0])
            yield number, way_of(each)


def way_of(each: Deadlock) -> tuple[str, ...]:
    """The way of a deadlock: which benefit, held by whom of which, and what keeps it unused."""
    return (each.benefit, each.holds or "", each.code, each.clause)


def _shows(policy: Policy, scene: Scene, keys: tuple[Field, ...], group: tuple[str, ...]) -> bool:
    return any(found == group for _, found in _deadlocked(policy, [scene], keys, group[0]))


def _pattern(
    policy: Policy, cases: Cases, group: tuple[str, ...], times: int, scene: Scene
) -> DeadlockPattern:
    small = smallest(scene, lambda each: _shows(policy, each, cases.keys, group))
    facts, answers = facts_of([small], cases.keys, plain=True)
    decision = decide_unchecked(policy, facts, ASKED, answers)
    deadlock = next(each for each in decision.deadlocks if way_of(each) == group)
    blocked = int(deadlock.blocked.removeprefix("R"))
    return DeadlockPattern(
        benefit=group[0],
        holds=group[1] or None,
        code=group[2],
        clause=group[3],
        patterns=times,
        facts=facts,
        at=ASKED,
        answers=frozen_answers(answers),
        deadlock=deadlock,
        decision=decision,
        certificate=certificate(small, blocked),
        graces=tuple(_graces(policy, small, blocked, cases, group)),
    )


def certificate(scene: Scene, blocked: int) -> Iterator[Difference]:
    """What the two differ in, but for when they filed."""
    if len(scene.claims) == 1:
        return
    one, other = scene.claims[2 - blocked], scene.claims[blocked - 1]
    for variable in variables_of(scene):
        mine, theirs = one.values.get(variable), other.values.get(variable)
        if mine != theirs and not isinstance(mine, datetime) and not isinstance(theirs, datetime):
            yield Difference(field=variable.name, blocker=_plain(mine), blocked=_plain(theirs))


def _plain(value: Any) -> Any:
    """The value as the plain facts of a case have it."""
    return {"@self": "P1", "@rival": "P2"}.get(value, value) if isinstance(value, str) else value


def _graces(
    policy: Policy, scene: Scene, blocked: int, cases: Cases, group: tuple[str, ...]
) -> Iterator[Span]:
    """The grace periods under which the pair still deadlocks, the blocked filing after them."""
    if len(scene.claims) == 1:
        return
    for length in _GRACES:
        window = Grace(length)
        contests = [attrs.evolve(each, window=window) for each in policy.contests]
        graced = attrs.evolve(policy, contests=contests)
        late = _late(scene, blocked, cases, timedelta(days=length.length) + _TICK)
        if _shows(graced, late, cases.keys, group):
            yield length


def _late(scene: Scene, blocked: int, cases: Cases, by: timedelta) -> Scene:
    """The case with the blocked registration filed so much later than the other."""
    filed = next(cases.found.variables(Fact("submitted_at")), None)
    filed = filed or Variable("submitted_at", "registration")
    first = scene.claims[2 - blocked].values.get(filed, FILED)
    return Scene(
        tuple(
            Claim({**each.values, filed: first + by}, each.partner) if place == blocked else each
            for place, each in enumerate(scene.claims, 1)
        )
    )
