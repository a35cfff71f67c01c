"""Registrations from a seed, as many as are asked for, most of them of few opportunities."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

SEED = 20260302
MICROSECOND = timedelta(microseconds=1)
BEGUN = datetime(2024, 3, 1, tzinfo=UTC)
AT = "2026-01-01T00:00Z"
SKEW = 2.5
BEGIN_WITHIN, LAST = timedelta(days=460), timedelta(days=240)


def write_rows(count: int, target: Path) -> None:
    """Write so many rows, every one by a partner of its own.

    The row at a given share of the rows is of the opportunity at that share to the power of
    `SKEW`: of three million opportunities the busiest has some two of a thousand rows. What is
    registered for an opportunity comes within 240 days, half of it within the first 30.
    """
    chance = np.random.default_rng(SEED)
    opportunities = count // 3
    opportunity = (chance.random(count) ** SKEW * opportunities).astype(np.int64)
    begins = opportunity * 2_654_435_761 % 2**32 / 2**32 * (BEGIN_WITHIN / MICROSECOND)
    after = chance.random(count) ** 3 * (LAST / MICROSECOND)
    number = np.arange(count)
    frame = pl.DataFrame(
        {
            "registration_id": number,
            "opportunity_id": opportunity,
            "partner_id": number,
            "tier": chance.choice(5, count, p=(0.03, 0.2, 0.4, 0.27, 0.1)),
            "submitted_at": (begins + after).astype(np.int64),
            "status": chance.choice(4, count, p=(0.6, 0.3, 0.06, 0.04)),
            "amount": chance.choice(8, count, p=(0.02, 0.1, *[0.88 / 6] * 6)),
            "amount_currency": chance.choice(2, count, p=(0.95, 0.05)),
            "opportunity_type": chance.choice(3, count, p=(0.02, 0.9, 0.08)),
            "evidence": chance.choice(5, count, p=(0.02, 0.02, 0.06, 0.5, 0.4)),
            "score": chance.choice(6, count),
        }
    )
    frame.select(
        _text("registration_id", "R"),
        _text("opportunity_id", "O"),
        _text("partner_id", "P"),
        _one_of("tier", None, "bronze", "silver", "gold", "platinum"),
        (pl.lit(BEGUN) + pl.duration(microseconds="submitted_at")).alias("submitted_at"),
        _one_of("status", "submitted", "approved", "withdrawn", "expired"),
        _one_of("amount", None, 5_000, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000),
        pl.when(pl.col("amount") > 0)
        .then(_one_of("amount_currency", "EUR", "USD"))
        .alias("amount_currency"),
        _one_of("opportunity_type", None, "net_new", "renewal"),
        _one_of("evidence", None, [], ["offer"], ["meeting"], ["meeting", "offer"]),
        _one_of("score", None, 1, 2, 3, 4, 5),
    ).write_parquet(target)


def _text(name: str, letter: str) -> pl.Expr:
    digits = pl.col(name).cast(pl.String).str.zfill(8)
    return pl.concat_str(pl.lit(f"{letter}-"), digits).alias(name)


def _one_of(name: str, *values: object) -> pl.Expr:
    return pl.lit(pl.Series(name, [values])).first().list.get(pl.col(name)).alias(name)
