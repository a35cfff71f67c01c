"""Verdicts over all conflicts, held to brute force over a grid of facts (A-1 … A-9)."""

from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dealreg
from dealreg import decide
from dealreg.analysis import compare, deadlocks, difference, lint
from dealreg.analysis.dead import dead_parts
from dealreg.analysis.limits import only
from dealreg.analysis.sameness import sameness
from dealreg.facts.canonical import canonical_json
from dealreg.policy.normal import normal_form
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import AllOf, AnyOf, Compare, Constant, Fact, Not
from dealreg.wire import read_policy
from tests.laws.edits import edits
from tests.laws.exhausting import (
    brute_force_deadlocks,
    brute_force_differs,
    grid,
    neighbour,
    outcomes,
    policy,
    rule,
    sound,
)

EXAMPLES = Path(dealreg.__file__).parent / "cli" / "examples"
SHIPPED = sorted(
    path.relative_to(EXAMPLES).as_posix()
    for path in EXAMPLES.glob("*/policy*.toml")
    if not path.name.endswith(".cases.toml")
)
FEW = settings(max_examples=max(2, settings().max_examples // 7))
"""A case of these is two policies over all their conflicts, and brute force over hundreds."""
FEWER = settings(max_examples=max(2, settings().max_examples // 15))
"""A case of these is a policy and every part of it."""


@st.composite
def policies(draw):
    """A small policy within the shape of the theorem."""
    chance = draw(st.randoms(use_true_random=False))
    return policy(chance.choice), chance


@st.composite
def neighbours(draw):
    """Two small policies that are almost the same, and conflicts of one to three registrations."""
    old, chance = draw(policies().filter(lambda each: sound(each[0])))
    new = neighbour(chance.choice, old)
    return old, new, grid(chance.choice, [1] * 40 + [2] * 80 + [3] * 80)


class TestA1Alike:
    """A-1: equivalent policies decide all conflicts alike."""

    @FEW
    @given(neighbours())
    def test_brute_force_finds_no_difference(self, case):
        old, new, facts = case
        if sound(new) and compare(old, new).equivalent:
            assert not brute_force_differs(old, new, facts)

    @FEW
    @given(policies())
    def test_a_policy_and_its_normal_form(self, case):
        whole, _ = case
        if sound(whole):
            found = compare(whole, normal_form(whole))
            assert found.equivalent
            assert found.exact

    @FEW
    @given(policies())
    def test_a_rule_and_the_same_rule_spelled_otherwise(self, case):
        whole, chance = case
        first = whole.contests[0]
        if not first.requires or not sound(whole):
            return
        required = first.requires[0]
        extra = rule(chance.choice)
        absorbed = AllOf((required.that, AnyOf((required.that, extra))))
        new = attrs.evolve(
            whole,
            contests=[
                attrs.evolve(
                    first,
                    requires=[attrs.evolve(required, that=absorbed), *first.requires[1:]],
                ),
                *whole.contests[1:],
            ],
        )
        assert compare(whole, new).equivalent

    @FEW
    @given(neighbours())
    def test_what_is_proved_part_by_part(self, case):
        old, new, facts = case
        if not sound(new):
            return
        same = sameness(old, new)
        one, other, spelled = (outcomes(each, facts) for each in (old, new, same.new))
        assert other == spelled
        for benefit, registration in one:
            if benefit in same.benefits:
                assert one[benefit, registration] == other[benefit, registration]


class TestA2Different:
    """A-2: a difference comes with a case of at most two registrations that shows it again."""

    @FEW
    @given(neighbours())
    def test_every_witness_is_decided_otherwise_by_the_two(self, case):
        old, new, _ = case
        if not sound(new):
            return
        for change in compare(old, new).changes:
            seen = change.witness
            assert 1 <= len(seen.facts.registrations) <= 2
            one, other = decide(old, seen.facts, at=seen.at), decide(new, seen.facts, at=seen.at)
            assert (one, other) == (seen.old, seen.new)
            stood = [
                [e for e in d.standings if (e.registration_id, e.benefit) == about]
                for d in (one, other)
                for about in [(seen.about[0], change.benefit)]
            ]
            assert stood[0] != stood[1]

    @FEW
    @given(neighbours())
    def test_the_first_difference_is_there_when_there_is_any(self, case):
        old, new, _ = case
        if sound(new):
            assert (difference(old, new) is None) is compare(old, new).equivalent


class TestA3Exact:
    """A-3: policies of the theorem's shape are decided exactly; others say what bounds them."""

    @FEW
    @given(neighbours())
    def test_what_brute_force_finds_is_found(self, case):
        old, new, facts = case
        if sound(new) and brute_force_differs(old, new, facts):
            assert not compare(old, new).equivalent

    @pytest.mark.parametrize("name", SHIPPED)
    def test_every_edit_of_a_shipped_policy_has_the_right_verdict(self, name):
        whole = read_policy(EXAMPLES / name)
        made = dict(edits(whole))
        assert len(made) >= 5
        for what, (new, differs) in made.items():
            assert compare(whole, new).equivalent is not differs, what


class TestA4Scope:
    """A-4: inside a scope, only conflicts all of whose registrations satisfy it are compared."""

    def rules(self, *requires):
        from dealreg import contest, earliest, requirement

        made = [requirement(f"R{n}", each) for n, each in enumerate(requires)]
        return Policy(
            programme="Example",
            contests=[contest("protection", *made, earliest("submitted_at"))],
        )

    def test_a_change_outside_it_is_no_change(self):
        renewal = Compare(Fact("opportunity_type"), "==", "renewal")
        large = Compare(Fact("quantity"), ">=", 5)
        old, new = self.rules(), self.rules(AnyOf((renewal, large)))

        assert compare(old, new, scope=renewal).equivalent
        assert not compare(old, new, scope=Not(renewal)).equivalent
        assert compare(old, new, scope=Constant(False)).equivalent


class TestA5Deadlocks:
    """A-5: a policy can deadlock when some conflict does."""

    @FEW
    @given(policies())
    def test_what_brute_force_meets_is_found(self, case):
        whole, chance = case
        if not sound(whole):
            return
        facts = grid(chance.choice, [2] * 80 + [3] * 80)
        can = {each.benefit for each in deadlocks(whole, repairs=False).patterns}
        assert brute_force_deadlocks(whole, facts) <= can

    @FEW
    @given(policies())
    def test_every_witness_deadlocks_again(self, case):
        whole, _ = case
        if not sound(whole):
            return
        for each in deadlocks(whole, repairs=False).patterns:
            found = decide(whole, each.facts, at=each.at).deadlocks
            assert each.benefit in {one.benefit for one in found}


class TestA6Repairs:
    """A-6: a repair that removes a deadlock leaves none of that benefit."""

    @pytest.mark.parametrize("name", ["dispute/policy-today.toml", "history/policy.toml"])
    def test_of_the_shipped_dispute(self, name):
        found = deadlocks(read_policy(EXAMPLES / name))

        assert found.repairs
        for each in found.repairs:
            left = deadlocks(each.policy, repairs=False)
            assert each.removes is left.free


class TestA8PartsThatDecideNothing:
    """A-8: what is named as dead changes nothing, and what is planted as dead is named."""

    @FEW
    @given(neighbours())
    def test_brute_force_finds_no_difference_without_it(self, case):
        whole, _, facts = case
        if not sound(whole):
            return
        for contest in whole.contests:
            small = only(whole, contest.benefit)
            for dead in dead_parts(small, contest, ()):
                assert not brute_force_differs(small, dead.part.policy, facts), dead.part.path

    @FEWER
    @given(policies())
    def test_a_planted_part_of_a_rule_is_named(self, case):
        whole, chance = case
        first = whole.contests[0]
        if not first.requires or not sound(whole):
            return
        required = first.requires[0]
        planted = AllOf((required.that, AnyOf((required.that, rule(chance.choice)))))
        new = attrs.evolve(
            whole,
            contests=[
                attrs.evolve(
                    first,
                    requires=[attrs.evolve(required, that=planted), *first.requires[1:]],
                ),
                *whole.contests[1:],
            ],
        )
        if not sound(new) or "NEVER_TRUE" in {each.code for each in lint(new).findings}:
            return
        place = f"contests[{first.benefit}].requires[{required.code}]"
        named = {each.path for each in lint(new).findings}
        whole_contest = f"contests[{first.benefit}]"
        everybody = {whole_contest, f"{whole_contest}.requires"}  # where nobody meets them all
        assert named & {*everybody, place, f"{place}.that", f"{place}.that.all[1]"}


class TestA9FindingsThatAreShown:
    """A-9: every case that is shown is decided so again."""

    @FEWER
    @given(policies())
    def test_every_trial_is_decided_so_again(self, case):
        whole, _ = case
        if not sound(whole):
            return
        for found in lint(whole).findings:
            for trial in found.trials:
                assert decide(whole, trial.facts, at=trial.at) == trial.decision


class TestA7Same:
    """A-7: the same policies give the same verdict, byte for byte."""

    @FEW
    @given(neighbours())
    def test_of_comparisons(self, case):
        old, new, _ = case
        if sound(new):
            assert canonical_json(compare(old, new)) == canonical_json(compare(old, new))
