"""What becomes of holders and of those beside them: C-7, C-12, C-17, C-19, F-15."""

from fractions import Fraction

import pytest

from dealreg import (
    Count,
    Field,
    FieldType,
    SinceEnded,
    Tie,
    competing_on,
    contest,
    earliest,
    field,
    highest,
    holders,
    period,
    requirement,
    terms,
    within,
)
from dealreg.policy.stages import Vacancy
from tests.unit.deciders.table import decided, held, row

FIRST = earliest("submitted_at")
RELEASED = "2026-03-20T12:00Z"


class TestPlaces:
    """C-12, C-17: the places that are left, between those that holders keep."""

    def test_equal_newcomers_share_the_places_that_are_left(self) -> None:
        shares = [terms(share=each) for each in ("1/2", "1/4", "1/8")]

        found = decided(
            contest("protection", highest("tier"), holders(3), Tie.SHARE, *shares),
            row("A", 1, "silver"),
            row("B", 2, "gold"),
            row("C", 3, "gold"),
            holdings=(held("A", place=2, share="1/4"),),
        )

        made = {each.registration_id: each.entitlement for each in found.standings}
        assert {
            "A": Fraction(1, 4),
            "B": Fraction(5, 16),
            "C": Fraction(5, 16),
        } == {name: None if given is None else given.share for name, given in made.items()}


class TestProvisional:
    """C-7: a place beside a holder is provisional as any other is."""

    AT = "2026-03-22T00:00Z"

    def test_a_newcomer_in_an_open_window(self) -> None:
        window = within("7 days", of="completed_at")

        found = decided(
            contest("protection", highest("tier"), window, holders(2)),
            row("A", 1, "silver"),
            row("B", 2, "silver", completed_at="2026-03-20T09:00Z"),
            at=self.AT,
            holdings=(held("A"),),
        )

        until = {s.registration_id: s.provisional_until for s in found.standings}
        assert until["A"] is None
        assert until["B"] is not None
        assert "2026-03-27T09:00:00+00:00" == until["B"].isoformat()


class TestVacancy:
    """C-19: each line is vacant for itself."""

    @pytest.mark.parametrize(
        ("holdings", "asked"),
        [
            ((held("A", line="p", until=RELEASED), held("A", line="q")), ["p"]),
            ((held("A", line="p", until=RELEASED),), ["p"]),
            ((), []),
            ((held("A", line="p", until=RELEASED), held("A", line="p", since=RELEASED)), []),
        ],
    )
    def test_by_line(self, holdings: tuple[object, ...], asked: list[str]) -> None:
        scope = competing_on("opportunity_id", lines="products", award="by_line")
        never = requirement("SMALL", field("quantity") >= 10)

        found = decided(
            contest("protection", FIRST, scope, never, Vacancy.REFER),
            row("A", 1, products=["p", "q"], quantity=1),
            holdings=holdings,  # type: ignore[arg-type]
        )

        assert asked == [each.line for each in found.referrals]


class TestSinceEnded:
    """F-15, with F-3 and F-14."""

    @pytest.mark.parametrize(
        ("first", "days"),
        [
            ({"status": "withdrawn", "ended_at": "2026-03-04T09:00Z"}, 6),
            ({"status": "withdrawn"}, None),
            ({"status": "won", "ended_at": "2026-03-04T09:00Z"}, None),
            ({"status": "approved", "approved_at": "2026-03-01T09:00Z"}, 4),
            (
                {
                    "approved_at": "2026-03-01T09:00Z",
                    "status": "won",
                    "ended_at": "2026-09-01T09:00Z",
                },
                4,
            ),
            (
                {
                    "approved_at": "2026-03-01T09:00Z",
                    "status": "lost",
                    "ended_at": "2026-09-01T09:00Z",
                },
                4,
            ),
            ({"approved_at": "2026-03-01T09:00Z", "status": "returned"}, None),
            ({"approved_at": "2026-03-01T09:00Z", "status": "lost"}, None),
        ],
    )
    def test_of_one_that_ended_and_one_whose_period_closed_it(
        self, first: dict[str, str], days: int | None
    ) -> None:
        """Asked in June, of a registration of the tenth; a period of five days closes."""
        since = Field(
            "days_since",
            FieldType.INTEGER,
            meaning="Days since another one ended",
            changes=False,
            derived=SinceEnded(("opportunity_id",), Count.DAYS),
        )
        reads = requirement("READS", field("days_since") >= 0)

        found = decided(
            contest("protection", FIRST, reads, period("5 days", closes=True)),
            row("A", 1, **first),
            row("B", 10),
            fields=[since],
        )

        (step,) = [
            each
            for each in found.trace
            if each.registration_id == "B" and each.clause.endswith("[READS]")
        ]
        assert days == step.facts.get("days_since")
