"""Pools: the few values from which both the constants of policies and the facts are drawn.

Drawing from the same few makes a predicate often true, often false, and often just at its edge.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Final, TypeAlias

import attrs

from dealreg.deciders.clocks import deadline
from dealreg.errors import PolicyError
from dealreg.facts.calendars import UTC_CALENDAR, Calendar, add_span, zone
from dealreg.facts.canonical import canonical_json
from dealreg.facts.conform import value_problem
from dealreg.facts.fields import (
    Count,
    Elapsed,
    Field,
    FieldType,
    Inside,
    Same,
    SinceEnded,
    Tally,
)
from dealreg.facts.values import Money, Span, Unit, Value
from dealreg.facts.vocabulary import Vocabulary
from dealreg.policy.clocks import Milestone, Period, Sla
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import Compare, Covers, Fact, OneOf, Only, Overlaps, Predicate
from dealreg.policy.stages import Grace, HeadStart, Key, Window
from dealreg.policy.walk import atoms, fact_of, predicates_of
from dealreg.testing.presets import Preset
from dealreg.testing.programme import BENEFITS

__all__ = ["INSTANTS", "Pools", "constants_pool", "fields_read", "subsets"]

MONDAY: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
_OFFSETS = ("0:00", "1:00", "24:00", "72:00", "168:00")
INSTANTS: Final = tuple(MONDAY + timedelta(hours=int(o.split(":")[0])) for o in _OFFSETS)
"""The instants of cases that are not about the clock."""

_SETTING_FORWARD: Final = (
    datetime(2026, 3, 29, 1, tzinfo=UTC),  # Berlin: 02:00 becomes 03:00
    datetime(2026, 3, 8, 10, tzinfo=UTC),  # Los Angeles
    datetime(2026, 10, 25, 1, tzinfo=UTC),  # Berlin: 03:00 becomes 02:00 again
)
_MONTH_END: Final = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)

_IDS: Final[Mapping[str, tuple[str, ...]]] = {
    "partner_id": ("P1", "P2", "P3"),
    "opportunity_id": ("O1", "O2"),
    "customer_id": ("C1", "C2"),
}
_PARTNERS = _IDS["partner_id"]

_NAMED: Final[Mapping[str, tuple[Value, ...]]] = {
    **_IDS,
    "filed_by": ("P1", "P2", "D1"),
    "distributor_id": ("D1", "P1"),
    "partner_group": ("G1", "P1"),
    "incumbent_partner_id": _PARTNERS,
    "customer_choice": _PARTNERS,
    "customer_choice_form": ("letter", "phone"),
    "partner_role": ("resell", "services"),
    "opportunity_type": ("net_new", "renewal"),
    "region": ("DE", "US"),
    "customer_country": ("DE", "US"),
    "territories": (frozenset({"DE"}), frozenset({"DE", "US"}), frozenset()),
    "division": ("north", "south"),
    "status": ("submitted", "approved"),
    "currency": ("EUR", "USD"),
    "requested_benefits": (frozenset(BENEFITS), frozenset(BENEFITS[:1]), frozenset()),
    "agreements": (frozenset({"resell"}), frozenset({"services", "resell"}), frozenset()),
}


def subsets(texts: Iterable[str]) -> tuple[frozenset[str], ...]:
    """The empty set, the single ones, the neighbouring pairs, and all: small sets that overlap."""
    each = sorted(set(texts))
    pairs = [frozenset(pair) for pair in pairwise(each)]
    made = [*(frozenset({text}) for text in each), *pairs, frozenset(each), frozenset()]
    return tuple(dict.fromkeys(made))


_TYPED: Final[Mapping[FieldType, tuple[Value, ...]]] = {
    FieldType.BOOL: (True, False),
    FieldType.INTEGER: (1, 2, 0, 3),
    FieldType.DECIMAL: (Decimal(1), Decimal("1.5"), Decimal("0.5"), Decimal(2)),
    FieldType.MONEY: (
        Money("100", "EUR"),
        Money("100.01", "EUR"),
        Money("200", "EUR"),
        Money("100", "USD"),
    ),
    FieldType.TEXT: ("a", "b"),
    FieldType.ORDINAL: (),
    FieldType.INSTANT: INSTANTS,
    FieldType.DATE: (date(2026, 3, 3), date(2026, 3, 6), date(2026, 4, 1)),
    FieldType.DURATION: (
        timedelta(days=1),
        timedelta(0),
        timedelta(days=1, microseconds=-1),
        timedelta(days=7),
        timedelta(hours=-1),
    ),
    FieldType.TEXT_SET: subsets("PQR"),
}


def constants_pool(field: Field) -> tuple[Value, ...]:
    """What a generated policy may compare a field with."""
    if field.type is FieldType.ORDINAL:
        return field.levels
    return _NAMED.get(field.name, _TYPED[field.type])


def fields_read(policy: Policy) -> frozenset[str]:
    """Every field that a policy reads, those that derived fields are made of included."""
    asked: set[str] = set()
    for contest in policy.contests:
        for path, predicate in predicates_of(contest):
            facts = (fact_of(atom) for _, atom in atoms(predicate, path))
            asked |= {name for fact in facts if fact for name in (fact.name, fact.as_of) if name}
        keys = [key.fact for key in contest.prefer if isinstance(key, Key)]
        for fact in (*keys, *_clocks(contest.window)):
            asked |= {name for name in (fact.name, fact.as_of) if name}
        asked |= {*contest.scope.keys, contest.one_per}
        if contest.scope.lines:
            asked.add(contest.scope.lines)
        asked |= set(_clock_fields(contest))
        if contest.joint:
            asked |= {*contest.joint.distinct, *contest.joint.disjoint}
            asked |= {stature.field for stature in contest.joint.stature}
    if policy.sla is not None:
        asked.add(policy.sla.starts)
    return _with_sources(asked, policy.vocabulary())


def _clock_fields(contest: Contest) -> Iterator[str]:
    if contest.period is not None:
        yield contest.period.starts
    for each in contest.milestones:
        yield from (each.met, each.starts)
        if each.agreed is not None:
            yield each.agreed
    if contest.final_from is not None:
        yield contest.final_from


def _clocks(window: Window | None) -> tuple[Fact, ...]:
    if window is None:
        return ()
    return (window.clock, window.ladder) if isinstance(window, HeadStart) else (window.clock,)


def _with_sources(names: set[str], vocabulary: Vocabulary) -> frozenset[str]:
    found: set[str] = set()
    todo = sorted(names)
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found.add(name)
        field = vocabulary.get(name)
        match field.derived if field else None:
            case Elapsed(start, end):
                todo += [start, end]
            case Same(left, right):
                todo += [left, right]
            case Inside(inner, outer):
                todo += [inner, outer]
            case Tally(same, where=where):
                todo += [*same, *where]
            case SinceEnded(same):
                todo += list(same)
            case None:
                pass
    return frozenset(found)


@attrs.frozen(eq=False)
class Pools:
    """For one policy, the values its facts are drawn from: its own constants, and next to them."""

    policy: Policy
    read: frozenset[str]
    vocabulary: Vocabulary
    instants: tuple[datetime, ...]
    _by_name: dict[str, tuple[Value, ...]]

    @staticmethod
    @lru_cache(maxsize=64)
    def of(policy: Policy, preset: Preset) -> "Pools":
        """The pools of a policy."""
        vocabulary = policy.vocabulary()
        constants: dict[str, list[Value]] = {}
        for contest in policy.contests:
            for path, predicate in predicates_of(contest):
                for _, atom in atoms(predicate, path):
                    for name, value in _constants(atom):
                        constants.setdefault(name, []).append(value)
        read = fields_read(policy)
        instants = _instants(policy, preset, constants)
        by_name = {
            name: _pool(field, constants.get(name, []), instants, preset)
            for name in sorted(read)
            if (field := vocabulary.get(name)) is not None and field.derived is None
        }
        return Pools(policy, read, vocabulary, instants, by_name)

    def values(self, name: str) -> tuple[Value, ...]:
        """The values of a field, simplest first."""
        return self._by_name[name]


def _constants(atom: Predicate) -> Iterator[tuple[str, Value]]:
    match atom:
        case Compare(fact, _, value):
            yield fact.name, value
        case OneOf(fact, values):
            yield from ((fact.name, value) for value in values)
        case Overlaps(fact, texts) | Covers(fact, texts) | Only(fact, texts):
            yield from ((fact.name, each) for each in subsets(texts))
        case _:
            pass


def _pool(
    field: Field, constants: list[Value], instants: tuple[datetime, ...], preset: Preset
) -> tuple[Value, ...]:
    if field.type is FieldType.INSTANT:
        return instants
    near = [value for constant in constants for value in _near(constant)]
    usual = _NAMED.get(field.name, field.levels or _TYPED[field.type] or ("a", "b"))
    fitting = (value for value in (*near, *usual) if value_problem(field, value) is None)
    pool = _distinct(list(fitting))
    return pool[:2] if preset.few else pool


def _distinct(values: list[Value]) -> tuple[Value, ...]:
    return tuple({canonical_json(value): value for value in values}.values())


def _near(value: Value) -> tuple[Value, ...]:
    """A constant, and the values just below and above it."""
    match value:
        case bool() | str() | frozenset():
            return (value,)
        case int():
            return (value, value - 1, value + 1)
        case Decimal():
            return (value, *_beside(value))
        case Money(amount, currency):
            return (value, *(Money(beside, currency) for beside in _beside(amount)))
        case datetime():
            return (value, value - _TICK, value + _TICK)
        case date():
            return (value, value - timedelta(days=1), value + timedelta(days=1))
        case timedelta():
            return (value, value - _TICK, value + _TICK)


_LONG: Final = 20
"""Digits from which on adding a hundredth could round."""


def _beside(value: Decimal) -> tuple[Decimal, ...]:
    if len(value.as_tuple().digits) > _LONG:
        return ()
    return (value - Decimal("0.01"), value + Decimal("0.01"))


def _instants(
    policy: Policy, preset: Preset, constants: Mapping[str, list[Value]]
) -> tuple[datetime, ...]:
    if preset.few:
        return INSTANTS[:2]
    named = {value for values in constants.values() for value in values}
    fixed = sorted(value for value in named if isinstance(value, datetime))
    moved = [MONDAY + length for length in sorted(v for v in named if isinstance(v, timedelta))]
    ends = list(_ends(policy, MONDAY))
    if not preset.edges:
        return _distinct_instants([*INSTANTS, *ends, *moved, *fixed])
    starts = (MONDAY, _MONTH_END, *_SETTING_FORWARD, *_midnights(policy))
    ends += [end for start in starts[1:] for end in _ends(policy, start)]
    exact = [*starts, *ends, *moved, *fixed]
    beside = [each + step for each in exact for step in (-_TICK, _TICK)]
    return _distinct_instants([*exact, *beside])


def _distinct_instants(instants: list[datetime]) -> tuple[datetime, ...]:
    return tuple(dict.fromkeys(instants))


def _midnights(policy: Policy) -> Iterator[datetime]:
    """The local midnights before a Monday and before a first of the month, in the zones used."""
    for name in sorted({"UTC", *(calendar.zone for calendar in policy.calendars)}):
        for day in (date(2026, 3, 2), date(2026, 3, 1)):
            yield datetime(day.year, day.month, day.day, tzinfo=zone(name)).astimezone(UTC)


def _ends(policy: Policy, start: datetime) -> Iterator[datetime]:
    """When the spans end that the policy measures, counted from `start`."""
    for length, name in _spans(policy):
        with suppress(PolicyError):
            yield add_span(start, length, _calendar(policy, name))
    for clock in _clocks_of(policy):
        calendar = _calendar(policy, clock.calendar)
        for length in _lengths(clock):
            with suppress(PolicyError):
                ends = deadline(start, length, calendar, clock.last_day)
                assert ends is not None, "nothing pauses it"
                yield ends
                yield from _extended(clock, ends, calendar)


def _calendar(policy: Policy, name: str | None) -> Calendar:
    return next((each for each in policy.calendars if each.name == name), UTC_CALENDAR)


_Clock: TypeAlias = Period | Milestone | Sla


def _clocks_of(policy: Policy) -> Iterator[_Clock]:
    for contest in policy.contests:
        if contest.period is not None:
            yield contest.period
        yield from contest.milestones
    if policy.sla is not None:
        yield policy.sla


def _lengths(clock: _Clock) -> tuple[Span, ...]:
    grace = clock.grace if isinstance(clock, Milestone) else None
    return (clock.length,) if grace is None else (clock.length, grace)


def _extended(clock: _Clock, ends: datetime, calendar: Calendar) -> Iterator[datetime]:
    """Until when a longer period can be asked for, and when it ends once that is granted."""
    extension = clock.extension if isinstance(clock, Period) else None
    if extension is None:
        return
    yield add_span(ends, extension.length or clock.length, calendar)
    if extension.ask_before.length:
        yield ends - timedelta(days=1)  # as much as generated extensions ask for


def _spans(policy: Policy) -> Iterator[tuple[Span, str | None]]:
    for contest in policy.contests:
        if isinstance(contest.window, Grace):
            yield contest.window.length, contest.window.calendar
        if isinstance(contest.window, HeadStart):
            yield contest.window.length, None
    for field in policy.fields:
        match field.derived:
            case Tally(_, Span() as length, calendar):
                yield length, calendar
            case Elapsed(_, _, Count.MONTHS, calendar):
                yield Span(1, Unit.MONTHS), calendar
            case Elapsed(_, _, Count.DAYS | Count.BUSINESS_DAYS, calendar):
                yield Span(1, Unit.DAYS), calendar
            case SinceEnded(_, Count.DAYS | Count.BUSINESS_DAYS, calendar):
                yield Span(1, Unit.DAYS), calendar
            case _:
                pass
