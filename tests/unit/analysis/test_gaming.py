"""Which moves pay: over all cases, and over the registrations of a history."""

import attrs
import pytest

from dealreg import (
    Event,
    Facts,
    History,
    Partner,
    Policy,
    Registration,
    contest,
    decide,
    earliest,
    field,
    gaming,
    highest,
    history_of,
    latest,
    money,
    requirement,
    within,
)
from dealreg.errors import UsageError
from dealreg.facts.fields import Field
from dealreg.outcome.gaming import Move

FIRST = earliest("submitted_at")


def rules(*parts, fields=()):
    return Policy(
        programme="Example",
        tiers=["silver", "gold", "platinum"],
        fields=fields,
        contests=[contest("protection", *parts)],
    )


def paying(gains):
    return {each.move for each in gains if each.pays}


def gain(policy, move):
    return next(each for each in gaming(policy).gains if each.move is move)


def history(*registrations, partners=()):
    made = [
        Registration(
            registration_id=f"R{number}",
            partner_id=f"P{number}",
            opportunity_id="O1",
            submitted_at=f"2026-03-0{number}T09:00Z",
            **each,
        )
        for number, each in enumerate(registrations, 1)
    ]
    return history_of(Facts(registrations=made, partners=partners))


class TestOverAllCases:
    def test_of_a_race(self):
        assert paying(gaming(rules(FIRST)).gains) == {Move.EARLIER_WITH_LESS}

    def test_of_an_order_by_value(self):
        found = gaming(rules(highest("amount", currency="EUR"), FIRST))

        assert paying(found.gains) >= {Move.RESTATE, Move.REFILE, Move.DUPLICATE}

    def test_of_the_latest(self):
        assert paying(gaming(rules(latest("submitted_at"))).gains) == {Move.REFILE, Move.DUPLICATE}

    def test_of_a_window_with_three_levels(self):
        decoy = gain(rules(within("7 days"), highest("tier"), FIRST), Move.DECOY)
        before, after = decoy.trials

        assert decoy.pays
        assert len(before.facts.registrations) == 2
        assert len(after.facts.registrations) == 3

    def test_of_a_cap_on_size(self):
        split = gain(rules(requirement("R", field("quantity") <= 50), FIRST), Move.SPLIT)
        before, after = (each.facts.registrations[0].quantity for each in split.trials)

        assert split.pays
        assert before == 2 * after

    def test_of_a_cap_on_value(self):
        split = gain(rules(requirement("R", field("amount") <= money("50 EUR")), FIRST), Move.SPLIT)

        assert split.pays

    def test_earlier_with_less_where_evidence_comes_later(self):
        evidence = requirement("R", field("evidence").covers("meeting"))
        less = gain(rules(evidence, highest("quantity"), FIRST), Move.EARLIER_WITH_LESS)
        strict = gain(rules(evidence, FIRST), Move.EARLIER_WITH_LESS)

        assert not strict.pays
        assert not strict.exact
        assert all(not each.pays or each.trials for each in (less, strict))

    def test_what_is_never_so(self):
        never = gain(rules(highest("tier"), FIRST), Move.DECOY)

        assert (never.pays, never.exact, never.limits) == (False, True, ())

    def test_every_trial_is_decided_so_again(self):
        policy = rules(within("7 days"), highest("quantity"), FIRST)
        trials = [t for each in gaming(policy).gains for t in each.trials]

        assert trials
        assert all(decide(policy, each.facts, at=each.at) == each.decision for each in trials)

    def test_refuses_what_is_no_history(self):
        with pytest.raises(UsageError, match="is not a history"):
            gaming(rules(FIRST), history=[])


class TestOverAHistory:
    def test_nothing_without_deals_of_several(self):
        found = gaming(rules(FIRST), history=history({}))

        assert {(each.tried, each.paid) for each in found.in_history} == {(0, 0)}

    def test_nothing_of_an_empty_history(self):
        assert not paying(gaming(rules(FIRST), history=History()).in_history)

    def test_a_race(self):
        found = gaming(rules(FIRST), history=history({}, {}))

        assert {e.move: (e.tried, e.paid) for e in found.in_history} == {
            **dict.fromkeys(Move, (1, 0)),
            Move.EARLIER_WITH_LESS: (1, 1),
        }

    def test_a_value(self):
        policy = rules(highest("quantity"), FIRST)
        found = gaming(policy, history=history({"quantity": 9}, {"quantity": 4}))
        told = next(each for each in found.in_history if each.move is Move.RESTATE)

        assert told.about == "R2"
        assert told.trials[1].facts.registrations[1].quantity > 9
        assert Move.SPLIT in paying(found.in_history)

    def test_a_field_of_the_programme(self):
        own = Field(name="seats", type="integer")
        policy = rules(highest("seats"), FIRST, fields=[own])
        past = history({"attributes": {"seats": 9}}, {"attributes": {"seats": 4}})

        assert Move.RESTATE in paying(gaming(policy, history=past).in_history)

    def test_to_file_again(self):
        found = gaming(rules(latest("submitted_at")), history=history({}, {}))

        assert paying(found.in_history) == {Move.REFILE, Move.DUPLICATE}

    def test_a_decoy(self):
        policy = rules(within("2 days"), highest("tier"), FIRST)
        tiers = {"P1": "gold", "P2": "gold", "P3": "platinum", "P4": "silver"}
        partners = [Partner(partner_id=name, tier=tier) for name, tier in tiers.items()]
        past = history({}, {}, {}, partners=partners)
        found = gaming(policy, history=past)
        decoy = next(each for each in found.in_history if each.move is Move.DECOY)

        assert decoy.pays
        assert len(decoy.trials[1].facts.registrations) == 4

    def test_what_ended_takes_part_again(self):
        past = history({}, {})
        ended = Event(event_id="E9", kind="withdrawn", about="R1", happened_at="2026-03-04T09:00Z")
        found = gaming(rules(FIRST), history=attrs.evolve(past, events=(*past.events, ended)))

        assert {each.tried for each in found.in_history} == {1}
