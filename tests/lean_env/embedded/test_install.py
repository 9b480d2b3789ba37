"""Who builds, who waits, what is left behind, what is thrown away. The stages are faked: an engine is one small file."""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from lean_env.embedded.build import Progress, silent, write_manifest
from lean_env.embedded.engine import SOURCES, Manifest, Recipe, damaged_files, find_engine, read_manifest, record_file, sole_use
from lean_env.embedded.install import KEPT_ENGINES, install
from lean_env.errors import SetupFailed
from lean_env.toolchain import Node

ROOT = Path(__file__).resolve().parents[3]
NODE = Node(Path("/opt/node/bin/node"), "wheel", "24.0.0", "wheel 24.0.0", None)

# A process that installs with a fake build: says "building", waits, and writes a line that stays.
OTHER_PROCESS = """
import sys, time
from pathlib import Path
sys.path[:0] = [sys.argv[1], sys.argv[2]]
from test_install import NODE, Recipe, fake_build, install
cache, seconds = Path(sys.argv[3]), float(sys.argv[4])

def build(recipe, version, folder, downloads, progress):
    (folder / "lean.cjs").write_bytes(b"half")
    print("building", flush=True)
    time.sleep(seconds)
    with (cache / "builds").open("a") as log:
        log.write(version + "\\n")
    fake_build(recipe, version, folder, downloads, progress)

print(install(Recipe(NODE, sources=Path(sys.argv[5])), cache, build=build).folder, flush=True)
"""


def fake_build(recipe: Recipe, version: str, folder: Path, downloads: Path, progress: Progress) -> None:
    downloads.mkdir(exist_ok=True)
    progress("glue", 1.0)
    (folder / "lean.cjs").write_text(f"glue of {version}")
    files = {"lean.cjs": record_file(folder / "lean.cjs")}
    write_manifest(folder, Manifest(version, "p", recipe.node.identity, recipe.imports, files, {"glue": 0.1}))


def never_build(*_: object) -> None:
    raise AssertionError("built again")


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    sources = tmp_path / "sources"
    (sources / "worker").mkdir(parents=True)
    (sources / "worker" / "make_snapshot.mjs").write_text("// worker")
    (sources / "prelude.lean").write_text("-- prelude")
    return Recipe(NODE, ("Init",), sources)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def other_process(cache: Path, recipe: Recipe, seconds: float) -> subprocess.Popen[str]:
    cache.mkdir(exist_ok=True)
    here = str(Path(__file__).parent)
    argv = [sys.executable, "-c", OTHER_PROCESS, str(ROOT), here, str(cache), str(seconds), str(recipe.sources)]
    return subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def engines(cache: Path) -> list[str]:
    return sorted(path.name for path in cache.glob("engine-*"))


def leftovers(cache: Path) -> list[Path]:
    return [*cache.glob("building-*"), *cache.glob("trash-*")]


def test_an_engine_is_built_once_and_then_found(cache: Path, recipe: Recipe) -> None:
    heard: list[tuple[str, float | None]] = []
    built = install(recipe, cache, lambda stage, fraction: heard.append((stage, fraction)), fake_build)
    assert built.glue.read_text() == f"glue of {built.version}"
    assert built.folder == cache / f"engine-{built.version}"
    assert heard == [("glue", 1.0)]

    assert install(recipe, cache, silent, never_build) == built
    assert find_engine(recipe, cache) == built
    assert leftovers(cache) == []


def change_lean(recipe: Recipe) -> Recipe:
    (recipe.sources / "prelude.lean").write_text("-- another prelude")
    return recipe


def add_lean(recipe: Recipe) -> Recipe:
    (recipe.sources / "more.lean").write_text("-- lemmas")
    return recipe


def change_worker(recipe: Recipe) -> Recipe:
    (recipe.sources / "worker" / "make_snapshot.mjs").write_text("// another worker")
    return recipe


def change_imports(recipe: Recipe) -> Recipe:
    return replace(recipe, imports=("Init", "Std"))


def change_node(recipe: Recipe) -> Recipe:
    return replace(recipe, node=replace(NODE, identity="wheel 24.0.1"))


@pytest.mark.parametrize("change", [change_lean, add_lean, change_worker, change_imports, change_node])
def test_whatever_shapes_an_engine_makes_a_new_one(cache: Path, recipe: Recipe, change: Callable[[Recipe], Recipe]) -> None:
    first = install(recipe, cache, silent, fake_build)
    second = install(change(recipe), cache, silent, fake_build)
    assert second.version != first.version
    assert engines(cache) == sorted([first.folder.name, second.folder.name])


def test_code_that_only_uses_an_engine_makes_no_new_one(recipe: Recipe) -> None:
    version = recipe.version()
    (recipe.sources / "session.py").write_text("pass")
    (recipe.sources / "worker" / "main.mjs").write_text("// requests")
    assert recipe.version() == version


def test_every_module_that_takes_the_snapshot_shapes_the_version() -> None:
    worker = SOURCES / "worker"
    modules, open_modules = set[Path](), [worker / "make_snapshot.mjs"]
    while open_modules:
        module = open_modules.pop()
        modules.add(module)
        imported = re.findall(r"^import .* from '\./(.+)';$", module.read_text(), re.MULTILINE)
        open_modules += [worker / name for name in imported if worker / name not in modules]
    hashed = set(Recipe(NODE).source_files())
    assert modules <= hashed
    assert {SOURCES / name for name in ("glue.py", "wasm.py", "package.py", "map_memory.c", "prelude.lean")} <= hashed


def test_two_processes_at_once_build_once(cache: Path, recipe: Recipe) -> None:
    processes = [other_process(cache, replace(recipe, imports=("Init", "Std")), 0.5) for _ in range(2)]
    answers = [process.communicate(timeout=60) for process in processes]
    assert [errors for _, errors in answers] == ["", ""]
    folders = {output.splitlines()[-1] for output, _ in answers}
    assert len(folders) == 1
    assert len((cache / "builds").read_text().splitlines()) == 1
    assert sorted(output.count("building") for output, _ in answers) == [0, 1]
    assert leftovers(cache) == []


def test_a_build_that_is_killed_leaves_nothing_that_looks_finished(cache: Path, recipe: Recipe) -> None:
    recipe = replace(recipe, imports=("Init", "Std"))
    process = other_process(cache, recipe, 600)
    assert process.stdout is not None
    assert process.stdout.readline() == "building\n"
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    assert leftovers(cache) != []
    assert engines(cache) == []
    assert find_engine(recipe, cache) is None

    assert install(recipe, cache, silent, fake_build).glue.exists()
    assert leftovers(cache) == []


def test_a_build_that_fails_leaves_nothing_and_may_be_repeated(cache: Path, recipe: Recipe) -> None:
    def failing(recipe: Recipe, version: str, folder: Path, downloads: Path, progress: Progress) -> None:
        fake_build(recipe, version, folder, downloads, progress)
        raise SetupFailed("the wasm is another one")

    with pytest.raises(SetupFailed, match="the wasm is another one"):
        install(recipe, cache, silent, failing)
    assert engines(cache) == []
    assert leftovers(cache) == []
    assert install(recipe, cache, silent, fake_build).glue.exists()


def test_sources_that_change_under_a_build_are_noticed(cache: Path, recipe: Recipe) -> None:
    def slow(recipe: Recipe, version: str, folder: Path, downloads: Path, progress: Progress) -> None:
        fake_build(recipe, version, folder, downloads, progress)
        change_lean(recipe)

    with pytest.raises(SetupFailed, match="changed while it was made"):
        install(recipe, cache, silent, slow)
    assert engines(cache) == []


@pytest.mark.parametrize("damage", ["shorter", "gone", "manifest"])
def test_a_damaged_engine_is_built_again(cache: Path, recipe: Recipe, damage: str) -> None:
    engine = install(recipe, cache, silent, fake_build)
    match damage:
        case "shorter":
            engine.glue.write_text("glue")
        case "gone":
            engine.glue.unlink()
        case _:
            (engine.folder / "manifest.json").write_text('{"version": 3}')
    again = install(recipe, cache, silent, fake_build)
    assert again == engine
    assert damaged_files(again) == []


def test_damage_that_keeps_the_size_is_found_by_digest(cache: Path, recipe: Recipe) -> None:
    engine = install(recipe, cache, silent, fake_build)
    engine.glue.write_text(engine.glue.read_text().replace("glue", "glum"))
    assert find_engine(recipe, cache) == engine
    assert damaged_files(engine) == ["lean.cjs"]


def test_the_engines_used_last_are_kept_and_older_ones_removed(cache: Path, recipe: Recipe) -> None:
    # Made by other processes, which are gone: only living users hold an engine.
    folders: list[Path] = []
    for number in range(KEPT_ENGINES + 2):
        (recipe.sources / "prelude.lean").write_text(f"-- prelude {number}")
        output, errors = other_process(cache, recipe, 0).communicate(timeout=60)
        assert errors == ""
        folders.append(Path(output.splitlines()[-1]))
        os.utime(folders[-1] / "in-use", (number, number))
    current = install(recipe, cache, silent, fake_build).folder
    assert engines(cache) == sorted(folder.name for folder in [current, *folders[-KEPT_ENGINES:]])
    assert leftovers(cache) == []


def test_an_engine_in_use_is_never_removed(cache: Path, recipe: Recipe) -> None:
    used = install(recipe, cache, silent, fake_build)
    with sole_use(used.folder) as unused:
        assert not unused
    for number in range(KEPT_ENGINES + 2):
        (recipe.sources / "prelude.lean").write_text(f"-- prelude {number}")
        install(recipe, cache, silent, fake_build)
        os.utime(used.folder / "in-use", (0, 0))
    assert used.glue.exists()


@pytest.mark.parametrize(
    ("code", "message"),
    [(errno.ENOSPC, "the disk is full"), (errno.EROFS, "cannot be written to"), (errno.EIO, "failed")],
)
def test_a_disk_that_refuses_is_explained(cache: Path, recipe: Recipe, code: int, message: str) -> None:
    def refused(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    with pytest.raises(SetupFailed, match=message):
        install(recipe, cache, silent, refused)
    assert leftovers(cache) == []


def test_a_disk_without_room_is_noticed_before_anything_is_fetched(
    cache: Path, recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lean_env.embedded.install.NEEDED_MIB", 1 << 40)
    with pytest.raises(SetupFailed, match=r"MiB free, .* set ENTAIL_CACHE_DIR"):
        install(recipe, cache, silent, never_build)


def test_a_cache_that_is_a_file_is_explained(tmp_path: Path, recipe: Recipe) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupFailed, match="failed"):
        install(recipe, tmp_path / "file" / "cache", silent, never_build)


def test_finding_an_engine_imports_nothing_heavy(cache: Path, recipe: Recipe) -> None:
    install(recipe, cache, silent, fake_build)
    script = """
import sys
from pathlib import Path
sys.path[:0] = [sys.argv[1], sys.argv[2]]
before = set(sys.modules)
from lean_env.embedded.engine import Recipe
from lean_env.embedded.install import install
from lean_env.toolchain import Node
node = Node(Path("/opt/node/bin/node"), "wheel", "24.0.0", "wheel 24.0.0", None)
engine = install(Recipe(node, ("Init",), Path(sys.argv[3])), Path(sys.argv[4]), build=None)
print(*sorted({"subprocess", "filelock", "platformdirs", "tarfile", "asyncio", "importlib.metadata"} & set(sys.modules)))
"""
    argv = [sys.executable, "-c", script, str(ROOT), str(Path(__file__).parent), str(recipe.sources), str(cache)]
    done = subprocess.run(argv, capture_output=True, check=False, timeout=60, text=True)
    assert (done.stderr, done.stdout) == ("", "\n")


def test_the_manifest_says_what_the_engine_was_made_of(cache: Path, recipe: Recipe) -> None:
    engine = install(recipe, cache, silent, fake_build)
    manifest = read_manifest(engine.folder)
    assert manifest is not None
    assert (manifest.node, manifest.imports, manifest.seconds) == ("wheel 24.0.0", ("Init",), {"glue": 0.1})
