"""`dealreg test`: what is printed, which exit code, what is written."""

import json
from pathlib import Path

import pytest

from dealreg.cases import SHAPES
from dealreg.cli.exits import Exit

CASES = """
format = "dealreg-cases/1"
at = 2026-03-16T09:00:00Z

[[cases]]
name = "Larkfield came first"
registrations = [
    { submitted = "2026-03-02T09:15Z", tier = "silver" },
    { submitted = "2026-03-05T14:40Z", tier = "platinum" },
]
{}
"""
GOOD = 'expect.protection = { R1 = "granted", R2 = "denied" }'


@pytest.fixture
def test(dealreg, dispute):
    """Write a file of cases beside the policy of today, and run `dealreg test`."""

    def run(*arguments, expecting=GOOD):
        text = CASES.replace("{}", expecting)
        Path("policy-today.cases.toml").write_text(text, encoding="utf-8")
        return dealreg("test", *arguments)

    return run


def test_cases_beside_the_policy_are_run(test):
    result = test("policy-today.toml")

    assert (result.exit_code, result.stdout) == (Exit.OK, "1 case: 1 passed.\n")


def test_cases_of_one_policy_are_run_against_another(test):
    result = test("policy-repaired.toml", "policy-today.cases.toml", expecting="deadlocks = []")

    assert result.exit_code == Exit.OK


def test_a_failure_says_what_was_found_and_why(test):
    result = test("policy-today.toml", "--show-trace", expecting="deadlocks = []\nreferrals = [{}]")
    assert result.exit_code == Exit.INPUT

    wanted = 'deadlocks = []\nreferrals = [{ code = "TIE" }]\n' + GOOD.replace("granted", "waiting")
    result = test("policy-today.toml", "--show-trace", expecting=wanted)
    assert result.exit_code == Exit.FOUND
    assert (
        result.stdout
        == """\
Failed: Larkfield came first (policy-today.cases.toml, line 5)

- protection, R1 (P1): expected waiting, found granted [GRANTED].
  - It comes before R2 by submission.
  - Decided at contests[protection].
  - Trace
    - Step 1, contests[protection].prefer[0]: compared (submitted_at = 2 March 2026, 09:15 UTC).
- referral: expected, and not found: code TIE.
- deadlock, special bid: found, and not expected: benefit special_bid, code TIER_NOT_ENTITLED,
  clause contests[special_bid].requires[TIER_NOT_ENTITLED], blocked R2, blocker R1, holds
  protection.
  - Deadlock: nobody can use the special bid for opportunity deal. R2 (P2) would be granted it if it
    were the only registration. But it depends on the protection, and R1 (P1) holds the protection.
    R1 itself does not get it [TIER_NOT_ENTITLED]: the partner's tier is silver; gold or above is
    needed.

1 case: 1 failed.
"""
    )


def test_a_referral_that_was_not_expected_is_told(dealreg, grace_window):
    text = Path("policy.cases.toml").read_text("utf-8")
    found = text.rpartition("referrals = ")[2]
    Path("policy.cases.toml").write_text(text.replace(found, "[]\n"), encoding="utf-8")
    result = dealreg("test", "policy.toml")

    assert result.exit_code == Exit.FOUND
    assert "- referral, protection: found, and not expected: benefit protection" in result.stdout
    assert "To decide [TIE]: who gets the protection" in result.stdout


def test_a_part_of_a_referral_that_differs(dealreg, grace_window):
    path = Path("policy.cases.toml")
    path.write_text(path.read_text("utf-8").replace('"TIE"', '"TEI"'), encoding="utf-8")

    result = dealreg("test", "policy.toml")
    assert "- referral, protection: reason code expected TEI, found TIE." in result.stdout


def test_a_line_that_there_is_not(test):
    wanted = 'expect.protection.R1 = [{ line = "x", stand = "granted" }]'
    result = test("policy-today.toml", expecting=wanted)

    assert "protection, x, R1 (P1): expected granted, and it has no such standing." in result.stdout


def test_a_case_that_expects_nothing_does_not_pass(test):
    result = test("policy-today.toml", expecting="")

    assert result.exit_code == Exit.FOUND
    assert result.stdout.startswith("Expects nothing: Larkfield came first (policy-today.cases")
    assert result.stdout.endswith("1 case: 1 with nothing expected.\n")


def test_as_json_and_markdown(test):
    result = test(
        "policy-today.toml", "--format", "json", expecting=GOOD.replace("granted", "denied")
    )
    told = json.loads(result.stdout)

    assert told["summary"] == {"passed": 0, "failed": 1, "open": 0}
    assert told["cases"][0]["line"] == 5
    assert told["cases"][0]["differences"] == [
        {
            "about": "standing",
            "benefit": "protection",
            "registration_id": "R1",
            "line": None,
            "name": "stand",
            "expected": "denied",
            "found": "granted",
        }
    ]
    result = test("policy-today.toml", "--format", "markdown", expecting="")
    assert result.stdout.startswith("### Expects nothing")


def test_records_what_is_found(test):
    result = test("policy-today.toml", "--record", expecting=GOOD.replace("granted", "denied"))

    assert result.exit_code == Exit.OK
    assert result.stdout == "recorded in policy-today.cases.toml: Larkfield came first\n"
    assert "review the difference" in result.stderr
    assert GOOD in Path("policy-today.cases.toml").read_text("utf-8")
    assert test("policy-today.toml", "--record").stdout.startswith("every case expects what is")


def test_a_file_that_is_no_toml_hides_no_mistakes_of_others(test, dealreg):
    test(expecting='expect.protection = { R1 = "grantd" }')
    Path("open.cases.toml").write_text('format = "dealreg', encoding="utf-8")

    result = dealreg("test", "policy-today.toml", "open.cases.toml", "policy-today.cases.toml")

    assert result.exit_code == Exit.INPUT
    assert "open.cases.toml, " in result.stderr
    assert "did you mean `granted`?" in result.stderr


def test_mistakes_of_all_files_are_told_at_once(test, dealreg):
    test("policy-today.toml", expecting="expect.protecton.R1 = 'granted'")
    Path("b.cases.toml").write_text(CASES.replace("{}", "expect.protection.R9 = 'x'"), "utf-8")
    result = dealreg("test", "policy-today.toml", "policy-today.cases.toml", "b.cases.toml")

    assert result.exit_code == Exit.INPUT
    assert "the input cannot be used, for 2 reasons" in result.stderr
    assert "policy-today.cases.toml, line 11: cases[Larkfield came first]" in result.stderr
    assert "b.cases.toml, line 11" in result.stderr
    assert "did you mean `protection`?" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("policy-repaired.toml",), Exit.INPUT, "no file `policy-repaired.cases.toml`"),
        (("policy-today.toml", "-"), Exit.USAGE, "cases are read from files only"),
        (("-",), Exit.USAGE, "which cases is not said"),
        (("policy-today.toml", "--benefit", "x"), Exit.USAGE, "--benefit is for new cases"),
        (("policy-today.toml", "--new", "renewal", "--benefit", "x"), Exit.USAGE, "no benefit `x`"),
        (("policy-today.toml", "a", "b", "--new", "renewal"), Exit.USAGE, "go into one file"),
        (("policy-today.toml", "no.cases.toml"), Exit.INPUT, "the file cannot be read"),
    ],
)
def test_what_cannot_be_done_says_why(test, arguments, code, said):
    result = test(*arguments)

    assert result.exit_code == code
    assert said in result.stderr


def test_cases_of_a_shape_are_begun_and_added(test, dealreg):
    result = dealreg("test", "policy-repaired.toml", "--new", "special-bid")
    assert result.exit_code == Exit.OK
    assert result.stdout.splitlines()[-1] == "  dealreg test policy-repaired.toml"
    assert dealreg("test", "policy-repaired.toml").stdout == "3 cases: 3 passed.\n"

    file = "policy-repaired.cases.toml"
    result = dealreg("test", "policy-repaired.toml", file, "--new", "first-to-register")
    assert result.stdout.splitlines()[-1] == f"  dealreg test policy-repaired.toml {file}"
    assert dealreg("test", "policy-repaired.toml").stdout == "6 cases: 6 passed.\n"

    again = dealreg("test", "policy-repaired.toml", "--new", "first-to-register")
    assert again.exit_code == Exit.INPUT
    assert "there are 2 cases named" in again.stderr
    assert dealreg("test", "policy-repaired.toml").stdout == "6 cases: 6 passed.\n"


def test_every_shape_can_be_asked_for(dealreg):
    assert all(shape in dealreg("test", "--help").stdout for shape in SHAPES)


def test_cases_that_are_missing_are_proposed(test, dealreg):
    result = test("policy-today.toml", "--mutants", "--propose", "more.cases.toml")
    assert result.exit_code == Exit.OK
    assert result.stdout.startswith("wrote more.cases.toml: ")

    both = ("policy-today.toml", "policy-today.cases.toml", "more.cases.toml")
    again = dealreg("test", *both, "--mutants")
    silent = set(result.stdout.replace("no case was found that notices ", "").splitlines())
    *unnoticed, counted = again.stdout.splitlines()
    assert set(unnoticed) <= silent
    assert counted.endswith("cases")


def test_proposals_go_into_a_new_file(test):
    result = test("policy-today.toml", "--mutants", "--propose", "policy-today.cases.toml")
    assert result.exit_code == Exit.USAGE
    assert "is there already" in result.stderr
    result = test("policy-today.toml", "--propose", "more.cases.toml")
    assert result.exit_code == Exit.USAGE
    assert "add --mutants" in result.stderr
