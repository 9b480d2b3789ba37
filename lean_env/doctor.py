"""What this machine has of what Entail can use, and what to do about the rest: the data of `entail doctor`.

Looks and never changes anything: nothing is downloaded, built or removed. Formats nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lean_env.embedded.engine import cache_folder, damaged_files, installed_engine
from lean_env.errors import ToolchainMissing
from lean_env.toolchain import (
    STACK_KIB,
    allowed_stack_kib,
    check_node,
    find_compiler,
    find_elan,
    find_lake,
    find_mathlib_build,
    find_node,
    node_version,
    npm_commands,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked for.

    `status`: "ok"; "missing" if nothing can be proved until it is mended; "absent" if `needed_for` goes without, or if it
    comes by itself. `detail` is what was found, or why not and what to do.
    """

    name: str
    status: Literal["ok", "missing", "absent"]
    detail: str
    needed_for: str


def examine(project: Path, *, cache_dir: Path | None = None, thorough: bool = False) -> list[Finding]:
    """Everything there is to know, the indispensable first.

    `project` is the Lake project of the native engine. `thorough` compares each file of the installed engine with its
    digest (a second); otherwise their sizes are compared.
    """
    return [
        _look("node", _describe_node, "every proof", indispensable=True),
        _look("npm", lambda: " ".join(npm_commands()[0]), "setting up the embedded engine"),
        _look("compiler", lambda: " ".join(find_compiler()), "workers that start at once and share memory"),
        _examine_stack(),
        _examine_engine(cache_dir or cache_folder(), thorough=thorough),
        _look("elan", lambda: str(find_elan()), "Mathlib"),
        _look("lake", lambda: str(find_lake()), "Mathlib"),
        _look("mathlib", lambda: find_mathlib_build(project).toolchain, "Mathlib"),
    ]


def _look(name: str, find: Callable[[], str], needed_for: str, *, indispensable: bool = False) -> Finding:
    try:
        return Finding(name, "ok", find(), needed_for)
    except ToolchainMissing as missing:
        return Finding(name, "missing" if indispensable else "absent", str(missing), needed_for)


def _describe_node() -> str:
    node = find_node()
    check_node(node)
    return f"{node_version(node)} at {node.path}"


def _examine_stack() -> Finding:
    allowed = allowed_stack_kib()
    if allowed == STACK_KIB:
        return Finding("stack", "ok", f"{allowed >> 10} MiB", "deep recursion in tactics")
    detail = f"the hard limit is {allowed >> 10} MiB of the {STACK_KIB >> 10} MiB that Lean can use (ulimit -H -s)"
    return Finding("stack", "absent", detail, "deep recursion in tactics")


def _examine_engine(cache: Path, *, thorough: bool) -> Finding:
    needed_for = "every proof without Mathlib"
    try:
        engine = installed_engine(cache_dir=cache)
    except ToolchainMissing as missing:
        return Finding("engine", "missing", str(missing), needed_for)
    if engine is None:
        return Finding("engine", "absent", f"not set up in {cache}: `entail setup` does, or the first proof", needed_for)
    if thorough and (damaged := damaged_files(engine)):
        detail = f"{', '.join(damaged)} in {engine.folder} changed since it was made: remove that folder"
        return Finding("engine", "missing", detail, needed_for)
    notes = [f"{engine.version} with {', '.join(engine.imports)} in {engine.folder}", *engine.warnings]
    if engine.code_cache is None:
        notes.append("no code cache yet, so first tactics are slow: `entail setup` makes it")
    return Finding("engine", "ok", "\n".join(notes), needed_for)
