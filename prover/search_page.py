"""A search as something to look at: the page that `--tree` writes, and the nodes that a run keeps of each attempt.

Owns which nodes are shown when there are too many. What is cut is cut so that the rest is still a tree: every child that an edge
names is there, and every node can be reached from the root.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from prover.attempt import Attempt
from prover.lane import Side
from prover.tree_page import PageEdge, PageNode, Status, TreePage, render_page
from search.nodes import ROOT, Edge, EdgeStatus, Node, NodeId, NodeStatus
from search.search import SearchStatus

MAX_NODES = 5000  # the page stays quick up to here
KEPT_FAILURES = 8  # of each node in a record: a run keeps thousands of trees, and most tactics of most nodes failed
KEPT_MESSAGE = 160  # letters of what Lean said about each
KEPT_GOAL = 4000  # letters of each goal
_EDGE_STATUS: dict[EdgeStatus, Status] = {EdgeStatus.LIVE: "open", EdgeStatus.PROVEN: "proved", EdgeStatus.DEAD: "dead"}


def search_page(attempt: Attempt, sides: Sequence[Side]) -> str:
    """The HTML page of an attempt: of the search that ended it, or of the statement's own if none did."""
    side = _side(attempt, sides)
    effort = attempt.effort
    facts = (
        ("tier", attempt.verdict.tier.value if attempt.verdict else "none"),
        ("seconds", f"{effort.seconds:.1f}"),
        ("expansions", str(effort.expansions)),
        ("steps", str(effort.steps)),
        ("nodes", str(len(side.search.tree.nodes))),
    )
    return render_page(
        TreePage(
            title=attempt.statement.name,
            statement=side.statement.signature,
            outcome=attempt.outcome.name,
            facts=facts,
            proof=attempt.proof or None,
            nodes=tuple(_page_nodes(side, MAX_NODES)),
        )
    )


def tree_nodes(attempt: Attempt, sides: Sequence[Side], limit: int) -> tuple[list[dict[str, Any]], int]:
    """At most `limit` nodes of the same search for a `TreeRecord`, root first, and how many were left out.

    Each is a `PageNode` as JSON has it. Those of the proof are kept before any other, then those met first; of a node's failures
    only the first, and only the beginning of what Lean said. Without a search there are none.
    """
    if not sides:
        return [], 0
    side = _side(attempt, sides)
    nodes = [_trimmed(node) for node in _page_nodes(side, limit)]
    return msgspec.json.decode(msgspec.json.encode(nodes)), len(side.search.tree.nodes) - len(nodes)


def _side(attempt: Attempt, sides: Sequence[Side]) -> Side:
    return next((s for s in sides if attempt.verdict and s.statement.digest == attempt.verdict.challenge.digest), sides[0])


def _page_nodes(side: Side, limit: int) -> Iterator[PageNode]:
    kept = _kept(side, limit)
    return (_node(side, side.search.tree.nodes[node], kept) for node in sorted(kept))


def _kept(side: Side, limit: int) -> set[NodeId]:
    """Which nodes are shown: the root and, as long as there is room, all children of an edge or none."""
    if limit < 1:
        return set()
    kept = {ROOT}
    for edge in _in_order_of_interest(side):
        fresh = set(edge.children) - kept
        if edge.parent in kept and len(kept) + len(fresh) <= limit:
            kept |= fresh
    return kept


def _in_order_of_interest(side: Side) -> Iterable[Edge]:
    """The edges of the proof from the root down, then all as they were met, in which a parent comes before its children, too."""
    tree = side.search.tree
    if side.search.status is SearchStatus.PROVEN:
        seen: set[NodeId] = {ROOT}
        level: list[NodeId] = [ROOT]
        while level:
            edges = [edge for node in level if (edge := tree.nodes[node].proof) is not None]
            yield from edges
            level = list(dict.fromkeys(child for edge in edges for child in edge.children if child not in seen))
            seen.update(level)
    yield from tree.edges


def _node(side: Side, node: Node, kept: set[NodeId]) -> PageNode:
    edges = tuple(
        PageEdge(edge.tactic, edge.logprob, _EDGE_STATUS[edge.status], edge.children, "")
        for edge in node.edges
        if kept.issuperset(edge.children)
    )
    work = side.search.work(node.id)
    ranks = {candidate.tactic: candidate.logprob for candidate in work.candidates}
    failed = tuple(
        PageEdge(failure.tactic, ranks.get(failure.tactic, 0.0), "failed", (), failure.reason) for failure in node.failures
    )
    goals = tuple(goal.text for goal in side.goals_of(node.id))
    return PageNode(node.id, goals, _status(node), node.depth, side.search.priority(node.id), edges + failed)


def _trimmed(node: PageNode) -> PageNode:
    failed = [edge for edge in node.edges if edge.status == "failed"]
    shown = [replace(edge, message=_beginning(edge.message, KEPT_MESSAGE)) for edge in failed[:KEPT_FAILURES]]
    if len(failed) > KEPT_FAILURES:
        shown.append(PageEdge(f"… and {len(failed) - KEPT_FAILURES} more", failed[KEPT_FAILURES].logprob, "failed", (), ""))
    goals = tuple(_beginning(goal, KEPT_GOAL) for goal in node.goals)
    return replace(node, goals=goals, edges=(*(edge for edge in node.edges if edge.status != "failed"), *shown))


def _beginning(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1]}…"


def _status(node: Node) -> Status:
    if node.status is NodeStatus.PROVEN:
        return "proved"
    if node.status is NodeStatus.UNPROVABLE:
        return "dead"
    return "open" if node.edges or node.failures else "waiting"
