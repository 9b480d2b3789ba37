"""Makes an engine's folder from the npm package: every stage from fetching to the memory snapshot.

Promises that the manifest is written last, so a folder that has one is complete. Where the folder goes, who else may be
building it and what is thrown away later is install.py's; training the code cache is code_cache.py's.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from lean_env.embedded import package
from lean_env.embedded.engine import ADDON, MANIFEST, Manifest, Recipe, record_file
from lean_env.embedded.glue import derive_glue
from lean_env.embedded.install_command import run_command
from lean_env.embedded.wasm import rewrite_wasm
from lean_env.errors import EnvError, ToolchainMissing
from lean_env.toolchain import Node, check_node, find_compiler, node_command, npm_commands

Progress = Callable[[str, float | None], None]
"""Told of each stage by name: None when it begins, a fraction from 0 to 1 as it goes on, 1.0 when it is done.

Stages: fetch, unpack, glue, wasm, addon, snapshot, check. Some overlap, and some report from another thread.
"""

STAGES = ("fetch", "unpack", "glue", "wasm", "addon", "snapshot", "check")

_SNAPSHOT_LIMIT_S = 600.0  # it takes 2 s; a machine that swaps may take long, a hang should still end
_COMPILE_LIMIT_S = 120.0
_FILES = ("lean.cjs", "lean.wasm", "symbols.bin", "library.snapshot", "library.snapshot.json", ADDON)

_Result = TypeVar("_Result")


def silent(stage: str, fraction: float | None) -> None:
    """The progress that nobody watches."""
    del stage, fraction


class Stages:
    """Runs stages, reports them, and keeps how many seconds each took."""

    def __init__(self, progress: Progress, clock: Callable[[], float]) -> None:
        self._progress = progress
        self._clock = clock
        self.seconds: dict[str, float] = {}

    def run(self, stage: str, action: Callable[[], _Result]) -> _Result:
        """The action's result."""
        self._progress(stage, None)
        begin = self._clock()
        result = action()
        self.seconds[stage] = round(self._clock() - begin, 3)
        self._progress(stage, 1.0)
        return result


def build_engine(
    recipe: Recipe,
    version: str,
    folder: Path,
    downloads: Path,
    progress: Progress,
    clock: Callable[[], float] = time.perf_counter,
) -> None:
    """Make the engine `version` of this recipe in `folder`, which exists and is empty.

    The package comes from `downloads`, or is put there. Raises SetupFailed or ToolchainMissing (or OSError, if the
    disk is full); the folder is then to be thrown away.
    """
    from concurrent.futures import ThreadPoolExecutor

    check_node(recipe.node)
    stages = Stages(progress, clock)
    library = folder / "library"
    tarball = stages.run("fetch", lambda: package.fetch(downloads, npm_commands()))
    # Decompression and the compiler leave Python free, so the library is unpacked while the wasm is rewritten.
    with ThreadPoolExecutor(max_workers=2) as others:
        unpacked = others.submit(stages.run, "unpack", lambda: package.unpack_library(tarball, recipe.imports, library))
        compiled = others.submit(stages.run, "addon", lambda: compile_addon(recipe.node, recipe.sources, folder))
        _derive(tarball, folder, stages)
        unpacked.result()
        warnings = compiled.result()
    stages.run("snapshot", lambda: _take_snapshot(recipe, folder, library))
    _remove_library(library)
    files = stages.run("check", lambda: {name: record_file(folder / name) for name in _FILES if (folder / name).exists()})
    manifest = Manifest(
        version=version,
        package=f"{package.PACKAGE}@{package.VERSION}",
        node=recipe.node.identity,
        imports=recipe.imports,
        files=files,
        seconds=stages.seconds,
        warnings=warnings,
    )
    write_manifest(folder, manifest)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write or replace a folder's manifest in one step."""
    partial = folder / f"{MANIFEST}.partial"
    partial.write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
    partial.replace(folder / MANIFEST)


def compile_addon(node: Node, sources: Path, folder: Path) -> tuple[str, ...]:
    """Compile the addon that maps the snapshot and see that node loads it; what went wrong, as warnings.

    A worker without it reads the snapshot: 0.2 s later, and sharing no memory with its like.
    """
    addon, partial = folder / ADDON, folder / f"partial-{ADDON}"
    without = "workers read their snapshot instead of mapping it"
    try:
        if node.headers is None:
            raise ToolchainMissing(f"{node.path} came without node_api.h")
        # The symbols of Node-API are those of the process that loads the addon; only macOS has to be told so.
        linking = ["-bundle", "-undefined", "dynamic_lookup"] if sys.platform == "darwin" else ["-shared"]
        output = ["-I", str(node.headers), str(sources / "map_memory.c"), "-o", str(partial)]
        compiler = [*find_compiler(), "-O2", "-fPIC", *linking, *output]
        run_command(compiler, what="compiling map_memory.c", timeout_s=_COMPILE_LIMIT_S)
        # A home that is mounted noexec, or a compiler for another machine, shows here and not at each start of a
        # worker.
        loading = [str(node.path), "-e", "require(process.argv[1]).mapInto.length", str(partial)]
        run_command(loading, what="loading map_memory.node", timeout_s=_COMPILE_LIMIT_S)
    except EnvError as error:
        partial.unlink(missing_ok=True)
        return (f"{without}: {error}",)
    partial.replace(addon)
    return ()


def _derive(tarball: Path, folder: Path, stages: Stages) -> None:
    def make_glue() -> tuple[bytes, bytes]:
        members = package.read_members(tarball, ("lean.js", "lean.wasm"))
        glue = derive_glue(members["lean.js"])
        (folder / "lean.cjs").write_bytes(glue)
        return members["lean.wasm"], glue

    def make_wasm() -> None:
        rewritten = rewrite_wasm(module, glue)
        with (folder / "lean.wasm").open("wb") as file:
            file.writelines(rewritten.pieces)
        (folder / "symbols.bin").write_bytes(rewritten.symbols)

    module, glue = stages.run("glue", make_glue)
    stages.run("wasm", make_wasm)


def _take_snapshot(recipe: Recipe, folder: Path, library: Path) -> None:
    script = recipe.sources / "worker" / "make_snapshot.mjs"
    arguments = ["--engine", str(folder), "--library", str(library), "--imports", ",".join(recipe.imports)]
    arguments += ["--out", str(folder / "library.snapshot")]
    run_command(
        node_command(script, *arguments, node=recipe.node),
        what="taking the library's snapshot",
        timeout_s=_SNAPSHOT_LIMIT_S,
    )


def _remove_library(library: Path) -> None:
    import shutil

    shutil.rmtree(library)  # the snapshot holds all that was imported from it
