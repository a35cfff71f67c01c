"""The rows of a table by conflict, whatever library numbers them and whatever keys hash to."""

import narwhals as nw
import polars as pl
import pyarrow as pa
import pytest

from dealreg.deciders.columnar import parting
from dealreg.deciders.columnar.parting import CONFLICT, parted

ROWS = {
    "id": ["R1", "R2", "R3", "R4", "R5", "R6", "R7"],
    "k0": ["b", "a", "b", "c", "a", "b", None],
    "k1": ["x", "x", "y", "x", "x", "x", "x"],
    "takes": [True, True, True, False, True, True, False],
}
KINDS = {"polars": pl.DataFrame, "pyarrow": pa.table}


def made(kind, *keys, **columns):
    frame = nw.from_native(KINDS[kind]({**ROWS, **columns}), eager_only=True)
    return parted(frame, keys, frame["takes"])


def conflicts(found):
    members = {}
    for name, number in zip(
        found.rows["id"].to_list(), found.rows[CONFLICT].to_list(), strict=True
    ):
        members.setdefault(number, []).append(name)
    return list(members.values())


@pytest.mark.parametrize("kind", KINDS)
def test_a_conflict_has_all_rows_with_its_keys(kind):
    assert sorted(conflicts(made(kind, "k0"))) == [["R1", "R3", "R6"], ["R2", "R5"]]
    assert sorted(conflicts(made(kind, "k0", "k1"))) == [["R1", "R6"], ["R2", "R5"], ["R3"]]


@pytest.mark.parametrize("kind", KINDS)
def test_those_aside_keep_their_keys(kind):
    found = made(kind, "k0")

    assert found.aside.select("id", "k0").rows() == [("R4", "c"), ("R7", None)]
    assert "k0" not in found.rows.columns


def test_in_polars_they_come_in_the_order_of_their_first_rows_and_then_as_they_came():
    found = made("polars", "k0")

    assert found.rows["id"].to_list() == ["R1", "R3", "R6", "R2", "R5"]
    assert found.rows.to_native()[CONFLICT].flags["SORTED_ASC"]  # else it is not fast


@pytest.mark.parametrize("keys", [("k0",), ("k0", "k1")])
def test_keys_of_the_same_hash_stay_apart(keys, monkeypatch):
    before = made("polars", *keys)
    monkeypatch.setattr(parting, "_hashes", lambda rows: pl.zeros(len(rows), pl.UInt64, eager=True))

    assert conflicts(made("polars", *keys)) == conflicts(before)


@pytest.mark.parametrize("kind", KINDS)
def test_the_rows_aside_of_some_conflicts(kind):
    found = made(kind, "k0", takes=[True, False, False, False, True, True, False])
    first = found.rows.filter(nw.col("id") == "R1").select(CONFLICT)

    theirs, others = found.of_conflicts(first)

    assert theirs["id"].to_list() == ["R3"]
    assert theirs[CONFLICT].to_list() == first[CONFLICT].to_list()
    assert sorted(others["id"].to_list()) == ["R2", "R4", "R7"]


def test_nobody_to_compare_is_no_conflict():
    assert conflicts(made("polars", "k0", takes=[False] * 7)) == []
