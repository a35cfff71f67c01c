"""Circles in what depends on what."""

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

__all__ = ["circles"]


def circles(graph: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    """Circles of a graph, from each name along what it depends on, back to the name itself.

    Every name that is on some circle is on one of those given, or its circle leads through one.

    >>> circles({"a": ["b"], "b": ["a"], "c": ["a"]})
    [('a', 'b', 'a')]
    """
    left = {name: sorted(set(graph[name])) for name in sorted(graph)}
    found: list[tuple[str, ...]] = []
    while True:
        sorter: TopologicalSorter[str] = TopologicalSorter(left)
        try:
            sorter.prepare()
        except CycleError as error:
            backwards: list[str] = error.args[1][:-1]
            found.append(_from_least(tuple(reversed(backwards))))
            for name in backwards:
                left[name] = []
        else:
            return found


def _from_least(circle: tuple[str, ...]) -> tuple[str, ...]:
    start = circle.index(min(circle))
    return (*circle[start:], *circle[:start], circle[start])
