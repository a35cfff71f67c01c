"""Chance from a seed: the same numbers in every Python, on every machine."""

from collections.abc import Sequence
from typing import Final, TypeVar

__all__ = ["Chance"]

T = TypeVar("T")

_MASK: Final = (1 << 64) - 1


class Chance:
    """SplitMix64: a counter, scrambled. Nothing of it depends on Python's own generator.

    >>> chance = Chance(7)
    >>> [chance.below(100) for _ in range(5)]
    [38, 1, 90, 58, 45]
    """

    __slots__ = ("_state",)

    def __init__(self, seed: int) -> None:
        self._state = seed & _MASK

    def bits(self) -> int:
        """Sixty-four bits."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return mixed ^ (mixed >> 31)

    def below(self, count: int) -> int:
        """A whole number from 0 on, below `count`."""
        return self.bits() * count >> 64

    def happens(self, percent: int) -> bool:
        """Whether something happens that does so in `percent` of a hundred cases."""
        return self.below(100) < percent

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[self.below(len(choices))]

    def skewed(self, count: int) -> int:
        """As `below`, the low numbers far more often than the high ones."""
        part = self.bits() >> 43  # 21 bits: its cube still fits
        return part * part * part * count >> 63
