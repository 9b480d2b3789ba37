"""A worker that misbehaves on purpose, on real pipes: `python fake_worker.py SCENARIO [ARGUMENTS]`.

Each scenario is one function, named after what goes wrong; everything before the accident is correct protocol. It
writes its frames by hand, so that a mistake in `lean_env.framing` cannot hide here. No scenario lasts longer than
`FOREVER_S`, whatever the test does.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from pathlib import Path
from typing import NoReturn

FOREVER_S = 20.0
MIB = 1024 * 1024


def write(data: bytes, fd: int = 1) -> None:
    while data:
        data = data[os.write(fd, data) :]


def send(payload: bytes) -> None:
    write(str(len(payload)).encode() + b"\n" + payload + b"\n")


def read_header() -> int:
    header = b""
    while not header.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            sys.exit(0)
        header += byte
    return int(header)


def read_rest(size: int) -> bytes:
    body = b""
    while len(body) < size + 1:
        chunk = os.read(0, min(size + 1 - len(body), MIB))
        if not chunk:
            sys.exit(0)
        body += chunk
    return body[:-1]


def receive() -> bytes:
    return read_rest(read_header())


def hang() -> NoReturn:
    time.sleep(FOREVER_S)
    sys.exit(9)


def grandchild() -> int:
    """Fork a process that keeps all our pipes open and outlives us if it can; its process id."""
    pid = os.fork()
    if pid == 0:
        hang()
    return pid


def echo() -> None:
    send(b"ready")
    while True:
        send(receive())


def never_ready() -> None:
    """Write the process id to the file argv[2] and say nothing."""
    Path(sys.argv[2]).write_text(str(os.getpid()))
    hang()


def slow_start() -> None:
    time.sleep(0.2)
    echo()


def garbage_instead_of_ready() -> None:
    write(b"node: bad option: --snapshot-blob\n")
    hang()


def exit_before_ready() -> None:
    write(b"cannot map the snapshot\n", 2)
    sys.exit(3)


def silence() -> None:
    send(b"ready")
    receive()
    write(b"thinking\n", 2)
    hang()


def garbage() -> None:
    send(b"ready")
    receive()
    write(b"Segmentation fault (core dumped)\n")
    hang()


def garbage_without_newline() -> None:
    send(b"ready")
    receive()
    write(b"oops")
    hang()


def endless_header() -> None:
    send(b"ready")
    receive()
    write(b"1" * 1000)
    hang()


def oversize_header() -> None:
    send(b"ready")
    receive()
    write(b"99999999999\n")
    hang()


def no_trailing_newline() -> None:
    send(b"ready")
    receive()
    write(b"2\n{}{}\n")
    hang()


def half_a_frame_then_silence() -> None:
    send(b"ready")
    receive()
    write(b"100\n" + b"x" * 50)
    hang()


def half_a_frame_then_exit() -> None:
    send(b"ready")
    receive()
    write(b"100\n" + b"x" * 50)
    sys.exit(0)


def tell_of_reply() -> None:
    """Make the file argv[2] once the reply is in the pipe."""
    send(b"ready")
    send(receive())
    Path(sys.argv[2]).touch()
    hang()


def byte_by_byte() -> None:
    send(b"ready")
    while True:
        reply = receive()
        for byte in b"%d\n%b\n" % (len(reply), reply):
            write(bytes([byte]))
            time.sleep(0.0005)


def five_mib_line() -> None:
    send(b"ready")
    while True:
        receive()
        send(b"y" * (5 * MIB))


def reply_before_reading() -> None:
    """Write more than a pipe holds while the request still waits: who writes first and reads later hangs."""
    send(b"ready")
    while True:
        size = read_header()
        send(b"z" * MIB)
        read_rest(size)


def crash() -> None:
    send(b"ready")
    receive()
    write(b"panic: out of bounds\n", 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.kill(os.getpid(), signal.SIGSEGV)
    hang()


def alarm_clock() -> None:
    """End as a worker does whose own clock says that the request took too long."""
    send(b"ready")
    receive()
    os.kill(os.getpid(), signal.SIGALRM)
    hang()


def exit_0() -> None:
    send(b"ready")
    receive()
    sys.exit(0)


def exit_while_idle() -> None:
    send(b"ready")
    sys.exit(7)


def close_stdout() -> None:
    send(b"ready")
    receive()
    os.close(1)
    hang()


def close_stdin() -> None:
    send(b"ready")
    receive()
    os.close(0)
    send(b"last reply")
    hang()


def flood_stderr() -> None:
    send(b"ready")
    while True:
        request = receive()
        for number in range(16):
            write(b"warning %d \xff\n" % number * (64 * 1024 // 12), 2)
        write(b"last words\n", 2)
        send(request)


def two_replies() -> None:
    send(b"ready")
    receive()
    write(b"4\ntrue\n5\nfalse\n")
    hang()


def frame_while_idle() -> None:
    """Wait for the file argv[2], send a frame nobody asked for and complain, then make the file argv[3]."""
    send(b"ready")
    while not Path(sys.argv[2]).exists():
        time.sleep(0.001)
    send(b"nobody asked")
    write(b"out of turn\n", 2)
    Path(sys.argv[3]).touch()
    while True:
        send(receive())


def with_grandchild() -> None:
    send(str(grandchild()).encode())
    while True:
        send(receive())


def exit_but_grandchild_holds_stdout() -> None:
    send(str(grandchild()).encode())
    receive()
    os._exit(5)


def stubborn() -> None:
    """Ignore every polite way of asking to leave: SIGTERM, SIGINT, and the end of stdin."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    send(b"ready")
    hang()


def exit_talking() -> None:
    """Write more than a pipe holds on the way out, and only then exit."""
    send(b"ready")
    while os.read(0, MIB):
        pass
    write(b"x" * MIB)
    write(b"x" * MIB + b" good bye\n", 2)
    sys.exit(0)


SCENARIOS = {
    scenario.__name__: scenario
    for scenario in (
        echo, never_ready, slow_start, garbage_instead_of_ready, exit_before_ready, silence, garbage,
        garbage_without_newline, endless_header, oversize_header, no_trailing_newline, half_a_frame_then_silence,
        half_a_frame_then_exit, tell_of_reply, byte_by_byte, five_mib_line, reply_before_reading, crash, exit_0, alarm_clock,
        exit_while_idle,
        close_stdout, close_stdin, flood_stderr, two_replies, frame_while_idle, with_grandchild,
        exit_but_grandchild_holds_stdout, stubborn, exit_talking,
    )
}  # fmt: skip

if __name__ == "__main__":
    SCENARIOS[sys.argv[1]]()
