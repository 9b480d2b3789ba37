"""Whose turn it is, and who is gone from both queues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.config import SearchConfig
from search.frontier import Order
from search.scoring import Rule, Scoring
from search.search import Search
from tests.search.toy import GOALS, Graph, Move, expand, graphs, run, snapshot

World = dict[str, list[Move]]
FAN: World = {"A": [Move(f"to {goal}", (goal,), -float(rank)) for rank, goal in enumerate("BCDEF", start=1)]}
LIKES = {"B": -9.0, "C": 3.0, "D": 1.0, "E": 4.0, "F": 2.0}


def asked(config: SearchConfig, world: Graph, critic: Mapping[str, float]) -> str:
    """The goals in the order in which they are expanded, without the root's first turn."""
    search = Search("A", replace(config, order=Order.ALTERNATE))
    keys = ""
    while (node := search.ask()) is not None:
        keys += search.tree.nodes[node].key
        expand(search, node, world, critic)
    return keys[1:]


@pytest.mark.parametrize(
    ("turns", "expected"), [((1, 1), "EBCDF"), ((2, 1), "BECDF"), ((1, 3), "ECFBD"), ((0, 1), "ECFDB"), ((1, 0), "BCDEF")]
)
def test_they_take_turns(turns: tuple[int, int], expected: str) -> None:
    config = SearchConfig(path_turns=turns[0], critic_turns=turns[1])  # the root had the first turn
    assert asked(config, FAN, LIKES) == expected


def test_goals_without_an_opinion_wait_for_their_turn_by_path() -> None:
    config = SearchConfig(path_turns=0, critic_turns=1)
    assert asked(config, FAN, {"F": -100.0, "C": -200.0}) == "FCBDE"


def test_later_helpings_are_not_the_critics_business() -> None:
    world: World = FAN | {"E": [Move("x", None, -0.1), Move("y", None, -3.0), Move("z", None, -9.0)], "C": [Move("x", None)]}
    config = SearchConfig(width=1, path_turns=0, critic_turns=1, scoring=Scoring(Rule.SUM))
    # The root comes back for each of its candidates, by path; E comes as soon as it is there, and again when its path is the best.
    assert asked(config, world, LIKES) == "BACADAEAFEE"


def test_an_opinion_that_changes_moves_the_goal() -> None:
    search = Search("A", SearchConfig(order=Order.ALTERNATE, path_turns=0))
    expand(search, search.ask() or 0, FAN, LIKES)
    search.assess(search.tree.find("D"), 5.0)
    node = search.ask()
    assert node == search.tree.find("D")
    search.assess(search.tree.find("D"), 9.0)  # it is in flight: that moves nothing
    assert search.ask() == search.tree.find("E")


@settings(max_examples=50)
@given(graphs(), st.integers(1, 4), st.integers(1, 3))
def test_without_a_critic_it_is_best_first_search(world: World, width: int, workers: int) -> None:
    config = SearchConfig(width=width)
    plain = run(Search("A", config), world, workers=workers)
    turns = run(Search("A", replace(config, order=Order.ALTERNATE, critic_turns=3)), world, workers=workers)
    assert snapshot(plain) == snapshot(turns)


@settings(max_examples=50)
@given(graphs(), st.permutations(range(len(GOALS))), st.integers(1, 3))
def test_only_the_order_of_opinions_matters(world: World, ranks: list[int], workers: int) -> None:
    config = SearchConfig(width=2, order=Order.ALTERNATE)
    calm = dict(zip(GOALS, map(float, ranks), strict=True))
    wild = {goal: 2.0**value - 700 for goal, value in calm.items()}
    one, two = (snapshot(run(Search("A", config), world, workers=workers, critic=critic)) for critic in (calm, wild))
    assert one == two
