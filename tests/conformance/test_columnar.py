"""The columnar decider gives the standings of the reference, whatever library computes."""

import random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dealreg.deciders.columnar.support import refusals
from dealreg.deciders.lowering import columnar
from tests.conformance.cases import any_case, as_of_now, columnar_case
from tests.conformance.flat import flat
from tests.conformance.tabular import (
    ENGINES,
    asks_only,
    by_columns,
    by_place,
    by_reference,
    tellable,
)

FEW = settings(max_examples=max(settings.default.max_examples // 4, 5))
"""A table is made, planned and read for each case: what a case costs hardly depends on its size."""


@pytest.mark.parametrize("engine", ENGINES)
@FEW
@given(case=columnar_case())
def test_in_columns_it_agrees(case, engine):
    """Policies that are decided in columns, with nothing left to the compiled decider by a node."""
    assert refusals(case.rules) == ()
    assume(engine != "pyarrow" or not asks_only(case.rules))

    assert by_columns(case, engine, rest="refuse") == by_reference(case)


@FEW
@given(case=any_case())
def test_what_is_not_decided_in_columns_is_decided_by_the_compiled_decider(case):
    assume(tellable(case))
    case = as_of_now(case)

    assert by_columns(case, "polars") == by_reference(case)


@FEW
@given(case=columnar_case(), chance=st.integers())
def test_the_order_of_rows_does_not_matter(case, chance):
    table = flat(case, case.rules)
    order = list(range(len(table)))
    random.Random(chance).shuffle(order)
    ready = columnar(case.rules)

    found = ready.standings(table.take(order), at=case.at)
    assert by_place(found) == by_place(ready.standings(table, at=case.at))


@FEW
@given(case=columnar_case())
def test_parts_of_a_table_are_decided_as_the_whole(case):
    """What shares no conflict may be decided apart: what a distributed engine relies on."""
    table = flat(case, case.rules)
    ready = columnar(case.rules)
    keys = [tuple(row[key] for key in ready.keys) for row in table.to_pylist()]
    apart = {}
    for number, key in enumerate(keys):
        apart.setdefault(key, []).append(number)
    found = {}
    for numbers in apart.values():
        found |= by_place(ready.standings(table.take(numbers), at=case.at))

    assert found == by_place(ready.standings(table, at=case.at))
