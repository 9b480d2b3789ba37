"""Reads the parts of a WebAssembly module that wasm.py rewrites, and puts the module together again.

Knows the binary format (WebAssembly 1.0, with Emscripten's dylink.0 section) and nothing of Lean. Supports what the
pinned module has: one table without a maximum and one active element segment. Anything else raises SetupFailed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from lean_env.errors import SetupFailed

Pieces = Sequence[bytes | memoryview]

HEADER: Final = b"\0asm\x01\0\0\0"
CUSTOM, IMPORTS, TABLE, GLOBALS, EXPORTS, ELEMENTS, CODE = 0, 2, 4, 6, 7, 9, 10  # ids of sections
FUNCTION, TABLE_KIND, MEMORY, GLOBAL, TAG = 0, 1, 2, 3, 4  # kinds of imports and exports
FUNCREF = 0x70
I32_CONST, I64_CONST, GLOBAL_GET, END = 0x41, 0x42, 0x23, 0x0B  # opcodes of constant expressions
DYLINK_EXPORT_INFO = 3
SYMBOL_TLS = 0x100


class Export(NamedTuple):
    """One export: `target` is the index of what it names among its kind, `raw` the encoding."""

    name: bytes
    kind: int
    target: int
    raw: bytes


class Import(NamedTuple):
    """One import."""

    module: bytes
    name: bytes
    kind: int


@dataclass(frozen=True, slots=True)
class Section:
    """Where a section's contents lie in the module: from `start` up to `end`."""

    id: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ElementSegment:
    """Functions put into the table from slot `base` on; `raw` is the segment's encoding."""

    base: int
    functions: tuple[int, ...]
    raw: bytes


class WasmModule:
    """A module's bytes and where its sections are."""

    def __init__(self, data: bytes) -> None:
        """Find the sections. Raises SetupFailed if this is not a module."""
        if not data.startswith(HEADER):
            raise SetupFailed("lean.wasm: not a WebAssembly module")
        self.data = data
        self._sections: list[Section] = []
        at = len(HEADER)
        while at < len(data):
            size, start = read_u32(data, at + 1)
            self._sections.append(Section(data[at], start, start + size))
            at = start + size
        if at != len(data):
            raise SetupFailed("lean.wasm: the last section is cut off")

    def section(self, section_id: int) -> Section:
        """The one section with this id. Raises SetupFailed if there is none."""
        for section in self._sections:
            if section.id == section_id:
                return section
        raise SetupFailed(f"lean.wasm: it has no section {section_id}")

    def replaced(self, contents: Mapping[int, Pieces]) -> list[bytes | memoryview]:
        """The module in pieces, with the contents of some sections exchanged; the rest are views, not copies."""
        view = memoryview(self.data)
        pieces: list[bytes | memoryview] = [HEADER]
        for section in self._sections:
            new = contents.get(section.id, (view[section.start : section.end],))
            pieces.append(bytes((section.id,)) + encode_u32(sum(map(len, new))))
            pieces.extend(new)
        return pieces

    def imports(self) -> list[Import]:
        """What the module imports, in order."""
        data, at = self.data, self.section(IMPORTS).start
        count, at = read_u32(data, at)
        found: list[Import] = []
        for _ in range(count):
            module, at = read_name(data, at)
            name, at = read_name(data, at)
            kind, at = data[at], at + 1
            found.append(Import(module, name, kind))
            at = _skip_import_type(data, at, kind)
        return found

    def exports(self) -> Iterator[Export]:
        """What the module exports, in order."""
        data, at = self.data, self.section(EXPORTS).start
        count, at = read_u32(data, at)
        for _ in range(count):
            begin = at
            name, at = read_name(data, at)
            kind = data[at]
            target, at = read_u32(data, at + 1)
            yield Export(name, kind, target, data[begin:at])

    def constant_globals(self) -> dict[int, int]:
        """Index -> value of each immutable global that is an i32 constant (unsigned): the addresses of variables."""
        data, at = self.data, self.section(GLOBALS).start
        first = sum(entry.kind == GLOBAL for entry in self.imports())  # imported globals come first in the index space
        count, at = read_u32(data, at)
        values: dict[int, int] = {}
        for index in range(first, first + count):
            mutable, opcode = data[at + 1], data[at + 2]
            if opcode not in (I32_CONST, I64_CONST, GLOBAL_GET):
                raise SetupFailed(f"lean.wasm: global {index} begins with opcode {opcode:#x}, which is not supported")
            value, at = read_s64(data, at + 3)
            if data[at] != END:
                raise SetupFailed(f"lean.wasm: the value of global {index} is not a single constant")
            at += 1
            if opcode == I32_CONST and not mutable:
                values[index] = value & 0xFFFFFFFF
        return values

    def table_size(self) -> int:
        """Slots of the function table."""
        section = self.section(TABLE)
        data, start = self.data, section.start
        size, end = read_u32(data, start + 3)
        if data[start : start + 3] != bytes((1, FUNCREF, 0)) or end != section.end:  # count, type, flags: no maximum
            raise SetupFailed("lean.wasm: expected one function table without a maximum")
        return size

    def elements(self) -> ElementSegment:
        """The one segment that fills the table."""
        section = self.section(ELEMENTS)
        data, start = self.data, section.start
        if data[start : start + 3] != bytes((1, 0, I32_CONST)):  # count, flags: active in table 0, offset
            raise SetupFailed("lean.wasm: expected one active element segment at a constant offset")
        base, at = read_s64(data, start + 3)
        if data[at] != END:
            raise SetupFailed("lean.wasm: the offset of the element segment is not a single constant")
        count, at = read_u32(data, at + 1)
        functions: list[int] = []
        for _ in range(count):
            index, at = read_u32(data, at)
            functions.append(index)
        return ElementSegment(base, tuple(functions), data[start + 1 : section.end])

    def thread_local_exports(self) -> frozenset[bytes]:
        """Names that the dylink.0 section marks as thread-local variables: the glue reads these exports by itself."""
        names: set[bytes] = set()
        data = self.data
        for section in self._sections:
            if section.id != CUSTOM:
                continue
            name, at = read_name(data, section.start)
            while name == b"dylink.0" and at < section.end:
                kind = data[at]
                size, at = read_u32(data, at + 1)
                if kind == DYLINK_EXPORT_INFO:
                    names.update(_thread_local_names(data, at))
                at += size
        return frozenset(names)


def read_u32(data: bytes, at: int) -> tuple[int, int]:
    """An unsigned LEB128 number and where it ends."""
    value = data[at]
    at += 1
    if value < 0x80:
        return value, at
    value &= 0x7F
    shift = 7
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def read_s64(data: bytes, at: int) -> tuple[int, int]:
    """A signed LEB128 number and where it ends."""
    value, end = read_u32(data, at)
    bits = 7 * (end - at)
    return (value - (1 << bits) if value >> (bits - 1) else value), end


def read_name(data: bytes, at: int) -> tuple[bytes, int]:
    """A name (its length, then its bytes) and where it ends."""
    size, at = read_u32(data, at)
    return data[at : at + size], at + size


def encode_u32(value: int) -> bytes:
    """Unsigned LEB128."""
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def encode_s32(value: int) -> bytes:
    """Signed LEB128."""
    encoded = bytearray()
    while not -0x40 <= value < 0x40:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value & 0x7F)
    return bytes(encoded)


def encode_table(size: int) -> bytes:
    """Contents of a table section: one function table of `size` slots that may grow."""
    return bytes((1, FUNCREF, 0)) + encode_u32(size)


def encode_segment(base: int, functions: Sequence[int]) -> bytes:
    """An active element segment that puts functions into table 0 from slot `base` on."""
    offset = bytes((0, I32_CONST)) + encode_s32(base) + bytes((END,))
    return offset + encode_u32(len(functions)) + b"".join(map(encode_u32, functions))


def _skip_import_type(data: bytes, at: int, kind: int) -> int:
    if kind == FUNCTION:
        return read_u32(data, at)[1]
    if kind == GLOBAL:
        return at + 2  # type, mutability
    if kind == TAG:
        return read_u32(data, at + 1)[1]
    at += kind == TABLE_KIND  # a table's limits follow its type; a memory is its limits
    has_maximum = data[at] & 1
    _, at = read_u32(data, at + 1)
    return read_u32(data, at)[1] if has_maximum else at


def _thread_local_names(data: bytes, at: int) -> Iterator[bytes]:
    count, at = read_u32(data, at)
    for _ in range(count):
        name, at = read_name(data, at)
        flags, at = read_u32(data, at)
        if flags & SYMBOL_TLS:
            yield name
