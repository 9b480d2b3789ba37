"""Rewrites the package's lean.wasm once, so that workers start fast and never create a thread.

Three changes, each refused loudly if the module is not the one they were made for:

1. Exports. Making 200,000 JavaScript functions takes 400 ms at each start. Only what the glue names stays exported;
   every
   other exported function gets a fixed slot at the end of the function table, where a worker finds it by number.
2. Symbols. The names go to a file (below), with the slot of each function and the address of each variable.
3. Tasks. `task_manager::enqueue_core` runs a task at once if its priority is "synchronous", else in a thread of a
   pool. Three
   bytes make it do the first always: Lean in one thread is what a worker can snapshot, interrupt and reason about.

Symbol file, all integers u32 little-endian:

    count
    offsets[count + 1]   where each name begins in the block of names; the last one is the block's size
    values[count]        function: table slot << 1; variable: address << 1 | 1
    names                UTF-8, one after the other, sorted bytewise (for a binary search)
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from lean_env.embedded.wasm_module import (
    CODE,
    ELEMENTS,
    EXPORTS,
    FUNCTION,
    GLOBAL,
    TABLE,
    Export,
    WasmModule,
    encode_segment,
    encode_table,
    encode_u32,
)
from lean_env.errors import SetupFailed

# enqueue_core reads the task's priority and compares it with -1 (synchronous); if equal, it runs the task itself:
# local.get 2 | i32.load +12 | i32.load +12 | local.tee 3 | i32.const -1 | i32.eq | if | local.get 0 | 1 | 2 | call
# ...
_BEFORE_TEST = bytes.fromhex("40 2002 28020c 28020c 2203")  # 40: the type of the block around it
_IS_SYNCHRONOUS = bytes.fromhex("417f 46")  # i32.const -1, i32.eq
_ALWAYS = bytes.fromhex("1a 4101")  # drop, i32.const 1: as many bytes, so that no size or offset changes
_AFTER_TEST = bytes.fromhex("0440 2000 2001 2002 10")

_NAMED_IN_GLUE = re.compile(rb'wasmExports(?:\["([^"]+)"\]|\.([A-Za-z_$][A-Za-z0-9_$]*))')
_VALUE_LIMIT = 1 << 32


@dataclass(frozen=True, slots=True)
class RewrittenModule:
    """`pieces` are the new module, in order (views of the old one where nothing changed), `symbols` the symbol file."""

    pieces: tuple[bytes | memoryview, ...]
    symbols: bytes
    export_count: int
    table_size: int


def rewrite_wasm(module: bytes, glue: bytes) -> RewrittenModule:
    """The rewritten lean.wasm and its symbols, for the glue that it will run under.

    Raises SetupFailed that says what did not match.
    """
    wasm = WasmModule(module)
    exports = list(wasm.exports())
    named = frozenset(quoted or dotted for quoted, dotted in _NAMED_IN_GLUE.findall(glue))
    if missing := sorted(named - {export.name for export in exports}):
        raise SetupFailed(f"lean.wasm does not export what its glue uses: {b', '.join(missing[:5]).decode()}")
    # The glue asks for these two kinds without naming them: what the module imports by address, and thread-local
    # variables.
    linked = {entry.name for entry in wasm.imports() if entry.module.startswith(b"GOT")}
    wanted = named | linked | wasm.thread_local_exports()
    kept = [export.raw for export in exports if export.name in wanted or export.kind not in (FUNCTION, GLOBAL)]

    first_free, filled = wasm.table_size(), wasm.elements()
    if filled.base + len(filled.functions) > first_free:
        raise SetupFailed(f"lean.wasm: more functions are put into its table than its {first_free} slots")
    slots = {function: filled.base + i for i, function in reversed(list(enumerate(filled.functions)))}  # the first slot wins
    added = _give_slots(exports, slots, first_free)
    symbols = _symbols(exports, slots, wasm.constant_globals())

    table_size = first_free + len(added)
    pieces = wasm.replaced(
        {
            TABLE: [encode_table(table_size)],
            EXPORTS: [encode_u32(len(kept)), *kept],
            ELEMENTS: [encode_u32(2), filled.raw, encode_segment(first_free, added)],
            CODE: _run_tasks_at_once(wasm),
        }
    )
    return RewrittenModule(tuple(pieces), encode_symbols(symbols), len(kept), table_size)


def encode_symbols(symbols: Iterable[tuple[bytes, int]]) -> bytes:
    """The symbol file of (name, encoded value) pairs. Raises SetupFailed if a value does not fit."""
    ordered = sorted(symbols)
    names = [name for name, _ in ordered]
    values = [value for _, value in ordered]
    if values and max(values) >= _VALUE_LIMIT:
        raise SetupFailed("lean.wasm: a symbol lies beyond 2 GB, where the symbol file cannot name it")
    count = len(ordered)
    offsets = accumulate(map(len, names), initial=0)
    return struct.pack(f"<I{count + 1}I{count}I", count, *offsets, *values) + b"".join(names)


def _give_slots(exports: list[Export], slots: dict[int, int], first_free: int) -> list[int]:
    """Extend `slots` to every exported function; returns the functions that got a new slot, in slot order."""
    added: list[int] = []
    for export in exports:
        if export.kind == FUNCTION and export.target not in slots:
            slots[export.target] = first_free + len(added)
            added.append(export.target)
    return added


def _symbols(exports: list[Export], slots: dict[int, int], addresses: dict[int, int]) -> list[tuple[bytes, int]]:
    functions = [(export.name, slots[export.target] << 1) for export in exports if export.kind == FUNCTION]
    variables = [
        (export.name, addresses[export.target] << 1 | 1)
        for export in exports
        if export.kind == GLOBAL and export.target in addresses
    ]
    return functions + variables


def _run_tasks_at_once(wasm: WasmModule) -> list[bytes | memoryview]:
    """Contents of the code section with the one test of a task's priority made true."""
    code = wasm.section(CODE)
    pattern = _BEFORE_TEST + _IS_SYNCHRONOUS + _AFTER_TEST
    at = wasm.data.find(pattern, code.start, code.end)
    if at < 0 or wasm.data.find(pattern, at + 1, code.end) >= 0:
        found = "nowhere" if at < 0 else "more than once"
        raise SetupFailed(f"lean.wasm: the test for synchronous tasks ({pattern.hex()}) was found {found}, expected once")
    at += len(_BEFORE_TEST)
    view = memoryview(wasm.data)
    return [view[code.start : at], _ALWAYS, view[at + len(_IS_SYNCHRONOUS) : code.end]]
