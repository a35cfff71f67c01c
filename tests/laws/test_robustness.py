"""What makes no sense is refused, in the words of the error classes, and never decided."""

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealreg.checking.check import check
from dealreg.deciders.deciding import decide
from dealreg.errors import DealregError, FactsErrors, PolicyErrors
from dealreg.facts.records import Change
from dealreg.outcome.findings import Severity
from dealreg.policy.policies import Edition, PolicyBook
from dealreg.policy.predicates import Compare, Fact
from dealreg.policy.stages import HolderOf, Requirement
from dealreg.testing import UNDIRECTED, cases, policies
from tests.laws.asking import any_book_cases, any_cases, decided


class TestWellTypedPoliciesAreSound:
    """What the strategies call well typed is what the checker calls sound."""

    @given(any_cases())
    def test_policies(self, case):
        assert check(case.rules).errors == ()

    @given(any_book_cases())
    def test_books(self, case):
        assert check(case.rules).errors == ()


def refusal(case):
    """The error that a case is refused with; None when it is decided."""
    try:
        decide(case.rules, case.facts, at=case.at, externals=case.externals)
    except DealregError as refused:
        return refused
    return None


class TestRefused:
    """Anything that can be built in Python is decided or refused with a reason; nothing else."""

    @given(cases(UNDIRECTED))
    def test_undirected_cases(self, case):
        errors = check(case.rules).errors
        refused = refusal(case)
        assert isinstance(refused, PolicyErrors) is bool(errors)
        if errors:
            assert {each.place for each in refused.problems} == {each.path for each in errors}
        elif refused is not None:
            assert isinstance(refused, FactsErrors)
            assert all(each.place and str(each) for each in refused.problems)

    @given(st.lists(policies(UNDIRECTED), min_size=1, max_size=3))
    def test_undirected_books(self, versions):
        editions = [
            Edition(policy=each, effective_from=f"2026-0{number}-01T00:00Z")
            for number, each in enumerate(versions, 1)
        ]
        findings = check(PolicyBook(programme="Example", editions=editions))
        for found in findings.items:
            assert found.path
            assert found.message
            assert found.severity in Severity


def broken(policy):
    """The policy with one thing wrong in it, for each of several things."""
    contest = policy.contests[0]

    def with_contest(**changes):
        changed = attrs.evolve(contest, **changes)
        return attrs.evolve(policy, contests=[changed, *policy.contests[1:]])

    yield with_contest(requires=[Requirement("X", Compare(Fact("teir"), "==", "gold"))])
    yield with_contest(requires=[Requirement("X", Compare(Fact("tier"), "==", "glod"))])
    yield with_contest(requires=[Requirement("X", Compare(Fact("quantity"), "==", "many"))])
    yield with_contest(after=[HolderOf(contest.benefit)])
    yield with_contest(after=[HolderOf("nothing")])
    yield with_contest(one_per="nobody")
    yield attrs.evolve(policy, contests=[*policy.contests, contest])


class TestOneThingWrong:
    """One mistake in an otherwise sound policy is found."""

    @given(any_cases())
    def test_is_found_and_keeps_it_from_being_decided(self, case):
        for rules in broken(case.rules):
            assert check(rules).errors
            with pytest.raises(PolicyErrors):
                decided(case, rules=rules)


class TestChanges:
    """F-11: one fact has one value from one instant on."""

    @given(any_cases())
    def test_two_values_from_one_instant_are_refused(self, case):
        for partner in case.facts.partners:
            one = Change("tier", "gold", case.at)
            assert attrs.evolve(partner, changes=[one, one]).changes == (one,)
            with pytest.raises(DealregError, match="two values"):
                attrs.evolve(partner, changes=[one, Change("tier", "silver", case.at)])
