"""Axioms of the shapes of which it is known how they stand, and how they are asked."""

from datetime import UTC, datetime
from pathlib import Path

import attrs
import pytest

from dealreg import (
    Policy,
    Tie,
    axioms,
    contest,
    decide,
    earliest,
    everyone_qualifying,
    field,
    head_start,
    highest,
    holder_of,
    latest,
    period,
    requirement,
    same_period,
    within,
)
from dealreg.analysis.axioms import AXIOMS
from dealreg.errors import UsageError
from dealreg.outcome.axioms import Holds

FIRST = earliest("submitted_at")
GOLD = requirement("GOLD", field("tier") >= "gold")
WINDOW = (within("7 days"), highest("tier"), FIRST)


def rules(*parts, more=(), **options):
    made = contest("protection", *parts)
    return Policy(
        programme="Example",
        tiers=["silver", "gold", "platinum"],
        contests=[attrs.evolve(made, **options), *more],
    )


def verdict(policy, code, benefit="protection"):
    return next(each for each in axioms(policy, code).verdicts if each.benefit == benefit)


HELD = {
    "first come": (
        rules(FIRST),
        (
            *("A2", "A3", "A5", "A7", "A8", "A9", "A10", "A12", "A13", "A14", "A15", "A16"),
            *("A11", "A17", "A18", "A19", "A20", "A25", "A28", "A30"),
        ),
    ),
    "tier first": (rules(highest("tier"), FIRST), ("A8", "A9", "A13", "A14", "A16", "A19", "A28")),
    "anchored window": (rules(*WINDOW), ("A3", "A5", "A7", "A8", "A9", "A10", "A11", "A12", "A18")),
    "head start": (rules(head_start("7 days")), ("A8", "A9", "A14", "A16", "A19", "A28")),
    "by score": (rules(highest("satisfaction_score"), FIRST), ("A8", "A10", "A18", "A28")),
    "everyone": (rules(everyone_qualifying(), GOLD), ("A5", "A8", "A9", "A12")),
}
"""Shapes that satisfy axioms however many registrations there are."""

VIOLATED = {
    "first come": (rules(FIRST), {"A27": 2}),
    "tier first": (rules(highest("tier"), FIRST), {"A20": 2, "A25": 2}),
    "anchored window": (rules(*WINDOW), {"A13": 3, "A14": 3, "A19": 3, "A21": 3, "A28": 3}),
    "by value": (rules(highest("quantity"), FIRST), {"A16": 3, "A17": 2, "A18": 2, "A20": 2}),
    "latest": (rules(latest("submitted_at")), {"A9": 2, "A11": 2, "A20": 2, "A25": 2}),
    "calendar period": (rules(same_period("weeks"), highest("tier"), FIRST), {"A5": 2}),
    "by number": (rules(highest("tier"), tie=Tie.REGISTRATION_ID), {"A3": 2, "A11": 2}),
    "a person": (rules(highest("tier")), {"A2": 2}),
    "lowest tier": (rules(requirement("R", field("tier") == "silver"), FIRST), {"A8": 1}),
    "best score out": (
        rules(requirement("R", field("satisfaction_score") < 5), FIRST),
        {"A10": 1},
    ),
    "cut-over": (
        rules(requirement("R", field("submitted_at") < datetime(2026, 6, 1, tzinfo=UTC)), FIRST),
        {"A5": 1},
    ),
    "a deadlock": (rules(FIRST, more=[contest("special_bid", holder_of("protection"), GOLD)]), {}),
    "a dead rule": (rules(GOLD, requirement("S", field("tier") >= "silver"), FIRST), {"A30": 0}),
}
"""Shapes that violate axioms, and how many registrations it takes."""


class TestVerdicts:
    @pytest.mark.parametrize("name", HELD)
    def test_held_by_proof(self, name):
        policy, codes = HELD[name]
        found = {each.code: each for each in axioms(policy, *codes).verdicts}

        assert {code: (found[code].holds, found[code].exact) for code in codes} == dict.fromkeys(
            codes, (Holds.HELD, True)
        )

    @pytest.mark.parametrize("name", VIOLATED)
    def test_violated_by_a_case(self, name):
        policy, codes = VIOLATED[name]
        found = {each.code: each for each in axioms(policy, *codes).violated}
        sizes = {
            code: max((len(t.facts.registrations) for t in found[code].trials), default=0)
            for code in codes
        }

        assert sizes == codes

    @pytest.mark.parametrize("name", VIOLATED)
    def test_every_counterexample_is_decided_so_again(self, name):
        policy, codes = VIOLATED[name]
        trials = [t for each in axioms(policy, *codes).verdicts for t in each.trials]

        assert all(decide(policy, each.facts, at=each.at) == each.decision for each in trials)

    def test_bounded_says_why(self):
        found = verdict(rules(*WINDOW), "A16")

        assert (found.holds, found.exact) == (Holds.HELD, False)
        assert "varied" in {each.code.value for each in found.limits}
        assert found.registrations == 3

    def test_a_deadlock(self):
        bid = contest("special_bid", holder_of("protection"), GOLD)
        policy = rules(FIRST, more=[bid])
        found = verdict(policy, "A7", "special_bid")

        assert found.holds is Holds.VIOLATED
        assert found.about == ("R2", "R1")
        assert verdict(policy, "A7").holds is Holds.HELD
        assert verdict(policy, "A14", "special_bid").holds is Holds.VIOLATED

    def test_a_dead_rule_names_the_part(self):
        found = verdict(rules(GOLD, requirement("S", field("tier") >= "silver"), FIRST), "A30")

        assert found.about == ("contests[protection].requires[S]",)
        assert found.trials == ()

    def test_what_is_not_asked(self):
        many = rules(everyone_qualifying(), GOLD)
        no_tiers = attrs.evolve(rules(FIRST), tiers=())
        clock = rules(FIRST, period("90 days", starts="approved_at"))

        assert verdict(many, "A2").holds is Holds.NOT_ASKED
        assert verdict(no_tiers, "A27").holds is Holds.NOT_ASKED
        assert verdict(clock, "A5").holds is Holds.NOT_ASKED

    def test_nothing_of_a_counterexample_is_before_it_was_filed(self):
        again = rules(earliest("last_submitted_at"))
        found = axioms(again, "A2", "A20", "A25").violated
        trials = [each for verdict in found for each in verdict.trials]

        assert [each.code for each in found] == ["A2", "A20", "A25"]
        assert all(
            each.last_submitted_at is None or each.last_submitted_at >= each.submitted_at
            for trial in trials
            for each in trial.facts.registrations
        )

    @pytest.mark.parametrize(
        ("parts", "codes"),
        [
            ((highest("quantity"), FIRST), ("A20", "A25")),
            ((latest("submitted_at"),), ("A11", "A20", "A25")),
            ((within("7 days"), FIRST), ("A20", "A25")),
        ],
    )
    def test_what_is_not_argued_for_every_size(self, parts, codes):
        assert not any(
            each.exact and each.holds is Holds.HELD
            for each in axioms(rules(*parts), *codes).verdicts
        )

    def test_better_does_not_win_a_tie_by_number(self):
        by_number = rules(highest("tier"), FIRST, tie=Tie.REGISTRATION_ID)

        assert not verdict(by_number, "A11").exact
        assert verdict(rules(highest("tier"), FIRST), "A11").exact

    def test_the_earliest_of_a_counterexample_filed_at_another_time(self):
        (found,) = axioms(rules(within("7 days"), highest("tier")), "A2").violated
        times = {each.submitted_at for each in found.trials[0].facts.registrations}

        assert len(times) == 2


class TestAsking:
    def test_all_of_them(self):
        found = axioms(rules(FIRST))

        assert [each.code for each in found.verdicts] == list(AXIOMS)
        assert {each.code for each in found.verdicts if each.holds is Holds.BY_LAW} == {
            each.code for each in AXIOMS.values() if each.law
        }

    def test_laws_name_clauses_of_the_specification(self):
        spec = Path(__file__).parents[3] / "docs" / "spec"
        text = "".join(page.read_text("utf-8") for page in sorted(spec.glob("*.md")))

        assert [e.law for e in AXIOMS.values() if e.law and f"**{e.law}**" not in text] == []

    def test_refuses_what_is_no_axiom(self):
        with pytest.raises(UsageError, match="`A99` is not an axiom"):
            axioms(rules(FIRST), "A99")

    def test_refuses_what_is_no_policy(self):
        with pytest.raises(UsageError, match="not a policy"):
            axioms("policy.toml")
