"""Every decider gives the decision that the reference gives: field by field, on generated cases."""

import pickle
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dealreg.deciders.compiled.outcomes import outcome_of
from dealreg.deciders.compiling import compiled
from dealreg.deciders.deciding import decide
from dealreg.facts.canonical import canonical_json
from dealreg.policy.policies import Policy
from dealreg.policy.stages import Award
from dealreg.policy.walk import externals_of
from tests.conformance.cases import any_case, as_new, ordinary_case, together
from tests.conformance.deciders import DECIDERS, by_reference


@pytest.mark.parametrize("decider", DECIDERS)
@pytest.mark.parametrize("made", [any_case, ordinary_case])
@given(data=st.data())
def test_decider_agrees(made, decider, data):
    case = data.draw(made())
    expected, found = by_reference(case), DECIDERS[decider](case)

    for one, other in zip(expected.standings, found.standings, strict=True):
        assert other == one
    assert found.referrals == expected.referrals
    assert found.deadlocks == expected.deadlocks
    assert found == expected
    assert canonical_json(found) == canonical_json(expected)


@given(case=any_case())
def test_standings_are_those_of_the_decision(case):
    standings = compiled(case.rules).standings(case.facts, at=case.at, externals=case.externals)

    assert standings == by_reference(case).standings


@pytest.mark.parametrize("made", [any_case, ordinary_case])
@given(data=st.data(), chance=st.integers())
def test_outcomes_are_short_for_standings_and_codes_for_outcomes(made, data, chance):
    case = as_new(data.draw(made()))
    case = together(case) if chance % 3 else case
    versions = (
        [case.rules]
        if isinstance(case.rules, Policy)
        else [edition.policy for edition in case.rules.editions]
    )
    assume(not any(externals_of(each) for each in versions))
    contests = [contest for each in versions for contest in each.contests]
    assume(all(contest.scope.award is Award.WHOLE for contest in contests))
    registrations = list(case.facts.registrations)
    random.Random(chance).shuffle(registrations)

    records = {
        "partners": {each.partner_id: each for each in case.facts.partners},
        "customers": {each.customer_id: each for each in case.facts.customers},
        "opportunities": {each.opportunity_id: each for each in case.facts.opportunities},
    }
    found = compiled(case.rules).outcomes(registrations, at=case.at, **records)
    codes = compiled(case.rules).codes(registrations, at=case.at, **records)

    assert codes == {benefit: [each[:2] for each in found[benefit]] for benefit in found}
    known = {each.registration_id: each for each in registrations}
    for standing in by_reference(case).standings:
        place = registrations.index(known[standing.registration_id])
        assert found[standing.benefit][place] == outcome_of(standing, known)


@given(case=any_case())
def test_with_its_trace_it_is_the_decision_of_the_reference(case):
    found = compiled(case.rules).decide(
        case.facts, at=case.at, externals=case.externals, trace=True
    )

    assert found == decide(case.rules, case.facts, at=case.at, externals=case.externals)


@given(case=any_case())
def test_pickled_by_value_it_is_the_same_again(case):
    ready = compiled(case.rules)

    assert pickle.loads(pickle.dumps(ready)) is ready
    assert str(case.rules.programme).encode() in pickle.dumps(ready)


@given(cases=st.lists(any_case(), min_size=2, max_size=4))
def test_threads_share_it(cases):
    expected = [DECIDERS["compiled"](case) for case in cases] * 4
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(DECIDERS["compiled"], cases * 4))

    assert found == expected
