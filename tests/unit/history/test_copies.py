"""A copy of a replay goes on apart from it, and a question about the future tells nothing."""

import pytest

from dealreg import Event, Facts, Partner, Policy, contest, earliest, field, holder_of, requirement
from dealreg.history import Replay

POLICY = Policy(
    programme="Example",
    tiers=("silver", "gold"),
    contests=[
        contest("protection", earliest("submitted_at")),
        contest(
            "special_bid",
            holder_of("protection"),
            requirement("TIER_NOT_ENTITLED", field("tier") >= "gold"),
        ),
    ],
)
KNOWN = Facts(
    partners=[Partner(partner_id="alder", tier="silver"), Partner(partner_id="birch", tier="gold")]
)
EVENTS = [
    Event(
        event_id=name,
        kind="submitted",
        about=name,
        happened_at=f"2026-03-0{day}T09:00Z",
        facts={"partner_id": partner, "opportunity_id": "O"},
    )
    for name, partner, day in (("A", "alder", 2), ("B", "birch", 5))
]


@pytest.mark.parametrize("asked", [False, True])
def test_asking_how_things_will_stand_takes_nothing_from_what_is_told(asked):
    replay = Replay(POLICY, known=KNOWN)
    replay.feed(EVENTS)
    if asked:
        assert len(replay.state(at="2026-03-06T09:00Z").deadlocks) == 1
    replay.advance("2026-03-06T09:00Z")

    told = [each.tag for each in replay.drain()]
    assert told.count("found_deadlock") == 1
