"""Who solves a problem, behind one call: a model whose code is run, or the built-in solver; and the reward model that weighs votes.

Owns how a `SolveConfig` becomes one of them. A model that writes Python is opened only where its code can be isolated, or the user
said that it may run without.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from lean_env.pool import SessionPool
from prover.formalize.candidate import WordProblem
from prover.open_models import OpenModels
from prover.sandbox.kernel import Kernel
from prover.solve.blocks import Solution
from prover.solve.built_in import solve_built_in
from prover.solve.config import BUILT_IN, SolveConfig
from prover.solve.formats import format_for
from prover.solve.interpreters import Interpreter, LeanInterpreter, PythonInterpreter
from prover.solve.rewards import RewardModel
from prover.solve.solving import Interpreters, Solver


class Solves(Protocol):
    """Draws solutions. Calls may overlap."""

    @property
    def name(self) -> str:
        """Model and revision, or "built-in"."""
        ...

    async def solve(self, problem: WordProblem, seed: int) -> Solution:
        """One solution. Raises ModelFailed, EnvError."""
        ...


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """The built-in solver: what the fragment's grammar reads, as a Lean program that is run."""

    lean: Callable[[], Interpreter]
    clock: Callable[[], float]
    name: str = BUILT_IN

    async def solve(self, problem: WordProblem, seed: int) -> Solution:  # noqa: ARG002 - nothing is drawn
        """See Solves."""
        return await solve_built_in(problem.text, self.lean(), clock=self.clock)


@dataclass(frozen=True, slots=True)
class ModelSolver:
    """A model that writes text and code."""

    solver: Solver

    @property
    def name(self) -> str:
        """See Solves."""
        return self.solver.generator.name

    async def solve(self, problem: WordProblem, seed: int) -> Solution:
        """See Solves."""
        return await self.solver.once(problem.text, seed)


async def opened_solver(config: SolveConfig, pool: SessionPool, models: OpenModels, clock: Callable[[], float]) -> Solves:
    """Who solves, ready as long as `models` and `pool` are, whose workers run Lean programs.

    Raises EnvError with what a model needs and does not have, NoIsolation, DialectProblem.
    """

    def lean() -> LeanInterpreter:
        return LeanInterpreter(pool.lease, wall_s=config.code.wall_s)

    if not config.model.model:
        return BuiltIn(lean, clock)
    dialect = config.model.dialect_for("solve")

    async def start() -> Kernel:
        return await Kernel.start(config.code, unsafe=config.unsafe_code)

    await (await start()).close()  # no isolation is seen now, and not after the first solution
    interpreters: Interpreters = {"python": lambda: PythonInterpreter(start), "lean": lean}
    sampling, generator = config.model.sampling_in(dialect), await models.generator(config.model)
    return ModelSolver(Solver(generator, format_for(dialect), sampling, interpreters, clock, config.limits))


async def opened_reward(config: SolveConfig, models: OpenModels) -> RewardModel | None:
    """The reward model, if there is to be one. Raises EnvError, DialectProblem."""
    if not config.reward.model:
        return None
    dialect = config.reward.dialect_for("reward")
    return RewardModel(await models.generator(config.reward), dialect)
