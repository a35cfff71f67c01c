"""`dealreg resolve` decides, prints in four forms, and keeps what it is told to keep."""

import csv
import json
import subprocess
import sys

import pytest

from dealreg import Record, StandingKind, money
from dealreg.cli.shipped import shipped
from dealreg.wire import from_json

TODAY = ("policy-today.toml", "registrations.csv", "--partners", "partners.csv")
AT = ("--at", "2026-03-16T09:00Z")


def test_names_blocker_blocked_and_requirement_of_a_deadlock(dispute, dealreg):
    done = dealreg("resolve", *TODAY, *AT)

    assert done.exit_code == 0
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert "!! DEADLOCK: nobody can use the special bid" in lines
    blocked, blocker, requirement, place = lines[
        lines.index("!! DEADLOCK: nobody can use the special bid") + 1 :
    ][:4]
    assert blocked.startswith("blocked        R-1002, Brightwater Integration")
    assert blocker.startswith("blocker        R-1001, Larkfield Systems: holds the protection")
    assert requirement.startswith("requirement    TIER_NOT_ENTITLED: ")
    assert place == "in the policy  contests[special_bid].requires[TIER_NOT_ENTITLED]"


def test_shows_every_standing_with_its_reason(dispute, dealreg):
    done = dealreg("resolve", "policy-repaired.toml", *TODAY[1:], *AT)

    assert "2 registrations, 4 standings: 2 granted, 2 denied\n" in done.stdout
    assert "    granted   R-1002  Brightwater Integration\n" in done.stdout
    assert "DEADLOCK" not in done.stdout


def test_a_person_is_asked_with_the_candidates_named(grace_window, dealreg):
    done = dealreg("resolve", "policy.toml", "registrations.csv", "--partners", "partners.csv", *AT)

    assert "!! FOR A PERSON TO DECIDE: who gets the protection" in done.stdout
    assert "G-05, Castlegate Networks or G-06, Westbrook Data" in done.stdout


def test_json_is_the_canonical_decision(dispute, dealreg):
    done = dealreg("resolve", *TODAY, *AT, "--format", "json")

    decision = from_json(done.stdout)
    assert decision.standing("R-1001", "protection").kind is StandingKind.GRANTED
    assert done.stdout == json.dumps(json.loads(done.stdout), separators=(",", ":")) + "\n"


def test_jsonl_has_one_standing_on_each_line(dispute, dealreg):
    done = dealreg("resolve", *TODAY, *AT, "--format", "jsonl")

    standings = [from_json(line) for line in done.stdout.splitlines()]
    assert [(s.registration_id, s.benefit) for s in standings] == [
        ("R-1001", "protection"),
        ("R-1002", "protection"),
        ("R-1001", "special_bid"),
        ("R-1002", "special_bid"),
    ]


def test_markdown_has_a_table_for_each_benefit(dispute, dealreg):
    done = dealreg("resolve", *TODAY, *AT, "--format", "markdown")

    assert done.stdout.startswith("# Quillon Partner Programme, version today")
    assert done.stdout.count("| Standing | Registration | Partner | Why |") == 2
    assert "\nDEADLOCK: nobody can use the special bid\n" in done.stdout


def test_record_holds_what_json_prints(dispute, dealreg):
    done = dealreg("resolve", *TODAY, *AT, "--format", "json", "--record", "record.json")

    record = from_json((dispute / "record.json").read_bytes())
    assert isinstance(record, Record)
    assert record.decision == from_json(done.stdout)


def test_times_are_shown_in_the_zone_asked_for(dispute, dealreg):
    done = dealreg("resolve", *TODAY, *AT, "--times-in", "Asia/Tokyo")

    assert "as of 16 March 2026, 18:00 UTC+09:00" in done.stdout


def test_rejected_rows_are_summarised_and_the_others_decided(grace_window, dealreg):
    done = dealreg("resolve", "policy.toml", "registrations.csv", *AT)

    assert done.exit_code == 0
    assert "1 of 7 rows rejected:" in done.stderr
    assert "registrations.csv row 8, column submitted_at: `2026-02-30T09:00Z`" in done.stderr
    assert "6 registrations" in done.stdout
    assert "rejected" not in done.stdout


def test_rejects_are_written_with_their_row(grace_window, dealreg):
    dealreg("resolve", "policy.toml", "registrations.csv", *AT, "--rejects", "rejects.csv")

    with (grace_window / "rejects.csv").open(newline="", encoding="utf-8") as file:
        [reject] = csv.DictReader(file)
    assert (reject["file"], reject["row"], reject["column"]) == (
        "registrations.csv",
        "8",
        "submitted_at",
    )
    assert reject["registration_id"] == "G-07"


def test_a_rejected_cell_cannot_become_a_formula(grace_window, dealreg):
    (grace_window / "more.csv").write_text(
        "registration_id,partner_id,opportunity_id,submitted_at,quantity,=run()\n"
        "=cmd(),P,O,never,-5,x\n",
        encoding="utf-8",
    )

    dealreg("resolve", "policy.toml", "more.csv", *AT, "--rejects", "rejects.csv")

    text = (grace_window / "rejects.csv").read_text("utf-8")
    assert "'=cmd()" in text
    assert ",'=run()" in text
    assert ",-5" in text


def test_strict_ends_with_5_when_rows_were_rejected(grace_window, dealreg):
    rejected = dealreg("resolve", "policy.toml", "registrations.csv", *AT, "--strict")
    (grace_window / "good.csv").write_text(
        "registration_id,partner_id,opportunity_id,submitted_at\nR,P,O,2026-03-01T09:00Z\n",
        encoding="utf-8",
    )
    accepted = dealreg("resolve", "policy.toml", "good.csv", *AT, "--strict")

    assert (rejected.exit_code, accepted.exit_code) == (5, 0)
    assert "G-02" in rejected.stdout


@pytest.mark.parametrize("policy_from_stdin", [True, False])
def test_either_file_may_come_from_standard_input(dispute, dealreg, policy_from_stdin):
    files = ["policy-today.toml", "registrations.csv"]
    text = (dispute / files[0 if policy_from_stdin else 1]).read_text("utf-8")
    files[0 if policy_from_stdin else 1] = "-"

    piped = dealreg("resolve", *files, *TODAY[2:], *AT, "--format", "json", stdin=text)

    assert piped.stdout == dealreg("resolve", *TODAY, *AT, "--format", "json").stdout


def test_a_json_policy_may_come_from_standard_input(dispute, dealreg):
    text = dealreg("convert", "policy-today.toml", "-", "--to", "json").stdout

    piped = dealreg("resolve", "-", *TODAY[1:], *AT, "--format", "json", stdin=text)

    assert piped.exit_code == 0
    assert piped.stdout == dealreg("resolve", *TODAY, *AT, "--format", "json").stdout


def test_now_is_asked_for_by_name(dispute, dealreg):
    done = dealreg("resolve", *TODAY, "--at", "now", "--format", "json")

    assert done.exit_code == 0
    assert from_json(done.stdout).at.microsecond == 0


def test_map_and_zone_and_order_of_day_read_a_messy_export(tmp_path, monkeypatch, dealreg):
    for file in shipped("messy-export").files():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.chdir(tmp_path)
    more = ("--map", "House Account=named_account", "--map", "List Value=amount", *AT)

    done = dealreg(
        "resolve", "policy.toml", "export.csv", "--zone", "Europe/Berlin", "--day-first", *more
    )
    guessed = dealreg("resolve", "policy.toml", "export.csv", *more)

    assert done.exit_code == 0
    assert "4 of 11 rows rejected" in done.stderr
    assert "could be 1 March or 3 January" not in done.stderr
    assert "-> pass --day-first or --month-first" in guessed.stderr


def test_external_questions_are_answered_from_a_file(tmp_path, monkeypatch, dealreg):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policy.toml").write_text(
        'format = "dealreg-policy/1"\nprogramme = "P"\n[[contests]]\nbenefit = "protection"\n'
        'prefer = ["earliest submitted_at"]\n[[contests.requires]]\ncode = "VISITED"\n'
        'that = "external site_visited"\n',
        encoding="utf-8",
    )
    (tmp_path / "r.csv").write_text(
        "registration_id,partner_id,opportunity_id,submitted_at\n"
        "R-1,A,O,2026-03-01T09:00Z\nR-2,B,O,2026-03-02T09:00Z\n",
        encoding="utf-8",
    )
    (tmp_path / "answers.json").write_text('{"site_visited": {"R-1": false, "R-2": true}}')

    done = dealreg(
        "resolve", "policy.toml", "r.csv", *AT, "--answers", "answers.json", "--format", "json"
    )
    without = dealreg("resolve", "policy.toml", "r.csv", *AT)

    assert from_json(done.stdout).standing("R-2", "protection").kind is StandingKind.GRANTED
    assert without.exit_code == 2
    assert "--answers" in without.stderr


def test_deals_of_one_title_are_told_by_their_opportunity(dispute, dealreg):
    (dispute / "opportunities.csv").write_text(
        "opportunity_id,name\nVDI-7,Virtual desktops\n", encoding="utf-8"
    )

    done = dealreg("resolve", *TODAY, *AT, "--opportunities", "opportunities.csv")

    assert "Opportunity VDI-7: Virtual desktops\n" in done.stdout


class TestHowTablesAreWritten:
    """Every option about tables changes what is read."""

    HEADER = "registration_id;partner_id;opportunity_id;customer_id;submitted_at;amount"

    def read(self, folder, dealreg, row, *options, encoding="utf-8"):
        (folder / "r.csv").write_text(f"{self.HEADER}\n{row}\n", encoding=encoding)
        dealreg("convert", "r.csv", "facts.json", *options)
        return from_json((folder / "facts.json").read_bytes())

    def test_currency(self, dispute, dealreg):
        facts = self.read(dispute, dealreg, "R;P;O;C;2026-03-01T09:00Z;500", "--currency", "EUR")

        assert facts.registrations[0].amount == money("500 EUR")

    @pytest.mark.parametrize(("mark", "amount"), [(",", "50000 EUR"), (".", "50 EUR")])
    def test_decimal_mark(self, dispute, dealreg, mark, amount):
        row = "R;P;O;C;2026-03-01T09:00Z;50.000 EUR"

        facts = self.read(dispute, dealreg, row, "--decimal-mark", mark)

        assert facts.registrations[0].amount == money(amount)

    def test_encoding(self, dispute, dealreg):
        row = "R;Café;O;C;2026-03-01T09:00Z;"

        facts = self.read(dispute, dealreg, row, "--encoding", "cp1252", encoding="cp1252")

        assert facts.registrations[0].partner_id == "Café"

    def test_zone(self, dispute, dealreg):
        facts = self.read(dispute, dealreg, "R;P;O;C;2026-03-01 09:00;", "--zone", "Asia/Tokyo")

        assert facts.registrations[0].submitted_at.hour == 0

    @pytest.mark.parametrize(("option", "month"), [("--day-first", 2), ("--month-first", 1)])
    def test_order_of_day_and_month(self, dispute, dealreg, option, month):
        facts = self.read(dispute, dealreg, "R;P;O;C;01/02/2026 09:00Z;", option)

        assert facts.registrations[0].submitted_at.month == month

    def test_map_reads_a_column_as_another_or_leaves_it_out(self, dispute, dealreg):
        row = "R;P;O;C;2026-03-01T09:00Z;nonsense"

        left_out = self.read(dispute, dealreg, row, "--map", "amount=")
        mapped = self.read(dispute, dealreg, row, "--map", "amount=division")

        assert left_out.registrations[0].amount is None
        assert mapped.registrations[0].division == "nonsense"

    def test_customers_and_opportunities_are_read(self, dispute, dealreg):
        (dispute / "c.csv").write_text("customer_id,named_account\nC,yes\n", encoding="utf-8")
        (dispute / "o.csv").write_text("opportunity_id,in_forecast\nO,no\n", encoding="utf-8")
        row = "R;P;O;C;2026-03-01T09:00Z;"

        facts = self.read(dispute, dealreg, row, "--customers", "c.csv", "--opportunities", "o.csv")

        assert facts.customers[0].named_account is True
        assert facts.opportunities[0].in_forecast is False


def test_a_ruling_decides_a_tie_and_the_reasons_say_that_a_person_did(grace_window, dealreg):
    files = ("policy.toml", "registrations.csv", "--partners", "partners.csv")

    done = dealreg("resolve", *files, "--rulings", "rulings.csv", "--at", "2026-03-18T09:00Z")
    before = dealreg("resolve", *files, "--rulings", "rulings.csv", *AT)

    assert "    granted   G-06  Westbrook Data" in done.stdout
    assert "and a person decided for it." in done.stdout
    assert "rule for ties" not in done.stdout
    assert "FOR A PERSON TO DECIDE" in before.stdout


def test_where_both_go_to_one_place_the_answer_comes_before_what_was_rejected(grace_window):
    command = [sys.executable, "-m", "dealreg.cli.main", "resolve", "policy.toml"]

    done = subprocess.run(
        [*command, "registrations.csv", *AT, "--format", "markdown"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=True,
    )

    text = done.stdout.decode()
    assert text.startswith("# Ashgrove Alliance")
    assert text.index("## Opportunity STOR-3") < text.index("1 of 7 rows rejected")
