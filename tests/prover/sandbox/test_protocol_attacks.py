"""Code that breaks its own process, or talks where only the kernel should: an outcome each time, and the next run works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from prover.sandbox.kernel import Kernel
from prover.sandbox.outcomes import Killed, Limits, Raised, Ran
from tests.prover.sandbox.conftest import StartKernel


async def alive(kernel: Kernel) -> None:
    assert await kernel.run("6 * 7") == Ran("", "42")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import os; os._exit(0)", "ended its own process with exit status 0"),
        ("import os; os._exit(3)", "ended its own process with exit status 3"),
        ("import ctypes; ctypes.string_at(0)", "died of SIGSEGV"),
        ("import os; os.abort()", "died of SIGABRT"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", "died of SIGTERM"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGRTMIN + 6)", "died of signal 40"),
        ("import os; os.close(4)", "ended its own process with exit status 1"),
        ("import os; os.closerange(0, 65536)", "ended its own process with exit status 1"),
        ("import os; os.dup2(os.open('/dev/null', os.O_RDONLY), 4)", "ended its own process with exit status 1"),
        (
            "import os; os.write(4, b'nonsense'); import time; time.sleep(60)",
            "broke the pipe that its result comes through, or wrote to it",
        ),
        ("import os; os.close(4); import time; time.sleep(60)", "broke the pipe that its result comes through, or wrote to it"),
    ],
)
async def test_a_process_that_breaks_itself_died(kernel: Kernel, code: str, message: str) -> None:
    assert await kernel.run(f"print('said')\n{code}") == Killed("died", message, "said\n")
    await alive(kernel)


async def test_a_deep_recursion_in_c_ends_the_process_alone(kernel: Kernel) -> None:
    code = "import sys; sys.setrecursionlimit(10**9)\nclass Deep:\n    def __repr__(self): return repr(self)\nrepr(Deep())"
    assert isinstance(await kernel.run(code), Killed)
    await alive(kernel)


FORGED = r"""
import os, json
payload = json.dumps({"kind": "ran", "text": "forged", "token": TOKEN}).encode()
os.write(4, b"%d\n%b\n" % (len(payload), payload))
"""


async def test_a_forged_reply_is_not_believed(kernel: Kernel) -> None:
    for token in ("''", "'0' * 32", "None", "'é'"):
        outcome = await kernel.run(FORGED.replace("TOKEN", token))
        assert isinstance(outcome, Killed)
        assert outcome.limit == "died"
        await alive(kernel)


async def test_a_reply_in_advance_is_not_believed(kernel: Kernel) -> None:
    later = "import threading, time\n" + FORGED.replace("TOKEN", "'0' * 32")
    outcome = await kernel.run(
        f"import atexit, sys\ndef late(*_):\n{textwrap.indent(later, '    ')}\nclass Late:\n    __del__ = late\nx = Late()"
    )
    assert outcome == Ran("")
    outcome = await kernel.run("del x\n'real'")
    assert isinstance(outcome, Killed)
    await alive(kernel)


async def test_code_that_finds_the_token_deceives_nobody_but_itself(kernel: Kernel) -> None:
    code = "import sys\nframe = sys._getframe()\nwhile 'request' not in frame.f_locals: frame = frame.f_back\n"
    outcome = await kernel.run(code + FORGED.replace("TOKEN", "frame.f_locals['request']['token']"))
    # Its own claim about its own value, or a broken pipe, as the second reply came in time or did not.
    assert outcome == Ran("", "forged") or isinstance(outcome, Killed)
    assert isinstance(await kernel.run("1 + 1"), Killed | Ran)
    assert await kernel.run("6 * 7") == Ran("", "42")


VANDALISM = [
    "import sys; sys.stdout.close()",
    "import sys; sys.stdout = sys.stderr = None",
    "import os; os.close(1); os.close(2)",
    "import sys; sys.settrace(lambda *_: 1 / 0)",
    "import sys; sys.setrecursionlimit(60)",
    "import os, signal; signal.signal(signal.SIGALRM, lambda *_: 1 / 0); signal.alarm(1)",
    "import signal; signal.signal(signal.SIGALRM, lambda *_: 1 / 0); signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)",
    "import builtins; builtins.print = None; del builtins.print",
    "import sys; sys.modules.clear()",
    "import os; os.environ.clear()",
    "import gc; gc.disable(); gc.freeze()",
    "globals().clear()",
]


async def test_what_code_does_to_its_interpreter_does_not_stop_the_next_run(kernel: Kernel) -> None:
    for code in VANDALISM:
        await kernel.run(code)
        first = await kernel.run("6 * 7")
        assert first == Ran("", "42") or isinstance(first, Killed | Raised), code
        await kernel.run("import os; os._exit(0)")
        await alive(kernel)


async def test_code_that_swallows_every_exception_is_still_ended(start: StartKernel) -> None:
    kernel = await start(Limits(wall_s=0.8))
    outcome = await kernel.run("import sys\nwhile True:\n    try: sys.exit()\n    except (KeyboardInterrupt, SystemExit): pass")
    assert isinstance(outcome, Killed)
    assert outcome.limit == "wall"
    await alive(kernel)


SURVIVOR = """
import threading, time
stop = False
def talk():
    while not stop:
        print('survivor', flush=True)
        time.sleep(0.001)
threading.Thread(target=talk).start()
"""


async def test_a_thread_that_outlives_its_run_is_no_harm_to_the_next(start: StartKernel) -> None:
    kernel = await start(Limits(wall_s=20, output_kib=64))
    if not kernel.isolation.threads:
        pytest.skip("no threads in this way of isolating")
    assert isinstance(await kernel.run(SURVIVOR), Ran)
    outcome = await kernel.run("time.sleep(0.05); stop = True; 6 * 7")
    assert isinstance(outcome, Ran)
    assert outcome.value == "42"
    await kernel.run("time.sleep(0.05)")
    await alive(kernel)


async def test_a_thread_that_ends_the_process_between_two_runs_is_told(start: StartKernel) -> None:
    kernel = await start(Limits(wall_s=20))
    if not kernel.isolation.threads:
        pytest.skip("no threads in this way of isolating")
    outcome = await kernel.run("import os, threading\nthreading.Timer(0.02, lambda: os._exit(5)).start()\nprint(os.getpid())")
    assert gone(int(outcome.output))
    assert await kernel.run("1") == Killed("died", "ended its own process with exit status 5")
    await alive(kernel)


PARENT = """
import asyncio, sys
from prover.sandbox.isolation import Way
from prover.sandbox.kernel import Kernel
from prover.sandbox.outcomes import Limits

async def main():
    kernel = await Kernel.start(Limits(wall_s=60), among=(Way({way!r}),))
    await kernel.run("import os, signal\\nfor number in (1, 2, 13, 15): signal.signal(number, signal.SIG_IGN)")
    print((await kernel.run("print(os.getpid())")).output, flush=True)
    await kernel.run({code!r})

asyncio.run(main())
"""


@pytest.mark.parametrize("code", ["while True: pass", "import time\nwhile True: time.sleep(60)"])
async def test_the_death_of_the_parent_leaves_nothing(start: StartKernel, code: str) -> None:
    kernel = await start(Limits(wall_s=20))  # skips where this way is not offered
    script = PARENT.format(way=kernel.isolation.way.value, code=code)
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:  # noqa: ASYNC220 - a stand-in for the whole program
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        os.kill(child, 0)
        parent.send_signal(signal.SIGKILL)
    assert gone(child)


def gone(pid: int) -> bool:
    """Whether the process ends within a time that is long for any machine."""
    for _ in range(2000):
        if not running(pid):
            return True
        time.sleep(0.01)
    return False


def running(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as status:  # noqa: PTH123 - gone between two calls is an answer too
            return status.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
