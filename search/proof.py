"""A proof as a tree, read off a graph that may have cycles.

Extraction follows, from each proven node, the edge that proved it. Every child of that edge was proven earlier
(`Node.proved_at`), so the walk goes down in time and ends, whatever cycles the graph has.
"""

from __future__ import annotations

from dataclasses import dataclass

from search.nodes import NodeId, NodeStatus
from search.tree import Tree


@dataclass(frozen=True, slots=True, eq=False)
class ProofTree:
    """Run `tactic` at the goal `node`, then prove what it left with `children`, in the order of the parts.

    `goals` is how many goals of the prover the node bundles. `steps` counts the tactics of the whole proof written out;
    a lemma used twice is one shared object that is written twice, so look at it before writing.
    """

    node: NodeId
    tactic: str
    goals: int
    children: tuple[ProofTree, ...]
    steps: int


def extract_proof(tree: Tree, node: NodeId) -> ProofTree:
    """The proof that was found of `node`. Raises ValueError if it is not proven."""
    if tree.nodes[node].status is not NodeStatus.PROVEN:
        raise ValueError(f"node {node} is {tree.nodes[node].status.value}, so there is no proof of it")
    needed, stack = {node}, [node]
    while stack:
        for child in _proving_children(tree, stack.pop()):
            if child not in needed:
                needed.add(child)
                stack.append(child)
    built: dict[NodeId, ProofTree] = {}
    for at in sorted(needed, key=lambda each: tree.nodes[each].proved_at):  # children before parents, without recursion
        proved = tree.nodes[at]
        if proved.proof is None:
            raise ValueError(f"search: internal error: node {at} is proven by nothing")
        children = tuple(built[child] for child in proved.proof.children)
        steps = 1 + sum(child.steps for child in children)
        built[at] = ProofTree(at, proved.proof.tactic, proved.goals, children, steps)
    return built[node]


def _proving_children(tree: Tree, node: NodeId) -> tuple[NodeId, ...]:
    """The subgoals of the edge that proved `node`."""
    edge = tree.nodes[node].proof
    return () if edge is None else edge.children
