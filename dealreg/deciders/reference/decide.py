"""The reference decider: what a policy means. Read with docs/spec/decisions.md beside it.

No caching, no cleverness. Every other decider is compared with this one.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import assert_never

import attrs

from dealreg.deciders.reference.admission import Admission, Barred, admit
from dealreg.deciders.reference.awarding import Awarded, Loss, award, compete
from dealreg.deciders.reference.governing import Rules
from dealreg.deciders.reference.ordering import Stage
from dealreg.deciders.reference.truth import Answers
from dealreg.facts.calendars import add_span
from dealreg.facts.canonical import digest
from dealreg.facts.case import Facts
from dealreg.facts.records import Registration
from dealreg.outcome.decision import (
    Deadlock,
    Decision,
    Entitlement,
    PolicyRef,
    Referral,
    Standing,
    StandingKind,
    Step,
)
from dealreg.policy.normal import policy_digest
from dealreg.policy.paths import NOT_IN_FORCE, contest_path
from dealreg.policy.policies import SEMANTICS, Policy, PolicyBook
from dealreg.policy.stages import (
    Award,
    Banded,
    FractionOfHolder,
    OthersStand,
    Percent,
    Rate,
    Terms,
)

__all__ = ["decide_unchecked"]

GRANTED, REFERRED = StandingKind.GRANTED, StandingKind.REFERRED


@attrs.frozen(eq=False)
class Conflict:
    """Registrations that compete for a benefit: equal in the scope's keys, for one line."""

    keys: tuple[str, ...]
    line: str | None
    members: tuple[Registration, ...]


@attrs.frozen(eq=False)
class Run:
    """One run: the rules, and what has been decided so far."""

    rules: Rules
    standings: list[Standing] = attrs.field(factory=list)
    referrals: list[Referral] = attrs.field(factory=list)
    conflicts: list[tuple[str, Conflict]] = attrs.field(factory=list)
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
        deadlocks=_deadlocks(run),
        trace=run.trace,
    )


def _run(rules: Rules) -> Run:
    run = Run(rules)
    if not rules.versions:
        return run
    for benefit in rules.benefits():
        for conflict in _conflicts(run, benefit):
            run.conflicts.append((benefit, conflict))
            _decide(run, benefit, conflict)
    return run


def _conflicts(run: Run, benefit: str) -> Iterable[Conflict]:
    """Partition the registrations by the keys of the scope, then by line (C-1, C-2)."""
    scope, view = run.rules.scope(benefit)
    groups: dict[tuple[str, ...], list[Registration]] = {}
    for each in run.rules.facts.registrations:
        values = [view.read(each, key) for key in scope.keys]
        absent = tuple(k for k, value in zip(scope.keys, values, strict=True) if value is None)
        lines = None if scope.lines is None else view.read(each, scope.lines)
        if not absent and scope.award is Award.BY_LINE and not lines:
            absent = (scope.lines or "",)
        if absent:
            clause = contest_path(benefit, "scope")
            _stand(
                run,
                benefit,
                None,
                each,
                StandingKind.RETURNED,
                "SCOPE_UNKNOWN",
                clause,
                missing=absent,
            )
        else:
            groups.setdefault(tuple(str(value) for value in values), []).append(each)
    for keys in sorted(groups):
        members = groups[keys]
        if scope.lines is None or scope.award is Award.WHOLE:
            yield Conflict(keys, None, tuple(members))
            continue
        by_line = {each: view.read(each, scope.lines) for each in members}
        every: set[str] = set().union(*by_line.values())  # type: ignore[arg-type]
        for line in sorted(every):
            yield Conflict(keys, line, tuple(m for m in members if line in by_line[m]))  # type: ignore[operator]


def _decide(run: Run, benefit: str, conflict: Conflict) -> None:
    lead = run.rules.lead(benefit, conflict.members)
    if lead is None:
        for each in conflict.members:
            _stand(
                run, benefit, conflict.line, each, StandingKind.DENIED, "NOT_OFFERED", NOT_IN_FORCE
            )
        return
    contest, policy = lead
    stage = Stage(run.rules, contest, policy, conflict.line, run.trace)

    def upstream(other: str, registration_id: str) -> Standing | None:
        return _upstream(run, other, registration_id, conflict.line)

    admitted = {
        e: admit(run.rules, e, benefit, lead, upstream, run.trace) for e in conflict.members
    }
    eligible = [each for each, admission in admitted.items() if admission.barred is None]
    awaiting = [e for e, a in admitted.items() if a.barred and a.barred.kind is REFERRED]
    awarded = award(stage, eligible)
    held_back = _held_back(stage, awarded, eligible, awaiting)
    for each, admission in admitted.items():
        version = admission.version
        if admission.barred is not None:
            _bar(run, benefit, conflict, each, admission.barred, version)
        elif each in held_back:
            clause = _barred(admitted[held_back[each]]).clause
            _stand(
                run,
                benefit,
                conflict.line,
                each,
                REFERRED,
                "AWAITS_RULING",
                clause,
                version,
                held_back[each],
            )
        else:
            _place(run, stage, awarded, each, version)
    _refer(run, stage, conflict, awarded, admitted, awaiting, held_back)


def _barred(admission: Admission) -> Barred:
    assert admission.barred is not None
    return admission.barred


def _upstream(run: Run, benefit: str, registration_id: str, line: str | None) -> Standing | None:
    """A registration's standing to a benefit it depends on: to that line, or the best of all."""
    found = [
        each
        for each in run.standings
        if (each.benefit, each.registration_id) == (benefit, registration_id)
        and (line is None or each.line in (None, line))
    ]
    order = list(StandingKind)
    best = {GRANTED: 0, REFERRED: 1}
    return min(found, key=lambda s: (best.get(s.kind, 2), order.index(s.kind)), default=None)


def _held_back(
    stage: Stage, awarded: Awarded, eligible: list[Registration], awaiting: list[Registration]
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


def _bar(
    run: Run, benefit: str, conflict: Conflict, each: Registration, barred: Barred, version: str
) -> None:
    _stand(
        run,
        benefit,
        conflict.line,
        each,
        barred.kind,
        barred.code,
        barred.clause,
        version,
        missing=barred.missing,
        rival_id=barred.rival,
    )


def _place(run: Run, stage: Stage, awarded: Awarded, each: Registration, version: str) -> None:
    benefit, contest = stage.contest.benefit, stage.contest
    if each in awarded.holders:
        rivals = [h for h in awarded.holders if h is each or compete(stage, each, h)]
        place = rivals.index(each) + 1
        given = contest.gives[min(place, len(contest.gives)) - 1] if contest.gives else Terms()
        entitlement = _entitle(stage, awarded, each, given, holds=True)
        _stand(
            run,
            benefit,
            stage.line,
            each,
            GRANTED,
            "GRANTED",
            contest_path(benefit),
            version,
            entitlement=entitlement,
            place=place,
        )
        return
    if each in awarded.lost:
        _lose(run, stage, awarded, each, awarded.lost[each], version)
        return
    pool = next(pool for pool in awarded.pools if each in pool.members)
    _stand(run, benefit, stage.line, each, REFERRED, pool.code, pool.clause, version)


def _lose(
    run: Run, stage: Stage, awarded: Awarded, each: Registration, loss: Loss, version: str
) -> None:
    others = stage.contest.others
    waits = loss.residual and others.stand is OthersStand.WAITING
    queue = [e for e, found in awarded.lost.items() if found.residual and compete(stage, e, each)]
    entitlement = None
    if loss.residual and others.terms is not None:
        reader = stage.rules.reader(stage.policy, each)
        if others.when is None or reader.truth(others.when) is True:
            entitlement = _entitle(stage, awarded, each, others.terms, holds=False)
    _stand(
        run,
        stage.contest.benefit,
        stage.line,
        each,
        StandingKind.WAITING if waits else StandingKind.DENIED,
        loss.code,
        loss.clause,
        version,
        loss.rival,
        place=queue.index(each) + 1 if waits else None,
        entitlement=entitlement,
        margin=loss.margin,
    )


def _entitle(
    stage: Stage, awarded: Awarded, each: Registration, given: Terms, *, holds: bool
) -> Entitlement:
    """What the terms come to for one registration (C-14); only holders have a period (C-15)."""
    share = given.share if given.share is not None else awarded.holders.get(each, Fraction(1))
    starts, ends = _period(stage, each) if holds else (None, None)
    percent = _percent(stage, awarded, each, given.rate)
    return Entitlement(label=given.label, percent=percent, share=share, starts=starts, ends=ends)


def _period(stage: Stage, each: Registration) -> tuple[datetime | None, datetime | None]:
    period = stage.contest.period
    view = stage.rules.views[stage.policy]
    starts = None if period is None else view.read(each, period.starts)
    if period is None or not isinstance(starts, datetime):
        return None, None
    return starts, add_span(starts, period.length, view.calendar(period.calendar))


def _percent(
    stage: Stage, awarded: Awarded, each: Registration, rate: Rate | None
) -> Fraction | None:
    match rate:
        case None:
            return None
        case Percent(value):
            return Fraction(value)
        case Banded(bands):
            reader = stage.rules.reader(stage.policy, each)
            fitting: Iterable[Decimal] = (b.percent for b in bands if reader.truth(b.when) is True)
            return next((Fraction(percent) for percent in fitting), None)
        case FractionOfHolder(fraction):
            rivals = (h for h in awarded.holders if h is not each and compete(stage, each, h))
            first = next(rivals, None)
            if first is None or not stage.contest.gives:
                return None
            whole = _percent(stage, awarded, first, stage.contest.gives[0].rate)
            return None if whole is None else whole * fraction
        case _:
            assert_never(rate)


def _refer(
    run: Run,
    stage: Stage,
    conflict: Conflict,
    awarded: Awarded,
    admitted: Mapping[Registration, Admission],
    awaiting: list[Registration],
    held_back: Mapping[Registration, Registration],
) -> None:
    """The questions for a person: one for each pool, one for each clause that awaits a word."""
    questions = [(p.code, p.clause, p.members) for p in awarded.pools]
    for each in awaiting:
        barred = _barred(admitted[each])
        waiting_for = tuple(h for h, other in held_back.items() if other is each)
        questions.append((barred.code, barred.clause, (each, *waiting_for)))
    run.referrals.extend(
        Referral(
            benefit=stage.contest.benefit,
            conflict=conflict.keys,
            line=conflict.line,
            code=code,
            clause=clause,
            candidates=tuple(sorted(member.registration_id for member in members)),
        )
        for code, clause, members in questions
    )


def _stand(
    run: Run,
    benefit: str,
    line: str | None,
    each: Registration,
    kind: StandingKind,
    code: str,
    clause: str,
    version: str = "",
    rival: Registration | None = None,
    rival_id: str | None = None,
    **more: object,
) -> None:
    run.standings.append(
        Standing(
            registration_id=each.registration_id,
            partner_id=each.partner_id,
            benefit=benefit,
            line=line,
            kind=kind,
            code=code,
            clause=clause,
            policy_version=version,
            rival=rival.registration_id if rival is not None else rival_id,
            **more,  # type: ignore[arg-type]
        )
    )


def _deadlocks(run: Run) -> list[Deadlock]:
    """Conflicts where nobody gets what a member would have got alone (D-8)."""
    found = []
    for benefit, conflict in run.conflicts:
        members = {each.registration_id for each in conflict.members}
        standings = {
            s.registration_id: s
            for s in run.standings
            if s.benefit == benefit and s.line == conflict.line and s.registration_id in members
        }
        if len(members) < 2 or any(s.kind in (GRANTED, REFERRED) for s in standings.values()):
            continue
        found += [
            _deadlock(run, benefit, conflict, standings, each)
            for each in conflict.members
            if _alone(run, benefit, conflict, each)
        ]
    return found


def _alone(run: Run, benefit: str, conflict: Conflict, each: Registration) -> bool:
    """Whether a registration would be granted a benefit if it were the only one."""
    rules = run.rules
    facts = attrs.evolve(rules.facts, registrations=(each,))
    views = {policy: attrs.evolve(view, facts=facts) for policy, view in rules.views.items()}
    alone = _run(attrs.evolve(rules, facts=facts, views=views))
    return any(
        s.kind is GRANTED and s.benefit == benefit and s.line == conflict.line
        for s in alone.standings
    )


def _deadlock(
    run: Run,
    benefit: str,
    conflict: Conflict,
    standings: Mapping[str, Standing],
    each: Registration,
) -> Deadlock:
    lead = run.rules.lead(benefit, conflict.members)
    depends = [after.benefit for after in lead[0].after if after.holds] if lead else []
    holds, blocker = None, standings[each.registration_id].rival
    for other in depends:
        holders = [m for m in sorted(standings) if _holds(run, other, m, conflict.line)]
        if holders and not _holds(run, other, each.registration_id, conflict.line):
            holds, blocker = other, holders[0]
            break
    reason = standings.get(blocker or "")
    return Deadlock(
        benefit=benefit,
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
