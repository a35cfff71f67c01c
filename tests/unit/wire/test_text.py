"""Rules as text: every predicate survives the way there and back, and every mistake is placed."""

import decimal
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealreg.errors import PolicyError, UsageError
from dealreg.facts.fields import Field, FieldType
from dealreg.facts.values import Money
from dealreg.facts.vocabulary import Vocabulary
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
from dealreg.testing import UNDIRECTED, WORLD, predicates
from dealreg.wire import predicate_from_text, predicate_to_text
from dealreg.wire.text_tokens import LONGEST, RESERVED

OWN = (
    Field("days", FieldType.INTEGER),
    Field("length", FieldType.DURATION),
    Field("label", FieldType.TEXT),
    Field("grade", FieldType.ORDINAL, levels=("all", "score", "b c", "ñ'\"\\", "")),
    Field("known", FieldType.BOOL),
)
VOCABULARY = Vocabulary(("silver", "gold", "Gold Plus"), OWN)

ODD = st.one_of(
    st.text(max_size=12),
    st.sampled_from(sorted(RESERVED)),
    st.sampled_from(VOCABULARY.names()),
    st.sampled_from(
        ["", " ", "'", '"', "\\", "a'b\"c", "\n", "\x00", "2026-01-01", "5 EUR", "\ud800"]
    ),
)

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def read(text):
    return predicate_from_text(text, VOCABULARY)


def error(text):
    with pytest.raises(PolicyError) as raised:
        read(text)
    return raised.value


A, B, C = (Compare(Fact(name), Op.EQ, True) for name in ("incumbent", "in_territory", "known"))


class TestSpelling:
    @pytest.mark.parametrize(
        ("text", "rule"),
        [
            ("always", Constant(True)),
            ("never", Constant(False)),
            ("tier >= gold", Compare(Fact("tier"), Op.GE, "gold")),
            ("tier >= 'Gold Plus'", Compare(Fact("tier"), Op.GE, "Gold Plus")),
            (
                "tier as of submitted_at == gold",
                Compare(Fact("tier", "submitted_at"), Op.EQ, "gold"),
            ),
            ("region != 'net new'", Compare(Fact("region"), Op.NE, "net new")),
            ('label == "a\'b"', Compare(Fact("label"), Op.EQ, "a'b")),
            ("incumbent", A),
            ("incumbent == false", Compare(Fact("incumbent"), Op.EQ, False)),
            ("not incumbent", Not(A)),
            ("not not incumbent", Not(Not(A))),
            ("quantity < -5", Compare(Fact("quantity"), Op.LT, -5)),
            ("score <= 4", Compare(Fact("score"), Op.LE, 4)),
            ("score <= 4.0", Compare(Fact("score"), Op.LE, Decimal(4))),
            ("score > -0.25", Compare(Fact("score"), Op.GT, Decimal("-0.25"))),
            ("amount >= 50000 EUR", Compare(Fact("amount"), Op.GE, Money("50000", "EUR"))),
            (
                "amount in [1 EUR, 2.5 USD]",
                OneOf(Fact("amount"), (Money("1", "EUR"), Money("2.5", "USD"))),
            ),
            ("region in [DE, 'in']", OneOf(Fact("region"), ("DE", "in"))),
            ("region not in [DE]", Not(OneOf(Fact("region"), ("DE",)))),
            ("products only [p1]", Only(Fact("products"), ("p1",))),
            ("products covers ['p 2', p1]", Covers(Fact("products"), ("p1", "p 2"))),
            ("products overlaps [p1]", Overlaps(Fact("products"), ("p1",))),
            ("missing approved_at", Missing(Fact("approved_at"))),
            ("known approved_at", Not(Missing(Fact("approved_at")))),
            ("external credit_check", External("credit_check")),
            ("external 'is it so?'", External("is it so?")),
            (
                "submitted_at < 2026-04-01T00:00:00Z",
                Compare(Fact("submitted_at"), Op.LT, datetime(2026, 4, 1, tzinfo=UTC)),
            ),
            (
                "estimated_close >= 2026-04-01",
                Compare(Fact("estimated_close"), Op.GE, date(2026, 4, 1)),
            ),
            ("length >= 10 days", Compare(Fact("length"), Op.GE, timedelta(days=10))),
            ("length >= -1 day", Compare(Fact("length"), Op.GE, timedelta(days=-1))),
            ("length == 0 days", Compare(Fact("length"), Op.EQ, timedelta())),
            ("length > 36 hours", Compare(Fact("length"), Op.GT, timedelta(hours=36))),
            ("length > 1 microsecond", Compare(Fact("length"), Op.GT, timedelta(microseconds=1))),
            ("incumbent and in_territory", AllOf((A, B))),
            ("incumbent or in_territory", AnyOf((A, B))),
            ("(incumbent and in_territory) or 'known'", AnyOf((AllOf((A, B)), C))),
            ("incumbent and (in_territory or 'known')", AllOf((A, AnyOf((B, C))))),
            ("(incumbent and in_territory) and 'known'", AllOf((AllOf((A, B)), C))),
            ("not (incumbent or in_territory)", Not(AnyOf((A, B)))),
            ("not (tier == gold)", Not(Compare(Fact("tier"), Op.EQ, "gold"))),
            ("not (products covers [p])", Not(Covers(Fact("products"), ("p",)))),
            ("all of ()", AllOf(())),
            ("any of ()", AnyOf(())),
            ("all of (incumbent)", AllOf((A,))),
            ("any of (all of ())", AnyOf((AllOf(()),))),
            ("not all of (incumbent)", Not(AllOf((A,)))),
        ],
    )
    def test_a_rule_has_one_spelling_which_is_read_and_written(self, text, rule):
        assert read(text) == rule
        assert predicate_to_text(rule, VOCABULARY) == text

    @pytest.mark.parametrize(
        ("text", "same"),
        [
            ("incumbent and in_territory or 'known'", "(incumbent and in_territory) or 'known'"),
            ("incumbent or in_territory and 'known'", "incumbent or (in_territory and 'known')"),
            ("not incumbent and in_territory", "(not incumbent) and in_territory"),
            ("not tier == gold", "not (tier == gold)"),
            ("all of (incumbent, in_territory)", "incumbent and in_territory"),
            ("any of (incumbent, in_territory,\n 'known')", "incumbent or in_territory or 'known'"),
            ("((incumbent))", "incumbent"),
            ("incumbent == true", "incumbent"),
            ("products covers p1", "products covers [p1]"),
            ("tier>=gold", "tier >= gold"),
            ("tier >= Gold Plus and incumbent", "tier >= 'Gold Plus' and incumbent"),
            ("submitted_at < 2026-04-01T02:00+02:00", "submitted_at < 2026-04-01T00:00Z"),
            ("length >= 2 weeks", "length >= 14 days"),
            (r"label == '\u00e9\U0001F600\t\''", 'label == "é😀\\t\'"'),
            ("\n tier\t>=\r\n gold ", "tier >= gold"),
        ],
    )
    def test_other_spellings_mean_the_same(self, text, same):
        assert read(text) == read(same)

    def test_and_binds_closer_than_or(self):
        assert read("incumbent or in_territory and 'known'") == AnyOf((A, AllOf((B, C))))

    def test_texts_that_could_be_mistaken_for_a_field_are_quoted(self):
        rule = Compare(Fact("label"), Op.EQ, "days")

        assert predicate_to_text(rule, VOCABULARY) == "label == 'days'"
        assert predicate_to_text(rule, Vocabulary()) == "label == days"

    def test_without_a_vocabulary_every_text_is_quoted(self):
        rule = Compare(Fact("tier"), Op.EQ, "gold")

        assert predicate_to_text(rule) == "tier == 'gold'"

    def test_a_rule_that_fits_no_vocabulary_is_written_all_the_same(self):
        rule = AllOf((Compare(Fact("no such", "é"), Op.LE, date(2026, 1, 2)), Missing(Fact(""))))

        assert predicate_to_text(rule) == "'no such' as of 'é' <= 2026-01-02 and missing ''"

    def test_a_builder_is_written_as_what_it_built(self):
        from dealreg import field

        assert predicate_to_text(field("incumbent").is_true()) == "incumbent"

    def test_characters_that_cannot_be_seen_are_escaped(self):
        rule = Compare(Fact("label"), Op.EQ, "\x07\u200b\u00a0\U000e0001")

        assert predicate_to_text(rule) == r"label == '\u0007\u200b\u00a0\U000e0001'"


class TestLossless:
    @given(predicates(WORLD, depth=3))
    def test_reading_what_was_written_gives_an_equal_rule(self, rule):
        assert predicate_from_text(predicate_to_text(rule, WORLD), WORLD) == rule

    @given(predicates(WORLD, depth=2))
    def test_the_same_holds_of_what_is_written_without_the_vocabulary(self, rule):
        assert predicate_from_text(predicate_to_text(rule), WORLD) == rule

    @given(predicates(WORLD, UNDIRECTED, depth=2))
    def test_any_rule_can_be_written(self, rule):
        assert predicate_to_text(rule, WORLD)

    @given(ODD, st.lists(ODD, min_size=1, max_size=3), ODD)
    def test_odd_texts_survive(self, text, texts, name):
        rule = AnyOf(
            (
                Compare(Fact("label"), Op.NE, text),
                OneOf(Fact("region"), texts),
                Covers(Fact("products"), texts),
                Only(Fact("products"), texts),
                Not(Overlaps(Fact("products"), texts)),
                External(name),
            )
        )

        assert read(predicate_to_text(rule, VOCABULARY)) == rule
        assert read(predicate_to_text(rule)) == rule

    @pytest.mark.parametrize("level", OWN[3].levels)
    def test_odd_levels_survive(self, level):
        rule = Compare(Fact("grade"), Op.GE, level)

        assert read(predicate_to_text(rule, VOCABULARY)) == rule

    @given(
        st.integers(-(10**34), 10**34),
        st.decimals(-(10**15), 10**15, places=4),
        st.timedeltas(),
        st.integers(-(10**15), 10**15),
        st.dates(date(1900, 1, 1), date(2200, 1, 1)),
    )
    def test_extreme_constants_survive(self, whole, number, length, moment, day):
        rule = AllOf(
            (
                Compare(Fact("days"), Op.GT, whole),
                Compare(Fact("score"), Op.GT, number),
                Compare(Fact("amount"), Op.GT, Money(number, "EUR")),
                Compare(Fact("length"), Op.GT, length),
                Compare(Fact("submitted_at"), Op.GT, EPOCH + timedelta(microseconds=moment)),
                Compare(Fact("estimated_close"), Op.GT, day),
            )
        )

        assert read(predicate_to_text(rule)) == rule

    def test_a_whole_number_and_a_decimal_stay_apart(self):
        rule = OneOf(Fact("score"), (4, Decimal(4)))

        assert read(predicate_to_text(rule)).values == rule.values
        assert {type(value) for value in read(predicate_to_text(rule)).values} == {int, Decimal}

    def test_nesting_as_deep_as_a_predicate_may_be_survives(self):
        rule = Compare(Fact("tier"), Op.GE, "gold")
        for depth in range(DEEPEST):
            rule = Not(rule) if depth % 2 else AllOf((rule, A))

        assert read(predicate_to_text(rule)) == rule

    def test_the_ambient_decimal_context_does_not_matter(self):
        rule = Compare(Fact("score"), Op.GT, Decimal("12345.678"))
        with decimal.localcontext(prec=2):
            assert read(predicate_to_text(rule)) == rule


class TestMistakes:
    @pytest.mark.parametrize(
        ("text", "place", "message", "hint"),
        [
            ("teir >= gold", "[column 1]", "there is no field `teir`", "did you mean `tier`?"),
            ("missing teir", "[column 9]", "there is no field `teir`", "did you mean `tier`?"),
            (
                "tier as of submited_at == gold",
                "[column 12]",
                "there is no field `submited_at`",
                "submitted_at",
            ),
            (
                "incumbent and\n  teir >= gold",
                "[line 2, column 3]",
                "there is no field `teir`",
                "tier",
            ),
            (
                "tier >= glod",
                "[column 9]",
                "`glod` is not a level of `tier`",
                "did you mean `gold`?",
            ),
            (
                "grade in ['all', x]",
                "[column 18]",
                "`x` is not a level of `grade`",
                "choose one of",
            ),
            ("tier", "[column 1]", "`tier` is not a yes/no field", "known tier"),
            ("quantity >= 1.5", "[column 13]", "`1.5` is not a whole number", "`100`"),
            ("quantity >= '15'", "[column 13]", "`'15'` is not a whole number", "without quotes"),
            ("quantity >= 1_000", "[column 13]", "`1_000` is not a whole number", "separators"),
            ("quantity >= ٣", "[column 13]", "`٣` is not a whole number", "`100`"),
            (f"quantity >= {'9' * 60}", "[column 13]", "has more digits", "at most 34"),
            (f"quantity >= {'9' * 5000}", "[column 13]", "is not a whole number", "`100`"),
            ("score >= 1e5", "[column 10]", "`1e5` is not a number", "`4.5`"),
            ("score >= NaN", "[column 10]", "`NaN` is not a number", "`4.5`"),
            ("amount >= 5", "[column 11]", "`5` is not an amount of money", "`50000 EUR`"),
            (
                "amount >= 50,000 EUR",
                "[column 11]",
                "`50` is not an amount of money",
                "`50000 EUR`",
            ),
            (
                "amount >= 5 eur",
                "[column 11]",
                "`eur` is not a currency code",
                "three capital letters",
            ),
            (
                "submitted_at < 2026-04-01",
                "[column 16]",
                "`2026-04-01` is not an instant with its zone",
                "`2026-04-01T00:00Z`",
            ),
            (
                "submitted_at < soon",
                "[column 16]",
                "`soon` is not an instant",
                "`2026-04-01T00:00Z`",
            ),
            (
                "estimated_close < 2026-02-30",
                "[column 19]",
                "`2026-02-30` is not a date",
                "`2026-04-01`",
            ),
            (
                "estimated_close < 20260401",
                "[column 19]",
                "`20260401` is not a date",
                "`2026-04-01`",
            ),
            ("submitted_at < 2026-13-01T00:00Z", "[column 16]", "is not an instant", "write it"),
            ("submitted_at < 1826-01-01T00:00Z", "[column 16]", "out of range", "years from 1900"),
            ("estimated_close < 9999-01-01", "[column 19]", "out of range", "years from 1900"),
            ("length > 10", "[column 10]", "`10` is not a length of time", "`36 hours`"),
            ("length > 10 business days", "[column 10]", "has no fixed length", "elapsed field"),
            ("length > 2 months", "[column 10]", "has no fixed length", "elapsed field"),
            ("length > 9999999999999 days", "[column 10]", "is out of range", ""),
            ("incumbent == yes", "[column 14]", "`yes` is not yes or no", "`true` or `false`"),
            ("incumbent == 'true'", "[column 14]", "`'true'` is not yes or no", "without quotes"),
            ("region == net new", "[column 11]", "`net new` is not one text", "put it in quotes"),
            ("region == true", "[column 11]", "`true` is not one text", "put it in quotes"),
            ("region == and", "[column 11]", "expected a value, found `and`", "in quotes"),
            (
                "partner_id == customer_choice",
                "[column 15]",
                "`customer_choice` is a field",
                "derived field",
            ),
            ("label == days", "[column 10]", "`days` is a field", "in quotes if the text is meant"),
            ("products == p1", "[column 13]", "`products` is a set", "covers [...]"),
            ("region covers [a]", "[column 15]", "`region` is one value", "`region in [...]`"),
            ("region in DE", "[column 11]", "expected `[`, found `DE`", "`region in [one, two]`"),
            ("region in []", "[column 11]", "an empty list can never match", "at least one"),
            ("region in [DE", "[column 14]", "expected `,` or `]`, found the end", ""),
            ("region in [DE; FR]", "[column 14]", "`;` has no meaning here", "in quotes"),
            ("tier = gold", "[column 6]", "`=` has no meaning here", "write `==`"),
            ("tier => gold", "[column 6]", "`=` has no meaning here", "write `>=`"),
            ("tier ≥ gold", "[column 6]", "`≥` has no meaning here", "write `>=`"),
            ("incumbent & in_territory", "[column 11]", "`&` has no meaning here", "write `and`"),
            ("region == “DE”", "[column 11]", "has no meaning here", "straight quotes"),
            ("region == 'DE", "[column 11]", "has no meaning here", "close the quote"),
            ("region == 'a\nb'", "[line 1, column 11]", "has no meaning here", "close the quote"),
            (r"region == 'a\q'", "[column 13]", r"`\q` is not an escape", r"`\n`"),
            (r"region == '\UFFFFFFFF'", "[column 12]", "is not an escape", r"`\n`"),
            ("incumbent AND in_territory", "[column 11]", "found `AND`", "did you mean `and`?"),
            ("tier is gold", "[column 6]", "found `is`", "write `==`"),
            ("products contains p1", "[column 10]", "found `contains`", "write `covers`"),
            ("incumbent in_territory", "[column 11]", "found `in_territory`", "join rules"),
            ("incumbent 'x'", "[column 11]", "found `x`", "join rules"),
            (
                "1 <= quantity",
                "[column 1]",
                "expected the name of a field, found `1`",
                "begins with one",
            ),
            (
                "quantity >= 1 <= 5",
                "[column 15]",
                "expected `and`, `or` or the end, found `<=`",
                "join",
            ),
            (
                "tier as submitted_at == gold",
                "[column 9]",
                "expected `of`",
                "tier as of submitted_at",
            ),
            ("tier as of == gold", "[column 12]", "expected the name of an instant field", ""),
            ("", "[column 1]", "expected the name of a field, found the end", ""),
            ("incumbent and", "[column 14]", "expected the name of a field, found the end", ""),
            ("of == 5", "[column 1]", "expected the name of a field, found `of`", "in quotes"),
            ("external", "[column 9]", "expected the name of an external question", ""),
            ("(incumbent", "[column 11]", "expected `and`, `or` or `)`, found the end", ""),
            ("incumbent)", "[column 10]", "expected `and`, `or` or the end, found `)`", ""),
            ("all of incumbent", "[column 8]", "expected `(`", ""),
            ("all of (incumbent", "[column 18]", "expected `,` or `)`, found the end", ""),
        ],
    )
    def test_says_where_what_and_how_instead(self, text, place, message, hint):
        wrong = error(text)

        assert wrong.place == place
        assert message in wrong.message
        assert hint in wrong.hint

    def test_the_first_mistake_of_several_is_raised(self):
        assert error("teir >= gold and quantity == x and (").value == "teir"

    def test_a_rule_without_end_is_refused(self):
        assert "too long" in error("x" * (LONGEST + 1)).message
        assert "too long" not in error("x" * LONGEST).message

    def test_a_rule_too_long_to_be_read_back_is_not_written(self):
        names = tuple(f"customer {number}" for number in range(20_000))

        with pytest.raises(PolicyError, match="too long"):
            predicate_to_text(OneOf(Fact("region"), names))

    @pytest.mark.parametrize("opening", ["(", "not ", "all of (", "not ("])
    @pytest.mark.parametrize("times", [DEEPEST + 3, 10_000])
    def test_deep_nesting_is_refused(self, opening, times):
        assert f"nested more than {DEEPEST} deep" in error(opening * times + "incumbent").message

    @pytest.mark.parametrize("part", ["not incumbent", "(incumbent)", "all of (incumbent)"])
    def test_many_parts_beside_each_other_are_not_nesting(self, part):
        assert len(read(" and ".join([part] * 500)).parts) == 500

    def test_deep_nesting_that_only_the_nodes_notice_is_refused(self):
        text = "not " * (DEEPEST + 1) + "incumbent"

        assert f"nested more than {DEEPEST} deep" in error(text).message

    def test_very_many_mistakes_end_the_reading(self):
        assert error("nothing == 1 and " * 10_000 + "incumbent").place == "[column 1]"

    def test_what_is_not_text_is_refused(self):
        with pytest.raises(UsageError, match="is not text"):
            predicate_from_text(b"incumbent", VOCABULARY)

    @given(st.text(alphabet="abtier >=<!()[],'\"\\5 EUR.andornotinmissing\n", max_size=60))
    def test_no_text_ends_in_anything_but_a_rule_or_a_policy_error(self, text):
        try:
            rule = read(text)
        except PolicyError as wrong:
            assert wrong.message  # noqa: PT017  either outcome is right, any other exception is not
        else:
            assert read(predicate_to_text(rule, VOCABULARY)) == rule
