"""Narrow questions to a replay, and how things stand as an event meets them."""

import pytest

from dealreg import Event, Facts, Partner, Policy, StandingKind, contest, earliest, period
from dealreg.errors import UsageError
from dealreg.history import Replay

POLICY = Policy(
    programme="Example",
    contests=[contest("protection", earliest("submitted_at"), period("90 days"))],
)
EVENTS = [
    Event(
        event_id=name,
        kind="submitted",
        about=name,
        happened_at=f"2026-03-0{day}T09:00Z",
        facts={"partner_id": partner, "opportunity_id": deal},
    )
    for name, partner, day, deal in (("A", "alder", 2, "O"), ("B", "birch", 5, "O"))
] + [Event(event_id="E", kind="approved", about="A", happened_at="2026-03-06T09:00Z")]
ENDS = "2026-06-04T09:00Z"


@pytest.fixture
def replay():
    made = Replay(POLICY, known=Facts(partners=[Partner(partner_id="alder", name="Alder")]))
    made.feed(EVENTS)
    made.finish()
    return made


def test_standings_of_a_registration(replay):
    (standing,) = replay.standings_of("B")

    assert (standing.kind, standing.rival) == (StandingKind.DENIED, "A")
    assert replay.standings_of("Z") == ()


def test_rivals_conflict_and_since_when(replay):
    look = replay.lookups

    assert [each.registration_id for each in look.rivals_granted("B", "protection")] == ["A"]
    assert look.rivals_granted("A", "protection") == ()
    assert look.rivals_granted("Z", "protection") == ()
    assert look.conflict("B", "protection") == ("O",)
    assert look.held_since("A", "protection").day == 6
    assert look.held_since("B", "protection") is None
    assert look.name_of("alder") == "Alder"
    assert look.name_of("birch") == "birch"
    assert look.amount("A") is None
    assert look.amount("Z") is None


def test_clocks_and_when_anything_can_change(replay):
    look = replay.lookups

    assert [(each.what, each.at.month) for each in look.clocks("A", replay.now)] == [("ends", 6)]
    assert look.clocks("Z", replay.now) == ()
    assert look.wakes("B").month == 6
    assert look.wakes("Z") is None


def test_an_approached_instant_has_its_clocks_behind_it_and_its_events_before_it(replay):
    replay.approach(ENDS)
    (standing,) = replay.standings_of("A")
    assert standing.code == "EXPIRED"

    replay.feed(Event(event_id="F", kind="lost", about="A", happened_at=ENDS))
    replay.finish()
    (standing,) = replay.standings_of("A")
    assert standing.code == "LOST"


def test_what_is_before_an_approached_instant_is_past(replay):
    replay.approach(ENDS)

    with pytest.raises(UsageError, match="is decided"):
        replay.feed(Event(event_id="F", kind="lost", about="A", happened_at="2026-06-04T08:59Z"))
