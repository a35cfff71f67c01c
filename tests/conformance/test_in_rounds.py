"""Rounds are those of the reference: all that are left decided again, until nobody is left."""

from datetime import timedelta

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dealreg import decide, span
from dealreg.deciders.clocks import deadline
from dealreg.deciders.columnar.tables import table_of
from dealreg.deciders.in_rounds import COMPETED, not_in_rounds
from dealreg.deciders.lowering import columnar
from dealreg.facts.calendars import UTC_CALENDAR
from dealreg.policy.stages import Grace
from dealreg.testing.programme import CALENDARS
from tests.conformance.cases import ODD_CALENDARS, columnar_case
from tests.conformance.flat import flat
from tests.conformance.tabular import asks_only, by_place
from tests.conformance.test_in_turn import moved, periods

FEW = settings(max_examples=max(settings.default.max_examples // 2, 5))


@st.composite
def in_rounds_cases(draw):
    """Cases of a benefit with a period and those that depend on it, in a table that tells them."""
    case = draw(columnar_case())
    days = draw(st.sampled_from((1, 2, 5, 30)))
    first, *others = case.rules.contests
    window = draw(st.sampled_from((first.window, None, Grace(span("1 days")))))
    first = attrs.evolve(
        first,
        capacity=1,
        after=(),
        period=draw(periods(days)),
        window=window,
    )
    others = [
        attrs.evolve(each, period=None, scope=first.scope)
        for each in others
        if {after.benefit for after in each.after} <= {first.benefit}
    ]
    rules = attrs.evolve(
        case.rules, contests=[first, *others], calendars=[*CALENDARS, *ODD_CALENDARS]
    )
    assume(columnar(rules, "compiled").support() == ())
    shift = draw(st.lists(st.integers(0, 9), min_size=8, max_size=8))
    registrations = [
        moved(each, days * timedelta(hours=8) * shift[n % 8])
        for n, each in enumerate(case.facts.registrations)
    ]
    facts = attrs.evolve(case.facts, registrations=registrations)
    return attrs.evolve(case, rules=rules, facts=facts, externals={})


def by_reference(case, benefit):
    """By the reference, round after round; who holds, with its period."""
    first = case.rules.contest(benefit)
    contests = [
        attrs.evolve(e, period=None) if e.benefit == benefit else e for e in case.rules.contests
    ]
    rules = attrs.evolve(case.rules, contests=contests)
    by_id = {each.registration_id: each for each in case.facts.registrations}
    settled, left = [], set(by_id)
    while left:
        registrations = [each for name, each in by_id.items() if name in left]
        facts = attrs.evolve(case.facts, registrations=registrations)
        standings = decide(rules, facts, at=case.at).standings
        left = set(later(standings, first, by_id))
        stay = [each for each in standings if each.registration_id not in left]
        settled += [timed(each, first, by_id) for each in stay]
    return settled


def over(contest, registration):
    """When the period of a registration ends."""
    of = contest.period
    calendar = next((c for c in CALENDARS if c.name == of.calendar), UTC_CALENDAR)
    return deadline(registration.submitted_at, of.length, calendar, of.last_day)


def later(standings, contest, by_id):
    """Who competed in vain, and was submitted when the period of the holder had ended."""
    benefit, keys = contest.benefit, contest.scope.keys
    stages = tuple(f"contests[{benefit}].{stage}" for stage in COMPETED)
    own = [each for each in standings if each.benefit == benefit]

    def conflict(standing):
        return tuple(getattr(by_id[standing.registration_id], key) for key in keys)

    ends = {}
    for each in own:
        if each.kind == "granted":
            until = over(contest, by_id[each.registration_id])
            ends[conflict(each)] = max(until, ends.get(conflict(each), until))
    for each in own:
        until = ends.get(conflict(each))
        in_vain = each.kind in {"denied", "waiting"} and each.clause.startswith(stages)
        if in_vain and until and by_id[each.registration_id].submitted_at >= until:
            yield each.registration_id


def timed(standing, contest, by_id):
    if standing.benefit != contest.benefit or standing.kind != "granted":
        return standing
    own = by_id[standing.registration_id]
    gets = attrs.evolve(standing.entitlement, starts=own.submitted_at, ends=over(contest, own))
    return attrs.evolve(standing, entitlement=gets)


@pytest.mark.parametrize("engine", ["polars", "pyarrow"])
@FEW
@given(case=in_rounds_cases())
def test_rounds_are_those_of_the_reference(case, engine):
    first = case.rules.contests[0]
    assume(all(hasattr(each, key) for each in case.facts.registrations for key in first.scope.keys))
    assume(engine != "pyarrow" or not asks_only(case.rules))
    assert list(not_in_rounds(case.rules, first)) == []

    made = columnar(case.rules).in_rounds(
        flat(case, case.rules), first.benefit, at=case.at, engine=engine
    )

    assert by_place(made.standings) == by_place(table_of(by_reference(case, first.benefit)))
