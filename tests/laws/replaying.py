"""What the laws of histories share: cases, feeding them, and what of a replay they compare."""

from datetime import timedelta

import attrs
from hypothesis import strategies as st

from dealreg import decide, history_of
from dealreg.facts.canonical import canonical_json
from dealreg.facts.events import takes_effect
from dealreg.history import Replay
from dealreg.testing import CLOCK_EDGE, TIE_HEAVY, WELL_TYPED, book_cases, cases

PRESETS = st.sampled_from((WELL_TYPED, CLOCK_EDGE, TIE_HEAVY))
LATE = st.sampled_from((0, 0, 0, 0, 1, 5, 40))


@attrs.frozen
class Told:
    """A case whose facts are told as a history, some of it late."""

    rules: object
    history: object
    externals: object


@st.composite
def told(draw, made):
    """A case as a history: some events known late, some with an arrival sequence."""
    case = draw(made)
    history = history_of(case.facts)
    events = []
    for place, event in enumerate(history.events):
        known_at = event.happened_at + timedelta(days=draw(LATE))
        sequence = draw(st.sampled_from((None, place)))
        events.append(attrs.evolve(event, known_at=known_at, sequence=sequence))
    return Told(case.rules, attrs.evolve(history, events=events), case.externals)


def histories(**settings):
    """Histories for generated policies and books, of every preset."""
    return st.one_of(
        PRESETS.flatmap(lambda preset: told(cases(attrs.evolve(preset, **settings)))),
        PRESETS.flatmap(lambda preset: told(book_cases(attrs.evolve(preset, **settings)))),
    )


def arrivals(history):
    """The events in the order in which they became known."""
    return sorted(history.events, key=lambda e: (e.known_at, takes_effect(e), e.event_id))


def fresh(case):
    """A replay of the case that was fed nothing yet."""
    return Replay(case.rules, known=case.history.known, externals=case.externals)


def instants(history):
    """Instants worth asking at: when events count, and some time after each, in order."""
    days = (0, 1, 7, 30, 91)
    found = {takes_effect(event) + timedelta(days=d) for event in history.events for d in days}
    return sorted(found)


def bytes_of(entries):
    """What a replay told, as it would be stored."""
    return [canonical_json(each) for each in entries]


def decided(case, replay, at):
    """The decision of all facts that a replay has, at an instant."""
    return decide(case.rules, replay.facts(), at=at, externals=case.externals)


def by_place(standings):
    """Standings by registration, benefit and line."""
    return {(each.registration_id, each.benefit, each.line): each for each in standings}
