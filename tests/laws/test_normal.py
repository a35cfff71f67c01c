"""The normal form: another spelling of the same rules (N-1 … N-10)."""

import re
from decimal import Decimal

import attrs
from hypothesis import given
from hypothesis import strategies as st

from dealreg.facts.canonical import canonical_json, plain
from dealreg.facts.values import Span
from dealreg.policy.clocks import Extension, Milestone, Period
from dealreg.policy.contests import Contest, final_field
from dealreg.policy.normal import normal_form, normal_predicate, policy_digest
from dealreg.policy.policies import Edition, Policy, PolicyBook
from dealreg.policy.predicates import (
    AllOf,
    AnyOf,
    Compare,
    Constant,
    Covers,
    Fact,
    Missing,
    Not,
    OneOf,
    Op,
    Overlaps,
)
from dealreg.policy.stages import (
    Best,
    HolderOf,
    Key,
    MissingRule,
    Override,
    Prefer,
    Requirement,
)
from dealreg.policy.terms import Band, Banded, Terms
from dealreg.testing import UNDIRECTED, WELL_TYPED, WORLD, books, policies, predicates
from tests.laws.asking import any_book_cases, any_cases, decided
from tests.laws.test_predicates import asked


def without_places(standings):
    """The standings, with the numbers of preferences left out: dropping one renumbers the rest."""
    text = canonical_json(plain(standings)).decode()
    return re.sub(r"prefer\[\d+\]", "prefer", text)


class TestN1SameStandings:
    """N-1: the normal form gives every registration the same standing, for all facts."""

    @given(any_cases())
    def test_of_a_policy(self, case):
        one, other = decided(case), decided(case, rules=normal_form(case.rules))
        assert without_places(one.standings) == without_places(other.standings)
        assert without_places(one.referrals) == without_places(other.referrals)
        assert without_places(one.deadlocks) == without_places(other.deadlocks)

    @given(any_book_cases())
    def test_of_a_book(self, case):
        book = case.rules
        editions = [attrs.evolve(e, policy=normal_form(e.policy)) for e in book.editions]
        rules = attrs.evolve(book, editions=editions)
        one, other = decided(case), decided(case, rules=rules)
        assert without_places(one.standings) == without_places(other.standings)

    @given(asked(count=3))
    def test_of_predicates(self, ask):
        a, b, c = ask.predicates
        for predicate in (
            a,
            Not(AllOf((a, b))),
            Not(AnyOf((a, Not(b)))),
            AllOf((a, AllOf((b, c)), a)),
            AnyOf((Not(AnyOf((a, b))), Constant(False), c)),
            Not(Not(AnyOf((a, Constant(True))))),
        ):
            normal = normal_predicate(predicate, ask.policy.vocabulary())
            one, other = ask.reader(), ask.reader()
            assert one.truth(predicate) is other.truth(normal)
            assert set(one.missing) == set(other.missing)


class TestN2Idempotent:
    """N-2: the normal form is its own normal form."""

    @given(policies())
    def test_of_a_policy(self, policy):
        normal = normal_form(policy)
        assert normal_form(normal) == normal
        assert canonical_json(normal_form(normal)) == canonical_json(normal)

    @given(predicates(WORLD, UNDIRECTED, depth=4))
    def test_of_any_predicate(self, predicate):
        normal = normal_predicate(predicate, WORLD)
        assert normal_predicate(normal, WORLD) == normal


def respelled(random, predicate):
    """A predicate that means the same, written otherwise."""
    match predicate:
        case AllOf(parts) | AnyOf(parts):
            kind, neutral = (
                (AllOf, Constant(True))
                if isinstance(predicate, AllOf)
                else (AnyOf, Constant(False))
            )
            parts = [respelled(random, part) for part in parts]
            random.shuffle(parts)
            parts = [*parts, random.choice(parts)] if parts and random.random() < 0.3 else parts
            parts = [*parts, neutral] if random.random() < 0.3 else parts
            made = kind(parts)
        case Not(part):
            made = Not(respelled(random, part))
        case Compare(fact, Op.EQ, value) if random.random() < 0.3:
            made = OneOf(fact, (value,))
        case Covers(fact, values) if len(values) == 1 and random.random() < 0.5:
            made = Overlaps(fact, values)
        case _:
            made = predicate
    wrap = random.randrange(5)
    return [made, Not(Not(made)), AllOf((made,)), AnyOf((made,)), made][wrap]


def respelled_policy(random, policy):
    contests = []
    for contest in policy.contests:
        requires = [
            *(attrs.evolve(r, that=respelled(random, r.that)) for r in contest.requires),
            Requirement("NEVER_IN_THE_WAY", Constant(True)),
        ]
        overrides = [
            Override("NEVER_APPLIES", AllOf((Constant(False),))),
            *(attrs.evolve(o, when=respelled(random, o.when)) for o in contest.overrides),
        ]
        prefer = [
            attrs.evolve(p, when=respelled(random, p.when)) if isinstance(p, Prefer) else p
            for p in contest.prefer
        ]
        contests.append(
            attrs.evolve(contest, requires=requires, overrides=overrides, prefer=prefer)
        )
    random.shuffle(contests)
    fields = list(policy.fields)
    random.shuffle(fields)
    return attrs.evolve(policy, contests=contests, fields=fields)


class TestN3Digest:
    """N-3: policies with the same normal form have the same digest, however they were written."""

    @given(policies(), st.randoms(use_true_random=False))
    def test_other_spellings(self, policy, random):
        other = respelled_policy(random, policy)
        assert normal_form(other) == normal_form(policy)
        assert policy_digest(other) == policy_digest(policy)

    @given(books(), st.randoms(use_true_random=False))
    def test_books(self, book, random):
        editions = [
            attrs.evolve(e, policy=respelled_policy(random, e.policy)) for e in book.editions
        ]
        random.shuffle(editions)
        other = attrs.evolve(book, editions=editions)
        assert policy_digest(other) == policy_digest(book)

    @given(policies(), policies())
    def test_equal_digests_only_of_equal_normal_forms(self, one, other):
        same = normal_form(one) == normal_form(other)
        assert (policy_digest(one) == policy_digest(other)) is same

    @given(policies())
    def test_a_book_is_not_its_policy(self, policy):
        edition = Edition(policy=policy, effective_from="2026-01-01T00:00Z")
        book = PolicyBook(programme=policy.programme, editions=[edition])
        assert policy_digest(book) != policy_digest(policy)


def nested(predicate):
    yield predicate
    for part in getattr(predicate, "parts", ()) or (
        (predicate.part,) if isinstance(predicate, Not) else ()
    ):
        yield from nested(part)


class TestN4ToN6Shape:
    """N-4, N-5, N-6: what a predicate in normal form looks like."""

    @given(predicates(WORLD, depth=4))
    def test_negation_only_where_no_operator_can_take_it(self, predicate):
        for each in nested(normal_predicate(predicate, WORLD)):
            if isinstance(each, Not):
                assert not isinstance(each.part, (Not, AllOf, AnyOf, Constant, Compare))

    @given(predicates(WORLD, depth=4))
    def test_flat_sorted_distinct_and_without_constants(self, predicate):
        normal = normal_predicate(predicate, WORLD)
        for each in nested(normal):
            if isinstance(each, (AllOf, AnyOf)):
                texts = [canonical_json(part) for part in each.parts]
                assert texts == sorted(set(texts))
                assert len(texts) > 1
                assert not any(isinstance(part, (type(each), Constant)) for part in each.parts)
            if isinstance(each, Constant):
                assert each is normal

    @given(predicates(WORLD, depth=4))
    def test_memberships_of_one(self, predicate):
        for each in nested(normal_predicate(predicate, WORLD)):
            if isinstance(each, (OneOf, Overlaps)):
                assert len(each.values) > 1

    def test_a_whole_number_is_a_decimal_where_the_field_is(self):
        one = Compare(Fact("score"), Op.GE, 1)
        assert canonical_json(normal_predicate(one, WORLD)) == canonical_json(
            Compare(Fact("score"), Op.GE, Decimal(1))
        )

    def test_negated_comparisons_are_the_opposite_ones(self):
        pairs = [(Op.EQ, Op.NE), (Op.LT, Op.GE), (Op.LE, Op.GT)]
        for one, other in [*pairs, *((b, a) for a, b in pairs)]:
            negated = normal_predicate(Not(Compare(Fact("quantity"), one, 3)), WORLD)
            assert negated == Compare(Fact("quantity"), other, 3)

    def test_negated_memberships_stay(self):
        for atom in (
            OneOf(Fact("region"), ("DE", "US")),
            Missing(Fact("region")),
            Covers(Fact("products"), ("P", "Q")),
        ):
            assert normal_predicate(Not(atom), WORLD) == Not(atom)


def contest_of(**stages):
    made = Policy(programme="Example", contests=[Contest(benefit="b", **stages)])
    return normal_form(made).contests[0]


TIER, SUBMITTED = Fact("tier"), Fact("submitted_at")
OPEN = Compare(Fact("quantity"), Op.GE, 1)


class TestN7Dropped:
    """N-7: what can never have an effect is dropped, and nothing else."""

    def test_a_second_preference_by_the_same_field(self):
        first, second = Key(TIER, Best.HIGHEST), Key(TIER, Best.LOWEST, MissingRule.FIRST)
        between = Key(SUBMITTED, Best.LOWEST)
        assert contest_of(prefer=(first, between, second)).prefer == (first, between)

    def test_not_one_that_alone_refers_a_missing_value(self):
        first = Key(TIER, Best.HIGHEST, MissingRule.LAST)
        refers = Key(TIER, Best.HIGHEST, MissingRule.REFER)
        assert contest_of(prefer=(first, refers)).prefer == (first, refers)
        assert contest_of(prefer=(refers, first)).prefer == (refers,)
        assert contest_of(prefer=(refers, first, refers)).prefer == (refers,)

    def test_not_one_as_of_another_instant_or_in_another_currency(self):
        then = Key(Fact("tier", "submitted_at"), Best.HIGHEST)
        now = Key(TIER, Best.HIGHEST)
        assert contest_of(prefer=(now, then)).prefer == (now, then)
        euro = Key(Fact("amount"), Best.HIGHEST, currency="EUR")
        dollar = Key(Fact("amount"), Best.HIGHEST, currency="USD")
        assert contest_of(prefer=(euro, dollar)).prefer == (euro, dollar)

    def test_preferring_everybody_or_nobody(self):
        for constant in (True, False):
            assert contest_of(prefer=(Prefer(Constant(constant)),)).prefer == ()

    def test_requirements_overrides_and_bands(self):
        always, never = AnyOf((Constant(True), OPEN)), AllOf((Constant(False), OPEN))
        kept = Requirement("OPEN", OPEN)
        assert contest_of(requires=(Requirement("A", always), kept)).requires == (kept,)
        override = Override("OPEN", OPEN)
        assert contest_of(overrides=(Override("N", never), override)).overrides == (override,)
        rate = Banded((Band(never, "1"), Band(OPEN, "2"), Band(always, "3"), Band(OPEN, "4")))
        (given_terms,) = contest_of(gives=(Terms("x", rate),)).gives
        assert given_terms.rate == Banded((Band(OPEN, "2"), Band(Constant(True), "3")))

    def test_terms_that_only_repeat_the_last(self):
        one, two = Terms("one", None), Terms("two", None)
        assert contest_of(gives=(one, two, two, two)).gives == (one, two)
        assert contest_of(gives=(one, one)).gives == (one,)
        assert contest_of(gives=(two, one, two)).gives == (two, one, two)


class TestN8Order:
    """N-8: names are sorted; where order carries meaning it is kept."""

    @given(policies())
    def test_sorted_by_name(self, policy):
        normal = normal_form(policy)
        assert [c.benefit for c in normal.contests] == sorted(c.benefit for c in policy.contests)
        assert [f.name for f in normal.fields] == sorted(f.name for f in policy.fields)
        assert [c.name for c in normal.calendars] == sorted(c.name for c in policy.calendars)

    @given(policies())
    def test_order_with_meaning_is_kept(self, policy):
        for contest in policy.contests:
            normal = normal_form(policy).contest(contest.benefit)
            codes = [each.code for each in normal.requires]
            assert codes == [each.code for each in contest.requires if each.code in codes]
            codes = [each.code for each in normal.overrides]
            assert codes == [each.code for each in contest.overrides if each.code in codes]
            assert normal.after == contest.after

    def test_swapping_what_has_an_order_is_another_policy(self):
        one, other = Requirement("ONE", OPEN), Requirement("OTHER", Missing(TIER))
        assert contest_of(requires=(one, other)) != contest_of(requires=(other, one))
        one, other = HolderOf("x"), HolderOf("y", holds=False)
        assert contest_of(after=(one, other)) != contest_of(after=(other, one))


class TestN10SoAnyway:
    """N-10: what is stated and is so anyway is left out."""

    def test_the_field_from_which_an_award_is_final_anyway(self):
        runs = Period(Span(90, "days"), "submitted_at")
        assert contest_of(final_from="approved_at").final_from is None
        assert contest_of(final_from="submitted_at", period=runs).final_from is None
        assert contest_of(final_from="approved_at", period=runs).final_from == "approved_at"

    def test_an_extension_by_the_same_length(self):
        same = Extension(length=Span(90, "days"), ask_before=Span(0, "hours"))
        longer = Extension(length=Span(91, "days"), ask_before=Span(1, "hours"))
        runs = Period(Span(90, "days"), extension=same)
        assert contest_of(period=runs).period == Period(Span(90, "days"), extension=Extension())
        runs = Period(Span(90, "days"), extension=longer)
        assert contest_of(period=runs).period == runs

    def test_who_agrees_to_no_grace(self):
        without = Milestone("demo_at", Span(3, "days"), agreed="completed_at")
        with_grace = attrs.evolve(without, grace=Span(9, "days"), code="WITH_GRACE")
        made = contest_of(milestones=(without, with_grace)).milestones
        assert made == (attrs.evolve(without, agreed=None), with_grace)

    @given(policies())
    def test_nothing_else_of_a_clock_is_dropped(self, policy):
        normal = normal_form(policy)
        assert normal.sla == policy.sla
        for each in policy.contests:
            found = normal.contest(each.benefit)
            assert final_field(found) == final_field(each)
            assert found.vacant is each.vacant
            assert found.others.reconsidered is each.others.reconsidered
            codes = [milestone.code for milestone in each.milestones]
            assert [milestone.code for milestone in found.milestones] == codes


class TestN9Telling:
    """N-9: what people are told is part of a policy."""

    @given(policies(WELL_TYPED))
    def test_another_sentence_is_another_digest(self, policy):
        contest = policy.contests[0]
        others = attrs.evolve(contest.others, tell=contest.others.tell + " Call us.")
        told = attrs.evolve(contest, others=others)
        other = attrs.evolve(policy, contests=[told, *policy.contests[1:]])
        assert policy_digest(other) != policy_digest(policy)
