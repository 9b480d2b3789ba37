"""What to call the death of a kernel's process: which limit it was, and the words that say so.

Pure. A limit that the system enforces shows only in how the process died, so it is read off there.
"""

from __future__ import annotations

import math
import signal

from prover.sandbox.conversation import Ending
from prover.sandbox.outcomes import Killed, Limits

_OUT_OF_MEMORY = 77  # what the process exits with after a MemoryError; `inside/cells.py` has it too, and stands alone
# A SIGKILL from the system with that share of the processor time used is the limit. The share is low, as the limit counts by clock
# ticks and what we are told counts less: on a busy virtual machine a process is charged for ticks that others had.
_CPU_SHARE = 0.5


def killed_by_us(ending: Ending, limits: Limits, output: str) -> Killed:
    """It was killed because the exchange ended that way."""
    if ending is Ending.WALL:
        return Killed("wall", f"ran longer than {limits.wall_s:g} s (limit wall_s)", output)
    if ending is Ending.OUTPUT:
        return Killed("output", f"printed more than {limits.output_kib} KiB (limit output_kib)", output)
    return Killed("died", "broke the pipe that its result comes through, or wrote to it", output)


def killed_by_itself(status: int, cpu_s: float, limits: Limits, output: str) -> Killed:
    """It was found dead: `status` as Popen's returncode, `cpu_s` the processor time it had used."""
    used_up = status == -signal.SIGKILL and cpu_s >= _CPU_SHARE * math.ceil(limits.cpu_s)
    if status == -signal.SIGXCPU or used_up:
        return Killed("cpu", f"used more than {math.ceil(limits.cpu_s)} s of processor time (limit cpu_s)", output)
    if status == _OUT_OF_MEMORY:
        return Killed("memory", f"needed more than {limits.memory_mib} MiB of address space (limit memory_mib)", output)
    # Isolated code cannot send itself SIGKILL: it came from the system.
    if status == -signal.SIGKILL:
        return Killed("memory", "was killed by the system, most likely because the machine's memory ran out", output)
    if status < 0:
        known = {number.value: number.name for number in signal.Signals}
        return Killed("died", f"died of {known.get(-status, f'signal {-status}')}", output)
    return Killed("died", f"ended its own process with exit status {status}", output)
