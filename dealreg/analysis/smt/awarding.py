"""Who holds a benefit, in which place, who waits, and who awaits a person (C-10 to C-12, C-15).

Read with `dealreg/deciders/reference/awarding.py` beside it. There places are given out one after
the other; here each follows from how many come before, and how many are equal.
"""

from collections.abc import Sequence

import attrs

from dealreg.analysis.smt.logic import Formula, Number, both, choose, count, either, no
from dealreg.analysis.smt.ordering import Field, Order
from dealreg.policy.contests import Contest
from dealreg.policy.stages import OthersStand, Tie

__all__ = ["Award", "award"]


@attrs.frozen(eq=False)
class Award:
    """What the stage comes to, a formula for each registration.

    Attributes:
        granted: whether it holds.
        referred: whether a person decides.
        lost: whether it lost to others, and may get what the others get.
        waiting: whether it waits for the benefit.
        place: which holder it is, or if it waits, which in the queue.
        among: with how many others it shares the places, itself included; 1 if it shares none.
    """

    granted: Sequence[Formula]
    referred: Sequence[Formula]
    lost: Sequence[Formula]
    waiting: Sequence[Formula]
    place: Sequence[Number]
    among: Sequence[Number]


@attrs.frozen(eq=False)
class _Room:
    """Those that take part in the order, and which come before each, and are equal to it."""

    field: Field
    order: Order
    members: Sequence[Formula]
    ahead: Sequence[Sequence[Formula]]
    equal: Sequence[Sequence[Formula]]

    def contested(self, place: int) -> Formula:
        """Whether not all of those equal to one can hold, or not on the same terms (C-12)."""
        contest = self.field.contest
        ahead, equal = self.ahead[place], self.equal[place]
        most = contest.capacity
        crowded = False if most is None else no(_fewer((*ahead, *equal), most))
        return both(self.members[place], either(crowded, _unlike(contest, ahead, equal)))


def _fewer(parts: Sequence[Formula], most: int) -> Formula:
    """Whether fewer than so many of the parts are so."""
    if most > len(parts):
        return True
    return no(either(*parts)) if most == 1 else count(parts) < most


def award(field: Field, eligible: Sequence[Formula], favoured: int | None = None) -> Award:
    """Decide among the eligible; `favoured` is whom a person has accepted."""
    over = field.overridden(eligible, favoured)
    inside = field.in_time(over.left)
    late = [both(e, no(i)) for e, i in zip(over.left, inside, strict=True)]
    orders = [Order.of(field, each) for each in (inside, late, over.passed)]
    single = [_duplicate(field, orders, number) for number in range(len(orders))]
    room = _room(field, orders[0], single[0], favoured)
    granted, pooled, place, among = _placed(room)
    full = [both(m, no(g), no(p)) for m, g, p in zip(room.members, granted, pooled, strict=True)]
    lost = [either(*each) for each in zip(full, single[1], single[2], strict=True)]
    waits = field.contest.others.stand is OthersStand.WAITING
    if waits:
        queue = [_ahead_in_queue(field, orders, (full, *single[1:]), at) for at in field.places]
        place = [choose(e, q, p) for e, q, p in zip(lost, queue, place, strict=True)]
    return Award(
        granted=granted,
        referred=[either(*each) for each in zip(pooled, over.asked, strict=True)],
        lost=lost,
        waiting=lost if waits else [False for _ in field.places],
        place=place,
        among=among,
    )


def _duplicate(field: Field, orders: Sequence[Order], number: int) -> list[Formula]:
    """The members of an order that are not another registration of one placed better (C-10).

    Whoever is in an order before is placed better; of equal ones, the lower registration id.
    """
    order = orders[number]
    made = []
    for place in field.places:
        better = []
        for other in field.places:
            if other == place:
                continue
            earlier = either(*(each.members[other] for each in orders[:number]))
            here = both(order.members[other], order.ahead(other, place))
            same = both(field.together[place][other], field.same_claimant(place, other))
            better.append(both(same, either(earlier, here)))
        made.append(both(order.members[place], no(either(*better))))
    return made


def _room(field: Field, order: Order, members: Sequence[Formula], favoured: int | None) -> _Room:
    """Those that take part; of a tie that a person decides, whom the person accepted first."""
    ahead: list[list[Formula]] = []
    equal: list[list[Formula]] = []
    for place in field.places:
        here = [both(field.together[place][e], members[e], e != place) for e in field.places]
        ahead.append([both(here[e], order.before[e][place]) for e in field.places])
        equal.append([both(here[e], order.equal(e, place)) for e in field.places])
    plain = _Room(field, order, members, ahead, equal)
    if favoured is None or not _may_ask(field, order):
        return plain
    for place in field.places:
        heard = both(plain.contested(place), _asks(field, order, place))
        if place != favoured:
            heard = both(heard, equal[place][favoured])
            ahead[place][favoured] = either(ahead[place][favoured], heard)
        equal[place] = [
            both(each, either(no(heard), favoured not in (place, e)))
            for e, each in enumerate(equal[place])
        ]
    return _Room(field, order, members, ahead, equal)


def _asks(field: Field, order: Order, place: int) -> Formula:
    """Whether a tie of a registration is for a person to decide."""
    return True if field.contest.tie is Tie.REFER else order.unclear[place]


def _may_ask(field: Field, order: Order) -> bool:
    return field.contest.tie is Tie.REFER or any(each is not False for each in order.unclear)


def _placed(
    room: _Room,
) -> tuple[list[Formula], list[Formula], list[Number], list[Number]]:
    """Who holds, who is in a tie that a person decides, in which places, and who shares them."""
    field, order, contest = room.field, room.order, room.field.contest
    contested = [room.contested(place) for place in field.places]
    free = [
        True if contest.capacity is None else _fewer(room.ahead[place], contest.capacity)
        for place in field.places
    ]
    asks = [_asks(field, order, place) for place in field.places]
    pools = [both(*each) for each in zip(room.members, free, contested, asks, strict=True)]
    granted, referred, places, among = [], [], [], []
    for place in field.places:
        after_pool = either(
            *(
                both(
                    field.together[place][other],
                    pools[other],
                    order.before[other][place],
                )
                for other in field.places
                if other != place
            )
        )
        own = both(contested[place], no(asks[place]))
        turn: list[Formula] = []
        if contest.tie is Tie.REGISTRATION_ID:
            turn = [both(own, each) for each in room.equal[place][:place]]
        fits = contest.capacity is None or _fewer((*room.ahead[place], *turn), contest.capacity)
        member = both(room.members[place], free[place], no(after_pool))
        granted.append(both(member, either(no(contested[place]), both(own, fits))))
        # Without a number of holders nobody can say what a tie leaves: all behind it are asked.
        behind = both(room.members[place], after_pool, contest.capacity is None)
        referred.append(either(both(member, pools[place]), behind))
        places.append(1 if contest.capacity == 1 else count((*room.ahead[place], *turn)) + 1)
        shared = both(own, contest.tie is Tie.SHARE)
        among.append(choose(shared, count(room.equal[place]) + 1, 1))
    return granted, referred, places, among


def _unlike(contest: Contest, ahead: Sequence[Formula], equal: Sequence[Formula]) -> Formula:
    """Whether the places of equal ones are not all on the same terms."""
    gives = contest.gives
    steps = [at for at in range(1, len(gives)) if gives[at - 1] != gives[at]]
    return either(*(both(_fewer(ahead, at), no(_fewer((*ahead, *equal), at))) for at in steps))


def _ahead_in_queue(
    field: Field, orders: Sequence[Order], lost: Sequence[Sequence[Formula]], place: int
) -> Number:
    """Which a registration is in the queue: those in time first, then late ones, then others."""
    before = []
    for other in field.places:
        if other == place:
            continue
        parts = []
        for number, order in enumerate(orders):
            here = lost[number][other]
            mine = either(*(each[place] for each in lost[number + 1 :]))
            level = both(lost[number][place], order.ahead(other, place))
            parts.append(both(here, either(mine, level)))
        before.append(both(field.together[place][other], either(*parts)))
    return count(before) + 1
