"""A search as the page that `--tree` writes."""

from __future__ import annotations

from collections.abc import Sequence

from prover.attempt import Attempt
from prover.lane import Side
from prover.tree_page import PageEdge, PageNode, Status, TreePage, render_page
from search.nodes import EdgeStatus, Node, NodeStatus

MAX_NODES = 5000  # the page stays quick up to here; the nodes met first are kept
_EDGE_STATUS: dict[EdgeStatus, Status] = {EdgeStatus.LIVE: "open", EdgeStatus.PROVEN: "proved", EdgeStatus.DEAD: "dead"}


def search_page(attempt: Attempt, sides: Sequence[Side]) -> str:
    """The HTML page of an attempt: of the search that ended it, or of the statement's own if none did."""
    side = next((s for s in sides if attempt.verdict and s.statement.digest == attempt.verdict.challenge.digest), sides[0])
    effort = attempt.effort
    facts = (
        ("tier", attempt.verdict.tier.value if attempt.verdict else "none"),
        ("seconds", f"{effort.seconds:.1f}"),
        ("expansions", str(effort.expansions)),
        ("steps", str(effort.steps)),
        ("nodes", str(len(side.search.tree.nodes))),
    )
    nodes = tuple(_node(side, node) for node in side.search.tree.nodes[:MAX_NODES])
    return render_page(
        TreePage(
            title=attempt.statement.name,
            statement=side.statement.signature,
            outcome=attempt.outcome.name,
            facts=facts,
            proof=attempt.proof or None,
            nodes=nodes,
        )
    )


def _node(side: Side, node: Node) -> PageNode:
    edges = tuple(
        PageEdge(edge.tactic, edge.logprob, _EDGE_STATUS[edge.status], edge.children, "")
        for edge in node.edges
        if all(child < MAX_NODES for child in edge.children)
    )
    work = side.search.work(node.id)
    ranks = {candidate.tactic: candidate.logprob for candidate in work.candidates}
    failed = tuple(
        PageEdge(failure.tactic, ranks.get(failure.tactic, 0.0), "failed", (), failure.reason) for failure in node.failures
    )
    goals = tuple(goal.text for goal in side.goals_of(node.id))
    return PageNode(node.id, goals, _status(node), node.depth, side.search.priority(node.id), edges + failed)


def _status(node: Node) -> Status:
    if node.status is NodeStatus.PROVEN:
        return "proved"
    if node.status is NodeStatus.UNPROVABLE:
        return "dead"
    return "open" if node.edges or node.failures else "waiting"
