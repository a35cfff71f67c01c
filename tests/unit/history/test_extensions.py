"""An extension is refused when somebody waits for the same thing, and only then."""

import pytest

from dealreg import Event, History
from dealreg.history import replay
from dealreg.wire import policy_from_toml

POLICY = """
format = "dealreg-policy/1"
programme = "Example"
[[contests]]
benefit = "protection"
scope = {scope}
period = {{ lasts = "90 days", from = "approved_at", extension = {{ if_waiting = "refused" }} }}
prefer = ["earliest submitted_at"]
others = {{ stand = "waiting" }}
[[contests]]
benefit = "loyalty"
scope = ["customer_id"]
capacity = "all who qualify"
"""
BY_DEAL = '["opportunity_id"]'
BY_LINE = '{ keys = ["customer_id"], lines = "products", award = "by_line" }'
WHOLE = '{ keys = ["customer_id"], lines = "products", award = "whole" }'


def _event(kind, about, day, **facts):
    return Event(
        event_id=f"{about} {kind}",
        kind=kind,
        about=about,
        happened_at=f"2026-03-{day:02}T09:00Z",
        facts=facts,
    )


def _submitted(about, day, thing):
    return _event(
        "submitted",
        about,
        day,
        partner_id=about,
        customer_id="E",
        opportunity_id=thing,
        products=frozenset(thing),
    )


@pytest.mark.parametrize("scope", [BY_DEAL, BY_LINE, WHOLE])
@pytest.mark.parametrize(("thing", "refused"), [("P", True), ("Q", False)])
def test_who_waits_for_another_deal_or_line_of_the_customer_refuses_nothing(scope, thing, refused):
    events = [
        _submitted("A", 1, "P"),
        _event("approved", "A", 2),
        _submitted("B", 3, "Q"),
        _event("approved", "B", 4),
        _submitted("C", 5, thing),
        _event("extension_asked", "A", 6),
        _event("extension_granted", "A", 7),
    ]
    timeline = replay(policy_from_toml(POLICY.format(scope=scope)), History(events=events))

    assert [each.kind.value for each in timeline.notices] == ["extension_refused"] * refused
    ends = {p.ends.isoformat()[:10] for p in timeline.periods if p.ends and p.partner_id == "A"}
    assert ends == {"2026-05-31" if refused else "2026-08-29"}
