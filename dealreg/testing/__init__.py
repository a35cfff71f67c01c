"""For policy authors: strategies for policies, facts and histories; synthetic histories.

Strategies need the extra `dealreg[testing]`:

    from hypothesis import given
    from dealreg.testing import cases, history_cases

    @given(cases())
    def test_a_law(case): ...

Synthetic histories need nothing: `synthetic_history(seed)` invents a history of a channel
programme, and `synthetic_policy()` is the policy it belongs to.
"""

from importlib.util import find_spec
from typing import TYPE_CHECKING

from dealreg.testing.habits import CALM, CROWDED, LAND_GRAB, LATE_DATA, Habits
from dealreg.testing.presets import (
    BY_REGION,
    CLOCK_EDGE,
    DISORDERLY,
    FACTS_DROPPED,
    TIE_HEAVY,
    UNDIRECTED,
    WELL_TYPED,
    Preset,
)
from dealreg.testing.programmes import synthetic_book, synthetic_policy
from dealreg.testing.synthetic import synthetic_events, synthetic_history, synthetic_known

if TYPE_CHECKING or find_spec("hypothesis"):
    from dealreg.testing.facts import (
        Case,
        answers_for,
        book_cases,
        cases,
        facts,
        facts_for,
        instants_for,
    )
    from dealreg.testing.histories import (
        HistoryCase,
        book_history_cases,
        histories_for,
        history_cases,
    )
    from dealreg.testing.neighbours import almost_equal_policies
    from dealreg.testing.policies import WORLD, books, contests, policies
    from dealreg.testing.predicates import predicates
else:

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module `dealreg.testing` has no name `{name}`", name=name)
        from dealreg.errors import MissingExtraError

        raise MissingExtraError(
            f"`{name}` is made with `hypothesis`, which is not installed",
            value="hypothesis",
            hint='run `pip install "dealreg[testing]"`',
        )


__all__ = [
    "BY_REGION",
    "CALM",
    "CLOCK_EDGE",
    "CROWDED",
    "DISORDERLY",
    "FACTS_DROPPED",
    "LAND_GRAB",
    "LATE_DATA",
    "TIE_HEAVY",
    "UNDIRECTED",
    "WELL_TYPED",
    "WORLD",
    "Case",
    "Habits",
    "HistoryCase",
    "Preset",
    "almost_equal_policies",
    "answers_for",
    "book_cases",
    "book_history_cases",
    "books",
    "cases",
    "contests",
    "facts",
    "facts_for",
    "histories_for",
    "history_cases",
    "instants_for",
    "policies",
    "predicates",
    "synthetic_book",
    "synthetic_events",
    "synthetic_history",
    "synthetic_known",
    "synthetic_policy",
]
