"""The engine of the replay against one without any of what makes it quick, on histories."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dealreg import Event, History, Policy, contest, earliest, others, period
from dealreg.history.docket import Docket
from dealreg.testing import (
    BY_REGION,
    CLOCK_EDGE,
    DISORDERLY,
    TIE_HEAVY,
    WELL_TYPED,
    HistoryCase,
    book_history_cases,
    history_cases,
)
from tests.conformance.stepwise import difference

PRESETS = st.sampled_from((WELL_TYPED, CLOCK_EDGE, TIE_HEAVY, BY_REGION, DISORDERLY))
FEW = settings(max_examples=max(settings.default.max_examples // 2, 5))


@FEW
@given(case=PRESETS.flatmap(history_cases))
def test_a_history_comes_to_the_same_step_by_step(case):
    assert difference(case) is None


@FEW
@given(case=PRESETS.flatmap(book_history_cases))
def test_a_history_under_changing_rules_comes_to_the_same_step_by_step(case):
    assert difference(case) is None


def told(number, kind, about, day, **facts):
    at = datetime(2026, 3, day, 9, tzinfo=UTC)
    return Event(event_id=str(number), kind=kind, about=about, happened_at=at, facts=facts)


WAITING = HistoryCase(
    rules=Policy(
        programme="Example",
        contests=[
            contest(
                "protection", earliest("submitted_at"), period("10 days"), others(stand="waiting")
            )
        ],
    ),
    history=History(
        events=[
            told(1, "submitted", "R1", 2, partner_id="Arbor", opportunity_id="O1"),
            told(2, "submitted", "R2", 3, partner_id="Birch", opportunity_id="O1"),
            told(3, "approved", "R1", 4),
            told(4, "approved", "R2", 5),
        ]
    ),
    at=datetime(2026, 4, 1, tzinfo=UTC),
)


def test_a_period_that_the_engine_forgets_is_noticed(monkeypatch: pytest.MonkeyPatch):
    assert difference(WAITING) is None
    monkeypatch.setattr(Docket, "_turns", lambda *_: iter(()))

    assert "EXPIRED" in difference(WAITING)
