"""Explanations: complete for the auditor, pointed for the channel manager, plain data for all."""

import ast
import json
from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dealreg.deciders.reference
from dealreg import (
    Facts,
    Partner,
    Policy,
    PolicyError,
    Registration,
    Ruling,
    StandingKind,
    UsageError,
    contest,
    decide,
    field,
    requirement,
)
from dealreg import record as decide_and_record
from dealreg.facts.records import ENDED, Status
from dealreg.policy.clocks import Milestone, Period
from dealreg.policy.stages import HolderOf, Joint, Others
from dealreg.rendering import explain
from dealreg.rendering.codes import CODES
from dealreg.testing import FACTS_DROPPED, TIE_HEAVY, WELL_TYPED, book_cases, cases
from tests.unit.rendering.cases import RECORDS

CASES = st.one_of(cases(WELL_TYPED), cases(TIE_HEAVY), cases(FACTS_DROPPED), book_cases())
AUDIENCES = ("auditor", "channel_manager", "partner")


def _record(case):
    return decide_and_record(case.rules, case.facts, at=case.at, externals=case.externals)


def _plain(value):
    if isinstance(value, dict):
        return all(isinstance(key, str) and _plain(held) for key, held in value.items())
    if isinstance(value, list):
        return all(map(_plain, value))
    return value is None or type(value) in (str, int, bool)


@settings(max_examples=25)
@given(CASES)
def test_every_decision_can_be_explained_to_everybody(case):
    past = _record(case)
    own = past.facts.registrations[0].registration_id
    for audience in AUDIENCES:
        about = own if audience == "partner" else None
        for form in ("text", "markdown"):
            assert explain(past, audience=audience, registration_id=about, form=form)
        told = explain(past, audience=audience, registration_id=about, form="dict")
        assert _plain(told)
        assert told["audience"] == audience
        assert json.loads(json.dumps(told)) == told


@settings(max_examples=20)
@given(CASES)
def test_a_partner_is_told_something_of_every_benefit(case):
    past = _record(case)
    for mine in past.facts.registrations:
        told = explain(past, audience="partner", registration_id=mine.registration_id, form="dict")
        mine_of = [e for e in past.decision.standings if e.registration_id == mine.registration_id]
        assert len(told["benefits"]) == len(mine_of)
        for benefit in told["benefits"]:
            assert benefit["sentences"]
            assert all(text.strip()[-1] in ".:" for text in benefit["sentences"])


@settings(max_examples=20)
@given(CASES)
def test_the_auditor_gets_every_step_and_every_standing_once(case):
    past = _record(case)
    told = explain(past, audience="auditor", form="dict")
    assert [each["step"] for each in told["trace"]] == list(range(1, len(past.decision.trace) + 1))
    assert len(told["standings"]) == len(past.decision.standings)
    assert len(told["questions"]) == len(past.decision.referrals)
    assert len(told["deadlocks"]) == len(past.decision.deadlocks)
    text = " ".join(explain(past, audience="auditor").split())
    for number in range(1, len(past.decision.trace) + 1):
        assert f"Step {number}, " in text
    assert past.decision.facts_digest in text
    assert all(each.digest in text for each in past.decision.policies)


@settings(max_examples=20)
@given(CASES)
def test_what_a_person_must_decide_comes_with_all_its_candidates(case):
    past = _record(case)
    told = explain(past, audience="channel_manager", form="dict")
    asked = {name for each in told["questions"] for name in each["candidates"]}
    waiting = {
        each.registration_id
        for each in past.decision.standings
        if each.kind is StandingKind.REFERRED and not each.code.startswith("AWAITS_")
    }
    assert waiting <= asked


def test_the_deadlock_names_blocker_blocked_and_requirement():
    told = explain(RECORDS["dispute"](), audience="channel_manager", form="dict")
    (deadlock,) = told["deadlocks"]
    assert (deadlock["blocker"], deadlock["blocked"]) == ("R-1001", "R-1002")
    assert deadlock["code"] == "TIER_TOO_LOW"
    for word in ("R-1001 (Alder Systems)", "R-1002 (Birch Integration)", "silver; gold is needed"):
        assert word in deadlock["sentence"]


def test_the_deciding_registration_is_found_in_a_large_book_of_business():
    """About one registration: only the contests that it takes part in."""
    past = RECORDS["book"]()
    told = explain(past, audience="channel_manager", registration_id="R-3", form="dict")
    names = {e["registration_id"] for each in told["contests"] for e in each["registrations"]}
    assert names == {"R-3"}
    assert "R-1" not in explain(past, audience="auditor", registration_id="R-3")
    full = explain(past, audience="auditor", form="dict")
    part = explain(past, audience="auditor", registration_id="R-3", form="dict")
    assert 0 < len(part["standings"]) < len(full["standings"])


def test_keys_of_plain_data_are_always_the_same():
    """Whatever the case, the same keys at every level."""
    for audience in AUDIENCES:
        shapes = set()
        for make in RECORDS.values():
            past = make()
            about = past.facts.registrations[0].registration_id if audience == "partner" else None
            told = explain(past, audience=audience, registration_id=about, form="dict")
            shapes.add(tuple(told))
            for each in told.get("benefits", ()):
                shapes.add(("benefit", *each))
            for each in told.get("standings", ()):
                shapes.add(("standing", *each))
            for each in told.get("contests", ()):
                shapes |= {("in contest", *held) for held in each["registrations"]}
        assert len({shape[0] for shape in shapes}) == len(shapes)


def test_input_order_changes_nothing():
    past = RECORDS["contested"]()
    facts = attrs.evolve(past.facts, registrations=tuple(reversed(past.facts.registrations)))
    again = decide_and_record(past.rules, facts, at=past.at)
    for audience in AUDIENCES:
        about = "R-3" if audience == "partner" else None
        assert explain(past, audience=audience, registration_id=about) == explain(
            again, audience=audience, registration_id=about
        )


def test_ids_from_outside_cannot_act_on_a_terminal_or_a_page():
    past = RECORDS["dispute"]()
    wild = "R\x1b[2J|<img src=x>\u202e"
    registrations = [
        attrs.evolve(each, registration_id=f"{wild}{n}", partner_id=f"P`{n}`")
        for n, each in enumerate(past.facts.registrations)
    ]
    partners = [Partner(partner_id=f"P`{n}`", tier="silver", name="a\n# b") for n in range(2)]
    hostile = decide_and_record(
        past.rules, Facts(registrations=registrations, partners=partners), at=past.at
    )
    for audience in AUDIENCES:
        about = f"{wild}0" if audience == "partner" else None
        for form in ("text", "markdown"):
            told = explain(hostile, audience=audience, registration_id=about, form=form)
            assert not {"\x1b", "\u202e"} & set(told)
            assert form == "text" or "<img" not in told
            assert "\n# b" not in told


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"audience": "custmer"}, "no audience `custmer`"),
        ({"audience": "partner"}, "none was named"),
        (
            {"audience": "partner", "registration_id": "R-102"},
            "no registration `R-102`; did you mean",
        ),
        ({"audience": "auditor", "registration_id": "R-9"}, "no registration `R-9`"),
        ({"audience": "auditor", "form": "html"}, "no form `html`"),
    ],
)
def test_wrong_calls_say_what_to_do(wrong, message):
    with pytest.raises(UsageError, match=message):
        explain(RECORDS["dispute"](), **wrong)


def test_a_decision_is_not_a_record():
    past = RECORDS["dispute"]()
    with pytest.raises(UsageError, match="not a record"):
        explain(decide(past.rules, past.facts, at=past.at), audience="auditor")
    with pytest.raises(PolicyError, match="no time zone"):
        explain(past, audience="auditor", zone="Nowhere")


def test_nothing_was_in_force():
    past = RECORDS["book"]()
    early = decide_and_record(past.rules, past.facts, at="2020-01-01T00:00Z")
    told = explain(early, audience="partner", registration_id="R-1", form="dict")
    assert [each["code"] for each in told["benefits"]] == ["NOT_OFFERED", "NOT_OFFERED"]
    assert "no rules in force" in explain(early, audience="channel_manager")
    assert "before the first version of the rules" in explain(early, audience="auditor")


@pytest.mark.parametrize("status", [*sorted(ENDED), Status.DRAFT, Status.RETURNED])
def test_a_registration_that_is_not_live_is_told_its_status(status):
    past = RECORDS["dispute"]()
    mine = attrs.evolve(past.facts.registrations[0], status=status)
    again = decide_and_record(past.rules, Facts(registrations=[mine]), at=past.at)
    told = explain(again, audience="partner", registration_id="R-1001", form="dict")
    (sentence,) = told["benefits"][0]["sentences"]
    assert sentence.startswith("Your registration takes no part: ")
    assert "its status is" not in sentence


def test_a_registration_of_tomorrow_is_not_submitted_yet():
    mine = Registration(
        registration_id="R", partner_id="P", opportunity_id="O", submitted_at="2026-05-01T00:00Z"
    )
    past = decide_and_record(
        RECORDS["dispute"]().rules, Facts(registrations=[mine]), at="2026-04-01T00:00Z"
    )
    told = explain(past, audience="partner", registration_id="R", form="dict")
    assert told["benefits"][0]["sentences"] == [
        "Your registration takes no part: it has not been submitted yet."
    ]


def _codes_in_code() -> set[str]:
    """The reason codes that the deciders give themselves, and the defaults of nodes."""
    folder = Path(dealreg.deciders.reference.__file__).parent
    found = {
        node.value
        for file in folder.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.isupper()
        and node.value.replace("_", "").isalpha()
    } - {"AWAITS_"}
    kinds = (HolderOf, Joint, Milestone, Others, Period)
    found |= {attrs.fields(kind).code.default for kind in kinds}
    found |= {status.value.upper() for status in ENDED | {Status.DRAFT, Status.RETURNED}}
    return found | {"AWAITS_<BENEFIT>", "EXCLUDED"}


def test_the_built_in_codes_are_all_listed():
    assert _codes_in_code() == set(CODES)


def test_the_reference_page_has_the_same_codes():
    page = Path(__file__).parents[3] / "docs" / "reference" / "reason-codes.md"
    rows = [line.split(" | ") for line in page.read_text("utf-8").splitlines() if "| `" in line]
    assert {row[0].strip("| `"): row[2] for row in rows} == dict(CODES)


def test_what_a_person_accepted_is_not_held_against_anybody():
    """Three requirements fail, one was accepted by a ruling: the letter names the other two."""
    policy = Policy(
        programme="P",
        contests=[
            contest(
                "protection",
                requirement("SMALL", field("quantity") >= 100, if_false="refer"),
                requirement("REGION", field("region") == "DE"),
                requirement("STAGE", field("stage") == "proposal"),
            )
        ],
    )
    mine = Registration(
        registration_id="R",
        partner_id="P",
        opportunity_id="O",
        submitted_at="2026-03-01T09:00Z",
        quantity=5,
        region="US",
        stage="lead",
    )
    ruling = Ruling(
        registration_id="R",
        benefit="protection",
        verdict="accept",
        decided_at="2026-03-02T09:00Z",
    )
    past = decide_and_record(
        policy, Facts(registrations=[mine], rulings=[ruling]), at="2026-03-03T09:00Z"
    )
    told = explain(past, audience="partner", registration_id="R", form="dict")
    assert told["benefits"][0]["sentences"] == [
        'The region of use is "US"; "DE" is needed.',
        "Apart from that:",
        'The sales stage is "lead"; "proposal" is needed.',
    ]
