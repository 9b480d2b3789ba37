"""The challenges of a file that comes without a separate statement: its own theorems, over its own definitions.

The clean worker will elaborate a challenge, so of the file only what a statement can need goes into it: theorems are left out (the
proof's export brings them as data), and so is whatever would run code of the file's own. The worker that read the file is not
trusted with that choice; the clean one makes it again (`Statement.inert`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lean_env.reading import Listing, Reading
from lean_env.statement import Statement


def own_challenges(reading: Reading, listings: Sequence[Listing]) -> list[Statement]:
    """Theorems of a text as challenges, each in the part of the text before it that a statement can need."""
    data = reading.source.encode()
    kept = bytearray(byte if byte == 0x0A else 0x20 for byte in data)
    for command in reading.commands:
        if command.inert:
            kept[command.start : command.end] = data[command.start : command.end]
    return [replace(each.statement, context=bytes(kept[: each.start]).decode().rstrip(), inert=True) for each in listings]
