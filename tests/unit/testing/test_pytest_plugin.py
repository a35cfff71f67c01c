"""The pytest plugin: files of cases as tests, on several processes too, and recorded."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from dealreg.testing import case_items

pytest_plugins = ["pytester"]

POLICY = """
format = "dealreg-policy/1"
programme = "Example"
tiers = ["silver", "gold"]
[[contests]]
benefit = "protection"
prefer = ["earliest submitted_at"]
"""
CASES = """
format = "dealreg-cases/1"
at = "2026-03-10T00:00Z"
[defaults]
tier = "gold"
"""
CASE = """
[[cases]]
name = "{}"
registrations = [{{ submitted = "2026-03-0{}T09:00Z" }}]
{}
"""
GOOD = CASE.format("good", 1, 'expect.protection.R1 = "granted" # stays')
BAD = """
[[cases]]
name = "bad"
registrations = [{ submitted = "2026-03-02T09:00Z" }, { submitted = "2026-03-03T09:00Z" }]
expect.protection.R1 = "denied"
"""
OPEN = CASE.format("open", 3, "")


@pytest.fixture
def run(pytester):
    """Write a policy and its cases, and run pytest over them in this process."""

    def run(cases, *arguments, policy=POLICY):
        if policy is not None:
            (pytester.path / "rules.toml").write_text(policy, encoding="utf-8")
        (pytester.path / "rules.cases.toml").write_text(cases, encoding="utf-8")
        plugin = ["-p", "no:dealreg", "-p", "dealreg.pytest_plugin", "-p", "no:cacheprovider"]
        return pytester.runpytest_inprocess(*plugin, *arguments)

    return run


def test_each_case_is_a_test(run):
    result = run(CASES + GOOD + BAD + OPEN, "-v")

    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(
        [
            "rules.cases.toml::good PASSED*",
            "rules.cases.toml::bad FAILED*",
            "Failed: bad (rules.cases.toml, line 12)",
            "- protection, R1 (P1): expected denied, found granted [[]GRANTED[]].",
            "*- Decided at contests*",
            "*- Trace",
            "*- Step 1, contests*",
            "Expects nothing: open (rules.cases.toml, line 17)",
        ]
    )
    assert "Traceback" not in result.stdout.str()


def test_the_name_of_a_case_does_not_steer_the_terminal(run):
    steering = CASES + GOOD.replace('"good"', r'"\u001b[2Jgo\u202eod"') + OPEN
    shown = run(steering.replace('"open"', r'"\u001b[8m"'), "-v").stdout.str()
    assert "::\ufffd[2Jgo\ufffdod PASSED" in shown
    assert not {"\x1b", "\u202e"} & set(shown)
    recorded = run(steering.replace('"open"', r'"\u001b[8m"'), "--record-cases").stdout.str()
    assert "rules.cases.toml: \ufffd[8m" in recorded
    assert "\x1b" not in recorded


def test_cases_are_chosen_by_name(run):
    run(CASES + GOOD + BAD, "-k", "good").assert_outcomes(passed=1, deselected=1)


def test_what_is_wrong_with_a_file_is_told_without_a_traceback(run):
    result = run(CASES + GOOD.replace("protection", "protecton") + BAD.replace("R1", "R3"))

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*rules.cases.toml, line *did you mean `protection`?", "*rules.cases.toml, line *`R3`*"]
    )
    assert "Traceback" not in result.stdout.str()


def test_a_policy_that_is_not_sound_fails_the_case(run):
    unsound = POLICY + 'after = [{ holder_of = "nothing" }]\n'
    result = run(CASES + GOOD, policy=unsound)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["contests*nothing*"])


def test_a_file_without_a_policy_says_so(run):
    result = run(CASES + GOOD, policy=None)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*the file names no policy*"])


def test_a_defect_has_its_traceback(run, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(case_items, "run_case", broken)
    result = run(CASES + GOOD)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*ZeroDivisionError*"])
    monkeypatch.setattr(case_items, "read_cases", broken)
    run(CASES + GOOD).assert_outcomes(errors=1)


@pytest.mark.parametrize("processes", [(), ("-n", "1")], ids=["one", "several"])
def test_records(run, pytester, processes):
    result = run(CASES + GOOD + BAD + OPEN, "--record-cases", *processes)

    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["*recorded cases*", "rules.cases.toml: bad", "*open", "review*"])
    text = (pytester.path / "rules.cases.toml").read_text("utf-8")
    assert GOOD in text
    assert BAD.replace("denied", "granted") in text
    assert run(text).ret == 0


def test_records_nothing_where_all_is_as_expected(run):
    result = run(CASES + GOOD, "--record-cases")

    result.assert_outcomes(passed=1)
    assert "recorded cases" not in result.stdout.str()


def test_loads_nothing_of_the_library_where_there_are_no_cases(tmp_path):
    (tmp_path / "test_x.py").write_text(
        "import sys\n"
        "def test_x():\n"
        "    ours = {name for name in sys.modules if name.startswith('dealreg')}\n"
        "    assert ours == {'dealreg', 'dealreg.pytest_plugin'}, ours\n"
        "    assert 'hypothesis' not in sys.modules\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "dealreg.pytest_plugin", "test_x.py"]
    done = subprocess.run(
        [*command, "-p", "no:dealreg", "-p", "no:cacheprovider", "-p", "no:hypothesispytest"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


def test_is_what_the_package_announces():
    settings = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text("utf-8"))

    assert settings["project"]["entry-points"]["pytest11"] == {"dealreg": "dealreg.pytest_plugin"}
