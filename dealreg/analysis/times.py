"""Representative instants: just at, before and after every distance that a policy measures.

Instants matter by their order, and by comparison of distances with lengths. A set of such
conditions that can be met at all can be met by sums of few of the lengths, so a few instants do.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

import attrs

from dealreg.analysis.clockwork import (
    ASKED,
    TICK,
    Clock,
    deemed_by,
    ending,
    latest,
    running,
    steps_about,
    then,
)
from dealreg.analysis.readings import AFTERWARDS, Readings, Variable, is_instant
from dealreg.facts.calendars import UTC_CALENDAR, Calendar, add_span, local_date, midnight
from dealreg.facts.fields import Count, Elapsed
from dealreg.facts.values import Span, Unit
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Policy
from dealreg.policy.stages import Bucket, Grace, HeadStart, Window

__all__ = ["ASKED", "FILED", "MOST_INSTANTS", "Timetable", "closing", "days_of", "timetable"]

FILED: Final = datetime(2026, 3, 3, 9, tzinfo=UTC)
"""When the first registration of a case was made, unless a policy names dates of its own."""

MOST_INSTANTS: Final = 64
"""So many instants are tried of one field; policies that need more are bounded."""

_LONG_BEFORE: Final = timedelta(days=400)

_Shift = Callable[[datetime], Iterable[datetime]]


@attrs.frozen(eq=False)
class Timetable:
    """The instants to try of each instant field, for the first registration and for its rival.

    Attributes:
        first, rival: the instants by variable, None among them where the field may be missing.
        crowded: the fields of which not all instants needed are tried.
    """

    first: Mapping[Variable, tuple[datetime | None, ...]]
    rival: Mapping[Variable, tuple[datetime | None, ...]]
    crowded: tuple[str, ...]


def timetable(
    policies: Sequence[Policy], found: Readings, variables: Iterable[Variable]
) -> Timetable:
    """The instants to try."""
    instants = [each for each in variables if is_instant(found, each)]
    fixed = {each: list(_anchors(policies, found, each)) for each in instants}
    rivalry = {each: list(_rivalries(policies, each)) for each in instants}
    between = _relations(policies, found, instants)
    first: dict[Variable, tuple[datetime | None, ...]] = {}
    rival: dict[Variable, tuple[datetime | None, ...]] = {}
    crowded: list[str] = []
    linked = _components(instants, between)
    for group in linked:
        anchored = any(fixed[each] for each in group)
        if not anchored and len(group) == 1:
            (only,) = group
            begun = _begun(only, fixed)
            near = _distinct([begun, *(t for shift in rivalry[only] for t in shift(begun))])
            first[only] = _optional(only, (begun,))
            rival[only] = first[only] if only.shared else _optional(only, near)
            continue
        chosen = _spread(group, fixed, rivalry, between)
        for each in group:
            if len(chosen[each]) > MOST_INSTANTS:
                crowded.append(each.name)
            first[each] = rival[each] = _optional(each, chosen[each][:MOST_INSTANTS])
    for each in instants:
        if each.name in AFTERWARDS:
            later = _as_late(first, rival, each)
            first[each], rival[each] = (*later, *first[each]), (*later, *rival[each])
    return Timetable(first, rival, tuple(sorted(crowded)))


def _begun(variable: Variable, fixed: Mapping[Variable, Sequence[datetime]]) -> datetime:
    """Where to begin with a field: with submissions, long before all that must come after them."""
    if variable.name != "submitted_at":
        return FILED
    dates = [t for each, given in fixed.items() if each.name in AFTERWARDS for t in given]
    early = [each - _LONG_BEFORE for each in dates if each < FILED + _LONG_BEFORE]
    return min((FILED, *early))


def _as_late(
    first: Mapping[Variable, tuple[datetime | None, ...]],
    rival: Mapping[Variable, tuple[datetime | None, ...]],
    variable: Variable,
) -> tuple[datetime, ...]:
    """The latest submission, and after it, where an instant may come before some submission."""
    tried = [each for each in (*first[variable], *rival[variable]) if each is not None]
    filed = Variable("submitted_at", variable.subject)
    submitted = [t for t in (*first.get(filed, ()), *rival.get(filed, ())) if t is not None]
    if not submitted or not tried or min(tried) >= max(submitted):
        return ()
    last = max(submitted)
    return tuple(each for each in (last, last + TICK) if each <= ASKED)


def days_of(policies: Sequence[Policy], found: Readings) -> dict[str, tuple[date, ...]]:
    """Of each date that an elapsed time runs to: the days about its constants, as filed usually."""
    units = {Count.DAYS: Unit.DAYS, Count.BUSINESS_DAYS: Unit.BUSINESS_DAYS}
    calendars = {each.name: each for policy in policies for each in policy.calendars}
    made: dict[str, dict[date, None]] = {}
    for field in found.fields.values():
        derived = field.derived
        if not isinstance(derived, Elapsed) or is_instant(found, Variable(derived.end, "")):
            continue
        calendar = calendars.get(derived.calendar or "", UTC_CALENDAR)
        for constant in found.constants.get(field.name, ()):
            for length in (constant - 1, constant, constant + 1) if type(constant) is int else ():
                span = Span(max(length, 0), units.get(derived.count, Unit.MONTHS))
                ends = local_date(add_span(FILED, span, calendar), calendar)
                made.setdefault(derived.end, {})[ends] = None
    return {name: tuple(days) for name, days in made.items()}


def _optional(variable: Variable, instants: Iterable[datetime]) -> tuple[datetime | None, ...]:
    past = tuple(each for each in instants if each <= ASKED)
    return past if variable.name == "submitted_at" else (*past, None)


def _distinct(instants: Iterable[datetime]) -> tuple[datetime, ...]:
    return tuple(dict.fromkeys(instants))


def _around(instant: datetime) -> tuple[datetime, datetime, datetime]:
    return instant, instant + TICK, instant - TICK


def _spread(
    group: Sequence[Variable],
    fixed: Mapping[Variable, list[datetime]],
    rivalry: Mapping[Variable, list[_Shift]],
    between: Mapping[tuple[Variable, Variable], list[_Shift]],
) -> dict[Variable, tuple[datetime, ...]]:
    """The instants of fields that are measured against each other, or against fixed dates."""
    chosen = {each: dict.fromkeys(fixed[each]) for each in group}
    if not any(chosen.values()):
        root = min(group, key=lambda each: (not each.shared, each.name != "submitted_at", each))
        chosen[root] = {FILED: None}
    for _ in range(len(group)):
        for (one, other), shifts in between.items():
            if one in chosen:
                for instant in list(chosen[one]):
                    moved = (t for shift in shifts for t in shift(instant))
                    chosen[other].update(dict.fromkeys(moved))
    for each in group:
        near = [t for i in list(chosen[each]) for shift in rivalry[each] for t in shift(i)]
        chosen[each].update(dict.fromkeys(near))
        chosen[each] = chosen[each] or {FILED: None}
    return {each: tuple(chosen[each]) for each in group}


def _components(
    instants: Sequence[Variable], between: Mapping[tuple[Variable, Variable], object]
) -> list[list[Variable]]:
    groups = [[each] for each in instants]
    for one, other in between:
        joined = [group for group in groups if one in group or other in group]
        rest = [group for group in groups if one not in group and other not in group]
        groups = [*rest, sorted({each for group in joined for each in group})]
    return groups


def _anchors(policies: Sequence[Policy], found: Readings, variable: Variable) -> Iterator[datetime]:
    """The instants at which something changes for a field whatever the others are."""
    for constant in found.constants.get(variable.name, ()):
        if isinstance(constant, datetime):
            yield from _around(constant)
    for clock in running(policies, found, variable):
        last = latest(clock)
        if last is not None:
            yield from (last + TICK, last)


def _rivalries(policies: Sequence[Policy], variable: Variable) -> Iterator[_Shift]:
    """How far from its rival's a registration's instant may matter."""
    yield lambda instant: (instant + TICK, instant - TICK)
    for policy in policies:
        calendars = {each.name: each for each in policy.calendars}
        for contest in policy.contests:
            window = contest.window
            if window is not None and window.clock.name == variable.name:
                yield _beside(window, calendars, _levels(policy, window))


def _levels(policy: Policy, window: Window) -> int:
    if not isinstance(window, HeadStart):
        return 0
    field = policy.vocabulary().get(window.ladder.name)
    return len(field.levels) if field is not None else 0


def _beside(window: Window, calendars: Mapping[str, Calendar], levels: int) -> _Shift:
    match window:
        case Grace(length, _, name):
            calendar = calendars.get(name or "", UTC_CALENDAR)
            return lambda instant: _graced(instant, length, calendar)
        case HeadStart(length):
            step = timedelta(**{length.unit.value: length.length})
            return lambda instant: (
                t
                for place in range(1, levels)
                for moved in (instant + place * step, instant - place * step)
                for t in _around(moved)
            )
        case Bucket(unit, _, name):
            calendar = calendars.get(name or "", UTC_CALENDAR)
            return lambda instant: (
                t for edge in _edges(instant, unit, calendar) for t in (edge, edge - TICK)
            )


def closing(window: Grace | Bucket, first: datetime, calendars: Mapping[str, Calendar]) -> datetime:
    """The last instant inside a window that `first` opened."""
    calendar = calendars.get(window.calendar or "", UTC_CALENDAR)
    if isinstance(window, Grace):
        return add_span(first, window.length, calendar)
    _, following = _edges(first, window.unit, calendar)
    return following - TICK


def _graced(instant: datetime, length: Span, calendar: Calendar) -> Iterator[datetime]:
    closes = add_span(instant, length, calendar)
    yield from (closes, closes + TICK)
    back = instant - (closes - instant)
    yield from (back, back - TICK)


def _edges(instant: datetime, unit: Unit, calendar: Calendar) -> Iterator[datetime]:
    """When the day, week or month of an instant begins and ends."""
    day = local_date(instant, calendar)
    first = day
    if unit is Unit.WEEKS:
        first = day - timedelta(days=day.weekday())
    elif unit is Unit.MONTHS:
        first = day.replace(day=1)
    beyond = {Unit.WEEKS: 7, Unit.MONTHS: 32}.get(unit, 1)
    following = first + timedelta(days=beyond)
    following = following.replace(day=1) if unit is Unit.MONTHS else following
    yield from (midnight(first, calendar), midnight(following, calendar))


def _relations(
    policies: Sequence[Policy], found: Readings, instants: Sequence[Variable]
) -> dict[tuple[Variable, Variable], list[_Shift]]:
    """Which instants are measured against which, and how far apart it matters."""
    by_name = {each.name: each for each in instants}
    related: dict[tuple[Variable, Variable], list[_Shift]] = {}
    for field in found.fields.values():
        derived = field.derived
        if not isinstance(derived, Elapsed):
            continue
        start, end = by_name.get(derived.start), by_name.get(derived.end)
        if start is None or end is None:
            continue
        constants = found.constants.get(field.name, [])
        steps = [each for constant in constants for each in steps_about(derived.count, constant)]
        _relate(related, start, end, steps or [timedelta(0), timedelta(days=1)])
    for policy in policies:
        for contest in policy.contests:
            _milestones(related, by_name, contest, policy)
    return related


def _relate(
    related: dict[tuple[Variable, Variable], list[_Shift]],
    start: Variable,
    end: Variable,
    steps: Sequence[timedelta],
) -> None:
    related.setdefault((start, end), []).append(lambda t: (t + each for each in steps))
    related.setdefault((end, start), []).append(lambda t: (t - each for each in steps))


def _milestones(
    related: dict[tuple[Variable, Variable], list[_Shift]],
    by_name: Mapping[str, Variable],
    contest: Contest,
    policy: Policy,
) -> None:
    calendars = {each.name: each for each in policy.calendars}
    for each in contest.milestones:
        calendar = calendars.get(each.calendar or "", UTC_CALENDAR)
        for length in (each.length, each.grace):
            if length is None:
                continue
            ends = ending(length, each.last_day, calendar)
            begins = [(each.starts, ends)]
            if each.starts == "approved_at" and policy.sla is not None:
                deemed = deemed_by(policy, policy.sla.starts, calendars)
                begins += [] if deemed is None else [(policy.sla.starts, then(deemed, ends))]
            for name, clock in begins:
                start, met = by_name.get(name), by_name.get(each.met)
                if start is not None and met is not None and start != met:
                    related.setdefault((start, met), []).append(_just_met(clock))


def _just_met(clock: Clock) -> _Shift:
    """When something was still done in time, and when it was just too late."""
    return lambda start: (
        moved for end in (clock(start),) if end is not None for moved in (end - TICK, end)
    )
