"""What an edited policy decides, found from the decision before, is what the reference decides."""

import random
from itertools import pairwise

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dealreg.cases import mutants
from dealreg.deciders.deciding import answered
from dealreg.deciders.edited import Decided, Edit
from dealreg.deciders.reference.decide import found_deadlocks, run_quietly
from dealreg.deciders.reference.governing import Rules
from dealreg.policy.policies import Policy
from dealreg.policy.walk import externals_of
from tests.conformance.cases import any_case, ordinary_case

MOST = 12


def run_of(policy, case):
    asked = {name: case.externals[name] for name in externals_of(policy)}
    answers = answered(policy, case.facts, asked)
    return run_quietly(Rules.of(policy, case.facts, case.at, answers))


def edited(policy, chance):
    """Some single edits of a policy, and some of two at once."""
    found = [each.policy for each in mutants(policy)]
    some = chance.sample(found, min(MOST, len(found)))
    return [*some, *(_both(policy, *pair) for pair in pairwise(some))]


def _both(policy, one, other):
    """The contests that either has edited; where both edited one, what the second made of it."""
    contests = [
        theirs if theirs != now else mine
        for now, mine, theirs in zip(policy.contests, one.contests, other.contests, strict=True)
    ]
    return attrs.evolve(policy, contests=contests)


def conflicts(run):
    return [(each.benefit, each.keys, each.line, each.members) for each in run.conflicts]


def differing(one, other):
    """Whose standings to which benefits differ between two runs."""
    places = {(e.benefit, e.registration_id) for run in (one, other) for e in run.standings}
    return {place for place in places if one.standings_of(*place) != other.standings_of(*place)}


@pytest.mark.parametrize("made", [any_case, ordinary_case])
@given(data=st.data(), chance=st.randoms(use_true_random=False))
def test_an_edit_is_decided_as_from_the_start(made, data, chance):
    case = data.draw(made())
    assume(isinstance(case.rules, Policy))
    before = run_of(case.rules, case)
    decided = Decided(before)

    for policy in edited(case.rules, random.Random(chance.random())):
        edit = Edit.of(case.rules, policy)
        if not edit.alike:
            continue
        whole, found = run_of(policy, case), decided.after(edit)
        if found is None:
            assert whole.standings == before.standings
            assert whole.referrals == before.referrals
            found = decided.after(edit, always=True)
        assert found.standings == whole.standings
        assert found.referrals == whole.referrals
        assert found.changed == differing(before, whole)
        assert conflicts(found) == conflicts(whole)
        assert list(found_deadlocks(found)) == list(found_deadlocks(whole))
