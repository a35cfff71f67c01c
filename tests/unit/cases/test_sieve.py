"""The edits that are made are those that checking and comparing whole policies would leave."""

import attrs
from hypothesis import given

from dealreg import Policy, check, contest, earliest, policy_digest, within
from dealreg.cases import mutants
from dealreg.cases.mutants import _edits
from dealreg.errors import PolicyError
from dealreg.policy.stages import Joint, Tie
from dealreg.testing import UNDIRECTED, WELL_TYPED, policies


def left(policy):
    """Every edit whose policy is sound as a whole, and of a digest that none before had."""
    seen, found = {policy_digest(policy)}, []
    for place, each in enumerate(policy.contests):
        for _, where, edit, edited in _edits(each, policy.vocabulary()):
            contests = [edited if n == place else e for n, e in enumerate(policy.contests)]
            made = attrs.evolve(policy, contests=contests)
            if not check(made).errors and policy_digest(made) not in seen:
                seen.add(policy_digest(made))
                found.append((where, edit, made))
    return found


def made(policy):
    return [(each.place, each.edit, each.policy) for each in mutants(policy)]


@given(policies(WELL_TYPED))
def test_of_a_sound_policy(policy):
    assert made(policy) == left(policy)


@given(policies(UNDIRECTED))
def test_of_one_that_is_not_sound(policy):
    try:
        expected = left(policy)
    except PolicyError:
        return
    assert made(policy) == expected


def test_an_edit_that_makes_it_unsound_is_left_out():
    """Those who share by a tie rule do not ask whether they fit each other."""
    joint = Joint(distinct=("partner_id",))
    whole = attrs.evolve(contest("protection", earliest("submitted_at")), joint=joint, capacity=2)
    policy = Policy(programme="Example", contests=[whole])

    assert not check(policy).errors
    assert "`refer` becomes `share`" not in {edit for _, edit, _ in made(policy)}
    assert "`refer` becomes `registration_id`" in {edit for _, edit, _ in made(policy)}
    assert Tie.SHARE not in {each.contests[0].tie for _, _, each in made(policy)}


def test_an_edit_that_makes_a_policy_sound_is_made():
    """Without its window, of a calendar that is not there, nothing is wrong with the policy."""
    rules = within("7 business days", calendar="office")
    policy = Policy(programme="Example", contests=[contest("protection", rules)])

    assert check(policy).errors
    assert [edit for _, edit, _ in made(policy)] == [
        "`within 7 business days of submitted_at, calendar office` is left out"
    ]
