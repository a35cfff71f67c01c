"""Clocks that nobody looked at: periods that ran out unnoticed, answers that came late."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import attrs

from dealreg.facts.events import Event, EventKind
from dealreg.history.disputes.scene import ENDS, Found, Watch
from dealreg.history.settling import Entry
from dealreg.outcome.decision import Standing, StandingKind
from dealreg.outcome.disputes import IncidentKind
from dealreg.outcome.timeline import Notice, NoticeKind, Transition
from dealreg.policy.paths import contest_path

__all__ = ["Answers", "Lapses"]

_USES: Final = frozenset(
    {
        *(EventKind.SPECIAL_BID_GRANTED, EventKind.ORDERED, EventKind.WON, EventKind.CONVERTED),
        *(EventKind.APPROVED, EventKind.MILESTONE_MET, EventKind.EXTENSION_GRANTED),
    }
)
"""Events by which a registration is treated as one whose period is still running."""

_CLOSES: Final = (ENDS - _USES) | {EventKind.RESUBMITTED}


@attrs.define(eq=False)
class Lapses(Watch):
    """Finds periods that ran out, and that nobody seems to have noticed."""

    _lapsed: dict[str, Transition] = attrs.field(factory=dict, init=False)
    _approved: set[str] = attrs.field(factory=set, init=False)

    def hears(self, entries: Sequence[Entry]) -> None:
        """Note what ran out, of what was held or recorded as approved; and what runs again."""
        for each in entries:
            if not isinstance(each, Transition):
                continue
            about, stands = each.after.registration_id, each.after
            if stands.clause == contest_path(stands.benefit, "period"):
                if each.before is StandingKind.GRANTED or about in self._approved:
                    self._lapsed.setdefault(about, each)
            elif stands.kind is StandingKind.GRANTED:
                self._runs_again(stands)

    def _runs_again(self, standing: Standing) -> None:
        lapsed = self._lapsed.get(standing.registration_id)
        if lapsed is not None and lapsed.after.benefit == standing.benefit:
            del self._lapsed[standing.registration_id]

    def takes(
        self,
        event: Event,
        at: datetime,
        standings: Sequence[Standing],  # noqa: ARG002 - as all watch
    ) -> Iterator[Found]:
        """Report what is used after it lapsed; forget what was closed."""
        if event.kind is EventKind.APPROVED:
            self._approved.add(event.about)
        if event.kind in _CLOSES:
            self._lapsed.pop(event.about, None)
        elif event.kind in _USES and event.about in self._lapsed:
            lapsed = self._lapsed.pop(event.about)
            yield self._incident(lapsed, until=at, recorded=event.kind.value, events=(event,))

    def ends(self, until: datetime) -> Iterator[Found]:  # noqa: ARG002 - as all watch
        """Report what was never closed."""
        for lapsed in self._lapsed.values():
            yield self._incident(lapsed, until=None, recorded="", events=())

    def _incident(
        self,
        lapsed: Transition,
        *,
        until: datetime | None,
        recorded: str,
        events: tuple[Event, ...],
    ) -> Found:
        return self.scene.of_standing(
            IncidentKind.LAPSED_UNNOTICED,
            lapsed.at,
            lapsed.after,
            until=until,
            recorded=recorded,
            events=tuple(each.event_id for each in events),
        )


_ANSWERS: Final = ENDS | {EventKind.APPROVED, EventKind.RETURNED, EventKind.VENDOR_ANSWERED}
_LATE: Final = (NoticeKind.ANSWER_OVERDUE, NoticeKind.ESCALATED, NoticeKind.DEEMED_APPROVED)


@attrs.define(eq=False)
class Answers(Watch):
    """Finds answers that the vendor gave late, or not at all."""

    _open: dict[str, Notice] = attrs.field(factory=dict, init=False)

    def hears(self, entries: Sequence[Entry]) -> None:
        """Note whose answer is overdue."""
        for each in entries:
            if isinstance(each, Notice) and each.kind in _LATE:
                self._open.setdefault(each.registration_id, each)

    def takes(
        self,
        event: Event,
        at: datetime,
        standings: Sequence[Standing],  # noqa: ARG002 - as all watch
    ) -> Iterator[Found]:
        """Report an answer that came late."""
        if event.kind in _ANSWERS and event.about in self._open:
            notice = self._open.pop(event.about)
            yield self._incident(notice, until=at, recorded=event.kind.value, event=event)

    def ends(self, until: datetime) -> Iterator[Found]:  # noqa: ARG002 - as all watch
        """Report answers that never came."""
        for notice in self._open.values():
            yield self._incident(notice, until=None, recorded="", event=None)

    def _incident(
        self, notice: Notice, *, until: datetime | None, recorded: str, event: Event | None
    ) -> Found:
        return self.scene.incident(
            IncidentKind.ANSWER_OVERDUE,
            notice.at,
            notice.registration_id,
            notice.benefit,
            until=until,
            recorded=recorded,
            code=notice.kind.value.upper(),
            clause=notice.clause,
            events=() if event is None else (event.event_id,),
        )
