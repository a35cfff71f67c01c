"""Whatever is wrong: what is printed has a place and a remedy, the code says who must act."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dealreg.cli import failing
from dealreg.cli.exits import Exit
from dealreg.cli.failing import exit_code, spoken
from dealreg.errors import (
    DealregError,
    FactsError,
    FactsErrors,
    MissingExtraError,
    PolicyError,
    PolicyErrors,
    UnreadableError,
    UsageError,
)

AT = ("--at", "2026-03-16T09:00Z")
GOOD = ("policy-today.toml", "registrations.csv")
HEADER = b"registration_id,partner_id,opportunity_id,submitted_at\n"
ROW = b"R-1,P,O,2026-03-01T09:00Z\n"

BROKEN_TABLES = {
    "empty": b"",
    "not UTF-8": HEADER + b"R-1,Caf\xe9,O,2026-03-01T09:00Z\n",
    "a spreadsheet": b"PK\x03\x04" + bytes(100),
    "no such columns": b"a,b\n1,2\n",
    "one id, two contents": HEADER + ROW + b"R-1,Q,O,2026-03-01T09:00Z\n",
    "NUL bytes": HEADER + b"R-1,\x00,O,2026-03-01T09:00Z\n",
    "an open quote": HEADER + b'R-1,"P,O,2026-03-01T09:00Z\n' * 3,
    "a very long cell": HEADER + b"R-1," + b"P" * 200_000 + b",O,2026-03-01T09:00Z\n",
    "NaN": HEADER.replace(b"submitted_at", b"submitted_at,amount")
    + b"R-1,P,O,2026-03-01T09:00Z,NaN\n",
    "a naive instant": HEADER + b"R-1,P,O,2026-03-01 09:00\n",
    "control characters": HEADER + b"R-\x1b[2J1,P,O,2026-03-01T09:00Z\n",
}
BROKEN_POLICIES = {
    "empty": b"",
    "not TOML": b"= = =",
    "not UTF-8": b'programme = "Caf\xe9"',
    "an unknown key": b'programme = "P"\nprogram = "Q"\n',
    "nested deep": b"a = " + b"[" * 5000 + b"]" * 5000,
    "an unknown field": (
        b'format = "dealreg-policy/1"\nprogramme = "P"\n[[contests]]\nbenefit = "b"\n'
        b'prefer = ["earliest submited_at"]\n'
    ),
    "a circle": (
        b'format = "dealreg-policy/1"\nprogramme = "P"\n'
        b'[[contests]]\nbenefit = "a"\nprefer = ["earliest submitted_at"]\n'
        b'[[contests.after]]\nholder_of = "b"\n'
        b'[[contests]]\nbenefit = "b"\nprefer = ["earliest submitted_at"]\n'
        b'[[contests.after]]\nholder_of = "a"\n'
    ),
}
BROKEN_JSON = {
    "empty": b"",
    "not JSON": b"{",
    "another value": b"[1, 2]",
    "not UTF-8": b'{"dealreg": "caf\xe9"}',
    "nested deep": b"[" * 100_000,
    "another semantics": b'{"dealreg": "policy", "format": 1, "semantics": 99, "value": {}}',
    "NaN": b'{"dealreg": "money", "format": 1, "semantics": 1, "value": {"amount": NaN}}',
}


def no_traceback(done):
    assert "Traceback" not in done.stderr
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert "a defect of dealreg itself" not in done.stderr


@pytest.mark.parametrize("kind", BROKEN_TABLES)
def test_a_broken_table_is_told_with_its_place(kind, dispute, dealreg):
    (dispute / "broken.csv").write_bytes(BROKEN_TABLES[kind])

    done = dealreg("resolve", "policy-today.toml", "broken.csv", *AT, "--strict")

    no_traceback(done)
    assert done.exit_code in ({0} if kind == "control characters" else {4, 5})
    assert done.exit_code == 0 or "broken.csv" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize("kind", BROKEN_POLICIES)
@pytest.mark.parametrize("command", ["check", "describe", "resolve"])
def test_a_broken_policy_is_told_with_its_place(kind, command, dispute, dealreg):
    (dispute / "broken.toml").write_bytes(BROKEN_POLICIES[kind])
    more = ["registrations.csv", *AT] if command == "resolve" else []

    done = dealreg(command, "broken.toml", *more)

    no_traceback(done)
    if kind == "a circle" and command != "resolve":
        assert done.exit_code == (1 if command == "check" else 0)
    else:
        assert done.exit_code in (3, 4)
        assert done.stderr.count("\n") >= 2


@pytest.mark.parametrize("kind", BROKEN_JSON)
@pytest.mark.parametrize("command", ["explain", "rerun", "check", "convert", "resolve"])
def test_broken_json_is_told_with_its_place(kind, command, dispute, dealreg):
    (dispute / "broken.json").write_bytes(BROKEN_JSON[kind])
    arguments = {
        "convert": ["convert", "broken.json", "out.toml"],
        "resolve": ["resolve", "policy-today.toml", "broken.json", *AT, "--strict"],
    }.get(command, [command, "broken.json"])

    done = dealreg(*arguments)

    no_traceback(done)
    assert done.exit_code in (3, 4, 5)
    assert "broken.json" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["resolve", *GOOD], 2, "add --at 2026-03-01T09:00Z, or --at now"),
        (["resolve", *GOOD, "--at", "2026-03-01"], 2, "--at: the instant `2026-03-01"),
        (["resolve", *GOOD, "--at", "soon"], 2, "--at: `soon` is not an instant"),
        (["resolve", "-", "-", *AT], 2, "`-` is given twice"),
        (["resolve", GOOD[0], "-", "--partners", "-", *AT], 2, "`-` is given twice"),
        (["resolve", *GOOD, *AT, "--map", "x"], 2, "write it as in --map"),
        (["resolve", *GOOD, *AT, "--map", "No Such=score"], 2, "no table has it"),
        (["resolve", *GOOD, *AT, "--map", "name=scrore"], 2, "did you mean `score`?"),
        (["resolve", *GOOD, *AT, "--zone", "Mars/Base"], 2, "--zone: there is no time zone"),
        (["resolve", *GOOD, *AT, "--encoding", "none"], 2, "--encoding `none` is not"),
        (["resolve", "none.toml", GOOD[1], *AT], 4, "none.toml: "),
        (["resolve", GOOD[0], "none.csv", *AT], 4, "none.csv: "),
        (["resolve", GOOD[0], "none.json", *AT], 4, "none.json: "),
        (["resolve", *GOOD, *AT, "--record", "no/such/r.json"], 4, "no/such/r.json: "),
        (["resolve", *GOOD, *AT, "--answers", "partners.csv"], 4, "partners.csv: "),
        (["explain", "none.json"], 4, "none.json: "),
        (["check", "registrations.csv"], 4, "named `.toml` or `.json`"),
        (["frobnicate"], 2, "No such command"),
        (["resolve"], 2, "Missing argument"),
    ],
)
def test_what_cannot_be_done_is_told(arguments, code, said, dispute, dealreg):
    done = dealreg(*arguments)

    no_traceback(done)
    assert done.exit_code == code
    assert said in done.stderr
    assert done.stdout == ""


def test_many_problems_are_listed_together_with_their_hints(dispute, dealreg):
    text = (dispute / "policy-today.toml").read_text("utf-8")
    text = text.replace("earliest submitted_at", "earliest submited_at").replace(
        ">= gold", ">= glod"
    )
    (dispute / "wrong.toml").write_text(text, encoding="utf-8")

    done = dealreg("resolve", "wrong.toml", "registrations.csv", *AT)

    assert done.exit_code == 3
    assert done.stderr.startswith("dealreg: the policy cannot be used, for ")
    assert done.stderr.count("-> did you mean `submitted_at`") == 2
    assert "-> did you mean `gold`" in done.stderr


def test_a_list_of_problems_is_cut_before_it_floods_the_screen(capsys):
    code = failing.report(FactsErrors([FactsError(f"wrong {n}", place="x") for n in range(80)]))

    told = capsys.readouterr().err.splitlines()
    assert code is Exit.INPUT
    assert told[0] == "dealreg: the input cannot be used, for 80 reasons:"
    assert told[-1] == "  and 30 more"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("x"), 2),
        (PolicyError("x"), 3),
        (PolicyErrors([PolicyError("x")]), 3),
        (FactsError("x"), 4),
        (FactsErrors([FactsError("x")]), 4),
        (UnreadableError("x"), 4),
        (MissingExtraError("x"), 69),
        (DealregError("x"), 70),
    ],
)
def test_the_code_says_who_must_act(error, code):
    assert exit_code(error) == code


@pytest.mark.parametrize(
    ("hint", "said"),
    [
        ("pass day_first=True or day_first=False", "pass --day-first or --month-first"),
        ("or state day_first= if", "or state --day-first or --month-first if"),
        ("say which: mapping={'Their': 'score'}", "say which: --map 'Their=score'"),
        ('as in encoding="cp1252"', "as in --encoding cp1252"),
        ("pass `registration_id=`", "pass `--registration`"),
        ("did you mean `gold`?", "did you mean `gold`?"),
    ],
)
def test_hints_name_options_and_not_arguments(hint, said):
    assert spoken(hint) == said


def test_a_defect_is_told_in_one_line_and_the_traceback_is_for_those_who_ask(
    dispute, dealreg, monkeypatch
):
    def broken(*_):
        raise KeyError("inner")

    monkeypatch.setattr("dealreg.cli.check.check_rules", broken)

    told = dealreg("check", "policy-today.toml")
    monkeypatch.setenv("DEALREG_TRACEBACK", "1")
    raised = dealreg("check", "policy-today.toml")

    assert told.exit_code == 70
    assert "a defect of dealreg itself: KeyError: 'inner'" in told.stderr
    assert isinstance(raised.exception, KeyError)


def test_ctrl_c_ends_with_130_and_no_traceback(dispute):
    running = subprocess.Popen(
        [sys.executable, "-m", "dealreg.cli.main", "check", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    running.stdin.write(b"programme")
    running.stdin.flush()
    _wait_until_reading(running.pid)
    running.send_signal(signal.SIGINT)
    _, stderr = running.communicate(timeout=60)

    assert running.returncode == 130
    assert b"Traceback" not in stderr
    assert stderr.strip() == b"dealreg: interrupted"


def test_an_interruption_is_told_in_one_line(dispute, dealreg, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("dealreg.cli.check.check_rules", interrupted)

    done = dealreg("check", "policy-today.toml")

    assert (done.exit_code, done.stderr.strip()) == (130, "dealreg: interrupted")


def test_a_policy_where_facts_should_be_is_told(dispute, dealreg):
    dealreg("convert", "policy-today.toml", "policy.json")

    done = dealreg("resolve", "policy-today.toml", "policy.json", *AT)

    assert done.exit_code == 4
    assert "policy.json: it holds `policy`, not facts or a table of registrations" in done.stderr


@pytest.mark.parametrize("content", [b"\xff\xfe", b'{"dealreg": 1}', b'{"dealreg": "facts"'])
def test_a_policy_on_standard_input_that_is_none_is_told(content, dealreg):
    done = dealreg("check", "-", stdin=content)

    no_traceback(done)
    assert done.exit_code == 4
    assert "standard input" in done.stderr


def test_facts_where_a_policy_should_be_are_told(dispute, dealreg):
    dealreg("convert", "registrations.csv", "facts.json")

    done = dealreg("check", "-", stdin=(dispute / "facts.json").read_bytes())

    assert done.exit_code == 4
    assert "standard input: it holds `facts`, not a policy" in done.stderr


def _wait_until_reading(pid):
    """Until the process sleeps in a read of its standard input, as /proc tells."""
    for _ in range(600):
        try:
            if "pipe" in Path(f"/proc/{pid}/wchan").read_text("utf-8"):
                return
        except OSError:
            break
        time.sleep(0.1)
    time.sleep(3)


def test_a_reader_that_goes_away_ends_it_quietly(dispute):
    command = (
        f"{sys.executable} -m dealreg.cli.main resolve policy-today.toml registrations.csv "
        "--at 2026-03-16T09:00Z --format jsonl | true; echo ${PIPESTATUS[0]}"
    )

    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False)

    assert done.stderr == b""
    assert done.stdout in (b"141\n", b"0\n")


@pytest.mark.parametrize("form", ["table", "json", "markdown"])
def test_output_that_nobody_can_take_ends_with_141(form, dispute):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "dealreg.cli.main", "resolve", *GOOD, *AT, "--format", form],
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(writing)

    assert (done.returncode, done.stderr) == (141, b"")
