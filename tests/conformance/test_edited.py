"""What an edited policy decides, found from the decision before, is what the reference decides."""

import random
from itertools import pairwise

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dealreg import (
    Facts,
    Policy,
    Registration,
    contest,
    earliest,
    field,
    requirement,
    span,
)
from dealreg.cases import mutants
from dealreg.deciders.deciding import answered
from dealreg.deciders.edited import Decided, Edit
from dealreg.deciders.reference.decide import found_deadlocks, run_quietly
from dealreg.deciders.reference.governing import Rules
from dealreg.facts.instants import instant
from dealreg.policy.clocks import Period
from dealreg.policy.stages import Others
from dealreg.policy.walk import externals_of
from tests.conformance.cases import any_case, ordinary_case

MOST = 12
OTHERS = Others()


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


def _with(policy, **stages):
    (whole,) = policy.contests
    return attrs.evolve(policy, contests=[attrs.evolve(whole, **stages)])


RULES = Policy(
    programme="Example",
    tiers=["silver", "gold"],
    contests=[
        contest(
            "protection",
            requirement("LARGE", field("quantity") >= 5),
            requirement("SCORED", field("score") >= 1, if_false="refer"),
            requirement("KNOWN", field("score") >= 0),
            earliest("submitted_at"),
        )
    ],
)
FACTS = Facts(
    registrations=[
        Registration(
            registration_id=f"R{number}",
            partner_id=f"P{number}",
            opportunity_id=f"O{number % 2}",
            customer_id="C1",
            submitted_at=f"2026-03-0{number}T09:00Z",
            quantity=number * 2,
            **told,
        )
        for number, told in enumerate(
            (
                {"score": 0},
                {"score": 1},
                {},
                {"score": 2, "status": "rejected", "status_reason": OTHERS.code},
            ),
            1,
        )
    ]
)
AT = "2026-04-01T00:00Z"
REQUIRES = RULES.contests[0].requires


@pytest.mark.parametrize(
    "stages",
    [
        {"requires": REQUIRES[:1]},
        {"requires": REQUIRES[::-1]},
        {"requires": (*REQUIRES, requirement("LARGER", field("quantity") >= 7))},
        {"others": attrs.evolve(OTHERS, reconsidered=True)},
        {"scope": attrs.evolve(RULES.contests[0].scope, keys=("customer_id",))},
        {"period": Period(length=span("2 days"), starts="submitted_at", closes=True)},
    ],
)
def test_edits_of_several_parts_at_once(stages):
    """Of requirements, of who may try again, of who competes, and of what has run out for all."""
    new = _with(RULES, **stages)
    before, whole = (run_quietly(Rules.of(each, FACTS, instant(AT), {})) for each in (RULES, new))
    found = Decided(before).by(new)

    assert found.standings == whole.standings
    assert found.referrals == whole.referrals
    assert found.standings != before.standings


def test_what_means_nothing_changes_nothing():
    before = run_quietly(Rules.of(RULES, FACTS, instant(AT), {}))
    assert Decided(before).by(attrs.evolve(RULES, note="Nothing else")) is before
