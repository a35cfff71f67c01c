"""Strategies for histories: they fit their rules, meet the ends of clocks, and shrink."""

import subprocess
import sys
from collections import Counter
from datetime import timedelta

import attrs
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.vendor.pretty import pretty

from dealreg import EventKind, Field, Policy, PolicyBook, contest, earliest, field, requirement
from dealreg.facts.conform import value_problem
from dealreg.facts.events import EVENT_RULES
from dealreg.facts.instants import instant
from dealreg.history import replay
from dealreg.policy.builders import within
from dealreg.policy.clock_builders import extension, milestone, period, sla
from dealreg.testing import (
    CLOCK_EDGE,
    DISORDERLY,
    FACTS_DROPPED,
    TIE_HEAVY,
    WELL_TYPED,
    HistoryCase,
    book_history_cases,
    histories_for,
    history_cases,
    synthetic_book,
    synthetic_policy,
)
from dealreg.testing.happenings import AROUND
from dealreg.testing.moments import TICK, ends_from, measures_of

CLOCKED = Policy(
    programme="Clocked",
    fields=[Field("meeting_at", "instant", meaning="When a meeting was held")],
    sla=sla("2 business days"),
    contests=[
        contest(
            "protection",
            within("7 days"),
            earliest("submitted_at"),
            period("90 days", extension=extension("30 days", ask_before="10 days")),
            milestone("meeting_at", "20 days", remind="10 days", grace="25 days"),
        )
    ],
)
EASILY = settings(
    max_examples=300,
    database=None,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

COUNTED = settings(max_examples=300, derandomize=True, phases=[Phase.generate])
"""The same cases under every profile: what is counted must not depend on chance."""


def told(case):
    return replay(case.rules, case.history, externals=case.externals, until=case.at)


@pytest.mark.parametrize("preset", [WELL_TYPED, CLOCK_EDGE, TIE_HEAVY, FACTS_DROPPED])
def test_in_an_orderly_history_everything_can_have_happened(preset):
    @given(history_cases(preset))
    def holds(case):
        last = max((each.known_at for each in case.history.events), default=case.at)
        assert told(attrs.evolve(case, at=max(case.at, last))).set_aside == ()

    holds()


@given(book_history_cases())
def test_histories_of_books_are_orderly_too(case):
    assert isinstance(case.rules, PolicyBook)
    assert told(case).set_aside == ()


def test_a_disorderly_history_is_replayed_and_what_is_impossible_is_set_aside():
    codes = Counter()

    @COUNTED
    @given(history_cases(DISORDERLY))
    def count(case):
        codes.update(each.code for each in told(case).set_aside)

    count()
    assert codes["IMPOSSIBLE"] > 10
    assert codes["UNFIT"] > 0


def test_sizes_are_as_the_preset_says():
    @given(history_cases(attrs.evolve(WELL_TYPED, events=5, registrations=3)))
    def holds(case):
        kinds = [each.kind for each in case.history.events]
        assert 1 <= kinds.count(EventKind.SUBMITTED) <= 3
        assert len(kinds) <= 5

    holds()


@pytest.mark.parametrize("rules", [synthetic_policy(), synthetic_book()], ids=["policy", "book"])
def test_rules_of_your_own_get_histories_that_fit_them(rules):
    """And all that can happen under them does happen."""
    latest = rules if isinstance(rules, Policy) else rules.editions[-1].policy
    vocabulary = latest.vocabulary()
    kinds = Counter()

    @settings(max_examples=300, phases=[Phase.generate])
    @given(histories_for(rules))
    def holds(history):
        for event in history.events:
            kinds[event.kind] += 1
            for name, value in event.facts.items():
                known = vocabulary.get(name)
                if known is not None and known.subject is EVENT_RULES[event.kind].subject:
                    assert value_problem(known, value) is None

    holds()
    unread = {*AROUND.values(), EventKind.EVIDENCE_ADDED, EventKind.CUSTOMER_CHANGED}
    unread |= {EventKind.SPECIAL_BID_ASKED, EventKind.SPECIAL_BID_GRANTED}
    unread |= {EventKind.WAITING_FOR_VENDOR, EventKind.VENDOR_ANSWERED, EventKind.INCUMBENT_CHANGED}
    assert set(EventKind) - unread - set(kinds) <= {EventKind.OPPORTUNITY_CHANGED}


def test_some_events_are_late_some_ahead_and_some_have_no_sequence():
    found = Counter()

    @COUNTED
    @given(history_cases())
    def count(case):
        for event in case.history.events:
            found["late"] += event.known_at > event.happened_at
            found["ahead"] += event.known_at < event.happened_at
            found["numbered" if event.sequence else "simultaneous"] += 1

    count()
    assert all(found[name] > 5 for name in ("late", "ahead", "numbered", "simultaneous"))


def test_events_lie_at_the_ends_of_clocks_and_a_tick_beside():
    steps = Counter()

    @COUNTED
    @given(histories_for(CLOCKED, CLOCK_EDGE))
    def count(history):
        ends = {end for event in history.events for end in ends_from(CLOCKED, event.happened_at)}
        for event in history.events:
            steps.update(step for step in (-1, 0, 1) if event.happened_at - step * TICK in ends)

    count()
    assert min(steps[-1], steps[0], steps[1]) > 3


def test_all_that_a_policy_measures_is_known():
    lengths = {(length.length, length.unit.value) for length, *_ in measures_of(CLOCKED)}

    assert lengths == {
        *((7, "days"), (90, "days"), (120, "days"), (80, "days")),
        *((20, "days"), (25, "days"), (10, "days"), (2, "business_days")),
    }


def test_ends_are_counted_from_an_instant():
    ends = {end.isoformat()[:10] for end in ends_from(CLOCKED, instant("2026-03-06T09:00Z"))}

    assert {"2026-03-10", "2026-03-13", "2026-06-04"} <= ends


def test_a_history_shrinks_to_what_matters():
    rules = Policy(
        programme="Brief",
        contests=[contest("protection", earliest("submitted_at"), period("90 days"))],
    )
    case = find(
        history_cases(rules=st.just(rules)),
        lambda case: any(each.ended_by == "EXPIRED" for each in told(case).periods),
        settings=EASILY,
    )

    assert [e.kind.value for e in case.history.events] == ["submitted", "approved"]
    assert case.at - case.history.events[-1].happened_at == timedelta(days=90)


def test_the_simplest_case_is_one_registration():
    case = find(history_cases(rules=st.just(CLOCKED)), lambda _: True, settings=EASILY)

    assert [event.kind.value for event in case.history.events] == ["submitted"]
    assert case.history.events[0].known_at == case.history.events[0].happened_at


def test_a_case_is_printed_so_that_a_person_can_read_it():
    tiered = Policy(
        programme="Tiered",
        tiers=("silver", "gold"),
        contests=[contest("protection", requirement("LOW", field("tier") >= "gold"))],
    )
    case = find(history_cases(rules=st.just(tiered)), lambda _: True, settings=EASILY)

    assert isinstance(case, HistoryCase)
    assert '"kind": "submitted"' in repr(case)
    assert "sequence" not in repr(case)
    assert pretty(case).split() == repr(case).split()


def test_without_hypothesis_there_are_synthetic_histories_and_a_hint():
    program = (
        "import sys\n"
        "sys.modules['hypothesis'] = None\n"
        "from dealreg.errors import MissingExtraError\n"
        "import dealreg.testing\n"
        "print(len(dealreg.testing.synthetic_history(1, events=20).events))\n"
        "try:\n"
        "    dealreg.testing.cases\n"
        "except MissingExtraError as missing:\n"
        "    print(missing.hint)\n"
        "print(hasattr(dealreg.testing, 'nonsense'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines() == ["20", 'run `pip install "dealreg[testing]"`', "False"]
