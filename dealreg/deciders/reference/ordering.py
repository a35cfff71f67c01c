"""Stages two to four: overrides, window, preferences (spec clauses C-6 to C-9)."""

from collections.abc import Container, Mapping, Sequence
from datetime import datetime, timedelta
from typing import assert_never

import attrs

from dealreg.deciders.clocks import next_bucket
from dealreg.deciders.reference.stage import Stage
from dealreg.deciders.reference.truth import Sortable, sortable
from dealreg.errors import PolicyError
from dealreg.facts.calendars import add_span
from dealreg.facts.records import Registration
from dealreg.facts.values import Money, Value
from dealreg.outcome.decision import Margin
from dealreg.policy.paths import override_path, prefer_path
from dealreg.policy.stages import (
    Best,
    Bucket,
    Grace,
    HeadStart,
    Key,
    MissingRule,
    Override,
    Prefer,
    Preference,
    Window,
)

__all__ = ["Group", "in_time", "margin", "overriding", "ranked", "still_open"]


@attrs.frozen(eq=False)
class Group:
    """Registrations that the preferences leave equal; `unclear` when a missing value did."""

    members: tuple[Registration, ...]
    unclear: str | None = None


def overriding(
    stage: Stage, eligible: Sequence[Registration]
) -> tuple[Override, tuple[Registration, ...]] | None:
    """The first override that some eligible registration satisfies, and those that do (C-6)."""
    for override in stage.contest.overrides:
        hits = tuple(each for each in eligible if stage.reader(each).truth(override.when) is True)
        clause = override_path(stage.contest.benefit, override.code)
        stage.note(clause, "applies" if hits else "does not apply")
        if hits:
            return override, hits
    return None


def in_time(
    stage: Stage, eligible: Sequence[Registration], kept: Container[Registration] = ()
) -> tuple[tuple[Registration, ...], dict[str, Margin], Registration | None]:
    """Who is inside the window, how late the others are, and who opened it (C-7).

    Those that `kept` the benefit they hold are inside, however late they were.
    """
    window = stage.contest.window
    if window is None or not eligible:
        return tuple(eligible), {}, None
    clocks = {each: _clock(stage, window, each) for each in eligible}
    timed = {each: clock for each, clock in clocks.items() if clock is not None}
    if not timed:
        return tuple(eligible), {}, None
    anchor = min(timed, key=lambda each: (timed[each], each.registration_id))
    last, closes = _closing(stage, window, timed[anchor])
    clause = stage.path("window")
    inside, late = [], {}
    for each, clock in clocks.items():
        within = each in kept or (clock is not None and clock <= last)
        facts = {window.clock.name: clock, "closes": closes}
        stage.note(clause, "in time" if within else "late", each, facts)
        if within:
            inside.append(each)
        else:
            late[each.registration_id] = Margin(
                clause=clause, fact=window.clock.name, own=clock, rival=closes
            )
    return tuple(inside), late, anchor


def still_open(stage: Stage, inside: Sequence[Registration]) -> Mapping[Registration, datetime]:
    """Until when the outcome may change for those inside, because others may yet come in time.

    The last such instant; nothing where the window has closed, or there is none.
    """
    window = stage.contest.window
    clocks = [] if window is None else [_clock(stage, window, each) for each in inside]
    timed = [clock for clock in clocks if clock is not None]
    if window is None or not timed:
        return {}
    last, _ = _closing(stage, window, min(timed))
    if isinstance(window, HeadStart):
        field = stage.view.vocabulary.get(window.ladder.name)
        top = max(len(field.levels) - 1, 0) if field is not None else 0
        last += top * timedelta(**{window.length.unit.value: window.length.length})
    return dict.fromkeys(inside, last) if last >= stage.rules.at else {}


def _clock(stage: Stage, window: Window, registration: Registration) -> datetime | None:
    """When a registration counts as made: by its clock, less its head start; None if unknown."""
    clock = stage.view.read(registration, window.clock.name, window.clock.as_of)
    if not isinstance(clock, datetime):
        return None
    if not isinstance(window, HeadStart):
        return clock
    level = stage.view.read(registration, window.ladder.name, window.ladder.as_of)
    steps = 0 if level is None else int(sortable(stage.view, window.ladder, level))  # type: ignore[arg-type]
    length = timedelta(**{window.length.unit.value: window.length.length})
    try:
        return clock - steps * length
    except OverflowError:
        raise PolicyError(
            f"a head start of {steps} times {window.length.length} {window.length.unit} before "
            f"{clock.isoformat()} is out of range",
            place=stage.path("window.length"),
            value=window.length,
            hint="state a shorter one",
        ) from None


def _closing(stage: Stage, window: Window, first: datetime) -> tuple[datetime, datetime]:
    """The last instant inside the window that `first` opened, and when people say it closes."""
    match window:
        case Grace(length, _, calendar):
            last = add_span(first, length, stage.view.calendar(calendar))
            return last, last
        case HeadStart():
            return first, first
        case Bucket(unit, _, calendar):
            following = next_bucket(first, unit, stage.view.calendar(calendar))
            return following - timedelta(microseconds=1), following
        case _:
            assert_never(window)


def ranked(stage: Stage, members: Sequence[Registration]) -> list[Group]:
    """The members by the preferences, best first; equals together, by registration id (C-8)."""
    ordered = tuple(sorted(members, key=lambda each: each.registration_id))
    groups = [Group(ordered)] if ordered else []
    for place, preference in enumerate(stage.contest.prefer):
        clause = prefer_path(stage.contest.benefit, place)
        split = [part for group in groups for part in _split(stage, group, preference, clause)]
        groups = split
    return groups


def _split(stage: Stage, group: Group, preference: Preference, clause: str) -> list[Group]:
    if len(group.members) == 1 or group.unclear is not None:
        return [group]
    values = {each: _value(stage, each, preference) for each in group.members}
    for each, (shown_value, _) in values.items():
        stage.note(clause, "compared", each, {_fact(preference): shown_value})
    unknown = tuple(each for each in group.members if values[each][1] is None)
    if unknown and preference.missing is MissingRule.REFER:
        return [Group(group.members, clause)]
    known = {key for _, key in values.values() if key is not None}
    best_last = not (isinstance(preference, Key) and preference.best is Best.LOWEST)
    parts = [
        Group(tuple(each for each in group.members if values[each][1] == key))
        for key in sorted(known, reverse=best_last)
    ]
    if unknown:
        parts.insert(0 if preference.missing is MissingRule.FIRST else len(parts), Group(unknown))
    return parts


def _fact(preference: Preference) -> str:
    return preference.fact.name if isinstance(preference, Key) else "preferred"


def _value(
    stage: Stage, registration: Registration, preference: Preference
) -> tuple[Value | None, Sortable | None]:
    """The value a preference looks at, and as it sorts; None when missing."""
    reader = stage.reader(registration)
    if isinstance(preference, Prefer):
        truth = reader.truth(preference.when)
        if truth is None and preference.missing is MissingRule.LAST:
            return None, False  # unknown is treated as not preferred
        return truth, truth
    value = reader.value(preference.fact)
    if value is None or (isinstance(value, Money) and value.currency != preference.currency):
        return value, None
    return value, sortable(reader.view, preference.fact, value)


def margin(stage: Stage, loser: Registration, winner: Registration) -> Margin | None:
    """The first preference that told the two apart, and both values (C-9)."""
    for place, preference in enumerate(stage.contest.prefer):
        own, own_key = _value(stage, loser, preference)
        rival, rival_key = _value(stage, winner, preference)
        if own_key != rival_key:
            clause = prefer_path(stage.contest.benefit, place)
            return Margin(clause=clause, fact=_fact(preference), own=own, rival=rival)
    return None
