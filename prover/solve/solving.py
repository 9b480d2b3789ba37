"""Solves a problem once: the model writes, its code runs, what came of it goes back to the model.

Read this first. `formats.py` says how blocks are written, `interpreters.py` runs code, `answers.py` finds the answer, `voting.py`
and `rewards.py` choose among samples. Promises that a sample always ends, by a limit if by nothing else, and that nothing the model
writes or its code does raises: only machinery that is broken or missing does. An answer found here is a guess; nothing is proved.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from prover.models.generator import Completion, Generated, Generator, ModelFailed, Sampling
from prover.solve.answers import answer_in, lean_answer
from prover.solve.blocks import Block, Ending, Language, Solution
from prover.solve.formats import BlockFormat
from prover.solve.interpreters import Execution, Interpreter

Clock = Callable[[], float]  # seconds, never going back
Interpreters = Mapping[Language, Callable[[], Interpreter]]  # makes a fresh one for each sample


@dataclass(frozen=True, slots=True)
class SolveLimits:
    """Of one sample.

    max_blocks    blocks of all kinds (>= 1)
    call_tokens   tokens of one completion (>= 0), 0 = as the sampling says
    total_tokens  tokens of all completions together (>= 1)
    seconds       wall clock (> 0), looked at between completions: a model and an interpreter have limits of their own
    """

    max_blocks: int = 16
    call_tokens: int = 0
    total_tokens: int = 8192
    seconds: float = 600.0

    def __post_init__(self) -> None:
        """Raises ValueError for a limit out of its range."""
        if self.max_blocks < 1 or self.call_tokens < 0 or self.total_tokens < 1 or not self.seconds > 0:
            raise ValueError("max_blocks and total_tokens are at least 1, call_tokens at least 0, seconds above 0")


@dataclass(frozen=True, slots=True)
class Solver:
    """All that solving needs beside a problem. One object serves any number of samples at once."""

    generator: Generator
    format: BlockFormat
    sampling: Sampling
    interpreters: Interpreters
    clock: Clock
    limits: SolveLimits = field(default_factory=SolveLimits)

    async def once(self, problem: str, seed: int) -> Solution:
        """One sample. Raises ModelFailed, and EnvError if code cannot be run at all."""
        sample = _Sample(self, problem, seed)
        try:
            ending = await sample.run()
        finally:
            await sample.close()
        return sample.solution(ending)


def derived_seed(seed: int, number: int) -> int:
    """The seed of sample or call `number`, below 2**31: servers take no larger ones."""
    return int.from_bytes(blake2b(f"{seed} {number}".encode(), digest_size=4).digest(), "big") >> 1


@dataclass(slots=True)
class _Sample:
    """One sample while it is made."""

    solver: Solver
    problem: str
    seed: int
    blocks: list[Block] = field(default_factory=list[Block])
    calls: int = 0
    prompt_tokens: int = 0
    output_tokens: int = 0
    logprobs: list[float | None] = field(default_factory=list[float | None])
    started: float = 0.0
    run_seconds: float = 0.0
    open: dict[Language, Interpreter] = field(default_factory=dict[Language, Interpreter])

    async def run(self) -> Ending:
        """Round after round until the model ends or a limit is met."""
        self.started = self.solver.clock()
        limits = self.solver.limits
        while True:
            if self.solver.clock() - self.started >= limits.seconds:
                return "cut off"
            if len(self.blocks) >= limits.max_blocks:
                return "too many blocks"
            if self.output_tokens >= limits.total_tokens:
                return "too long"
            completion = await self._ask()
            if completion is None:
                return "too long"
            reading = self.solver.format.read(completion.text)
            self.blocks.extend(reading.blocks)
            if not completion.complete:
                return "too long"  # whatever it ends in the middle of: half a program is not run
            if reading.blocks and reading.blocks[-1].kind == "code":
                outcome = await self._execute(reading.blocks[-1])
                if not outcome and self.solver.format.answers_by_running:
                    return self._ended()
            elif reading.ended:
                return self._ended()

    async def close(self) -> None:
        """End the interpreters."""
        await asyncio.gather(*(each.close() for each in self.open.values()))

    def solution(self, ending: Ending) -> Solution:
        """What it came to."""
        known = [each for each in self.logprobs if each is not None]
        return Solution(
            blocks=tuple(self.blocks),
            answer=self._answer(),
            ending=ending,
            prompt_tokens=self.prompt_tokens,
            output_tokens=self.output_tokens,
            logprob=sum(known) if len(known) == len(self.logprobs) else None,
            seconds=self.solver.clock() - self.started,
            run_seconds=self.run_seconds,
        )

    async def _ask(self) -> Completion | None:
        """The next completion; None if the prompt has no room for one."""
        limits = self.solver.limits
        room = limits.total_tokens - self.output_tokens
        tokens = min(limits.call_tokens or self.solver.sampling.max_tokens, room)
        seed = derived_seed(self.seed, self.calls)
        sampling = replace(self.solver.sampling, samples=1, beams=False, max_tokens=tokens, seed=seed, stop=self.solver.format.stop)
        self.calls += 1
        generated = await self.solver.generator.generate([self.solver.format.prompt(self.problem, self.blocks)], sampling)
        return self._counted(generated)

    def _counted(self, generated: Sequence[Generated]) -> Completion | None:
        if len(generated) != 1:
            raise ModelFailed(f"{self.solver.generator.name} gave {len(generated)} answers to one prompt")
        self.prompt_tokens += generated[0].prompt_tokens
        self.output_tokens += generated[0].output_tokens
        if not generated[0].completions:
            return None
        completion = generated[0].completions[0]
        self.logprobs.append(completion.logprob)
        return completion

    async def _execute(self, code: Block) -> str:
        """Run a code block and add what came of it. Says how it ended."""
        before = self.solver.clock()
        execution = await self._executed(code)
        self.run_seconds += self.solver.clock() - before
        self.blocks.append(Block("execution", execution.text, code.language, execution.outcome))
        return execution.outcome

    async def _executed(self, code: Block) -> Execution:
        make = self.solver.interpreters.get(code.language)
        if make is None:
            known = ", ".join(sorted(self.solver.interpreters)) or "none"
            return Execution(f"there is no interpreter for this code; there are: {known}", "refused")
        if code.language not in self.open:
            self.open[code.language] = make()
        return await self.open[code.language].run(code.content)

    def _ended(self) -> Ending:
        return "answered" if self._answer() else "no answer"

    def _answer(self) -> str:
        """What the last program printed, in formats where that is the answer; else what the last text that gives one says."""
        last = self.blocks[-1] if self.blocks else None
        if self.solver.format.answers_by_running and last and last.kind == "execution" and not last.outcome:
            return lean_answer(last.content)
        said = (answer_in(block.content) for block in reversed(self.blocks) if block.kind == "text")
        return next((answer for answer in said if answer), "")
