"""A persistent Python kernel that code of strangers runs in, and the one place that starts and buries its process.

A plain child instead of Jupyter's kernel: that one listens on sockets, which is what the sandbox takes away first, brings an event
loop, threads and a dozen packages into the process, and trusts its own process to tell the truth. Here two pipes carry one request
and one reply at a time.

Promises: `run` comes back within its wall limit and the time a SIGKILL takes, with an `Outcome` for whatever the code did.
Variables live until a `Killed`, and the next run then begins in a fresh process. Isolated code can start no process, so one
SIGKILL ends all there is; it dies with its parent, and its scratch folder is memory that goes with it. With `unsafe` it runs as
the user, in a group that is killed together, under the same limits as far as the system counts them.
Never does: run anything without isolation unless asked to.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from typing import IO, Literal, Self, cast

import msgspec

from lean_env.errors import EnvError
from prover.sandbox import orders
from prover.sandbox.conversation import Conversation, Ending, Heard
from prover.sandbox.endings import killed_by_itself, killed_by_us
from prover.sandbox.isolation import Isolation, Refusal, Way, no_isolation, ways
from prover.sandbox.outcomes import Killed, Limits, Outcome, Raised, Ran

_KIB = 1024
_START_S = 30.0
_START_OUTPUT_BYTES = 4096
_SLACK_BYTES = 64 * _KIB  # a reply's own words, beside what the limits allow
_EXIT_PATIENCE_S = 0.5  # a process that closed its pipes gets this long to exit, so that its ending can say why
_REAP_S = 10.0
_INSIDE_SCRATCH = "/tmp"


class _Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: Literal["ready", "refused", "ran", "raised"]
    text: str = ""
    step: str = ""
    threads: bool = False
    token: str = ""


class Kernel:
    """One kernel under `limits`, with at most one process at a time. Make it with `start`, end it with `close`."""

    def __init__(self, limits: Limits, process: _Process) -> None:
        """Use `start`."""
        self._limits = limits
        self._process: _Process | None = process
        self._isolation = process.isolation
        self._turn = asyncio.Lock()

    @classmethod
    async def start(cls, limits: Limits | None = None, *, unsafe: bool = False, among: Sequence[Way] | None = None) -> Self:
        """A kernel in the best of the ways `among` (None: all) that this machine offers; if `unsafe`, rather bare than not at all.

        Raises NoIsolation where there is none, EnvError if not even a bare interpreter starts.
        """
        chosen = limits or Limits()
        tried = ways() if among is None else among
        return cls(chosen, await _start_in_one_of((*tried, Way.NONE) if unsafe else tried, chosen))

    @property
    def isolation(self) -> Isolation:
        """How its code is confined."""
        return self._isolation

    async def run(self, code: str) -> Outcome:
        """Run `code` after all that ran before. Calls take turns; cancelling one kills the process.

        Raises EnvError if a fresh process was needed and could not be started.
        """
        async with self._turn:
            if self._process is None:
                self._process = await _start_in_one_of((self._isolation.way,), self._limits)
            process = self._process
            try:
                outcome = await process.run(code)
            except BaseException:
                self._process = None
                await asyncio.shield(process.bury())
                raise
            if isinstance(outcome, Killed):
                self._process = None
            return outcome

    async def close(self) -> None:
        """End the process; idempotent. A run under way ends as Killed("died")."""
        if self._process is not None:
            self._process.kill()
        async with self._turn:
            process, self._process = self._process, None
            if process is not None:
                await process.bury()


async def find_isolation() -> Isolation:
    """How code would be confined on this machine, found by confining a kernel. Raises NoIsolation if it cannot be."""
    kernel = await Kernel.start()
    await kernel.close()
    return kernel.isolation


async def _start_in_one_of(tried: Sequence[Way], limits: Limits) -> _Process:
    refused: list[Refusal] = []
    for way in tried:
        process = _Process(way, limits)
        try:
            answer = await process.begin(tuple(refused))
        except BaseException:
            await asyncio.shield(process.bury())
            raise
        if answer is None:
            return process
        refused.append(answer)
    raise no_isolation(refused)


class _Process:
    """One process of a kernel, from its start to its burial."""

    def __init__(self, way: Way, limits: Limits) -> None:
        """Start the interpreter; nothing runs in it before `begin`. Raises EnvError if the system refuses."""
        self.isolation = Isolation(way, threads=False)
        self._limits = limits
        self._usage_s = 0.0
        self._killed = False
        self._buried = False
        self._scratch = tempfile.mkdtemp(prefix="entail-code-") if way is Way.NONE else None
        home = _INSIDE_SCRATCH if self._scratch is None else self._scratch
        request_read, request_write = os.pipe()
        reply_read, reply_write = os.pipe()
        try:
            self._process = subprocess.Popen(
                orders.command(request_read, reply_write),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(request_read, reply_write),
                env=orders.environment(home),
                cwd=self._scratch or "/",
                start_new_session=True,
            )
        except OSError as error:
            os.close(request_write)
            os.close(reply_read)
            self._remove_scratch()
            raise EnvError(f"the system refused to start a Python interpreter: {error}") from error
        finally:
            os.close(request_read)
            os.close(reply_write)
        self._stdout = cast("IO[bytes]", self._process.stdout)
        self._talk = Conversation(request_write, reply_read, os.dup(self._stdout.fileno()))
        self._stdout.close()

    async def begin(self, refused: tuple[Refusal, ...]) -> Refusal | None:
        """Have it confine itself; what stopped it, after which it is buried, or None. Raises EnvError if it does neither."""
        way = self.isolation.way
        heard = await self._talk.exchange(
            orders.order(way, self._limits),
            wall_s=_START_S,
            output_bytes=_START_OUTPUT_BYTES,
            reply_bytes=_SLACK_BYTES,
            is_gone=self._reap,
        )
        reply = _read(heard)
        if reply is not None and reply.kind == "ready" and self._may_be_killed():
            self.isolation = Isolation(way, reply.threads, refused)
            return None
        await self.bury()
        if reply is not None and reply.kind == "refused":
            return Refusal(way, reply.step, reply.text)
        if reply is not None:
            return Refusal(way, "signals", "a process of another user could not be killed")
        detail = heard.output.decode("utf-8", "replace")
        if way is Way.NONE:
            raise EnvError("a Python interpreter for code did not come up", detail=detail)
        return Refusal(way, "start", (detail.strip().splitlines() or [f"no answer ({self._process.returncode})"])[-1])

    async def run(self, code: str) -> Outcome:
        """One execution. After a Killed the process is buried."""
        limits, token = self._limits, secrets.token_hex(16)
        most = limits.output_kib * _KIB
        heard = await self._talk.exchange(
            msgspec.json.encode({"code": code.encode("utf-8", "replace").decode(), "token": token}),
            wall_s=limits.wall_s,
            output_bytes=most,
            reply_bytes=6 * most + _SLACK_BYTES,  # JSON writes a character in up to six bytes
            is_gone=self._reap,
        )
        output = heard.output.decode("utf-8", "replace")
        reply = _read(heard)
        if reply is not None and reply.token == token:
            if len(heard.output) + len(reply.text.encode()) > most and reply.kind == "ran":
                await self.bury()
                return killed_by_us(Ending.OUTPUT, limits, output)
            if reply.kind in ("ran", "raised"):
                return Ran(output, reply.text) if reply.kind == "ran" else Raised(output, reply.text)
        if heard.ending is Ending.GONE:
            await self._wait_for_exit(_EXIT_PATIENCE_S)
        status, closed = self._process.returncode, self._killed
        await self.bury()
        if closed:
            return Killed("died", "was closed while it ran", output)
        if heard.ending is Ending.GONE and status is not None:
            return killed_by_itself(status, self._usage_s, limits, output)
        return killed_by_us(heard.ending, limits, output)

    def kill(self) -> None:
        """SIGKILL to its group, which is all there is where code is isolated."""
        if not self._reap():
            self._killed = True
            self._kill_group()

    def _kill_group(self) -> None:
        with suppress(ProcessLookupError, PermissionError):  # PermissionError: all of them are dead already, on macOS
            os.killpg(self._process.pid, signal.SIGKILL)

    async def bury(self) -> None:
        """Kill it, reap it, close its pipes, remove its scratch folder. Idempotent."""
        if self._buried:
            return
        self._buried = True
        self.kill()
        try:
            await self._wait_for_exit(_REAP_S)
        finally:
            self._talk.close()
            self._remove_scratch()

    async def _wait_for_exit(self, patience_s: float) -> None:
        loop, delay_s = asyncio.get_running_loop(), 0.001
        until_s = loop.time() + patience_s
        while not self._reap() and loop.time() < until_s:
            await asyncio.sleep(delay_s)
            delay_s = min(2 * delay_s, 0.02)

    def _reap(self) -> bool:
        """Whether it is dead; takes its ending and its processor time when it has just died."""
        if self._process.returncode is None:
            try:
                # Not Popen.poll: only wait4 tells the processor time, which is how a death by that limit is known.
                pid, status, usage = os.wait4(self._process.pid, os.WNOHANG)
            except ChildProcessError:  # somebody else reaped it
                self._process.returncode = -signal.SIGKILL
                return True
            if pid:
                self._process.returncode = os.waitstatus_to_exitcode(status)
                self._usage_s = usage.ru_utime + usage.ru_stime
                self._kill_group()  # without isolation it may have left some behind
        return self._process.returncode is not None

    def _may_be_killed(self) -> bool:
        """Without this, neither a limit nor the death of this process would end it."""
        try:
            os.kill(self._process.pid, 0)
        except PermissionError:
            return False
        return True

    def _remove_scratch(self) -> None:
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)


def _read(heard: Heard) -> _Reply | None:
    if heard.ending is not Ending.REPLY:
        return None
    try:
        return msgspec.json.decode(heard.reply, type=_Reply)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
