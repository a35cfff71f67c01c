"""`--propose`: what verdicts show, as cases in a new file."""

from pathlib import Path

import pytest

from dealreg.cli.exits import Exit
from dealreg.wire import from_json

TODAY, REPAIRED = "policy-today.toml", "policy-repaired.toml"
ASKED = {
    "axioms": (TODAY, "--axiom", "A7", "--axiom", "A14"),
    "deadlocks": (TODAY,),
    "compare": (TODAY, REPAIRED),
    "lint": (TODAY,),
    "gaming": (TODAY,),
}

pytestmark = pytest.mark.usefixtures("dispute")


@pytest.mark.parametrize("command", ASKED)
def test_the_cases_are_written_and_pass(dealreg, command):
    shown = dealreg(command, *ASKED[command])
    done = dealreg(command, *ASKED[command], "--propose", "shown.cases.toml")

    assert (done.exit_code, done.stdout) == (shown.exit_code, shown.stdout)
    assert "wrote shown.cases.toml: " in done.stderr
    assert f'policy = "{TODAY}"' in Path("shown.cases.toml").read_text("utf-8")
    assert dealreg("test", TODAY, "shown.cases.toml").exit_code == Exit.OK
    assert dealreg("test", REPAIRED, "shown.cases.toml").exit_code != Exit.OK


def test_what_is_printed_stays_json(dealreg):
    done = dealreg("deadlocks", TODAY, "--format", "json", "--propose", "shown.cases.toml")

    assert len(from_json(done.stdout).patterns) == 1


def test_a_file_that_is_there_is_left_alone(dealreg):
    Path("mine.cases.toml").write_text("mine", "utf-8")
    done = dealreg("axioms", TODAY, "--propose", "mine.cases.toml")

    assert done.exit_code == Exit.USAGE
    assert "is there already" in done.stderr
    assert done.stdout == ""
    assert Path("mine.cases.toml").read_text("utf-8") == "mine"


def test_nothing_shown_is_nothing_written(dealreg):
    done = dealreg("deadlocks", REPAIRED, "--propose", "shown.cases.toml")

    assert "no case is shown, and shown.cases.toml is not written" in done.stderr
    assert not Path("shown.cases.toml").exists()
