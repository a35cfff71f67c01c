"""The solver: what it reads, of every type; what it refuses by name; what it is not believed."""

import subprocess
import sys
from datetime import date, timedelta

import attrs
import pytest

from dealreg import (
    Field,
    Joint,
    Policy,
    PolicyErrors,
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
    latest,
    lowest,
    money,
    override,
    period,
    preferring,
    requirement,
    within,
)
from dealreg.analysis import compare, deadlocks, smt
from dealreg.facts.fields import FieldType, Same, Tally
from dealreg.policy.stages import Tie

z3 = pytest.importorskip("z3", reason="the extra `smt` is not installed")
meaning = pytest.importorskip("dealreg.analysis.smt.meaning")
ordering = pytest.importorskip("dealreg.analysis.smt.ordering")
FIRST = earliest("submitted_at")
MAY = date(2026, 5, 1)
INCUMBENT = field("incumbent_partner_id")
BY_EUR = highest("amount", currency="EUR")
LENGTH = Field("lead", FieldType.DURATION)
OWN = [
    Field("referrer", FieldType.TEXT),
    Field("with_referrer", FieldType.BOOL, derived=Same("referrer", "distributor_id")),
    LENGTH,
    Field("earlier_with_products", FieldType.INTEGER, derived=Tally(("products",))),
]


def policy(*parts, bid=None, fields=OWN, **more):
    contests = [contest("protection", *parts)]
    if bid is not None:
        contests.append(contest("special_bid", *bid))
    return Policy(
        programme="Example",
        tiers=("silver", "gold", "platinum"),
        fields=fields,
        contests=contests,
        **more,
    )


def asked(rule):
    return policy(requirement("R", rule), FIRST)


PAIRS = [
    (asked(field("quantity") >= 3), asked(field("quantity") > 3)),
    (asked(field("satisfaction_score") >= 80), asked(field("satisfaction_score") > 80)),
    (asked(field("amount") > money("5.5 EUR")), asked(field("amount") >= money("5.5 EUR"))),
    (asked(field("amount") > money("5 EUR")), asked(field("amount") > money("5 USD"))),
    (
        asked(field("estimated_close") < date(2026, 5, 1)),
        asked(field("estimated_close") <= date(2026, 5, 1)),
    ),
    (asked(field("lead") < timedelta(days=2)), asked(field("lead") <= timedelta(days=2))),
    (asked(field("region").one_of("n", "s")), asked(field("region") == "n")),
    (asked(field("region") != "n"), asked(~field("region").one_of("n", "s"))),
    (asked(field("products").covers("a", "b")), asked(field("products").overlaps("a", "b"))),
    (asked(field("products").only("a", "b")), asked(~field("products").overlaps("c"))),
    (asked(field("products").only("a")), asked(field("products").is_known())),
    (asked(field("incumbent").is_true()), asked(field("incumbent").is_known())),
    (
        asked(field("incumbent_partner_id") == "P-7"),
        asked(field("incumbent_partner_id").is_known()),
    ),
    (asked(field("with_referrer").is_true()), asked(~field("with_referrer").is_false())),
    (asked(field("tier") >= "gold"), asked(field("tier") > "gold")),
    (policy(highest("tier").then(FIRST)), policy(highest("tier", missing="first").then(FIRST))),
    (
        policy(highest("amount", currency="EUR").then(FIRST)),
        policy(highest("amount", currency="USD").then(FIRST)),
    ),
    (policy(lowest("quantity").then(FIRST)), policy(latest("quantity").then(FIRST))),
    (policy(preferring(field("tier") >= "gold").then(FIRST)), policy(FIRST)),
    (policy(within("7 days"), highest("tier")), policy(within("8 days"), highest("tier"))),
    (policy(within("168 hours"), highest("tier")), policy(within("1 weeks"), highest("tier"))),
    (policy(head_start("1 days"), FIRST), policy(head_start("2 days"), FIRST)),
    (policy(override("O", field("quantity") > 3), FIRST), policy(FIRST)),
    (policy(override("O", field("quantity") > 3, effect="closes"), FIRST), policy(FIRST)),
    (policy(override("O", field("quantity") > 3, effect="refers"), FIRST), policy(FIRST)),
    (policy(FIRST, Tie.SHARE), policy(FIRST, Tie.REFER)),
    (policy(FIRST, Tie.REGISTRATION_ID), policy(FIRST, Tie.SHARE)),
    (
        policy(requirement("R", field("quantity") > 3, if_false="refer"), FIRST),
        policy(requirement("R", field("quantity") > 3, if_false="return"), FIRST),
    ),
    (
        policy(FIRST, bid=[holder_of("protection"), FIRST]),
        policy(FIRST, bid=[FIRST]),
    ),
    (policy(FIRST, bid=[FIRST]), policy(FIRST)),
    (policy(period("30 days"), FIRST), policy(period("30 days"), latest("submitted_at"))),
    (
        policy(period("30 days"), requirement("R", field("approved_at").is_known()), FIRST),
        policy(period("30 days"), requirement("R", field("approved_at").is_missing()), FIRST),
    ),
]


@pytest.mark.parametrize(("old", "new"), PAIRS)
class TestBothEngines:
    """Of every type and stage: the same benefits differ, and a policy is equivalent to itself."""

    def test_find_the_same(self, old, new):
        solved, regions = smt.compare(old, new), compare(old, new)

        assert regions.exact
        assert {e.benefit for e in solved.changes} == {e.benefit for e in regions.changes}

    def test_find_no_difference_from_itself(self, old, new):
        for rules in (old, new):
            assert smt.compare(rules, rules, k=2).equivalent

    def test_find_the_same_deadlocks(self, old, new):
        for rules in (old, new):
            solved, regions = smt.deadlocks(rules), deadlocks(rules, repairs=False)
            assert {e.benefit for e in solved.patterns} == {e.benefit for e in regions.patterns}


class TestThree:
    def test_says_how_many_were_asked_about(self):
        found = smt.compare(PAIRS[0][0], PAIRS[0][0], k=4)

        assert (found.registrations, found.exact, found.limits) == (4, True, ())

    def test_one_is_too_few_to_be_exact(self):
        first, last = policy(FIRST), policy(latest("submitted_at"))
        found = smt.compare(first, last, k=1)

        assert found.equivalent
        assert not found.exact
        assert not smt.compare(first, last, k=2).equivalent

    def test_a_case_of_three_is_made_small(self):
        (change,) = smt.compare(policy(FIRST), policy(latest("submitted_at")), k=3).changes

        assert len(change.witness.facts.registrations) == 2

    @pytest.mark.parametrize("k", [0, 7, True, "3"])
    def test_so_many_are_not_asked_about(self, k):
        with pytest.raises(UsageError, match="from 1 to 6"):
            smt.compare(policy(FIRST), policy(FIRST), k=k)


class TestDeadlocks:
    RULES = policy(
        FIRST,
        bid=[
            holder_of("protection"),
            requirement("GOLD", field("tier") >= "gold"),
            requirement("BIG", field("quantity") > 3, if_false="return"),
            FIRST,
        ],
    )

    def test_finds_every_way(self):
        found = smt.deadlocks(self.RULES, k=3)

        ways = [e for e in found.patterns if e.holds]
        assert [(e.holds, e.code) for e in ways] == [("protection", "BIG"), ("protection", "GOLD")]
        assert all(len(e.facts.registrations) == 2 for e in ways)
        assert "tier" in [e.field for e in ways[1].certificate]

    def test_proves_that_there_is_none(self):
        found = smt.deadlocks(policy(FIRST, bid=[holder_of("protection"), FIRST]))

        assert found.free
        assert found.exact

    def test_finds_one_that_nobody_holds_anything_in(self):
        closes = override("C", field("quantity") > 3, effect="closes")
        found = smt.deadlocks(policy(closes, FIRST))

        assert [(e.benefit, e.holds) for e in found.patterns] == [("protection", None)]


class TestRefuses:
    @pytest.mark.parametrize(
        ("rules", "place"),
        [
            (policy(holders(2), Joint(distinct=["partner_role"]), FIRST), "joint"),
            (policy(competing_on("customer_id", lines="products"), FIRST), "scope"),
            (asked(external("seen")), "requires[R].that"),
            (asked(field("partner_id") == "P-1"), "requires[R].that"),
            (asked(field("filed_by").as_of("submitted_at") == "P-1"), "requires[R].that"),
            (asked(field("earlier_with_products") < 1), "requires[R].that"),
        ],
    )
    def test_what_it_does_not_read(self, rules, place):
        with pytest.raises(PolicyErrors) as caught:
            smt.compare(rules, rules)

        assert any(place in each.place for each in caught.value.problems)
        assert "the solver does not read" in str(caught.value)

    def test_everything_at_once(self):
        with pytest.raises(PolicyErrors) as caught:
            smt.deadlocks(
                asked(external("seen") & external("clear") & (field("partner_id") == "P"))
            )

        assert len(caught.value.problems) == 3

    def test_a_scope_by_its_own_place(self):
        with pytest.raises(PolicyErrors) as caught:
            smt.compare(policy(FIRST), policy(FIRST), scope=field("partner_id") == "P-1")

        assert [each.place for each in caught.value.problems] == ["scope"]


class TestIsNotBelieved:
    def test_a_difference_that_the_reference_does_not_see(self, monkeypatch):
        """As if the solver read the order of one of the two the other way round."""
        honest = ordering.Field.ranks

        def dishonest(self, place):
            ranks = honest(self, place)
            if self.view.policy.version == "2":
                ranks = [attrs.evolve(each, value=-each.value) for each in ranks]
            return ranks

        monkeypatch.setattr(ordering.Field, "ranks", dishonest)
        with pytest.raises(AssertionError, match="the reference does not"):
            smt.compare(policy(FIRST), policy(FIRST, version="2"))

    def test_a_deadlock_that_the_reference_does_not_see(self, monkeypatch):
        """As if nobody could hold anything together with another."""
        honest = meaning.award

        def dishonest(field, eligible, favoured=None):
            made = honest(field, eligible, favoured)
            alone = z3.Not(z3.And(list(made.granted)))
            return attrs.evolve(made, granted=[z3.And(each, alone) for each in made.granted])

        monkeypatch.setattr(meaning, "award", dishonest)
        with pytest.raises(AssertionError, match="the reference does not"):
            smt.deadlocks(policy(FIRST, Tie.SHARE))


def test_says_what_to_install_where_there_is_no_solver():
    code = (
        "import sys; sys.modules['z3'] = None\n"
        "from dealreg import MissingExtraError, Policy, contest, earliest\n"
        "from dealreg.analysis import smt\n"
        "p = Policy(programme='E', contests=[contest('b', earliest('submitted_at'))])\n"
        "try:\n    smt.compare(p, p)\n"
        "except MissingExtraError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert 'pip install "dealreg[smt]"' in done.stdout
