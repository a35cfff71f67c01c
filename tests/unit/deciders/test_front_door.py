"""Deciding: questions that the programme answers itself, records, and books of versions."""

from collections.abc import Mapping

import attrs
import pytest

from dealreg import (
    Contest,
    Decision,
    Edition,
    Facts,
    Governs,
    Partner,
    Policy,
    PolicyBook,
    Registration,
    contest,
    decide,
    earliest,
    external,
    field,
    record,
    requirement,
    rerun,
)
from dealreg.errors import FactsErrors, PolicyErrors, UsageError
from dealreg.facts.canonical import digest
from dealreg.policy.normal import policy_digest
from dealreg.policy.policies import SEMANTICS

AT = "2026-06-01T00:00Z"
FIRST = earliest("submitted_at")
KNOWN = Policy(
    programme="Example",
    contests=[contest("protection", requirement("UNKNOWN", external("known customer")), FIRST)],
)


def facts(*names: str) -> Facts:
    return Facts(
        registrations=[
            Registration(
                registration_id=name,
                partner_id=f"P-{name}",
                opportunity_id="O",
                submitted_at=f"2026-0{month}-01T00:00Z",
            )
            for month, name in enumerate(names, 1)
        ]
    )


def standings(decision: Decision) -> dict[tuple[str, str], tuple[str, str, str]]:
    return {
        (each.benefit, each.registration_id): (each.kind.value, each.code, each.policy_version)
        for each in decision.standings
    }


class TestExternals:
    """P-10."""

    ANSWERS: Mapping[str, bool] = {"A": False, "B": True}

    @pytest.mark.parametrize(
        "given",
        [
            ANSWERS,
            lambda registration, _: {"A": False, "B": True}.get(registration.registration_id),
        ],
    )
    def test_answers_are_a_mapping_or_a_function(self, given: object) -> None:
        found = decide(KNOWN, facts("A", "B", "C"), at=AT, externals={"known customer": given})

        kinds = {name: kind for (_, name), (kind, _, _) in standings(found).items()}
        assert {"A": "denied", "B": "granted", "C": "returned"} == kinds
        assert ("known customer",) == found.standing("C", "protection").missing
        assert [{"known customer": False}, {"known customer": True}, {}] == [
            dict(step.facts) for step in found.trace if "requires" in step.clause
        ]

    def test_a_function_is_given_the_facts(self) -> None:
        asked = []

        def answer(registration: Registration, given: Facts) -> bool:
            asked.append((registration.registration_id, given))
            return True

        decide(KNOWN, facts("A"), at=AT, externals={"known customer": answer})

        assert [("A", facts("A"))] == asked

    def test_no_answer_names_the_question_and_the_remedy(self) -> None:
        with pytest.raises(UsageError, match="`known customer`, which has no answer") as caught:
            decide(KNOWN, facts("A"), at=AT)
        assert "known customer" == caught.value.value
        assert "externals={'known customer': function}" in str(caught.value)

        with pytest.raises(UsageError, match="did you mean `known customers`"):
            decide(KNOWN, facts("A"), at=AT, externals={"known customers": self.ANSWERS})

    @pytest.mark.parametrize("answer", [1, "yes", 0])
    def test_an_answer_is_yes_no_or_unknown(self, answer: object) -> None:
        with pytest.raises(UsageError, match="question `known customer` was answered") as caught:
            decide(KNOWN, facts("A"), at=AT, externals={"known customer": {"A": answer}})
        assert answer == caught.value.value

    def test_a_record_keeps_the_answers_and_re_runs_without_the_code(self) -> None:
        kept = record(KNOWN, facts("A", "B"), at=AT, externals={"known customer": self.ANSWERS})

        assert [("known customer", dict(self.ANSWERS))] == [
            (each.name, dict(each.by_registration)) for each in kept.answers
        ]
        assert kept.decision == rerun(kept)
        assert kept.decision == decide(
            KNOWN, facts("A", "B"), at=AT, externals={"known customer": self.ANSWERS}
        )


class TestChecks:
    """What is not sound is not decided."""

    def test_of_the_policy(self) -> None:
        wrong = Policy(programme="Example", contests=[contest("x", earliest("submited_at"))])

        with pytest.raises(PolicyErrors) as caught:
            decide(wrong, facts("A"), at=AT)
        assert "submitted_at" in str(caught.value.exceptions[0])

    def test_of_a_part_that_cannot_be_hashed(self) -> None:
        wrong = Policy(
            programme="Example",
            contests=[contest("x", requirement("R", field("region").is_known(), ["told"]), FIRST)],
        )

        with pytest.raises(PolicyErrors) as caught:
            decide(wrong, facts("A"), at=AT)
        assert "tell" in str(caught.value.exceptions[0])

    def test_all_that_is_wrong_with_the_facts_is_told_at_once(self) -> None:
        policy = Policy(programme="Example", tiers=("one", "two"), contests=[contest("x", FIRST)])
        partners = [Partner(partner_id=name, tier=f"tier {name}") for name in "AB"]

        with pytest.raises(FactsErrors) as caught:
            decide(policy, Facts(partners=partners), at=AT)
        assert 2 == len(caught.value.exceptions)

    def test_of_every_version_of_a_book(self) -> None:
        ladders = [
            Policy(programme="Example", version=str(n), tiers=tiers, contests=[contest("x", FIRST)])
            for n, tiers in enumerate([("low", "high"), ("one", "two")])
        ]
        book = PolicyBook(
            programme="Example",
            editions=[
                Edition(policy=each, effective_from=f"202{n}-01-01T00:00Z")
                for n, each in enumerate(ladders)
            ],
        )

        partner = Partner(partner_id="P-A", tier="low")

        with pytest.raises(FactsErrors) as caught:
            decide(book, Facts(registrations=facts("A").registrations, partners=[partner]), at=AT)
        assert "`low`" in str(caught.value.exceptions[0])


class TestBooks:
    """B-1 to B-6."""

    OLD = Policy(
        programme="Example",
        version="old",
        contests=[contest("protection", FIRST), contest("rebate", FIRST)],
    )
    NEW = Policy(
        programme="Example",
        version="new",
        contests=[
            contest("protection", requirement("REGION", field("region").is_known()), FIRST),
            contest("bid", FIRST),
        ],
    )

    def book(self, governs: Governs, old_from: str = "2020-01-01T00:00Z") -> PolicyBook:
        return PolicyBook(
            programme="Example",
            governs=governs,
            editions=[
                Edition(policy=self.NEW, effective_from="2026-02-01T00:00Z"),
                Edition(policy=self.OLD, effective_from=old_from),
            ],
        )

    def test_before_the_first_version_nothing_is_offered(self) -> None:
        found = decide(
            self.book(Governs.DECISION, "2026-01-15T00:00Z"), facts("A"), at="2026-01-14T00:00Z"
        )

        assert {
            ("protection", "A"): ("denied", "NOT_OFFERED", ""),
            ("rebate", "A"): ("denied", "NOT_OFFERED", ""),
        } == standings(found)
        assert {"editions"} == {each.clause for each in found.standings}
        assert {"P-A"} == {each.partner_id for each in found.standings}

    @pytest.mark.parametrize(
        ("governs", "first", "second"),
        [
            (Governs.DECISION, ("denied", "new"), ("denied", "new")),
            (Governs.FIRST_SUBMISSION, ("granted", "old"), ("denied", "old")),
            (Governs.OWN_SUBMISSION, ("granted", "old"), ("denied", "new")),
        ],
    )
    def test_which_version_judges_whom(
        self, governs: Governs, first: tuple[str, str], second: tuple[str, str]
    ) -> None:
        found = standings(decide(self.book(governs), facts("A", "B"), at=AT))

        judged = {name: found["protection", name] for name in "AB"}
        assert {"A": first, "B": second} == {
            name: (kind, version) for name, (kind, _, version) in judged.items()
        }

    def test_a_version_is_in_force_from_its_very_instant(self) -> None:
        just_before = "2026-01-31T23:59:59.999999Z"
        book = self.book(Governs.DECISION)

        before = standings(decide(book, facts("A"), at=just_before))
        then = standings(decide(book, facts("A"), at="2026-02-01T00:00Z"))

        assert ("granted", "GRANTED", "old") == before["protection", "A"]
        assert ("denied", "REGION", "new") == then["protection", "A"]
        assert ("denied", "NOT_OFFERED", "") == then["rebate", "A"]
        assert ("bid", "A") not in before

    def test_a_benefit_that_the_own_version_lacks_is_not_offered(self) -> None:
        decision = decide(self.book(Governs.OWN_SUBMISSION), facts("A", "B"), at=AT)

        found = standings(decision)
        assert ("denied", "NOT_OFFERED", "") == found["bid", "A"]
        assert "editions" == decision.standing("A", "bid").clause
        assert ("granted", "GRANTED", "new") == found["bid", "B"]
        assert ("granted", "GRANTED", "old") == found["rebate", "A"]
        assert ("denied", "NOT_OFFERED", "") == found["rebate", "B"]

    def test_every_policy_of_the_book_is_named(self) -> None:
        found = decide(self.book(Governs.DECISION), facts("A"), at=AT)

        assert [("Example", "old"), ("Example", "new")] == [
            (each.programme, each.version) for each in found.policies
        ]
        assert self.book(Governs.DECISION).in_force(found.at) == self.NEW

    @pytest.mark.parametrize("governs", list(Governs))
    @pytest.mark.parametrize(
        ("status", "standing"), [("submitted", "granted"), ("withdrawn", "denied")]
    )
    def test_a_book_of_one_and_nobody_live(
        self, governs: Governs, status: str, standing: str
    ) -> None:
        book = PolicyBook(
            programme="Example",
            governs=governs,
            editions=[Edition(policy=self.OLD, effective_from="2020-01-01T00:00Z")],
        )
        (only,) = facts("A").registrations
        registrations = [attrs.evolve(only, status=status)]

        found = decide(book, Facts(registrations=registrations), at=AT)

        assert {standing} == {each.kind.value for each in found.standings}


def test_a_contest_needs_no_order_to_be_decided() -> None:
    alone: Contest = contest("protection")

    found = decide(Policy(programme="Example", contests=[alone]), facts("A"), at=AT)

    assert {("protection", "A"): ("granted", "GRANTED", "1")} == standings(found)


def test_a_decision_names_what_it_was_made_from() -> None:
    policy = Policy(programme="Example", contests=[contest("protection", FIRST)])

    found = decide(policy, facts("A"), at=AT)

    assert (SEMANTICS, digest(facts("A"))) == (found.semantics, found.facts_digest)
    assert [policy_digest(policy)] == [each.digest for each in found.policies]


def test_what_is_no_record_cannot_be_re_run() -> None:
    with pytest.raises(UsageError, match="a decision's record"):
        rerun(facts("A"))
    with pytest.raises(UsageError, match=r"`export\.csv` is not facts"):
        decide(KNOWN, "export.csv", at=AT)
