"""The suite notices a columnar decider that is broken: each of these gives other standings.

One pool of tables, made once, is decided by the reference and then with each part broken. A table
has a generated case and its facts dealt out anew, so that a few policies meet many facts.
"""

from datetime import UTC, date, datetime, timedelta

import attrs
import narwhals as nw
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from dealreg import (
    Elapsed,
    Facts,
    Field,
    Partner,
    Policy,
    Registration,
    banded,
    contest,
    earliest,
    field,
    highest,
    latest,
    milestone,
    others,
    period,
    requirement,
    same_period,
    terms,
    within,
)
from dealreg.deciders.clocks import next_bucket
from dealreg.deciders.columnar import (
    asking,
    columns,
    contests,
    days,
    families,
    orders,
    standings,
    truths,
)
from dealreg.deciders.columnar.truths import Truth
from dealreg.deciders.lowering import columnar
from dealreg.facts.calendars import UTC_CALENDAR, add_span, days_between
from dealreg.outcome.decision import StandingKind
from dealreg.policy.stages import Unmet
from dealreg.testing.facts import Case
from dealreg.testing.programme import CALENDARS, OWN_FIELDS
from tests.conformance.cases import columnar_case
from tests.conformance.flat import flat
from tests.conformance.recorded_tables import dealt_out, moments
from tests.conformance.tabular import by_place, by_reference

POLICIES, SHUFFLED = 60, 6


AT = datetime(2026, 4, 1, tzinfo=UTC)
MONTHS = Field(
    "months_to_close",
    "integer",
    changes=False,
    derived=Elapsed("submitted_at", "estimated_close", "months"),
)
UNKNOWN = field("score").is_missing()
EDGES = {
    "late, and the opener did not win": [within("1 days"), latest("submitted_at")],
    "alike in what is not known": [earliest("completed_at").then(earliest("submitted_at"))],
    "equal, and a person decides": [highest("score")],
    "the first of two bands": [
        earliest("submitted_at"),
        terms("band", banded((UNKNOWN, "5"), (~UNKNOWN, "9"))),
    ],
    "a queue": [earliest("submitted_at"), others(stand="waiting")],
    "clocks are set": [within("2 days", calendar="berlin"), earliest("submitted_at")],
    "Friday there, and Saturday here": [
        same_period("days", calendar="pacific"),
        earliest("submitted_at"),
    ],
    "three business days in four": [
        requirement("WAITS", field("work_days_open") <= 3),
        earliest("submitted_at"),
    ],
    "no month, and thirty days": [
        requirement("SOON", field("months_to_close") >= 1),
        earliest("submitted_at"),
    ],
    "all of a last day": [
        period("3 days", starts="submitted_at", calendar="berlin", last_day="included"),
        earliest("submitted_at"),
    ],
    "an agreement for the role": [
        requirement("AGREED", field("role_agreed").is_true()),
        earliest("submitted_at"),
    ],
    "due, and some time later": [
        milestone("ordered_at", "1 days", starts="submitted_at", grace="3 days"),
        earliest("submitted_at"),
    ],
    "something is missing": [requirement("SCORED", field("score") >= 1), earliest("submitted_at")],
}
"""Contests at the edge of a rule, which chance meets too seldom for a pool of that size."""


def at_the_edge():
    """Cases of them: four registrations, a day apart, the last two of one partner."""
    claims = [
        Registration(
            registration_id=f"R{number}",
            partner_id=f"P{min(number, 3)}",
            opportunity_id="O1",
            submitted_at=AT - timedelta(days=5 - number),
            completed_at=AT + timedelta(days=1) if number == 1 else None,  # nobody knows that yet
            estimated_close=date(2026, 4, 27),
            partner_role="resale",
        )
        for number in (1, 2, 3, 4)
    ]
    partners = [Partner(partner_id="P1", agreements=["resale"])]
    for parts in EDGES.values():
        made = contest("protection", *parts)
        fields = [*OWN_FIELDS, MONTHS]
        rules = Policy(programme="Edge", fields=fields, calendars=CALENDARS, contests=[made])
        yield Case(rules=rules, facts=Facts(registrations=claims, partners=partners), at=AT)


@pytest.fixture(scope="module")
def pool():
    """Policies and instants, with tables and the standings of the reference."""
    made = []

    @seed(3)
    @settings(
        max_examples=POLICIES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=columnar_case())
    def collect(case):
        cases = dealt_out(case, SHUFFLED)
        table = pa.concat_tables([flat(each, case.rules) for each in cases])
        for at in moments(case):
            expected = {}
            for each in cases:
                expected |= by_reference(attrs.evolve(each, at=at))
            made.append((case.rules, table, at, expected))

    collect()
    edges = [(each.rules, flat(each, each.rules), AT, by_reference(each)) for each in at_the_edge()]
    return made + edges


def agrees(rules, table, at, expected):
    return by_place(columnar(rules).standings(table, at=at)) == expected


def unchanged(rows, *_):
    return rows


def other_end(frame, name, *, lowest):
    return least(frame, name, lowest=not lowest)


def shut(one, window):
    closes, included = closing(one, window)
    return closes, not included


def never_unknown(value, test):
    true = ~value.is_null() & test.fill_null(value=False)
    return Truth(true, ~true)


def in_utc(start, length, _):
    return add_span(start, length, UTC_CALENDAR)


def that_day(_, calendar, day):
    return midnight(timedelta(), calendar, day)


def a_day_early(first, unit, calendar):
    return next_bucket(first, unit, calendar) - timedelta(days=1)


def without_grace(milestone, columns):
    return missed(attrs.evolve(milestone, grace=None), columns)


def outside(inner, _):
    return nw.new_series("inside", [False] * len(inner), nw.Boolean(), backend="polars")


midnight, missed = days._midnight, contests._missed
least, closing, first = orders._least, standings._closing, contests._first

BROKEN = {
    "the worst is the best": (orders, "_least", other_end),
    "a window leaves out its last instant": (standings, "_closing", shut),
    "unknown is false": (truths, "_known", never_unknown),
    "unknown values differ": (standings, "same_value", lambda own, other: own == other),
    "a partner's second lost to the winner": (families, "_twice", unchanged),
    "the late lost to the winner": (families, "_openers", unchanged),
    "nobody has a place in the queue": (families, "_queue", unchanged),
    "a tie is broken by the id": (standings, "_tied", lambda *_: nw.lit(value=False)),
    "the last reason is told": (contests, "_first", lambda cases: first(cases[::-1])),
    "what is to come has come": (
        columns.Columns,
        "_known_instant",
        columns.Columns.instant,
    ),
    "nothing has ended": (columns.Columns, "status", columns.Columns._status_number),
    "who lacks something is denied": (
        contests,
        "KINDS",
        dict.fromkeys(Unmet, StandingKind.DENIED),
    ),
    "days begin at midnight UTC": (days, "_offset", lambda *_: 0),
    "clock times are kept in UTC": (days, "add_span", in_utc),
    "weekends and holidays count": (days, "business_days_between", days_between),
    "months have thirty days": (asking, "months_between", lambda begin, end: (end - begin) // 30),
    "the last day does not count": (days, "_midnight", that_day),
    "weeks end on Saturday": (days, "next_bucket", a_day_early),
    "no milestone is missed": (contests, "_missed", lambda *_: nw.lit(value=False)),
    "a milestone has no grace": (contests, "_missed", without_grace),
    "nothing lies inside another": (asking, "_inside", outside),
    "a window closes as it opens": (standings, "answers", lambda anchors, _: anchors),
    "the last band counts": (
        standings,
        "_of_band",
        lambda numbers, _: nw.lit(numbers[-1]),
    ),
}
"""What is broken, and where: the owner of a name, the name, and what is put in its place."""


def test_whole_it_agrees(pool):
    assert all(agrees(*each) for each in pool)


@pytest.mark.parametrize("name", BROKEN)
def test_broken_it_is_noticed(name, pool, monkeypatch):
    owner, attribute, broken = BROKEN[name]
    monkeypatch.setattr(owner, attribute, broken)

    assert not all(agrees(*each) for each in pool)
