"""Strategies for two policies that are almost the same: one, and one with a single edit."""

from functools import lru_cache

from hypothesis import assume
from hypothesis import strategies as st

from dealreg.cases import Mutant, mutants
from dealreg.policy.policies import Policy
from dealreg.testing.draws import pick
from dealreg.testing.policies import policies
from dealreg.testing.presets import WELL_TYPED, Preset

__all__ = ["almost_equal_policies"]


@st.composite
def almost_equal_policies(
    draw: st.DrawFn,
    preset: Preset = WELL_TYPED,
    *,
    policy: st.SearchStrategy[Policy] | None = None,
) -> tuple[Policy, Mutant]:
    """A policy, and an edit of it: `edit` in words, its `place`, and the `policy` with it made.

    Some edits change nothing that anybody gets; `dealreg.compare` says which.

    Args:
        draw: supplied by Hypothesis.
        preset: what kind of policies, where none are given.
        policy: the policies to use, `st.just(mine)` for your own; generated ones by default.

    >>> from dealreg import contest, earliest
    >>> mine = Policy(programme="Mine", contests=[contest("protection", earliest("submitted_at"))])
    >>> one, edited = almost_equal_policies(policy=st.just(mine)).example()  # doctest: +SKIP
    >>> edited.edit  # doctest: +SKIP
    '`earliest submitted_at` is left out'
    """
    one = draw(policies(preset) if policy is None else policy)
    made = _mutants(one)
    assume(made)
    return one, pick(draw, made)


@lru_cache(maxsize=64)
def _mutants(policy: Policy) -> tuple[Mutant, ...]:
    return mutants(policy)
