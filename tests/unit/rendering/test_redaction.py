"""What a partner reads holds nothing of anybody else's, whatever the policy and the facts."""

import ast
import json
import typing
from datetime import timedelta
from pathlib import Path

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dealreg.rendering
from dealreg import (
    Facts,
    Field,
    Money,
    Opportunity,
    Partner,
    Policy,
    PolicyBook,
    Record,
    Registration,
    contest,
    earliest,
    field,
    one_per,
    requirement,
)
from dealreg import record as decide_and_record
from dealreg.facts.core_fields import CORE_NAMES
from dealreg.outcome.decision import Margin, Referral, Standing, Step
from dealreg.rendering import explain
from dealreg.rendering.reasons import Letter
from dealreg.testing import FACTS_DROPPED, TIE_HEAVY, WELL_TYPED, Case, book_cases, cases
from tests.unit.rendering.cases import RECORDS

MARK = "qx"
DIGITS = "98765"
TIER = f"{MARK}tier"


def _marked(name: str | None) -> str | None:
    return None if name is None else f"{MARK}{name}"


def _policy(policy: Policy) -> Policy:
    """The policy with one more tier, which none of its rules names."""
    return attrs.evolve(policy, tiers=(*policy.tiers, TIER))


def _rules(rules: Policy | PolicyBook) -> Policy | PolicyBook:
    if isinstance(rules, Policy):
        return _policy(rules)
    editions = [attrs.evolve(e, policy=_policy(e.policy)) for e in rules.editions]
    return attrs.evolve(rules, editions=editions)


def _rival(registration: Registration) -> Registration:
    """A rival's registration, all that is its own marked; its instants to the microsecond."""
    shift = timedelta(seconds=37, microseconds=123456)
    amount = registration.amount
    return attrs.evolve(
        registration,
        registration_id=_marked(registration.registration_id),
        partner_id=_marked(registration.partner_id),
        submitted_at=registration.submitted_at - shift,
        name=f"{MARK} deal",
        amount=None if amount is None else Money(f"{DIGITS}43.21", amount.currency),
        quantity=None if registration.quantity is None else int(f"{DIGITS}4"),
        score=None if registration.score is None else f"{DIGITS}.4",
        filed_by=_marked(registration.filed_by),
        contract_id=_marked(registration.contract_id),
    )


def _marked_case(case: Case, own: str) -> Record:
    """The case decided with everything of the rivals of one registration marked."""
    mine = next(each for each in case.facts.registrations if each.registration_id == own)
    registrations = [
        each if each.partner_id == mine.partner_id else _rival(each)
        for each in case.facts.registrations
    ]
    rivals = sorted({each.partner_id for each in registrations} - {mine.partner_id})
    known = {each.partner_id: each for each in case.facts.partners}
    partners = [known[mine.partner_id]] if mine.partner_id in known else []
    for rival in rivals:
        base = known.get(rival.removeprefix(MARK), Partner(partner_id=rival))
        partners.append(
            attrs.evolve(base, partner_id=rival, name=f"{MARK} company", tier=TIER, changes=())
        )
    one = rivals[0] if rivals else None
    registrations = [
        attrs.evolve(each, filed_by=one, distributor_id=one)
        if each.registration_id == own
        else each
        for each in registrations
    ]
    deals = [
        attrs.evolve(each, customer_choice=one, incumbent_partner_id=one)
        for each in case.facts.opportunities
    ]
    names = {each.registration_id for each in registrations}
    rulings = [
        attrs.evolve(each, registration_id=name)
        for each in case.facts.rulings
        for name in (each.registration_id, f"{MARK}{each.registration_id}")
        if name in names
    ]
    answers = {
        question: {name: said.get(name.removeprefix(MARK)) for name in names}
        for question, said in case.externals.items()
    }
    facts = Facts(
        registrations=registrations,
        partners=partners,
        customers=case.facts.customers,
        opportunities=deals,
        rulings=rulings,
    )
    return decide_and_record(_rules(case.rules), facts, at=case.at, externals=answers)


def _assert_silent(past: Record, own: str) -> None:
    told = explain(past, audience="partner", registration_id=own, form="dict")
    forms = [
        explain(past, audience="partner", registration_id=own),
        explain(past, audience="partner", registration_id=own, form="markdown"),
        json.dumps(told),
    ]
    for text in forms:
        assert MARK not in text.lower()
        assert DIGITS not in text.replace(",", "").replace("\\", "")
        assert "123456" not in text


SLOW = settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=30)


@pytest.mark.parametrize("preset", [WELL_TYPED, TIE_HEAVY, FACTS_DROPPED])
def test_no_rivals_facts_for_any_policy(preset):
    """Ids, names, tiers, amounts, scores, exact instants: none of them in any form."""

    @SLOW
    @given(st.data())
    def holds(data):
        case = data.draw(cases(preset))
        own = data.draw(st.sampled_from([e.registration_id for e in case.facts.registrations]))
        _assert_silent(_marked_case(case, own), own)

    holds()


@SLOW
@given(st.data())
def test_no_rivals_facts_for_any_book(data):
    case = data.draw(book_cases())
    own = data.draw(st.sampled_from([e.registration_id for e in case.facts.registrations]))
    _assert_silent(_marked_case(case, own), own)


@pytest.mark.parametrize("name", RECORDS)
def test_no_rivals_name_or_number_in_the_worked_cases(name):
    """Hand-made cases, with the names of every other registration looked for in each letter."""
    past = RECORDS[name]()
    partners = {each.partner_id: each.name for each in past.facts.partners}
    for mine in past.facts.registrations:
        told = explain(past, audience="partner", registration_id=mine.registration_id)
        others = [e for e in past.facts.registrations if e.partner_id != mine.partner_id]
        secret = {text for e in others for text in (e.partner_id, partners.get(e.partner_id))}
        words = told.replace("\n", " ")
        assert not [text for text in secret if text and text in words]
        assert not {each.registration_id for each in others} & set(words.replace(".", " ").split())


NAMING = {
    "filed_by": ("registration", "text"),
    "distributor_id": ("registration", "text"),
    "partner_group": ("partner", "text"),
    "customer_choice": ("opportunity", "text"),
    "incumbent_partner_id": ("opportunity", "text"),
    "outranked_by": ("registration", "text"),
    "rivals": ("partner", "text_set"),
}


STRANGER = [(name, "P-STRANGER") for name in NAMING if name in CORE_NAMES]
"""Core fields that name somebody are not quoted, even if nobody of that name registered."""


@pytest.mark.parametrize("tell", ["", "That is not so."])
@pytest.mark.parametrize(("name", "rival"), [*((n, "P-RIVAL") for n in NAMING), *STRANGER])
def test_a_fact_that_names_a_rival_is_not_quoted(name, rival, tell):
    """A requirement on such a fact fails: the letter says so, and not what was found."""
    subject, kind = NAMING[name]
    value = rival if kind == "text" else frozenset({rival})
    that = field(name) == "P-NOBODY" if kind == "text" else field(name).covers("P-NOBODY")
    core = name in CORE_NAMES
    held = {subject: {name: value} if core else {"attributes": {name: value}}}
    policy = Policy(
        programme="Example",
        fields=[] if core else [Field(name, kind, subject)],
        contests=[contest("protection", requirement("WRONG", that, tell))],
    )
    facts = Facts(
        registrations=[
            Registration(
                registration_id="R1",
                partner_id="P1",
                opportunity_id="O1",
                submitted_at="2026-03-01T09:00Z",
                **held.get("registration", {}),
            ),
            Registration(
                registration_id="R2",
                partner_id="P-RIVAL",
                opportunity_id="O1",
                submitted_at="2026-03-01T09:00Z",
            ),
        ],
        partners=[Partner(partner_id="P1", **held.get("partner", {}))],
        opportunities=[Opportunity(opportunity_id="O1", **held.get("opportunity", {}))],
    )
    past = decide_and_record(policy, facts, at="2026-03-02T00:00Z")
    told = explain(past, audience="partner", registration_id="R1", form="dict")
    assert told["benefits"][0]["code"] == "WRONG"
    assert told["benefits"][0]["sentences"]
    assert rival not in json.dumps(told)


def test_a_sister_company_is_not_named():
    """Of one group, and still two partners: the registration preferred is the other's secret."""
    policy = Policy(
        programme="Example",
        contests=[contest("protection", earliest("submitted_at"), one_per("partner_group"))],
    )
    facts = Facts(
        registrations=[
            Registration(
                registration_id=f"R{n}",
                partner_id=f"P{n}",
                opportunity_id="O1",
                submitted_at=f"2026-03-0{n}T09:00Z",
            )
            for n in (1, 2)
        ],
        partners=[Partner(partner_id=f"P{n}", partner_group="G") for n in (1, 2)],
    )
    past = decide_and_record(policy, facts, at="2026-03-05T00:00Z")
    told = explain(past, audience="partner", registration_id="R2", form="dict")
    assert told["benefits"][0]["sentences"] == [
        "Another registration of your group of companies is placed better for the same thing."
    ]


def test_no_exact_instant_follows_from_how_late_one_was():
    """Distances are cut to their two largest units, in the plain data as well."""
    told = explain(RECORDS["dispute"](), audience="partner", registration_id="R-1002", form="dict")
    lost_by = told["benefits"][0]["lost_by"]
    assert lost_by == {"field": "submitted_at", "by": "time", "seconds": 273600, "levels": None}


def test_how_long_a_decision_is_provisional_does_not_tell_when_the_window_opened():
    """The vendor sees the instant at which the window closes; the partner, the end of its day."""
    past = RECORDS["over_time"]()
    (mine,) = [s for s in past.decision.standings if (s.registration_id, s.benefit) == OPEN]
    told = explain(past, audience="partner", registration_id="R-1", form="dict")
    assert told["benefits"][1]["provisional_until"] == "2026-04-01T00:00:00Z"
    assert mine.provisional_until.isoformat() == "2026-03-31T09:00:00+00:00"
    assert "09:00" not in " ".join(told["benefits"][1]["sentences"])


OPEN = ("R-1", "special_bid")


def test_the_vendor_does_see_the_rival():
    """The marks would be found if they were there: the channel manager's text has them."""
    told = explain(RECORDS["dispute"](), audience="channel_manager")
    assert "Alder Systems" in told
    assert "Birch Integration" in told


def _reachable(kind: object, found: set[object]) -> None:
    for part in typing.get_args(kind):
        _reachable(part, found)
    if isinstance(kind, type) and attrs.has(kind) and kind not in found:
        found.add(kind)
        for hint in typing.get_type_hints(kind).values():
            _reachable(hint, found)


def test_a_letter_has_no_room_for_others():
    """No value inside a letter can be a record, a registration, a standing or a margin."""
    found: set[object] = set()
    _reachable(Letter, found)
    assert len(found) > 25
    assert not found & {Record, Facts, Registration, Partner, Standing, Margin, Step, Referral}


BLIND = (
    "because",
    "partner",
    "clocks",
    "distances",
    "shortfalls",
    "phrases",
    "nouns",
    "stages",
    "words",
    "reasons",
)
SEEING = (
    "dealreg.outcome.record",
    "dealreg.facts.records",
    "dealreg.facts.case",
    "dealreg.facts.view",
    "dealreg.deciders",
    "dealreg.rendering.situation",
    "dealreg.rendering.reasoning",
    "dealreg.rendering.redaction",
    "dealreg.rendering.channel_manager",
    "dealreg.rendering.losses",
)


@pytest.mark.parametrize("module", BLIND)
def test_what_writes_letters_cannot_see_the_record(module):
    """The modules behind the wall import nothing that stands before it."""
    file = Path(dealreg.rendering.__file__).parent / f"{module}.py"
    imported = {
        node.module
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module
    }
    assert not [name for name in imported if name.startswith(SEEING)]
