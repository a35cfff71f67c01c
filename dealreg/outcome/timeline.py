"""What comes back from a replay: how things stand at an instant, and what changed when."""

from datetime import datetime
from typing import ClassVar

import attrs

from dealreg.errors import FactsError
from dealreg.facts.events import Event
from dealreg.facts.values import Choice, as_tuple
from dealreg.outcome.decision import Deadlock, Referral, Standing, StandingKind

__all__ = [
    "EndedDeadlock",
    "FoundDeadlock",
    "HeldPeriod",
    "Notice",
    "NoticeKind",
    "Pending",
    "SetAside",
    "State",
    "Timeline",
    "Transition",
]


@attrs.frozen(kw_only=True)
class HeldPeriod:
    """How long a registration held a benefit, as a half-open interval.

    Attributes:
        registration_id, partner_id, benefit, line: who held what.
        conflict: the values of the scope's keys, which name what was competed for.
        since: from when on, included.
        until: until when, excluded; None while it lasts.
        ended_by: the reason code with which it ended; empty while it lasts.
        starts, ends: the protection period as the policy's clock has it; `ends` is when it will
            run out if nothing else happens. None where the policy states none, or it stands still.
    """

    tag: ClassVar[str] = "held_period"

    registration_id: str
    partner_id: str
    benefit: str
    line: str | None = None
    conflict: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    since: datetime
    until: datetime | None = None
    ended_by: str = ""
    starts: datetime | None = None
    ends: datetime | None = None


@attrs.frozen(kw_only=True)
class Transition:
    """A standing that changed: of which registration to what benefit, when, from what to what.

    Attributes:
        at: the instant.
        before: how it stood before; None where it had no standing.
        after: how it stands from then on.
        final: whether it holds the benefit for good from then on.
        because: the events that were the cause, by identifier; empty where a clock was.
    """

    tag: ClassVar[str] = "transition"

    at: datetime
    before: StandingKind | None = attrs.field(
        default=None, converter=attrs.converters.optional(StandingKind)
    )
    after: Standing
    final: bool = False
    because: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)


class NoticeKind(Choice):
    """What a clock has to say."""

    REMINDER = "reminder"
    """A milestone comes near."""
    DUE = "due"
    """A milestone is due and not met; grace may be left."""
    ANSWER_OVERDUE = "answer_overdue"
    """The vendor has not answered in time."""
    ESCALATED = "escalated"
    """… and the policy asks a person of the vendor to answer."""
    DEEMED_APPROVED = "deemed_approved"
    """… and the registration counts as approved."""
    EXTENSION_REFUSED = "extension_refused"
    """An extension was not given because somebody waits."""
    VACANT = "vacant"
    """Its benefit has ended, nobody is left who could hold it, and a person assigns it."""


@attrs.frozen(kw_only=True)
class Notice:
    """Something that a channel manager should do or know at an instant.

    Attributes:
        clause: the place in the policy of the clock.
    """

    tag: ClassVar[str] = "notice"

    at: datetime
    kind: NoticeKind = attrs.field(converter=NoticeKind)
    registration_id: str
    partner_id: str
    benefit: str = ""
    clause: str


@attrs.frozen(kw_only=True)
class Pending:
    """A clock that is running: what will happen when, if nothing else happens before."""

    tag: ClassVar[str] = "pending"

    at: datetime
    registration_id: str
    benefit: str = ""
    what: str
    clause: str


@attrs.frozen(kw_only=True)
class FoundDeadlock:
    """A deadlock, from when on it stood."""

    tag: ClassVar[str] = "found_deadlock"

    since: datetime
    deadlock: Deadlock


@attrs.frozen(kw_only=True)
class EndedDeadlock:
    """A deadlock that stands no more.

    Attributes:
        at: from when on the benefit is not deadlocked for the registration that was blocked.
        because: the events that were the cause, by identifier; empty where a clock was.
    """

    tag: ClassVar[str] = "ended_deadlock"

    at: datetime
    deadlock: Deadlock
    because: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)


@attrs.frozen(kw_only=True)
class SetAside:
    """An event that could not be replayed, and why; the others were."""

    tag: ClassVar[str] = "set_aside"

    event: Event
    code: str
    reason: str
    hint: str = ""

    def error(self) -> FactsError:
        """The same, as an error to raise."""
        place = f"event {self.event.event_id}"
        return FactsError(self.reason, place=place, value=self.event.about, hint=self.hint)


@attrs.frozen(kw_only=True)
class State:
    """How everything stands at an instant, by what was known at another.

    Attributes:
        at: the instant asked about.
        known_at: by what was known then.
        standings: of every registration to every benefit.
        held: who holds what for good, and since when.
        referrals: what a person has to decide.
        deadlocks: benefits that nobody can use though somebody alone could.
        pending: the clocks that are running, the next first.
        next_change: the next instant at which anything can change without a new event; None for
            never. It may turn out that nothing does, but nothing changes before it.
    """

    tag: ClassVar[str] = "state"

    at: datetime
    known_at: datetime
    standings: tuple[Standing, ...] = attrs.field(default=(), converter=as_tuple)
    held: tuple[HeldPeriod, ...] = attrs.field(default=(), converter=as_tuple)
    referrals: tuple[Referral, ...] = attrs.field(default=(), converter=as_tuple)
    deadlocks: tuple[Deadlock, ...] = attrs.field(default=(), converter=as_tuple)
    pending: tuple[Pending, ...] = attrs.field(default=(), converter=as_tuple)
    next_change: datetime | None = None

    def holders(self, benefit: str, line: str | None = None) -> tuple[Standing, ...]:
        """The standings that are granted a benefit, for good or provisionally."""
        return tuple(
            each
            for each in self.standings
            if each.benefit == benefit
            and each.kind is StandingKind.GRANTED
            and (line is None or each.line == line)
        )

    def queue(self, benefit: str, line: str | None = None) -> tuple[Standing, ...]:
        """The standings that wait for a benefit, in the order of their places."""
        waiting = [
            each
            for each in self.standings
            if each.benefit == benefit
            and each.kind is StandingKind.WAITING
            and (line is None or each.line == line)
        ]
        return tuple(sorted(waiting, key=lambda each: (each.place or 0, each.registration_id)))


@attrs.frozen(kw_only=True)
class Timeline:
    """All that a replay found, in the order of time.

    Attributes:
        until: the instant up to which was replayed, included.
        transitions: every change of a standing.
        periods: every period in which a benefit was held, also those that last.
        notices: what clocks had to say.
        deadlocks: from when on benefits were deadlocked.
        set_aside: events that could not be replayed.
    """

    tag: ClassVar[str] = "timeline"

    until: datetime
    transitions: tuple[Transition, ...] = attrs.field(default=(), converter=as_tuple)
    periods: tuple[HeldPeriod, ...] = attrs.field(default=(), converter=as_tuple)
    notices: tuple[Notice, ...] = attrs.field(default=(), converter=as_tuple)
    deadlocks: tuple[FoundDeadlock, ...] = attrs.field(default=(), converter=as_tuple)
    set_aside: tuple[SetAside, ...] = attrs.field(default=(), converter=as_tuple)
