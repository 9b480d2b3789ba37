"""The limits that the system holds a process to: memory, processor time, threads, open files, size of a file.

Never counts anything itself.
"""

from __future__ import annotations

import _thread
import math
import os
import resource
from contextlib import suppress
from pathlib import Path

_OPEN_FILES = 128
_MIB = 1024 * 1024
_SMALL_STACK_BYTES = 256 * 1024


def limit_threads(processes: int) -> bool:
    """Allow `processes` threads in all; whether this machine counts them, tried out. Wants its final user and a single thread.

    It is not counted for root, and on some kernels counted together with all that the user runs elsewhere.
    """
    if processes == 1:
        return False
    enough = min(processes, 3)
    try:
        resource.setrlimit(resource.RLIMIT_NPROC, (processes, processes))
        resource.setrlimit(resource.RLIMIT_NPROC, (enough, processes))
    except (OSError, ValueError):
        return False
    counted = _startable(enough) == enough - 1
    resource.setrlimit(resource.RLIMIT_NPROC, (processes, processes))
    return counted


def limit_processes_of_user(processes: int) -> None:
    """Without isolation: as many more than the user runs now, where the machine tells. Not enforced for root."""
    with suppress(OSError, ValueError):
        tasks = sum(_tasks(folder) for folder in Path("/proc").iterdir() if folder.name.isdigit())
        limit = tasks + processes - 1
        resource.setrlimit(resource.RLIMIT_NPROC, (limit, limit))


def limit_the_rest(memory_mib: int, cpu_s: float, file_mib: int) -> None:
    """Address space, seconds of processor time (rounded up), the size of a file. What the system does not have is left out."""
    whole_s = math.ceil(cpu_s)
    with suppress(OSError, ValueError):
        # SIGXCPU, which names the limit; a second later SIGKILL for code that blocks it.
        resource.setrlimit(resource.RLIMIT_CPU, (whole_s, whole_s + 1))
    wanted = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: _OPEN_FILES,
        resource.RLIMIT_FSIZE: file_mib * _MIB,
        resource.RLIMIT_AS: memory_mib * _MIB,
    }
    for which, value in wanted.items():
        with suppress(OSError, ValueError):  # macOS takes no limit on address space
            resource.setrlimit(which, (value, value))


def _tasks(process: Path) -> int:
    try:
        return sum(1 for _ in (process / "task").iterdir()) if process.stat().st_uid == os.getuid() else 0
    except OSError:
        return 0  # gone meanwhile


def _startable(most: int) -> int:
    """How many threads can be started besides this one, of `most`; they end again."""
    gate = _thread.allocate_lock()
    started = 0
    before = _thread.stack_size(_SMALL_STACK_BYTES)
    with gate, suppress(RuntimeError):
        while started < most:
            _thread.start_new_thread(_pass_through, (gate,))
            started += 1
    _thread.stack_size(before)
    return started


def _pass_through(gate: _thread.LockType) -> None:
    with gate:
        pass
