"""Lengths that depend on the date, as functions that the solver learns as it goes.

To the solver the month after a day is a function of which a few laws hold: later days have later
months, and a month has 28 to 31 days. Where an answer needs it otherwise than the calendar has it,
the answer is not taken; the solver is told what is so about that month, and asked again. Every law
and everything it is told is true of the calendar. So where it finds nothing, there is nothing.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

import attrs
import z3

from dealreg.analysis.smt.answers import Answer
from dealreg.analysis.smt.logic import Formula, Number, both, choose, either, then
from dealreg.analysis.smt.spans import SINCE, UNTIL, day_of, most_and_least, number_of
from dealreg.analysis.smt.symbols import TICK, ticks
from dealreg.analysis.times import FILED
from dealreg.deciders.clocks import deadline, next_bucket
from dealreg.errors import PolicyError
from dealreg.facts.calendars import (
    Calendar,
    add_span,
    business_days_between,
    local_date,
    months_between,
)
from dealreg.facts.fields import Count
from dealreg.facts.values import Span, Unit
from dealreg.policy.clocks import LastDay
from dealreg.policy.stages import Bucket, Grace, HeadStart, Window

__all__ = ["Calendars"]

_DAY: Final = timedelta(days=1) // TICK
_BEGUN: Final = ticks(FILED.replace(hour=0, minute=0))
"""When day 0 begins."""

_AROUND: Final = timedelta(hours=26) // TICK
"""Two clocks on earth are no further apart."""

_QUARTER: Final = timedelta(minutes=15) // TICK
_QUARTERS: Final = 30 * 24 * 4
"""So far around an instant it is looked up what is so."""

_ELAPSED: Final = (Unit.MINUTES, Unit.HOURS)
_WHOLE: Final = {Unit.DAYS: 1, Unit.WEEKS: 7}
_Key: TypeAlias = tuple[Any, ...]
_True: TypeAlias = Callable[..., int]
_Told: TypeAlias = Callable[["_Applied", tuple[int, ...], int], tuple[Formula, Formula]]
"""What is so about a function, and about which dates."""


@attrs.frozen(eq=False)
class _Applied:
    """A function at one place: what it is asked of, and the number that stands for its value."""

    key: _Key
    arguments: tuple[Number, ...]
    value: Number
    true: _True
    told: _Told


@attrs.frozen(eq=False)
class Calendars:
    """The functions of the calendar that policies need, as far as they were asked for.

    Attributes:
        laws: what is true of them, for the places that they were asked at.
        learned: what the solver had to be told about single days and months.
    """

    laws: list[Formula] = attrs.field(factory=list)
    learned: list[Formula] = attrs.field(factory=list)
    _applied: dict[_Key, dict[tuple[Any, ...], _Applied]] = attrs.field(factory=dict, init=False)
    _known: dict[str, list[Formula]] = attrs.field(factory=dict, init=False)

    def day(self, calendar: Calendar, when: Number) -> Number:
        """The local date of an instant, in days after the first day of most cases."""
        if calendar.zone == "UTC":
            return (when - _BEGUN) / _DAY if not isinstance(when, int) else (when - _BEGUN) // _DAY

        def local(number: int) -> int:
            return number_of(local_date(_instant(number), calendar))

        made = self._at(("day", calendar.zone), (when,), local, _about_then(local, shifted=False))
        if made is not None:
            plain = (when - _BEGUN) / _DAY
            self.laws.append(both(plain - 2 <= made.value, made.value <= plain + 2))
        return self._value(("day", calendar.zone), (when,), local)

    def after(self, calendar: Calendar, length: Span, start: Number, last: LastDay) -> Number:
        """When a clock runs out that started at an instant (K-1)."""
        if calendar.zone != "UTC" and not (length.unit in _ELAPSED and last is LastDay.MOMENT):
            return self._zoned(calendar, length, start, last)
        if length.unit in _ELAPSED or length.length == 0:
            moment = start + (self.elapsed(length) if length.length else 0)
            return self._on_last_day(moment, self.day(calendar, moment), last)
        if length.unit in _WHOLE and last is LastDay.MOMENT:
            return start + length.length * _WHOLE[length.unit] * _DAY
        day = self.day(calendar, start)
        then_ = self._days_after(calendar, length, day)
        return self._on_last_day(start + (then_ - day) * _DAY, then_, last)

    def _on_last_day(self, moment: Number, day: Number, last: LastDay) -> Number:
        match last:
            case LastDay.INCLUDED:
                return (day + 1) * _DAY + _BEGUN
            case LastDay.EXCLUDED:
                return day * _DAY + _BEGUN
            case _:
                return moment

    def _days_after(self, calendar: Calendar, length: Span, day: Number) -> Number:
        """The day that comes a span after a day."""
        if length.unit in _WHOLE:
            return day + length.length * _WHOLE[length.unit]

        def true(number: int) -> int:
            start = datetime.combine(day_of(number), FILED.timetz())
            return number_of(add_span(start, length, _in_utc(calendar)).date())

        months = length.unit is Unit.MONTHS
        key = ("after", length, None if months else _days_off(calendar))
        made = self._at(key, (day,), true, _of_that_month if months else _at_that)
        if made is not None:
            low, high = most_and_least(length, calendar)
            reached = both(made.value >= day + low, made.value <= day + high)
            self._law(then(reached, both(day >= number_of(SINCE), day <= number_of(UNTIL))))
            self._in_order(key, made)
        return self._value(key, (day,), true)

    def _zoned(self, calendar: Calendar, length: Span, start: Number, last: LastDay) -> Number:
        """As `after`, in a zone whose clocks are set: known only where it was asked."""

        def true(number: int) -> int:
            end = deadline(_instant(number), length, calendar, last)
            assert end is not None
            return ticks(end)

        key = ("deadline", length, last, calendar.zone, _days_off(calendar))
        made = self._at(key, (start,), true, _about_then(true, shifted=True))
        if made is not None:
            low, high = _about(length, calendar)
            reached = both(made.value >= start + low, made.value <= start + high)
            since, until = (ticks(datetime(e.year, 1, 2, tzinfo=UTC)) for e in (SINCE, UNTIL))
            self._law(then(reached, both(start >= since, start <= until)))
        return self._value(key, (start,), true)

    def elapsed(self, length: Span) -> int:
        """A length that is the same whenever it starts."""
        return timedelta(**_elapsed(length)) // TICK

    def last_instant(self, calendar: Calendar, window: Window, first: Number) -> Number:
        """The last instant inside a window that was opened at an instant (C-7)."""
        match window:
            case Grace(length, _, _):
                return self.after(calendar, length, first, LastDay.MOMENT)
            case HeadStart():
                return first
            case Bucket(unit, _, _):
                return self._next_bucket(calendar, unit, first) - 1

    def _next_bucket(self, calendar: Calendar, unit: Unit, first: Number) -> Number:
        if calendar.zone == "UTC" and unit is not Unit.MONTHS:
            day = self.day(calendar, first)
            if unit is Unit.WEEKS:
                of_week = FILED.weekday()
                weeks = (day + of_week) / 7 if not isinstance(day, int) else (day + of_week) // 7
                day = weeks * 7 + 6 - of_week
            return (day + 1) * _DAY + _BEGUN

        def true(number: int) -> int:
            return ticks(next_bucket(_instant(number), unit, calendar))

        key = ("bucket", unit, calendar.zone)
        in_utc = calendar.zone == "UTC"
        made = self._at(
            key, (first,), true, _until_then if in_utc else _about_then(true, shifted=False)
        )
        if made is not None:
            longest = {Unit.DAYS: 1, Unit.WEEKS: 7}.get(unit, 31) * _DAY
            slack = 0 if in_utc else _AROUND  # where clocks are set back, a day can begin twice
            self._law(both(made.value > first - slack, made.value <= first + longest + slack))
            for other in self._others(key, made) if in_utc else ():
                self._law(_same_stretch(made, other))
        return self._value(key, (first,), true)

    def between(self, calendar: Calendar, count: Count, start: Number, end: Number) -> Number:
        """How many days, business days or months lie between two days (F-6)."""
        if count is Count.DAYS:
            return end - start
        if count is Count.BUSINESS_DAYS:
            return self._business(calendar, end) - self._business(calendar, start)

        def true(one: int, other: int) -> int:
            return months_between(day_of(one), day_of(other), _in_utc(calendar))

        made = self._at(("months",), (start, end), true, _at_those)
        if made is not None:
            value = made.value
            forward = both(28 * value <= end - start, end - start < 31 * (value + 1))
            back = both(28 * -value <= start - end, start - end < 31 * (-value + 1))
            self._law(choose(start <= end, forward, back))
            for other in self._others(("months",), made):
                self._law(_wider(made, other))
                self._law(_wider(other, made))
        return self._value(("months",), (start, end), true)

    def _business(self, calendar: Calendar, day: Number) -> Number:
        """How many business days there have been since day 0."""

        def true(number: int) -> int:
            return business_days_between(FILED.date(), day_of(number), _in_utc(calendar))

        key = ("business", _days_off(calendar))
        made = self._at(key, (day,), true, _at_that)
        if made is not None:
            for other in self._others(key, made):
                for one, two in ((made, other), (other, made)):
                    longer = two.arguments[0] - one.arguments[0]
                    grown = both(one.value <= two.value, two.value - one.value <= longer)
                    self._law(then(grown, longer >= 0))
        return self._value(key, (day,), true)

    def corrections(self, answer: Answer) -> list[Formula]:
        """What is so where an answer has it otherwise; nothing where it has all as it is."""
        made: list[Formula] = []
        for asked in self._applied.values():
            for each in list(asked.values()):
                at = tuple(answer.number(e) for e in each.arguments)
                try:
                    true = each.true(*at)
                except (OverflowError, ValueError, PolicyError):
                    continue  # no such date: what is not known has any value
                if answer.number(each.value) != true:
                    for other in asked.values():
                        so, where = other.told(other, at, true)
                        made.append(then(so, where))
                        self._known.setdefault(str(other.value), []).append(where)
        self.learned.extend(made)
        return made

    def of_known_dates(self) -> Formula:
        """That every function that the solver was told about is asked of dates that it was told."""
        return both(*(either(*each) for _, each in sorted(self._known.items())))

    def _law(self, formula: Formula) -> None:
        self.laws.append(formula)

    def _at(
        self, key: _Key, arguments: tuple[Number, ...], true: _True, told: _Told
    ) -> _Applied | None:
        """The function at a place where it was not asked before; None where it was."""
        asked = self._applied.setdefault(key, {})
        place = _place(arguments)
        if place in asked or all(isinstance(each, int) for each in arguments):
            return None
        name = f"calendar {sum(map(len, self._applied.values()))}"
        asked[place] = _Applied(key, arguments, z3.Int(name), true, told)
        self._congruent(asked, asked[place])
        return asked[place]

    def _congruent(self, asked: dict[tuple[Any, ...], _Applied], made: _Applied) -> None:
        for other in asked.values():
            if other is not made:
                equal = both(
                    *(
                        mine == theirs
                        for mine, theirs in zip(made.arguments, other.arguments, strict=True)
                    )
                )
                self._law(then(made.value == other.value, equal))

    def _value(self, key: _Key, arguments: tuple[Number, ...], true: _True) -> Number:
        if all(isinstance(each, int) for each in arguments):
            return true(*arguments)
        return self._applied[key][_place(arguments)].value

    def _others(self, key: _Key, made: _Applied) -> Iterator[_Applied]:
        yield from (each for each in self._applied[key].values() if each is not made)

    def _in_order(self, key: _Key, made: _Applied) -> None:
        """A later day is not followed by an earlier one."""
        for other in self._others(key, made):
            for one, two in ((made, other), (other, made)):
                ordered = one.arguments[0] <= two.arguments[0]
                self._law(then(one.value <= two.value, ordered))


def _place(arguments: tuple[Number, ...]) -> tuple[Any, ...]:
    return tuple(e if isinstance(e, int) else ("", e.get_id()) for e in arguments)


def _elapsed(length: Span) -> dict[str, int]:
    return {length.unit.value: length.length}


def _about(length: Span, calendar: Calendar) -> tuple[int, int]:
    """How long a length is at least and at most where clocks are set and its last day may count."""
    if length.unit in _ELAPSED:
        exact = timedelta(**_elapsed(length)) // TICK
        return exact - _AROUND - _DAY, exact + _AROUND + _DAY
    low, high = (e * _DAY for e in most_and_least(length, calendar))
    return low - _AROUND - _DAY, high + _AROUND + _DAY


def _instant(number: int) -> datetime:
    return FILED + number * TICK


def _in_utc(calendar: Calendar) -> Calendar:
    return calendar if calendar.zone == "UTC" else attrs.evolve(calendar, zone="UTC")


def _days_off(calendar: Calendar) -> tuple[Any, ...]:
    return (calendar.weekend, calendar.holidays, calendar.holiday_rules)


def _at_that(applied: _Applied, at: tuple[int, ...], true: int) -> tuple[Formula, Formula]:
    return applied.value == true, applied.arguments[0] == at[0]


def _at_those(applied: _Applied, at: tuple[int, ...], true: int) -> tuple[Formula, Formula]:
    one, other = applied.arguments
    return applied.value == true, both(one == at[0], other == at[1])


def _about_then(true: _True, *, shifted: bool) -> _Told:
    """What is so in a zone as long before and after an instant as it stays so, up to a month.

    Looked up every quarter of an hour: no zone sets its clocks twice within one.
    """

    def told(applied: _Applied, at: tuple[int, ...], value: int) -> tuple[Formula, Formula]:
        (here,) = at
        low, high = (_so_far(true, here, value, step, shifted) for step in (-_QUARTER, _QUARTER))
        when = applied.arguments[0]
        moved = when - here if shifted else 0
        return applied.value == value + moved, both(when >= low, when <= high)

    return told


def _so_far(true: _True, here: int, value: int, step: int, shifted: bool) -> int:  # noqa: FBT001
    """The last instant, looking forward or back, at which a function is still as it was there."""

    def is_so(when: int) -> bool:
        return true(when) == value + (when - here if shifted else 0)

    same = here
    for number in range(1, _QUARTERS + 1):
        other = here + number * step
        if not is_so(other):
            while abs(other - same) > 1:
                between = (same + other) // 2
                same, other = (between, other) if is_so(between) else (same, between)
            return same
        same = other
    return same


def _until_then(applied: _Applied, at: tuple[int, ...], true: int) -> tuple[Formula, Formula]:
    """Until the next one begins, the next one is the same."""
    first = applied.arguments[0]
    return applied.value == true, both(first >= at[0], first < true)


def _of_that_month(applied: _Applied, at: tuple[int, ...], true: int) -> tuple[Formula, Formula]:
    """Days of one month come to the days of another, as far as that has them."""
    begun = day_of(at[0]).replace(day=1)
    ended = (begun + timedelta(days=31)).replace(day=1)
    met = day_of(true).replace(day=1)
    over = (met + timedelta(days=31)).replace(day=1)
    day = applied.arguments[0]
    low, high = number_of(begun), number_of(ended)
    into = day - low + number_of(met)
    last = number_of(over) - 1
    return applied.value == choose(into <= last, into, last), both(day >= low, day < high)


def _same_stretch(one: _Applied, other: _Applied) -> Formula:
    """Of two instants, the later is in the same stretch as the earlier, or after it."""
    a, b = one.arguments[0], other.arguments[0]
    after = choose(b < one.value, other.value == one.value, other.value > one.value)
    before = choose(a < other.value, other.value == one.value, one.value > other.value)
    return choose(a <= b, after, before)


def _wider(one: _Applied, other: _Applied) -> Formula:
    """More months lie between two days further apart."""
    inside = both(one.arguments[0] <= other.arguments[0], one.arguments[1] >= other.arguments[1])
    return then(one.value >= other.value, inside)
