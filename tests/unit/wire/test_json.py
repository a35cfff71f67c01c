"""Canonical JSON: lossless, versioned, and clear about what is wrong with a text."""

import contextlib
import importlib
import json
import os
import pkgutil
import subprocess
import sys
import textwrap
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dealreg
from dealreg import (
    ALWAYS,
    Change,
    DealregError,
    Facts,
    FactsErrors,
    Money,
    Partner,
    Policy,
    PolicyErrors,
    Registration,
    UnreadableError,
    UsageError,
    contest,
    decide,
    earliest,
    field,
    fraction_of_holder,
    record,
    requirement,
    rerun,
    terms,
)
from dealreg.facts.values import FrozenMap
from dealreg.outcome.decision import Entitlement, Margin, Step
from dealreg.outcome.findings import Finding, Findings
from dealreg.outcome.record import Answer
from dealreg.policy.predicates import AllOf, AnyOf, Compare, Constant, Fact, Not, OneOf
from dealreg.testing import book_cases, cases
from dealreg.wire import from_json, to_json
from dealreg.wire.registry import REGISTRY

MADE_TO_BE_STORED = ("dealreg.facts", "dealreg.policy", "dealreg.outcome", "dealreg.wire")


def text_of(tag, value, **more):
    envelope = {"dealreg": tag, "format": 1, "semantics": 1, "value": value} | more
    return json.dumps(envelope).encode()


def policy_text(**more):
    return text_of("policy", {"is": "policy", "programme": "Example"} | more)


def problems_of(data, kind=PolicyErrors):
    with pytest.raises(kind) as caught:
        from_json(data)
    return {each.place: each for each in caught.value.problems}


def same_again(value):
    data = to_json(value)
    made = from_json(data)
    return made == value and type(made) is type(value) and to_json(made) == data


class TestRegistry:
    def test_has_every_class_that_can_be_stored(self):
        tagged = set()
        for found in pkgutil.walk_packages(dealreg.__path__, "dealreg."):
            if found.name.startswith(MADE_TO_BE_STORED):
                things = vars(importlib.import_module(found.name)).values()
                tagged |= {t for t in things if attrs.has(t) and isinstance(t, type)}
        tagged = {kind for kind in tagged if isinstance(vars(kind).get("tag"), str)}

        assert tagged == set(REGISTRY.values())

    def test_tags_are_those_of_the_classes(self):
        assert {tag: kind.tag for tag, kind in REGISTRY.items()} == {tag: tag for tag in REGISTRY}


class TestRoundTrip:
    @given(cases())
    def test_of_policies_facts_and_records(self, case):
        made = record(case.rules, case.facts, at=case.at, externals=case.externals)

        assert same_again(case.rules)
        assert same_again(case.facts)
        assert same_again(made.decision)
        assert same_again(made)

    @settings(max_examples=20)
    @given(book_cases())
    def test_of_books_and_what_they_decide(self, case):
        assert same_again(record(case.rules, case.facts, at=case.at, externals=case.externals))

    @pytest.mark.parametrize(
        "value",
        [
            0,
            1,
            False,
            True,
            Decimal(1),
            Decimal("-0.000000000000000001"),
            -(10**33),
            "",
            "decimal",
            "café \U0001f600 \x00",
            Money("0.01", "EUR"),
            datetime(1900, 1, 1, tzinfo=UTC),
            datetime(2200, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
            date(1900, 1, 1),
            timedelta.min,
            timedelta.max,
        ],
    )
    def test_keeps_the_type_of_every_constant(self, value):
        compare = from_json(to_json(Compare(Fact("x"), "==", value)))

        assert compare.value == value
        assert type(compare.value) is type(value)
        assert same_again(OneOf(Fact("x"), (value, "other")))

    def test_keeps_one_true_and_decimal_one_apart(self):
        values = (1, True, Decimal(1), "1")
        assert [type(each) for each in from_json(to_json(OneOf(Fact("x"), values))).values].count(
            bool
        ) == 1
        assert same_again(OneOf(Fact("x"), values))

    @pytest.mark.parametrize(
        "value",
        [
            Change("tier", None, "2026-01-01T00:00Z"),
            Change("tags", {"b", "a"}, "2026-01-01T00:00Z"),
            Change("tags", set(), "2026-01-01T00:00Z"),
            Partner(partner_id="P", accreditations=set(), attributes={"is": "money", "n": 1}),
            Partner(partner_id="P", attributes={"x": True, "y": Decimal(2), "z": {"a"}}),
            Entitlement(percent=Fraction(10, 3), share=Fraction(1, 7)),
            Margin(clause="c", fact="f", own=frozenset({"a"}), rival=timedelta(1)),
            Step(clause="c", benefit="b", result="r", facts={"at": date(2026, 1, 1)}),
            Answer("q", FrozenMap({"R1": False})),
            Findings((Finding(code="C", severity="warning", path="p", message="m"),)),
            terms("half", fraction_of_holder("1/2"), share="1/3"),
            Policy(programme=""),
            Facts(),
        ],
        ids=lambda value: type(value).__name__,
    )
    def test_of_values_that_are_easily_confused(self, value):
        assert same_again(value)

    def test_of_predicates_as_deep_as_they_may_be(self):
        deepest = Constant(True)
        for level in range(100):
            deepest = (AllOf, AnyOf)[level % 2]((deepest,)) if level % 3 else Not(deepest)

        assert same_again(requirement("DEEP", deepest))

    def test_does_not_need_the_canonical_spelling(self):
        written = ' \n{"value": {"amount": {"value": "5.00", "is": "decimal"}, "currency": "EUR",'
        written += '"is": "money"}, "semantics": 1, "format": 1, "dealreg": "money"}\n'

        assert from_json(written) == Money(5, "EUR")
        assert from_json("\ufeff" + written) == Money(5, "EUR")
        assert from_json(written.encode()) == from_json(bytearray(written.encode()))

    def test_defaults_may_be_stated(self):
        stated = {"is": "fact", "name": "tier", "as_of": None}

        assert from_json(text_of("fact", stated)) == Fact("tier")

    def test_a_rerun_record_gives_the_same_bytes_in_every_process(self):
        script = textwrap.dedent("""
            import sys
            from dealreg import *
            from dealreg.wire import from_json, to_json
            past = from_json(sys.stdin.buffer.read())
            again = record(past.rules, past.facts, at=past.at)
            assert again.decision == rerun(past) == past.decision
            sys.stdout.buffer.write(to_json(again))
        """)
        policy = Policy(
            programme="Example",
            tiers=("silver", "gold"),
            contests=[
                contest(
                    "protection",
                    requirement("SKILLS", field("accreditations").overlaps("c", "a", "b")),
                    earliest("submitted_at"),
                )
            ],
        )
        facts = Facts(
            registrations=[
                Registration(
                    registration_id=f"R{n}",
                    partner_id=f"P{n}",
                    opportunity_id="O",
                    submitted_at="2026-03-01T09:00Z",
                    products={"x", "y", "z"},
                )
                for n in range(3)
            ],
            partners=[Partner(partner_id="P1", accreditations={"a", "q", "z"})],
        )
        data = to_json(record(policy, facts, at="2026-04-01T00:00Z"))

        for seed in ("0", "1", "4242"):
            done = subprocess.run(
                [sys.executable, "-c", script],
                input=data,
                capture_output=True,
                check=True,
                env=os.environ | {"PYTHONHASHSEED": seed},
            )
            assert done.stdout == data

        assert to_json(rerun(from_json(data))) == to_json(from_json(data).decision)
        assert decide(policy, facts, at="2026-04-01T00:00Z") == from_json(data).decision


class TestWriting:
    @pytest.mark.parametrize("value", [5, "policy", None, {"tag": "policy"}, ALWAYS, Policy])
    def test_refuses_what_has_no_form(self, value):
        with pytest.raises(UsageError, match="not a value that has a JSON form"):
            to_json(value)

    def test_refuses_half_characters(self):
        with pytest.raises(UsageError, match="half a character"):
            to_json(Policy(programme="\ud800"))

    def test_refuses_integers_beyond_what_can_be_written(self):
        huge = Margin(clause="contests[protection].prefer[0]", fact="quantity", own=10**10_000)

        with pytest.raises(UsageError, match="cannot be written"):
            to_json(huge)

    def test_says_what_it_is_and_by_which_meaning(self):
        envelope = json.loads(to_json(Policy(programme="Example")))

        assert envelope == {
            "dealreg": "policy",
            "format": 1,
            "semantics": 1,
            "value": {"is": "policy", "programme": "Example"},
        }


class TestUnreadable:
    @pytest.mark.parametrize(
        ("data", "says"),
        [
            (b"", "line 1 column 1: this is not JSON"),
            (b'{"dealreg": "policy",', "this is not JSON"),
            (b"{'dealreg': 1}", "this is not JSON"),
            (b"\xff\xfe{}", "byte 0 is not UTF-8"),
            (b"null", "not dealreg's"),
            (b"[]", "not dealreg's"),
            (b"5", "not dealreg's"),
            (b"NaN", "not dealreg's"),
            (b'{"is": "policy"}', "not dealreg's"),
            (b'{"dealreg": "policy", "format": 1, "semantics": 1}', "`value`"),
            (b'{"dealreg": "policy", "dealreg": "facts"}', "too much or too little"),
            (text_of("policy", {}, extra=1), "`extra`"),
            (text_of("polcy", {}), "did you mean `policy`"),
            (text_of("decimal", {}), "there is no `decimal`"),
            (text_of(["policy"], {}), "dealreg: there is no"),
            (text_of("policy", {}, format=2), "it reads version 1: install a newer"),
            (text_of("policy", {}, format=0), "it reads version 1"),
            (text_of("policy", {}, format=True), "format version `True` is not one"),
            (text_of("policy", {}, format="1"), "format version `1` is not one"),
            (text_of("policy", {}, semantics=2), "semantics version `2` is not one"),
            (b"[" * 100_000, "nested too deep"),
            (b'{"a":' * 100_000, "nested too deep"),
            (b"9" * 10_000, "not dealreg's"),
        ],
    )
    def test_names_what_is_wrong(self, data, says):
        with pytest.raises(UnreadableError) as caught:
            from_json(data, place="book.json")

        assert says in str(caught.value)
        assert str(caught.value).startswith("book.json: ")
        assert caught.value.hint

    def test_repeated_envelope_names(self):
        text = '{"dealreg": "fact", "format": 1, "format": 1, "semantics": 1, "value": {}}'
        with pytest.raises(UnreadableError, match="too much or too little: `format`"):
            from_json(text)

    def test_over_the_limit_is_refused_before_it_is_read(self):
        text = to_json(Policy(programme="x" * 1_000))
        with pytest.raises(UnreadableError, match="over the limit of 100"):
            from_json(text, largest=100)
        with pytest.raises(UnreadableError, match="over the limit of 67,108,864"):
            from_json(b"\xff" * 100_000_000)

        assert from_json(text, largest=len(text)).programme == "x" * 1_000

    @pytest.mark.parametrize("data", [None, 5, {"dealreg": "policy"}])
    def test_only_text_is_read(self, data):
        with pytest.raises(UsageError, match="not JSON text"):
            from_json(data)

    def test_predicates_nested_too_deep(self):
        for depth in (101, 300, 900):
            deep = {"is": "constant", "value": True}
            for _ in range(depth):
                deep = {"is": "not", "part": deep}
            with pytest.raises((PolicyErrors, UnreadableError)) as caught:
                from_json(text_of("requirement", {"is": "requirement", "code": "A", "that": deep}))
            assert "100 deep" in str(caught.value)
            assert "nested" in str(caught.value)


class TestProblems:
    def test_all_at_once_each_with_its_place(self):
        data = policy_text(
            tiers=[1, "gold"],
            contests=[
                {"is": "contst"},
                {"is": "contest", "benefit": "a b"},
                {"is": "contest", "benefit": "p", "tie": "shar", "capacty": 2},
            ],
        )
        found = problems_of(data)

        assert {place: each.message for place, each in found.items()} == {
            "value.tiers[0]": "`1` cannot stand here",
            "value.contests[0].is": "there is no `contst`",
            "value.contests[1]": "`a b` cannot be the name of a benefit",
            "value.contests[2].tie": "`shar` cannot stand here",
            "value.contests[2].capacty": "a contest has no `capacty`",
        }
        assert found["value.contests[2].capacty"].hint == "did you mean `capacity`?"
        assert found["value.contests[2].tie"].hint == "did you mean `share`?"

    @pytest.mark.parametrize(
        ("value", "says"),
        [
            (1.5, "the number `1.5` is not exact"),
            (float("nan"), "the number `NaN` is not exact"),
            (float("inf"), "the number `Infinity` is not exact"),
            (None, "`null` cannot stand here"),
            ([], "`[]` cannot stand here"),
            ({}, "does not say what it `is`"),
            ({"is": "set", "value": ["a"]}, "`set` cannot stand here"),
            ({"is": "fraction", "value": "1/2"}, "`fraction` cannot stand here"),
            ({"is": "dcimal", "value": "1"}, "there is no `dcimal`"),
            ({"is": "decimal", "value": 1}, "`1` is not a decimal"),
            ({"is": "decimal", "value": "1e5"}, "`1e5` is not a decimal"),
            ({"is": "decimal", "value": "NaN"}, "`NaN` is not a decimal"),
            ({"is": "decimal", "value": "1" * 39}, "is not a decimal"),
            ({"is": "decimal", "value": "1", "more": 1}, "is not a decimal"),
            ({"is": "instant", "value": "2026-03-01T09:00"}, "is not an instant"),
            ({"is": "instant", "value": "yesterday"}, "`yesterday` is not an instant"),
            ({"is": "date", "value": "2026-02-30"}, "`2026-02-30` is not a date"),
            ({"is": "date", "value": "20260301"}, "`20260301` is not a date"),
            ({"is": "duration", "microseconds": 10**30}, "is not a duration"),
            ({"is": "duration", "microseconds": True}, "`true` is not a duration"),
            ({"is": "money", "amount": 5, "currency": "EUR"}, "`5` cannot stand here"),
            (
                {"is": "money", "amount": {"is": "decimal", "value": "5"}, "currency": "eur"},
                "`eur` is not a currency code",
            ),
        ],
    )
    def test_in_constants(self, value, says):
        compare = {"is": "compare", "fact": {"is": "fact", "name": "x"}, "op": "=="}
        (problem,) = problems_of(text_of("compare", compare | {"value": value})).values()

        assert says in problem.message
        assert problem.place.startswith("value.value")
        assert problem.hint

    def test_integers_of_thousands_of_digits(self):
        digits = "9" * 10_000
        data = policy_text(semantics=0).replace(
            b'"semantics": 0', f'"semantics": {digits}'.encode()
        )
        (problem,) = problems_of(data).values()

        assert problem.place == "value.semantics"
        assert "is not exact" in problem.message
        assert len(str(problem)) < 300

    def test_names_that_stand_twice(self):
        data = policy_text(note="a").replace(b'"note": "a"', b'"note": "a", "note": "b"')
        (problem,) = problems_of(data).values()

        assert (problem.place, problem.message) == ("value.note", "`note` is stated twice")

    def test_missing_names(self):
        (problem,) = problems_of(text_of("policy", {"is": "policy"})).values()

        assert problem.message == "a policy needs `programme`"

    def test_half_characters(self):
        (problem,) = problems_of(policy_text(note="\ud800")).values()

        assert problem.place == "value.note"
        assert "half a character" in problem.message

    def test_in_facts(self):
        good = {
            "is": "registration",
            "registration_id": "R1",
            "partner_id": "P1",
            "submitted_at": {"is": "instant", "value": "2026-03-01T09:00:00Z"},
        }
        facts = {
            "is": "facts",
            "registrations": [good, good | {"partner_id": "P2"}, good | {"status": "aproved"}],
        }
        found = problems_of(text_of("facts", facts), FactsErrors)
        assert found["value.registrations[2].status"].hint == "did you mean `approved`?"

        facts["registrations"].pop()
        (clash,) = problems_of(text_of("facts", facts), FactsErrors).values()
        assert "two different records of registration `R1`" in clash.message

    def test_in_attributes(self):
        partner = {"is": "partner", "partner_id": "P", "attributes": {"a": 1, "b": 0.5, "c": None}}
        found = problems_of(text_of("partner", partner), FactsErrors)

        assert set(found) == {"value.attributes.b", "value.attributes.c"}

    def test_in_decisions(self):
        data = to_json(decide(Policy(programme="E", contests=[contest("p")]), Facts(), at=NOW))
        broken = data.replace(b'"standings":[]', b'"standings":[1,2]')
        with pytest.raises(UnreadableError, match=r"value\.standings\[0\]: .* first of 2 problems"):
            from_json(broken)

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: (
                st.lists(inner)
                | st.dictionaries(
                    st.sampled_from(["is", "value", "contests", "benefit", "programme", "requires"])
                    | st.text(),
                    inner,
                )
            ),
            max_leaves=8,
        )
    )
    def test_are_never_another_exception(self, value):
        for tag in ("policy", "facts", "record", "compare"):
            inner = {"is": tag} | value if isinstance(value, dict) else value
            with contextlib.suppress(DealregError):
                assert same_again(from_json(text_of(tag, inner)))

    @given(cases(), st.data())
    @settings(max_examples=50)
    def test_of_a_text_with_one_place_changed_are_told(self, case, data):
        envelope = json.loads(to_json(case.rules))
        places = list(_places(envelope["value"]))
        holder, key = data.draw(st.sampled_from(places))
        holder[key] = data.draw(st.sampled_from([None, True, 7, 0.5, "x", [], {}, {"is": "x"}]))
        with contextlib.suppress(PolicyErrors):
            assert same_again(from_json(json.dumps(envelope)))


NOW = "2026-04-01T00:00Z"


def _places(value):
    if isinstance(value, dict):
        for key, held in value.items():
            yield value, key
            yield from _places(held)
    if isinstance(value, list):
        for place, held in enumerate(value):
            yield value, place
            yield from _places(held)
