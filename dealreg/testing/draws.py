"""Drawing one of several, fast: what all strategies here are made of.

A place in a tuple is drawn, not the value, so that one strategy of places serves all tuples of a
length. Cases shrink towards the first choice, and towards seldom things not happening.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar

from hypothesis import strategies as st

__all__ = ["once_in", "pick", "several"]

T = TypeVar("T")


@lru_cache(maxsize=1024)
def _place(length: int) -> st.SearchStrategy[int]:
    return st.integers(0, length - 1)


def pick(draw: st.DrawFn, choices: Sequence[T]) -> T:
    """One of the choices; the first is the simplest."""
    return choices[draw(_place(len(choices)))]


def once_in(draw: st.DrawFn, times: int) -> bool:
    """True once in so many times; False is simpler."""
    return draw(_place(times)) == times - 1


def several(draw: st.DrawFn, choices: Sequence[T], most: int) -> tuple[T, ...]:
    """From one to `most` different ones of the choices."""
    left = list(choices)
    count = draw(_place(min(most, len(left)))) + 1
    return tuple(left.pop(draw(_place(len(left)))) for _ in range(count))
