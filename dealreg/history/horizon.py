"""The horizon: the next instant at which anything can change without a new event (H-9).

Nothing changes between an instant and the horizon that is given for it. It may come too early,
never too late: a replay then looks, finds nothing changed, and asks again.
"""

from collections.abc import Container, Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import attrs

from dealreg.checking.stages import uses_of
from dealreg.deciders.clocks import answer_due, milestone_due, period_of
from dealreg.facts.calendars import (
    Calendar,
    business_days_between,
    days_between,
    local_date,
    midnight,
    months_between,
)
from dealreg.facts.fields import Count, Elapsed, Field, SinceEnded, Tally
from dealreg.facts.instants import LAST_YEAR
from dealreg.facts.records import Registration, Status
from dealreg.facts.view import Record, View
from dealreg.outcome.timeline import Pending
from dealreg.policy.clocks import Missed
from dealreg.policy.contests import Contest
from dealreg.policy.paths import contest_path, milestone_path
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import Compare, OneOf
from dealreg.policy.walk import atoms, fact_of, predicates_of

__all__ = ["TICK", "Aging", "ages", "aging", "dates_in", "fields_used", "pending", "tallies"]

TICK: Final = timedelta(microseconds=1)
"""The next instant after one, for what counts up to and including it."""

_ASKED: Final = "asked_at"
_FURTHEST: Final = 36_525


@lru_cache(maxsize=256)
def fields_used(policy: Policy) -> frozenset[str]:
    """The names of all fields that the contests read, those behind derived ones included."""
    vocabulary = policy.vocabulary()
    open_names = {name for contest in policy.contests for name in _named(contest)}
    found: set[str] = set()
    while open_names:
        name = open_names.pop()
        field = vocabulary.get(name)
        if name in found or field is None:
            continue
        found.add(name)
        open_names |= set(_behind(field))
    return frozenset(found)


def _named(contest: Contest) -> Iterator[str]:
    for use in uses_of(contest):
        yield use.name
        if use.as_of is not None:
            yield use.as_of
    for path, predicate in predicates_of(contest):
        for _, atom in atoms(predicate, path):
            fact = fact_of(atom)
            if fact is not None:
                yield fact.name
                if fact.as_of is not None:
                    yield fact.as_of


def _behind(field: Field) -> Iterator[str]:
    derived: Any = field.derived
    for name in ("start", "end", "left", "right", "inner", "outer"):
        behind = getattr(derived, name, None)
        if behind is not None:
            yield behind
    yield from getattr(derived, "same", ())
    yield from getattr(derived, "where", ())


@lru_cache(maxsize=256)
def tallies(policy: Policy) -> tuple[Tally | SinceEnded, ...]:
    """The derived fields in use by which registrations of different conflicts count each other."""
    vocabulary = policy.vocabulary()
    used = [vocabulary.get(name) for name in sorted(fields_used(policy))]
    found = (field.derived for field in used if field is not None)
    return tuple(each for each in found if isinstance(each, (Tally, SinceEnded)))


@attrs.frozen
class Aging:
    """A field that changes as time passes, and the constants that rules compare it with."""

    elapsed: Elapsed | None
    constants: tuple[Any, ...]
    ordered: bool


@lru_cache(maxsize=256)
def aging(policy: Policy) -> tuple[Aging, ...]:
    """The fields in use that change as time passes: those that read the instant asked about."""
    vocabulary = policy.vocabulary()
    constants: dict[str, list[Any]] = {}
    for contest in policy.contests:
        for path, predicate in predicates_of(contest):
            for _, atom in atoms(predicate, path):
                if isinstance(atom, Compare):
                    constants.setdefault(atom.fact.name, []).append(atom.value)
                elif isinstance(atom, OneOf):
                    constants.setdefault(atom.fact.name, []).extend(atom.values)
    ordered = {use.name for contest in policy.contests for use in uses_of(contest)}
    found = []
    for name in sorted(fields_used(policy)):
        field = vocabulary.get(name)
        derived = None if field is None else field.derived
        reads = isinstance(derived, Elapsed) and _ASKED in (derived.start, derived.end)
        if reads or name == _ASKED:
            elapsed = derived if isinstance(derived, Elapsed) else None
            found.append(Aging(elapsed, tuple(constants.get(name, ())), name in ordered))
    return tuple(found)


def ages(view: View, field: Aging, registration: Registration) -> Iterator[datetime]:
    """The next instants at which a rule about a field that ages may say something else."""
    elapsed = field.elapsed
    if elapsed is None:
        for constant in field.constants:
            yield from (constant, constant + TICK)
        return
    if elapsed.start == elapsed.end:
        return
    rising = elapsed.end == _ASKED
    fixed = view.read(registration, elapsed.start if rising else elapsed.end)
    if not isinstance(fixed, date):
        return
    if elapsed.count is Count.TIME and isinstance(fixed, datetime):
        for constant in field.constants:
            crossing = fixed + constant if rising else fixed - constant
            yield from (crossing, crossing + TICK)
        return
    calendar = view.calendar(elapsed.calendar)
    today = local_date(view.at, calendar)
    if field.ordered:
        yield midnight(today + timedelta(days=1), calendar)
    for constant in field.constants:
        days = _days_until(elapsed.count, calendar, today, fixed, constant, rising=rising)
        if days is not None:
            yield midnight(today + timedelta(days=days), calendar)


_COUNTED: Final = {
    Count.DAYS: days_between,
    Count.BUSINESS_DAYS: business_days_between,
    Count.MONTHS: months_between,
}


def _days_until(
    count: Count, calendar: Calendar, today: date, fixed: date, constant: Any, *, rising: bool
) -> int | None:
    """After how many days the count stands otherwise to a constant; None for never."""
    counted = _COUNTED[count]

    def stands(days: int) -> tuple[bool, bool]:
        then = today + timedelta(days=days)
        value = counted(fixed, then, calendar) if rising else counted(then, fixed, calendar)
        return value < constant, value == constant

    now = stands(0)
    low, high = 0, 1
    while high <= _FURTHEST and today.year + high // 365 < LAST_YEAR and stands(high) == now:
        low, high = high, 2 * high
    if high > _FURTHEST or today.year + high // 365 >= LAST_YEAR:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if stands(middle) == now else (low, middle)
    return high


def dates_in(record: Record) -> tuple[datetime, ...]:
    """The instants that stand in a record: before them it reads as if they were not there."""
    found = {change.since for change in record.changes}
    values = [change.value for change in record.changes]
    values += [getattr(record, attribute.name) for attribute in attrs.fields(type(record))]
    values += record.attributes.values()
    if isinstance(record, Registration):
        for asked in record.extensions:
            values += [asked.asked_at, asked.granted_at, asked.refused_at]
        for pause in record.pauses:
            values += [pause.since, pause.until]
    found |= {value for value in values if isinstance(value, datetime)}
    return tuple(sorted(found))


def pending(
    view: View,
    policy: Policy,
    registration: Registration,
    benefits: Container[str] | None = None,
) -> Iterator[Pending]:
    """The clocks of a registration, those that have run out included.

    Of the contests for some `benefits`, and of the vendor's answer, or of everything.
    """
    about = registration.registration_id
    sla = policy.sla
    if sla is not None:
        answer = answer_due(view, sla, registration)
        approves = sla.missed is Missed.DEEMED_APPROVED  # whatever became of it meanwhile (F-13)
        waits = approves or registration.status in (Status.SUBMITTED, Status.UNDER_REVIEW)
        if answer is not None and answer.due is not None and not answer.met and waits:
            what = "approved" if approves else "answer due"
            yield Pending(at=answer.due, registration_id=about, what=what, clause="sla")
    for contest in policy.contests:
        if benefits is None or contest.benefit in benefits:
            yield from _of_contest(view, contest, registration)


def _of_contest(view: View, contest: Contest, registration: Registration) -> Iterator[Pending]:
    about, benefit = registration.registration_id, contest.benefit
    if contest.period is not None:
        term = period_of(view, contest.period, registration)
        if term is not None and term.ends is not None:
            clause = contest_path(benefit, "period")
            yield Pending(
                at=term.ends, registration_id=about, benefit=benefit, what="ends", clause=clause
            )
    for milestone in contest.milestones:
        due = milestone_due(view, milestone, registration)
        if due is None or due.met:
            continue
        clause = milestone_path(benefit, milestone.code)
        for what, at in (("reminder", due.reminds), ("due", due.due), ("missed", due.final)):
            if at is not None and (what != "due" or milestone.grace is not None):
                yield Pending(
                    at=at, registration_id=about, benefit=benefit, what=what, clause=clause
                )
