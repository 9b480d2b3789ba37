"""Who solves, by the options: that the limits of code hold for the built-in solver's programs too."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import cast

from lean_env.messages import Message, Ran
from lean_env.pool import SessionPool
from prover.formalize.candidate import WordProblem
from prover.open_models import open_models
from prover.sandbox.outcomes import Limits
from prover.solve.config import BUILT_IN, SolveConfig
from prover.solve.solvers import opened_solver


class Session:
    """A worker on which every program prints 1."""

    def __init__(self) -> None:
        self.soft_ms: list[int] = []

    async def run(self, source: str, env: int, *, soft_ms: int) -> Ran:
        assert source
        assert env == 0
        self.soft_ms.append(soft_ms)
        return Ran(1, (Message("information", "1"),))

    async def free(self, *, envs: list[int]) -> None:
        assert envs == [1]


async def test_a_program_of_the_built_in_solver_has_the_seconds_of_the_options() -> None:
    session = Session()

    @asynccontextmanager
    async def lease() -> AsyncGenerator[Session]:
        yield session

    pool = cast("SessionPool", SimpleNamespace(lease=lease))
    async with open_models(lambda _: None) as models:
        solver = await opened_solver(SolveConfig(code=Limits(wall_s=2.5)), pool, models, lambda: 0.0)
        solution = await solver.solve(WordProblem("p", "What is the remainder when 2003 is divided by 11?"), 0)
    assert (solver.name, solution.answer) == (BUILT_IN, "1")
    assert session.soft_ms == [2500]
