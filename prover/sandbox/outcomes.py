"""What running a piece of code can come to, and the limits it runs under.

Plain data: every way to end is a value of its own, and none of them is an exception.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Hard limits of one kernel; each is enforced from outside of the code that runs.

    wall_s       of one execution, seconds (> 0)
    cpu_s        of the kernel's whole life, seconds of all its threads (> 0)
    memory_mib   address space of the kernel (>= 64, what Python itself needs)
    scratch_mib  files in the scratch folder, together
    processes    threads at the same time (>= 1); isolated code starts no processes at all
    output_kib   text that one execution may print; more ends it
    """

    wall_s: float = 10.0
    cpu_s: float = 60.0
    memory_mib: int = 1024
    scratch_mib: int = 64
    processes: int = 16
    output_kib: int = 64

    def __post_init__(self) -> None:
        """Raises ValueError for a limit out of its range."""
        if self.wall_s <= 0 or self.cpu_s <= 0:
            raise ValueError("wall_s and cpu_s must be above 0")
        if self.memory_mib < 64 or self.scratch_mib < 0 or self.processes < 1 or self.output_kib < 1:
            raise ValueError("memory_mib is at least 64, processes and output_kib at least 1, scratch_mib at least 0")


@dataclass(frozen=True, slots=True)
class Ran:
    """It ran to its end: all it printed, and the value of its last line if that is an expression, as `repr` has it ("" = None)."""

    output: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Raised:
    """It ended with a Python exception: what it printed until then, and the last lines of the traceback. The kernel goes on."""

    output: str
    error: str


@dataclass(frozen=True, slots=True)
class Killed:
    """A limit ended it, and the kernel with it; the next execution begins in a fresh one, without its variables.

    `limit`: "wall", "cpu", "memory", "output", "processes", or "died" if it ended itself or was killed by something else. `message`
    says what the limit was and which option moves it; `output` is what it had printed, at most `output_kib`.
    """

    limit: str
    message: str
    output: str = ""


Outcome = Ran | Raised | Killed
