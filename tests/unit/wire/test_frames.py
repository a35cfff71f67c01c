"""Dataframes and Parquet files as tables."""

import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import narwhals
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dealreg.errors import MissingExtraError, UnreadableError
from dealreg.facts.values import money
from dealreg.wire import load_facts, load_history

COLUMNS = {
    "Number": ["R1", "R2"],
    "Channel partner": ["P1", "P2"],
    "Submitted": [datetime(2026, 3, 1, 9, tzinfo=UTC), None],
    "amount": [Decimal("50000.00"), None],
    "currency": ["EUR", None],
    "products": [["GTX", "MG"], []],
    "estimated_close": [date(2026, 6, 30), None],
    "quantity": [3, None],
}
FRAME = pa.table(COLUMNS)


def check(loaded):
    (found,) = loaded.facts.registrations
    assert found.submitted_at == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert found.amount == money("50000 EUR")
    assert found.products == {"GTX", "MG"}
    assert found.estimated_close == date(2026, 6, 30)
    assert found.quantity == 3
    assert [(each.row, each.column, each.reason) for each in loaded.rejects] == [
        (2, "Submitted", "`submitted_at` is empty")
    ]


def test_a_dataframe_stands_for_a_table():
    check(load_facts(registrations=FRAME))


def test_a_dataframe_of_narwhals_stands_for_a_table():
    check(load_facts(registrations=narwhals.from_native(FRAME)))


@pytest.mark.parametrize("name", ["registrations.parquet", "REGISTRATIONS.PQ"])
def test_a_parquet_file_stands_for_a_table(name, tmp_path):
    pq.write_table(FRAME, tmp_path / name)

    check(load_facts(registrations=tmp_path / name))


def test_a_stream_of_parquet_stands_for_a_table(tmp_path):
    pq.write_table(FRAME, tmp_path / "registrations.parquet")

    with (tmp_path / "registrations.parquet").open("rb") as stream:
        check(load_facts(registrations=stream))


def test_events_from_a_dataframe():
    frame = pa.table(
        {
            "kind": ["Submitted", "Lost"],
            "about": ["R1", "R1"],
            "partner_id": ["P1", None],
            "happened_at": [datetime(2026, 3, 1, 9), datetime(2026, 3, 2, 9)],
        }
    )

    loaded = load_history(events=frame, zone="UTC")

    assert loaded.rejects == ()
    assert [each.kind.value for each in loaded.history.events] == ["submitted", "lost"]


@pytest.mark.parametrize("as_file", [False, True])
def test_nested_columns_are_read_by_their_dotted_names(as_file, tmp_path):
    frame = pa.table({"Id": ["P1"], "ChannelProgramLevel": [{"Name": "gold"}]})
    pq.write_table(frame, tmp_path / "partners.parquet")

    loaded = load_facts(partners=tmp_path / "partners.parquet" if as_file else frame)

    assert [each.tier for each in loaded.facts.partners] == ["gold"]


def test_a_dataframe_without_a_column_it_needs_is_unreadable():
    with pytest.raises(UnreadableError, match="there is no column for `submitted_at`"):
        load_facts(registrations=FRAME.drop_columns(["Submitted"]))


def test_what_is_not_parquet_is_unreadable(tmp_path):
    (tmp_path / "x.parquet").write_text("registration_id\n", encoding="utf-8")

    with pytest.raises(UnreadableError, match=r"x\.parquet: the table cannot be read"):
        load_facts(registrations=tmp_path / "x.parquet")
    with pytest.raises(UnreadableError, match="the table cannot be read"):
        load_facts(registrations=tmp_path / "none.parquet")


@pytest.mark.parametrize(
    ("module", "source", "what"),
    [("narwhals", FRAME, "a dataframe"), ("pyarrow.parquet", "x.parquet", "a Parquet file")],
)
def test_without_the_extra_the_error_names_the_command(module, source, what, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)

    with pytest.raises(MissingExtraError, match=f"reading {what} needs") as wrong:
        load_facts(registrations=source)

    assert wrong.value.hint == 'run `pip install "dealreg[dataframes]"`'
