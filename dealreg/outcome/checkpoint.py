"""A checkpoint: all that a replay has to remember in order to go on elsewhere, or later."""

from datetime import datetime
from typing import ClassVar

import attrs

from dealreg.facts.case import Facts
from dealreg.facts.events import Event
from dealreg.facts.holdings import Holding
from dealreg.facts.values import FrozenMap, as_tuple
from dealreg.outcome.decision import Deadlock, Referral, Standing
from dealreg.outcome.timeline import (
    EndedDeadlock,
    FoundDeadlock,
    HeldPeriod,
    Notice,
    SetAside,
    Transition,
)

__all__ = ["CellMark", "Checkpoint", "MemberMark", "PlaceMark", "SaidMark"]


@attrs.frozen(kw_only=True)
class MemberMark:
    """Where the replay stands with one registration.

    Attributes:
        active, won, live: whether it is still decided, has ended by being won, is live.
        turns: the next instant at which it may change by itself.
        turned: when its status last changed.
        governs: by benefit, the number of the version of the rules that decided, from 0.
    """

    tag: ClassVar[str] = "member_mark"

    registration_id: str
    active: bool
    won: bool = False
    live: bool = False
    turns: datetime | None = None
    turned: datetime
    governs: FrozenMap = attrs.field(factory=FrozenMap, converter=FrozenMap)


@attrs.frozen(kw_only=True)
class PlaceMark:
    """A standing as last decided, and the conflict it is of; empty where it is of none."""

    tag: ClassVar[str] = "place_mark"

    standing: Standing
    conflict: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)


@attrs.frozen(kw_only=True)
class SaidMark:
    """What a clock has said already."""

    tag: ClassVar[str] = "said_mark"

    clause: str
    registration_id: str
    what: str
    at: datetime


@attrs.frozen(kw_only=True)
class CellMark:
    """Where the replay stands with registrations that are decided together."""

    tag: ClassVar[str] = "cell_mark"

    members: tuple[MemberMark, ...] = attrs.field(converter=as_tuple)
    places: tuple[PlaceMark, ...] = attrs.field(default=(), converter=as_tuple)
    held: tuple[Holding, ...] = attrs.field(default=(), converter=as_tuple)
    past: tuple[Holding, ...] = attrs.field(default=(), converter=as_tuple)
    said: tuple[SaidMark, ...] = attrs.field(default=(), converter=as_tuple)
    referrals: tuple[Referral, ...] = attrs.field(default=(), converter=as_tuple)
    deadlocks: tuple[Deadlock, ...] = attrs.field(default=(), converter=as_tuple)
    wakes: datetime | None = None
    settled: bool = True


@attrs.frozen(kw_only=True)
class Checkpoint:
    """All that a replay has to remember.

    Attributes:
        rules: the digest of the rules it goes by.
        now: the instant up to which everything is decided.
        done: the place in the order of arrival of the last event decided.
        facts: the facts as the events so far tell them.
        seen: the identifiers of all events fed so far.
        events: those fed and not decided yet.
        cells: the registrations, in the groups in which they are decided.
        told: what was found and not drained yet.
        taken: how many events were taken from the source, for who feeds it.
        written: how much was written of what was told, for who writes it.
    """

    tag: ClassVar[str] = "checkpoint"

    rules: str
    now: datetime | None = None
    done: tuple[datetime | int, ...] = attrs.field(default=(), converter=as_tuple)
    facts: Facts = Facts()
    seen: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    events: tuple[Event, ...] = attrs.field(default=(), converter=as_tuple)
    cells: tuple[CellMark, ...] = attrs.field(default=(), converter=as_tuple)
    told: tuple[
        Transition | HeldPeriod | Notice | FoundDeadlock | EndedDeadlock | SetAside, ...
    ] = attrs.field(default=(), converter=as_tuple)
    taken: int = 0
    written: int = 0
