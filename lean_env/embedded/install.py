"""Sets the embedded engine up: what `entail setup` does, and what every first use does by itself.

Promises that a folder under its final name is complete, whoever else is setting up and whoever is killed while at it;
that one process builds while the others wait; and that an engine in use by a living process is not thrown away. How
an engine is made is build.py's business.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from lean_env.embedded.build import Progress, build_engine, compile_addon, silent, write_manifest
from lean_env.embedded.code_cache import train_code_cache
from lean_env.embedded.engine import (
    ADDON,
    CACHE_VARIABLE,
    DEFAULT_IMPORTS,
    FOLDER_PREFIX,
    IN_USE,
    SOURCES,
    Engine,
    Recipe,
    cache_folder,
    find_engine,
    read_manifest,
    record_file,
    sole_use,
)
from lean_env.errors import SetupFailed
from lean_env.toolchain import find_node

KEPT_ENGINES = 2  # unused ones that stay beside the current one: going back to another version should not rebuild
NEEDED_MIB = 1200  # at the peak: the package, the library's files, the engine

_BUILDING = "building-"
_TRASH = "trash-"

Build = Callable[[Recipe, str, Path, Path, Progress], None]
"""(recipe, version, empty folder, folder of downloads, progress): fills the folder, the manifest last."""


def ensure_engine(
    *, cache_dir: Path | None = None, imports: Sequence[str] = DEFAULT_IMPORTS, progress: Progress = silent
) -> Engine:
    """The engine this installation needs; set up now if it is not there (half a minute, and a 122 MB download the first time).

    `cache_dir` is where engines live (default: $ENTAIL_CACHE_DIR or the user's cache folder), `imports` the modules
    of the library that are loaded. If another process is setting up, waits for it. The engine stays marked as in use
    until this process ends. Raises ToolchainMissing without node or npm, SetupFailed if anything else is in the way.
    """
    recipe, cache = Recipe(find_node(), tuple(imports)), (cache_dir or cache_folder()).absolute()
    if (engine := find_engine(recipe, cache)) is not None:
        return engine
    engine = install(recipe, cache, progress)
    progress("code cache", None)
    with suppress(SetupFailed):  # a worker without it is slow, but right; `entail setup` tries again and says what is wrong
        train_code_cache(engine)
    progress("code cache", 1.0)
    return engine


def install(recipe: Recipe, cache: Path, progress: Progress = silent, build: Build = build_engine) -> Engine:
    """The engine of a recipe below `cache`, built by `build` if it is not there. Raises as `ensure_engine`."""
    if (engine := find_engine(recipe, cache)) is not None:
        return engine
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with _sole_builder(cache, progress):
            return find_engine(recipe, cache) or _build_and_publish(recipe, cache, progress, build)
    except OSError as error:
        raise _explained(error, cache) from error


def retry_addon(engine: Engine) -> Engine:
    """Compile the addon that was left out of a finished engine (a compiler may be there by now).

    Returns the engine with its present warnings; those say what is in the way if it is still left out.
    """
    manifest = read_manifest(engine.folder)
    if engine.map_memory is not None or manifest is None:
        return engine
    warnings = compile_addon(engine.node, SOURCES, engine.folder)
    files = dict(manifest.files)
    if (engine.folder / ADDON).exists():
        files[ADDON] = record_file(engine.folder / ADDON)
    write_manifest(engine.folder, msgspec.structs.replace(manifest, warnings=warnings, files=files))
    return Engine(engine.folder, engine.version, engine.imports, engine.node, warnings)


@contextmanager
def _sole_builder(cache: Path, progress: Progress) -> Generator[None]:
    # The lock belongs to an open file, so it ends with its process however that ends.
    from filelock import FileLock, Timeout

    lock = FileLock(cache / "setup.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        progress("wait for another set-up", None)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _build_and_publish(recipe: Recipe, cache: Path, progress: Progress, build: Build) -> Engine:
    _clear_leftovers(cache)
    _check_space(cache)
    version = recipe.version()
    workshop, final = cache / f"{_BUILDING}{version}", cache / f"{FOLDER_PREFIX}{version}"
    workshop.mkdir()
    try:
        build(recipe, version, workshop, cache / "downloads", progress)
        if recipe.version() != version:
            raise SetupFailed("the files that an engine is made from changed while it was made; run it again")
        (workshop / IN_USE).touch()
        if final.exists():  # damaged, or it would have been found
            final.rename(cache / f"{_TRASH}{final.name}")
        workshop.rename(final)
    finally:
        _remove(workshop)
    engine = find_engine(recipe, cache)
    if engine is None:
        raise SetupFailed(f"{final} was made, but is not complete")
    _forget_old_engines(cache, final)
    return engine


def _clear_leftovers(cache: Path) -> None:
    # We hold the set-up lock, so whoever made these is dead.
    for pattern in (f"{_BUILDING}*", f"{_TRASH}*"):
        for folder in cache.glob(pattern):
            _remove(folder)


def _forget_old_engines(cache: Path, current: Path) -> None:
    others = [folder for folder in cache.glob(f"{FOLDER_PREFIX}*") if folder != current]
    others.sort(key=_last_use, reverse=True)
    for folder in others[KEPT_ENGINES:]:
        with sole_use(folder) as unused:
            if unused:  # renamed first: a folder that is half removed must not look like an engine
                _remove(folder.rename(cache / f"{_TRASH}{folder.name}"))


def _last_use(folder: Path) -> float:
    try:
        return (folder / IN_USE).stat().st_mtime
    except OSError:
        return 0.0


def _check_space(cache: Path) -> None:
    import shutil

    if (free_mib := shutil.disk_usage(cache).free >> 20) < NEEDED_MIB:
        raise SetupFailed(
            f"{cache} has {free_mib} MiB free, and setting up the engine takes up to {NEEDED_MIB} MiB: "
            f"make room, or set {CACHE_VARIABLE} to a folder on another disk"
        )


def _explained(error: OSError, cache: Path) -> SetupFailed:
    remedy = f"set {CACHE_VARIABLE} to another folder"
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return SetupFailed(f"the disk is full: setting up takes up to {NEEDED_MIB} MiB in {cache}; make room, or {remedy}")
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return SetupFailed(f"{cache} cannot be written to: {remedy}", detail=str(error))
        case _:
            return SetupFailed(f"setting up the engine in {cache} failed", detail=str(error))


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
