from __future__ import annotations

import pytest

from lean_env.pool import SessionPool
from prover.solve.blocks import Language, Solution
from prover.solve.built_in import solve_built_in
from prover.solve.interpreters import Execution, LeanInterpreter
from tests.fakes.scripted_lean import Clock


class Says:
    """An interpreter that answers one thing, and takes seven seconds for it."""

    language: Language = "lean"

    def __init__(self, execution: Execution) -> None:
        self.execution = execution
        self.clock = Clock()
        self.ran: list[str] = []

    async def run(self, code: str) -> Execution:
        self.clock.now += 7
        self.ran.append(code)
        return self.execution

    async def close(self) -> None:
        raise AssertionError("it is not ours to close")


async def solved(text: str, execution: Execution) -> Solution:
    says = Says(execution)
    return await solve_built_in(text, says, clock=says.clock)


REMAINDER = "What is the remainder when 2003 is divided by 11?"


async def test_the_blocks_of_a_solution() -> None:
    solution = await solved(REMAINDER, Execution("1"))
    assert [(block.kind, block.language) for block in solution.blocks] == [
        ("text", ""),
        ("code", "lean"),
        ("execution", "lean"),
        ("text", ""),
    ]
    assert "2003" in solution.blocks[0].content
    assert "2003 % 11" in solution.blocks[1].content
    assert (solution.answer, solution.ending) == ("1", "answered")
    assert (solution.seconds, solution.run_seconds) == (7.0, 7.0)


@pytest.mark.parametrize(
    "execution",
    [
        Execution("no value satisfies what is given"),
        Execution("1", "error"),
        Execution("", "lost"),
        Execution("more than one: 1 and 2"),
    ],
)
async def test_what_is_no_number_is_no_answer(execution: Execution) -> None:
    solution = await solved(REMAINDER, execution)
    assert (solution.answer, solution.ending, len(solution.blocks)) == ("", "no answer", 3)
    assert solution.blocks[2].outcome == execution.outcome


@pytest.mark.parametrize(
    ("text", "why"),
    [("How blue is the king?", "did not understand"), ("", "empty"), ("Show that 2 divides n^2 + n.", "asks for no number")],
)
async def test_what_cannot_be_computed_is_said(text: str, why: str) -> None:
    solution = await solved(text, Execution("5"))
    assert (solution.answer, solution.ending) == ("", "no answer")
    [block] = solution.blocks
    assert why in block.content


@pytest.mark.lean
@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (f"{REMAINDER} Show that it is 7.", "1"),  # the answer of the text is not looked at
        ("What is the greatest common divisor of 84 and 120?", "12"),
        ("If 3x + 5 = 20, what is x?", "5"),
        ("If x is an integer and 2x = 7, what is x?", ""),
        ("If x^2 = 9, what is x?", ""),
        ("Tom has 5 apples. He buys 7 more. How many apples does he have?", "12"),
    ],
)
async def test_with_lean(lean_pool: SessionPool, text: str, answer: str) -> None:
    assert (await solve_built_in(text, LeanInterpreter(lean_pool.lease), clock=Clock())).answer == answer
