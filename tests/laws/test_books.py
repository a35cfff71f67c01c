"""Which version of a policy book governs (B-1 … B-6)."""

from datetime import timedelta

import attrs
from hypothesis import assume, given
from hypothesis import strategies as st

from dealreg.outcome.decision import StandingKind
from dealreg.policy.policies import Edition, Governs, PolicyBook
from tests.laws.asking import (
    any_book_cases,
    any_cases,
    content,
    decided,
    registrations_by_id,
    standings,
    view_of,
)

TICK = timedelta(microseconds=1)


def version_at(book, when):
    """B-1, in the words of the clause: from its instant, included, until the next, excluded."""
    found = None
    for edition in book.editions:
        if edition.effective_from <= when:
            found = edition.policy
    return found


def latest_with(book, at, benefit):
    offering = [
        e.policy
        for e in book.editions
        if e.effective_from <= at and e.policy.contest(benefit) is not None
    ]
    return offering[-1] if offering else None


def conflicts_of(case, benefit):
    """B-5: who competes, by the scope and vocabulary of the latest version that has the benefit."""
    policy = latest_with(case.rules, case.at, benefit)
    view = view_of(case, policy)
    groups = {}
    for each in case.facts.registrations:
        keys = tuple(view.read(each, key) for key in policy.contest(benefit).scope.keys)
        groups.setdefault(keys, []).append(each)
    return view, groups


def offered_to(book, registration, benefit):
    """B-6: whether the version that governs a registration itself has the benefit."""
    if book.governs is not Governs.OWN_SUBMISSION:
        return True
    own = version_at(book, registration.submitted_at)
    return own is not None and own.contest(benefit) is not None


def governing_versions(case, benefit):
    """B-2, B-3: for each registration, the version that leads the contest it is in."""
    if case.rules.governs is Governs.DECISION:
        lead = version_at(case.rules, case.at)
        return {each.registration_id: lead for each in case.facts.registrations}
    _, groups = conflicts_of(case, benefit)
    now = view_of(case, version_at(case.rules, case.at))  # who is live, by the version in force
    scope = latest_with(case.rules, case.at, benefit).contest(benefit).scope
    assume(scope.award == "whole")
    found = {}
    for members in groups.values():
        live = [
            each.submitted_at
            for each in members
            if now.live(each) and offered_to(case.rules, each, benefit)
        ]
        lead = version_at(case.rules, min(live, default=case.at))
        found |= {each.registration_id: lead for each in members}
    return found


class TestBooksOfOne:
    """B-1 … B-4: a book with one version, in force since ever, is that policy."""

    @given(any_cases(), st.sampled_from(Governs))
    def test_the_same_decision(self, case, governs):
        edition = Edition(policy=case.rules, effective_from="1990-01-01T00:00Z")
        book = PolicyBook(programme="Example", editions=[edition], governs=governs)
        assert content(decided(case, rules=book)) == content(decided(case))


class TestB1InForce:
    """B-1: a version is in force from its effective instant, included, until the next's."""

    @given(any_book_cases(), st.integers(0, 2))
    def test_at_the_very_instant_and_just_before(self, case, number):
        assume(number < len(case.rules.editions))
        edition = case.rules.editions[number]
        effective = edition.effective_from
        assert case.rules.in_force(effective) == version_at(case.rules, effective)
        assert case.rules.in_force(effective) == edition.policy
        before = case.rules.editions[number - 1].policy if number else None
        assert case.rules.in_force(effective - TICK) == before

    @given(any_book_cases(), st.integers(0, 2))
    def test_the_decision_at_the_very_instant_is_by_the_new_version(self, case, number):
        assume(number < len(case.rules.editions))
        edition = case.rules.editions[number]
        rules = attrs.evolve(case.rules, governs=Governs.DECISION)
        made = decided(case, rules=rules, at=edition.effective_from)
        for standing in made.standings:
            if standing.code not in ("NOT_OFFERED", "SCOPE_UNKNOWN"):
                assert standing.policy_version == edition.policy.version


class TestB2Decision:
    """B-2: `decision`: everyone is judged by the version in force at the decision."""

    @given(any_book_cases())
    def test_as_that_version_alone(self, case):
        rules = attrs.evolve(case.rules, governs=Governs.DECISION)
        policy = version_at(rules, case.at)
        assume(policy is not None)
        mine = standings(decided(case, rules=policy))
        book = standings(decided(case, rules=rules))
        assert {key: book[key] for key in mine} == mine
        assert all(
            book[key].code in ("NOT_OFFERED", "SCOPE_UNKNOWN") for key in set(book) - set(mine)
        )


class TestB3FirstSubmission:
    """B-3: `first_submission`: the version in force when the earliest live one was submitted."""

    @given(any_book_cases())
    def test_everybody_is_judged_by_it(self, case):
        case = attrs.evolve(case, rules=attrs.evolve(case.rules, governs=Governs.FIRST_SUBMISSION))
        assume(version_at(case.rules, case.at) is not None)
        for standing in decided(case).standings:
            if standing.code == "SCOPE_UNKNOWN":
                continue
            lead = governing_versions(case, standing.benefit)[standing.registration_id]
            if lead is None or lead.contest(standing.benefit) is None:
                assert standing.code == "NOT_OFFERED"
            else:
                assert standing.policy_version == lead.version


class TestB4OwnSubmission:
    """B-4: `own_submission`: each meets the requirements in force when it was submitted itself."""

    @given(any_book_cases())
    def test_who_judged_whom(self, case):
        case = attrs.evolve(case, rules=attrs.evolve(case.rules, governs=Governs.OWN_SUBMISSION))
        assume(version_at(case.rules, case.at) is not None)
        by_id = registrations_by_id(case)
        for standing in decided(case).standings:
            if standing.code == "SCOPE_UNKNOWN" or standing.clause == "status":
                continue
            lead = governing_versions(case, standing.benefit)[standing.registration_id]
            own = version_at(case.rules, by_id[standing.registration_id].submitted_at)
            offered = all(p is not None and p.contest(standing.benefit) for p in (lead, own))
            if not offered:
                assert standing.code == "NOT_OFFERED"
            else:
                assert standing.policy_version == own.version
                if standing.clause.startswith(f"contests[{standing.benefit}].requires["):
                    codes = [each.code for each in own.contest(standing.benefit).requires]
                    assert standing.code in (*codes, "RULED_AGAINST", "AWAITS_RULING")

    @given(any_book_cases())
    def test_nobody_holds_beyond_the_period(self, case):
        for standing in decided(case).standings:
            if standing.kind is StandingKind.GRANTED and standing.entitlement.ends:
                assert standing.entitlement.ends > case.at


class TestB5WhoCompetes:
    """B-5: who competes is read from the latest version in force that has the benefit."""

    @given(any_book_cases())
    def test_rivals_are_of_one_conflict(self, case):
        for standing in decided(case).standings:
            if standing.rival is None or ".after[" in standing.clause:
                continue
            _, groups = conflicts_of(case, standing.benefit)
            (members,) = (
                [each.registration_id for each in group]
                for group in groups.values()
                if standing.registration_id in [each.registration_id for each in group]
            )
            assert standing.rival in members


class TestB6NotOffered:
    """B-6: denied with `NOT_OFFERED` where no version in force offers the benefit."""

    @given(any_book_cases())
    def test_before_the_first_version(self, case):
        first = case.rules.editions[0]
        made = decided(case, at=first.effective_from - TICK)
        benefits = {contest.benefit for contest in first.policy.contests}
        expected = {(r.registration_id, b) for r in case.facts.registrations for b in benefits}
        assert {(each.registration_id, each.benefit) for each in made.standings} == expected
        assert {each.code for each in made.standings} <= {"NOT_OFFERED"}
        assert {each.kind for each in made.standings} <= {StandingKind.DENIED}

    @given(any_book_cases())
    def test_a_benefit_that_was_dropped(self, case):
        rules = attrs.evolve(case.rules, governs=Governs.DECISION)
        policy = version_at(rules, case.at)
        assume(policy is not None)
        for standing in decided(case, rules=rules).standings:
            if policy.contest(standing.benefit) is None and standing.code != "SCOPE_UNKNOWN":
                assert standing.code == "NOT_OFFERED"
                assert standing.clause == "editions"
