"""For policy authors: strategies for policies and facts, and synthetic histories.

Needs the extra `dealreg[testing]`.

    from hypothesis import given
    from dealreg.testing import cases

    @given(cases())
    def test_a_law(case): ...

`synthetic_history(seed)` invents a history of a channel programme, and `synthetic_policy()` the
policy it belongs to.
"""

from dealreg.testing.facts import (
    Case,
    answers_for,
    book_cases,
    cases,
    facts,
    facts_for,
    instants_for,
)
from dealreg.testing.habits import CALM, CROWDED, LAND_GRAB, LATE_DATA, Habits
from dealreg.testing.policies import WORLD, books, contests, policies
from dealreg.testing.predicates import predicates
from dealreg.testing.presets import (
    CLOCK_EDGE,
    FACTS_DROPPED,
    TIE_HEAVY,
    UNDIRECTED,
    WELL_TYPED,
    Preset,
)
from dealreg.testing.programmes import synthetic_book, synthetic_policy
from dealreg.testing.synthetic import synthetic_events, synthetic_history, synthetic_known

__all__ = [
    "CALM",
    "CLOCK_EDGE",
    "CROWDED",
    "FACTS_DROPPED",
    "LAND_GRAB",
    "LATE_DATA",
    "TIE_HEAVY",
    "UNDIRECTED",
    "WELL_TYPED",
    "WORLD",
    "Case",
    "Habits",
    "Preset",
    "answers_for",
    "book_cases",
    "books",
    "cases",
    "contests",
    "facts",
    "facts_for",
    "instants_for",
    "policies",
    "predicates",
    "synthetic_book",
    "synthetic_events",
    "synthetic_history",
    "synthetic_known",
    "synthetic_policy",
]
