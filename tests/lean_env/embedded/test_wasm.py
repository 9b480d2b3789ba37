"""The rewriting of lean.wasm, on a module assembled here by hand; what comes out is read independently and run by node."""

from __future__ import annotations

import json
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lean_env.embedded.wasm import encode_symbols, rewrite_wasm
from lean_env.embedded.wasm_module import WasmModule, encode_s32, encode_u32, read_s64, read_u32
from lean_env.errors import SetupFailed
from lean_env.toolchain import find_node

I32, FUNCREF, VOID, END = b"\x7f", b"\x70", b"\x40", b"\x0b"
FUNCTION, TABLE, GLOBAL = 0, 1, 3

# if (task->closure->priority == -1) run(manager, priority, task): the shape of enqueue_core.
ENQUEUE = bytes.fromhex("02 40 2002 28020c 28020c 2203 417f46 0440 2000 2001 2002 1000 0b 0b 0b")
PATCHED = bytes.fromhex("2203 1a4101 0440")
GLUE = b'run=wasmExports["enqueue"];x=wasmExports.kept_by_dot;'


def vector(items: Sequence[bytes]) -> bytes:
    return bytes([len(items)]) + b"".join(items)


def text(name: str) -> bytes:
    return bytes([len(name)]) + name.encode()


def section(number: int, payload: bytes) -> bytes:
    # A length in five bytes, as some linkers write it, is as good as a short one.
    size = bytes(len(payload) >> shift & 0x7F | (0x80 if shift < 28 else 0) for shift in range(0, 35, 7))
    return bytes([number]) + size + payload


def body(code: bytes, local_count: int = 0) -> bytes:
    declared = vector([bytes([local_count]) + I32] if local_count else [])
    return bytes([len(declared + code)]) + declared + code


def constant(value: int, mutable: bool = False) -> bytes:
    return I32 + bytes([mutable]) + b"\x41" + encode_s32(value) + END


THREAD_LOCAL = vector([text("thread_local") + b"\x80\x02", text("plain") + b"\x01"])
MEMORY_INFO = b"\x01\x04\x00\x00\x00\x00"
DYLINK = section(0, text("dylink.0") + MEMORY_INFO + b"\x03" + bytes([len(THREAD_LOCAL)]) + THREAD_LOCAL)


def tiny_module(*, enqueue: bytes = ENQUEUE, table: bytes = FUNCREF + b"\x00\x04", base: int = 1, plain: int = 12) -> bytes:
    """Imports env.run, a memory, GOT.func.linked; functions 1 enqueue, 2 nine, 3 ten; nine and run are in the table."""
    types = vector([b"\x60" + vector([I32, I32, I32]) + vector([]), b"\x60" + vector([]) + vector([I32])])
    imports = vector(
        [
            text("env") + text("run") + b"\x00\x00",
            text("env") + text("memory") + b"\x02\x01\x01\x02",
            text("GOT.func") + text("linked") + b"\x03" + I32 + b"\x01",
        ]
    )
    exports = [
        ("enqueue", FUNCTION, 1),
        ("nine", FUNCTION, 2),
        ("nine_again", FUNCTION, 2),
        ("ten", FUNCTION, 3),
        ("kept_by_dot", FUNCTION, 3),
        ("linked", FUNCTION, 3),
        ("address", GLOBAL, 1),
        ("counter", GLOBAL, 2),
        ("thread_local", GLOBAL, 3),
        ("plain", GLOBAL, 4),
        ("imported", GLOBAL, 0),
        ("table", TABLE, 0),
    ]
    return b"".join(
        [
            b"\0asm\x01\0\0\0",
            DYLINK,
            section(1, types),
            section(2, imports),
            section(3, vector([b"\x00", b"\x01", b"\x01"])),
            section(4, vector([table])),
            section(6, vector([constant(70000), constant(5, mutable=True), constant(8), constant(plain)])),
            section(7, vector([text(name) + bytes([kind, index]) for name, kind, index in exports])),
            section(9, vector([b"\x00\x41" + encode_s32(base) + END + vector([b"\x02", b"\x00", b"\x02"])])),
            section(10, vector([body(enqueue, 1), body(b"\x41\x09" + END), body(b"\x41\x0a" + END)])),
            section(0, text("note") + b"kept as it is"),
        ]
    )


def read_symbols(data: bytes) -> dict[str, int]:
    """The symbol file, read as its description says and in no other way."""
    (count,) = struct.unpack_from("<I", data, 0)
    offsets = struct.unpack_from(f"<{count + 1}I", data, 4)
    values = struct.unpack_from(f"<{count}I", data, 4 * (count + 2))
    names = data[4 * (2 * count + 2) :]
    assert len(names) == offsets[count]
    parts = [names[offsets[i] : offsets[i + 1]] for i in range(count)]
    assert parts == sorted(parts)
    return {part.decode(): value for part, value in zip(parts, values, strict=True)}


def rewritten() -> tuple[bytes, dict[str, int]]:
    result = rewrite_wasm(tiny_module(), GLUE)
    return b"".join(result.pieces), read_symbols(result.symbols)


def in_node(folder: Path, module: bytes, script: str) -> object:
    """What a script prints with `instance` of the module; `ran` counts calls of its import."""
    (folder / "module.wasm").write_bytes(module)
    program = f"""
        const module = new WebAssembly.Module(require('fs').readFileSync('module.wasm'));
        const memory = new WebAssembly.Memory({{ initial: 1, maximum: 2 }});
        const linked = new WebAssembly.Global({{ value: 'i32', mutable: true }}, 0);
        let ran = 0;
        const env = {{ run: () => {{ ran++ }}, memory }};
        const instance = new WebAssembly.Instance(module, {{ env, 'GOT.func': {{ linked }} }});
        {script}
    """
    done = subprocess.run([find_node().path, "-e", program], cwd=folder, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr.decode()) == (0, "")
    return json.loads(done.stdout)


def test_only_what_the_glue_needs_stays_exported(tmp_path: Path) -> None:
    module, _ = rewritten()
    names = in_node(tmp_path, module, "console.log(JSON.stringify(Object.keys(instance.exports).sort()))")
    # Named by the glue; imported through the global offset table; thread-local; neither function nor variable.
    assert names == ["enqueue", "kept_by_dot", "linked", "table", "thread_local"]


def test_symbols_name_every_function_by_slot_and_every_constant_variable_by_address() -> None:
    _, symbols = rewritten()
    slots = {"nine": 1, "nine_again": 1, "enqueue": 4, "ten": 5, "kept_by_dot": 5, "linked": 5}
    addresses = {"address": 70000, "thread_local": 8, "plain": 12}
    assert {name: value >> 1 for name, value in symbols.items() if value & 1 == 0} == slots
    assert {name: value >> 1 for name, value in symbols.items() if value & 1} == addresses


def test_functions_are_where_the_symbols_say(tmp_path: Path) -> None:
    module, symbols = rewritten()
    script = f"""
        const slots = {json.dumps([symbols[name] >> 1 for name in ("nine", "nine_again", "ten", "linked")])};
        const {{ table }} = instance.exports;
        console.log(JSON.stringify({{ size: table.length, values: slots.map(slot => table.get(slot)()) }}));
    """
    assert in_node(tmp_path, module, script) == {"size": 6, "values": [9, 9, 10, 10]}


@pytest.mark.parametrize(("module", "calls"), [(tiny_module(), [0, 1]), (rewritten()[0], [1, 2])], ids=["before", "after"])
def test_a_task_runs_at_once_whatever_its_priority(tmp_path: Path, module: bytes, calls: list[int]) -> None:
    script = """
        const words = new Int32Array(memory.buffer), seen = [];
        words[(16 + 12) >> 2] = 64;                                  // task at 16 points to its closure at 64
        for (const priority of [0, -1]) { words[(64 + 12) >> 2] = priority; instance.exports.enqueue(0, 0, 16); seen.push(ran); }
        console.log(JSON.stringify(seen));
    """
    assert in_node(tmp_path, module, script) == calls


def test_nothing_else_changes() -> None:
    before, after = WasmModule(tiny_module()), WasmModule(rewritten()[0])
    assert after.imports() == before.imports()
    assert after.constant_globals() == before.constant_globals()
    assert after.data.endswith(section(0, text("note") + b"kept as it is")[6:])
    assert after.data.count(PATCHED) == 1
    assert before.data.count(PATCHED) == 0


@pytest.mark.parametrize(
    ("enqueue", "found"),
    [
        (ENQUEUE[:-1] + bytes.fromhex("41001a 0b"), ""),
        (ENQUEUE.replace(b"\x46", b"\x47"), "nowhere"),
        (ENQUEUE[:-1] + ENQUEUE, "more than once"),
    ],
    ids=["once", "never", "twice"],
)
def test_the_test_for_synchronous_tasks_has_to_be_there_exactly_once(enqueue: bytes, found: str) -> None:
    module = tiny_module(enqueue=enqueue)
    if not found:
        assert b"".join(rewrite_wasm(module, GLUE).pieces).count(PATCHED) == 1
        return
    with pytest.raises(SetupFailed, match=f"synchronous tasks .* found {found}, expected once"):
        rewrite_wasm(module, GLUE)


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (b"\x7fELF", "not a WebAssembly module"),
        (tiny_module()[:-3], "cut off"),
        (b"\0asm\x01\0\0\0", "no section 7"),
        (tiny_module(table=FUNCREF + b"\x01\x04\x08"), "table without a maximum"),
        (tiny_module(base=2), "more functions are put into its table"),
        (tiny_module(plain=-16), "beyond 2 GB"),
    ],
)
def test_another_module_is_refused_with_the_reason(module: bytes, message: str) -> None:
    with pytest.raises(SetupFailed, match=message):
        rewrite_wasm(module, GLUE)


def test_a_glue_that_asks_for_what_is_not_exported_is_refused() -> None:
    with pytest.raises(SetupFailed, match="does not export what its glue uses: gone"):
        rewrite_wasm(tiny_module(), GLUE + b'wasmExports["gone"]')


def test_an_address_beyond_two_gigabytes_is_refused() -> None:
    with pytest.raises(SetupFailed, match="beyond 2 GB"):
        encode_symbols([(b"far", 1 << 31 << 1 | 1)])


@given(st.dictionaries(st.text(min_size=1), st.integers(0, 2**32 - 1)))
def test_any_symbols_are_read_back(symbols: dict[str, int]) -> None:
    assert read_symbols(encode_symbols((name.encode(), value) for name, value in symbols.items())) == symbols


@given(st.integers(0, 2**32 - 1), st.binary(max_size=3))
def test_unsigned_numbers_are_read_back(value: int, rest: bytes) -> None:
    encoded = encode_u32(value)
    assert read_u32(encoded + rest, 0) == (value, len(encoded))


@given(st.integers(-(2**31), 2**31 - 1), st.binary(max_size=3))
def test_signed_numbers_are_read_back(value: int, rest: bytes) -> None:
    encoded = encode_s32(value)
    assert read_s64(encoded + rest, 0) == (value, len(encoded))
