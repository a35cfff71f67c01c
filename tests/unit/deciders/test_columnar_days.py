"""Days of calendars in columns: what is counted, by whom, and what has no answer."""

from datetime import UTC, date, datetime, timedelta

import attrs
import duckdb
import polars as pl
import pyarrow as pa
import pytest

from dealreg import (
    Calendar,
    Elapsed,
    Facts,
    FactsError,
    Field,
    Policy,
    PolicyError,
    Registration,
    Tie,
    columnar,
    contest,
    decide,
    earliest,
    field,
    highest,
    latest,
    period,
    requirement,
    same_period,
    within,
)

BERLIN = Calendar("berlin", zone="Europe/Berlin")
NO_WORK = Calendar(
    "never",
    holiday_rules=(
        "FREQ=YEARLY;BYMONTH=1,2,3,4,5,6;BYDAY=MO,TU,WE,TH,FR",
        "FREQ=YEARLY;BYMONTH=7,8,9,10,11,12;BYDAY=MO,TU,WE,TH,FR",
    ),
)
"""Nobody ever works: what is counted in business days never comes."""
LEAD = Field(
    "lead",
    "integer",
    changes=False,
    derived=Elapsed("submitted_at", "estimated_close", "business_days", "berlin"),
)
ENGINES = ("polars", "duckdb", "pyarrow")
AT = datetime(2026, 4, 1, tzinfo=UTC)
FIRST = earliest("submitted_at")


def policy(*parts, **more):
    made = contest("protection", *parts, Tie.REGISTRATION_ID)
    return Policy(programme="Days", calendars=[BERLIN, NO_WORK], contests=[made], **more)


def table(*submitted, **columns):
    count = len(submitted)
    return pa.table(
        {
            "registration_id": [f"R{n}" for n in range(count)],
            "partner_id": [f"P{n}" for n in range(count)],
            "opportunity_id": ["O"] * count,
            "submitted_at": pa.array(submitted, pa.timestamp("us", tz="UTC")),
            **columns,
        }
    )


def codes(standings):
    rows = standings.to_pylist()
    return {row["registration_id"]: row["code"] for row in rows}


LATE_EVENING = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
"""The first of April in Berlin, and still March in UTC."""


@pytest.mark.parametrize("engine", ENGINES)
def test_a_month_begins_at_midnight_in_its_zone(engine):
    rules = policy(same_period("months", calendar="berlin"), latest("submitted_at"))
    rows = table(LATE_EVENING - timedelta(hours=1), LATE_EVENING)

    made = columnar(rules).decide(rows, at=AT, engine=engine)

    assert codes(made.standings) == {"R0": "GRANTED", "R1": "OUTSIDE_WINDOW"}
    assert made.one_by_one == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_business_days_are_counted_up_to_a_date(engine):
    rules = policy(requirement("LATE", field("lead") >= 2), FIRST, fields=[LEAD])
    friday = datetime(2026, 3, 6, 9, tzinfo=UTC)
    close = pa.array([date(2026, 3, 10), date(2026, 3, 9), None], pa.date32())
    rows = table(friday, friday, friday, estimated_close=close)

    made = columnar(rules).decide(rows, at=AT, engine=engine)

    assert codes(made.standings) == {"R0": "GRANTED", "R1": "LATE", "R2": "LATE"}
    kinds = {row["registration_id"]: row["kind"] for row in made.standings.to_pylist()}
    assert kinds == {"R0": "granted", "R1": "denied", "R2": "returned"}


def test_the_kind_of_table_stays_what_it_was():
    """Though DuckDB hands it over to be computed."""
    connection = duckdb.connect()
    rows = table(LATE_EVENING)
    relation = connection.from_arrow(rows)
    rules = policy(FIRST, period("1 months", starts="submitted_at", calendar="berlin"))

    made = columnar(rules).standings(relation, at=AT)

    assert isinstance(made, duckdb.DuckDBPyRelation)
    assert made.query("t", "SELECT kind FROM t").fetchall() == [("granted",)]


def test_only_the_columns_that_are_read_are_taken_into_memory(monkeypatch):
    """Of a file with hundreds, as exports have them."""
    taken = []
    kept = pl.DataFrame.with_columns

    def noted(frame, *columns, **named):
        taken.append(frame.columns)
        return kept(frame, *columns, **named)

    monkeypatch.setattr(pl.DataFrame, "with_columns", noted)
    wide = pl.from_arrow(table(LATE_EVENING)).with_columns(note=pl.lit("x")).lazy()
    rules = policy(FIRST, period("1 months", starts="submitted_at", calendar="berlin"))
    taken.clear()

    columnar(rules).standings(wide, at=AT)

    assert any("submitted_at" in each for each in taken)
    assert not any("note" in each for each in taken)


class TestOutOfRange:
    """Where a calendar has no answer, the reference is asked, which says so or does not care."""

    @pytest.mark.parametrize("engine", ENGINES)
    @pytest.mark.parametrize(
        "part",
        [
            within("1 business days", calendar="never"),
            period("1 business days", starts="submitted_at", calendar="never"),
        ],
    )
    def test_it_is_told_as_the_reference_tells_it(self, part, engine):
        rules = policy(part, FIRST)
        with pytest.raises(PolicyError, match="has no business day") as told:
            decide(rules, Facts(registrations=[registration(0)]), at=AT)

        with pytest.raises(PolicyError) as found:
            columnar(rules).decide(table(LATE_EVENING), at=AT, engine=engine)

        assert str(found.value) == str(told.value)

    @pytest.mark.parametrize("engine", ENGINES)
    def test_nobody_asks_what_becomes_of_those_that_ended(self, engine):
        rules = policy(period("1 business days", starts="submitted_at", calendar="never"), FIRST)
        rows = table(LATE_EVENING, status=["withdrawn"])

        made = columnar(rules).decide(rows, at=AT, engine=engine)

        assert codes(made.standings) == {"R0": "WITHDRAWN"}

    @pytest.mark.parametrize("way", ["in_turn", "in_rounds"])
    @pytest.mark.parametrize("engine", ["polars", "pyarrow"])
    def test_nobody_holds_for_a_time_that_does_not_end(self, way, engine):
        rules = policy(period("1 business days", starts="submitted_at", calendar="never"), FIRST)
        ready = columnar(rules)

        with pytest.raises(FactsError, match="`R0` are out of the range"):
            getattr(ready, way)(table(LATE_EVENING), "protection", at=AT, engine=engine)

    def test_those_that_take_no_part_may(self):
        rules = policy(period("1 business days", starts="submitted_at", calendar="never"), FIRST)
        rows = table(LATE_EVENING, status=["withdrawn"])

        for way in ("in_turn", "in_rounds"):
            made = getattr(columnar(rules), way)(rows, "protection", at=AT)
            assert codes(made.standings) == {"R0": "WITHDRAWN"}


def registration(number):
    return Registration(
        registration_id=f"R{number}",
        partner_id=f"P{number}",
        opportunity_id="O",
        submitted_at=LATE_EVENING,
    )


class TestInTurn:
    """Periods by calendars, one after the other."""

    def test_a_protection_to_the_end_of_the_day_keeps_others_out_until_midnight(self):
        rules = policy(
            FIRST, period("1 months", starts="submitted_at", calendar="berlin", last_day="included")
        )
        first = datetime(2026, 1, 31, 9, tzinfo=UTC)
        midnight = datetime(2026, 2, 28, 23, tzinfo=UTC)
        rows = table(first, midnight - timedelta(microseconds=1), midnight)

        made = columnar(rules).in_turn(rows, "protection", at=AT).standings.to_pylist()

        held = {row["registration_id"]: row["ends"] for row in made if row["kind"] == "granted"}
        assert held == {"R0": midnight, "R2": datetime(2026, 4, 1, 22, tzinfo=UTC)}

    @pytest.mark.parametrize("engine", ["polars", "pyarrow"])
    def test_a_period_that_is_over_as_it_starts_never_holds(self, engine):
        """Five hours, without the day on which they end."""
        short = period("5 hours", starts="submitted_at", calendar="berlin", last_day="excluded")
        rules = policy(FIRST, short)
        facts = Facts(registrations=[registration(0)])

        made = columnar(rules).in_turn(table(LATE_EVENING), "protection", at=AT, engine=engine)

        assert codes(made.standings) == {"R0": "EXPIRED"}
        (told,) = decide(rules, facts, at=LATE_EVENING).standings
        assert told.code == "EXPIRED"


def test_days_until_the_instant_asked_about():
    """The instant is one for all, and a column all the same."""
    waiting = Field(
        "waiting",
        "integer",
        changes=False,
        derived=Elapsed("submitted_at", "asked_at", "days", "berlin"),
    )
    rules = policy(highest("waiting"), fields=[waiting])
    rows = table(LATE_EVENING, LATE_EVENING - timedelta(hours=1))

    for engine in ENGINES:
        made = columnar(rules).standings(rows, at=AT, engine=engine)
        assert codes(made) == {"R0": "DUPLICATE_OTHER_PARTNER", "R1": "GRANTED"}


def test_without_a_calendar_nothing_is_read_ahead(monkeypatch):
    """A plan stays a plan: libraries read files column by column."""
    rules = attrs.evolve(policy(within("7 days"), FIRST), calendars=[])
    monkeypatch.setattr("dealreg.deciders.columnar.asking.Asking.answered", None)

    assert codes(columnar(rules).standings(table(LATE_EVENING), at=AT)) == {"R0": "GRANTED"}
