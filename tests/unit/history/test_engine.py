"""The replay engine: what it refuses, and what it says of it."""

import attrs
import pytest

from dealreg import (
    Event,
    Facts,
    FactsErrors,
    Partner,
    Policy,
    PolicyErrors,
    UsageError,
    contest,
    earliest,
    external,
    field,
    lowest,
    period,
    requirement,
    sla,
)
from dealreg.facts.histories import History
from dealreg.history import Replay, replay, state
from dealreg.outcome.timeline import Notice, SetAside, Transition

FIRST = earliest("submitted_at")
POLICY = Policy(
    programme="Example",
    tiers=["silver", "gold"],
    contests=[contest("protection", FIRST, period("90 days"))],
)


def submitted(name, at="2026-03-01T09:00Z", **more):
    facts = {"partner_id": name, "opportunity_id": "O1"} | more.pop("facts", {})
    return Event(
        event_id=f"submit {name}", kind="submitted", about=name, happened_at=at, facts=facts, **more
    )


def happened(kind, name, at, **facts):
    return Event(event_id=f"{kind} {name} {at}", kind=kind, about=name, happened_at=at, facts=facts)


def aside(engine):
    return [(e.code, e.reason) for e in engine.drain() if isinstance(e, SetAside)]


def test_an_event_known_before_what_is_decided_is_refused():
    engine = Replay(POLICY)
    engine.feed(submitted("A"))
    engine.advance("2026-03-10T00:00Z")

    with pytest.raises(UsageError, match="everything up to `2026-03-10T00:00:00") as refused:
        engine.feed(submitted("B", "2026-03-05T00:00Z"))
    assert "known_at" in refused.value.hint


def test_what_is_known_before_must_fit_the_vocabulary():
    tiers = {"A": "bronze", "B": "brass", "C": "gold"}
    known = Facts(partners=[Partner(partner_id=name, tier=tiers[name]) for name in tiers])

    with pytest.raises(FactsErrors) as refused:
        Replay(POLICY, known=known)
    assert [each.value for each in refused.value.exceptions] == ["bronze", "brass"]


def test_silence_approves_what_was_converted_meanwhile_too():
    quick = attrs.evolve(POLICY, sla=sla("2 days", missed="deemed_approved"))
    engine = Replay(quick)
    engine.feed([submitted("A"), happened("converted", "A", "2026-03-01T10:00Z")])

    assert engine.state("2026-03-03T08:00Z").standings[0].entitlement.ends is None
    (found,) = engine.state("2026-03-04T00:00Z").standings
    assert found.entitlement.ends.isoformat() == "2026-06-01T09:00:00+00:00"


def test_a_requirement_with_the_code_of_a_vacancy_is_none():
    """The ready-made rule about leads of the vendor asks a person under the same code."""
    assigned = requirement("VENDOR_ASSIGNS", field("vendor_approval").is_true(), if_unknown="refer")
    engine = Replay(Policy(programme="Example", contests=[contest("protection", assigned, FIRST)]))
    engine.feed(
        [
            submitted("A", facts={"vendor_approval": True}),
            happened("approved", "A", "2026-03-02T09:00Z"),
            happened("withdrawn", "A", "2026-03-03T09:00Z"),
            submitted("B", "2026-03-04T09:00Z"),
        ]
    )
    engine.finish()

    assert [each.code for each in engine.state("2026-03-05T00:00Z").referrals] == ["VENDOR_ASSIGNS"]
    assert not [each for each in engine.drain() if isinstance(each, Notice)]


def test_one_that_became_known_late_is_taken():
    engine = Replay(POLICY)
    engine.feed(submitted("A"))
    engine.advance("2026-03-10T00:00Z")
    engine.feed(submitted("B", "2026-03-05T00:00Z", known_at="2026-03-11T00:00Z"))

    assert [s.registration_id for s in engine.state().standings] == ["A", "B"]


def test_a_later_sequence_of_the_same_instant_is_taken():
    by_arrival = earliest("submitted_at").then(lowest("arrival"))
    engine = Replay(Policy(programme="Example", contests=[contest("protection", by_arrival)]))
    engine.feed(submitted("A", sequence=1))
    engine.advance("2026-03-01T09:00Z")
    engine.feed(submitted("B", sequence=2))

    assert [s.code for s in engine.state().standings] == ["GRANTED", "DUPLICATE_OTHER_PARTNER"]
    assert engine.state().standings[1].margin.fact == "arrival"
    with pytest.raises(UsageError):
        engine.feed(submitted("C"))  # without a sequence it belonged to what is decided


def test_an_announced_event_does_not_count_before_it_happens():
    engine = Replay(POLICY)
    engine.feed(submitted("A", "2026-03-10T09:00Z", known_at="2026-03-01T09:00Z"))
    engine.advance("2026-03-09T00:00Z")

    assert engine.state().standings == ()
    assert engine.state(at="2026-03-10T09:00Z").standings[0].registration_id == "A"


@pytest.mark.parametrize(
    ("event", "code", "reason"),
    [
        (happened("approved", "X", "2026-03-02T00:00Z"), "IMPOSSIBLE", "`X` is not known"),
        (
            attrs.evolve(
                happened("approved", "A", "2026-02-02T00:00Z"), known_at="2026-03-02T00:00Z"
            ),
            "IMPOSSIBLE",
            "before the registration",
        ),
        (
            Event(
                event_id="again",
                kind="submitted",
                about="A",
                happened_at="2026-03-02T00:00Z",
                facts={"partner_id": "A"},
            ),
            "IMPOSSIBLE",
            "was submitted before",
        ),
        (
            happened("amended", "A", "2026-03-02T00:00Z", partner_id="B"),
            "IMPOSSIBLE",
            "cannot state `partner_id`",
        ),
        (
            happened("partner_changed", "A", "2026-03-02T00:00Z", tier="glod"),
            "UNFIT",
            "`glod` is not a level of `tier`",
        ),
    ],
)
def test_what_cannot_have_happened_is_set_aside(event, code, reason):
    engine = Replay(POLICY)
    engine.feed(sorted([submitted("A"), event], key=lambda e: e.known_at))
    engine.finish()
    ((found, why),) = aside(engine)

    assert found == code
    assert reason in why


def test_a_replay_goes_on_after_what_it_set_aside():
    engine = Replay(POLICY)
    engine.feed([submitted("A"), happened("won", "X", "2026-03-02T00:00Z")])
    engine.feed(happened("approved", "A", "2026-03-03T00:00Z"))
    engine.finish()

    assert [s.code for s in engine.state().standings] == ["KEPT"]


def test_other_things_than_events_are_refused():
    with pytest.raises(UsageError, match="is not an event"):
        Replay(POLICY).feed(["approved"])


def test_unsound_rules_are_refused_at_once():
    wrong = Policy(
        programme="Example",
        contests=[contest("protection", requirement("X", field("teir") == "a"))],
    )
    with pytest.raises(PolicyErrors) as refused:
        Replay(wrong)
    assert "there is no field `teir`" in str(refused.value)


def test_a_question_without_an_answer_is_refused_at_once():
    asking = Policy(
        programme="Example", contests=[contest("protection", requirement("X", external("visited")))]
    )
    with pytest.raises(UsageError, match="which has no answer"):
        Replay(asking)
    engine = Replay(asking, externals={"visited": lambda _, __: True})
    engine.feed(submitted("A"))
    assert engine.state().standings[0].code == "GRANTED"


def test_the_past_is_asked_of_the_whole_history():
    history = History(events=[submitted("A"), happened("approved", "A", "2026-03-03T00:00Z")])
    engine = Replay(POLICY)
    engine.feed(history.events)
    engine.finish()

    with pytest.raises(UsageError, match="the replay has gone on to") as refused:
        engine.state(at="2026-03-02T00:00Z")
    assert "dealreg.history.state" in refused.value.hint
    assert state(POLICY, history, at="2026-03-02T00:00Z").standings[0].code == "GRANTED"


def test_nothing_fed_is_nothing_to_ask():
    with pytest.raises(UsageError, match="nothing was fed yet"):
        Replay(POLICY).state()
    with pytest.raises(UsageError, match="no events"):
        replay(POLICY, History())


def test_progress_is_told():
    seen = []
    events = [
        submitted(f"R{n:04}", sequence=n, facts={"opportunity_id": f"O{n}"}) for n in range(1100)
    ]
    replay(POLICY, History(events=events), progress=seen.append)

    assert seen == [1000, 1100]


def test_a_transition_names_the_events_that_caused_it():
    engine = Replay(POLICY)
    engine.feed([submitted("A"), happened("withdrawn", "A", "2026-03-03T00:00Z")])
    engine.finish()
    told = [e for e in engine.drain() if isinstance(e, Transition)]

    assert [t.because for t in told] == [
        ("submit A",),
        ("withdrawn A 2026-03-03T00:00Z",),
    ]
