"""What the search itself costs: milliseconds per expansion of 8 candidates, with no Lean and no policy.

    python benchmarks/search_bookkeeping.py [--expansions 20000]

The tree is synthetic and repeatable: of 8 tactics some fail, most leave one goal, some two, and one goal in ten was met
before, so merging, re-ranking, conjunctions and dead ends are all exercised. The clock runs around ask, offer, take and
tell alone; making the answers is not counted. The budget is 0.3 ms.
"""

from __future__ import annotations

import argparse
import random
from dataclasses import dataclass
from time import perf_counter

from search.best_first import BestFirst, SearchStatus
from search.config import SearchConfig
from search.expansion import Candidate, Failed, Outcome, PlainCandidate, Subgoals
from search.frontier import Order

WIDTH = 8
OFFERED = 60  # candidates per goal, of which the search takes 8 at a time
BUDGET_MS = 0.3


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: its size, and the time spent inside the search."""

    expansions: int
    nodes: int
    depth: int
    ms_per_expansion: float


class World:
    """Answers drawn from a seeded generator."""

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed)
        self._met = ["root"]

    def candidates(self) -> list[Candidate]:
        """A policy's list, best first."""
        logprobs = sorted((-self._draw.expovariate(0.5) for _ in range(OFFERED)), reverse=True)
        return [PlainCandidate(f"tactic {rank}", logprob, 5) for rank, logprob in enumerate(logprobs)]

    def outcome(self) -> Outcome:
        """What one tactic does: 40 % fail, 45 % leave one goal, 15 % two."""
        luck = self._draw.random()
        if luck < 0.4:
            return Failed("tactic failed")
        return Subgoals(tuple(self._goal() for _ in range(1 if luck < 0.85 else 2)))

    def _goal(self) -> str:
        """A goal, now and then one that was met before."""
        if self._draw.random() < 0.1:
            return self._draw.choice(self._met)
        self._met.append(f"goal {len(self._met)}")
        return self._met[-1]


def measure(expansions: int, order: Order, seed: int = 0) -> Measured:
    """Expand `expansions` goals and time the search's part of it."""
    world = World(seed)
    search = BestFirst("root", SearchConfig(width=WIDTH, order=order))
    spent = 0.0
    while search.counts.expansions < expansions and search.status is SearchStatus.OPEN:
        candidates = world.candidates()
        outcomes = [world.outcome() for _ in range(WIDTH)]
        began = perf_counter()
        node = search.ask()
        if node is None:
            break
        if search.needs_candidates(node):
            search.offer(node, candidates)
        taken = search.take(node)
        search.tell(node, outcomes[: len(taken)])
        spent += perf_counter() - began
    counts = search.counts
    return Measured(counts.expansions, counts.nodes, counts.depth, 1000 * spent / counts.expansions)


def main() -> None:
    """Print one line per order, and how much of the budget each takes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--expansions", type=int, default=20_000)
    expansions = parser.parse_args().expansions
    print(f"{'order':8} {'expansions':>10} {'nodes':>8} {'depth':>6} {'ms/expansion':>13} {'of budget':>10}")
    for order in Order:
        got = measure(expansions, order)
        share = got.ms_per_expansion / BUDGET_MS
        print(f"{order.value:8} {got.expansions:10} {got.nodes:8} {got.depth:6} {got.ms_per_expansion:13.4f} {share:10.0%}")


if __name__ == "__main__":
    main()
