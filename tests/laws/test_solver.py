"""The solver against the regions and against the reference, on almost-equal policies (A-26)."""

import random
from importlib import import_module

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dealreg import (
    Policy,
    PolicyErrors,
    competing_on,
    contest,
    decide,
    earliest,
    field,
    fraction_of_holder,
    highest,
    holders,
    others,
    preferring,
    terms,
    within,
)
from dealreg.analysis import compare, deadlocks, smt
from dealreg.analysis.partings import partings
from dealreg.analysis.scenes import run
from dealreg.analysis.smt.coverage import check_covered
from dealreg.analysis.smt.reading import solver_readings
from dealreg.deciders.reference.governing import Rules
from dealreg.deciders.reference.truth import Reader
from dealreg.facts.values import Span, Unit
from dealreg.outcome.comparison import LimitCode
from dealreg.policy.stages import Bucket, Grace
from dealreg.testing import policies
from tests.laws.exhausting import grid, neighbour, outcomes, policy, rule, sound
from tests.laws.formulas import hold_to_reference, read, scenes_of
from tests.laws.widened import LENGTHS, widened

pytest.importorskip("z3", reason="the extra `smt` is not installed")
awarding, calendars, entitling, ordering = (
    import_module(f"dealreg.analysis.smt.{each}")
    for each in ("awarding", "calendars", "entitling", "ordering")
)

FEW = settings(max_examples=max(2, settings().max_examples // 3))
"""A case of these is two policies over all their conflicts, by two engines."""


@st.composite
def pairs(draw, *, wide=False):
    """A policy and an almost equal one that the solver reads."""

    def pick(choices):
        return draw(st.sampled_from(list(choices)))

    old = widened(pick, policy(pick)) if wide else policy(pick)
    assume(sound(old))
    new = neighbour(pick, old)
    assume(sound(new) and is_read(old, new))
    return old, new


def is_read(*policies):
    """Whether the solver reads these policies; what it refuses is told apart in the unit tests."""
    try:
        check_covered(policies, solver_readings(policies, None))
    except PolicyErrors:
        return False
    return True


class TestA26Solver:
    @FEW
    @given(st.one_of(pairs(), pairs(wide=True)))
    def test_agrees_with_the_regions_where_they_are_exact(self, pair):
        solved, exact = smt.compare(*pair), compare(*pair)
        solved_too, exact_too = smt.deadlocks(pair[0]), deadlocks(pair[0], repairs=False)

        changed = {each.benefit for each in exact.changes}
        dated = any(each.code is LimitCode.CALENDAR for each in solved.limits)
        assert dated or changed <= {each.benefit for each in solved.changes}
        assert not exact.exact or bool(solved.changes) is bool(exact.changes)
        held = {(e.benefit, e.holds) for e in exact_too.patterns}
        found = {(e.benefit, e.holds) for e in solved_too.patterns}
        assert held <= found
        assert not exact_too.exact or bool(found) is bool(held)
        assert exact_too.limits or found == held

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
    @given(st.one_of(pairs(), pairs(wide=True)), st.integers(2, 3))
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

    @FEW
    @given(policies(), st.integers(1, 3), st.integers(0, 10**6))
    def test_formulas_come_to_what_the_reference_decides(self, rules, size, number):
        """Of every kind of policy: who stands how, in which place, with what terms."""
        found = read(rules)
        assume(found is not None)

        hold_to_reference(rules, found, random.Random(number), size, times=3)

    @FEW
    @given(pairs(wide=True), st.integers(0, 10**6))
    def test_formulas_of_wider_shapes_too(self, pair, number):
        hold_to_reference(pair[1], read(pair[1]), random.Random(number), size=3, times=3)


def decide_alike(old, new, number, size):
    """Whether two policies decide many cases of so many registrations alike."""
    benefits = sorted({each.benefit for each in (*old.contests, *new.contests)})
    for scene in scenes_of((old, new), random.Random(number), size, times=20):
        before, after = (run(each, [scene]) for each in (old, new))
        if list(partings(before, after, 0, len(scene.claims), benefits)):
            return False
    return True


class TestA27ExactBySolver:
    @FEW
    @given(pairs(wide=True), st.integers(2, 3), st.integers(0, 10**6))
    def test_what_is_exact_holds_for_more(self, pair, size, number):
        found = smt.compare(*pair, k=size)
        assume(found.equivalent)

        assert decide_alike(*pair, number, size)
        assert not found.exact or decide_alike(*pair, number, 4)

    def test_several_opportunities_of_a_customer_are_told_apart(self):
        old = Policy(
            programme="Example",
            contests=[contest("protection", competing_on("customer_id"), earliest("submitted_at"))],
        )
        engaged = preferring(field("vendor_engaged").is_true())
        new = attrs.evolve(
            old,
            contests=[
                contest(
                    "protection",
                    competing_on("customer_id"),
                    engaged.then(earliest("submitted_at")),
                )
            ],
        )
        (change,) = smt.compare(old, new).changes

        assert len(change.witness.facts.opportunities) == 2
        assert len(change.witness.facts.customers) == 1


class TestA28Dates:
    @FEW
    @given(pairs(wide=True), st.sampled_from(LENGTHS), st.data(), st.integers(0, 10**6))
    def test_windows_of_dates_that_are_alike_by_proof_are_alike(self, pair, length, data, number):
        windows = data.draw(
            st.lists(
                st.sampled_from([Grace(length), Bucket(Unit.MONTHS), Grace(Span(30, Unit.DAYS))]),
                min_size=2,
                max_size=2,
            )
        )
        old, new = (
            attrs.evolve(
                rules, contests=[attrs.evolve(each, window=window) for each in rules.contests]
            )
            for rules, window in zip(pair, windows, strict=True)
        )
        found = smt.compare(old, new, k=3)
        proved = found.equivalent and found.exact

        assert not proved or decide_alike(old, new, number, 4)


class TestBrokenOnPurpose:
    """That a law would notice: each of these readings is wrong in one place."""

    RULES = Policy(
        programme="Example",
        tiers=("silver", "gold"),
        contests=[
            contest(
                "protection",
                holders(2),
                within("1 months"),
                highest("tier").then(earliest("submitted_at")),
                terms("full", "10"),
                terms("less", fraction_of_holder("1/2")),
                others(stand="waiting"),
            )
        ],
    )

    def _is_noticed(self):
        with pytest.raises(AssertionError):
            hold_to_reference(self.RULES, read(self.RULES), random.Random(1), size=3, times=60)

    def test_as_it_is_nothing_is(self):
        hold_to_reference(self.RULES, read(self.RULES), random.Random(1), size=3, times=60)

    def test_an_order_that_goes_the_other_way(self, monkeypatch):
        monkeypatch.setattr(ordering, "_lower", lambda one, other: one > other)
        self._is_noticed()

    def test_one_place_too_few(self, monkeypatch):
        honest = awarding._fewer
        monkeypatch.setattr(awarding, "_fewer", lambda parts, most: honest(parts, max(most - 1, 1)))
        self._is_noticed()

    def test_a_month_of_thirty_days(self, monkeypatch):
        monkeypatch.setattr(
            calendars.Calendars,
            "_days_after",
            lambda _self, _calendar, length, day: day + 30 * length.length,
        )
        self._is_noticed()

    def test_late_ones_that_are_in_time(self, monkeypatch):
        monkeypatch.setattr(ordering.Field, "in_time", lambda _self, left: list(left))
        self._is_noticed()

    def test_a_queue_in_another_order(self, monkeypatch):
        monkeypatch.setattr(awarding, "_ahead_in_queue", lambda *_: 1)
        self._is_noticed()

    def test_a_rate_that_is_not_the_holders(self, monkeypatch):
        monkeypatch.setattr(entitling, "_fraction_of", lambda whole, _fraction: whole)
        self._is_noticed()
