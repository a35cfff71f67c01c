"""The shipped examples: listed, run, written, and what they print is kept in files beside this one.

After a change that is meant, write the files anew with `DEALREG_SNAPSHOTS=write pytest` on this
file, and read the difference.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import attrs
import pytest

from dealreg.checking.check import check
from dealreg.cli.shipped import shipped, shipped_names
from dealreg.wire import read_policy

SNAPSHOTS = Path(__file__).parent / "snapshots"
NAMES = shipped_names()
EXPECTED = {"grace-window": ["ORDER_NOT_TOTAL"]}
"""Findings that the example means to have: between equals a person decides."""


def test_the_dispute_comes_first_in_the_list(dealreg):
    done = dealreg("example")

    assert [line.split()[0] for line in done.stdout.splitlines()[: len(NAMES)]] == list(NAMES)
    assert NAMES == ("dispute", "grace-window", "messy-export", "history", "change-request")


@pytest.mark.parametrize("name", NAMES)
def test_prints_what_the_snapshot_holds(name):
    """Standard output and error as one pipe takes them, in their order."""
    done = subprocess.run(
        [sys.executable, "-m", "dealreg.cli.main", "example", name, "--run"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )

    snapshot = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("DEALREG_SNAPSHOTS") == "write":
        snapshot.write_bytes(done.stdout)
    assert done.returncode == 0
    assert done.stdout.decode() == snapshot.read_text("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_runs_without_leaving_the_folder_or_a_file_in_it(name, tmp_path, monkeypatch, dealreg):
    monkeypatch.chdir(tmp_path)

    done = dealreg("example", name, "--run")

    assert done.exit_code == 0
    assert Path.cwd() == tmp_path
    assert list(tmp_path.iterdir()) == []
    snapshot = (SNAPSHOTS / f"{name}.txt").read_text("utf-8").splitlines()
    assert [line for line in done.stdout.splitlines() if line not in snapshot] == []


@pytest.mark.parametrize("name", NAMES)
def test_piped_output_is_plain(name, process):
    done = process("example", name, "--run", env={**os.environ, "COLUMNS": "37"})

    text = done.stdout.decode()
    assert text.isascii()
    assert "\x1b" not in text
    assert not re.search(r" $", text, re.MULTILINE)
    long = [line for line in text.splitlines() if len(line) > 100 and not line.startswith("$ ")]
    assert long == []


@pytest.mark.parametrize("name", NAMES)
def test_written_files_run_by_the_printed_command(name, tmp_path, monkeypatch, dealreg):
    monkeypatch.chdir(tmp_path)
    written = dealreg("example", name, "some folder")

    folder, command = re.findall(r"^  (?:cd|dealreg) (.*)$", written.stdout, re.MULTILINE)
    assert written.exit_code == 0
    assert {each.name for each in Path("some folder").iterdir()} == {
        each.name for each in shipped(name).files()
    }
    monkeypatch.chdir(tmp_path / shlex.split(folder)[0])
    assert dealreg(*shlex.split(command)).exit_code == 0


@pytest.mark.parametrize("name", NAMES)
def test_policies_of_the_example_have_no_finding_but_those_meant(name, tmp_path):
    files = shipped(name).files()
    policies = [each for each in files if re.fullmatch(r"policy[^.]*\.toml", each.name)]
    for policy in policies:
        (tmp_path / policy.name).write_bytes(policy.read_bytes())

        assert [
            each.code for each in check(read_policy(tmp_path / policy.name)).items
        ] == EXPECTED.get(name, [])
    assert policies


@pytest.mark.parametrize("name", NAMES)
def test_readme_shows_the_commands_of_the_example(name):
    readme = shipped(name).folder.joinpath("README.md").read_text(encoding="utf-8")
    shown = re.findall(r"^dealreg (.*)$", readme, re.MULTILINE)

    assert [step.command for step in shipped(name).steps if step.command not in shown] == []


@pytest.mark.parametrize("name", NAMES)
def test_commands_in_the_readme_run(name, tmp_path, monkeypatch, dealreg):
    for file in shipped(name).files():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.chdir(tmp_path)
    readme = (tmp_path / "README.md").read_text("utf-8")

    commands = re.findall(r"^dealreg (.*)$", readme, re.MULTILINE)
    assert commands
    assert [each for each in commands if dealreg(*shlex.split(each)).exit_code != 0] == []


@pytest.mark.parametrize("name", NAMES)
def test_files_named_in_the_readme_are_there(name):
    readme = shipped(name).folder.joinpath("README.md").read_text(encoding="utf-8")
    files = {each.name for each in shipped(name).files()}

    named = set(re.findall(r"^\| `([\w.-]+\.\w+)` \|", readme, re.MULTILINE))
    assert named <= files


def test_the_repair_is_one_dependence():
    """What the README says the two policies differ in is all they differ in."""
    today, repaired = (
        read_policy(shipped("dispute").folder.joinpath(f"policy-{name}.toml"))
        for name in ("today", "repaired")
    )
    contest = today.contest("special_bid")
    changed = repaired.contest("special_bid")

    assert today.contest("protection") == repaired.contest("protection")
    assert attrs.evolve(contest, after=(), others=changed.others) == changed
    assert [after.benefit for after in contest.after] == ["protection"]


def test_nothing_is_overwritten_unless_forced(tmp_path, dealreg):
    (tmp_path / "partners.csv").write_text("mine", encoding="utf-8")

    refused = dealreg("example", "dispute", tmp_path)
    assert refused.exit_code == 2
    assert "has partners.csv already" in refused.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["partners.csv"]

    assert dealreg("example", "dispute", tmp_path, "--force").exit_code == 0
    assert (tmp_path / "partners.csv").read_text("utf-8") != "mine"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["disputes"], "did you mean `dispute`?"),
        (["--run"], "name one, as in `dealreg example dispute --run`"),
        (["dispute", "folder", "--run"], "leave out the folder and --force"),
        (["dispute", __file__], "is a file"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, said, dealreg):
    done = dealreg("example", *arguments)

    assert done.exit_code == 2
    assert said in done.stderr


def test_a_folder_that_cannot_be_made_is_said(tmp_path, dealreg):
    (tmp_path / "file").write_text("", encoding="utf-8")

    done = dealreg("example", "dispute", tmp_path / "file" / "folder")

    assert done.exit_code == 4
    assert "the folder cannot be written" in done.stderr


def test_an_example_may_be_written_to_the_folder_it_is_in(tmp_path, monkeypatch, dealreg):
    monkeypatch.chdir(tmp_path)

    done = dealreg("example", "dispute", ".")

    assert "  cd " not in done.stdout
    assert (tmp_path / "policy-today.toml").is_file()
