"""What `lint` finds in a policy, one kind at a time."""

from pathlib import Path

import attrs
import pytest

from dealreg import (
    Elapsed,
    Field,
    Policy,
    Tally,
    Tie,
    check,
    contest,
    decide,
    earliest,
    external,
    field,
    head_start,
    highest,
    holder_of,
    lint,
    money,
    not_,
    not_holder_of,
    override,
    preferring,
    requirement,
    within,
)
from dealreg.analysis.lint import LINT_CODES
from dealreg.errors import UsageError
from dealreg.policy.stages import Effect

FIRST = earliest("submitted_at")
GOLD = requirement("GOLD", field("tier") >= "gold")


def rules(*parts, more=(), fields=(), **options):
    made = contest("protection", *parts)
    return Policy(
        programme="Example",
        tiers=["silver", "gold", "platinum"],
        contests=[attrs.evolve(made, **options), *more],
        fields=fields,
    )


def found(policy):
    whole = "contests[protection]."
    return {(each.code, each.path.removeprefix(whole)) for each in lint(policy).findings}


def codes(policy):
    return {each.code for each in lint(policy).findings}


def finding(policy, code):
    return next(each for each in lint(policy).findings if each.code == code)


class TestWhatDecidesNothing:
    def test_nothing_is_found_where_all_counts(self):
        assert lint(rules(GOLD, within("7 days"), highest("tier"), FIRST)).clean

    def test_a_requirement_that_another_contains(self):
        weaker = requirement("SILVER", field("tier") >= "silver")
        dead = finding(rules(GOLD, weaker, FIRST), "DEAD_REQUIREMENT")

        assert dead.path == "contests[protection].requires[SILVER]"
        assert dead.exact
        assert "`tier >= silver`" in dead.message

    def test_a_requirement_that_another_contest_makes_superfluous(self):
        bid = contest("special_bid", holder_of("protection"), GOLD)
        again = lint(rules(GOLD, FIRST, more=[bid])).findings

        assert [(each.code, each.path) for each in again] == [
            ("DEAD_REQUIREMENT", "contests[special_bid].requires[GOLD]")
        ]

    def test_parts_of_a_rule(self):
        rule = (field("tier") >= "gold") | ((field("tier") == "platinum") & (field("score") >= 3))
        assert found(rules(requirement("R", rule), FIRST)) == {
            ("DEAD_RULE", "requires[R].that.any[1]")
        }

    def test_a_part_behind_not(self):
        rule = not_((field("tier") == "gold") & (field("tier") >= "gold"))
        assert found(rules(requirement("R", rule), FIRST)) == {
            ("DEAD_RULE", "requires[R].that.not.all[1]")
        }

    def test_a_window_before_an_order_that_is_the_same_without(self):
        assert ("DEAD_WINDOW", "window") in found(rules(within("7 days"), FIRST))
        assert ("DEAD_WINDOW", "window") not in found(
            rules(within("7 days"), highest("tier"), FIRST)
        )

    def test_a_preference_that_all_share(self):
        policy = rules(requirement("R", field("tier") == "gold"), highest("tier"), FIRST)

        assert found(policy) == {("DEAD_PREFERENCE", "prefer[0]")}

    def test_an_override_that_nobody_left_can_satisfy(self):
        never = override("NEVER", when=field("tier") == "silver")

        assert found(rules(GOLD, never, FIRST)) == {("DEAD_OVERRIDE", "overrides[NEVER]")}

    def test_a_part_of_the_rule_of_an_override_or_of_a_preference(self):
        part = (field("score") >= 5) | ((field("score") >= 9) & (field("tier") == "gold"))
        overridden = rules(override("GOOD", when=part), FIRST)
        preferred = rules(preferring(part).then(FIRST))

        assert found(overridden) == {("DEAD_RULE", "overrides[GOOD].when.any[1]")}
        assert found(preferred) == {("DEAD_RULE", "prefer[0].when.any[1]")}

    def test_a_dependence(self):
        bid = contest("special_bid", holder_of("protection"), GOLD)
        demo = contest("demo", holder_of("special_bid"), holder_of("protection"), FIRST)
        dead = finding(rules(FIRST, more=[bid, demo]), "DEAD_DEPENDENCE")

        assert dead.path == "contests[demo].after[protection]"

    def test_an_order_among_one(self):
        bid = contest(
            "special_bid", holder_of("protection"), within("7 days"), highest("tier"), FIRST
        )
        (dead,) = lint(rules(FIRST, more=[bid])).findings

        assert (dead.code, dead.path) == ("DEAD_ORDER", "contests[special_bid].prefer")
        assert "`protection`" in dead.message

    def test_a_benefit_that_nobody_gets(self):
        silver = requirement("SILVER", field("tier") == "silver")
        bid = contest("special_bid", holder_of("protection"), silver, FIRST)
        (never,) = (
            e for e in lint(rules(GOLD, FIRST, more=[bid])).findings if e.code != "DEADLOCK"
        )

        assert (never.code, never.path) == ("NEVER_GRANTED", "contests[special_bid]")

    def test_not_of_a_benefit_that_may_be_got_beside_a_rival(self):
        rest = contest("consolation", not_holder_of("protection"), FIRST)

        assert "NEVER_GRANTED" not in codes(rules(FIRST, more=[rest]))

    def test_a_partner_that_is_named_may_get_it(self):
        named = requirement("NAMED", field("partner_id") == "Arbor")

        assert "NEVER_GRANTED" not in codes(rules(named, FIRST))

    def test_says_what_bounds_it(self):
        took = Field("took", "integer", derived=Elapsed("submitted_at", "completed_at", "days"))
        asked, weaker = (
            requirement(code, field("took") <= most) for code, most in (("ASKED", 2), ("AGAIN", 3))
        )
        dead = finding(rules(asked, weaker, FIRST, fields=[took]), "DEAD_REQUIREMENT")

        assert not dead.exact
        assert "calendar" in {each.code.value for each in dead.limits}

    def test_what_follows_whatever_the_answer_is(self):
        asked = requirement("ASKED", external("approved by hand"))
        weaker = requirement("AGAIN", external("approved by hand") | (field("tier") >= "gold"))

        assert finding(rules(asked, weaker, FIRST), "DEAD_REQUIREMENT").exact

    def test_a_cap_that_no_case_reaches_is_not_called_dead(self):
        week = Field("filed", "integer", derived=Tally(same=["partner_id"]))
        capped = requirement("CAP", field("filed") < 35)

        assert "DEAD_REQUIREMENT" not in codes(rules(capped, FIRST, fields=[week]))


class TestWhatSurprises:
    def test_a_window_with_three_levels(self):
        policy = rules(within("7 days"), highest("tier"), FIRST)
        told = finding(policy, "BYSTANDER")
        before, after = told.trials

        assert told.path == "contests[protection].window"
        assert [len(each.facts.registrations) for each in (before, after)] == [3, 2]
        assert _holders(before) == ["R2"]
        assert _holders(after) == ["R3"]

    def test_not_a_window_with_two_levels(self):
        known = requirement("TIER", field("tier").is_known())
        whole = rules(known, within("7 days"), highest("tier"), FIRST)

        assert "BYSTANDER" in codes(whole)
        assert lint(attrs.evolve(whole, tiers=["silver", "gold"])).clean

    def test_a_window_of_a_moment(self):
        assert "BYSTANDER" in codes(rules(within("2 minutes"), highest("tier"), FIRST))

    def test_ties_by_number(self):
        policy = rules(highest("tier"), tie=Tie.REGISTRATION_ID)
        told = finding(policy, "TIES_BY_NUMBER")
        first, second = told.trials[0].facts.registrations

        assert _holders(told.trials[0]) == [first.registration_id]
        assert first.submitted_at > second.submitted_at

    @pytest.mark.parametrize("tie", [Tie.REFER, Tie.SHARE])
    def test_not_where_a_person_decides_or_they_share(self, tie):
        assert "TIES_BY_NUMBER" not in codes(rules(highest("tier"), tie=tie))

    def test_a_preference_after_an_instant(self):
        assert ("AFTER_INSTANT", "prefer[1]") in found(rules(FIRST, highest("tier")))
        assert ("AFTER_INSTANT", "prefer[0]") in found(rules(head_start("1 days"), highest("tier")))
        assert lint(rules(FIRST, earliest("approved_at"))).clean

    def test_an_order_by_what_applicants_state(self):
        told = finding(rules(highest("quantity"), FIRST), "SELF_REPORTED_ORDER")
        before, after = told.trials
        claims = [each.facts.registrations for each in told.trials]

        assert told.path == "contests[protection].prefer[0]"
        assert set(_holders(after)) - set(_holders(before))
        assert sum(one != other for one, other in zip(*claims, strict=True)) == 1

    def test_a_rule_about_what_applicants_state(self):
        policy = rules(requirement("SMALL", field("amount") >= money("10000 EUR")), FIRST)
        told = finding(policy, "SELF_REPORTED_RULE")

        assert told.path == "contests[protection].requires[SMALL].that"
        assert [_holders(each) for each in told.trials] == [[], ["R1"]]

    def test_not_what_the_vendor_knows(self):
        assert lint(rules(requirement("R", field("score") >= 3), FIRST)).clean

    def test_a_deadlock(self):
        bid = contest("special_bid", holder_of("protection"), GOLD)
        told = finding(rules(FIRST, more=[bid]), "DEADLOCK")

        assert told.path == "contests[special_bid].requires[GOLD]"
        assert "no grace period" in told.message
        assert told.trials[0].decision.deadlocks

    def test_a_deadlock_of_one_benefit(self):
        closes = override("LED", when=field("lead_source") == "vendor", effect=Effect.CLOSES)
        told = finding(rules(closes, FIRST), "DEADLOCK")

        assert "nobody gets it" in told.message


class TestTheWhole:
    def test_has_what_the_checker_warns_of(self):
        policy = rules(requirement("R", field("tier") >= "silver"), FIRST)
        (warned,) = check(policy).warnings
        (told,) = lint(policy).findings

        assert (told.code, told.path, told.message) == (warned.code, warned.path, warned.message)

    def test_asks_nothing_more_where_requirements_contradict(self):
        never = requirement("R", (field("score") >= 5) & (field("score") < 1))

        assert [e.code for e in lint(rules(never, FIRST)).findings] == ["NEVER_TRUE"]

    def test_refuses_what_is_no_policy(self):
        with pytest.raises(UsageError, match="not a policy"):
            lint("policy.toml")

    def test_the_page_lists_every_code(self):
        page = Path(__file__).parents[3] / "docs" / "reference" / "lint.md"
        rows = [line.split(" | ") for line in page.read_text("utf-8").splitlines()]
        listed = {row[0].strip("| `"): row[1] for row in rows if row[0].startswith("| `")}

        assert listed == dict(LINT_CODES)

    def test_every_trial_is_decided_so_again(self):
        bid = contest("special_bid", holder_of("protection"), GOLD)
        policy = rules(within("7 days"), highest("quantity"), highest("tier"), FIRST, more=[bid])
        trials = [trial for each in lint(policy).findings for trial in each.trials]

        assert len(trials) > 4
        for each in trials:
            assert decide(policy, each.facts, at=each.at) == each.decision


def _holders(trial):
    return [
        each.registration_id
        for each in trial.decision.standings
        if each.kind.value == "granted" and each.benefit == "protection"
    ]
