"""Search over an AND/OR graph of opaque goals, best-first or by PUCT. Pure standard library: no async, no clock, no logging.

Begin at `search.Search`; `docs/decisions/0001-and-or-nodes.md` says what a node is and why.
"""

from search.budget import Budget, Limit, Stopped
from search.config import SearchConfig
from search.expansion import Candidate, Closed, Failed, Outcome, PlainCandidate, Subgoals
from search.frontier import Order
from search.nodes import ROOT, Edge, EdgeStatus, Failure, Node, NodeId, NodeStatus, Step
from search.proof import ProofTree
from search.scoring import Rule, Scoring
from search.script import script_lines
from search.search import Counts, Search, SearchStatus
from search.work import Place

__all__ = [
    "ROOT",
    "Search",
    "Budget",
    "Candidate",
    "Closed",
    "Counts",
    "Edge",
    "EdgeStatus",
    "Failed",
    "Failure",
    "Limit",
    "Node",
    "NodeId",
    "NodeStatus",
    "Order",
    "Outcome",
    "Place",
    "PlainCandidate",
    "ProofTree",
    "Rule",
    "Scoring",
    "SearchConfig",
    "SearchStatus",
    "Step",
    "Stopped",
    "Subgoals",
    "script_lines",
]
