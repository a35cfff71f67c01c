"""A policy in plain English says all it means, and the same for the same policy."""

import random

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dealreg import (
    Calendar,
    Edition,
    Field,
    Governs,
    Policy,
    PolicyBook,
    PolicyError,
    UsageError,
    contest,
    earliest,
    field,
    normal_form,
    requirement,
)
from dealreg.rendering import describe
from dealreg.testing import WELL_TYPED, books, policies
from tests.unit.rendering.cases import RECORDS


@settings(max_examples=25)
@given(policies())
def test_every_policy_can_be_described_with_all_its_codes(policy):
    told = describe(policy)
    for each in policy.contests:
        codes = [e.code for e in (*each.requires, *each.after, *each.overrides)] + [
            each.others.code
        ]
        assert not [code for code in codes if f"[{code}]" not in told]
    assert describe(policy, form="markdown")


@settings(max_examples=15)
@given(books(WELL_TYPED))
def test_every_book_is_described_with_its_versions(book):
    told = describe(book)
    assert all(
        f"Version {edition.policy.version}, in force from" in told for edition in book.editions
    )


@settings(max_examples=25)
@given(policies(), st.randoms(use_true_random=False))
def test_two_policies_that_differ_read_differently(policy, chance):
    """Leave out one thing of a contest, and the text changes."""
    contests = list(policy.contests)
    place = chance.randrange(len(contests))
    stage = chance.choice(["requires", "overrides", "prefer", "after", "gives"])
    held = getattr(contests[place], stage)
    if not held:
        return
    contests[place] = attrs.evolve(contests[place], **{stage: held[:-1]})
    assert describe(attrs.evolve(policy, contests=contests)) != describe(policy)


def test_the_order_of_the_calendars_fields_and_python_hashes_does_not_matter():
    rules = normal_form(RECORDS["contested"]().rules)
    fields = list(rules.fields)
    random.Random(1).shuffle(fields)
    assert describe(normal_form(attrs.evolve(rules, fields=fields))) == describe(rules)


@pytest.mark.parametrize(
    ("governs", "said"),
    [
        (Governs.DECISION, "in force at the instant of the decision"),
        (Governs.FIRST_SUBMISSION, "in force when the earliest of them was submitted"),
        (Governs.OWN_SUBMISSION, "in force when it was itself submitted"),
    ],
)
def test_a_book_says_which_version_governs(governs, said):
    edition = Edition(policy=Policy(programme="P"), effective_from="2026-01-01T00:00Z")
    book = PolicyBook(programme="P", editions=[edition], governs=governs)
    told = " ".join(describe(book, zone="Asia/Tokyo").split())
    assert said in told
    assert "1 January 2026, 09:00 UTC+09:00" in told


def test_calendars_and_fields():
    policy = Policy(
        programme="P",
        note="Draft.",
        fields=[
            Field(
                "grade", "ordinal", "partner", "vendor", "Its grade", ("c", "b", "a"), changes=False
            )
        ],
        calendars=[
            Calendar("work", "Europe/Paris", (6,), (), ("FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=14",))
        ],
    )
    told = " ".join(describe(policy).split())
    assert "Draft. This version offers no benefits." in told
    assert (
        "Work: a day begins at midnight in Europe/Paris; every day but Sunday is a business" in told
    )
    assert "FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=14" in told
    assert (
        "Grade (level, a fact of the partner): Its grade. Supplied by the vendor. "
        "It does not change after submission. Levels, from the lowest: c, b, a." in told
    )


def test_the_authors_texts_cannot_be_markup():
    rule = requirement("X", field("region") == "<b>|`", "Write to <a href=x>us</a> | now")
    policy = Policy(programme="*P*\n# Q", contests=[contest("b", rule, earliest("submitted_at"))])
    told = describe(policy, form="markdown")
    assert "<" not in told.replace("&lt;", "")
    assert told.startswith(r"# \*P\* # Q, version 1")


def test_wrong_calls_are_refused():
    policy = Policy(programme="P")
    with pytest.raises(UsageError, match="no form `html`"):
        describe(policy, form="html")
    with pytest.raises(UsageError, match="not a policy"):
        describe("P")
    with pytest.raises(PolicyError, match="no time zone"):
        describe(policy, zone="Nowhere")
