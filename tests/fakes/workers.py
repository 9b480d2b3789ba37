"""Starting the fake worker, and looking whether its processes are really gone. For tests only."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from lean_env.process import WorkerProcess

ENOUGH_S = 30.0  # for what is expected to happen: the deadline of a broken machine, never waited for
MISSED_S = 0.05  # for what is expected not to happen
MIB = 1024 * 1024


def fake_worker(scenario: str, *arguments: str) -> list[str]:
    """The command line of a scenario. Without site-packages, Python starts in about 15 ms."""
    return [sys.executable, "-I", "-S", str(Path(__file__).parent / "fake_worker.py"), scenario, *arguments]


async def start(scenario: str, *arguments: str) -> WorkerProcess:
    """A worker past its ready frame."""
    return await WorkerProcess.start(fake_worker(scenario, *arguments), ready_timeout_s=ENOUGH_S, max_frame_bytes=16 * MIB)


@asynccontextmanager
async def worker_for(scenario: str, *arguments: str) -> AsyncGenerator[WorkerProcess]:
    """A worker that is closed afterwards, with the check that nothing of its group is left."""
    worker = await start(scenario, *arguments)
    try:
        yield worker
    finally:
        await worker.close()
    await eventually(lambda: not group_exists(worker.pid))


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait for what other processes do in their own time."""
    async with asyncio.timeout(ENOUGH_S):
        while not condition():  # noqa: ASYNC110 - other processes set no event of ours
            await asyncio.sleep(0.002)


def block_until_exists(path: Path) -> None:
    """Wait without letting the event loop run: only what is called next can notice what the child did meanwhile."""
    give_up_s = time.monotonic() + ENOUGH_S
    while not path.exists():
        assert time.monotonic() < give_up_s
        time.sleep(0.002)


def is_running(pid: int) -> bool:
    """Whether the process is there and no zombie: an orphan may wait for ever for an init that does not reap."""
    try:
        os.kill(pid, 0)
        # pid (name) state ...; the name may contain anything, also parentheses
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except FileNotFoundError:  # it went in between, or this system has no /proc and no more is known
        return not Path("/proc/self").exists()


def group_exists(pgid: int) -> bool:
    """Whether the process group has a member that runs."""
    try:
        os.killpg(pgid, 0)
    except (ProcessLookupError, PermissionError):  # macOS says EPERM when only zombies are left
        return False
    if not Path("/proc/self").exists():
        return True
    return any(_group_of(int(entry.name)) == pgid and is_running(int(entry.name)) for entry in Path("/proc").glob("[0-9]*"))


def _group_of(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return -1
