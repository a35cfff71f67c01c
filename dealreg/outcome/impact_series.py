"""What several policies come to on one history: a parameter swept, or contenders side by side."""

from fractions import Fraction
from typing import ClassVar

import attrs

from dealreg.facts.values import Choice, Money, as_tuple
from dealreg.outcome.decision import PolicyRef
from dealreg.outcome.impact import Absent, EditionRef, Impact, Reading

__all__ = [
    "Entrant",
    "Parameter",
    "ParameterKind",
    "Score",
    "Sweep",
    "SweepPoint",
    "Tournament",
    "Win",
]


class ParameterKind(Choice):
    """What values a parameter takes."""

    LENGTH = "length"
    """A length of time, such as `30 days`."""
    AMOUNT = "amount"
    """An amount of money, such as `10000 EUR`."""
    NUMBER = "number"
    """A number, such as `10` or `2.5`."""
    LEVEL = "level"
    """A level of a ladder, such as `gold`."""
    HOLDERS = "holders"
    """How many may hold a benefit, from 1."""
    TIMES = "times"
    """How often something may happen, from 1."""
    PERCENT = "percent"
    """A rate in percent, such as `7.5`."""
    INSTANT = "instant"
    """From when on an edition of a policy book is in force, such as `2026-03-01T00:00:00Z`."""


@attrs.frozen(kw_only=True)
class Parameter:
    """One constant of a policy that may be set to other values.

    Attributes:
        place: where it is in the policy.
        kind: what values it takes.
        value: what it is today, as text.
    """

    tag: ClassVar[str] = "parameter"

    place: str
    kind: ParameterKind = attrs.field(converter=ParameterKind)
    value: str


@attrs.frozen(kw_only=True)
class SweepPoint:
    """What comes of one value of a parameter, in place of today's."""

    tag: ClassVar[str] = "sweep_point"

    value: str
    impact: Impact


@attrs.frozen(kw_only=True)
class Sweep:
    """What comes of several values of a parameter on one history.

    Attributes:
        policy: the policy as it is today; of a book, its last edition.
        editions: all editions of a book; none of a single policy.
        parameter: which constant is set, with today's value.
        points: one for each value, in the order asked for.
    """

    tag: ClassVar[str] = "sweep"

    policy: PolicyRef
    editions: tuple[EditionRef, ...] = attrs.field(default=(), converter=as_tuple)
    parameter: Parameter
    points: tuple[SweepPoint, ...] = attrs.field(converter=as_tuple)


@attrs.frozen(kw_only=True)
class Win:
    """How many registrations of a kind hold a benefit.

    Attributes:
        by: the kind, `tier` or `size`.
        value: which tier or size; None where that is not known.
        held: registrations that hold the benefit.
        of: registrations there are.
    """

    tag: ClassVar[str] = "win"

    by: str
    value: str | None = None
    held: int
    of: int


@attrs.frozen(kw_only=True)
class Score:
    """What a policy comes to for one benefit.

    Attributes:
        benefit: the benefit.
        held: registrations that hold it.
        worth: what these are worth, one amount for each currency.
        conflicts: opportunities, or whatever the scope says, that anybody registered.
        held_conflicts: those in which somebody holds it.
        contested: those that several partners registered.
        referred: registrations about which a person has to decide.
        blocked: registrations that a deadlock keeps from it; None where not known.
        concentration: the sum of the squares of the partners' parts of what is held: 1 where one
            partner holds all; None where nobody holds any.
        most_at_once: the most that one partner holds at one time.
        most_at_once_by: that partner; the first by name, of several.
        ended: periods that have ended; None where not known.
        lapsed: those of them that ran out; None where not known.
        days_to_award: the median of days from submission until it is held for good; None where
            not known.
        wins: who holds it, by tier and by size.
    """

    tag: ClassVar[str] = "score"

    benefit: str
    held: int
    worth: tuple[Money, ...] = attrs.field(default=(), converter=as_tuple)
    conflicts: int
    held_conflicts: int
    contested: int
    referred: int
    blocked: int | None = None
    concentration: Fraction | None = None
    most_at_once: int = 0
    most_at_once_by: str | None = None
    ended: int | None = None
    lapsed: int | None = None
    days_to_award: Fraction | None = None
    wins: tuple[Win, ...] = attrs.field(default=(), converter=as_tuple)

    @property
    def share_held(self) -> Fraction | None:
        """Which part of the conflicts has a holder; None where there are no conflicts."""
        return Fraction(self.held_conflicts, self.conflicts) if self.conflicts else None

    @property
    def conflict_rate(self) -> Fraction | None:
        """Which part of the conflicts several partners registered; None where there are none."""
        return Fraction(self.contested, self.conflicts) if self.conflicts else None

    @property
    def lapse_rate(self) -> Fraction | None:
        """Which part of the periods that ended ran out; None where none ended, or not known."""
        return Fraction(self.lapsed or 0, self.ended) if self.ended else None


@attrs.frozen(kw_only=True)
class Entrant:
    """One policy of a tournament, under its name, with its scores.

    Attributes:
        name: what it is called.
        policy: the policy; of a book, its last edition.
        editions: all editions of a book; none of a single policy.
        scores: what it comes to, for each benefit.
    """

    tag: ClassVar[str] = "entrant"

    name: str
    policy: PolicyRef
    editions: tuple[EditionRef, ...] = attrs.field(default=(), converter=as_tuple)
    scores: tuple[Score, ...] = attrs.field(converter=as_tuple)


@attrs.frozen(kw_only=True)
class Tournament:
    """Several policies side by side on one history.

    Attributes:
        reading: how the history was read.
        registrations: how many registrations there are.
        entrants: the policies, in the order given.
        absent: what was not measured, and why.
    """

    tag: ClassVar[str] = "tournament"

    reading: Reading = attrs.field(converter=Reading)
    registrations: int
    entrants: tuple[Entrant, ...] = attrs.field(converter=as_tuple)
    absent: tuple[Absent, ...] = attrs.field(default=(), converter=as_tuple)
