"""The policy of `scenario` over Parquet files: the rows, and who decides them.

A file has one row for each registration: registration_id, opportunity_id, partner_id, tier,
submitted_at, status, amount, amount_currency, opportunity_type, evidence and score. What comes out
has one row for each registration and benefit: registration_id, benefit, kind, code, winner, rate.

Whoever decides in bulk is a module here with two functions, `one_shot` and `with_periods`, each
from one Parquet file to another, and its name in `NAMES`.

*With periods*: the first eligible registration of an opportunity opens the window, who wins is
protected for 90 days from its submission, and those submitted before the end are told what the
policy says. The first after the end opens the next round.
"""

from datetime import timedelta
from importlib import import_module
from types import ModuleType

__all__ = ["COLUMNS", "NAMES", "PROTECTED", "WINDOW", "decider"]

NAMES = ("polars_by_hand", "duckdb_by_hand", "dealreg_columnar")
COLUMNS = ("registration_id", "benefit", "kind", "code", "winner", "rate")
WINDOW = timedelta(days=7)
PROTECTED = timedelta(days=90)


def decider(name: str) -> ModuleType:
    """The module of that name. What it needs and lacks is what an `ImportError` is about."""
    return import_module(f"bulk.{name}")
