"""Files of test cases: what they may state, what stands in, and every mistake with its line."""

import pickle
from datetime import UTC, datetime
from textwrap import dedent

import pytest

from dealreg import (
    CaseError,
    CaseErrors,
    Edition,
    Field,
    FieldType,
    Policy,
    PolicyBook,
    UnreadableError,
    UsageError,
    contest,
    earliest,
    external,
    field,
    highest,
    requirement,
)
from dealreg.wire import cases_beside, cases_from_toml, policy_beside, read_cases

POLICY = Policy(
    programme="Example",
    tiers=("silver", "gold"),
    fields=(Field("site_count", FieldType.INTEGER),),
    contests=[
        contest("protection", highest("tier"), earliest("submitted_at")),
        contest("special_bid", requirement("VISIT", external("site_visited"))),
    ],
)
HEAD = 'format = "dealreg-cases/1"\nat = "2026-03-10T00:00Z"\n'
ONE = """
[[cases]]
name = "one"
registrations = [{ submitted = "2026-03-01T09:00Z" }]
"""


def read(text, rules=POLICY):
    return cases_from_toml(dedent(text), rules, place="x.cases.toml")


def mistakes(text, rules=POLICY):
    with pytest.raises(CaseErrors) as caught:
        read(text, rules)
    return [str(each) for each in caught.value.problems]


NO_FIELD = "there is no `submited` of a registration; did you mean `submitted` or `submitted_at`?"
NO_ZONE = (
    "`2026-03-01T09:00` has no time zone; state the zone, as in Z or +01:00, or for all cases, "
    'above them, as in zone = "Europe/Berlin"'
)
NO_LEVEL = "`godl` is not a level of the ladder; did you mean `gold`?"
NO_CURRENCY = (
    "the amount `5.5` has no currency; write it as in 50000 EUR, or for all cases, above them, "
    'as in currency = "EUR"'
)
NO_BENEFIT = "there is no benefit `protecton` in the policy; did you mean `protection`?"
NO_KEY = "there is no key `blokced` here; did you mean `blocked` or `blocker`?"
NO_REGISTRATION = "there is no registration `R7` here; choose one of `R1`, `R2`"
NOTHING = 'nothing is expected here; state what, as in `benefit = "..."`'
NO_QUESTION = "the policy asks no external question `site_vsited`; did you mean `site_visited`?"
NOT_IN_CASE = "the case has no registration `{}`; choose one of `R1`"
NO_STANDING = "`grnated` is not a standing; did you mean `granted`?"


def _taken_apart(mistake):
    """The line, the place, and what is said of it."""
    head, _, rest = mistake.removeprefix("x.cases.toml, line ").partition(": ")
    place, _, said = rest.partition(": ") if rest.startswith("cases[") else ("", "", rest)
    return int(head), place, said


def facts(text):
    return read(HEAD + text)[0].facts


class TestFacts:
    def test_what_stands_in(self):
        (registration,) = facts(ONE).registrations

        assert registration.registration_id == "R1"
        assert registration.partner_id == "P1"
        assert registration.opportunity_id == "deal"
        assert registration.submitted_at == datetime(2026, 3, 1, 9, tzinfo=UTC)

    def test_endings_may_be_left_out_and_rows_may_say_what_is_known_of_others(self):
        found = facts(
            """
            [[cases]]
            name = "one"
            [[cases.registrations]]
            id = "A"
            partner = "larkfield"
            opportunity_id = "O-1"
            submitted = 2026-03-01T09:00:00Z
            approved_at = 2026-03-02
            tier = "Gold"
            amount = "50000 EUR"
            site_count = 3
            [[cases.opportunities]]
            id = "O-1"
            incumbent_partner = "larkfield"
            """.replace("2026-03-02\n", '"2026-03-02T00:00Z"\n')
        )

        assert found.partners[0].tier == "gold"
        assert found.opportunities[0].incumbent_partner_id == "larkfield"
        assert found.registrations[0].attributes["site_count"] == 3
        assert found.registrations[0].approved_at == datetime(2026, 3, 2, tzinfo=UTC)

    def test_defaults_and_settings_of_the_file(self):
        (case,) = read("""
            format = "dealreg-cases/1"
            zone = "Europe/Berlin"
            currency = "EUR"
            at = 2026-03-10
            [defaults]
            status = "approved"
            amount = 12.5
            [[cases]]
            name = "one"
            registrations = [
                { submitted = 2026-03-01 },
                { submitted = "2026-03-02", status = "won", opportunity = "-" },
            ]
            """)
        first, second = case.facts.registrations

        assert case.at == datetime(2026, 3, 9, 23, tzinfo=UTC)
        assert first.status == "approved"
        assert str(first.amount.amount) == "12.5"
        assert (second.status, second.opportunity_id) == ("won", None)

    def test_a_case_states_a_shared_partner_anew(self):
        first, second = read(
            HEAD
            + """
[[partners]]
id = "a"
name = "Alder"
tier = "silver"
[[cases]]
name = "one"
registrations = [{ submitted = "2026-03-01T09:00Z", partner = "a" }]
[[cases]]
name = "two"
registrations = [{ submitted = "2026-03-01T09:00Z", partner = "a" }]
partners = [{ id = "a", tier = "gold" }]
"""
        )

        assert [each.name for each in first.facts.partners] == ["Alder"]
        assert [(each.name, each.tier) for each in second.facts.partners] == [(None, "gold")]

    def test_rulings_holdings_and_answers(self):
        (case,) = read(
            HEAD
            + ONE
            + """
rulings = [{ id = "R1", benefit = "protection", verdict = "accept", decided = "2026-03-05T00:00Z" }]
answers.site_visited.R1 = true
[[cases.holdings]]
registration = "R1"
benefit = "protection"
since = "2026-03-02T00:00Z"
until = "2026-06-02T00:00Z"
percent = "12.5"
share = "1/2"
"""
        )

        assert case.facts.rulings[0].benefit == "protection"
        assert str(case.facts.holdings[0].percent) == "25/2"
        assert dict(case.answers[0].by_registration) == {"R1": True}


class TestExpectations:
    def expected(self, text):
        case = read(HEAD + ONE + text)[0]
        return {
            (each.benefit, each.registration_id, each.line): {s.name: s.value for s in each.stated}
            for each in case.standings
        }

    @pytest.mark.parametrize(
        ("text", "stated"),
        [
            ("granted", {"stand": "granted"}),
            ("denied TOO_LOW", {"stand": "denied", "code": "TOO_LOW"}),
            ("denied: TOO_LOW", {"stand": "denied", "code": "TOO_LOW"}),
            (" denied,TOO_LOW ", {"stand": "denied", "code": "TOO_LOW"}),
        ],
    )
    def test_in_short(self, text, stated):
        assert self.expected(f'expect.protection.R1 = "{text}"') == {
            ("protection", "R1", None): stated
        }

    def test_in_full(self):
        found = self.expected("""
[cases.expect.protection.R1]
stand = "granted"
place = 1
percent = 12.50
share = "2/3"
label = "half"
starts = 2026-03-02T01:00:00+01:00
ends = "-"
rival = "-"
missing = ["b", "a"]
clause = "contests[protection]"
version = "1"
""")

        assert found["protection", "R1", None] == {
            "stand": "granted",
            "place": "1",
            "percent": "12.5",
            "share": "2/3",
            "label": "half",
            "starts": "2026-03-02T00:00:00Z",
            "ends": "",
            "rival": "",
            "missing": "a; b",
            "clause": "contests[protection]",
            "version": "1",
        }

    def test_by_line(self):
        found = self.expected(
            'expect.protection.R1 = [{ line = "x", stand = "granted" }, { code = "Y" }]'
        )

        assert found == {
            ("protection", "R1", "x"): {"stand": "granted"},
            ("protection", "R1", None): {"code": "Y"},
        }

    def test_of_referrals_and_deadlocks(self):
        case = read(HEAD + ONE + 'referrals = [{ candidates = ["R1"] }]\ndeadlocks = []')[0]

        assert [each.value for each in case.referrals[0].stated] == ["R1"]
        assert case.deadlocks == ()
        assert case.expects

    def test_of_nothing(self):
        assert not read(HEAD + ONE)[0].expects


class TestMistakes:
    def test_of_an_author_are_told_at_once_with_their_lines(self):
        found = mistakes("""\
            format = "dealreg-cases/1"
            zoen = "UTC"
            [[cases]]
            name = "one"
            registrations = [
                { submited = "2026-03-01T09:00Z", tier = "gold" },
                { submitted = "2026-03-01T09:00", tier = "godl" },
                { id = "R2", submitted = "2026-03-01T09:00Z", amount = 5.5 },
            ]
            expect.protecton = { R1 = "granted" }
            deadlocks = [{ blokced = "R1" }, { blocked = "R7", holds = "protecton" }, {}]
            [[cases]]
            name = "two"
            at = "2026-03-10T00:00Z"
            registrations = [{ submitted = "2026-03-01T09:00Z" }]
            answers.site_vsited = { R3 = true }
            [cases.expect.protection]
            R1 = "grnated"
            R2 = "denied"
            R3 = { place = "first" }
            """)

        assert [_taken_apart(each) for each in found] == [
            (2, "", "there is no key `zoen` here; did you mean `zone`?"),
            (3, "cases[one]", 'there is no `at`; add one, as in `at = "2026-03-10T09:00Z"`'),
            (6, "cases[one].registrations[0].submited", NO_FIELD),
            (6, "cases[one].registrations[0]", "the row has no `submitted_at`; add it"),
            (7, "cases[one].registrations[1].submitted", NO_ZONE),
            (7, "cases[one].registrations[1].tier", NO_LEVEL),
            (8, "cases[one].registrations[2].amount", NO_CURRENCY),
            (10, "cases[one].expect.protecton", NO_BENEFIT),
            (11, "cases[one].deadlocks[0]", NO_KEY),
            (11, "cases[one].deadlocks[1].blocked", NO_REGISTRATION),
            (11, "cases[one].deadlocks[1].holds", NO_BENEFIT.replace("in the policy", "here")),
            (11, "cases[one].deadlocks[2]", NOTHING),
            (16, "cases[two].answers[site_vsited]", NO_QUESTION),
            (16, "cases[two].answers[site_vsited].R3", NOT_IN_CASE.format("R3")),
            (18, "cases[two].expect.protection.R1", NO_STANDING),
            (19, "cases[two].expect.protection.R2", NOT_IN_CASE.format("R2")),
            (20, "cases[two].expect.protection.R3", NOT_IN_CASE.format("R3")),
        ]

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            (ONE, "the file states no `format`; begin it with"),
            ('format = "dealreg-policy/1"' + ONE, "is of the format `dealreg-policy/1`"),
            (HEAD, "there are no cases; begin one with a line `[[cases]]`"),
            (HEAD + "cases = 3", "expected a list, found a whole number"),
            (HEAD + 'zone = "Mars"' + ONE, "there is no time zone `Mars`"),
            (HEAD + 'currency = "euro"' + ONE, "`euro` is not a currency code"),
            (HEAD + '[[cases]]\nname = "one"', "there is no `registrations`; add one"),
            (HEAD + "[[cases]]\nregistrations = []", "there is no `name`; add one"),
            (HEAD + ONE + ONE, "there are 2 cases named `one`; give each a name of its own"),
            (HEAD + ONE + 'at = "yesterday"', "`yesterday` is not"),
            (
                HEAD + ONE + "partner = 1",
                "there is no key `partner` here; did you mean `partners`?",
            ),
            (HEAD + ONE + "partners = [{ id = 'P1', partner_id = 'P1' }]", "stated twice"),
            (HEAD + ONE + "opportunities = [{ oid = 'O' }]", "there is no `oid` of an opportunity"),
            (HEAD + ONE + "expect.protection.R1 = 'granted as GRANTED'", "not one standing"),
            (HEAD + ONE + "expect.protection.R1 = { stnad = 'x' }", "did you mean `stand`?"),
            (HEAD + ONE + "expect.protection.R1 = { percent = true }", "`True` is not a number"),
            (HEAD + ONE + "expect.protection.R1 = { share = '1/0' }", "`1/0` is not a number"),
            (HEAD + ONE + "expect.protection.R1 = { ends = 'soon' }", "`soon` is not"),
            (HEAD + ONE + "expect.protection.R1 = 3", "expected a table, found a whole number"),
            (HEAD + ONE + "expect.protection = 3", "expected a table, found a whole number"),
            (HEAD + ONE + "expect = 3", "expected a table, found a whole number"),
            (HEAD + ONE + "[[cases.holdings]]\nline = 'x'", "there is no `since`"),
            (
                HEAD + ONE + "rulings = [{ id = 'R1', benefit = 'protection', verdict = 'maybe', "
                "decided = '2026-03-01T00:00Z' }]",
                "`maybe` is not a verdict",
            ),
            (
                HEAD + ONE.replace(" }]", ", status = 'approvd' }]"),
                "approvd",
            ),
            (
                HEAD + ONE.replace(" }]", ", ended = '2026-02-01T00:00Z' }]"),
                "is before the registration was submitted",
            ),
        ],
    )
    def test_each_says_what_to_do(self, text, said):
        assert said in "\n".join(mistakes(text))

    def test_cases_that_contradict_each_other(self):
        same = """
[[cases]]
name = "{}"
registrations = [{{ submitted = "2026-03-01T09:00Z" }}]
{}
"""
        (first, second, third) = mistakes(
            HEAD
            + same.format("a", "expect.protection.R1 = 'granted'\ndeadlocks = []")
            + same.format("b", "expect.protection.R1 = 'denied'")
            + same.format("c", "expect.protection.R1 = { code = 'X' }")
            + same.format("d", "expect.protection.R1 = { code = '-' }")
            + same.format("e", "deadlocks = [{ blocked = 'R1' }]")
        )

        assert first == (
            "x.cases.toml, line 10: cases[b]: it has the facts of the case `a`, line 4, and "
            "expects `stand` of R1 for protection to be `denied`, not `granted`; correct one of "
            "them, or tell their facts apart"
        )
        assert "`code` of R1 for protection to be `none`, not `X`" in second
        assert "the deadlocks to be `1`, not `none`" in third

    def test_cases_of_the_same_facts_that_agree_are_no_mistake(self):
        two = ONE + "expect.protection.R1 = 'granted'" + ONE.replace("one", "two")

        assert len(read(HEAD + two + "expect.protection.R1 = 'granted'")) == 2

    def test_have_their_line_as_a_field_too(self):
        with pytest.raises(CaseErrors) as caught:
            read(HEAD + ONE + "expect.protecton = {}")
        (wrong,) = caught.value.problems
        copied = pickle.loads(pickle.dumps(wrong))

        assert (copied.line, str(copied)) == (7, str(wrong))
        assert copied.where == "x.cases.toml, line 7: cases[one].expect.protecton"
        assert wrong.at("here").line == 7
        assert CaseError("x", place="a", line=3).where == "a, line 3"
        assert CaseError("x", line=3).where == "line 3"
        assert CaseError("x", place="a").where == "a"

    def test_that_are_too_many_end_the_reading(self):
        rows = ", ".join("{ submitted = 'x', tier = 'y', amount = 'z' }" for _ in range(60))
        found = mistakes(HEAD + f"[[cases]]\nname = 'a'\nregistrations = [{rows}]")

        assert len(found) == 101

    def test_a_text_that_is_not_toml_has_line_and_column(self):
        with pytest.raises(UnreadableError, match="not TOML") as caught:
            read('format = "dealreg-cases/1"\n[[cases]]\nname = one')

        assert caught.value.place == "x.cases.toml, line 3, column 8"

    def test_a_value_that_fits_no_version_of_a_book(self):
        old = Policy(
            programme="Example",
            fields=(Field("site_count", FieldType.TEXT),),
            contests=[contest("protection", requirement("X", field("site_count") == "a"))],
        )
        book = PolicyBook(
            programme="Example",
            editions=[
                Edition(policy=old, effective_from="2025-01-01T00:00Z"),
                Edition(policy=POLICY, effective_from="2026-01-01T00:00Z"),
            ],
        )
        (found,) = mistakes(HEAD + ONE.replace(" }]", ", site_count = 3 }]"), book)

        assert "`3` is not a value of `site_count`, which is of type text" in found

    @pytest.mark.parametrize("wrong", [(b"", POLICY), ("", None)])
    def test_of_the_caller(self, wrong):
        with pytest.raises(UsageError):
            cases_from_toml(*wrong)


class TestFiles:
    def test_are_beside_their_policy(self, tmp_path):
        cases = tmp_path / "rules.cases.toml"
        cases.write_text(HEAD + ONE)
        for suffix in (".json", ".toml"):
            policy = tmp_path / f"rules{suffix}"
            policy.touch()
            assert policy_beside(cases) == policy
            assert cases_beside(policy) == cases

    def test_may_name_another_policy(self, tmp_path):
        cases = tmp_path / "x.cases.toml"
        cases.write_text('policy = "../rules/new.toml"\n' + HEAD + ONE)

        assert policy_beside(cases) == tmp_path / "../rules/new.toml"

    def test_without_a_policy_say_what_to_do(self, tmp_path):
        cases = tmp_path / "x.cases.toml"
        cases.write_text(HEAD + ONE)
        with pytest.raises(UnreadableError, match=r"names no policy.*named `x\.toml`"):
            policy_beside(cases)

    def test_are_read(self, tmp_path):
        cases = tmp_path / "x.cases.toml"
        cases.write_bytes(b"\xef\xbb\xbf" + (HEAD + ONE).encode())

        assert [each.name for each in read_cases(cases, POLICY)] == ["one"]
        with pytest.raises(UsageError, match="is not a path"):
            read_cases(3, POLICY)
