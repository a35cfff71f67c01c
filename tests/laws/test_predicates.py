"""What predicates mean: true, false or unknown (P-1 … P-12)."""

import json
import operator
from itertools import product

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dealreg.deciders.reference.truth import Reader
from dealreg.errors import UsageError
from dealreg.facts.canonical import plain
from dealreg.facts.case import Facts
from dealreg.facts.fields import FieldType
from dealreg.facts.records import Registration
from dealreg.facts.values import Money
from dealreg.facts.view import View
from dealreg.facts.vocabulary import Vocabulary
from dealreg.policy.builders import field
from dealreg.policy.contests import Contest
from dealreg.policy.predicates import (
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
from dealreg.policy.stages import Requirement
from dealreg.policy.walk import atoms
from dealreg.testing import (
    CLOCK_EDGE,
    FACTS_DROPPED,
    TIE_HEAVY,
    WELL_TYPED,
    WORLD,
    answers_for,
    facts_for,
    instants_for,
    policies,
    predicates,
)
from dealreg.testing.pools import fields_read
from dealreg.testing.programme import ASKED, CALENDARS
from tests.laws.asking import counts_others

OPERATORS = {
    Op.EQ: operator.eq,
    Op.NE: operator.ne,
    Op.LT: operator.lt,
    Op.LE: operator.le,
    Op.GT: operator.gt,
    Op.GE: operator.ge,
}


@attrs.frozen(repr=False)
class Asked:
    """Predicates, and a registration to ask them of."""

    predicates: tuple
    policy: object
    facts: Facts
    at: object
    externals: dict
    registration: Registration

    def __repr__(self):
        asked_of = plain((self.predicates, self.facts, self.registration.registration_id, self.at))
        return json.dumps([asked_of, self.externals], indent=1)

    def reader(self, registration=None, facts=None):
        calendars = {calendar.name: calendar for calendar in self.policy.calendars}
        view = View(facts or self.facts, self.at, self.policy.vocabulary(), calendars)
        return Reader(view, registration or self.registration, self.externals)

    def truth(self, predicate):
        return self.reader().truth(predicate)


@st.composite
def asked(draw, count=1, only=None):
    """A registration of generated facts, and predicates to ask of it."""
    preset = draw(st.sampled_from((WELL_TYPED, TIE_HEAVY, FACTS_DROPPED, CLOCK_EDGE)))
    made = tuple(draw(predicates(WORLD, preset) if only is None else only) for _ in range(count))
    frame = draw(policies(attrs.evolve(preset, contests=1)))
    requires = [Requirement(f"R{n}", each) for n, each in enumerate(made)]
    policy = attrs.evolve(
        frame,
        fields=WORLD.fields,
        calendars=CALENDARS,
        contests=[Contest(benefit="protection", requires=requires)],
    )
    facts = draw(facts_for(policy, preset))
    return Asked(
        predicates=made,
        policy=policy,
        facts=facts,
        at=draw(instants_for(policy, preset)),
        externals=draw(answers_for(policy, facts)),
        registration=draw(st.sampled_from(facts.registrations)),
    )


def sortable(vocabulary, name, value):
    """As P-3 has it: levels by their place, amounts by their number, the rest as they are."""
    declared = vocabulary.get(name)
    if declared.type is FieldType.ORDINAL:
        return declared.levels.index(value)
    return value.amount if isinstance(value, Money) else value


def plain_reading(ask, predicate):  # noqa: C901 - one arm for each clause
    """The clauses P-1 to P-10, word by word, to compare the reference with."""
    vocabulary = ask.policy.vocabulary()
    view = ask.reader().view

    def value(fact):
        return view.read(ask.registration, fact.name, fact.as_of)

    def compared(fact, op, constant):
        one = value(fact)
        if one is None:
            return None
        if isinstance(one, Money) and one.currency != constant.currency:
            return None
        return OPERATORS[op](
            sortable(vocabulary, fact.name, one), sortable(vocabulary, fact.name, constant)
        )

    def any_of(answers):
        return True if True in answers else None if None in answers else False

    match predicate:
        case Constant(held):
            return held
        case Compare(fact, op, constant):
            return compared(fact, op, constant)
        case OneOf(fact, constants):
            return any_of([compared(fact, Op.EQ, each) for each in constants])
        case Overlaps(fact, texts):
            return None if value(fact) is None else bool(value(fact) & set(texts))
        case Covers(fact, texts):
            return None if value(fact) is None else set(texts) <= value(fact)
        case Only(fact, texts):
            return None if value(fact) is None else set(texts) >= value(fact)
        case Missing(fact):
            return value(fact) is None
        case External(name):
            return ask.externals[name].get(ask.registration.registration_id)
        case AllOf(parts):
            denied = any_of([negated(plain_reading(ask, part)) for part in parts])
            return negated(denied)
        case AnyOf(parts):
            return any_of([plain_reading(ask, part) for part in parts])
        case Not(part):
            return negated(plain_reading(ask, part))


def negated(answer):
    return None if answer is None else not answer


class TestP1ToP10Meaning:
    """P-1 … P-10, all together: the reference agrees with a second, word-by-word reading."""

    @given(asked())
    def test_the_reference_says_what_the_clauses_say(self, ask):
        (predicate,) = ask.predicates
        assert ask.truth(predicate) is plain_reading(ask, predicate)


class TestP1Unknown:
    """P-1: a comparison, membership, overlap, cover or `only` is unknown when its field is."""

    @given(asked(only=predicates(WORLD, depth=0)))
    def test_unknown_exactly_where_the_field_is(self, ask):
        (atom,) = ask.predicates
        assume(isinstance(atom, (Compare, OneOf, Overlaps, Covers, Only)))
        value = ask.reader().view.read(ask.registration, atom.fact.name, atom.fact.as_of)
        if value is None:
            assert ask.truth(atom) is None
        elif not isinstance(value, Money):
            assert ask.truth(atom) is not None


class TestP2Currencies:
    """P-2: a comparison of amounts in different currencies is unknown, whatever the operator."""

    @given(st.sampled_from(Op), st.integers(-2, 2))
    def test_two_currencies(self, op, difference):
        registration = Registration(
            registration_id="R1",
            partner_id="P1",
            submitted_at="2026-03-01T00:00Z",
            amount=Money(100, "EUR"),
        )
        facts = Facts(registrations=[registration])
        view = View(facts, registration.submitted_at, Vocabulary(), {})
        ask = Compare(Fact("amount"), op, Money(100 + difference, "USD"))
        assert Reader(view, registration, {}).truth(ask) is None
        same = Compare(Fact("amount"), op, Money(100 + difference, "EUR"))
        assert Reader(view, registration, {}).truth(same) is OPERATORS[op](100, 100 + difference)


class TestP6Missing:
    """P-6: `missing` is true or false, never unknown, and keeps nothing unknown."""

    @given(asked(only=predicates(WORLD, depth=0)))
    def test_never_unknown(self, ask):
        (atom,) = ask.predicates
        assume(hasattr(atom, "fact"))
        reader = ask.reader()
        assert reader.truth(Missing(atom.fact)) in (True, False)
        assert not reader.missing


ANSWERS = (True, False, None)


def answered(predicate, **answers):
    """The truth of a predicate over the questions a, b, c, each answered true, false or not."""
    registration = Registration(
        registration_id="R1", partner_id="P1", submitted_at="2026-03-01T00:00Z"
    )
    facts = Facts(registrations=[registration])
    said = {name: {} if answer is None else {"R1": answer} for name, answer in answers.items()}
    return Reader(
        View(facts, registration.submitted_at, Vocabulary(), {}), registration, said
    ).truth(predicate)


A, B, C = External("a"), External("b"), External("c")
YES, NO = Constant(True), Constant(False)


def equal_for_all_answers(one, other):
    return all(
        answered(one, a=a, b=b, c=c) is answered(other, a=a, b=b, c=c)
        for a, b, c in product(ANSWERS, repeat=3)
    )


class TestP7P8P9Tables:
    """P-7, P-8, P-9: Kleene's tables, in full."""

    @pytest.mark.parametrize(("a", "b"), [*product(ANSWERS, repeat=2)])
    def test_all_of(self, a, b):
        expected = False if False in (a, b) else None if None in (a, b) else True
        assert answered(AllOf((A, B)), a=a, b=b) is expected

    @pytest.mark.parametrize(("a", "b"), [*product(ANSWERS, repeat=2)])
    def test_any_of(self, a, b):
        expected = True if True in (a, b) else None if None in (a, b) else False
        assert answered(AnyOf((A, B)), a=a, b=b) is expected

    @pytest.mark.parametrize(("a", "expected"), [(True, False), (False, True), (None, None)])
    def test_not(self, a, expected):
        assert answered(Not(A), a=a) is expected

    def test_of_no_parts(self):
        assert answered(AllOf(())) is True
        assert answered(AnyOf(())) is False


class TestP7P8P9Identities:
    """P-7, P-8, P-9: the identities of three-valued logic that rewriting relies on."""

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            pytest.param(AllOf((A, YES)), A, id="always is neutral in all of"),
            pytest.param(AnyOf((A, NO)), A, id="never is neutral in any of"),
            pytest.param(AllOf((A, NO)), NO, id="never absorbs all of"),
            pytest.param(AnyOf((A, YES)), YES, id="always absorbs any of"),
            pytest.param(AllOf((A, A)), A, id="all of is idempotent"),
            pytest.param(AnyOf((A, A)), A, id="any of is idempotent"),
            pytest.param(AllOf((A, B)), AllOf((B, A)), id="all of commutes"),
            pytest.param(AnyOf((A, B)), AnyOf((B, A)), id="any of commutes"),
            pytest.param(AllOf((AllOf((A, B)), C)), AllOf((A, B, C)), id="all of associates"),
            pytest.param(AnyOf((AnyOf((A, B)), C)), AnyOf((A, B, C)), id="any of associates"),
            pytest.param(Not(Not(A)), A, id="double negation"),
            pytest.param(Not(AllOf((A, B))), AnyOf((Not(A), Not(B))), id="De Morgan, all of"),
            pytest.param(Not(AnyOf((A, B))), AllOf((Not(A), Not(B))), id="De Morgan, any of"),
            pytest.param(
                AllOf((A, AnyOf((B, C)))),
                AnyOf((AllOf((A, B)), AllOf((A, C)))),
                id="all of distributes",
            ),
            pytest.param(AllOf((A, AnyOf((A, B)))), A, id="absorption"),
        ],
    )
    def test_for_every_combination_of_answers(self, one, other):
        assert equal_for_all_answers(one, other)

    def test_excluded_middle_does_not_hold(self):
        """What holds in two values only must not be used by any rewriting."""
        assert not equal_for_all_answers(AnyOf((A, Not(A))), YES)
        assert not equal_for_all_answers(AllOf((A, Not(A))), NO)

    @given(asked(count=3))
    def test_of_generated_predicates(self, ask):
        a, b, c = ask.predicates
        for one, other in (
            (Not(AllOf((a, b))), AnyOf((Not(a), Not(b)))),
            (Not(AnyOf((a, b))), AllOf((Not(a), Not(b)))),
            (Not(Not(a)), a),
            (AllOf((AllOf((a, b)), c)), AllOf((a, AllOf((b, c))))),
            (AnyOf((AnyOf((a, b)), c)), AnyOf((a, AnyOf((b, c))))),
            (AllOf((a, b)), AllOf((b, a))),
            (AnyOf((a, b)), AnyOf((b, a))),
            (AllOf((a, a)), a),
            (AnyOf((a, NO)), a),
            (AllOf((a, YES)), a),
        ):
            assert ask.truth(one) is ask.truth(other)


class TestP10External:
    """P-10: no answer is unknown."""

    def test_no_answer(self):
        assert answered(External("a"), a=None) is None
        assert answered(External("a")) is None


class TestP11WhatItDependsOn:
    """P-11: on the registration, the records it names, the instant, and tallies; nothing else."""

    @given(asked())
    def test_other_registrations_do_not_matter_without_tallies(self, ask):
        assume(not counts_others(ask.policy))
        alone = attrs.evolve(ask.facts, registrations=[ask.registration])
        (predicate,) = ask.predicates
        assert ask.reader(facts=alone).truth(predicate) is ask.truth(predicate)

    @given(asked())
    def test_rulings_do_not_matter(self, ask):
        without = attrs.evolve(ask.facts, rulings=())
        (predicate,) = ask.predicates
        assert ask.reader(facts=without).truth(predicate) is ask.truth(predicate)


class TestP12Constants:
    """P-12: predicates compare fields with constants, never with other fields."""

    def test_two_fields_are_refused(self):
        with pytest.raises(UsageError, match="a rule compares a field with a constant"):
            assert field("submitted_at") < field("approved_at")


SUBSTITUTED_OR_COUNTED = {
    "status",  # read from what is known of approval and end
    "currency",
    "filed_by_registrant",
    "last_submitted_at",  # else when it was submitted
    "earlier_by_same_partner",
    "earlier_here",
    "recent_by_partner",
}
MONOTONE = tuple(name for name in ASKED if name not in SUBSTITUTED_OR_COUNTED)


def forgetting_one(facts, names):
    """The facts with one fact of one record not known, for every fact that has a name given."""
    for kind in ("registrations", "partners", "customers", "opportunities"):
        records = getattr(facts, kind)
        for place, each in enumerate(records):
            columns = {a.name for a in attrs.fields(type(each))} - {"submitted_at"}
            for name in sorted(names & columns):
                less = attrs.evolve(each, **{name: None})
                yield attrs.evolve(facts, **{kind: [*records[:place], less, *records[place + 1 :]]})


class TestF2Monotone:
    """F-2, P-1 … P-9: learning a fact can settle what was unknown, never turn true into false."""

    @given(asked(only=predicates(WORLD, TIE_HEAVY, fields=MONOTONE)))
    def test_forgetting_a_fact_never_flips_an_answer(self, ask):
        (predicate,) = ask.predicates
        assume(not any(isinstance(atom, Missing) for _, atom in atoms(predicate)))
        names = fields_read(ask.policy) - {"partner_id", "opportunity_id", "customer_id"}
        names -= {"status"}  # which no registration is without
        for less in forgetting_one(ask.facts, names):
            forgetful = next(
                each
                for each in less.registrations
                if each.registration_id == ask.registration.registration_id
            )
            answer = ask.reader(forgetful, less).truth(predicate)
            assert answer in (None, ask.truth(predicate))


class TestD3Missing:
    """D-3: what is said to be missing is what keeps the answer unknown."""

    @given(asked())
    def test_missing_only_where_unknown(self, ask):
        (predicate,) = ask.predicates
        reader = ask.reader()
        if reader.truth(predicate) is None:
            assert reader.missing
        else:
            assert not reader.missing
