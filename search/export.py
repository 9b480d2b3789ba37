"""The graph of a search for other tools: networkx, and from there GraphML, pyvis and the like.

Reads a search and writes nothing. networkx is imported when it is needed and is no dependency.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from search.search import Search


def to_networkx(search: Search) -> Any:
    """A `networkx.DiGraph` with one node per goal (its int id) and one per tactic edge (`"t0"`, `"t1"`, ...).

    Goals carry key, status, place, depth, logprob, value; tactics carry tactic, status, logprob. Arcs go goal -> tactic
    and tactic -> subgoal, the latter with `parts` as text ("0 2": the goal is parts 0 and 2). Raises ImportError
    without networkx.
    """
    graph = import_module("networkx").DiGraph()  # here, because only this function needs it
    for node in search.tree.nodes:
        graph.add_node(
            node.id,
            kind="goal",
            key=node.key,
            status=node.status.value,
            place=search.place(node.id).value,
            depth=node.depth,
            logprob=node.logprob,
            value=node.value,
        )
    for edge in search.tree.edges:
        name = f"t{edge.id}"
        graph.add_node(name, kind="tactic", tactic=edge.tactic, status=edge.status.value, logprob=edge.logprob)
        graph.add_edge(edge.parent, name)
        for child in dict.fromkeys(edge.children):
            parts = " ".join(str(part) for part, each in enumerate(edge.children) if each == child)
            graph.add_edge(name, child, parts=parts)
    return graph
