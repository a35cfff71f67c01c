"""Histories from tables: every row is in the history or in the rejects, whatever its order."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dealreg.errors import UnreadableError, UsageError
from dealreg.facts.events import EventKind
from dealreg.facts.fields import Field, FieldType, Subject
from dealreg.facts.histories import History, history_of
from dealreg.facts.values import money
from dealreg.facts.vocabulary import Vocabulary
from dealreg.testing import facts_for, policies
from dealreg.wire import from_json, history_rows, load_history, to_json
from dealreg.wire.event_columns import EVENT, EVENT_WORDS, REQUIRED
from dealreg.wire.event_rows import read_event_kind

AT = "2026-03-01T09:00Z"
LATER = "2026-03-05T09:00Z"


def submitted(about="R1", **more):
    return {"kind": "submitted", "about": about, "happened_at": AT, "partner_id": "P1", **more}


def event(kind, about="R1", **more):
    return {"kind": kind, "about": about, "happened_at": LATER, **more}


def told(loaded):
    return [(each.kind.value, each.about) for each in loaded.history.events]


def reasons(loaded):
    return [(each.row, each.column, each.reason) for each in loaded.rejects]


def codes(loaded):
    return [(each.code, each.field, each.value, each.count) for each in loaded.findings]


# --- what is read -----------------------------------------------------------------------------


def test_a_table_of_events():
    text = """\
Event Type;Registration Number;Timestamp;Recorded At;Partner ID;Products;Amount;Comments
Submitted;R1;01/03/2026 09:00;;P1;GTX|MG;1.000,00 EUR;
Recalled;R1;05/03/2026 09:00;06/03/2026 09:00;;;;no budget
"""
    file = io.StringIO(text)
    file.name = "events.csv"

    loaded = load_history(events=file, zone="UTC", day_first=True, mapping={"Amount": "amount"})

    first, second = loaded.history.events
    assert loaded.rejects == ()
    assert first.event_id == "events.csv:2"
    assert first.facts["products"] == {"GTX", "MG"}
    assert first.facts["amount"] == money("1000 EUR")
    assert second.kind is EventKind.WITHDRAWN
    assert second.known_at.day == 6
    assert dict(second.facts) == {"status_reason": "no budget"}


@pytest.mark.parametrize(
    ("row", "about", "stated"),
    [
        ({"kind": "opportunity changed", "opportunity_id": "O1", "in_forecast": "yes"}, "O1", True),
        ({"kind": "Customer Changed", "customer_id": "C1", "public_sector": "yes"}, "C1", True),
        ({"kind": "PARTNER_CHANGED", "partner_id": "P1", "in_good_standing": "yes"}, "P1", True),
    ],
)
def test_an_event_is_about_what_its_kind_says(row, about, stated):
    loaded = load_history(events=[{**row, "happened_at": AT}])

    (found,) = loaded.history.events
    assert found.about == about
    assert list(found.facts.values()) == [stated]


def test_the_programme_s_own_fields_and_levels_are_read():
    words = Vocabulary(
        tiers=("silver", "gold"),
        fields=[Field("sites_visited", FieldType.INTEGER, Subject.REGISTRATION)],
    )
    rows = [
        submitted(sites_visited="1,200"),
        event("partner_changed", "P1", tier="Gold"),
        event("ruled", benefit="discount", verdict="approved", decided_by="desk", reason="first"),
    ]

    loaded = load_history(events=rows, vocabulary=words)

    stated = {each.kind.value: dict(each.facts) for each in loaded.history.events}
    assert stated["submitted"] == {"partner_id": "P1", "sites_visited": 1200}
    assert stated["partner_changed"] == {"tier": "gold"}
    assert stated["ruled"]["verdict"] == "accept"
    assert stated["ruled"]["reason"] == "first"


def test_every_kind_and_every_word_is_read():
    for kind in EventKind:
        assert read_event_kind(kind.value.replace("_", " ").title()) is kind
        assert all(read_event_kind(word) is kind for word in EVENT_WORDS.get(kind, ()))


def test_registrations_with_dates_and_events_together():
    registrations = [
        {"registration_id": "R1", "partner_id": "P1", "submitted_at": AT, "approved_at": LATER}
    ]

    loaded = load_history(registrations=registrations, events=[event("lost")])

    assert told(loaded) == [("submitted", "R1"), ("lost", "R1"), ("approved", "R1")]
    assert (loaded.rows_read, loaded.rows_rejected) == (2, 0)


# --- what is not taken ------------------------------------------------------------------------

CORRUPTED = """\
event_id,kind,about,happened_at,known_at,partner_id,amount,tier,status_reason
e1,submitted,R1,2026-03-01T09:00Z,,P1,50000 EUR,,
e2,aproved,R1,2026-03-02T09:00Z,,,,,
e3,approved,R1,2026-02-30T09:00Z,,,,,
e4,approved,R1,3026-03-02T09:00Z,,,,,
e5,approved,R1,2026-02-01T09:00Z,,,,,
e6,approved,R1,2026-03-03T09:00Z,2026-03-02T09:00Z,,,,
e7,submitted,R2,2026-03-01T09:00Z,,P9,,,
e8,approved,R2,2026-03-02T09:00Z,,,,,
e9,approved,R7,2026-03-02T09:00Z,,,,,
e10,won,R1,2026-03-06T09:00Z,,,,,
e10,lost,R1,2026-03-06T09:00Z,,,,,
e11,returned,R1,2026-03-04T09:00Z,,,900 EUR,,
e12,partner changed,P1,2026-03-04T09:00Z,,,,glod,
e13,amended,R1,2026-03-04T09:00Z,,,lots,,
e14,submitted,R3,2026-03-01T09:00Z,,,,,
e15,approved,,2026-03-02T09:00Z,,,,,
e16,rejected,R1,2026-03-07T09:00Z,,,,,late
"""

KNOWN, HAPPENED = "2026-03-02T09:00:00Z", "2026-03-03T09:00:00Z"
EARLY, START = "2026-02-01T09:00:00Z", "2026-03-01T09:00:00Z"
TOLD = [
    (3, "kind", "`aproved` is not a kind of event"),
    (4, "happened_at", "`2026-02-30T09:00Z` is a day that does not exist"),
    (5, "happened_at", "`3026-03-02T09:00Z` is out of range"),
    (6, "happened_at", f"`{EARLY}` is before the registration was submitted, `{START}`"),
    (7, "known_at", f"it was known at `{KNOWN}`, before it happened, `{HAPPENED}`"),
    (8, "partner_id", "no row of the partners that was taken is about `P9`"),
    (9, "about", "no row that was taken submits the registration `R2`"),
    (10, "about", "no row that was taken submits the registration `R7`"),
    (11, "event_id", "row 12 gives the event `e10` another content"),
    (12, "event_id", "row 11 gives the event `e10` another content"),
    (13, "amount", "an event `returned` does not state `amount`"),
    (14, "tier", "`glod` is not a level of the ladder"),
    (15, "amount", "`lots` is not an amount of money"),
    (16, "partner_id", "an event `submitted` must state `partner_id`, and it is empty"),
    (17, "about", "the row does not say which registration it is about"),
]


def corrupted(lines):
    source = io.StringIO("\n".join(lines) + "\n")
    partners = [{"partner_id": "P1", "tier": "gold"}]
    words = Vocabulary(tiers=("silver", "gold"))
    return load_history(events=source, partners=partners, vocabulary=words)


def test_a_corrupted_history_gives_each_row_its_reason():
    loaded = corrupted(CORRUPTED.splitlines())

    assert told(loaded) == [("submitted", "R1"), ("rejected", "R1")]
    assert reasons(loaded) == TOLD
    assert all(each.hint for each in loaded.rejects)
    assert (loaded.rows_read, loaded.rows_rejected) == (18, 15)


@given(st.permutations(CORRUPTED.splitlines()[1:]))
@settings(max_examples=20)
def test_what_is_taken_does_not_depend_on_the_order_of_the_rows(rows):
    loaded = corrupted([CORRUPTED.splitlines()[0], *rows])

    assert told(loaded) == [("submitted", "R1"), ("rejected", "R1")]
    assert {each.record["event_id"] for each in loaded.rejects} == {
        f"e{number}" for number in range(2, 16)
    }


def test_a_reject_names_the_column_of_the_file_and_keeps_the_row():
    (reject,) = load_history(events=[event("lost", "R7", event_id="x")]).rejects

    assert (reject.column, reject.value) == ("about", "R7")
    assert dict(reject.record) == {
        "event_id": "x",
        "kind": "lost",
        "about": "R7",
        "happened_at": "2026-03-05T09:00:00Z",
    }


def test_a_registration_is_submitted_once():
    loaded = load_history(
        events=[submitted(event_id="a"), submitted(event_id="b"), submitted("R2")],
        registrations=[{"registration_id": "R2", "partner_id": "P2", "submitted_at": AT}],
    )

    assert told(loaded) == []
    assert [(each.file, each.row, each.reason) for each in loaded.rejects] == [
        ("<events>", 1, "row 2 submits `R1` too"),
        ("<events>", 2, "row 1 submits `R1` too"),
        ("<events>", 3, "row 1 of <registrations> submits `R2` too"),
        ("<registrations>", 1, "row 3 of <events> submits `R2` too"),
    ]
    assert loaded.rows_rejected == 4


def test_an_event_twice_with_one_content_counts_once():
    loaded = load_history(events=[submitted(event_id="a"), submitted(event_id="a")])

    assert told(loaded) == [("submitted", "R1")]
    assert (loaded.rejects, loaded.rows_rejected) == ((), 0)


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (event("amended", partner_id="P2"), "partner_id", "was submitted with `P1`"),
        (event("approved", in_forecast="yes"), "in_forecast", "does not state `in_forecast`"),
        (event("milestone met", milestone="first_call"), "milestone", "is not an instant field"),
        (event("extension granted", length="soon"), "length", "`soon`"),
        (
            event("lost", registration_id="R2"),
            "about",
            "`about` is `R1` and `registration_id` `R2`",
        ),
        (event("ruled", benefit="b", verdict="maybe"), "verdict", "`maybe` is not a verdict"),
        (event("approved", sequence="first"), "sequence", "`first`"),
    ],
)
def test_what_an_event_cannot_state_is_refused(row, column, reason):
    loaded = load_history(events=[submitted(), row])

    (reject,) = loaded.rejects
    assert told(loaded) == [("submitted", "R1")]
    assert reject.column == column
    assert reason in reject.reason


def test_a_ruling_about_a_registration_that_nothing_submits():
    rulings = [{"registration_id": "R7", "benefit": "b", "verdict": "accept", "decided_at": LATER}]

    loaded = load_history(events=[submitted()], rulings=rulings)

    assert reasons(loaded) == [
        (1, "registration_id", "no row that was taken submits the registration `R7`")
    ]


@pytest.mark.parametrize(
    ("header", "missing"),
    [("kind,about", "`happened_at`"), ("happened_at,kind", "`about`"), ("about,x", "`kind`")],
)
def test_a_table_without_a_column_it_needs_is_unreadable(header, missing):
    with pytest.raises(UnreadableError, match=f"there is no column for {missing}"):
        load_history(events=io.StringIO(f"{header}\n1,2\n"))


def test_settings_without_meaning():
    with pytest.raises(UsageError, match="no table of events or registrations"):
        load_history(partners=[])
    with pytest.raises(UsageError, match="catalogue names `product`") as wrong:
        load_history(events=[submitted()], catalogue={"product": ["GTX"]})
    assert wrong.value.hint == "did you mean `products`?"
    with pytest.raises(UsageError, match="is not a list of texts"):
        load_history(events=[submitted()], catalogue={"products": "GTX"})
    with pytest.raises(UsageError, match="does not map fields"):
        load_history(events=[submitted()], catalogue=["GTX"])


# --- what somebody should look at -------------------------------------------------------------


def test_values_that_the_catalogue_does_not_have():
    rows = [
        submitted(f"R{number}", products=name, customer_id=f"C{number}")
        for number, name in enumerate(["GTXPro", "GTX Pro", "GTXPro;MG", "GTK Basic"])
    ]

    loaded = load_history(events=rows, catalogue={"products": ["GTX Pro", "GTX Basic", "MG"]})

    assert codes(loaded) == [
        ("UNKNOWN_VALUE", "products", "GTXPro", 2),
        ("UNKNOWN_VALUE", "products", "GTK Basic", 1),
    ]
    assert [each.hint for each in loaded.findings] == [
        "did you mean `GTX Pro`?",
        "did you mean `GTX Basic`?",
    ]
    assert loaded.findings[0].rows == (1, 3)
    assert loaded.rejects == ()


def test_an_end_without_a_date():
    row = {"registration_id": "R1", "partner_id": "P1", "submitted_at": AT, "customer_id": "C1"}

    loaded = load_history(registrations=[{**row, "status": "won"}])

    assert codes(loaded) == [("END_UNKNOWN", "ended_at", "won", 1)]


def test_registrations_that_conflict_with_none():
    assert codes(load_history(events=[submitted()])) == [("NO_CONFLICT_KEY", "customer_id", "", 1)]


def test_registrations_of_which_none_came_first():
    rows = [
        submitted("R1", customer_id="C1"),
        submitted("R2", customer_id="C1"),
        submitted("R3", opportunity_id="O1", customer_id="C1", sequence=1),
        submitted("R4", opportunity_id="O1", customer_id="C1", sequence=2),
    ]

    assert codes(load_history(events=rows)) == [("SAME_INSTANT", "customer_id", "C1", 2)]


# --- the reference page -----------------------------------------------------------------------


def test_the_page_lists_every_column_and_every_word():
    text = (Path(__file__).parents[3] / "docs" / "reference" / "tables.md").read_text("utf-8")

    for kind, words in EVENT_WORDS.items():
        assert f"| `{kind.value}` | {', '.join(words)} |" in text
    for column in EVENT:
        required = " (required)" if column.field in REQUIRED else ""
        others, stand_ins = (
            ", ".join(f"`{name}`" for name in names) for names in (column.others, column.stand_ins)
        )
        assert f"| `{column.field}`{required} | {others} | {stand_ins} |" in text


# --- and back ---------------------------------------------------------------------------------


def sound(history):
    """The events of registrations that are not before these were submitted."""
    start = {each.about: each.happened_at for each in history.events if each.kind == "submitted"}
    return [each for each in history.events if each.happened_at >= start[each.about]]


@given(policies().flatmap(lambda policy: st.tuples(st.just(policy), facts_for(policy))))
@settings(max_examples=40)
def test_a_history_written_as_rows_is_read_back_equal(made):
    policy, facts = made
    history = History(events=sound(history_of(facts)))

    loaded = load_history(events=history_rows(history), vocabulary=policy.vocabulary())

    assert loaded.rejects == ()
    assert loaded.history.events == history.events


def test_a_history_written_as_csv_is_read_back_equal():
    rows = [submitted(source="crm:7", sequence=3), event("lost", known_at="2026-03-06T09:00Z")]
    history = load_history(events=rows).history
    text = io.StringIO()
    cells = history_rows(history)
    out = csv.DictWriter(text, sorted({name for row in cells for name in row}))
    out.writeheader()
    out.writerows(cells)

    assert load_history(events=io.StringIO(text.getvalue())).history == history


def test_what_was_loaded_is_a_value_with_a_tag():
    loaded = corrupted(CORRUPTED.splitlines())

    assert from_json(to_json(loaded)) == loaded


def test_one_file_may_stand_for_two_tables(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text(f"registration_id,partner_id,submitted_at\nR1,P1,{AT}\nR1,P2,{AT}\n", "utf-8")
    rulings = [{"registration_id": "R1", "benefit": "b", "verdict": "accept", "decided_at": LATER}]

    loaded = load_history(registrations=path, partners=path, rulings=rulings)

    assert (loaded.rows_read, loaded.rows_rejected) == (5, 3)
    assert [each.partner_id for each in loaded.history.known.partners] == ["P1", "P2"]


def test_a_log_may_repeat_whose_a_registration_is_in_every_row():
    repeated = {"partner_id": "P1", "opportunity_id": "O1", "customer_id": "C1"}
    rows = [
        submitted("R1", opportunity_id="O1"),
        event("approved", **repeated),
        event("withdrawn", **repeated),
    ]
    loaded = load_history(events=rows)

    assert loaded.rejects == ()
    assert [each.kind.value for each in loaded.history.events] == [
        "submitted",
        "approved",
        "withdrawn",
    ]
