"""Values in English: numbers, amounts, times, lengths of time, lists, and names that came as data.

The same words on every machine: nothing here asks for a locale, a clock or a decimal context.
"""

import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import attrs

from dealreg.facts.calendars import zone as zone_of
from dealreg.facts.values import Money, Span, Value

__all__ = [
    "Clock",
    "by_calendar",
    "capital",
    "clean",
    "coarse",
    "count",
    "fraction",
    "gap",
    "label",
    "listed",
    "nth",
    "number",
    "percent",
    "quoted",
    "span_words",
    "tell_words",
    "told",
    "weekday",
]

_LONGEST = 200
"""Texts that came as data are cut here: no identifier is longer, and letters are to be read."""

_BITS = 256
"""Longer integers are not written out: Python refuses to, and nobody would read them."""

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_NTH = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
]
_COUNT = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the reading direction: they can make a text look like another one."""


def clean(text: str) -> str:
    r"""The text on one line, without anything that a terminal or a reader's eye would act on.

    Control characters and direction marks are shown as `�`, so that two names which differ only in
    them do not become one.

    >>> clean("R\x1b[31m1\n  2")
    'R�[31m1 2'
    """
    return "".join(map(_harmless, " ".join(text.split())))


def _harmless(character: str) -> str:
    kind = unicodedata.category(character)
    return "�" if kind in ("Cc", "Cs") or character in _DIRECTION else character


def told(text: str) -> str:
    """A name or text that came as data: cleaned, and cut when it is very long."""
    short = clean(text[: 4 * _LONGEST])
    cut = len(short) > _LONGEST or len(text) > 4 * _LONGEST
    return short[: _LONGEST - 1].rstrip() + "…" if cut else short


def quoted(text: str) -> str:
    """A text value, in quotation marks."""
    return f'"{told(text)}"'


def label(name: str) -> str:
    """The name of a field or benefit as words.

    >>> label("special_bid")
    'special bid'
    """
    return told(name.replace("_", " ").strip() or name)


def by_calendar(calendar: str | None) -> str:
    """By which calendar days are counted, to end a phrase with; empty where none is named."""
    return "" if calendar is None else f", by the calendar {label(calendar)}"


def tell_words(tell: str) -> str:
    """What partners are told, as a sentence to end an entry with; empty where nothing is stated."""
    if not tell.strip():
        return ""
    end = "" if tell.rstrip().endswith((".", "!", "?")) else "."
    return f" Partners are told: {quoted(tell)}{end}"


def capital(sentence: str) -> str:
    """The sentence with a capital first letter, the rest as it is."""
    return sentence[:1].upper() + sentence[1:]


def listed(items: Sequence[str], word: str = "and") -> str:
    """The items as a list in a sentence.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    if not items[1:]:
        return "".join(items)
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def number(value: int | Decimal) -> str:
    """A number, exact, with commas between thousands.

    >>> number(Decimal("1234567.5"))
    '1,234,567.5'
    """
    if isinstance(value, int) and value.bit_length() > _BITS:
        return f"an integer of {value.bit_length()} bits"
    return f"{value:,}" if isinstance(value, int) else f"{value:,f}"


def nth(place: int) -> str:
    """A rank: first to tenth in words, then 11th, 12th, 21st.

    >>> nth(2), nth(12), nth(23)
    ('second', '12th', '23rd')
    """
    if place <= len(_NTH):
        return _NTH[place - 1]
    tail = {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{number(place)}{'th' if place % 100 in (11, 12, 13) else tail}"


def count(many: int, thing: str) -> str:
    """How many of a thing; one to ten in words.

    >>> count(1, "level"), count(12, "level")
    ('one level', '12 levels')
    """
    word = _COUNT[many] if 0 <= many < len(_COUNT) else number(many)
    return f"{word} {thing}" + ("" if many == 1 else "s")


def fraction(value: Fraction) -> str:
    """An exact number: a decimal where that is exact, else a fraction.

    >>> fraction(Fraction(15, 2)), fraction(Fraction(10, 3))
    ('7.5', '10/3')
    """
    below = value.denominator
    twos = fives = 0
    while below % 2 == 0:
        below, twos = below // 2, twos + 1
    while below % 5 == 0:
        below, fives = below // 5, fives + 1
    if below != 1:
        return str(value)
    places = max(twos, fives)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    whole = digits[: len(digits) - places]
    return f"{sign}{whole}" + (f".{digits[len(digits) - places :]}" if places else "")


def percent(value: Fraction | Decimal) -> str:
    """A rate, exact.

    >>> percent(Fraction(15, 2))
    '7.5 %'
    """
    return f"{fraction(Fraction(value))} %"


def span_words(length: Span) -> str:
    """A span as the programme states it.

    >>> span_words(Span(1, "months"))
    '1 month'
    """
    unit = length.unit.value.replace("_", " ")
    return f"{number(length.length)} {unit.removesuffix('s') if length.length == 1 else unit}"


def weekday(day: int) -> str:
    """The name of a day of the week, Monday being 0."""
    return _WEEKDAYS[day]


def gap(length: timedelta, *, parts: int = 2) -> str:
    """An elapsed time in its largest units, at most `parts` of them; smaller ones are dropped.

    >>> gap(timedelta(days=3, hours=4, minutes=12))
    '3 days and 4 hours'
    """
    length = abs(length)
    minutes, seconds = divmod(length.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    units = [(length.days, "day"), (hours, "hour"), (minutes, "minute"), (seconds, "second")]
    if parts > len(units):
        units.append((length.microseconds, "microsecond"))
    first = next((place for place, (many, _) in enumerate(units) if many), None)
    if first is None:
        return "less than a second" if length else "no time"
    shown = [(many, unit) for many, unit in units[first : first + parts] if many]
    return listed([f"{number(many)} {unit}" + "s" * (many != 1) for many, unit in shown])


_UNITS = (
    timedelta(days=1),
    timedelta(hours=1),
    timedelta(minutes=1),
    timedelta(seconds=1),
    timedelta(microseconds=1),
)


def coarse(length: timedelta) -> timedelta:
    """An elapsed time cut to its two largest units, so that no exact instant follows from it.

    >>> coarse(timedelta(days=3, hours=4, minutes=12)) == timedelta(days=3, hours=4)
    True
    """
    length = abs(length)
    for place, unit in enumerate(_UNITS):
        if length >= unit:
            finest = _UNITS[min(place + 1, len(_UNITS) - 1)]
            return length // finest * finest
    return length


@attrs.frozen
class Clock:
    """In which zone times are shown; an IANA name such as `Europe/Berlin`.

    Raises:
        PolicyError: when there is no such zone.
    """

    zone: str = "UTC"

    def __attrs_post_init__(self) -> None:
        zone_of(self.zone)

    def instant(self, when: datetime) -> str:
        """An instant to the minute, or as far as it goes, always with its offset from UTC."""
        try:
            local = when.astimezone(UTC if self.zone == "UTC" else zone_of(self.zone))
        except OverflowError:  # within a day of the first or last instant there is
            local = when.astimezone(UTC)
        at = f"{local.hour:02}:{local.minute:02}"
        if local.second or local.microsecond:
            at += f":{local.second:02}"
        if local.microsecond:
            at += f".{local.microsecond:06}".rstrip("0")
        return f"{self.day(local.date())}, {at} {self._offset(local)}"

    def day(self, when: date) -> str:
        """A date."""
        return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"

    def value(self, value: Value | None, *, quotes: bool = True) -> str:
        """Any value of a fact."""
        match value:
            case None:
                return "not known"
            case bool():
                return "yes" if value else "no"
            case int() | Decimal():
                return number(value)
            case Money(amount, currency):
                return f"{number(amount)} {currency}"
            case datetime():
                return self.instant(value)
            case date():
                return self.day(value)
            case timedelta():
                return ("minus " if value < timedelta() else "") + gap(value, parts=5)
            case frozenset():
                return listed([told(text) for text in sorted(value)]) or "none"
            case _:
                return quoted(value) if quotes else told(value)

    def _offset(self, local: datetime) -> str:
        ahead = local.utcoffset() or timedelta()
        if not ahead:
            return "UTC"
        minutes = abs(ahead) // timedelta(minutes=1)
        return f"UTC{'-' if ahead < timedelta() else '+'}{minutes // 60:02}:{minutes % 60:02}"
