"""What people recorded, against what the rules say just before it took effect."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import attrs

from dealreg.facts.events import Event, EventKind
from dealreg.facts.records import Verdict
from dealreg.history.disputes.scene import Found, Watch, best
from dealreg.history.effects import SPECIAL_BID
from dealreg.outcome.decision import Standing, StandingKind
from dealreg.outcome.disputes import Agreement, IncidentKind, Recorded

__all__ = ["DECISIONS", "Decisions", "agrees", "recorded_in"]

GRANTED = StandingKind.GRANTED

_PLAINLY: Final = {
    EventKind.APPROVED: Recorded.APPROVED,
    EventKind.REJECTED: Recorded.REJECTED,
    EventKind.RETURNED: Recorded.RETURNED,
    EventKind.SPECIAL_BID_GRANTED: Recorded.SPECIAL_BID_GRANTED,
    EventKind.SPECIAL_BID_REFUSED: Recorded.SPECIAL_BID_REFUSED,
    EventKind.WON: Recorded.WON,
}

DECISIONS: Final = frozenset({*_PLAINLY, EventKind.RULED})
"""The events that record what people decided, or what came of it."""

_GIVES: Final = frozenset({Recorded.APPROVED, Recorded.SPECIAL_BID_GRANTED, Recorded.RULED_FOR})
_REFUSES: Final = frozenset(
    {Recorded.REJECTED, Recorded.SPECIAL_BID_REFUSED, Recorded.RULED_AGAINST}
)


def recorded_in(event: Event) -> Recorded | None:
    """What an event records that the rules have something to say about; None for nothing."""
    if event.kind is EventKind.RULED:
        accepted = Verdict(str(event.facts["verdict"])) is Verdict.ACCEPT
        return Recorded.RULED_FOR if accepted else Recorded.RULED_AGAINST
    return _PLAINLY.get(event.kind)


def agrees(recorded: Recorded, outcome: StandingKind) -> bool | None:
    """Whether a record and a standing say the same; None where the rules leave it open.

    To refuse somebody who waits in the queue agrees: somebody else has it. What the rules refer
    to a person, a person may decide either way. To ask for more of somebody who would not get it
    as it is contradicts nothing.

    >>> agrees(Recorded.APPROVED, StandingKind.DENIED), agrees(Recorded.REJECTED, "waiting")
    (False, True)
    """
    kind = StandingKind(outcome)
    if kind is StandingKind.REFERRED:
        return None
    if recorded is Recorded.RETURNED:
        answers = {StandingKind.RETURNED: True, StandingKind.GRANTED: False}
        return answers.get(kind)
    if recorded in _REFUSES:
        return kind in (StandingKind.DENIED, StandingKind.WAITING)
    return kind is GRANTED


@attrs.define(eq=False)
class Decisions(Watch):
    """Compares every decision that was recorded."""

    def meets(self, event: Event, at: datetime, standings: Sequence[Standing]) -> Iterator[Found]:
        """Compare a recorded decision with how its registration stands before it."""
        recorded = recorded_in(event)
        if recorded is None or not standings:
            return
        found = self._standing(recorded, event, standings)
        yield from self._compared(recorded, event, at, found)
        if recorded is Recorded.APPROVED and found is not None:
            yield from self._in_window(event, at, found)
        if recorded is Recorded.SPECIAL_BID_GRANTED:
            yield from self._beside(IncidentKind.SPECIAL_PRICE_BESIDE_HOLDER, event, at, standings)
        if recorded is Recorded.WON:
            yield from self._beside(IncidentKind.WON_BESIDE_HOLDER, event, at, standings)

    def takes(self, event: Event, at: datetime, standings: Sequence[Standing]) -> Iterator[Found]:
        """Compare what was recorded at the instant of submission, before which it had no standing.

        What was given can be compared with what the rules give at that instant. A refusal ends
        the registration, and so leaves nothing to compare with.
        """
        recorded = recorded_in(event)
        made = self.scene.look.registration(event.about)
        if recorded is None or made is None or made.submitted_at < at:
            return
        given = standings if recorded in _GIVES else ()
        yield from self._compared(recorded, event, at, self._standing(recorded, event, given))

    def _standing(
        self, recorded: Recorded, event: Event, standings: Sequence[Standing]
    ) -> Standing | None:
        """The standing that a record is about."""
        if recorded in (Recorded.APPROVED, Recorded.REJECTED, Recorded.RETURNED, Recorded.WON):
            return self.scene.lead(standings)
        benefit = str(event.facts.get("benefit", SPECIAL_BID))
        return best([each for each in standings if each.benefit == benefit])

    def _compared(
        self, recorded: Recorded, event: Event, at: datetime, standing: Standing | None
    ) -> Iterator[Found]:
        if standing is None:
            benefit = str(event.facts.get("benefit", ""))
            yield Agreement(recorded=recorded, benefit=benefit)
            return
        same = agrees(recorded, standing.kind)
        if recorded is Recorded.WON and same is False and not self.scene.rivals(standing):
            same = None  # nobody was protected: the rules do not mind who wins
        yield Agreement(
            recorded=recorded, benefit=standing.benefit, outcome=standing.kind, agrees=same
        )
        if same is False and recorded is not Recorded.WON:
            yield self.scene.of_standing(
                IncidentKind.DISAGREEMENT,
                at,
                standing,
                recorded=recorded.value,
                reason=str(event.facts.get("status_reason") or event.facts.get("reason") or ""),
                events=(event.event_id,),
            )

    def _in_window(self, event: Event, at: datetime, standing: Standing) -> Iterator[Found]:
        closes = standing.provisional_until
        if closes is not None and closes >= at:
            yield self.scene.of_standing(
                IncidentKind.APPROVED_IN_WINDOW,
                at,
                standing,
                until=closes,
                recorded=event.kind.value,
                events=(event.event_id,),
            )

    def _beside(
        self, kind: IncidentKind, event: Event, at: datetime, standings: Sequence[Standing]
    ) -> Iterator[Found]:
        """Given to one, or won by one, while another partner was protected."""
        lead = self.scene.lead(standings)
        if lead is None or lead.kind is GRANTED:
            return
        rivals = self.scene.rivals(lead)
        if rivals:
            yield self.scene.of_standing(
                kind,
                at,
                lead,
                rival=rivals[0].registration_id,
                margin=lead.margin if lead.rival == rivals[0].registration_id else None,
                recorded=event.kind.value,
                events=(event.event_id,),
            )
