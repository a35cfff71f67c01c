"""What the laws of clocks and of keeping share: cases whose facts are drawn for their clocks."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import attrs
from hypothesis import strategies as st

from dealreg.facts.calendars import UTC_CALENDAR
from dealreg.facts.courses import Pause, WaitsFor
from dealreg.facts.holdings import Holding
from dealreg.facts.values import Span
from dealreg.facts.view import View
from dealreg.policy.clocks import LastDay
from dealreg.policy.stages import Award
from dealreg.testing import cases, policies
from dealreg.testing.clocks import milestones_of, period_of, sla_of
from dealreg.testing.pools import INSTANTS
from dealreg.testing.programme import CALENDARS, OWN_FIELDS
from tests.laws.asking import PRESETS, with_facts

TICK = timedelta(microseconds=1)

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)).map(
    lambda naive: naive.replace(tzinfo=UTC)
) | st.sampled_from(
    [
        datetime(2026, month, day, hour, 30, tzinfo=UTC)
        for month, day in ((3, 28), (3, 29), (10, 24), (10, 25), (3, 8), (11, 1), (8, 31))
        for hour in (0, 1, 9, 22, 23)
    ]
)
"""Any instant, and some at which clocks are set forward or back, or months end."""

WAITING_DAYS = st.integers(0, 40)
LENGTHS = st.builds(
    Span,
    st.integers(1, 60),
    st.sampled_from(("minutes", "hours", "days", "business_days", "weeks", "months")),
)
COUNTED = st.sampled_from((UTC_CALENDAR, *CALENDARS))
LAST_DAYS = st.sampled_from(LastDay)
WHOLE_DAYS = st.sampled_from((LastDay.INCLUDED, LastDay.EXCLUDED))
WAITS = st.timedeltas(TICK, timedelta(days=40))

PERIODS = st.composite(period_of)()
MILESTONES = st.composite(milestones_of)().filter(bool)
SLAS = st.composite(sla_of)()


def waits(since, length, waits_for=WaitsFor.VENDOR):
    """A time of waiting, or one that goes on."""
    return Pause(waits_for=waits_for, since=since, until=None if length is None else since + length)


@st.composite
def timed(draw, sla=None, preset=None, **stages):
    """Cases for policies of one contest, some of it set, or drawn; nobody holds anything.

    The facts are drawn for the policy as it then is: as they are at the ends of its clocks.
    """
    preset = attrs.evolve(draw(PRESETS if preset is None else st.just(preset)), contests=1)
    made = draw(policies(preset))
    drawn = {
        name: draw(stage) if isinstance(stage, st.SearchStrategy) else stage
        for name, stage in stages.items()
    }
    if drawn.get("tie") == "share":
        drawn["joint"] = None
    contest = attrs.evolve(made.contests[0], **drawn)
    if contest.joint is not None and contest.tie == "share":
        contest = attrs.evolve(contest, tie="refer")
    vendor = draw(sla) if isinstance(sla, st.SearchStrategy) else sla
    rules = attrs.evolve(
        made, contests=(contest,), fields=OWN_FIELDS, calendars=CALENDARS, sla=vendor
    )
    case = draw(cases(preset, policy=st.just(rules)))
    return with_facts(case, holdings=())


def with_contest(case, **changes):
    """The case with other stages of its one contest."""
    (contest,) = case.rules.contests
    rules = attrs.evolve(case.rules, contests=(attrs.evolve(contest, **changes),))
    return attrs.evolve(case, rules=rules)


def plain_view(case):
    """What is read of the facts before the clocks of the policy change anything."""
    policy = case.rules
    calendars = {calendar.name: calendar for calendar in policy.calendars}
    return View(case.facts, case.at, policy.vocabulary(), calendars)


@st.composite
def holding_cases(draw, sla=None, **stages):
    """As `timed`, and some hold the benefit, or lines of it, or did so."""
    case = draw(timed(sla, **stages))
    (contest,) = case.rules.contests
    by_line = contest.scope.award is Award.BY_LINE
    view = plain_view(case)
    made = []
    for each in case.facts.registrations:
        lines = sorted(view.read(each, contest.scope.lines) or ()) if by_line else [None]
        for line in lines:
            holds = draw(st.sampled_from((None, None, "lasts", "ended")))
            if holds is not None:
                made.append(_held(draw, case, each, contest, line, lasts=holds == "lasts"))
    return with_facts(case, holdings=made)


def _held(draw, case, registration, contest, line, *, lasts):
    since = min(draw(st.sampled_from(INSTANTS)), case.at)
    return Holding(
        registration_id=registration.registration_id,
        benefit=contest.benefit,
        line=line,
        since=since,
        until=None if lasts else max(since, min(draw(st.sampled_from(INSTANTS)), case.at)),
        place=draw(st.integers(1, 3)),
        label=draw(st.sampled_from(("", "as it was"))),
        percent=draw(st.sampled_from((None, Fraction(7)))),
        share=draw(st.sampled_from((Fraction(1), Fraction(1, 3)))),
    )
