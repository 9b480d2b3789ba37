"""One child process that answers framed requests: started, asked, and always buried.

Owns the pipes, the process group and the clock of one worker. The child speaks frames (`framing.py`): one unasked when
it is ready, and after that exactly one per request.

Promises: a request ends with its reply or with a `WorkerLost`, within its deadline and the time a SIGKILL takes. A child
with a clock of its own ends itself by SIGALRM when a request takes too long: that is a `WorkerTimeout` too. After
`WorkerLost` the child and its group are dead, the child is reaped and every descriptor closed. stderr is always
drained, and its tail travels with the error. A reply is never handed to the wrong request: whatever could put the
stream out of step (cancellation, a byte nobody asked for, a broken frame) ends the process. An interpreter that exits
in any way but a kill leaves no worker; after a kill the workers meet the end of their stdin.
Never does: look inside a payload, restart anything, log. POSIX only. A descendant that makes a session of its own
escapes the group; the callers' workers make none.

Pipes are read straight from the event loop instead of through asyncio's subprocess transport: that one lets a thread
reap the child at a time of its choosing (so a later killpg could hit a stranger) and cannot be closed once its loop is.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Self, cast

from lean_env.errors import ProtocolViolation, ToolchainMissing, WorkerLost, WorkerTimeout
from lean_env.framing import FrameDecoder, encode_frame

MIB = 1024 * 1024
_READ_BYTES = 64 * 1024  # what a pipe holds by default: a larger buffer is never filled by one read
_STDERR_TAIL_BYTES = 16 * 1024
_EXIT_CHECK_S = 0.25  # how often a waiting request looks whether the child exited while a descendant holds its stdout
_STATUS_PATIENCE_S = 0.25  # a child that closed its pipes gets this long to exit, so that the error can say how it ended
_REAP_S = 10.0  # a killed process that is still there after this sits in the kernel (disk); nobody waits longer for it


@dataclass(frozen=True, slots=True)
class _Ending:
    """Why the process ends: the error for whoever waits, and the words that follow "worker PID".

    With `by_itself` the child began it, and the exit status, once known, says more than `reason`.
    """

    error: type[WorkerLost]
    reason: str
    by_itself: bool = False


class WorkerProcess:
    """One child, bound to the event loop it was started in and to that loop's thread. Make it with `start`.

    `ready` is the payload of the frame with which the child announced itself.
    """

    def __init__(self, process: subprocess.Popen[bytes], max_frame_bytes: int) -> None:
        """Take over a child whose three pipes are ours and which leads its own process group. Use `start` instead."""
        self.ready = b""
        self._process = process
        self._loop = asyncio.get_running_loop()
        self._owner_pid = os.getpid()
        self._stdin, self._stdout, self._stderr = (
            cast("IO[bytes]", pipe) for pipe in (process.stdin, process.stdout, process.stderr)
        )
        self._decoder = FrameDecoder(max_frame_bytes)
        self._stderr_bytes = bytearray()
        self._unsent = bytearray()
        self._turn = asyncio.Lock()
        self._waiter: asyncio.Future[None] | None = None  # set while a frame is awaited
        self._frame: bytes | None = None
        self._ending: _Ending | None = None
        self._killed = False
        self._buried = False
        self._gone = asyncio.Event()
        for pipe in (self._stdin, self._stdout, self._stderr):
            os.set_blocking(pipe.fileno(), False)
        self._loop.add_reader(self._stdout.fileno(), self._on_stdout)
        self._loop.add_reader(self._stderr.fileno(), self._on_stderr)
        atexit.register(self.kill_now)

    @classmethod
    async def start(
        cls,
        argv: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        cwd: str | os.PathLike[str] | None = None,
        ready_timeout_s: float,
        max_frame_bytes: int = 64 * MIB,
    ) -> Self:
        """Start `argv` and wait for its ready frame.

        `env` replaces the environment (None: inherited). `max_frame_bytes` caps what the child may send in one frame.
        Raises ToolchainMissing if the program cannot be run, WorkerTimeout if it is not ready within `ready_timeout_s`,
        WorkerLost or ProtocolViolation as `request` does.
        """
        pipe = subprocess.PIPE
        try:
            process = subprocess.Popen(
                list(argv), stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0, env=env, cwd=cwd, start_new_session=True
            )
        except (FileNotFoundError, PermissionError) as error:
            raise ToolchainMissing(f"cannot run {argv[0]}: {error}") from error
        except OSError as error:
            raise WorkerLost(f"the system refused to start {argv[0]}: {error}") from error
        worker = cls(process, max_frame_bytes)
        worker.ready = await worker._await_frame(ready_timeout_s, "ready frame")
        return worker

    @property
    def pid(self) -> int:
        """The child's process id, which is also the id of its group; still told after its death."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether a request may be sent, as far as the event loop has noticed."""
        return self._ending is None

    @property
    def stderr_tail(self) -> str:
        """The last 16 KiB that the child wrote to stderr, bytes that are not UTF-8 replaced."""
        return self._stderr_bytes.decode("utf-8", "replace")

    async def request(self, payload: bytes, *, timeout_s: float) -> bytes:
        """Send one frame, return the payload of the reply. Concurrent calls take turns, in order of arrival.

        `timeout_s` counts from the sending; infinity is allowed, 0 is too late at once. Raises WorkerTimeout past it or when
        the child's own clock ends it, ProtocolViolation if the child says anything but one well-formed frame, WorkerLost
        if it is or goes away. Cancelling a call that was sent kills the child.
        """
        async with self._turn:
            if self._ending is None:
                self._on_stdout()  # what is in the pipe before the request cannot be its reply: this refuses it
            if self._ending is not None:
                await self._gone.wait()
                raise self._gone_already(self._ending)
            return await self._await_frame(timeout_s, "reply", encode_frame(payload))

    async def close(self, grace_s: float = 1.0) -> None:
        """End the process: close its stdin, give it `grace_s` to exit, kill the group.

        Idempotent, raises nothing. A request in flight gets WorkerLost at once. Also works from another event loop or
        after the worker's own was closed; then it kills without grace.
        """
        if self._loop.is_closed() or self._loop is not asyncio.get_running_loop():
            self.kill_now()
            return
        self._end(_Ending(WorkerLost, "was closed"), grace_s if self._waiter is None else 0.0)
        try:
            await self._gone.wait()
        finally:
            self._kill_group()  # matters only when this very wait was cancelled

    def kill_now(self) -> None:
        """Kill the group and reap the child, blocking for the few milliseconds that takes. Idempotent.

        For exits where no event loop runs any more; registered with atexit while the child lives. Does nothing in a
        forked copy of the process that started the worker.
        """
        if self._buried or os.getpid() != self._owner_pid:
            return
        self._ending = self._ending or _Ending(WorkerLost, "was killed on request")
        self._kill_group()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_REAP_S)
        self._bury()

    async def _await_frame(self, timeout_s: float, what: str, outgoing: bytes = b"") -> bytes:
        """The next frame, after sending `outgoing`. Whatever ends the wait otherwise ends the process."""
        self._frame = None
        waiter = self._waiter = self._loop.create_future()
        started_s = self._loop.time()
        deadline_s = started_s + timeout_s

        def look() -> None:
            nonlocal timer
            if self._loop.time() >= deadline_s:
                self._end(_Ending(WorkerTimeout, f"sent no {what} within {timeout_s:g} s and was killed"))
            elif self._process.poll() is not None:  # yet no end of file: a descendant holds the pipe
                self._end(_Ending(WorkerLost, "exited", by_itself=True))
            else:
                timer = self._loop.call_at(min(deadline_s, self._loop.time() + _EXIT_CHECK_S), look)

        timer = self._loop.call_at(min(deadline_s, started_s + _EXIT_CHECK_S), look)
        try:
            if outgoing:
                self._send(outgoing)
            await waiter
        finally:
            timer.cancel()
            self._waiter = None
            if waiter.cancelled() or not waiter.done():
                self._end(_Ending(WorkerLost, f"was killed because the wait for its {what} was cancelled"))
        if self._ending is not None:
            await self._gone.wait()
            error = WorkerTimeout if self._gave_up() else self._ending.error
            raise error(f"worker {self.pid} {self._how_it_ended()}", detail=self.stderr_tail)
        return cast("bytes", self._frame)

    def _send(self, data: bytes) -> None:
        """Write what the pipe takes now, leave the rest to the loop, which reads meanwhile: neither side can block."""
        self._unsent += data
        if len(self._unsent) == len(data):
            self._on_writable()
            if self._unsent and self._ending is None:
                self._loop.add_writer(self._stdin.fileno(), self._on_writable)

    def _on_writable(self) -> None:
        try:
            sent = os.write(self._stdin.fileno(), self._unsent)
        except BlockingIOError:
            return
        except BrokenPipeError:
            self._end(_Ending(WorkerLost, "closed its input", by_itself=True), _STATUS_PATIENCE_S)
            return
        del self._unsent[:sent]
        if not self._unsent:
            self._loop.remove_writer(self._stdin.fileno())

    def _on_stdout(self) -> None:
        try:
            chunk = os.read(self._stdout.fileno(), _READ_BYTES)
        except BlockingIOError:
            return
        if not chunk:
            self._loop.remove_reader(self._stdout.fileno())
            self._end(_Ending(WorkerLost, "closed its output", by_itself=True), _STATUS_PATIENCE_S)
        elif self._ending is not None:
            return  # nobody wants it, but the child must not block on a full pipe while it may still exit in peace
        elif self._waiter is None:
            self._end(_Ending(ProtocolViolation, f"sent {chunk[:60]!r} unasked and was killed"))
        else:
            self._take(chunk, self._waiter)

    def _take(self, chunk: bytes, waiter: asyncio.Future[None]) -> None:
        try:
            frame = self._decoder.feed(chunk)
        except ValueError as error:
            self._end(_Ending(ProtocolViolation, f"{error}, and was killed"))
            return
        if frame is None:
            return
        if self._frame is not None or self._decoder.pending:
            self._end(_Ending(ProtocolViolation, f"sent {self._decoder.pending!r} after its reply and was killed"))
            return
        self._frame = frame
        if not waiter.done():  # done: cancelled, and the task has not run yet
            waiter.set_result(None)

    def _on_stderr(self) -> None:
        try:
            chunk = os.read(self._stderr.fileno(), _READ_BYTES)
        except BlockingIOError:
            return
        if not chunk and not self._buried:
            self._loop.remove_reader(self._stderr.fileno())
        self._stderr_bytes += chunk
        del self._stderr_bytes[:-_STDERR_TAIL_BYTES]

    def _end(self, ending: _Ending, patience_s: float = 0.0) -> None:
        """Begin the end; the first reason given is the one that is told. The rest happens in `_reap`."""
        if self._ending is not None:
            return
        self._ending = ending
        if self._loop.is_closed():
            self.kill_now()
            return
        self._loop.remove_writer(self._stdin.fileno())
        self._stdin.close()
        self._reap(self._loop.time() + patience_s, 0.0005)

    def _reap(self, patient_until_s: float, delay_s: float) -> None:
        """Look for the exit again and again, kill the group once patience is over, and bury what is dead."""
        if self._buried:
            return
        now_s = self._loop.time()
        if self._process.poll() is None and now_s < patient_until_s + _REAP_S:
            if now_s >= patient_until_s:
                self._kill_group()
            self._loop.call_later(delay_s, self._reap, patient_until_s, min(2 * delay_s, 0.02))
            return
        self._kill_group()  # the child may have left descendants behind
        self._bury()

    def _kill_group(self) -> None:
        """SIGKILL to the child and its descendants, once: later the number could belong to strangers."""
        if self._killed or self._buried:
            return
        self._killed = self._process.returncode is None
        with suppress(ProcessLookupError, PermissionError):  # macOS answers EPERM when only zombies are left
            os.killpg(self.pid, signal.SIGKILL)

    def _bury(self) -> None:
        """The process is dead: take its last words, close every descriptor, wake whoever waits."""
        self._buried = True
        self._on_stderr()  # one read takes what a pipe holds
        pipes = (self._stdin, self._stdout, self._stderr)
        if not self._loop.is_closed():
            for pipe in (pipe for pipe in pipes if not pipe.closed):
                self._loop.remove_reader(pipe.fileno())
                self._loop.remove_writer(pipe.fileno())
            if self._waiter is not None and not self._waiter.done():
                self._waiter.set_result(None)
            self._gone.set()
        for pipe in pipes:
            pipe.close()
        atexit.unregister(self.kill_now)

    def _gone_already(self, ending: _Ending) -> WorkerLost:
        """The error of a request that was not sent. It is no timeout, even if the worker died of one."""
        error = WorkerLost if ending.error is WorkerTimeout else ending.error
        return error(f"worker {self.pid} is gone: it {self._how_it_ended()}", detail=self.stderr_tail)

    def _gave_up(self) -> bool:
        """Whether the child's own alarm clock ended it. Only right once the process is buried."""
        by_itself = self._ending is not None and self._ending.by_itself and not self._killed
        return by_itself and self._process.returncode == -signal.SIGALRM

    def _how_it_ended(self) -> str:
        """What follows "worker PID" in an error. Only right once the process is buried."""
        ending, status = self._ending, self._process.returncode
        if ending is None:
            return "is alive"
        if not ending.by_itself:
            return ending.reason
        if self._killed or status is None:
            return f"{ending.reason} but lived on, and was killed"
        where = " in the middle of a frame" if self._decoder.pending else ""
        if self._gave_up():
            return "reached a hard limit of its own and ended itself"
        if status >= 0:
            return f"exited with status {status}{where}"
        return f"was killed by signal {-status} ({signal.strsignal(-status)}){where}"
