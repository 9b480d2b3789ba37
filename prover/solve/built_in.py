"""Solves a problem of the fragment without a model: what was understood, a Lean program for it, what that prints, the answer.

Owns how this becomes the blocks that a model's solution has. Promises never to guess: a text that is not understood, or asks for
nothing that can be computed, is a solution without an answer whose text says why. The program's answer is not proved here.
"""

from __future__ import annotations

import re

from prover.fragment.english.wording import worded
from prover.fragment.solution.program import NotSolvable, program
from prover.fragment.understanding import NotUnderstood, understand
from prover.solve.answers import lean_answer
from prover.solve.blocks import Block, Solution
from prover.solve.interpreters import Interpreter
from prover.solve.solving import Clock

_NUMBER = re.compile(r"-?\d+")  # what else a program prints is a sentence that says why there is none


async def solve_built_in(text: str, lean: Interpreter, *, clock: Clock) -> Solution:
    """The solution, which is the same each time. `lean` runs one program and stays open. Raises EnvError if there is no Lean."""
    begun = clock()
    understood = understand(text)
    if isinstance(understood, NotUnderstood):
        place = f' (at column {understood.column}: "{understood.excerpt}")' if understood.excerpt else ""
        return _without_answer(f"I did not understand the problem: {understood.message}{place}.", clock() - begun)
    said = "\n".join([f"I understand: {worded(understood.meaning)}", *understood.notes])
    planned = program(understood.meaning)
    if isinstance(planned, NotSolvable):
        return _without_answer(f"{said}\nI have no program for it: {planned.message}.", clock() - begun)
    before = clock()
    execution = await lean.run(planned.text)
    run_seconds = clock() - before
    printed = lean_answer(execution.text)
    answer = printed if not execution.outcome and _NUMBER.fullmatch(printed) else ""
    return Solution(
        blocks=(
            Block("text", f"{said}\nHow it is computed: {planned.how}."),
            Block("code", planned.text, "lean"),
            Block("execution", execution.text, "lean", execution.outcome),
            *([Block("text", f"The answer is \\boxed{{{answer}}}.")] if answer else []),
        ),
        answer=answer,
        ending="answered" if answer else "no answer",
        seconds=clock() - begun,
        run_seconds=run_seconds,
    )


def _without_answer(why: str, seconds: float) -> Solution:
    return Solution((Block("text", why),), "", "no answer", seconds=seconds)
