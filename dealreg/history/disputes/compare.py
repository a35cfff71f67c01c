"""Replaying a history in one pass, and comparing it with what people recorded."""

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final, TypeAlias

from dealreg.deciders.deciding import Externals
from dealreg.facts.case import Facts
from dealreg.facts.events import EVENT_RULES, Event, EventKind, event_order, takes_effect
from dealreg.facts.fields import Subject
from dealreg.facts.histories import History
from dealreg.facts.instants import instant
from dealreg.history.disputes.clocks import Answers, Lapses
from dealreg.history.disputes.conflicts import Deadlocks, Fates, Overlaps, Ties, Unknowns, Wins
from dealreg.history.disputes.decisions import DECISIONS, Decisions
from dealreg.history.disputes.later import Awards, awards_in, differences
from dealreg.history.disputes.scene import Found, Scene, Watch
from dealreg.history.engine import Replay
from dealreg.history.queries import known_by
from dealreg.history.settling import Entry
from dealreg.outcome.decision import Standing, StandingKind
from dealreg.outcome.disputes import Agreement, Disputes, Incident, Recorded
from dealreg.outcome.timeline import SetAside
from dealreg.policy.policies import Policy, PolicyBook

__all__ = ["Comparison", "compare_outcomes"]

_EVERY: Final = 1000
_Counted: TypeAlias = tuple[Recorded, str, StandingKind | None, bool | None]


class Comparison:
    """Replays a history event by event, and compares it with the rules on the way.

    What it keeps grows with the registrations and with what it finds, not with the events.

    Args:
        rules: a policy, or a policy book.
        known: partners, customers and opportunities as known before the first event.
        externals: answers to the external questions that the rules ask.
        approves: the benefit that approving or rejecting a registration is about; if not given,
            the first of the policy that depends on no other.
        sink: called with every entry that the replay tells, in the order of time.

    Raises:
        PolicyErrors, UsageError: as `Replay`.
    """

    def __init__(
        self,
        rules: Policy | PolicyBook,
        *,
        known: Facts | None = None,
        externals: Externals | None = None,
        approves: str | None = None,
        sink: Callable[[Entry], object] | None = None,
    ) -> None:
        self._replay = Replay(rules, known=known, externals=externals)
        self._scene = Scene(_versions(rules), self._replay.lookups, _leads(rules, approves))
        kinds = (Decisions, Deadlocks, Overlaps, Lapses, Answers, Ties, Unknowns, Wins)
        self._fates = Fates(self._scene)
        self._watches: tuple[Watch, ...] = (*(kind(self._scene) for kind in kinds), self._fates)
        self._awards = Awards()
        self._sink = sink
        self._coming: list[tuple[tuple[datetime, int, str], Event]] = []
        self._counts: Counter[_Counted] = Counter()
        self._incidents: list[Incident] = []
        self._aside: list[SetAside] = []
        self._names: dict[str, str] = {}
        self._seen: set[str] = set()
        self._registrations: set[str] = set()
        self._decided: set[str] = set()
        self._since: datetime | None = None
        self._until: datetime | None = None
        self._events = self._late = 0

    def take(self, event: Event) -> None:
        """Take in an event; what took effect before it became known is compared.

        Events must come in the order in which they became known, or took effect.

        Raises:
            UsageError: as `Replay.feed`.
        """
        self._events += 1
        if event.event_id in self._seen:
            # The replay would set it aside as well, but the first of them may still be coming.
            self._set_aside(event)
            return
        self._seen.add(event.event_id)
        self._late += event.known_at > event.happened_at
        heapq.heappush(self._coming, (event_order(event), event))
        self._go_on(lambda effect: effect < event.known_at)

    def _set_aside(self, event: Event) -> None:
        reason = "an event of this identifier was fed before"
        aside = SetAside(event=event, code="REPEATED", reason=reason)
        self._aside.append(aside)
        if self._sink is not None:
            self._sink(aside)

    def _go_on(self, due: Callable[[datetime], bool]) -> None:
        """Compare what is due, one group of simultaneous events after the other."""
        while self._coming and due(self._coming[0][0][0]):
            place = self._coming[0][0][:2]
            group: list[Event] = []
            while self._coming and self._coming[0][0][:2] == place:
                group.append(heapq.heappop(self._coming)[1])
            self._compare(group)

    def _compare(self, group: list[Event]) -> None:
        at = takes_effect(group[0])
        self._since = self._since or at
        self._until = at
        self._replay.approach(at)
        self._hear()
        met = {event.event_id: list(self._met(event, at)) for event in group}
        self._replay.feed(group)
        self._replay.advance(at)
        refused = self._hear()
        for event in group:
            if event.event_id in refused:
                continue
            self._note(met[event.event_id])
            if EVENT_RULES[event.kind].subject is Subject.REGISTRATION:
                self._taken(event, at)

    def _met(self, event: Event, at: datetime) -> Iterator[Found]:
        if event.kind in DECISIONS:
            standings = self._replay.standings_of(event.about)
            for watch in self._watches:
                yield from watch.meets(event, at, standings)

    def _taken(self, event: Event, at: datetime) -> None:
        if event.kind is EventKind.SUBMITTED:
            self._registrations.add(event.about)
        if event.kind in DECISIONS:
            self._decided.add(event.about)
        standings: tuple[Standing, ...] = ()
        if event.kind in DECISIONS:
            standings = self._replay.standings_of(event.about)
        for watch in self._watches:
            self._note(watch.takes(event, at, standings))

    def _hear(self) -> set[str]:
        """Pass on what the replay tells; the identifiers of events that it set aside."""
        entries = self._replay.drain()
        aside = [each for each in entries if isinstance(each, SetAside)]
        self._aside += aside
        if not entries:
            return set()
        if self._sink is not None:
            for entry in entries:
                self._sink(entry)
        self._awards.hear(entries, self._scene.look)
        for watch in self._watches:
            watch.hears(entries)
            self._note(watch.ended())
        return {each.event.event_id for each in aside}

    def _note(self, found: Iterable[Found]) -> None:
        for each in found:
            if isinstance(each, Agreement):
                self._counts[each.recorded, each.benefit, each.outcome, each.agrees] += 1
            else:
                self._incidents.append(each)
                self._name(each.partner_id)
                self._name(each.rival_partner_id)
                for name in each.candidates:
                    self._name(self._scene.partner(name))

    def _name(self, partner_id: str | None) -> None:
        if partner_id and partner_id not in self._names:
            name = self._scene.look.name_of(partner_id)
            if name != partner_id:
                self._names[partner_id] = name

    def finish(
        self, until: datetime | str | None = None, *, later: Awards | None = None
    ) -> Disputes:
        """Compare everything up to an instant, or to the last event; and what is still open.

        Args:
            until: the instant; events that take effect after it are left out.
            later: who would have been awarded what in hindsight.
        """
        last = None if until is None else instant(until)
        self._go_on(lambda effect: last is None or effect <= last)
        if last is not None:
            self._until = last
            self._replay.advance(last)
            self._hear()
        if self._until is not None:
            for watch in self._watches:
                self._note(watch.ends(self._until))
        if later is not None:
            self._note(differences(self._scene, self._awards, later))
        if self._sink is not None:
            for period in self._replay.periods():
                self._sink(period)
        return self._disputes()

    def _disputes(self) -> Disputes:
        return Disputes(
            rules=self._replay.rules,
            since=self._since,
            until=self._until,
            events=self._events,
            late=self._late,
            registrations=len(self._registrations),
            decided=len(self._decided),
            agreement=[
                Agreement(recorded=recorded, benefit=benefit, outcome=outcome, agrees=same, count=n)
                for (recorded, benefit, outcome, same), n in sorted(
                    self._counts.items(), key=lambda item: str(item[0])
                )
            ],
            fates=self._fates.counted(),
            incidents=sorted(self._incidents, key=_incident_order),
            set_aside=self._aside,
            names=self._names,
        )


def _incident_order(incident: Incident) -> tuple[object, ...]:
    named = (incident.registration_id, incident.benefit, incident.line or "", incident.events)
    return incident.at, incident.kind.value, *named


def _versions(rules: Policy | PolicyBook) -> tuple[Policy, ...]:
    if isinstance(rules, Policy):
        return (rules,)
    return tuple(edition.policy for edition in rules.editions)


def _leads(rules: Policy | PolicyBook, approves: str | None) -> tuple[str, ...]:
    """The benefits that an approval is about: that named, or the first of each version."""
    if approves is not None:
        return (approves,)
    found: dict[str, None] = {}
    for policy in _versions(rules):
        free = [c.benefit for c in policy.contests if not any(a.holds for a in c.after)]
        found |= dict.fromkeys(free[:1])
    return tuple(found)


def compare_outcomes(
    rules: Policy | PolicyBook,
    history: History | Iterable[Event],
    *,
    known: Facts | None = None,
    until: datetime | str | None = None,
    externals: Externals | None = None,
    approves: str | None = None,
    sink: Callable[[Entry], object] | None = None,
    progress: Callable[[int], object] | None = None,
) -> Disputes:
    """Replay a history, and compare what people recorded with what the rules say.

    Each recorded decision is held against how its registration stood just before it took effect,
    by what was known then. To refuse what waits in the queue agrees with the rules; what they
    refer to a person is left open.

    Args:
        rules: a policy, or a policy book.
        history: a history; or a stream of events, in the order in which they became known.
        known: for a stream, what was known before the first event.
        until: go on to this instant, included; to the last event if not given.
        externals: answers to the external questions that the rules ask.
        approves: the benefit that approving or rejecting a registration is about; if not given,
            the first of the policy that depends on no other.
        sink: called with everything that the replay tells, in the order of time.
        progress: called with the number of events so far, every thousand and at the end.

    A history of which something became known late is replayed a second time, as if all had been
    known at once; a stream is not.

    Raises:
        PolicyErrors, UsageError: as `Replay`.

    >>> from dealreg import Event, History, Policy, contest, earliest
    >>> policy = Policy(programme="Example", contests=[
    ...     contest("protection", earliest("submitted_at"))])
    >>> history = History(events=[
    ...     Event(event_id=name, kind="submitted", about=name, happened_at=f"2026-03-0{day}T09:00Z",
    ...           facts={"partner_id": name, "opportunity_id": "O1"})
    ...     for name, day in (("A", 1), ("B", 2))
    ... ] + [Event(event_id="C", kind="approved", about="B", happened_at="2026-03-03T09:00Z")])
    >>> found = compare_outcomes(policy, history)
    >>> [(each.kind.value, each.registration_id, each.code, each.rival) for each in found.incidents]
    [('disagreement', 'B', 'DUPLICATE_OTHER_PARTNER', 'A')]
    """
    given = history.known if isinstance(history, History) else known
    last = None if until is None else instant(until)
    comparison = Comparison(rules, known=given, externals=externals, approves=approves, sink=sink)
    count = 0
    for event in history.events if isinstance(history, History) else history:
        if last is not None and event.known_at > last:
            continue
        comparison.take(event)
        count += 1
        if progress is not None and count % _EVERY == 0:
            progress(count)
    later = None
    if isinstance(history, History) and any(e.known_at > e.happened_at for e in history.events):
        known_then = history if last is None else known_by(history, last)
        later = awards_in(Replay(rules, known=given, externals=externals), known_then, last)
    if progress is not None:
        progress(count)
    return comparison.finish(until, later=later)
