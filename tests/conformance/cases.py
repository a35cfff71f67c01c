"""The cases that deciders are compared on: what `dealreg.testing` makes, and some of it turned."""

from datetime import date, timedelta

import attrs
from hypothesis import strategies as st

from dealreg import Change, Facts, span
from dealreg.deciders.columnar.support import refusals
from dealreg.facts.calendars import Calendar
from dealreg.facts.values import Span, Unit
from dealreg.policy.clocks import LastDay, Milestone, Period
from dealreg.policy.paths import contest_path, override_path, prefer_path, requirement_path
from dealreg.policy.predicates import Compare, Fact, Op
from dealreg.policy.stages import Best, Bucket, Grace, Key, Requirement, Scope, Tie, Unmet
from dealreg.testing import (
    CLOCK_EDGE,
    FACTS_DROPPED,
    TIE_HEAVY,
    WELL_TYPED,
    book_cases,
    cases,
    policies,
)
from dealreg.testing.programme import CALENDARS, OWN_FIELDS, SPANS, TIERS

MOVING = (Unit.BUSINESS_DAYS, Unit.MONTHS)
PRESETS = (WELL_TYPED, TIE_HEAVY, FACTS_DROPPED, CLOCK_EDGE)
ABROAD = {
    "R1": "Ж1",
    "R2": "é2",
    "R3": "\U0001d5183",
    "R4": "e\u0301-4",
    "R5": "登録 5",
    "R6": "\u202e6",
}
"""Other ids, whose order by code point is not that of the originals."""


ODD_CALENDARS = (
    Calendar("kathmandu", zone="Asia/Kathmandu", weekend=(5,)),
    Calendar("lord howe", zone="Australia/Lord_Howe", holidays=(date(2026, 4, 6),)),
)
"""Where it is not the hour that it is elsewhere, nor clocks are set by one."""

COUNTED = (
    ("days_to_complete", (0, 1, 2, 5)),
    ("work_days_open", (0, 1, 2, 5, 10)),
    ("months_since_purchase", (0, 1, 2, 12)),
    ("days_to_close", (0, 7, 30)),
)
"""Fields that count days, and numbers that they are compared with."""


@st.composite
def any_case(draw):
    """A case of any preset, for a policy or a book, as it is or turned."""
    preset = draw(st.sampled_from(PRESETS))
    crowded = draw(st.sampled_from((False, False, True)))
    preset = attrs.evolve(preset, registrations=6) if crowded else preset
    made = draw(book_cases(preset) if draw(st.integers(0, 3)) == 0 else cases(preset))
    for turn, seldom in ((as_new, 1), (together, 1), (changed, 2), (abroad, 3), (doubled, 3)):
        if draw(st.integers(0, seldom)) == 0:
            made = turn(made)
    return made


@st.composite
def ordinary_case(draw):
    """A case in the circumstances that most deals are in: what is made fast is made for these."""
    preset = attrs.evolve(draw(st.sampled_from(PRESETS)), registrations=8, contests=2)
    made = as_new(draw(cases(preset, policy=policies(preset).map(ordinary))))
    made = together(made) if draw(st.integers(0, 3)) else made
    return changed(made) if draw(st.integers(0, 2)) == 0 else made


def ordinary(policy):
    """The policy with all taken out that few programmes have: one holder, no exceptions."""
    return attrs.evolve(policy, contests=[_ordinary(each) for each in policy.contests])


def _ordinary(contest):
    window = contest.window
    if isinstance(window, Grace):
        window = Grace(span("7 days") if window.length.unit in MOVING else window.length)
    return attrs.evolve(
        contest,
        scope=Scope(),
        requires=contest.requires[:1],
        overrides=(),
        window=window,
        capacity=1,
        joint=None,
        period=None,
        milestones=(),
    )


def as_new(case):
    """Nothing was ruled or awarded before: what almost every deal looks like."""
    return attrs.evolve(case, facts=attrs.evolve(case.facts, rulings=(), holdings=()))


def together(case):
    """All of one opportunity."""
    of = case.facts.registrations[0].opportunity_id or "O1"
    moved = [attrs.evolve(each, opportunity_id=of) for each in case.facts.registrations]
    return attrs.evolve(case, facts=attrs.evolve(case.facts, registrations=moved))


def changed(case):
    """Partners have risen or fallen, and registrations been scored, the day before."""
    since = case.at - timedelta(days=1, microseconds=77)
    facts = case.facts
    risen = [
        attrs.evolve(
            each, changes=(*each.changes, Change("tier", TIERS[n % len(TIERS)], since=since))
        )
        for n, each in enumerate(facts.partners)
    ]
    scored = [
        attrs.evolve(each, changes=(*each.changes, Change("score", n % 3, since=since)))
        for n, each in enumerate(facts.registrations)
    ]
    return attrs.evolve(case, facts=attrs.evolve(facts, partners=risen, registrations=scored))


def abroad(case):
    """Registration ids in other scripts."""

    def named(record):
        name = ABROAD.get(record.registration_id, record.registration_id)
        return attrs.evolve(record, registration_id=name)

    facts = attrs.evolve(
        case.facts,
        registrations=map(named, case.facts.registrations),
        rulings=map(named, case.facts.rulings),
        holdings=map(named, case.facts.holdings),
    )
    answers = {
        name: {ABROAD.get(key, key): answer for key, answer in by_id.items()}
        for name, by_id in case.externals.items()
    }
    return attrs.evolve(case, facts=facts, externals=answers)


def doubled(case):
    """Every record twice, and in another order."""
    facts = case.facts
    return attrs.evolve(
        case,
        facts=Facts(
            registrations=[*reversed(facts.registrations), *facts.registrations],
            partners=[*facts.partners, *facts.partners],
            customers=facts.customers,
            opportunities=facts.opportunities,
            rulings=[*reversed(facts.rulings), *facts.rulings],
            holdings=facts.holdings,
        ),
    )


@st.composite
def columnar_case(draw):
    """A case whose policy is decided column by column, as a table can tell it."""
    preset = attrs.evolve(draw(st.sampled_from(PRESETS)), registrations=8, contests=2)
    ruled = policies(preset).map(in_columns)
    counts = draw(st.booleans())
    made = draw(cases(preset, policy=ruled.flatmap(counting) if counts else ruled))
    if counts and draw(st.booleans()):
        hours = draw(st.lists(st.integers(0, 23), min_size=8, max_size=8))
        made = at_all_hours(made, hours)
    made = together(made) if draw(st.integers(0, 2)) else made
    made = abroad(made) if draw(st.integers(0, 3)) == 0 else made
    return as_of_now(made)


def at_all_hours(case, hours):
    """The case, with registrations some hours earlier: elsewhere it is another day."""
    registrations = [
        attrs.evolve(each, submitted_at=each.submitted_at - timedelta(hours=hours[n % len(hours)]))
        for n, each in enumerate(case.facts.registrations)
    ]
    return attrs.evolve(case, facts=attrs.evolve(case.facts, registrations=registrations))


def in_columns(policy):
    """The policy without what cannot be decided in columns."""
    plain = [
        attrs.evolve(
            _for_all(each) if each.capacity is None else each,
            scope=Scope(),
            capacity=None if each.capacity is None else 1,
            joint=None,
            window=None if each.capacity is None else each.window,
            period=None if each.period is None else attrs.evolve(each.period, closes=False),
        )
        for each in policy.contests
    ]
    policy = attrs.evolve(policy, contests=plain, sla=None)
    while found := {each.path for each in refusals(policy)}:
        policy = attrs.evolve(policy, contests=[_less(each, found) for each in policy.contests])
    return policy


@st.composite
def counting(draw, policy):
    """The policy, some stages of which count days of a calendar, and which leaves little to others.

    A conflict that the compiled decider decides shows nothing of what columns make of calendars.
    """
    contests = [draw(_counting(_settled(each))) for each in policy.contests]
    return attrs.evolve(
        policy, fields=OWN_FIELDS, calendars=[*CALENDARS, *ODD_CALENDARS], contests=contests
    )


def _settled(contest):
    return attrs.evolve(
        contest,
        requires=[attrs.evolve(e, if_false="deny", if_unknown="return") for e in contest.requires],
        overrides=(),
        prefer=[
            attrs.evolve(e, missing=e.missing.replace("refer", "last")) for e in contest.prefer
        ],
        tie=Tie.REGISTRATION_ID,
        others=attrs.evolve(contest.others, reconsidered=False),
    )


@st.composite
def _counting(draw, contest):
    name = st.sampled_from([*(each.name for each in (*CALENDARS, *ODD_CALENDARS)), None])
    length = st.sampled_from([each for each in SPANS if each.length])
    last_day = st.sampled_from(LastDay)
    starts = st.sampled_from(("submitted_at", "submitted_at", "approved_at"))
    stage = draw(st.sampled_from(("fact", "fact", "order", "window", "period", "milestone")))
    field, values = draw(st.sampled_from(COUNTED))
    match stage:
        case "fact":
            op = draw(st.sampled_from(Op))
            asked = Compare(Fact(field), op, draw(st.sampled_from(values)))
            unmet = draw(st.sampled_from((Unmet.DENY, Unmet.RETURN)))
            counted = Requirement("COUNTED", asked, if_false=unmet, if_unknown=Unmet.RETURN)
            return attrs.evolve(contest, requires=[counted, *contest.requires])
        case "order" if contest.capacity == 1:
            key = Key(Fact(field), draw(st.sampled_from(Best)))
            return attrs.evolve(contest, prefer=[key, *contest.prefer])
        case "window" if contest.capacity == 1:
            unit = draw(st.sampled_from((Unit.DAYS, Unit.WEEKS, Unit.MONTHS)))
            clock = Fact("submitted_at")
            grace = Grace(draw(length), clock, draw(name))
            window = draw(st.sampled_from((grace, Bucket(unit, clock, draw(name)))))
            return attrs.evolve(contest, window=window)
        case "milestone":
            short = draw(length)
            grace = draw(st.sampled_from((None, Span(2 * short.length, short.unit))))
            met, agreed = draw(st.sampled_from((("ordered_at", None), ("demo_at", "completed_at"))))
            due = Milestone(
                met, short, draw(starts), draw(name), last_day=draw(last_day), grace=grace
            )
            due = attrs.evolve(due, code="COUNTED_MILESTONE", agreed=grace and agreed)
            return attrs.evolve(contest, milestones=[due, *contest.milestones])
        case _:
            period = Period(draw(length), draw(starts), draw(name), last_day=draw(last_day))
            return attrs.evolve(contest, period=period)


def _for_all(contest):
    return attrs.evolve(contest, prefer=(), gives=contest.gives[:1])


def _less(contest, found):
    """The contest without the parts that lie at places found."""
    benefit = contest.benefit

    def fine(path):
        return not any(each.startswith(path) for each in found)

    def lean(terms):
        return None if terms is None else attrs.evolve(terms, rate=None)

    return attrs.evolve(
        contest,
        requires=[e for e in contest.requires if fine(requirement_path(benefit, e.code))],
        overrides=[e for e in contest.overrides if fine(override_path(benefit, e.code))],
        prefer=[e for n, e in enumerate(contest.prefer) if fine(prefer_path(benefit, n))],
        gives=[
            each if fine(contest_path(benefit, f"gives[{n}]")) else lean(each)
            for n, each in enumerate(contest.gives)
        ],
        others=contest.others
        if fine(contest_path(benefit, "others"))
        else attrs.evolve(contest.others, terms=lean(contest.others.terms), when=None),
        one_per="partner_id",
        window=contest.window if fine(contest_path(benefit, "window")) else None,
        period=contest.period if fine(contest_path(benefit, "period")) else None,
    )


def as_of_now(case):
    """The case without what a table cannot tell: dated changes, rulings, holdings, courses."""

    def plain(record):
        return attrs.evolve(record, changes=())

    facts = case.facts
    registrations = [
        attrs.evolve(plain(each), extensions=(), pauses=()) for each in facts.registrations
    ]
    made = attrs.evolve(
        facts,
        registrations=registrations,
        partners=map(plain, facts.partners),
        customers=map(plain, facts.customers),
        opportunities=map(plain, facts.opportunities),
        rulings=(),
        holdings=(),
    )
    return attrs.evolve(case, facts=made, externals={})
