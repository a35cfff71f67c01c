"""The facts of a few registrations as unknowns of the solver, and from its answer to a case."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import attrs
import z3

from dealreg.analysis.readings import IDENTITIES, Readings, Variable
from dealreg.analysis.scenes import Claim, Scene, partner_text
from dealreg.analysis.times import ASKED, FILED
from dealreg.facts.fields import Field, FieldType, Same, Subject
from dealreg.facts.values import Money, Value, decimal

__all__ = ["Symbols"]

_EARLIEST: Final = datetime(1901, 1, 1, tzinfo=UTC)
_LATEST: Final = date(2199, 1, 1)
"""Facts are no earlier, and no later."""

_TICK: Final = timedelta(microseconds=1)
_LONGEST: Final = 10**15
"""A thousand million seconds, in microseconds: longer durations are not tried."""


@attrs.frozen(eq=False)
class Symbols:
    """The unknowns: for each fact whether it is known, and what it is, as a whole number.

    Attributes:
        size: how many registrations there are at most.
        found: what the policies read.
        places: how many decimal places numbers have: one more than is named, so that there is room
            in between.
        texts: the texts that are named, in their order; partners come before them.
        currencies: the currencies that are named.
    """

    size: int
    found: Readings
    places: int
    texts: tuple[str, ...]
    currencies: tuple[str, ...]

    @classmethod
    def of(cls, found: Readings, size: int, currencies: frozenset[str]) -> "Symbols":
        """The unknowns for what some policies read."""
        constants = [each for values in found.constants.values() for each in values]
        amounts = [each.amount if isinstance(each, Money) else each for each in constants]
        places = [_places(each) for each in amounts if isinstance(each, Decimal)]
        texts = sorted({each for each in constants if isinstance(each, str)})
        used = {each.currency for each in constants if isinstance(each, Money)} | currencies
        return cls(
            size,
            found,
            max(places, default=0) + 1,
            tuple(texts),
            tuple(sorted(used)) or ("EUR",),
        )

    def present(self, place: int) -> Any:
        """Whether there is a registration at this place; there always is a first."""
        return z3.BoolVal(True) if place == 0 else z3.Bool(f"present {place}")

    def partner(self, place: int) -> Any:
        """Whose a registration is: the number of a partner, which the first has who comes."""
        return z3.IntVal(0) if place == 0 else z3.Int(f"partner {place}")

    def known(self, name: str, place: int) -> Any:
        """Whether a fact is known."""
        field = self.found.fields.get(name)
        if name in ("partner_id", "submitted_at"):
            return z3.BoolVal(True)
        assert field is not None, "only what is read has a symbol"
        if isinstance(field.derived, Same):
            parts = (field.derived.left, field.derived.right)
            return z3.And([self.known(each, place) for each in parts])
        return z3.Bool(f"known {self._whose(field, place)}")

    def value(self, name: str, place: int) -> Any:
        """What a fact is, if it is known: a whole number."""
        if name == "partner_id":
            return self.partner(place)
        field = self.found.fields[name]
        if isinstance(field.derived, Same):
            left, right = (
                self.value(each, place) for each in (field.derived.left, field.derived.right)
            )
            return z3.If(left == right, z3.IntVal(1), z3.IntVal(0))
        return z3.Int(self._whose(field, place))

    def has(self, name: str, place: int, text: str | None) -> Any:
        """Whether a set has a text; None for any that is not named."""
        return z3.Bool(f"has {text} {self._whose(self.found.fields[name], place)}")

    def named(self, name: str) -> tuple[str, ...]:
        """The texts that are named of a set."""
        return tuple(sorted(self.found.sets.get(name, ())))

    def currency(self, name: str, place: int) -> Any:
        """The currency of an amount, by its number; one more stands for any other."""
        return z3.Int(f"currency {self._whose(self.found.fields[name], place)}")

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
                return self.size + self.texts.index(value)
            case datetime():
                return (value - FILED) // _TICK
            case date():
                return _days(value)
            case timedelta():
                return value // _TICK
            case _:
                raise AssertionError(f"no constant: {value!r}")

    def _scaled(self, number: Decimal | int) -> int:
        return int(Fraction(number) * 10**self.places)

    def now(self) -> int:
        """The instant asked about."""
        return (ASKED - FILED) // _TICK

    def domains(self) -> Iterator[Any]:
        """What every value is: within its ladder, before the instant asked about, one partner's."""
        for place in range(self.size):
            yield z3.And(self.partner(place) >= 0, self.partner(place) <= place)
            yield from (self._shared(other, place) for other in range(place))
        for variable in self.variables():
            field = self.found.fields[variable.name]
            for place in range(self.size):
                if field.type is FieldType.TEXT_SET:
                    continue
                value = self.value(field.name, place)
                low, high = self._bounds(field)
                yield from () if low is None else (value >= low,)
                yield from () if high is None else (value <= high,)
                if field.type is FieldType.MONEY:
                    currency = self.currency(field.name, place)
                    yield z3.And(currency >= 0, currency <= len(self.currencies))

    def _shared(self, one: int, other: int) -> Any:
        """That two registrations of one partner have the partner's facts in common."""
        alike: list[Any] = []
        for variable in self.variables():
            if variable.subject != Subject.PARTNER:
                continue
            name, field = variable.name, self.found.fields[variable.name]
            alike.append(self.known(name, one) == self.known(name, other))
            if field.type is FieldType.TEXT_SET:
                texts = (*self.named(name), None)
                alike += [self.has(name, one, e) == self.has(name, other, e) for e in texts]
            else:
                alike.append(self.value(name, one) == self.value(name, other))
            if field.type is FieldType.MONEY:
                alike.append(self.currency(name, one) == self.currency(name, other))
        return z3.Implies(self.partner(one) == self.partner(other), z3.And(alike))

    def _bounds(self, field: Field) -> tuple[int | None, int | None]:
        match field.type:
            case FieldType.BOOL:
                return 0, 1
            case FieldType.ORDINAL:
                return 0, len(field.levels) - 1
            case FieldType.TEXT:
                return 0, None
            case FieldType.INSTANT:
                return (_EARLIEST - FILED) // _TICK, self.now()
            case FieldType.DATE:
                return _days(_EARLIEST.date()), _days(_LATEST)
            case FieldType.DURATION:
                return -_LONGEST, _LONGEST
            case _:
                return None, None

    def variables(self) -> list[Variable]:
        """The facts that there are symbols for, sorted."""
        fields = [e for e in self.found.fields.values() if e.derived is None]
        return sorted(Variable(e.name, e.subject.value) for e in fields if e.name not in IDENTITIES)

    def scene(self, model: Any) -> Scene:
        """The case that an answer of the solver stands for."""
        there = [
            place
            for place in range(self.size)
            if z3.is_true(model.eval(self.present(place), model_completion=True))
        ]
        whose = {
            place: model.eval(self.partner(place), model_completion=True).as_long()
            for place in there
        }
        numbers = {each: at for at, each in enumerate(dict.fromkeys(whose.values()), 1)}
        claims = (Claim(self._values(model, e, numbers), numbers[whose[e]]) for e in there)
        return Scene(tuple(claims))

    def _values(self, model: Any, place: int, numbers: Mapping[int, int]) -> dict[Variable, Any]:
        made: dict[Variable, Any] = {}
        for variable in self.variables():
            known = model.eval(self.known(variable.name, place), model_completion=True)
            if z3.is_true(known):
                made[variable] = self._value(model, variable.name, place, numbers)
        return made

    def _value(self, model: Any, name: str, place: int, numbers: Mapping[int, int]) -> Value:
        field = self.found.fields[name]
        if field.type is FieldType.TEXT_SET:
            texts = (*self.named(name), None)
            had = [e for e in texts if z3.is_true(model.eval(self.has(name, place, e)))]
            return frozenset("other" if each is None else each for each in had)
        number: int = model.eval(self.value(name, place), model_completion=True).as_long()
        match field.type:
            case FieldType.BOOL:
                return bool(number)
            case FieldType.ORDINAL:
                return field.levels[number]
            case FieldType.TEXT:
                return self._text(number, numbers)
            case FieldType.INTEGER:
                return int(number)
            case FieldType.DECIMAL:
                return _decimal(number, self.places)
            case FieldType.MONEY:
                at: int = model.eval(self.currency(name, place), model_completion=True).as_long()
                spare = next(e for e in ("XTS", "XXX", "XAU") if e not in self.currencies)
                return Money(_decimal(number, self.places), (*self.currencies, spare)[at])
            case FieldType.DATE:
                return FILED.date() + timedelta(days=number)
            case FieldType.DURATION:
                return number * _TICK
            case _:
                return FILED + number * _TICK

    def _text(self, number: int, numbers: Mapping[int, int]) -> str:
        if number < self.size:
            return partner_text(numbers[number]) if number in numbers else f"nobody {number}"
        at = number - self.size
        return self.texts[at] if at < len(self.texts) else f"other {at}"

    def _whose(self, field: Field, place: int) -> str:
        variable = Variable(field.name, field.subject.value)
        return field.name if variable.shared else f"{field.name} {place}"


def _days(day: date) -> int:
    return (day - FILED.date()).days


def _places(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _decimal(number: int, places: int) -> Decimal:
    """A whole number that is scaled, as the decimal it stands for."""
    return decimal(f"{number}e-{places}")
