"""Circles in what depends on what."""

from collections.abc import Iterable, Iterator, Mapping

__all__ = ["circles"]


def circles(graph: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    """Circles of a graph, from each name along what it depends on, back to the name itself.

    Every name that is on some circle is on one of those given, or its circle leads through one.
    The work grows with the graph and no faster, however many circles there are.

    >>> circles({"a": ["b"], "b": ["a"], "c": ["a"]})
    [('a', 'b', 'a')]
    """
    found: list[tuple[str, ...]] = []
    done: set[str] = set()
    for name in sorted(graph):
        if name not in done:
            found.extend(_from(name, graph, done))
    return found


def _from(
    name: str, graph: Mapping[str, Iterable[str]], done: set[str]
) -> Iterator[tuple[str, ...]]:
    """The circles met on the way through all that a name leads to; what is left is done with."""
    way, at, left = [name], {name: 0}, [iter(sorted(set(graph[name])))]
    while way:
        following = next(left[-1], None)
        if following is None:
            done.add(way[-1])
            _shorten(way, at, left, len(way) - 1)
        elif following in at:
            start = at[following]
            yield _from_least(tuple(way[start:]))
            done.update(way[start:])
            _shorten(way, at, left, start)
        elif following in graph and following not in done:
            at[following] = len(way)
            way.append(following)
            left.append(iter(sorted(set(graph[following]))))


def _shorten(way: list[str], at: dict[str, int], left: list[Iterator[str]], length: int) -> None:
    for name in way[length:]:
        del at[name]
    del way[length:], left[length:]


def _from_least(circle: tuple[str, ...]) -> tuple[str, ...]:
    start = circle.index(min(circle))
    return (*circle[start:], *circle[:start], circle[start])
