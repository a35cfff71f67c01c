"""Shapes that the small policies of `exhausting.py` lack: keys, places, terms, clocks, dates."""

import attrs

from dealreg.facts.values import Span, Unit
from dealreg.policy.clocks import LastDay, Milestone, Period
from dealreg.policy.predicates import Compare, Fact
from dealreg.policy.stages import (
    Bucket,
    Grace,
    Key,
    MissingRule,
    Others,
    OthersStand,
    Scope,
    Unmet,
)
from dealreg.policy.terms import FractionOfHolder, Percent, Terms

LENGTHS = (Span(30, Unit.DAYS), Span(1, Unit.MONTHS), Span(3, Unit.BUSINESS_DAYS))
KEYS = (("customer_id",), ("opportunity_id", "division"), ("customer_id", "region"))
FULL, LESS = Terms("full", Percent("10")), Terms("less", FractionOfHolder("1/2"))


def widened(pick, rules, *, keys=True):
    """The policy with one or two such shapes in each of its contests."""
    scope = Scope(pick(KEYS)) if keys and pick((True, False, False)) else Scope()
    contests = []
    for each in rules.contests:
        made = attrs.evolve(each, scope=scope)
        for _ in range(pick((1, 1, 2))):
            made = attrs.evolve(made, **_shape(pick, made))
        contests.append(made)
    return attrs.evolve(rules, contests=contests)


def _shape(pick, contest):
    kind = pick(("capacity", "window", "period", "milestone", "others", "gives", "person", "key"))
    match kind:
        case "capacity":
            return {"capacity": pick((2, None))}
        case "window":
            return {"window": pick((*map(Grace, LENGTHS), Bucket(Unit.WEEKS), Bucket(Unit.MONTHS)))}
        case "period":
            return {"period": _period(pick)}
        case "milestone":
            met = Milestone("completed_at", pick(LENGTHS), "submitted_at", code="LATE")
            return {"milestones": (met,)}
        case "others":
            terms = pick((None, LESS, FULL))
            when = pick((None, Compare(Fact("quantity"), ">=", 2)))
            return {"others": Others(pick(tuple(OthersStand)), terms, when), "gives": (FULL,)}
        case "gives":
            return {"gives": (FULL, pick((LESS, Terms("b", share="1/2"))))}
        case "person" if contest.requires:
            first, *rest = contest.requires
            return {"requires": (attrs.evolve(first, if_false=Unmet.REFER), *rest)}
        case _:
            key = Key(Fact("quantity"), "highest", MissingRule.REFER)
            return {"prefer": (key, *contest.prefer)}


def _period(pick):
    return Period(
        pick(LENGTHS),
        pick(("submitted_at", "approved_at")),
        last_day=pick(tuple(LastDay)),
        closes=pick((True, False, False)),
    )
