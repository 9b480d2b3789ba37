"""What the search itself costs: milliseconds per expansion of 8 candidates, with no Lean and no policy.

    python benchmarks/search_bookkeeping.py [--expansions 20000]

Two synthetic and repeatable worlds. In the open one, a policy offers 60 candidates, four of ten fail, and one goal in ten
was met before. In the tangled one it offers 16, most fail, and every other goal was met before, so goals die, regions are
cut off and come back. Processor time of ask, offer, take and tell alone is counted, not that of making the
answers, and not that of whoever shares the machine. The budget is 0.3 ms. PUCT may go over it: its walks visit every goal
on their way, so it costs what the tree is deep, and who chooses it has a policy that takes a hundred times as long.
"""

from __future__ import annotations

import argparse
import random
from dataclasses import dataclass
from time import process_time

from search.config import SearchConfig
from search.expansion import Candidate, Failed, Outcome, PlainCandidate, Subgoals
from search.frontier import Order
from search.search import Search, SearchStatus

WIDTH = 8
BUDGET_MS = 0.3


@dataclass(frozen=True, slots=True)
class Kind:
    """What a world is like: candidates offered per goal, and the shares of tactics and goals."""

    name: str
    offered: int
    fail: float
    split: float
    met: float  # goals that were met before, among the latest `recent`
    recent: int


KINDS = (Kind("open", 60, 0.4, 0.15, 0.1, 10**9), Kind("tangled", 16, 0.85, 0.05, 0.5, 200))


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: its size, and the time spent inside the search."""

    expansions: int
    nodes: int
    depth: int
    ms_per_expansion: float


class World:
    """Answers drawn from a seeded generator."""

    def __init__(self, kind: Kind, seed: int) -> None:
        self._kind = kind
        self._draw = random.Random(seed)
        self._met = ["root"]

    def candidates(self) -> list[Candidate]:
        """A policy's list, best first."""
        logprobs = sorted((-self._draw.expovariate(0.5) for _ in range(self._kind.offered)), reverse=True)
        return [PlainCandidate(f"tactic {rank}", logprob, 5) for rank, logprob in enumerate(logprobs)]

    def outcome(self) -> Outcome:
        """What one tactic does."""
        luck = self._draw.random()
        if luck < self._kind.fail:
            return Failed("tactic failed")
        return Subgoals(tuple(self._goal() for _ in range(2 if luck > 1 - self._kind.split else 1)))

    def _goal(self) -> str:
        """A goal, now and then one that was met before."""
        if self._draw.random() < self._kind.met:
            return self._met[self._draw.randrange(max(0, len(self._met) - self._kind.recent), len(self._met))]
        self._met.append(f"goal {len(self._met)}")
        return self._met[-1]


def measure(kind: Kind, order: Order, expansions: int, seed: int = 3) -> Measured:
    """Expand `expansions` goals and time the search's part of it."""
    world = World(kind, seed)
    search = Search("root", SearchConfig(width=WIDTH, order=order))
    spent = 0.0
    while search.counts.expansions < expansions and search.status is SearchStatus.OPEN:
        candidates = world.candidates()
        outcomes = [world.outcome() for _ in range(WIDTH)]
        began = process_time()
        node = search.ask()
        if node is None:
            break
        if search.needs_candidates(node):
            search.offer(node, candidates)
        taken = search.take(node)
        search.tell(node, outcomes[: len(taken)])
        spent += process_time() - began
    counts = search.counts
    return Measured(counts.expansions, counts.nodes, counts.depth, 1000 * spent / counts.expansions)


def main() -> None:
    """Print one line per world and order, and how much of the budget each takes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--expansions", type=int, default=20_000)
    expansions = parser.parse_args().expansions
    print(f"{'world':8} {'order':8} {'expansions':>10} {'nodes':>8} {'depth':>6} {'ms/expansion':>13} {'of budget':>10}")
    for kind in KINDS:
        for order in Order:
            got = measure(kind, order, expansions)
            size = f"{got.expansions:10} {got.nodes:8} {got.depth:6}"
            cost = f"{got.ms_per_expansion:13.4f} {got.ms_per_expansion / BUDGET_MS:10.0%}"
            print(f"{kind.name:8} {order.value:8} {size} {cost}")


if __name__ == "__main__":
    main()
