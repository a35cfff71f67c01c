"""The rows of a table, computed, and sorted into those that can be read and those that cannot."""

from typing import TYPE_CHECKING, Any

from dealreg.deciders.columnar.columns import REASONS
from dealreg.deciders.columnar.kinds import Eager, Lazy
from dealreg.deciders.columnar.tables import Engine, Given

if TYPE_CHECKING:
    import narwhals as nw
    import pyarrow as pa

__all__ = ["collected", "sorted_out"]


def collected(plan: Lazy, source: Given) -> Eager:
    """What was planned, computed; instants in UTC."""
    import narwhals as nw

    rows = plan.collect("polars" if source.comparer is Engine.POLARS else "pyarrow")
    zoned = [  # DuckDB calls its zone `Etc/UTC`
        name
        for name, kind in rows.schema.items()
        if isinstance(kind, nw.Datetime) and kind.time_zone != "UTC"
    ]
    return rows.with_columns(nw.col(name).dt.convert_time_zone("UTC") for name in zoned)


def sorted_out(rows: Eager) -> "tuple[Eager, pa.Table]":
    """The rows that can be read, each once; and those that cannot, with the reason."""
    import narwhals as nw
    import pyarrow as pa

    wrong = rows.filter(nw.col("bad") != 0).select("id", "who", "bad")
    rows = rows.filter(nw.col("bad") == 0) if len(wrong) else rows
    twin = nw.lit(len(REASONS)).cast(nw.Int16).alias("bad")
    if len(wrong):  # of two rows with one name, one of which cannot be read, neither is believed
        ids = wrong.select("id").unique()
        shared = rows.join(ids, on="id", how="semi").select("id", "who", "bad")
        rows = rows.join(ids, on="id", how="anti")
        wrong = nw.concat([wrong, shared.with_columns(twin)])
    if not _differ(rows["id"]):
        several = rows.group_by("id").agg(nw.len().alias("n")).filter(nw.col("n") > 1).drop("n")
        alike = rows.join(several, on="id", how="semi").unique(maintain_order=True)
        differ = alike.group_by("id").agg(nw.len().alias("n")).filter(nw.col("n") > 1).drop("n")
        alike = alike.join(differ, on="id", how="anti")
        twice = rows.join(differ, on="id", how="semi").select("id", "who", "bad")
        twice = twice.with_columns(twin)
        rows = nw.concat([rows.join(several, on="id", how="anti"), alike])
        wrong = nw.concat([wrong, twice])
    reasons = [REASONS[number - 1] for number in wrong["bad"].to_list()]
    texts = {"registration_id": wrong["id"].to_list(), "partner_id": wrong["who"].to_list()}
    columns = {**texts, "reason": reasons}
    return rows, pa.table({name: pa.array(v, pa.string()) for name, v in columns.items()})


def _differ(ids: "nw.Series[Any]") -> bool:
    """Whether no two texts are the same."""
    if ids.implementation.is_polars():  # numbers made of the texts are compared much faster
        native = ids.to_native()
        if native.hash().n_unique() == len(native):
            return True
    return ids.n_unique() == len(ids)
