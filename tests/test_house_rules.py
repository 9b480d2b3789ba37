"""House rules that neither ruff nor import-linter can state."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("lean_env", "prover", "search")
SUFFIXES = {".c", ".css", ".html", ".js", ".lark", ".lean", ".mjs", ".py", ".toml"}
LONGEST = 400  # lines

# Files over 400 lines, each with the reason why it is not two files.
LONG: dict[str, str] = {}

COMMAND_LINE = ("prover/console.py",)
STARTS_PROCESSES = (
    "lean_env/process.py",
    "lean_env/embedded/install_command.py",
    "prover/editor.py",
    "prover/sandbox/kernel.py",
)

# Every way in which the standard library starts a process, as the last two parts of its dotted name.
SPAWNERS = {
    *(f"asyncio.{name}" for name in ("subprocess", "create_subprocess_exec", "create_subprocess_shell")),
    *(f"loop.{name}" for name in ("subprocess_exec", "subprocess_shell")),
    *(f"os.{name}" for name in ("fork", "forkpty", "popen", "posix_spawn", "posix_spawnp", "system")),
    *(f"os.exec{how}" for how in ("l", "le", "lp", "lpe", "v", "ve", "vp", "vpe")),
    *(f"os.spawn{how}" for how in ("l", "le", "lp", "lpe", "v", "ve", "vp", "vpe")),
}


def _relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _sources() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), _relative(path))


def _uses(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """The dotted names that a file imports or reads (`a.b`, `from a import b` as `a.b`), with their lines."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((alias.name, node.lineno) for alias in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield from ((f"{module}.{alias.name}", node.lineno) for alias in names)
            case ast.Attribute(value=ast.Name(id=owner), attr=name):
                yield f"{owner}.{name}", node.lineno
            case _:
                pass


def _starts_process(name: str) -> bool:
    parts = name.split(".")
    return parts[0] == "subprocess" or ".".join(parts[:2]) in SPAWNERS


def _prints(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield node.lineno


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import subprocess", True),
        ("from subprocess import Popen", True),
        ("import asyncio\nasyncio.create_subprocess_exec('node')", True),
        ("from asyncio import subprocess", True),
        ("import asyncio.subprocess", True),
        ("import os\nos.execv('node', [])", True),
        ("import os\nos.killpg(1, 9)", False),
        ("import asyncio\nasyncio.create_task(job)", False),
    ],
)
def test_the_process_rule_sees_every_way_in(source: str, found: bool) -> None:
    assert any(_starts_process(name) for name, _ in _uses(ast.parse(source))) is found


def test_processes_are_started_only_where_they_are_owned() -> None:
    strangers = [
        f"{_relative(path)}:{line} {name}"
        for path in _sources()
        if _relative(path) not in STARTS_PROCESSES
        for name, line in _uses(_tree(path))
        if _starts_process(name)
    ]
    assert strangers == []


def test_only_the_command_line_prints() -> None:
    assert list(_prints(ast.parse("def f():\n    print('x')"))) == [2]
    talkers = [
        f"{_relative(path)}:{line}" for path in _sources() if _relative(path) not in COMMAND_LINE for line in _prints(_tree(path))
    ]
    assert talkers == []


def test_no_file_is_longer_than_its_idea() -> None:
    files = [
        path
        for folder in (*PACKAGES, "tests", "benchmarks")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in SUFFIXES
    ]
    lengths = {_relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {name: length for name, length in lengths.items() if length > LONGEST and name not in LONG} == {}
    assert [name for name in LONG if lengths.get(name, 0) <= LONGEST] == [], "no longer long: take it off the list"


def test_ci_is_the_same_for_everybody() -> None:
    # .ci/run is all of it; a second description of CI would drift away from it.
    assert not (ROOT / ".github").exists()
    assert (ROOT / ".ci/run").stat().st_mode & 0o111
