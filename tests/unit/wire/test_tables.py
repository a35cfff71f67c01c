"""Facts from tables: every row is in the facts or in the rejects, whatever the file."""

import contextlib
import csv
import io
import json
import tracemalloc
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealreg.errors import DealregError, FactsError, UnreadableError, UsageError
from dealreg.facts.case import Facts
from dealreg.facts.fields import Field, FieldType, Subject
from dealreg.facts.records import (
    Change,
    EndCustomer,
    Opportunity,
    Partner,
    Registration,
    Ruling,
    Status,
    Verdict,
)
from dealreg.facts.values import money
from dealreg.facts.vocabulary import Vocabulary
from dealreg.wire import facts_to_rows, load_facts, read_table
from dealreg.wire.sources import LONGEST_LINE

HEADER = "registration_id,partner_id,submitted_at"
GOOD = "R1,P1,2026-03-01T09:00Z"
LADDER = Vocabulary(tiers=("silver", "gold"))


def load(text, **settings):
    source = io.BytesIO(text) if isinstance(text, bytes) else io.StringIO(text)
    return load_facts(registrations=source, **settings)


def ids(loaded):
    return [each.registration_id for each in loaded.facts.registrations]


def reasons(loaded):
    return [(each.row, each.column, each.reason) for each in loaded.rejects]


def row(number, **more):
    base = {"registration_id": f"R{number}", "partner_id": "P1"}
    return {**base, "submitted_at": "2026-03-01T09:00Z", **more}


# --- what is read -----------------------------------------------------------------------------


def test_a_table_of_each_kind():
    loaded = load_facts(
        registrations=[row(1, amount="50,000 EUR", products="a;b", estimated_close="2026-06-30")],
        partners=[{"Id": "P1", "Name": "Northwind", "tier": "Gold", "CSAT": "4.5"}],
        customers=[
            {"Account ID": "C1", "Name": "Contoso", "Website": "https://www.contoso.example/x"}
        ],
        opportunities=[
            {"Opportunity ID": "O1", "AccountId": "C1", "Tender Date": "2026-05-01T00:00Z"}
        ],
        rulings=[
            {
                "Number": "R1",
                "benefit": "discount",
                "Decision": "approved",
                "Decision Date": "2026-03-02T09:00Z",
                "Approver": "desk",
            }
        ],
        vocabulary=LADDER,
    )

    nine = datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert loaded.rejects == ()
    assert loaded.facts == Facts(
        registrations=[
            Registration(
                registration_id="R1",
                partner_id="P1",
                submitted_at=nine,
                amount=money("50000 EUR"),
                products=["a", "b"],
                estimated_close=date(2026, 6, 30),
            )
        ],
        partners=[
            Partner(partner_id="P1", name="Northwind", tier="gold", satisfaction_score="4.5")
        ],
        customers=[
            EndCustomer(
                customer_id="C1", customer_name="Contoso", customer_domain="contoso.example"
            )
        ],
        opportunities=[
            Opportunity(
                opportunity_id="O1", customer_id="C1", tender_published_at="2026-05-01T00:00Z"
            )
        ],
        rulings=[
            Ruling(
                registration_id="R1",
                benefit="discount",
                verdict=Verdict.ACCEPT,
                decided_at=nine + timedelta(days=1),
                decided_by="desk",
            )
        ],
    )


def test_an_answer_of_the_aws_interface():
    answer = {
        "OpportunitySummaries": [
            {
                "Id": "O123",
                "partner_id": "P1",
                "CreatedDate": "2026-03-01T10:00:00.123Z",
                "OpportunityType": "Net New Business",
                "LifeCycle": {"ReviewStatus": "Action Required", "TargetCloseDate": "2026-06-30"},
                "Project": {
                    "ExpectedCustomerSpend": [
                        {"Amount": "50000.10", "CurrencyCode": "USD", "Frequency": "Monthly"}
                    ]
                },
                "RelatedEntityIdentifiers": {"AwsProducts": ["a", "b"]},
                "Customer": {"Account": {"CompanyName": "Contoso"}},
            }
        ]
    }

    loaded = load(json.dumps(answer))

    (found,) = loaded.facts.registrations
    assert found.registration_id == "O123"
    assert found.status is Status.RETURNED
    assert found.amount == money("50000.10 USD")
    assert found.products == {"a", "b"}
    assert found.opportunity_type == "net_new"
    assert loaded.ignored_columns == (
        "Customer.Account.CompanyName",
        "Project.ExpectedCustomerSpend.Frequency",
    )


def test_several_amounts_where_one_is_read_are_a_reject():
    spend = [{"Amount": "1", "CurrencyCode": "USD"}, {"Amount": "2", "CurrencyCode": "USD"}]

    loaded = load_facts(registrations=[row(1, ExpectedCustomerSpend=spend)])

    assert reasons(loaded) == [
        (1, "ExpectedCustomerSpend.Amount", "there are 2 values where one is read")
    ]


def test_an_answer_of_the_servicenow_interface():
    reference = {"link": "https://example/1", "value": "abc"}
    answer = {
        "result": [
            {
                "number": "DR1",
                "channel_partner": reference,
                "state": "Under-review",
                "sys_created_on": "2026-03-01 10:00:00",
                "account": "",
            }
        ]
    }

    loaded = load(json.dumps(answer), zone="UTC")

    (found,) = loaded.facts.registrations
    assert (found.partner_id, found.status, found.customer_id) == ("abc", Status.UNDER_REVIEW, None)


def test_an_export_of_microsoft_partner_center():
    text = (
        "Engagement ID,Referral ID,Partner ID,Creation Date,Partner Referral Status,"
        "Partner Referral Substatus,Estimated Deal Value,Currency,Estimated Close Date,Solution 1,"
        "Solution 2\n"
        "e1,r1,p1,3/1/2026 10:00:00 AM,Closed,Declined,12563,USD,1/30/2026,SOL-1,SOL-2\n"
    )

    loaded = load(text, zone="UTC", day_first=False)

    (found,) = loaded.facts.registrations
    assert found.opportunity_id == "e1"
    assert (found.status, found.status_reason) == (Status.REJECTED, "Declined")
    assert found.amount == money("12563 USD")
    assert found.products == {"SOL-1", "SOL-2"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_told_from_the_header(delimiter):
    text = delimiter.join([HEADER.replace(",", delimiter), "name"])
    text += "\n" + delimiter.join(["R1", "P1", "2026-03-01T09:00Z", '"a, b; c | d"']) + "\n"

    assert load(text).facts.registrations[0].name == "a, b; c | d"


def test_a_line_that_states_the_delimiter_is_no_header():
    assert ids(load(f"sep=,\n{HEADER}\n{GOOD}\n")) == ["R1"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_any_system_and_inside_cells(end):
    loaded = load(f'{HEADER},name{end}{GOOD},"two{end}lines"{end}R2,P1,x,y{end}')

    assert loaded.facts.registrations[0].name == f"two{end}lines"
    assert reasons(loaded)[0][:2] == (3, "submitted_at")


def test_json_lines_and_csv_and_json_say_the_same():
    rows = [row(1, name="é"), row(2)]
    lines = "".join(json.dumps(each) + "\n" for each in rows)
    table = f"{HEADER},name\n" + "".join(
        ",".join([*list(each.values())[:3], each.get("name", "")]) + "\n" for each in rows
    )

    assert load(lines).facts == load(json.dumps(rows)).facts == load(table).facts
    assert load(json.dumps({"records": rows}, indent=2)).facts == load(lines).facts
    assert len(load(lines).facts.registrations) == 2


@pytest.mark.parametrize("name", ["deals.csv", "deals.jsonl", "deals.json", "deals", "deals.TXT"])
def test_a_path_is_read_by_its_suffix_or_by_its_content(tmp_path, name):
    text = json.dumps(row(1)) if ".json" in name else f"{HEADER}\n{GOOD}\n"
    path = tmp_path / name
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())

    assert ids(load_facts(registrations=path)) == ["R1"]
    assert ids(load_facts(registrations=str(path))) == ["R1"]


def test_an_encoding_stated_is_used():
    text = f"{HEADER},name\n{GOOD},Müller\n"

    assert load(text.encode("cp1252"), encoding="cp1252").facts.registrations[0].name == "Müller"
    assert load(text.encode("utf-16"), encoding="utf-16").facts.registrations[0].name == "Müller"


def test_fields_of_the_programme_become_attributes_with_their_types():
    words = Vocabulary(
        fields=(
            Field("units", FieldType.INTEGER),
            Field("budget", FieldType.MONEY),
            Field("vetted", FieldType.BOOL, Subject.PARTNER),
            Field("plan", FieldType.ORDINAL, levels=("lite", "full")),
        )
    )

    loaded = load_facts(
        registrations=[
            row(1, Units="1,200", Budget="5", budget_currency="EUR", vetted="y", PLAN="Full")
        ],
        vocabulary=words,
    )

    (found,) = loaded.facts.registrations
    assert dict(found.attributes) == {"units": 1200, "budget": money("5 EUR"), "plan": "full"}
    assert dict(loaded.facts.partners[0].attributes) == {"vetted": True}


def test_changes_are_read_from_json():
    change = {"field": "tier", "value": "Gold", "since": "2026-03-01T09:00Z"}
    table = f'partner_id;tier;changes\nP1;silver;"{json.dumps([change])}"\n'.replace('{"', "{''")
    listed = load_facts(
        partners=[{"partner_id": "P1", "tier": "silver", "changes": [change]}], vocabulary=LADDER
    )
    as_text = load_facts(
        partners=[{"partner_id": "P1", "tier": "silver", "changes": json.dumps([change])}],
        vocabulary=LADDER,
    )

    assert listed.facts.partners[0].changes == (Change("tier", "gold", "2026-03-01T09:00Z"),)
    assert as_text.facts == listed.facts
    assert load_facts(partners=io.StringIO(table)).rows_rejected == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ("gold", "not a list of changes"),
        ("[1]", "is not a change"),
        ('[{"field": "teir", "since": "2026-03-01T09:00Z"}]', "is not a field of a partner"),
        ('[{"field": "tier", "value": "glod", "since": "2026-03-01T09:00Z"}]', "not a level"),
        ('[{"field": "tier", "value": "gold", "since": "soon"}]', "not a date or time"),
        ('[{"field": "tier", "value": "gold", "since": null}]', "not an instant"),
    ],
)
def test_changes_that_cannot_be_read_are_a_reject(changes, reason):
    loaded = load_facts(partners=[{"partner_id": "P1", "changes": changes}], vocabulary=LADDER)

    assert reason in loaded.rejects[0].reason


def test_one_file_may_be_the_table_of_several_kinds(tmp_path):
    path = tmp_path / "all.csv"
    path.write_text(f"{HEADER},tier\n{GOOD},gold\nR2,P1,2026-03-02T09:00Z,gold\n", "utf-8")

    loaded = load_facts(registrations=path, partners=path)

    assert len(loaded.facts.partners) == 1
    assert loaded.rejects == ()
    assert loaded.rows_read == 4


def test_what_each_column_was_read_as_is_told():
    loaded = load("Created Date,Number,Partner ID,Colour\n2026-03-01T09:00Z,R1,P1,red\n")

    told = {each.name: (each.field, each.note) for each in loaded.columns}
    assert told["Number"] == ("registration_id", "")
    assert told["Created Date"][0] == "submitted_at"
    assert "stands in" in told["Created Date"][1]
    assert loaded.ignored_columns == ("Colour",)


def test_progress_is_told_every_thousand_rows_and_at_the_end():
    heard = []

    load_facts(registrations=[row(n) for n in range(2500)], progress=heard.append)

    assert heard == [1000, 2000, 2500]


# --- what is rejected ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({"registration_id": ""}, "registration_id", "`registration_id` is empty"),
        ({"registration_id": "x" * 201}, "", "over 200 characters"),
        ({"partner_id": "N/A"}, "partner_id", "`partner_id` is empty"),
        ({"submitted_at": "2026-03-01 09:00"}, "submitted_at", "has no time zone"),
        ({"submitted_at": "46082"}, "submitted_at", "bare number"),
        ({"status": "aproved"}, "status", "is not a status"),
        ({"amount": "50.000 EUR"}, "amount", "could be 50000 or 50.000"),
        ({"amount": "5"}, "amount", "has no currency"),
        ({"amount": "5 EUR", "currency": "USD"}, "amount", "disagree"),
        ({"amount": "5", "currency": "euro"}, "amount", "not a currency code"),
        ({"quantity": "1.5"}, "quantity", "not a whole number"),
        ({"tier": "glod"}, "tier", "is not a level"),
        (
            {"approved_at": "2026-02-01T09:00Z"},
            "approved_at",
            "before the registration was submitted",
        ),
        ({"customer_name": "Contoso"}, "", "facts of a customer and no `customer_id`"),
        ({"name": "a\0b"}, "name", "NUL byte"),
    ],
)
def test_a_bad_cell_rejects_its_row_and_no_other(cells, column, reason):
    bad = {**row(1), "customer_id": "", **cells}

    loaded = load_facts(registrations=[row(2), bad, row(3)], vocabulary=LADDER)

    assert ids(loaded) == ["R2", "R3"]
    assert (loaded.rows_read, loaded.rows_rejected) == (3, 1)
    (reject,) = loaded.rejects
    assert (reject.row, reject.column) == (2, column)
    assert reason in reject.reason
    assert reject.file == "<registrations>"


def test_a_row_with_several_problems_has_a_reject_for_each():
    loaded = load_facts(registrations=[row(1, amount="much", quantity="many", status="odd")])

    assert sorted(each.column for each in loaded.rejects) == ["amount", "quantity", "status"]
    assert loaded.rows_rejected == 1


def test_a_reject_has_the_row_as_it_stands():
    loaded = load(f"{HEADER},Note\nR1,P1,tomorrow,call back\n")

    (reject,) = loaded.rejects
    assert reject.value == "tomorrow"
    assert dict(reject.record) == {
        "registration_id": "R1",
        "partner_id": "P1",
        "submitted_at": "tomorrow",
        "Note": "call back",
    }


def test_rows_are_counted_as_a_spreadsheet_does():
    loaded = load(f'{HEADER},name\n\n{GOOD},"two\nlines"\n,,,\nR2,P1,never,x\n')

    assert ids(loaded) == ["R1"]
    assert [each.row for each in loaded.rejects] == [5]
    assert loaded.rows_read == 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("R2,P1", "the row has 2 cells, and the header 3"),
        ("R2,P1,2026-03-01T09:00Z,more", "the row has 4 cells, and the header 3"),
        ('R2,"P"1,2026-03-01T09:00Z', "goes on after its closing quote"),
        ('R2,"P1,2026-03-01T09:00Z', "a quote is opened and not closed"),
        ("R2," + "x" * 140_000 + ",2026-03-01T09:00Z", "more than 131072 characters"),
        ("R2," + "x" * (LONGEST_LINE + 1) + ",2026-03-01T09:00Z", "more than 1000000 characters"),
    ],
)
def test_a_damaged_line_is_one_reject_and_those_around_it_are_read(line, reason):
    loaded = load(f"{HEADER}\n{GOOD}\n{line}\nR3,P1,2026-03-01T09:00Z\nR4,P1,2026-03-01T09:00Z\n")

    assert ids(loaded) == ["R1", "R3", "R4"]
    assert loaded.rejects[0].row == 3
    assert reason in loaded.rejects[0].reason


def test_a_long_run_of_damage_is_told_as_one():
    text = f"{HEADER}\n{GOOD}\n" + "torn\n" * 5000 + "R2,P1,2026-03-01T09:00Z\n"

    loaded = load(text)

    assert ids(loaded) == ["R1", "R2"]
    assert len(loaded.rejects) == 101
    assert (loaded.rows_read, loaded.rows_rejected) == (5002, 5000)
    assert loaded.rejects[-1].reason.startswith("this row and those after it")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "the line is not JSON"),
        ('{"registration_id": "R2", "registration_id": "R3"}', "has `registration_id` twice"),
        ("[1]", "is not an object"),
        ("[" * 100_000, "nested too deep"),
        ('{"a":' * 30 + "1" + "}" * 30, "nested more than 20 deep"),
        ('{"registration_id": ' + "9" * 5000 + "}", "too many digits"),
        ('{"registration_id": "\\ud800"}', "half of a character"),
        ('{"Number": "R2", "Referral ID": "R2"}', "both mean `registration_id`"),
        ("{}", "the row has no `registration_id`"),
    ],
)
def test_a_broken_line_of_json_lines_is_a_reject_and_the_others_are_read(line, reason):
    loaded = load(f"{json.dumps(row(1))}\n{line}\n\n{json.dumps(row(3))}\n")

    assert ids(loaded) == ["R1", "R3"]
    assert {each.row for each in loaded.rejects} == {2}
    assert any(reason in each.reason for each in loaded.rejects)


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e99999999999999999999"])
def test_numbers_that_are_none_are_a_reject(word):
    text = json.dumps([{**row(1), "amount": 1, "currency": "EUR"}, row(2)]).replace(
        ": 1,", f": {word},"
    )

    loaded = load(text)

    assert ids(loaded) == ["R2"]
    assert loaded.rejects[0].column == "amount"


def test_json_amounts_are_exact():
    loaded = load(
        '[{"registration_id": "R1", "partner_id": "P1", "submitted_at": 1772359200,'
        ' "amount": 50000.10, "currency": "EUR", "score": 0.1}]'
    )

    (found,) = loaded.facts.registrations
    assert found.amount == money("50000.10 EUR")
    assert found.score == Decimal("0.1")


def test_amounts_in_several_currencies_stay_as_they_are():
    loaded = load_facts(registrations=[row(1, amount="5 EUR"), row(2, amount="5 USD")])

    assert [each.amount.currency for each in loaded.facts.registrations] == ["EUR", "USD"]


# --- rows that belong together ------------------------------------------------------------------


def test_the_same_row_twice_counts_once():
    loaded = load_facts(registrations=[row(1), row(1)])

    assert ids(loaded) == ["R1"]
    assert (loaded.rows_read, loaded.rows_rejected) == (2, 0)


def test_one_identifier_with_two_contents_is_rejected_with_all_its_rows():
    loaded = load_facts(registrations=[row(1), row(2), row(1, stage="won"), row(1)])

    assert ids(loaded) == ["R2"]
    assert [each.row for each in loaded.rejects] == [1, 3, 4]
    assert loaded.rows_rejected == 3
    assert loaded.rejects[0].reason == (
        "rows 3, 4 are too about registration `R1`, and they differ in stage"
    )


def test_rows_that_contradict_each_other_about_a_partner_are_all_rejected():
    loaded = load_facts(
        registrations=[row(1, tier="silver"), row(2, tier="gold"), row(3), row(4, partner_id="P2")]
    )

    assert ids(loaded) == ["R3", "R4"]
    assert [(each.row, each.column) for each in loaded.rejects] == [(1, "tier"), (2, "tier")]
    assert loaded.rejects[0].reason == "partner `P1`: row 2 says `gold`, and this row `silver`"
    assert "mapping={'tier': None}" in loaded.rejects[0].hint
    assert loaded.facts.partners == ()


def test_where_the_partners_table_speaks_only_rows_that_contradict_it_are_rejected():
    loaded = load_facts(
        registrations=[row(1, tier="silver"), row(2, tier="gold"), row(3, partner_type="reseller")],
        partners=[{"partner_id": "P1", "tier": "gold"}],
    )

    assert ids(loaded) == ["R2", "R3"]
    assert "row 1 of <partners> says `gold`" in loaded.rejects[0].reason
    assert loaded.facts.partners == (
        Partner(partner_id="P1", tier="gold", partner_type="reseller"),
    )


def test_a_tier_the_partner_had_at_some_time_contradicts_nothing():
    changes = [{"field": "tier", "value": "gold", "since": "2026-02-01T00:00Z"}]
    loaded = load_facts(
        registrations=[row(1, tier="silver"), row(2, tier="gold"), row(3, tier="bronze")],
        partners=[{"partner_id": "P1", "tier": "silver", "changes": changes}],
    )

    assert ids(loaded) == ["R1", "R2"]
    assert loaded.facts.partners[0].tier == "silver"


def test_rows_complete_each_other():
    loaded = load_facts(
        registrations=[
            row(1, customer_id="C1", customer_name="Contoso", customer_country=""),
            row(2, customer_id="C1", customer_name="", customer_country="DE"),
        ]
    )

    assert loaded.facts.customers == (
        EndCustomer(customer_id="C1", customer_name="Contoso", customer_country="DE"),
    )


def test_two_rows_of_one_partner_with_two_contents_leave_the_partner_unknown():
    loaded = load_facts(
        registrations=[row(1)],
        partners=[{"partner_id": "P1", "tier": "gold"}, {"partner_id": "P1", "tier": "silver"}],
    )

    assert loaded.facts.partners == ()
    assert ids(loaded) == ["R1"]
    assert loaded.rows_rejected == 2


@given(st.data())
def test_the_order_of_rows_decides_nothing(data):
    tiers = st.sampled_from(["silver", "gold", "", "glod"])
    rows = [
        row(
            data.draw(st.integers(1, 4)),
            partner_id=data.draw(st.sampled_from(["P1", "P2"])),
            tier=data.draw(tiers),
            stage=data.draw(st.sampled_from(["a", "b"])),
        )
        for _ in range(data.draw(st.integers(0, 8)))
    ]
    shuffled = data.draw(st.permutations(rows))

    one, other = (load_facts(registrations=each, vocabulary=LADDER) for each in (rows, shuffled))

    assert one.facts == other.facts
    assert one.rows_rejected == other.rows_rejected
    in_facts = len({r.registration_id for r in one.facts.registrations})
    assert in_facts <= one.rows_read - one.rows_rejected
    assert (one.rows_rejected == 0) == (one.rejects == ())


# --- files that cannot be read -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "reason", "remedy"),
    [
        (b"", "the file is empty", "name the columns"),
        (b"\n\n \n", "the file is empty", "name the columns"),
        (HEADER.encode() + b"\nR1,P\xe9,x\n", "not utf-8: the byte at offset 44", "cp1252"),
        (f"{HEADER}\n".encode("utf-16"), "offset 0", "utf-16"),
        (b"PK\x03\x04...", "is a spreadsheet or zip file", "CSV"),
        (b"\x1f\x8b...", "gzip", "CSV"),
        (
            b"a,b\n1,2\n",
            "no column for `registration_id`, `partner_id`, `submitted_at`",
            "mapping=",
        ),
        (
            b"Number,Referral ID,partner_id,submitted_at\n",
            "both mean `registration_id`",
            "mapping=",
        ),
        (b"Number,Number,partner_id,submitted_at\n", "both mean `registration_id`", "mapping="),
        (b'"registration_id\n', "the header cannot be read", "quote"),
        (b"{", "the file is not JSON", "JSON Lines"),
        (b'{\n"a": [1]}', "a JSON object and not a list", "records"),
        (b"[", "breaks at item 1", "export the file again"),
        (b'[{"a": 1} {"b": 2}]', "a comma or the end of the list is missing", "export"),
        (b'[{"a": 1}', "a comma or the end of the list is missing", "export"),
        (b'[{"a": 1}] x', "something after the list", "export"),
        (b"[" * 100_000, "nested too deep", "export"),
    ],
)
def test_a_file_that_is_unreadable_as_a_whole_says_where_and_what_to_do(data, reason, remedy):
    with pytest.raises(UnreadableError) as caught:
        load(data)

    assert reason in caught.value.message
    assert remedy in caught.value.hint
    assert caught.value.place == "<registrations>"


def test_the_offset_of_a_wrong_byte_is_that_in_the_file():
    good = f"{HEADER}\n".encode() + b"".join(b"R%d,P1,x\n" % n for n in range(20_000))
    with pytest.raises(UnreadableError, match=f"offset {len(good) + 3} "):
        load(b"\xef\xbb\xbf" + good + b"\xff\n")


def test_a_path_that_is_not_there_is_unreadable(tmp_path):
    with pytest.raises(UnreadableError, match="no such file"):
        load_facts(registrations=tmp_path / "no.csv")
    with pytest.raises(UnreadableError, match="cannot be read"):
        load_facts(registrations=tmp_path)


def test_a_stream_opened_in_the_wrong_encoding_is_unreadable(tmp_path):
    path = tmp_path / "deals.csv"
    path.write_bytes(f"{HEADER},name\n{GOOD},Müller\n".encode("cp1252"))

    with path.open(encoding="utf-8") as stream, pytest.raises(UnreadableError, match="0xfc"):
        load_facts(registrations=stream)


@pytest.mark.parametrize("encoding", ["klingon", "base64", "rot13", "idna"])
def test_an_encoding_that_is_none_is_refused(encoding):
    with pytest.raises((UsageError, UnreadableError)):
        load(b"registration_id,partner_id,submitted_at\n\xff", encoding=encoding)


@pytest.mark.parametrize("source", [7, b"R1", {"registration_id": "R1"}])
def test_what_is_no_table_is_refused(source):
    with pytest.raises(UsageError, match="is not a table"):
        load_facts(registrations=source)


def test_rows_that_are_no_mappings_are_rejects():
    assert reasons(load_facts(registrations=[7, row(1)]))[0][0] == 1


def test_a_mapping_of_a_column_that_no_table_has_is_refused():
    with pytest.raises(UsageError) as caught:
        load_facts(registrations=[row(1, Deal="x")], mapping={"Dael": "name"})

    assert "`Deal`" in caught.value.hint


def test_a_kind_that_does_not_exist_is_refused():
    with pytest.raises(UsageError, match="is not a kind of table"):
        read_table([], "registration")


def test_a_header_alone_is_no_rows():
    loaded = load(f"{HEADER}\n")

    assert loaded.facts == Facts()
    assert loaded.rows_read == 0


class Endless(io.RawIOBase):
    """A stream that gives its parts, one each time it is read."""

    def __init__(self, parts):
        self.parts = iter(parts)

    def read(self, _size=-1):
        return next(self.parts, b"")


@pytest.mark.parametrize("quote", [b"", b'"'])
@pytest.mark.parametrize("filler", [b"x" * 65_536, b"x" * 65_535 + b"\n"])
def test_a_field_of_a_hundred_megabytes_is_a_reject_in_little_memory(quote, filler):
    parts = [
        f"{HEADER}\n{GOOD}\nR2,P1,".encode() + quote,
        *[filler] * 1600,
        quote + b"\nR3,P1,2026-03-01T09:00Z\n",
    ]
    tracemalloc.start()
    try:
        loaded = load_facts(registrations=Endless(parts))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert ids(loaded) == ["R1", "R3"]
    assert loaded.rejects[0].row == 3
    assert most < 30_000_000


def test_an_endless_item_of_a_json_list_is_unreadable_in_little_memory():
    with pytest.raises(UnreadableError, match="over 16000000 characters"):
        load_facts(registrations=Endless([b'[{"x": "', *[b"x" * 65_536] * 2000]))


# --- any bytes, and back again --------------------------------------------------------------------


SCRAPS = st.sampled_from(
    [
        b"registration_id",
        b"partner_id",
        b"submitted_at",
        b"2026-03-01T09:00Z",
        b"R1",
        b",",
        b";",
        b'"',
        b"\n",
        b"\r",
        b"{",
        b"}",
        b"[",
        b"]",
        b":",
        b"null",
        b"1e9",
        b"\x00",
        b"\xff",
        b"\xef\xbb\xbf",
        b"amount",
        b"NaN",
        b"changes",
        b"\\ud800",
        b"sep=,",
        b" ",
    ]
)
FILES = st.one_of(
    st.binary(max_size=200),
    st.lists(SCRAPS, max_size=40).map(b"".join),
    st.lists(SCRAPS, max_size=20).map(
        lambda p: f"{HEADER},amount,changes\n".encode() + b"".join(p)
    ),
    st.lists(SCRAPS, max_size=20).map(lambda p: b'[{"registration_id": ' + b"".join(p)),
)


@given(FILES, st.sampled_from([None, "utf-16", "cp1252"]))
def test_any_bytes_are_read_or_rejected_or_an_error_that_says_why(data, encoding):
    with contextlib.suppress(DealregError):
        loaded = load(data, encoding=encoding, zone="UTC", currency="EUR")
        assert (loaded.rows_rejected > 0) == bool(loaded.rejects)
        assert all(each.reason for each in loaded.rejects)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(["amount", "products", "changes", "status", "customer_id", "name"]), JSON
    )
)
def test_any_json_value_in_any_cell_is_read_or_rejected(cells):
    loaded = load_facts(registrations=[row(1, **cells), row(2)], currency="EUR", zone="UTC")

    assert "R2" in ids(loaded)
    assert loaded.rows_read == 2


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(
    lambda text: text == text.strip() and text.casefold() not in ("null", "n/a", "#n/a", "-")
)
SETS = st.none() | st.frozensets(TEXTS, max_size=3)
INSTANTS = st.datetimes(
    datetime.fromisoformat("2000-01-01"),
    datetime.fromisoformat("2050-01-01"),
    timezones=st.just(UTC),
)
MONEYS = st.none() | st.builds(
    lambda cents, places, code: money(f"{Decimal(cents).scaleb(-places)} {code}"),
    st.integers(-(10**9), 10**9),
    st.integers(0, 4),
    st.sampled_from(["EUR", "USD"]),
)
WORDS = Vocabulary(
    fields=(
        Field("bonus", FieldType.MONEY),
        Field("ahead", FieldType.DURATION),
        Field("kind_of", FieldType.TEXT),
        Field("ratio", FieldType.DECIMAL),
    )
)


@st.composite
def registrations(draw, number):
    submitted = draw(INSTANTS)
    attributes = {
        "bonus": draw(MONEYS),
        "ahead": draw(st.none() | st.timedeltas(timedelta(-9999), timedelta(9999))),
        "kind_of": draw(st.none() | TEXTS),
        "ratio": draw(st.none() | st.decimals(-1000, 1000, places=3)),
    }
    changes = [
        Change(field, value, draw(INSTANTS))
        for field, value in (("stage", draw(TEXTS)), ("amount", draw(MONEYS)))
        if draw(st.booleans())
    ]
    return Registration(
        registration_id=f"R{number}",
        partner_id=draw(TEXTS),
        opportunity_id=draw(st.none() | TEXTS),
        submitted_at=submitted,
        approved_at=draw(st.none() | st.just(submitted + timedelta(days=3))),
        status=draw(st.sampled_from(Status)),
        name=draw(st.none() | TEXTS),
        products=draw(SETS),
        evidence=draw(SETS),
        amount=draw(MONEYS),
        quantity=draw(st.none() | st.integers(-(10**6), 10**6)),
        score=draw(st.none() | st.decimals(-100, 100, places=3)),
        estimated_close=draw(st.none() | st.dates(date(1990, 1, 1), date(2090, 1, 1))),
        competing_brand=draw(st.none() | st.booleans()),
        attributes={name: value for name, value in attributes.items() if value is not None},
        changes=changes,
    )


FACTS = st.integers(0, 3).flatmap(lambda n: st.tuples(*(registrations(i) for i in range(n))))


@given(FACTS, st.sampled_from([",", ";", "\t"]))
def test_registrations_written_as_csv_are_read_back_equal(made, delimiter):
    rows = list(facts_to_rows(Facts(registrations=made)))
    names = sorted({name for each in rows for name in each} | set(HEADER.split(",")))
    text = io.StringIO()
    out = csv.DictWriter(text, names, delimiter=delimiter)
    out.writeheader()
    out.writerows(rows)

    loaded = load(text.getvalue(), vocabulary=WORDS)

    assert loaded.rejects == ()
    assert loaded.facts.registrations == Facts(registrations=made).registrations


@given(FACTS)
def test_registrations_written_as_json_lines_are_read_back_equal(made):
    text = "".join(json.dumps(each) + "\n" for each in facts_to_rows(Facts(registrations=made)))
    if not text:
        return

    loaded = load(text.encode(), vocabulary=WORDS)

    assert loaded.rejects == ()
    assert loaded.facts.registrations == Facts(registrations=made).registrations


def test_every_kind_of_record_is_written_and_read_back():
    facts = Facts(
        partners=[
            Partner(
                partner_id="P1",
                name="Northwind",
                tier="gold",
                territories=["DE", "AT"],
                changes=[Change("tier", None, "2026-03-01T09:00Z")],
            )
        ],
        customers=[EndCustomer(customer_id="C1", customer_name="Contoso", public_sector=False)],
        opportunities=[Opportunity(opportunity_id="O1", customer_id="C1", name="VDI")],
        rulings=[
            Ruling(
                registration_id="R1", benefit="b", verdict="refuse", decided_at="2026-03-01T09:00Z"
            )
        ],
    )
    kinds = ("partners", "customers", "opportunities", "rulings")

    loaded = load_facts(**{kind: list(facts_to_rows(facts, kind)) for kind in kinds})

    assert loaded.facts == facts


@pytest.mark.parametrize("amount", ["1.234 EUR", "-12.345 EUR", "0.125 EUR", "1234.567 EUR"])
def test_an_amount_is_written_so_that_it_can_be_read_in_one_way(amount):
    facts = Facts(registrations=[Registration(**row(1, amount=money(amount)))])

    loaded = load_facts(registrations=facts_to_rows(facts))

    assert loaded.facts == facts


@pytest.mark.parametrize("text", ["N/A", " x", "a\0b"])
def test_a_text_that_would_not_be_read_back_is_not_written(text):
    partner = Partner(partner_id="P1", name=text)

    with pytest.raises(FactsError, match="would not be read back"):
        list(facts_to_rows(Facts(partners=[partner]), "partners"))


def test_reading_does_not_depend_on_the_decimal_context():
    import decimal

    rows = [row(1, amount="1,234,567.89 EUR", score="4.125")]
    with decimal.localcontext(decimal.Context(prec=2, traps=[])):
        narrow = load_facts(registrations=rows)

    assert narrow == load_facts(registrations=rows)


def test_a_table_is_read_as_it_is_asked_for():
    asked = []

    def rows():
        for number in range(5):
            asked.append(number)
            yield row(number)

    table = iter(read_table(rows(), "registrations"))
    next(table)

    assert asked == [0]


def test_rejects_and_columns_are_frozen_values():
    loaded = load_facts(registrations=[row(1, amount="x"), {"a": 1}])

    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        loaded.rejects[0].row = 2
    assert {loaded.rejects[0], loaded.rejects[0]} == {loaded.rejects[0]}
