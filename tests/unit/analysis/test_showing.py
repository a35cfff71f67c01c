"""The cases that verdicts show, as test cases of the policy."""

from datetime import UTC, datetime

import pytest

from dealreg import (
    Policy,
    axioms,
    compare,
    contest,
    deadlocks,
    earliest,
    field,
    gaming,
    highest,
    holder_of,
    lint,
    period,
    requirement,
    terms,
)
from dealreg.analysis.showing import shown_cases
from dealreg.cases import run_cases
from dealreg.errors import UsageError
from dealreg.facts.events import Event
from dealreg.facts.histories import History
from dealreg.outcome.cases import CaseVerdict, Stated
from dealreg.wire import cases_from_toml, cases_to_toml

FIRST = earliest("submitted_at")
BID = contest(
    "special_bid", holder_of("protection"), requirement("NOT_GOLD", field("tier") >= "gold"), FIRST
)


def rules(*parts, more=()):
    return Policy(
        programme="Shown", tiers=["silver", "gold"], contests=[contest("protection", *parts), *more]
    )


DISPUTE = rules(FIRST, more=[BID])


def verdicts(policy, cases):
    return {each.verdict for each in run_cases(policy, cases)}


class TestAxioms:
    def test_before_and_after_name_the_axiom_and_the_clauses(self):
        before, after = shown_cases(axioms(DISPUTE, "A14"))

        assert before.name == "A14 of special_bid: independence of losers, before"
        assert after.name == "A14 of special_bid: independence of losers, without R1"
        assert before.note.startswith("violates A14 at contests[special_bid], about R1: One that")
        clauses = {
            (each.registration_id, stated.value)
            for each in before.standings
            for stated in each.stated
            if stated.name == "clause"
        }
        assert clauses == {
            ("R1", "contests[special_bid].requires[NOT_GOLD]"),
            ("R2", "contests[special_bid].after[protection]"),
        }
        assert {each.benefit for each in before.standings} == {"special_bid"}
        assert [each.registration_id for each in after.standings] == ["R2"]

    def test_one_that_comes_and_one_that_is_otherwise(self):
        value = rules(highest("quantity"), FIRST)
        names = [each.name for each in shown_cases(axioms(value, "A16", "A17"))]

        assert [each.rpartition(", ")[2] for each in names] == [
            "before",
            "with R3",
            "before",
            "after the change",
        ]

    def test_they_pass_until_the_policy_is_another(self):
        cases = shown_cases(axioms(DISPUTE))
        without = rules(FIRST, more=[contest("special_bid", *BID.requires, FIRST)])

        assert verdicts(DISPUTE, cases) == {CaseVerdict.PASSED}
        assert CaseVerdict.FAILED in verdicts(without, cases)

    def test_what_is_violated_without_a_case_has_none(self):
        dead = rules(
            requirement("S", field("tier") >= "silver"),
            requirement("G", field("tier") >= "gold"),
            FIRST,
        )
        assert axioms(dead, "A30").violated
        assert shown_cases(axioms(dead, "A30")) == ()


class TestDeadlocks:
    def test_the_case_expects_the_deadlock_and_tells_the_certificate(self):
        (case,) = shown_cases(deadlocks(DISPUTE, repairs=False))

        assert case.name == "deadlock of special_bid, protection being held: NOT_GOLD"
        assert case.note == "by contests[special_bid].requires[NOT_GOLD]; the two differ in tier"
        ((expected,),) = [[each.stated for each in case.deadlocks]]
        assert Stated("blocked", "R2") in expected
        assert verdicts(DISPUTE, [case]) == {CaseVerdict.PASSED}

    def test_the_one_of_an_axiom_expects_it_too(self):
        (case,) = shown_cases(axioms(DISPUTE, "A7"))

        assert len(case.deadlocks) == 1


class TestChanges:
    def test_they_pass_under_the_old_policy_and_fail_under_the_new(self):
        old, new = rules(FIRST), rules(highest("tier"), FIRST)
        cases = shown_cases(compare(old, new))

        assert [each.name for each in cases] == [
            "protection changes_hands: prefer",
            "protection from_a_person: prefer",
        ]
        assert cases[0].note.startswith("decided otherwise by the other policy, by contests[")
        assert verdicts(old, cases) == {CaseVerdict.PASSED}
        assert verdicts(new, cases) == {CaseVerdict.FAILED}

    @pytest.mark.parametrize(
        "part", [period("60 days", starts="submitted_at"), terms("protection", "5")]
    )
    def test_terms_are_expected(self, part):
        old, new = rules(FIRST, part), rules(FIRST)
        cases = shown_cases(compare(old, new))

        assert verdicts(old, cases) == {CaseVerdict.PASSED}
        assert verdicts(new, cases) == {CaseVerdict.FAILED}


class TestMovesAndFindings:
    def test_a_move_that_pays(self):
        value = rules(highest("quantity"), FIRST)
        before, after = shown_cases(gaming(value))[:2]

        assert before.name == "the move duplicate for protection, before"
        assert after.name == "the move duplicate for protection, with R3"
        assert verdicts(value, [before, after]) == {CaseVerdict.PASSED}

    def test_one_that_pays_in_a_history_is_told_apart(self):
        value = rules(highest("quantity"), FIRST)
        events = [
            Event(
                event_id=f"E{number}",
                kind="submitted",
                happened_at=datetime(2026, 3, number, tzinfo=UTC),
                about=f"R{number}",
                facts={"partner_id": f"P{number}", "opportunity_id": "O1", "quantity": quantity},
            )
            for number, quantity in ((1, 2), (2, 1))
        ]
        cases = shown_cases(gaming(value, history=History(events=events)))
        past = [each for each in cases if "in the history" in each.name]

        assert past
        assert verdicts(value, past) == {CaseVerdict.PASSED}

    def test_findings(self):
        cases = shown_cases(lint(DISPUTE))

        assert [each.name for each in cases] == [
            "DEADLOCK at contests[special_bid].requires[NOT_GOLD]"
        ]
        assert {each.benefit for each in cases[0].standings} == {"protection", "special_bid"}
        assert verdicts(DISPUTE, cases) == {CaseVerdict.PASSED}


def test_they_are_written_and_read_again():
    cases = shown_cases(axioms(DISPUTE))
    again = cases_from_toml(cases_to_toml(cases), DISPUTE)

    assert [(e.name, e.note, e.facts, e.standings, e.deadlocks) for e in again] == [
        (e.name, e.note, e.facts, e.standings, e.deadlocks) for e in cases
    ]


def test_refuses_what_shows_none():
    with pytest.raises(UsageError, match="no verdict that shows cases"):
        shown_cases(DISPUTE)
