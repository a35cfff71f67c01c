"""Dataframes of Spark, decided inside Spark's tasks: a conflict is never cut in two.

Rows of one conflict are brought together by a hash of its keys, once; then each task decides all
conflicts of its partition in one go. What a task needs is memory for its partition.
"""

import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final

import attrs

from dealreg.bulk.parts import REJECTED, Question
from dealreg.deciders.columnar.columns import columns_read
from dealreg.deciders.lowering import Columnar
from dealreg.errors import UsageError, shown
from dealreg.facts.instants import instant

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import Column, DataFrame

__all__ = ["OnSpark", "Task", "on_spark"]

_ROWS: Final = 100_000
"""How many rows a task hands over at once."""


@attrs.frozen(eq=False)
class OnSpark:
    """What is decided over a dataframe of Spark, when it is asked for.

    Both dataframes are views of `rows`: whoever asks for both and wants the work done once keeps
    it with `rows.persist()`, or writes `rows` down and reads it again.

    Attributes:
        rows: the standings, and the rows that could not be read; these have the reason in the
            column `rejected`, which is null for the others.
    """

    rows: "DataFrame"

    @property
    def standings(self) -> "DataFrame":
        """One row for each registration and benefit, in no order."""
        rows = self.rows
        return rows.where(rows[REJECTED].isNull()).drop(REJECTED)

    @property
    def rejected(self) -> "DataFrame":
        """The rows that could not be read, with the reason; they took no part."""
        rows = self.rows
        unread = rows.where(rows[REJECTED].isNotNull())
        return unread.select("registration_id", "partner_id", rows[REJECTED].alias("reason"))


def on_spark(
    ready: Columnar,
    dataframe: "DataFrame",
    *,
    at: datetime | str,
    unknown: Iterable[str] = (),
    engine: str | None = None,
    parts: int | None = None,
) -> OnSpark:
    """Decide a dataframe of Spark, wherever Spark runs its tasks.

    Nothing is decided before one of the dataframes that come back is asked for. What cannot be
    decided at all is refused here, before a job of any size starts.

    Args:
        ready: the policy, as `columnar` makes it.
        dataframe: one row for each registration, with a column for each field that the policy
            reads; from Parquet files, or whatever Spark reads.
        at: the instant asked about.
        unknown: fields that are not known of anybody, and have no column.
        engine: the library that computes in each task, as for `Columnar.decide`.
        parts: in how many parts the rows are decided. None leaves it to Spark, which merges small
            parts and never cuts one. A task holds one part in memory, so more parts need less.

    Raises:
        FactsErrors: the dataframe lacks a column that the policy reads, or its type does not fit.
        PolicyError: the table cannot be parted by conflict.
        PolicyErrors: the engine cannot do a part of the policy.
        UsageError: it is no dataframe of Spark, `at` has no time zone, `parts` is not positive.
    """
    if not hasattr(dataframe, "mapInArrow"):
        raise UsageError(
            f"{shown(type(dataframe).__name__)} is not a dataframe of Spark",
            value=type(dataframe).__name__,
            hint="give a dataframe of a Spark session; other tables are for `Columnar.decide`",
        )
    if parts is not None and parts < 1:
        raise UsageError(
            f"{shown(parts)} is not a number of parts", value=parts, hint="give 1 or more"
        )
    keys = ready.keys
    question = Question(ready, instant(at), tuple(unknown), engine)
    names = columns_read(ready.fields, dataframe.columns)
    read = dataframe.select(*(_column(name) for name in names))
    question.answered(read.limit(0).toArrow())
    together = _together(read, keys, parts)
    return OnSpark(together.mapInArrow(Task(question), _schema()))


def _together(read: "DataFrame", keys: tuple[str, ...], parts: int | None) -> "DataFrame":
    """The rows, those of one conflict in one partition.

    Without all of its keys a row is in no conflict: such rows are spread over all partitions.
    """
    from pyspark.sql import functions

    found = [_column(key) for key in keys if key in read.columns]
    alone = functions.lit(len(found) < len(keys))
    for key in found:
        alone = alone | key.isNull()
    by = [*found, functions.when(alone, _column("registration_id"))]
    return read.repartition(*by) if parts is None else read.repartition(parts, *by)


def _column(name: str) -> "Column":
    from pyspark.sql import functions

    return functions.col("`" + name.replace("`", "``") + "`")


def _schema() -> str:
    """The columns that come out, as Spark spells types."""
    from dealreg.deciders.columnar.tables import standings_schema

    types = {"string": "string", "int64": "bigint", "double": "double"}
    columns = [
        f"{each.name} {types.get(str(each.type), 'timestamp')}" for each in standings_schema()
    ]
    return ", ".join([*columns, f"{REJECTED} string"])


@attrs.frozen(eq=False)
class Task:
    """What a task does with its partition. Goes to where the task runs, as the policy.

    Attributes:
        question: what is asked.
    """

    question: Question

    def __call__(self, batches: "Iterable[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
        """The rows that come out for those that come in."""
        import pyarrow as pa

        _stay_within()
        found = list(batches)
        if found:
            part = pa.Table.from_batches(found)
            found.clear()
            yield from self.question.rows(part).combine_chunks().to_batches(_ROWS)


def _stay_within() -> None:
    """Have polars use the cores that the task has, and not all of the machine."""
    from pyspark import TaskContext

    task = TaskContext.get()
    if task is not None:
        os.environ.setdefault("POLARS_MAX_THREADS", str(task.cpus()))
