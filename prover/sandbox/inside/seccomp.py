"""The filter over system calls: what is not on the list of `syscalls.py` is refused, in every isolated way of running.

Promises of what is confined: it can start no process and no program (threads only where they are counted), open no socket, send
signals to nobody but itself, and where `may_write` is false change no file. A call of another architecture's table (32 bits, x32)
ends the process: its numbers mean other calls. Calls newer than this list answer ENOSYS, so that the C library falls back to older
ones; `clone3` among them, whose flags a filter cannot read.
"""

from __future__ import annotations

import ctypes
import os
import struct

from prover.sandbox.inside import linux
from prover.sandbox.inside.syscalls import EXAMINED, READING, WRITING

# One instruction of the kernel's filter machine: code, jump if true, jump if false, constant.
Instruction = tuple[int, int, int, int]

_LOAD, _AND, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
_AT_NUMBER, _AT_ARCHITECTURE, _AT_ARGUMENTS = 0, 4, 16
_ALLOW, _KILL_PROCESS, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_ARCHITECTURES = (0xC000003E, 0xC00000B7)  # AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64
_X32_BIT = 0x40000000
_FIRST_NEW_CALL = 424  # from here all architectures count alike
_EPERM, _ENOSYS = _ERRNO | 1, _ERRNO | 38

_CLONE_THREAD, _CLONE_NEW_ANYTHING = 0x10000, 0x7E020000
_OPEN_TO_CHANGE = os.O_ACCMODE | os.O_CREAT | os.O_TRUNC
_SIGKILL = 9
_SIGXCPU = 24  # nobody ignores it: it says that the processor time is used up
# F_SETOWN, F_SETSIG and their like are missing: with them a pipe sends signals to other processes of the user.
_FCNTL_COMMANDS = (0, 1, 2, 3, 4, 5, 6, 7, 1030)
_IOCTL_REQUESTS = (
    0x5401,
    0x5413,
    0x541B,
    0x5421,
    0x5450,
    0x5451,
)  # is it a terminal, its size, bytes waiting, blocking, close on exec
# Names of threads and of memory, nothing else: PR_SET_PDEATHSIG would let it outlive its parent.
_PRCTL_OPTIONS = (15, 16, 0x53564D41)
_FILTER_MODE, _ALL_THREADS = 1, 1


def install(*, threads: bool, may_write: bool) -> None:
    """Put the filter over this process, for good. Wants no_new_privs. Raises linux.Refused."""
    instructions = program(linux.machine_index(), os.getpid(), threads=threads, may_write=may_write)
    code = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *each) for each in instructions))
    header = ctypes.create_string_buffer(struct.pack("<HxxxxxxQ", len(instructions), ctypes.addressof(code)))
    linux.call("seccomp", _FILTER_MODE, _ALL_THREADS, header)


def program(machine: int, pid: int, *, threads: bool, may_write: bool) -> list[Instruction]:
    """The filter for the column `machine` of the tables and the process `pid`."""
    code = [
        (_LOAD, 0, 0, _AT_ARCHITECTURE),
        (_EQUAL, 1, 0, _ARCHITECTURES[machine]),
        _answer(_KILL_PROCESS),
        (_LOAD, 0, 0, _AT_NUMBER),
    ]
    if machine == 0:
        code += [(_AT_LEAST, 0, 1, _X32_BIT), _answer(_KILL_PROCESS)]
    allowed = {**READING, **WRITING} if may_write else READING
    for numbers in allowed.values():
        code += _on(numbers[machine], [_answer(_ALLOW)])
    for name, block in _examinations(pid, threads=threads, may_write=may_write).items():
        code += _on(EXAMINED[name][machine], block)
    return [*code, (_AT_LEAST, 0, 1, _FIRST_NEW_CALL), _answer(_ENOSYS), _answer(_EPERM)]


def _examinations(pid: int, *, threads: bool, may_write: bool) -> dict[str, list[Instruction]]:
    """For each examined call the instructions that decide it; each list ends with an answer."""
    only_itself = _one_of(0, (pid,))

    def opening(flags: int) -> list[Instruction]:
        return [_answer(_ALLOW)] if may_write else _masked(flags, _OPEN_TO_CHANGE, 0)

    return {
        "open": opening(1),
        "openat": opening(2),
        "clone": _masked(0, _CLONE_THREAD | _CLONE_NEW_ANYTHING, _CLONE_THREAD) if threads else [_answer(_EPERM)],
        # SIGKILL is left to the outside, so that a death by it is never the code's own doing.
        "kill": [*_refuse_if(1, _SIGKILL), *only_itself],
        "rt_sigaction": [*_refuse_if(0, _SIGXCPU), _answer(_ALLOW)],
        "tgkill": [*_refuse_if(2, _SIGKILL), *only_itself],
        "prlimit64": _one_of(0, (0, pid)),
        "fcntl": _one_of(1, _FCNTL_COMMANDS),
        "ioctl": _one_of(1, _IOCTL_REQUESTS),
        "prctl": _one_of(0, _PRCTL_OPTIONS),
    }


def _on(number: int | None, block: list[Instruction]) -> list[Instruction]:
    """`block` if the call is `number`; nothing where the machine has no such call."""
    return [] if number is None else [(_EQUAL, 0, len(block), number), *block]


def _argument(index: int) -> Instruction:
    """Load the lower half of an argument: all that the kernel looks at in those that are examined."""
    return (_LOAD, 0, 0, _AT_ARGUMENTS + 8 * index)


def _one_of(index: int, values: tuple[int, ...]) -> list[Instruction]:
    tests = [instruction for value in values for instruction in ((_EQUAL, 0, 1, value), _answer(_ALLOW))]
    return [_argument(index), *tests, _answer(_EPERM)]


def _masked(index: int, mask: int, value: int) -> list[Instruction]:
    return [_argument(index), (_AND, 0, 0, mask), (_EQUAL, 0, 1, value), _answer(_ALLOW), _answer(_EPERM)]


def _refuse_if(index: int, value: int) -> list[Instruction]:
    return [_argument(index), (_EQUAL, 0, 1, value), _answer(_EPERM)]


def _answer(verdict: int) -> Instruction:
    return (_RETURN, 0, 0, verdict)
