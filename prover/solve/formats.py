"""How solutions in blocks are written for a model family, and read from what it writes.

Owns the contract of a format and what all of them share; each family's file has its grammar. What opens a prompt (system turn,
template, the turn after a program ran) is the dialect's. Promises that only the model writes turns of the model: output of code
goes through `marks.neutral`, and an execution that a model writes itself is never read as one. Runs nothing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from prover.models.dialect import Dialect
from prover.models.dialect_file import DialectProblem
from prover.models.dialect_words import Round
from prover.models.generator import Prompt, Turn
from prover.solve.blocks import Block
from prover.solve.marks import neutral


@dataclass(frozen=True, slots=True)
class Reading:
    """What one completion adds: at most one code block, and nothing behind it. `ended`: the model has no more to say."""

    blocks: tuple[Block, ...]
    ended: bool


@dataclass(frozen=True, slots=True)
class BlockFormat(ABC):
    """The grammar of blocks of one model family, for one of its dialects.

    `name` is by which it is known: mathcoder, lagent, fenced, program. `answers_by_running`: a program that ran well ends the
    solution, and the answer is what it printed, not what the model says.
    """

    dialect: Dialect

    name: ClassVar[str]
    answers_by_running: ClassVar[bool] = False

    @property
    def stop(self) -> tuple[str, ...]:
        """Texts at which the model is to be stopped: the dialect's."""
        return self.dialect.file.stop

    def prompt(self, problem: str, blocks: Sequence[Block]) -> Prompt:
        """What the model is given to go on after these blocks; () = from the start."""
        return _prompt_in(self.dialect, problem, blocks, self.render)

    @abstractmethod
    def read(self, text: str) -> Reading:
        """What a completion adds, whatever its marks look like. A code block is not empty, an execution is never in it."""

    @abstractmethod
    def render(self, blocks: Sequence[Block]) -> str:
        """Blocks as the family writes them, executions made neutral."""

    @abstractmethod
    def parse(self, text: str) -> tuple[Block, ...]:
        """The blocks of a whole transcript, executions included: the inverse of `render` where no content holds a mark."""


def format_for(dialect: Dialect) -> BlockFormat:
    """The format of a dialect for the task solve, by its `marks`; else DialectProblem.

    Fences in a dialect that has no turn for what a program came to mean that the program's output is the answer.
    """
    from prover.solve.fenced import Fenced, Program
    from prover.solve.lagent import Lagent
    from prover.solve.mathcoder import MathCoder

    match dialect.file.marks:
        case "mathcoder":
            return MathCoder(dialect)
        case "lagent":
            return Lagent(dialect)
        case "fenced":
            return Fenced(dialect) if dialect.converses else Program(dialect)
        case "":
            raise DialectProblem(f"the dialect {dialect.id} is for the task {dialect.task}, and solving needs one for solve")


def _prompt_in(dialect: Dialect, problem: str, blocks: Sequence[Block], render: Callable[[Sequence[Block]], str]) -> Prompt:
    """The prompt that goes on after blocks. The problem comes from outside too: its marks are made neutral.

    A raw dialect is shown the text so far. In a conversation each execution is a turn: the dialect's if it has one for that, else
    as the format renders it.
    """
    fields = {"problem": neutral(problem)}
    if dialect.endpoint == "raw":
        return dialect.render({**fields, "solution": render(blocks)})
    rounds, rest = _rounds(blocks, render)
    if dialect.converses:
        prompt = dialect.render(fields, rounds=[Round(written, neutral(run.content), run.outcome) for written, run in rounds])
        return Prompt(turns=prompt.turns, prefill=prompt.prefill + rest)
    opening = dialect.render(fields)
    turns = [turn for written, run in rounds for turn in (Turn("assistant", written), Turn("user", render([run]).strip("\n")))]
    return Prompt(turns=(*opening.turns, *turns), prefill=opening.prefill + rest)


def _rounds(blocks: Sequence[Block], render: Callable[[Sequence[Block]], str]) -> tuple[list[tuple[str, Block]], str]:
    """What was written before each execution, with that; and what was written since."""
    rounds: list[tuple[str, Block]] = []
    said: list[Block] = []
    for block in blocks:
        if block.kind == "execution":
            rounds.append((render(said).strip("\n"), block))
            said = []
        else:
            said.append(block)
    return rounds, render(said)
