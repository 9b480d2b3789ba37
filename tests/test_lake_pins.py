"""The native engine's three pins belong together. Lake itself is not run here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TypeAlias

ROOT = Path(__file__).resolve().parent.parent
OLDEST_SOUND = (4, 34, 1)  # earlier kernels accept known proofs of False

Version: TypeAlias = tuple[int, int, int]


def _version(tag: str) -> Version:
    # A release, never a candidate: v4.34.0-rc1 does not match.
    match = re.fullmatch(r"v(\d+)\.(\d+)\.(\d+)", tag)
    assert match, f"{tag} is not the tag of a release"
    return (int(match[1]), int(match[2]), int(match[3]))


def _toolchain() -> Version:
    repository, _, tag = (ROOT / "lean-toolchain").read_text(encoding="utf-8").strip().partition(":")
    assert repository == "leanprover/lean4"
    return _version(tag)


def _required() -> dict[str, Version]:
    """The packages that lakefile.lean requires, by the last part of their address."""
    lakefile = (ROOT / "lakefile.lean").read_text(encoding="utf-8")
    pins = re.findall(r'^require \w+ from git "https://github\.com/leanprover-community/(\w+)" @ "([^"]+)"$', lakefile, re.M)
    assert len(pins) == len(re.findall(r"^require\b", lakefile, re.M)), "a requirement without a pinned tag"
    return {name: _version(tag) for name, tag in pins}


def test_mathlib_and_the_repl_are_all_that_is_required() -> None:
    assert set(_required()) == {"mathlib4", "repl"}


def test_the_kernel_is_recent_enough_to_be_trusted() -> None:
    assert _toolchain() >= OLDEST_SOUND


def test_mathlib_is_of_the_toolchains_release() -> None:
    # Another release would not match its published cache and would build Mathlib from source.
    assert _required()["mathlib4"] == _toolchain()


def test_the_repl_is_of_the_toolchains_minor_release_and_not_newer() -> None:
    # Patch releases keep the interface of Lean's own library, and the REPL is not tagged for each.
    repl = _required()["repl"]
    assert repl[:2] == _toolchain()[:2]
    assert repl <= _toolchain()
