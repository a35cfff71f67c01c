"""Stage one: may a registration take part in a contest at all (C-1 to C-5, C-17, C-20)."""

from collections.abc import Callable
from typing import Final, TypeAlias

import attrs

from dealreg.deciders.compiled.context import Context
from dealreg.deciders.compiled.outcomes import DENIED, GRANTED, REFERRED, RETURNED, Outcome, barred
from dealreg.deciders.compiled.plans import ENDED_BY, NOT_OFFERED, After, Asks, Plan
from dealreg.facts.holdings import Holding
from dealreg.facts.records import LIVE, Registration, Status, Verdict
from dealreg.outcome.decision import StandingKind

__all__ = ["Admission", "Before", "Governed", "admit", "said"]

Before: TypeAlias = Callable[[str, str], tuple[StandingKind, str | None] | None]
"""How a registration (by id) stands to a benefit decided before, and the rival that mattered."""

Governed: TypeAlias = tuple[Plan, Context]
"""The contest that a registration is judged by, and the facts as that version sees them."""

_WEIGHT: Final = (DENIED, RETURNED, REFERRED)


@attrs.frozen(eq=False)
class Admission:
    """The outcome of stage one: `barred` is None for the eligible; `version` judged it.

    `kept` is what the registration holds already and keeps.
    """

    barred: Outcome | None
    version: str
    kept: Holding | None = None


def said(c: Context, benefit: str, registration: Registration) -> Verdict | None:
    """The latest ruling on a registration and benefit (C-4)."""
    if not c.rulings:
        return None
    ruling = c.rulings.get((registration.registration_id, benefit))
    return None if ruling is None else ruling.verdict


def admit(
    lead: Governed,
    own: Governed | None,
    line: str | None,
    registration: Registration,
    before: Before,
) -> Admission:
    """Whether a registration is eligible, and if not, the first reason that weighs most (C-3)."""
    plan, c = lead
    held = None
    if c.holdings:
        held = c.holdings.get((registration.registration_id, plan.benefit, line))
    status = _status(plan, c, registration)
    if status not in LIVE and not _stands_by(plan, registration, status, held):
        return Admission(ENDED_BY[status], plan.version)
    if own is None:
        return Admission(NOT_OFFERED, "")
    reasons = _reasons(lead, own, registration, before, held)
    if held is not None:  # what is left to a person takes nothing away before the person has spoken
        reasons = [each for each in reasons if each[0] is not REFERRED]
    weightiest = None
    if reasons:
        weightiest = min(reasons, key=lambda each: _WEIGHT.index(each[0]))
    return Admission(weightiest, own[0].version, held if weightiest is None else None)


def _status(plan: Plan, c: Context, registration: Registration) -> Status | None:
    if registration.submitted_at > c.at:
        return None
    status = registration.status
    if status is Status.SUBMITTED and not plan.reads.closes:
        return status
    return c.view.status(registration)


def _stands_by(
    plan: Plan, registration: Registration, status: Status | None, held: Holding | None
) -> bool:
    """Whether a registration that is not live takes part all the same (C-17, C-20)."""
    others = plan.contest.others
    if status is Status.RETURNED:
        return held is not None
    refused = status is Status.REJECTED and registration.status_reason == others.code
    return others.reconsidered and refused


def _reasons(
    lead: Governed,
    own: Governed,
    registration: Registration,
    before: Before,
    held: Holding | None,
) -> list[Outcome]:
    plan, c = lead
    found: list[Outcome] = []
    if plan.term is not None and plan.lapsed is not None:
        period = plan.term(c, registration)
        if period is not None and period[1] is not None and period[1] <= c.at:
            found.append(plan.lapsed)
    found += [out for missed, out in plan.milestones if missed(c, registration)]
    mine, seen = own
    for asks in mine.asks:
        if held is None or asks.lasting:
            reason = _unmet(mine, seen, asks, registration, held=held is not None)
            if reason is not None:
                found.append(reason)
    for after in mine.after:
        reason = _dependence(after, before(after.benefit, registration.registration_id))
        if reason is not None:
            found.append(reason)
    return found


def _unmet(
    plan: Plan, c: Context, asks: Asks, registration: Registration, *, held: bool
) -> Outcome | None:
    answer = asks.that(c, registration)
    if answer or (answer is None and held):
        return None
    kind = asks.if_unknown if answer is None else asks.if_false
    if kind is REFERRED:
        verdict = said(c, plan.benefit, registration)
        if verdict is Verdict.ACCEPT:
            return None
        if verdict is not None:
            return barred(DENIED, "RULED_AGAINST", asks.path)
    if answer is not None:
        return asks.false
    missing = tuple(sorted(asks.lacks(c, registration)[1]))
    return barred(kind, asks.code, asks.path, missing)


def _dependence(after: After, standing: tuple[StandingKind, str | None] | None) -> Outcome | None:
    kind = DENIED if standing is None else standing[0]
    if kind is REFERRED:
        return after.awaits
    if (kind is GRANTED) is after.holds:
        return None
    rival = None if standing is None else standing[1]
    return barred(DENIED, after.code, after.path, rival=rival)
