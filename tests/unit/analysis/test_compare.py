"""Comparing two policies: limits, scopes, and what is told where they part."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import attrs
import pytest

from dealreg import (
    Calendar,
    Elapsed,
    Facts,
    Field,
    Policy,
    PolicyErrors,
    Registration,
    Tally,
    UsageError,
    all_of,
    banded,
    competing_on,
    contest,
    decide,
    earliest,
    everyone_qualifying,
    external,
    field,
    head_start,
    highest,
    holder_of,
    holders,
    lowest,
    milestone,
    money,
    not_holder_of,
    one_per,
    others,
    override,
    period,
    preferring,
    requirement,
    same_period,
    sla,
    terms,
    within,
)
from dealreg.analysis import compare, difference
from dealreg.analysis.probing import probe_of
from dealreg.facts.canonical import canonical_json
from dealreg.policy.predicates import Fact
from dealreg.policy.stages import Joint, Key, Tie, Unmet
from dealreg.rendering import report_comparison

TIERS = ("silver", "gold", "platinum")
FIRST = earliest("submitted_at")
ALL = [everyone_qualifying(), terms("a"), terms("b")]


def rules(*parts, benefit="protection", **more):
    made = {"programme": "Example", "tiers": TIERS, **more}
    return Policy(contests=[contest(benefit, *parts)], **made)


def kinds(found):
    return [(each.kind.value, each.stage) for each in found.changes]


class TestWhereTheyPart:
    def test_a_window_a_minute_longer(self):
        old = rules(within("7 days"), highest("tier").then(FIRST))
        new = rules(within("10081 minutes"), highest("tier").then(FIRST))

        found = compare(old, new)

        assert ("changes_hands", "window") in kinds(found)
        assert len(found.changes[0].witness.facts.registrations) == 2
        assert "somebody else gets it" in report_comparison(found, old)

    def test_a_bucket_and_a_head_start(self):
        key = highest("tier").then(FIRST)
        days, weeks = rules(same_period("days"), key), rules(same_period("weeks"), key)
        months, head = rules(same_period("months"), key), rules(head_start("3 days"), key)

        for old, new in ((days, weeks), (weeks, months), (months, head), (head, days)):
            assert not compare(old, new).equivalent
        assert compare(head, head).exact

    def test_the_terms(self):
        gold = field("tier") >= "gold"
        old = rules(FIRST, terms(rate=banded((gold, "20"), (field("quantity") > 5, "10"))))
        new = rules(FIRST, terms(rate=banded((gold, "20"), (field("quantity") > 6, "10"))))

        found = compare(old, new)

        assert kinds(found) == [("terms", "gives")]
        assert "10 %" in report_comparison(found, old)

    def test_what_is_unknown(self):
        asked = field("evidence").covers("meeting")
        old = rules(FIRST, requirement("NONE", asked))
        new = rules(FIRST, requirement("NONE", asked, if_unknown="deny"))

        assert ("returned", "requires") in kinds(compare(old, new))

    def test_a_queue(self):
        assert ("queue", "prefer") in kinds(
            compare(rules(FIRST), rules(FIRST, others(stand="waiting")))
        )

    def test_a_benefit_that_only_one_has(self):
        two = Policy(
            programme="Example",
            contests=[contest("protection", FIRST), contest("discount", FIRST)],
        )
        one = attrs.evolve(two, contests=two.contests[:1])

        found = compare(two, one)

        assert {each.benefit for each in found.changes} == {"discount"}
        assert "does not offer it" in report_comparison(found, two)

    def test_periods_and_milestones(self):
        old = rules(FIRST, period("90 days"), milestone("amended_at", "30 days", grace="40 days"))
        longer = rules(
            FIRST, period("91 days"), milestone("amended_at", "30 days", grace="40 days")
        )
        later = rules(FIRST, period("90 days"), milestone("amended_at", "31 days", grace="40 days"))

        assert ("lost", "period") not in kinds(compare(old, longer))
        assert {"gained", "terms"} <= {kind for kind, _ in kinds(compare(old, longer))}
        assert not compare(old, later).exact
        assert compare(old, old).equivalent

    def test_a_currency_that_no_amount_is_in(self):
        old, new = (rules(FIRST, requirement("C", field("currency") == c)) for c in ("USD", "GBP"))

        assert not compare(old, new).equivalent

    @pytest.mark.parametrize("more", [[everyone_qualifying()], []])
    def test_partners_of_one_group(self, more):
        old, new = (rules(FIRST, *more, one_per(each)) for each in ("partner_id", "partner_group"))

        assert not compare(old, new).equivalent

    def test_money_of_another_currency(self):
        old = rules(FIRST, requirement("SMALL", field("amount") >= money("100 EUR")))
        new = rules(FIRST, requirement("SMALL", field("amount") >= money("100.01 EUR")))
        other = rules(FIRST, requirement("SMALL", field("amount") >= money("100 USD")))

        assert not compare(old, new).equivalent
        assert not compare(old, other).equivalent

    def test_a_tier_as_it_was_and_as_it_is(self):
        old = rules(Key(Fact("tier", "submitted_at"), "highest"), FIRST)
        new = rules(highest("tier").then(FIRST))

        found = compare(old, new)

        assert found.changes
        seen = found.changes[0].witness
        assert decide(new, seen.facts, at=seen.at) == seen.new
        assert "now" in report_comparison(found, old)

    def test_the_age_of_a_registration(self):
        fields = [
            Field(
                "open_for", "duration", derived=Elapsed("submitted_at", "asked_at"), changes=False
            )
        ]
        from datetime import timedelta

        old = rules(
            FIRST, requirement("OLD", field("open_for") <= timedelta(days=30)), fields=fields
        )
        new = rules(
            FIRST, requirement("OLD", field("open_for") <= timedelta(days=31)), fields=fields
        )

        assert not compare(old, new).equivalent
        assert compare(old, old).exact

    def test_how_long_before_the_tender(self):
        from datetime import timedelta

        old = rules(FIRST, requirement("LATE", field("ahead_of_tender") >= timedelta(days=7)))
        new = rules(FIRST, requirement("LATE", field("ahead_of_tender") > timedelta(days=7)))

        found = compare(old, new)

        assert not found.equivalent
        assert "Tender published at" in report_comparison(found, old)


def by(*keys, prefer=(FIRST,), **more):
    return rules(competing_on(*keys), *prefer, **more)


LINE = Field(name="line_of_business", type="text", meaning="The line of business")
ALL_KINDS = [
    LINE,
    Field(name="wave", type="integer", subject="customer"),
    Field(name="launch", type="date", subject="opportunity"),
    Field(name="pilot", type="bool", subject="partner"),
    Field(name="competence", type="ordinal", levels=["basic", "expert"]),
]


class TestWhatCompetes:
    """Which registrations compete is a rule as well, by fields of every kind and subject."""

    @pytest.mark.parametrize(
        "key",
        [
            "customer_domain",
            "partner_group",
            "incumbent_partner_id",
            "filed_by_registrant",
            *(each.name for each in ALL_KINDS),
        ],
    )
    def test_any_field_can_say_what_competes(self, key):
        old = by(key, fields=ALL_KINDS)
        new = by(key, prefer=(highest("tier").then(FIRST),), fields=ALL_KINDS)

        assert compare(old, old).exact
        assert ("changes_hands", "prefer") in kinds(compare(old, new))

    @pytest.mark.parametrize(
        ("before", "after", "differs_in"),
        [
            (["opportunity_id"], ["opportunity_id", "division"], "division"),
            (["customer_id", "line_of_business"], ["customer_id"], "line_of_business"),
            (["customer_id"], ["opportunity_id"], "opportunity_id"),
            (["customer_domain"], ["customer_id"], "customer_id"),
            (["division"], ["customer_id", "division"], "customer_id"),
            (["customer_id"], ["customer_id", "customer_domain", "pilot"], "pilot"),
            (["customer_id"], ["customer_id", "competence"], "competence"),
            (["wave"], ["wave", "launch"], "launch"),
        ],
    )
    def test_other_keys_are_a_difference(self, before, after, differs_in):
        old, new = by(*before, fields=ALL_KINDS), by(*after, fields=ALL_KINDS)

        found = compare(old, new)
        said = report_comparison(found, old)

        assert not found.equivalent
        assert {each.code.value for each in found.limits} == {"scopes"}
        assert differs_in.replace("_", " ").capitalize() in said
        for change in found.changes:
            facts, at = change.witness.facts, change.witness.at
            assert decide(old, facts, at=at) == change.witness.old
            assert decide(new, facts, at=at) == change.witness.new
            assert change.witness.old.standings != change.witness.new.standings
        assert difference(old, new) is not None

    def test_a_key_that_is_not_known_is_a_difference(self):
        found = compare(by("opportunity_id"), by("opportunity_id", "division"))

        (lost,) = (each for each in found.changes if each.kind.value == "lost")
        assert [each.division for each in lost.witness.facts.registrations] == [None]

    def test_what_depends_on_a_benefit_with_other_keys_differs_as_well(self):
        def two(*keys):
            bid = contest("bid", competing_on("customer_id"), FIRST, holder_of("protection"))
            protection = contest("protection", competing_on(*keys), FIRST)
            return Policy(programme="Example", contests=[protection, bid])

        found = compare(two("customer_id"), two("customer_id", "division"))

        assert {each.benefit for each in found.changes} == {"protection", "bid"}

    def test_rules_about_a_key_see_what_competes(self):
        """Two of one division, one with few units: they compete, and only one is preferred."""
        some = preferring((field("division") == "north") | (field("quantity") >= 10))
        for keys in (["division"], ["opportunity_id", "division"]):
            old, new = by(*keys, prefer=(some, FIRST)), by(*keys)

            assert "changes_hands" in [each for each, _ in kinds(compare(old, new))]

    def test_cases_of_one_division_do_not_meet_in_one_run(self):
        """Cases are decided many at a time; what all of them have in common joins none of them."""
        north = requirement("NORTH", field("division") == "north")
        gold = requirement("GOLD", field("tier") >= "gold")

        found = compare(
            by("division", prefer=(north, FIRST)), by("division", prefer=(north, gold, FIRST))
        )

        (lost,) = (each for each in found.changes if each.kind.value == "lost")
        assert len(lost.witness.facts.registrations) == 1


class TestLimits:
    def codes(self, old, new):
        return {each.code.value for each in compare(old, new).limits}

    def test_what_both_share_bounds_nothing(self):
        asked = requirement("CLEAR", external("sanctions_clear"))
        old = rules(FIRST, asked)
        new = rules(FIRST, asked, requirement("ANY", field("tier").is_known() | True_()))

        assert compare(old, new).exact

    @pytest.mark.parametrize(
        ("code", "old", "new"),
        [
            ("external", [FIRST, requirement("A", external("clear"))], [FIRST]),
            ("several_holders", [FIRST, holders(2)], [FIRST, holders(3)]),
            ("several_holders", [FIRST, *ALL, terms("c")], [FIRST, *ALL, terms("d")]),
            ("joint", [FIRST, holders(2)], [FIRST, holders(2), Joint(distinct=["partner_role"])]),
            ("lines", [FIRST, competing_on("opportunity_id", lines="products")], [FIRST]),
            (
                "left_to_a_person",
                [FIRST, requirement("A", field("tier") >= "gold", if_false="refer")],
                [highest("tier").then(FIRST), requirement("A", field("tier") >= "gold")],
            ),
            (
                "queue",
                [FIRST, within("7 days"), others(stand="waiting")],
                [FIRST, within("7 days")],
            ),
            ("calendar", [FIRST, within("1 month")], [FIRST, within("30 days")]),
            (
                "identity",
                [FIRST, requirement("A", field("partner_id") == "P9")],
                [FIRST],
            ),
            ("counts_others", [lowest("earlier_by_same_partner")], [FIRST]),
            (
                "counts_others",
                [FIRST, requirement("A", field("earlier_by_same_partner") <= 1)],
                [FIRST],
            ),
        ],
    )
    def test_is_named_with_its_clause(self, code, old, new):
        found = compare(rules(*old), rules(*new))

        assert code in {each.code.value for each in found.limits}
        assert all(each.clause for each in found.limits)

    def test_counted_days_are_bounded_where_they_differ(self):
        fields = [
            Field(
                "days",
                "integer",
                derived=Elapsed("submitted_at", "approved_at", "business_days", "work"),
                changes=False,
            )
        ]
        more = {"fields": fields, "calendars": [Calendar("work", zone="Europe/Berlin")]}
        old = rules(FIRST, requirement("SLOW", field("days") <= 5), **more)
        new = rules(FIRST, requirement("SLOW", field("days") <= 6), **more)

        assert "calendar" in self.codes(old, new)

    def test_a_window_that_opens_later_and_closes_earlier_leaves_room_for_a_third(self):
        """From Saturday at ten a business day is longer than from Sunday at nine."""
        saturday, sunday = datetime(2026, 3, 7, 10, tzinfo=UTC), datetime(2026, 3, 8, 9, tzinfo=UTC)
        monday, filed = datetime(2026, 3, 9, 9, 30, tzinfo=UTC), field("submitted_at")
        early = (filed >= datetime(2026, 3, 8, 8, tzinfo=UTC)) & (filed <= sunday)
        late = (filed >= monday) & (filed <= datetime(2026, 3, 9, 9, 35, tzinfo=UTC))
        asked = ((filed <= saturday) & (field("quantity") == 1)) | (
            (early | late) & (field("quantity") == 2)
        )
        window, best = within("1 business days"), highest("quantity")
        old = rules(requirement("WHEN", asked), window, best, FIRST)
        new = rules(requirement("WHEN", asked), window, best, preferring(filed >= monday), FIRST)
        three = [("E", saturday, 1), ("A", sunday, 2), ("B", monday, 2)]
        facts = Facts(
            registrations=[
                Registration(
                    registration_id=name,
                    partner_id=name,
                    opportunity_id="O1",
                    submitted_at=at,
                    quantity=quantity,
                )
                for name, at, quantity in three
            ]
        )

        at = datetime(2026, 4, 1, tzinfo=UTC)
        held = [
            [s.registration_id for s in decide(each, facts, at=at).standings if s.kind == "granted"]
            for each in (old, new)
        ]
        assert held == [["A"], ["B"]]
        assert "calendar" in self.codes(old, new)
        plain = rules(window, best, FIRST)
        assert not self.codes(plain, rules(window, FIRST, best))

    def test_what_happens_over_time(self):
        old = rules(FIRST, period("90 days"))
        new = rules(FIRST, period("90 days", pauses=True), sla=sla("2 days"))

        found = compare(old, new)

        assert found.equivalent
        assert not found.exact
        assert "only later events can show it" in report_comparison(found, old)

    def test_benefits_that_depend_otherwise(self):
        def two(*parts):
            return Policy(
                programme="Example",
                contests=[contest("protection", FIRST), contest("bid", FIRST, *parts)],
            )

        old, new = two(holder_of("protection")), two(not_holder_of("protection"))

        assert "not_holder" in self.codes(old, new)
        assert compare(old, old).exact

    def test_who_gets_nothing_alone_is_looked_at_beside_a_rival(self):
        def two(least):
            part = requirement("Q", field("quantity") >= least)
            rest = contest("rest", not_holder_of("protection"), part, FIRST)
            return Policy(programme="Example", contests=[contest("protection", FIRST), rest])

        assert {each.benefit for each in compare(two(5), two(6)).changes} == {"rest"}

    @pytest.mark.parametrize(
        ("code", "never"),
        [
            ("counts_others", field("earlier_by_same_partner") >= 1),
            ("identity", field("partner_id") == "P9"),
        ],
    )
    def test_a_rule_that_no_case_tried_satisfies(self, code, never):
        old, new = (
            rules(FIRST, requirement("P", never), requirement("Q", field("quantity") >= least))
            for least in (5, 6)
        )

        assert self.codes(old, new) == {code}

    def test_contests_by_other_keys(self):
        def two(*parts):
            return Policy(
                programme="Example",
                contests=[contest("protection", FIRST), contest("bid", *parts)],
            )

        old = two(FIRST, competing_on("customer_id"))

        assert "scopes" in self.codes(old, two(FIRST))

    def test_a_contest_by_other_keys_than_before(self):
        old, new = rules(FIRST, competing_on("customer_id")), rules(FIRST)

        assert self.codes(old, new) == {"scopes"}

    @pytest.mark.parametrize(
        ("key", "asked", "bounded"),
        [
            ("customer_id", "vendor_engaged", True),
            ("customer_id", "public_sector", False),
            ("division", "public_sector", True),
            ("opportunity_id", "vendor_engaged", False),
        ],
    )
    def test_facts_that_those_who_compete_need_not_share(self, key, asked, bounded):
        keys, first = competing_on(key), preferring(field(asked).is_true())

        found = compare(rules(first.then(FIRST), keys), rules(FIRST, keys))

        assert found.equivalent
        assert found.exact is not bounded

    def test_a_set_of_many_texts_that_none_of_those_tried_is(self):
        names = [f"product_{number}" for number in range(14)]
        covers = [field("products").covers(each) for each in names]
        three = all_of(*covers[:3], *(~each for each in covers[3:]))
        both = (three, three & field("tier").is_missing())
        old, new = (rules(FIRST, requirement("THREE", e, if_unknown="deny")) for e in both)

        assert compare(old, new).equivalent
        assert self.codes(old, new) == {"crowded"}

    def test_more_texts_than_every_set_of(self):
        names = [f"product_{number}" for number in range(14)]
        old = rules(FIRST, *(requirement(f"R{n}", field("products").covers(n)) for n in names))
        new = rules(FIRST, requirement("ALL", field("products").covers(*names)))

        assert compare(old, new).equivalent
        assert compare(old, new).exact


def True_():  # noqa: N802
    return field("tier").is_missing()


class TestScope:
    def test_must_be_sound(self):
        with pytest.raises(PolicyErrors) as raised:
            compare(rules(FIRST), rules(FIRST), scope=field("tiger") >= "gold")

        assert "tiger" in str(raised.value.exceptions[0])

    def test_leaves_out_what_does_not_satisfy_it(self):
        old = rules(FIRST)
        new = rules(FIRST, requirement("SMALL", field("quantity") >= 5))

        found = compare(old, new, scope=field("quantity") < 5)

        assert found.changes
        assert "in_scope" in [each.value for each in found.premises]
        assert compare(old, new, scope=field("quantity") >= 5).equivalent


class TestErrors:
    def test_something_else_than_a_policy(self):
        with pytest.raises(UsageError, match="is not a policy"):
            compare(rules(FIRST), "policy.toml")

    def test_a_policy_that_is_not_sound(self):
        with pytest.raises(PolicyErrors):
            compare(rules(FIRST), rules(highest("teir")))

    def test_one_field_declared_as_two(self):
        def with_field(kind):
            asked = requirement("A", field("grade").is_known())
            return rules(FIRST, asked, fields=[Field("grade", kind)])

        with pytest.raises(UsageError, match="two different fields"):
            compare(with_field("integer"), with_field("text"))

    def test_ladders_that_differ_are_compared_on_common_levels(self):
        old = rules(highest("tier").then(FIRST))
        new = rules(highest("tier").then(FIRST), tiers=(*TIERS, "titanium"))

        found = compare(old, new)

        assert found.equivalent
        assert {each.code.value for each in found.limits} == {"ladder"}


class TestDifference:
    def test_is_none_where_there_is_none(self):
        assert difference(rules(FIRST), rules(FIRST)) is None

    def test_is_the_same_whoever_asked_before(self):
        old = rules(within("7 days"), highest("tier").then(FIRST))
        new = rules(within("6 days"), highest("tier").then(FIRST))
        with ThreadPoolExecutor(4) as pool:
            seen = list(pool.map(lambda _: difference(old, new), range(8)))
        probe_of.cache_clear()
        seen.append(difference(old, new))

        assert len(seen[0].facts.registrations) == 2
        assert len({canonical_json(each) for each in seen}) == 1

    def test_what_only_a_new_field_shows(self):
        new = rules(
            FIRST, requirement("A", field("grade") >= 3), fields=[Field("grade", "integer")]
        )

        assert difference(rules(FIRST), new).facts.registrations

    def test_a_benefit_that_one_policy_does_not_know(self):
        bid = contest("special_bid", FIRST)
        new = attrs.evolve(rules(FIRST), contests=[*rules(FIRST).contests, bid])

        assert len(difference(rules(FIRST), new).facts.registrations) == 1

    def test_is_on_facts_that_can_be(self):
        early = field("submitted_at") < datetime(2026, 3, 5, 12, tzinfo=UTC)
        more = [requirement("R", early, if_unknown="deny"), highest("quantity")]
        old = rules(within("1 day", of="completed_at"), *more)
        new = rules(head_start("1 day"), *more)

        seen = difference(old, new)

        assert decide(old, seen.facts, at=seen.at).standings == seen.old.standings


class TestOnlyOneCandidate:
    """How the only candidate would be ordered, and what is left for others, bears on nothing."""

    def bids(self, *parts, **more):
        bid = attrs.evolve(contest("bid", holder_of("protection"), *parts, FIRST), **more)
        first = contest("protection", within("7 days"), highest("tier").then(FIRST))
        return Policy(programme="Example", tiers=TIERS, contests=[first, bid])

    @pytest.mark.parametrize("more", [{"tie": Tie.SHARE}, {"capacity": 2}, {"prefer": ()}])
    def test_is_alike_without_asking_for_pairs(self, more):
        found = compare(self.bids(), self.bids(**more))

        assert found.equivalent
        assert found.exact
        assert found.cases < 20

    def test_who_may_be_the_candidate_bears_on_it(self):
        assert not compare(self.bids(), self.bids(requirement("A", field("score") > 1))).equivalent

    def test_needs_two_where_the_order_differs(self):
        seen = difference(rules(FIRST), rules(preferring(field("quantity") > 3).then(FIRST)))

        assert len(seen.facts.registrations) == 2


def test_rules_of_every_other_kind_are_compared():
    """Overrides, everybody, bands of counting, external answers, tallies: alike with themselves."""
    tally = Field("mine", "integer", derived=Tally(("partner_id",)), changes=False)
    old = rules(
        FIRST,
        everyone_qualifying(),
        override("CHOICE", field("chosen_by_customer").is_true()),
        override("TENDER", external("tendered"), effect="closes"),
        requirement("CAP", field("mine") <= 3, if_false=Unmet.REFER),
        requirement("CLEAR", external("clear")),
        fields=[tally],
    )
    new = attrs.evolve(
        old,
        contests=[attrs.evolve(old.contests[0], requires=old.contests[0].requires[:1])],
    )

    found = compare(old, new)

    assert compare(old, old).equivalent
    assert found.changes
    answers = [each for change in found.changes for each in change.witness.answers]
    assert {each.name for each in answers} >= {"clear"}
    assert "is answered" in report_comparison(found, old)


class TestSetsOfTexts:
    """Of texts that the same rules name, a set has all, some or none; no other way matters."""

    NAMES = tuple(f"product_{number:02}" for number in range(14))

    @pytest.mark.parametrize("apart", [2, 3, 7, 12])
    def test_however_many_are_named(self, apart):
        some = requirement("SOME", field("evidence").covers(*self.NAMES[:apart]))
        rest = requirement("REST", field("evidence").overlaps(*self.NAMES[apart:]))

        found = compare(rules(FIRST, some), rules(FIRST, some, rest))

        assert {each.kind.value for each in found.changes} == {
            "lost",
            "changes_hands",
            "from_a_person",
        }
        assert not found.limits

    def test_one_of_many_ways(self):
        asked = [
            requirement(f"R{n}", field("evidence").overlaps(*self.NAMES[n : n + 2]))
            for n in range(0, 8, 2)
        ]
        listed = requirement("LISTED", field("evidence").only(*self.NAMES[:8], "other"))

        assert compare(rules(FIRST, *asked, listed), rules(FIRST, *asked, listed)).exact
        assert not compare(rules(FIRST, *asked, listed), rules(FIRST, *asked)).equivalent

    def test_too_many_ways_to_try(self):
        names = [(name, self.NAMES[n + 1]) for n, name in enumerate(self.NAMES[:-1])]
        asked = [
            requirement(f"R{n}", field("evidence").covers(*two)) for n, two in enumerate(names)
        ]

        more = requirement("TIER", field("tier").is_known())
        limits = compare(rules(FIRST, *asked), rules(FIRST, *asked, more)).limits
        assert ("crowded", "fields[evidence]") in [
            (each.code.value, each.clause) for each in limits
        ]

    def test_a_text_that_a_policy_calls_other(self):
        """The text that stands for all that nobody names is one that nobody names."""
        other = requirement("OTHER", field("region") == "other")
        known = requirement("OTHER", field("region").is_known())

        assert not compare(rules(FIRST, other), rules(FIRST, known)).equivalent
