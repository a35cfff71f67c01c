"""What a change of policy would have done to a history: who gains, who loses, and what it costs."""

from datetime import datetime
from typing import ClassVar

import attrs

from dealreg.facts.instants import instant
from dealreg.facts.values import Choice, Money, as_tuple
from dealreg.outcome.comparison import ChangeKind
from dealreg.outcome.decision import PolicyRef

__all__ = [
    "Absent",
    "DeadlockShift",
    "EditionRef",
    "Handover",
    "Held",
    "Impact",
    "Moved",
    "Reading",
    "Shift",
]


class Reading(Choice):
    """How a history was read."""

    AS_OF = "as_of"
    """Every conflict of a table is decided once, as of one instant."""
    IN_TURN = "in_turn"
    """Registrations of a table are decided as they came; who comes while another holds, loses."""
    REPLAYED = "replayed"
    """Events are replayed by what was known when; whoever was awarded it at any time holds it."""


@attrs.frozen(kw_only=True)
class EditionRef:
    """An edition of a policy book: which policy, and from when on it is in force."""

    tag: ClassVar[str] = "edition_ref"

    policy: PolicyRef
    effective_from: datetime = attrs.field(converter=instant)


@attrs.frozen(kw_only=True)
class Absent:
    """Something that was not measured, and why: it is not zero.

    Attributes:
        measure: what was not measured.
        because: what the history or the reading lacks.
    """

    tag: ClassVar[str] = "absent_measure"

    measure: str
    because: str


@attrs.frozen(kw_only=True)
class Held:
    """How many registrations hold a benefit under each policy.

    Attributes:
        benefit: the benefit.
        old, new: registrations that hold it.
        old_worth, new_worth: what they are worth, one amount for each currency.
        old_conflicts, new_conflicts: conflicts in which anybody holds it.
        old_referred, new_referred: registrations about which a person has to decide.
    """

    tag: ClassVar[str] = "impact_held"

    benefit: str
    old: int
    new: int
    old_worth: tuple[Money, ...] = attrs.field(default=(), converter=as_tuple)
    new_worth: tuple[Money, ...] = attrs.field(default=(), converter=as_tuple)
    old_conflicts: int
    new_conflicts: int
    old_referred: int
    new_referred: int


@attrs.frozen(kw_only=True)
class Moved:
    """In how many conflicts a benefit fares otherwise, by the kind of change.

    Attributes:
        benefit: the benefit.
        kind: what happens to the conflict.
        conflicts: how many.
        worth: what they are worth, one amount for each currency.
    """

    tag: ClassVar[str] = "impact_moved"

    benefit: str
    kind: ChangeKind = attrs.field(converter=ChangeKind)
    conflicts: int
    worth: tuple[Money, ...] = attrs.field(default=(), converter=as_tuple)


@attrs.frozen(kw_only=True)
class Shift:
    """Who gains and who loses a benefit, by one property of registrations.

    Attributes:
        benefit: the benefit.
        by: the property, as the column is called; `month` is that of the submission, in UTC.
        value: its value; None where it is not known, or where several are put together.
        others: how many values are put together here, because each moves less than those named;
            0 for a value of its own.
        gained: registrations that hold the benefit under the new policy only.
        lost: registrations that hold it under the old policy only.
        gained_worth, lost_worth: what they are worth, one amount for each currency.
    """

    tag: ClassVar[str] = "impact_shift"

    benefit: str
    by: str
    value: str | None = None
    others: int = 0
    gained: int
    lost: int
    gained_worth: tuple[Money, ...] = attrs.field(default=(), converter=as_tuple)
    lost_worth: tuple[Money, ...] = attrs.field(default=(), converter=as_tuple)


@attrs.frozen(kw_only=True)
class DeadlockShift:
    """Registrations that a deadlock keeps from a benefit, under each policy.

    Attributes:
        benefit: the benefit.
        old, new: how many registrations are blocked.
        removed: blocked under the old policy only.
        created: blocked under the new policy only.
        created_for: some that are blocked under the new policy only, by identifier.
    """

    tag: ClassVar[str] = "impact_deadlocks"

    benefit: str
    old: int
    new: int
    removed: int
    created: int
    created_for: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)


@attrs.frozen(kw_only=True)
class Handover:
    """One conflict in which a benefit is gained, is lost, or changes hands.

    Attributes:
        benefit: the benefit.
        kind: what happens to the conflict.
        conflict: the values of the scope's keys.
        old, new: the registrations that hold it under each policy.
        old_partners, new_partners: whose these are.
        worth: what the conflict is worth; None where no registration of it states an amount.
    """

    tag: ClassVar[str] = "impact_handover"

    benefit: str
    kind: ChangeKind = attrs.field(converter=ChangeKind)
    conflict: tuple[str, ...] = attrs.field(converter=as_tuple)
    old: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    new: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    old_partners: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    new_partners: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    worth: Money | None = None


@attrs.frozen(kw_only=True)
class Impact:
    """What one policy in place of another would have done to a history.

    Attributes:
        old, new: the policies; of a book, its last edition.
        old_editions, new_editions: all editions of a book; none of a single policy.
        reading: how the history was read.
        at: the instant asked about, or up to which was replayed.
        registrations: how many registrations were decided.
        rejected: rows or events that could not be used, under either policy.
        held: who holds what, for each benefit.
        moved: the conflicts that fare otherwise, for each benefit and kind of change.
        shifts: who gains and who loses, for each benefit and property.
        deadlocks: deadlocks removed and created, for each benefit that has any; see
            `deadlocks_known`.
        handovers: the conflicts that are gained, lost or change hands and are worth most.
        absent: what was not measured, and why.
    """

    tag: ClassVar[str] = "impact"

    old: PolicyRef
    new: PolicyRef
    old_editions: tuple[EditionRef, ...] = attrs.field(default=(), converter=as_tuple)
    new_editions: tuple[EditionRef, ...] = attrs.field(default=(), converter=as_tuple)
    reading: Reading = attrs.field(converter=Reading)
    at: datetime | None = None
    registrations: int
    rejected: int = 0
    held: tuple[Held, ...] = attrs.field(default=(), converter=as_tuple)
    moved: tuple[Moved, ...] = attrs.field(default=(), converter=as_tuple)
    shifts: tuple[Shift, ...] = attrs.field(default=(), converter=as_tuple)
    deadlocks: tuple[DeadlockShift, ...] = attrs.field(default=(), converter=as_tuple)
    handovers: tuple[Handover, ...] = attrs.field(default=(), converter=as_tuple)
    absent: tuple[Absent, ...] = attrs.field(default=(), converter=as_tuple)

    @property
    def empty(self) -> bool:
        """Whether nothing fares otherwise, as far as it was measured."""
        dead = any(each.removed or each.created for each in self.deadlocks)
        return not (self.moved or self.shifts or dead)

    @property
    def deadlocks_known(self) -> bool:
        """Whether deadlocks were looked for; if not, `absent` says why."""
        return all(each.measure != "deadlocks" for each in self.absent)

    def by(self, benefit: str, name: str) -> tuple[Shift, ...]:
        """The shifts of one benefit by one property."""
        return tuple(one for one in self.shifts if (one.benefit, one.by) == (benefit, name))
