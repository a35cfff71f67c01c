"""What authors get wrong, in files of every kind: told at once, with place, value and remedy."""

import pytest

POLICY = """\
format = "dealreg-policy/1"
programme = "Northwind Alliance"
tiers = ["silver", "gold"]

[[contests]]
benefit = "protection"
prefer = ["highest tier", "earliest submitted_at"]

[[contests.requires]]
code = "TOO_SMALL"
that = "amount >= 10000 EUR"

[[contests]]
benefit = "special_bid"

[[contests.requires]]
code = "NO_EVIDENCE"
that = "evidence covers [meeting, budget]"

[[contests.after]]
holder_of = "protection"
"""
CASES = """\
format = "dealreg-cases/1"
at = 2026-05-01T00:00:00Z

[[cases]]
name = "One of two"
registrations = [{ submitted = "2026-03-01T09:00Z", tier = "gold", amount = "10000 EUR" }]
expect.protection.R1 = "granted"
"""
TYPOS = POLICY.replace("highest tier", "highest teir").replace(">= 10000 EUR", ">= 10000")
UNSOUND = POLICY.replace('"special_bid"', '"protection"')
ONE = "policy.toml"
TWO = "other.toml"
AT = ("--at", "2026-05-01T00:00Z")
QUESTIONS = {
    "check": [],
    "describe": [],
    "deadlocks": [],
    "lint": [],
    "axioms": [],
    "gaming": [],
    "sweep": [],
    "test": [],
    "resolve": ["rows.csv", *AT],
    "explain": ["rows.csv", *AT],
    "replay": ["--registrations", "rows.csv"],
    "timeline": ["--registrations", "rows.csv", "--about", "R1"],
    "state": ["--registrations", "rows.csv", *AT],
    "bulk": ["rows.parquet", *AT, "--out", "out"],
    "convert": ["out.json"],
}
"""Every command about one policy, with what else it takes."""

BROKEN = {
    "misspelt": (
        TYPOS,
        3,
        [
            "contests[protection].prefer[0][column 9], line 7: there is no field `teir`",
            "-> did you mean `tier`?",
            "line 11: `10000` is not an amount of money, as `amount` is",
        ],
    ),
    "a key twice": (
        POLICY.replace("tiers =", 'programme = "Again"\ntiers ='),
        4,
        ["policy.toml, line 3, column", "that is stated before: `programme`", "-> state each key"],
    ),
    "cut off": (
        POLICY + "note = ",
        4,
        ["policy.toml, line 22, at the end of the file: not TOML", "-> put texts in quotes"],
    ),
    "a list that does not end": (
        POLICY.replace('"earliest submitted_at"]', '"earliest submitted_at"'),
        4,
        ["policy.toml, line 9, column", "not TOML"],
    ),
    "not UTF-8": (
        POLICY.replace("Northwind", "Nordw\xednd").encode("latin-1"),
        4,
        ["policy.toml, line 2: byte", "-> save the file as UTF-8"],
    ),
    "test cases": (
        CASES,
        3,
        ["policy.toml: the file is of the format `dealreg-cases/1`", "-> it holds test cases"],
    ),
    "nothing": ("", 3, ["policy.toml: the file states no `format`", "-> begin it with"]),
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.csv").write_text(
        "registration_id,partner_id,opportunity_id,submitted_at\nR1,P1,O1,2026-03-01T09:00Z\n"
    )
    (tmp_path / ONE).write_text(POLICY)
    return tmp_path


def written(folder, name, text):
    data = text if isinstance(text, bytes) else text.encode("utf-8")
    (folder / name).write_bytes(data)


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("command", QUESTIONS)
def test_every_command_tells_what_is_wrong_with_a_policy(command, kind, folder, dealreg):
    text, code, told = BROKEN[kind]
    written(folder, ONE, text)

    done = dealreg(command, ONE, *QUESTIONS[command])

    assert done.exit_code == code
    for part in told:
        assert part in done.stderr


@pytest.mark.parametrize("command", sorted(QUESTIONS.keys() - {"describe", "convert"}))
def test_what_is_not_sound_is_told_with_its_line(command, folder, dealreg):
    written(folder, ONE, UNSOUND)

    done = dealreg(command, ONE, *QUESTIONS[command])

    assert done.exit_code == (1 if command == "check" else 3)
    said = done.stdout if command == "check" else done.stderr
    assert "contests[protection], line 5" in said
    assert "the benefit `protection` has two contests" in said


@pytest.mark.parametrize(
    "command",
    [["compare"], ["diff", "rows.parquet", *AT], ["tournament", "--history", "rows.parquet", *AT]],
    ids=["compare", "diff", "tournament"],
)
def test_each_of_two_policies_is_told_by_its_name(command, folder, dealreg):
    written(folder, ONE, TYPOS)
    written(folder, TWO, UNSOUND)
    name, *rest = command

    both = dealreg(name, ONE, TWO, *rest)
    written(folder, ONE, POLICY)
    one = dealreg(name, ONE, TWO, *rest)

    for done in (both, one):
        assert done.exit_code == 3
        assert "dealreg: other.toml: the policy cannot be used" in done.stderr
    assert "dealreg: policy.toml: the policy cannot be used" in both.stderr
    assert "dealreg: policy.toml" not in one.stderr


@pytest.mark.parametrize("spelling", ["utf-8-sig", "crlf"])
@pytest.mark.parametrize("command", ["check", "describe", "sweep", "test", "resolve"])
def test_how_an_editor_saves_a_file_makes_no_difference(command, spelling, folder, dealreg):
    for name, text in ((ONE, POLICY), ("policy.cases.toml", CASES)):
        plain = text.replace("\n", "\r\n") if spelling == "crlf" else "\ufeff" + text
        written(folder, name, plain)
    told = dealreg(command, ONE, *QUESTIONS[command])
    for name, text in ((ONE, POLICY), ("policy.cases.toml", CASES)):
        written(folder, name, text)

    assert told.stdout == dealreg(command, ONE, *QUESTIONS[command]).stdout
    assert told.exit_code == 0


WRONG_KIND = {
    "rules for cases": (
        ["test", ONE, ONE],
        ["policy.toml, line 1: format: the file is of the format `dealreg-policy/1`"],
        "-> it holds rules: give the file of their cases",
    ),
    "rules for a table": (
        ["resolve", ONE, ONE, *AT],
        ["policy.toml: a table is expected"],
        "-> name the table",
    ),
    "rules for events": (
        ["replay", ONE, "--events", ONE],
        ["policy.toml: a table is expected"],
        "-> name the table",
    ),
    "rules for a record": (["rerun", ONE], ["policy.toml: it is no record"], "-> name the record"),
    "rules to explain, and nothing else": (
        ["explain", ONE],
        ["policy.toml: it is no record"],
        "the registrations after it",
    ),
    "a table for rules": (
        ["lint", "rows.csv"],
        ["rows.csv: a policy file is named `.toml` or `.json`"],
        "-> rename the file to what it is",
    ),
    "registrations for events": (
        ["replay", ONE, "--events", "rows.csv"],
        ["rows.csv: there is no column for `kind`, `happened_at`; the columns are `regist"],
        "-> say which column it is",
    ),
    "a table for Parquet": (
        ["diff", ONE, ONE, "rows.csv", *AT],
        ["HISTORY: it is neither a Parquet file nor a folder of them"],
        "--registrations rows.csv",
    ),
    "a folder for a file": (
        ["compare", ONE, "folder.toml"],
        ["folder.toml: the file cannot be read: is a directory"],
        "-> check its name",
    ),
}


@pytest.mark.parametrize("kind", WRONG_KIND)
def test_a_file_of_another_kind_is_told_as_what_it_is(kind, folder, dealreg):
    arguments, told, remedy = WRONG_KIND[kind]
    (folder / "folder.toml").mkdir()

    done = dealreg(*arguments)

    assert done.exit_code == (2 if kind == "a table for Parquet" else 4)
    for part in (*told, remedy):
        assert part in done.stderr
    assert done.stderr.count("->") == 1


def test_a_policy_that_is_broken_is_told_before_its_cases_are_missed(folder, dealreg):
    written(folder, ONE, TYPOS)
    assert "teir" in dealreg("test", ONE).stderr

    written(folder, ONE, POLICY)
    done = dealreg("test", ONE)
    assert "no file `policy.cases.toml`" in done.stderr
    assert "--new first-to-register" in done.stderr


CASES_WRONG = """\
format = "dealreg-cases/1"

[[cases]]
name = "a"
at = 2026-05-01T00:00:00Z
registrations = [{ submitted = "2026-03-01T09:00Z", evidence = "meeting, budget" }]
expect.protection.R1 = "granted"

[[cases]]
name = "b"
at = 2026-05-01T00:00:00
registrations = [{ submited = "2026-03-01T09:00Z", tier = "glod", amount = "10000" }]
expect.protecton.R1 = "granted"
expect.special_bid.R7 = "deneid"

[[cases]]
name = "c"
at = 2026-05-01T00:00:00Z
registrations = [{ submitted = "2026-03-01T09:00Z", tier = "gold" }]
expect.protection.R1 = "granted"

[[cases]]
name = "d"
at = 2026-05-01T00:00:00Z
registrations = [{ submitted = "2026-03-01T09:00Z", tier = "gold" }]
expect.protection.R1 = "denied"
"""
CASES_TOLD = [
    "line 6: cases[a].registrations[0].evidence: `meeting, budget` would be one text with a comma",
    '-> write a list: ["meeting", "budget"]',
    "line 11: cases[b].at: `2026-05-01 00:00:00` has no time zone",
    "line 12: cases[b].registrations[0].submited: there is no `submited` of a registration",
    "line 12: cases[b].registrations[0].tier: `glod` is not a level of the ladder",
    "line 12: cases[b].registrations[0].amount: the amount `10000` has no currency",
    "line 13: cases[b].expect.protecton: there is no benefit `protecton` in the policy",
    "line 14: cases[b].expect.special_bid.R7",
    "line 22: cases[d]: it has the facts of the case `c`, line 16, and expects",
]


def test_all_that_is_wrong_with_cases_is_told_at_once(folder, dealreg):
    written(folder, "policy.cases.toml", CASES_WRONG)

    done = dealreg("test", ONE)

    assert done.exit_code == 4
    for part in CASES_TOLD:
        assert part in done.stderr


def test_a_list_says_what_a_text_with_commas_cannot(folder, dealreg):
    listed = '["meeting", "budget"]'
    for evidence in (listed, '"meeting; budget"', '\'["meeting", "budget"]\''):
        case = CASES.replace("tier =", f"evidence = {evidence}, tier =")
        written(folder, "policy.cases.toml", case + 'expect.special_bid.R1 = "granted"\n')

        assert dealreg("test", ONE).stdout == "1 case: 1 passed.\n"
