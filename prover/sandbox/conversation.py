"""One exchange with a sandboxed process: a request out, its output and its reply back, each within its bounds.

Owns the three descriptors. Promises to believe nothing: whatever is not exactly one well-formed reply, in time, is an ending with a
name. Never decides what becomes of the process.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto

from lean_env.framing import FrameDecoder, encode_frame

_CHUNK_BYTES = 64 * 1024
_LOOK_S = 0.1  # how often a waiting exchange looks whether the process is gone while something else holds its pipes
_STALE_CHUNKS = 64  # what a thread prints between two executions is thrown away, but not for ever


class Ending(Enum):
    """How an exchange ended."""

    REPLY = auto()
    GONE = auto()  # the process, or its end of a pipe
    BROKEN = auto()  # it said something that is no reply
    OUTPUT = auto()
    WALL = auto()


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of an exchange: how it ended, the reply's payload if there was one, and the output until then."""

    ending: Ending
    reply: bytes
    output: bytes


class Conversation:
    """Talks over three pipe ends, within the running event loop; one exchange at a time."""

    def __init__(self, request_fd: int, reply_fd: int, output_fd: int) -> None:
        """Take over the descriptors."""
        self._request_fd, self._reply_fd, self._output_fd = request_fd, reply_fd, output_fd
        for descriptor in (request_fd, reply_fd, output_fd):
            os.set_blocking(descriptor, False)

    def close(self) -> None:
        """Close the descriptors."""
        for descriptor in (self._request_fd, self._reply_fd, self._output_fd):
            os.close(descriptor)

    async def exchange(
        self, payload: bytes, *, wall_s: float, output_bytes: int, reply_bytes: int, is_gone: Callable[[], bool]
    ) -> Heard:
        """Send `payload` and wait for the reply, for `wall_s` and while at most `output_bytes` are printed.

        A reply of more than `reply_bytes` is broken. `is_gone` says whether the process has exited.
        """
        self._discard_stale()
        turn = _Turn(self._request_fd, self._reply_fd, self._output_fd, payload, output_bytes, reply_bytes)
        loop = asyncio.get_running_loop()
        loop.add_reader(self._reply_fd, turn.on_reply)
        loop.add_reader(self._output_fd, turn.on_output)
        loop.add_writer(self._request_fd, turn.on_writable)
        deadline_s = loop.time() + wall_s
        try:
            while not turn.done.is_set():
                left_s = deadline_s - loop.time()
                with suppress(TimeoutError):
                    await asyncio.wait_for(turn.done.wait(), max(0.0, min(_LOOK_S, left_s)))
                if turn.done.is_set():
                    break
                if left_s <= 0:
                    turn.end(Ending.WALL)
                elif is_gone():
                    turn.on_reply()  # it may have replied just before
                    turn.end(Ending.GONE)
        finally:
            loop.remove_reader(self._reply_fd)
            loop.remove_reader(self._output_fd)
            loop.remove_writer(self._request_fd)
        turn.take_rest()
        return turn.heard()

    def _discard_stale(self) -> None:
        with suppress(BlockingIOError):
            for _ in range(_STALE_CHUNKS):
                if not os.read(self._output_fd, _CHUNK_BYTES):
                    return


class _Turn:
    """The state of one exchange; the first ending counts."""

    def __init__(self, request_fd: int, reply_fd: int, output_fd: int, payload: bytes, output_bytes: int, reply_bytes: int) -> None:
        self.done = asyncio.Event()
        self._request_fd, self._reply_fd, self._output_fd = request_fd, reply_fd, output_fd
        self._unsent = memoryview(encode_frame(payload))
        self._most = output_bytes
        self._decoder = FrameDecoder(reply_bytes)
        self._output = bytearray()
        self._reply = b""
        self._ending: Ending | None = None

    def end(self, ending: Ending) -> None:
        if self._ending is None:
            self._ending = ending
            self.done.set()

    def on_reply(self) -> None:
        """Bytes before the request was sent whole answer nothing: broken as well."""
        with suppress(BlockingIOError):
            chunk = os.read(self._reply_fd, _CHUNK_BYTES)
            if not chunk:
                self.end(Ending.GONE)
            elif self._ending is None:
                self._take(chunk)

    def _take(self, chunk: bytes) -> None:
        try:
            payload = self._decoder.feed(chunk)
        except ValueError:
            self.end(Ending.BROKEN)
            return
        if payload is not None:
            self._reply = payload
            self.end(Ending.BROKEN if self._unsent or self._decoder.pending else Ending.REPLY)

    def on_output(self) -> None:
        with suppress(BlockingIOError):
            chunk = os.read(self._output_fd, _CHUNK_BYTES)
            if not chunk:  # closed: the reply, or its absence, will tell
                asyncio.get_running_loop().remove_reader(self._output_fd)
            self._output += chunk
            if len(self._output) > self._most:
                self.end(Ending.OUTPUT)

    def on_writable(self) -> None:
        try:
            self._unsent = self._unsent[os.write(self._request_fd, self._unsent) :]
        except BlockingIOError:
            return
        except OSError:
            self.end(Ending.GONE)
        if not self._unsent or self._ending is not None:
            asyncio.get_running_loop().remove_writer(self._request_fd)

    def take_rest(self) -> None:
        """The output that was printed before the ending is in the pipe already: take it, up to the limit."""
        with suppress(BlockingIOError):
            while len(self._output) <= self._most and (chunk := os.read(self._output_fd, _CHUNK_BYTES)):
                self._output += chunk
        if len(self._output) > self._most and self._ending is Ending.REPLY:
            self._ending = Ending.OUTPUT

    def heard(self) -> Heard:
        assert self._ending is not None
        return Heard(self._ending, self._reply, bytes(self._output[: self._most]))
