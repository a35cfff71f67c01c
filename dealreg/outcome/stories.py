"""The story of one deal: what happened to it, what changed, who held what, and how it stands."""

from datetime import datetime
from typing import ClassVar

import attrs

from dealreg.facts.events import Event
from dealreg.facts.values import FrozenMap, as_tuple
from dealreg.outcome.timeline import EndedDeadlock, State, Timeline
from dealreg.policy.policies import Policy, PolicyBook

__all__ = ["Story"]


@attrs.frozen(kw_only=True)
class Story:
    """All that concerns one registration, opportunity or customer.

    Attributes:
        rules: the rules that were replayed.
        about: the identifier that was asked about.
        of: `registration`, `opportunity` or `customer`: what it identifies.
        registrations: the registrations it is about, and those that compete with them.
        owners: whose they are: the partner of each registration.
        names: what partners are called, by identifier, where that is known.
        events: what happened to them.
        timeline: what changed.
        ended: the deadlocks that ended.
        state: how they stand at the end, and what is pending.
    """

    tag: ClassVar[str] = "story"

    rules: Policy | PolicyBook
    about: str
    of: str
    registrations: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    owners: FrozenMap = attrs.field(factory=FrozenMap, converter=FrozenMap)
    names: FrozenMap = attrs.field(factory=FrozenMap, converter=FrozenMap)
    events: tuple[Event, ...] = attrs.field(default=(), converter=as_tuple)
    timeline: Timeline
    ended: tuple[EndedDeadlock, ...] = attrs.field(default=(), converter=as_tuple)
    state: State

    @property
    def until(self) -> datetime:
        """The instant up to which it is told."""
        return self.timeline.until
