"""How a policy deadlocks, and what would repair it."""

from functools import cache
from pathlib import Path

import pytest

import dealreg
from dealreg import (
    Policy,
    UsageError,
    contest,
    earliest,
    field,
    highest,
    holder_of,
    override,
    requirement,
    within,
)
from dealreg.analysis import deadlocks
from dealreg.rendering import report_comparison, report_deadlocks
from dealreg.wire import from_json, read_policy, to_json

FIRST = earliest("submitted_at")
EXAMPLES = Path(dealreg.__file__).parent / "cli" / "examples"
DISPUTE = Path(__file__).parents[2] / "golden" / "dispute"
TIERS = ("silver", "gold")


def two(protection, bid):
    return Policy(
        programme="Example",
        tiers=TIERS,
        contests=[contest("protection", *protection), contest("bid", *bid)],
    )


GOLD = requirement("NOT_GOLD", field("tier") >= "gold")


@cache
def dispute():
    return deadlocks(read_policy(EXAMPLES / "dispute" / "policy-today.toml"))


class TestTheDispute:
    """Four integrators, two of one vendor: found without being given the case."""

    @pytest.fixture
    def found(self):
        return dispute()

    def test_is_found(self, found):
        (way,) = found.patterns

        assert (way.benefit, way.holds) == ("special_bid", "protection")
        assert way.code == "TIER_NOT_ENTITLED"
        assert found.exact

    def test_the_two_differ_in_one_fact(self, found):
        (fact,) = found.patterns[0].certificate

        assert (fact.field, fact.blocker, fact.blocked) == ("tier", "registered", "gold")

    def test_no_grace_period_repairs_it(self, found):
        assert [each.length for each in found.patterns[0].graces] == [1, 7, 30, 365]

    def test_every_repair_removes_it_and_has_a_price(self, found):
        assert [each.kind.value for each in found.repairs] == [
            "own_contest",
            "entitled_only",
            "entitled_first",
        ]
        assert all(each.removes and each.changes for each in found.repairs)

    def test_in_words(self, found):
        policy = read_policy(EXAMPLES / "dispute" / "policy-today.toml")
        text = report_deadlocks(found, policy)

        assert "because it asks that the partner's tier is at least gold" in " ".join(text.split())
        assert "No grace period repairs this" in text
        assert "(registered against gold)" in text

    def test_keeps_as_json(self, found):
        assert from_json(to_json(found)) == found


def test_the_golden_dispute_is_found():
    names = sorted(DISPUTE.rglob("policy*.toml"))
    assert names
    assert any(not deadlocks(read_policy(each), repairs=False).free for each in names)


def test_a_policy_of_one_contest_cannot_deadlock():
    policy = Policy(programme="Example", contests=[contest("protection", FIRST)])

    found = deadlocks(policy)

    assert found.free
    assert found.exact
    assert "cannot deadlock" in report_deadlocks(found, policy)


def test_tier_first_without_a_window_cannot_deadlock():
    found = deadlocks(two([highest("tier").then(FIRST)], [FIRST, holder_of("protection"), GOLD]))

    assert found.free
    assert found.exact


def test_a_window_brings_it_back():
    parts = [within("7 days"), highest("tier").then(FIRST)]
    found = deadlocks(two(parts, [FIRST, holder_of("protection"), GOLD]))

    assert [each.code for each in found.patterns] == ["NOT_GOLD"]
    assert [each.kind.value for each in found.repairs if each.removes]


@pytest.mark.parametrize(
    ("closing", "asked"),
    [
        (field("tier") >= "gold", field("quantity") >= 5),
        (field("quantity") >= 5, field("tier") >= "gold"),
        (field("quantity") > 5, field("quantity") >= 2),
    ],
)
def test_who_alone_is_left_to_a_person_does_not_hide_who_would_get_it(closing, asked):
    closes = override("CLOSED", closing, effect="closes")
    refers = override("ASKED", asked, effect="refers")
    rules = Policy(
        programme="Example", tiers=TIERS, contests=[contest("protection", closes, refers, FIRST)]
    )
    found = deadlocks(rules, repairs=False)

    assert found.exact
    assert {each.benefit for each in found.patterns} == {"protection"}


def test_an_override_that_closes_deadlocks_without_a_holder():
    closes = override("STOP", field("competing_brand").is_true(), effect="closes")
    policy = Policy(programme="Example", contests=[contest("protection", FIRST, closes)])

    found = deadlocks(policy)

    assert {each.holds for each in found.patterns} == {None}
    assert found.repairs == ()
    assert "nobody gets it" in report_deadlocks(found, policy)


def test_codes_of_both_contests_are_kept_apart_in_a_repair():
    same = requirement("NOT_GOLD", field("quantity") > 1)
    found = deadlocks(two([FIRST, same], [FIRST, holder_of("protection"), GOLD]))
    only = next(each for each in found.repairs if each.kind.value == "entitled_only")

    codes = [each.code for each in only.policy.contest("protection").requires]
    assert codes == ["NOT_GOLD", "NOT_GOLD_FOR_BID"]


def test_what_is_always_known_may_be_asked_about_by_several_contests():
    undecided = requirement("DECIDED", field("status") == "submitted")
    policy = two([FIRST, undecided], [FIRST, holder_of("protection"), undecided, GOLD])

    assert [each.code for each in deadlocks(policy).patterns] == ["NOT_GOLD"]


def test_a_bounded_verdict_says_so():
    refer = requirement("ASK", field("tier") >= "silver", if_false="refer")
    policy = two([FIRST, refer], [FIRST, holder_of("protection")])

    found = deadlocks(policy)

    assert not found.exact
    assert "may be left to a person" in report_deadlocks(found, policy)


def test_reports_take_what_they_are_for():
    policy = Policy(programme="Example", contests=[contest("protection", FIRST)])

    with pytest.raises(UsageError):
        report_deadlocks("found", policy)
    with pytest.raises(UsageError):
        report_comparison("found", policy)
