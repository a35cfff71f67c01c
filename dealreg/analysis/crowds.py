"""Axioms about who competes: for each, the attempts to violate it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

from dealreg.analysis.attempts import Attempt, Stood
from dealreg.analysis.benches import DAY, MOST_TRIED, Bench, Seen, filed_at, named_in, spread
from dealreg.analysis.readings import AFTERWARDS, Variable
from dealreg.analysis.reported import told
from dealreg.analysis.scenes import Claim, Scene
from dealreg.outcome.decision import StandingKind

__all__ = [
    "anonymity",
    "bystanders",
    "entrants",
    "envy",
    "ineligible",
    "leavers",
    "one_winner",
    "overtaking",
    "pareto",
    "path",
    "retroactive",
    "shift",
]

GRANTED, REFERRED = StandingKind.GRANTED, StandingKind.REFERRED
_OPEN = (GRANTED, REFERRED)
_SHIFT = timedelta(days=17, hours=11)


def _apart(bench: Bench, seen: Iterable[Seen]) -> Iterator[Seen]:
    """Cases whose registrations were submitted at different instants."""
    return (each for each in seen if bench.apart(each.scene))


def _filed(bench: Bench) -> list[Seen]:
    """Rivals that filed a day apart, both ways round, whether or not the policy looks at when."""
    made = list(_apart(bench, bench.rivals))
    if not made or bench.variable("submitted_at") is None:
        scenes = [
            _a_day_apart(bench, each.scene, days)
            for each in bench.rivals
            for days in ((1, 0), (0, 1))
        ]
        made = bench.seen(spread(scenes, MOST_TRIED))
    return made


def _a_day_apart(bench: Bench, scene: Scene, days: Sequence[int]) -> Scene:
    """The case with its registrations filed so many days before what came after in any of them."""
    dated = (
        value
        for claim in scene.claims
        for each, value in claim.values.items()
        if each.name in AFTERWARDS and each.subject == bench.filed.subject and value is not None
    )
    last = min((bench.time(scene, 1), *dated))
    return Scene(
        tuple(
            Claim(filed_at(claim.values, bench.filed, last - DAY * early), claim.partner)
            for early, claim in zip(days, scene.claims, strict=True)
        )
    )


def one_winner(bench: Bench) -> Iterator[Attempt]:
    """A2: two that each would get it alone, filed at different times: exactly one gets it."""

    def broken(_: Scene, before: Stood, __: Stood) -> bool:
        return sum(each is GRANTED for each in before) != 1

    def given(scene: Scene) -> bool:
        return bench.apart(scene) and bench.able(scene, 1, 2)

    yield from (Attempt(each.scene, broken, (1, 2), given=given) for each in _filed(bench))


def anonymity(bench: Bench) -> Iterator[Attempt]:
    """A3: the registrations exchange their numbers, and nothing else changes."""

    def swapped(scene: Scene) -> Scene:
        return Scene(tuple(reversed(scene.claims)))

    def broken(_: Scene, before: Stood, after: Stood) -> bool:
        return before != tuple(reversed(after))

    for each in _filed(bench):
        yield Attempt(each.scene, broken, (1, 2), swapped, given=bench.apart)


def shift(bench: Bench) -> Iterator[Attempt]:
    """A5: all that happened happened so much earlier or later."""
    for by in (_SHIFT, -_SHIFT, 40 * DAY):

        def shifted(scene: Scene, by: timedelta = by) -> Scene:
            return Scene(
                tuple(
                    Claim(
                        {
                            bench.filed: bench.time(scene, place) + by,
                            **{k: _moved(v, by) for k, v in claim.values.items()},
                        },
                        claim.partner,
                    )
                    for place, claim in enumerate(scene.claims, 1)
                )
            )

        def broken(_: Scene, before: Stood, after: Stood) -> bool:
            return before != after

        for each in spread([*bench.singles, *bench.pairs], MOST_TRIED // 3):
            yield Attempt(each.scene, broken, tuple(each.places), shifted)


def _moved(value: Any, by: timedelta) -> Any:
    if isinstance(value, datetime):
        return value + by
    whole = hasattr(value, "year")
    return value + timedelta(days=by.days) if whole else value


def pareto(bench: Bench) -> Iterator[Attempt]:
    """A11: one as good in all merits and better in one does not lose to the other."""

    def broken(_: Scene, before: Stood, __: Stood) -> bool:
        return before[0] is GRANTED and before[1] not in _OPEN

    for kind in (each for each in bench.kinds if not named_in(each.values)):
        first = Claim(kind.values, 1)
        better: list[dict[Any, Any]] = [{bench.filed: bench.time(Scene((first,)), 1) - DAY}]
        for name in ("tier", "satisfaction_score", "accreditations"):
            variable = bench.variable(name)
            if variable is not None:
                value = kind.values.get(variable)
                better += [{variable: other} for other in bench.better(name, value)]
        made = bench.seen(Scene((first, Claim({**kind.values, **e}, 2))) for e in better)
        for each, change in zip(made, better, strict=True):
            if each.able(1) and each.able(2):
                yield Attempt(each.scene, broken, (1, 2), given=_dominated(bench, change))


def _dominated(bench: Bench, change: Mapping[Variable, Any]) -> Callable[[Scene], bool]:
    """Whether the second is still as good as the first, and better in what was made better."""

    def given(scene: Scene) -> bool:
        one, other = (claim.values for claim in scene.claims)
        rest = {v for v in (*one, *other) if v not in change and one.get(v) != other.get(v)}
        better = all(one.get(v) is not None and other.get(v) == change[v] for v in change)
        return not rest and better and one != other and bench.able(scene, 1, 2)

    return given


def _settled(one: Stood, other: Stood) -> bool:
    """Whether nothing is left to a person."""
    return REFERRED not in (*one, *other)


def _gets(stands: Stood) -> list[bool]:
    return [each is GRANTED for each in stands]


def _crowds(bench: Bench) -> Iterator[Seen]:
    yield from bench.threes[:1]
    yield from bench.pairs
    yield from bench.threes[1:]


def _leaving(bench: Bench, leaves: Callable[[Seen, int], bool]) -> Iterator[Attempt]:
    """One of several leaves, and for another something changes."""
    for each in _crowds(bench):
        for place in each.places:
            if not leaves(each, place):
                continue

            def given(scene: Scene, place: int = place) -> bool:
                return leaves(bench.seen([scene])[0], place)

            def broken(_: Scene, before: Stood, after: Stood, place: int = place) -> bool:
                left = (*before[: place - 1], *before[place:])
                return _settled(left, after) and _gets(left) != _gets(after)

            yield Attempt(each.scene, broken, (place,), leaves=place, given=given)


def ineligible(bench: Bench) -> Iterator[Attempt]:
    """A12: one that would get nothing alone makes no difference."""
    yield from _leaving(bench, _outsider(bench))


def _outsider(bench: Bench) -> Callable[[Seen, int], bool]:
    """Whether one is kept out of every contest that the benefit depends on."""
    upstream = [e.benefit for e in bench.policy.contests]

    def outside(seen: Seen, place: int) -> bool:
        lone = Scene((seen.scene.claims[place - 1],))
        return not any(bench.gets(lone, benefit) for benefit in upstream)

    return outside


def bystanders(bench: Bench) -> Iterator[Attempt]:
    """A13: one that gets nothing at all makes no difference by leaving."""
    upstream = [e.benefit for e in bench.policy.contests if e.benefit != bench.contest.benefit]

    def nothing(seen: Seen, place: int) -> bool:
        return not seen.may(place) and not any(
            bench.gets(seen.scene, benefit, place) for benefit in upstream
        )

    yield from _leaving(bench, nothing)


def leavers(bench: Bench) -> Iterator[Attempt]:
    """A14: one that does not get the benefit makes no difference to it by leaving."""
    yield from _leaving(bench, lambda seen, place: not seen.may(place))


def overtaking(bench: Bench) -> Iterator[Attempt]:
    """A20: the winner filed within the window of the earliest that could have got it."""

    def broken(scene: Scene, before: Stood, _: Stood) -> bool:
        closes = min(bench.closes(bench.time(scene, place)) for place in (1, 2))
        late = [bench.time(scene, place) > closes for place in (1, 2)]
        return any(e is GRANTED and is_late for e, is_late in zip(before, late, strict=True))

    def given(scene: Scene) -> bool:
        return bench.able(scene, 1, 2)

    yield from (Attempt(each.scene, broken, (1, 2), given=given) for each in _filed(bench))


def _ranked(bench: Bench) -> list[Seen]:
    """Rivals of the lowest and the highest tier, whether or not the policy looks at tiers."""
    variable, levels = bench.tier_fact, (bench.ladder[0], bench.ladder[-1])
    scenes = [
        told(told(each.scene, 1, variable, one), 2, variable, other)
        for each in spread(_filed(bench), MOST_TRIED // 3)
        for one, other in permutations(levels, 2)
    ]
    return [each for each in bench.seen(scenes) if each.able(1) and each.able(2)]


def envy(bench: Bench) -> Iterator[Attempt]:
    """A21: no loser of a higher tier filed within a window of the winner, or before it."""

    def broken(scene: Scene, before: Stood, _: Stood) -> bool:
        for winner, loser in permutations(range(1, len(scene.claims) + 1), 2):
            soon = bench.time(scene, loser) <= bench.closes(bench.time(scene, winner))
            won = before[winner - 1] is GRANTED and before[loser - 1] not in _OPEN
            if won and soon and bench.tier(scene, loser) > bench.tier(scene, winner):
                return True
        return False

    def given(scene: Scene) -> bool:
        return bench.able(scene, *range(1, len(scene.claims) + 1))

    for each in (*_ranked(bench), *bench.threes):
        if all(map(each.able, each.places)):
            yield Attempt(each.scene, broken, tuple(each.places), given=given)


def retroactive(bench: Bench) -> Iterator[Attempt]:
    """A25: who would have it when its window has closed keeps it, whoever files after that."""

    def given(scene: Scene) -> bool:
        return bench.time(scene, 2) > bench.closes(bench.time(scene, 1))

    dated = any(each.name in AFTERWARDS for each in bench.variables)
    for each in bench.rivals:
        one, two = each.scene.claims
        first = bench.time(each.scene, 1)
        late = bench.closes(first) + DAY
        after = Claim(filed_at(two.values, bench.filed, late), two.partner)
        yield Attempt(Scene((one, after)), _kept, (1, 2), leaves=2, given=given)
        if dated:  # the first filed long before, and what came after is as it was
            before = bench.time(each.scene, 2) - (late - first)
            early = Scene((Claim(filed_at(one.values, bench.filed, before), one.partner), two))
            if given(early):  # a length by a calendar is another one from another day
                yield Attempt(early, _kept, (1, 2), leaves=2, given=given)


def _kept(_: Scene, before: Stood, after: Stood) -> bool:
    return before[0] not in _OPEN and after[0] is GRANTED


def entrants(bench: Bench) -> Iterator[Attempt]:
    """A27: one more entrant never gives the benefit to a lower tier."""

    def broken(scene: Scene, before: Stood, after: Stood) -> bool:
        lower = bench.tier(scene, 2) < bench.tier(scene, 1)
        return after[0] is GRANTED and before[1] is GRANTED and before[0] is not GRANTED and lower

    for each in _ranked(bench):
        yield Attempt(each.scene, broken, (2,), leaves=2)
        turned = Scene(tuple(reversed(each.scene.claims)))
        yield Attempt(turned, broken, (2,), leaves=2)


def path(bench: Bench) -> Iterator[Attempt]:
    """A28: to decide between some first, and between the winner and the rest then, is the same."""
    for each in bench.threes:
        for rest in each.places:
            two = [place for place in each.places if place != rest]
            first = Scene(tuple(each.scene.claims[place - 1] for place in two))
            (stands,) = bench.ask([first])
            if sum(e is GRANTED for e in stands) != 1 or REFERRED in stands:
                continue
            loser = two[1 - stands.index(GRANTED)]

            def broken(_: Scene, before: Stood, after: Stood, loser: int = loser) -> bool:
                left = (*before[: loser - 1], *before[loser:])
                return _settled(before, after) and _gets(left) != _gets(after)

            def given(scene: Scene, two: Sequence[int] = two, loser: int = loser) -> bool:
                (stands,) = bench.ask([Scene(tuple(scene.claims[place - 1] for place in two))])
                return stands[two.index(loser)] not in _OPEN and GRANTED in stands

            yield Attempt(each.scene, broken, (loser,), leaves=loser, given=given)
