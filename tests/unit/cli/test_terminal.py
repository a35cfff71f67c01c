"""What a person sees at a terminal, and what data must not do to it."""

import json
import os
import pty
import re
import subprocess
import sys
from fcntl import ioctl
from struct import pack
from termios import TIOCSWINSZ

import pytest

from dealreg.cli.terminal import printable

AT = ("--at", "2026-03-16T09:00Z")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def at_a_terminal(*arguments, columns=80, **environment):
    """What `dealreg` writes to a terminal of that many columns."""
    ours, theirs = pty.openpty()
    ioctl(theirs, TIOCSWINSZ, pack("HHHH", 40, columns, 0, 0))
    removed = {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"}
    kept = {name: value for name, value in os.environ.items() if name not in removed}
    running = subprocess.Popen(
        [sys.executable, "-m", "dealreg.cli.main", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**kept, "TERM": "xterm-256color", "LANG": "C.UTF-8", **environment},
    )
    os.close(theirs)
    written = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # how Linux says that the other side is closed
            break
        if not piece:
            break
        written += piece
    os.close(ours)
    running.wait()
    return written.decode()


@pytest.mark.parametrize("columns", [80, 100])
def test_example_fits_the_terminal(columns):
    written = at_a_terminal("example", "dispute", "--run", columns=columns)

    lines = _COLOUR.sub("", written).replace("\r", "").splitlines()
    long = [line for line in lines if len(line) > columns and not line.startswith("$ ")]
    assert long == []
    assert any("DEADLOCK: nobody can use the special bid" in line for line in lines)
    assert any(line.lstrip().startswith("╭─") for line in lines)


def test_standings_have_colours_unless_they_are_not_wanted(dispute):
    arguments = ("resolve", "policy-today.toml", "registrations.csv", *AT)

    assert "\x1b[32mgranted" in at_a_terminal(*arguments)
    assert "\x1b[3" not in at_a_terminal(*arguments, NO_COLOR="1")


def test_a_page_is_laid_out_to_the_width(dispute):
    written = at_a_terminal("describe", "policy-today.toml", columns=60)

    lines = _COLOUR.sub("", written).replace("\r", "").splitlines()
    assert max(map(len, lines)) <= 60
    assert not any(line.startswith("# ") for line in lines)


def test_long_input_is_counted_and_the_count_goes_away(dispute):
    rows = "".join(f"R-{n},P-{n % 7},O-{n},2026-03-01T09:00Z\n" for n in range(1500))
    header = "registration_id,partner_id,opportunity_id,submitted_at\n"
    (dispute / "many.csv").write_text(header + rows, encoding="utf-8")
    arguments = ("resolve", "policy-today.toml", "many.csv", *AT, "--format", "jsonl")

    written = at_a_terminal(*arguments)

    assert re.search(r"reading .*1,[05]00 rows", written)
    assert "deciding" in written
    assert "\x1b[2K" in written  # erases the line


def test_short_input_is_not_counted(dispute):
    arguments = ("resolve", "policy-today.toml", "registrations.csv", *AT)

    assert "reading" not in at_a_terminal(*arguments)


HOSTILE = "R\x1b]0;owned\x07\x9b2J\u202e-1"


def test_control_characters_in_data_reach_no_terminal(dispute):
    (dispute / "hostile.csv").write_text(
        f"registration_id,partner_id,opportunity_id,submitted_at\n"
        f"{HOSTILE},{HOSTILE},{HOSTILE},2026-03-01T09:00Z\n"
        f"X,{HOSTILE},O,{HOSTILE}\n",
        encoding="utf-8",
    )
    for form in ("table", "json", "jsonl", "markdown"):
        written = at_a_terminal(
            "resolve", "policy-today.toml", "hostile.csv", *AT, "--format", form
        )
        assert "\x1b]" not in written
        assert not {"\x07", "\x9b", "\u202e"} & set(written)


def test_json_at_a_terminal_is_still_the_same_json(dispute):
    (dispute / "hostile.csv").write_text(
        "registration_id,partner_id,opportunity_id,submitted_at\n"
        f"{HOSTILE},P\U000e0001,O,2026-03-01T09:00Z\n",
        encoding="utf-8",
    )
    arguments = ("resolve", "policy-today.toml", "hostile.csv", *AT, "--format", "json")
    piped = subprocess.run(
        [sys.executable, "-m", "dealreg.cli.main", *arguments], capture_output=True, check=True
    )

    assert json.loads(at_a_terminal(*arguments)) == json.loads(piped.stdout)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, café, 東京", "plain, café, 東京"),
        ("a\nb", "a\\nb"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\x9b", "\\x9b"),
        ("\u202e", "\\u202e"),
        ("\U000e0001", "\\U000e0001"),
    ],
)
def test_printable_spells_out_what_is_not(text, shown):
    assert printable(text) == shown


def test_printable_keeps_what_it_is_told_to():
    assert printable("a\nb\x07", keep="\n") == "a\nb\\x07"


@pytest.mark.parametrize("form", ["table", "json", "markdown"])
def test_what_an_encoding_does_not_have_is_spelled_out(dispute, process, form):
    text = (dispute / "partners.csv").read_text("utf-8").replace("Larkfield", "Lärkfält")
    (dispute / "partners.csv").write_text(text, encoding="utf-8")
    tables = ("registrations.csv", "--partners", "partners.csv")
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii"}

    done = process(
        *("resolve", "policy-today.toml", *tables, *AT, "--format", form), env=ascii_only
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert form == "json" or b"L\\xe4rkf\\xe4lt" in done.stdout


class TestAsIfAtATerminal:
    """In this process, so that what is printed can be looked at without the cursor's moves."""

    @pytest.fixture(autouse=True)
    def _terminal(self, monkeypatch):
        monkeypatch.setattr("dealreg.cli.terminal.is_terminal", lambda _: True)
        monkeypatch.setenv("COLUMNS", "80")
        monkeypatch.setenv("NO_COLOR", "1")
        monkeypatch.setenv("TERM", "xterm")

    @pytest.mark.usefixtures("dispute")
    def test_a_deadlock_has_a_box(self, dealreg):
        tables = ("registrations.csv", "--partners", "partners.csv")

        done = dealreg("resolve", "policy-today.toml", *tables, *AT)

        assert (
            _COLOUR.sub("", done.stdout).count("╭─ DEADLOCK: nobody can use the special bid ─") == 1
        )

    @pytest.mark.usefixtures("grace_window")
    def test_a_question_has_a_box(self, dealreg):
        done = dealreg("resolve", "policy.toml", "registrations.csv", *AT)

        assert "╭─ FOR A PERSON TO DECIDE: who gets the protection ─" in _COLOUR.sub(
            "", done.stdout
        )

    @pytest.mark.usefixtures("dispute")
    def test_pages_are_laid_out(self, dealreg):
        done = dealreg("describe", "policy-today.toml")

        text = _COLOUR.sub("", done.stdout)
        assert max(map(len, text.splitlines())) <= 80
        assert " • Which registrations compete:" in text

    def test_json_spells_out_what_cannot_be_seen(self, dispute, dealreg):
        (dispute / "hostile.csv").write_text(
            "registration_id,partner_id,opportunity_id,submitted_at\n"
            f"{HOSTILE},P\U000e0001,O,2026-03-01T09:00Z\n",
            encoding="utf-8",
        )

        done = dealreg("resolve", "policy-today.toml", "hostile.csv", *AT, "--format", "json")

        assert "\\u202e" in done.stdout
        assert json.loads(done.stdout)["value"]["standings"][0]["registration_id"] == HOSTILE
