"""Conflicts of a table that are decided one by one, as records, by the compiled decider."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dealreg.deciders.columnar.columns import Columns, columns_read
from dealreg.deciders.columnar.kinds import Eager, Lazy
from dealreg.deciders.columnar.rows import facts_of_rows
from dealreg.deciders.columnar.tables import Engine, Given, beside, eager, table_of
from dealreg.deciders.compiling import compiled
from dealreg.outcome.decision import Standing
from dealreg.policy.policies import Policy, PolicyBook

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["some_conflicts", "whole_table"]


def some_conflicts(
    policy: Policy,
    source: Given,
    columns: Columns,
    fields: Iterable[str],
    ids: Eager,
    keys: Sequence[str],
) -> "pa.Table":
    """The standings of some conflicts.

    Args:
        policy: the policy.
        source: the table.
        columns: its columns.
        fields: those that the policy reads.
        ids: the registrations of the conflicts, in the column `id`.
        keys: the fields that say of which conflict a registration is.
    """
    import narwhals as nw

    wanted = nw.from_native(ids.to_arrow()).select(nw.col("id").alias("registration_id"))
    return table_of(_decided(policy, _rows(source, columns, fields, wanted), columns, keys))


def whole_table(
    policy: Policy | PolicyBook,
    source: Given,
    columns: Columns,
    fields: Iterable[str],
    wrong: set[str | None],
    keys: Sequence[str] | None,
) -> "tuple[pa.Table, int]":
    """The standings of a whole table, and of how many registrations; not of those `wrong`.

    Without `keys` all are decided together, for what is counted across conflicts.
    """
    rows = [r for r in _rows(source, columns, fields, None) if r["registration_id"] not in wrong]
    return table_of(_decided(policy, rows, columns, keys)), len(rows)


def _decided(
    policy: Policy | PolicyBook,
    rows: Iterable[Mapping[str, Any]],
    columns: Columns,
    keys: Sequence[str] | None,
) -> list[Standing]:
    """The standings of registrations, conflict by conflict where there are keys.

    Who has not all of its keys is in no conflict with anybody.
    """
    groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        conflict = tuple(row.get(key) for key in keys or ())
        alone = (row["registration_id"],) if None in conflict else ()
        groups.setdefault((*map(str, conflict), *alone), []).append(row)
    decider = compiled(policy)
    found: list[Standing] = []
    for _, members in sorted(groups.items()):
        found += decider.standings(facts_of_rows(members, columns), at=columns.at)
    return found


def _rows(
    source: Given, columns: Columns, fields: Iterable[str], ids: Eager | None
) -> Iterable[Mapping[str, Any]]:
    """The rows of some registrations, or all, with the columns that records are made of."""
    import narwhals as nw

    own = nw.col("registration_id").cast(nw.String)  # as it may hold categories
    table = source.table.select(*columns_read(fields, columns.schema)).with_columns(own)
    if ids is not None and source.engine is Engine.PYARROW:  # it does not join lists
        wanted = ids["registration_id"].to_list()
        table = table.filter(nw.col("registration_id").is_in(wanted))
    elif ids is not None:
        table = table.join(_like(ids, table, source), on="registration_id", how="semi")
    return table.collect("pyarrow").iter_rows(named=True)


def _like(ids: Eager, table: Lazy, source: Given) -> Lazy:
    """The ids as a table of the engine that computes."""
    import narwhals as nw

    wanted = ids.to_native()
    if source.engine is Engine.DUCKDB:
        made: Lazy = nw.from_native(beside(wanted, table.to_native()))
        return made
    return eager(wanted, source.engine).lazy()
