"""How messages are laid out on a worker's pipes.

A frame, in both directions, is the payload's length in bytes as ASCII decimal, a newline, the payload, a newline. The
length lets the reader take a frame of any size in one piece and cap it before reading it; the last newline tells a
wrong length from a right one. Promises that bytes which cannot be a frame are refused at the first one that shows it.
Never looks inside a payload, and knows nothing of processes.
"""

from __future__ import annotations

_HEADER_DIGITS = 12
_NEWLINE = 0x0A
_PREVIEW_BYTES = 60


def encode_frame(payload: bytes) -> bytes:
    """The frame that carries `payload`."""
    return b"%d\n%b\n" % (len(payload), payload)


class FrameDecoder:
    """Cuts a byte stream into frames, one at a time."""

    __slots__ = ("_buffer", "_end", "_max_frame_bytes", "_start")

    def __init__(self, max_frame_bytes: int) -> None:
        """Payloads of more than `max_frame_bytes` are refused as soon as they are announced."""
        self._max_frame_bytes = max_frame_bytes
        self._buffer = bytearray()
        self._start = 0
        self._end = 0  # index of the newline after the payload; 0 while the header is incomplete

    @property
    def pending(self) -> bytes:
        """The first bytes (at most 60) of what was fed and belongs to no finished frame."""
        return bytes(self._buffer[:_PREVIEW_BYTES])

    def feed(self, chunk: bytes) -> bytes | None:
        """Take in `chunk`; the payload if that completed a frame (bytes after it stay pending), else None.

        Raises ValueError as soon as the bytes so far cannot begin a frame; the text completes "the worker ...".
        """
        buffer = self._buffer
        buffer += chunk
        if not self._end and not self._read_header():
            return None
        if len(buffer) <= self._end:
            return None
        if buffer[self._end] != _NEWLINE:
            raise ValueError("sent a frame that does not end where its header says")
        with memoryview(buffer) as view:  # released before the buffer shrinks, and saves one copy of a large payload
            payload = bytes(view[self._start : self._end])
        del buffer[: self._end + 1]
        self._end = 0
        return payload

    def _read_header(self) -> bool:
        """Find where the payload starts and ends; False while the header is incomplete."""
        buffer = self._buffer
        newline = buffer.find(b"\n", 0, _HEADER_DIGITS + 1)
        header = buffer[:newline] if newline >= 0 else buffer
        if not header:
            if newline < 0:
                return False
            raise ValueError("sent an empty line where a frame header belongs")
        if not header.isdigit() or len(header) > _HEADER_DIGITS:
            raise ValueError(f"sent no frame header but {self.pending!r}")
        if newline < 0:
            return False
        size = int(header)
        if size > self._max_frame_bytes:
            raise ValueError(f"announced a frame of {size} bytes where {self._max_frame_bytes} are allowed")
        self._start = newline + 1
        self._end = self._start + size
        return True
