"""Best-first search over an AND/OR graph of opaque goals. Pure standard library: no async, no clock, no logging.

Begin at `best_first.BestFirst`; `docs/decisions/0001-and-or-nodes.md` says what a node is and why.
"""

from search.agenda import Place
from search.best_first import BestFirst, Counts, SearchStatus
from search.budget import Budget, Limit, Stopped
from search.config import SearchConfig
from search.expansion import Candidate, Closed, Failed, Outcome, PlainCandidate, Subgoals
from search.frontier import Order
from search.nodes import ROOT, Edge, EdgeStatus, Failure, Node, NodeId, NodeStatus, Step
from search.proof import ProofTree
from search.scoring import Rule, Scoring
from search.script import script_lines

__all__ = [
    "ROOT",
    "BestFirst",
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
