"""This library: the columnar decider, on Polars."""

from pathlib import Path

import attrs
import polars as pl
from scenario import priced

from bulk import COLUMNS, PROTECTED
from bulk.rows import AT
from dealreg import columnar, period

_NAMES = {"rival": "winner", "percent": "rate"}


def one_shot(source: Path, target: Path) -> None:
    """All registrations of an opportunity against each other."""
    found = columnar(priced()).standings(pl.scan_parquet(source), at=AT)
    _answers(found).write_parquet(target)


def _answers(found: pl.LazyFrame | pl.DataFrame) -> pl.DataFrame:
    return found.lazy().rename(_NAMES).select(COLUMNS).collect()


def with_periods(source: Path, target: Path) -> None:
    """Round after round: who is submitted after the end of a protection competes anew."""
    whole = priced()
    protection, *others = whole.contests
    protected = period(f"{PROTECTED.days} days", starts="submitted_at")
    rules = attrs.evolve(whole, contests=[attrs.evolve(protection, period=protected), *others])
    found = columnar(rules).in_rounds(pl.scan_parquet(source), "protection", at=AT)
    assert not len(found.rejected.lazy().collect())
    _answers(found.standings).write_parquet(target)
