"""This library: the columnar decider, on Polars, asked again in every round for the periods."""

from pathlib import Path

import polars as pl
from scenario import priced

from bulk import COLUMNS, PROTECTED
from bulk.rows import AT
from dealreg import columnar

_NAMES = {"rival": "winner", "percent": "rate"}


def one_shot(source: Path, target: Path) -> None:
    """All registrations of an opportunity against each other."""
    found = columnar(priced()).standings(pl.scan_parquet(source), at=AT)
    _answers(pl.LazyFrame(found) if isinstance(found, pl.DataFrame) else found).write_parquet(
        target
    )


def _answers(found: pl.LazyFrame) -> pl.DataFrame:
    return found.rename(_NAMES).select(COLUMNS).collect()


def with_periods(source: Path, target: Path) -> None:
    """Round after round: who is submitted after the end of a protection competes anew."""
    ready = columnar(priced())
    left = pl.read_parquet(source)
    rounds = []
    while len(left):
        found = ready.standings(left, at=AT)
        held = (pl.col("benefit") == "protection") & (pl.col("kind") == "granted")
        ends = (
            found.filter(held)
            .join(left, on="registration_id")
            .select("opportunity_id", end=pl.col("submitted_at") + PROTECTED)
        )
        competed = (pl.col("code") == "DUPLICATE_OTHER_PARTNER") | (
            pl.col("code") == "OUTSIDE_WINDOW"
        )
        over = (
            found.filter((pl.col("benefit") == "protection") & competed)
            .join(left, on="registration_id")
            .join(ends, on="opportunity_id")
            .filter(pl.col("submitted_at") >= pl.col("end"))
            .select("registration_id")
        )
        rounds.append(_answers(found.join(over, on="registration_id", how="anti").lazy()))
        left = left.join(over, on="registration_id", how="semi")
    pl.concat(rounds).write_parquet(target)
