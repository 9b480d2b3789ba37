from __future__ import annotations

import asyncio
import os

import pytest

from prover.sandbox.isolation import NoIsolation, Way
from prover.sandbox.kernel import Kernel, find_isolation
from prover.sandbox.outcomes import Killed, Limits, Outcome, Raised, Ran
from tests.prover.sandbox.conftest import StartKernel


def error_of(outcome: Outcome) -> str:
    assert isinstance(outcome, Raised), outcome
    return outcome.error


async def test_variables_live_on_and_the_last_expression_is_shown(kernel: Kernel) -> None:
    assert await kernel.run("x = 20\nprint('printed')\nx + 1") == Ran("printed\n", "21")
    assert await kernel.run("def double(): return 2 * x") == Ran("")
    assert await kernel.run("double()") == Ran("", "40")
    assert await kernel.run("None") == Ran("")
    assert await kernel.run("'text'") == Ran("", "'text'")
    assert await kernel.run("") == Ran("")


async def test_big_numbers_are_printed_whole(kernel: Kernel) -> None:
    assert await kernel.run("2 ** 20000") == Ran("", hex_power_of_two())


def hex_power_of_two() -> str:
    import sys

    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        return str(1 << 20000)
    finally:
        sys.set_int_max_str_digits(before)


async def test_installed_packages_can_be_imported(kernel: Kernel) -> None:
    assert await kernel.run("import sympy\nx = sympy.Symbol('x')\nsympy.factor(x**2 - 1)") == Ran("", "(x - 1)*(x + 1)")


async def test_an_exception_is_told_with_its_line_and_the_kernel_goes_on(kernel: Kernel) -> None:
    await kernel.run("kept = 7")
    raised = await kernel.run("print('before')\ndef f():\n    return 1 / 0\nf()")
    assert isinstance(raised, Raised)
    assert raised.output == "before\n"
    assert "line 3, in f" in raised.error
    assert "return 1 / 0" in raised.error
    assert raised.error.endswith("ZeroDivisionError: division by zero")
    assert "inside" not in raised.error
    assert await kernel.run("kept") == Ran("", "7")


RAISING = [
    ("1 +", "SyntaxError: invalid syntax"),
    ("a\0b", "source code string cannot contain null bytes"),
    ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    ("raise BaseException('bare')", "BaseException: bare"),
    ("raise GeneratorExit", "GeneratorExit"),
    ("import sys; sys.exit('told')", "SystemExit: told"),
    ("def f(): return f()\nf()", "RecursionError: maximum recursion depth exceeded"),
    ("'\\ud800' + 1", 'TypeError: can only concatenate str (not "int") to str'),
    ("raise ValueError('\\ud800')", "ValueError: \\ud800"),
    ("input()", "EOFError: EOF when reading a line"),
]


async def test_whatever_is_raised_is_an_outcome(kernel: Kernel) -> None:
    for code, ending in RAISING:
        assert error_of(await kernel.run(code)).endswith(ending), code
    assert await kernel.run("1 + 1") == Ran("", "2")


async def test_an_exception_that_cannot_be_printed_is_told_by_its_name(kernel: Kernel) -> None:
    outcome = await kernel.run("class Odd(Exception):\n    def __str__(self): raise KeyboardInterrupt\nraise Odd")
    assert "Odd" in error_of(outcome)


async def test_leaving_in_peace_is_no_error(kernel: Kernel) -> None:
    for code in ("exit()", "quit(0)", "import sys; sys.exit()", "raise SystemExit(None)"):
        assert await kernel.run(f"kept = 1\nprint('said')\n{code}") == Ran("said\n"), code
    assert await kernel.run("kept") == Ran("", "1")


async def test_code_that_is_nested_too_deeply_is_refused_or_ends_the_process_alone(kernel: Kernel) -> None:
    assert isinstance(await kernel.run("-" * 100_000 + "1"), Raised | Killed)
    assert await kernel.run("1") == Ran("", "1")


async def test_a_program_larger_than_a_pipe_arrives_whole(kernel: Kernel) -> None:
    assert await kernel.run("x = 1\n" + "x += 1\n" * 50_000 + "x") == Ran("", "50001")


async def test_bytes_that_are_no_text_are_replaced(kernel: Kernel) -> None:
    assert await kernel.run(r"import os; _ = os.write(1, b'\xff ok')") == Ran("\ufffd ok")


async def test_calls_take_turns(kernel: Kernel) -> None:
    await kernel.run("n = 0")
    await asyncio.gather(*(kernel.run("n += 1") for _ in range(10)))
    assert await kernel.run("n") == Ran("", "10")


async def test_a_cancelled_run_ends_its_process(kernel: Kernel) -> None:
    await kernel.run("kept = 1")
    pid = int((await kernel.run("import os; print(os.getpid())")).output)
    task = asyncio.create_task(kernel.run("while True: pass"))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert error_of(await kernel.run("kept")).endswith("NameError: name 'kept' is not defined")


async def test_closing_ends_a_run_under_way_and_can_be_repeated(kernel: Kernel) -> None:
    task = asyncio.create_task(kernel.run("import time; time.sleep(60)"))
    await asyncio.sleep(0.05)
    await kernel.close()
    assert await task == Killed("died", "was closed while it ran")
    await kernel.close()


async def test_two_kernels_do_not_meet(start: StartKernel) -> None:
    limits = Limits(wall_s=20, memory_mib=256)
    one, other = await start(limits), await start(limits)
    await one.run("mine = 1")
    assert error_of(await other.run("mine")).endswith("NameError: name 'mine' is not defined")


async def test_the_best_way_of_this_machine_is_found() -> None:
    isolation = await find_isolation()
    assert isolation.way is not Way.NONE
    assert "seccomp" in isolation.describe()


async def test_unsafe_code_runs_in_a_folder_that_is_removed() -> None:
    kernel = await Kernel.start(Limits(wall_s=20), unsafe=True, among=())
    assert kernel.isolation.way is Way.NONE
    folder = (await kernel.run("import os; open('left', 'w').close(); print(os.getcwd())")).output.strip()
    assert (await kernel.run("os.listdir()")) == Ran("", "['left']")
    await kernel.close()
    with pytest.raises(FileNotFoundError):
        os.stat(folder)  # noqa: PTH116 - one look


@pytest.mark.parametrize("last", ["", "import os; os._exit(0)"])
async def test_unsafe_code_is_killed_as_a_group(last: str) -> None:
    kernel = await Kernel.start(Limits(wall_s=20), unsafe=True, among=())
    started = "import subprocess, sys\nprint(subprocess.Popen([sys.executable, '-c', 'while True: pass']).pid)"
    grandchild = int((await kernel.run(started)).output)
    await kernel.run(last)
    await kernel.close()
    for _ in range(200):  # init reaps it when it comes to it
        if not is_running(grandchild):
            return
        await asyncio.sleep(0.02)
    pytest.fail("a process of the group survived")


def is_running(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as status:  # noqa: PTH123 - gone between two calls is an answer too
            return status.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def test_unsafe_code_is_isolated_all_the_same_where_it_can_be() -> None:
    try:
        best = (await find_isolation()).way
    except NoIsolation:
        pytest.skip("this machine offers no isolation")
    kernel = await Kernel.start(Limits(wall_s=20), unsafe=True)
    assert kernel.isolation.way is best
    await kernel.close()
