"""A stranger's tables: columns of odd types, values at the edge, files that lie."""

import random
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dealreg import (
    DealregError,
    FactsError,
    Policy,
    Tie,
    UnreadableError,
    UsageError,
    columnar,
    contest,
    earliest,
    field,
    highest,
    money,
    period,
    requirement,
)
from dealreg.bulk import decide_files
from dealreg.bulk.sources import Source, opened
from dealreg.wire import load_facts
from tests.unit.hostile.test_growth import counted
from tests.unit.hostile.test_tables import AT, ENGINES, codes, table, tied

READY = columnar(
    Policy(
        programme="Tables",
        tiers=["silver", "gold"],
        contests=[
            contest(
                "protection",
                requirement("A", field("amount") >= money("5 EUR")),
                requirement("Q", field("quantity") >= 3),
                requirement("D", field("estimated_close") >= date(2026, 1, 1)),
                requirement("S", field("products").overlaps("a")),
                highest("tier").then(earliest("submitted_at")),
            )
        ],
    )
)


def given(**odd: Any) -> pa.Table:
    plain = {
        "amount": pa.array([Decimal(5)] * 2, pa.decimal128(20, 2)),
        "currency": ["EUR"] * 2,
        "quantity": [3] * 2,
        "estimated_close": pa.array([date(2026, 5, 1)] * 2),
        "products": [["a"]] * 2,
        "tier": ["gold", "silver"],
    }
    return table(2, **(plain | odd))


def instants(numbers: list[int], unit: str = "us", zone: str = "UTC") -> pa.Array:
    return pa.array(numbers, pa.int64()).cast(pa.timestamp(unit, zone))


BROKEN_TEXT = pa.StringArray.from_buffers(
    2, pa.py_buffer(bytes([0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0])), pa.py_buffer(b"\xff\xfe")
)
TAKEN: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no numbers": ({"amount": [float("nan"), float("-inf")]}, ["A", "A"]),
    "numbers without end": (
        {"amount": [float("inf"), 1e308]},
        ["GRANTED", "DUPLICATE_OTHER_PARTNER"],
    ),
    "a point far to the left": (
        {"amount": pa.array([Decimal("1e-30"), Decimal(5)], pa.decimal128(38, 30))},
        ["A", "GRANTED"],
    ),
    "all instants": (
        {"submitted_at": instants([2**63 - 1, -(2**63)])},
        ["NOT_YET_SUBMITTED", "GRANTED"],
    ),
    "all dates": (
        {"estimated_close": pa.array([2**31 - 1, -(2**31)], pa.int32()).cast(pa.date32())},
        ["GRANTED", "D"],
    ),
    "categories": (
        {"tier": pa.array(["gold", "silver"]).dictionary_encode()},
        ["GRANTED", "DUPLICATE_OTHER_PARTNER"],
    ),
    "nothing in a list": ({"products": pa.array([[None, "a"], [None]])}, ["GRANTED", "S"]),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("odd", TAKEN)
def test_values_at_the_edge_are_decided_on(odd: str, engine: str) -> None:
    columns, expected = TAKEN[odd]
    found = codes(READY.standings(given(**columns), at=AT, engine=engine))
    assert [code for _, code in sorted(found.items())] == expected


REFUSED: dict[str, dict[str, Any]] = {
    "wider than any library has": {
        "amount": pa.array([Decimal("9" * 70), Decimal(1)], pa.decimal256(76, 2))
    },
    "beyond 64 bits": {"quantity": pa.array([2**64 - 1, 3], pa.uint64())},
    "fractions for whole numbers": {"quantity": [1.5, 2.5]},
    "lists of records": {"products": pa.array([[{"a": 1}], []])},
    "lists of numbers": {"products": [[1], [2]]},
    "nothing at all": {"products": pa.nulls(2)},
    "bytes": {"registration_id": [b"\xff", b"a"]},
    "records": {"registration_id": [{"a": 1}, {"a": 2}]},
    "no text": {"registration_id": BROKEN_TEXT},
    "one of several types": {
        "tier": pa.UnionArray.from_sparse(pa.array([0, 0], pa.int8()), [pa.array(["gold"] * 2)])
    },
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("odd", REFUSED)
def test_what_no_column_can_be_is_refused(odd: str, engine: str) -> None:
    with pytest.raises(DealregError) as caught:
        READY.standings(given(**REFUSED[odd]), at=AT, engine=engine)
    assert len(str(caught.value)) < 1_000


def test_bytes_that_are_no_text_are_refused_where_rows_become_records_too() -> None:
    with pytest.raises(UnreadableError, match="the table cannot be read: 'utf-8' codec"):
        load_facts(registrations=given(registration_id=BROKEN_TEXT))


def test_a_decimal_in_hundreds_is_refused_by_its_column() -> None:
    hundreds = given(amount=pa.array([Decimal(300)] * 2, pa.decimal128(10, -2)))
    for engine in ENGINES:
        with pytest.raises(UnreadableError, match="column `amount` is of the type decimal128"):
            READY.standings(hundreds, at=AT, engine=engine)


def test_two_columns_of_one_name_are_refused() -> None:
    whole = given()
    twice = pa.table([*whole.columns, whole["tier"]], names=[*whole.column_names, "tier"])
    for engine in ENGINES:
        with pytest.raises(UnreadableError, match="cannot be computed with"):
            READY.standings(twice, at=AT, engine=engine)


def test_a_defect_of_ours_is_not_taken_for_a_table_that_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("dealreg.deciders.lowering.in_columns", broken)
    with pytest.raises(ZeroDivisionError):
        READY.standings(given(), at=AT)


@pytest.mark.parametrize("engine", ENGINES)
def test_ids_may_be_categories_where_conflicts_are_decided_one_by_one(engine: str) -> None:
    ids = pa.array(["R0", "R1"]).dictionary_encode()
    rows = table(score=[1, 1], registration_id=ids)
    found = columnar(tied()).decide(rows, at=AT, engine=engine)
    assert found.one_by_one == 2
    assert set(codes(found.standings).values()) == {"TIE"}


class Evil:
    """An object in a cell, which notes what is asked of it."""

    asked: ClassVar[list[str]] = []

    def __eq__(self, other: object) -> bool:
        self.asked.append("eq")
        return True

    def __hash__(self) -> int:
        self.asked.append("hash")
        return 0

    def __repr__(self) -> str:
        return "x" * 10_000_000


@pytest.mark.parametrize("column", ["registration_id", "tier", "amount", "products"])
def test_objects_in_cells_are_no_values(column: str) -> None:
    frame = given().to_pandas()
    frame[column] = pd.Series([Evil(), Evil()], dtype=object)
    with pytest.raises(UnreadableError) as caught:
        READY.standings(frame, at=AT)
    assert len(str(caught.value)) < 1_000
    loaded = load_facts(registrations=frame)
    assert len(loaded.rejects) == 2
    assert max(len(each.reason) for each in loaded.rejects) < 1_000
    assert Evil.asked == []


def test_one_opportunity_with_everything_and_a_tier_for_each() -> None:
    """Python's own work does not grow with the rows."""

    def asked(rows: int) -> object:
        crowd = table(rows, tier=[f"t{n}" for n in range(rows)])
        policy = Policy(
            programme="Tables", tiers=["t1"], contests=[contest("protection", highest("tier"))]
        )
        return columnar(policy).decide(crowd, at=AT).standings

    asked(10)
    assert counted(lambda: asked(20_000)) < 2 * counted(lambda: asked(200))


@pytest.mark.parametrize("ask", ["in_turn", "in_rounds"])
def test_who_holds_one_after_the_other_is_a_round_each_and_rounds_have_an_end(
    ask: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dealreg.deciders.columnar.succession._MOST_ROUNDS", 5)
    policy = Policy(
        programme="Tables",
        contests=[
            contest(
                "protection",
                earliest("submitted_at"),
                Tie.REGISTRATION_ID,
                period("1 minutes", starts="submitted_at"),
            )
        ],
    )

    def held(rows: int) -> list[str]:
        minutes = instants([n * 120_000_000 for n in range(rows)])
        crowd = table(rows, submitted_at=minutes)
        made = getattr(columnar(policy), ask)(crowd, "protection", at=AT)
        return list(codes(made.standings).values())

    assert held(5) == ["GRANTED"] * 5
    with pytest.raises(FactsError, match="more than 5 registrations hold one after the other"):
        held(6)


# ------------------------------------------------------------------------------ files


@pytest.fixture
def file(tmp_path: Path) -> Path:
    pq.write_table(pa.concat_tables([given()] * 40), tmp_path / "table.parquet", row_group_size=16)
    return tmp_path / "table.parquet"


def bulk(path: Path) -> object:
    return decide_files(READY, path, path.parent / "out", at=AT, parts=2)


def load(path: Path) -> object:
    return load_facts(registrations=path)


@pytest.mark.parametrize("read", [bulk, load])
@pytest.mark.parametrize("seed", range(25))
def test_a_damaged_file_is_refused_or_read(
    read: Callable[[Path], object], seed: int, file: Path
) -> None:
    """Bytes that are others, are missing, or are there twice: in the pages, and in the footer."""
    chance = random.Random(seed)
    data = bytearray(file.read_bytes())
    for _ in range(chance.choice((1, 3, 30))):
        place = chance.randrange(4, len(data))
        match chance.randrange(4):
            case 0:
                data[place] ^= 1 << chance.randrange(8)
            case 1:
                data[place : place + 4] = (2**31 - 1).to_bytes(4, "little")
            case 2:
                del data[place : place + chance.choice((1, 100))]
            case _:
                data[place:place] = data[place : place + 50]
    file.write_bytes(data)
    try:
        read(file)
    except DealregError as wrong:
        assert len(str(wrong)) < 1_500  # noqa: PT017 - it may be read as well


@pytest.mark.parametrize("rows", [1, 10**6, 2**40, 2**62])
def test_a_footer_that_lies_about_its_rows_is_found_out(
    rows: int, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number of parts comes from the footers: it has a limit, and the rows are counted."""

    def lying(*arguments: Any) -> Any:
        sources, schema = opened(*arguments)
        return tuple(
            Source(e.path, (rows,) * len(e.groups), e.fingerprint) for e in sources
        ), schema

    monkeypatch.setattr("dealreg.bulk.files.opened", lying)
    error = UnreadableError if rows < 2**40 else UsageError
    with pytest.raises(error, match=r"not as many rows|parts are more than"):
        decide_files(READY, file, file.parent / "out", at=AT)


def test_no_run_has_more_parts_than_it_can_name(file: Path) -> None:
    with pytest.raises(UsageError, match="100,001 parts are more than 100,000"):
        decide_files(READY, file, file.parent / "out", at=AT, parts=100_001)
    (file.parent / "more").mkdir()
    bulk(file)
    manifest = file.parent / "out" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"parts": 2', '"parts": 999999999999'))
    with pytest.raises(UnreadableError, match="the manifest is damaged"):
        decide_files(READY, file, file.parent / "out", at=AT)
