"""`explain`, `check`, `describe`, `convert` and `rerun`."""

import json
from pathlib import Path

import pytest

from dealreg import Facts, Policy
from dealreg.wire import from_json, policy_from_toml, read_policy

TODAY = ("policy-today.toml", "registrations.csv", "--partners", "partners.csv")
AT = ("--at", "2026-03-16T09:00Z")
RIVAL = ("R-1001", "Larkfield", "larkfield", "silver")


@pytest.fixture
def record(dispute, dealreg):
    dealreg("resolve", *TODAY, *AT, "--record", "record.json")
    return dispute / "record.json"


@pytest.mark.usefixtures("record")
class TestExplain:
    def test_says_the_same_of_a_record_as_of_its_inputs(self, dealreg):
        of_record = dealreg("explain", "record.json")
        of_inputs = dealreg("explain", *TODAY, *AT)

        assert of_record.exit_code == 0
        assert of_record.stdout == of_inputs.stdout

    def test_reads_a_record_from_standard_input(self, record, dealreg):
        piped = dealreg("explain", "-", stdin=record.read_text("utf-8"))

        assert piped.stdout == dealreg("explain", "record.json").stdout

    @pytest.mark.parametrize("form", ["text", "markdown", "json"])
    def test_tells_a_partner_nothing_of_its_rival(self, dealreg, form):
        done = dealreg(
            *("explain", "record.json", "--audience", "partner", "--registration", "R-1002"),
            *("--format", form),
        )

        assert done.exit_code == 0
        assert "Brightwater Integration" in done.stdout
        assert [each for each in RIVAL if each in done.stdout] == []

    def test_json_is_plain_data(self, dealreg):
        done = dealreg(
            "explain", "record.json", "--audience", "channel_manager", "--format", "json"
        )

        assert json.loads(done.stdout)["deadlocks"][0]["blocker"] == "R-1001"

    def test_a_partner_must_be_named(self, dealreg):
        done = dealreg("explain", "record.json", "--audience", "partner")

        assert done.exit_code == 2
        assert "--registration" in done.stderr

    def test_an_option_about_deciding_is_refused_with_a_record(self, dealreg):
        done = dealreg("explain", "record.json", *AT)

        assert done.exit_code == 2
        assert "--at says how to decide, and a record is decided already" in done.stderr

    def test_something_else_than_a_record_is_refused(self, dealreg):
        dealreg("convert", "policy-today.toml", "policy.json")

        done = dealreg("explain", "policy.json")

        assert done.exit_code == 4
        assert "policy.json: it holds `policy`, not the record of a decision" in done.stderr


@pytest.mark.usefixtures("dispute")
class TestCheck:
    def test_a_sound_policy_ends_with_0(self, dealreg):
        done = dealreg("check", "policy-today.toml")

        assert (done.exit_code, done.stdout) == (0, "no findings: the policy is sound\n")

    @pytest.fixture
    def unsound(self, dispute):
        text = (dispute / "policy-today.toml").read_text("utf-8")
        text = text.replace('holder_of = "protection"', 'holder_of = "protektion"')
        (dispute / "unsound.toml").write_text(text, encoding="utf-8")
        return "unsound.toml"

    def test_errors_end_with_1_and_are_shown_with_place_and_hint(self, unsound, dealreg):
        done = dealreg("check", unsound)

        assert done.exit_code == 1
        first, message, hint, *_ = done.stdout.splitlines()
        place, _, line = first.removeprefix("error UNKNOWN_BENEFIT at ").rpartition(", line ")
        assert place == "contests[special_bid].after[protektion]"
        assert "after" in Path(unsound).read_text("utf-8").splitlines()[int(line) - 1]
        assert "`protektion`" in message
        assert hint == "  -> did you mean `protection`?"
        assert "1 error" in done.stdout.splitlines()[-1]

    def test_json_lists_the_findings(self, unsound, dealreg):
        done = dealreg("check", unsound, "--format", "json")

        assert done.exit_code == 1
        assert json.loads(done.stdout)[0]["code"] == "UNKNOWN_BENEFIT"

    def test_warnings_alone_end_with_0(self, dispute, dealreg):
        text = (dispute / "policy-today.toml").read_text("utf-8")
        unused = '[fields.colour]\ntype = "text"\nmeaning = "Nobody asks."\n'
        (dispute / "warned.toml").write_text(text + unused, encoding="utf-8")

        done = dealreg("check", "warned.toml")

        assert done.exit_code == 0
        assert done.stdout.startswith("warning ")
        assert "0 errors, 1 warning" in done.stdout

    def test_reads_standard_input(self, dispute, dealreg):
        done = dealreg("check", "-", stdin=(dispute / "policy-today.toml").read_text("utf-8"))

        assert done.exit_code == 0


@pytest.mark.usefixtures("dispute")
class TestDescribe:
    def test_says_the_policy_in_text_and_markdown(self, dealreg):
        text = dealreg("describe", "policy-today.toml")
        markdown = dealreg("describe", "policy-today.toml", "--format", "markdown")

        assert text.stdout.startswith("Quillon Partner Programme, version today\n====")
        assert markdown.stdout.startswith("# Quillon Partner Programme, version today\n")

    def test_no_such_zone_is_said(self, dealreg):
        done = dealreg("describe", "policy-today.toml", "--times-in", "Europe/Nowhere")

        assert "--times-in: there is no time zone `Europe/Nowhere`" in done.stderr
        assert done.exit_code == 2


@pytest.mark.usefixtures("dispute")
class TestConvert:
    def test_a_policy_goes_to_json_and_back(self, dealreg):
        there = dealreg("convert", "policy-today.toml", "policy.json")
        back = dealreg("convert", "policy.json", "back.toml")

        assert (there.exit_code, back.exit_code) == (0, 0)
        assert read_policy("policy.json") == read_policy("policy-today.toml")
        assert read_policy("back.toml") == read_policy("policy-today.toml")

    def test_streams_say_what_they_are(self, dispute, dealreg):
        text = (dispute / "policy-today.toml").read_text("utf-8")

        json_text = dealreg(
            "convert", "-", "-", "--from", "toml", "--to", "json", stdin=text
        ).stdout
        toml_text = dealreg("convert", "-", "-", "--from", "json", "--to", "toml", stdin=json_text)

        assert policy_from_toml(toml_text.stdout) == policy_from_toml(text)
        assert isinstance(from_json(json_text), Policy)

    def test_a_stream_that_does_not_say_is_refused(self, dealreg):
        done = dealreg("convert", "policy-today.toml", "-")

        assert done.exit_code == 2
        assert "add --to with one of toml, json" in done.stderr

    def test_tables_become_facts_that_decide_alike(self, dispute, dealreg):
        done = dealreg(
            *("convert", "registrations.csv", "facts.json", "--partners", "partners.csv"),
            *("--policy", "policy-today.toml"),
        )

        assert done.exit_code == 0
        assert isinstance(from_json((dispute / "facts.json").read_bytes()), Facts)
        of_facts = dealreg("resolve", "policy-today.toml", "facts.json", *AT, "--format", "json")
        of_tables = dealreg("resolve", *TODAY, *AT, "--format", "json")
        assert of_facts.stdout == of_tables.stdout

    def test_facts_on_standard_input_are_recognised(self, dispute, dealreg):
        dealreg("convert", "registrations.csv", "facts.json", "--partners", "partners.csv")
        text = (dispute / "facts.json").read_text("utf-8")

        of_facts = dealreg("resolve", "policy-today.toml", "-", *AT, "--format", "json", stdin=text)

        assert of_facts.stdout == dealreg("resolve", *TODAY, *AT, "--format", "json").stdout

    def test_facts_are_complete_and_take_no_table_beside_them(self, dealreg):
        dealreg("convert", "registrations.csv", "facts.json")

        done = dealreg("resolve", "policy-today.toml", "facts.json", *TODAY[2:], *AT)

        assert done.exit_code == 2
        assert "--partners is about tables, and `facts.json` holds facts already" in done.stderr

    def test_rejected_rows_are_said_and_strict_counts_them(self, grace_window, dealreg):
        done = dealreg("convert", "registrations.csv", "facts.json", "--strict")

        assert done.exit_code == 5
        assert "1 of 7 rows rejected" in done.stderr
        assert len(from_json((grace_window / "facts.json").read_bytes()).registrations) == 6

    def test_facts_have_no_toml(self, dealreg):
        dealreg("convert", "registrations.csv", "facts.json")

        of_table = dealreg("convert", "registrations.csv", "facts.toml")
        of_facts = dealreg("convert", "facts.json", "facts.toml")

        assert (of_table.exit_code, of_facts.exit_code) == (2, 2)
        assert "a `facts` has no TOML form" in of_facts.stderr


@pytest.mark.usefixtures("record")
class TestRerun:
    def test_same_bytes_end_with_0(self, dealreg):
        done = dealreg("rerun", "record.json")

        assert (done.exit_code, done.stdout) == (
            0,
            "same bytes: 4 standings, decided as of 2026-03-16T09:00:00Z\n",
        )

    def test_a_changed_decision_ends_with_1_and_is_named(self, record, dealreg):
        changed = record.read_text("utf-8").replace('"kind":"denied"', '"kind":"waiting"', 1)

        done = dealreg("rerun", "-", stdin=changed)

        assert done.exit_code == 1
        assert done.stdout.startswith("DIFFERS")
        assert "R-1002, protection: recorded waiting (DUPLICATE_OTHER_PARTNER), decided denied" in (
            done.stdout
        )

    def test_changed_facts_are_noticed_though_no_standing_changes(self, record, dealreg):
        changed = record.read_text("utf-8").replace("Larkfield Systems", "Larkfield Sistems")

        done = dealreg("rerun", "-", stdin=changed)

        assert done.exit_code == 1
        assert "the standings are equal; the trace, the digests or the referrals are not" in (
            done.stdout
        )
