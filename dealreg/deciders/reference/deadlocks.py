"""Deadlocks: competition destroyed what somebody alone would have got (spec clause D-8)."""

from collections.abc import Callable, Iterable

from dealreg.deciders.reference.governing import Rules
from dealreg.deciders.reference.run import Conflict, Run, holds
from dealreg.facts.fields import SinceEnded, Tally
from dealreg.facts.records import Registration
from dealreg.outcome.decision import Deadlock, Standing, StandingKind
from dealreg.policy.paths import STATUS, requirement_path
from dealreg.policy.policies import Policy
from dealreg.policy.stages import Requirement
from dealreg.policy.walk import atoms, fact_of

__all__ = ["deadlocks"]

Rerun = Callable[[Rules], Run]
"""Runs the decider on other facts."""


def deadlocks(run: Run, conflict: Conflict, rerun: Rerun) -> Iterable[Deadlock]:
    """What members would have got alone, where nobody gets it and no person is asked."""
    members = {each.registration_id for each in conflict.members}
    standings = {
        each.registration_id: each
        for member in sorted(members)
        for each in run.standings_of(conflict.benefit, member)
        if each.line == conflict.line
    }
    asked_or_held = (StandingKind.GRANTED, StandingKind.REFERRED)
    if any(each.kind in asked_or_held for each in standings.values()):
        return
    if any(each.code == "OPPORTUNITY_WON" for each in standings.values()):
        return
    for each in conflict.members:
        if _barred_anyway(run, standings[each.registration_id]):
            continue
        if not _granted_alone(run.rules, conflict, each, rerun):
            continue
        held, blocker = _blocker(run, conflict, standings[each.registration_id])
        reason = standings.get(blocker or "")
        yield Deadlock(
            benefit=conflict.benefit,
            conflict=conflict.keys,
            line=conflict.line,
            blocked=each.registration_id,
            blocker=blocker,
            holds=held,
            code=reason.code if reason else "",
            clause=reason.clause if reason else "",
        )


def _blocker(run: Run, conflict: Conflict, blocked: Standing) -> tuple[str | None, str | None]:
    """The benefit that the blocked would need, and who holds it; else the rival it lost to."""
    lead = run.rules.lead(conflict.benefit, conflict.members)
    needed = [after.benefit for after in lead[0].after if after.holds] if lead else []
    for benefit in needed:
        if holds(run, benefit, blocked.registration_id, conflict.line):
            continue
        rivals = sorted(each.registration_id for each in conflict.members)
        for other in (*rivals, blocked.rival or ""):  # the rival may be of another conflict
            if holds(run, benefit, other, conflict.line):
                return benefit, other
    return None, blocked.rival


def _barred_anyway(run: Run, standing: Standing) -> bool:
    """Whether what bars a registration plainly bars it alone as well, so that nobody need ask.

    It is not live, or does not meet a requirement that asks nothing about others.
    """
    if standing.clause == STATUS:
        return True
    if len(run.rules.versions) != 1:
        return False  # alone, another version might govern
    policy = run.rules.versions[0]
    contest = policy.contest(standing.benefit)
    if contest is None:
        return False
    barring = (
        each
        for each in contest.requires
        if standing.clause == requirement_path(contest.benefit, each.code)
    )
    return any(not _counts(each, policy) for each in barring)


def _counts(required: Requirement, policy: Policy) -> bool:
    """Whether a requirement counts other registrations."""
    vocabulary = policy.vocabulary()
    facts = (fact_of(atom) for _, atom in atoms(required.that))
    fields = (None if fact is None else vocabulary.get(fact.name) for fact in facts)
    return any(isinstance(f.derived, (Tally, SinceEnded)) for f in fields if f is not None)


def _granted_alone(rules: Rules, conflict: Conflict, each: Registration, rerun: Rerun) -> bool:
    """Whether a registration would be granted a benefit had no other partner registered."""
    alone = rerun(rules.of_only(each))
    return any(
        each.kind is StandingKind.GRANTED
        and (each.benefit, each.line) == (conflict.benefit, conflict.line)
        for each in alone.standings
    )
