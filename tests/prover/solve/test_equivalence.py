from __future__ import annotations

import asyncio
import itertools

import pytest

from lean_env.errors import EnvError
from prover.solve.equivalence import AnswerGroups, Comparer, decided
from tests.fakes.kernels import Kernels

SAME = [
    ("1,000", "1000"),
    ("1/2", "0.5"),
    ("1/2", r"\frac{1}{2}"),
    ("x=5", "5"),
    (r"\sqrt{2}/2", r"1/\sqrt{2}"),
    ("sqrt(2)/2", r"\frac{\sqrt{2}}{2}"),
    ("3 apples", "3"),
    ("$18", "18"),
    ("12 ", "12.0"),
    ("50%", "50"),
    ("A", "(A)"),
    (r"\text{East}", "east"),
    ("{1,2}", r"\{2,1\}"),
    ("(1,2)", "1,2"),
    ("x=1, x=2", "2,1"),
    (r"\begin{pmatrix}1\\2\end{pmatrix}", r"\begin{bmatrix}1\\2\end{bmatrix}"),
    ("x^2+2x+1", "(x+1)^2"),
    ("2^{10}", "1024"),
    (r"3 \times 10^2", "300"),
    ("3+4i", "4i+3"),
]
DIFFERENT = [
    ("", ""),
    ("", "0"),
    (" ", "5"),
    ("50%", "0.5"),
    ("1/3", "0.333"),
    ("1000000000000000000001", "1000000000000000000000"),
    ("A", "B"),
    ("A", "Albert"),
    ("A", "A and B"),
    ("yes", "sey"),
    ("(1,2)", "(2,1)"),
    ("[1,2)", "[1,2]"),
    (r"\infty", r"-\infty"),
    ("x", "y"),
    ("5", "x^2"),
    (r"\frac{", "5"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
async def test_the_same_answer_written_twice(one: str, other: str) -> None:
    comparer = Comparer(Kernels())
    assert await comparer.equivalent(one, other)
    assert await comparer.equivalent(other, one)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
async def test_different_answers(one: str, other: str) -> None:
    comparer = Comparer(Kernels())
    assert not await comparer.equivalent(one, other)
    assert not await comparer.equivalent(other, one)


async def test_reflexive_and_symmetric_on_a_pool() -> None:
    pool = sorted({answer for pair in SAME + DIFFERENT for answer in pair if answer.strip()})
    comparer = Comparer(Kernels())
    for answer in pool:
        assert await comparer.equivalent(answer, answer)
    for one, other in itertools.combinations(pool[::2], 2):
        assert await comparer.equivalent(one, other) == await comparer.equivalent(other, one)


async def test_plain_numbers_and_words_need_no_process() -> None:
    kernels = Kernels()
    comparer = Comparer(kernels)
    assert await comparer.equivalent("1,000", "1000")
    assert not await comparer.equivalent("A", "12")
    assert kernels.started == []


def is_bomb(code: str) -> str:
    return "wall" if "9^{9^{9}}" in code else ""


async def test_a_bomb_is_equal_to_nothing_and_costs_one_kernel() -> None:
    kernels = Kernels(is_bomb)
    comparer = Comparer(kernels)
    for other in (r"\pi", r"2\pi", r"3\pi"):
        assert not await comparer.equivalent("9^{9^{9}}", other)
    assert comparer.unfinished == 1
    assert await comparer.equivalent(r"\pi+\pi", r"2\pi")
    assert len(kernels.started) == 2
    await comparer.close()
    assert all(kernel.closed for kernel in kernels.started)


async def test_a_comparison_that_kills_though_neither_answer_does() -> None:
    kernels = Kernels(lambda code: "memory" if r"same('\\pi'" in code and "tau" in code else "")
    comparer = Comparer(kernels)
    assert not await comparer.equivalent(r"\pi", r"\tau")
    assert not await comparer.equivalent(r"\tau", r"\pi")
    assert comparer.unfinished == 1


async def test_a_kernel_at_the_end_of_its_life_is_no_fault_of_the_answer() -> None:
    lives = iter(["cpu"])
    kernels = Kernels(lambda code: next(lives, "") if code.startswith("same") else "")
    comparer = Comparer(kernels)
    assert await comparer.equivalent(r"\pi+\pi", r"2\pi")
    assert comparer.unfinished == 0
    assert len(kernels.started) == 2


async def test_a_kernel_that_is_slow_to_come_up_says_nothing_of_answers() -> None:
    limits = iter(["wall", "", "", ""])
    kernels = Kernels(lambda _: next(limits, ""))
    comparer = Comparer(kernels)
    assert await comparer.equivalent(r"\pi+\pi", r"2\pi")
    assert (comparer.unfinished, len(kernels.started)) == (0, 2)


async def test_a_library_that_cannot_be_had_is_our_failure() -> None:
    with pytest.raises(EnvError, match="does not come up"):
        await Comparer(Kernels(lambda _: "died")).equivalent(r"\pi+\pi", r"2\pi")


async def test_a_comparison_that_was_cancelled_leaves_no_kernel_without_its_program() -> None:
    kernels = Kernels()
    comparer = Comparer(kernels)
    assert await comparer.equivalent(r"\pi+\pi", r"2\pi")
    kernels.started[0].gate = asyncio.Event()
    waiting = asyncio.create_task(comparer.equivalent(r"\pi+\pi", r"3\pi"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert kernels.started[0].closed
    assert await comparer.equivalent(r"3\pi", r"\pi+2\pi")


async def test_answers_are_data_and_never_code() -> None:
    comparer = Comparer(Kernels())
    for attack in [
        "__import__('os').abort()",
        "');import os;os.abort();('",
        "$;\\input{/etc/passwd}$",
        "\x00\ud800",
        "'''\n\"\"\"",
    ]:
        assert not await comparer.equivalent(attack, r"2\pi")


def test_very_long_answers_are_compared_as_texts_alone() -> None:
    assert decided("x+" * 2000 + "1", "x") is False
    assert decided("x+" * 2000 + "1", "x+" * 2000 + "1") is True


async def test_classes_of_answers() -> None:
    groups = AnswerGroups(Comparer(Kernels()))
    placed = [await groups.add(answer) for answer in ["1/2", "7", "", "0.5", r"\frac12", "seven", "7.0"]]
    assert placed == [0, 1, -1, 0, 0, 2, 1]
    assert [(group.answer, group.members) for group in groups.groups] == [("1/2", [0, 3, 4]), ("7", [1, 6]), ("seven", [5])]
