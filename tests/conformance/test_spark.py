"""Spark's tasks give the standings of the reference, on generated policies and facts."""

from hypothesis import given, settings

from dealreg.bulk import on_spark
from dealreg.deciders.lowering import columnar
from tests.conformance.cases import columnar_case
from tests.conformance.flat import flat
from tests.conformance.tabular import by_place, by_reference

FEW = settings(max_examples=max(settings.default.max_examples // 20, 2))
"""A job starts for each case."""


@FEW
@given(case=columnar_case())
def test_on_spark_it_agrees(spark, case):
    table = flat(case, case.rules)
    made = on_spark(columnar(case.rules), spark.createDataFrame(table), at=case.at, parts=2)

    rows = made.rows.toArrow()
    assert set(rows["rejected"].to_pylist()) <= {None}
    assert by_place(rows.drop_columns(["rejected"])) == by_reference(case)
