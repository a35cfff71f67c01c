"""Parts of a policy that decide nothing: left out, every case is decided as before."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

import attrs

from dealreg.analysis.cases import Cases, cases_of
from dealreg.analysis.compare import MOST_PATTERNS, batches, difference, soon_apart
from dealreg.analysis.comparisons import one_at_most
from dealreg.analysis.limits import cone, limits_of, over_time, shape_limits
from dealreg.analysis.pairs import pairs_of
from dealreg.analysis.partings import comes_to
from dealreg.analysis.questions import RETURNED
from dealreg.analysis.quotient import Kind
from dealreg.analysis.scenes import Claim, Scene, decided, facts_of, named, run
from dealreg.analysis.simpler import (
    Simpler,
    simpler_admissions,
    simpler_rules,
    simpler_stages,
)
from dealreg.deciders.reference.truth import Answers
from dealreg.facts.case import Facts
from dealreg.outcome.comparison import Limit, LimitCode
from dealreg.outcome.decision import StandingKind
from dealreg.policy.contests import Contest
from dealreg.policy.paths import contest_path
from dealreg.policy.policies import Policy

__all__ = ["Dead", "dead_parts", "never_granted", "within"]

_BATCH: Final = 64
_FIRST: Final = 8
_NOTHING: Final = (StandingKind.DENIED, StandingKind.RETURNED)


@attrs.frozen(eq=False)
class Dead:
    """A part that decides nothing, and what bounds the cases in which that was seen."""

    part: Simpler
    limits: tuple[Limit, ...]


def within(path: str, places: Collection[str]) -> bool:
    """Whether a place is one of some places, or inside one."""
    return any(path == each or path.startswith((f"{each}.", f"{each}[")) for each in places)


def dead_parts(
    policy: Policy, contest: Contest, cases: Cases, known: Collection[str]
) -> Iterator[Dead]:
    """The parts of a contest that can be left out without a difference.

    What lies inside a part that was found dead is not asked about again.

    Args:
        policy: the policy, of this benefit and what it depends on.
        contest: the contest.
        cases: the cases of the policy.
        known: places of which it is known already.
    """
    found = list(known)
    for dead in (
        *_dead_admissions(policy, contest, found),
        *_dead_stages(policy, contest, cases, found),
        *_dead_rules(policy, contest, found),
    ):
        if not within(dead.part.path, found) and not _counts(dead):
            found.append(dead.part.path)
            yield dead


def _counts(dead: Dead) -> bool:
    """Whether a part counts more registrations than the cases have: that they are alike is idle."""
    return any(
        each.code is LimitCode.COUNTS_OTHERS and within(each.clause, [dead.part.path])
        for each in dead.limits
    )


def _asked(simpler: Iterable[Simpler], known: Collection[str]) -> list[Simpler]:
    return [each for each in simpler if not within(each.path, known)]


def _dead_admissions(policy: Policy, contest: Contest, known: Collection[str]) -> Iterator[Dead]:
    """Requirements, and parts of them: one registration of every kind that some edit admits.

    Most are seen to decide something by the first few cases; then all kinds are sought of the rest.
    """
    asked = _asked(simpler_admissions(policy, contest), known)
    simpler = [each for each in asked if not soon_apart(policy, each.policy)]
    if not simpler:
        return
    cases = cases_of((policy, *(each.policy for each in simpler)))
    singles = cases.singles()
    benefit = contest.benefit
    for number, each in enumerate(simpler, 1):
        telling = (
            Scene((Claim(kind.values),))
            for kind in singles
            if cases.admission(kind, (0, benefit)) != cases.admission(kind, (number, benefit))
        )
        if not _told_apart(policy, [each], telling, cases, benefit):
            continue
        if cases.crowded and difference(policy, each.policy) is not None:
            continue
        limits = _limits((policy, each.policy), cases)
        if any(not after.holds for c in policy.contests for after in c.after):
            limits |= set(shape_limits(policy, contest))
        yield Dead(each, tuple(sorted(limits)))


def _dead_stages(
    policy: Policy, contest: Contest, cases: Cases, known: Collection[str]
) -> Iterator[Dead]:
    """The window, preferences and overrides: every pattern of two that the policy tells apart."""
    if one_at_most(policy, contest):
        return
    asked = _asked(simpler_stages(policy, contest), known)
    simpler = [each for each in asked if not soon_apart(policy, each.policy)]
    if not simpler:
        return
    contests = {(0, each.benefit) for each in policy.contests}
    here = (0, contest.benefit)

    def both(first: Kind, rival: Kind) -> bool:
        # Whoever takes no part stands as it would alone, with the part and without it.
        return max(cases.admission(first, here), cases.admission(rival, here)) < RETURNED

    pairs = pairs_of(cases, contests, both)
    left = _told_apart(policy, simpler, _alone(cases), cases, contest.benefit)
    scenes = (each.scene() for each in islice(pairs, MOST_PATTERNS))
    left = _told_apart(policy, left, scenes, cases, contest.benefit)
    cut = bool(left) and next(pairs, None) is not None
    for each in left:
        if (cut or cases.crowded) and difference(policy, each.policy) is not None:
            continue
        limits = _limits((policy, each.policy), cases)
        for benefit in cone(policy, contest.benefit):
            part = policy.contest(benefit)
            limits |= set() if part is None else set(shape_limits(policy, part))
        if cut:
            limits.add(Limit(code=LimitCode.CROWDED, clause=contest_path(contest.benefit)))
        yield Dead(each, tuple(sorted(limits)))


def _dead_rules(policy: Policy, contest: Contest, known: Collection[str]) -> Iterator[Dead]:
    """Dependences, and parts of the rules of overrides and preferences: compared one by one."""
    for each in _asked(simpler_rules(policy, contest), known):
        if difference(policy, each.policy) is None:
            cases = cases_of((policy, each.policy))
            limits = _limits((policy, each.policy), cases) | set(shape_limits(policy, contest))
            yield Dead(each, tuple(sorted(limits)))


def never_granted(policy: Policy, contest: Contest, cases: Cases) -> tuple[Limit, ...] | None:
    """Whether nobody ever gets a benefit, and what bounds that; None where somebody does."""
    if any(not after.holds for each in policy.contests for after in each.after):
        return None  # who gets nothing alone may get it beside a rival
    for batch in batches(_alone(cases), _BATCH):
        made = run(policy, batch, cases.keys)
        for number in range(len(batch)):
            standings = made.standings_of(contest.benefit, named(number, 1))
            if any(each.kind not in _NOTHING for each in standings):
                return None
    limits = _limits((policy,), cases)
    for each in policy.contests:
        limits |= set(shape_limits(policy, each))
    return tuple(sorted(limits))


def _alone(cases: Cases) -> Iterator[Scene]:
    return (Scene((Claim(each.values),)) for each in cases.singles())


def _limits(policies: tuple[Policy] | tuple[Policy, Policy], cases: Cases) -> set[Limit]:
    variables = sorted({v for g in cases.groups for k in g[0] for v in k.values})
    limits = limits_of(policies, cases.found, variables, cases.timetable.crowded)
    if len(policies) > 1:
        limits |= set(over_time(*policies))
    if cases.crowded:
        limits.add(Limit(code=LimitCode.CROWDED, clause="contests"))
    return limits


def _told_apart(
    policy: Policy,
    simpler: Sequence[Simpler],
    scenes: Iterable[Scene],
    cases: Cases,
    benefit: str,
) -> list[Simpler]:
    """The simpler policies that decide all the cases as the policy does."""
    left = list(simpler)
    size = _FIRST
    waiting = iter(scenes)
    while left and (batch := list(islice(waiting, size))):
        size = _BATCH
        put = facts_of(batch, cases.keys)
        before = _outcome(policy, put, batch, benefit)
        left = [each for each in left if _outcome(each.policy, put, batch, benefit) == before]
    return left


def _outcome(
    rules: Policy, put: tuple[Facts, Answers], batch: Sequence[Scene], benefit: str
) -> list[object]:
    facts, answers = put
    made = decided(rules, facts, answers)
    return [
        [comes_to(each) for each in made.standings_of(benefit, named(number, place))]
        for number, scene in enumerate(batch)
        for place in range(1, len(scene.claims) + 1)
    ]
