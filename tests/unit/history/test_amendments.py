"""What becomes of a holding when its registration is amended."""

import pytest

from dealreg import Event, Policy, competing_on, contest, earliest, final_from
from dealreg.history import Replay

POLICY = Policy(
    programme="Example",
    contests=[
        contest(
            "protection",
            competing_on("opportunity_id", lines="products"),
            earliest("submitted_at"),
            final_from("submitted_at"),
        )
    ],
)


def submitted(name, hour, *products):
    return Event(
        event_id=f"submit {name}",
        kind="submitted",
        about=name,
        happened_at=f"2026-03-01T{hour:02}:00Z",
        facts={"partner_id": name, "opportunity_id": "O1", "products": frozenset(products)},
    )


def amended(name, day, *products):
    return Event(
        event_id=f"amend {name}",
        kind="amended",
        about=name,
        happened_at=f"2026-03-{day:02}T09:00Z",
        facts={"products": frozenset(products)},
    )


def holding(*events):
    """Who is granted the protection after some events."""
    replay = Replay(POLICY)
    replay.feed(events)
    return [s.registration_id for s in replay.state(at="2026-04-01T00:00Z").holders("protection")]


@pytest.mark.parametrize(
    ("events", "holders"),
    [
        ((submitted("A", 9, "P"), submitted("B", 10, "Q")), ["A", "B"]),
        (
            (submitted("A", 9, "P"), submitted("B", 10, "Q"), submitted("C", 11, "P", "Q")),
            ["A", "B"],
        ),
        ((submitted("A", 9, "P"), submitted("B", 10, "Q"), amended("A", 5, "P", "Q")), ["A", "B"]),
        ((submitted("A", 9, "P", "Q"), amended("A", 5, "P"), submitted("C", 11, "Q")), ["A", "C"]),
    ],
    ids=["disjoint", "overlapping both", "amended into another's", "given up later"],
)
def test_a_holder_keeps_the_lines_it_was_awarded(events, holders):
    assert holding(*events) == holders


def test_what_a_holder_adds_and_nobody_holds_it_holds_too():
    later = Event(
        event_id="submit C",
        kind="submitted",
        about="C",
        happened_at="2026-03-06T09:00Z",
        facts={"partner_id": "C", "opportunity_id": "O1", "products": frozenset({"Q"})},
    )

    assert holding(submitted("A", 9, "P"), amended("A", 5, "P", "Q"), later) == ["A"]


def test_what_a_holder_gives_up_is_free():
    later = Event(
        event_id="submit C",
        kind="submitted",
        about="C",
        happened_at="2026-03-06T09:00Z",
        facts={"partner_id": "C", "opportunity_id": "O1", "products": frozenset({"Q"})},
    )

    assert holding(submitted("A", 9, "P", "Q"), amended("A", 5, "P"), later) == ["A", "C"]
