"""Laws of histories: docs/spec/history.md."""

from collections import defaultdict
from datetime import timedelta

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dealreg import EventKind, StandingKind
from dealreg.facts.events import EVENT_RULES, event_order, takes_effect
from dealreg.facts.fields import Subject
from dealreg.history import Replay, hindsight, known_by, replay, sealing, state
from dealreg.outcome.timeline import HeldPeriod, Notice, NoticeKind, SetAside, Transition
from dealreg.policy.stages import Award
from dealreg.testing import WELL_TYPED, history_cases, policies
from dealreg.wire import from_json, to_json
from tests.laws.replaying import (
    arrivals,
    by_place,
    bytes_of,
    decided,
    fresh,
    histories,
    instants,
)

MICROSECOND = timedelta(microseconds=1)


def whole(case):
    """Everything that a replay of the case tells, and the replay."""
    engine = fresh(case)
    engine.feed(arrivals(case.history))
    engine.finish()
    engine.advance(engine.now + timedelta(days=400))
    return engine.drain(), engine


class TestH1TwoInstants:
    @given(histories())
    def test_an_event_changes_nothing_before_it_is_known_and_has_happened(self, case):
        entries, _ = whole(case)
        counts = {event.event_id: takes_effect(event) for event in case.history.events}

        for entry in entries:
            if isinstance(entry, Transition):
                assert all(counts[cause] == entry.at for cause in entry.because)

    @given(histories(), st.data())
    def test_what_becomes_known_later_changes_nothing_told_before(self, case, data):
        event = data.draw(st.sampled_from(case.history.events))
        without = [each for each in case.history.events if each.event_id != event.event_id]
        other = attrs.evolve(case, history=attrs.evolve(case.history, events=without))

        def before(told):
            return [e for e in told if isinstance(e, Transition) and e.at < takes_effect(event)]

        assert before(whole(case)[0]) == before(whole(other)[0])


class TestH2Order:
    @given(histories(), st.randoms(use_true_random=False))
    def test_the_order_in_which_simultaneous_events_are_fed_does_not_matter(self, case, chance):
        shuffled = list(case.history.events)
        chance.shuffle(shuffled)
        shuffled.sort(key=lambda e: e.known_at)
        engine = fresh(case)
        engine.feed(shuffled)
        engine.finish()
        engine.advance(engine.now + timedelta(days=400))

        assert bytes_of(engine.drain()) == bytes_of(whole(case)[0])

    def test_events_are_in_their_order(self):
        @given(histories())
        def law(case):
            orders = [event_order(event) for event in case.history.events]
            assert orders == sorted(orders)

        law()


class TestH3Identifiers:
    @given(histories())
    def test_feeding_everything_twice_adds_only_that_it_was_set_aside(self, case):
        engine = fresh(case)
        for event in arrivals(case.history):
            engine.feed([event, event])
        engine.finish()
        engine.advance(engine.now + timedelta(days=400))
        told = engine.drain()

        repeated = [e for e in told if isinstance(e, SetAside) and e.code == "REPEATED"]
        assert len(repeated) == len(case.history.events)
        assert [e for e in told if e not in repeated] == whole(case)[0]

    @given(histories())
    def test_an_event_of_an_unknown_registration_is_set_aside_and_changes_nothing(self, case):
        submitted = [e for e in case.history.events if e.kind is EventKind.SUBMITTED]
        stranger = attrs.evolve(
            submitted[0], event_id="stranger", about="nobody", kind="withdrawn", facts={}
        )
        more = attrs.evolve(case.history, events=[*case.history.events, stranger])
        told, _ = whole(attrs.evolve(case, history=more))

        aside = [e for e in told if isinstance(e, SetAside) and e.event.event_id == "stranger"]
        assert [e.code for e in aside] == ["IMPOSSIBLE"]
        assert [e for e in told if e not in aside] == whole(case)[0]


class TestH8Deciding:
    @given(histories())
    def test_the_state_is_the_decision_of_all_facts_at_every_instant(self, case):
        """What is decided cell by cell, only where something may have changed, is the whole."""
        engine = fresh(case)
        engine.feed(arrivals(case.history))
        for at in instants(case.history):
            if engine.now is not None and at < engine.now:
                continue
            engine.advance(at)
            found, expected = engine.state(at), decided(case, engine, at)
            ended = retired(engine)
            mine = by_place(s for s in found.standings if s.registration_id not in ended)
            theirs = by_place(s for s in expected.standings if s.registration_id not in ended)
            assert mine == theirs
            assert set(found.referrals) == set(expected.referrals)
            assert set(found.deadlocks) == set(expected.deadlocks)

    @given(histories(registrations=6))
    def test_a_newcomer_decided_by_itself_is_decided_as_with_all_others(self, case):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sealing, "_CROWD", 0)
            alone, engine = whole(case)
            patch.setattr(sealing, "_CROWD", 10**9)
            together, other = whole(case)

        assert bytes_of(alone) == bytes_of(together)
        assert engine.state() == other.state()

    @given(histories(), st.data())
    def test_what_shares_nothing_with_an_event_does_not_change(self, case, data):
        """A second copy of the case, under other names, changes nothing for the first."""
        apart = renamed(case.history)
        assume(apart is not None)
        both = attrs.evolve(case.history, events=[*case.history.events, *apart])
        until = data.draw(st.sampled_from(instants(case.history)))
        assume(not counts_everything(case.rules))

        alone = state(case.rules, case.history, at=until, externals=case.externals)
        beside = state(case.rules, both, at=until, externals=attrs.evolve(case).externals)

        mine = [s for s in beside.standings if not s.registration_id.startswith("other ")]
        assert mine == list(alone.standings)


def retired(engine):
    """The registrations that have ended, and keep the standings with which they did (H-12)."""
    cells = engine._docket.grouping.all_cells()
    return {name for cell in cells for name in cell.retired}


def counts_everything(rules):
    """Whether some tally counts registrations that have no partner, customer or deal in common."""
    versions = [rules] if hasattr(rules, "contests") else [e.policy for e in rules.editions]
    fields = [field for policy in versions for field in policy.fields]
    tied = {"partner_id", "opportunity_id", "customer_id"}
    return any(not tied & set(getattr(field.derived, "same", tied)) for field in fields)


def renamed(history):
    """The events again, about other registrations, opportunities, customers and partners."""
    names = {"partner_id", "opportunity_id", "customer_id", "filed_by"}
    made = []
    for event in history.events:
        facts = {
            name: f"other {value}" if name in names else value
            for name, value in event.facts.items()
        }
        made.append(
            attrs.evolve(
                event, event_id=f"other {event.event_id}", about=f"other {event.about}", facts=facts
            )
        )
    return made


def referring(policy):
    """The policy with all vacancies left to a person, and little that keeps anybody out."""
    contests = [
        attrs.evolve(each, vacant="refer", requires=(), after=(), final_from="submitted_at")
        for each in policy.contests
    ]
    return attrs.evolve(policy, contests=contests)


class TestH9Holding:
    @given(histories())
    def test_no_more_hold_at_once_than_there_are_places(self, case):
        """Protection periods of an exclusive benefit never overlap."""
        told, engine = whole(case)
        periods = [e for e in told if isinstance(e, HeldPeriod)] + list(engine.periods())
        capacity = capacities(case.rules)
        held = defaultdict(list)
        for each in periods:
            held[each.benefit, each.conflict, each.line].append(each)
        for (benefit, *_), spans in held.items():
            most = capacity.get(benefit)
            if most is None:
                continue
            for each in spans:
                beside = [
                    other
                    for other in spans
                    if other.since <= each.since
                    and (other.until is None or other.until > each.since)
                ]
                assert len(beside) <= most

    @given(histories())
    def test_who_is_held_is_granted_and_ends_with_the_code_of_its_standing(self, case):
        told, engine = whole(case)
        for each in told:
            if isinstance(each, HeldPeriod):
                assert each.since <= each.until
                assert each.ended_by
        for standing in engine.state().standings:
            if standing.code == "KEPT":
                assert standing.kind is StandingKind.GRANTED
                assert standing.provisional_until is None

    @given(history_cases(attrs.evolve(WELL_TYPED, absent=0), rules=policies().map(referring)))
    def test_what_a_person_has_to_assign_is_told_with_who_held_it_last(self, case):
        told, engine = whole(case)
        notices = [e for e in told if isinstance(e, Notice) and e.kind is NoticeKind.VACANT]
        ended = [e for e in told if isinstance(e, HeldPeriod)]

        for question in engine.state().referrals:
            if question.code == "VENDOR_ASSIGNS":
                place = (question.benefit, question.line)
                assert any(
                    engine.lookups.conflict(each.registration_id, *place) == question.conflict
                    for each in notices
                )
        for each in notices:
            held = [(e.registration_id, e.benefit) for e in ended if e.until <= each.at]
            assert (each.registration_id, each.benefit) in held

    @given(histories())
    def test_withdrawing_what_stood_nowhere_changes_nothing_for_others(self, case):
        """One that is denied or returned everywhere, withdrawn: no standing of others changes."""
        engine = fresh(case)
        engine.feed(arrivals(case.history))
        engine.finish()
        at = engine.now + timedelta(days=1)
        before = engine.state(at)
        lost = {StandingKind.DENIED, StandingKind.RETURNED}
        nowhere = sorted(
            {s.registration_id for s in before.standings}
            - {s.registration_id for s in before.standings if s.kind not in lost}
            - {s.registration_id for s in before.standings if not ADMISSION(s.clause)}
        )
        if not nowhere or tallying(case.rules) or by_earliest(case.rules):
            return  # nothing to withdraw, or others are made of it: D-5
        gone = withdrawal(nowhere[0], at)
        engine.feed(gone)
        after = engine.state(at)

        def others(found):
            return [s for s in found.standings if s.registration_id != nowhere[0]]

        assert others(after) == others(before)


def ADMISSION(clause):  # noqa: N802 - reads as a word in the law
    """Whether a place in the rules is one at which a registration is kept from taking part."""
    return clause == "status" or any(
        part in clause for part in (".scope", ".period", ".milestones[", ".requires[", ".after[")
    )


def withdrawal(about, at):
    from dealreg import Event

    return Event(event_id="gone", kind="withdrawn", about=about, happened_at=at)


def tallying(rules):
    versions = [rules] if hasattr(rules, "contests") else [e.policy for e in rules.editions]
    return any(
        type(field.derived).__name__ in ("Tally", "SinceEnded")
        for policy in versions
        for field in policy.vocabulary()._by_name.values()
        if field.name in str(policy.contests)
    )


def by_earliest(rules):
    return not hasattr(rules, "contests") and rules.governs != "decision"


def capacities(rules):
    """By benefit, how many may hold at once under any version; benefits by whole scope only.

    Not those whose scope a version changes: holders of two conflicts, which become one, keep what
    they hold.
    """
    versions = [rules] if hasattr(rules, "contests") else [e.policy for e in rules.editions]
    found = {}
    for policy in versions:
        for contest in policy.contests:
            part = contest.scope.lines is not None and contest.scope.award is Award.WHOLE
            moved = any(
                each.contest(contest.benefit) is not None
                and each.contest(contest.benefit).scope != contest.scope
                for each in versions
            )
            shared = contest.tie == "share" or part or contest.capacity is None or moved
            most = None if shared else contest.capacity
            if contest.benefit in found:
                known = found[contest.benefit]
                most = None if most is None or known is None else max(most, known)
            found[contest.benefit] = most
    return found


class TestH10State:
    @given(histories(), st.data())
    def test_by_what_was_known_then_it_is_what_was_decided(self, case, data):
        at = data.draw(st.sampled_from(instants(case.history)))
        engine = fresh(case)
        engine.feed(e for e in arrivals(case.history) if e.known_at <= at)
        engine.advance(at)

        asked = state(case.rules, case.history, at=at, known_at=at, externals=case.externals)
        assert asked.standings == engine.state(at).standings

    @given(histories(), st.data())
    def test_in_hindsight_it_is_what_would_have_been_decided(self, case, data):
        at = data.draw(st.sampled_from(instants(case.history)))
        known = at + timedelta(days=data.draw(st.sampled_from((1, 6, 50))))
        asked = state(case.rules, case.history, at=at, known_at=known, externals=case.externals)
        told = hindsight(known_by(case.history, known))
        would = state(case.rules, told, at=at, externals=case.externals)

        assert (asked.standings, asked.held) == (would.standings, would.held)

    @given(histories())
    def test_nothing_changes_before_the_next_change(self, case):
        engine = fresh(case)
        engine.feed(arrivals(case.history))
        for at in instants(case.history)[::3]:
            if engine.now is not None and at < engine.now:
                continue
            engine.advance(at)
            found = engine.state(at)
            soon = found.next_change
            just_before = at + timedelta(days=90) if soon is None else soon - MICROSECOND
            if just_before <= at:
                continue
            later = decided(case, engine, just_before)
            ended = retired(engine)
            for standing in later.standings:
                if standing.registration_id not in ended:
                    place = (standing.registration_id, standing.benefit, standing.line)
                    assert by_place(found.standings)[place] == standing


class TestH11GoingOn:
    @given(histories())
    def test_event_by_event_is_as_in_bulk(self, case):
        engine, told = fresh(case), []
        for event in arrivals(case.history):
            engine.feed(event)
            engine.state()
            told += engine.drain()
        engine.finish()
        engine.advance(engine.now + timedelta(days=400))
        told += engine.drain()

        bulk, other = whole(case)
        assert bytes_of(told) == bytes_of(bulk)
        assert to_json(engine.checkpoint()) == to_json(other.checkpoint())

    @given(histories())
    def test_after_a_checkpoint_it_goes_on_as_if_it_had_never_stopped(self, case):
        engine, told = fresh(case), []
        for event in arrivals(case.history):
            stored = to_json(engine.checkpoint())
            engine = Replay.resumed(case.rules, from_json(stored), externals=case.externals)
            assert to_json(engine.checkpoint()) == stored
            engine.feed(event)
            told += engine.drain()
        engine.finish()
        engine.advance(engine.now + timedelta(days=400))
        told += engine.drain()

        assert bytes_of(told) == bytes_of(whole(case)[0])

    @given(histories())
    def test_a_timeline_survives_being_stored(self, case):
        found = replay(case.rules, case.history, externals=case.externals)

        assert from_json(to_json(found)) == found
        assert from_json(to_json(case.history)) == case.history


ENDED = {"WITHDRAWN", "CANCELLED", "REVOKED", "EXPIRED", "SUPERSEDED", "WON", "LOST"}


class TestH12Ended:
    @given(histories())
    def test_what_has_ended_stands_as_it_stood_until_something_happens_to_it(self, case):
        told, _ = whole(case)
        about = {event.event_id: event.about for event in case.history.events}
        last = {}
        for entry in told:
            if isinstance(entry, Transition):
                after = entry.after
                place = (after.registration_id, after.benefit, after.line)
                before = last.get(place)
                if before is not None and (before.clause, before.code in ENDED) == ("status", True):
                    assert after.registration_id in {about[each] for each in entry.because}
                last[place] = after


def test_every_kind_of_event_has_a_subject_that_a_replay_knows():
    assert {rule.subject for rule in EVENT_RULES.values()} == set(Subject)
