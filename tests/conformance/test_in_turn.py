"""Who held a benefit in turn is who the reference says, asked each time somebody registered."""

from datetime import timedelta

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dealreg import Holding, decide, span
from dealreg.deciders.columnar.succession import needs
from dealreg.deciders.lowering import columnar
from dealreg.facts.records import ENDED, Status
from dealreg.policy.clocks import Period
from dealreg.policy.stages import MissingRule, Others, Tie, Unmet
from dealreg.testing.programme import CALENDARS
from tests.conformance.cases import ODD_CALENDARS, columnar_case
from tests.conformance.flat import flat
from tests.conformance.tabular import asks_only, by_place

FEW = settings(max_examples=max(settings.default.max_examples // 2, 5))


@st.composite
def in_turn_cases(draw):
    """Cases of one contest whose holders follow each other, in a table that tells them."""
    case = draw(columnar_case())
    contest = case.rules.contests[0]
    requires = [
        attrs.evolve(each, if_false=Unmet.DENY, if_unknown=Unmet.RETURN)
        for each in contest.requires
        if "status" not in repr(each) and "_at" not in repr(each)
    ]
    days = draw(st.sampled_from((1, 2, 5, 30)))
    contest = attrs.evolve(
        contest,
        capacity=1,
        milestones=(),
        period=draw(periods(days)),
        window=None,
        tie=Tie.REGISTRATION_ID,
        requires=requires,
        overrides=(),
        after=(),
        others=Others(code=contest.others.code),
        prefer=[
            attrs.evolve(each, missing=MissingRule(each.missing.replace("refer", "last")))
            for each in contest.prefer
            if "_at" not in repr(each)
        ],
    )
    rules = attrs.evolve(case.rules, contests=[contest], calendars=[*CALENDARS, *ODD_CALENDARS])
    assume(columnar(rules, "compiled").support() == ())
    assume(not list(needs(contest, rules.vocabulary())))
    shift = draw(st.lists(st.integers(0, 9), min_size=8, max_size=8))
    registrations = [
        moved(each, days * timedelta(hours=8) * shift[n % 8])
        for n, each in enumerate(case.facts.registrations)
    ]
    return attrs.evolve(
        case, rules=rules, facts=attrs.evolve(case.facts, registrations=registrations), externals={}
    )


@st.composite
def periods(draw, days):
    """Periods about so long, by calendars of all sorts."""
    unit = draw(st.sampled_from(("days", "days", "business days", "hours", "months")))
    length = span(f"{1 if unit == 'months' else days} {unit}")
    calendar = draw(st.sampled_from((None, *(each.name for each in CALENDARS))))
    last_day = draw(st.sampled_from(("moment", "included", "excluded")))
    return Period(length, "submitted_at", calendar, last_day=last_day)


def moved(registration, by):
    """A registration that was submitted later, and nothing is known of what became of it."""
    changed = {"submitted_at": registration.submitted_at + by}
    if registration.ended_at is not None:
        changed["ended_at"] = max(registration.ended_at, changed["submitted_at"])
    if registration.status is Status.APPROVED:
        changed |= {"status": Status.SUBMITTED}
    for name in ("approved_at", "completed_at", "last_submitted_at", "amended_at", "ordered_at"):
        changed[name] = None
    return attrs.evolve(registration, **changed)


def simulated(case):
    """By the reference: asked at every instant at which somebody registers."""
    (contest,) = case.rules.contests
    benefit = contest.benefit
    refused, granted = {}, {}
    members = {r.registration_id: r for r in case.facts.registrations if r.submitted_at <= case.at}
    for at in sorted({each.submitted_at for each in members.values()}):
        now = [_as_of(each, case.at, refused) for each in members.values()]
        held = [
            Holding(registration_id=name, benefit=benefit, since=standing.entitlement.starts)
            for name, standing in granted.items()
        ]
        facts = attrs.evolve(case.facts, registrations=now, holdings=held)
        for standing in decide(case.rules, facts, at=at).standings:
            name = standing.registration_id
            if members[name].submitted_at != at:
                continue
            if standing.kind == "granted":
                granted[name] = standing
            elif standing.clause.startswith("contests") and standing.rival is not None:
                refused[name] = (standing, at)
    return granted, refused


def _as_of(registration, at, refused):
    """A registration as it was, had those who were refused been rejected at once."""
    if registration.registration_id in refused:
        _, when = refused[registration.registration_id]
        return attrs.evolve(registration, status="rejected", ended_at=when)
    ends_later = registration.ended_at is not None and registration.ended_at > at
    if registration.status in ENDED and ends_later:  # nobody knows that yet
        return attrs.evolve(registration, status="submitted", ended_at=None)
    return registration


def ends(case, name, standing):
    """When it held until: its period, or it ended before."""
    registration = next(r for r in case.facts.registrations if r.registration_id == name)
    known = registration.ended_at is not None and registration.ended_at <= case.at
    early = registration.status in ENDED and known
    until = standing.entitlement.ends
    return min(until, registration.ended_at) if early else until


@pytest.mark.parametrize("engine", ["polars", "pyarrow"])
@FEW
@given(case=in_turn_cases())
def test_in_turn_they_hold_as_the_reference_grants_it(case, engine):
    assume(engine != "pyarrow" or not asks_only(case.rules))
    (contest,) = case.rules.contests
    made = columnar(case.rules).in_turn(
        flat(case, case.rules), contest.benefit, at=case.at, engine=engine
    )
    found = by_place(made.standings)
    granted, refused = simulated(case)

    holds = {name: row for (name, _), row in found.items() if row["kind"] == "granted"}
    assert set(holds) == set(granted)
    for name, row in holds.items():
        assert row["starts"] == granted[name].entitlement.starts
        assert row["ends"] == ends(case, name, granted[name])
    for name, (standing, _) in refused.items():
        row = found[name, contest.benefit]
        expected = (standing.kind.value, standing.code, standing.clause, standing.rival)
        assert (row["kind"], row["code"], row["clause"], row["rival"]) == expected
