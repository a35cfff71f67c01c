"""What would have won: the change that is found, what it costs, what may change, what bounds it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from dealreg import (
    Change,
    Edition,
    EndCustomer,
    Facts,
    Field,
    Joint,
    Opportunity,
    Partner,
    Policy,
    PolicyBook,
    Registration,
    Ruling,
    Sla,
    Span,
    UsageError,
    competing_on,
    contest,
    earliest,
    external,
    field,
    head_start,
    highest,
    holder_of,
    holders,
    lowest,
    money,
    not_holder_of,
    override,
    period,
    requirement,
    same_period,
    within,
)
from dealreg.analysis import what_would_win
from dealreg.facts.fields import Elapsed, FieldType, Inside, Same, Tally
from dealreg.policy.stages import Stature
from dealreg.wire import from_json, to_json

AT = "2026-06-01T00:00Z"
FIRST = earliest("submitted_at")
BID = "special_bid"


def policy(*parts, fields=(), **more):
    return Policy(
        programme="Example",
        tiers=("bronze", "silver", "gold"),
        fields=fields,
        contests=[contest("protection", *parts)],
        **more,
    )


def registered(name, day=1, **facts):
    made = {"partner_id": f"P-{name}", "opportunity_id": "O-1"}
    return Registration(
        registration_id=name, **{**made, "submitted_at": f"2026-03-{day:02}T09:00Z", **facts}
    )


def facts_of(*registrations, partners=(), **more):
    return Facts(registrations=registrations, partners=partners, **more)


def won_by(rules, facts, name="B", benefit="protection", **more):
    return what_would_win(rules, facts, name, benefit, **{"at": AT, **more})


def told(found):
    return [(each.field, each.before, each.after) for each in found.edits]


class TestTheDispute:
    RULES = Policy(
        programme="Example",
        tiers=("bronze", "silver", "gold"),
        contests=[
            contest("protection", FIRST),
            contest(BID, holder_of("protection"), requirement("GOLD", field("tier") >= "gold")),
        ],
    )
    FACTS = facts_of(
        registered("A", 2),
        registered("B", 5),
        partners=[
            Partner(partner_id="P-A", tier="bronze"),
            Partner(partner_id="P-B", tier="gold"),
        ],
    )

    def test_the_holder_lacks_two_levels(self):
        found = won_by(self.RULES, self.FACTS, "A", BID)

        assert told(found) == [("tier", "bronze", "gold")]
        assert found.cost == 2
        assert (found.edits[0].subject, found.edits[0].record_id) == ("partner", "P-A")
        assert found.edits[0].mover == "vendor"

    def test_the_entitled_could_do_nothing(self):
        found = won_by(self.RULES, self.FACTS, "B", BID)

        assert not found.possible
        assert found.exact
        assert found.fields == ("tier",)

    def test_but_file_earlier_and_so_win_the_protection_first(self):
        found = won_by(self.RULES, self.FACTS, "B", BID, changeable={"submitted_at": "partner"})

        (edit,) = found.edits
        assert edit.field == "submitted_at"
        assert edit.after == datetime(2026, 3, 2, 8, 59, 59, tzinfo=UTC)
        assert not edit.from_rules
        assert found.exact
        assert found.decision.standing("B", BID).kind == "granted"
        assert found.decision.standing("B", "protection").kind == "granted"

    def test_survives_the_wire(self):
        found = won_by(self.RULES, self.FACTS, "A", BID)

        assert from_json(to_json(found)) == found


class TestValues:
    """The nearest value that wins, of every type."""

    @pytest.mark.parametrize(
        ("rule", "name", "before", "after"),
        [
            (field("quantity") >= 10, "quantity", 4, 10),
            (field("quantity") > 10, "quantity", 4, 11),
            (field("quantity") < 3, "quantity", 4, 2),
            (field("quantity") != 4, "quantity", 4, 3),
            (
                field("amount") >= money("500.50 EUR"),
                "amount",
                money("100 EUR"),
                money("500.50 EUR"),
            ),
            (
                field("amount") > money("500.50 EUR"),
                "amount",
                money("100 EUR"),
                money("500.6 EUR"),
            ),
            (field("region").one_of("north", "south"), "region", "west", "north"),
            (~field("region").one_of("north", "west"), "region", "west", "other"),
            (field("competing_brand").is_false(), "competing_brand", True, False),
            (field("products").overlaps("b", "c"), "products", {"a"}, {"a", "b"}),
            (field("products").covers("b", "c"), "products", {"a"}, {"a", "b", "c"}),
            (field("products").only("b", "c"), "products", {"a"}, frozenset()),
            (~field("products").overlaps("a"), "products", {"a"}, frozenset()),
            (field("quantity").is_known(), "quantity", None, 1),
            (field("amount").is_known(), "amount", None, money("1 EUR")),
            (field("estimated_close").is_known(), "estimated_close", None, None),
            (field("currency") == "EUR", "amount", money("5 USD"), money("5 EUR")),
            (field("currency") != "EUR", "amount", money("5 EUR"), money("5 USD")),
        ],
    )
    def test_meets_a_requirement(self, rule, name, before, after):
        facts = facts_of(registered("B", **{name: before}))
        found = won_by(policy(requirement("R", rule), FIRST), facts)

        (edit,) = found.edits
        assert edit.field == name
        assert after is None or edit.after == after
        assert edit.from_rules
        assert found.cost == max(1, len(edit.after ^ before) if isinstance(before, set) else 1)

    def test_between_two_close_constants(self):
        rule = (field("satisfaction_score") > 80) & (field("satisfaction_score") < 81)
        facts = facts_of(registered("B"), partners=[Partner(partner_id="P-B")])

        (edit,) = won_by(policy(requirement("R", rule), FIRST), facts).edits
        assert edit.after == Decimal("80.5")

    def test_just_above_what_the_rival_has(self):
        facts = facts_of(registered("A", quantity=20), registered("B", quantity=5))
        (edit,) = won_by(policy(highest("quantity")), facts).edits

        assert (edit.before, edit.after) == (5, 21)
        assert not edit.from_rules

    def test_many_texts_bound_the_answer(self):
        rule = field("products").covers(*"abcdefghij")
        found = won_by(
            policy(requirement("R", rule), FIRST), facts_of(registered("B", products=[]))
        )

        assert found.edits[0].after == frozenset("abcdefghij")
        assert [each.code for each in found.limits] == ["crowded"]

    def test_a_value_there_was_before_counts_from_the_start(self):
        """The tier is gold now; at the time of filing it was not."""
        rule = field("tier").as_of("submitted_at") >= "gold"
        partner = Partner(
            partner_id="P-B", tier="silver", changes=[Change("tier", "gold", "2026-04-01T00:00Z")]
        )
        found = won_by(
            policy(requirement("R", rule), FIRST), facts_of(registered("B"), partners=[partner])
        )

        assert told(found) == [("tier", "gold", "gold")]
        assert found.cost == 1

    def test_of_the_programmes_own_fields(self):
        own = Field("visits", FieldType.INTEGER)
        facts = facts_of(registered("B", attributes={"visits": 1}))
        rules = policy(requirement("R", field("visits") >= 3), FIRST, fields=[own])

        assert told(won_by(rules, facts)) == [("visits", 1, 3)]

    def test_of_a_partner_that_is_not_on_record(self):
        facts = facts_of(registered("B"))
        found = won_by(policy(requirement("R", field("tier") >= "silver"), FIRST), facts)

        assert told(found) == [("tier", None, "silver")]

    def test_of_a_partner_with_two_registrations(self):
        """The partner's tier is that of both: the other, which was first, wins either way."""
        facts = facts_of(
            registered("A", 1, partner_id="P-B"),
            registered("B", 2),
            partners=[Partner(partner_id="P-B", tier="silver")],
        )
        rules = policy(requirement("R", field("tier") >= "gold"), FIRST)

        assert not won_by(rules, facts).possible
        assert won_by(rules, facts, "A").possible


class TestShared:
    """Facts of the deal, if somebody says that they can change."""

    RULES = policy(
        override("CHOSEN", field("chosen_by_customer").is_true()),
        requirement("ABROAD", field("in_territory").is_true()),
        FIRST,
    )
    FACTS = facts_of(
        registered("A", 1),
        registered("B", 2),
        partners=[Partner(partner_id=name, territories=["DE"]) for name in ("P-A", "P-B")],
        opportunities=[Opportunity(opportunity_id="O-1", customer_id="C-1")],
        customers=[EndCustomer(customer_id="C-1", customer_country="DE")],
    )

    def test_are_fixed_by_default(self):
        found = won_by(self.RULES, self.FACTS)

        assert not found.possible
        assert found.fields == ("territories",)

    def test_may_change(self):
        found = won_by(self.RULES, self.FACTS, changeable={"customer_choice": "vendor"})

        assert told(found) == [("customer_choice", None, "P-B")]
        assert (found.edits[0].subject, found.edits[0].record_id) == ("opportunity", "O-1")

    def test_may_keep_the_rival_out(self):
        """Where the customer is elsewhere, only one of the two may sell."""
        facts = facts_of(
            *self.FACTS.registrations,
            partners=[
                Partner(partner_id="P-A", territories=["DE"]),
                Partner(partner_id="P-B", territories=["DE", "FR"]),
            ],
            opportunities=self.FACTS.opportunities,
            customers=self.FACTS.customers,
        )
        found = won_by(self.RULES, facts, changeable={"customer_country": "vendor"})

        assert told(found) == [("customer_country", "DE", "FR")]

    def test_of_a_deal_that_is_not_on_record(self):
        facts = facts_of(registered("A", 1), registered("B", 2, customer_id="C-9"))
        rules = policy(override("X", field("existing_customer").is_false(), effect="closes"), FIRST)
        changeable = {"existing_customer": "vendor", "in_forecast": "vendor"}

        assert not won_by(rules, facts, changeable=changeable).possible

    def test_creates_the_records_it_needs(self):
        rule = field("public_sector").is_true() & field("in_forecast").is_true()
        facts = facts_of(registered("B", customer_id="C-9"))
        found = won_by(
            policy(requirement("R", rule), FIRST),
            facts,
            changeable={"public_sector": "vendor", "in_forecast": "vendor"},
        )

        assert [(e.subject, e.record_id) for e in found.edits] == [
            ("opportunity", "O-1"),
            ("customer", "C-9"),
        ]

    def test_without_a_customer_nothing_of_the_customer_changes(self):
        rules = policy(requirement("R", field("public_sector").is_true()), FIRST)
        found = won_by(rules, facts_of(registered("B")), changeable={"public_sector": "vendor"})

        assert (found.possible, found.fields) == (False, ())


class TestCosts:
    RULES = policy(highest("tier").then(highest("quantity")))
    FACTS = facts_of(
        registered("A", quantity=5),
        registered("B", quantity=1),
        partners=[Partner(partner_id=name, tier="silver") for name in ("P-A", "P-B")],
    )

    def test_are_the_callers(self):
        cheap_tier = won_by(self.RULES, self.FACTS, costs={"quantity": 3})
        cheap_quantity = won_by(self.RULES, self.FACTS, costs={"tier": "2.5"})

        assert [each.field for each in cheap_tier.edits] == ["tier"]
        assert [each.field for each in cheap_quantity.edits] == ["quantity"]
        assert cheap_quantity.cost == 1

    def test_may_be_functions(self):
        found = won_by(
            self.RULES,
            self.FACTS,
            costs={"tier": 9, "quantity": lambda before, after: Fraction(after - before, 2)},
        )

        assert (told(found), found.cost) == ([("quantity", 1, 6)], Fraction(5, 2))

    def test_may_be_nothing(self):
        assert won_by(self.RULES, self.FACTS, costs={"tier": 0}).cost == 0

    @pytest.mark.parametrize("price", [-1, 0.5, "dear", lambda *_: -1])
    def test_are_exact_and_not_negative(self, price):
        with pytest.raises(UsageError):
            won_by(self.RULES, self.FACTS, costs={"quantity": price})

    def test_counts_levels(self):
        facts = facts_of(registered("B"), partners=[Partner(partner_id="P-B", tier="bronze")])
        found = won_by(policy(requirement("R", field("tier") >= "gold"), FIRST), facts)

        assert found.cost == 2


class TestWhoMayChange:
    RULES = policy(requirement("T", field("tier") >= "gold"), FIRST)
    FACTS = facts_of(registered("B"), partners=[Partner(partner_id="P-B", tier="bronze")])

    def test_only_the_partner(self):
        found = won_by(self.RULES, self.FACTS, by=["partner"])

        assert (found.possible, found.fields) == (False, ())

    def test_says_who(self):
        found = won_by(self.RULES, self.FACTS, by=["partner"], changeable={"tier": "partner"})

        assert found.edits[0].mover == "partner"

    def test_nobody(self):
        assert not won_by(self.RULES, self.FACTS, changeable={"tier": "nobody"}).possible

    @pytest.mark.parametrize(
        ("changeable", "hint"),
        [
            ({"teir": "vendor"}, "tier"),
            ({"partner_id": "vendor"}, "supplied"),
            ({"incumbent": "vendor"}, "supplied"),
        ],
    )
    def test_refuses_what_cannot(self, changeable, hint):
        with pytest.raises(UsageError, match=hint):
            won_by(self.RULES, self.FACTS, changeable=changeable)

    def test_knows_what_is_there(self):
        with pytest.raises(UsageError, match="no registration"):
            won_by(self.RULES, self.FACTS, "C")
        with pytest.raises(UsageError, match="protection"):
            won_by(self.RULES, self.FACTS, benefit="protectoin")

    def test_scope_stays_unless_it_is_named(self):
        rules = policy(competing_on("region"), FIRST)
        facts = facts_of(registered("A", 1, region="north"), registered("B", 2, region="north"))

        assert not won_by(rules, facts).possible
        found = won_by(rules, facts, changeable={"region": "partner"})
        assert told(found) == [("region", "north", "other")]

    def test_an_unknown_scope_can_be_named(self):
        rules = policy(competing_on("region"), FIRST)
        found = won_by(rules, facts_of(registered("B")), changeable={"region": "partner"})

        assert [each.field for each in found.edits] == ["region"]


class TestStages:
    """Whatever kept it out, the change that is found gets past it."""

    def test_windows(self):
        facts = facts_of(
            registered("A", 1),
            registered("B", 20),
            partners=[Partner(partner_id="P-B", tier="gold")],
        )
        rules = policy(within("7 days"), highest("tier"))
        found = won_by(rules, facts, changeable={"submitted_at": "partner"})

        assert told(found)[0][2] == datetime(2026, 3, 8, 9, tzinfo=UTC)
        assert found.exact

    @pytest.mark.parametrize("length", ["3 business days", "1 months"])
    def test_windows_of_a_calendar_bound_it(self, length):
        facts = facts_of(registered("A", 1), registered("B", 2))
        found = won_by(
            policy(within(length), highest("tier")), facts, changeable={"submitted_at": "partner"}
        )

        assert [each.code for each in found.limits] == ["calendar"]

    def test_buckets(self):
        facts = facts_of(
            registered("A", 2),
            registered("B", 3),
            partners=[Partner(partner_id="P-B", tier="gold")],
        )
        rules = policy(same_period("days"), highest("tier"))
        found = won_by(rules, facts, changeable={"submitted_at": "partner"})

        assert found.edits[0].after.day == 2
        assert not found.exact

    def test_head_starts(self):
        facts = facts_of(
            registered("A", 1),
            registered("B", 2),
            partners=[Partner(partner_id=name, tier="bronze") for name in ("P-A", "P-B")],
        )
        rules = policy(head_start("3 days"), FIRST)

        assert told(won_by(rules, facts)) == [("tier", "bronze", "silver")]
        changeable = {"tier": "nobody", "submitted_at": "partner"}
        assert won_by(rules, facts, changeable=changeable).edits[0].after.day == 1

    def test_milestones_and_periods_go_by_instants(self):
        rules = policy(period("30 days", starts="submitted_at"), FIRST)
        found = won_by(rules, facts_of(registered("B", 2)))
        later = won_by(rules, facts_of(registered("B", 2)), changeable={"submitted_at": "partner"})

        assert (found.possible, found.exact, found.tried) == (False, True, 1)
        assert later.possible
        assert [each.code for each in later.limits] == ["over_time"]

    def test_the_vendors_clock_goes_by_instants(self):
        rules = policy(
            requirement("R", field("approved_at").is_known()),
            FIRST,
            sla=Sla(length=Span(5, "days"), missed="deemed_approved"),
        )
        facts = facts_of(registered("B", 31, submitted_at="2026-05-31T09:00Z"))
        found = won_by(rules, facts, changeable={"submitted_at": "partner"})

        assert "submitted_at" in found.fields
        assert not found.exact

    def test_nothing_is_approved_before_it_was_submitted(self):
        rules = policy(earliest("approved_at").then(FIRST))
        facts = facts_of(registered("A", 1, approved_at="2026-03-01T09:00Z"), registered("B", 9))
        found = won_by(rules, facts, changeable={"approved_at": "vendor"})

        assert not found.possible
        found = won_by(
            rules, facts, changeable={"approved_at": "vendor", "submitted_at": "partner"}
        )
        assert {each.field for each in found.edits} == {"approved_at", "submitted_at"}

    def test_withdrawn_is_withdrawn(self):
        facts = facts_of(registered("B", status="withdrawn"))
        found = won_by(policy(requirement("T", field("tier") >= "gold"), FIRST), facts)

        assert (found.possible, found.tried) == (False, 1)

    def test_unless_the_status_may_change(self):
        facts = facts_of(registered("B", status="rejected"))
        rules = policy(requirement("S", field("status").one_of("submitted", "approved")), FIRST)

        assert told(won_by(rules, facts, changeable={"status": "vendor"}))[0][0] == "status"

    def test_benefits_for_those_that_hold_no_other(self):
        rules = Policy(
            programme="Example",
            tiers=("bronze", "gold"),
            contests=[
                contest("protection", highest("tier")),
                contest("consolation", not_holder_of("protection"), highest("tier")),
            ],
        )
        facts = facts_of(
            registered("A"),
            registered("B"),
            partners=[
                Partner(partner_id="P-B", tier="gold"),
                Partner(partner_id="P-A", tier="bronze"),
            ],
        )

        assert won_by(rules, facts, "B", "consolation").exact

    def test_joint_holders(self):
        joint = Joint(distinct=["partner_role"], stature=[Stature("satisfaction_score", 5)])
        rules = policy(holders(2), FIRST, joint)
        facts = facts_of(
            registered("A", 1, partner_role="resell"),
            registered("B", 2, partner_role="resell"),
            partners=[
                Partner(partner_id="P-A", satisfaction_score=90),
                Partner(partner_id="P-B", satisfaction_score=70),
            ],
        )
        found = won_by(rules, facts)

        assert told(found) == [
            ("partner_role", "resell", "other"),
            ("satisfaction_score", 70, 85),
        ]

    def test_a_ruling_stands(self):
        rules = policy(requirement("T", field("tier") >= "gold", if_false="refer"), FIRST)
        ruling = Ruling(
            registration_id="B",
            benefit="protection",
            verdict="refuse",
            decided_at="2026-04-01T00:00Z",
        )
        facts = facts_of(
            registered("B"), partners=[Partner(partner_id="P-B", tier="bronze")], rulings=[ruling]
        )

        assert told(won_by(rules, facts)) == [("tier", "bronze", "gold")]

    def test_a_question_about_another_is_that_ones(self):
        """B awaits what a person says of A, whose requirement is met by nothing of B's."""
        rules = policy(
            requirement("T", field("tier") >= "gold", if_false="refer"), lowest("quantity")
        )
        facts = facts_of(
            registered("A", quantity=1),
            registered("B", quantity=2),
            partners=[
                Partner(partner_id="P-A", tier="bronze"),
                Partner(partner_id="P-B", tier="gold"),
            ],
        )

        assert told(won_by(rules, facts)) == [("quantity", 2, 0)]


class TestDerived:
    def test_dates_are_counted_from(self):
        own = [
            Field(
                "lead",
                FieldType.INTEGER,
                derived=Elapsed("submitted_at", "estimated_close", "days"),
            )
        ]
        rules = policy(requirement("R", field("lead") >= 30), FIRST, fields=own)
        found = won_by(rules, facts_of(registered("B", 1, estimated_close=date(2026, 3, 10))))

        assert found.edits[0].after.isoformat() == "2026-03-31"
        assert found.exact

    @pytest.mark.parametrize("count", ["months", "business_days"])
    def test_other_counts_are_bounded(self, count):
        own = [
            Field(
                "lead", FieldType.INTEGER, derived=Elapsed("submitted_at", "estimated_close", count)
            )
        ]
        rules = policy(requirement("R", field("lead") >= 3), FIRST, fields=own)
        found = won_by(rules, facts_of(registered("B", 1, estimated_close=date(2026, 3, 2))))

        assert found.possible
        assert [each.code for each in found.limits] == ["calendar"]

    def test_lengths_of_time(self):
        rules = policy(highest("ahead_of_tender"))
        facts = facts_of(
            registered("A", 1),
            registered("B", 2),
            opportunities=[
                Opportunity(opportunity_id="O-1", tender_published_at="2026-03-20T00:00Z")
            ],
        )
        found = won_by(rules, facts, changeable={"submitted_at": "partner"})

        assert found.edits[0].after == datetime(2026, 3, 1, 8, 59, 59, tzinfo=UTC)

    def test_days_between_instants(self):
        own = [Field("age", FieldType.INTEGER, derived=Elapsed("submitted_at", "asked_at", "days"))]
        rules = policy(requirement("R", field("age") <= 10), FIRST, fields=own)
        found = won_by(rules, facts_of(registered("B", 1)), changeable={"submitted_at": "partner"})

        assert found.edits[0].after.isoformat() == "2026-05-22T00:00:00+00:00"

    def test_texts_that_are_compared(self):
        own = [
            Field("referrer", FieldType.TEXT),
            Field("sold_with_referrer", FieldType.BOOL, derived=Same("referrer", "distributor_id")),
            Field("bidders", FieldType.TEXT_SET),
            Field("bids", FieldType.BOOL, derived=Inside("distributor_id", "bidders")),
        ]
        same = policy(requirement("R", field("sold_with_referrer").is_true()), FIRST, fields=own)
        inside = policy(requirement("R", field("bids").is_true()), FIRST, fields=own)
        facts = facts_of(registered("B", distributor_id="D-1", attributes={"bidders": ["D-2"]}))
        changeable = {"distributor_id": "nobody"}

        assert told(won_by(same, facts, changeable=changeable)) == [("referrer", None, "D-1")]
        (edit,) = won_by(inside, facts, changeable=changeable).edits
        assert edit.after == {"D-1", "D-2"}

    def test_counts_of_others(self):
        own = [
            Field(
                "earlier",
                FieldType.INTEGER,
                derived=Tally(["partner_id", "region"], where={"stage": "open"}),
            )
        ]
        rules = policy(requirement("CAP", field("earlier") < 1), FIRST, fields=own)
        facts = facts_of(
            registered(
                "A", 1, partner_id="P-B", opportunity_id="O-9", region="north", stage="open"
            ),
            registered("B", 2, region="north", stage="open"),
        )
        found = won_by(rules, facts)

        assert told(found) == [("region", "north", "other")]
        assert [each.code for each in found.limits] == ["counts_others"]


class TestBounds:
    RULES = policy(
        requirement("T", field("quantity") >= 3), requirement("U", field("region") == "n")
    )

    def test_a_search_that_is_cut_off(self):
        found = won_by(self.RULES, facts_of(registered("B", quantity=1, region="s")), tries=2)

        assert (found.possible, found.exact, found.tried) == (False, False, 2)
        assert [each.code for each in found.limits] == ["crowded"]

    def test_own_code(self):
        rules = policy(requirement("SEEN", external("visited") | (field("quantity") >= 3)), FIRST)
        facts = facts_of(registered("B", quantity=1))
        asked = won_by(rules, facts, externals={"visited": lambda *_: False})
        recorded = won_by(rules, facts, externals={"visited": {"B": False}})

        assert told(asked) == told(recorded) == [("quantity", 1, 3)]
        assert [each.code for each in asked.limits] == ["external"]
        assert recorded.exact

    def test_own_code_is_asked_of_the_changed_facts(self):
        rules = policy(
            requirement("BIG", external("big")), requirement("Q", field("quantity") >= 3)
        )
        facts = facts_of(registered("B", quantity=1))
        found = won_by(rules, facts, externals={"big": lambda each, _: each.quantity >= 3})

        assert told(found) == [("quantity", 1, 3)]


class TestBooks:
    def test_the_version_in_force(self):
        old = policy(requirement("R", field("quantity") >= 9), FIRST)
        new = policy(requirement("R", field("quantity") >= 5), FIRST, version="2")
        book = PolicyBook(
            programme="Example",
            governs="decision",
            editions=[
                Edition(policy=old, effective_from="2026-01-01T00:00Z"),
                Edition(policy=new, effective_from="2026-05-01T00:00Z"),
            ],
        )
        facts = facts_of(registered("B", quantity=1))

        assert told(won_by(book, facts)) == [("quantity", 1, 5)]
        assert told(won_by(book, facts, at="2026-04-01T00:00Z")) == [("quantity", 1, 9)]
        with pytest.raises(UsageError, match="no rules in force"):
            won_by(book, facts, at="2025-12-01T00:00Z")


class TestManyConflicts:
    def test_others_bear_on_nothing(self):
        """A thousand other deals cost little, and change nothing."""
        far = [registered(f"X{n}", opportunity_id=f"O-{n + 10}") for n in range(300)]
        facts = facts_of(registered("A", 1, quantity=7), registered("B", 2, quantity=1), *far)
        found = won_by(policy(highest("quantity")), facts)

        assert told(found) == [("quantity", 1, 8)]
        assert len(found.decision.standings) == 302

    def test_conflicts_that_reach_further(self):
        """The special bid goes by the deal, the protection by the customer: C bears on B by A."""
        rules = Policy(
            programme="Example",
            contests=[
                contest("protection", competing_on("customer_id"), highest("quantity")),
                contest(BID, holder_of("protection"), highest("quantity")),
            ],
        )
        facts = facts_of(
            registered("A", quantity=9, customer_id="C-1"),
            registered("B", quantity=2, customer_id="C-2"),
            registered("C", quantity=5, customer_id="C-2", opportunity_id="O-2"),
        )
        found = won_by(rules, facts, benefit=BID)

        assert told(found) == [("quantity", 2, 10)]
