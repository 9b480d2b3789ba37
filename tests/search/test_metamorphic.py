"""Two searches that must agree, or must differ in a known way."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.config import SearchConfig
from search.frontier import Order
from search.nodes import NodeStatus
from search.scoring import Rule, Scoring
from search.search import Search, SearchStatus
from tests.search.toy import Move, expand, graphs, offer, orders, provable, run, snapshot

World = dict[str, list[Move]]
rules = st.sampled_from([Rule.SUM, Rule.MEAN, Rule.LENGTH])


def equally_likely(world: World) -> World:
    return {goal: [replace(move, logprob=-1.0) for move in moves] for goal, moves in world.items()}


@settings(max_examples=50)
@given(graphs(), st.integers(1, 4), st.integers(1, 3))
def test_best_first_without_preferences_is_breadth_first(world: World, width: int, workers: int) -> None:
    world = equally_likely(world)
    best = SearchConfig(width=width, scoring=Scoring(Rule.LENGTH, alpha=0.0), max_depth=0)
    searches = [run(Search("A", replace(best, order=order)), world, workers=workers) for order in (Order.BEST, Order.BREADTH)]
    assert snapshot(searches[0]) == snapshot(searches[1])


@settings(max_examples=50)
@given(graphs(), orders, rules, st.integers(1, 4), st.integers(1, 4), st.integers(0, 1000))
def test_what_is_provable_is_found_in_any_order(
    world: World, order: Order, rule: Rule, width: int, workers: int, seed: int
) -> None:
    """The end does not depend on order, scores, width, workers, or which of them is faster."""
    config = SearchConfig(width=width, order=order, scoring=Scoring(rule), max_depth=0)
    search = run(Search("A", config), world, workers=workers, seed=seed)
    truth = provable(world)
    assert search.status is (SearchStatus.PROVEN if "A" in truth else SearchStatus.EXHAUSTED)
    for node in search.tree.nodes:
        if node.status is not NodeStatus.UNKNOWN:
            assert (node.status is NodeStatus.PROVEN) == (node.key in truth)


@settings(max_examples=50)
@given(graphs(), orders, rules, st.integers(0, 12))
def test_names_of_goals_mean_nothing(world: World, order: Order, rule: Rule, expansions: int) -> None:
    names = dict(zip(sorted(world), random.Random(1).sample("qwertzuiop", 10), strict=True))
    renamed = {
        names[goal]: [replace(move, left=move.left and tuple(names[each] for each in move.left)) for move in moves]
        for goal, moves in world.items()
    }
    config = SearchConfig(width=2, order=order, scoring=Scoring(rule))
    one = snapshot(run(Search("A", config), world, expansions=expansions))
    two = snapshot(run(Search(names["A"], config), renamed, expansions=expansions))
    for node in one["nodes"]:
        node["key"] = names[node["key"]]
    assert one == two


@settings(max_examples=50)
@given(graphs(), rules, st.integers(0, 12))
def test_only_ratios_of_log_probabilities_matter(world: World, rule: Rule, expansions: int) -> None:
    doubled = {goal: [replace(move, logprob=2 * move.logprob) for move in moves] for goal, moves in world.items()}
    config = SearchConfig(width=2, scoring=Scoring(rule))
    one = snapshot(run(Search("A", config), world, expansions=expansions))
    two = snapshot(run(Search("A", config), doubled, expansions=expansions))
    for node in one["nodes"]:
        node["logprob"] *= 2
    assert one == two


@settings(max_examples=50)
@given(graphs(), orders, st.integers(0, 1000))
def test_lost_work_changes_the_order_and_nothing_else(world: World, order: Order, seed: int) -> None:
    draw = random.Random(seed)
    search = Search("A", SearchConfig(width=2, order=order, max_depth=0))
    lost = 0
    while (node := search.ask()) is not None:
        if draw.random() < 0.4 and lost < 40:
            lost += 1
            if draw.random() < 0.5:
                offer(search, node, world)
                search.take(node)
            search.release(node)
        else:
            expand(search, node, world)
    calm = run(Search("A", SearchConfig(width=2, order=order, max_depth=0)), world)
    assert search.status is calm.status
    tried = [failure for node in search.tree.nodes for failure in node.failures]
    assert len(tried) == len(set(tried))  # nothing was tried twice


@settings(max_examples=50)
@given(graphs(), orders)
def test_one_search_with_wide_batches_finds_what_narrow_ones_find(world: World, order: Order) -> None:
    wide = run(Search("A", SearchConfig(width=60, order=order, max_depth=0)), world)
    narrow = run(Search("A", SearchConfig(width=1, order=order, max_depth=0)), world)
    assert wide.status is narrow.status
    # Only narrow batches come back to a goal.
    assert wide.counts.expansions <= len(wide.tree.nodes)


@pytest.mark.parametrize("change", [
    {"width": 1},
    {"order": Order.DEPTH},
    {"order": Order.BREADTH},
    {"max_depth": 2},
    {"scoring": Scoring(Rule.LENGTH, alpha=3.0)},
    {"scoring": Scoring(Rule.MEAN)},
])  # fmt: skip
def test_every_option_matters(change: dict[str, object]) -> None:
    world: World = {
        "A": [Move("a0", ("B",), -0.1), Move("a1", ("C",), -0.6, tokens=9), Move("a2", ("E",), -2.0)],
        "B": [Move("b0", ("D",), -2.0), Move("b1", ("E",), -0.7)],
        "C": [Move("c0", ("F",), -1.1), Move("c1", ("G",), -0.2)],
        "E": [Move("e0", ("H",), -0.1)],
    }
    config = SearchConfig(width=2)
    plain = snapshot(run(Search("A", config), world))
    assert snapshot(run(Search("A", replace(config, **change)), world)) != plain
