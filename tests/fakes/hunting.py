"""One attempt over the toy Lean, with what must hold after every attempt, whatever happened in it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

from lean_env.statement import Statement
from prover.attempt import Attempt
from prover.config import ProveConfig
from prover.critic import NO_CRITIC, Critic
from prover.lane import Side
from prover.policy import Policy
from prover.proving import Progress, prove_statement
from search.budget import Budget
from search.config import SearchConfig
from search.invariants import check
from tests.fakes.scripted_lean import Lean
from tests.fakes.scripted_session import Shop, of_table

ENOUGH_S = 30.0  # of a wait that must end by itself; reached only by a hang


def statement(goal: str = "A", *, context: str = "", binders: str = "") -> Statement:
    return Statement("t", f"theorem t : {goal}", binders, goal, context=context)


@dataclass(slots=True)
class Hunt:
    """An attempt that can be looked at while it runs and after."""

    lean: Lean
    workers: int = 1
    negation_share: int = 0
    lookahead: int = 0
    budget: Budget = field(default_factory=Budget)
    width: int = 8
    policy: Policy | None = None
    critic: Critic = NO_CRITIC
    search: SearchConfig = field(default_factory=SearchConfig)  # but for the width
    goal: Statement = field(default_factory=statement)
    shop: Shop = field(init=False)
    sides: tuple[Side, ...] = ()
    watched: list[Progress] = field(default_factory=list[Progress])

    def __post_init__(self) -> None:
        self.shop = Shop(self.lean, self.workers)

    async def run(self) -> Attempt:
        """The attempt; then nothing is lent, no handle was left behind, and the searches are sound."""
        try:
            async with asyncio.timeout(ENOUGH_S):
                return await self._run()
        finally:
            assert self.shop.lent() == 0
            assert self.shop.handles() == 0
            for side in self.sides:
                check(side.search)
                assert side.search.counts.in_flight == 0

    async def _run(self) -> Attempt:
        def observe(sides: tuple[Side, ...]) -> None:
            self.sides = sides

        return await prove_statement(
            self.goal,
            pool=self.shop.pool,
            checker=self.shop.checker,
            policy=self.policy or of_table(self.lean),
            critic=self.critic,
            config=ProveConfig(
                budget=self.budget,
                search=replace(self.search, width=self.width),
                workers=self.workers,
                negation_share=self.negation_share,
                lookahead=self.lookahead,
            ),
            clock=self.lean.clock,
            watch=self.watched.append,
            observe=observe,
        )

    def tried(self, goal: str) -> list[str]:
        """The tactics that were run at a goal, in order, with repetitions."""
        return [tactic for at, tactic in self.lean.log if at == goal]

    def failures(self) -> dict[str, str]:
        """Tactics that the statement's search holds for failed, with the reasons."""
        return {failure.tactic: failure.reason for node in self.sides[0].search.tree.nodes for failure in node.failures}


async def until(condition: object) -> None:
    """Let other tasks run until a condition (a callable) holds."""
    assert callable(condition)
    async with asyncio.timeout(ENOUGH_S):
        while not condition():  # noqa: ASYNC110 - what a test waits for sets no event
            await asyncio.sleep(0)
