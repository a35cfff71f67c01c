"""Crowded opportunities, where newcomers are decided by themselves, under rules of many shapes."""

from collections import Counter

import attrs
import pytest

from dealreg import (
    Edition,
    PolicyBook,
    contest,
    earliest,
    field,
    head_start,
    highest,
    holder_of,
    not_holder_of,
    override,
    period,
    requirement,
    within,
)
from dealreg.facts.canonical import canonical_json
from dealreg.history import Replay, sealing
from dealreg.policy.policies import Governs
from dealreg.testing import CROWDED, synthetic_events, synthetic_known, synthetic_policy

HABITS = attrs.evolve(CROWDED, late_claims=10, against_the_rules=20)
EVENTS = tuple(synthetic_events(11, events=260, habits=HABITS))
KNOWN = synthetic_known(HABITS)

FIRST = earliest("submitted_at")
LASTING = period("90 days", starts="submitted_at")
TIER = requirement("TIER_TOO_LOW", field("tier") >= "gold")
CHOSEN = override("CUSTOMER_CHOICE", field("chosen_by_customer").is_true())
BID = contest("special_bid", TIER, holder_of("protection"), FIRST)


def policy(*contests, version="1"):
    return attrs.evolve(synthetic_policy(version=version), contests=contests)


def protection(*parts):
    return contest("protection", *parts)


def book(governs):
    old, new = policy(protection(FIRST, LASTING), BID), policy(protection(FIRST), BID, version="2")
    editions = [
        Edition(policy=old, effective_from="2020-01-01T00:00Z"),
        Edition(policy=new, effective_from="2026-01-08T00:00Z"),
    ]
    return PolicyBook(programme=old.programme, editions=editions, governs=governs)


RULES = {
    "first come": policy(protection(FIRST, LASTING), BID),
    "never over": policy(protection(FIRST)),
    "a window": policy(protection(within("3 days"), highest("tier").then(FIRST), LASTING), BID),
    "a window by completion": policy(protection(within("3 days", of="completed_at"), FIRST)),
    "a head start": policy(protection(head_start("2 days"), FIRST, LASTING)),
    "a bid in a window": policy(
        protection(FIRST), contest("special_bid", holder_of("protection"), within("3 days"), FIRST)
    ),
    "a chosen partner": policy(protection(CHOSEN, FIRST, LASTING), BID),
    "a bid for the others": policy(
        protection(FIRST), contest("special_bid", not_holder_of("protection"), FIRST)
    ),
    "rules of the day": book(Governs.DECISION),
    "rules of the first": book(Governs.FIRST_SUBMISSION),
    "rules of each": book(Governs.OWN_SUBMISSION),
}


def replayed(rules, crowd, monkeypatch):
    monkeypatch.setattr(sealing, "_CROWD", crowd)
    engine = Replay(rules, known=KNOWN)
    engine.feed(EVENTS)
    engine.finish()
    return [canonical_json(each) for each in engine.drain()], engine.state()


@pytest.mark.parametrize("name", RULES)
def test_decided_by_themselves_or_with_all_others_is_the_same(name, monkeypatch):
    together, state = replayed(RULES[name], 10**9, monkeypatch)

    assert replayed(RULES[name], 0, monkeypatch) == (together, state)
    assert Counter(each.kind for each in state.standings)["granted"] > 10
