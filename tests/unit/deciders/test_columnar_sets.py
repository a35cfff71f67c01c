"""Whether one set lies inside another, in columns: of texts, of sets, of what is not known."""

from datetime import UTC, datetime

import polars as pl
import pyarrow as pa
import pytest

from dealreg import Policy, Tie, columnar, contest, earliest, field, requirement

ROWS = pa.table(
    {
        "registration_id": ["R1", "R2", "R3", "R4", "R5", "R6"],
        "partner_id": ["P1", "P2", "P3", "P4", "P5", "P6"],
        "opportunity_id": ["O1", "O2", "O3", "O4", "O5", "O6"],
        "submitted_at": pa.array([datetime(2026, 3, 2, 9, tzinfo=UTC)] * 6),
        "products": pa.array([["a"], ["a", "b"], ["a", "c"], [], None, ["a"]]),
        "authorised_products": pa.array([["a", "b"], ["b", "a"], ["a"], [], ["a"], None]),
        "customer_country": ["DE", "FR", "DE", None, "DE", "AT"],
        "territories": pa.array([["AT", "DE"], ["DE"], [], ["DE"], None, ["AT"]]),
    }
)
INSIDE = {
    "products_authorised": ["granted", "granted", "denied", "granted", "returned", "returned"],
    "in_territory": ["granted", "denied", "denied", "returned", "returned", "granted"],
}


@pytest.mark.parametrize("name", INSIDE)
@pytest.mark.parametrize("engine", ["polars", "duckdb", "pyarrow"])
def test_all_must_be_among_the_others(name, engine):
    asked = requirement("INSIDE", field(name).is_true())
    rules = contest("protection", asked, earliest("submitted_at"), Tie.REGISTRATION_ID)
    ready = columnar(Policy(programme="Sets", contests=[rules]))

    made = ready.decide(ROWS, at="2026-04-01T00:00Z", engine=engine)

    found = {row["registration_id"]: row["kind"] for row in made.standings.to_pylist()}
    assert [found[f"R{n}"] for n in range(1, 7)] == INSIDE[name]
    assert made.one_by_one == 0


@pytest.mark.parametrize("kind", [pl.Categorical, pl.Enum(["AT", "DE", "FR"])])
def test_categories_are_texts(kind):
    table = pl.from_arrow(ROWS).with_columns(
        pl.col("customer_country").cast(kind), pl.col("territories").cast(pl.List(kind))
    )
    asked = requirement("INSIDE", field("in_territory").is_true())
    rules = contest("protection", asked, earliest("submitted_at"), Tie.REGISTRATION_ID)
    ready = columnar(Policy(programme="Sets", contests=[rules]))

    made = ready.standings(table, at="2026-04-01T00:00Z").sort("registration_id")

    assert made["kind"].to_list() == INSIDE["in_territory"]
