"""A transition names the events that were its cause, not others of the same instant."""

import pytest

from dealreg import Event, History, Policy, contest, earliest
from dealreg.history import replay

POLICY = Policy(programme="Example", contests=[contest("protection", earliest("submitted_at"))])


def _submitted(about, opportunity):
    return Event(
        event_id=f"event {about}",
        kind="submitted",
        about=about,
        happened_at="2026-03-01T09:00Z",
        facts={"partner_id": about, "opportunity_id": opportunity},
    )


@pytest.mark.parametrize(
    ("opportunity", "because"), [("O", ("event A", "event B")), ("O2", ("event A",))]
)
def test_events_of_one_instant_are_causes_only_where_they_compete(opportunity, because):
    events = [_submitted("A", "O"), _submitted("B", opportunity)]
    transitions = replay(POLICY, History(events=events)).transitions

    assert transitions[0].after.registration_id == "A"
    assert transitions[0].because == because
