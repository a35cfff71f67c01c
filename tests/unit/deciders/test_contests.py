"""How a contest is decided, clause by clause of docs/spec/contests.md, in small tables."""

from fractions import Fraction

import pytest

from dealreg import (
    ALWAYS,
    Joint,
    Opportunity,
    Stature,
    Tie,
    banded,
    competing_on,
    contest,
    earliest,
    everyone_qualifying,
    field,
    fraction_of_holder,
    head_start,
    highest,
    holder_of,
    holders,
    latest,
    lowest,
    money,
    not_holder_of,
    one_per,
    others,
    override,
    period,
    preferring,
    requirement,
    same_period,
    terms,
    within,
)
from dealreg.policy.builders import Part
from dealreg.wire import from_json, to_json
from tests.unit.deciders.table import decided, row, ruled, shown

FIRST = earliest("submitted_at")
BIG = requirement("SMALL", field("quantity") >= 10)
ASK = requirement("ASK", field("quantity") >= 10, if_false="refer", if_unknown="refer")
DUPLICATE = "denied DUPLICATE_OTHER_PARTNER"


def protection(*parts: Part) -> object:
    return contest("protection", *parts)


class TestScope:
    """C-1, C-2."""

    def test_different_opportunities_do_not_compete(self) -> None:
        found = decided(protection(FIRST), row("A"), row("B", opportunity_id="O2"))

        assert {"A": "1st", "B": "1st"} == shown(found)

    def test_a_key_that_is_not_known_is_returned(self) -> None:
        found = decided(protection(FIRST), row("A", opportunity_id=None), row("B", 2))

        assert {"A": "returned SCOPE_UNKNOWN", "B": "1st"} == shown(found)
        assert ("opportunity_id",) == found.standing("A", "protection").missing

    @pytest.mark.parametrize(
        ("award", "expected"),
        [
            ("whole", {"A": "1st", "B": "1st", "C": f"{DUPLICATE} < B"}),
            (
                "by_line",
                {"A/p": "1st", "B/q": "1st", "C/p": f"{DUPLICATE} < A", "C/q": f"{DUPLICATE} < B"},
            ),
        ],
    )
    def test_scopes_that_overlap_in_part(self, award: str, expected: dict[str, str]) -> None:
        scope = competing_on("opportunity_id", lines="products", award=award)

        found = decided(
            protection(FIRST, scope),
            row("A", 1, products=["p"]),
            row("B", 2, products=["q"]),
            row("C", 3, products=["p", "q"]),
        )

        assert expected == shown(found)

    def test_by_line_a_registration_can_win_one_line_and_lose_another(self) -> None:
        scope = competing_on("opportunity_id", lines="products", award="by_line")

        found = decided(
            protection(FIRST, scope), row("A", 1, products=["p"]), row("B", 2, products=["p", "q"])
        )

        assert {"A/p": "1st", "B/p": f"{DUPLICATE} < A", "B/q": "1st"} == shown(found)

    def test_a_scope_not_stated_covers_everything_or_is_returned(self) -> None:
        whole = competing_on("opportunity_id", lines="products")
        by_line = competing_on("opportunity_id", lines="products", award="by_line")
        rows = row("A", 1), row("B", 2, products=["p"])

        assert {"A": "1st", "B": f"{DUPLICATE} < A"} == shown(
            decided(protection(FIRST, whole), *rows)
        )
        assert {"A": "returned SCOPE_UNKNOWN", "B/p": "1st"} == shown(
            decided(protection(FIRST, by_line), *rows)
        )


class TestAdmission:
    """C-3, C-4."""

    @pytest.mark.parametrize(
        ("status", "standing"),
        [
            ("draft", "denied DRAFT"),
            ("returned", "returned RETURNED"),
            ("withdrawn", "denied WITHDRAWN"),
            ("cancelled", "denied CANCELLED"),
            ("revoked", "denied REVOKED"),
            ("rejected", "denied REJECTED"),
            ("expired", "denied EXPIRED"),
            ("superseded", "denied SUPERSEDED"),
            ("lost", "denied LOST"),
        ],
    )
    def test_what_is_not_live_does_not_compete(self, status: str, standing: str) -> None:
        found = decided(protection(FIRST), row("A", 1, status=status), row("B", 2))

        assert {"A": standing, "B": "1st"} == shown(found)

    def test_a_deal_that_is_won_is_over_for_all_who_wanted_it(self) -> None:
        found = decided(protection(FIRST), row("A", 1, status="won"), row("B", 2))

        assert shown(found) == {"A": "denied WON", "B": "denied OPPORTUNITY_WON < A"}

    def test_what_is_not_yet_submitted_does_not_compete(self) -> None:
        found = decided(protection(FIRST), row("A", 5), row("B", 7), at="2026-03-05T10:00Z")

        assert {"A": "1st", "B": "denied NOT_YET_SUBMITTED"} == shown(found)

    @pytest.mark.parametrize(
        ("quantity", "region", "standing"),
        [
            (10, "north", "1st"),
            (9, "north", "denied SMALL"),
            (None, "north", "returned SMALL"),
            (9, None, "denied SMALL"),
            (None, "south", "denied REGION"),
            (10, None, "referred REGION"),
            (None, None, "returned SMALL"),
        ],
    )
    def test_a_denial_outweighs_a_return_and_a_return_a_referral(
        self, quantity: int | None, region: str | None, standing: str
    ) -> None:
        where = requirement("REGION", field("region") == "north", if_unknown="refer")

        found = decided(protection(BIG, where, FIRST), row("A", quantity=quantity, region=region))

        assert {"A": standing} == shown(found)

    @pytest.mark.parametrize(
        ("verdict", "day", "standing"),
        [
            ("accept", 20, "1st"),
            ("refuse", 20, "denied RULED_AGAINST"),
            ("accept", 31, "referred ASK"),
        ],
    )
    def test_a_ruling_counts_from_when_it_was_made(
        self, verdict: str, day: int, standing: str
    ) -> None:
        found = decided(
            protection(ASK, FIRST),
            row("A", quantity=1),
            rulings=(ruled("A", verdict, day),),
            at="2026-03-25T00:00Z",
        )

        assert {"A": standing} == shown(found)

    def test_the_latest_ruling_counts(self) -> None:
        rulings = ruled("A", "accept", 10), ruled("A", "refuse", 11)

        found = decided(protection(ASK, FIRST), row("A", quantity=1), rulings=rulings)

        assert {"A": "denied RULED_AGAINST"} == shown(found)

    def test_a_ruling_changes_nothing_where_nothing_is_left_to_a_person(self) -> None:
        rulings = ruled("A", "accept"), ruled("B", "refuse"), ruled("C", "accept", benefit="other")

        found = decided(
            protection(BIG, FIRST),
            row("A", 1, quantity=1),
            row("B", 2, quantity=10),
            row("C", 3, quantity=10),
            rulings=rulings,
        )

        assert {"A": "denied SMALL", "B": "1st", "C": f"{DUPLICATE} < B"} == shown(found)


class TestAwaitingARuling:
    """C-5."""

    def test_a_holder_who_would_be_displaced_is_held_back(self) -> None:
        found = decided(protection(ASK, FIRST), row("A", 1, quantity=1), row("B", 2, quantity=10))

        assert {"A": "referred ASK", "B": "referred AWAITS_RULING < A"} == shown(found)
        (referral,) = found.referrals
        assert ("ASK", ("A", "B")) == (referral.code, referral.candidates)

    def test_a_holder_who_would_stay_is_not(self) -> None:
        found = decided(protection(ASK, FIRST), row("A", 2, quantity=1), row("B", 1, quantity=10))

        assert "1st" == shown(found)["B"]

    def test_nobody_is_asked_about_one_who_would_get_nothing_anyway(self) -> None:
        rows = row("A", 2, quantity=1), row("B", 1, quantity=10)

        nothing = decided(protection(ASK, FIRST), *rows)
        something = decided(protection(ASK, FIRST, others(terms("rest", "1"))), *rows)

        assert f"{DUPLICATE} < B" == shown(nothing)["A"]
        assert () == nothing.referrals
        assert "referred ASK" == shown(something)["A"]

    def test_a_rank_that_could_change_is_held_back(self) -> None:
        found = decided(
            protection(ASK, FIRST, everyone_qualifying(), terms("1st", "20"), terms("2nd", "10")),
            row("A", 1, quantity=1),
            row("B", 2, quantity=10),
        )

        assert "referred AWAITS_RULING < A" == shown(found)["B"]


class TestOverrides:
    """C-6."""

    CHOSEN = override("CUSTOMER_CHOICE", field("chosen_by_customer").is_true())

    def test_the_first_that_applies_takes_the_contest(self) -> None:
        deal = Opportunity(opportunity_id="O", customer_choice="P-C", incumbent_partner_id="P-B")
        incumbent = override("INCUMBENT", field("incumbent").is_true())
        rows = row("A", 1), row("B", 2), row("C", 30)

        both = decided(
            protection(self.CHOSEN, incumbent, within("7 days"), FIRST),
            *rows,
            opportunities=(deal,),
        )
        second = decided(
            protection(incumbent, self.CHOSEN, within("7 days"), FIRST),
            *rows,
            opportunities=(deal,),
        )

        assert {
            "A": "denied CUSTOMER_CHOICE < C",
            "B": "denied CUSTOMER_CHOICE < C",
            "C": "1st",
        } == shown(both)
        assert "1st" == shown(second)["B"]

    def test_it_does_not_help_who_is_not_eligible(self) -> None:
        deal = Opportunity(opportunity_id="O", customer_choice="P-B")

        found = decided(
            protection(self.CHOSEN, BIG, FIRST),
            row("A", 1, quantity=10),
            row("B", 2, quantity=1),
            opportunities=(deal,),
        )

        assert {"A": "1st", "B": "denied SMALL"} == shown(found)

    def test_one_that_closes_gives_it_to_nobody(self) -> None:
        closes = override("TENDER", field("region") == "north", effect="closes")

        found = decided(protection(closes, FIRST), row("A", 1), row("B", 2, region="north"))

        assert {"A": "denied TENDER", "B": "denied TENDER"} == shown(found)
        assert [("A", None)] == [(each.blocked, each.blocker) for each in found.deadlocks]

    def test_one_that_refers_asks_a_person_and_takes_the_answer(self) -> None:
        refers = protection(override("DESK", field("region") == "north", effect="refers"), FIRST)
        rows = row("A", 1), row("B", 2, region="north"), row("C", 3)

        asked = decided(refers, *rows)
        answered = decided(refers, *rows, rulings=(ruled("C", "accept"), ruled("B", "refuse")))

        assert dict.fromkeys("ABC", "referred DESK") == shown(asked)
        assert [("A", "B", "C")] == [each.candidates for each in asked.referrals]
        assert {"A": "denied DESK < C", "B": "denied RULED_AGAINST", "C": "1st"} == shown(answered)


class TestWindow:
    """C-7."""

    def test_the_last_instant_of_a_grace_window_is_inside(self) -> None:
        rows = (
            row("A", 1, "silver"),
            row("B", 8, "gold"),
            row("C", 1, "platinum", submitted_at="2026-03-08T09:00:00.000001Z"),
        )

        found = decided(protection(within("7 days"), highest("tier")), *rows)

        assert {"A": f"{DUPLICATE} < B", "B": "1st", "C": "denied OUTSIDE_WINDOW < A"} == shown(
            found
        )

    def test_it_is_anchored_at_the_earliest_eligible(self) -> None:
        rows = row("A", 1, quantity=1), row("B", 5, quantity=10), row("C", 12, quantity=10)

        found = decided(protection(BIG, within("7 days"), latest("submitted_at")), *rows)

        assert {"A": "denied SMALL", "B": f"{DUPLICATE} < C", "C": "1st"} == shown(found)

    def test_three_tiers_do_not_go_in_circles(self) -> None:
        rows = row("A", 1, "silver"), row("B", 5, "gold"), row("C", 10, "platinum")

        found = decided(protection(within("7 days"), highest("tier")), *rows)

        assert "1st" == shown(found)["B"]

    @pytest.mark.parametrize(("unit", "winner"), [("days", "A"), ("weeks", "B"), ("months", "C")])
    def test_a_bucket_holds_those_of_the_same_day_week_or_month(
        self, unit: str, winner: str
    ) -> None:
        rows = row("A", 2, "silver"), row("B", 8, "gold"), row("C", 31, "platinum")

        found = decided(protection(same_period(unit), highest("tier")), *rows)

        assert "1st" == shown(found)[winner]

    @pytest.mark.parametrize(
        ("length", "winner"), [("3 days", "A"), ("4 days", "B"), ("6 days", "B"), ("9 days", "C")]
    )
    def test_a_head_start_credits_every_level(self, length: str, winner: str) -> None:
        rows = row("A", 1, "silver"), row("B", 5, "gold"), row("C", 14, "platinum")

        found = decided(protection(head_start(length), highest("tier")), *rows)

        assert "1st" == shown(found)[winner]

    def test_who_has_no_clock_is_late_unless_nobody_has(self) -> None:
        timed = protection(within("7 days", of="completed_at"), FIRST)

        some = decided(timed, row("A", 1), row("B", 2, completed_at="2026-03-09T09:00Z"))
        none = decided(timed, row("A", 1), row("B", 2))

        assert {"A": "denied OUTSIDE_WINDOW < B", "B": "1st"} == shown(some)
        assert {"A": "1st", "B": f"{DUPLICATE} < A"} == shown(none)


class TestPreferences:
    """C-8, C-9."""

    @pytest.mark.parametrize(
        ("missing", "standing"),
        [("last", f"{DUPLICATE} < B"), ("first", "1st"), ("refer", "referred MISSING_FOR_ORDER")],
    )
    def test_where_a_missing_value_goes(self, missing: str, standing: str) -> None:
        found = decided(
            protection(highest("quantity", missing=missing)), row("A"), row("B", quantity=3)
        )

        assert standing == shown(found)["A"]

    def test_a_missing_value_is_no_matter_once_another_preference_has_decided(self) -> None:
        order = FIRST.then(highest("quantity", missing="refer"))

        found = decided(protection(order), row("A", 1), row("B", 2, quantity=3))

        assert {"A": "1st", "B": f"{DUPLICATE} < A"} == shown(found)

    def test_amounts_in_another_currency_are_missing(self) -> None:
        rows = (
            row("A", 1, amount=money("1 EUR")),
            row("B", 2, amount=money("900 USD")),
            row("C", 3, amount=money("5 EUR")),
        )

        found = decided(protection(highest("amount", currency="EUR")), *rows)
        cheap = decided(protection(lowest("amount", currency="EUR")), *rows)

        assert {"A": f"{DUPLICATE} < C", "B": f"{DUPLICATE} < C", "C": "1st"} == shown(found)
        assert "1st" == shown(cheap)["A"]

    def test_unknown_is_not_preferred(self) -> None:
        order = preferring(field("region") == "north").then(FIRST)

        found = decided(protection(order), row("A", 1), row("B", 2, region="south"), row("C", 3))

        assert "1st" == shown(found)["A"]

    def test_the_margin_names_the_first_preference_that_told_the_two_apart(self) -> None:
        order = preferring(ALWAYS).then(highest("tier")).then(FIRST)

        found = decided(protection(order), row("A", 1, "silver"), row("B", 2, "gold"))

        margin = found.standing("A", "protection").margin
        assert margin is not None
        assert ("contests[protection].prefer[1]", "tier") == (margin.clause, margin.fact)
        assert ("silver", "gold") == (margin.own, margin.rival)


class TestOneEach:
    """C-10."""

    def test_only_the_best_placed_of_one_partner_takes_part(self) -> None:
        mine = {"partner_id": "P"}

        found = decided(
            protection(FIRST, holders(2), others(terms("rest", "1"))),
            row("A", 1, **mine),
            row("B", 2, **mine),
            row("C", 3),
            row("D", 4),
        )

        assert {
            "A": "1st",
            "B": "denied DUPLICATE_SAME_PARTNER < A",
            "C": "granted 2 GRANTED",
            "D": f"{DUPLICATE} < C",
        } == shown(found)
        assert found.standing("B", "protection").entitlement is None

    def test_a_group_of_companies_is_one_when_the_policy_says_so(self) -> None:
        rows = row("A", 1), row("B", 2, partner_id="P-A")

        each = decided(protection(FIRST, holders(2), one_per("registration_id")), *rows)

        assert {"A": "1st", "B": "granted 2 GRANTED"} == shown(each)


class TestTies:
    """C-11, C-12."""

    ROWS = row("A"), row("B"), row("C", 2)

    def test_a_person_decides_and_those_behind_are_denied(self) -> None:
        found = decided(protection(FIRST), *self.ROWS)

        assert {"A": "referred TIE", "B": "referred TIE", "C": DUPLICATE} == shown(found)
        assert [("TIE", ("A", "B"))] == [(each.code, each.candidates) for each in found.referrals]

    def test_what_a_person_ruled_counts(self) -> None:
        accepted = decided(protection(FIRST), *self.ROWS, rulings=(ruled("B", "accept"),))
        refused = decided(protection(FIRST), *self.ROWS, rulings=(ruled("B", "refuse"),))

        assert {"A": f"{DUPLICATE} < B", "B": "1st", "C": f"{DUPLICATE} < B"} == shown(accepted)
        assert {"A": "1st", "B": "denied RULED_AGAINST", "C": f"{DUPLICATE} < A"} == shown(refused)

    def test_shared(self) -> None:
        found = decided(protection(FIRST, Tie.SHARE), *self.ROWS)

        assert {"A": "1st", "B": "1st", "C": f"{DUPLICATE} < B"} == shown(found)
        shares = [
            each.entitlement.share for each in found.holders("protection") if each.entitlement
        ]
        assert [Fraction(1, 2), Fraction(1, 2)] == shares

    def test_by_registration_id(self) -> None:
        found = decided(protection(FIRST, Tie.REGISTRATION_ID), *self.ROWS)

        assert {"A": "1st", "B": f"{DUPLICATE} < A", "C": f"{DUPLICATE} < A"} == shown(found)

    def test_no_tie_where_all_can_hold(self) -> None:
        found = decided(protection(FIRST, holders(2)), *self.ROWS)

        assert {"A": "1st", "B": "1st", "C": f"{DUPLICATE} < B"} == {
            name: standing.replace("granted 2 GRANTED", "1st")
            for name, standing in shown(found).items()
        }

    def test_the_last_place_of_two_is_tied_over(self) -> None:
        found = decided(
            protection(FIRST, holders(2)), row("A", 1), row("B", 2), row("C", 2), row("D", 3)
        )

        standings = shown(found)
        assert "1st" == standings["A"]
        assert ("referred TIE", "referred TIE") == (standings["B"], standings["C"])
        assert standings["D"].startswith(DUPLICATE)

    def test_waiting_places_have_no_gaps(self) -> None:
        found = decided(
            protection(BIG, FIRST, others(stand="waiting")),
            row("A", 1, quantity=10),
            row("B", 2, quantity=1),
            row("C", 3, quantity=10),
            row("D", 4, quantity=10),
        )

        assert ["waiting 1", "waiting 2"] == [shown(found)[name][:9] for name in "CD"]


class TestJoint:
    """C-13."""

    CONDITIONS = Joint(
        distinct=("partner_role",), disjoint=("products",), stature=(Stature("score", "10"),)
    )

    @pytest.mark.parametrize(
        ("role", "products", "score", "fits"),
        [
            ("services", ["q"], "80", True),
            ("services", ["q"], "100", True),
            ("services", ["q"], "100.1", False),
            ("services", ["q"], None, False),
            ("resell", ["q"], "90", False),
            (None, ["q"], "90", False),
            ("services", ["p", "q"], "90", False),
            ("services", None, "90", False),
        ],
    )
    def test_co_holders_complement_each_other(
        self, role: str | None, products: list[str] | None, score: str | None, fits: bool
    ) -> None:
        joint = protection(FIRST, everyone_qualifying(), self.CONDITIONS)
        holder = row("A", 1, partner_role="resell", products=["p"], score="90")

        found = decided(
            joint, holder, row("B", 2, partner_role=role, products=products, score=score)
        )

        assert ("granted 2 GRANTED" if fits else "denied NOT_COMPLEMENTARY < A") == shown(found)[
            "B"
        ]


class TestTerms:
    """C-14, C-15."""

    def percent(
        self, name: str, *parts: Part, rows: tuple[tuple[object, ...], ...]
    ) -> Fraction | None:
        standing = decided(protection(FIRST, *parts), *rows).standing(name, "protection")
        assert standing.entitlement is not None
        return standing.entitlement.percent

    def test_terms_by_rank_the_last_standing_for_all_further(self) -> None:
        rows = tuple(row(name, day) for day, name in enumerate("ABCD", 1))
        given = (
            holders(3),
            terms("first", "20"),
            terms("further", "7.5"),
            others(terms("rest", "1")),
        )

        found = [self.percent(name, *given, rows=rows) for name in "ABCD"]

        assert [20, Fraction(15, 2), Fraction(15, 2), 1] == found

    def test_half_of_what_the_holder_gets(self) -> None:
        bands = banded((field("tier") >= "gold", "25"), (ALWAYS, "10"))
        given = terms("first", bands), others(terms("half", fraction_of_holder("1/2")))

        rows = row("A", 1, "gold"), row("B", 2, "silver")

        assert [25, Fraction(25, 2)] == [self.percent(name, *given, rows=rows) for name in "AB"]

    def test_others_get_their_terms_on_a_condition(self) -> None:
        asks = others(terms("co-sell", "5"), when=field("requested_benefits").covers("quote"))
        contested = protection(FIRST, asks)

        found = decided(
            contested, row("A", 1), row("B", 2, requested_benefits=["quote"]), row("C", 3)
        )

        assert found.standing("B", "protection").entitlement is not None
        assert found.standing("C", "protection").entitlement is None

    def test_a_period_ends_when_it_ends(self) -> None:
        lasting = protection(FIRST, period("90 days"))
        approved = {"status": "approved", "approved_at": "2026-03-02T00:00Z"}
        rows = row("A", 1, **approved), row("B", 2)

        inside = decided(lasting, *rows, at="2026-05-30T23:59:59Z")
        after = decided(lasting, *rows, at="2026-05-31T00:00Z")

        assert {"A": "1st", "B": f"{DUPLICATE} < A"} == shown(inside)
        assert {"A": "denied EXPIRED", "B": "1st"} == shown(after)
        entitlement = inside.standing("A", "protection").entitlement
        assert entitlement is not None
        assert entitlement.ends is not None
        assert "2026-05-31T00:00:00+00:00" == entitlement.ends.isoformat()


class TestDependence:
    """C-16 and D-8."""

    BID = contest(
        "bid", holder_of("protection"), requirement("LOW", field("tier") >= "gold"), FIRST
    )

    def test_the_holder_alone(self) -> None:
        found = decided((protection(FIRST), self.BID), row("A", 1, "gold"), row("B", 2, "gold"))

        assert {"A": "1st", "B": "denied NOT_HOLDER < A"} == shown(found, "bid")
        assert () == found.deadlocks

    def test_a_deadlock_names_blocker_blocked_and_requirement(self) -> None:
        found = decided((self.BID, protection(FIRST)), row("A", 1, "silver"), row("B", 2, "gold"))

        (deadlock,) = found.deadlocks
        assert ("bid", "B", "A", "protection") == (
            deadlock.benefit,
            deadlock.blocked,
            deadlock.blocker,
            deadlock.holds,
        )
        assert ("LOW", "contests[bid].requires[LOW]") == (deadlock.code, deadlock.clause)

    def test_no_deadlock_where_nobody_could_have_it(self) -> None:
        found = decided((protection(FIRST), self.BID), row("A", 1, "silver"), row("B", 2, "silver"))

        assert () == found.deadlocks

    def test_no_deadlock_where_a_person_is_asked(self) -> None:
        found = decided((protection(FIRST), self.BID), row("A", 1, "silver"), row("B", 1, "gold"))

        assert {"A": "denied LOW", "B": "referred AWAITS_PROTECTION"} == shown(found, "bid")
        assert () == found.deadlocks

    def test_not_for_a_holder_of_another(self) -> None:
        excluded = contest("rebate", not_holder_of("protection"), FIRST)

        found = decided((protection(FIRST), excluded), row("A", 1), row("B", 2))

        assert {"A": "denied EXCLUDED", "B": "1st"} == shown(found, "rebate")


class TestTheEndOfTheRange:
    """F-10: what is computed from the last instants that are read is still an instant."""

    def test_a_period_that_ends_a_century_later(self) -> None:
        approved = {"status": "approved", "approved_at": "2200-12-31T23:00Z"}
        made = decided(
            protection(FIRST, period("1200 months"), within("36500 days")),
            row("A", 1, submitted_at="2200-12-31T22:00Z", **approved),
            at="2200-12-31T23:30Z",
        )

        entitlement = made.standing("A", "protection").entitlement
        assert entitlement is not None
        assert entitlement.ends is not None
        assert 2300 == entitlement.ends.year
        assert made == from_json(to_json(made))
