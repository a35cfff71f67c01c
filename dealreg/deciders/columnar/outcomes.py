"""What can come out for a registration, numbered: columns carry the numbers until the very end."""

from collections.abc import Hashable
from fractions import Fraction
from typing import Generic, TypeVar

import attrs

from dealreg.facts.records import Status
from dealreg.outcome.decision import StandingKind
from dealreg.policy.paths import STATUS
from dealreg.policy.terms import Banded, FractionOfHolder, Percent, Rate, Terms

__all__ = ["Gain", "Outcome", "Register", "ended_by", "gain", "rates"]


@attrs.frozen
class Outcome:
    """A kind of standing, with its code and the place in the policy that decided."""

    kind: StandingKind
    code: str
    clause: str


@attrs.frozen
class Gain:
    """What an entitlement is worth."""

    label: str
    percent: Fraction | None
    share: Fraction


T = TypeVar("T", bound=Hashable)


@attrs.frozen(eq=False)
class Register(Generic[T]):
    """Values by number, from 1 on; 0 stands for none."""

    values: list[T] = attrs.field(factory=list)
    _numbers: dict[T, int] = attrs.field(factory=dict)

    def number(self, value: T) -> int:
        """The number of a value, a new one if it has none yet."""
        found = self._numbers.get(value)
        if found is None:
            self.values.append(value)
            found = self._numbers[value] = len(self.values)
        return found


def ended_by(status: Status | None) -> Outcome:
    """The outcome of a registration that is not live (C-1)."""
    if status is None:
        return Outcome(StandingKind.DENIED, "NOT_YET_SUBMITTED", STATUS)
    if status is Status.RETURNED:
        return Outcome(StandingKind.RETURNED, "RETURNED", STATUS)
    return Outcome(StandingKind.DENIED, status.upper(), STATUS)


def gain(terms: Terms, rate: Fraction | None) -> Gain:
    """What terms are worth at a rate."""
    return Gain(terms.label, rate, Fraction(1) if terms.share is None else terms.share)


def rates(rate: Rate | None, holders: Rate | None) -> list[Fraction | None]:
    """The rates that terms can come to, by the number of the band; the last where none applies."""
    match rate:
        case None:
            return [None]
        case Percent(value):
            return [Fraction(value)]
        case Banded(bands):
            return [*(Fraction(band.percent) for band in bands), None]
        case FractionOfHolder(fraction):
            whole = rates(holders, None)
            return [None if each is None else each * fraction for each in whole]
