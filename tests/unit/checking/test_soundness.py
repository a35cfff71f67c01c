"""What passes the checker can be decided; whatever can be built can be checked."""

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dealreg import (
    Calendar,
    Contest,
    Facts,
    FactsErrors,
    Field,
    FieldType,
    Policy,
    PolicyErrors,
    Tally,
    UsageError,
    all_of,
    any_of,
    check,
    contest,
    decide,
    earliest,
    field,
    normal_form,
    requirement,
)
from dealreg.checking.shape import shape_findings
from dealreg.policy.stages import Prefer
from dealreg.policy.terms import Band, Banded, Terms
from dealreg.testing import UNDIRECTED, WELL_TYPED, book_cases, books, cases, policies


@given(policies() | books())
def test_no_errors_in_generated_sound_policies(rules):
    assert check(rules).errors == ()


@given(policies())
def test_the_normal_form_has_no_errors_either(policy):
    assert check(normal_form(policy)).errors == ()


@given(cases() | book_cases() | cases(UNDIRECTED))
def test_what_passes_is_decided_or_the_facts_are_refused(case):
    """Under `UNDIRECTED` also policies that cannot mean anything, and facts of the wrong type."""
    sound = not check(case.rules).errors
    try:
        decide(case.rules, case.facts, at=case.at, externals=case.externals)
    except PolicyErrors:
        assert not sound
    except (FactsErrors, UsageError):
        assert case.facts
    else:
        assert sound


@given(policies(attrs.evolve(WELL_TYPED, contests=2)), st.data())
@settings(max_examples=150)
def test_a_policy_with_any_part_replaced_is_checked_and_never_breaks_the_checker(policy, data):
    """Python holds nobody to type hints: parts may be anything."""
    anything = st.sampled_from([None, 5, "tier", (), ("x",), frozenset(), 1.5, policy, object])
    contest_with = data.draw(st.sampled_from(policy.contests))
    holder = data.draw(
        st.sampled_from([policy, contest_with, contest_with.scope, contest_with.others])
    )
    name = data.draw(st.sampled_from([each.name for each in attrs.fields(type(holder))]))
    broken = attrs.evolve(holder)
    object.__setattr__(broken, name, data.draw(anything))
    if holder is not policy:
        if holder is not contest_with:
            which = "scope" if holder is contest_with.scope else "others"
            broken = attrs.evolve(contest_with, **{which: broken})
        broken = attrs.evolve(policy, contests=(broken,))

    assert check(broken) == check(broken)


def test_parts_of_the_wrong_kind_are_named_all_at_once():
    policy = Policy(
        programme="Example",
        version=1,
        fields=["tier", Field("x", FieldType.TEXT, meaning=5)],
        contests=[contest("protection", earliest("submitted_at")), "protection"],
    )
    found = list(shape_findings(policy))

    assert [each.path for each in found] == [
        "version",
        "fields[0]",
        "fields[x].meaning",
        "contests[1]",
    ]
    assert found[0].message == "`1` is not of type str"


@pytest.mark.parametrize("part", ["programme", "note", "version"])
def test_parts_that_cannot_be_hashed_are_named_by_decide(part):
    policy = Policy(**{"programme": "Example", "contests": [contest("protection")], part: ["x"]})
    with pytest.raises(PolicyErrors) as caught:
        decide(policy, Facts(), at="2026-01-01T00:00Z")

    assert [each.place for each in caught.value.problems] == [part]


def test_what_is_no_policy_is_not_decided():
    for rules in ({}, [], "policy", None):
        with pytest.raises(UsageError, match="is not a policy"):
            decide(rules, Facts(), at="2026-01-01T00:00Z")


def _wide(count):
    """A policy of `count` rules that have something to do with each other."""
    amounts = [field("quantity") >= number for number in range(count // 5)]
    bands = tuple(Band(rule, 5) for rule in reversed(amounts))
    return Policy(
        programme="Example",
        calendars=[Calendar(f"c{n}") for n in range(count)],
        fields=[
            Field(f"f{n}", FieldType.INTEGER, derived=Tally((f"f{n - 1}",))) for n in range(count)
        ],
        contests=[
            contest(
                "protection",
                requirement(
                    "ALL", all_of(*(field("quantity") != 2 * n for n in range(count // 5)))
                ),
                requirement("ANY", any_of(*amounts)),
                *(requirement(f"R{n}", rule) for n, rule in enumerate(amounts)),
                Prefer(any_of(*amounts)),
                Terms(rate=Banded(bands)),
            ),
            *(Contest(benefit=f"b{n}", after=()) for n in range(count)),
        ],
    )


def test_a_wide_policy_takes_work_in_proportion(monkeypatch):
    """Counted, not timed: how many regions are narrowed for twice as many rules."""
    from dealreg.checking import regions

    calls = []
    narrowed = regions._narrowed
    monkeypatch.setattr(regions, "_narrowed", lambda *args: calls.append(1) or narrowed(*args))
    check(_wide(300))
    half = len(calls)
    calls.clear()
    check(_wide(600))

    assert half
    assert len(calls) < 2.5 * half
