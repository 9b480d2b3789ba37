"""Toy proof graphs: a goal is a word, a move says what it leaves. No Lean, no policy, all of the search."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from search.expansion import Closed, Failed, Outcome, PlainCandidate, Subgoals
from search.frontier import Order
from search.invariants import check
from search.nodes import Edge, NodeId
from search.proof import ProofTree
from search.script import script_lines
from search.search import Search, SearchStatus


@dataclass(frozen=True, slots=True)
class Move:
    """A candidate of the toy policy. `left` = the goals it leaves; None = it fails."""

    tactic: str
    left: tuple[str, ...] | None
    logprob: float = -1.0
    tokens: int = 1

    @property
    def outcome(self) -> Outcome:
        if self.left is None:
            return Failed(f"{self.tactic} fails")
        return Subgoals(self.left) if self.left else Closed()


Graph = Mapping[str, Sequence[Move]]


def graph(**goals: str) -> dict[str, list[Move]]:
    """A graph from text: `graph(A="B C | - | !")` has three moves at A, leaving B and C, nothing, and failing."""
    made: dict[str, list[Move]] = {}
    for goal, text in goals.items():
        made[goal] = []
        for rank, words in enumerate(text.split("|") if text else []):
            left = None if words.strip() == "!" else tuple(words.replace("-", "").split())
            made[goal].append(Move(f"{goal}{rank}", left, logprob=-0.5 * (rank + 1)))
    return made


def offer(search: Search, node: NodeId, world: Graph) -> None:
    """Give a node its candidates if it has none."""
    if search.needs_candidates(node):
        moves = world.get(search.tree.nodes[node].key, ())
        search.offer(node, [PlainCandidate(move.tactic, move.logprob, move.tokens) for move in moves])


def expand(search: Search, node: NodeId, world: Graph, critic: Mapping[str, float] | None = None) -> tuple[NodeId, ...]:
    """One whole expansion of a node in flight; then the critic says what it thinks of the new goals it knows."""
    offer(search, node, world)
    outcome = {move.tactic: move.outcome for move in world.get(search.tree.nodes[node].key, ())}
    new = search.tell(node, [outcome[candidate.tactic] for candidate in search.take(node)])
    for each in new:
        value = (critic or {}).get(search.tree.nodes[each].key)
        if value is not None:
            search.assess(each, value)
    return new


def run(
    search: Search,
    world: Graph,
    *,
    expansions: int = 10_000,
    workers: int = 1,
    seed: int = 0,
    critic: Mapping[str, float] | None = None,
) -> Search:
    """Search until it ends or the budget is spent; with several workers, they finish in an order drawn from `seed`."""
    draw = random.Random(seed)
    flying: list[NodeId] = []
    while search.status is SearchStatus.OPEN and search.counts.expansions < expansions:
        while len(flying) < workers and (node := search.ask()) is not None:
            flying.append(node)
        expand(search, flying.pop(draw.randrange(len(flying))), world, critic)
    return search


def provable(world: Graph) -> set[str]:
    """The goals that have a proof, by the definition."""
    found: set[str] = set()
    grew = True
    while grew:
        grew = False
        for goal, moves in world.items():
            if goal not in found and any(move.left is not None and found.issuperset(move.left) for move in moves):
                found.add(goal)
                grew = True
    return found


def snapshot(search: Search) -> dict[str, Any]:
    """Everything that can be seen of a search, as JSON data."""
    return {
        "status": search.status.value,
        "nodes": [
            {
                "key": node.key,
                "status": node.status.value,
                "place": search.place(node.id).value,
                "path": [list(step) for step in search.path(node.id)],
                "logprob": round(node.logprob, 6),
                "depth": node.depth,
                "untried": len(search.work(node.id).candidates) - search.work(node.id).tried,
                "failures": [list(failure) for failure in node.failures],
                "proved_at": node.proved_at,
                "asked": search.work(node.id).handed_out_at,
            }
            for node in search.tree.nodes
        ],
        "edges": [
            {"parent": edge.parent, "tactic": edge.tactic, "children": list(edge.children), "status": edge.status.value}
            for edge in search.tree.edges
        ],
        "script": script_lines(search.proof()) if search.status is SearchStatus.PROVEN else [],
    }


def assert_sound(search: Search, proof: ProofTree) -> None:
    """Every step of the proof is an edge of the tree, and none rests on itself."""
    tree = search.tree
    stack: list[tuple[ProofTree, frozenset[NodeId]]] = [(proof, frozenset())]
    while stack:
        step, above = stack.pop()
        assert step.node not in above
        children = tuple(child.node for child in step.children)
        assert any(edge.tactic == step.tactic and edge.children == children for edge in tree.nodes[step.node].edges)
        stack.extend((child, above | {step.node}) for child in step.children)


def edges_by_tactic(search: Search) -> dict[str, Edge]:
    """The edges, by the text of their tactics."""
    return {edge.tactic: edge for edge in search.tree.edges}


def checked(search: Search) -> Search:
    """The search, after all its cached facts were compared with their definitions."""
    check(search)
    return search


GOALS = tuple("ABCDEFGHIJ")


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, list[Move]]:
    """Small dense graphs over ten goals: shared goals, cycles, dead ends and ties are the rule."""
    lefts = st.none() | st.lists(st.sampled_from(GOALS), max_size=3).map(tuple)
    made: dict[str, list[Move]] = {}
    for goal in GOALS:
        rows = draw(st.lists(st.tuples(lefts, st.sampled_from((-0.25, -0.5, -1.0, -3.0))), max_size=5))
        made[goal] = [Move(f"{goal}{rank}", left, logprob) for rank, (left, logprob) in enumerate(rows)]
    return made


orders = st.sampled_from(list(Order))
