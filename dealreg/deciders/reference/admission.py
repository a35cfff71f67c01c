"""Stage one: may a registration take part in a contest at all (spec clauses C-1 to C-5)."""

from collections.abc import Callable
from enum import StrEnum

import attrs

from dealreg.deciders.reference.governing import Rules
from dealreg.deciders.reference.truth import Reader
from dealreg.facts.calendars import add_span
from dealreg.facts.records import LIVE, Registration, Ruling, Status, Verdict
from dealreg.outcome.decision import Standing, StandingKind, Step
from dealreg.policy.contests import Contest
from dealreg.policy.paths import (
    NOT_IN_FORCE,
    STATUS,
    after_path,
    contest_path,
    requirement_path,
)
from dealreg.policy.policies import Policy
from dealreg.policy.stages import HolderOf, Requirement, Unmet

__all__ = ["Admission", "Barred", "admit", "ruling"]

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


class _Rank(StrEnum):
    DENIED = "denied"
    RETURNED = "returned"
    REFERRED = "referred"


@attrs.frozen
class Admission:
    """The outcome of stage one: `barred` is None for the eligible; `version` judged it."""

    barred: Barred | None
    version: str


def ruling(rules: Rules, benefit: str, registration: Registration) -> Ruling | None:
    """The latest ruling on a registration and benefit, known at the instant (C-4)."""
    known = [
        each
        for each in rules.facts.rulings
        if each.registration_id == registration.registration_id
        and each.benefit == benefit
        and each.decided_at <= rules.at
    ]
    return max(known, key=lambda each: each.decided_at, default=None)


def admit(
    rules: Rules,
    registration: Registration,
    benefit: str,
    lead: tuple[Contest, Policy],
    upstream: Upstream,
    trace: list[Step],
) -> Admission:
    """Whether a registration is eligible, and if not, the first reason that weighs most."""
    status = rules.reader(lead[1], registration).view.status(registration)
    if status not in LIVE:
        return Admission(_not_live(status), lead[1].version)
    own = rules.own(benefit, registration, lead)
    if own is None:
        barred = Barred(StandingKind.DENIED, "NOT_OFFERED", NOT_IN_FORCE)
        return Admission(barred, "")
    contest, policy = own
    reader = rules.reader(policy, registration)
    found = [_lapsed(contest, reader, trace)]
    found += [
        _unmet(rules, contest, each, policy, registration, trace) for each in contest.requires
    ]
    found += [_dependence(contest, each, registration, upstream, trace) for each in contest.after]
    barred_by = [each for each in found if each is not None]
    order = list(_Rank)
    worst = min(barred_by, key=lambda each: order.index(_Rank(each.kind.value)), default=None)
    return Admission(worst, policy.version)


def _not_live(status: Status | None) -> Barred:
    if status is None:
        return Barred(StandingKind.DENIED, "NOT_YET_SUBMITTED", STATUS)
    if status is Status.RETURNED:
        return Barred(StandingKind.RETURNED, "RETURNED", STATUS)
    return Barred(StandingKind.DENIED, status.upper(), STATUS)


def _lapsed(contest: Contest, reader: Reader, trace: list[Step]) -> Barred | None:
    period = contest.period
    if period is None:
        return None
    start = reader.view.read(reader.registration, period.starts)
    if start is None:
        return None
    end = add_span(start, period.length, reader.view.calendar(period.calendar))  # type: ignore[arg-type]
    over = end <= reader.view.at
    path = contest_path(contest.benefit, "period")
    trace.append(
        Step(
            clause=path,
            benefit=contest.benefit,
            registration_id=reader.registration.registration_id,
            result="ended" if over else "running",
            facts={period.starts: start, "ends": end},
        )
    )
    return Barred(StandingKind.DENIED, period.code, path) if over else None


_KINDS = {
    Unmet.DENY: StandingKind.DENIED,
    Unmet.RETURN: StandingKind.RETURNED,
    Unmet.REFER: StandingKind.REFERRED,
}


def _unmet(
    rules: Rules,
    contest: Contest,
    required: Requirement,
    policy: Policy,
    registration: Registration,
    trace: list[Step],
) -> Barred | None:
    reader = rules.reader(policy, registration)
    truth = reader.truth(required.that)
    path = requirement_path(contest.benefit, required.code)
    barred = None
    result = "met"
    if truth is not True:
        unmet = required.if_unknown if truth is None else required.if_false
        result = "unknown" if truth is None else "not met"
        missing = tuple(sorted(reader.missing)) if truth is None else ()
        barred = Barred(_KINDS[unmet], required.code, path, missing)
        if unmet is Unmet.REFER:
            barred, result = _ruled(rules, contest, registration, barred, result)
    trace.append(
        Step(
            clause=path,
            benefit=contest.benefit,
            registration_id=registration.registration_id,
            result=result,
            facts=reader.facts,
        )
    )
    return barred


def _ruled(
    rules: Rules, contest: Contest, registration: Registration, barred: Barred, result: str
) -> tuple[Barred | None, str]:
    """What a person has said where the policy leaves it to a person (C-4)."""
    said = ruling(rules, contest.benefit, registration)
    if said is None:
        return barred, f"{result}, referred"
    if said.verdict is Verdict.ACCEPT:
        return None, "accepted by ruling"
    refused = Barred(StandingKind.DENIED, "RULED_AGAINST", barred.clause)
    return refused, "refused by ruling"


def _dependence(
    contest: Contest,
    after: HolderOf,
    registration: Registration,
    upstream: Upstream,
    trace: list[Step],
) -> Barred | None:
    path = after_path(contest.benefit, after.benefit)
    standing = upstream(after.benefit, registration.registration_id)
    kind = StandingKind.DENIED if standing is None else standing.kind
    barred = None
    if kind is StandingKind.REFERRED:
        barred = Barred(StandingKind.REFERRED, f"AWAITS_{after.benefit.upper()}", path)
    elif (kind is StandingKind.GRANTED) is not after.holds:
        rival = standing.rival if standing is not None else None
        barred = Barred(StandingKind.DENIED, after.code, path, rival=rival)
    trace.append(
        Step(
            clause=path,
            benefit=contest.benefit,
            registration_id=registration.registration_id,
            result=f"{after.benefit} {kind}",
        )
    )
    return barred
