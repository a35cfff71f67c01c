"""Every builder makes the node it says, with everything it was given and the stated defaults."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from dealreg import (
    ALWAYS,
    Policy,
    all_of,
    any_of,
    banded,
    competing_on,
    contest,
    duration,
    earliest,
    everyone_qualifying,
    external,
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
from dealreg.errors import PolicyError, UsageError
from dealreg.facts.values import Span, Unit
from dealreg.policy.clocks import Period
from dealreg.policy.contests import Contest
from dealreg.policy.paths import contest_path
from dealreg.policy.predicates import (
    DEEPEST,
    AllOf,
    AnyOf,
    Compare,
    Constant,
    Covers,
    External,
    Fact,
    Missing,
    Not,
    OneOf,
    Only,
    Op,
    Overlaps,
)
from dealreg.policy.stages import (
    Award,
    Best,
    Bucket,
    Effect,
    Grace,
    HeadStart,
    HolderOf,
    Joint,
    Key,
    MissingRule,
    Others,
    OthersStand,
    Override,
    Prefer,
    Requirement,
    Scope,
    Unmet,
)
from dealreg.policy.terms import Band, Banded, FractionOfHolder, Percent, Terms
from dealreg.policy.walk import atoms, externals_of, fact_of, predicates_of

A = field("region") == "x"
IS_A = Compare(Fact("region"), Op.EQ, "x")
WEEK = Span(7, Unit.DAYS)


def key(name: str, best: Best, missing: str = "last", currency: str | None = None) -> Key:
    return Key(Fact(name), best, MissingRule(missing), currency)


@pytest.mark.parametrize(
    ("build", "node"),
    [
        (lambda: field("a") == 1, Compare(Fact("a"), Op.EQ, 1)),
        (lambda: field("a") != 1, Compare(Fact("a"), Op.NE, 1)),
        (lambda: field("a") < 1, Compare(Fact("a"), Op.LT, 1)),
        (lambda: field("a") <= 1, Compare(Fact("a"), Op.LE, 1)),
        (lambda: field("a") > 1, Compare(Fact("a"), Op.GT, 1)),
        (lambda: field("a") >= 1, Compare(Fact("a"), Op.GE, 1)),
        (lambda: field("a").is_true(), Compare(Fact("a"), Op.EQ, True)),
        (lambda: field("a").is_false(), Compare(Fact("a"), Op.EQ, False)),
        (lambda: field("a").one_of("x", "y"), OneOf(Fact("a"), ("x", "y"))),
        (lambda: field("a").overlaps("x"), Overlaps(Fact("a"), ("x",))),
        (lambda: field("a").covers("x"), Covers(Fact("a"), ("x",))),
        (lambda: field("a").only("x"), Only(Fact("a"), ("x",))),
        (lambda: field("a").is_missing(), Missing(Fact("a"))),
        (lambda: field("a").is_known(), Not(Missing(Fact("a")))),
        (lambda: field("a").as_of("b").is_missing(), Missing(Fact("a", "b"))),
        (lambda: external("q"), External("q")),
        (lambda: ~A, Not(IS_A)),
        (lambda: A & ALWAYS, AllOf((IS_A, Constant(True)))),
        (lambda: A | ALWAYS, AnyOf((IS_A, Constant(True)))),
        (lambda: IS_A & ALWAYS, AllOf((IS_A, Constant(True)))),
        (lambda: IS_A | ALWAYS, AnyOf((IS_A, Constant(True)))),
        (lambda: (A | ALWAYS) & A, AllOf((AnyOf((IS_A, Constant(True))), IS_A))),
        (lambda: (A & ALWAYS) | A, AnyOf((AllOf((IS_A, Constant(True))), IS_A))),
        (all_of, AllOf(())),
        (any_of, AnyOf(())),
    ],
)
def test_conditions(build: object, node: object) -> None:
    assert node == build().predicate


@pytest.mark.parametrize(
    ("build", "part"),
    [
        (lambda: requirement("R", A), Requirement("R", IS_A, "", Unmet.DENY, Unmet.RETURN)),
        (
            lambda: requirement("R", A, "Say.", if_false="refer", if_unknown="deny"),
            Requirement("R", IS_A, "Say.", Unmet.REFER, Unmet.DENY),
        ),
        (lambda: override("O", A), Override("O", IS_A, Effect.TAKES, "")),
        (
            lambda: override("O", A, "Say.", effect="closes"),
            Override("O", IS_A, Effect.CLOSES, "Say."),
        ),
        (lambda: holder_of("b"), HolderOf("b", True, "NOT_HOLDER", "")),
        (lambda: holder_of("b", code="C", tell="Say."), HolderOf("b", True, "C", "Say.")),
        (lambda: not_holder_of("b"), HolderOf("b", False, "EXCLUDED", "")),
        (lambda: not_holder_of("b", code="C", tell="Say."), HolderOf("b", False, "C", "Say.")),
        (lambda: within("7 days"), Grace(WEEK, Fact("submitted_at"), None)),
        (lambda: within(WEEK, of="a", calendar="c"), Grace(WEEK, Fact("a"), "c")),
        (lambda: same_period("weeks"), Bucket(Unit.WEEKS, Fact("submitted_at"), None)),
        (
            lambda: same_period("months", of="a", calendar="c"),
            Bucket(Unit.MONTHS, Fact("a"), "c"),
        ),
        (lambda: head_start("7 days"), HeadStart(WEEK, Fact("tier"), Fact("submitted_at"))),
        (lambda: head_start(WEEK, per="a", of="b"), HeadStart(WEEK, Fact("a"), Fact("b"))),
        (lambda: period("7 days"), Period(WEEK, "approved_at", None)),
        (lambda: period(WEEK, starts="a", calendar="c"), Period(WEEK, "a", "c")),
        (competing_on, Scope(("opportunity_id",), None, Award.WHOLE)),
        (
            lambda: competing_on("a", "b", lines="c", award="by_line"),
            Scope(("a", "b"), "c", Award.BY_LINE),
        ),
        (
            others,
            Others(OthersStand.DENIED, None, None, "DUPLICATE_OTHER_PARTNER", ""),
        ),
        (
            lambda: others(Terms("t"), stand="waiting", when=A, code="C", tell="Say."),
            Others(OthersStand.WAITING, Terms("t"), IS_A, "C", "Say."),
        ),
        (terms, Terms("", None, None)),
        (
            lambda: terms("t", "5", share="1/2"),
            Terms("t", Percent(Decimal(5)), Fraction(1, 2)),
        ),
        (lambda: fraction_of_holder("1/2"), FractionOfHolder(Fraction(1, 2))),
        (
            lambda: banded((A, "5"), (ALWAYS, "1")),
            Banded((Band(IS_A, Decimal(5)), Band(Constant(True), Decimal(1)))),
        ),
    ],
)
def test_parts(build: object, part: object) -> None:
    assert part == build()


@pytest.mark.parametrize(
    ("build", "keys"),
    [
        (lambda: earliest("a"), (key("a", Best.LOWEST),)),
        (lambda: earliest("a", missing="refer"), (key("a", Best.LOWEST, "refer"),)),
        (lambda: latest("a"), (key("a", Best.HIGHEST),)),
        (lambda: latest("a", missing="first"), (key("a", Best.HIGHEST, "first"),)),
        (lambda: highest("a"), (key("a", Best.HIGHEST),)),
        (
            lambda: highest("a", missing="first", currency="EUR"),
            (key("a", Best.HIGHEST, "first", "EUR"),),
        ),
        (lambda: lowest("a"), (key("a", Best.LOWEST),)),
        (
            lambda: lowest("a", missing="first", currency="EUR"),
            (key("a", Best.LOWEST, "first", "EUR"),),
        ),
        (lambda: preferring(A), (Prefer(IS_A, MissingRule.LAST),)),
        (lambda: preferring(A, missing="refer"), (Prefer(IS_A, MissingRule.REFER),)),
        (
            lambda: earliest("a").then(key("b", Best.HIGHEST)).then(latest("c")),
            (key("a", Best.LOWEST), key("b", Best.HIGHEST), key("c", Best.HIGHEST)),
        ),
    ],
)
def test_orders(build: object, keys: object) -> None:
    assert keys == build().keys


@pytest.mark.parametrize(
    ("short", "whole"),
    [
        (Requirement("R", IS_A), Requirement("R", IS_A, "", Unmet.DENY, Unmet.RETURN)),
        (HolderOf("b"), HolderOf("b", True, "NOT_HOLDER", "")),
        (Override("O", IS_A), Override("O", IS_A, Effect.TAKES, "")),
        (Grace(WEEK), Grace(WEEK, Fact("submitted_at"), None)),
        (Bucket(), Bucket(Unit.DAYS, Fact("submitted_at"), None)),
        (HeadStart(WEEK), HeadStart(WEEK, Fact("tier"), Fact("submitted_at"))),
        (Key(Fact("a"), Best.LOWEST), Key(Fact("a"), Best.LOWEST, MissingRule.LAST, None)),
        (Prefer(IS_A), Prefer(IS_A, MissingRule.LAST)),
        (Scope(), Scope(("opportunity_id",), None, Award.WHOLE)),
        (Joint(), Joint((), (), (), "NOT_COMPLEMENTARY", "")),
        (Others(), Others(OthersStand.DENIED, None, None, "DUPLICATE_OTHER_PARTNER", "")),
        (Period(WEEK), Period(WEEK, "approved_at", None, "EXPIRED")),
        (Terms(), Terms("", None, None)),
    ],
)
def test_what_a_node_leaves_out_has_the_stated_default(short: object, whole: object) -> None:
    assert whole == short


def test_a_contest_gathers_the_parts_of_each_stage_in_the_order_given() -> None:
    made = contest(
        "x",
        requirement("R1", A),
        (requirement("R2", A), [override("O1", A), override("O2", A)]),
        holder_of("a"),
        holder_of("b"),
        preferring(A),
        key("a", Best.LOWEST),
        Prefer(IS_A),
        Terms("one"),
        Terms("two"),
        holders(3),
        one_per("partner_group"),
    )

    assert ("R1", "R2") == tuple(each.code for each in made.requires)
    assert ("O1", "O2") == tuple(each.code for each in made.overrides)
    assert ("a", "b") == tuple(each.benefit for each in made.after)
    assert (Prefer(IS_A), key("a", Best.LOWEST), Prefer(IS_A)) == made.prefer
    assert ("one", "two") == tuple(each.label for each in made.gives)
    assert (3, "partner_group") == (made.capacity, made.one_per)
    assert contest("x", everyone_qualifying()).capacity is None
    assert Contest(benefit="x") == contest("x")


def test_what_is_no_part_is_named_with_its_place() -> None:
    with pytest.raises(UsageError, match=r"contests\[x\]: .*is not a part of a contest"):
        contest("x", A)
    with pytest.raises(PolicyError, match=r"contests\[x\]\.one_per: the one_per is stated twice"):
        contest("x", one_per("a"), one_per("b"))


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90 minutes", timedelta(minutes=90)),
        ("36 hours", timedelta(hours=36)),
        ("30 days", timedelta(days=30)),
        ("2 weeks", timedelta(weeks=2)),
    ],
)
def test_a_duration_is_a_fixed_length(text: str, length: timedelta) -> None:
    assert length == duration(text)


@pytest.mark.parametrize("text", ["3 business days", "2 months"])
def test_days_of_business_and_months_are_none(text: str) -> None:
    with pytest.raises(UsageError, match="has no fixed length"):
        duration(text)


def test_a_field_shows_as_it_is_written() -> None:
    assert "field('tier')" == repr(field("tier"))
    assert "field('tier').as_of('submitted_at')" == repr(field("tier").as_of("submitted_at"))


def test_what_has_no_truth_value_is_named() -> None:
    with pytest.raises(UsageError) as caught:
        bool(field("tier"))

    assert "field('tier')" == repr(caught.value.value)


class TestValues:
    def test_values_are_distinct_and_in_one_order(self) -> None:
        assert field("a").one_of("y", "x", "y").predicate == field("a").one_of("x", "y").predicate
        assert 2 == len(field("a").one_of(1, "a").predicate.values)
        assert 2 == len(field("a").one_of(True, 1).predicate.values)

    def test_values_of_one_kind_are_in_one_order_whatever_the_kind(self) -> None:
        one, two = money("1 EUR"), money("2 EUR")

        assert (one, two) == field("a").one_of(two, one).predicate.values
        assert (10, 9) == field("a").one_of(9, 10).predicate.values

    @pytest.mark.parametrize("kind", [OneOf, Overlaps, Covers, Only])
    def test_no_value_or_one_text_for_several_is_an_error(self, kind: type) -> None:
        with pytest.raises(PolicyError, match="an empty list"):
            kind(Fact("a"), ())
        with pytest.raises(UsageError, match="is one text"):
            kind(Fact("a"), "abc")

    @pytest.mark.parametrize("kind", [Overlaps, Covers, Only])
    def test_a_set_is_of_texts(self, kind: type) -> None:
        with pytest.raises(UsageError, match="are not all texts"):
            kind(Fact("a"), ("x", 1))

    def test_predicates_nest_as_deep_as_stated_and_no_deeper(self) -> None:
        deep = IS_A
        for _ in range(DEEPEST):
            deep = Not(deep)

        assert DEEPEST == deep.depth
        assert DEEPEST == AllOf((IS_A, deep.part)).depth
        for wrap in (Not, lambda part: AllOf((part,)), lambda part: AnyOf((part,))):
            with pytest.raises(PolicyError, match="nested more than 100 deep"):
                wrap(deep)

    @pytest.mark.parametrize("name", ["a b", "ä", "", "1a", None, 3])
    def test_a_benefit_has_a_plain_name(self, name: object) -> None:
        with pytest.raises(PolicyError, match="cannot be the name of a benefit"):
            contest(name)

    @pytest.mark.parametrize("code", ["A-B", "Ä", "", "_", None, 3])
    def test_a_reason_code_is_letters_digits_and_underscores(self, code: object) -> None:
        with pytest.raises(PolicyError, match="cannot be a reason code"):
            requirement(code, A)

    @pytest.mark.parametrize("count", [0, -1, True, "2", 1.0])
    def test_a_capacity_is_a_number_from_one_on(self, count: object) -> None:
        with pytest.raises(PolicyError, match="cannot be how many hold a benefit"):
            contest("x", holders(count))

    @pytest.mark.parametrize("text", ["-1/2", "3/2", "1.01"])
    def test_a_fraction_lies_between_nothing_and_the_whole(self, text: str) -> None:
        with pytest.raises(PolicyError, match="is not between 0 and 1"):
            fraction_of_holder(Fraction(text))
        assert (Fraction(0), Fraction(1)) == tuple(FractionOfHolder(x).value for x in ("0", "1"))

    @pytest.mark.parametrize("text", ["half", "1/0", "1e9", "", None])
    def test_what_is_no_fraction(self, text: object) -> None:
        with pytest.raises(UsageError, match="is not a fraction"):
            FractionOfHolder(text)
        with pytest.raises(UsageError, match="is a float"):
            FractionOfHolder(0.5)

    @pytest.mark.parametrize("unit", [Unit.MINUTES, Unit.HOURS, Unit.BUSINESS_DAYS])
    def test_a_bucket_is_of_days_weeks_or_months(self, unit: Unit) -> None:
        with pytest.raises(PolicyError, match="a bucket cannot be counted in"):
            same_period(unit)

    @pytest.mark.parametrize("text", ["3 business days", "2 months"])
    def test_a_head_start_is_of_fixed_length(self, text: str) -> None:
        with pytest.raises(PolicyError, match="a head start cannot be counted in"):
            head_start(text)

    def test_the_first_rate_is_no_fraction_of_itself(self) -> None:
        half = terms("half", fraction_of_holder("1/2"))

        with pytest.raises(PolicyError, match=r"gives\[0\]\.rate"):
            contest("x", half)
        assert 2 == len(contest("x", terms("first", "5"), half).gives)


class TestWalk:
    def test_a_contest_has_a_place_and_its_stages_have(self) -> None:
        assert ("contests[x]", "contests[x].tie") == (contest_path("x"), contest_path("x", "tie"))

    MADE = contest(
        "x",
        requirement("R", external("r") & ~field("a").is_missing()),
        override("O", external("o")),
        earliest("submitted_at"),
        preferring(external("p")),
        terms("one", banded((external("g"), "5"), (ALWAYS, "1"))),
        terms("two", "3"),
        others(terms("rest", banded((external("h"), "2"))), when=external("w")),
    )

    def test_every_predicate_of_a_contest_has_its_place(self) -> None:
        assert [
            "contests[x].requires[R].that",
            "contests[x].overrides[O].when",
            "contests[x].prefer[1].when",
            "contests[x].gives[0].rate.bands[0].when",
            "contests[x].gives[0].rate.bands[1].when",
            "contests[x].others.terms.rate.bands[0].when",
            "contests[x].others.when",
        ] == [path for path, _ in predicates_of(self.MADE)]

    def test_every_leaf_has_its_place(self) -> None:
        leaves = list(atoms((A & (ALWAYS | ~field("b").is_missing())).predicate, "p"))

        assert [
            ("p.all[0]", Fact("region")),
            ("p.all[1].any[0]", None),
            ("p.all[1].any[1].not", Fact("b")),
        ] == [(path, fact_of(atom)) for path, atom in leaves]
        assert [("", IS_A)] == list(atoms(IS_A))

    @pytest.mark.parametrize(
        "atom",
        [
            field("a") == 1,
            field("a").one_of("x"),
            field("a").overlaps("x"),
            field("a").covers("x"),
            field("a").only("x"),
            field("a").is_missing(),
        ],
    )
    def test_the_fact_of_a_leaf(self, atom: object) -> None:
        assert Fact("a") == fact_of(atom.predicate)
        assert fact_of(External("q")) is None

    def test_the_external_questions_of_a_policy_are_sorted(self) -> None:
        asked = Policy(programme="Example", contests=[self.MADE, contest("y", earliest("a"))])

        assert ("g", "h", "o", "p", "r", "w") == externals_of(asked)
