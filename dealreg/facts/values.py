"""The exact values that facts and policies are made of: decimals, money, spans, frozen maps."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, ClassVar, Never, TypeAlias, TypeVar, overload

import attrs

from dealreg.errors import UsageError, shown, suggestion
from dealreg.facts.instants import day, instant

__all__ = [
    "Choice",
    "FrozenMap",
    "Money",
    "Scalar",
    "Span",
    "Unit",
    "Value",
    "as_tuple",
    "decimal",
    "exact",
    "money",
    "span",
    "typed",
]

_DIGITS = 34
"""The most digits a decimal may have, as in IEEE 754 decimal128."""

_PLACES = 18
"""The most digits behind the point, or zeros before it, that a decimal may need."""


def decimal(value: "int | str | Decimal") -> Decimal:
    """An exact decimal in its one spelling: no float, no NaN, no trailing zeros.

    Independent of the ambient decimal context.

    Raises:
        UsageError: for a float (write it as text), a bool, NaN, an infinity, more than 34 digits.

    >>> decimal("50000.00")
    Decimal('50000')
    >>> decimal(0.1)
    Traceback (most recent call last):
        ...
    dealreg.errors.UsageError: `0.1` is a float, which is not exact; write it as text: "0.1"
    """
    if isinstance(value, float):
        raise UsageError(
            f"{shown(value)} is a float, which is not exact",
            value=value,
            hint=f'write it as text: "{value}"',
        )
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
        raise UsageError(f"{shown(value)} is not a number", value=value)
    if isinstance(value, int) and value.bit_length() > 4 * _DIGITS:
        raise _too_long(value)
    if isinstance(value, str) and (len(value) > 2 * _DIGITS or not value.isascii() or "_" in value):
        raise UsageError(f"{shown(value)} is not a decimal number", value=value)
    try:
        exact = Decimal(value)
    except InvalidOperation:
        raise UsageError(f"{shown(value)} is not a decimal number", value=value) from None
    return _canonical(exact)


def _canonical(exact: Decimal) -> Decimal:
    sign, digits, exponent = exact.as_tuple()
    if not isinstance(exponent, int):
        raise UsageError(
            f"{shown(str(exact))} is not a number that can be compared",
            value=str(exact),
            hint="leave the value out if it is not known",
        )
    number = list(digits)
    while number and number[-1] == 0:
        number.pop()
        exponent += 1
    if not any(number):
        return Decimal(0)
    if exponent > 0 and exponent <= _PLACES:
        number += [0] * exponent
        exponent = 0
    first = next(place for place, digit in enumerate(number) if digit)
    if len(number) - first > _DIGITS or not -_PLACES <= exponent <= 0:
        raise _too_long(exact)
    return Decimal((sign, tuple(number[first:]), exponent))


def _too_long(value: object) -> UsageError:
    return UsageError(
        f"{shown(value)} has more digits than a decimal may have",
        value=value,
        hint=f"at most {_DIGITS} digits, {_PLACES} of them behind the point",
    )


_CURRENCY = re.compile(r"[A-Z]{3}")


def _currency(code: object) -> str:
    if not isinstance(code, str) or not _CURRENCY.fullmatch(code):
        raise UsageError(
            f"{shown(code)} is not a currency code",
            value=code,
            hint="use three capital letters, as in `EUR`",
        )
    return code


@attrs.frozen
class Money:
    """An exact amount in one currency. Amounts in two currencies never compare.

    Raises:
        UsageError: for a float amount, or a currency that is not three capital letters.

    >>> Money("50000.00", "EUR") == Money("50000", "EUR")
    True
    """

    tag: ClassVar[str] = "money"

    amount: Decimal = attrs.field(converter=decimal)
    currency: str = attrs.field(converter=_currency)


def money(text: str) -> Money:
    """An amount from its text: the number, then the currency code.

    Raises:
        UsageError: when the text is not of that form.

    >>> money("50000 EUR")
    Money(amount=Decimal('50000'), currency='EUR')
    """
    amount, _, currency = text.strip().partition(" ") if isinstance(text, str) else ("", "", "")
    if not currency:
        raise UsageError(
            f"{shown(text)} is not an amount of money",
            value=text,
            hint='write the number, a space and the currency, as in "50000 EUR"',
        )
    return Money(amount, currency.strip())


class Choice(StrEnum):
    """An enumeration that answers an unknown member with the nearest ones there are."""

    @classmethod
    def _missing_(cls, value: object) -> Never:
        words = re.sub(r"(?<!^)(?=[A-Z])", " ", cls.__name__).lower()
        choices = [member.value for member in cls]
        raise UsageError(
            f"{shown(value)} is not among the choices for {words}",
            value=value,
            hint=suggestion(value, choices),
        )


class Unit(Choice):
    """What a span is counted in. Business days and months need a calendar to be counted by."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    BUSINESS_DAYS = "business_days"
    WEEKS = "weeks"
    MONTHS = "months"


_MOST = {
    Unit.MINUTES: 52_560_000,
    Unit.HOURS: 876_000,
    Unit.DAYS: 36_500,
    Unit.BUSINESS_DAYS: 26_000,
    Unit.WEEKS: 5_200,
    Unit.MONTHS: 1_200,
}
"""The longest span of each unit, a century: longer ones are typing mistakes or attacks."""


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise UsageError(f"{shown(value)} is not a whole number", value=value)
    return value


@attrs.frozen
class Span:
    """A length of time as a programme states it: 7 days, 3 business days, 6 months.

    Raises:
        UsageError: for a negative length, one over a century, or an unknown unit.
    """

    tag: ClassVar[str] = "span"

    length: int = attrs.field(converter=_whole)
    unit: Unit = attrs.field(converter=Unit)

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.length <= _MOST[self.unit]:
            raise UsageError(
                f"a span of {shown(self.length)} {self.unit} is out of range",
                value=self.length,
                hint=f"from 0 to {_MOST[self.unit]} {self.unit}",
            )


_SPAN = re.compile(r"(\d{1,9})\s+(business\s+days?|minutes?|hours?|days?|weeks?|months?)")


def span(text: str) -> Span:
    """A span from its text.

    Raises:
        UsageError: when the text is not a whole number and a unit.

    >>> span("3 business days")
    Span(length=3, unit=<Unit.BUSINESS_DAYS: 'business_days'>)
    """
    found = _SPAN.fullmatch(text.strip()) if isinstance(text, str) else None
    if not found:
        raise UsageError(
            f"{shown(text)} is not a length of time",
            value=text,
            hint='write a number and a unit, as in "7 days", "3 business days", "6 months"',
        )
    unit = "_".join(found[2].split())
    return Span(int(found[1]), Unit(unit if unit.endswith("s") else unit + "s"))


Scalar: TypeAlias = bool | int | Decimal | Money | str | datetime | date | timedelta
"""One exact value: what a policy may compare with."""

Value: TypeAlias = Scalar | frozenset[str]
"""What a fact may be: one exact value, or a set of texts."""


def as_tuple(items: Iterable[Any]) -> tuple[Any, ...]:
    """The items as a tuple; a text, which Python would take apart letter by letter, is refused."""
    if isinstance(items, str):
        raise UsageError(
            f"{shown(items)} is one text, not several", value=items, hint="give a list or tuple"
        )
    if not isinstance(items, Iterable):
        raise UsageError(
            f"{shown(items)} is one value, not several", value=items, hint="give a list or tuple"
        )
    return tuple(items)


def typed(value: object) -> tuple[str, object]:
    """The value with its type: what equality must look at, since `1 == True` in Python."""
    if isinstance(value, tuple):
        return ("tuple", tuple(typed(item) for item in value))
    return (type(value).__name__, value)


def exact(value: object) -> Value:
    """The value in the one form facts and policies keep: aware instants in UTC, no floats.

    Raises:
        UsageError: for a float, a naive datetime, or anything else that is not exact.

    >>> sorted(exact(["b", "a"]))
    ['a', 'b']
    """
    if isinstance(value, datetime):
        return instant(value, computed=True)
    if isinstance(value, (float, Decimal)):
        return decimal(value)  # type: ignore[arg-type]
    if isinstance(value, int) and value.bit_length() > 4 * _DIGITS:
        raise _too_long(value)
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):
        return day(value)
    if isinstance(value, (bool, int, str, Money, timedelta)):
        return value
    if isinstance(value, (frozenset, set, list, tuple)) and all(
        isinstance(item, str) for item in value
    ):
        return frozenset(value)
    raise UsageError(
        f"{shown(value)} is not a value that a fact can have",
        value=value,
        hint="give a bool, int, Decimal, Money, text, instant, date, timedelta or set of texts",
    )


T = TypeVar("T")


class FrozenMap(Mapping[str, Value]):
    """An immutable, hashable mapping whose order is that of its keys.

    >>> FrozenMap({"b": 1, "a": True})
    FrozenMap({'a': True, 'b': 1})
    """

    __slots__ = ("_by_key", "_items")

    def __init__(self, items: "Mapping[str, Value] | Iterable[tuple[str, Value]]" = ()) -> None:
        try:
            by_key = dict(items)
        except (TypeError, ValueError):
            raise UsageError(
                f"{shown(items)} does not give a value to each name",
                value=items,
                hint="give a dict, as in {'region': 'north'}",
            ) from None
        for key in by_key:
            if not isinstance(key, str):
                raise UsageError(f"the name {shown(key)} is not text", value=key)
        ordered = tuple((key, exact(by_key[key])) for key in sorted(by_key))
        object.__setattr__(self, "_items", ordered)
        object.__setattr__(self, "_by_key", dict(ordered))

    _items: tuple[tuple[str, Value], ...]
    _by_key: dict[str, Value]

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a FrozenMap cannot be changed: `{name}`")

    def __getitem__(self, key: str) -> Value:
        return self._by_key[key]

    def __contains__(self, key: object) -> bool:  # the inherited one raises and catches
        return key in self._by_key

    @overload
    def get(self, key: str, /) -> Value | None: ...

    @overload
    def get(self, key: str, /, default: Value | T) -> Value | T: ...

    def get(self, key: str, /, default: Any = None) -> Any:
        """The value of a name, or the default; as a dict does it, and as fast."""
        return self._by_key.get(key, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_key)

    def __len__(self) -> int:
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        # `1 == True` in Python, but an integer fact and a yes/no fact are different facts.
        if not isinstance(other, FrozenMap):
            return NotImplemented
        return len(self) == len(other) and all(
            mine == theirs and typed(mine[1]) == typed(theirs[1])
            for mine, theirs in zip(self._items, other._items, strict=True)
        )

    def __hash__(self) -> int:
        return hash(self._items)

    def __repr__(self) -> str:
        return f"FrozenMap({dict(self._items)!r})"

    def __reduce__(self) -> tuple[object, ...]:
        return (FrozenMap, (dict(self._items),))
