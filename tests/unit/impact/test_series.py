"""`sweep` and `tournament`, their reports, and their pictures."""

import builtins
from fractions import Fraction

import attrs
import polars as pl
import pytest

from dealreg import (
    MissingExtraError,
    Money,
    Policy,
    UsageError,
    contest,
    earliest,
    span,
    terms,
)
from dealreg.impact import sweep, tournament, with_parameter
from dealreg.rendering import (
    plot,
    report_sweep,
    report_tournament,
    sweep_rows,
    tournament_rows,
)
from dealreg.wire import from_json, to_json
from tests.unit.impact.programme import AT, NEW, OLD, TURNS, history, rules, table

WINDOW = "contests[protection].window"


@pytest.fixture(scope="module")
def swept():
    return sweep(NEW, WINDOW, ["1", "7 days", span("14 days")], table(), at=AT)


@pytest.fixture(scope="module")
def played():
    return tournament([OLD, NEW], table(), at=AT)


class TestSweep:
    def test_each_value_against_today(self, swept):
        moved = {
            point.value: [(each.benefit, each.kind.value) for each in point.impact.moved]
            for point in swept.points
        }

        assert moved == {
            "1 day": [("protection", "changes_hands"), ("special_bid", "lost")],
            "7 days": [],
            "14 days": [],
        }
        assert swept.parameter.value == "7 days"

    def test_it_is_kept_as_json(self, swept):
        assert from_json(to_json(swept)) == swept

    def test_the_report(self, swept):
        text = report_sweep(swept)

        assert "7 days (today)" in text
        assert "<table>" in report_sweep(swept, form="html")
        with pytest.raises(UsageError, match="not a sweep"):
            report_sweep(OLD)

    def test_rows(self, swept):
        first = sweep_rows(swept)[0]

        assert (first["value"], first["benefit"], first["held"]) == ("1 day", "protection", 2)
        assert (first["changes_hands"], first["blocked"]) == (1, 0)

    def test_what_changes_nobody_but_the_terms_is_told(self):
        paid = rules("1", earliest("submitted_at"), terms("rate", "5"))
        found = sweep(paid, "contests[protection].gives[0]", ["5", "10"], table(), at=AT)

        protection, _, bid = report_sweep(found).partition("Special bid")
        assert "Other terms" in protection
        assert "Other terms" not in bid
        assert [row["terms"] for row in sweep_rows(found)] == [0, 0, 2, 0]

    def test_periods_in_turn(self):
        found = sweep(
            TURNS,
            "contests[protection].period",
            ["10", "30", "60"],
            table(),
            at=AT,
            in_turn="protection",
        )

        assert [point.impact.held[0].new for point in found.points] == [4, 4, 3]
        assert "not known" in report_sweep(found)
        assert sweep_rows(found)[0]["blocked"] is None

    def test_no_values(self):
        with pytest.raises(UsageError, match="no values"):
            sweep(NEW, WINDOW, [], table(), at=AT)


class TestTournament:
    def test_the_scores(self, played):
        (first, bid), (second, _) = (each.scores for each in played.entrants)

        assert [each.name for each in played.entrants] == ["1", "2"]
        assert (first.held, first.conflicts, first.held_conflicts) == (2, 3, 2)
        assert (first.share_held, first.conflict_rate) == (Fraction(2, 3), Fraction(2, 3))
        assert (first.concentration, first.most_at_once_by) == (Fraction(1, 2), "Arbor")
        assert (bid.blocked, bid.held, bid.concentration) == (1, 1, 1)
        assert second.most_at_once == 1

    def test_wins_by_tier_and_by_size(self, played):
        wins = played.entrants[0].scores[0].wins

        assert [(w.by, w.value, w.held, w.of) for w in wins] == [
            ("tier", "silver", 1, 2),
            ("tier", "gold", 1, 3),
            ("size", "below 10,000", 1, 2),
            ("size", "50,000 to 100,000", 1, 2),
            ("size", None, 0, 1),
        ]

    def test_what_a_table_does_not_tell(self, played):
        score = played.entrants[0].scores[0]

        assert [each.measure for each in played.absent] == ["lapse rate", "days to award"]
        assert (score.ended, score.lapse_rate, score.days_to_award) == (None, None, None)

    def test_currencies_do_not_mix(self):
        rows = table().with_columns(currency=pl.Series(["EUR", "USD", "EUR", "EUR", "EUR"]))
        wins = tournament([OLD], rows, at=AT, sizes=[50_000]).entrants[0].scores[0].wins

        assert [win.value for win in wins if win.by == "size"] == [
            "below 50,000 EUR",
            "50,000 and more EUR",
            "50,000 and more USD",
            None,
        ]

    def test_no_sizes(self):
        wins = tournament([OLD], table(), at=AT, sizes=[]).entrants[0].scores[0].wins

        assert [win.value for win in wins if win.by == "size"] == ["any size", None]

    def test_nobody_holds_anything_and_nothing_is_known(self):
        plain = Policy(programme="Q", contests=[contest("x", earliest("submitted_at"))])
        rows = table().drop("tier", "amount", "currency").head(0)
        found = tournament({"only": plain}, rows, at=AT)
        score = found.entrants[0].scores[0]

        assert (score.concentration, score.share_held, score.conflict_rate) == (None, None, None)
        assert {"wins by tier", "wins by size"} <= {each.measure for each in found.absent}
        assert (score.most_at_once, score.most_at_once_by) == (0, None)

    def test_in_turn_what_one_partner_holds_at_once(self):
        found = tournament({"30": TURNS}, table(), at=AT, in_turn="protection")

        (score,) = found.entrants[0].scores
        assert (score.most_at_once, score.held) == (2, 4)
        assert score.concentration == Fraction(1, 2)

    def test_events_tell_how_long_it_took(self):
        lasting = with_parameter(TURNS, "contests[protection].period", "5")
        found = tournament({"30": TURNS, "5": lasting}, history())
        month, week = (each.scores[0] for each in found.entrants)

        assert month.days_to_award == 0
        assert (month.ended, month.lapsed, month.lapse_rate) == (3, 3, 1)
        assert (month.most_at_once, month.held) == (week.most_at_once, week.held) == (2, 5)
        assert "Periods that ran out" in report_tournament(found)

    def test_a_benefit_without_a_period_does_not_lapse(self):
        score = tournament({"a": OLD}, history()).entrants[0].scores[0]

        assert (score.ended, score.lapsed, score.lapse_rate) == (0, 0, None)

    def test_it_is_kept_as_json(self, played):
        assert from_json(to_json(played)) == played

    def test_the_report_and_rows(self, played):
        assert "66.7 %" in report_tournament(played)
        assert "| Measure | 1 | 2 |" in report_tournament(played, form="markdown")
        assert tournament_rows(played)[0]["share_held"] == "2/3"
        assert tournament_rows(played)[0]["worth"] == "96000 EUR"
        with pytest.raises(UsageError, match="not a tournament"):
            report_tournament(OLD)

    def test_names(self):
        with pytest.raises(UsageError, match="two policies are of version `1`"):
            tournament([OLD, OLD], table(), at=AT)
        with pytest.raises(UsageError, match="no policy to measure"):
            tournament([], table(), at=AT)
        with pytest.raises(UsageError, match="proposed: `str` is not a policy"):
            tournament({"proposed": "new"}, table(), at=AT)


class TestPlots:
    @pytest.mark.parametrize(("name", "begins"), [("a.svg", b"<?xml"), ("a.PNG", b"\x89PNG")])
    def test_pictures_of_both(self, swept, played, name, begins):
        pytest.importorskip("matplotlib", reason="pictures come with the extra `plots`")
        for found in (swept, played):
            assert plot(found, name).startswith(begins)
            assert plot(found, name) == plot(found, name)

    def test_many_values_with_dollars(self):
        pytest.importorskip("matplotlib", reason="pictures come with the extra `plots`")
        found = sweep(NEW, WINDOW, range(1, 8), table(), at=AT)
        named = attrs.evolve(
            found, points=[attrs.evolve(each, value=f"${each.value}$") for each in found.points]
        )

        assert b"<svg" in plot(named)

    def test_another_format(self, swept):
        with pytest.raises(UsageError, match="of the kind `pdf`"):
            plot(swept, "a.pdf")

    def test_something_else(self):
        with pytest.raises(UsageError, match="cannot be drawn"):
            plot(Money("5", "EUR"))

    def test_without_the_library(self, swept, monkeypatch):
        real = builtins.__import__

        def without(name, *rest):
            if name.startswith("matplotlib"):
                raise ImportError(name=name)
            return real(name, *rest)

        monkeypatch.setattr(builtins, "__import__", without)
        with pytest.raises(MissingExtraError, match="drawing needs `matplotlib`"):
            plot(swept)


def test_without_polars(monkeypatch):
    real = builtins.__import__

    def without(name, *rest):
        if name == "polars":
            raise ImportError(name=name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match="measuring a history needs `polars`"):
        sweep(NEW, WINDOW, ["7"], history())
