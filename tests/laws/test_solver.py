"""The solver against the regions and against the reference, on almost-equal policies (A-26)."""

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dealreg import PolicyErrors, decide
from dealreg.analysis import compare, deadlocks
from dealreg.analysis.readings import readings
from dealreg.analysis.smt.coverage import check_covered
from dealreg.deciders.reference.governing import Rules
from dealreg.deciders.reference.truth import Reader
from dealreg.facts.values import Span, Unit
from dealreg.policy.stages import Bucket, Grace
from tests.laws.exhausting import grid, neighbour, outcomes, policy, rule, sound

smt = pytest.importorskip("dealreg.analysis.smt", reason="the extra `smt` is not installed")
pytest.importorskip("z3", reason="the extra `smt` is not installed")

FEW = settings(max_examples=max(2, settings().max_examples // 3))
"""A case of these is two policies over all their conflicts, by two engines."""


@st.composite
def pairs(draw):
    """A policy and an almost equal one that the solver reads."""

    def pick(choices):
        return draw(st.sampled_from(list(choices)))

    old = without_buckets(policy(pick))
    new = without_buckets(neighbour(pick, old))
    assume(sound(old) and sound(new) and is_read(old, new))
    return old, new


def is_read(*policies):
    """Whether the solver reads these policies; what it refuses is told apart in the unit tests."""
    try:
        check_covered(policies, readings(policies))
    except PolicyErrors:
        return False
    return True


def without_buckets(rules):
    """The policy, with no windows of the calendar, which the solver does not read."""
    contests = [
        attrs.evolve(each, window=Grace(Span(1, Unit.DAYS)))
        if isinstance(each.window, Bucket)
        else each
        for each in rules.contests
    ]
    return attrs.evolve(rules, contests=contests)


class TestA26Solver:
    @FEW
    @given(pairs())
    def test_agrees_with_the_regions_where_they_are_exact(self, pair):
        solved, exact = smt.compare(*pair), compare(*pair)
        solved_too, exact_too = smt.deadlocks(pair[0]), deadlocks(pair[0], repairs=False)

        changed = {each.benefit for each in exact.changes}
        assert changed <= {each.benefit for each in solved.changes}
        assert not exact.exact or bool(solved.changes) is bool(exact.changes)
        held = {(e.benefit, e.holds) for e in exact_too.patterns}
        found = {(e.benefit, e.holds) for e in solved_too.patterns}
        assert held <= found
        assert not exact_too.exact or found == held

    @FEW
    @given(pairs(), st.data())
    def test_agrees_inside_a_scope(self, pair, data):
        def pick(choices):
            return data.draw(st.sampled_from(list(choices)))

        scope = rule(pick)
        solved, exact = (each(*pair, scope=scope) for each in (smt.compare, compare))

        assert {e.benefit for e in exact.changes} <= {e.benefit for e in solved.changes}
        assert not exact.exact or bool(solved.changes) is bool(exact.changes)
        assert solved.premises == exact.premises
        for each in solved.changes:
            facts = each.witness.facts
            rules = Rules.of(pair[0], facts, each.witness.at, {})
            view = rules.views[pair[0]]
            assert all(Reader(view, one, {}).truth(scope) for one in facts.registrations)

    @FEW
    @given(pairs(), st.integers(2, 3))
    def test_every_case_is_confirmed_by_the_reference(self, pair, size):
        old, new = pair
        for each in smt.compare(old, new, k=size).changes:
            shown = each.witness
            assert decide(old, shown.facts, at=shown.at).standings == shown.old.standings
            assert decide(new, shown.facts, at=shown.at).standings == shown.new.standings
            before, after = (
                [s for s in decided.standings if s.benefit == each.benefit]
                for decided in (shown.old, shown.new)
            )
            assert before != after
            assert len(shown.facts.registrations) <= size
        for each in smt.deadlocks(old, k=size).patterns:
            assert each.deadlock in decide(old, each.facts, at=each.at).deadlocks

    @FEW
    @given(st.data(), pairs())
    def test_equivalent_policies_decide_three_registrations_alike(self, data, pair):
        old, new = pair
        assume(smt.compare(old, new, k=3).equivalent)

        def pick(choices):
            return data.draw(st.sampled_from(list(choices)))

        facts = grid(pick, [3, 3])
        assert outcomes(old, facts) == outcomes(new, facts)
