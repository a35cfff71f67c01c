"""Where there are too many kinds to keep: what is left out first, and what is tried beside them."""

import attrs
import pytest

from dealreg import (
    Field,
    Policy,
    any_of,
    compare,
    contest,
    decide,
    difference,
    earliest,
    field,
    requirement,
)
from dealreg.analysis.cases import cases_of
from dealreg.analysis.dead import dead_parts
from dealreg.analysis.vicinity import beside
from dealreg.facts.fields import Count, Elapsed

DAYS_LEFT = Field(
    "days_left",
    "integer",
    meaning="From submission to the close",
    changes=False,
    derived=Elapsed("submitted_at", "estimated_close", Count.DAYS),
)
FLAGS = [Field(f"flag_{n:02}", "bool", meaning="A fact") for n in range(14)]


def crowded(late=2):
    """Every flag is asked for in the order as well, so that no two registrations are one kind."""
    from dealreg import preferring

    flags = [field(each.name).is_true() for each in FLAGS]
    order = preferring(flags[0])
    for each in flags[1:]:
        order = order.then(preferring(each))
    either = any_of(flags[-1], flags[-2], field("quantity") >= late)
    return Policy(
        programme="Crowded",
        fields=FLAGS,
        contests=[
            contest(
                "protection",
                requirement("NEW", ~field("existing_customer").is_true()),
                requirement("LATE", either),
                order.then(earliest("submitted_at")),
            )
        ],
    )


def test_a_difference_between_crowded_policies_is_found():
    found = compare(crowded(), crowded(late=3))

    assert not found.exact or found.changes
    assert {each.benefit for each in found.changes} == {"protection"}


def test_what_is_tried_beside_them_is_inside_the_scope():
    inside = field("quantity") >= 9
    cases = cases_of((crowded(), crowded(late=3)), inside.predicate)

    scenes = [scene for scene, _ in zip(beside(cases), range(50), strict=False)]

    assert scenes
    assert all(cases.inside(each) for each in scenes)


@pytest.mark.parametrize("count", [Count.DAYS, Count.BUSINESS_DAYS, Count.MONTHS])
def test_the_days_that_a_date_is_counted_to_are_tried(count):
    left = attrs.evolve(DAYS_LEFT, derived=attrs.evolve(DAYS_LEFT.derived, count=count))

    def rules(least):
        ample = requirement("AMPLE", field("days_left") >= least)
        contests = [contest("protection", ample, earliest("submitted_at"))]
        return Policy(programme="Dated", fields=[left], contests=contests)

    for other in (9, 11):
        seen = difference(rules(10), rules(other))

        assert seen is not None
        decisions = [decide(rules(each), seen.facts, at=seen.at) for each in (10, other)]
        assert len({each.standings for each in decisions}) == 2


def test_nothing_is_called_dead_because_what_needs_it_was_left_out():
    policy = crowded()
    (contest_,) = policy.contests
    cases = cases_of((policy,))

    assert cases.crowded
    assert list(dead_parts(policy, contest_, cases, ())) == []
