"""What becomes of missing values changes nothing where none is missing, or all are that meet."""

from itertools import islice

import attrs
import pytest
from hypothesis import given

from dealreg import (
    Policy,
    contest,
    earliest,
    field,
    highest,
    holder_of,
    money,
    preferring,
    requirement,
)
from dealreg.analysis.compare import difference
from dealreg.analysis.unasked import is_unasked
from dealreg.cases import mutants
from dealreg.facts.fields import Field, FieldType, Tally
from dealreg.testing import WELL_TYPED, policies

SCORED = field("score") >= 1
DOLLARS = field("amount") >= money("5 USD")
EUROS = field("amount") >= money("5 EUR")
MINE = field("incumbent").is_true()


def rules(*parts, fields=()):
    whole = contest("protection", *parts)
    return Policy(programme="Example", tiers=["silver"], fields=fields, contests=[whole])


def pair(order, *parts, missing=("last", "first"), fields=()):
    then = earliest("submitted_at")
    return [rules(*parts, order(each), then, fields=fields) for each in missing]


def by_score(missing):
    return highest("score", missing=missing)


def by_incumbent(missing):
    return preferring(MINE, missing=missing)


def by_tier(missing):
    return preferring(field("tier") >= "silver", missing=missing)


def by_amount(missing):
    return highest("amount", currency="EUR", missing=missing)


def by_last(missing):
    return earliest("last_submitted_at", missing=missing)


@pytest.mark.parametrize(
    ("found", "policies"),
    [
        (True, pair(by_score, requirement("SCORED", SCORED))),
        (True, pair(by_score, requirement("SCORED", SCORED), missing=("last", "refer"))),
        (True, pair(by_incumbent)),
        (True, pair(by_last)),
        (False, pair(by_score)),
        (False, pair(by_score, requirement("SCORED", SCORED, if_unknown="refer"))),
        (False, pair(by_incumbent, missing=("last", "refer"))),
        (False, pair(by_tier)),
        (False, pair(by_amount)),
        (True, pair(by_amount, requirement("DOLLARS", DOLLARS))),
        (False, pair(by_amount, requirement("EITHER", DOLLARS | EUROS))),
    ],
)
def test_what_is_found_out(found, policies):
    assert is_unasked(*policies) is found
    assert (difference(*policies) is None) is found


def test_what_looks_at_other_registrations_is_left_to_the_cases():
    counted = Field(name="filed", type=FieldType.INTEGER, derived=Tally(same=("partner_id",)))

    def by_count(missing):
        return highest("filed", missing=missing)

    assert not is_unasked(*pair(by_count, fields=[counted]))


def test_other_edits_are_not():
    one = rules(requirement("SCORED", SCORED), highest("score"))
    assert not is_unasked(one, rules(requirement("SCORED", SCORED), highest("quantity")))
    assert not is_unasked(one, rules(requirement("SCORED", SCORED)))
    assert not is_unasked(one, rules(highest("score")))
    assert not is_unasked(one, attrs.evolve(one, tiers=["silver", "gold"]))


def test_where_one_at_most_gets_so_far_no_order_is_asked():
    def two(missing):
        first = contest("protection", earliest("submitted_at"))
        second = contest("special_bid", holder_of("protection"), by_score(missing))
        return Policy(programme="Example", contests=[first, second])

    assert is_unasked(two("last"), two("refer"))


@given(policies(attrs.evolve(WELL_TYPED, contests=1)))
def test_what_is_found_out_of_any_policy_changes_nothing(policy):
    edits = (each.policy for each in mutants(policy) if "missing" in each.edit)
    for each in islice((e for e in edits if is_unasked(policy, e)), 2):
        assert difference(policy, each) is None
