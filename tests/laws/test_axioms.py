"""Axioms and moves, held to attempts of their own to break them (A-9 … A-12)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from dealreg.analysis import axioms, compare, deadlocks, gaming, lint
from dealreg.analysis.showing import shown_cases
from dealreg.cases import run_cases
from dealreg.outcome.cases import CaseVerdict
from dealreg.outcome.gaming import Move
from dealreg.wire import cases_from_toml, cases_to_toml
from tests.laws.breaking import broken, shown_again
from tests.laws.exhausting import grid, neighbour, policy, sound

FEW = settings(max_examples=max(2, settings().max_examples // 7))
FEWER = settings(max_examples=max(2, settings().max_examples // 15))


@st.composite
def policies(draw):
    """A small policy, and a chance to make facts for it."""
    chance = draw(st.randoms(use_true_random=False))
    return policy(chance.choice), chance


class TestA9FindingsThatAreShown:
    """A-9: every counterexample and every move that pays is decided so again."""

    @FEWER
    @given(policies())
    def test_every_trial_is_decided_so_again(self, case):
        rules, _ = case
        assert not sound(rules) or shown_again(rules)


class TestA10Axioms:
    """A-10: what is held exactly is not broken by any facts."""

    @FEW
    @given(policies())
    def test_brute_force_breaks_nothing_that_is_exact(self, case):
        rules, chance = case
        if sound(rules):
            facts = grid(chance.choice, [1] * 20 + [2] * 80 + [3] * 80)
            assert list(broken(rules, facts)) == []


class TestA11Moves:
    """A-11: a move that pays turns a loss into a win."""

    @FEW
    @given(policies())
    def test_who_wins_by_it_lost_before(self, case):
        rules, _ = case
        if not sound(rules):
            return
        for each in gaming(rules).gains:
            if not each.pays:
                continue
            before, after = each.trials
            assert not _granted(before, each)
            mine = _granted(after, each)
            assert mine or each.move is Move.DUPLICATE


def _granted(trial, gain):
    return [
        one
        for one in trial.decision.standings
        if (one.registration_id, one.benefit, one.kind.value)
        == (gain.about, gain.benefit, "granted")
    ]


class TestA12Kept:
    """A-12: what a verdict shows is read back as it was written, and passes where it was found."""

    @FEWER
    @given(policies())
    def test_it_passes_under_the_policy_it_was_found_in(self, case):
        rules, _ = case
        if not sound(rules):
            return
        for found in (axioms(rules), deadlocks(rules, repairs=False), gaming(rules), lint(rules)):
            assert kept(found, rules) <= {CaseVerdict.PASSED}

    @FEW
    @given(policies())
    def test_that_of_a_comparison_fails_under_the_new(self, case):
        old, chance = case
        new = neighbour(chance.choice, old)
        if not (sound(old) and sound(new)):
            return
        found = compare(old, new)
        assert kept(found, old) <= {CaseVerdict.PASSED}
        if old.tiers == new.tiers and set(by_benefit(old)) == set(by_benefit(new)):
            assert kept(found, new) <= {CaseVerdict.FAILED}


def by_benefit(rules):
    return [each.benefit for each in rules.contests]


def kept(found, rules):
    """How the cases come out that a verdict shows, once they are written and read again."""
    cases = shown_cases(found)
    if not cases:
        return set()
    again = cases_from_toml(cases_to_toml(cases), rules)
    assert [each.facts for each in again] == [each.facts for each in cases]
    return {each.verdict for each in run_cases(rules, again)}
