"""Strategies for policies and policy books: every node, every stage, every rule of a stage."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

import attrs
from hypothesis import strategies as st

from dealreg.facts.fields import Elapsed, SinceEnded, Tally
from dealreg.facts.values import Unit
from dealreg.facts.vocabulary import Vocabulary
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Edition, Governs, Policy, PolicyBook
from dealreg.policy.predicates import Fact, Predicate
from dealreg.policy.stages import (
    Award,
    Best,
    Bucket,
    Effect,
    Grace,
    HeadStart,
    HolderOf,
    Joint,
    Key,
    MissingRule,
    Others,
    OthersStand,
    Override,
    Prefer,
    Preference,
    Requirement,
    Scope,
    Stature,
    Tie,
    Unmet,
    Vacancy,
    Window,
)
from dealreg.policy.terms import Band, Banded, FractionOfHolder, Percent, Rate, Terms
from dealreg.testing.clocks import CALENDAR_NAMES, milestones_of, period_of, sla_of
from dealreg.testing.draws import once_in, pick
from dealreg.testing.pools import INSTANTS, fields_read
from dealreg.testing.predicates import predicate_of
from dealreg.testing.presets import WELL_TYPED, Preset
from dealreg.testing.programme import BENEFITS, CALENDARS, CLOCKS, OWN_FIELDS, SPANS, TIERS

__all__ = ["WORLD", "books", "contests", "policies"]

T = TypeVar("T")

WORLD = Vocabulary(TIERS, OWN_FIELDS)
"""All that generated policies may speak of."""

_LADDERS = (Fact("tier"), Fact("competence"), Fact("tier", "submitted_at"))
_KEYS = (
    Fact("submitted_at"),
    Fact("tier"),
    Fact("score"),
    Fact("completed_at"),
    Fact("amount"),
    Fact("tier", "submitted_at"),
    Fact("approved_at"),
    Fact("satisfaction_score"),
    Fact("quantity"),
    Fact("revenue"),
    Fact("competence"),
    Fact("estimated_close"),
    Fact("support_length"),
    Fact("time_to_complete"),
    Fact("recent_by_partner"),
    Fact("last_submitted_at"),
    Fact("days_since_own"),
)
_MONEY = ("amount", "revenue")
_SCOPES = (
    *(Scope(),) * 8,
    Scope(("customer_id",)),
    Scope(("customer_id", "division")),
    Scope(("opportunity_id",), "products"),
    Scope(("customer_id",), "products"),
    Scope(("opportunity_id",), "products", Award.BY_LINE),
    Scope(("customer_id",), "sites", Award.BY_LINE),
)
_JOINTS = (
    Joint(distinct=("partner_role",)),
    Joint(disjoint=("products",)),
    Joint(stature=(Stature("satisfaction_score", Decimal("0.5")),)),
    Joint(("partner_role",), ("products",), (Stature("satisfaction_score", Decimal(1)),)),
)
_PERCENTS = (Decimal(20), Decimal(10), Decimal("2.5"), Decimal(0))
_FRACTIONS = (Fraction(1, 2), Fraction(1, 3), Fraction(1), Fraction(0))


def _seldom(draw: st.DrawFn, make: Callable[[], T], times: int = 3) -> T | None:
    return make() if once_in(draw, times) else None


@st.composite
def contests(
    draw: st.DrawFn,
    benefit: str = BENEFITS[0],
    before: tuple[str, ...] = (),
    preset: Preset = WELL_TYPED,
) -> Contest:
    """Contests for a benefit, which may depend on the benefits `before` it."""

    def rule() -> Predicate:
        return predicate_of(draw, WORLD, preset, depth=pick(draw, (0, 0, 1, 2)))

    gives = _gives(draw, rule)
    tie = pick(draw, tuple(Tie))
    return Contest(
        benefit=benefit,
        scope=pick(draw, _SCOPES),
        period=_seldom(draw, lambda: period_of(draw), 4),
        requires=_requires(draw, rule),
        after=_after(draw, before),
        overrides=_overrides(draw, rule),
        window=_seldom(draw, lambda: _window(draw), 2),
        prefer=tuple(_preference(draw, rule) for _ in range(pick(draw, (1, 2, 0, 3)))),
        tie=tie,
        capacity=pick(draw, (1, 1, 1, 1, 2, 2, None)),
        one_per=pick(draw, ("partner_id", "partner_id", "partner_group", "registration_id")),
        joint=None if tie is Tie.SHARE else _seldom(draw, lambda: pick(draw, _JOINTS), 5),
        gives=gives,
        others=_others(draw, rule, rated=bool(gives)),
        milestones=milestones_of(draw),
        final_from=pick(draw, (None, None, None, *CLOCKS[:4])),
        vacant=pick(draw, tuple(Vacancy)),
    )


def _requires(draw: st.DrawFn, rule: Callable[[], Predicate]) -> tuple[Requirement, ...]:
    return tuple(
        Requirement(
            code=f"REQUIREMENT_{number}",
            that=rule(),
            tell=pick(draw, ("", "Ask us.")),
            if_false=pick(draw, tuple(Unmet)),
            if_unknown=pick(draw, tuple(Unmet)),
            lasting=once_in(draw, 2),
        )
        for number in range(pick(draw, (0, 1, 0, 2)))
    )


def _after(draw: st.DrawFn, before: tuple[str, ...]) -> tuple[HolderOf, ...]:
    return tuple(
        HolderOf(benefit, pick(draw, (True, True, False)), f"AFTER_{benefit.upper()}")
        for benefit in before
        if once_in(draw, 3)
    )


def _overrides(draw: st.DrawFn, rule: Callable[[], Predicate]) -> tuple[Override, ...]:
    return tuple(
        Override(f"OVERRIDE_{number}", rule(), pick(draw, tuple(Effect)))
        for number in range(pick(draw, (0, 0, 0, 1, 2)))
    )


def _window(draw: st.DrawFn) -> Window:
    clock = Fact(pick(draw, CLOCKS))
    match pick(draw, ("grace", "bucket", "head start")):
        case "grace":
            return Grace(pick(draw, SPANS), clock, pick(draw, CALENDAR_NAMES))
        case "bucket":
            unit = pick(draw, (Unit.DAYS, Unit.WEEKS, Unit.MONTHS))
            return Bucket(unit, clock, pick(draw, CALENDAR_NAMES))
        case _:
            fixed = tuple(s for s in SPANS if s.unit not in (Unit.BUSINESS_DAYS, Unit.MONTHS))
            return HeadStart(pick(draw, fixed), pick(draw, _LADDERS), clock)


def _preference(draw: st.DrawFn, rule: Callable[[], Predicate]) -> Preference:
    missing = pick(draw, tuple(MissingRule))
    if once_in(draw, 4):
        return Prefer(rule(), missing)
    fact = pick(draw, _KEYS)
    currency = "EUR" if fact.name in _MONEY else None
    return Key(fact, pick(draw, tuple(Best)), missing, currency)


def _gives(draw: st.DrawFn, rule: Callable[[], Predicate]) -> tuple[Terms, ...]:
    ranks = pick(draw, (0, 0, 1, 2, 3))
    return tuple(_terms(draw, rule, behind=rank > 0) for rank in range(ranks))


def _terms(draw: st.DrawFn, rule: Callable[[], Predicate], *, behind: bool) -> Terms:
    rates: list[Callable[[], Rate]] = [
        lambda: Percent(pick(draw, _PERCENTS)),
        lambda: _bands(draw, rule),
    ]
    if behind:
        rates.append(lambda: FractionOfHolder(pick(draw, _FRACTIONS)))
    rate = pick(draw, rates)()
    return Terms(pick(draw, ("", "co-sell")), rate, pick(draw, (None, None, Fraction(1, 2))))


def _bands(draw: st.DrawFn, rule: Callable[[], Predicate]) -> Banded:
    return Banded(tuple(Band(rule(), pick(draw, _PERCENTS)) for _ in range(pick(draw, (1, 2)))))


def _others(draw: st.DrawFn, rule: Callable[[], Predicate], *, rated: bool) -> Others:
    return Others(
        stand=pick(draw, tuple(OthersStand)),
        terms=_seldom(draw, lambda: _terms(draw, rule, behind=rated), 2),
        when=_seldom(draw, rule, 4),
        reconsidered=once_in(draw, 2),
    )


@st.composite
def policies(draw: st.DrawFn, preset: Preset = WELL_TYPED) -> Policy:
    """Policies of one to three contests, with the fields and calendars that they use.

    >>> policies().example()  # doctest: +SKIP
    Policy(programme='Example', ...)
    """
    offered = pick(draw, range(1, preset.contests + 1))
    return _policy(draw, BENEFITS[:offered], preset)


def _policy(
    draw: st.DrawFn, benefits: tuple[str, ...], preset: Preset, version: str = "1"
) -> Policy:
    made = []
    for place, benefit in enumerate(benefits):
        before = benefits[:place] if preset.sound else BENEFITS
        named = benefit if preset.sound else pick(draw, (benefit, *BENEFITS))
        made.append(draw(contests(named, before, preset)))
    whole = Policy(
        programme="Example",
        version=version,
        tiers=TIERS,
        fields=OWN_FIELDS,
        calendars=CALENDARS,
        contests=made,
        sla=_seldom(draw, lambda: sla_of(draw), 3),
    )
    return _trimmed(whole) if preset.sound else whole


_COUNTING = (Elapsed, SinceEnded, Tally)


def _trimmed(policy: Policy) -> Policy:
    """Without the fields and calendars that no contest uses."""
    read = fields_read(policy)
    fields = tuple(field for field in policy.fields if field.name in read)
    named = {
        stage.calendar
        for contest in policy.contests
        for stage in (contest.window, contest.period, *contest.milestones)
        if stage is not None and not isinstance(stage, HeadStart)
    }
    named |= {policy.sla.calendar} if policy.sla is not None else set()
    named |= {f.derived.calendar for f in fields if isinstance(f.derived, _COUNTING)}
    calendars = tuple(calendar for calendar in policy.calendars if calendar.name in named)
    return attrs.evolve(policy, fields=fields, calendars=calendars)


@st.composite
def books(draw: st.DrawFn, preset: Preset = WELL_TYPED) -> PolicyBook:
    """Policy books of one to three versions, under each rule of which version governs."""
    count = pick(draw, (1, 2, 3))
    starts = (INSTANTS[0].replace(month=1), INSTANTS[1], INSTANTS[3])
    benefits = BENEFITS[: pick(draw, (1, 2))]
    editions = []
    for number in range(count):
        left_out = number > 0 and once_in(draw, 4)
        offered = benefits[:1] if left_out else benefits
        policy = _policy(draw, offered, preset, version=str(number + 1))
        editions.append(Edition(policy=policy, effective_from=starts[number]))
    if once_in(draw, 4):
        editions = [attrs.evolve(editions[0], effective_from=INSTANTS[1]), *editions[2:]]
    return PolicyBook(programme="Example", editions=editions, governs=pick(draw, tuple(Governs)))
