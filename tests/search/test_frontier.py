"""The queue's order is total, written down, and kept under every sequence of pushes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.frontier import Frontier, Order


def drain(frontier: Frontier) -> list[int]:
    got: list[int] = []
    while (node := frontier.peek()) is not None:
        frontier.remove(node)
        got.append(node)
    return got


def test_greater_merit_comes_first() -> None:
    frontier = Frontier(Order.BEST)
    for node, merit in ((1, -2.0), (2, -0.5), (3, -1.0)):
        frontier.push(node, merit, 0)
    assert drain(frontier) == [2, 3, 1]


def test_among_equals_the_least_recently_handed_out_and_then_the_oldest() -> None:
    frontier = Frontier(Order.BEST)
    for node, handed_out_at in ((1, 7), (2, 3), (4, 0), (3, 0)):
        frontier.push(node, -1.0, handed_out_at)
    assert drain(frontier) == [3, 4, 2, 1]


def test_depth_first_takes_what_was_pushed_last() -> None:
    frontier = Frontier(Order.DEPTH)
    for node, merit in ((1, 0.0), (2, -5.0), (3, -1.0)):
        frontier.push(node, merit, 0)
    frontier.improve(1, 9.0, 0)  # a better score does not make a depth-first walk jump
    assert frontier.merit(1) == 9.0
    frontier.push(2, -5.0, 0)
    assert drain(frontier) == [2, 3, 1]


def test_a_node_waits_once_and_moves_when_it_improves() -> None:
    frontier = Frontier(Order.BEST)
    frontier.push(1, -3.0, 0)
    frontier.push(2, -2.0, 0)
    frontier.improve(1, -1.0, 0)
    assert len(frontier) == 2
    assert drain(frontier) == [1, 2]
    assert frontier.peek() is None


def test_what_does_not_wait_cannot_be_removed() -> None:
    frontier = Frontier(Order.BEST)
    with pytest.raises(KeyError):
        frontier.remove(1)
    with pytest.raises(KeyError):
        frontier.merit(1)
    assert 1 not in frontier


def test_breadth_prefers_shallow_paths_whatever_their_score() -> None:
    assert Order.BREADTH.merit(-100.0, 2) > Order.BREADTH.merit(-0.1, 3)
    assert Order.BEST.merit(-100.0, 2) == Order.DEPTH.merit(-100.0, 2) == -100.0


@given(st.lists(st.tuples(st.integers(0, 6), st.sampled_from((-2.0, -1.0, 0.0)), st.integers(0, 3), st.booleans()), max_size=30))
def test_a_best_first_queue_is_a_sorted_list(calls: list[tuple[int, float, int, bool]]) -> None:
    frontier = Frontier(Order.BEST)
    model: dict[int, tuple[float, int, int]] = {}
    for node, merit, handed_out_at, pop in calls:
        frontier.push(node, merit, handed_out_at)
        model[node] = (-merit, handed_out_at, node)
        if pop:
            first = min(model.values())[2]
            assert frontier.peek() == first
            frontier.remove(first)
            del model[first]
        assert len(frontier) == len(model)
    assert drain(frontier) == [key[2] for key in sorted(model.values())]
