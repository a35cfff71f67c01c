"""The edits that cases notice, found by what an edit can touch, are those that make them fail."""

import attrs
from hypothesis import given
from hypothesis import strategies as st

from dealreg import Facts, Policy, Registration, contest, decide, earliest, field, highest
from dealreg import requirement as required
from dealreg.cases import mutants, restated, unnoticed
from dealreg.cases.noticing import Watched
from dealreg.cases.running import passes
from dealreg.deciders.edited import Edit
from dealreg.outcome.cases import PolicyCase
from dealreg.outcome.record import frozen_answers
from dealreg.testing import CLOCK_EDGE, FACTS_DROPPED, TIE_HEAVY, WELL_TYPED, cases

PRESETS = st.sampled_from((WELL_TYPED, TIE_HEAVY, FACTS_DROPPED, CLOCK_EDGE))


def stated(policy, facts, at, answers=(), *, deadlocks=False):
    """A case that states what the policy decides; where asked for, also that of deadlocks."""
    case = PolicyCase(name="made", at=at, facts=facts, answers=answers)
    asked = {each.name: dict(each.by_registration) for each in case.answers}
    made = restated(case, decide(policy, facts, at=at, externals=asked))
    return attrs.evolve(made, deadlocks=made.deadlocks or ()) if deadlocks else made


@given(made=PRESETS.flatmap(cases), deadlocks=st.booleans())
def test_what_a_case_notices(made, deadlocks):
    policy, answers = made.rules, frozen_answers(made.externals)
    case = stated(policy, made.facts, made.at, answers, deadlocks=deadlocks)
    plain = [each for each in mutants(policy) if not case.expects or passes(each.policy, case)]

    assert list(unnoticed(policy, [case])) == plain


def policy(*parts):
    return Policy(
        programme="Example", tiers=("silver", "gold"), contests=[contest("protection", *parts)]
    )


def two(**own):
    """Two registrations of one deal, a day apart; the second has been told something more."""
    whole = {"opportunity_id": "O1"}
    return Facts(
        registrations=[
            Registration(
                registration_id="R1", partner_id="P1", submitted_at="2026-03-01T09:00Z", **whole
            ),
            Registration(
                registration_id="R2",
                partner_id="P2",
                submitted_at="2026-03-02T09:00Z",
                **whole,
                **own,
            ),
        ]
    )


def test_one_that_waits_for_a_person_competes_too():
    """R2 is left to a person, who may let it in: then it would come first, or not."""
    rules = policy(
        required("LARGE", field("quantity") < 5, if_false="refer", if_unknown="refer"),
        required("KNOWN", field("quantity") >= 0, if_unknown="refer"),
        highest("quantity", missing="last"),
        earliest("submitted_at"),
    )
    first = attrs.evolve(two().registrations[0], quantity=1)
    facts = attrs.evolve(two(), registrations=[first, two(quantity=7).registrations[1]])
    case = stated(rules, facts, "2026-04-01T00:00Z")
    turned = next(e for e in mutants(rules) if e.edit.endswith("becomes `lowest quantity`"))

    assert {each.code for each in decide(rules, facts, at=case.at).standings} == {
        "AWAITS_RULING",
        "LARGE",
    }
    assert Watched.of(rules, case).notices(Edit.of(rules, turned.policy))
    assert not passes(turned.policy, case)


def test_a_policy_that_sees_facts_otherwise_is_decided_from_the_start():
    rules = policy(required("GOLD", field("tier") >= "gold"), earliest("submitted_at"))
    turned = attrs.evolve(rules, tiers=("gold", "silver"))
    case = stated(rules, two(), "2026-04-01T00:00Z")

    edit = Edit.of(rules, turned)
    assert not edit.alike
    assert Watched.of(rules, case).notices(edit) is not passes(turned, case)
