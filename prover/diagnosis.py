"""Which parts Entail needs or could use, and whether they are there: what `entail doctor` prints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lean_env import toolchain
from lean_env.embedded.engine import cache_folder, damaged_files, installed_engine
from lean_env.errors import EnvError


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: whether it is there, whether `entail prove` needs it, and where it is or how to get it."""

    part: str
    ok: bool
    required: bool
    detail: str


def diagnose() -> list[Finding]:
    """Look at everything; starts at most `node --version`."""
    return [
        _finding("node", _node, required=True),
        _finding("npm", lambda: " ".join(toolchain.npm_commands()[0]), required=False),
        _finding("C compiler", lambda: " ".join(toolchain.find_compiler()), required=False),
        _finding("Lean engine", _engine, required=False),
        _finding("lake", lambda: str(toolchain.find_lake()), required=False),
        _finding("elan", lambda: str(toolchain.find_elan()), required=False),
        _finding("Mathlib", lambda: str(toolchain.find_mathlib_build(Path.cwd())), required=False),
    ]


def _finding(part: str, find: Callable[[], str], *, required: bool) -> Finding:
    try:
        return Finding(part, True, required, find())
    except EnvError as missing:
        return Finding(part, False, required, str(missing))


def _node() -> str:
    node = toolchain.find_node()
    toolchain.check_node(node)
    return f"{toolchain.node_version(node)} at {node.path}"


def _engine() -> str:
    engine = installed_engine()
    if engine is None:
        raise EnvError(f"not set up in {cache_folder()}; `entail setup` does it, and so does the first use")
    damaged = damaged_files(engine)
    if damaged:
        raise EnvError(f"damaged ({', '.join(damaged)}): remove {engine.folder} and run `entail setup`")
    cache = "with" if engine.code_cache else "no"
    return f"{engine.version} in {engine.folder}, {cache} code cache"
