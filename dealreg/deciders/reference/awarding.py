"""Stage five: who holds the benefit, in rank order, and where a person is needed (C-10 to C-15)."""

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import combinations

import attrs

from dealreg.deciders.reference.admission import ruling
from dealreg.deciders.reference.competing import claimant, compete, fits
from dealreg.deciders.reference.ordering import (
    Group,
    in_time,
    margin,
    overriding,
    ranked,
    still_open,
)
from dealreg.deciders.reference.stage import Stage
from dealreg.facts.holdings import Holding
from dealreg.facts.records import Registration, Verdict
from dealreg.facts.values import Value
from dealreg.outcome.decision import Margin
from dealreg.policy.contests import Contest
from dealreg.policy.paths import override_path
from dealreg.policy.stages import Effect, Override, Tie
from dealreg.policy.terms import Terms

__all__ = ["Awarded", "Held", "Loss", "Pool", "Taken", "award", "terms_at"]


@attrs.frozen(eq=False)
class Loss:
    """Why an eligible registration does not hold the benefit; `residual` if it may get terms."""

    code: str
    clause: str
    rival: Registration | None = None
    margin: Margin | None = None
    residual: bool = True


@attrs.frozen(eq=False)
class Pool:
    """Registrations between which a person decides, and how many of them can hold."""

    members: tuple[Registration, ...]
    code: str
    clause: str
    slots: int | None


@attrs.frozen(eq=False)
class Held:
    """As which a registration holds: its place, or the places that equal ones share."""

    places: tuple[int, ...]
    among: int = 1

    @property
    def place(self) -> int:
        """The place, or the first of those that are shared."""
        return self.places[0]


@attrs.frozen(eq=False)
class Awarded:
    """The outcome of the stage: holders and losers in rank order, and the pools in between."""

    claimants: dict[Registration, Value | None]
    kept: dict[Registration, Holding] = attrs.field(factory=dict)
    holders: dict[Registration, Held] = attrs.field(factory=dict)
    lost: dict[Registration, Loss] = attrs.field(factory=dict)
    pools: list[Pool] = attrs.field(factory=list)
    open_until: dict[Registration, datetime] = attrs.field(factory=dict)
    """The last instant at which somebody may still come in time and change the outcome (C-7)."""


def award(
    stage: Stage, eligible: Sequence[Registration], held: Mapping[Registration, Holding]
) -> Awarded:
    """Decide among the eligible: overrides, window, preferences, capacity, tie rule.

    Those that hold the benefit already keep it, unless an override goes to others (C-17).
    """
    awarded = Awarded({each: claimant(stage, each) for each in eligible})
    override = overriding(stage, eligible)
    passed_over: dict[Registration, Loss] = {}
    if override is not None:
        eligible, passed_over = _overridden(stage, awarded, eligible, held, *override)
    awarded.kept.update({each: held[each] for each in eligible if each in held})
    for each, holding in awarded.kept.items():
        awarded.holders[each] = Held((holding.place,))
    inside, late, anchor = in_time(stage, eligible, awarded.kept)
    for together in _together(stage, inside):
        _fill(stage, awarded, ranked(stage, [e for e in together if e not in awarded.kept]))
    open_until = still_open(stage, inside)
    awarded.open_until.update({e: open_until[e] for e in open_until if e not in awarded.kept})
    clause = stage.path("window")
    for each in _flat(ranked(stage, [e for e in eligible if e.registration_id in late])):
        loss = Loss("OUTSIDE_WINDOW", clause, anchor, late[each.registration_id])
        awarded.lost[each] = _own_rival(stage, awarded, each) or loss
    for each in _flat(ranked(stage, list(passed_over))):
        awarded.lost[each] = _own_rival(stage, awarded, each) or passed_over[each]
    return awarded


def _overridden(
    stage: Stage,
    awarded: Awarded,
    eligible: Sequence[Registration],
    held: Mapping[Registration, Holding],
    rule: Override,
    hits: tuple[Registration, ...],
) -> tuple[tuple[Registration, ...], dict[Registration, Loss]]:
    """Who stays in the contest under an override, and what becomes of the others (C-6)."""
    clause = override_path(stage.contest.benefit, rule.code)
    if rule.effect is Effect.REFERS:
        hits, refused, rest = _said(stage, eligible)
        if not hits:  # until a person has spoken, holders keep what they hold
            hits = tuple(each for each in rest if each in held)
            rest = tuple(each for each in rest if each not in held)
            if rest:
                awarded.pools.append(Pool(rest, rule.code, clause, None))
                rest = ()
        passed = {each: Loss("RULED_AGAINST", clause, residual=False) for each in refused}
        lost = {each: Loss(rule.code, clause, hits[0]) for each in rest}
        return hits, passed | lost
    kept = hits if rule.effect is Effect.TAKES else ()
    rival = hits[0] if rule.effect is Effect.TAKES else None
    takes = rule.effect is Effect.TAKES  # a contest that is closed has no queue either
    passed_over = (each for each in eligible if each not in kept)
    return kept, {each: Loss(rule.code, clause, rival, residual=takes) for each in passed_over}


def terms_at(contest: Contest, place: int) -> Terms:
    """The terms of a place, from 1 on; the last stated stand for all further ones (C-14)."""
    return contest.gives[min(place, len(contest.gives)) - 1] if contest.gives else Terms()


def _said(stage: Stage, members: Sequence[Registration]) -> tuple[tuple[Registration, ...], ...]:
    """The members that rulings accept, those they refuse, and the rest."""
    said = {each: ruling(stage, each) for each in members}
    verdicts = {each: found.verdict if found else None for each, found in said.items()}
    return tuple(
        tuple(each for each in members if verdicts[each] is verdict)
        for verdict in (Verdict.ACCEPT, Verdict.REFUSE, None)
    )


def _flat(groups: list[Group]) -> list[Registration]:
    return [member for group in groups for member in group.members]


def _own_rival(
    stage: Stage, awarded: Awarded, registration: Registration, room: Sequence[Registration] = ()
) -> Loss | None:
    """The same partner's better-placed registration for the same thing, if it has one (C-10).

    Of those equally placed, in `room`, the lower registration id comes first.
    """
    clause = stage.path("one_per")
    pooled = [member for pool in awarded.pools for member in pool.members]
    lost = [other for other, loss in awarded.lost.items() if loss.clause != clause]
    mine = awarded.claimants[registration]
    for other in (*awarded.holders, *lost, *pooled, *room) if mine is not None else ():
        if awarded.claimants[other] == mine and compete(stage, registration, other):
            return Loss("DUPLICATE_SAME_PARTNER", clause, other, residual=False)
    return None


@attrs.frozen(eq=False)
class Taken:
    """The places taken before a registration: by rivals that hold, and by pools."""

    rivals: tuple[Registration, ...]
    places: int
    unsure: bool
    """Whether a pool may or may not take one more, as a person decides."""


def _taken(stage: Stage, awarded: Awarded, registration: Registration) -> Taken:
    rivals = tuple(each for each in awarded.holders if compete(stage, registration, each))
    places, unsure = len(rivals), False
    for pool in awarded.pools:
        against = [compete(stage, registration, each) for each in pool.members]
        if all(against) and pool.slots is not None:
            places += pool.slots
        else:
            unsure |= any(against)
    return Taken(rivals, places, unsure)


def _open_place(awarded: Awarded, taken: Taken, ahead: int = 0) -> int:
    """The place behind those taken, and `ahead` more, that no holder keeps (C-11, C-17)."""
    kept = sorted(awarded.kept[each].place for each in taken.rivals if each in awarded.kept)
    place = taken.places - len(kept) + 1 + ahead
    for number in kept:
        place += number <= place
    return place


def _fill(stage: Stage, awarded: Awarded, groups: list[Group]) -> None:
    queue = deque(groups)
    while queue:
        group = queue.popleft()
        room: list[Registration] = []
        for each in group.members:
            barred = _no_room(stage, awarded, each, room)
            if isinstance(barred, Pool):
                awarded.pools.append(barred)
            elif barred is not None:
                awarded.lost[each] = barred
            else:
                room.append(each)
        contested = [each for each in room if _contested(stage, awarded, each, room)]
        held = {
            each: Held((_open_place(awarded, _taken(stage, awarded, each)),))
            for each in room
            if each not in contested
        }
        awarded.holders.update(held)
        for tied in reversed(_together(stage, contested)):
            queue.extendleft(reversed(_tied(stage, awarded, tied, group.unclear)))


def _no_room(
    stage: Stage, awarded: Awarded, registration: Registration, room: list[Registration]
) -> Loss | Pool | None:
    """Why a registration cannot hold beside those placed before it; None when it can."""
    same = _own_rival(stage, awarded, registration, room)
    if same is not None:
        return same
    taken = _taken(stage, awarded, registration)
    contest = stage.contest
    if contest.capacity is not None and taken.places >= contest.capacity:
        if not taken.rivals:
            return Loss(contest.others.code, stage.path("capacity"))
        rival = taken.rivals[-1]
        if rival in awarded.kept:
            return Loss(contest.others.code, stage.path("final_from"), rival)
        by = margin(stage, registration, rival)
        # Equal in every preference: the tie rule decided.
        return Loss(contest.others.code, by.clause if by else stage.path("tie"), rival, by)
    unfit = [each for each in taken.rivals if not fits(stage, registration, each)]
    if unfit and contest.joint is not None:
        return Loss(contest.joint.code, stage.path("joint"), unfit[0])
    if taken.unsure or (taken.places > len(taken.rivals) and contest.joint is not None):
        return Pool((registration,), "AFTER_TIE", stage.path("tie"), None)
    return None


def _contested(
    stage: Stage, awarded: Awarded, registration: Registration, room: list[Registration]
) -> bool:
    """Whether not all can hold alike of those it is equal with and competes with."""
    others = [e for e in room if e is not registration and compete(stage, registration, e)]
    capacity = stage.contest.capacity
    taken = _taken(stage, awarded, registration)
    if capacity is not None and taken.places + len(others) + 1 > capacity:
        return True
    alike = {
        terms_at(stage.contest, _open_place(awarded, taken, ahead))
        for ahead in range(len(others) + 1)
    }
    return len(alike) > 1 or any(not fits(stage, registration, each) for each in others)


def _together(stage: Stage, members: Sequence[Registration]) -> list[list[Registration]]:
    """The members in groups of those that compete with each other, directly or through others."""
    groups: list[list[Registration]] = []
    for each in members:
        joined = [group for group in groups if any(compete(stage, each, e) for e in group)]
        groups = [group for group in groups if not any(group is other for other in joined)]
        groups.append([*(e for group in joined for e in group), each])
    order = {each: place for place, each in enumerate(members)}
    return [sorted(group, key=order.__getitem__) for group in groups]


def _tied(
    stage: Stage, awarded: Awarded, contested: list[Registration], unclear: str | None
) -> list[Group]:
    """Apply the tie rule; what is left to place afterwards, in order (C-12)."""
    clause = unclear or stage.path("tie")
    tie = Tie.REFER if unclear else stage.contest.tie
    if tie is Tie.REGISTRATION_ID:
        return [Group((each,)) for each in contested]
    if tie is Tie.SHARE:
        _share(stage, awarded, contested)
        return []
    accepted, refused, rest = _said(stage, contested)
    awarded.lost.update({each: Loss("RULED_AGAINST", clause, residual=False) for each in refused})
    if refused or (accepted and rest):
        return [Group(part, unclear) for part in (accepted, rest) if part]
    code = "MISSING_FOR_ORDER" if unclear else "TIE"
    awarded.pools.append(Pool(tuple(contested), code, clause, _slots(stage, awarded, contested)))
    return []


def _share(stage: Stage, awarded: Awarded, tied: list[Registration]) -> None:
    """All of the tied hold, each an equal part of the places that are left."""
    taken = max((_taken(stage, awarded, each) for each in tied), key=lambda each: each.places)
    capacity = stage.contest.capacity
    left = len(tied) if capacity is None else min(capacity - taken.places, len(tied))
    places = tuple(_open_place(awarded, taken, ahead) for ahead in range(left))
    held = Held(places, len(tied))
    awarded.holders.update(dict.fromkeys(tied, held))


def _slots(stage: Stage, awarded: Awarded, tied: list[Registration]) -> int | None:
    """How many of the tied will hold, whoever a person prefers; None when that depends."""
    if stage.contest.capacity is None:
        return None
    taken = [_taken(stage, awarded, each) for each in tied]
    left = stage.contest.capacity - taken[0].places
    alike = all((each.rivals, each.places) == (taken[0].rivals, taken[0].places) for each in taken)
    pairs = list(combinations(tied, 2))
    uniform = all(compete(stage, one, other) for one, other in pairs)
    fit = left == 1 or all(fits(stage, one, other) for one, other in pairs)
    return left if alike and uniform and fit else None
