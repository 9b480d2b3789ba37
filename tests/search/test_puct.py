"""Which goal a walk comes to, and what it leaves behind."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.config import SearchConfig
from search.frontier import Order
from search.invariants import check
from search.nodes import NodeId
from search.puct import NEUTRAL, Puct
from search.search import Search
from tests.search.toy import GOALS, Graph, Move, expand, graphs, run, snapshot

World = dict[str, list[Move]]
PUCT = SearchConfig(width=8, order=Order.PUCT, exploration=1.0)


def puct(search: Search) -> Puct:
    assert isinstance(search.frontier, Puct)
    return search.frontier


def begun(world: Graph, config: SearchConfig = PUCT, **critic: float) -> Search:
    """A search of "A" whose root was expanded once."""
    search = Search("A", config)
    assert search.ask() == 0
    expand(search, 0, world, critic)
    return search


def key(search: Search, node: NodeId | None) -> str:
    assert node is not None
    return search.tree.nodes[node].key


def asked(search: Search, world: Graph, count: int, **critic: float) -> str:
    """The next goals, each expanded before the next is asked for."""
    keys = ""
    for _ in range(count):
        node = search.ask()
        keys += key(search, node)
        assert node is not None
        expand(search, node, world, critic)
        check(search)
    return keys


def test_where_nothing_is_known_the_policy_leads() -> None:
    world = {"A": [Move("likely", ("B",), -0.1), Move("unlikely", ("C",), -3.0)]}
    assert key(begun(world), begun(world).ask()) == "B"


def test_a_critic_that_knows_better_is_followed() -> None:
    world = {"A": [Move("likely", ("B",), -0.1), Move("unlikely", ("C",), -0.9)]}
    search = begun(world, replace(PUCT, exploration=0.5), B=0.1, C=0.9)
    assert key(search, search.ask()) == "C"


def test_of_goals_that_all_have_to_be_proved_the_hardest_comes_first() -> None:
    world = {"A": [Move("split", ("B", "C", "D"))]}
    search = begun(world, B=0.7, C=0.2, D=0.4)
    assert puct(search).worth(0) == NEUTRAL  # when the first visit ended, there was no opinion of what is left
    assert asked(search, world | {"C": [Move("close", ())]}, 1) == "C"
    assert puct(search).worth(0) == (2 * NEUTRAL + 0.4) / 3  # now D is the hardest
    assert asked(search, world | {"D": [Move("close", ())]}, 1) == "D"
    assert puct(search).worth(search.tree.find("C")) == 1
    assert asked(search, world, 1) == "B"


def test_what_a_visit_brings_is_carried_up() -> None:
    world: World = {"A": [Move("a", ("B",))], "B": [Move("b", ("C", "D"))]}
    search = begun(world, B=0.6)
    expand(search, search.ask() or -1, world, {"C": 0.9, "D": 0.3})
    b = search.tree.find("B")
    assert puct(search).worth(b) == pytest.approx(0.6)
    expand(search, search.ask() or -1, world | {"D": [Move("d", ("E",))]}, {"E": 0.1})
    assert puct(search).worth(search.tree.find("D")) == pytest.approx(0.3)
    assert puct(search).worth(b) == pytest.approx((0.6 + 0.6 + 0.3) / 3)
    assert puct(search).worth(0) == pytest.approx((NEUTRAL + NEUTRAL + 0.6 + 0.5) / 4)


def test_goals_at_which_the_likely_tactics_fail_lose_worth() -> None:
    world: World = {"A": [Move("a", ("B",)), Move("b", ("C",))], "B": [Move("b0", None, -0.1), Move("b1", ("D",), -3.0)]}
    search = begun(world, replace(PUCT, width=1), B=0.8)
    assert asked(search, world, 1) == "B"
    assert puct(search).worth(search.tree.find("B")) < 0.5


def test_two_that_go_at_once_go_apart() -> None:
    world: World = {"A": [Move("a", ("B",), -0.7), Move("b", ("C",), -0.7)], "B": [Move("b", ("D",))], "C": [Move("c", ("E",))]}
    search = begun(world)
    assert {key(search, search.ask()), key(search, search.ask())} == {"B", "C"}
    assert search.ask() is None


def test_lost_work_leaves_no_trace() -> None:
    world: World = {"A": [Move("a", ("B", "C"), -0.7), Move("b", ("D",), -0.7)]}
    search = begun(world)
    before = [(visits.told, visits.brought) for visits in puct(search).nodes.values()]
    node = search.ask()
    assert node is not None
    search.release(node)
    check(search)
    assert [(visits.told, visits.brought) for visits in puct(search).nodes.values() if visits.told] == before
    assert search.ask() == node


def test_tactics_that_lead_to_the_same_goals_are_one_action() -> None:
    rivals = [Move("one", ("B", "C"), -1.3), Move("other", ("D",), -1.0), Move("twin", ("C", "B", "B"), -1.3)]
    assert key(begun({"A": rivals}), begun({"A": rivals}).ask()) == "B"
    assert key(begun({"A": rivals[:2]}), begun({"A": rivals[:2]}).ask()) == "D"


def test_visits_follow_the_policy_when_exploration_is_all() -> None:
    moves = [Move("b", ("B0",), -0.2877), Move("c", ("C0",), -1.3863)]  # three quarters, one quarter
    world: World = {"A": moves}
    for letter in "BC":
        world |= {f"{letter}{depth}": [Move("on", (f"{letter}{depth + 1}",))] for depth in range(60)}
    search = Search("A", SearchConfig(order=Order.PUCT, exploration=1e6, max_depth=0))
    run(search, world, expansions=41)
    assert [puct(search).edges[edge.id].told for edge in search.tree.nodes[0].edges] == [30, 10]


def test_without_exploration_it_stays_with_what_looks_best() -> None:
    world: World = {"A": [Move("b", ("B",), -5.0), Move("c", ("C",), -0.1)], "B": [Move("d", ("D",))], "D": [Move("e", ("E",))]}
    search = begun(world, replace(PUCT, exploration=0.0), B=0.9)
    assert asked(search, world, 3, D=0.8, E=0.7) == "BDE"


def test_its_critic_speaks_of_probabilities() -> None:
    search = Search("A", PUCT)
    for value in (-0.1, 1.1):
        with pytest.raises(ValueError, match="between 0 and 1"):
            search.assess(0, value)
    search.assess(0, 1.0)
    assert puct(search).worth(0) == 1.0
    Search("A").assess(0, -7.0)  # a score without unit is welcome where only its order counts


def test_a_closed_goal_is_never_walked_to_and_a_dead_one_neither() -> None:
    world: World = {"A": [Move("a", ("B", "C")), Move("d", ("D",), -2.0)], "B": [Move("b", ())], "C": [Move("c", None)], "D": []}
    search = begun(world)
    assert asked(search, world, 3) == "BCD"
    assert search.ask() is None


@settings(max_examples=50)
@given(graphs(), st.integers(1, 4), st.integers(1, 3), st.sampled_from((0.25, 3.0)))
def test_temperature_is_the_unit_of_log_probabilities(world: World, width: int, workers: int, factor: float) -> None:
    scaled = {goal: [replace(move, logprob=factor * move.logprob) for move in moves] for goal, moves in world.items()}
    config = SearchConfig(width=width, order=Order.PUCT)
    one = snapshot(run(Search("A", config), world, workers=workers))
    two = snapshot(run(Search("A", replace(config, prior_temperature=factor)), scaled, workers=workers))
    for node in one["nodes"] + two["nodes"]:
        del node["logprob"], node["path"]  # rounded, and which of two equal paths is the better one is up to rounding
    assert one == two


@settings(max_examples=50)
@given(graphs(), st.integers(1, 3))
def test_a_critic_that_says_half_of_everything_says_nothing(world: World, workers: int) -> None:
    config = SearchConfig(width=2, order=Order.PUCT)
    silent = run(Search("A", config), world, workers=workers)
    assert snapshot(silent) == snapshot(run(Search("A", config), world, workers=workers, critic=dict.fromkeys(GOALS, NEUTRAL)))
