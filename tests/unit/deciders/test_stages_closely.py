"""The corners of every stage: the instant at which a window closes, who is named, what is noted."""

from datetime import date
from fractions import Fraction

import pytest

from dealreg import (
    ALWAYS,
    NEVER,
    Calendar,
    Joint,
    Partner,
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
    others,
    override,
    period,
    preferring,
    requirement,
    same_period,
    terms,
    within,
)
from dealreg.facts.instants import instant
from dealreg.facts.records import Change
from dealreg.facts.values import span
from dealreg.policy.builders import Condition, Part
from dealreg.policy.predicates import Fact
from dealreg.policy.stages import Grace, HeadStart
from tests.unit.deciders.table import decided, row, ruled, shown

FIRST = earliest("submitted_at")
ASK = requirement("ASK", field("quantity") >= 10, if_false="refer", if_unknown="refer")
DUPLICATE = "denied DUPLICATE_OTHER_PARTNER"
REST = others(terms("rest", "1"))


def protection(*parts: Part) -> object:
    return contest("protection", *parts)


class TestWindow:
    """C-7."""

    @pytest.mark.parametrize(
        ("unit", "last", "after"),
        [
            ("days", "2026-03-05T23:59:59.999999Z", "2026-03-06T00:00Z"),
            ("weeks", "2026-03-08T23:59:59.999999Z", "2026-03-09T00:00Z"),
            ("months", "2026-03-31T23:59:59.999999Z", "2026-04-01T00:00Z"),
        ],
    )
    def test_a_bucket_ends_where_the_next_begins(self, unit: str, last: str, after: str) -> None:
        found = decided(
            protection(same_period(unit), highest("tier")),
            row("A", 5, "silver"),
            row("B", 1, "gold", submitted_at=last),
            row("C", 1, "platinum", submitted_at=after),
        )

        assert {"A": f"{DUPLICATE} < B", "B": "1st", "C": "denied OUTSIDE_WINDOW < A"} == shown(
            found
        )
        margin = found.standing("C", "protection").margin
        assert margin is not None
        assert ("submitted_at", "contests[protection].window") == (margin.fact, margin.clause)
        assert margin.own == margin.rival

    def test_a_bucket_is_of_its_calendar(self) -> None:
        berlin = Calendar("berlin", zone="Europe/Berlin")
        rows = (
            row("A", 1, "silver", submitted_at="2026-03-05T10:00Z"),
            row("B", 1, "gold", submitted_at="2026-03-05T22:59Z"),
            row("C", 1, "platinum", submitted_at="2026-03-05T23:00Z"),
        )

        found = decided(
            protection(same_period("days", calendar="berlin"), highest("tier")),
            *rows,
            calendars=(berlin,),
        )

        assert {"A": f"{DUPLICATE} < B", "B": "1st", "C": "denied OUTSIDE_WINDOW < A"} == shown(
            found
        )

    def test_grace_in_business_days_is_of_its_calendar(self) -> None:
        closed = Calendar("closed", holidays=(date(2026, 3, 6),))
        rows = row("A", 5, "silver"), row("B", 9, "gold")

        found = decided(
            protection(within("1 business days", calendar="closed"), highest("tier")),
            *rows,
            calendars=(closed,),
        )

        assert "1st" == shown(found)["B"]

    def test_an_unknown_level_has_no_head_start(self) -> None:
        rows = row("A", 1, "silver"), row("B", 2), row("C", 3, "gold")

        found = decided(protection(head_start("1 days"), FIRST), *rows)

        assert {
            "A": "1st",
            "B": "denied OUTSIDE_WINDOW < A",
            "C": "denied OUTSIDE_WINDOW < A",
        } == shown(found)

    def test_a_level_and_a_clock_count_as_of_the_instant_stated(self) -> None:
        now_gold = Partner(
            partner_id="P-B",
            tier="silver",
            changes=[Change(field="tier", value="gold", since="2026-05-01T00:00Z")],
        )
        later = row("B", 3)[0], now_gold
        then = HeadStart(span("5 days"), Fact("tier", "submitted_at"))

        as_now = decided(protection(head_start("5 days"), FIRST), row("A", 1, "silver"), later)
        as_then = decided(protection(then, FIRST), row("A", 1, "silver"), later)

        assert "1st" == shown(as_now)["B"]
        assert "1st" == shown(as_then)["A"]

    def test_a_clock_that_was_set_later_is_unknown_as_of_before(self) -> None:
        set_later = Change(
            field="completed_at", value=instant("2026-03-04T00:00Z"), since="2026-04-01T00:00Z"
        )
        late = row("B", 2, completed_at="2026-03-30T00:00Z", changes=[set_later])
        rows = row("A", 1, completed_at="2026-03-03T00:00Z"), late

        now = decided(protection(Grace(span("2 days"), Fact("completed_at")), FIRST), *rows)
        then = decided(
            protection(Grace(span("2 days"), Fact("completed_at", "submitted_at")), FIRST), *rows
        )

        assert f"{DUPLICATE} < A" == shown(now)["B"]
        assert "denied OUTSIDE_WINDOW < A" == shown(then)["B"]


class TestRulings:
    """C-4 to C-6, C-12."""

    def test_a_ruling_counts_at_the_very_instant(self) -> None:
        found = decided(
            protection(ASK, FIRST),
            row("A", quantity=1),
            rulings=(ruled("A", "accept", 20),),
            at=ruled("A", "accept", 20).decided_at,
        )

        assert {"A": "1st"} == shown(found)

    @pytest.mark.parametrize(
        ("verdict", "result"),
        [
            ("accept", "accepted by ruling"),
            ("refuse", "refused by ruling"),
            (None, "not met, referred"),
        ],
    )
    def test_the_trace_tells_what_was_ruled(self, verdict: str | None, result: str) -> None:
        rulings = () if verdict is None else (ruled("A", verdict),)

        found = decided(protection(ASK, FIRST), row("A", quantity=1), rulings=rulings)

        path = "contests[protection].requires[ASK]"
        assert [result] == [step.result for step in found.trace if step.clause == path]
        if verdict == "refuse":
            assert path == found.standing("A", "protection").clause

    def test_of_an_override_that_refers(self) -> None:
        refers = protection(
            override("DESK", field("region") == "north", effect="refers"), FIRST, REST
        )
        rows = row("A", 1), row("B", 2, region="north"), row("C", 3)
        path = "contests[protection].overrides[DESK]"

        asked = decided(refers, *rows)
        said = decided(refers, *rows, rulings=(ruled("C", "accept"), ruled("B", "refuse")))

        assert {path} == {each.clause for each in asked.standings}
        assert [path] == [each.clause for each in asked.referrals]
        standings = {each.registration_id: each for each in said.standings}
        assert (path, path) == (standings["A"].clause, standings["B"].clause)
        assert standings["A"].entitlement is not None
        assert standings["B"].entitlement is None

    def test_everybody_refused_under_an_override_that_refers(self) -> None:
        refers = protection(override("DESK", ALWAYS, effect="refers"), FIRST)

        found = decided(
            refers, row("A", 1), row("B", 2), rulings=(ruled("A", "refuse"), ruled("B", "refuse"))
        )

        assert {"A": "denied RULED_AGAINST", "B": "denied RULED_AGAINST"} == shown(found)
        assert () == found.referrals

    def test_refused_in_a_tie_is_refused_the_rest_as_well(self) -> None:
        found = decided(
            protection(FIRST, REST), row("A"), row("B"), row("C"), rulings=(ruled("B", "refuse"),)
        )

        refused = found.standing("B", "protection")
        assert ("RULED_AGAINST", "contests[protection].tie") == (refused.code, refused.clause)
        assert refused.entitlement is None
        assert [("TIE", ("A", "C"))] == [(each.code, each.candidates) for each in found.referrals]


class TestTies:
    """C-8, C-11, C-12."""

    UNCLEAR = highest("quantity", missing="refer")

    @pytest.mark.parametrize("tie", [Tie.SHARE, Tie.REGISTRATION_ID, Tie.REFER])
    def test_a_missing_value_is_for_a_person_whatever_the_tie_rule(self, tie: Tie) -> None:
        found = decided(protection(self.UNCLEAR, tie), row("A"), row("B", quantity=3))

        assert dict.fromkeys("AB", "referred MISSING_FOR_ORDER") == shown(found)
        assert {"contests[protection].prefer[0]"} == {each.clause for each in found.referrals}

    @pytest.mark.parametrize("tie", [Tie.SHARE, Tie.REGISTRATION_ID])
    def test_and_stays_so_when_one_of_them_is_refused(self, tie: Tie) -> None:
        found = decided(
            protection(self.UNCLEAR, tie),
            row("A"),
            row("B", quantity=3),
            row("C", quantity=3),
            rulings=(ruled("A", "refuse"),),
        )

        missing = "referred MISSING_FOR_ORDER"
        assert {"A": "denied RULED_AGAINST", "B": missing, "C": missing} == shown(found)

    def test_the_tied_share_the_places_that_are_left(self) -> None:
        found = decided(
            protection(FIRST, Tie.SHARE, holders(3)),
            row("A", 1),
            row("B", 2),
            row("C", 2),
            row("D", 2),
            row("E", 3),
        )

        shares = {
            each.registration_id: (each.place, each.entitlement.share)
            for each in found.standings
            if each.entitlement
        }
        tied = (2, Fraction(2, 3))
        assert {"A": (1, Fraction(1)), "B": tied, "C": tied, "D": tied} == shares
        assert shown(found)["E"].startswith(DUPLICATE)

    def test_whoever_a_person_prefers_the_places_of_a_tie_are_taken(self) -> None:
        rows = [row(name, day) for name, day in [("A", 1), ("B", 2), ("C", 2), ("D", 2), ("E", 3)]]

        three = decided(protection(FIRST, holders(3)), *rows)
        four = decided(protection(FIRST, holders(4)), *rows)
        only = decided(protection(FIRST, holders(2)), *rows[1:])

        assert f"{DUPLICATE} < A" == shown(three)["E"]
        assert {"1st", "granted 2 GRANTED", "granted 3 GRANTED", "granted 4 GRANTED"} >= {
            shown(four)[name] for name in "ABCD"
        }
        assert f"{DUPLICATE} < D" == shown(four)["E"]
        assert DUPLICATE == shown(only)["E"]
        assert "contests[protection].capacity" == only.standing("E", "protection").clause


class TestLines:
    """C-2, C-13, C-14, C-16."""

    BY_LINE = competing_on("opportunity_id", lines="products", award="by_line")
    WHOLE = competing_on("opportunity_id", lines="products")

    def test_a_later_contest_of_the_same_lines_asks_of_the_line(self) -> None:
        bid = contest("bid", holder_of("protection"), self.BY_LINE, FIRST)

        found = decided(
            (protection(FIRST, self.BY_LINE), bid),
            row("A", 1, products=["p"]),
            row("B", 2, products=["p", "q"]),
        )

        assert {"A/p": "1st", "B/p": "denied NOT_HOLDER < A", "B/q": "1st"} == shown(found, "bid")

    def test_a_later_contest_of_the_whole_asks_for_the_best_line(self) -> None:
        bid = contest("bid", holder_of("protection"), highest("quantity").then(FIRST))
        rows = (
            row("A", 1, products=["p"]),
            row("B", 2, products=["p", "q"]),
            row("C", 3, products=["p"]),
            row("D", 4, opportunity_id="O2", products=["a", "p"], quantity=9),
            row("E", 4, opportunity_id="O2", products=["p"]),
            row("F", 3, opportunity_id="O2", products=["a"]),
        )

        found = decided((protection(FIRST, self.BY_LINE), bid), *rows)

        standings = shown(found, "bid")
        assert "1st" == standings["A"]
        assert f"{DUPLICATE} < A" == standings["B"]
        assert "denied NOT_HOLDER < A" == standings["C"]
        assert "referred AWAITS_PROTECTION" == standings["D"]

    def test_granted_for_a_line_counts_before_referred_for_another(self) -> None:
        asked = requirement("SMALL", field("quantity") >= 1)
        bid = contest("bid", holder_of("protection"), asked, FIRST)

        found = decided(
            (protection(FIRST, self.BY_LINE), bid),
            row("A", 1, products=["p", "q"], quantity=1),
            row("B", 1, products=["p"], quantity=0),
        )

        assert "1st" == shown(found, "bid")["A"]

    def test_a_line_that_the_other_contest_does_not_know_is_not_held(self) -> None:
        sites = competing_on("opportunity_id", lines="sites", award="by_line")
        bid = contest("bid", holder_of("protection"), sites, FIRST)

        found = decided(
            (protection(FIRST, self.BY_LINE), bid), row("A", 1, products=["p"], sites=["north"])
        )

        assert {"A/north": "denied NOT_HOLDER"} == shown(found, "bid")

    def test_who_competes_with_one_of_the_tied_only_waits_for_the_person(self) -> None:
        found = decided(
            protection(FIRST, self.WHOLE),
            row("A", 1, products=["p", "q"]),
            row("B", 1, products=["p"]),
            row("C", 2, products=["q"]),
            row("D", 1, products=["r"]),
            row("E", 1, products=["r"]),
            row("F", 3, products=["p", "r"]),
        )

        tied = "referred TIE"
        assert {
            "A": tied,
            "B": tied,
            "C": "referred AFTER_TIE",
            "D": tied,
            "E": tied,
            "F": DUPLICATE,
        } == shown(found)
        assert {("TIE", ("A", "B")), ("TIE", ("D", "E")), ("AFTER_TIE", ("C",))} == {
            (each.code, each.candidates) for each in found.referrals
        }
        assert {"contests[protection].tie"} == {each.clause for each in found.referrals}

    def test_whichever_of_two_ties_one_waits_for(self) -> None:
        found = decided(
            protection(FIRST, self.WHOLE),
            row("A", 1, products=["p", "q"]),
            row("B", 1, products=["p"]),
            row("C", 1, products=["r", "s"]),
            row("D", 1, products=["r"]),
            row("E", 2, products=["q"]),
            row("F", 2, products=["s"]),
            row("G", 3, products=["p", "r"]),
        )

        after = "referred AFTER_TIE"
        assert (after, after) == (shown(found)["E"], shown(found)["F"])

    def test_equals_that_want_different_things_are_no_tie(self) -> None:
        found = decided(
            protection(FIRST, self.WHOLE),
            row("A", 1, products=["p"]),
            row("B", 1, products=["q"]),
            row("C", 2, products=["p", "q"]),
        )

        assert {"A": "1st", "B": "1st", "C": f"{DUPLICATE} < B"} == shown(found)

    def test_how_many_of_the_tied_will_hold_depends_on_their_rivals_too(self) -> None:
        found = decided(
            protection(FIRST, self.WHOLE, holders(2)),
            row("H", 1, products=["x"]),
            row("A", 2, products=["p", "x"]),
            row("B", 2, products=["p"]),
            row("C", 2, products=["p"]),
            row("D", 3, products=["p"]),
        )

        assert {"1st", "referred TIE", "referred AFTER_TIE"} == set(shown(found).values())
        assert "referred AFTER_TIE" == shown(found)["D"]

    def test_the_queue_is_of_those_that_want_the_same_thing(self) -> None:
        found = decided(
            protection(FIRST, self.WHOLE, others(stand="waiting")),
            row("A", 1, products=["p", "q"]),
            row("B", 2, products=["p"], partner_id="P-A"),
            row("C", 3, products=["p"]),
            row("D", 4, products=["q"]),
            row("E", 5, products=["p"]),
        )

        places = {each.registration_id: (each.kind.value, each.place) for each in found.standings}
        assert {
            "A": ("granted", 1),
            "B": ("denied", None),
            "C": ("waiting", 1),
            "D": ("waiting", 1),
            "E": ("waiting", 2),
        } == places

    def test_a_line_that_is_not_stated_is_what_is_missing(self) -> None:
        found = decided(protection(FIRST, self.BY_LINE), row("A", 1))

        standing = found.standing("A", "protection")
        assert (("products",), "") == (standing.missing, standing.policy_version)

    def test_how_many_of_a_chain_will_hold_depends_on_the_person(self) -> None:
        found = decided(
            protection(FIRST, self.WHOLE),
            row("A", 1, products=["p", "q"]),
            row("B", 1, products=["p"]),
            row("C", 1, products=["q"]),
            row("D", 2, products=["p", "q"]),
        )

        assert "referred AFTER_TIE" == shown(found)["D"]

    def test_a_scope_without_lines_competes_with_every_other(self) -> None:
        rows = row("A", 1, products=[]), row("B", 2, products=["p"])

        assert {"A": "1st", "B": f"{DUPLICATE} < A"} == shown(
            decided(protection(FIRST, self.WHOLE), *rows)
        )

    def test_half_of_the_rate_of_the_holder_one_competes_with(self) -> None:
        rates = banded((field("tier") >= "gold", "20"), (ALWAYS, "10"))
        half = others(terms("half", fraction_of_holder("1/2")))

        found = decided(
            protection(FIRST, self.WHOLE, terms("first", rates), half),
            row("A", 1, "gold", products=["p"]),
            row("B", 2, "silver", products=["q"]),
            row("C", 3, "silver", products=["q"]),
        )

        entitlement = found.standing("C", "protection").entitlement
        assert entitlement is not None
        assert 5 == entitlement.percent

    def test_a_deadlock_of_a_line_names_who_holds_that_line(self) -> None:
        bid = contest(
            "bid",
            holder_of("protection"),
            requirement("LOW", field("tier") >= "gold"),
            self.BY_LINE,
            FIRST,
        )

        found = decided(
            (protection(FIRST, self.BY_LINE), bid),
            row("A", 1, "silver", products=["p"]),
            row("B", 2, "gold", products=["p", "q"]),
            row("C", 3, "silver", products=["q"]),
        )

        (deadlock,) = found.deadlocks
        assert ("p", "B", "A", "protection", "LOW") == (
            deadlock.line,
            deadlock.blocked,
            deadlock.blocker,
            deadlock.holds,
            deadlock.code,
        )

    def test_holding_another_line_blocks_nobody(self) -> None:
        bid = contest(
            "bid",
            holder_of("protection"),
            requirement("LOW", field("tier") >= "gold"),
            self.BY_LINE,
            FIRST,
        )

        found = decided(
            (protection(FIRST, self.BY_LINE), bid),
            row("A", 3, "silver", products=["p", "q"]),
            row("B", 2, "gold", products=["p"]),
            row("C", 1, "silver", products=["p"]),
        )

        assert [("p", "B", "C")] == [
            (each.line, each.blocked, each.blocker) for each in found.deadlocks
        ]


class TestOverrides:
    """C-6, C-10."""

    def test_who_is_passed_over_stands_behind_its_own_registration(self) -> None:
        chosen = override("CHOSEN", field("region") == "north")

        found = decided(
            protection(chosen, FIRST),
            row("A", 1, partner_id="P"),
            row("B", 2, region="north", partner_id="P"),
            row("C", 3),
        )

        assert {
            "A": "denied DUPLICATE_SAME_PARTNER < B",
            "B": "1st",
            "C": "denied CHOSEN < B",
        } == shown(found)
        assert "contests[protection]" == found.standing("B", "protection").clause


class TestJoint:
    """C-12, C-13."""

    ROLES = Joint(distinct=("partner_role",))

    def roles(self, *roles: str, parts: tuple[Part, ...]) -> dict[str, str]:
        rows = [
            row(name, 2 if name == "D" else 1, partner_role=role)
            for name, role in zip("ABCD", roles, strict=False)
        ]
        return shown(decided(protection(FIRST, self.ROLES, *parts), *rows))

    def test_equals_that_do_not_fit_are_tied(self) -> None:
        everyone = (everyone_qualifying(),)

        assert {"A": "referred TIE", "B": "referred TIE"} == self.roles(
            "sell", "sell", parts=everyone
        )
        assert {"A": "1st", "B": "1st"} == self.roles("sell", "run", parts=everyone)

    @pytest.mark.parametrize(
        ("count", "roles", "standing"),
        [
            (1, ("sell", "sell", "sell", "run"), DUPLICATE),
            (2, ("sell", "run", "plan", "teach"), DUPLICATE),
            (2, ("sell", "sell", "plan", "teach"), "referred AFTER_TIE"),
        ],
    )
    def test_places_are_taken_where_any_of_the_tied_could_hold_them(
        self, count: int, roles: tuple[str, ...], standing: str
    ) -> None:
        assert standing == self.roles(*roles, parts=(holders(count),))["D"]


class TestPreferences:
    """C-8."""

    def test_a_later_preference_does_not_settle_what_a_missing_value_left_open(self) -> None:
        order = highest("quantity", missing="refer").then(FIRST)

        found = decided(protection(order), row("A", 1), row("B", 2, quantity=3))

        assert dict.fromkeys("AB", "referred MISSING_FOR_ORDER") == shown(found)

    def test_unknown_is_not_preferred_to_false(self) -> None:
        order = preferring(field("region") == "north").then(FIRST)

        found = decided(protection(order), row("A", 1, region="south"), row("B", 2))

        assert "1st" == shown(found)["A"]

    def test_the_trace_tells_what_was_compared_between_equals_only(self) -> None:
        order = highest("quantity").then(preferring(ALWAYS))

        found = decided(
            protection(order, Tie.REGISTRATION_ID),
            row("A", quantity=2),
            row("B", quantity=2),
            row("C", quantity=1),
        )

        assert [
            ("prefer[0]", "A", "compared", {"quantity": 2}),
            ("prefer[0]", "B", "compared", {"quantity": 2}),
            ("prefer[0]", "C", "compared", {"quantity": 1}),
            ("prefer[1]", "A", "compared", {"preferred": True}),
            ("prefer[1]", "B", "compared", {"preferred": True}),
        ] == [
            (step.clause.split(".")[1], step.registration_id, step.result, dict(step.facts))
            for step in found.trace
        ]


class TestTrace:
    """D-4."""

    @pytest.mark.parametrize(
        ("quantity", "result"), [(10, "met"), (9, "not met"), (None, "unknown")]
    )
    def test_of_a_requirement(self, quantity: int | None, result: str) -> None:
        big = requirement("SMALL", field("quantity") >= 10)

        (step,) = decided(protection(big, FIRST), row("A", quantity=quantity)).trace

        assert ("contests[protection].requires[SMALL]", result) == (step.clause, step.result)
        assert ("protection", None, "A") == (step.benefit, step.line, step.registration_id)

    def test_of_an_override_and_a_window(self) -> None:
        tender = override("TENDER", field("region") == "north", effect="closes")
        chosen = override("CHOSEN", field("quantity") >= 1)

        found = decided(
            protection(tender, chosen, within("1 days"), FIRST),
            row("A", 1, quantity=1),
            row("B", 3, quantity=1),
        )

        steps = [
            (step.clause.split(".")[1], step.registration_id, step.result, tuple(step.facts))
            for step in found.trace
        ]
        assert [
            ("overrides[TENDER]", None, "does not apply", ()),
            ("overrides[CHOSEN]", None, "applies", ()),
            ("window", "A", "in time", ("closes", "submitted_at")),
            ("window", "B", "late", ("closes", "submitted_at")),
        ] == [(place, who, result, tuple(sorted(facts))) for place, who, result, facts in steps]

    @pytest.mark.parametrize(
        ("at", "result"), [("2026-03-03T08:00Z", "running"), ("2026-03-03T09:00Z", "ended")]
    )
    def test_of_a_period(self, at: str, result: str) -> None:
        lasting = period("1 days", starts="submitted_at")

        found = decided(protection(lasting, FIRST), row("A", 2), at=at)

        (step,) = found.trace
        assert ("contests[protection].period", "A", result) == (
            step.clause,
            step.registration_id,
            step.result,
        )
        assert ["ends", "submitted_at"] == sorted(step.facts)

    def test_of_a_line(self) -> None:
        by_line = competing_on("opportunity_id", lines="products", award="by_line")
        known = requirement("UNKNOWN", field("region").is_missing())

        found = decided(protection(known, by_line, FIRST), row("A", products=["p", "q"]))

        assert ["p", "q"] == [step.line for step in found.trace]


class TestTerms:
    """C-14, C-15."""

    def test_the_rest_has_its_own_share_and_its_own_band(self) -> None:
        bands = banded((field("tier") >= "gold", "4"), (ALWAYS, "2"))
        rest = others(terms("rest", bands, share="1/4"))

        found = decided(
            protection(FIRST, rest), row("A", 1), row("B", 2, "gold"), row("C", 3, "silver")
        )

        given = [found.standing(name, "protection").entitlement for name in "BC"]
        assert [(4, Fraction(1, 4)), (2, Fraction(1, 4))] == [
            (each.percent, each.share) for each in given if each
        ]

    @pytest.mark.parametrize(
        "parts", [(), (terms("first"),), (terms("first", banded((NEVER, "9"))),)]
    )
    def test_half_of_a_rate_that_is_not_stated_is_none(self, parts: tuple[Part, ...]) -> None:
        half = others(terms("half", fraction_of_holder("1/2")))

        found = decided(protection(FIRST, *parts, half), row("A", 1), row("B", 2))

        entitlement = found.standing("B", "protection").entitlement
        assert entitlement is not None
        assert entitlement.percent is None

    def test_a_holder_may_get_a_fraction_of_what_the_first_gets(self) -> None:
        given = terms("first", "20"), terms("second", fraction_of_holder("1/2"))

        found = decided(protection(FIRST, holders(2), *given), row("A", 1), row("B", 2))

        standings = [found.standing(name, "protection") for name in "AB"]
        assert ["P-A", "P-B"] == [each.partner_id for each in standings]
        assert [20, 10] == [each.entitlement.percent for each in standings if each.entitlement]

    def test_a_period_counts_the_days_of_its_calendar(self) -> None:
        closed = Calendar("closed", holidays=(date(2026, 3, 6),))

        found = decided(
            protection(FIRST, period("2 business days", starts="submitted_at", calendar="closed")),
            row("A", 5),
            at="2026-03-06T00:00Z",
            calendars=(closed,),
        )

        entitlement = found.standing("A", "protection").entitlement
        assert entitlement is not None
        assert instant("2026-03-10T09:00Z") == entitlement.ends


class TestDependence:
    """C-16 and D-8."""

    def test_the_trace_tells_how_it_stands_to_the_other(self) -> None:
        bid = contest("bid", holder_of("protection"), FIRST)

        found = decided((protection(FIRST), bid), row("A", 1), row("B", 2))

        assert [("A", "protection granted"), ("B", "protection denied")] == [
            (step.registration_id, step.result)
            for step in found.trace
            if step.clause == "contests[bid].after[protection]"
        ]

    def test_the_blocker_holds_the_benefit_that_the_blocked_does_not(self) -> None:
        demo = contest("demo", highest("tier"))
        bid = contest(
            "bid",
            holder_of("demo"),
            holder_of("protection"),
            requirement("LOW", field("tier") >= "gold"),
            FIRST,
        )

        found = decided((demo, protection(FIRST), bid), row("A", 1, "silver"), row("B", 2, "gold"))

        (deadlock,) = found.deadlocks
        assert ("B", "A", "protection") == (deadlock.blocked, deadlock.blocker, deadlock.holds)


class TestFacts:
    """P-2, P-4."""

    def test_missing_asks_as_of_the_instant_stated(self) -> None:
        known_later = Partner(
            partner_id="P-A",
            changes=[Change(field="tier", value="gold", since="2026-05-01T00:00Z")],
        )
        was_unknown = requirement("KNOWN", field("tier").as_of("submitted_at").is_missing())

        found = decided(protection(was_unknown, FIRST), (row("A")[0], known_later))

        assert {"A": "1st"} == shown(found)

    def test_a_fact_that_is_not_missing_is_noted(self) -> None:
        missing = requirement("NONE", field("region").is_missing())

        found = decided(protection(missing, FIRST), row("A", region="north"), row("B"))

        path = "contests[protection].requires[NONE]"
        assert [{"region": "north"}, {}] == [
            dict(step.facts) for step in found.trace if step.clause == path
        ]
        assert () == found.standing("B", "protection").missing

    def test_what_a_returned_registration_stands_under(self) -> None:
        found = decided(protection(FIRST), row("A", status="returned"))

        assert "status" == found.standing("A", "protection").clause

    @pytest.mark.parametrize(
        "asked",
        [field("products").only("p"), ~(field("region") == "x"), ~field("products").covers("p")],
    )
    def test_what_is_asked_of_an_unknown_fact_is_unknown(self, asked: Condition) -> None:
        found = decided(protection(requirement("ASKED", asked), FIRST), row("A"))

        assert {"A": "returned ASKED"} == shown(found)
