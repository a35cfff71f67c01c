"""Telling a history event by event: when the next one lies, what it states, when it is known."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import attrs
from hypothesis import strategies as st

from dealreg.facts.core_fields import CORE_NAMES
from dealreg.facts.events import Event, EventKind
from dealreg.facts.fields import Field, FieldType, Subject
from dealreg.facts.records import Verdict
from dealreg.facts.values import Value
from dealreg.policy.policies import Policy
from dealreg.testing.draws import once_in, pick
from dealreg.testing.happenings import AROUND, fields_told, milestones_for
from dealreg.testing.moments import TICK, ends_from
from dealreg.testing.pools import Pools
from dealreg.testing.presets import Preset

__all__ = ["Teller"]

T = TypeVar("T")

_STARTING: Final = frozenset(
    {EventKind.SUBMITTED, EventKind.COMPLETED, EventKind.APPROVED, EventKind.RESUBMITTED}
)
"""Events from which clocks count."""

_WRONG: Final[tuple[Any, ...]] = (7, "glod", True, frozenset({"x"}))
_DAY: Final = timedelta(days=1)


@attrs.define(eq=False)
class Teller:
    """Draws one event after the other, and keeps them.

    Attributes:
        draw: supplied by Hypothesis.
        pools: the values that matter to each version of the rules.
        preset: what kind of history.
        dates: instants that matter by themselves, such as those of new versions.
        events: what was told so far.
        ends: when what the rules measure ends, counted from what was told so far.
        counts: from when on the submission of each registration counts.
        numbered: of each registration, whether its events have an arrival sequence.
    """

    draw: st.DrawFn
    pools: Sequence[Pools]
    preset: Preset
    dates: tuple[datetime, ...] = ()
    events: list[Event] = attrs.field(factory=list)
    ends: dict[datetime, None] = attrs.field(factory=dict)
    counts: dict[str, datetime] = attrs.field(factory=dict)
    numbered: dict[str, bool] = attrs.field(factory=dict)

    @property
    def policies(self) -> list[Policy]:
        """The versions of the rules."""
        return [each.policy for each in self.pools]

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices; the first is the simplest."""
        return pick(self.draw, choices)

    def once_in(self, times: int) -> bool:
        """True once in so many times."""
        return once_in(self.draw, times)

    def moment(self, after: datetime) -> datetime:
        """An instant from another on: one of the pools, or the end of what was begun before."""
        ends = [each for each in (*self.ends, *self.dates) if each >= after]
        if ends and self.once_in(2):
            end = self.pick(ends)
            step = self.pick((0, 0, -1, 1)) if self.preset.edges or self.once_in(4) else 0
            return max(after, end + step * TICK)
        soon = [each for pools in self.pools for each in pools.instants if each >= after]
        return self.pick((*soon, after))

    def values(self, subject: Subject) -> dict[str, Value]:
        """What is known of a subject, of all that the rules read of it."""
        met = milestones_for(self.policies)  # events of their own tell these
        fields = (each for each in fields_told(self.pools, subject) if each.name not in met)
        told = {field.name: self.value(field) for field in fields}
        return {name: value for name, value in told.items() if value is not None}

    def value(self, field: Field) -> Value | None:
        """A value of a field; None as often as the preset drops facts."""
        if self.preset.absent and self.pick(range(8)) >= 8 - self.preset.absent:
            return None
        pools = next(each for each in self.pools if field.name in each.read)
        values = pools.values(field.name)
        return self.pick(values) if values else None

    def tell(self, kind: EventKind, about: str, at: datetime, **facts: Value) -> Event:
        """One more event that happens at an instant, known then or later."""
        known_at = self._known(kind, about, at)
        number = len(self.events) + 1
        event = Event(
            event_id=f"E{number:02}",
            kind=kind,
            about=about,
            happened_at=at,
            known_at=known_at,
            sequence=number if self._numbered(about) else None,
            facts=facts,
        )
        self.events.append(event)
        if kind in _STARTING:
            for policy in self.policies:
                self.ends |= dict.fromkeys(ends_from(policy, at))
        if kind is EventKind.SUBMITTED:
            self.counts.setdefault(about, max(at, known_at))
        return event

    def _known(self, kind: EventKind, about: str, at: datetime) -> datetime:
        """Mostly at once, sometimes later, seldom ahead; not before a submission is known."""
        known = at
        if self.once_in(3):
            known = self.moment(at)
        elif self.once_in(8):
            known = at - _DAY
        if kind is EventKind.SUBMITTED or not self.preset.orderly:
            return known
        counts = self.counts.get(about, known)
        return known if max(known, at) >= counts else counts

    def _numbered(self, about: str) -> bool:
        """All events about one thing are numbered, or none: else they would be out of order."""
        if not self.preset.orderly:
            return self.once_in(2)
        if about not in self.numbered:
            self.numbered[about] = self.once_in(2)
        return self.numbered[about]

    def facts_of(self, kind: EventKind) -> dict[str, Value]:
        """What an event of a kind states about a registration, beside that it happened."""
        match kind:
            case EventKind.AMENDED:
                return self.one_of(Subject.REGISTRATION)
            case EventKind.MILESTONE_MET:
                return {"milestone": self.pick(milestones_for(self.policies))}
            case EventKind.REJECTED:
                return self._why()
            case EventKind.EXTENSION_ASKED | EventKind.EXTENSION_GRANTED if self.once_in(4):
                return {"length": self.pick(("7 days", "1 months", "2 business days"))}
            case EventKind.EVIDENCE_ADDED:
                return {"evidence": self.pick((frozenset({"P"}), frozenset({"Q", "R"})))}
            case EventKind.RULED:
                benefit = self.pick(self._benefits())
                return {"benefit": benefit, "verdict": self.pick(tuple(Verdict)).value}
            case _:
                return {}

    def _benefits(self) -> list[str]:
        return sorted({c.benefit for policy in self.policies for c in policy.contests})

    def _why(self) -> dict[str, Value]:
        """Mostly because another one was preferred."""
        codes = sorted({c.others.code for policy in self.policies for c in policy.contests})
        return {"status_reason": self.pick((*codes, "OTHER"))}

    def one_of(self, subject: Subject) -> dict[str, Value]:
        """A new value of one of the facts that the rules read and that can change."""
        able = [field for field in fields_told(self.pools, subject) if field.changes]
        able = [each for each in able if subject is not Subject.OPPORTUNITY or _plain(each)]
        if not able:
            return {}
        field = self.pick(able)
        if not self.preset.orderly and self.once_in(4) and field.name not in CORE_NAMES:
            return {field.name: self.pick(_WRONG)}
        value = self.value(field)
        return {} if value is None else {field.name: value}


def _plain(field: Field) -> bool:
    """Whether no event of its own kind tells it."""
    return field.name not in AROUND and field.type is not FieldType.INSTANT
