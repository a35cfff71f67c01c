"""The story of one registration, opportunity or customer, out of a whole history."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final, assert_never

import attrs

from dealreg.deciders.deciding import Externals
from dealreg.errors import UsageError
from dealreg.facts.events import EVENT_RULES, Event, takes_effect
from dealreg.facts.fields import Subject
from dealreg.facts.histories import History
from dealreg.facts.instants import instant
from dealreg.history.engine import Replay
from dealreg.history.kinship import Kinship
from dealreg.history.queries import timeline_of
from dealreg.history.settling import Entry
from dealreg.outcome.decision import Referral
from dealreg.outcome.stories import Story
from dealreg.outcome.timeline import (
    EndedDeadlock,
    FoundDeadlock,
    HeldPeriod,
    Notice,
    SetAside,
    State,
    Transition,
)
from dealreg.policy.policies import Policy, PolicyBook

__all__ = ["story_of"]

_EVERY: Final = 1000


def story_of(
    rules: Policy | PolicyBook,
    history: History,
    about: str,
    *,
    until: datetime | str | None = None,
    externals: Externals | None = None,
    progress: Callable[[int], object] | None = None,
) -> Story:
    """What happened to one registration, opportunity or customer, and what came of it.

    The whole history is replayed, because what others did may matter; only what concerns it and
    those that compete with it is kept.

    Args:
        rules: a policy, or a policy book.
        history: the events, and what was known before the first of them.
        about: the identifier of a registration, an opportunity or a customer.
        until: go on to this instant, included; to the last event if not given.
        externals: answers to the external questions that the rules ask.
        progress: called with the number of events so far.

    Raises:
        PolicyErrors, UsageError: as `Replay`; nothing in the history has that identifier.

    >>> from dealreg import Event, History, Policy, contest, earliest
    >>> policy = Policy(programme="Example", contests=[
    ...     contest("protection", earliest("submitted_at"))])
    >>> history = History(events=[
    ...     Event(event_id=name, kind="submitted", about=name, happened_at=f"2026-03-0{day}T09:00Z",
    ...           facts={"partner_id": name, "opportunity_id": deal})
    ...     for name, day, deal in (("A", 1, "O1"), ("B", 2, "O1"), ("C", 3, "O2"))])
    >>> story = story_of(policy, history, "B")
    >>> story.of, story.registrations
    ('registration', ('A', 'B'))
    """
    kin = Kinship.of(rules, history)
    of, found = kin.meant(about)
    members = kin.rivals(found)
    last = None if until is None else instant(until)
    replay = Replay(rules, known=history.known, externals=externals)
    told: list[Entry] = []
    for count, event in enumerate(history.events, start=1):
        if last is None or event.known_at <= last:
            replay.feed(event)
        if count % _EVERY == 0:
            told += _concerning(members, replay.drain())
            if progress is not None:
                progress(count)
    end = replay.finish() if last is None else last
    if end is None:
        raise UsageError("the history has no events", hint="add some, or state `until`")
    replay.advance(end)
    told += _concerning(members, replay.drain())
    timeline = timeline_of(told, replay, end)
    owners = {name: _owner(replay, name) for name in sorted(members)}
    return Story(
        rules=rules,
        about=about,
        of=of,
        registrations=sorted(members),
        owners=owners,
        names=_names(replay, owners.values()),
        events=[each for each in history.events if _concerns(each, kin, members, end)],
        timeline=attrs.evolve(
            timeline,
            periods=[each for each in timeline.periods if each.registration_id in members],
        ),
        ended=[each for each in told if isinstance(each, EndedDeadlock)],
        state=_state(replay, members, end),
    )


def _concerning(members: set[str], entries: list[Entry]) -> list[Entry]:
    return [each for each in entries if _registration(each) in members]


def _registration(entry: Entry) -> str:
    match entry:
        case Transition(after=after):
            return after.registration_id
        case HeldPeriod() | Notice():
            return entry.registration_id
        case FoundDeadlock(deadlock=deadlock) | EndedDeadlock(deadlock=deadlock):
            return deadlock.blocked
        case SetAside(event=event):
            return event.about
        case _:
            assert_never(entry)


def _owner(replay: Replay, registration_id: str) -> str:
    found = replay.lookups.registration(registration_id)
    return "" if found is None else found.partner_id


def _names(replay: Replay, partners: Iterable[str]) -> dict[str, str]:
    found = {each: replay.lookups.name_of(each) for each in partners}
    return {each: name for each, name in found.items() if name != each}


def _concerns(event: Event, kin: Kinship, members: set[str], until: datetime) -> bool:
    """Whether an event is about one of the registrations, or about what they name."""
    if takes_effect(event) > until:
        return False
    match EVENT_RULES[event.kind].subject:
        case Subject.REGISTRATION:
            return event.about in members
        case Subject.OPPORTUNITY:
            return any(event.about in kin.values(name, "opportunity_id") for name in members)
        case Subject.CUSTOMER:
            return any(event.about in kin.values(name, "customer_id") for name in members)
        case Subject.PARTNER:
            return any(event.about == kin.owners.get(name) for name in members)


def _state(replay: Replay, members: set[str], at: datetime) -> State:
    whole = replay.state(at)
    wakes = [replay.lookups.wakes(name) for name in members]
    return attrs.evolve(
        whole,
        standings=[each for each in whole.standings if each.registration_id in members],
        held=[each for each in whole.held if each.registration_id in members],
        referrals=[each for each in whole.referrals if _asks(replay, members, each)],
        deadlocks=[each for each in whole.deadlocks if each.blocked in members],
        pending=[each for each in whole.pending if each.registration_id in members],
        next_change=min((each for each in wakes if each is not None), default=None),
    )


def _asks(replay: Replay, members: set[str], question: Referral) -> bool:
    """Whether a question is about one of the registrations, or about what they competed for."""
    if question.candidates:
        return bool(members & set(question.candidates))
    of = (question.benefit, question.line)
    return any(replay.lookups.conflict(name, *of) == question.conflict for name in members)
