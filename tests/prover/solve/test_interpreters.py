from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from lean_env.errors import EnvError, ToolchainMissing, WorkerLost, WorkerTimeout
from lean_env.pool import SessionPool
from lean_env.session import Session
from prover.sandbox.kernel import Kernel
from prover.sandbox.outcomes import Limits
from prover.solve.equivalence import Comparer
from prover.solve.interpreters import Execution, LeanInterpreter, PythonInterpreter, shortened
from tests.fakes.kernels import Kernels

# -- Python on a fake kernel -------------------------------------------------------------------------------------------------------


async def test_variables_stay_and_the_last_value_is_shown() -> None:
    kernels = Kernels()
    python = PythonInterpreter(kernels)
    assert await python.run("x = 6") == Execution("")
    assert await python.run("print('six')\nx * 7") == Execution("six\n42")
    await python.close()
    await python.close()
    assert [kernel.closed for kernel in kernels.started] == [True]


async def test_an_exception_is_an_execution_and_the_kernel_goes_on() -> None:
    python = PythonInterpreter(Kernels())
    assert await python.run("x = 1\nprint(x)\n1/0") == Execution("1\nZeroDivisionError: division by zero", "error")
    assert await python.run("x") == Execution("1")


@pytest.mark.parametrize(
    ("limit", "outcome"),
    [("wall", "time"), ("cpu", "time"), ("memory", "memory"), ("output", "output"), ("processes", "refused"), ("died", "lost")],
)
async def test_after_a_limit_comes_a_fresh_kernel(limit: str, outcome: str) -> None:
    kernels = Kernels(lambda code: limit if code == "bomb()" else "")
    python = PythonInterpreter(kernels)
    await python.run("x = 1")
    killed = await python.run("bomb()")
    assert killed == Execution(f"printed before\nthe limit {limit} was met\nAll variables are lost.", outcome)  # pyright: ignore[reportArgumentType] (parametrized as text)
    assert (await python.run("x")).outcome == "error"
    assert len(kernels.started) == 2


async def test_a_long_output_is_cut_in_its_middle() -> None:
    shown = await PythonInterpreter(Kernels(), most_shown=100).run("print('a' * 1000 + 'b' * 1000)")
    assert shown == Execution(f"{'a' * 50}\n[... 1900 letters left out ...]\n{'b' * 50}")
    assert shortened("short\n") == "short"


async def test_without_a_kernel_there_is_no_result() -> None:
    async def refuse() -> Kernel:
        raise ToolchainMissing("no isolation here")

    with pytest.raises(EnvError, match="no isolation"):
        await PythonInterpreter(refuse).run("1")


# -- Python in the sandbox ---------------------------------------------------------------------------------------------------------

TIGHT = Limits(wall_s=3.0, memory_mib=256, output_kib=4)


async def start_tight() -> Kernel:
    return await Kernel.start(TIGHT)


@pytest.mark.usefixtures("isolated")
@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("while True: pass", "time"),
        ("x = 'a' * 10**10", "memory"),
        ("print('a' * 10**6)", "output"),
        ("import os; os._exit(0)", "lost"),
        ("1/0", "error"),
        ("open('/etc/passwd').read()", "error"),
    ],
)
async def test_bad_code_in_the_real_sandbox(code: str, outcome: str) -> None:
    python = PythonInterpreter(start_tight)
    try:
        assert (await python.run(code)).outcome == outcome
        assert await python.run("6 * 7") == Execution("42")
    finally:
        await python.close()


async def test_answers_are_compared_in_a_real_child() -> None:
    comparer = Comparer()
    try:
        assert await comparer.equivalent(r"\sqrt{2}/2", r"1/\sqrt{2}")
        assert not await comparer.equivalent("\ud800'\x00", r"2\pi")
    finally:
        await comparer.close()


@pytest.mark.slow
async def test_real_bombs_end_at_the_limit() -> None:
    async def start() -> Kernel:
        return await Kernel.start(Limits(wall_s=2.0, memory_mib=2048), unsafe=True)

    comparer = Comparer(start)
    try:
        for bomb in ["9^{9^{9^{9}}}", "10^{10^{10}}", "(10^9)!", "(" * 400 + "x" + ")" * 400]:
            assert not await comparer.equivalent(bomb, r"2\pi")
        assert comparer.unfinished >= 2
        assert await comparer.equivalent(r"\pi+\pi", r"2\pi")
    finally:
        await comparer.close()


# -- Lean --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.lean
@pytest.mark.asyncio(loop_scope="session")
class TestLean:
    @pytest.mark.parametrize(
        ("code", "text"),
        [
            ("def sheep : Nat := 20\n#eval sheep * 13", "260"),
            ("import Mathlib\nimport Lean\ndef a : Nat := 2\n#eval a", "2"),
            ("#eval (1 : Rat) / 2", "(1 : Rat)/2"),
            ('#eval "abc"', '"abc"'),
            ("#eval 1\n#eval 2", "1\n2"),
            ("theorem t : 1 + 1 = 2 := by decide\n#eval 5", "5"),
        ],
    )
    async def test_programs(self, lean_pool: SessionPool, code: str, text: str) -> None:
        assert await LeanInterpreter(lean_pool.lease).run(code) == Execution(text)

    async def test_nothing_is_kept_from_program_to_program(self, lean_pool: SessionPool) -> None:
        lean = LeanInterpreter(lean_pool.lease)
        assert await lean.run("def kept := 5") == Execution("")
        again = await lean.run("#eval kept")
        assert again.outcome == "error"
        assert again.text.startswith("error: line 1: ")

    async def test_a_missing_import_is_explained(self, lean_pool: SessionPool) -> None:
        failed = await LeanInterpreter(lean_pool.lease).run("import Mathlib\n#eval Finset.sum")
        assert failed.outcome == "error"
        assert "line 2" in failed.text
        assert "imports were left out" in failed.text

    @pytest.mark.parametrize(
        "code", ["axiom lie : 1 = 2", 'elab "x" : tactic => pure ()', '@[simp] macro "y" : term => `(1)', "unsafe def a := 1"]
    )
    async def test_what_is_refused(self, lean_pool: SessionPool, code: str) -> None:
        assert (await LeanInterpreter(lean_pool.lease).run(f"def a := 1\n{code}\n#eval a")).outcome == "refused"

    @pytest.mark.parametrize(
        "code",
        [
            "partial def loop (n : Nat) : Nat := loop (n + 1)\n#eval loop 0",
            "partial def deep (n : Nat) : Nat := 1 + deep (n + 1)\n#eval deep 0",
            "def big := Id.run do\n  let mut a := #[0]\n  for i in [0:10 ^ 12] do a := a.push i\n  return a.size\n#eval big",
            "#eval (10 ^ (10 ^ 10) : Nat) % 7",
        ],
    )
    async def test_bombs_end_and_the_next_program_runs(self, lean_pool: SessionPool, code: str) -> None:
        lean = LeanInterpreter(lean_pool.lease, wall_s=1.5)
        ended = await lean.run(code)
        assert ended.outcome in ("time", "lost", "error")
        assert ended.text
        assert await lean.run("#eval 5") == Execution("5")

    async def test_a_program_sees_nothing_of_this_machine(self, lean_pool: SessionPool) -> None:
        lean = LeanInterpreter(lean_pool.lease)
        peeked = await lean.run('#eval (do IO.println (← IO.FS.readFile "/etc/passwd") : IO Unit)')
        assert peeked.outcome in ("error", "lost")
        assert "root:" not in peeked.text


@pytest.mark.parametrize(("error", "outcome"), [(WorkerTimeout("late"), "time"), (WorkerLost("gone"), "lost")])
async def test_a_worker_that_is_lost_is_an_execution(error: WorkerLost, outcome: str) -> None:
    @asynccontextmanager
    async def lease() -> AsyncGenerator[Session]:
        raise error
        yield  # pragma: no cover

    assert (await LeanInterpreter(lease).run("#eval 1")).outcome == outcome
