"""Long random walks with many workers: the tangles that short, minimal examples do not reach.

Seeded and so repeatable. `test_machine.py` shrinks what it finds; this one goes further.
"""

from __future__ import annotations

import random
from collections import Counter

import pytest

from search.config import SearchConfig
from search.events import Event
from search.expansion import Closed, Failed, Outcome, PlainCandidate, Subgoals
from search.frontier import Order
from search.invariants import check
from search.nodes import NodeId, NodeStatus
from search.proof import extract_proof
from search.scoring import Rule, Scoring
from search.search import Search
from search.trace import replay
from tests.search.toy import assert_sound, snapshot

GOALS = tuple("ABCDEFGHIJKLMNOPQRSTUVWX")
STEPS = 200


class Walk:
    """One careless caller, driven by a seed."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.closing = self.draw.choice((0.0, 0.03, 0.1))  # how many tactics close their goal
        self.failing = self.draw.choice((0.1, 0.3, 0.6))
        self.events: list[Event] = []
        config = SearchConfig(
            width=self.draw.randint(1, 4),
            scoring=Scoring(self.draw.choice(list(Rule)), alpha=self.draw.choice((0.0, 0.5, 2.0))),
            order=self.draw.choice(list(Order)),
            max_depth=self.draw.choice((0, 0, 3, 6)),
        )
        self.search = Search("A", config, self.events.append)
        self.flying: dict[NodeId, int] = {}

    def outcome(self) -> Outcome:
        luck = self.draw.random()
        if luck < self.failing:
            return Failed("no")
        if luck < self.failing + self.closing:
            return Closed()
        return Subgoals(tuple(self.draw.choice(GOALS) for _ in range(self.draw.choice((1, 1, 1, 2, 2, 3)))))

    def step(self) -> None:
        """One legal call, and some that go with it."""
        call = self.draw.choice(("ask", "work", "work", "work", "release", "assess"))
        if call == "ask" or not self.flying:
            node = self.search.ask()
            if node is not None:
                self.flying[node] = 0
        elif call == "work":
            self.work(self.draw.choice(sorted(self.flying)))
        elif call == "release" and self.draw.random() < 0.5:
            node = self.draw.choice(sorted(self.flying))
            del self.flying[node]
            self.search.release(node)
        elif call == "assess":
            self.search.assess(self.draw.randrange(len(self.search.tree.nodes)), self.value())

    def value(self) -> float:
        """A critic's opinion."""
        value = self.draw.choice((-2.0, 0.0, 0.25, 1.0))
        return max(value, 0.0) if self.search.config.order is Order.PUCT else value

    def work(self, node: NodeId) -> None:
        """Take, or tell what came of what was taken."""
        if self.flying[node]:
            count = self.flying.pop(node)
            self.search.tell(node, [self.outcome() for _ in range(self.draw.randint(min(1, count), count))])
            return
        if self.search.needs_candidates(node):
            count = self.draw.choice((0, 1, 2, 3, 5, 8))
            logprobs = sorted((self.draw.choice((-0.1, -0.5, -1.0, -3.0)) for _ in range(count)), reverse=True)
            self.search.offer(node, [PlainCandidate(f"{node}.{rank}", each) for rank, each in enumerate(logprobs)])
        self.flying[node] = len(self.search.take(node))
        if not self.flying[node]:
            del self.flying[node]
            self.search.tell(node, [])


@pytest.mark.parametrize("first", range(0, 160, 20))
def test_every_fact_holds_all_the_way(first: int) -> None:
    reached: Counter[str] = Counter()
    for seed in range(first, first + 20):
        walk = Walk(seed)
        decided: dict[NodeId, NodeStatus] = {}
        for _ in range(STEPS):
            walk.step()
            check(walk.search)
            for node, status in decided.items():
                assert walk.search.tree.nodes[node].status is status
            decided = {node.id: node.status for node in walk.search.tree.nodes if node.status is not NodeStatus.UNKNOWN}
        for node, status in decided.items():
            if status is NodeStatus.PROVEN:
                assert_sound(walk.search, extract_proof(walk.search.tree, node))
        assert snapshot(replay(walk.events)) == snapshot(walk.search)
        reached.update(seen(walk.search))
    assert all(reached[name] for name in ("open", "proven", "exhausted", "irrelevant", "dead", "merged", "cycles"))


def seen(search: Search) -> Counter[str]:
    """What there is to be seen at the end of a walk; a walk through nothing tests nothing."""
    tree = search.tree
    return Counter(
        [search.status.value]
        + [search.place(node.id).value for node in tree.nodes]
        + [edge.status.value for edge in tree.edges]
        + ["merged" for node in tree.nodes if len(node.parents) > 1]
        + ["cycles" for edge in tree.edges for child in edge.children if tree.passes_through(edge.parent, child)]
    )
