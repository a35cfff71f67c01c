"""The story of one deal out of a history."""

import attrs
import pytest

from dealreg import (
    Event,
    Facts,
    History,
    Opportunity,
    Policy,
    contest,
    earliest,
    final_from,
    period,
)
from dealreg.errors import UsageError
from dealreg.history import story_of
from dealreg.policy.stages import Vacancy
from dealreg.rendering import tell_story
from dealreg.wire import from_json, to_json

POLICY = Policy(
    programme="Example",
    contests=[contest("protection", earliest("submitted_at"), period("90 days"))],
)


def submitted(name, partner, day, deal):
    return Event(
        event_id=name,
        kind="submitted",
        about=name,
        happened_at=f"2026-03-0{day}T09:00Z",
        facts={"partner_id": partner, "opportunity_id": deal},
    )


HISTORY = History(
    known=Facts(
        opportunities=[
            Opportunity(opportunity_id="O", customer_id="C"),
            Opportunity(opportunity_id="P", customer_id="C"),
        ]
    ),
    events=[
        submitted("A", "alder", 2, "O"),
        submitted("B", "birch", 3, "O"),
        submitted("D", "dogwood", 4, "P"),
        Event(event_id="E", kind="approved", about="A", happened_at="2026-03-05T09:00Z"),
        Event(event_id="T", kind="tender_published", about="O", happened_at="2026-03-06T09:00Z"),
        Event(
            event_id="U",
            kind="partner_changed",
            about="dogwood",
            happened_at="2026-03-07T09:00Z",
            facts={"partner_type": "reseller"},
        ),
    ],
)


@pytest.mark.parametrize(
    ("about", "of", "registrations", "events"),
    [
        ("B", "registration", ("A", "B"), ["A", "B", "E", "T"]),
        ("O", "opportunity", ("A", "B"), ["A", "B", "E", "T"]),
        ("P", "opportunity", ("D",), ["D", "U"]),
        ("C", "customer", ("A", "B", "D"), ["A", "B", "D", "E", "T", "U"]),
    ],
)
def test_what_an_identifier_is_about(about, of, registrations, events):
    story = story_of(POLICY, HISTORY, about)

    assert (story.of, story.registrations) == (of, registrations)
    assert [each.event_id for each in story.events] == events
    assert {each.registration_id for each in story.state.standings} == set(registrations)
    assert {each.after.registration_id for each in story.timeline.transitions} == set(registrations)


def test_who_held_what_and_what_comes_next():
    story = story_of(POLICY, HISTORY, "A", until="2026-03-10T00:00Z")

    (period,) = story.timeline.periods
    assert (period.registration_id, period.since.day, period.until) == ("A", 5, None)
    assert story.state.next_change.isoformat() == "2026-06-03T09:00:00+00:00"
    assert story.until.isoformat() == "2026-03-10T00:00:00+00:00"
    assert dict(story.owners) == {"A": "alder", "B": "birch"}


def test_only_up_to_the_instant_asked_about():
    story = story_of(POLICY, HISTORY, "O", until="2026-03-02T12:00Z")

    assert [each.event_id for each in story.events] == ["A"]


def test_what_nobody_is_left_for_is_told_and_asked():
    refer = Policy(
        programme="Example",
        contests=[
            contest(
                "protection", earliest("submitted_at"), final_from("submitted_at"), Vacancy.REFER
            )
        ],
    )
    gone = Event(event_id="W", kind="withdrawn", about="D", happened_at="2026-03-08T09:00Z")
    history = attrs.evolve(HISTORY, events=[*HISTORY.events, gone])

    story = story_of(refer, history, "P")
    assert [(each.registration_id, each.kind.value) for each in story.timeline.notices] == [
        ("D", "vacant")
    ]
    told = tell_story(story)
    assert "D (dogwood) was the last to hold the protection: nobody is left, a person" in told
    assert "To decide [VENDOR_ASSIGNS]: who gets the protection." in told
    assert story_of(refer, history, "A").state.referrals == ()


def test_it_has_json():
    story = story_of(POLICY, HISTORY, "O")

    assert from_json(to_json(story)) == story


def test_of_nothing_known_there_is_no_story():
    with pytest.raises(UsageError, match="no registration, opportunity or customer `X`"):
        story_of(POLICY, HISTORY, "X")
    with pytest.raises(UsageError, match="no registration"):
        story_of(POLICY, History(), "X")
