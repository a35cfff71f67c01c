"""One conflict, decided by closures: every shape in which all who take part want the same thing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

import attrs

from dealreg.deciders.compiled.admitting import Admission, Before, Governed, admit
from dealreg.deciders.compiled.awarding import Award, Field, award
from dealreg.deciders.compiled.context import Context
from dealreg.deciders.compiled.entitling import entitlement, residual
from dealreg.deciders.compiled.outcomes import DENIED, GRANTED, REFERRED, Gets, Outcome, barred
from dealreg.facts.holdings import Holding
from dealreg.facts.records import Registration, Ruling, Status, Verdict
from dealreg.outcome.decision import StandingKind
from dealreg.policy.paths import STATUS
from dealreg.policy.stages import OthersStand, Vacancy

__all__ = ["Asked", "Decided", "Own", "decide_conflict", "vacancy"]

Own: TypeAlias = Callable[[Registration], Governed | None]
"""The contest that a registration is judged by itself; None where its version has none."""

Asked: TypeAlias = tuple[str, str, tuple[str, ...]]
"""A question for a person: code, clause, candidates."""


@attrs.frozen(eq=False)
class Decided:
    """What became of each member, by which version, and what a person has to decide.

    `nobody` where none of them takes part, and none awaits a word whether it does.
    """

    outcomes: list[Outcome]
    versions: list[str]
    asked: list[Asked]
    nobody: bool


def decide_conflict(
    lead: Governed, own: Own, members: Sequence[Registration], line: str | None, before: Before
) -> Decided:
    """Decide one benefit among registrations that all compete for it, in the order of their ids."""
    plan, c = lead
    admitted = [admit(lead, own(each), line, each, before) for each in members]
    admitted = _after_wins(lead, members, admitted)
    field = Field(plan, c, members)
    eligible = [n for n, each in enumerate(admitted) if each.barred is None]
    held = {n: each.kept for n, each in enumerate(admitted) if each.kept is not None}
    awaiting = [n for n, e in enumerate(admitted) if e.barred and e.barred[0] is REFERRED]
    made = award(field, eligible, held)
    held_back, lost = _awaited(field, made, eligible, held, awaiting)
    queue = _queue(made)
    outcomes: list[Outcome] = []
    for n, admission in enumerate(admitted):
        if n in lost:
            outcomes.append(lost[n])
        elif admission.barred is not None:
            outcomes.append(admission.barred)
        elif n in held_back:
            outcomes.append(_waits(admitted, members, held_back[n]))
        else:
            outcomes.append(_placed(made, n, queue))
    asked = list(_asked(field, made, [n for n in awaiting if n not in lost], admitted, held_back))
    nobody = not eligible and not awaiting
    return Decided(outcomes, [each.version for each in admitted], asked, nobody)


def vacancy(lead: Governed, members: Sequence[Registration], *, vacated: bool) -> Asked | None:
    """The question who shall have what a holder lost and nobody else can have (C-19)."""
    plan, c = lead
    if plan.contest.vacant is not Vacancy.REFER or not vacated:
        return None
    if any(each.status is Status.WON and c.view.status(each) is Status.WON for each in members):
        return None
    return "VENDOR_ASSIGNS", plan.at("vacant"), ()


def _waits(admitted: list[Admission], members: Sequence[Registration], other: int) -> Outcome:
    reason = admitted[other].barred
    assert reason is not None
    rival = members[other].registration_id
    return barred(REFERRED, "AWAITS_RULING", reason[2], rival=rival)


def _after_wins(
    lead: Governed, members: Sequence[Registration], admitted: list[Admission]
) -> list[Admission]:
    """Those that take no more part because the deal they wanted is won (C-18)."""
    over: dict[int, Admission] = {}
    for winner in members:
        if winner.status is not Status.WON or lead[1].view.status(winner) is not Status.WON:
            continue
        won = barred(DENIED, "OPPORTUNITY_WON", STATUS, rival=winner.registration_id)
        for n, (each, admission) in enumerate(zip(members, admitted, strict=True)):
            before = winner.ended_at is None or each.submitted_at < winner.ended_at
            takes_part = admission.barred is None or admission.barred[2] != STATUS
            if before and takes_part and n not in over:
                over[n] = Admission(won, admission.version)
    return [over.get(n, admission) for n, admission in enumerate(admitted)] if over else admitted


def _awaited(
    field: Field,
    made: Award,
    eligible: list[int],
    held: Mapping[int, Holding],
    awaiting: Sequence[int],
) -> tuple[dict[int, int], dict[int, Outcome]]:
    """What hangs on a person's word about one who awaits it, admitted alone (C-5).

    Whose outcome would change, and by whom; and those whom the word would not help, with the
    outcome they have either way.
    """
    held_back: dict[int, int] = {}
    lost: dict[int, Outcome] = {}
    if not awaiting:
        return held_back, lost
    now = {each: _gets(made, each) for each in eligible}
    for other in awaiting:
        alternative = award(_accepting(field, other), [*eligible, other], dict(held))
        changed = [each for each in eligible if now[each] != _gets(alternative, each)]
        for each in changed:
            held_back.setdefault(each, other)
        outcome = _placed(alternative, other, _queue(alternative))
        if not changed and outcome[0] is DENIED and not outcome[5]:
            lost[other] = outcome
    return held_back, lost


def _accepting(field: Field, other: int) -> Field:
    """The same field, as if a person had accepted a registration just now."""
    c, about = field.c, field.members[other].registration_id
    word = Ruling(
        registration_id=about,
        benefit=field.plan.benefit,
        verdict=Verdict.ACCEPT,
        decided_at=c.at,
    )
    rulings = {**c.rulings, (about, field.plan.benefit): word}
    accepted = Context(
        c.at, c.partners, c.opportunities, lambda _: c.view, answers=c.answers, rulings=rulings
    )
    made = Field(field.plan, accepted, field.members)
    made.looked[:] = field.looked
    made.claims.update(field.claims)
    made.clocks.update(field.clocks)
    return made


def _gets(made: Award, who: int) -> tuple[bool, bool, Gets | None]:
    """What a registration gets, without the reasons."""
    if who in made.holders:
        return True, False, entitlement(made, who)
    loss = made.lost.get(who)
    if loss is None:
        return False, True, None
    return False, False, residual(made, who) if loss[4] else None


def _queue(made: Award) -> dict[int, int]:
    """The place in the queue of each that may get the terms for others."""
    if made.field.plan.contest.others.stand is not OthersStand.WAITING:
        return {}
    waiting = (each for each, loss in made.lost.items() if loss[4])
    return {each: place for place, each in enumerate(waiting, start=1)}


def _placed(made: Award, who: int, queue: dict[int, int]) -> Outcome:
    """The outcome of an eligible registration: it holds, lost, or is for a person to decide."""
    plan = made.field.plan
    until = made.open_until if who in made.inside else None
    if who in made.holders:
        code, clause = (
            ("KEPT", plan.at("final_from")) if who in made.kept else ("GRANTED", plan.path)
        )
        gets = entitlement(made, who)
        return GRANTED, code, clause, None, made.holders[who][0][0], gets, (), None, until
    loss = made.lost.get(who)
    if loss is None:
        pool = made.pooled[who]
        return REFERRED, pool[1], pool[2], None, None, None, (), None, until
    code, clause, rival, lost, residual_terms = loss
    by = None if rival is None else made.field.members[rival].registration_id
    gets_instead = residual(made, who) if residual_terms else None
    place = queue.get(who)
    kind = DENIED if place is None else StandingKind.WAITING
    return kind, code, clause, by, place, gets_instead, (), lost, until


def _asked(
    field: Field,
    made: Award,
    awaiting: Sequence[int],
    admitted: Sequence[Admission],
    held_back: Mapping[int, int],
) -> Iterator[Asked]:
    """The questions for a person: one for each pool, one for each admission that awaits a word."""
    names = [each.registration_id for each in field.members]
    for who, code, clause, _ in made.pools:
        yield code, clause, tuple(sorted(names[each] for each in who))
    for each in awaiting:
        reason = admitted[each].barred
        assert reason is not None
        waiting = (held for held, other in held_back.items() if other == each)
        yield reason[1], reason[2], tuple(sorted(names[n] for n in (each, *waiting)))
