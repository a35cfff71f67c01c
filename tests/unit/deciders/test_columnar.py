"""The columnar decider at its doors: kinds of tables, columns that do not fit, rows set aside."""

import pickle
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import attrs
import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from dealreg import (
    Edition,
    Elapsed,
    FactsErrors,
    Field,
    MissingExtraError,
    Policy,
    PolicyBook,
    PolicyErrors,
    Rest,
    Tally,
    Tie,
    UsageError,
    columnar,
    competing_on,
    contest,
    earliest,
    extension,
    external,
    field,
    highest,
    holder_of,
    holders,
    milestone,
    money,
    others,
    override,
    period,
    requirement,
    same_period,
    sla,
    within,
)
from dealreg.deciders.columnar import tables
from dealreg.deciders.columnar.support import refusals
from dealreg.policy.stages import Scope

AT = datetime(2026, 4, 1, tzinfo=UTC)
FIRST = earliest("submitted_at")
POLICY = Policy(
    programme="Tables",
    tiers=["silver", "gold"],
    contests=[
        contest("protection", within("7 days"), highest("tier").then(FIRST)),
        contest("special_bid", holder_of("protection"), FIRST),
    ],
)


def day(number):
    return datetime(2026, 3, number, 9, tzinfo=UTC)


ROWS = pa.table(
    {
        "registration_id": ["R1", "R2", "R3"],
        "partner_id": ["Arbor", "Birch", "Cedar"],
        "opportunity_id": ["O1", "O1", "O1"],
        "submitted_at": pa.array([day(1), day(2), day(20)], pa.timestamp("us", tz="UTC")),
        "tier": ["silver", "gold", "gold"],
    }
)
CODES = {"R1": "DUPLICATE_OTHER_PARTNER", "R2": "GRANTED", "R3": "OUTSIDE_WINDOW"}


def policy(*parts, **more):
    return Policy(
        programme="Tables",
        tiers=["silver", "gold"],
        contests=[attrs.evolve(contest("protection", *parts), **more)],
    )


def codes(table):
    rows = pa.table(table).to_pylist()
    return {r["registration_id"]: r["code"] for r in rows if r["benefit"] == "protection"}


KINDS = {
    "polars": pl.from_arrow(ROWS),
    "lazy polars": pl.from_arrow(ROWS).lazy(),
    "pandas": ROWS.to_pandas(),
    "pyarrow": ROWS,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("engine", [None, "polars", "duckdb", "pyarrow"])
def test_a_table_comes_back_as_the_kind_it_was(kind, engine):
    found = columnar(POLICY).standings(KINDS[kind], at=AT, engine=engine)

    assert type(found) is type(KINDS[kind])
    assert codes(found.collect() if kind == "lazy polars" else found) == CODES


@pytest.mark.parametrize("engine", [None, "polars", "pyarrow"])
def test_a_relation_of_duckdb_comes_back_as_one(engine):
    connection = duckdb.connect()
    relation = connection.from_arrow(ROWS)
    found = columnar(POLICY).standings(relation, at=AT, engine=engine)

    assert isinstance(found, duckdb.DuckDBPyRelation)
    assert found.filter("code = 'GRANTED'").fetchall()[0][0] == "R2"
    assert len(found.fetchall()) == 6


def test_without_polars_pyarrow_computes(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert tables.given(ROWS).engine == "pyarrow"
    assert codes(columnar(POLICY).standings(KINDS["pandas"], at=AT)) == CODES


def test_an_empty_table_has_no_standings():
    found = columnar(POLICY).standings(ROWS.slice(0, 0), at=AT)
    assert found.schema.equals(tables.standings_schema())
    assert len(found) == 0


def test_what_is_missing_or_of_another_type_is_told_at_once():
    asks = policy(requirement("SMALL", field("amount") >= money("1 EUR")), highest("tier"))
    wrong = ROWS.set_column(3, "submitted_at", pa.array(["2026-03-01"] * 3))
    wrong = wrong.append_column("amount", pa.array([1, 2, 3])).drop_columns(["tier"])
    wrong = wrong.append_column("ended_at", pa.array([1, 2, 3]))

    with pytest.raises(FactsErrors) as refused:
        columnar(asks).decide(wrong, at=AT)
    assert [str(each) for each in refused.value.problems] == [
        (
            "amount: the table does not say in which currency `amount` is; add a column "
            "`amount_currency`"
        ),
        (
            "submitted_at: the column `submitted_at` has values of type `String`; give instants "
            "with a time zone, to the microsecond"
        ),
        (
            "tier: the table has no column `tier`, which the policy reads; choose one of `amount`, "
            "`ended_at`, `opportunity_id`, `partner_id`, `registration_id`, `submitted_at`; or say "
            "`unknown=['tier']` if it is known of nobody"
        ),
        (
            "ended_at: the column `ended_at` has values of type `Int64`; "
            "give instants with a time zone, to the microsecond"
        ),
    ]


def test_what_is_known_of_nobody_is_said():
    found = columnar(POLICY).standings(ROWS.drop_columns(["tier"]), at=AT, unknown=["tier"])
    assert codes(found)["R1"] == "GRANTED"


def test_reasons_of_rejection_are_read_where_they_matter():
    again = policy(FIRST)
    again = attrs.evolve(
        again,
        contests=[
            attrs.evolve(c, others=attrs.evolve(c.others, reconsidered=True))
            for c in again.contests
        ],
    )
    with pytest.raises(FactsErrors) as refused:
        columnar(again).decide(ROWS, at=AT)
    assert "no column `status_reason`" in str(refused.value)
    rejected = ROWS.append_column("status", pa.array(["rejected"] * 3))
    rejected = rejected.append_column("status_reason", pa.array(["DUPLICATE_OTHER_PARTNER"] * 3))
    made = columnar(again).decide(rejected, at=AT)
    assert (codes(made.standings)["R1"], made.one_by_one) == ("GRANTED", 3)


def test_rows_that_cannot_be_read_are_set_aside():
    rows = ROWS.to_pylist()
    spoilt = [
        {"registration_id": None},
        {"partner_id": None},
        {"submitted_at": None},
        {"status": "lapsed"},
        {"tier": "golden"},
    ]
    table = [{"status": "approved", **row} for row in rows]
    table += [{**rows[0], "registration_id": f"W{n}", **each} for n, each in enumerate(spoilt)]
    schema = ROWS.schema.append(pa.field("status", pa.string()))
    table = pa.Table.from_pylist(table, schema=schema)
    for rest in Rest:  # in columns, and by the compiled decider
        slow = policy(within("7 days"), highest("tier").then(FIRST), capacity=2)
        ready = columnar(POLICY if rest is Rest.REFUSE else slow, rest)
        made = ready.decide(table, at=AT)
        assert [tuple(row.values()) for row in made.rejected.to_pylist()] == [
            (None, "Arbor", "the row has no `registration_id`"),
            ("W1", None, "the row has no `partner_id`"),
            ("W2", "Arbor", "the row has no `submitted_at`"),
            ("W3", "Arbor", "the row has a status that is none"),
            ("W4", "Arbor", "the row has a level that is not on the ladder"),
        ]
        assert set(codes(made.standings)) == {"R1", "R2", "R3"}
        with pytest.raises(FactsErrors) as refused:
            ready.standings(table, at=AT)
        assert "W3: the row has a status that is none; correct it" in str(refused.value)


@pytest.mark.parametrize("engine", ["polars", "pyarrow"])
def test_rows_that_stand_twice_count_once_unless_they_differ(engine):
    rows = ROWS.to_pylist()
    twice = [*rows, rows[0], {**rows[2], "tier": "silver"}]
    table = pa.Table.from_pylist(twice, schema=ROWS.schema)
    wrong = [("R3", "another row has the same `registration_id`, and states something else")] * 2
    for rest in Rest:
        slow = policy(within("7 days"), highest("tier").then(FIRST), capacity=2)
        ready = columnar(POLICY if rest is Rest.REFUSE else slow, rest)
        made = ready.decide(table, at=AT, engine=engine)
        rejected = [(r["registration_id"], r["reason"]) for r in made.rejected.to_pylist()]
        assert rejected == wrong
        assert set(codes(made.standings)) == {"R1", "R2"}


@pytest.mark.parametrize("engine", ["polars", "pyarrow"])
def test_of_two_rows_with_one_name_neither_is_believed_if_one_cannot_be_read(engine):
    rows = ROWS.to_pylist()
    table = pa.Table.from_pylist([*rows, {**rows[0], "tier": "golden"}], schema=ROWS.schema)
    for rest in Rest:
        slow = policy(within("7 days"), highest("tier").then(FIRST), capacity=2)
        ready = columnar(POLICY if rest is Rest.REFUSE else slow, rest)
        made = ready.decide(table, at=AT, engine=engine)
        assert [row["registration_id"] for row in made.rejected.to_pylist()] == ["R1", "R1"]
        assert set(codes(made.standings)) == {"R2", "R3"}


def test_what_is_no_table_is_refused():
    with pytest.raises(UsageError, match="`list` is not a table"):
        columnar(POLICY).decide([{"registration_id": "R1"}], at=AT)


def test_a_book_is_refused():
    book = PolicyBook(
        programme="Tables", editions=[Edition(policy=POLICY, effective_from="2026-01-01T00:00Z")]
    )
    with pytest.raises(UsageError, match="`PolicyBook` is not a policy; give one version"):
        columnar(book)


def test_a_part_that_is_not_decided_in_columns_is_refused_by_name():
    with pytest.raises(PolicyErrors) as refused:
        columnar(policy(FIRST, capacity=2))
    assert str(refused.value) == (
        "contests[protection].capacity: `Contest` may be held by several, who are told apart; give "
        '`rest="compiled"` to have the compiled decider do it'
    )
    assert str(columnar(policy(FIRST, capacity=2), "compiled").support()[0]) == (
        "contests[protection].capacity: `Contest` may be held by several, who are told apart"
    )


def test_what_one_engine_cannot_do_is_refused_by_name_too():
    only = policy(requirement("BRANDS", field("products").only("desktop")), FIRST)
    table = ROWS.append_column("products", pa.array([["desktop"], [], ["desktop", "cloud"]]))

    with pytest.raises(PolicyErrors) as refused:
        columnar(only).decide(table, at=AT, engine="pyarrow")
    assert "`Only` is not computed by pyarrow" in str(refused.value)
    assert columnar(only, "compiled").decide(table, at=AT, engine="pyarrow").one_by_one == 3
    assert codes(columnar(only).standings(table, at=AT))["R3"] == "BRANDS"


def test_the_columns_by_which_a_table_may_be_parted():
    assert columnar(POLICY).keys == ("opportunity_id",)
    other = attrs.evolve(contest("discount", FIRST), scope=Scope(keys=("customer_id",)))
    two = attrs.evolve(POLICY, contests=[*POLICY.contests, other])
    with pytest.raises(ValueError, match="has contests of different scopes; decide the table as"):
        _ = columnar(two).keys
    assert len(columnar(two).standings(ROWS, at=AT, unknown=["customer_id"])) == 9


def test_no_columns_part_a_table_whose_scope_stands_in_none():
    groups = policy(FIRST, competing_on("partner_group"))
    with pytest.raises(ValueError, match="has a scope that is no plain text"):
        _ = columnar(groups, "compiled").keys
    found = columnar(groups, "compiled").standings(ROWS, at=AT)
    assert set(codes(found).values()) == {"GRANTED"}  # each partner is a group of its own


def test_one_by_one_too_the_facts_of_a_partner_are_those_of_its_row():
    """A partner has risen between two opportunities: each row is believed."""
    rows = [
        dict(row, partner_id="Arbor", opportunity_id=f"O{n}")
        for n, row in enumerate(ROWS.to_pylist())
    ]
    rows.append(dict(rows[0], registration_id="R4", opportunity_id=None))
    slow = policy(requirement("TIER", field("tier") >= "gold"), FIRST, capacity=2)
    table = pa.Table.from_pylist(rows, schema=ROWS.schema)
    found = codes(columnar(slow, "compiled").standings(table, at=AT))

    assert found == {"R1": "TIER", "R2": "GRANTED", "R3": "GRANTED", "R4": "SCOPE_UNKNOWN"}


def test_it_is_pickled_as_its_policy():
    ready = columnar(POLICY)
    again = pickle.loads(pickle.dumps(ready))
    assert (again.policy, again.rest) == (ready.policy, ready.rest)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2, 3], pa.int64()),
        ([1.0, 2.0, 3.0], pa.float64()),
        ([Decimal("1.0"), Decimal("2.0"), Decimal("3.0")], pa.decimal128(9, 1)),
    ],
)
@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        (field("score") >= Decimal("1.5"), "R2 R3"),
        (field("score") > Decimal(2), "R3"),
        (field("score") < Decimal("2.25"), "R1 R2"),
        (field("score") <= Decimal(2), "R1 R2"),
        (field("score") == Decimal(2), "R2"),
        (field("score") == Decimal("2.25"), ""),
        (field("score") != Decimal("2.25"), "R1 R2 R3"),
        (field("score") != Decimal(2), "R1 R3"),
        (field("score").one_of(Decimal(1), Decimal(3)), "R1 R3"),
    ],
)
def test_numbers_compare_exactly_whatever_their_type(values, kind, asked, fits):
    table = ROWS.append_column("score", pa.array(values, kind))
    apart = table.set_column(2, "opportunity_id", pa.array(["O1", "O2", "O3"]))
    found = codes(columnar(policy(requirement("SCORE", asked), FIRST)).standings(apart, at=AT))

    assert " ".join(sorted(name for name, code in found.items() if code == "GRANTED")) == fits


def test_binary_numbers_are_not_compared_with_what_they_cannot_hold():
    asks = policy(requirement("SCORE", field("score") >= Decimal("0.12345678901234567")), FIRST)
    table = ROWS.append_column("score", pa.array([1.0, 2.0, float("nan")]))
    with pytest.raises(ValueError, match=r"cannot be compared with `0[.]1234567890123456"):
        columnar(asks).decide(table, at=AT)
    half = columnar(policy(requirement("SCORE", field("score") >= Decimal("0.5")), FIRST))
    assert half.standings(table, at=AT).to_pylist()[2]["kind"] == "returned"


def test_rows_of_one_partner_that_differ_are_refused_where_records_are_made():
    tied = attrs.evolve(policy(highest("tier")), contests=policy(highest("tier")).contests)
    rows = [dict(row, partner_id="Arbor") for row in ROWS.to_pylist()]
    table = pa.Table.from_pylist(rows, schema=ROWS.schema)
    with pytest.raises(ValueError, match="rows of the partner_id `Arbor` differ in `tier`"):
        columnar(tied, "compiled").decide(
            table.append_column("status", pa.array(["won", "submitted", "submitted"])), at=AT
        )


def test_a_tie_that_a_person_breaks_is_decided_one_by_one():
    rows = [dict(row, submitted_at=day(1)) for row in ROWS.to_pylist()]
    table = pa.Table.from_pylist(rows, schema=ROWS.schema)
    made = columnar(policy(FIRST)).decide(table, at=AT)

    assert (made.one_by_one, set(codes(made.standings).values())) == (3, {"TIE"})
    stated = columnar(policy(FIRST, Tie.REGISTRATION_ID)).decide(table, at=AT)
    assert (stated.one_by_one, codes(stated.standings)["R1"]) == (0, "GRANTED")


def test_a_table_may_be_parted_only_where_nothing_is_counted_across():
    counts = Field("open", "integer", derived=Tally(same=("partner_id",)))
    capped = attrs.evolve(policy(requirement("CAP", field("open") < 2), FIRST), fields=[counts])
    ready = columnar(capped, "compiled")
    with pytest.raises(ValueError, match="because the policy counts registrations of other"):
        _ = ready.keys
    rows = [
        dict(row, partner_id="Arbor", opportunity_id=f"O{n}", tier="gold")
        for n, row in enumerate(ROWS.to_pylist())
    ]
    found = ready.standings(pa.Table.from_pylist(rows, schema=ROWS.schema), at=AT)
    assert codes(found) == {"R1": "GRANTED", "R2": "GRANTED", "R3": "CAP"}


@pytest.mark.parametrize(
    ("part", "because"),
    [
        (competing_on("tier"), "has the key tier, which is no plain text"),
        (competing_on("customer_id"), "depends on a contest of another scope"),
    ],
)
def test_what_is_refused_and_why(part, because):
    parts = [part, FIRST]
    if "depends" in because:
        parts.append(holder_of("protection"))
        made = attrs.evolve(POLICY, contests=[POLICY.contests[0], contest("discount", *parts)])
    else:
        made = policy(*parts)
    found = refusals(made)
    assert [each.because for each in found] == [because]


def test_a_period_that_can_be_extended_is_one_that_was_not():
    """A table has no column for extensions and pauses: nobody asked for any."""
    longer = policy(FIRST, period("9 days", extension=extension(), pauses=True))
    table = ROWS.append_column("approved_at", ROWS["submitted_at"])
    found = codes(columnar(longer).standings(table, at=day(21)))
    assert found == {"R1": "EXPIRED", "R2": "EXPIRED", "R3": "GRANTED"}


def test_approval_by_silence_is_left_to_the_compiled_decider():
    silent = attrs.evolve(POLICY, sla=sla("3 days", missed="deemed_approved"))
    assert [each.node for each in columnar(silent, "compiled").support()] == ["Sla"]


def test_local_times_are_the_instants_that_they_are():
    local = pd.DataFrame(ROWS.to_pandas())
    local["submitted_at"] = local["submitted_at"].dt.tz_convert("Europe/Berlin")
    late = local["submitted_at"] + timedelta(days=1)
    assert codes(columnar(POLICY).standings(local.assign(completed_at=late), at=AT)) == CODES


def test_the_most_money_first_in_the_currency_stated():
    by_value = policy(highest("amount", currency="EUR").then(FIRST))
    table = ROWS.append_column("amount", pa.array([5, 9, 7]))
    table = table.append_column("currency", pa.array(["EUR", "USD", "EUR"]))
    assert codes(columnar(by_value).standings(table, at=AT))["R3"] == "GRANTED"
    asks = policy(requirement("EUROS", field("currency") == "EUR"), FIRST)
    assert codes(columnar(asks).standings(table, at=AT))["R2"] == "EUROS"


UNKNOWN = {
    "completed_at": field("completed_at") >= datetime(2026, 1, 1, tzinfo=UTC),
    "estimated_close": field("estimated_close") >= date(2026, 1, 1),
    "competing_brand": field("competing_brand").is_true(),
    "region": field("region") == "EMEA",
    "products": field("products").overlaps("desktop"),
    "quantity": field("quantity") >= 3,
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_is_not_known_of_anybody_is_unknown_whatever_its_type(name):
    asks = policy(requirement("ASKED", UNKNOWN[name]), FIRST)
    found = columnar(asks).standings(ROWS, at=AT, unknown=[name])
    assert set(found["kind"].to_pylist()) == {"returned"}


def test_facts_of_a_customer_without_an_id_are_those_of_its_row():
    asks = policy(requirement("ABROAD", field("customer_country") == "DE"), FIRST)
    table = ROWS.append_column("customer_country", pa.array(["DE", "FR", "DE"]))
    table = table.append_column("status", pa.array(["won", "submitted", "submitted"]))
    made = columnar(asks).decide(table, at=AT)

    assert made.one_by_one == 3
    assert codes(made.standings) == {"R1": "WON", "R2": "OPPORTUNITY_WON", "R3": "OPPORTUNITY_WON"}


def test_without_its_libraries_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "narwhals", None)
    with pytest.raises(MissingExtraError, match=r"needs `narwhals`, which is not installed"):
        columnar(POLICY).decide(ROWS, at=AT)


def test_days_of_a_calendar_in_utc_are_days():
    same = policy(same_period("days"), highest("tier").then(FIRST))
    table = ROWS.set_column(
        3, "submitted_at", pa.array([day(1), day(1), day(2)], pa.timestamp("us", tz="UTC"))
    )
    for engine in ("polars", "pyarrow", "duckdb"):
        found = codes(columnar(same).standings(table, at=AT, engine=engine))
        assert found == {"R1": "DUPLICATE_OTHER_PARTNER", "R2": "GRANTED", "R3": "OUTSIDE_WINDOW"}


TURNS_PARTS = (FIRST, Tie.REGISTRATION_ID, period("15 days", starts="submitted_at"))
TURNS = policy(*TURNS_PARTS)


@pytest.mark.parametrize("kind", KINDS)
def test_who_held_in_turn(kind):
    made = columnar(TURNS).in_turn(KINDS[kind], "protection", at=AT)
    assert type(made.standings) is type(KINDS[kind])
    rows = pa.table(made.standings.collect() if kind == "lazy polars" else made.standings)
    found = {row["registration_id"]: row for row in rows.to_pylist()}

    assert {name: row["code"] for name, row in found.items()} == {
        "R1": "GRANTED",
        "R2": "DUPLICATE_OTHER_PARTNER",
        "R3": "GRANTED",
    }
    assert (found["R2"]["rival"], found["R2"]["clause"]) == (
        "R1",
        "contests[protection].final_from",
    )
    assert (found["R3"]["starts"], found["R3"]["ends"]) == (day(20), day(20) + timedelta(days=15))


def test_who_ends_early_makes_room():
    ended = pa.array([day(2), None, None], pa.timestamp("us", tz="UTC"))
    table = ROWS.append_column("ended_at", ended)
    table = table.append_column("status", pa.array(["withdrawn", "submitted", "draft"]))
    made = columnar(TURNS).in_turn(table, "protection", at=AT)
    found = {row["registration_id"]: row for row in made.standings.to_pylist()}

    assert [found["R1"][name] for name in ("starts", "ends")] == [day(1), day(2)]
    assert (found["R2"]["starts"], found["R3"]["code"]) == (day(2), "DRAFT")


@pytest.mark.parametrize("engine", ["polars", "pyarrow"])
def test_where_a_deal_is_won_nobody_knows_when_who_comes_later_holds_nothing(engine):
    table = ROWS.append_column("status", pa.array(["submitted", "won", "submitted"]))
    found = columnar(TURNS).in_turn(table, "protection", at=AT, engine=engine).standings
    found = {row["registration_id"]: row for row in found.to_pylist()}

    assert [found[name]["code"] for name in ("R1", "R2", "R3")] == [
        "GRANTED",  # it came before the one that won
        "WON",
        "OPPORTUNITY_WON",
    ]
    assert (found["R3"]["rival"], found["R3"]["starts"]) == ("R2", None)


def test_of_a_partner_that_came_twice_at_once_only_the_first_lost_to_the_holder():
    rows = {**ROWS.to_pydict(), "partner_id": ["Arbor", "Birch", "Birch"]}
    rows["submitted_at"] = [day(1), day(2), day(2)]
    found = columnar(TURNS).in_turn(pa.table(rows), "protection", at=AT).standings.to_pylist()

    assert {row["registration_id"]: (row["code"], row["rival"]) for row in found} == {
        "R1": ("GRANTED", None),
        "R2": ("DUPLICATE_OTHER_PARTNER", "R1"),
        "R3": ("DUPLICATE_SAME_PARTNER", "R2"),
    }


def test_in_turn_nobody_asks_at_which_instant_it_is_decided():
    waits = Field("waits", "duration", derived=Elapsed("submitted_at", "asked_at"))
    late = requirement("LATE", field("waits") <= timedelta(days=9))
    asks = attrs.evolve(policy(late, *TURNS_PARTS), fields=[waits])
    with pytest.raises(PolicyErrors) as refused:
        columnar(asks).in_turn(ROWS, "protection", at=AT)
    assert "asks at which instant it is decided" in str(refused.value)


def test_in_turn_only_the_columns_of_that_benefit_are_asked_for():
    asks = contest("discount", requirement("SMALL", field("quantity") >= 3), FIRST)
    two = attrs.evolve(TURNS, contests=[*TURNS.contests, asks])
    found = columnar(two).in_turn(ROWS.drop_columns(["tier"]), "protection", at=AT)
    assert codes(found.standings)["R3"] == "GRANTED"


ASKED = requirement("ASK", field("score") >= 1, if_false="refer")


@pytest.mark.parametrize(
    ("parts", "because"),
    [
        ([FIRST, Tie.REGISTRATION_ID], "states no period, so that nothing ever ends"),
        (
            [FIRST, Tie.REGISTRATION_ID, period("9 days")],
            "starts at approved_at, not at `submitted_at`",
        ),
        ([within("2 days"), FIRST], "lets later ones come first"),
        ([FIRST], "leaves those of one instant to others than their ids"),
        ([FIRST, others(stand="waiting")], "keeps those who come in between in mind"),
        ([FIRST, holder_of("discount")], "depends on another benefit"),
        ([FIRST, override("CHOSEN", field("score") >= 1)], "comes before time"),
        ([FIRST, ASKED], "is left to a person"),
        ([earliest("completed_at", missing="refer")], "is left to a person"),
        ([FIRST, period("0 days", starts="submitted_at")], "has no length"),
        ([FIRST, milestone("completed_at", "9 days")], "is due after it was decided"),
    ],
)
def test_what_is_not_decided_in_turn_is_refused_by_name(parts, because):
    made = Policy(
        programme="Tables",
        tiers=["silver", "gold"],
        contests=[contest("discount", FIRST), contest("protection", *parts)],
    )
    table = ROWS.append_column("completed_at", ROWS["submitted_at"])
    table = table.append_column("approved_at", ROWS["submitted_at"])
    with pytest.raises(PolicyErrors) as refused:
        columnar(made).in_turn(table, "protection", at=AT, unknown=["score"])
    assert because in str(refused.value)
    assert "replay it as a history" in str(refused.value)


ROUNDS = Policy(
    programme="Tables",
    tiers=["silver", "gold"],
    contests=[
        contest(
            "protection",
            within("2 days"),
            highest("tier").then(FIRST),
            period("15 days", starts="submitted_at"),
        ),
        contest("discount", holder_of("protection"), FIRST),
    ],
)


@pytest.mark.parametrize("kind", KINDS)
def test_in_rounds_who_comes_after_a_period_competes_anew(kind):
    made = columnar(ROUNDS).in_rounds(KINDS[kind], "protection", at=AT)
    assert type(made.standings) is type(KINDS[kind])
    rows = pa.table(made.standings.collect() if kind == "lazy polars" else made.standings)
    found = {(row["registration_id"], row["benefit"]): row for row in rows.to_pylist()}

    assert {name: row["code"] for (name, of), row in found.items() if of == "protection"} == {
        "R1": "DUPLICATE_OTHER_PARTNER",
        "R2": "GRANTED",
        "R3": "GRANTED",
    }
    assert found["R1", "protection"]["rival"] == "R2"
    assert found["R3", "protection"]["ends"] == day(20) + timedelta(days=15)
    assert [found[name, "discount"]["kind"] for name in ("R1", "R2", "R3")] == [
        "denied",
        "granted",
        "granted",
    ]


def test_in_rounds_what_is_seldom_is_decided_one_by_one():
    chosen = override("CHOSEN", field("score") >= 1)
    first = attrs.evolve(ROUNDS.contests[0], overrides=[chosen])
    made = attrs.evolve(ROUNDS, contests=[first, ROUNDS.contests[1]])
    table = ROWS.append_column("score", pa.array([1, None, None]))
    found = columnar(made).in_rounds(table, "protection", at=AT)

    assert found.one_by_one == 3
    assert codes(found.standings) == {"R1": "GRANTED", "R2": "CHOSEN", "R3": "GRANTED"}


@pytest.mark.parametrize(
    ("parts", "because"),
    [
        ([FIRST], "states no period, so that nothing ever ends"),
        ([FIRST, period("9 days")], "starts at approved_at, not at `submitted_at`"),
        ([FIRST, period("9 days", starts="submitted_at"), holders(2)], "lets several hold"),
        (
            [FIRST, period("9 days", starts="submitted_at"), holder_of("discount")],
            "depends on another benefit",
        ),
        (
            [FIRST, period("9 days", starts="submitted_at"), competing_on("customer_id")],
            "is not that of 'protection'",
        ),
    ],
)
def test_what_is_not_decided_in_rounds_is_refused_by_name(parts, because):
    discount = contest("discount", FIRST)
    made = Policy(programme="Tables", contests=[discount, contest("protection", *parts)])
    with pytest.raises(PolicyErrors) as refused:
        columnar(made, "compiled").in_rounds(ROWS, "protection", at=AT)
    assert because in str(refused.value)
    assert "replay it as a history" in str(refused.value)


def test_in_rounds_one_benefit_alone_has_a_period():
    both = [contest(e, FIRST, period("9 days", starts="submitted_at")) for e in ("a", "b")]
    with pytest.raises(PolicyErrors) as refused:
        columnar(Policy(programme="Tables", contests=both)).in_rounds(ROWS, "a", at=AT)
    assert "is a second period" in str(refused.value)


def test_in_rounds_what_is_not_decided_in_columns_is_refused():
    made = attrs.evolve(
        ROUNDS,
        contests=[ROUNDS.contests[0], attrs.evolve(ROUNDS.contests[1], after=(), capacity=2)],
    )
    with pytest.raises(PolicyErrors) as refused:
        columnar(made, "compiled").in_rounds(ROWS, "protection", at=AT)
    assert "replay it as a history" in str(refused.value)


def test_a_benefit_that_the_policy_has_not():
    with pytest.raises(UsageError, match="no benefit `protecton`; did you mean `protection`"):
        columnar(TURNS).in_turn(ROWS, "protecton", at=AT)


def test_what_everybody_gets_each_partner_gets_once():
    presales = policy(capacity=None)
    rows = [
        dict(row, partner_id="Arbor" if n else "Birch") for n, row in enumerate(ROWS.to_pylist())
    ]
    table = pa.Table.from_pylist(rows, schema=ROWS.schema)
    for engine in ("polars", "pyarrow"):
        made = columnar(presales).decide(table, at=AT, engine=engine)
        found = {row["registration_id"]: row for row in made.standings.to_pylist()}
        assert made.one_by_one == 0
        assert {name: row["code"] for name, row in found.items()} == {
            "R1": "GRANTED",
            "R2": "GRANTED",
            "R3": "DUPLICATE_SAME_PARTNER",
        }
        assert found["R3"]["rival"] == "R2"


_NO_ROWS = {
    "registration_id": ["R1"],
    "partner_id": ["P1"],
    "opportunity_id": ["O1"],
    "submitted_at": [datetime(2026, 3, 1, tzinfo=UTC)],
}


class TestOneByOne:
    """What is left to the compiled decider is decided of registrations."""

    def test_a_table_has_the_instant_of_submission_then(self):
        made = contest("referral", earliest("completed_at"), holders(2))
        ready = columnar(Policy(programme="Example", contests=[made]), rest="compiled")

        assert "submitted_at" in ready.fields

    @pytest.mark.parametrize("rest", ["refuse", "compiled"])
    def test_a_table_has_no_answers_to_external_questions(self, rest):
        asked = requirement("CLEAR", external("sanctions_clear"))
        policy = Policy(
            programme="Example", contests=[contest("p", earliest("submitted_at"), asked)]
        )

        with pytest.raises(PolicyErrors) as raised:
            columnar(policy, rest=rest).standings(pl.DataFrame(_NO_ROWS), at="2026-05-01T00:00Z")

        (problem,) = raised.value.problems
        assert problem.place == "contests[p].requires[CLEAR].that"
        assert "a history takes answers" in problem.hint
