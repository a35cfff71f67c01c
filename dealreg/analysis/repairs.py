"""Changes of structure that remove deadlocks, each tried out, with all that it changes."""

from collections.abc import Callable, Iterable, Iterator

import attrs

from dealreg.analysis.compare import compare
from dealreg.checking.check import check
from dealreg.outcome.deadlock_patterns import DeadlockPattern, Deadlocks, Repair, RepairKind
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import AllOf, Predicate
from dealreg.policy.stages import Prefer, Requirement

__all__ = ["repaired"]


def repaired(
    policy: Policy,
    patterns: Iterable[DeadlockPattern],
    deadlocks: Callable[[Policy], Deadlocks],
) -> Iterator[Repair]:
    """The repairs of every benefit that deadlocks because only a holder may have it."""
    tried: list[Repair] = []
    for benefit, holds in sorted({(p.benefit, p.holds) for p in patterns if p.holds}):
        for kind, made in _repairs(policy, benefit, str(holds)):
            if check(made).errors:
                continue
            left = deadlocks(made).patterns
            tried.append(
                Repair(
                    kind=kind,
                    benefit=benefit,
                    holds=str(holds),
                    policy=made,
                    removes=all((p.benefit, p.holds) != (benefit, holds) for p in left),
                    changes=compare(policy, made).changes,
                )
            )
    yield from sorted(tried, key=lambda each: (each.benefit, each.holds, not each.removes))


def _repairs(policy: Policy, benefit: str, holds: str) -> Iterator[tuple[RepairKind, Policy]]:
    contest, other = policy.contest(benefit), policy.contest(holds)
    assert contest is not None
    assert other is not None
    after = [each for each in contest.after if each.benefit != holds]
    yield RepairKind.OWN_CONTEST, _replaced(policy, attrs.evolve(contest, after=after))
    if not contest.requires:
        return
    taken = {each.code for each in other.requires}
    own = [_renamed(each, taken, benefit) for each in contest.requires]
    entitled = attrs.evolve(other, requires=(*other.requires, *own))
    yield RepairKind.ENTITLED_ONLY, _replaced(policy, entitled)
    first = Prefer(_all([each.that for each in contest.requires]))
    preferred = attrs.evolve(other, prefer=(first, *other.prefer), window=None)
    yield RepairKind.ENTITLED_FIRST, _replaced(policy, preferred)


def _all(parts: list[Predicate]) -> Predicate:
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def _renamed(required: Requirement, taken: set[str], benefit: str) -> Requirement:
    if required.code not in taken:
        return required
    return attrs.evolve(required, code=f"{required.code}_FOR_{benefit.upper()}")


def _replaced(policy: Policy, contest: Contest) -> Policy:
    return attrs.evolve(
        policy,
        contests=[contest if each.benefit == contest.benefit else each for each in policy.contests],
    )
