"""The pieces of the AND/OR graph: nodes, edges, their statuses, and the steps of a path.

Plain records. `tree.py` alone writes to nodes and edges; everyone else reads.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

NodeId = int
ROOT: NodeId = 0


class NodeStatus(Enum):
    """A node begins UNKNOWN, may change once, then never.

    PROVEN: some edge is proven. UNPROVABLE: no way of expanding what is left can ever prove it (which says nothing
    about mathematics, only about the candidates that were offered).
    """

    UNKNOWN = "unknown"
    PROVEN = "proven"
    UNPROVABLE = "unprovable"


class EdgeStatus(Enum):
    """An edge begins LIVE. PROVEN: all children are proven. DEAD: one of them is unprovable."""

    LIVE = "live"
    PROVEN = "proven"
    DEAD = "dead"


@dataclass(slots=True, eq=False)
class Edge:
    """A tactic that worked at `parent` and left `children` (one node may occur twice). Only Tree writes to it."""

    id: int
    parent: NodeId
    tactic: str
    children: tuple[NodeId, ...]
    logprob: float
    tokens: int
    status: EdgeStatus = EdgeStatus.LIVE
    waiting: int = 0  # distinct children that are not proven


class Failure(NamedTuple):
    """A tactic that did not work at a node, and why."""

    tactic: str
    reason: str


class Step(NamedTuple):
    """One step of a path: run `tactic`, then go on with part number `part` of what it left."""

    tactic: str
    part: int


@dataclass(slots=True, eq=False)
class Node:
    """A goal, or several that share metavariables. Only Tree writes to it.

    `via` and `part` are the last step of the primary path (the best one met so far), `logprob`, `tokens` and `depth`
    its sums *when it was taken*: they are not rewritten when an ancestor finds a better path. `value` is a critic's
    opinion, 0 until it has one (`assessed`). `complete` = no edge will be added any more. `lifeline` = last edge of the
    way from the root that was last found to be alive. `cut_off` = there is no such way any more; it is set when that is
    found out, so an unset one says nothing. `proved_at` orders the proven nodes by time, from 1.
    """

    id: NodeId
    key: str
    goals: int = 1
    status: NodeStatus = NodeStatus.UNKNOWN
    complete: bool = False
    edges: list[Edge] = field(default_factory=list[Edge])
    parents: list[Edge] = field(default_factory=list[Edge])  # each edge once, in the order they appeared
    failures: list[Failure] = field(default_factory=list[Failure])
    not_dead: int = 0  # edges that are not DEAD
    lifeline: Edge | None = None
    cut_off: bool = False
    proof: Edge | None = None
    proved_at: int = 0
    via: Edge | None = None
    part: int = 0
    logprob: float = 0.0
    tokens: int = 0
    depth: int = 0
    value: float = 0.0
    assessed: bool = False
