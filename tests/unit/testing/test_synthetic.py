"""Synthetic histories: the same from the same seed everywhere, and like a channel programme."""

import os
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from itertools import islice

import attrs
import pytest

from dealreg import EventKind, check
from dealreg.facts.canonical import canonical_json, digest
from dealreg.facts.conform import value_problem
from dealreg.facts.events import EVENT_RULES, event_order
from dealreg.history import Replay
from dealreg.outcome.timeline import SetAside
from dealreg.testing import (
    CALM,
    CROWDED,
    LAND_GRAB,
    LATE_DATA,
    synthetic_book,
    synthetic_events,
    synthetic_history,
    synthetic_known,
    synthetic_policy,
)

FIRST_HUNDRED = "sha256:b667c00d14f9faff1fd4b9fb910c788559505fe43f0d4098ec9bd80fd25b7c5b"


def crowd(habits, events=4000):
    """The most registrations that one opportunity has."""
    submitted = (
        e for e in synthetic_events(3, events=events, habits=habits) if e.kind == "submitted"
    )
    return max(Counter(e.facts["opportunity_id"] for e in submitted).values())


def late(habits, events=2000):
    """Which part of the events became known after the day on which it happened."""
    told = list(synthetic_events(3, events=events, habits=habits))
    return sum(e.known_at - e.happened_at >= timedelta(days=1) for e in told) / len(told)


def test_a_seed_gives_the_same_bytes_on_every_machine():
    assert digest(synthetic_history(7, events=100)) == FIRST_HUNDRED


def test_hash_seeds_do_not_matter():
    program = (
        "from dealreg.facts.canonical import digest\n"
        "from dealreg.testing import synthetic_history\n"
        "print(digest(synthetic_history(7, events=300)))\n"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert found == {digest(synthetic_history(7, events=300)) + "\n"}


def test_another_seed_gives_another_history():
    assert canonical_json(synthetic_history(1, events=50)) != canonical_json(
        synthetic_history(2, events=50)
    )


def test_events_come_in_the_order_in_which_they_count():
    orders = [event_order(event) for event in synthetic_events(5, events=5000, habits=LATE_DATA)]

    assert orders == sorted(orders)


def test_the_beginning_does_not_depend_on_how_many_are_asked_for():
    assert list(synthetic_events(5, events=200)) == list(
        islice(synthetic_events(5, events=900), 200)
    )


def test_every_kind_of_event_occurs():
    assert {event.kind for event in synthetic_events(5, events=20_000)} == set(EventKind)


def test_facts_fit_the_policy():
    vocabulary = synthetic_policy().vocabulary()
    for event in synthetic_events(5, events=3000):
        for name, value in event.facts.items():
            field = vocabulary.get(name)
            if field is not None and field.subject is EVENT_RULES[event.kind].subject:
                assert value_problem(field, value) is None


@pytest.mark.parametrize("rules", [synthetic_policy(), synthetic_book()], ids=["policy", "book"])
def test_the_rules_are_sound_and_replay_the_history_whole(rules):
    assert check(rules).items == ()
    replay = Replay(rules, known=synthetic_known())
    replay.feed(synthetic_events(5, events=400))
    replay.finish()

    assert [entry for entry in replay.drain() if isinstance(entry, SetAside)] == []


def test_habits_make_a_difference():
    assert crowd(CROWDED) > 10 * crowd(CALM)
    assert late(CALM) == 0
    assert 0.05 < late(LATE_DATA) < 0.35


def test_land_grabbers_pursue_nothing():
    history = list(synthetic_events(3, events=4000, habits=LAND_GRAB))
    claims = Counter(e.facts["partner_id"] for e in history if e.kind is EventKind.SUBMITTED)
    busiest = claims.most_common(1)[0][0]
    of_busiest = {
        e.about
        for e in history
        if e.kind is EventKind.SUBMITTED and e.facts["partner_id"] == busiest
    }

    assert not [e for e in history if e.kind is EventKind.WON and e.about in of_busiest]


def test_some_partners_are_busy_and_some_opportunities_are_crowded():
    claims = [e.facts for e in synthetic_events(3, events=10_000) if e.kind == "submitted"]
    by_partner = Counter(each["partner_id"] for each in claims).most_common()
    by_deal = Counter(each["opportunity_id"] for each in claims)
    by_customer = {(each["customer_id"], each["opportunity_id"]) for each in claims}

    assert len(by_partner) > 50
    assert sum(count for _, count in by_partner[:6]) > 0.4 * len(claims)
    alone = sum(count == 1 for count in by_deal.values())
    assert 0.5 < alone / len(by_deal) < 0.8
    assert max(by_deal.values()) > 10
    assert max(Counter(customer for customer, _ in by_customer).values()) > 3


def test_people_do_not_always_keep_to_the_rules():
    """Two approved for one opportunity; special bids for somebody else than who asked."""
    deal, approved, asked = {}, Counter(), set()
    others = 0
    for event in synthetic_events(3, events=10_000):
        if event.kind is EventKind.SUBMITTED:
            deal[event.about] = event.facts["opportunity_id"]
        elif event.kind is EventKind.APPROVED:
            approved[deal[event.about]] += 1
        elif event.kind is EventKind.SPECIAL_BID_ASKED:
            asked.add(event.about)
        elif event.kind is EventKind.SPECIAL_BID_GRANTED:
            others += event.about not in asked

    assert 5 < sum(count > 1 for count in approved.values()) < 0.2 * len(approved)
    assert others > 5


def test_some_registrations_are_late_where_habits_say_so():
    told = synthetic_events(3, events=5000, habits=LATE_DATA)
    claims = [event for event in told if event.kind is EventKind.SUBMITTED]

    assert 0.03 < sum(e.known_at > e.happened_at for e in claims) / len(claims) < 0.15


def test_registrations_that_the_vendor_learns_of_late_are_followed_up_afterwards():
    replay = Replay(synthetic_policy(), known=synthetic_known())
    replay.feed(synthetic_events(3, events=1000, habits=attrs.evolve(LATE_DATA, late_claims=60)))
    replay.finish()

    assert [entry for entry in replay.drain() if isinstance(entry, SetAside)] == []


def test_new_rules_take_effect_in_the_midst_of_a_history():
    *_, last = synthetic_events(3)
    first, second, _ = (each.effective_from for each in synthetic_book().editions)

    assert first < last.known_at
    assert second < last.known_at


def test_arrival_numbers_grow():
    numbers = [event.sequence for event in synthetic_events(3, events=3000) if event.sequence]

    assert len(numbers) > 2500
    assert numbers == sorted(set(numbers))
