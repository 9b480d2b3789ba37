"""The filter program of both architectures, run by a small machine of our own: the one that this computer is not included."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.sandbox.inside.seccomp import Instruction, program
from prover.sandbox.inside.syscalls import EXAMINED, READING, WRITING

ARCHITECTURES = (0xC000003E, 0xC00000B7)
ALLOW, KILL, EPERM, ENOSYS = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026
PID = 4321
MACHINES = pytest.mark.parametrize("machine", [0, 1], ids=["x86_64", "aarch64"])


def verdict(code: list[Instruction], architecture: int, number: int, *arguments: int) -> int:
    """What the filter says of a call."""
    words = {0: number, 4: architecture, **{16 + 8 * index: value & 0xFFFFFFFF for index, value in enumerate(arguments)}}
    value, at = 0, 0
    while True:
        kind, if_true, if_false, constant = code[at]
        at += 1
        match kind:
            case 0x20:
                value = words.get(constant, 0)
            case 0x54:
                value &= constant
            case 0x15:
                at += if_true if value == constant else if_false
            case 0x35:
                at += if_true if value >= constant else if_false
            case 0x06:
                return constant
            case _:
                raise AssertionError(f"no instruction of ours: {kind:#x}")


def answer(machine: int, name: str, *arguments: int, threads: bool = True, may_write: bool = True) -> int:
    number = EXAMINED[name][machine]
    assert number is not None
    return verdict(program(machine, PID, threads=threads, may_write=may_write), ARCHITECTURES[machine], number, *arguments)


@MACHINES
def test_the_kernel_would_take_it(machine: int) -> None:
    code = program(machine, PID, threads=True, may_write=True)
    assert len(code) <= 4096
    for _, if_true, if_false, constant in code:
        assert max(if_true, if_false) < 256
        assert 0 <= constant < 1 << 32


@MACHINES
@given(number=st.integers(0, 600))
def test_what_is_not_listed_is_refused(machine: int, number: int) -> None:
    listed = {numbers[machine] for table in (READING, WRITING, EXAMINED) for numbers in table.values()}
    code = program(machine, PID, threads=True, may_write=True)
    got = verdict(code, ARCHITECTURES[machine], number)
    if number not in listed:
        assert got == (ENOSYS if number >= 424 else EPERM)


@MACHINES
def test_another_architecture_kills(machine: int) -> None:
    code = program(machine, PID, threads=True, may_write=True)
    for architecture in (ARCHITECTURES[1 - machine], 0x40000003, 0):
        assert verdict(code, architecture, 0) == KILL
    if machine == 0:
        assert verdict(code, ARCHITECTURES[0], 0x40000000) == KILL


@MACHINES
def test_writing_calls_are_refused_where_nothing_may_be_written(machine: int) -> None:
    code = program(machine, PID, threads=True, may_write=False)
    for numbers in WRITING.values():
        number = numbers[machine]
        if number is not None:
            assert verdict(code, ARCHITECTURES[machine], number) == EPERM
    for flags in (os.O_WRONLY, os.O_RDWR, os.O_CREAT, os.O_TRUNC, os.O_APPEND | os.O_WRONLY):
        assert answer(machine, "openat", 0, 0, flags, may_write=False) == EPERM
        assert answer(machine, "openat", 0, 0, flags) == ALLOW
    assert answer(machine, "openat", 0, 0, os.O_RDONLY | os.O_CLOEXEC, may_write=False) == ALLOW


@MACHINES
def test_threads_but_no_processes_and_no_namespaces(machine: int) -> None:
    thread = 0x3D0F00
    assert answer(machine, "clone", thread) == ALLOW
    assert answer(machine, "clone", thread, threads=False) == EPERM
    for flags in (17, 0x4111, 0x01200011, *(thread | 1 << bit for bit in (17, 25, 26, 27, 28, 29, 30))):
        assert answer(machine, "clone", flags) == EPERM


@MACHINES
def test_signals_go_to_itself_alone_and_none_is_sigkill(machine: int) -> None:
    assert answer(machine, "kill", PID, 15) == ALLOW
    assert answer(machine, "tgkill", PID, PID + 1, 10) == ALLOW
    assert answer(machine, "kill", PID, 9) == answer(machine, "tgkill", PID, PID, 9) == EPERM
    assert answer(machine, "rt_sigaction", 24) == EPERM
    assert answer(machine, "rt_sigaction", 10) == ALLOW
    for target in (0, 1, PID + 1, -1, -PID):
        assert answer(machine, "kill", target, 15) == answer(machine, "tgkill", target, PID, 10) == EPERM


@MACHINES
def test_arguments_that_reach_other_processes_are_refused(machine: int) -> None:
    assert answer(machine, "prlimit64", 0) == answer(machine, "prlimit64", PID) == ALLOW
    assert answer(machine, "prlimit64", 1) == EPERM
    for command in (8, 10, 15, 1031):  # F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETPIPE_SZ
        assert answer(machine, "fcntl", 3, command) == EPERM
    assert answer(machine, "ioctl", 0, 0x5412) == EPERM  # TIOCSTI
    for option in (1, 22, 36, 38):  # death of the parent, seccomp, adopting orphans, no new privileges
        assert answer(machine, "prctl", option) == EPERM
