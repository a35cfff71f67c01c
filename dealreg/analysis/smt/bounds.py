"""What bounds a verdict of the solver: what its few registrations, or its facts, cannot show."""

from collections.abc import Iterator

from dealreg.analysis.deadlocks import can_deadlock
from dealreg.analysis.limits import changed, cone, over_time, reach, shape_limits
from dealreg.analysis.openings import opens_in_order
from dealreg.analysis.readings import Readings
from dealreg.analysis.sameness import sameness
from dealreg.facts.fields import SinceEnded, Subject, Tally
from dealreg.outcome.comparison import Limit, LimitCode
from dealreg.policy.contests import Contest
from dealreg.policy.paths import contest_path, prefer_path
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import Predicate
from dealreg.policy.stages import Key
from dealreg.policy.walk import atoms, fact_of, predicates_of

__all__ = ["bounds_of_comparison", "bounds_of_deadlocks"]

_PAIR = 2


def bounds_of_comparison(
    old: Policy, new: Policy, found: Readings, k: int, scope: Predicate | None = None
) -> list[Limit]:
    """What bounds that two policies decide alike inside a scope, where no difference was found."""
    # Lengths that depend on the date are read as they are; what only a replay shows is not.
    limits = {each for each in over_time(old, new) if each.code is not LimitCode.CALENDAR}
    same = sameness(old, new).benefits
    for policy in (old, new):
        for benefit in sorted({e.benefit for e in policy.contests} - same):
            for each in reach(policy, benefit):
                contest = policy.contest(each)
                assert contest is not None
                limits.update(_read(policy, contest))
                limits.update(_earlier(found))
                excludes = any(not e.holds for e in contest.after)
                if changed(old, new, each) or excludes:
                    limits.update(_shape(policy, contest, k))
    if scope is not None:
        asked = ((place, fact_of(atom)) for place, atom in atoms(scope, "scope"))
        limits.update(_counting(old, [(place, fact.name) for place, fact in asked if fact]))
    for contest in old.contests:
        other = new.contest(contest.benefit)
        if other is not None and other.scope.keys != contest.scope.keys:
            path = contest_path(contest.benefit, "scope")
            limits.add(Limit(code=LimitCode.SCOPES, clause=path))
    return _with_size(limits, k)


def bounds_of_deadlocks(policy: Policy, found: Readings, k: int) -> list[Limit]:
    """What bounds that a policy has no other ways to deadlock than were found."""
    limits: set[Limit] = set()
    for contest in policy.contests:
        if not can_deadlock(policy, contest):
            continue
        for benefit in cone(policy, contest.benefit):
            part = policy.contest(benefit)
            assert part is not None
            limits.update(_shape(policy, part, k))
            limits.update(_read(policy, part))
            limits.update(_earlier(found))
    # What a queue gets does not bear on whether somebody gets the benefit itself.
    return _with_size({each for each in limits if each.code is not LimitCode.QUEUE}, k)


def _with_size(limits: set[Limit], k: int) -> list[Limit]:
    """The limits, and with one registration only that two were not tried."""
    alone = {Limit(code=LimitCode.CROWDED, clause="contests")} if k == 1 else set()
    return sorted(limits | alone)


def _shape(policy: Policy, contest: Contest, k: int) -> Iterator[Limit]:
    yield from shape_limits(policy, contest, one_deal=False)
    if k == _PAIR and not opens_in_order(policy, contest.window):
        yield Limit(code=LimitCode.CALENDAR, clause=contest_path(contest.benefit, "window"))


def _read(policy: Policy, contest: Contest) -> Iterator[Limit]:
    """What bounds the facts that a contest asks about: those that count other registrations."""
    places = [
        (place, fact.name)
        for path, predicate in predicates_of(contest)
        for place, atom in atoms(predicate, path)
        if (fact := fact_of(atom)) is not None
    ]
    places += [
        (prefer_path(contest.benefit, number), each.fact.name)
        for number, each in enumerate(contest.prefer)
        if isinstance(each, Key)
    ]
    places += [(contest_path(contest.benefit, "scope"), each) for each in contest.scope.keys]
    yield from _counting(policy, places)


def _counting(policy: Policy, places: list[tuple[str, str]]) -> Iterator[Limit]:
    """The places at which a field is asked for that counts other registrations."""
    words = policy.vocabulary()
    for place, name in places:
        field = words.get(name)
        if field is not None and isinstance(field.derived, Tally | SinceEnded):
            yield Limit(code=LimitCode.COUNTS_OTHERS, clause=place)


def _earlier(found: Readings) -> Iterator[Limit]:
    """Facts as of earlier instants that can be of several: a case has one state before."""
    for field in found.fields.values():
        before = found.earlier.get(field.name, set()) - {None}
        shared = field.subject in (Subject.OPPORTUNITY, Subject.CUSTOMER)
        if len(before) > 1 or (before and shared):
            yield Limit(code=LimitCode.EARLIER_FACTS, clause=f"fields[{field.name}]")
