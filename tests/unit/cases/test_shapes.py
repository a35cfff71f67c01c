"""Cases of common shapes: a policy of the shape passes them, another fails some."""

import pytest

from dealreg import (
    Edition,
    Policy,
    PolicyBook,
    UsageError,
    contest,
    earliest,
    field,
    highest,
    holder_of,
    money,
    requirement,
    within,
)
from dealreg.cases import SHAPES, run_cases, shape_of_cases
from dealreg.clauses import incumbent_on_renewal
from dealreg.outcome.cases import CaseVerdict
from dealreg.wire import cases_from_toml

ENTITLED = requirement("TIER", field("tier") >= "gold")
ENOUGH = requirement("TOO_SMALL", field("amount") >= money("20000 USD"))


def policy(*contests, tiers=("silver", "gold")):
    return Policy(programme="Example", tiers=tiers, contests=contests)


FIRST = policy(contest("protection", earliest("submitted_at")))
TIER = policy(contest("protection", highest("tier"), earliest("submitted_at")))
GRACE = policy(contest("protection", within("14 days"), highest("tier"), earliest("submitted_at")))
VALUE = policy(contest("protection", ENOUGH, earliest("submitted_at")))
SPECIAL = policy(
    contest("protection", earliest("submitted_at")),
    contest("special_bid", ENTITLED, earliest("submitted_at")),
)
RENEWAL = policy(contest("protection", incumbent_on_renewal(), earliest("submitted_at")))
DEADLOCKED = policy(
    contest("protection", earliest("submitted_at")),
    contest("special_bid", ENTITLED, holder_of("protection")),
)


TRIED = [
    ("first-to-register", FIRST, policy(contest("protection", highest("tier"))), {}),
    ("tier-priority", TIER, FIRST, {}),
    ("grace-window", GRACE, TIER, {}),
    ("minimum-value", VALUE, FIRST, {}),
    ("renewal", RENEWAL, FIRST, {}),
    ("special-bid", SPECIAL, DEADLOCKED, {"benefit": "special_bid"}),
]


def verdicts(shape, rules, **more):
    cases = cases_from_toml(shape_of_cases(shape, rules, **more), rules)
    return [each.verdict for each in run_cases(rules, cases)]


def test_every_shape_is_tried():
    assert set(SHAPES) == {shape for shape, *_ in TRIED}


@pytest.mark.parametrize(
    ("shape", "of_it", "not_of_it", "more"),
    TRIED,
)
def test_a_policy_of_the_shape_passes_and_another_fails(shape, of_it, not_of_it, more):
    assert set(verdicts(shape, of_it, **more)) == {CaseVerdict.PASSED}
    assert CaseVerdict.FAILED in verdicts(shape, not_of_it, **more)


def test_a_policy_without_tiers_has_those_that_tell_none_apart():
    plain = policy(contest("protection", earliest("submitted_at")), tiers=())

    for shape in ("first-to-register", "minimum-value", "renewal"):
        assert cases_from_toml(shape_of_cases(shape, plain), plain)
    for shape in ("tier-priority", "grace-window", "special-bid"):
        with pytest.raises(UsageError, match="fewer than two"):
            shape_of_cases(shape, plain)


def test_the_special_bid_is_what_only_holders_may_have():
    assert "expect.special_bid" in shape_of_cases("special-bid", DEADLOCKED)
    assert "expect.special_bid" in shape_of_cases("special-bid", SPECIAL)
    assert "expect.protection" in shape_of_cases("special-bid", FIRST)


def test_of_a_book_the_latest_version_counts():
    book = PolicyBook(
        programme="Example",
        editions=[
            Edition(policy=FIRST, effective_from="2020-01-01T00:00Z"),
            Edition(policy=VALUE, effective_from="2021-01-01T00:00Z"),
        ],
    )

    assert "20000 USD" in shape_of_cases("minimum-value", book)


@pytest.mark.parametrize(
    ("shape", "rules", "more", "said"),
    [
        ("renewl", FIRST, {}, "there is no shape `renewl`; did you mean `renewal`?"),
        ("renewal", FIRST, {"benefit": "protecton"}, "did you mean `protection`?"),
        ("renewal", policy(), {}, "no benefits to test"),
    ],
)
def test_what_there_is_not_is_said(shape, rules, more, said):
    with pytest.raises(UsageError) as caught:
        shape_of_cases(shape, rules, **more)
    assert said in str(caught.value)
