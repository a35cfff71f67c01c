"""Corners of the compiled decider: the cache, what goes into generated text, what is refused."""

import re
import threading

import attrs
import pytest

from dealreg import (
    Facts,
    Partner,
    Policy,
    PolicyErrors,
    Registration,
    UsageError,
    compiled,
    contest,
    earliest,
    external,
    field,
    highest,
    requirement,
    within,
)
from dealreg.deciders.compiled.codes import ShortWriter
from dealreg.deciders.compiled.source import Code, column, fill
from dealreg.deciders.compiled.writing import Writer
from dealreg.facts.fields import Field, Subject
from dealreg.policy.stages import Scope

AT = "2026-04-01T00:00Z"
EVIL = "'); import os; os.system('x'); ('"


def registration(name, **facts):
    known = {"partner_id": name, "opportunity_id": "O", "submitted_at": "2026-03-01T09:00Z"}
    return Registration(registration_id=name, **(known | facts))


def policy(*parts, **stated):
    made = attrs.evolve(contest("protection", *parts, earliest("submitted_at")), **stated)
    return Policy(programme=EVIL, version=EVIL, tiers=["silver", EVIL], contests=[made])


def text_of(made):
    ready = compiled(made)
    [version] = ready.versions.values()
    texts = []
    for writing in (Writer, ShortWriter):
        writer = writing(version.plans["protection"], checked=True)
        writer.write()
        texts.append(writer.source.text)
    return "".join(texts)


class TestText:
    def test_no_text_of_a_policy_is_in_the_text_of_its_function(self):
        plain = policy(requirement("A", field("region") == "north"), within("7 days"))
        evil = policy(requirement("A", field("region") == EVIL), within("9 days"))

        assert text_of(evil) == text_of(plain)

    def test_it_is_made_of_numbered_names_and_fixed_words(self):
        parts = [
            requirement("A", (field("region") == EVIL) | ~field("amount").is_missing()),
            requirement("B", field("tier") >= EVIL),
            within("7 days"),
            highest("tier"),
        ]
        own = Field("import_os", "text", meaning=EVIL)
        made = attrs.evolve(
            policy(*parts, requirement("C", field("import_os") == EVIL)), fields=(own,)
        )

        text = text_of(made)

        assert "import" not in text
        assert "'" not in text
        assert '"' not in text
        assert "__" not in text
        assert re.findall(r"\bk\d+", text)

    def test_templates_take_nothing_but_code(self):
        with pytest.raises(TypeError, match="filled with code only"):
            fill("$ + $", "os", "system")
        with pytest.raises(TypeError, match="made of templates"):
            Code("os.system", None)
        with pytest.raises(ValueError, match="not in tuple"):
            column(Subject.REGISTRATION, "__class__")


class TestCache:
    def test_equal_rules_give_the_very_same_object(self):
        one = compiled(policy(within("7 days")))

        assert compiled(policy(within("7 days"))) is one
        assert compiled(policy(within("8 days"))) is not one

    def test_unsound_rules_are_refused(self):
        with pytest.raises(PolicyErrors):
            compiled(policy(requirement("A", field("regoin") == "north")))

    def test_first_asked_by_several_threads(self):
        ready = compiled(policy(within("6 days")))
        facts = Facts(registrations=[registration("A"), registration("B")])
        found = []

        def ask():
            found.append(ready.standings(facts, at=AT))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()

        assert len(found) == 8
        assert len(set(found)) == 1


class TestOutcomes:
    def test_registrations_of_several_deals_in_any_order(self):
        ready = compiled(policy())
        given = [
            registration("C", opportunity_id="P"),
            registration("B", submitted_at="2026-03-02T09:00Z"),
            registration("A"),
        ]

        found = ready.outcomes(given, at=ready_at())

        assert [each[0] for each in found["protection"]] == ["granted", "denied", "granted"]

    def test_given_up_on_one_deal_it_still_sees_that_there_are_two(self):
        ready = compiled(policy())
        given = [registration("A"), registration("A2", partner_id="A"), registration("B")]
        given.append(registration("C", opportunity_id="P"))

        found = ready.outcomes(given, at=ready_at())["protection"]

        assert [each[1] for each in found][1] == "DUPLICATE_SAME_PARTNER"
        assert found[3][0] == "granted"

    def test_of_none_there_is_nothing(self):
        assert compiled(policy()).outcomes([], at=ready_at()) in ({}, {"protection": []})

    def test_codes_are_asked_as_outcomes_are(self):
        ready = compiled(policy(within("7 days")))
        given = [registration("B", submitted_at="2026-03-02T09:00Z"), registration("A")]
        late = registration("C", submitted_at="2026-03-12T09:00Z")
        same = registration("A2", partner_id="A")
        two = [*given, registration("D", opportunity_id="P")]

        def codes(*registrations):
            found = ready.codes(registrations, at=ready_at())["protection"]
            assert found == [
                each[:2] for each in ready.outcomes(registrations, at=ready_at())["protection"]
            ]
            return [each[1] for each in found]

        assert codes(*given, late) == ["DUPLICATE_OTHER_PARTNER", "GRANTED", "OUTSIDE_WINDOW"]
        assert codes(*two) == ["DUPLICATE_OTHER_PARTNER", "GRANTED", "GRANTED"]
        assert codes(*given, same)[2] == "DUPLICATE_SAME_PARTNER"
        with pytest.raises(UsageError, match="no time zone"):
            ready.codes(given, at=ready_at().replace(tzinfo=None))

    def test_external_questions_are_asked_of_standings(self):
        ready = compiled(policy(requirement("A", external("clear"))))

        with pytest.raises(UsageError, match="ask for `standings`"):
            ready.outcomes([registration("A")], at=ready_at())

    def test_award_by_line_is_asked_of_standings(self):
        ready = compiled(policy(scope=Scope(lines="products", award="by_line")))

        with pytest.raises(UsageError, match="ask for `standings`"):
            ready.outcomes([registration("A", products=["desk"])], at=ready_at())

    def test_an_instant_without_zone_is_refused(self):
        with pytest.raises(UsageError, match="no time zone"):
            compiled(policy()).outcomes([registration("A")], at=ready_at().replace(tzinfo=None))


def ready_at():
    from datetime import UTC, datetime

    return datetime(2026, 4, 1, tzinfo=UTC)


def test_facts_are_checked_by_decide():
    ready = compiled(policy())

    with pytest.raises(UsageError, match="is not facts"):
        ready.decide([registration("A")], at=AT)


def test_what_goes_to_the_reference_says_so():
    ready = compiled(policy(scope=Scope(lines="products")))

    [found] = ready.support()

    assert (found.way, found.because) == ("reference", "scopes overlap in part")


def test_the_index_of_partners_is_the_callers():
    ready = compiled(policy(requirement("LOW", field("tier") >= EVIL)))
    known = {"A": Partner(partner_id="A", tier=EVIL), "B": Partner(partner_id="B", tier="silver")}
    given = [registration("A"), registration("B"), registration("C")]

    found = ready.outcomes(given, at=ready_at(), partners=known)["protection"]

    assert [each[0] for each in found] == ["granted", "denied", "returned"]
    assert found[2][6] == ("tier",)
