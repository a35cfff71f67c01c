"""Reading TOML tables: every key is asked for by its type, every mistake noted with its place.

A mistake does not end the reading. A harmless value stands in for what could not be read, so that
all mistakes of a file are found at once; nothing is handed out when there were any.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final, TypeVar

import attrs

from dealreg.errors import PolicyError, PolicyErrors, UsageError, shown, suggestion
from dealreg.facts.values import Choice, Span, decimal, span

__all__ = ["Problems", "Table", "present"]

T = TypeVar("T")
E = TypeVar("E", bound=Choice)

_LARGEST_BITS: Final = 4096
"""A whole number in hexadecimal can be too long to be shown in digits."""

_LONGEST_LABEL: Final = 80


_MOST_PROBLEMS: Final = 100
"""As many mistakes are listed; a file with more is corrected step by step."""


@attrs.define
class Problems:
    """The mistakes found so far."""

    found: list[PolicyError] = attrs.field(factory=list)

    def note(self, wrong: PolicyError) -> None:
        """Note a mistake.

        Raises:
            PolicyErrors: when there are more than are worth listing.
        """
        if len(self.found) == _MOST_PROBLEMS:
            self.found.append(
                PolicyError(f"more than {_MOST_PROBLEMS} mistakes", hint="correct these first")
            )
            raise PolicyErrors(self.found) from None
        self.found.append(wrong)

    def add(self, place: str, message: str, value: object = None, hint: str = "") -> None:
        """Note a mistake from its parts."""
        self.note(PolicyError(message, place=place, value=value, hint=hint))

    def made(self, place: str, make: Callable[[], T]) -> T | None:
        """What a constructor makes, or None and its error noted."""
        try:
            return make()
        except (PolicyError, UsageError) as wrong:
            made = PolicyError(wrong.message, place=wrong.place, value=wrong.value, hint=wrong.hint)
            self.note(made.at(place) if place else made)
            return None


def _found(value: object) -> str:
    """What a TOML value is, in words, and itself where it is short to show."""
    names: tuple[tuple[type, str], ...] = (
        (bool, "true or false"),
        (str, "text"),
        (int, "a whole number"),
        (float, "a number with a point"),
        (datetime, "an instant"),
        (date, "a date"),
        (time, "a time of day"),
        (list, "a list"),
        (dict, "a table"),
    )
    name = next(name for kind, name in names if isinstance(value, kind))
    if isinstance(value, (list, dict)):
        return name
    return f"{name} {shown(str(value) if isinstance(value, (date, time)) else value)}"


@attrs.define
class Table:
    """One table of the file, with its place in the policy."""

    data: Mapping[str, Any]
    place: str
    problems: Problems
    _asked: dict[str, None] = attrs.field(factory=dict, init=False)

    def at(self, key: str) -> str:
        """The place of a key."""
        return f"{self.place}.{key}" if self.place else key

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        self._asked[key] = None
        return key in self.data

    def take(self, key: str) -> Any:
        """The value of a key, unchecked; None when it is not there."""
        return self.data[key] if self.has(key) else None

    def wrong(self, key: str, message: str, hint: str = "") -> None:
        """Note a mistake in the value of a key."""
        self.problems.add(self.at(key), message, self.data.get(key), hint)

    def made(self, make: Callable[[], T]) -> T | None:
        """What a constructor makes of this table; an error of it is placed here."""
        return self.problems.made(self.place, make)

    def text(self, key: str, default: str = "") -> str:
        """A text."""
        if not self.has(key):
            return default
        value = self.data[key]
        if isinstance(value, str):
            return value
        self._expected(key, value, "text", "put it in quotes")
        return default

    def needed(self, key: str, stand_in: str, example: str) -> str:
        """A text that has to be there."""
        if not self.has(key):
            self.missing(key, example)
        return self.text(key, stand_in)

    def missing(self, key: str, example: str) -> None:
        """Note that a key is not there."""
        hint = f"add one, as in `{example}`"
        self.problems.add(self.place, f"there is no `{key}`", hint=hint)

    def optional_text(self, key: str) -> str | None:
        """A text, or None when it is not there."""
        return self.text(key) if self.has(key) else None

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false."""
        if not self.has(key):
            return default
        value = self.data[key]
        if isinstance(value, bool):
            return value
        self._expected(key, value, "`true` or `false`", "write it without quotes")
        return default

    def whole(self, key: str, default: int) -> int:
        """A whole number."""
        if not self.has(key):
            return default
        value = self.data[key]
        if isinstance(value, int) and not isinstance(value, bool):
            if value.bit_length() <= _LARGEST_BITS:
                return value
            self.wrong(key, f"{shown(value)} is too large")
            return default
        self._expected(key, value, "a whole number", "write it without quotes")
        return default

    def choice(self, key: str, kind: type[E], default: E) -> E:
        """One of the words of an enumeration."""
        if not self.has(key):
            return default
        word = self.text(key, default.value)
        return self.problems.made(self.at(key), lambda: kind(word)) or default

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(self._items(key, str, "text", "put it in quotes", default))

    def dates(self, key: str) -> tuple[date, ...]:
        """A list of dates."""
        how = "write dates as in `2026-12-25`, without quotes"
        return tuple(
            day for day in self._items(key, date, "a date", how, ()) if self._is_day(key, day, how)
        )

    def _is_day(self, key: str, day: date, how: str) -> bool:
        if isinstance(day, datetime):
            self.wrong(key, f"{shown(str(day))} is an instant, not a date", how)
            return False
        return True

    def _items(
        self, key: str, kind: type[T], expected: str, how: str, default: tuple[T, ...]
    ) -> list[T]:
        if not self.has(key):
            return list(default)
        value = self.data[key]
        if not isinstance(value, list):
            self._expected(key, value, "a list", "put it in `[` and `]`")
            return list(default)
        for place, item in enumerate(value):
            if not isinstance(item, kind):
                found = f"expected {expected}, found {_found(item)}"
                self.problems.add(f"{self.at(key)}[{place}]", found, item, how)
        return [item for item in value if isinstance(item, kind)]

    def instant(self, key: str) -> datetime | None:
        """An instant with its zone."""
        how = "write it as in `2026-01-01T00:00:00Z`, without quotes"
        value = self.take(key)
        if isinstance(value, datetime) and value.utcoffset() is not None:
            return value
        if isinstance(value, datetime):
            self.wrong(key, f"the instant {shown(value.isoformat())} has no time zone", how)
        elif isinstance(value, date):
            self.wrong(key, f"{shown(value.isoformat())} is a date, not an instant", how)
        elif value is None:
            self.missing(key, f"{key} = 2026-01-01T00:00:00Z")
        else:
            self._expected(key, value, "an instant", how)
        return None

    def span(self, key: str, stand_in: Span) -> Span:
        """A length of time, such as `90 days`."""
        if not self.has(key):
            return stand_in
        text = self.text(key, "1 day")
        return self.problems.made(self.at(key), lambda: span(text)) or stand_in

    def number(self, key: str) -> Decimal:
        """An exact number: a whole one, or any as text."""
        if not self.has(key):
            return Decimal(0)
        value = self.data[key]
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            # decimal() itself says what is wrong with a float
            made = self.problems.made(self.at(key), lambda: decimal(value))  # type: ignore[arg-type]
            return Decimal(0) if made is None else made
        self._expected(key, value, "a number", 'write it as in `15` or `"12.5"`')
        return Decimal(0)

    def table(self, key: str) -> "Table | None":
        """A table inside this one; None when it is not there."""
        if not self.has(key):
            return None
        value = self.data[key]
        if isinstance(value, dict):
            return Table(value, self.at(key), self.problems)
        self._expected(key, value, "a table", f"write it under `[{self.at(key)}]`")
        return None

    def tables(self, key: str, named_by: tuple[str, ...] = ()) -> list["Table"]:
        """A list of tables, placed by their name where they have one, else by number."""
        return [
            Table(item, f"{self.at(key)}[{_label(item, named_by, place)}]", self.problems)
            for place, item in enumerate(self._items(key, dict, "a table", _AS_TABLES, ()))
        ]

    def named(self, key: str) -> list[tuple[str, "Table"]]:
        """The tables of a table, each with its name."""
        whole = self.table(key)
        if whole is None:
            return []
        found = []
        for name, item in whole.data.items():
            place = f"{self.at(key)}[{_short(name)}]"
            if isinstance(item, dict):
                found.append((name, Table(item, place, self.problems)))
            else:
                message = f"expected a table, found {_found(item)}"
                self.problems.add(place, message, item, f"write it under `[{key}.{name}]`")
        return found

    def one_of(self, keys: tuple[str, ...], why: str) -> None:
        """Note every key beyond the first of several of which only one may be there."""
        there = [key for key in keys if self.has(key)]
        for key in there[1:]:
            self.wrong(key, f"`{key}` and `{there[0]}` are both stated", why)

    def close(self) -> None:
        """Note every key that nothing asked for."""
        for key in self.data:
            if key not in self._asked:
                self.problems.add(
                    self.place,
                    f"there is no key {shown(key)} here",
                    key,
                    suggestion(key, self._asked),
                )

    def _expected(self, key: str, value: object, what: str, how: str) -> None:
        self.wrong(key, f"expected {what}, found {_found(value)}", how)


def present(found: Iterable[T | None]) -> tuple[T, ...]:
    """Those that could be read: of the others the mistakes are noted."""
    return tuple(each for each in found if each is not None)


_AS_TABLES: Final = "write each as a table of its own"


def _label(item: dict[str, Any], named_by: tuple[str, ...], place: int) -> str:
    names = (item[key] for key in named_by if isinstance(item.get(key), str))
    return next((_short(name) for name in names if name), str(place))


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_LABEL else name[:_LONGEST_LABEL] + "..."
