"""Cases run, compared and recorded: what differs, and a file that expects what is found."""

from textwrap import dedent

import attrs
import pytest
from hypothesis import assume, given

from dealreg import (
    CaseError,
    ExtensionRequest,
    Facts,
    FactsError,
    Policy,
    Registration,
    UnreadableError,
    UsageError,
    competing_on,
    contest,
    earliest,
    external,
    field,
    highest,
    holder_of,
    period,
    record,
    requirement,
    terms,
)
from dealreg.cases import record_cases, recorded, restated, run_case, run_cases
from dealreg.cases.comparing import notice_texts, standing_texts
from dealreg.facts.holdings import Holding
from dealreg.outcome.cases import About, CaseVerdict, PolicyCase
from dealreg.testing import cases as drawn_cases
from dealreg.wire import cases_from_toml, cases_to_toml
from dealreg.wire.case_expectations import DEADLOCK, REFERRAL, STANDING

POLICY = Policy(
    programme="Example",
    tiers=("silver", "gold"),
    contests=[
        contest("protection", earliest("submitted_at"), period("90 days"), terms("half", "12.5")),
        contest(
            "special_bid", holder_of("protection"), requirement("LOW", field("tier") >= "gold")
        ),
    ],
)
TIED = Policy(
    programme="Example",
    tiers=("silver", "gold"),
    contests=[contest("protection", highest("tier"))],
)
LINES = Policy(
    programme="Example",
    contests=[
        contest(
            "protection",
            competing_on("opportunity_id", lines="products", award="by_line"),
            earliest("submitted_at"),
        )
    ],
)
HEAD = 'format = "dealreg-cases/1"\nat = "2026-03-10T00:00Z"\n'
TWO = """
[[cases]]
name = "two"
registrations = [
    { submitted = "2026-03-01T09:00Z", tier = "silver" },
    { submitted = "2026-03-02T09:00Z", tier = "gold" },
]
"""
BY_LINE = """
[[cases]]
name = "lines"
registrations = [
    { submitted = "2026-03-01T09:00Z", products = ["x", "y"] },
    { submitted = "2026-03-02T09:00Z", products = ["y", "z"] },
]
"""


def read(text, rules=POLICY):
    return cases_from_toml(HEAD + dedent(text), rules)


def results(text, rules=POLICY):
    return run_cases(rules, read(text, rules))


def differences(text, rules=POLICY):
    return [(e.name, e.expected, e.found) for e in results(text, rules)[0].differences]


class TestDifferences:
    def test_of_what_is_as_expected(self):
        text = """
deadlocks = [{ blocked = "R2", blocker = "R1", holds = "protection", code = "LOW" }]
referrals = []
[cases.expect.protection]
R1 = { stand = "granted", percent = "12.5", label = "half", ends = "-", place = 1 }
R2 = { stand = "denied", rival = "R1", share = "-" }
[cases.expect.special_bid]
R1 = "denied LOW"
"""
        (result,) = results(TWO + text)

        assert result.differences == ()
        assert result.verdict is CaseVerdict.PASSED

    def test_of_a_standing_begin_with_the_standing(self):
        found = differences(TWO + 'expect.protection.R1 = "denied TOO_LATE"')

        assert found == [("stand", "denied", "granted"), ("code", "TOO_LATE", "GRANTED")]

    def test_of_a_line_that_there_is_not(self):
        found = differences(
            BY_LINE + 'expect.protection.R1 = [{ line = "z", stand = "granted" }]', LINES
        )

        assert found == [("", "granted", "")]

    def test_of_every_line_where_none_is_named(self):
        found = differences(BY_LINE + 'expect.protection.R2 = "granted"', LINES)

        assert found == [("stand", "granted", "denied")]

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("[]", [("", "", "benefit special_bid, code LOW, ")]),
            ('[{ blocked = "R1" }]', [("blocked", "R1", "R2")]),
            (
                '[{ blocked = "R1" }, { blocked = "R2" }]',
                [("", "blocked R1", "")],
            ),
            (
                '[{ benefit = "protection", line = "-" }]',
                [("benefit", "protection", "special_bid")],
            ),
        ],
    )
    def test_of_deadlocks(self, text, found):
        seen = differences(TWO + f"deadlocks = {text}")

        assert [(name, wanted) for name, wanted, _ in seen] == [(n, w) for n, w, _ in found]
        assert all(
            each.startswith(start) for (_, _, each), (_, _, start) in zip(seen, found, strict=False)
        )

    def test_of_referrals(self):
        tied = TWO.replace("silver", "gold")
        right = 'referrals = [{ code = "TIE", candidates = ["R2", "R1"] }]'

        assert differences(tied + right, TIED) == []
        assert differences(tied + 'referrals = [{ candidates = ["R1"] }]', TIED) == [
            ("candidates", "R1", "R1; R2")
        ]
        (result,) = results(tied + "referrals = []", TIED)
        assert [(e.about, e.benefit) for e in result.differences] == [
            (About.REFERRAL, "protection")
        ]

    def test_of_nothing_expected(self):
        assert results(TWO)[0].verdict is CaseVerdict.OPEN

    def test_everything_that_may_be_expected_is_compared(self):
        past = results(TWO)[0].record.decision
        tied = results(TWO.replace("silver", "gold"), TIED)[0].record.decision

        assert set(standing_texts(past.standings[0])) == set(STANDING)
        assert set(notice_texts(past.deadlocks[0])) == set(DEADLOCK)
        assert set(notice_texts(tied.referrals[0])) == set(REFERRAL)

    def test_a_question_without_an_answer_is_not_known(self):
        policy = Policy(
            programme="Example",
            contests=[contest("protection", requirement("VISIT", external("visited")))],
        )
        one = '[[cases]]\nname = "a"\nregistrations = [{ submitted = "2026-03-01T09:00Z" }]\n'
        stands = [
            run_case(policy, each).record.decision.standings[0].kind.value
            for text in ("", "answers.visited.R1 = true", "answers.visited.R1 = false")
            for each in read(one + text, policy)
        ]

        assert stands == ["returned", "granted", "denied"]

    def test_needs_a_case(self):
        with pytest.raises(UsageError, match="is not a case"):
            run_case(POLICY, "two")


def written(text, rules=POLICY):
    """The file with what is found recorded, without the lines above its cases."""
    return recorded(HEAD + text, results(text, rules)).removeprefix(HEAD)


class TestRecording:
    @pytest.mark.parametrize(
        ("text", "rules", "wanted"),
        [
            (
                'expect.protection = { R1 = "denied NOT_FIRST", R2="granted" } # why',
                POLICY,
                'expect.protection = { R1 = "granted GRANTED", R2="denied" } # why',
            ),
            (
                'expect.protection.R2 = { stand = "granted", rival="-", percent=5 } # why',
                POLICY,
                'expect.protection.R2 = { stand = "denied", rival="R1", percent="-" } # why',
            ),
            (
                '[cases.expect.protection.R1]\n# the rate\npercent = 5\nstand = "waiting"',
                POLICY,
                '[cases.expect.protection.R1]\n# the rate\npercent = "12.5"\nstand = "granted"',
            ),
            (
                "deadlocks = []",
                POLICY,
                (
                    'deadlocks = [{ benefit = "special_bid", blocked = "R2", blocker = "R1", '
                    'code = "LOW" }]'
                ),
            ),
            ("referrals = [{ code = 'X' }]", POLICY, "referrals = []"),
            (
                "[[cases.deadlocks]]\nblocked = 'R1' # who",
                POLICY,
                '[[cases.deadlocks]]\nblocked = "R2" # who',
            ),
        ],
    )
    def test_changes_what_differs_and_nothing_else(self, text, rules, wanted):
        assert written(TWO + text + "\n", rules) == TWO + wanted + "\n"

    def test_tells_lines_apart_where_they_differ(self):
        assert written(BY_LINE + "expect.protection.R2 = 'granted'\n", LINES) == (
            BY_LINE + 'expect.protection.R2 = [{ line = "y", stand = "denied" }, '
            '{ line = "z", stand = "granted" }]\n'
        )
        assert written(BY_LINE + "expect.protection.R1 = [{ stand = 'denied' }]\n", LINES) == (
            BY_LINE + 'expect.protection.R1 = [{ stand = "granted" }]\n'
        )

    def test_states_anew_what_expects_nothing(self):
        more = '[[cases.partners]]\nid = "P1"\n\n# the next\n[[cases]]\nname = "b"'
        rest = TWO.partition("registrations")[2]
        found = written(f"{TWO}{more}\nregistrations{rest}")

        assert found == (
            TWO
            + 'deadlocks = [{ benefit = "special_bid", blocked = "R2", blocker = "R1", '
            + 'code = "LOW" }]\n'
            + '[[cases.partners]]\nid = "P1"\n\n'
            + '[cases.expect.protection]\nR1 = "granted"\nR2 = "denied DUPLICATE_OTHER_PARTNER"\n\n'
            + '[cases.expect.special_bid]\nR1 = "denied LOW"\nR2 = "denied NOT_HOLDER"\n'
            + '\n# the next\n[[cases]]\nname = "b"\nregistrations'
            + rest
            + 'deadlocks = [{ benefit = "special_bid", blocked = "R2", blocker = "R1", '
            + 'code = "LOW" }]\n\n'
            + '[cases.expect.protection]\nR1 = "granted"\nR2 = "denied DUPLICATE_OTHER_PARTNER"\n\n'
            + '[cases.expect.special_bid]\nR1 = "denied LOW"\nR2 = "denied NOT_HOLDER"\n'
        )

    def test_says_where_there_is_no_room(self):
        inline = 'cases = [{ name = "a", registrations = [{ submitted = "2026-03-01T09:00Z" }] }]\n'
        with pytest.raises(CaseError, match="begin the case with a line") as caught:
            written(inline)
        assert caught.value.place == "cases, line 3"
        with pytest.raises(CaseError, match="write it as one value"):
            written(
                TWO + "[[cases.deadlocks]]\nblocked = 'R2'\n[[cases.deadlocks]]\nblocked = 'R1'\n"
            )
        with pytest.raises(CaseError, match="write it as one value"):
            written(BY_LINE + "[[cases.expect.protection.R2]]\nstand = 'granted'\n", LINES)

    def test_writes_a_file(self, tmp_path):
        file = tmp_path / "x.cases.toml"
        file.write_text(HEAD + TWO)

        assert record_cases(file, POLICY, names=["another"]) == ()
        assert file.read_text() == HEAD + TWO
        assert record_cases(file, POLICY) == ("two",)
        assert record_cases(file, POLICY) == ()
        assert run_cases(POLICY, cases_from_toml(file.read_text(), POLICY))[0].verdict == "passed"

    def test_says_when_it_cannot_write(self, tmp_path, monkeypatch):
        file = tmp_path / "x.cases.toml"
        file.write_text(HEAD + TWO)
        monkeypatch.setattr("pathlib.Path.write_bytes", _no_room)
        with pytest.raises(UnreadableError, match="the file cannot be written: no space left"):
            record_cases(file, POLICY)


def _no_room(path, data):
    raise OSError(28, "No space left")


def case_of(past):
    """A case that expects nothing yet; questions without any answer go without saying."""
    answers = [each for each in past.answers if each.by_registration]
    return PolicyCase(name="drawn", at=past.at, facts=past.facts, answers=answers)


class TestWriting:
    @given(drawn_cases())
    def test_what_is_written_is_read_back_and_expects_what_is_found(self, drawn):
        past = record(drawn.rules, drawn.facts, at=drawn.at, externals=drawn.externals)
        case = case_of(past)
        case = restated(case, past.decision)
        try:
            text = cases_to_toml([case])
        except FactsError:
            assume(False)
        (again,) = cases_from_toml(text, drawn.rules)

        assert again.facts == case.facts
        assert attrs.evolve(again, file="", line=0) == case
        assert run_case(drawn.rules, again).verdict in {CaseVerdict.PASSED, CaseVerdict.OPEN}

    @given(drawn_cases())
    def test_what_is_recorded_expects_what_is_found(self, drawn):
        past = record(drawn.rules, drawn.facts, at=drawn.at, externals=drawn.externals)
        case = case_of(past)
        try:
            text = cases_to_toml([case])
        except FactsError:
            assume(False)
        found = run_cases(drawn.rules, cases_from_toml(text, drawn.rules))
        again = recorded(text, found)

        (result,) = run_cases(drawn.rules, cases_from_toml(again, drawn.rules))
        assert result.verdict in {CaseVerdict.PASSED, CaseVerdict.OPEN}
        assert recorded(again, [result]) == again

    def test_leaves_out_what_stands_in(self):
        text = cases_to_toml(
            [restated(case, run_case(POLICY, case).record.decision) for case in read(TWO)]
        )

        assert (
            text
            == """\
format = "dealreg-cases/1"

[[cases]]
name = "two"
at = 2026-03-10T00:00:00Z
partners = [
    { id = "P1", tier = "silver" },
    { id = "P2", tier = "gold" },
]
registrations = [
    { submitted = "2026-03-01T09:00:00Z" },
    { submitted = "2026-03-02T09:00:00Z" },
]
deadlocks = [{ benefit = "special_bid", blocked = "R2", blocker = "R1", code = "LOW" }]

[cases.expect.protection]
R1 = "granted"
R2 = "denied DUPLICATE_OTHER_PARTNER"

[cases.expect.special_bid]
R1 = "denied LOW"
R2 = "denied NOT_HOLDER"
"""
        )

    def test_states_what_does_not(self):
        text = """
[[cases]]
name = "all"
note = "a \\"note\\""
answers."a b".A = true
[[cases.registrations]]
id = "A"
partner = "b"
opportunity = "-"
submitted = "2026-03-01T09:00Z"
products = ["x"]
[[cases.holdings]]
registration = "A"
benefit = "protection"
line = "x"
since = "2026-03-01T09:00Z"
until = "2026-04-01T09:00Z"
place = 2
label = "half"
percent = "1/3"
share = "1/2"
"""
        policy = Policy(
            programme="Example",
            contests=[contest("protection", requirement("X", external("a b") & external("c")))],
        )
        cases = read(text, policy)
        written = cases_to_toml(cases, policy="rules/new.toml")

        assert written.startswith(
            'format = "dealreg-cases/1"\npolicy = "rules/new.toml"\n\n[[cases]]'
        )
        assert [attrs.evolve(e, file="", line=0) for e in cases_from_toml(written, policy)] == [
            attrs.evolve(e, file="", line=0) for e in cases
        ]

    @pytest.mark.parametrize(
        "more",
        [
            {
                "holdings": [
                    Holding(
                        registration_id="R1", benefit="b", since="2026-03-02T00:00Z", ended_by="X"
                    )
                ]
            },
            {
                "registrations": [
                    Registration(
                        registration_id="R1",
                        partner_id="P1",
                        submitted_at="2026-03-01T09:00Z",
                        extensions=[ExtensionRequest(asked_at="2026-03-05T09:00Z")],
                    )
                ]
            },
        ],
    )
    def test_says_what_a_case_cannot_state(self, more):
        with pytest.raises(FactsError):
            cases_to_toml([PolicyCase(name="a", at="2026-03-10T00:00Z", facts=Facts(**more))])
