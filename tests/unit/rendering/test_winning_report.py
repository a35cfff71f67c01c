"""What would have won, in words: all for a channel manager, nothing of rivals for a partner."""

from datetime import date

import pytest

from dealreg import (
    EndCustomer,
    Facts,
    Field,
    Opportunity,
    Partner,
    Policy,
    Registration,
    UsageError,
    contest,
    earliest,
    field,
    highest,
    lowest,
    money,
    requirement,
    what_would_win,
)
from dealreg.facts.fields import FieldType, Subject
from dealreg.rendering import report_what_would_win

AT = "2026-06-01T00:00Z"
FIRST = earliest("submitted_at")


def said(*parts, audience="channel_manager", own=None, rival=None, fields=(), form="text", **more):
    policy = Policy(
        programme="Example",
        tiers=("bronze", "silver", "gold"),
        fields=fields,
        contests=[contest("protection", *parts)],
    )
    shared = {"opportunity_id": "O-1", "submitted_at": "2026-03-01T09:00Z"}
    registrations = [
        Registration(registration_id="B", partner_id="P-B", **{**shared, **(own or {})})
    ]
    if rival is not None:
        registrations.append(
            Registration(registration_id="A-113", partner_id="P-A", **{**shared, **rival})
        )
    facts = Facts(
        registrations=registrations,
        partners=[
            Partner(partner_id="P-B", tier="bronze", accreditations=["vdi", "Rival Ltd"]),
            Partner(partner_id="P-A", name="Rival Ltd", tier="silver"),
        ],
        opportunities=[Opportunity(opportunity_id="O-1", customer_id="C-1")],
        customers=[EndCustomer(customer_id="C-1")],
    )
    found = what_would_win(policy, facts, "B", "protection", at=AT, **more)
    return report_what_would_win(found, policy, audience=audience, form=form).splitlines()


GOLD = requirement("GOLD", field("tier") >= "gold")


class TestChannelManager:
    def test_says_what_how_much_and_by_whom(self):
        lines = said(GOLD, requirement("Q", field("quantity") >= 3), FIRST, own={"quantity": 1})

        assert lines[0] == "What would have won: the protection for B"
        assert "As of 1 June 2026, 00:00 UTC: B of partner P-B does not get it [GOLD]." in lines
        assert "- The quantity: 3 instead of 1 (the partner can change it; cost 1)." in lines
        assert (
            "- The partner's tier: gold instead of bronze (the vendor records it; cost 2)." in lines
        )
        assert "Then B would have stood like this. protection: gets it." in lines
        assert "Together this costs 3. No cheaper change wins." in lines

    def test_says_what_is_added_and_what_taken_away(self):
        rule = field("accreditations").covers("cloud") & ~field("accreditations").overlaps("vdi")
        lines = said(requirement("R", rule), FIRST)

        assert (
            "- The partner's accreditations: cloud as well, and not vdi (the vendor records it; "
            "cost 2)."
        ) in lines

    def test_says_that_an_empty_set_is_known(self):
        lines = said(requirement("R", field("products").is_known()), FIRST)

        assert any("none, where nothing was known" in line for line in lines)

    def test_says_a_yes_or_no_as_a_statement(self):
        rule = requirement("R", field("in_good_standing").is_true())
        lines = said(rule, FIRST)

        assert lines[7].startswith("- The partner is in good standing (")

    def test_says_that_nothing_wins(self):
        lines = said(
            requirement("R", field("quantity") > 3), requirement("S", field("quantity") < 3)
        )

        assert lines[5] == "No change wins. What bears on it and may change: quantity."

    def test_says_that_nothing_may_change(self):
        assert "Nothing that bears on it may change." in said(FIRST, own={"status": "lost"})

    def test_says_that_no_change_is_needed(self):
        lines = said(FIRST)

        assert lines[3:] == [
            "As of 1 June 2026, 00:00 UTC: B of partner P-B gets it.",
            "",
            "No change is needed.",
        ]

    def test_says_what_bounds_the_answer(self):
        lines = said(GOLD, FIRST, tries=1)

        assert "No change was found that wins. What bears on it and may change: tier." in lines
        assert "One change was tried. The answer is bounded. What bounds it:" in lines
        assert "- contests[protection]: there is more to try than was tried." in lines

    def test_says_that_a_cheaper_one_may_win(self):
        rule = requirement("R", field("products").covers(*"abcdefghijkl"))
        lines = said(rule, FIRST, own={"products": []})

        assert "Together this costs 12. A cheaper change may win." in lines


class TestPartner:
    @pytest.mark.parametrize(
        ("parts", "own", "rival", "line"),
        [
            ((GOLD,), {}, None, "- Your tier: gold instead of bronze."),
            (
                (highest("quantity"),),
                {"quantity": 2},
                {"quantity": 8113},
                "- The quantity: higher than it is.",
            ),
            (
                (lowest("quantity"),),
                {"quantity": 8200},
                {"quantity": 8113},
                "- The quantity: lower than it is.",
            ),
            (
                (highest("amount", currency="EUR"),),
                {"amount": money("5 EUR")},
                {"amount": money("8113 EUR")},
                "- The estimated value: higher than it is.",
            ),
            (
                (earliest("estimated_close"),),
                {"estimated_close": date(2026, 8, 2)},
                {"estimated_close": date(2026, 8, 1)},
                "- The expected close of the deal: earlier than it is.",
            ),
            (
                (requirement("R", field("region") == "north"),),
                {"region": "P-A"},
                None,
                '- The region of use: "north" instead of what is on record.',
            ),
            (
                (requirement("R", field("accreditations").only("vdi", "x")),),
                {},
                None,
                "- Your accreditations: without some of those on record.",
            ),
            (
                (requirement("R", field("accreditations").covers("vdi", "x")),),
                {},
                None,
                "- Your accreditations: x as well.",
            ),
            (
                (requirement("R", field("products").is_known()),),
                {},
                None,
                "- The products in scope: none, where nothing was known.",
            ),
        ],
    )
    def test_is_told_its_own(self, parts, own, rival, line):
        lines = said(*parts, audience="partner", own=own, rival=rival)

        assert lines[-1] == line
        assert not any(
            word in "\n".join(lines) for word in ("8113", "8114", "Rival", "P-A", "A-113")
        )

    def test_is_told_nothing_of_the_customer(self):
        rule = requirement("R", field("customer_industry") == "energy")
        lines = said(rule, FIRST, audience="partner", changeable={"customer_industry": "vendor"})

        assert lines[-1] == "- What the vendor has on record about the customer's industry."

    def test_is_not_told_the_time_of_the_rival(self):
        lines = said(
            FIRST,
            audience="partner",
            own={"submitted_at": "2026-03-05T09:00Z"},
            rival={"submitted_at": "2026-03-02T10:11Z"},
            changeable={"submitted_at": "partner"},
        )

        assert lines[-1] == "- The submission of your registration: earlier than it is."

    def test_is_told_that_another_value_would_do(self):
        own = Field("visits", FieldType.INTEGER, Subject.REGISTRATION)
        lines = said(
            highest("visits"), fields=[own], audience="partner", rival={"attributes": {"visits": 7}}
        )

        assert lines[-1] == "- Your registration's visits: other than it is."

    def test_is_told_that_nothing_would_have_won(self):
        rules = requirement("R", field("quantity") > 3), requirement("S", field("quantity") < 3)

        assert said(*rules, audience="partner")[-1] == (
            "No change of what may change would have won it."
        )
        assert said(GOLD, audience="partner", tries=1)[-1] == (
            "No change of what may change was found that would have won it."
        )

    def test_is_told_that_it_has_it(self):
        assert said(FIRST, audience="partner")[-1] == "Your registration has the protection."

    def test_is_told_in_markdown_too(self):
        assert said(GOLD, audience="partner", form="markdown")[0].startswith("# ")


class TestWrongArguments:
    def test_names_the_audience(self):
        with pytest.raises(UsageError, match="channel_manager"):
            said(FIRST, audience="chanel_manager")

    def test_wants_what_was_found(self):
        with pytest.raises(UsageError, match="what_would_win"):
            report_what_would_win("nothing", None)
