"""The real engine: what set-up made works, with and without the parts that may be absent."""

from __future__ import annotations

import struct
import subprocess
from bisect import bisect_left
from dataclasses import replace
from mmap import ACCESS_READ, mmap
from pathlib import Path

import pytest

from lean_env.doctor import examine
from lean_env.embedded.build import STAGES
from lean_env.embedded.code_cache import train_code_cache
from lean_env.embedded.engine import WORKER, Engine, Recipe, damaged_files, read_manifest
from lean_env.embedded.install import ensure_engine, install, retry_addon
from lean_env.embedded.package import PACKAGE_VARIABLE, TARBALL
from lean_env.embedded.session import worker_command
from lean_env.toolchain import find_compiler, node_command

pytestmark = pytest.mark.lean


@pytest.fixture(scope="module")
def engine() -> Engine:
    return ensure_engine()


@pytest.fixture
def twin(engine: Engine, tmp_path: Path) -> Engine:
    """The engine's files under another folder, to be changed without harm; neither addon nor code cache is among them."""
    for path in engine.folder.iterdir():
        if path.name in {"manifest.json", "in-use"}:
            (tmp_path / path.name).write_bytes(path.read_bytes())
        elif path.name.startswith(("lean.", "library.", "symbols.")):
            (tmp_path / path.name).symlink_to(path)
    return replace(engine, folder=tmp_path)


def start_worker(engine: Engine) -> str:
    """What a worker says that is told nothing."""
    done = subprocess.run(worker_command(engine), stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=100)
    assert (done.returncode, done.stderr.decode()) == (0, "")
    return done.stdout.decode()


def find_symbol(data: bytes, name: bytes) -> int | None:
    (count,) = struct.unpack_from("<I", data)
    offsets = struct.unpack_from(f"<{count + 1}I", data, 4)
    names = memoryview(data)[4 * (2 * count + 2) :]
    at = bisect_left(range(count), name, key=lambda i: bytes(names[offsets[i] : offsets[i + 1]]))
    if at == count or bytes(names[offsets[at] : offsets[at + 1]]) != name:
        return None
    (value,) = struct.unpack_from("<I", data, 4 * (count + 2 + at))
    return value


def test_it_is_complete_and_as_it_was_made(engine: Engine, tmp_path: Path) -> None:
    assert damaged_files(engine) == []
    assert [path.name for path in engine.folder.glob("*.partial")] == []
    assert not (engine.folder / "library").exists()
    manifest = read_manifest(engine.folder)
    assert manifest is not None
    assert set(manifest.seconds) == set(STAGES)
    status = {finding.name: finding.status for finding in examine(tmp_path, thorough=True)}
    assert (status["node"], status["engine"]) == ("ok", "ok")


def test_the_snapshot_names_no_folder_of_the_host(engine: Engine) -> None:
    with engine.snapshot.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as image:
        assert image.find(b"/lib/lean") > 0
        assert [image.find(bytes(folder)) for folder in (engine.folder.parent, WORKER)] == [-1, -1]


def test_lean_is_found_by_name_and_few_functions_are_exported(engine: Engine) -> None:
    symbols = engine.symbols.read_bytes()
    functions = [find_symbol(symbols, name) for name in (b"lean_initialize", b"l_Lean_Elab_Tactic_evalTactic___boxed", b"malloc")]
    assert [value is not None and value % 2 for value in functions] == [0, 0, 0]
    constant = find_symbol(symbols, b"l_Lean_Options_empty")
    assert constant is not None
    assert constant % 2 == 1
    assert find_symbol(symbols, b"l_no_such_function") is None


def test_a_worker_starts(engine: Engine) -> None:
    assert '"ready":true' in start_worker(engine)


def test_a_worker_starts_without_the_addon(twin: Engine) -> None:
    assert twin.map_memory is None
    assert '"ready":true' in start_worker(twin)


def test_the_addon_can_be_made_up_for(twin: Engine) -> None:
    find_compiler()
    mended = retry_addon(twin)
    assert mended.warnings == ()
    assert mended.map_memory == twin.folder / "map_memory.node"
    assert damaged_files(mended) == []
    assert retry_addon(mended) is mended
    assert '"ready":true' in start_worker(mended)


def test_a_worker_starts_from_a_trained_code_cache(twin: Engine, tmp_path: Path) -> None:
    cache = train_code_cache(twin, 0.1)
    assert cache.stat().st_size > 1 << 20
    script = tmp_path / "accepts.mjs"
    script.write_text("""
        import fs from 'node:fs';
        const [cache, wasm] = process.argv.slice(2).map(name => fs.readFileSync(name));
        const deserialize = new Function('cache', 'wasm', 'return %DeserializeWasmModule(cache, wasm)');
        console.log(deserialize(new Uint8Array(cache).buffer, wasm) !== undefined);
    """)
    argv = node_command(script, str(cache), str(twin.wasm), node=twin.node)
    assert subprocess.run(argv, capture_output=True, check=True, timeout=100).stdout == b"true\n"
    assert '"ready":true' in start_worker(twin)


@pytest.mark.slow
def test_it_is_made_again_from_the_kept_package_without_a_network(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tarball = engine.folder.parent / "downloads" / TARBALL
    monkeypatch.setenv(PACKAGE_VARIABLE, str(tarball))
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    heard: list[str] = []
    again = install(Recipe(engine.node), tmp_path / "cache", lambda stage, _: heard.append(stage))
    assert again.version == engine.version
    assert set(heard) == set(STAGES)
    for name in ("lean.cjs", "lean.wasm", "symbols.bin"):
        assert (again.folder / name).read_bytes() == (engine.folder / name).read_bytes()
    assert '"ready":true' in start_worker(again)
    assert ensure_engine(cache_dir=tmp_path / "cache") == again
