"""Linux system calls that Python's `os` does not have, each with the name of the step it fails in.

Promises that a call either did what it says or raises `Refused`; none is made at import.
"""

from __future__ import annotations

import ctypes
import os
import platform

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 32, 4096, 16384, 1 << 18
MNT_DETACH = 2
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWNET = 0x20000, 0x4000000, 0x8000000, 0x10000000, 0x40000000
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38

_CAPABILITY_VERSION = 0x20080522
# Calls without a function in the C library, for (x86_64, aarch64).
_NUMBERS = {
    "pivot_root": (155, 41),
    "capset": (126, 91),
    "seccomp": (317, 277),
    "landlock_create_ruleset": (444, 444),
    "landlock_add_rule": (445, 445),
    "landlock_restrict_self": (446, 446),
}
_MACHINES = ("x86_64", "aarch64")


class Refused(Exception):
    """This machine does not let the sandbox do one of its steps; `step` names it, `reason` is the system's answer."""

    def __init__(self, step: str, reason: str) -> None:
        super().__init__(f"{step}: {reason}")
        self.step = step
        self.reason = reason


def machine_index() -> int:
    """0 on x86_64, 1 on aarch64: the column of the tables of system calls. Raises Refused elsewhere, and on 32 bits."""
    machine = platform.machine()
    if machine not in _MACHINES or ctypes.sizeof(ctypes.c_void_p) != 8:
        raise Refused("system calls", f"their numbers are known for 64 bits of {' and '.join(_MACHINES)} only, this is {machine}")
    return _MACHINES.index(machine)


def call(step: str, *arguments: int | bytes | ctypes.Array[ctypes.c_char] | None) -> int:
    """The system call named `step` with these arguments. Raises Refused with the system's answer."""
    return checked(step, _library().syscall(ctypes.c_long(_NUMBERS[step][machine_index()]), *(_wide(each) for each in arguments)))


def mount(source: str | None, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    """As the system call of that name. Raises Refused."""
    encoded = (None if text is None else os.fsencode(text) for text in (source, kind, options))
    from_, kind_, options_ = encoded
    checked(f"mount {target}", _library().mount(from_, os.fsencode(target), kind_, ctypes.c_ulong(flags), options_))


def detach(target: str) -> None:
    """Unmount `target` lazily. Raises Refused."""
    checked(f"unmount {target}", _library().umount2(os.fsencode(target), MNT_DETACH))


def unshare(flags: int) -> None:
    """New namespaces for this process. Raises Refused."""
    checked("unshare", _library().unshare(ctypes.c_int(flags)))


def prctl(step: str, option: int, value: int) -> None:
    """As the system call of that name, with one argument. Raises Refused."""
    checked(step, _library().prctl(ctypes.c_int(option), ctypes.c_ulong(value), *(ctypes.c_ulong(0) for _ in range(3))))


def drop_capabilities() -> None:
    """Give up every capability for good (together with no_new_privs and an execve that is refused). Raises Refused."""
    header = ctypes.create_string_buffer(_CAPABILITY_VERSION.to_bytes(4, "little") + bytes(4), 8)
    call("capset", header, ctypes.create_string_buffer(24))


def checked(step: str, result: int) -> int:
    """`result`, unless it is C's -1: then Refused with errno's text."""
    if result == -1:
        raise Refused(step, os.strerror(ctypes.get_errno()))
    return result


def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _wide(argument: int | bytes | ctypes.Array[ctypes.c_char] | None) -> object:
    """As syscall(2) wants it: variadic arguments are 64 bits wide, or the upper half is whatever lay there."""
    return ctypes.c_long(argument) if isinstance(argument, int) else argument
