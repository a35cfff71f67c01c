"""Stage one: may a registration take part in a contest at all (C-1 to C-5, C-17, C-20)."""

from collections.abc import Callable

import attrs

from dealreg.deciders.clocks import milestone_due, period_of
from dealreg.deciders.reference.stage import Stage
from dealreg.facts.holdings import Holding
from dealreg.facts.records import LIVE, Registration, Ruling, Status, Verdict
from dealreg.outcome.decision import Standing, StandingKind
from dealreg.policy.clocks import Milestone
from dealreg.policy.paths import (
    NOT_IN_FORCE,
    STATUS,
    after_path,
    milestone_path,
    requirement_path,
)
from dealreg.policy.stages import HolderOf, Requirement, Unmet

__all__ = ["Admission", "Barred", "admit", "ruling", "unmet"]

Upstream = Callable[[str, str], Standing | None]
"""The standing of a registration (by id) to a benefit decided before."""


@attrs.frozen
class Barred:
    """Why a registration takes no part, or not yet."""

    kind: StandingKind
    code: str
    clause: str
    missing: tuple[str, ...] = ()
    rival: str | None = None


@attrs.frozen
class Admission:
    """The outcome of stage one: `barred` is None for the eligible; `version` judged it.

    `kept` is what the registration holds already and keeps.
    """

    barred: Barred | None
    version: str
    kept: Holding | None = None


def ruling(stage: Stage, registration: Registration) -> Ruling | None:
    """The latest ruling on a registration and benefit, known at the instant (C-4)."""
    return stage.rules.rulings.get((registration.registration_id, stage.contest.benefit))


def admit(stage: Stage, registration: Registration, upstream: Upstream) -> Admission:
    """Whether a registration is eligible, and if not, the first reason that weighs most (C-3)."""
    status = stage.view.status(registration)
    held = stage.held(registration)
    if status not in LIVE and not _stands_by(stage, registration, status, held):
        return Admission(_not_live(status), stage.policy.version)
    lead = (stage.contest, stage.policy)
    own = stage.rules.own(stage.contest.benefit, registration, lead)
    if own is None:
        return Admission(Barred(StandingKind.DENIED, "NOT_OFFERED", NOT_IN_FORCE), "")
    mine = stage if own == lead else attrs.evolve(stage, contest=own[0], policy=own[1])
    requires = mine.contest.requires
    if held is not None:
        requires = tuple(each for each in requires if each.lasting)
    found = [_lapsed(stage, registration)]
    found += [_missed(stage, each, registration) for each in stage.contest.milestones]
    found += [unmet(mine, each, registration, held=held is not None) for each in requires]
    found += [_dependence(mine, each, registration, upstream) for each in mine.contest.after]
    reasons = [each for each in found if each is not None]
    if held is not None:  # what is left to a person takes nothing away before the person has spoken
        reasons = [each for each in reasons if each.kind is not StandingKind.REFERRED]
    weightiest = min(reasons, key=lambda each: _WEIGHT.index(each.kind), default=None)
    return Admission(weightiest, mine.policy.version, held if weightiest is None else None)


def _stands_by(
    stage: Stage, registration: Registration, status: Status | None, held: Holding | None
) -> bool:
    """Whether a registration that is not live takes part all the same (C-17, C-20)."""
    others = stage.contest.others
    if status is Status.RETURNED:
        return held is not None
    refused = status is Status.REJECTED and registration.status_reason == others.code
    return others.reconsidered and refused


_WEIGHT = (StandingKind.DENIED, StandingKind.RETURNED, StandingKind.REFERRED)


def _not_live(status: Status | None) -> Barred:
    if status is None:
        return Barred(StandingKind.DENIED, "NOT_YET_SUBMITTED", STATUS)
    if status is Status.RETURNED:
        return Barred(StandingKind.RETURNED, "RETURNED", STATUS)
    return Barred(StandingKind.DENIED, status.upper(), STATUS)


def _lapsed(stage: Stage, registration: Registration) -> Barred | None:
    period = stage.contest.period
    term = None if period is None else period_of(stage.view, period, registration)
    if period is None or term is None:
        return None
    over = term.ends is not None and term.ends <= stage.rules.at
    path = stage.path("period")
    result = "ended" if over else "running"
    facts = {period.starts: term.starts, "ends": term.ends}
    stage.note(path, result if term.ends is not None else "stands still", registration, facts)
    return Barred(StandingKind.DENIED, period.code, path) if over else None


def _missed(stage: Stage, milestone: Milestone, registration: Registration) -> Barred | None:
    due = milestone_due(stage.view, milestone, registration)
    if due is None:
        return None
    over = not due.met and due.final is not None and due.final <= stage.rules.at
    path = milestone_path(stage.contest.benefit, milestone.code)
    result = "met" if due.met else "missed" if over else "running"
    facts = {milestone.starts: due.starts, "due": due.due, "final": due.final}
    stage.note(path, result, registration, facts)
    return Barred(StandingKind.DENIED, milestone.code, path) if over else None


_KINDS = {
    Unmet.DENY: StandingKind.DENIED,
    Unmet.RETURN: StandingKind.RETURNED,
    Unmet.REFER: StandingKind.REFERRED,
}


def unmet(
    stage: Stage, required: Requirement, registration: Registration, *, held: bool
) -> Barred | None:
    """What one requirement has against a registration, which may hold the benefit (C-3, C-17)."""
    reader = stage.reader(registration)
    truth = reader.truth(required.that)
    path = requirement_path(stage.contest.benefit, required.code)
    barred, result = None, "met" if truth else "unknown"
    if truth is False or (truth is None and not held):
        unmet = required.if_unknown if truth is None else required.if_false
        result = "unknown" if truth is None else "not met"
        missing = tuple(sorted(reader.missing)) if truth is None else ()
        barred = Barred(_KINDS[unmet], required.code, path, missing)
        if unmet is Unmet.REFER:
            barred, result = _ruled(stage, registration, barred, result)
    stage.note(path, result, registration, reader.facts)
    return barred


def _ruled(
    stage: Stage, registration: Registration, barred: Barred, result: str
) -> tuple[Barred | None, str]:
    """What a person has said where the policy leaves it to a person (C-4)."""
    said = ruling(stage, registration)
    if said is None:
        return barred, f"{result}, referred"
    if said.verdict is Verdict.ACCEPT:
        return None, "accepted by ruling"
    refused = Barred(StandingKind.DENIED, "RULED_AGAINST", barred.clause)
    return refused, "refused by ruling"


def _dependence(
    stage: Stage, after: HolderOf, registration: Registration, upstream: Upstream
) -> Barred | None:
    path = after_path(stage.contest.benefit, after.benefit)
    standing = upstream(after.benefit, registration.registration_id)
    kind = StandingKind.DENIED if standing is None else standing.kind
    stage.note(path, f"{after.benefit} {kind}", registration)
    if kind is StandingKind.REFERRED:
        return Barred(StandingKind.REFERRED, f"AWAITS_{after.benefit.upper()}", path)
    if (kind is StandingKind.GRANTED) is after.holds:
        return None
    rival = None if standing is None else standing.rival
    return Barred(StandingKind.DENIED, after.code, path, rival=rival)
