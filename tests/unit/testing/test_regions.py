"""Conflicts by region: they tell a policy from its neighbours; pairs of almost equal policies."""

import pytest
from hypothesis import HealthCheck, Phase, find, given, seed, settings
from hypothesis import strategies as st

from dealreg import (
    Policy,
    compiled,
    contest,
    decide,
    difference,
    earliest,
    field,
    highest,
    holder_of,
    money,
    period,
    policy_digest,
    preferring,
    requirement,
    within,
)
from dealreg.cases import mutants
from dealreg.errors import DealregError
from dealreg.history import replay
from dealreg.policy.builders import contest as any_contest
from dealreg.testing import (
    BY_REGION,
    TIE_HEAVY,
    almost_equal_policies,
    book_cases,
    cases,
    facts_for,
    histories_for,
    history_cases,
)

RULES = Policy(
    programme="Example",
    tiers=["silver", "gold", "platinum"],
    contests=[
        contest(
            "protection",
            requirement("VALUE", field("amount") >= money("50000 EUR")),
            requirement("MEETING", field("evidence").covers("meeting")),
            within("7 days"),
            preferring(field("incumbent").is_true())
            .then(highest("tier"))
            .then(highest("satisfaction_score"))
            .then(earliest("submitted_at")),
            period("90 days"),
        ),
        contest(
            "special_bid",
            holder_of("protection"),
            requirement("GOLD", field("tier") >= "gold"),
        ),
    ],
)
ONCE = settings(
    max_examples=600,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
FEW = settings(ONCE, max_examples=20)
SLOW = settings(ONCE, max_examples=6)
"""Of policies that are generated too, whose regions are found for each anew."""


def outcome(policy, case):
    return [
        (each.registration_id, each.benefit, each.kind, each.place, each.entitlement)
        for each in policy.decide(case.facts, at=case.at).standings
    ]


def test_every_edit_that_can_be_told_is_told():
    told = {each: each.policy for each in mutants(RULES)}
    silent = [each for each, policy in told.items() if difference(RULES, policy) is None]
    alive = {each: compiled(policy) for each, policy in told.items()}
    whole = compiled(RULES)

    @seed(1)
    @ONCE
    @given(cases(BY_REGION, policy=st.just(RULES)))
    def look(case):
        mine = outcome(whole, case)
        for each, policy in list(alive.items()):
            if outcome(policy, case) != mine:
                del alive[each]

    look()

    assert len(silent) < len(told) / 4
    assert list(alive) == silent


def test_the_deadlock_is_met():
    met = []

    @seed(1)
    @settings(ONCE, max_examples=100)
    @given(cases(BY_REGION, policy=st.just(RULES)))
    def look(case):
        met.extend(decide(case.rules, case.facts, at=case.at).deadlocks)

    look()

    assert {each.code for each in met} == {"GOLD"}


@SLOW
@given(cases(BY_REGION))
def test_generated_policies_have_regions(case):
    decide(case.rules, case.facts, at=case.at, externals=case.externals)


@SLOW
@given(book_cases(BY_REGION))
def test_books_have_those_of_a_version(case):
    decide(case.rules, case.facts, at=case.at, externals=case.externals)


@FEW
@given(st.data())
def test_facts_are_dropped_as_the_preset_says(data):
    import attrs

    bare = attrs.evolve(BY_REGION, absent=8, registrations=1)
    (registration,) = data.draw(facts_for(RULES, bare)).registrations

    assert registration.amount is None
    assert registration.evidence is None


@FEW
@given(history_cases(BY_REGION, rules=st.just(RULES)))
def test_histories_begin_with_a_conflict(case):
    submitted = {e.about for e in case.history.events if e.kind.value == "submitted"}

    assert 1 <= len(submitted) <= 3
    replay(case.rules, case.history, until=case.at)


def test_a_holder_that_is_outdone_in_a_history_is_found():
    def shared(history):
        return len(replay(RULES, history, until=history.events[-1].known_at).periods) > 1

    found = find(
        histories_for(RULES, BY_REGION),
        shared,
        settings=settings(max_examples=500, database=None, derandomize=True),
    )

    assert found.known.partners


def test_a_policy_that_is_not_sound_has_none():
    broken = Policy(
        programme="Broken",
        contests=[any_contest("protection", requirement("X", field("teir") >= "gold"))],
    )

    @FEW
    @given(facts_for(broken, BY_REGION))
    def drawn(_facts):
        raise AssertionError

    with pytest.raises(DealregError, match="teir"):
        drawn()


class TestAlmostEqualPolicies:
    @FEW
    @given(almost_equal_policies(policy=st.just(RULES)))
    def test_one_edit_apart(self, pair):
        one, edited = pair

        assert one is RULES
        assert edited.place.startswith("contests[")
        assert edited.edit
        assert policy_digest(edited.policy) != policy_digest(one)

    @FEW
    @given(almost_equal_policies(TIE_HEAVY))
    def test_of_generated_policies(self, pair):
        one, edited = pair

        assert policy_digest(edited.policy) != policy_digest(one)
