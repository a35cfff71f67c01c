"""`replay`, `timeline` and `state`: histories on the command line."""

import csv
import io
import json

import pytest

from dealreg.cli.shipped import shipped
from dealreg.history import told_in
from dealreg.outcome.disputes import Disputes
from dealreg.outcome.stories import Story
from dealreg.outcome.timeline import State
from dealreg.wire import from_json, load_history, read_policy, to_json

GIVEN = ("policy.toml", "--events", "events.csv", "--partners", "partners.csv")
AT = ("--at", "2026-04-08T12:00Z")


@pytest.fixture
def history(tmp_path, monkeypatch):
    """The files of the example, in the folder that the test runs in."""
    for file in shipped("history").files():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("history")
class TestReplay:
    def test_prints_the_report_and_tells_what_was_not_taken(self, dealreg):
        done = dealreg("replay", *GIVEN)

        assert done.exit_code == 0
        assert done.stdout.startswith("Quillon Partner Programme: the history against the rules\n")
        assert "1 of 30 rows rejected:" in done.stderr
        assert "to look at in the data:\n  SAME_INSTANT: " in done.stderr

    def test_strict_notices_rejected_rows(self, history, dealreg):
        done = dealreg("replay", *GIVEN, "--strict", "--rejects", "rejects.csv")

        assert done.exit_code == 5
        assert "R-1099" in (history / "rejects.csv").read_text("utf-8")

    @pytest.mark.parametrize(("name", "start"), [("r.md", "# Quillon"), ("r.txt", "Quillon")])
    def test_writes_the_report(self, name, start, history, dealreg):
        done = dealreg("replay", *GIVEN, "--report", name, "--format", "json")

        assert done.exit_code == 0
        assert (history / name).read_text("utf-8").startswith(start)
        assert isinstance(from_json(done.stdout), Disputes)

    def test_goes_on_from_a_checkpoint_and_writes_nothing_twice(self, history, dealreg):
        dealreg("replay", *GIVEN, "--out", "whole.jsonl", "--checkpoint", "one", "--every", "1000")
        given = ("replay", *GIVEN, "--out", "told.jsonl", "--checkpoint", "two", "--every", "10")
        first = dealreg(*given)
        (history / "told.jsonl").write_bytes((history / "told.jsonl").read_bytes() + b"half a li")
        second = dealreg(*given)

        assert first.stdout.startswith("Replayed from the beginning: 26 events")
        assert second.stdout.startswith("Went on from the checkpoint: 26 events")
        told = (history / "told.jsonl").read_bytes()
        assert told == (history / "whole.jsonl").read_bytes()

    def test_a_checkpoint_goes_with_a_file_and_without_a_report(self, dealreg):
        done = dealreg("replay", *GIVEN, "--checkpoint", "mark")

        assert done.exit_code == 2
        assert "give --out, and no --report" in done.stderr

    def test_one_incident_on_a_line_or_a_row(self, dealreg):
        lines = dealreg("replay", *GIVEN, "--format", "jsonl").stdout.splitlines()
        rows = list(
            csv.DictReader(io.StringIO(dealreg("replay", *GIVEN, "--format", "csv").stdout))
        )

        assert [from_json(line).kind.value for line in lines] == [row["kind"] for row in rows]
        assert all(row["sentence"] for row in rows)

    def test_keeps_what_the_replay_tells(self, history, dealreg):
        assert dealreg("replay", *GIVEN, "--out", "told.jsonl").exit_code == 0

        tags = {each.tag for each in told_in(history / "told.jsonl")}
        assert tags == {
            *("transition", "held_period", "notice", "found_deadlock", "ended_deadlock"),
        }

    def test_for_one_partner(self, dealreg):
        done = dealreg("replay", *GIVEN, "--for", "larkfield", "--format", "markdown")

        assert done.exit_code == 0
        assert "Hollis" not in done.stdout

    def test_up_to_an_instant(self, dealreg):
        done = dealreg("replay", *GIVEN, "--until", "2026-03-20T00:00Z", "--format", "json")

        assert from_json(done.stdout).until.isoformat() == "2026-03-20T00:00:00+00:00"

    def test_a_history_that_was_stored(self, history, dealreg):
        rules = read_policy("policy.toml")
        loaded = load_history(
            events="events.csv", partners="partners.csv", vocabulary=rules.vocabulary()
        )
        (history / "history.json").write_bytes(to_json(loaded.history))

        tables = dealreg("replay", *GIVEN)
        stored = dealreg("replay", "policy.toml", "--events", "history.json")
        assert stored.stdout == tables.stdout
        assert stored.stderr == ""

    def test_from_standard_input(self, history, dealreg):
        text = (history / "events.csv").read_text("utf-8")
        piped = dealreg("replay", "policy.toml", "--events", "-", *GIVEN[3:], stdin=text)

        assert piped.stdout == dealreg("replay", *GIVEN).stdout

    def test_registrations_with_dates(self, history, dealreg):
        (history / "registrations.csv").write_text(
            "registration_id,partner_id,opportunity_id,products,submitted_at,approved_at,status\n"
            "A,larkfield,O,GTXPro,2026-03-02T09:00Z,2026-03-04T09:00Z,approved\n"
            "B,hollis,O,GTX Pro,2026-03-03T09:00Z,2026-03-05T09:00Z,approved\n",
            encoding="utf-8",
        )
        (history / "products.txt").write_text("GTX Pro\n", encoding="utf-8")
        done = dealreg(
            *("replay", "policy.toml", "--registrations", "registrations.csv"),
            *("--catalogue", "products=products.txt"),
        )

        assert "Two partners approved for the same thing at one time (1)" in done.stdout
        assert "did you mean `GTX Pro`?" in done.stderr


@pytest.mark.usefixtures("history")
class TestTimeline:
    @pytest.mark.parametrize(
        ("about", "title"), [("VDI-7", "Opportunity VDI-7"), ("R-1002", "Registration R-1002")]
    )
    def test_tells_the_story(self, about, title, dealreg):
        done = dealreg("timeline", *GIVEN, "--about", about)

        assert done.exit_code == 0
        assert done.stdout.startswith(f"{title}\n")

    def test_in_json_and_markdown(self, dealreg):
        story = dealreg("timeline", *GIVEN, "--about", "VDI-7", "--format", "json")
        page = dealreg("timeline", *GIVEN, "--about", "VDI-7", "--format", "markdown")

        assert isinstance(from_json(story.stdout), Story)
        assert page.stdout.startswith("# Opportunity VDI-7\n")

    def test_for_one_partner(self, dealreg):
        done = dealreg("timeline", *GIVEN, "--about", "VDI-7", "--for", "brightwater")

        assert "Larkfield" not in done.stdout


@pytest.mark.usefixtures("history")
class TestState:
    def test_as_it_stood_and_as_it_would_have(self, dealreg):
        then = dealreg("state", *GIVEN, *AT)
        later = dealreg("state", *GIVEN, *AT, "--known-at", "2026-04-10T12:00Z")

        assert "R-1007" not in then.stdout
        assert "R-1007  Larkfield Systems" in later.stdout
        assert (
            "pending: 9 June 2026, 16:00 UTC, R-1003, protection: end of the period" in then.stdout
        )
        assert then.stdout.endswith("without a new event\n")

    def test_in_json_lines_and_markdown(self, dealreg):
        state = from_json(dealreg("state", *GIVEN, *AT, "--format", "json").stdout)
        lines = dealreg("state", *GIVEN, *AT, "--format", "jsonl").stdout.splitlines()
        page = dealreg("state", *GIVEN, *AT, "--format", "markdown").stdout

        assert isinstance(state, State)
        assert len(lines) == len(state.standings)
        assert all(json.loads(line)["dealreg"] == "standing" for line in lines)
        assert "\n- nothing changes before" in page

    def test_its_record_can_be_explained(self, dealreg):
        assert dealreg("state", *GIVEN, *AT, "--record", "record.json").exit_code == 0

        assert dealreg("explain", "record.json").exit_code == 0
        assert dealreg("rerun", "record.json").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["replay", "policy.toml"], 2, "name a file with --events"),
        (["replay", *GIVEN, "--until", "soon"], 2, "--until: `soon` is not an instant"),
        (["replay", *GIVEN, "--catalogue", "products"], 2, "write it as in --catalogue"),
        (["replay", *GIVEN, "--catalogue", "colour=policy.toml"], 2, "no such field"),
        (["replay", *GIVEN, "--for", "larkfield", "--format", "csv"], 2, "leave out --for"),
        (["replay", *GIVEN, "--out", "no/such/told.jsonl"], 4, "no/such/told.jsonl: "),
        (["replay", "policy.toml", "--events", "none.csv"], 4, "none.csv: "),
        (["replay", "-", "--events", "-"], 2, "`-` is given twice"),
        (["replay", "none.toml", "--events", "events.csv"], 4, "none.toml: "),
        (["timeline", *GIVEN], 2, "add --about"),
        (["timeline", *GIVEN, "--about", "VDI-8"], 2, "did you mean `VDI-7`?"),
        (
            ["timeline", *GIVEN, "--about", "VDI-7", "--for", "larkfield", "--format", "json"],
            2,
            "leave out --for",
        ),
        (["state", *GIVEN], 2, "add --at 2026-03-01T09:00Z"),
        (["state", *GIVEN, *AT, "--known-at", "x"], 2, "--known-at: `x` is not an instant"),
    ],
)
def test_what_cannot_be_done_is_told(arguments, code, said, history, dealreg):
    done = dealreg(*arguments)

    assert done.exit_code == code
    assert said in done.stderr
    assert done.stdout == ""


def test_a_stored_history_takes_no_options_of_tables(history, dealreg):
    (history / "history.json").write_bytes(to_json(load_history(events="events.csv").history))
    (history / "facts.json").write_bytes(to_json(read_policy("policy.toml")))

    with_map = dealreg("replay", "policy.toml", "--events", "history.json", "--map", "a=b")
    no_history = dealreg("replay", "policy.toml", "--events", "facts.json")

    assert "--map is about tables" in with_map.stderr
    assert no_history.exit_code == 4
    assert "it holds `policy`, not a history" in no_history.stderr


BOOK = """
format = "dealreg-book/1"
programme = "Example"

[[editions]]
effective_from = 2026-01-01T00:00:00Z

[editions.fields.demo_held]
type = "bool"

[[editions.contests]]
benefit = "protection"
prefer = ["earliest submitted_at"]
requires = [{ code = "NO_DEMO", that = "demo_held" }]

[[editions]]
effective_from = 2026-06-01T00:00:00Z
version = "2"

[[editions.contests]]
benefit = "protection"
prefer = ["earliest submitted_at"]
"""
SHOWN = """
event_id,kind,about,happened_at,partner_id,opportunity_id,demo_held
1,submitted,A,2026-05-01T09:00Z,alder,O1,yes
2,approved,A,2026-06-05T09:00Z,,,
"""


def test_a_fact_that_only_an_earlier_version_asks_about_is_read(tmp_path, monkeypatch, dealreg):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "book.toml").write_text(BOOK, "utf-8")
    (tmp_path / "events.csv").write_text(SHOWN.lstrip(), "utf-8")

    done = dealreg(
        "state",
        "book.toml",
        "--events",
        "events.csv",
        "--at",
        "2026-07-01T00:00Z",
        "--format",
        "jsonl",
    )

    assert json.loads(done.stdout)["value"]["kind"] == "granted"
    assert done.stderr == ""
