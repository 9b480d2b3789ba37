"""Where the embedded engine lives on disk, and which version of it this installation needs.

Owns the layout of an engine's folder, the digest that names it, and the mark that a process uses it. Cheap: finding a
finished engine takes a few milliseconds, starts nothing and reads only small files. Never builds one (install.py does).

    <cache>/engine-<version>/
        lean.cjs                the glue (glue.py says what it offers)
        lean.wasm symbols.bin   Lean, and where its functions are (wasm.py)
        library.snapshot        linear memory after importing the library and elaborating the prelude
        library.snapshot.json   where in it things are
        map_memory.node         addon that maps the snapshot; absent without a compiler
        code.cache              V8's compiled code; absent until it is trained (code_cache.py)
        manifest.json           what the folder was made of; its presence makes the folder complete
        in-use                  held with a shared lock by each process that uses the folder
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from lean_env.toolchain import NODE_FLAGS, Node, find_node

LEAN_VERSION: Final = "4.28.0-pre"  # what the pinned package says of itself
CACHE_VARIABLE: Final = "ENTAIL_CACHE_DIR"
DEFAULT_IMPORTS: Final = ("Init", "Std")
SOURCES: Final = Path(__file__).parent
WORKER: Final = SOURCES / "worker"

MANIFEST = "manifest.json"
IN_USE = "in-use"
ADDON = "map_memory.node"
CODE_CACHE = "code.cache"
FOLDER_PREFIX = "engine-"

# Whatever shapes the bytes of an engine; a change of any makes a new version. The session's own code does not.
_MADE_FROM = (
    "build.py",
    "glue.py",
    "map_memory.c",
    "package.py",
    "wasm.py",
    "wasm_module.py",
    "*.lean",
    # of the worker, what a snapshot is taken with; the rest runs on any engine
    "worker/commands.mjs",
    "worker/image.mjs",
    "worker/make_snapshot.mjs",
    "worker/objects.mjs",
    "worker/runtime.mjs",
    "worker/symbols.mjs",
)
_VERSION_DIGITS = 12


class FileRecord(msgspec.Struct, frozen=True):
    """A file of the engine as it was made: size in bytes and SHA-256 in hex."""

    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What an engine was made of, how long each stage took, and what its owner should know."""

    version: str
    package: str
    node: str
    imports: tuple[str, ...]
    files: dict[str, FileRecord]
    seconds: dict[str, float]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Engine:
    """A finished engine. `warnings` are sentences for people, such as why the snapshot cannot be mapped."""

    folder: Path
    version: str
    imports: tuple[str, ...]
    node: Node
    warnings: tuple[str, ...] = ()

    @property
    def glue(self) -> Path:
        """JavaScript around the wasm."""
        return self.folder / "lean.cjs"

    @property
    def wasm(self) -> Path:
        """Lean itself."""
        return self.folder / "lean.wasm"

    @property
    def symbols(self) -> Path:
        """Names of its functions and variables."""
        return self.folder / "symbols.bin"

    @property
    def snapshot(self) -> Path:
        """Memory image a worker starts from; its layout is beside it, in the file with `.json` added."""
        return self.folder / "library.snapshot"

    @property
    def map_memory(self) -> Path | None:
        """The addon, if it could be compiled."""
        path = self.folder / ADDON
        return path if path.exists() else None

    @property
    def code_cache(self) -> Path | None:
        """V8's code cache, if it has been trained by now (another process may be at it)."""
        path = self.folder / CODE_CACHE
        return path if path.exists() else None


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides what an engine is: its node, what it imports, and the files it is made by."""

    node: Node
    imports: tuple[str, ...] = DEFAULT_IMPORTS
    sources: Path = SOURCES

    def version(self) -> str:
        """Twelve hexadecimal digits, equal for equal engines."""
        import hashlib
        import platform

        digest = hashlib.sha256()
        parts = [self.node.identity, *NODE_FLAGS, os.name, platform.system(), platform.machine(), *self.imports]
        for part in parts:
            digest.update(part.encode() + b"\0")
        for path in self.source_files():
            content = path.read_bytes()
            digest.update(b"%s\0%d\0" % (path.relative_to(self.sources).as_posix().encode(), len(content)) + content)
        return digest.hexdigest()[:_VERSION_DIGITS]

    def source_files(self) -> Iterator[Path]:
        """The files an engine is made by, in a fixed order. The package itself is named by its digest in package.py."""
        for pattern in _MADE_FROM:
            yield from sorted(self.sources.glob(pattern))


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """$ENTAIL_CACHE_DIR, else the user's cache folder of this system."""
    if chosen := environ.get(CACHE_VARIABLE):
        return Path(chosen).expanduser().absolute()
    import platformdirs

    return platformdirs.user_cache_path("entail")


def find_engine(recipe: Recipe, cache: Path) -> Engine | None:
    """The finished engine of this recipe, marked as in use by this process; None if it has to be built."""
    version = recipe.version()
    folder = cache / f"{FOLDER_PREFIX}{version}"
    if not _hold(folder):
        return None
    manifest = read_manifest(folder)
    if manifest is None or manifest.version != version or not _has_sizes(folder, manifest.files):
        return None
    return Engine(folder, version, manifest.imports, recipe.node, manifest.warnings)


def installed_engine(*, imports: Sequence[str] = DEFAULT_IMPORTS, cache_dir: Path | None = None) -> Engine | None:
    """The engine this installation would use, if it is there already. Raises ToolchainMissing without any node."""
    return find_engine(Recipe(find_node(), tuple(imports)), (cache_dir or cache_folder()).absolute())


def engine_in(folder: Path) -> Engine | None:
    """The finished engine in a folder, whatever its version, marked as used by this process; None if there is none."""
    manifest = read_manifest(folder) if _hold(folder) else None
    if manifest is None:
        return None
    return Engine(folder, manifest.version, manifest.imports, find_node(), manifest.warnings)


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of an engine's folder; None where none can be read, and then the folder is not complete."""
    try:
        return msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError):
        return None


def record_file(path: Path) -> FileRecord:
    """Size and digest of a file."""
    import hashlib

    with path.open("rb") as file:
        return FileRecord(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def damaged_files(engine: Engine) -> list[str]:
    """Names of the engine's files that are no longer what was made; reads all of them (about a second)."""
    manifest = read_manifest(engine.folder)
    if manifest is None:
        return [MANIFEST]
    return [name for name, record in manifest.files.items() if _differs(engine.folder / name, record)]


def _differs(path: Path, record: FileRecord) -> bool:
    try:
        return record_file(path) != record
    except OSError:
        return True


def _has_sizes(folder: Path, files: Mapping[str, FileRecord]) -> bool:
    # Catches what a full disk or a power cut leaves of a folder, at the price of a few stats.
    try:
        return all((folder / name).stat().st_size == record.bytes for name, record in files.items())
    except OSError:
        return False


# Descriptors stay open for the life of the process, which is what holds the locks. Keyed by folder and its inode: a
# folder that was removed and built again is another one.
_held: dict[tuple[str, int], int] = {}


def _hold(folder: Path) -> bool:
    """Mark an engine's folder as in use until this process ends; False if there is no folder or it is being removed."""
    import fcntl

    try:
        key = (str(folder), folder.stat().st_ino)
        if key in _held:
            return True
        descriptor = os.open(folder / IN_USE, os.O_RDONLY | os.O_CLOEXEC)  # an engine may well be another user's
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        os.utime(descriptor)  # when it was last used decides which engines are kept
    except BlockingIOError:
        os.close(descriptor)
        return False
    except OSError:
        pass  # a file system without locks, where `sole_use` never succeeds either, or a folder that is not ours to touch
    _held[key] = descriptor
    return True


@contextmanager
def sole_use(folder: Path) -> Generator[bool]:
    """Whether no living process uses this folder; if so, none can begin to until the block ends."""
    import fcntl

    try:
        descriptor = os.open(folder / IN_USE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
    except OSError:
        yield False
        return
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)
