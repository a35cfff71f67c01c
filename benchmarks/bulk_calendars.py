"""What do calendars cost, over a whole table?

The rows and the rules of `bulk_peers.py`, and the same rules as a programme counts: ten business
days between registration and the date of the purchase, a window of five business days, a protection
of three months to the end of the last day, all in a zone with holidays. Every time in a Python of
its own, from Parquet to Parquet; CPU time of all threads, the time that went by, and the most
memory. What was decided is compared with the reference, for a sample of opportunities.

    python benchmarks/bulk_calendars.py [--rows 1000000] [--rounds 3] [--one-by-one 100000]
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs
import polars as pl
from bulk.rows import AT, write_rows
from results import most_memory, printed, save
from scenario import priced

from dealreg import (
    Calendar,
    Elapsed,
    Facts,
    Field,
    Money,
    Partner,
    Policy,
    Registration,
    columnar,
    decide,
    field,
    period,
    requirement,
    within,
)
from dealreg.deciders.columnar.columns import Columns
from dealreg.deciders.columnar.tables import given
from dealreg.deciders.over_tables import one_by_one
from dealreg.facts.instants import instant

BERLIN = Calendar(
    "germany",
    zone="Europe/Berlin",
    holidays=(date(2024, 5, 10), date(2025, 6, 20)),
    holiday_rules=(
        "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1",
        "FREQ=YEARLY;BYEASTER=-2,1",
        "FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1",
        "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25,26",
    ),
)
LEAD = Field(
    "lead_time",
    "integer",
    changes=False,
    meaning="Business days from the registration to the purchase",
    derived=Elapsed("submitted_at", "estimated_close", "business_days", BERLIN.name),
)
WAYS = ("no calendar", "calendars", "calendars, in rounds", "calendars, one by one")
LEAST_LEAD = 10
SAMPLED = 300


def counted() -> Policy:
    """The rules that count days."""
    whole = priced()
    protection, special = whole.contests
    lead = requirement("TOO_LATE", field("lead_time") >= LEAST_LEAD)
    protection = attrs.evolve(
        protection,
        requires=[*protection.requires, lead],
        window=within("5 business days", calendar=BERLIN.name),
        period=period("3 months", starts="submitted_at", calendar=BERLIN.name, last_day="included"),
    )
    return attrs.evolve(whole, fields=[LEAD], calendars=[BERLIN], contests=[protection, special])


def main() -> None:
    """Measure, check, print the table and keep it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, nargs="+", default=[1_000_000])
    asked.add_argument("--one-by-one", type=int, default=100_000)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--run", nargs=4, help=argparse.SUPPRESS)
    arguments = asked.parse_args()
    if arguments.run:
        _run(*arguments.run)
        return
    found: list[dict[str, Any]] = []
    with TemporaryDirectory() as folder:
        for rows in arguments.rows:
            source = Path(folder) / f"{rows}.parquet"
            _with_dates(rows, source)
            found += [
                _measured(way, engine, rows, source, arguments.rounds)
                for way in WAYS[:3]
                for engine in ("polars", "duckdb", "pyarrow")
            ]
        few = Path(folder) / "few.parquet"
        _with_dates(arguments.one_by_one, few)
        found.append(_measured(WAYS[3], "polars", arguments.one_by_one, few, 1))
    save("bulk_calendars", found)
    print(printed(found))


def _with_dates(count: int, target: Path) -> None:
    """The rows, with a date of the purchase up to a hundred days after the registration."""
    write_rows(count, target)
    later = pl.duration(days=pl.col("partner_id").hash(1) % 100)
    close = (pl.col("submitted_at") + later).dt.date()
    pl.read_parquet(target).with_columns(close.alias("estimated_close")).write_parquet(target)


def _measured(way: str, engine: str, rows: int, source: Path, rounds: int) -> dict[str, Any]:
    target = source.with_suffix(".made")
    times = [_in_own_python(way, engine, str(source), str(target)) for _ in range(rounds)]
    if way == WAYS[1]:
        _compare_with_reference(source, target)
    return {
        "rows": rows,
        "rules": way,
        "by": engine,
        "CPU s, least": min(each["cpu"] for each in times),
        "CPU s, median": statistics.median(each["cpu"] for each in times),
        "s, least": min(each["wall"] for each in times),
        "rows a CPU second": rows / min(each["cpu"] for each in times),
        "peak MB": max(each["peak"] for each in times),
    }


def _in_own_python(*what: str) -> dict[str, float]:
    said = subprocess.run(
        [sys.executable, __file__, "--run", *what], check=True, capture_output=True, text=True
    )
    made: dict[str, float] = json.loads(said.stdout)
    return made


def _run(way: str, engine: str, source: str, target: str) -> None:
    """What is done in a Python of its own."""
    cpu, wall = time.process_time(), time.perf_counter()
    _decided(way, engine, pl.scan_parquet(source)).lazy().collect().write_parquet(target)
    said = {
        "cpu": time.process_time() - cpu,
        "wall": time.perf_counter() - wall,
        "peak": most_memory(),
    }
    print(json.dumps(said))


def _decided(way: str, engine: str, table: pl.LazyFrame) -> pl.LazyFrame | pl.DataFrame:
    if way == WAYS[0]:
        return columnar(priced()).standings(table, at=AT, engine=engine)
    rules = counted()
    ready = columnar(rules)
    if way == WAYS[1]:
        return ready.standings(table, at=AT, engine=engine)
    if way == WAYS[2]:
        return ready.in_rounds(table, "protection", at=AT, engine=engine).standings
    source = given(table)
    columns = Columns(rules.vocabulary(), instant(AT), source.table.collect_schema())
    (found,) = one_by_one(rules, source, columns, ready.fields).others
    return pl.DataFrame(found)


def _compare_with_reference(source: Path, target: Path) -> None:
    """The reference says the same of some opportunities, chosen by their names."""
    table, made = pl.read_parquet(source), pl.read_parquet(target)
    names = table["opportunity_id"].unique().sort().gather_every(1_009).head(SAMPLED)
    asked = table.filter(pl.col("opportunity_id").is_in(names.implode()))
    expected = sorted(_by_reference(asked))
    own = made.filter(pl.col("registration_id").is_in(asked["registration_id"].implode()))
    found = own.select("registration_id", "benefit", "kind", "code", "rival", "ends").rows()
    assert sorted(found, key=repr) == sorted(expected, key=repr)


def _by_reference(table: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
    rules = counted()
    for rows in table.partition_by("opportunity_id"):
        claims = [_registration(row) for row in rows.rows(named=True)]
        partners = [
            Partner(partner_id=r["partner_id"], tier=r["tier"]) for r in rows.rows(named=True)
        ]
        facts = Facts(registrations=claims, partners=partners)
        for each in decide(rules, facts, at=AT).standings:
            ends = None if each.entitlement is None else each.entitlement.ends
            yield (
                each.registration_id,
                each.benefit,
                each.kind.value,
                each.code,
                each.rival,
                ends,
            )


def _registration(row: dict[str, Any]) -> Registration:
    amount = row["amount"]
    return Registration(
        registration_id=row["registration_id"],
        partner_id=row["partner_id"],
        opportunity_id=row["opportunity_id"],
        submitted_at=row["submitted_at"],
        status=row["status"],
        amount=None if amount is None else Money(amount, row["amount_currency"]),
        opportunity_type=row["opportunity_type"],
        evidence=None if row["evidence"] is None else frozenset(row["evidence"]),
        score=row["score"],
        estimated_close=row["estimated_close"],
    )


if __name__ == "__main__":
    main()
