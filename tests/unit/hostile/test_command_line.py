"""The command line tells what is wrong and what to do, and never shows a traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

POLICY = """format = "dealreg-policy/1"
programme = "Example"
[[contests]]
benefit = "protection"
prefer = ["earliest submitted_at"]
"""
TABLE = """registration_id,partner_id,opportunity_id,submitted_at
\x1b[31mR1\u202e,P\x07,O,2026-03-01T09:00Z
R2,P2,O,2026-03-01T09:00Z
"""
AT = ("--at", "2026-03-16T09:00Z")

REFUSED = {
    "no instant": (("resolve", "p.toml", "r.csv"), 2, "--at 2026-03-01T09:00Z"),
    "naive instant": (("resolve", "p.toml", "r.csv", "--at", "2026-03-01T09:00"), 2, "time zone"),
    "year 9999": (("resolve", "p.toml", "r.csv", "--at", "9999-12-31T23:59Z"), 2, "out of range"),
    "no policy": (("resolve", "no.toml", "r.csv", *AT), 4, "no.toml"),
    "no table": (("resolve", "p.toml", "no.csv", *AT), 4, "no.csv"),
    "folder": (("resolve", "p.toml", ".", *AT), 4, "is a directory"),
    "table as policy": (("describe", "r.csv"), 4, "`.toml` or `.json`"),
    "policy as record": (("rerun", "p.toml"), 4, "a record is JSON"),
    "stream twice": (("resolve", "-", "-", *AT), 2, "given twice"),
    "empty stream": (("resolve", "p.toml", "-", *AT), 4, "standard input"),
    "no such zone": (("resolve", "p.toml", "r.csv", *AT, "--zone", "Mars/X"), 2, "Mars/X"),
    "no such folder": (("resolve", "p.toml", "r.csv", *AT, "--record", "no/x"), 4, "no/x"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "p.toml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "r.csv").write_text(TABLE, encoding="utf-8")
    return tmp_path


def run(folder: Path, *arguments: str, **how: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "dealreg.cli.main", *arguments]
    given: dict[str, object] = {"stdout": subprocess.PIPE, "stdin": subprocess.DEVNULL} | how
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        command, cwd=folder, stderr=subprocess.PIPE, text=True, check=False, **given
    )


@pytest.mark.parametrize(("arguments", "code", "says"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_names_the_place_and_has_its_exit_code(
    folder: Path, arguments: tuple[str, ...], code: int, says: str
) -> None:
    done = run(folder, *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_identifiers_do_not_steer_the_terminal(folder: Path, form: str) -> None:
    done = run(folder, "resolve", "p.toml", "r.csv", *AT, "--format", form)
    assert done.returncode == 0
    assert not {"\x1b", "\x07", "\u202e"} & set(done.stdout)
    assert ("\\x1b" if form == "table" else "\ufffd") in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_told_and_is_no_defect(folder: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = run(folder, "resolve", "p.toml", "r.csv", *AT, stdout=full)
    assert done.returncode == 4
    assert done.stderr.startswith("dealreg: the output cannot be written")


@pytest.mark.skipif(sys.platform == "win32", reason="closes a descriptor as shells do")
def test_a_closed_output_is_told(folder: Path) -> None:
    shell = (
        f'"{sys.executable}" -m dealreg.cli.main resolve p.toml r.csv --at 2026-03-16T09:00Z >&-'
    )
    done = subprocess.run(
        ["sh", "-c", shell], cwd=folder, stderr=subprocess.PIPE, text=True, check=False
    )
    assert done.returncode == 4
    assert "it is closed" in done.stderr
