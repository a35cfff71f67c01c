"""A dataframe of Spark is decided as a table on one machine is, to the byte."""

import os
import pickle

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dealreg import (
    FactsErrors,
    Field,
    Policy,
    PolicyError,
    Tally,
    UsageError,
    columnar,
    contest,
    earliest,
    field,
    requirement,
)
from dealreg.bulk import on_spark
from dealreg.bulk.parts import REJECTED, Question
from dealreg.bulk.spark import Task
from dealreg.deciders.columnar.tables import standings_schema
from tests.unit.bulk.registrations import AT, READY, in_order, registrations

pytest.importorskip("pyspark", reason="Spark comes with the extra `dev`")

TABLE = registrations(6000)
HERE = READY.decide(TABLE, at=AT)


def as_here(table, schema):
    """A table of Spark's with the types that pyarrow would have chosen, in order."""
    return in_order(table.cast(schema))


@pytest.fixture(scope="module")
def dataframe(spark):
    return spark.createDataFrame(TABLE)


def test_the_standings_are_those_of_one_machine(dataframe):
    found = on_spark(READY, dataframe, at=AT).standings.toArrow()
    assert as_here(found, standings_schema()).equals(in_order(HERE.standings))
    assert len(HERE.standings) > 11_000


def test_rows_that_cannot_be_read_come_back_with_the_reason(dataframe):
    found = on_spark(READY, dataframe, at=AT).rejected.toArrow()
    assert as_here(found, HERE.rejected.schema).equals(in_order(HERE.rejected))
    assert len(HERE.rejected) > 30


def test_both_come_from_one_pass_if_the_rows_are_kept(dataframe):
    made = on_spark(READY, dataframe, at=AT)
    kept = made.rows.persist()
    assert made.standings.count() + made.rejected.count() == kept.count()
    assert kept.count() == len(HERE.standings) + len(HERE.rejected)
    kept.unpersist()


@pytest.mark.parametrize("parts", [1, 7])
def test_the_number_of_parts_does_not_matter(dataframe, parts):
    made = on_spark(READY, dataframe, at=AT, parts=parts)
    assert made.rows.rdd.getNumPartitions() == parts
    assert as_here(made.standings.toArrow(), standings_schema()).equals(in_order(HERE.standings))


def test_parquet_files_in_and_out(spark, tmp_path):
    for number in range(3):
        pq.write_table(TABLE.slice(number * 2000, 2000), tmp_path / f"{number}.parquet")
    dataframe = spark.read.parquet(str(tmp_path))
    on_spark(READY, dataframe, at=AT).standings.write.parquet(str(tmp_path / "out"))

    found = pq.read_table(tmp_path / "out")
    assert as_here(found, standings_schema()).equals(in_order(HERE.standings))


def test_instants_are_the_same_in_any_zone_of_the_session(spark, dataframe):
    spark.conf.set("spark.sql.session.timeZone", "America/New_York")
    try:
        found = on_spark(READY, dataframe, at=AT).standings.toArrow()
    finally:
        spark.conf.set("spark.sql.session.timeZone", "UTC")
    assert as_here(found, standings_schema()).equals(in_order(HERE.standings))


def test_only_the_columns_that_are_read_are_moved(dataframe):
    plan = on_spark(READY, dataframe, at=AT).rows._jdf.queryExecution().optimizedPlan().toString()
    moved = plan[plan.index("RepartitionByExpression") :]
    assert "quantity" in moved
    assert "note" not in moved


def test_a_table_without_the_key_has_no_conflicts(dataframe):
    made = on_spark(READY, dataframe.drop("opportunity_id"), at=AT, unknown=["opportunity_id"])
    assert {row["code"] for row in made.standings.select("code").distinct().collect()} == {
        "SCOPE_UNKNOWN"
    }


def test_what_cannot_be_decided_is_refused_before_a_job(dataframe):
    with pytest.raises(FactsErrors) as lacks:
        on_spark(READY, dataframe.drop("tier"), at=AT)
    assert "has no column `tier`" in str(lacks.value)
    naive = dataframe.withColumn("submitted_at", dataframe["submitted_at"].cast("timestamp_ntz"))
    with pytest.raises(FactsErrors) as unfit:
        on_spark(READY, naive, at=AT)
    assert "give instants with a time zone" in str(unfit.value)
    with pytest.raises(UsageError, match="is not a number of parts"):
        on_spark(READY, dataframe, at=AT, parts=0)
    with pytest.raises(UsageError, match="is not a dataframe of Spark"):
        on_spark(READY, TABLE, at=AT)


def test_a_policy_that_counts_other_conflicts_is_refused(dataframe):
    before = Field("before", "integer", "registration", derived=Tally(same=["partner_id"]))
    few = requirement("MANY", field("before") <= 3)
    counts = Policy(
        programme="Counts", fields=[before], contests=[contest("a", few, earliest("submitted_at"))]
    )
    with pytest.raises(PolicyError, match="counts registrations of other conflicts"):
        on_spark(columnar(counts, rest="compiled"), dataframe, at=AT)


def test_a_task_decides_all_of_its_partition():
    task = pickle.loads(pickle.dumps(Task(Question(READY, AT))))
    assert list(task([])) == []

    found = pa.Table.from_batches(task(TABLE.to_batches(100)))
    expected = in_order(HERE.standings)
    assert in_order(found.slice(0, len(expected)).drop_columns([REJECTED])).equals(expected)
    assert found[REJECTED].null_count == len(expected)
    assert len(found) == len(expected) + len(HERE.rejected)


def test_a_task_keeps_to_its_cores(monkeypatch):
    class One:
        @staticmethod
        def cpus():
            return 3

    monkeypatch.delenv("POLARS_MAX_THREADS", raising=False)
    monkeypatch.setattr("pyspark.TaskContext.get", One)
    list(Task(Question(READY, AT))([]))
    assert os.environ.pop("POLARS_MAX_THREADS") == "3"
