"""Axioms about what a partner can do or become: for each, the attempts to violate it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from dealreg.analysis.attempts import Attempt, Stood
from dealreg.analysis.benches import DAY, Bench, Seen, filed_at, own, spread
from dealreg.analysis.readings import Variable
from dealreg.analysis.reported import told
from dealreg.analysis.scenes import Claim, Scene
from dealreg.facts.fields import Source
from dealreg.outcome.decision import StandingKind

__all__ = [
    "certificates",
    "decoys",
    "duplicates",
    "losers",
    "participation",
    "refiling",
    "tiers",
    "times",
    "truth",
    "won_by",
]

GRANTED, REFERRED = StandingKind.GRANTED, StandingKind.REFERRED
_OPEN = (GRANTED, REFERRED)


def _raised(bench: Bench, name: str) -> Iterator[Attempt]:
    """Who gets it has a better value of a merit, and no longer gets it."""
    variable = bench.variable(name)
    if variable is None:
        return
    for each in [*bench.singles, *bench.pairs]:
        for place in each.places:
            value = each.scene.claims[place - 1].values.get(variable)
            if not each.got(place):
                continue
            for better in bench.better(name, value):

                def change(scene: Scene, place: int = place, better: Any = better) -> Scene:
                    return told(scene, place, variable, better)

                def given(
                    scene: Scene, place: int = place, v: Variable = variable, new: Any = better
                ) -> bool:
                    return new in bench.better(name, scene.claims[place - 1].values.get(v))

                yield Attempt(each.scene, _lost(place), (place,), change, given=given)


def _lost(place: int) -> Callable[[Scene, Stood, Stood], bool]:
    def broken(_: Scene, before: Stood, after: Stood) -> bool:
        return before[place - 1] is GRANTED and after[place - 1] not in _OPEN

    return broken


def won_by(place: int) -> Callable[[Scene, Stood, Stood], bool]:
    """Whether a registration that lost before wins after the change."""

    def broken(_: Scene, before: Stood, after: Stood) -> bool:
        return before[place - 1] not in _OPEN and after[place - 1] is GRANTED

    return broken


def tiers(bench: Bench) -> Iterator[Attempt]:
    """A8: a higher tier never costs the benefit."""
    yield from _raised(bench, "tier")


def certificates(bench: Bench) -> Iterator[Attempt]:
    """A10: a better score, or one more accreditation, never costs the benefit."""
    yield from _raised(bench, "satisfaction_score")
    yield from _raised(bench, "accreditations")


def times(bench: Bench) -> Iterator[Attempt]:
    """A9: to file earlier never costs the benefit."""
    for each in [*bench.singles, *bench.pairs]:
        for place in each.places:
            if not each.got(place):
                continue
            now = bench.time(each.scene, place)
            others = [t for t in bench.moments(each.scene) if t < now]
            for earlier in dict.fromkeys((*others[:3], now - DAY, now - 45 * DAY)):

                def change(scene: Scene, place: int = place, at: datetime = earlier) -> Scene:
                    return told(scene, place, bench.filed, at)

                def given(scene: Scene, place: int = place, at: datetime = earlier) -> bool:
                    return at < bench.time(scene, place)

                yield Attempt(each.scene, _lost(place), (place,), change, given=given)


def _again(bench: Bench, each: Seen, place: int) -> Iterator[Claim]:
    """What the partner of a registration could file later for the same deal.

    What the vendor knows of it stays; what applicants state may be another.
    """
    claim = each.scene.claims[place - 1]
    fields = bench.cases.found.fields
    kept = {
        k: v
        for k, v in claim.values.items()
        if k.subject == "partner"
        or k.shared
        or (k.name in fields and fields[k.name].source is Source.VENDOR)
    }
    last = max(bench.time(each.scene, p) for p in each.places)
    facts = [dict(claim.values), *(dict(own(each.scene, k)) for k in spread(bench.kinds, 5))]
    for values in facts:
        yield Claim(filed_at({**values, **kept}, bench.filed, last + DAY), claim.partner)


def participation(bench: Bench) -> Iterator[Attempt]:
    """A15: who has the benefit does not lose it by filing once more."""
    for each in [*bench.singles, *bench.pairs]:
        for place in each.places:
            if each.got(place) and len({c.partner for c in each.scene.claims}) == len(each.places):
                for more in _again(bench, each, place):
                    yield Attempt(each.scene, _all_lost(place), (place,), _added(more))


def _all_lost(place: int) -> Callable[[Scene, Stood, Stood], bool]:
    """Whether neither the registration nor the one filed last gets it any more."""

    def broken(_: Scene, before: Stood, after: Stood) -> bool:
        return (
            before[place - 1] is GRANTED
            and after[place - 1] not in _OPEN
            and after[-1] not in _OPEN
        )

    return broken


def _added(more: Claim) -> Callable[[Scene], Scene]:
    def added(scene: Scene) -> Scene:
        return Scene((*scene.claims, more))

    return added


def losers(bench: Bench) -> Iterator[tuple[Seen, int]]:
    """Those that would get it alone, and do not get it beside a rival."""
    for each in bench.pairs:
        if each.scene.claims[0].partner == each.scene.claims[1].partner:
            continue
        for place in each.places:
            if each.able(place) and not each.may(place):
                yield each, place


def _able(bench: Bench, place: int) -> Callable[[Scene], bool]:
    """Whether the loser would still get it alone."""

    def able(scene: Scene) -> bool:
        return bench.able(scene, place)

    return able


def duplicates(bench: Bench) -> Iterator[Attempt]:
    """A16: who lost does not win by filing once more, later."""
    for each, place in losers(bench):
        for more in _again(bench, each, place):

            def broken(_: Scene, before: Stood, after: Stood, place: int = place) -> bool:
                lost = before[place - 1] not in _OPEN
                return lost and GRANTED in (after[place - 1], after[-1])

            yield Attempt(each.scene, broken, (place,), _added(more), given=_able(bench, place))


def refiling(bench: Bench) -> Iterator[Attempt]:
    """A17: who lost does not win by withdrawing, and filing again later."""
    for each, place in losers(bench):
        for more in _again(bench, each, place):

            def replaced(scene: Scene, place: int = place, more: Claim = more) -> Scene:
                return Scene((*scene.claims[: place - 1], more, *scene.claims[place:]))

            yield Attempt(each.scene, won_by(place), (place,), replaced, given=_able(bench, place))


def truth(bench: Bench) -> Iterator[Attempt]:
    """A18: to state otherwise what applicants state themselves never pays."""
    fields = bench.cases.found.fields
    for variable in bench.variables:
        field = fields.get(variable.name)
        if field is None or field.source is not Source.APPLICANT or variable.before:
            continue
        plain = [
            Seen(scene, each.stood, each.alone)
            for each in bench.singles[:8]
            if each.got(1)
            for scene in [bench.bare(each.scene, variable)]
        ]
        for each in [*plain, *bench.singles, *bench.pairs]:
            for place in each.places:
                if not each.got(place):
                    continue
                now = each.scene.claims[place - 1].values.get(variable)
                for value in bench.values(variable):
                    if value == now:
                        continue

                    def stated(
                        scene: Scene, place: int = place, variable: Any = variable, now: Any = now
                    ) -> Scene:
                        return told(scene, place, variable, now)

                    before = told(each.scene, place, variable, value)
                    yield Attempt(before, won_by(place), (place,), stated)


def decoys(bench: Bench) -> Iterator[Attempt]:
    """A19: one more registration by an ally never helps one that lost."""
    meeting = bench.meeting
    if meeting is not None:
        ally, *others = meeting.claims
        yield Attempt(Scene(tuple(others)), won_by(1), (1,), _added(ally))
    for each, place in spread(losers(bench), 60):
        for kind in spread(bench.kinds, 4):
            for when in bench.moments(each.scene):
                ally = Claim(filed_at(own(each.scene, kind), bench.filed, when), 3)
                able = _able(bench, place)
                yield Attempt(each.scene, won_by(place), (place,), _added(ally), given=able)
