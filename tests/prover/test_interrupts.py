"""Being told to stop, wherever the program is. In processes of their own: a signal is for all of a process."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

PRELUDE = """
import asyncio, os, signal, sys, time
from prover.interrupts import ToldToStop, run_stoppable, stoppable
SIGNUM = int(sys.argv[1])

def send(): os.kill(os.getpid(), SIGNUM)

async def work():
    try:
        asyncio.get_running_loop().call_soon(send)
        await asyncio.sleep(60)
    finally:
        await asyncio.sleep(0)
        print("wound up")
"""

SYNC = """
try:
    with stoppable():
        try:
            send()
            time.sleep(60)
        finally:
            print("wound up")
except ToldToStop as told:
    print(told, told.signum)
print(signal.getsignal(SIGNUM) is signal.SIG_DFL)
"""

ASYNC = """
try:
    with stoppable():
        run_stoppable(work())
except ToldToStop as told:
    print(told, told.signum)
except KeyboardInterrupt:
    print("SIGINT", 2)
"""

IGNORED = """
signal.signal(SIGNUM, signal.SIG_IGN)
with stoppable():
    send()
    async def short():
        send()
        await asyncio.sleep(0.01)
    run_stoppable(short())
print("went on", signal.getsignal(SIGNUM) is signal.SIG_IGN)
"""

AFTERWARDS = """
async def nothing(): return 7
try:
    with stoppable():
        print(run_stoppable(nothing()))
        send()
        time.sleep(60)
except ToldToStop as told:
    print(told, told.signum)
"""

ANY_THREAD = """
import threading
def elsewhere():
    with stoppable():
        print("fine")
thread = threading.Thread(target=elsewhere)
thread.start()
thread.join()
"""


def run(code: str, signum: int) -> str:
    ran = subprocess.run([sys.executable, "-c", PRELUDE + code, str(int(signum))], capture_output=True, timeout=60, check=False)
    assert ran.stderr == b""
    return ran.stdout.decode()


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGHUP])
def test_outside_of_a_loop_it_is_an_exception(signum: signal.Signals) -> None:
    assert run(SYNC, signum) == f"wound up\n{signum.name} {int(signum)}\nTrue\n"


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_inside_of_a_loop_it_cancels(signum: signal.Signals) -> None:
    assert run(ASYNC, signum) == f"wound up\n{signum.name} {int(signum)}\n"


def test_what_is_ignored_stays_so() -> None:
    assert run(IGNORED, signal.SIGHUP) == "went on True\n"


def test_after_a_loop_it_is_an_exception_again() -> None:
    assert run(AFTERWARDS, signal.SIGTERM) == "7\nSIGTERM 15\n"


def test_another_thread_leaves_the_signals_alone() -> None:
    assert run(ANY_THREAD, signal.SIGTERM) == "fine\n"
