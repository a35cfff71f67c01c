"""Questions to a whole history: its timeline, the state at any instant, and hindsight."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import attrs

from dealreg.deciders.deciding import Externals
from dealreg.errors import UsageError
from dealreg.facts.events import takes_effect
from dealreg.facts.histories import History
from dealreg.facts.instants import instant
from dealreg.history.engine import Replay
from dealreg.history.settling import Entry, entry_order
from dealreg.outcome.timeline import (
    FoundDeadlock,
    HeldPeriod,
    Notice,
    SetAside,
    State,
    Timeline,
    Transition,
)
from dealreg.policy.policies import Policy, PolicyBook

__all__ = ["hindsight", "known_by", "replay", "replayed", "state", "timeline_of"]

_EVERY: Final = 1000


def replay(
    rules: Policy | PolicyBook,
    history: History,
    *,
    until: datetime | str | None = None,
    externals: Externals | None = None,
    progress: Callable[[int], object] | None = None,
) -> Timeline:
    """All that happened under the rules, by what was known when.

    Args:
        rules: a policy, or a policy book.
        history: the events, and what was known before the first of them.
        until: go on to this instant, included; to the last event if not given.
        externals: answers to the external questions that the rules ask.
        progress: called with the number of events so far, every thousand and at the end.

    Raises:
        PolicyErrors: the rules are not sound.
        UsageError: an external question has no answer, or `until` no time zone.

    >>> from dealreg import Event, Policy, contest, earliest
    >>> policy = Policy(programme="Example", contests=[
    ...     contest("protection", earliest("submitted_at"))])
    >>> history = History(events=[
    ...     Event(event_id=name, kind="submitted", about=name, happened_at=f"2026-03-0{day}T09:00Z",
    ...           facts={"partner_id": name, "opportunity_id": "O1"})
    ...     for name, day in (("A", 1), ("B", 2))])
    >>> [(t.after.registration_id, t.after.code) for t in replay(policy, history).transitions]
    [('A', 'GRANTED'), ('B', 'DUPLICATE_OTHER_PARTNER')]
    """
    engine = Replay(rules, known=history.known, externals=externals)
    last = None if until is None else instant(until)
    told: list[Entry] = []
    count = 0
    for event in sorted(history.events, key=lambda e: (e.known_at, takes_effect(e), e.event_id)):
        if last is not None and event.known_at > last:
            break
        engine.feed(event)
        count += 1
        if count % _EVERY == 0:
            told += engine.drain()
            if progress is not None:
                progress(count)
    if last is None:
        last = engine.finish()
    else:
        engine.advance(last)
    if progress is not None:
        progress(count)
    return timeline_of([*told, *engine.drain()], engine, last)


def timeline_of(told: list[Entry], engine: Replay, until: datetime | None) -> Timeline:
    """What a replay told, as one value, with the periods that still last."""
    if until is None:
        raise UsageError("the history has no events", hint="add some, or state `until`")

    def of(kind: type) -> tuple[Entry, ...]:
        return tuple(each for each in told if isinstance(each, kind))

    periods = [*of(HeldPeriod), *engine.periods()]
    return Timeline(
        until=until,
        transitions=of(Transition),
        periods=sorted(periods, key=lambda p: (p.since, *entry_order(p)[2:])),
        notices=of(Notice),
        deadlocks=of(FoundDeadlock),
        set_aside=of(SetAside),
    )


def known_by(history: History, known_at: datetime) -> History:
    """The history as it was known at an instant: without what became known later."""
    kept = tuple(event for event in history.events if event.known_at <= known_at)
    return attrs.evolve(history, events=kept)


def hindsight(history: History) -> History:
    """The history as if everything had been known when it happened.

    What this would have led to, `replay(rules, hindsight(history))` tells; what was decided,
    `replay(rules, history)`.
    """
    return attrs.evolve(
        history,
        events=[attrs.evolve(event, known_at=event.happened_at) for event in history.events],
    )


def state(
    rules: Policy | PolicyBook,
    history: History,
    *,
    at: datetime | str,
    known_at: datetime | str | None = None,
    externals: Externals | None = None,
) -> State:
    """How everything stood at an instant, by what was known at another (spec clause H-10).

    With `known_at` not given, or equal to `at`: what was decided by then. With a later one: what
    would have been decided by then, had all been known that was known at `known_at`. With an
    earlier one: what would be by then if nothing else became known.

    Raises:
        PolicyErrors, UsageError: as `replay`.

    >>> from dealreg import Event, Policy, contest, earliest
    >>> policy = Policy(programme="Example", contests=[
    ...     contest("protection", earliest("submitted_at"))])
    >>> history = History(events=[
    ...     Event(event_id="1", kind="submitted", about="A", happened_at="2026-03-02T09:00Z",
    ...           facts={"partner_id": "A", "opportunity_id": "O1"}),
    ...     Event(event_id="2", kind="submitted", about="B", happened_at="2026-03-01T09:00Z",
    ...           known_at="2026-03-09T09:00Z", facts={"partner_id": "B", "opportunity_id": "O1"})])
    >>> [s.registration_id for s in state(policy, history, at="2026-03-05T00:00Z").standings]
    ['A']
    >>> late = state(policy, history, at="2026-03-05T00:00Z", known_at="2026-03-10T00:00Z")
    >>> [s.registration_id for s in late.holders("protection")]
    ['B']
    """
    when = instant(at)
    known = when if known_at is None else instant(known_at)
    found = replayed(rules, history, at=when, known_at=known, externals=externals).state(when)
    return attrs.evolve(found, known_at=known)


def replayed(
    rules: Policy | PolicyBook,
    history: History,
    *,
    at: datetime,
    known_at: datetime,
    externals: Externals | None = None,
    progress: Callable[[int], object] | None = None,
) -> Replay:
    """A replay that has gone on to an instant, by what was known at another."""
    told = known_by(history, known_at)
    if known_at > at:
        told = hindsight(told)
    engine = Replay(rules, known=told.known, externals=externals)
    events = sorted(told.events, key=lambda e: (e.known_at, takes_effect(e), e.event_id))
    for count, event in enumerate(events, start=1):
        if event.known_at > at:
            break
        engine.feed(event)
        if progress is not None and count % _EVERY == 0:
            progress(count)
    engine.advance(at)
    return engine
