"""What was decided over a table: in columns, and what is seldom one by one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs

from dealreg.deciders.columnar.columns import Columns, columns_read
from dealreg.deciders.columnar.families import Family
from dealreg.deciders.columnar.kinds import Eager
from dealreg.deciders.columnar.parting import CONFLICT
from dealreg.deciders.columnar.sorting import collected, sorted_out
from dealreg.deciders.columnar.support import plain_keys
from dealreg.deciders.columnar.tables import Given, written
from dealreg.deciders.one_by_one import some_conflicts, whole_table
from dealreg.policy.policies import Policy

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Made", "in_columns", "one_by_one", "rejected_rows"]


@attrs.frozen(eq=False)
class Made:
    """What was decided: in columns, and one by one; and the rows that could not be read."""

    parts: list[Eager]
    others: "list[pa.Table]"
    rejected: "pa.Table"
    one_by_one: int


def in_columns(
    policy: Policy, of: Family, source: Given, columns: Columns, fields: Sequence[str]
) -> Made:
    """The standings to the benefits of a family."""
    import narwhals as nw
    import pyarrow as pa
    import pyarrow.compute

    rows = collected(of.rows(source.table, columns), source)
    rows, rejected = sorted_out(rows)
    whole = of.parted(rows)
    rows, aside = of.kept(of.decided(whole.rows)), whole.aside
    odd = rows.filter(nw.col("odd")).select(CONFLICT).unique()
    others: list[pa.Table] = []
    one_by_one = 0
    if len(odd):
        beside, aside = whole.of_conflicts(odd)
        seldom = rows.join(odd, on=CONFLICT, how="semi").select("id")
        seldom = nw.concat([seldom, beside.select("id")])
        rows = rows.join(odd, on=CONFLICT, how="anti")
        one_by_one = len(seldom)
        scope = of.contests[0].contest.scope.keys
        found = some_conflicts(policy, source, columns, fields, seldom, scope)
        benefits = [one.contest.benefit for one in of.contests]
        others.append(found.filter(pa.compute.is_in(found["benefit"], pa.array(benefits))))
    frames = [of.rivals(rows), of.aside(aside)]
    parts = [written(rows, one) for one in of.contests for rows in frames]
    return Made(parts, others, rejected, one_by_one)


def one_by_one(policy: Policy, source: Given, columns: Columns, fields: Sequence[str]) -> Made:
    """Everything by the compiled decider."""
    rejected = rejected_rows(source, columns, fields)
    wrong = set(rejected["registration_id"].to_pylist())
    keys = plain_keys(policy)
    found, count = whole_table(policy, source, columns, fields, wrong, keys)
    return Made([], [found], rejected, count)


def rejected_rows(source: Given, columns: Columns, fields: Sequence[str]) -> "pa.Table":
    """The rows of a table that cannot be read, with the reason."""
    import narwhals as nw

    ladders = [f.name for f in map(columns.vocabulary.get, fields) if f is not None]
    told = columns_read(fields, columns.schema)
    marked = source.table.select(
        *(name for name in told if not isinstance(columns.schema[name], nw.List)),
        nw.col("registration_id").cast(nw.String).alias("id"),
        nw.col("partner_id").cast(nw.String).alias("who"),
        columns.malformed(ladders).alias("bad"),
    )
    _, rejected = sorted_out(collected(marked, source))
    return rejected
