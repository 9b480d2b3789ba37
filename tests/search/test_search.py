"""Ask and tell: what is handed out when, what is counted, what comes back."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan

import pytest

from search.config import SearchConfig
from search.expansion import Closed, Failed, PlainCandidate, Subgoals
from search.frontier import Order
from search.nodes import ROOT, EdgeStatus, NodeStatus, Step
from search.scoring import Rule, Scoring
from search.search import NO_PROGRESS, Search, SearchStatus
from search.work import Place
from tests.search.toy import checked, edges_by_tactic, expand, graph, offer, run

SUM = Scoring(Rule.SUM)


def candidates(*logprobs: float) -> list[PlainCandidate]:
    return [PlainCandidate(f"t{rank}", logprob) for rank, logprob in enumerate(logprobs)]


def asked(search: Search) -> str:
    """The goal that is handed out next."""
    node = search.ask()
    assert node is not None
    return search.tree.nodes[node].key


def started(*logprobs: float, width: int = 2, max_depth: int = 0) -> Search:
    """A search whose root is in flight with these candidates."""
    search = Search("A", SearchConfig(width=width, scoring=SUM, max_depth=max_depth))
    assert search.ask() == ROOT
    search.offer(ROOT, candidates(*logprobs))
    return search


# One expansion


def test_candidates_go_out_in_rank_order_a_few_at_a_time() -> None:
    search = started(-1.0, -2.0, -3.0, width=2)
    assert not search.needs_candidates(ROOT)
    assert [each.tactic for each in search.take(ROOT)] == ["t0", "t1"]
    search.tell(ROOT, [Failed("no"), Failed("no")])
    assert checked(search).place(ROOT) is Place.QUEUED
    assert search.priority(ROOT) == -3.0  # that of the child it would make
    assert search.ask() == ROOT
    assert [each.tactic for each in search.take(ROOT)] == ["t2"]
    search.tell(ROOT, [Failed("no")])
    assert search.status is SearchStatus.EXHAUSTED


def test_a_goal_with_candidates_left_waits_for_better_children() -> None:
    search = started(-1.0, -1.5, -9.0, width=2)
    search.take(ROOT)
    new = search.tell(ROOT, [Subgoals(("B",)), Subgoals(("C",))])
    assert new == (1, 2)
    assert [asked(search), asked(search), asked(search)] == ["B", "C", "A"]
    assert search.ask() is None
    assert search.status is SearchStatus.OPEN  # three are in flight
    checked(search)


def test_a_batch_can_be_cut_to_the_budget() -> None:
    search = started(*[-1.0] * 6, width=3)
    for limit, expected in ((1, 1), (100, 3), (0, 2)):
        taken = search.take(ROOT, limit)
        assert len(taken) == expected
        search.tell(ROOT, [Failed("no") for _ in taken])
        assert search.ask() == (ROOT if limit else None)


def test_untried_candidates_go_back_in_front() -> None:
    search = started(-1.0, -2.0, -3.0, width=3)
    search.take(ROOT)
    search.tell(ROOT, [Subgoals(("B",))])
    assert search.counts.steps == 1
    assert asked(search) == "B"
    assert asked(search) == "A"
    assert [each.tactic for each in search.take(ROOT)] == ["t1", "t2"]


def test_a_batch_that_ended_with_a_proof_needs_no_more() -> None:
    search = started(-1.0, -2.0, -3.0, width=3)
    search.take(ROOT)
    search.tell(ROOT, [Failed("no"), Closed()])
    assert search.status is SearchStatus.PROVEN
    assert search.ask() is None
    assert search.proof().tactic == "t1"
    assert (search.counts.steps, search.counts.failures) == (2, 1)
    checked(search)


def test_no_parts_is_closed() -> None:
    search = started(-1.0)
    search.take(ROOT)
    search.tell(ROOT, [Subgoals(())])
    assert search.status is SearchStatus.PROVEN


def test_lost_work_counts_for_nothing() -> None:
    search = started(-1.0, -2.0)
    before = search.counts
    assert [each.tactic for each in search.take(ROOT)] == ["t0", "t1"]
    search.release(ROOT)
    assert search.counts.in_flight == 0
    assert search.ask() == ROOT
    assert search.counts == before
    assert [each.tactic for each in search.take(ROOT)] == ["t0", "t1"]
    checked(search)


def test_work_may_be_lost_before_the_policy_answered() -> None:
    search = Search("A")
    assert search.ask() == ROOT
    search.release(ROOT)
    assert search.ask() == ROOT
    assert search.needs_candidates(ROOT)


def test_a_goal_without_candidates_is_given_up() -> None:
    search = started()
    assert search.take(ROOT) == []
    assert search.tell(ROOT, []) == ()
    assert search.status is SearchStatus.EXHAUSTED
    with pytest.raises(ValueError, match="no proof"):
        search.proof()


def test_calls_out_of_turn_are_refused() -> None:
    search = Search("A")
    for call in (lambda: search.offer(ROOT, []), lambda: search.take(ROOT), lambda: search.release(7)):
        with pytest.raises(ValueError, match="is not in flight"):
            call()
    assert search.ask() == ROOT
    with pytest.raises(ValueError, match="offered any: False"):
        search.take(ROOT)
    search.offer(ROOT, candidates(-1.0, -1.0, -1.0))
    with pytest.raises(ValueError, match="has its candidates already"):
        search.offer(ROOT, [])
    search.take(ROOT, limit=2)
    with pytest.raises(ValueError, match="has 2 candidates out"):
        search.take(ROOT)
    with pytest.raises(ValueError, match="has 2 candidates out and got 3 outcomes"):
        search.tell(ROOT, [Closed()] * 3)
    checked(search)


@pytest.mark.parametrize("bad", [PlainCandidate("t", nan), PlainCandidate("t", -inf), PlainCandidate("t", -1.0, 0)])
def test_a_candidate_that_cannot_be_ranked_is_refused(bad: PlainCandidate) -> None:
    search = Search("A")
    search.ask()
    with pytest.raises(ValueError, match="has log-probability"):
        search.offer(ROOT, [bad])
    assert search.needs_candidates(ROOT)


def test_bundles_must_fit_their_parts() -> None:
    for goals in ((1,), (1, 0)):
        with pytest.raises(ValueError, match="cannot bundle"):
            Subgoals(("B", "C"), goals)


def test_options_that_cannot_be_searched_with_are_refused() -> None:
    with pytest.raises(ValueError, match="width must be at least 1"):
        SearchConfig(width=0)
    with pytest.raises(ValueError, match="max_depth must be at least 0"):
        SearchConfig(max_depth=-1)


# Equal goals


def test_a_goal_that_comes_back_at_once_is_no_progress() -> None:
    search = run(Search("A"), graph(A="A | A B | C", C="!"))
    reasons = [failure.reason for failure in search.tree.nodes[ROOT].failures]
    assert reasons == [NO_PROGRESS, NO_PROGRESS]
    assert "B" not in search.tree
    assert checked(search).status is SearchStatus.EXHAUSTED


def test_a_search_that_only_runs_in_circles_is_exhausted() -> None:
    search = checked(run(Search("A"), graph(A="B", B="C", C="A")))
    assert search.status is SearchStatus.EXHAUSTED
    assert search.counts.expansions == 3


def test_equal_goals_are_one_node_with_its_best_priority() -> None:
    search = Search("A", SearchConfig(scoring=SUM))
    search.ask()
    search.offer(ROOT, candidates(-4.0, -1.0, -1.5))
    search.take(ROOT)
    search.tell(ROOT, [Subgoals(("G",)), Subgoals(("B",)), Subgoals(("C",))])
    goal = search.tree.find("G")
    assert search.priority(goal) == -4.0
    assert asked(search) == "B"
    search.offer(search.tree.find("B"), candidates(-0.2))
    search.take(search.tree.find("B"))
    assert search.tell(search.tree.find("B"), [Subgoals(("X", "G"))]) == (search.tree.find("X"),)
    assert search.priority(goal) == -1.2
    assert search.path(goal) == [Step("t1", 0), Step("t0", 1)]
    assert search.best_open(2) == [goal, search.tree.find("X")]
    assert asked(checked(search)) == "G"


def test_a_worse_path_changes_nothing() -> None:
    search = Search("A", SearchConfig(scoring=SUM))
    run(search, graph(A="B G", B="G", G="! | H"), expansions=2)
    goal = search.tree.find("G")
    assert search.path(goal) == [Step("A0", 1)]
    assert len(search.tree.nodes[goal].parents) == 2


def test_a_detour_through_the_goal_itself_is_no_path() -> None:
    """Length-normalised scores make long paths attractive; the way A, B, C, B must not become B's."""
    search = Search("A", SearchConfig(scoring=Scoring(Rule.LENGTH, alpha=2.0)))
    world = graph(A="B", B="C | -", C="B")
    run(search, world, expansions=2)
    b, c = search.tree.find("B"), search.tree.find("C")
    assert search.tree.passes_through(c, b)
    run(search, world)
    assert search.path(b) == [Step("A0", 0)]
    assert checked(search).proof().steps == 2


# What matters


def test_siblings_of_a_dead_goal_are_not_expanded_until_another_parent_needs_them() -> None:
    world = graph(A="B C | E", B="!", C="D", D="-", E="F", F="C")
    search = Search("A", SearchConfig(width=1, scoring=SUM))
    search.ask()
    offer(search, ROOT, world)
    search.take(ROOT)
    search.tell(ROOT, [Subgoals(("B", "C"))])
    b, c = search.tree.find("B"), search.tree.find("C")
    assert search.ask() == b
    expand(search, b, world)
    assert search.tree.nodes[b].status is NodeStatus.UNPROVABLE
    assert search.best_open(5) == [ROOT]
    assert search.place(c) is Place.IRRELEVANT
    run(search, world, expansions=5)  # A again, then E, then F, which needs C after all
    assert checked(search).place(c) is Place.QUEUED
    assert run(search, world).status is SearchStatus.PROVEN
    assert search.path(c) == [Step("A0", 1)]  # its first path still is the better one
    assert [step.tactic for step in search.proof().children[0].children[0].children] == ["C0"]


def test_a_goal_below_one_that_matters_again_comes_back_too() -> None:
    world = graph(A="B C | E", B="! | !", C="D | !", D="! | -", E="C")
    search = checked(run(Search("A", SearchConfig(width=1, order=Order.BREADTH)), world))
    assert search.status is SearchStatus.PROVEN
    assert search.tree.nodes[search.tree.find("B")].status is NodeStatus.UNPROVABLE


def test_work_that_stopped_to_matter_in_flight_is_not_done() -> None:
    world = graph(A="B | -", B="C")
    search = Search("A", SearchConfig(width=1))
    search.ask()
    expand(search, ROOT, world)
    assert [asked(search), asked(search)] == ["B", "A"]
    b = search.tree.find("B")
    offer(search, b, world)
    expand(search, ROOT, world)
    assert search.status is SearchStatus.PROVEN
    assert search.take(b) == []
    search.tell(b, [])
    assert (search.counts.steps, search.counts.in_flight) == (2, 0)
    checked(search)


def test_what_comes_back_after_the_goal_is_proven_is_counted_and_ignored() -> None:
    world = graph(A="B", B="C | D", C="-", D="E")
    search = Search("A", SearchConfig(width=1))
    for goal in ("A", "B"):
        assert asked(search) == goal
        expand(search, search.tree.find(goal), world)
    assert [asked(search), asked(search)] == ["C", "B"]
    b = search.tree.find("B")
    search.take(b)
    expand(search, search.tree.find("C"), world)
    assert search.status is SearchStatus.PROVEN
    assert search.tell(b, [Subgoals(("E",))]) == ()
    assert "B1" not in edges_by_tactic(search)
    assert search.counts.steps == 4
    checked(search)


def with_a_goal_of_no_use_in_the_queue() -> Search:
    """D is next, then C, which needs B and so is of no use any more, then E."""
    world = graph(A="B C | D | E", B="!")
    world["A"] = [replace(move, logprob=each) for move, each in zip(world["A"], (-0.5, -0.1, -2.0), strict=True)]
    search = Search("A", SearchConfig(width=3, scoring=Scoring(Rule.CRITIC)))
    assert asked(search) == "A"
    expand(search, ROOT, world)
    assert [asked(search), asked(search)] == ["D", "B"]
    search.release(search.tree.find("D"))
    expand(search, search.tree.find("B"), world)
    assert search.tree.find("C") in search.frontier
    return search


def test_a_goal_of_no_use_is_never_handed_out() -> None:
    search = with_a_goal_of_no_use_in_the_queue()
    assert [search.tree.nodes[node].key for node in search.best_open(9)] == ["D", "E"]
    assert [asked(search), asked(search)] == ["D", "E"]  # with nothing told between the two
    assert checked(search).place(search.tree.find("C")) is Place.IRRELEVANT


def test_a_goal_of_no_use_is_not_handed_out_for_the_critics_sake() -> None:
    search = with_a_goal_of_no_use_in_the_queue()
    search.assess(search.tree.find("C"), 100.0)
    assert asked(checked(search)) == "D"


def test_a_path_over_a_dead_edge_is_no_better_path() -> None:
    search = Search("A", SearchConfig(scoring=SUM, width=3))
    world = graph(A="B | X | G", B="X G", X="!")
    world["A"] = [replace(move, logprob=each) for move, each in zip(world["A"], (-1.0, -0.5, -9.0), strict=True)]
    run(search, world, expansions=3)
    assert edges_by_tactic(search)["B0"].status is EdgeStatus.DEAD
    assert search.path(search.tree.find("G")) == [Step("A2", 0)]


# The depth limit


def test_goals_at_the_depth_limit_are_kept_but_not_expanded() -> None:
    search = checked(run(Search("A", SearchConfig(max_depth=2)), graph(A="B", B="C", C="-")))
    assert search.status is SearchStatus.EXHAUSTED
    assert (search.counts.too_deep, search.counts.depth) == (1, 2)
    c = search.tree.find("C")
    assert search.place(c) is Place.TOO_DEEP
    assert search.tree.nodes[c].status is NodeStatus.UNKNOWN  # nothing was tried, so nothing is said
    assert search.best_open(9) == [c]


def test_a_path_within_the_limit_beats_a_better_one_beyond_it() -> None:
    world = graph(A="B | D", B="C", C="-", D="!")
    world["A"].append(type(world["A"][0])("late", ("C",), logprob=-50.0))
    search = checked(run(Search("A", SearchConfig(width=2, scoring=SUM, max_depth=2)), world))
    assert search.status is SearchStatus.PROVEN
    assert search.path(search.tree.find("C")) == [Step("late", 0)]
    assert search.counts.too_deep == 0


def test_a_proof_may_be_as_long_as_the_limit() -> None:
    world = graph(A="B", B="C", C="-")
    assert run(Search("A", SearchConfig(max_depth=3)), world).status is SearchStatus.PROVEN


# Orders and values


def test_a_critic_moves_goals_in_the_queue() -> None:
    search = Search("A", SearchConfig(scoring=Scoring(Rule.CRITIC)))
    run(search, graph(A="B | C | D"), expansions=1)
    search.assess(search.tree.find("D"), 5.0)
    search.assess(search.tree.find("B"), -5.0)
    checked(search)
    assert [asked(search), asked(search), asked(search)] == ["D", "C", "B"]
    with pytest.raises(ValueError, match="must be finite"):
        search.assess(ROOT, nan)


def test_depth_first_goes_down_the_best_child_first() -> None:
    world = graph(A="B | E", B="C | D", C="!", D="!", E="-")
    order: list[str] = []
    search = Search("A", SearchConfig(order=Order.DEPTH))
    while (node := search.ask()) is not None:
        order.append(search.tree.nodes[node].key)
        expand(search, node, world)
    assert order == ["A", "B", "C", "D", "E"]


def test_breadth_first_finishes_a_level_before_the_next() -> None:
    world = graph(A="B | E", B="C | D", C="!", D="!", E="F", F="!")
    order: list[str] = []
    search = Search("A", SearchConfig(order=Order.BREADTH))
    while (node := search.ask()) is not None:
        order.append(search.tree.nodes[node].key)
        expand(search, node, world)
    assert order == ["A", "B", "E", "C", "D", "F"]
