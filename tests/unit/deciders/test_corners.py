"""Corners that laws found first, each in its smallest form."""

from fractions import Fraction

import pytest

from dealreg import (
    Calendar,
    Decision,
    Edition,
    Facts,
    Governs,
    Joint,
    Policy,
    PolicyBook,
    Tie,
    all_of,
    any_of,
    banded,
    competing_on,
    contest,
    decide,
    earliest,
    everyone_qualifying,
    field,
    fraction_of_holder,
    highest,
    holders,
    others,
    override,
    period,
    requirement,
    same_period,
    terms,
    within,
)
from tests.unit.deciders.table import decided, row, ruled, shown

EQUAL = (row("A"), row("B"), row("C"))
TWO_OF_ONE_PARTNER = (row("A"), row("A2", partner_id="P-A"), row("B"))


class TestOneEachInATie:
    """C-10, C-12: the partner's other registration is out, and stays out, of its own tie."""

    def test_by_registration_id(self) -> None:
        made = decided(contest("protection", Tie.REGISTRATION_ID), *TWO_OF_ONE_PARTNER)
        assert shown(made) == {
            "A": "1st",
            "A2": "denied DUPLICATE_SAME_PARTNER < A",
            "B": "denied DUPLICATE_OTHER_PARTNER < A",
        }

    def test_by_a_ruling(self) -> None:
        rulings = (ruled("A", "accept"),)
        made = decided(contest("protection"), *TWO_OF_ONE_PARTNER, rulings=rulings)
        assert shown(made)["A"] == "1st"

    def test_a_group_that_is_not_known_is_nobodys(self) -> None:
        """The name of a group is not mixed up with the number of a registration."""
        rows = (row("A", contract_id=None), row("B", contract_id="A"))
        made = decided(contest("protection", everyone_qualifying()), *rows)
        assert shown(made) == {"A": "1st", "B": "1st"}


class TestEqualHolders:
    """C-11, C-14: equal registrations that all hold have the same place and the same terms."""

    def test_all_who_qualify(self) -> None:
        rules = contest("protection", everyone_qualifying(), terms("", "20"))
        made = decided(rules, *EQUAL)
        assert {each.place for each in made.standings} == {1}
        assert {each.entitlement.percent for each in made.standings if each.entitlement} == {20}

    def test_who_gets_which_terms_is_a_tie(self) -> None:
        parts = (everyone_qualifying(), terms("", "20"), terms("", "10"))
        asked = decided(contest("protection", *parts), *EQUAL)
        named = decided(contest("protection", *parts, Tie.REGISTRATION_ID), *EQUAL)
        assert {each.code for each in asked.standings} == {"TIE"}
        found = [each.entitlement.percent for each in named.standings if each.entitlement]
        assert found == [20, 10, 10]

    def test_equal_holders_share_the_shares_of_their_places(self) -> None:
        shares = (terms("", share="3/5"), terms("", share="2/5"))
        two = decided(contest("protection", holders(2), *shares, Tie.SHARE), *EQUAL[:2])
        three = decided(contest("protection", holders(2), *shares, Tie.SHARE), *EQUAL)
        assert {each.entitlement.share for each in two.standings if each.entitlement} == {
            Fraction(1, 2)
        }
        assert {each.entitlement.share for each in three.standings if each.entitlement} == {
            Fraction(1, 3)
        }

    def test_the_next_place_counts_them(self) -> None:
        rules = contest("protection", earliest("submitted_at"), everyone_qualifying())
        made = decided(rules, *EQUAL, row("D", day=2))
        assert made.standing("D", "protection").place == 4

    def test_a_fraction_is_of_the_highest_of_equally_first_ones(self) -> None:
        rate = terms("", fraction_of_holder("1/2"))
        by_tier = banded((field("tier") >= "gold", "30"), (field("tier") >= "silver", "10"))
        given = terms("", by_tier)
        rules = contest("protection", earliest("submitted_at"), holders(2), given, others(rate))
        rows = (row("A", tier="silver"), row("B", tier="gold"), row("C", day=2))
        made = decided(rules, *rows).standing("C", "protection")
        assert made.entitlement is not None
        assert made.entitlement.percent == 15


class TestTiesOfLines:
    """C-8, C-12: who does not compete with whom has no part in its tie."""

    LINES = competing_on("opportunity_id", lines="products")

    def test_two_ties_side_by_side_are_shared_apart(self) -> None:
        rows = [row(name, products={line}) for name, line in zip("ABCD", "PPQQ", strict=True)]
        made = decided(contest("protection", self.LINES, Tie.SHARE), *rows)
        shares = {each.entitlement.share for each in made.standings if each.entitlement}
        assert shares == {Fraction(1, 2)}

    def test_each_is_a_question_of_its_own(self) -> None:
        rows = [row(name, products={line}) for name, line in zip("ABCD", "PPQQ", strict=True)]
        made = decided(contest("protection", self.LINES), *rows)
        assert {each.candidates for each in made.referrals} == {("A", "B"), ("C", "D")}

    def test_a_missing_value_elsewhere_refers_nobody(self) -> None:
        rules = contest("protection", self.LINES, highest("tier", missing="refer"))
        rows = (
            row("A", tier="gold", products={"P"}),
            row("B", tier="silver", products={"P"}),
            row("C", products={"Q"}),
        )
        made = shown(decided(rules, *rows))
        assert made == {"A": "1st", "B": "denied DUPLICATE_OTHER_PARTNER < A", "C": "1st"}

    def test_places_that_an_earlier_tie_will_take_are_not_given_again(self) -> None:
        """A holds P; B and C (P and Q) wait for a person; D and E want what is left of Q."""
        rules = contest(
            "protection",
            self.LINES,
            highest("tier", missing="last"),
            holders(2),
            Tie.REFER,
        )
        rows = (
            row("A", tier="platinum", products={"P"}),
            row("B", tier="gold", products={"P", "Q"}),
            row("C", tier="gold", products={"P", "Q"}),
            row("D", tier="silver", products={"Q"}),
            row("E", tier="silver", products={"Q"}),
        )
        made = decided(rules, *rows)
        assert shown(made) == {
            "A": "1st",
            "B": "referred TIE",
            "C": "referred TIE",
            "D": "referred TIE",
            "E": "referred TIE",
        }


class TestJoint:
    """C-13: two declared sets that are empty share nothing."""

    def test_empty_sets_fit(self) -> None:
        rules = contest(
            "protection", earliest("submitted_at"), holders(2), Joint((), ("products",))
        )
        made = decided(rules, row("A", products=set()), row("B", day=2, products=set()))
        assert [each.kind.value for each in made.standings] == ["granted", "granted"]


class TestHeldBack:
    """C-5: whose terms would change is held back too, though it would hold either way."""

    def test_other_terms(self) -> None:
        rules = contest(
            "protection",
            requirement("ASK", field("vendor_approval").is_true(), if_unknown="refer"),
            earliest("submitted_at"),
            holders(2),
            terms("", "20"),
            terms("", "10"),
        )
        made = decided(rules, row("A"), row("B", day=2, vendor_approval=True))
        assert shown(made)["B"] == "referred AWAITS_RULING < A"


class TestWindowMargin:
    """C-9: who was late learns its own clock, and when the window closed."""

    def test_of_a_month(self) -> None:
        rules = contest("protection", same_period("months"))
        late = row("B", submitted_at="2026-04-02T09:00Z")
        margin = decided(rules, row("A", day=5), late).standing("B", "protection").margin
        assert margin is not None
        assert str(margin.own) == "2026-04-02 09:00:00+00:00"
        assert str(margin.rival) == "2026-04-01 00:00:00+00:00"

    def test_no_time_at_all_is_the_very_instant(self) -> None:
        """Also where the clock shows the same time twice: the anchor is in its own window."""
        twice = "2026-10-25T01:30Z"  # 02:30 in Berlin for the second time
        rules = contest("protection", within("0 days", calendar="berlin"))
        made = decided(
            rules,
            row("A", submitted_at=twice),
            at="2026-12-01T00:00Z",
            calendars=[Calendar("berlin", zone="Europe/Berlin")],
        )
        assert shown(made) == {"A": "1st"}


class TestMissing:
    """D-3: a partner is asked for what keeps the answer open, and for nothing else."""

    OPEN = field("score") >= 3

    @pytest.mark.parametrize(
        ("that", "missing"),
        [
            (all_of(OPEN, field("region").is_missing()), ("score",)),
            (all_of(OPEN, any_of(field("region") == "DE", field("quantity") >= 1)), ("score",)),
            (all_of(OPEN, field("region") == "DE"), ("region", "score")),
        ],
    )
    def test_of_a_requirement(self, that: object, missing: tuple[str, ...]) -> None:
        rules = contest("protection", requirement("X", that))  # type: ignore[arg-type]
        made = decided(rules, row("A", quantity=5)).standing("A", "protection")
        assert made.code == "X"
        assert made.missing == missing


def _version(name: str, *parts: object) -> Policy:
    return Policy(
        programme="Table",
        version=name,
        contests=[contest("protection", earliest("submitted_at"), *parts)],
    )  # type: ignore[arg-type]


class TestBooks:
    """B-3 … B-6."""

    OLD = Edition(
        policy=_version("old", period("12 months", starts="submitted_at")),
        effective_from="2026-01-01T00:00Z",
    )
    NEW = Edition(
        policy=_version("new", period("1 months", starts="submitted_at")),
        effective_from="2026-03-05T00:00Z",
    )

    def decided(self, *rows: tuple, governs: str, at: str) -> Decision:  # type: ignore[type-arg]
        book = PolicyBook(
            programme="Table", editions=[self.OLD, self.NEW], governs=Governs(governs)
        )
        facts = Facts(registrations=[registration for registration, _ in rows])
        return decide(book, facts, at=at)

    def test_before_the_first_version(self) -> None:
        made = self.decided(row("A"), governs="decision", at="2025-12-31T00:00Z")
        assert shown(made) == {"A": "denied NOT_OFFERED"}

    def test_a_withdrawn_registration_does_not_keep_the_old_rules_in_force(self) -> None:
        gone = row("A", day=1, status="withdrawn")
        made = self.decided(
            gone, row("B", day=6), governs="first_submission", at="2026-03-20T00:00Z"
        )
        assert made.standing("B", "protection").policy_version == "new"

    def test_nobody_is_granted_a_period_that_is_over(self) -> None:
        """The period is that of the version that leads the contest, also for who came later."""
        rows = (row("A", day=1), row("B", day=6))
        made = self.decided(*rows, governs="own_submission", at="2026-05-20T00:00Z")
        assert shown(made) == {"A": "1st", "B": "denied DUPLICATE_OTHER_PARTNER < A"}


class TestOverrideByRuling:
    """C-6: what a person refused is denied, and those not chosen are passed over."""

    def test_refused_and_not_chosen(self) -> None:
        rules = contest("protection", override("ASK", field("quantity") >= 1, effect="refers"))
        rows = [row(name, quantity=1) for name in "ABC"]
        rulings = (ruled("A", "refuse"), ruled("B", "accept"))
        assert shown(decided(rules, *rows, rulings=rulings)) == {
            "A": "denied RULED_AGAINST",
            "B": "1st",
            "C": "denied ASK < B",
        }
        assert shown(decided(rules, *rows, rulings=rulings[:1])) == {
            "A": "denied RULED_AGAINST",
            "B": "referred ASK",
            "C": "referred ASK",
        }
