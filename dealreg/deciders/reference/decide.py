"""The reference decider: what a policy means. Read with docs/spec/contests.md beside it.

No caching, no cleverness. Every other decider is compared with this one. The stages of a contest
are in the modules beside it, in this order: admission, ordering, awarding, entitling.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

import attrs

from dealreg.deciders.reference.admission import Admission, Barred, admit
from dealreg.deciders.reference.awarding import Awarded, Loss, award, compete
from dealreg.deciders.reference.entitling import entitlement, residual
from dealreg.deciders.reference.governing import Rules
from dealreg.deciders.reference.stage import Stage
from dealreg.deciders.reference.truth import Answers
from dealreg.facts.canonical import digest
from dealreg.facts.case import Facts
from dealreg.facts.records import Registration
from dealreg.outcome.decision import (
    Deadlock,
    Decision,
    PolicyRef,
    Referral,
    Standing,
    StandingKind,
    Step,
)
from dealreg.policy.normal import policy_digest
from dealreg.policy.paths import NOT_IN_FORCE, contest_path
from dealreg.policy.policies import SEMANTICS, Policy, PolicyBook
from dealreg.policy.stages import Award, OthersStand

__all__ = ["decide_unchecked"]

GRANTED, REFERRED = StandingKind.GRANTED, StandingKind.REFERRED


@attrs.frozen(eq=False)
class Conflict:
    """Registrations that compete for a benefit: equal in the scope's keys, for one line."""

    benefit: str
    keys: tuple[str, ...]
    line: str | None
    members: tuple[Registration, ...]


@attrs.frozen(eq=False)
class Run:
    """One run: the rules, and what has been decided so far."""

    rules: Rules
    standings: list[Standing] = attrs.field(factory=list)
    referrals: list[Referral] = attrs.field(factory=list)
    conflicts: list[Conflict] = attrs.field(factory=list)
    trace: list[Step] = attrs.field(factory=list)


def decide_unchecked(
    rules: Policy | PolicyBook, facts: Facts, at: datetime, answers: Answers
) -> Decision:
    """The decision, for a policy and facts known to be sound; `dealreg.decide` checks first."""
    run = _run(Rules.of(rules, facts, at, answers))
    policies = (rules,) if isinstance(rules, Policy) else tuple(e.policy for e in rules.editions)
    return Decision(
        at=at,
        semantics=SEMANTICS,
        policies=tuple(
            PolicyRef(programme=p.programme, version=p.version, digest=policy_digest(p))
            for p in policies
        ),
        facts_digest=digest(facts),
        standings=run.standings,
        referrals=run.referrals,
        deadlocks=[found for conflict in run.conflicts for found in _deadlocks(run, conflict)],
        trace=run.trace,
    )


def _run(rules: Rules) -> Run:
    run = Run(rules)
    for benefit in rules.benefits():
        for conflict in _conflicts(run, benefit):
            run.conflicts.append(conflict)
            _decide(run, conflict)
    return run


def _conflicts(run: Run, benefit: str) -> Iterable[Conflict]:
    """Partition the registrations by the keys of the scope, then by line (C-1, C-2)."""
    scope, view = run.rules.scope(benefit)
    groups: dict[tuple[str, ...], list[Registration]] = {}
    for each in run.rules.facts.registrations:
        values = [view.read(each, key) for key in scope.keys]
        absent = [key for key, value in zip(scope.keys, values, strict=True) if value is None]
        if (
            scope.lines is not None
            and scope.award is Award.BY_LINE
            and not _lines(run, each, benefit)
        ):
            absent.append(scope.lines)
        if absent:
            barred = Barred(
                StandingKind.RETURNED,
                "SCOPE_UNKNOWN",
                contest_path(benefit, "scope"),
                tuple(absent),
            )
            _stand_barred(run, Conflict(benefit, (), None, ()), each, Admission(barred, ""))
        else:
            groups.setdefault(tuple(str(value) for value in values), []).append(each)
    for keys in sorted(groups):
        members = tuple(groups[keys])
        if scope.lines is None or scope.award is Award.WHOLE:
            yield Conflict(benefit, keys, None, members)
            continue
        lines = {each: _lines(run, each, benefit) for each in members}
        for line in sorted(frozenset().union(*lines.values())):
            yield Conflict(benefit, keys, line, tuple(m for m in members if line in lines[m]))


def _lines(run: Run, registration: Registration, benefit: str) -> frozenset[str]:
    scope, view = run.rules.scope(benefit)
    lines = None if scope.lines is None else view.read(registration, scope.lines)
    return lines if isinstance(lines, frozenset) else frozenset()


def _decide(run: Run, conflict: Conflict) -> None:
    lead = run.rules.lead(conflict.benefit, conflict.members)
    if lead is None:
        none = Admission(Barred(StandingKind.DENIED, "NOT_OFFERED", NOT_IN_FORCE), "")
        for each in conflict.members:
            _stand_barred(run, conflict, each, none)
        return
    stage = Stage(run.rules, *lead, conflict.line, run.trace)

    def upstream(benefit: str, registration_id: str) -> Standing | None:
        return _upstream(run, benefit, registration_id, conflict.line)

    admitted = {each: admit(stage, each, upstream) for each in conflict.members}
    eligible = [each for each, admission in admitted.items() if admission.barred is None]
    awaiting = {e: a.barred for e, a in admitted.items() if a.barred and a.barred.kind is REFERRED}
    awarded = award(stage, eligible)
    held_back = _held_back(stage, awarded, eligible, awaiting)
    for each, admission in admitted.items():
        if admission.barred is not None:
            _stand_barred(run, conflict, each, admission)
        elif each in held_back:
            other = held_back[each]
            waits = Barred(
                REFERRED, "AWAITS_RULING", awaiting[other].clause, rival=other.registration_id
            )
            _stand_barred(run, conflict, each, Admission(waits, admission.version))
        else:
            run.standings.append(_placed(stage, awarded, each, admission.version))
    run.referrals.extend(_referrals(conflict, awarded, awaiting, held_back))


def _upstream(run: Run, benefit: str, registration_id: str, line: str | None) -> Standing | None:
    """A registration's standing to a benefit it depends on: to that line, or the best of all."""
    found = [
        each
        for each in run.standings
        if (each.benefit, each.registration_id) == (benefit, registration_id)
        and (line is None or each.line in (None, line))
    ]
    best = {GRANTED: 0, REFERRED: 1}
    return min(found, key=lambda each: best.get(each.kind, 2), default=None)


def _held_back(
    stage: Stage,
    awarded: Awarded,
    eligible: list[Registration],
    awaiting: Mapping[Registration, Barred],
) -> dict[Registration, Registration]:
    """Whose outcome would change if a person admitted one who awaits a ruling, and who (C-5)."""
    quiet = attrs.evolve(stage, trace=[])
    held: dict[Registration, Registration] = {}
    for other in awaiting:
        alternative = award(quiet, [*eligible, other])
        for each in eligible:
            if awarded.outcome(each) != alternative.outcome(each):
                held.setdefault(each, other)
    return held


def _stand_barred(
    run: Run, conflict: Conflict, registration: Registration, admission: Admission
) -> None:
    barred = admission.barred
    assert barred is not None
    run.standings.append(
        Standing(
            registration_id=registration.registration_id,
            partner_id=registration.partner_id,
            benefit=conflict.benefit,
            line=conflict.line,
            kind=barred.kind,
            code=barred.code,
            clause=barred.clause,
            policy_version=admission.version,
            rival=barred.rival,
            missing=barred.missing,
        )
    )


def _placed(stage: Stage, awarded: Awarded, each: Registration, version: str) -> Standing:
    """The standing of an eligible registration: it holds, lost, or is for a person to decide."""
    standing = Standing(
        registration_id=each.registration_id,
        partner_id=each.partner_id,
        benefit=stage.contest.benefit,
        line=stage.line,
        kind=GRANTED,
        code="GRANTED",
        clause=stage.path(),
        policy_version=version,
    )
    if each in awarded.holders:
        rank = [h for h in awarded.holders if compete(stage, each, h)].index(each) + 1
        return attrs.evolve(
            standing, place=rank, entitlement=entitlement(stage, awarded, each, rank)
        )
    if each in awarded.lost:
        return _lost(stage, awarded, each, awarded.lost[each], standing)
    pool = next(pool for pool in awarded.pools if each in pool.members)
    return attrs.evolve(standing, kind=REFERRED, code=pool.code, clause=pool.clause)


def _lost(
    stage: Stage, awarded: Awarded, each: Registration, loss: Loss, standing: Standing
) -> Standing:
    waits = loss.residual and stage.contest.others.stand is OthersStand.WAITING
    queue = [e for e, found in awarded.lost.items() if found.residual and compete(stage, e, each)]
    return attrs.evolve(
        standing,
        kind=StandingKind.WAITING if waits else StandingKind.DENIED,
        code=loss.code,
        clause=loss.clause,
        rival=None if loss.rival is None else loss.rival.registration_id,
        place=queue.index(each) + 1 if waits else None,
        entitlement=residual(stage, awarded, each) if loss.residual else None,
        margin=loss.margin,
    )


def _referrals(
    conflict: Conflict,
    awarded: Awarded,
    awaiting: Mapping[Registration, Barred],
    held_back: Mapping[Registration, Registration],
) -> Iterable[Referral]:
    """The questions for a person: one for each pool, one for each admission that awaits a word."""
    questions = [(pool.code, pool.clause, pool.members) for pool in awarded.pools]
    for each, barred in awaiting.items():
        waiting_for_it = (held for held, other in held_back.items() if other is each)
        questions.append((barred.code, barred.clause, (each, *waiting_for_it)))
    for code, clause, members in questions:
        yield Referral(
            benefit=conflict.benefit,
            conflict=conflict.keys,
            line=conflict.line,
            code=code,
            clause=clause,
            candidates=sorted(member.registration_id for member in members),
        )


def _deadlocks(run: Run, conflict: Conflict) -> Iterable[Deadlock]:
    """What members would have got alone, where nobody gets it and no person is asked (D-8)."""
    members = {each.registration_id for each in conflict.members}
    standings = {
        each.registration_id: each
        for each in run.standings
        if (each.benefit, each.line) == (conflict.benefit, conflict.line)
        and each.registration_id in members
    }
    if len(members) < 2 or any(s.kind in (GRANTED, REFERRED) for s in standings.values()):
        return
    lead = run.rules.lead(conflict.benefit, conflict.members)
    depends = [after.benefit for after in lead[0].after if after.holds] if lead else []
    for each in conflict.members:
        if not _granted_alone(run.rules, conflict, each):
            continue
        holds, blocker = None, standings[each.registration_id].rival
        for benefit in depends:
            holders = [m for m in sorted(members) if _holds(run, benefit, m, conflict.line)]
            if holders and each.registration_id not in holders:
                holds, blocker = benefit, holders[0]
                break
        reason = standings.get(blocker or "")
        yield Deadlock(
            benefit=conflict.benefit,
            conflict=conflict.keys,
            line=conflict.line,
            blocked=each.registration_id,
            blocker=blocker,
            holds=holds,
            code=reason.code if reason else "",
            clause=reason.clause if reason else "",
        )


def _holds(run: Run, benefit: str, registration_id: str, line: str | None) -> bool:
    standing = _upstream(run, benefit, registration_id, line)
    return standing is not None and standing.kind is GRANTED


def _granted_alone(rules: Rules, conflict: Conflict, each: Registration) -> bool:
    """Whether a registration would be granted a benefit if it were the only one."""
    facts = attrs.evolve(rules.facts, registrations=(each,))
    views = {policy: attrs.evolve(view, facts=facts) for policy, view in rules.views.items()}
    alone = _run(attrs.evolve(rules, facts=facts, views=views))
    return any(
        each.kind is GRANTED and (each.benefit, each.line) == (conflict.benefit, conflict.line)
        for each in alone.standings
    )
