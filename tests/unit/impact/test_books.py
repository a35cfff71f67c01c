"""Policy books over a year: editions in force from some day, in a table and as events."""

import attrs
import polars as pl
import pytest

from dealreg import (
    Edition,
    PolicyBook,
    PolicyError,
    PolicyErrors,
    UsageError,
    contest,
    earliest,
    external,
    field,
    holder_of,
    requirement,
)
from dealreg.facts.fields import Field, Tally
from dealreg.impact import amended, diff, parameters, sweep, tournament, with_parameter
from dealreg.policy.policies import Governs
from dealreg.rendering import report_impact, report_sweep
from dealreg.wire import from_json, to_json
from tests.unit.impact.programme import AT, NEW, OLD, TURNS, day, history, rules, table

APRIL, MARCH_2 = "2026-04-01T00:00Z", "2026-03-02T00:00Z"
BOOK = amended(OLD, NEW, since=APRIL)
STRICT = rules("3", least="7000 EUR")


def moved(found):
    return [(each.benefit, each.kind.value, each.conflicts) for each in found.moved]


class TestAmended:
    def test_what_would_begin_later_is_left_out(self):
        early = amended(BOOK, STRICT, since=MARCH_2)

        assert [each.policy.version for each in early.editions] == ["1", "3"]
        assert early.governs is BOOK.governs

    def test_a_policy_has_always_been_in_force(self):
        assert BOOK.in_force(day(1)) == OLD
        assert amended(OLD, NEW, since=APRIL, governs="decision").governs is Governs.DECISION

    def test_an_amendment_is_one_policy(self):
        with pytest.raises(UsageError, match="amendment: `PolicyBook` is not a policy"):
            amended(OLD, BOOK, since=APRIL)


class TestTables:
    def test_only_what_comes_later_is_decided_by_the_amendment(self):
        assert moved(diff(OLD, NEW, table(), at=AT)) != []
        assert diff(OLD, BOOK, table(), at=AT).empty

    def test_had_it_been_in_force_all_the_year(self):
        all_year = amended(OLD, NEW, since="2026-01-01T00:00Z")

        assert diff(NEW, all_year, table(), at=AT).empty

    @pytest.mark.parametrize("since", [MARCH_2, day(3)])
    @pytest.mark.parametrize(
        ("governs", "gets"),
        [("own_submission", []), ("first_submission", ["R2"]), ("decision", [])],
    )
    def test_a_conflict_that_spans_the_change(self, since, governs, gets):
        # R1, of the first of March, is too small for both. R2, of the third, for the amendment.
        rows = table().filter(pl.col("opportunity_id") == "O-1")
        rows = rows.with_columns(amount=pl.Series([4_000, 6_000]))
        book = amended(OLD, STRICT, since=since, governs=governs)
        found = diff(STRICT, book, rows, at=AT, by=["registration_id"])

        assert [e.value for e in found.by("protection", "registration_id")] == gets

    def test_from_the_instant_on_included(self):
        rows = table().filter(pl.col("registration_id") == "R4")
        by = {"at": AT, "by": ["registration_id"]}
        begun = amended(OLD, STRICT, since=day(9, 4))
        later = amended(OLD, STRICT, since="2026-04-09T09:00:00.000001Z")

        assert diff(STRICT, begun, rows, **by).empty
        assert len(diff(STRICT, later, rows, **by).by("protection", "registration_id")) == 1

    def test_before_the_first_edition_nobody_gets_anything(self):
        late = attrs.evolve(BOOK, editions=[Edition(policy=OLD, effective_from=APRIL)])
        found = diff(OLD, late, table(), at=AT, by=["registration_id"])

        assert [e.value for e in found.by("protection", "registration_id")] == ["R1"]
        assert diff(late, late, table(), at="2026-03-20T00:00Z").held[0].new == 0

    def test_a_benefit_that_only_some_editions_have(self):
        less = attrs.evolve(NEW, contests=NEW.contests[:1])
        book = amended(OLD, less, since=APRIL)
        (entrant,) = tournament({"it": book}, table(), at=AT).entrants

        assert {each.benefit: each.conflicts for each in entrant.scores} == {
            "protection": 3,
            "special_bid": 3,
        }

    def test_what_is_counted_across_conflicts_is_decided_together(self):
        others = Field("others", "integer", derived=Tally(same=["partner_id"]))
        few = requirement("MANY", field("others") <= 0)
        counting = attrs.evolve(
            OLD,
            version="2",
            fields=[others],
            contests=[contest("protection", few, earliest("submitted_at"))],
        )
        book = amended(OLD, counting, since=MARCH_2)
        one = table().with_columns(partner_id=pl.lit("Arbor"), tier=pl.lit("gold"))
        found = diff(OLD, book, one, at=AT)

        assert not found.deadlocks_known
        assert found.held[0].new < found.held[0].old

    def test_editions_of_other_scopes(self):
        by_customer = attrs.evolve(
            NEW,
            contests=[
                attrs.evolve(e, scope=attrs.evolve(e.scope, keys=("customer_id",)))
                for e in NEW.contests
            ],
        )
        whole = table().with_columns(customer_id=pl.col("opportunity_id"))
        found = diff(OLD, amended(OLD, by_customer, since=APRIL), whole, at=AT)

        assert "the editions tell conflicts apart by other columns" in {
            each.because for each in found.absent
        }

    def test_rows_that_cannot_be_read_are_rejected_once(self):
        odd = table().with_columns(
            tier=pl.when(pl.col("registration_id") == "R4")
            .then(pl.lit("gould"))
            .otherwise(pl.col("tier"))
        )

        assert diff(OLD, BOOK, odd, at=AT).rejected == 1

    def test_questions_have_no_answer_in_a_table(self):
        asking = attrs.evolve(
            OLD,
            version="2",
            contests=[contest("protection", requirement("V", external("visited")))],
        )
        with pytest.raises(PolicyErrors) as refused:
            diff(OLD, amended(OLD, asking, since=APRIL), table(), at=AT)
        assert "is answered in code" in str(refused.value.problems[0])

    def test_a_book_that_is_not_sound(self):
        circle = contest("protection", holder_of("special_bid"), earliest("submitted_at"))
        later = attrs.evolve(NEW, contests=[circle])
        with pytest.raises(PolicyErrors):
            diff(OLD, amended(OLD, later, since=APRIL), table(), at=AT)

    def test_not_in_turn(self):
        book = PolicyBook(
            programme="Northern", editions=[Edition(policy=TURNS, effective_from=APRIL)]
        )
        with pytest.raises(UsageError, match="not decided in turn"):
            diff(TURNS, book, table(), at=AT, in_turn="protection")


class TestEvents:
    def test_they_are_replayed_by_the_book(self):
        assert moved(diff(OLD, NEW, history())) != []
        assert moved(diff(OLD, BOOK, history())) == []
        early = amended(OLD, NEW, since="2026-01-01T00:00Z")
        assert moved(diff(OLD, early, history())) == moved(diff(OLD, NEW, history()))

    def test_lapsed_by_any_edition(self):
        (entrant,) = tournament([BOOK], history()).entrants

        assert entrant.name == "2"
        assert entrant.scores[0].lapsed == 0


class TestSweeps:
    def test_from_when_on(self):
        place = "editions[2].effective_from"
        found = sweep(BOOK, place, ["2026-01-01T00:00Z", APRIL], table(), at=AT)

        assert [(each.value, bool(each.impact.moved)) for each in found.points] == [
            ("2026-01-01T00:00:00Z", True),
            ("2026-04-01T00:00:00Z", False),
        ]
        assert [each.policy.version for each in found.editions] == ["1", "2"]
        assert "2026-04-01T00:00:00Z (today)" in " ".join(
            report_sweep(found, form="markdown").split()
        )
        assert from_json(to_json(found)) == found

    def test_constants_of_an_edition(self):
        places = {each.place: each.value for each in parameters(BOOK)}
        place = "editions[2].contests[protection].window"
        longer = with_parameter(BOOK, place, "9")

        assert places[place] == "7 days"
        assert longer.editions[0] == BOOK.editions[0]
        assert {e.place: e.value for e in parameters(longer)}[place] == "9 days"

    def test_what_is_no_instant(self):
        with pytest.raises(UsageError, match="is not an instant"):
            with_parameter(BOOK, "editions[2].effective_from", "next year")
        with pytest.raises(PolicyError, match="same instant"):
            with_parameter(BOOK, "editions[2].effective_from", "1900-01-01T00:00Z")


def test_the_report_says_from_when_on():
    found = diff(OLD, BOOK, table(), at=AT)
    text = " ".join(report_impact(found).split())

    assert "After, a policy book: version 1 and version 2 from 1 April 2026" in text
    assert [each.policy.version for each in found.new_editions] == ["1", "2"]
    assert found.old_editions == ()
    assert from_json(to_json(found)) == found
