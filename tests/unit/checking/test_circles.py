"""Circles in what depends on what: all are met, in work that grows with the graph."""

from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dealreg.checking.circles import circles

NAMES = st.sampled_from("abcdefg")
GRAPHS = st.dictionaries(NAMES, st.lists(NAMES, max_size=4))


@given(GRAPHS)
def test_there_is_a_circle_where_there_is_no_order(graph):
    try:
        TopologicalSorter(graph).prepare()
    except CycleError:
        assert circles(graph)
    else:
        assert circles(graph) == []


@given(GRAPHS)
def test_a_circle_leads_along_the_graph_back_to_its_least_name(graph):
    for circle in circles(graph):
        assert circle[0] == circle[-1] == min(circle)
        assert len(set(circle)) == len(circle) - 1
        for one, following in pairwise(circle):
            assert following in graph[one]


@given(GRAPHS)
def test_without_those_found_no_circle_is_left(graph):
    found = {name for circle in circles(graph) for name in circle}
    rest = {name: [each for each in graph[name] if each not in found] for name in graph}
    assert circles({name: rest[name] for name in rest if name not in found}) == []


@given(GRAPHS, st.randoms())
def test_the_order_in_which_the_graph_is_written_does_not_count(graph, chance):
    names = list(graph)
    chance.shuffle(names)
    assert circles({name: graph[name][::-1] for name in names}) == circles(graph)


def test_a_circle_may_be_longer_than_the_stack_is_deep():
    many = 20_000
    [circle] = circles({f"{n:05}": [f"{(n + 1) % many:05}"] for n in range(many)})
    assert len(circle) == many + 1
