"""The replay: events in, one by one or in bulk; how things stand, out (clauses H-1 to H-12)."""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TypeAlias

from dealreg.deciders.deciding import Externals, answered, fitting, sound
from dealreg.errors import DealregError, FactsError, UsageError, shown
from dealreg.facts.case import Facts
from dealreg.facts.conform import value_problem
from dealreg.facts.events import EVENT_RULES, Event, event_order
from dealreg.facts.instants import instant
from dealreg.history.checkpoints import marks_of, restore
from dealreg.history.docket import Docket
from dealreg.history.horizon import TICK
from dealreg.history.ledger import Ledger
from dealreg.history.lookups import Lookups
from dealreg.history.settling import Entry
from dealreg.history.standing import lasting, state_of
from dealreg.outcome.checkpoint import Checkpoint
from dealreg.outcome.decision import Standing
from dealreg.outcome.timeline import HeldPeriod, SetAside, State
from dealreg.policy.normal import policy_digest
from dealreg.policy.policies import Policy, PolicyBook

__all__ = ["Replay"]

_Order: TypeAlias = tuple[datetime, int]


class Replay:
    """Replays a history by a programme's rules: feed it events, ask how things stand.

    It goes by what was known when: an event that arrives late counts from then on, and changes
    nothing that was decided before. Decisions that are final are kept until a stated event ends
    them.

    Args:
        rules: a policy, or a policy book.
        known: partners, customers and opportunities as known before the first event.
        externals: answers to the external questions that the rules ask, as for `decide`.

    Raises:
        PolicyErrors: the rules are not sound.
        FactsErrors: what is known does not fit the vocabulary of the rules.
        UsageError: an external question has no answer here.

    >>> from dealreg import Event, Policy, contest, earliest, period
    >>> policy = Policy(programme="Example", contests=[
    ...     contest("protection", earliest("submitted_at"), period("90 days"))])
    >>> replay = Replay(policy)
    >>> replay.feed([
    ...     Event(event_id="1", kind="submitted", about="R1", happened_at="2026-03-01T09:00Z",
    ...           facts={"partner_id": "Larkfield", "opportunity_id": "O1"}),
    ...     Event(event_id="2", kind="approved", about="R1", happened_at="2026-03-02T09:00Z")])
    >>> state = replay.state(at="2026-03-03T00:00Z")
    >>> [(each.registration_id, each.ends.date().isoformat()) for each in state.held]
    [('R1', '2026-05-31')]
    >>> state.next_change.isoformat()
    '2026-05-31T09:00:00+00:00'
    """

    def __init__(
        self,
        rules: Policy | PolicyBook,
        *,
        known: Facts | None = None,
        externals: Externals | None = None,
    ) -> None:
        sound(rules)
        fitting(rules, known or Facts())
        answered(rules, Facts(), externals or {})
        self._docket = Docket(rules, externals or {}, Ledger.of(known or Facts()))
        self._seen: set[str] = set()
        self._events: list[tuple[datetime, int, str, Event]] = []
        self._wakes: list[tuple[datetime, str]] = []
        self._changes = (
            [] if isinstance(rules, Policy) else sorted(e.effective_from for e in rules.editions)
        )
        self._told: list[Entry] = []
        self._done: _Order | None = None
        self._now: datetime | None = None

    @property
    def rules(self) -> Policy | PolicyBook:
        """The rules that decide."""
        return self._docket.rules

    @property
    def now(self) -> datetime | None:
        """The instant up to which everything is decided, included; None before the first."""
        return self._now

    def feed(self, events: Event | Iterable[Event]) -> None:
        """Take in events; what was known before the latest of them is decided.

        Events must come in the order in which they became known, and not before `now`. One that
        cannot be replayed is set aside with its reason, and the others go on. One whose
        identifier was fed before counts once.

        Raises:
            UsageError: when an event is said to be known before what is already decided.
        """
        for event in (events,) if isinstance(events, Event) else events:
            if not isinstance(event, Event):
                raise UsageError(
                    f"{shown(event)} is not an event", value=event, hint="give Event values"
                )
            self._take(event)

    def _take(self, event: Event) -> None:
        if event.event_id in self._seen:
            self._set_aside(event, "REPEATED", "an event of this identifier was fed before")
            return
        when, place, name = event_order(event)
        if self._is_past(when, place):
            decided = shown(self._now.isoformat() if self._now else "")
            raise UsageError(
                f"the event counts from {shown(when.isoformat())} on, and everything up to "
                f"{decided} is decided",
                place=f"event {event.event_id}",
                value=when,
                hint="state as `known_at` when it really became known, and feed events in that "
                "order",
            )
        self._seen.add(event.event_id)
        problem = self._unfit(event)
        if problem is not None:
            self._set_aside(event, "UNFIT", problem.message, problem.hint)
            return
        heapq.heappush(self._events, (when, place, name, event))
        self._work(event.known_at, inclusive=False)

    def _is_past(self, when: datetime, place: int) -> bool:
        if self._now is None or when > self._now:
            return False
        return when < self._now or place < 0 or (self._done or (when, -1)) >= (when, place)

    def _unfit(self, event: Event) -> FactsError | None:
        """What of the event does not fit the vocabulary of the rules; None when all does."""
        subject = EVENT_RULES[event.kind].subject
        for policy in self._docket.policies:
            vocabulary = policy.vocabulary()
            for name, value in event.facts.items():
                field = vocabulary.get(name)
                if field is None or field.subject is not subject or field.derived is not None:
                    continue
                found = value_problem(field, value)
                if found:
                    return FactsError(found[0], value=value, hint=found[1])
        return None

    def _set_aside(self, event: Event, code: str, reason: str, hint: str = "") -> None:
        self._told.append(SetAside(event=event, code=code, reason=reason, hint=hint))

    def advance(self, to: datetime | str) -> None:
        """Decide everything up to an instant, included: events, and what clocks do by then."""
        self._work(instant(to), inclusive=True)

    def finish(self) -> datetime | None:
        """Decide everything up to the last event fed; that instant, or None if there was none."""
        if self._events:
            self._work(max(each[0] for each in self._events), inclusive=True)
        return self._now

    def approach(self, to: datetime | str) -> None:
        """Decide everything before an instant, and what clocks do at it; not its events.

        How things stand then is what the events of that instant meet.
        """
        when = instant(to)
        self._work(when, inclusive=False)
        while woken := self._woken(when):
            self._settle_woken(when, woken)
        before = when - TICK
        if self._now is None or self._now < before:
            self._now = before

    def drain(self) -> list[Entry]:
        """What there is to tell since this was last asked, in the order of time."""
        told, self._told = self._told, []
        return told

    def copy(self) -> "Replay":
        """The same replay, to go on apart from this one: for a question about the future."""
        made = object.__new__(Replay)
        made.__dict__ = self.__dict__ | {
            name: getattr(self, name).copy()
            for name in ("_docket", "_seen", "_events", "_wakes", "_changes", "_told")
        }
        return made

    def state(self, at: datetime | str | None = None) -> State:
        """How everything stands at an instant, by all that was fed so far.

        Without an instant, at the latest at which anything that was fed became known. The replay
        itself does not move: what is not decided yet is decided in a copy.

        Raises:
            UsageError: for an instant before `now`; ask `dealreg.history.state` of a history.
        """
        when = self._latest() if at is None else instant(at)
        if self._now is not None and when < self._now:
            raise UsageError(
                f"the replay has gone on to {shown(self._now.isoformat())}",
                value=when,
                hint="ask dealreg.history.state(rules, history, at=...) of the whole history",
            )
        known_at = min(when, self._latest())
        due = self._next()
        if due is None or due > when:
            return state_of(self._docket, when, known_at, due)
        ahead = self.copy()
        ahead.advance(when)
        return state_of(ahead._docket, when, known_at, ahead._next())  # noqa: SLF001 - of its kind

    def _latest(self) -> datetime:
        known = [event.known_at for *_, event in self._events]
        if self._now is not None:
            known.append(self._now)
        if not known:
            raise UsageError("nothing was fed yet", hint="feed events, or advance to an instant")
        return max(known)

    def facts(self) -> Facts:
        """All facts as of `now`, with what is held: `decide` at `now` decides the same of them."""
        return self._docket.facts()

    def checkpoint(self, *, taken: int = 0, written: int = 0) -> Checkpoint:
        """All that the replay has to remember, as a value: `to_json` stores it.

        Args:
            taken: how many events were taken from their source, for who feeds the replay.
            written: how much was written of what was drained, for who writes it.
        """
        return Checkpoint(
            rules=policy_digest(self.rules),
            now=self._now,
            done=self._done or (),
            facts=self._docket.ledger.facts(()),
            seen=sorted(self._seen),
            events=sorted((event for *_, event in self._events), key=event_order),
            cells=marks_of(self._docket),
            told=self._told,
            taken=taken,
            written=written,
        )

    @classmethod
    def resumed(
        cls,
        rules: Policy | PolicyBook,
        checkpoint: Checkpoint,
        *,
        externals: Externals | None = None,
    ) -> "Replay":
        """A replay that goes on where a checkpoint was made, as if it had never stopped.

        Raises:
            PolicyErrors: the rules are not sound.
            FactsErrors: the facts of the checkpoint do not fit the vocabulary of the rules.
            UnreadableError: the checkpoint is damaged.
            UsageError: the checkpoint was made under other rules.
        """
        if checkpoint.rules != policy_digest(rules):
            raise UsageError(
                f"the checkpoint was made under other rules, {shown(checkpoint.rules)}",
                value=checkpoint.rules,
                hint="replay from the beginning under these rules, or go on under those",
            )
        made = cls(rules, externals=externals)
        fitting(rules, checkpoint.facts)
        made._go_on(checkpoint)
        return made

    def _go_on(self, mark: Checkpoint) -> None:
        restore(self._docket, mark)
        self._now = mark.now
        self._seen = set(mark.seen)
        self._told = list(mark.told)
        self._events = [(*event_order(event), event) for event in mark.events]
        heapq.heapify(self._events)
        match mark.done:
            case (datetime() as when, int() as place):
                self._done = (when, place)
            case _:
                self._done = None
        self._changes = [each for each in self._changes if mark.now is None or each > mark.now]
        cells = self._docket.grouping.all_cells()
        self._wakes = [(cell.wakes, cell.name) for cell in cells if cell.wakes is not None]
        heapq.heapify(self._wakes)

    @property
    def lookups(self) -> Lookups:
        """Narrow questions about one registration, cheap enough to ask before every event."""
        return Lookups(self._docket)

    def standings_of(self, registration_id: str) -> tuple[Standing, ...]:
        """The standings of one registration as last decided; none before it was submitted.

        A look-up, cheap enough to ask before every event. The place in a queue may be left out,
        or be that of an earlier decision; `state` has it exact.
        """
        return self._docket.standings_of(registration_id)

    def periods(self) -> Iterator[HeldPeriod]:
        """The periods that last, as of `now`."""
        for cell in self._docket.grouping.all_cells():
            yield from lasting(cell)

    def _next(self) -> datetime | None:
        """The next instant at which anything is due."""
        while self._wakes and self._stale(*self._wakes[0]):
            heapq.heappop(self._wakes)
        due = [heap[0][0] for heap in (self._events, self._wakes) if heap]
        due += self._changes[:1] if self._docket.grouping.cells else []
        return min(due, default=None)

    def _stale(self, at: datetime, name: str) -> bool:
        cell = self._docket.grouping.cells.get(name)
        return cell is None or cell.wakes != at

    def _work(self, to: datetime, *, inclusive: bool) -> None:
        """Do what is due before an instant, or also at it: clocks first, then events in order."""
        while (due := self._next()) is not None and (due < to or (inclusive and due == to)):
            woken = self._woken(due)
            if woken:
                self._settle_woken(due, woken)
            elif self._events and self._events[0][0] == due:
                self._replay(due)
            self._now = due
        if inclusive and (self._now is None or to > self._now):
            self._now = to

    def _woken(self, due: datetime) -> set[str]:
        """The registrations that a clock or a new version of the rules makes due."""
        grouping = self._docket.grouping
        names: set[str] = set()
        while self._changes and self._changes[0] <= due:
            self._changes.pop(0)
            for cell in grouping.all_cells():
                cell.turns.clear()
                names |= cell.active
        while self._wakes and self._wakes[0][0] <= due:
            at, name = heapq.heappop(self._wakes)
            if not self._stale(at, name):
                names |= self._docket.due(grouping.cells[name], due)
        return names

    def _settle_woken(self, due: datetime, woken: set[str]) -> None:
        for name in sorted(woken):  # what it belongs to may change on a date
            woken |= self._docket.place(self._docket.ledger.registrations[name], due)
        self._settle(due, dict.fromkeys(woken, ()))

    def _replay(self, at: datetime) -> None:
        """The next event, or those that count as simultaneous."""
        group = [heapq.heappop(self._events)]
        while self._events and self._events[0][:2] == group[0][:2]:
            group.append(heapq.heappop(self._events))
        causes: dict[str, tuple[str, ...]] = {}
        for *_, event in group:
            try:
                about, notice = self._docket.apply(event, at)
            except DealregError as wrong:
                self._set_aside(event, "IMPOSSIBLE", wrong.message, wrong.hint)
                continue
            self._told += [] if notice is None else [notice]
            for name in about:
                causes[name] = (*causes.get(name, ()), event.event_id)
        self._done = group[0][:2]
        if causes:
            self._settle(at, causes)

    def _settle(self, at: datetime, causes: Mapping[str, tuple[str, ...]]) -> None:
        told, cells = self._docket.settle(at, causes)
        self._told += told
        for cell in cells:
            if cell.wakes is not None:
                heapq.heappush(self._wakes, (cell.wakes, cell.name))
