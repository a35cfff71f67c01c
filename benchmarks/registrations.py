"""Registrations for the benchmarks over tables: made from a seed, a million rows to a file.

One in a hundred is of one opportunity, if nothing else is asked for; of the others, an opportunity
has two on average, and some have ten.
"""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dealreg import (
    Policy,
    contest,
    earliest,
    field,
    highest,
    holder_of,
    money,
    requirement,
    within,
)

AT = datetime(2026, 4, 1, tzinfo=UTC)
TIERS = ("member", "silver", "gold", "platinum")
FILE = 1_000_000
LEAST = {"quantity": 5, "score": 10}
CROWD = 0.01
BEGUN = np.datetime64("2026-01-01T00:00:00", "us")
SECONDS = 90 * 24 * 3600


def policy() -> Policy:
    """Four requirements, a window, three preferences, and a benefit that depends on another."""
    return Policy(
        programme="Benchmark",
        tiers=list(TIERS),
        contests=[
            contest(
                "protection",
                requirement("TOO_SMALL", field("amount") >= money("10000 EUR")),
                requirement("TOO_FEW", field("quantity") >= LEAST["quantity"]),
                requirement("TIER", field("tier") >= "silver"),
                requirement("SCORE", field("score") >= LEAST["score"]),
                within("7 days"),
                highest("tier").then(highest("score")).then(earliest("submitted_at")),
            ),
            contest(
                "special_bid",
                requirement("TIER_NOT_ENTITLED", field("tier") >= "gold"),
                holder_of("protection"),
                earliest("submitted_at"),
            ),
        ],
    )


def written(folder: Path, rows: int, crowd: float = CROWD, seed: int = 2026) -> None:
    """Write so many rows, file by file; `crowd` is the share of one opportunity."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, begin in enumerate(range(0, rows, FILE)):
        table = made(begin, min(FILE, rows - begin), rows, crowd, seed + number)
        pq.write_table(table, folder / f"{number:04}.parquet", row_group_size=FILE // 4)


def made(begin: int, count: int, rows: int, crowd: float, seed: int) -> pa.Table:
    """One file of rows."""
    chance = np.random.default_rng(seed)
    deals = chance.integers(1, rows // 2 + 2, count)
    deals[chance.random(count) < crowd] = 0
    submitted = BEGUN + chance.integers(0, SECONDS, count).astype("timedelta64[s]")
    return pa.table(
        {
            "registration_id": _named("R", np.arange(begin, begin + count)),
            "partner_id": _named("P", chance.integers(0, 5000, count)),
            "opportunity_id": _named("O", deals),
            "submitted_at": pa.array(submitted, pa.timestamp("us", tz="UTC")),
            "tier": pa.array(TIERS).take(pa.array(chance.integers(0, len(TIERS), count))),
            "score": pa.array(chance.integers(0, 100, count)),
            "quantity": pa.array(chance.integers(1, 500, count)),
            "amount": pa.array(chance.integers(1_000, 1_000_000, count)),
            "currency": pa.array(["EUR"] * count),
        }
    )


def _named(letter: str, numbers: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> pa.Array:
    digits = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), 9, "0")
    return pc.binary_join_element_wise(letter, digits, "")
