"""Stage five: who holds the benefit, in rank order, and where a person is needed (C-10 to C-15)."""

from collections import deque
from collections.abc import Sequence
from fractions import Fraction

import attrs

from dealreg.deciders.reference.admission import ruling
from dealreg.deciders.reference.ordering import Group, in_time, margin, overriding, ranked
from dealreg.deciders.reference.stage import Stage
from dealreg.facts.records import Registration, Verdict
from dealreg.outcome.decision import Margin
from dealreg.policy.paths import override_path
from dealreg.policy.stages import Award, Effect, Override, Tie

__all__ = ["Awarded", "Loss", "award", "compete"]


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
class Awarded:
    """The outcome of the stage: holders and losers in rank order, and the pools in between."""

    holders: dict[Registration, Fraction] = attrs.field(factory=dict)
    lost: dict[Registration, Loss] = attrs.field(factory=dict)
    pools: list[Pool] = attrs.field(factory=list)

    def outcome(self, registration: Registration) -> tuple[str, Fraction | None, int | None]:
        """What becomes of a registration, for comparing two outcomes: word, share and rank."""
        if registration in self.holders:
            rank = list(self.holders).index(registration)
            return "holds", self.holders[registration], rank
        return "lost" if registration in self.lost else "pending", None, None


def award(stage: Stage, eligible: Sequence[Registration]) -> Awarded:
    """Decide among the eligible: overrides, window, preferences, capacity, tie rule."""
    awarded = Awarded()
    override = overriding(stage, eligible)
    passed_over: dict[Registration, Loss] = {}
    if override is not None:
        eligible, passed_over = _overridden(stage, awarded, eligible, *override)
    inside, late, anchor = in_time(stage, eligible)
    _fill(stage, awarded, ranked(stage, inside))
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
    rule: Override,
    hits: tuple[Registration, ...],
) -> tuple[tuple[Registration, ...], dict[Registration, Loss]]:
    """Who stays in the contest under an override, and what becomes of the others (C-6)."""
    clause = override_path(stage.contest.benefit, rule.code)
    if rule.effect is Effect.REFERS:
        hits, refused, rest = _said(stage, eligible)
        if not hits and rest:
            awarded.pools.append(Pool(tuple(rest), rule.code, clause, None))
        passed = {each: Loss("RULED_AGAINST", clause, residual=False) for each in refused}
        lost = {each: Loss(rule.code, clause, hits[0]) for each in rest if hits}
        return hits, passed | lost
    kept = hits if rule.effect is Effect.TAKES else ()
    rival = hits[0] if rule.effect is Effect.TAKES else None
    return kept, {each: Loss(rule.code, clause, rival) for each in eligible if each not in kept}


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


def compete(stage: Stage, one: Registration, other: Registration) -> bool:
    """Whether two registrations of one conflict want the same thing (C-2)."""
    lines = stage.contest.scope.lines
    if lines is None or stage.contest.scope.award is Award.BY_LINE:
        return True
    view = stage.view
    mine, theirs = view.read(one, lines), view.read(other, lines)
    if not isinstance(mine, frozenset) or not isinstance(theirs, frozenset):
        return True  # a scope that is not stated covers everything
    return bool(mine & theirs) or not mine or not theirs


def _claimant(stage: Stage, registration: Registration) -> object:
    value = stage.view.read(registration, stage.contest.one_per)
    return registration.registration_id if value is None else value


def _own_rival(stage: Stage, awarded: Awarded, registration: Registration) -> Loss | None:
    """The same partner's better-placed registration for the same thing, if it has one (C-10)."""
    mine = _claimant(stage, registration)
    placed = [*awarded.holders, *awarded.lost, *(m for p in awarded.pools for m in p.members)]
    for other in placed:
        if _claimant(stage, other) == mine and compete(stage, registration, other):
            clause = stage.path("one_per")
            return Loss("DUPLICATE_SAME_PARTNER", clause, other, residual=False)
    return None


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
        awarded.holders.update({e: Fraction(1) for e in room if e not in contested})
        if contested:
            queue.extendleft(reversed(_tied(stage, awarded, contested, group.unclear)))


def _no_room(
    stage: Stage, awarded: Awarded, registration: Registration, room: list[Registration]
) -> Loss | Pool | None:
    """Why a registration cannot hold beside those placed before it; None when it can."""
    same = _own_rival(stage, awarded, registration)
    if same is not None:
        return same
    mine = _claimant(stage, registration)
    for other in room:  # tied with itself: the lower registration id stands for the partner
        if _claimant(stage, other) == mine and compete(stage, registration, other):
            clause = stage.path("one_per")
            return Loss("DUPLICATE_SAME_PARTNER", clause, other, residual=False)
    rivals = [each for each in awarded.holders if compete(stage, registration, each)]
    taken, unsure = len(rivals), False
    for pool in awarded.pools:
        against = [each for each in pool.members if compete(stage, registration, each)]
        if len(against) == len(pool.members) and pool.slots is not None:
            taken += pool.slots
        else:
            unsure |= bool(against)
    capacity = stage.contest.capacity
    if capacity is not None and taken >= capacity:
        clause = stage.path("capacity")
        rival = rivals[-1] if rivals else None
        by = margin(stage, registration, rival) if rival is not None else None
        if rival is not None:  # equal in every preference: the tie rule decided
            clause = by.clause if by else stage.path("tie")
        return Loss(stage.contest.others.code, clause, rival, by)
    unfit = [each for each in rivals if not _fits(stage, registration, each)]
    if unfit and stage.contest.joint is not None:
        clause = stage.path("joint")
        return Loss(stage.contest.joint.code, clause, unfit[0])
    if unsure or (taken > len(rivals) and stage.contest.joint is not None):
        return Pool((registration,), "AFTER_TIE", stage.path("tie"), None)
    return None


def _contested(
    stage: Stage, awarded: Awarded, registration: Registration, room: list[Registration]
) -> bool:
    others = [e for e in room if e is not registration and compete(stage, registration, e)]
    taken = sum(compete(stage, registration, each) for each in awarded.holders)
    taken += sum(
        pool.slots or 0
        for pool in awarded.pools
        if all(compete(stage, registration, each) for each in pool.members)
    )
    capacity = stage.contest.capacity
    if capacity is not None and taken + len(others) + 1 > capacity:
        return True
    return any(not _fits(stage, registration, each) for each in others)


def _tied(
    stage: Stage, awarded: Awarded, contested: list[Registration], unclear: str | None
) -> list[Group]:
    """Apply the tie rule; what is left to place afterwards, in order (C-12)."""
    tie = Tie.REFER if unclear else stage.contest.tie
    clause = unclear or stage.path("tie")
    if tie is Tie.REGISTRATION_ID:
        return [Group((each,)) for each in contested]
    capacity = stage.contest.capacity
    taken = sum(all(compete(stage, e, h) for e in contested) for h in awarded.holders)
    slots = None if capacity is None else capacity - taken
    if tie is Tie.SHARE:
        share = Fraction(1) if slots is None else min(Fraction(slots, len(contested)), Fraction(1))
        awarded.holders.update({each: share for each in contested})
        return []
    accepted, refused, rest = _said(stage, contested)
    awarded.lost.update({each: Loss("RULED_AGAINST", clause, residual=False) for each in refused})
    if refused or (accepted and rest):
        return [Group(part, unclear) for part in (accepted, rest) if part]
    code = "MISSING_FOR_ORDER" if unclear else "TIE"
    uniform = all(compete(stage, one, other) for one in contested for other in contested)
    pool = Pool(tuple(contested), code, clause, slots if uniform else None)
    awarded.pools.append(pool)
    return []


def _fits(stage: Stage, one: Registration, other: Registration) -> bool:
    """Whether two may hold the benefit beside each other (C-13). Not known is no."""
    joint = stage.contest.joint
    if joint is None:
        return True
    view = stage.view
    for name in (*joint.distinct, *joint.disjoint):
        mine, theirs = view.read(one, name), view.read(other, name)
        if mine is None or theirs is None or mine == theirs:
            return False
        if isinstance(mine, frozenset) and isinstance(theirs, frozenset) and mine & theirs:
            return False
    for stature in joint.stature:
        mine, theirs = view.read(one, stature.field), view.read(other, stature.field)
        if mine is None or theirs is None:
            return False
        # Fractions, because subtracting decimals rounds as the ambient context says.
        if abs(Fraction(mine) - Fraction(theirs)) > Fraction(stature.at_most):  # type: ignore[arg-type]
            return False
    return True
