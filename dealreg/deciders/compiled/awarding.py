"""Stages two to five where everybody wants the same thing (C-6 to C-12, C-17).

Registrations are numbers here: their place in the conflict, which is also the order of their ids.
As all compete with all, what was taken before one is the same for everybody, and is counted as it
grows; that keeps a contest of n registrations to n log n steps.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeAlias

import attrs

from dealreg.deciders.compiled.admitting import said
from dealreg.deciders.compiled.context import Context
from dealreg.deciders.compiled.orders import still_to_come
from dealreg.deciders.compiled.outcomes import Lost
from dealreg.deciders.compiled.plans import Overrides, Plan
from dealreg.facts.holdings import Holding
from dealreg.facts.records import Registration, Verdict
from dealreg.policy.stages import Best, Effect, Key, MissingRule, Tie

__all__ = ["Award", "Field", "Group", "Held", "Loss", "Pool", "award"]

Group: TypeAlias = tuple[list[int], str | None]
"""Registrations that the preferences leave equal, and the preference where a value is missing."""

Loss: TypeAlias = tuple[str, str, int | None, Lost | None, bool]
"""Code, clause, rival, by what it lost, and whether it may get the terms for others."""

Held: TypeAlias = tuple[tuple[int, ...], int]
"""As which a registration holds: its place; or the places that are shared, among how many."""

Pool: TypeAlias = tuple[list[int], str, str, int | None]
"""Those between whom a person decides, code, clause, and how many of them can hold."""


@attrs.frozen(eq=False)
class Field:
    """Those who compete, and what is read of them; read once, however often it is decided."""

    plan: Plan
    c: Context
    members: Sequence[Registration]
    looked: list[dict[int, tuple[Any, Any]]] = attrs.field(init=False)
    claims: dict[int, Any] = attrs.field(factory=dict, init=False)
    clocks: dict[int, datetime | None] = attrs.field(factory=dict, init=False)

    @looked.default
    def _nothing(self) -> list[dict[int, tuple[Any, Any]]]:
        return [{} for _ in self.plan.looks]

    def look(self, number: int, who: int) -> tuple[Any, Any]:
        """The value that a preference looks at, and as it sorts."""
        known = self.looked[number]
        if who not in known:
            known[who] = self.plan.looks[number](self.c, self.members[who])
        return known[who]

    def claim(self, who: int) -> Any:
        """Who holds at most once (C-10)."""
        if who not in self.claims:
            self.claims[who] = self.plan.claimant(self.c, self.members[who])
        return self.claims[who]

    def clock(self, who: int) -> datetime | None:
        """The clock of the window."""
        if who not in self.clocks:
            assert self.plan.clock is not None
            self.clocks[who] = self.plan.clock(self.c, self.members[who])
        return self.clocks[who]

    def told_apart(self, loser: int, winner: int) -> Lost | None:
        """The first preference that told two apart (C-9)."""
        for number in range(len(self.plan.looks)):
            if self.look(number, loser)[1] != self.look(number, winner)[1]:
                return number, self.members[winner]
        return None

    def ranked(self, who: Iterable[int]) -> list[Group]:
        """By the preferences, best first; equals together, by registration id (C-8)."""
        ordered = sorted(who)
        groups: list[Group] = [(ordered, None)] if ordered else []
        for number, preference in enumerate(self.plan.contest.prefer):
            split: list[Group] = []
            for group in groups:
                if len(group[0]) == 1 or group[1] is not None:
                    split.append(group)
                else:
                    best_last = not (isinstance(preference, Key) and preference.best is Best.LOWEST)
                    split += self._split(group[0], number, preference.missing, best_last=best_last)
            groups = split
        return groups

    def _split(
        self, equals: list[int], number: int, missing: MissingRule, *, best_last: bool
    ) -> list[Group]:
        by_key: dict[Any, list[int]] = {}
        for each in equals:
            by_key.setdefault(self.look(number, each)[1], []).append(each)
        unknown = by_key.pop(None, None)
        if unknown and missing is MissingRule.REFER:
            return [(equals, self.plan.prefer_paths[number])]
        parts: list[Group] = [(by_key[key], None) for key in sorted(by_key, reverse=best_last)]
        if unknown:
            parts.insert(0 if missing is MissingRule.FIRST else len(parts), (unknown, None))
        return parts


@attrs.define(eq=False)
class Award:
    """The outcome: holders and losers in rank order, and the pools in between.

    `first_*` say who of one partner comes first among the holders, the losers, the pools (C-10).
    """

    field: Field
    kept: dict[int, Holding] = attrs.field(factory=dict)
    holders: dict[int, Held] = attrs.field(factory=dict)
    lost: dict[int, Loss] = attrs.field(factory=dict)
    pools: list[Pool] = attrs.field(factory=list)
    pooled: dict[int, Pool] = attrs.field(factory=dict)
    open_until: datetime | None = None
    inside: frozenset[int] = frozenset()
    kept_places: list[int] = attrs.field(factory=list)
    slots: int = 0
    unsure: bool = False
    first_holder: dict[Any, int] = attrs.field(factory=dict)
    first_lost: dict[Any, int] = attrs.field(factory=dict)
    first_pooled: dict[Any, int] = attrs.field(factory=dict)

    @property
    def taken(self) -> int:
        """How many places are taken, by holders and by pools."""
        return len(self.holders) + self.slots

    def open_place(self, ahead: int = 0) -> int:
        """The place behind those taken, and `ahead` more, that no holder keeps (C-11, C-17)."""
        place = self.taken - len(self.kept_places) + 1 + ahead
        for number in self.kept_places:
            place += number <= place
        return place

    def hold(self, who: int, held: Held) -> None:
        """Note a holder."""
        self.holders[who] = held
        claim = self.field.claim(who)
        if claim is not None:
            self.first_holder.setdefault(claim, who)

    def lose(self, who: int, loss: Loss) -> None:
        """Note one who does not hold."""
        self.lost[who] = loss
        claim = self.field.claim(who)
        if claim is not None and loss[1] != self.field.plan.at("one_per"):
            self.first_lost.setdefault(claim, who)

    def pool(self, pool: Pool) -> None:
        """Note those between whom a person decides."""
        self.pools.append(pool)
        for each in pool[0]:
            self.pooled.setdefault(each, pool)
            claim = self.field.claim(each)
            if claim is not None:
                self.first_pooled.setdefault(claim, each)
        if pool[3] is None:
            self.unsure = True
        else:
            self.slots += pool[3]

    def own_rival(self, who: int, room: dict[Any, int]) -> Loss | None:
        """The same partner's better-placed registration, if it has one (C-10)."""
        claim = self.field.claim(who)
        if claim is None:
            return None
        for first in (self.first_holder, self.first_lost, self.first_pooled, room):
            if claim in first:
                path = self.field.plan.at("one_per")
                return "DUPLICATE_SAME_PARTNER", path, first[claim], None, False
        return None

    def said(self, who: Sequence[int]) -> tuple[list[int], list[int], list[int]]:
        """Those that rulings accept, those they refuse, and the rest."""
        field = self.field
        verdicts = [said(field.c, field.plan.benefit, field.members[each]) for each in who]
        found = list(zip(who, verdicts, strict=True))
        return (
            [each for each, verdict in found if verdict is Verdict.ACCEPT],
            [each for each, verdict in found if verdict is Verdict.REFUSE],
            [each for each, verdict in found if verdict is None],
        )


def award(field: Field, eligible: Sequence[int], held: dict[int, Holding]) -> Award:
    """Decide among the eligible: overrides, window, preferences, capacity, tie rule."""
    made = Award(field)
    passed_over: dict[int, Loss] = {}
    found = _overriding(field, eligible)
    if found is not None:
        eligible, passed_over = _overridden(made, eligible, held, *found)
    for each in eligible:
        if each in held:
            made.kept[each] = held[each]
            made.hold(each, ((held[each].place,), 1))
    made.kept_places = sorted(holding.place for holding in made.kept.values())
    inside, late, anchor, closes = _in_time(field, eligible, made.kept)
    _fill(made, field.ranked(each for each in inside if each not in made.kept))
    _note_open(made, inside)
    clause = field.plan.at("window")
    for each in _flat(field.ranked(late)):
        loss: Loss = ("OUTSIDE_WINDOW", clause, anchor, (-1, closes), True)
        made.lose(each, made.own_rival(each, {}) or loss)
    for each in _flat(field.ranked(passed_over)):
        made.lose(each, made.own_rival(each, {}) or passed_over[each])
    return made


def _flat(groups: Iterable[Group]) -> list[int]:
    return [each for members, _ in groups for each in members]


def _overriding(field: Field, eligible: Sequence[int]) -> tuple[Overrides, list[int]] | None:
    """The first override that some eligible registration satisfies, and those that do (C-6)."""
    for override in field.plan.overrides:
        hits = [each for each in eligible if override.when(field.c, field.members[each])]
        if hits:
            return override, hits
    return None


def _overridden(
    made: Award,
    eligible: Sequence[int],
    held: dict[int, Holding],
    rule: Overrides,
    hits: list[int],
) -> tuple[list[int], dict[int, Loss]]:
    """Who stays in the contest under an override, and what becomes of the others (C-6)."""
    clause = rule.path
    if rule.effect is Effect.REFERS:
        hits, refused, rest = made.said(eligible)
        if not hits:  # until a person has spoken, holders keep what they hold
            hits = [each for each in rest if each in held]
            rest = [each for each in rest if each not in held]
            if rest:
                made.pool((rest, rule.code, clause, None))
                rest = []
        passed: dict[int, Loss] = dict.fromkeys(
            refused, ("RULED_AGAINST", clause, None, None, False)
        )
        first = hits[0] if hits else None  # nobody is left over where there are none
        return hits, passed | dict.fromkeys(rest, (rule.code, clause, first, None, True))
    takes = rule.effect is Effect.TAKES  # a contest that is closed has no queue either
    kept = hits if takes else []
    rival = hits[0] if takes else None
    stay = frozenset(kept)
    over = (each for each in eligible if each not in stay)
    return kept, dict.fromkeys(over, (rule.code, clause, rival, None, takes))


def _in_time(
    field: Field, eligible: Sequence[int], kept: dict[int, Holding]
) -> tuple[Sequence[int], list[int], int | None, datetime | None]:
    """Who is inside the window, who is late, who opened it, and when it closes (C-7)."""
    closing = field.plan.closing
    if closing is None or not eligible:
        return eligible, [], None, None
    clocks = {each: field.clock(each) for each in eligible}
    timed = [(clock, each) for each, clock in clocks.items() if clock is not None]
    if not timed:
        return eligible, [], None, None
    first, anchor = min(timed)
    last, closes = closing(first)
    inside: list[int] = []
    late: list[int] = []
    for each, clock in clocks.items():
        within = each in kept or (clock is not None and clock <= last)
        (inside if within else late).append(each)
    return inside, late, anchor, closes


def _note_open(made: Award, inside: Sequence[int]) -> None:
    """Until when the outcome may change, because others may yet come in time (C-7)."""
    plan, c = made.field.plan, made.field.c
    window, closing = plan.contest.window, plan.closing
    if window is None or closing is None:
        return
    timed = [clock for each in inside if (clock := made.field.clock(each)) is not None]
    if timed:
        last = closing(min(timed))[0] + still_to_come(window, plan.reads)
        if last >= c.at:
            made.open_until, made.inside = last, frozenset(inside) - made.kept.keys()


def _fill(made: Award, groups: list[Group]) -> None:
    queue = deque(groups)
    while queue:
        members, unclear = queue.popleft()
        room: list[int] = []
        claims: dict[Any, int] = {}
        for each in members:
            found = _no_room(made, each, claims)
            if found is None:
                room.append(each)
                claim = made.field.claim(each)
                if claim is not None:
                    claims.setdefault(claim, each)
            elif len(found) == 4:  # noqa: PLR2004 - a pool; a loss has five parts
                made.pool(found)
            else:
                made.lose(each, found)
        if _contested(made, len(room)):
            queue.extendleft(reversed(_tied(made, room, unclear)))
        elif room:
            held: Held = ((made.open_place(),), 1)
            for each in room:
                made.hold(each, held)


def _no_room(made: Award, who: int, room: dict[Any, int]) -> Loss | Pool | None:
    """Why a registration cannot hold beside those placed before it; None when it can."""
    same = made.own_rival(who, room)
    if same is not None:
        return same
    plan = made.field.plan
    contest = plan.contest
    if contest.capacity is not None and made.taken >= contest.capacity:
        if not made.holders:
            return contest.others.code, plan.at("capacity"), None, None, True
        rival = next(reversed(made.holders))
        if rival in made.kept:
            return contest.others.code, plan.at("final_from"), rival, None, True
        lost = made.field.told_apart(who, rival)
        # Equal in every preference: the tie rule decided.
        clause = plan.at("tie") if lost is None else plan.prefer_paths[lost[0]]
        return contest.others.code, clause, rival, lost, True
    if made.unsure:
        return [who], "AFTER_TIE", plan.at("tie"), None
    return None


def _contested(made: Award, count: int) -> bool:
    """Whether not all of so many equal ones can hold alike."""
    contest = made.field.plan.contest
    if count == 0:
        return False
    if contest.capacity is not None and made.taken + count > contest.capacity:
        return True
    if len(contest.gives) < 2 or count == 1:  # noqa: PLR2004 - the last terms stand for all further
        return False
    steps = min(count, len(contest.gives) + len(made.kept_places) + 1)
    places = {made.open_place(ahead) for ahead in range(steps)}
    return len({contest.gives[min(place, len(contest.gives)) - 1] for place in places}) > 1


def _tied(made: Award, contested: list[int], unclear: str | None) -> list[Group]:
    """Apply the tie rule; what is left to place afterwards, in order (C-12)."""
    plan = made.field.plan
    clause = unclear or plan.at("tie")
    tie = Tie.REFER if unclear else plan.contest.tie
    if tie is Tie.REGISTRATION_ID:
        return [([each], None) for each in contested]
    if tie is Tie.SHARE:
        _share(made, contested)
        return []
    accepted, refused, rest = made.said(contested)
    for each in refused:
        made.lose(each, ("RULED_AGAINST", clause, None, None, False))
    if refused or (accepted and rest):
        return [(part, unclear) for part in (accepted, rest) if part]
    capacity = plan.contest.capacity
    slots = None if capacity is None else capacity - made.taken
    made.pool((contested, "MISSING_FOR_ORDER" if unclear else "TIE", clause, slots))
    return []


def _share(made: Award, tied: list[int]) -> None:
    """All of the tied hold, each an equal part of the places that are left."""
    capacity = made.field.plan.contest.capacity
    left = len(tied) if capacity is None else min(capacity - made.taken, len(tied))
    held = (tuple(made.open_place(ahead) for ahead in range(left)), len(tied))
    for each in tied:
        made.hold(each, held)
