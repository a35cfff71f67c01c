"""The reference decider: what a policy means. Read with docs/spec/contests.md beside it.

No caching, no cleverness. Every other decider is compared with this one. The stages of a contest
are in the modules beside it, in this order: admission, ordering, awarding, entitling.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

import attrs

from dealreg.deciders.reference.admission import Admission, Barred, admit
from dealreg.deciders.reference.awarding import Awarded, Loss, award
from dealreg.deciders.reference.competing import compete
from dealreg.deciders.reference.deadlocks import deadlocks
from dealreg.deciders.reference.entitling import entitlement, residual
from dealreg.deciders.reference.governing import Rules
from dealreg.deciders.reference.run import Conflict, Run, upstream
from dealreg.deciders.reference.stage import Stage
from dealreg.deciders.reference.truth import Answers
from dealreg.facts.canonical import digest
from dealreg.facts.case import Facts
from dealreg.facts.holdings import Holding
from dealreg.facts.records import Registration, Status
from dealreg.outcome.decision import (
    Deadlock,
    Decision,
    Referral,
    Standing,
    StandingKind,
    Step,
)
from dealreg.outcome.references import references_of
from dealreg.policy.paths import NOT_IN_FORCE, STATUS, contest_path
from dealreg.policy.policies import SEMANTICS, Policy, PolicyBook
from dealreg.policy.stages import Award, OthersStand, Vacancy

__all__ = ["decide_conflict", "decide_unchecked", "found_deadlocks", "not_offered", "run_quietly"]

GRANTED, REFERRED = StandingKind.GRANTED, StandingKind.REFERRED


def decide_unchecked(
    rules: Policy | PolicyBook, facts: Facts, at: datetime, answers: Answers
) -> Decision:
    """The decision, for a policy and facts known to be sound; `dealreg.decide` checks first."""
    run = _run(Rules.of(rules, facts, at, answers), trace=[])
    return Decision(
        at=at,
        semantics=SEMANTICS,
        policies=references_of(rules),
        facts_digest=digest(facts),
        standings=run.standings,
        referrals=run.referrals,
        deadlocks=list(found_deadlocks(run)),
        trace=run.trace or (),
    )


def run_quietly(rules: Rules) -> Run:
    """Everything decided, without a trace: what a replay asks at every instant."""
    return _run(rules, trace=None)


def found_deadlocks(run: Run, rerun: Callable[[Rules], Run] | None = None) -> Iterator[Deadlock]:
    """The deadlocks of all conflicts of a run (D-8); `rerun` decides what each would get alone."""
    asked = {(each.benefit, each.conflict, each.line) for each in run.referrals}
    for conflict in run.conflicts:
        if (conflict.benefit, conflict.keys, conflict.line) not in asked:
            yield from deadlocks(run, conflict, rerun or run_quietly)


def _run(rules: Rules, trace: list[Step] | None) -> Run:
    run = Run(rules, trace=trace)
    for benefit in rules.announced:
        everybody = Conflict(benefit, (), None, rules.registrations)
        not_offered(run, everybody)
    for benefit in rules.benefits():
        for conflict in _conflicts(run, benefit):
            run.conflicts.append(conflict)
            decide_conflict(run, conflict)
    return run


def _conflicts(run: Run, benefit: str) -> Iterable[Conflict]:
    """Partition the registrations by the keys of the scope, then by line (C-1, C-2)."""
    scope, view = run.rules.scope(benefit)
    groups: dict[tuple[str, ...], list[Registration]] = {}
    for each in run.rules.registrations:
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


def decide_conflict(run: Run, conflict: Conflict) -> None:
    """Decide one conflict, and add what came out to the run."""
    lead = run.rules.lead(conflict.benefit, conflict.members)
    if lead is None:
        not_offered(run, conflict)
        return
    stage = Stage(run.rules, *lead, conflict.line, run.trace)

    def before(benefit: str, registration_id: str) -> Standing | None:
        return upstream(run, benefit, registration_id, conflict.line)

    admitted = {each: admit(stage, each, before) for each in conflict.members}
    admitted |= _won(stage, conflict, admitted)
    eligible = [each for each, admission in admitted.items() if admission.barred is None]
    held = {e: a.kept for e, a in admitted.items() if a.kept is not None}
    awaiting = {e: a.barred for e, a in admitted.items() if a.barred and a.barred.kind is REFERRED}
    awarded = award(stage, eligible, held)
    held_back, lost = _awaited(stage, awarded, eligible, held, awaiting)
    for each, admission in admitted.items():
        if each in lost:
            run.stand(attrs.evolve(lost[each], policy_version=admission.version))
        elif admission.barred is not None:
            _stand_barred(run, conflict, each, admission)
        elif each in held_back:
            other = held_back[each]
            waits = Barred(
                REFERRED, "AWAITS_RULING", awaiting[other].clause, rival=other.registration_id
            )
            _stand_barred(run, conflict, each, Admission(waits, admission.version))
        else:
            run.stand(_placed(stage, awarded, each, admission.version))
    asked = {each: barred for each, barred in awaiting.items() if each not in lost}
    run.referrals.extend(_referrals(conflict, awarded, asked, held_back))
    if not eligible and not awaiting:
        run.referrals.extend(_vacant(stage, conflict))


def _won(
    stage: Stage, conflict: Conflict, admitted: Mapping[Registration, Admission]
) -> dict[Registration, Admission]:
    """Those that take no more part because the deal they wanted is won (C-18)."""
    over: dict[Registration, Admission] = {}
    for winner in conflict.members:
        if stage.view.status(winner) is not Status.WON:
            continue
        won = Barred(StandingKind.DENIED, "OPPORTUNITY_WON", STATUS, rival=winner.registration_id)
        for each, admission in admitted.items():
            before = winner.ended_at is None or each.submitted_at < winner.ended_at
            takes_part = admission.barred is None or admission.barred.clause != STATUS
            if before and takes_part and each not in over and compete(stage, each, winner):
                over[each] = Admission(won, admission.version)
    return over


def _vacant(stage: Stage, conflict: Conflict) -> Iterable[Referral]:
    """The question who shall have what a holder lost and nobody else can have (C-19)."""
    fell = any(
        (each.registration_id, conflict.benefit, conflict.line) in stage.rules.vacated
        for each in conflict.members
    )
    won = any(stage.view.status(each) is Status.WON for each in conflict.members)
    if stage.contest.vacant is Vacancy.REFER and fell and not won:
        yield Referral(
            benefit=conflict.benefit,
            conflict=conflict.keys,
            line=conflict.line,
            code="VENDOR_ASSIGNS",
            clause=stage.path("vacant"),
            candidates=(),
        )


def not_offered(run: Run, conflict: Conflict) -> None:
    """Deny a benefit that no version in force has (B-6)."""
    none = Admission(Barred(StandingKind.DENIED, "NOT_OFFERED", NOT_IN_FORCE), "")
    for each in conflict.members:
        _stand_barred(run, conflict, each, none)


def _awaited(
    stage: Stage,
    awarded: Awarded,
    eligible: list[Registration],
    kept: Mapping[Registration, Holding],
    awaiting: Mapping[Registration, Barred],
) -> tuple[dict[Registration, Registration], dict[Registration, Standing]]:
    """What hangs on a person's word about one who awaits it, admitted alone (C-5).

    Whose outcome would change, and by whom; and those whom the word would not help, with the
    standing they have either way.
    """
    quiet = attrs.evolve(stage, trace=None)
    held: dict[Registration, Registration] = {}
    lost: dict[Registration, Standing] = {}
    for other in awaiting:
        accepted = attrs.evolve(quiet, rules=stage.rules.accepting(other, stage.contest.benefit))
        alternative = award(accepted, [*eligible, other], kept)
        changed = [e for e in eligible if _gets(quiet, awarded, e) != _gets(quiet, alternative, e)]
        for each in changed:
            held.setdefault(each, other)
        standing = _placed(quiet, alternative, other, "")
        if not changed and standing.kind is StandingKind.DENIED and not standing.entitlement:
            lost[other] = standing
    return held, lost


def _gets(stage: Stage, awarded: Awarded, each: Registration) -> tuple[object, ...]:
    """What a registration gets, without the reasons."""
    standing = _placed(stage, awarded, each, "")
    return each in awarded.holders, standing.kind is REFERRED, standing.entitlement


def _stand_barred(
    run: Run, conflict: Conflict, registration: Registration, admission: Admission
) -> None:
    barred = admission.barred
    assert barred is not None
    run.stand(
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
        provisional_until=awarded.open_until.get(each),
    )
    if each in awarded.kept:
        standing = attrs.evolve(standing, code="KEPT", clause=stage.path("final_from"))
    if each in awarded.holders:
        return attrs.evolve(
            standing,
            place=awarded.holders[each].place,
            entitlement=entitlement(stage, awarded, each),
        )
    if each in awarded.lost:
        return _lost(stage, awarded, each, awarded.lost[each], standing)
    pool = next(pool for pool in awarded.pools if each in pool.members)
    return attrs.evolve(standing, kind=REFERRED, code=pool.code, clause=pool.clause)


def _lost(
    stage: Stage, awarded: Awarded, each: Registration, loss: Loss, standing: Standing
) -> Standing:
    waits = loss.residual and stage.contest.others.stand is OthersStand.WAITING
    return attrs.evolve(
        standing,
        kind=StandingKind.WAITING if waits else StandingKind.DENIED,
        code=loss.code,
        clause=loss.clause,
        rival=None if loss.rival is None else loss.rival.registration_id,
        place=_place_in_queue(stage, awarded, each) if waits else None,
        entitlement=residual(stage, awarded, each) if loss.residual else None,
        margin=loss.margin,
    )


def _place_in_queue(stage: Stage, awarded: Awarded, each: Registration) -> int:
    queue = [e for e, found in awarded.lost.items() if found.residual and compete(stage, e, each)]
    return queue.index(each) + 1


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
