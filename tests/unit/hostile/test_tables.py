"""A stranger's policy over tables: its words are values, and its size is no danger."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import duckdb
import pyarrow as pa
import pytest

from dealreg import (
    Field,
    Policy,
    PolicyErrors,
    UsageError,
    columnar,
    contest,
    earliest,
    field,
    highest,
    requirement,
)
from dealreg.policy.predicates import Compare, Covers, Fact, Not, OneOf, Only, Op, Overlaps
from dealreg.wire import policy_from_toml
from tests.unit.hostile.attacks import WORDS
from tests.unit.hostile.test_growth import (
    AT,
    CONTEST,
    HEAD,
    LAST,
    SHAPES,
    counted,
    listed,
    repeated,
)

ENGINES = ("polars", "duckdb", "pyarrow")
SUBMITTED = datetime(2026, 3, 2, 9, tzinfo=UTC)

SQL = (
    "'; DROP TABLE treasure; --",
    "' OR '1'='1",
    '" OR "1"="1',
    "x' UNION SELECT content FROM read_text('/etc/passwd') --",
    "read_csv('/etc/passwd')",
    "'/etc/passwd'",
    "COPY (SELECT 42) TO 'stolen.csv'",
    "/* */ -- $1 ? :name {name} %s",
    "$$a$$",
    "E'\\x41'",
    "\\'; SELECT 1; --",
    "^reg.*$",
    ".*",
    "*",
    "registration_id",
    "dealreg_status",
    "dealreg_level_0",
    "id",
    "k0",
    "NULL",
    "İstanbul ﬀ Straße",
    "e\u0301",
    "tab\tnew\nline",
)
TEXTS = tuple(
    dict.fromkeys((*SQL, *(each for each in WORDS if 0 < len(each) <= 200 and each.isprintable())))
)


def table(rows: int = 2, **more: Any) -> pa.Table:
    names = [f"R{number}" for number in range(rows)]
    given = {
        "registration_id": names,
        "partner_id": names,
        "opportunity_id": ["O"] * rows,
        "customer_id": ["C"] * rows,
        "submitted_at": pa.array([SUBMITTED] * rows, pa.timestamp("us", tz="UTC")),
    }
    return pa.table(given | more)


def codes(made: Any) -> dict[tuple[str, str], str]:
    return {(r["registration_id"], r["benefit"]): r["code"] for r in pa.table(made).to_pylist()}


def requiring(*rules: Any, **more: Any) -> Policy:
    return Policy(
        programme="Tables",
        contests=[contest("protection", *rules, earliest("submitted_at"))],
        **more,
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_a_constant_is_compared_and_never_read(engine: str, tmp_path: Path, monkeypatch) -> None:
    """Each row is asked about all texts: it meets the rules about its own, and no other."""
    monkeypatch.chdir(tmp_path)
    rules = [
        requirement(f"C{number}", Not(Compare(Fact("region"), Op.EQ, word)), "No.")
        for number, word in enumerate(TEXTS)
    ]
    made = columnar(requiring(*rules)).standings(
        table(len(TEXTS), region=list(TEXTS)), at=AT, engine=engine
    )
    found = codes(made)
    assert found == {(f"R{number}", "protection"): f"C{number}" for number in range(len(TEXTS))}
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("node", [OneOf, Overlaps, Covers, Only])
def test_constants_of_sets_too(engine: str, node: Any) -> None:
    sets = node is not OneOf
    rules = requiring(requirement("X", node(Fact("products" if sets else "region"), TEXTS), "No."))
    held = [[TEXTS[0], TEXTS[-1]], ["other"]] if sets else [TEXTS[0], "other"]
    given = {"products" if sets else "region": held}
    if node is Only and engine == "pyarrow":
        with pytest.raises(PolicyErrors):
            columnar(rules).standings(table(**given), at=AT, engine=engine)
        return
    found = codes(columnar(rules).standings(table(**given), at=AT, engine=engine))
    wins = "X" if node is Covers else "GRANTED"
    assert found == {("R0", "protection"): wins, ("R1", "protection"): "X"}


@pytest.mark.parametrize("engine", ENGINES)
def test_levels_too(engine: str) -> None:
    """Each row has a level of its own; the policy wants one in the middle, and prefers higher."""
    middle = len(TEXTS) // 2
    rules = Policy(
        programme="Tables",
        tiers=TEXTS,
        contests=[
            contest(
                "protection",
                requirement("X", field("tier") >= TEXTS[middle], "No."),
                highest("tier"),
            )
        ],
    )
    made = columnar(rules).standings(table(len(TEXTS), tier=TEXTS), at=AT, engine=engine)
    found = [code for _, code in sorted(codes(made).items(), key=lambda e: int(e[0][0][1:]))]
    lost = ["DUPLICATE_OTHER_PARTNER"] * (len(TEXTS) - middle - 1)
    assert found == [*["X"] * middle, *lost, "GRANTED"]


NAMES = ("select", "None", "id", "who", "k0", "a0", "q0_0", "bad", "odd", "dealreg_status")
NAMES += ("dealreg_level_0", "DEALREG_STATUS", "dealreg_given", "standings", "rowid", "literal")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", NAMES)
def test_a_field_may_be_called_as_a_column_of_ours(engine: str, name: str) -> None:
    rules = requiring(
        requirement("X", Compare(Fact(name), Op.EQ, 7), "No."),
        requirement("Y", field("tier") >= "gold", "No."),
        fields=[Field(name, "integer")],
        tiers=["silver", "gold"],
    )
    given = table(3, **{name: [7, 8, 7], "tier": ["gold", "gold", "silver"]})
    found = codes(columnar(rules).standings(given, at=AT, engine=engine))
    assert [code for _, code in sorted(found.items())] == ["GRANTED", "X", "Y"]


def test_columns_that_duckdb_would_rename_are_refused() -> None:
    given = table(STATUS=["x", "x"], status=["withdrawn", "withdrawn"])
    assert set(codes(columnar(requiring()).standings(given, at=AT)).values()) == {"WITHDRAWN"}
    with pytest.raises(UsageError, match="does not tell the columns `STATUS` and `status` apart"):
        columnar(requiring()).standings(given, at=AT, engine="duckdb")


def tied() -> Policy:
    """What is decided one by one, so that ids go to the connection, and standings come back."""
    contests = [attrs.evolve(contest("protection", highest("score")), tie="refer")]
    return Policy(programme="Tables", contests=contests)


def test_tables_of_the_user_are_not_taken_for_ours() -> None:
    connection = duckdb.connect()
    for name in ("standings", "wanted", "ids", "found", "table", "made", "treasure"):
        connection.execute(f'CREATE TABLE "{name}" AS SELECT 666 AS registration_id')
    relation = connection.from_arrow(table(score=[1, 1]))
    made = columnar(tied()).standings(relation, at=AT)
    rows = {tuple(row[:2]) for row in made.fetchall()}
    assert rows == {("R0", "R0"), ("R1", "R1")}
    assert connection.sql("SELECT count(*) FROM treasure").fetchall() == [(1,)]
    connection.execute("CREATE VIEW DEALREG_handed_over AS SELECT 666 AS registration_id")
    with pytest.raises(UsageError, match="has a table or view called `dealreg_handed_over`"):
        columnar(tied()).standings(relation, at=AT)


def levels(count: int) -> str:
    rule = repeated(count, "tier != t#", " and ")
    return (
        f"{HEAD}tiers = {listed(count, 't#')}\n{CONTEST}{LAST}"
        f'[[contests.requires]]\ncode = "C"\ntell = "x"\nthat = "{rule}"\n'
    )


def head_starts(count: int) -> str:
    window = 'window = "head start of 1 days per tier by submitted_at"\n'
    return f"{HEAD}tiers = {listed(count, 't#')}\n{CONTEST}{LAST}{window}"


def scope(count: int) -> str:
    fields = repeated(count, '[fields.k#]\ntype = "text"\n')
    return f"{HEAD}{fields}{CONTEST}{LAST}scope = {listed(count, 'k#')}\n"


def numbers(count: int) -> str:
    rule = f"score in [{repeated(count, '#', ', ')}]"
    return f'{HEAD}{CONTEST}{LAST}[[contests.requires]]\ncode = "C"\ntell = "x"\nthat = "{rule}"\n'


WIDE = SHAPES | {
    "levels": levels,
    "head starts": head_starts,
    "scope": scope,
    "one of many numbers": numbers,
}


def asked(policy: Policy, engine: str = "polars") -> dict[tuple[str, str], str]:
    """What becomes of two rows with a value in every column that the policy reads."""
    ready = columnar(policy)
    given = table()
    for name in ready.fields:
        if name not in given.column_names:
            kind = policy.vocabulary().get(name)
            assert kind is not None
            values: list[Any] = {"text": ["a", "b"], "ordinal": ["t1", "t0"]}.get(kind.type, [1, 2])
            given = given.append_column(name, [values])
    return codes(ready.standings(given, at=AT, engine=engine))


@pytest.mark.parametrize(
    "shape",
    ["levels", "head starts", "one of many numbers", "one rule of many parts", "contests in a row"],
)
def test_four_times_the_parts_make_four_times_the_work(shape: str) -> None:
    counts = (10, 40) if "contests" in shape else (30, 120)  # they cost most
    small, large = (policy_from_toml(WIDE[shape](count)) for count in counts)
    assert counted(lambda: asked(large)) < 5.5 * counted(lambda: asked(small))


def test_more_contests_than_columns_can_bear_are_left_to_the_compiled_decider() -> None:
    policy = policy_from_toml(WIDE["contests"](501))
    with pytest.raises(PolicyErrors, match="1 found") as caught:
        columnar(policy)
    assert "has more than 500 contests" in str(caught.value)
    assert len(codes(columnar(policy, "compiled").standings(table(), at=AT))) == 1_002


def test_more_values_than_duckdb_looks_through_in_time_are_refused_there() -> None:
    policy = policy_from_toml(numbers(1_001))
    with pytest.raises(PolicyErrors) as caught:
        asked(policy, "duckdb")
    assert "more than 1,000 values, which is too much for DuckDB" in str(caught.value)
    assert len(asked(policy)) == 2
    assert len(asked(policy_from_toml(numbers(1_000)), "duckdb")) == 2


@pytest.mark.parametrize(
    ("shape", "engine"),
    [
        ("requirements", "polars"),
        ("keys", "polars"),
        ("preferred rules", "polars"),
        ("bands", "polars"),
        ("scope", "polars"),
        ("one of many numbers", "duckdb"),
        ("bands", "duckdb"),
    ],
)
def test_many_parts_are_not_put_inside_each_other(shape: str, engine: str) -> None:
    """Python gives up at a depth of 1,000 calls, and so would the libraries."""
    assert len(asked(policy_from_toml(WIDE[shape](400)), engine)) == 2
