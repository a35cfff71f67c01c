"""What invented partners, customers and vendors do, how often: the settings of histories."""

from datetime import UTC, datetime
from typing import Final

import attrs

__all__ = ["CALM", "CROWDED", "LAND_GRAB", "LATE_DATA", "Habits"]


@attrs.frozen(kw_only=True)
class Habits:
    """The settings of an invented history; all percentages are of a hundred cases.

    Attributes:
        start: when the first event happens.
        per_day: how many registrations are submitted in a day, on average.
        partners: how many partners there are; the first are the most active.
        crowded: of the registrations, the percentage that goes to a few crowded opportunities.
        contested: of the others, the percentage that goes to an opportunity of somebody else.
        land_grabbers: of the partners, the percentage that register much and pursue nothing.
        late: of the other events, the percentage that becomes known days after it happened.
        late_claims: of the registrations, the percentage that the vendor learns of days after
            they were submitted; by then somebody else may have been approved.
        unordered: of the events, the percentage that has no arrival sequence.
        against_the_rules: of the registrations that came second, the percentage approved.
    """

    start: datetime = datetime(2026, 1, 5, 8, tzinfo=UTC)
    per_day: int = 40
    partners: int = 60
    crowded: int = 2
    contested: int = 30
    land_grabbers: int = 5
    late: int = 4
    late_claims: int = 0
    unordered: int = 2
    against_the_rules: int = 4


CALM: Final = Habits(crowded=0, contested=10, land_grabbers=0, late=0, unordered=0)
"""Few conflicts, everything known at once, every approval by the rules."""

CROWDED: Final = Habits(crowded=25, contested=50)
"""A quarter of all registrations go to a few opportunities."""

LAND_GRAB: Final = Habits(land_grabbers=30, contested=40)
"""A third of the partners register whatever they hear of."""

LATE_DATA: Final = Habits(late=30, late_claims=8, unordered=20)
"""A third of the events becomes known days later, and so do some registrations."""
