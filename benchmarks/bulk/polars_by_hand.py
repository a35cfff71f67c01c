"""Polars by hand: grouped aggregates joined back, the preferences packed into one number."""

from pathlib import Path

import polars as pl

from bulk import PROTECTED, WINDOW
from bulk.rows import AT

_LIVE = ("submitted", "under_review", "approved", "converted")
_RANKS = {"bronze": 0, "silver": 1, "gold": 2, "platinum": 3}
_AT = pl.lit(AT).str.to_datetime(time_zone="UTC")


def _judged(source: Path) -> pl.LazyFrame:
    """A row for each registration: why it is out, if it is, and the number it is ranked by."""
    rank = pl.col("tier").replace_strict(_RANKS, return_dtype=pl.Int64)
    barred = (
        pl.when(pl.col("submitted_at") > _AT)
        .then(pl.lit("NOT_YET_SUBMITTED"))
        .when(~pl.col("status").is_in(_LIVE))
        .then(pl.col("status").str.to_uppercase())
    )
    euro = pl.when(pl.col("amount_currency") == "EUR").then(pl.col("amount"))
    tests = {
        "TIER_TOO_LOW": rank >= 1,
        "TOO_SMALL": euro >= 10_000,  # noqa: PLR2004
        "NOT_NEW": pl.col("opportunity_type") == "net_new",
        "NO_EVIDENCE": pl.col("evidence").list.contains("meeting"),
    }
    failed = pl.coalesce(pl.when(~test).then(pl.lit(code)) for code, test in tests.items())
    unclear = pl.coalesce(
        pl.when(test.is_null()).then(pl.lit(code)) for code, test in tests.items()
    )
    microseconds = pl.col("submitted_at").dt.timestamp("us")
    return pl.scan_parquet(source).select(
        "registration_id",
        "opportunity_id",
        "submitted_at",
        rank=rank,
        barred=barred,
        failed=failed,
        unclear=unclear,
        key=(rank * 8 + pl.col("score").fill_null(0)) * (1 << 52) - microseconds,
    )


def _able() -> pl.Expr:
    return pl.coalesce("barred", "failed", "unclear").is_null()


def _awarded(able: pl.LazyFrame) -> pl.LazyFrame:
    """Of each opportunity: who opened the window, when it closes, who won and when it submitted."""
    first = able.group_by("opportunity_id").agg(
        closes=pl.col("submitted_at").min() + WINDOW,
        opened=pl.col("registration_id").get(pl.col("submitted_at").arg_min()),
    )
    inside = able.join(first, on="opportunity_id").filter(
        pl.col("submitted_at") <= pl.col("closes")
    )
    return inside.group_by("opportunity_id").agg(
        pl.col("closes", "opened").first(),
        best=pl.col("registration_id").get(pl.col("key").arg_max()),
        won_at=pl.col("submitted_at").get(pl.col("key").arg_max()),
    )


def _answers(judged: pl.LazyFrame) -> pl.LazyFrame:
    """Both benefits, from rows that know the award of their opportunity."""
    able, wins = _able(), pl.col("registration_id") == pl.col("best")
    late = pl.col("submitted_at") > pl.col("closes")
    rival = pl.when(able & ~wins).then(pl.when(late).then("opened").otherwise("best"))
    gold = (pl.col("rank") >= 2).fill_null(value=True)  # noqa: PLR2004
    protection = judged.select(
        "registration_id",
        benefit=pl.lit("protection"),
        kind=pl.when(able & wins)
        .then(pl.lit("granted"))
        .when(pl.coalesce("barred", "failed").is_null() & pl.col("unclear").is_not_null())
        .then(pl.lit("returned"))
        .otherwise(pl.lit("denied")),
        code=pl.coalesce(
            "barred",
            "failed",
            "unclear",
            pl.when(wins)
            .then(pl.lit("GRANTED"))
            .when(late)
            .then(pl.lit("OUTSIDE_WINDOW"))
            .otherwise(pl.lit("DUPLICATE_OTHER_PARTNER")),
        ),
        winner=rival,
        rate=pl.when(able & wins).then(10.0),
    )
    granted = (able & wins & gold).fill_null(value=False)
    special = judged.select(
        "registration_id",
        benefit=pl.lit("special_bid"),
        kind=pl.when(granted).then(pl.lit("granted")).otherwise(pl.lit("denied")),
        code=pl.coalesce(
            "barred",
            pl.when(~gold)
            .then(pl.lit("NOT_GOLD"))
            .when(granted)
            .then(pl.lit("GRANTED"))
            .otherwise(pl.lit("NOT_HOLDER")),
        ),
        winner=pl.when(gold).then(rival),
        rate=pl.lit(None, pl.Float64),
    )
    return pl.concat([protection, special])


def one_shot(source: Path, target: Path) -> None:
    """All registrations of an opportunity against each other."""
    judged = _judged(source).collect().lazy()
    awarded = _awarded(judged.filter(_able()))
    joined = judged.join(awarded, on="opportunity_id", how="left")
    _answers(joined).collect().write_parquet(target)


def with_periods(source: Path, target: Path) -> None:
    """Round after round: who is submitted after the end of a protection competes anew."""
    judged = _judged(source).collect()
    left = judged.filter(_able())
    rounds = [judged.filter(~_able()).with_columns(closes=None, opened=None, best=None)]
    while len(left):
        awarded = _awarded(left.lazy()).collect()
        joined = left.join(awarded, on="opportunity_id")
        over = pl.col("submitted_at") >= pl.col("won_at") + PROTECTED
        rounds.append(joined.filter(~over).drop("won_at"))
        left = joined.filter(over).select(left.columns)
    settled = pl.concat(rounds, how="vertical_relaxed")
    _answers(settled.lazy()).collect().write_parquet(target)
