"""Hypothesis strategies for policy authors: policies, facts for them, whole cases.

Needs the extra `dealreg[testing]`.

    from hypothesis import given
    from dealreg.testing import cases

    @given(cases())
    def test_a_law(case): ...
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

__all__ = [
    "CLOCK_EDGE",
    "FACTS_DROPPED",
    "TIE_HEAVY",
    "UNDIRECTED",
    "WELL_TYPED",
    "WORLD",
    "Case",
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
]
