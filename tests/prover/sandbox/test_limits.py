"""Each limit, run into on purpose; and the next run works."""

from __future__ import annotations

import asyncio

import pytest

from prover.sandbox.isolation import Way
from prover.sandbox.kernel import Kernel
from prover.sandbox.outcomes import Killed, Limits, Outcome, Raised, Ran
from tests.prover.sandbox.conftest import StartKernel


async def alive(kernel: Kernel) -> None:
    assert await kernel.run("6 * 7") == Ran("", "42")


def killed_by(outcome: Outcome) -> str:
    assert isinstance(outcome, Killed), outcome
    return outcome.limit


@pytest.mark.parametrize("code", ["while True: pass", "import time; time.sleep(60)", "10 ** 10 ** 10"])
async def test_the_clock_on_the_wall(start: StartKernel, code: str) -> None:
    kernel = await start(Limits(wall_s=0.8, memory_mib=4096))
    outcome = await kernel.run(f"kept = 1\nprint('began')\n{code}")
    assert outcome == Killed("wall", "ran longer than 0.8 s (limit wall_s)", "began\n")
    assert isinstance(await kernel.run("kept"), Raised)
    await alive(kernel)


STUBBORN = """
import signal
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
while True:
    try:
        while True: pass
    except BaseException: pass
"""


async def test_code_that_ignores_every_signal_meets_the_clock(start: StartKernel) -> None:
    kernel = await start(Limits(wall_s=0.8))
    assert killed_by(await kernel.run(STUBBORN)) == "wall"
    await alive(kernel)


async def test_processor_time(start: StartKernel) -> None:
    kernel = await start(Limits(wall_s=60, cpu_s=0.5))
    assert killed_by(await kernel.run(STUBBORN)) == "cpu"
    await alive(kernel)


@pytest.mark.parametrize(
    "code",
    [
        "x = bytearray(10**12)",
        "x = []\nwhile True: x.append(bytearray(10**7))",
        "x = 'a'\nwhile True: x += x",
        "import mmap\nx = []\nwhile True:\n    try: x.append(mmap.mmap(-1, 10**7))\n    except OSError: raise MemoryError",
    ],
)
async def test_memory(start: StartKernel, code: str) -> None:
    kernel = await start(Limits(wall_s=60, memory_mib=128))
    assert await kernel.run(f"print('began')\n{code}") == Killed(
        "memory", "needed more than 128 MiB of address space (limit memory_mib)", "began\n"
    )
    await alive(kernel)


async def test_memory_that_no_limit_counts_cannot_be_had(kernel: Kernel) -> None:
    assert isinstance(await kernel.run("import os; os.memfd_create('x')"), Raised)
    await alive(kernel)


async def test_memory_caught_by_the_code_itself_is_its_own_affair(kernel: Kernel) -> None:
    assert await kernel.run("try: x = bytearray(10**12)\nexcept MemoryError: print('caught')") == Ran("caught\n")


STARTS = [
    "import os\nwhile True: os.fork()",
    "import os\nos.posix_spawn('/bin/sh', ['sh', '-c', 'true'], {})",
    "import subprocess\nsubprocess.run(['/bin/sh', '-c', ':(){ :|:& };:'])",
    "import multiprocessing\nmultiprocessing.Process(target=print).start()",
    "import ctypes, os\nc = ctypes.CDLL(None, use_errno=True)\nif c.vfork() == -1: raise PermissionError(ctypes.get_errno())",
    "import ctypes\nc = ctypes.CDLL(None, use_errno=True)\nif c.syscall(435, 0, 0) == -1: raise OSError(ctypes.get_errno())",
    "import os, sys\nos.execv(sys.executable, ['python', '-c', 'pass'])",
]


async def test_no_process_can_be_started(kernel: Kernel) -> None:
    await kernel.run("kept = 1")
    for code in STARTS:
        outcome = await kernel.run(code)
        assert isinstance(outcome, Raised), code
        assert "Error" in outcome.error
    assert await kernel.run("kept") == Ran("", "1")


THREADS = """
import threading
gate = threading.Event()
started = 0
try:
    while True:
        threading.Thread(target=gate.wait, daemon=True).start()
        started += 1
except RuntimeError as error:
    print(error)
gate.set()
started
"""


async def test_threads_are_counted_or_refused(start: StartKernel) -> None:
    kernel = await start(Limits(wall_s=20, processes=4))
    most = "3" if kernel.isolation.threads else "0"
    for _ in range(200):  # threads that have just ended, the trial's at the start among them, still count for a moment
        ran = await kernel.run(THREADS)
        assert isinstance(ran, Ran)
        assert ran.output == "can't start new thread\n"
        assert int(ran.value) <= int(most)
        if ran.value == most:
            break
        await asyncio.sleep(0.02)
    else:
        pytest.fail(f"{most} threads were never to be had")
    await alive(kernel)


async def test_where_one_process_is_allowed_there_are_no_threads(start: StartKernel) -> None:
    kernel = await start(Limits(wall_s=20, processes=1))
    assert await kernel.run(THREADS) == Ran("can't start new thread\n", "0")


async def test_limits_cannot_be_raised(kernel: Kernel) -> None:
    code = """
import resource
before = {name: resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name.startswith('RLIMIT_')}
for name in ('RLIMIT_AS', 'RLIMIT_CPU', 'RLIMIT_NOFILE', 'RLIMIT_FSIZE', 'RLIMIT_CORE'):
    number = getattr(resource, name)
    for wanted in (resource.RLIM_INFINITY, before[name][1] + 1):
        try: resource.setrlimit(number, (wanted, wanted))
        except (OSError, ValueError): pass
    assert resource.getrlimit(number) == before[name], name
"""
    assert await kernel.run(code) == Ran("")


@pytest.mark.parametrize(
    "code",
    [
        "while True: print('line')",
        "print('x' * 10**6, end='')",
        "import sys\nwhile True: sys.stdout.write('x')",
        "import sys\nwhile True: print('x' * 100, file=sys.stderr)",
        "import os\nwhile True: os.write(1, b'x' * 1000)",
        "'x' * 10**6",
        "list(range(10**5))",
    ],
)
async def test_output(start: StartKernel, code: str) -> None:
    kernel = await start(Limits(wall_s=60, output_kib=8))
    outcome = await kernel.run(f"import sys; sys.stdout.write('first')\n{code}")
    assert isinstance(outcome, Killed)
    assert outcome.limit == "output"
    assert outcome.message == "printed more than 8 KiB (limit output_kib)"
    assert outcome.output.startswith("first")
    assert len(outcome.output) <= 8 * 1024
    await alive(kernel)


async def test_output_up_to_the_limit_is_kept(start: StartKernel) -> None:
    kernel = await start(Limits(wall_s=20, output_kib=8))
    assert await kernel.run("print('x' * (8 * 1024 - 1))") == Ran("x" * (8 * 1024 - 1) + "\n")


async def test_the_scratch_folder_has_a_size(kernel: Kernel, way: Way) -> None:
    fill = "with open('filled', 'wb') as file:\n    for _ in range(100): file.write(bytes(10**5))"
    outcome = await kernel.run(fill)
    assert isinstance(outcome, Raised)
    if way is not Way.LANDLOCK:  # which has no scratch folder
        assert await kernel.run("import os; os.unlink('filled'); open('small', 'w').write('1')") == Ran("", "1")
        many = "for n in range(10**5): open(f'file{n}', 'w').close()"
        assert isinstance(await kernel.run(many), Raised)
    await alive(kernel)


async def test_a_scratch_folder_of_nothing_takes_nothing(start: StartKernel) -> None:
    kernel = await start(Limits(wall_s=20, scratch_mib=0))
    assert isinstance(await kernel.run("open('file', 'w').write('x')"), Raised)
