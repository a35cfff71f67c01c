"""Hindsight: which awards would have gone to another, had everything been known at once."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, TypeAlias

import attrs

from dealreg.facts.histories import History
from dealreg.history.disputes.scene import Scene
from dealreg.history.engine import Replay
from dealreg.history.lookups import Lookups
from dealreg.history.queries import hindsight
from dealreg.history.settling import Entry
from dealreg.outcome.decision import StandingKind
from dealreg.outcome.disputes import Incident, IncidentKind
from dealreg.outcome.timeline import Transition

__all__ = ["Awards", "awards_in", "differences"]

GRANTED = StandingKind.GRANTED

_EVERY: Final = 1000

_Contested: TypeAlias = tuple[str, str | None, tuple[str, ...]]


@attrs.define(eq=False)
class Awards:
    """Who was awarded what for good, in the order of time, and who came first without that.

    Attributes:
        holders: by what was competed for, the holders and from when on they held it.
        leaders: likewise, who was granted it at some time, for good or not yet.
    """

    holders: dict[_Contested, dict[str, datetime]] = attrs.field(factory=dict)
    leaders: dict[_Contested, dict[str, None]] = attrs.field(factory=dict)

    def hear(self, entries: Sequence[Entry], look: Lookups) -> None:
        """Note the awards among what a replay tells."""
        for each in entries:
            if not isinstance(each, Transition) or each.after.kind is not GRANTED:
                continue
            after = each.after
            keys = look.conflict(after.registration_id, after.benefit, after.line)
            place = (after.benefit, after.line, keys)
            self.leaders.setdefault(place, {}).setdefault(after.registration_id)
            if each.final:
                self.holders.setdefault(place, {}).setdefault(after.registration_id, each.at)


def awards_in(replay: Replay, history: History, until: datetime | None) -> Awards:
    """Who would have been awarded what, had all events been known when they happened."""
    awards = Awards()
    for count, event in enumerate(hindsight(history).events):
        replay.feed(event)
        if count % _EVERY == 0:
            awards.hear(replay.drain(), replay.lookups)
    if until is None:
        replay.finish()
    else:
        replay.advance(until)
    awards.hear(replay.drain(), replay.lookups)
    return awards


def differences(scene: Scene, then: Awards, later: Awards) -> Iterator[Incident]:
    """The awards that would have gone to another, each with who would have got it first.

    Those that somebody got have the outcome granted; those that nobody got, denied.
    """
    for place in {**then.holders, **later.holders}:
        held, would = then.holders.get(place, {}), later.holders.get(place, {})
        first = next(iter(would), None)
        wrong = [each for each in held if each not in would]
        if not wrong and held and next(iter(held)) != first:
            wrong = [next(iter(held))]
        for about in wrong:
            rival = first if first != about else None
            if rival is None:  # it came first, though nobody approved it then
                leaders = later.leaders.get(place, {})
                rival = next((each for each in leaders if each != about), None)
            yield _difference(scene, place, about, held[about], GRANTED, rival)
        if not held and first is not None:
            yield _difference(scene, place, first, would[first], StandingKind.DENIED, None)


def _difference(
    scene: Scene,
    place: _Contested,
    about: str,
    at: datetime,
    outcome: StandingKind,
    rival: str | None,
) -> Incident:
    benefit, line, keys = place
    return scene.incident(
        IncidentKind.HINDSIGHT,
        at,
        about,
        benefit,
        line=line,
        conflict=keys,
        outcome=outcome,
        rival=rival,
    )
