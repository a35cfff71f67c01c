"""From a record to the letter about one registration: the only way to a partner's explanation."""

from datetime import UTC, datetime, timedelta

from dealreg.outcome.decision import Standing
from dealreg.outcome.record import Record
from dealreg.rendering.nouns import Voice
from dealreg.rendering.reasoning import all_missing, further, needed, reason_and_tell
from dealreg.rendering.reasons import Answer, AwaitsRuling, Letter, Needed, Reason, Stuck
from dealreg.rendering.situation import Situation

__all__ = ["letter"]


def letter(record: Record, registration_id: str) -> Letter:
    """What the partner behind a registration may know of a decision; see `reasons`."""
    situation = Situation(record)
    registration = situation.registrations[registration_id]
    standings = [
        each for each in record.decision.standings if each.registration_id == registration_id
    ]
    return Letter(
        programme=record.rules.programme,
        at=record.at,
        registration_id=registration_id,
        partner_id=registration.partner_id,
        partner_name=situation.names.get(registration.partner_id),
        opportunity_id=registration.opportunity_id,
        submitted_at=registration.submitted_at,
        answers=[_answer(situation, each) for each in _in_order(situation, standings)],
    )


def _in_order(situation: Situation, standings: list[Standing]) -> list[Standing]:
    """Benefits that others depend on first, as they were decided."""
    order = {benefit: place for place, benefit in enumerate(situation.rules.benefits())}
    return sorted(
        standings, key=lambda each: (order.get(each.benefit, 0), each.benefit, each.line or "")
    )


def _answer(situation: Situation, standing: Standing) -> Answer:
    reason, tell = reason_and_tell(situation, standing)
    policy = situation.judging(standing)
    return Answer(
        benefit=standing.benefit,
        line=standing.line,
        outcome=standing.kind,
        code=standing.code,
        reason=reason,
        tell=tell,
        further=further(situation, standing),
        place=standing.place if standing.kind.value == "waiting" else None,
        entitlement=standing.entitlement,
        open_until=_open_until(standing),
        needed=_needed(situation, standing, reason),
        stuck=_stuck(situation, standing),
        version=standing.policy_version,
        vocabulary=policy.vocabulary(),
    )


def _open_until(standing: Standing) -> datetime | None:
    """Until when others may come in time, up to the end of the day in UTC.

    The exact instant would tell when the earliest of all registrations was made.
    """
    until = standing.provisional_until
    if until is None:
        return None
    day = datetime(until.year, until.month, until.day, tzinfo=UTC)
    return day + timedelta(days=1)


def _needed(situation: Situation, standing: Standing, reason: Reason) -> tuple[Needed, ...]:
    if isinstance(reason, AwaitsRuling):
        return ()
    if not (missing := all_missing(situation, standing)):
        return ()
    reader = situation.reader(situation.judging(standing), standing.registration_id)
    return needed(reader, missing, Voice.YOU)


def _stuck(situation: Situation, standing: Standing) -> Stuck | None:
    found = situation.deadlocks_in(situation.conflict(standing))
    if not found:
        return None
    mine = [each for each in found if each.blocked == standing.registration_id]
    first = (mine or list(found))[0]
    blocker = any(each.blocker == standing.registration_id for each in found)
    return Stuck(bool(mine), first.holds, blocker and first.holds is not None)
