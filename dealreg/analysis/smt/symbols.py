"""The facts of a few registrations as unknowns of the solver: what they are called, and can be."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import attrs
import z3

from dealreg.analysis.readings import AFTERWARDS, Readings, Variable
from dealreg.analysis.smt.logic import Formula, Number, both, either, iff, then
from dealreg.analysis.smt.reading import (
    currencies_of,
    linked_sets,
    several_deals,
    variables_of_readings,
)
from dealreg.analysis.times import ASKED, FILED
from dealreg.facts.fields import Field, FieldType, Inside, Subject
from dealreg.facts.records import LIVE
from dealreg.facts.values import Money
from dealreg.policy.policies import Policy

__all__ = ["TICK", "Symbols", "ticks"]

_EARLIEST: Final = datetime(1901, 1, 1, tzinfo=UTC)
_LATEST: Final = date(2199, 1, 1)
"""Facts are no earlier, and no later, unless a policy names dates beyond."""

TICK: Final = timedelta(microseconds=1)
_LONGEST: Final = timedelta.max // TICK
_SUBMITTED: Final = Variable("submitted_at", Subject.REGISTRATION.value)
_STATUS: Final = Variable("status", Subject.REGISTRATION.value)


@attrs.frozen(eq=False)
class Symbols:
    """The unknowns: for each fact whether it is known, and what it is, as a whole number.

    Texts are numbered: partners come first, then the texts that are named, then others.

    Attributes:
        size: how many registrations there are at most.
        found: what the policies read.
        places: how many decimal places numbers have: one more than is named, so that there is room
            in between.
        texts: the texts that are named, in their order.
        others: how many texts that nobody names a set can have, which other fields have too.
        currencies: the currencies that are named.
        several: whether the registrations can be about several opportunities and customers.
        linked: the sets that are compared with other fields.
        variables: the facts that there are symbols for, sorted.
    """

    size: int
    found: Readings
    places: int
    texts: tuple[str, ...]
    others: int
    currencies: tuple[str, ...]
    several: bool
    linked: frozenset[str]
    variables: tuple[Variable, ...]

    @classmethod
    def of(cls, policies: Sequence[Policy], found: Readings, size: int) -> "Symbols":
        """The unknowns for what some policies read."""
        constants = [each for values in found.constants.values() for each in values]
        amounts = [each.amount if isinstance(each, Money) else each for each in constants]
        places = [_places(each) for each in amounts if isinstance(each, Decimal)]
        currencies = currencies_of(policies, found)
        texts = {each for each in constants if isinstance(each, str)}
        texts.update(*found.sets.values())
        inside = sum(isinstance(each.derived, Inside) for each in found.fields.values())
        return cls(
            size=size,
            found=found,
            places=max(places, default=0) + 1,
            texts=tuple(sorted(texts)),
            others=1 + size * inside,
            currencies=currencies,
            several=several_deals(policies, found),
            linked=linked_sets(found),
            variables=tuple(variables_of_readings(found)),
        )

    def present(self, place: int) -> Formula:
        """Whether there is a registration at this place; there always is a first."""
        return True if place == 0 else z3.Bool(f"present {place}")

    def partner(self, place: int) -> Number:
        """Whose a registration is: the number of a partner, which the first has who comes."""
        return 0 if place == 0 else z3.Int(f"partner {place}")

    def deal(self, place: int) -> Number:
        """Which opportunity a registration is about, by its number."""
        return z3.Int(f"deal {place}") if place and self.several else 0

    def customer(self, place: int) -> Number:
        """Whose opportunity that is, by a number."""
        return z3.Int(f"customer {place}") if place and self.several else 0

    def known(self, variable: Variable, place: int) -> Formula:
        """Whether a fact is known."""
        if variable in (_SUBMITTED, _STATUS):
            return True
        return z3.Bool(f"known {self._whose(variable, place)}")

    def value(self, variable: Variable, place: int) -> Number:
        """What a fact is, if it is known: a whole number."""
        return z3.Int(self._whose(variable, place))

    def has(self, variable: Variable, place: int, text: int) -> Formula:
        """Whether a set has a text, by its number."""
        return z3.Bool(f"has {text} {self._whose(variable, place)}")

    def currency(self, variable: Variable, place: int) -> Number:
        """The currency of an amount, by its number; one more stands for any other."""
        return z3.Int(f"currency {self._whose(variable, place)}")

    def members(self, name: str) -> tuple[int, ...]:
        """The texts that a set may have, by number: those that are named of it, and any other.

        A set that is compared with other fields may have what they may have.
        """
        first_other = self.size + len(self.texts)
        if name in self.linked:
            return tuple(range(first_other + self.others))
        return (*(self.text(each) for each in sorted(self.found.sets.get(name, ()))), first_other)

    def text(self, text: str) -> int:
        """The number of a text that is named."""
        return self.size + self.texts.index(text)

    def number(self, field: Field, value: Any) -> int:
        """A constant as the whole number it stands for."""
        match value:
            case bool() | int() if field.type in (FieldType.BOOL, FieldType.INTEGER):
                return int(value)
            case Money():
                return self._scaled(value.amount)
            case Decimal() | int():
                return self._scaled(value)
            case str() if field.type is FieldType.ORDINAL:
                return field.levels.index(value)
            case str():
                return self.text(value)
            case datetime():
                return ticks(value)
            case date():
                return _days(value)
            case timedelta():
                return value // TICK
            case _:
                raise AssertionError(f"no constant: {value!r}")

    def _scaled(self, number: Decimal | int) -> int:
        return int(Fraction(number) * 10**self.places)

    def domains(self) -> Iterator[Formula]:
        """What every value is: within its ladder, before the instant asked about, one partner's."""
        for place in range(1, self.size):
            for number in (self.partner(place), self.deal(place), self.customer(place)):
                yield both(number >= 0, number <= place)
            yield from (self._shared(other, place) for other in range(place))
        for place in range(self.size):
            for variable in self.variables:
                yield from self._within(variable, place)

    def _within(self, variable: Variable, place: int) -> Iterator[Formula]:
        field = self.found.fields[variable.name]
        if field.type is FieldType.TEXT_SET:
            return
        value = self.value(variable, place)
        low, high = self._bounds(field)
        yield from () if low is None else (value >= low,)
        yield from () if high is None else (value <= high,)
        if field.name == "status":
            yield either(*(value == self.text(each) for each in sorted(e.value for e in LIVE)))
        if field.type is FieldType.MONEY:
            currency = self.currency(variable, place)
            yield both(currency >= 0, currency <= len(self.currencies))
        of_registration = variable.subject == Subject.REGISTRATION
        if variable.name in AFTERWARDS and of_registration and _SUBMITTED in self.variables:
            yield then(value >= self.value(_SUBMITTED, place), self.known(variable, place))

    def _shared(self, one: int, other: int) -> Formula:
        """That two registrations of one partner, opportunity or customer have its facts in common.

        Who has the same opportunity has the same customer.
        """
        owners = {
            Subject.PARTNER: (self.partner(one), self.partner(other)),
            Subject.OPPORTUNITY: (self.deal(one), self.deal(other)),
            Subject.CUSTOMER: (self.customer(one), self.customer(other)),
        }
        kept: list[Formula] = []
        for subject, (mine, theirs) in owners.items():
            alike = [self._alike(e, one, other) for e in self.variables if e.subject == subject]
            if subject is Subject.OPPORTUNITY and self.several:
                alike.append(self.customer(one) == self.customer(other))
            if self.several or subject is Subject.PARTNER:
                kept.append(then(both(*alike), mine == theirs))
        return both(*kept)

    def _alike(self, variable: Variable, one: int, other: int) -> Formula:
        """Whether a fact is the same of two registrations, or not known of either."""
        parts = [iff(self.known(variable, one), self.known(variable, other))]
        field = self.found.fields[variable.name]
        if field.type is FieldType.TEXT_SET:
            had = [
                [self.has(variable, place, text) for text in self.members(variable.name)]
                for place in (one, other)
            ]
            return both(*parts, *(iff(mine, theirs) for mine, theirs in zip(*had, strict=True)))
        parts.append(self.value(variable, one) == self.value(variable, other))
        if field.type is FieldType.MONEY:
            parts.append(self.currency(variable, one) == self.currency(variable, other))
        return both(*parts)

    def _bounds(self, field: Field) -> tuple[int | None, int | None]:
        named = [
            self.number(field, each)
            for each in self.found.constants.get(field.name, ())
            if field.type in (FieldType.INSTANT, FieldType.DATE)
        ]
        match field.type:
            case FieldType.BOOL:
                return 0, 1
            case FieldType.ORDINAL:
                return 0, len(field.levels) - 1
            case FieldType.TEXT:
                return 0, None
            case FieldType.INSTANT:
                return min(ticks(_EARLIEST), *(e - 1 for e in named), 0), ticks(ASKED)
            case FieldType.DATE:
                low, high = _days(_EARLIEST.date()), _days(_LATEST)
                return min(low, *(e - 1 for e in named), 0), max(high, *(e + 1 for e in named), 0)
            case FieldType.DURATION:
                return -_LONGEST, _LONGEST
            case _:
                return None, None

    def _whose(self, variable: Variable, place: int) -> str:
        name = f"{variable.name} before" if variable.before else variable.name
        return f"{name} {0 if variable.shared and not self.several else place}"


def ticks(value: datetime) -> int:
    """An instant as a number: so many microseconds after the first registration of most cases."""
    return (value - FILED) // TICK


def _days(day: date) -> int:
    return (day - FILED.date()).days


def _places(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0
