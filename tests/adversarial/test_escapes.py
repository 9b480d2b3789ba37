"""Code that has broken out of WebAssembly into a worker's JavaScript finds no file, no program and no secret there."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from lean_env.embedded.engine import WORKER
from lean_env.embedded.install import ensure_engine
from lean_env.embedded.session import worker_command
from lean_env.toolchain import node_command

pytestmark = pytest.mark.lean

SCRIPT = Path(__file__).with_name("escapes.mjs")
MAIN = str(WORKER / "main.mjs")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("of the host")
    (tmp_path / "script.cjs").write_text("module.exports = 1;")
    return tmp_path


def attempted(command: list[str], folder: Path, *flags: str) -> dict[str, Any]:
    """What the attempts came to in a worker that is started by this command, with the preload and these flags before its script."""
    at = command.index(MAIN)
    command = [*command[:at], *flags, "--import", str(SCRIPT), *command[at:], str(folder)]
    env = {**os.environ, "ENTAIL_TEST_SECRET": "of the user"}
    done = subprocess.run(command, input=b"", capture_output=True, check=False, timeout=120, env=env)
    assert done.returncode == 0, done.stderr.decode()
    assert b'{"ready":true' in done.stdout
    (line,) = (line for line in done.stderr.decode().splitlines() if line.startswith('{"outcomes"'))
    return json.loads(line)


def test_a_workers_javascript_reaches_nothing_of_the_host(folder: Path) -> None:
    told = attempted(worker_command(ensure_engine()), folder, f"--allow-fs-read={SCRIPT}")
    assert set(told["outcomes"].values()) == {"ERR_ACCESS_DENIED"}, told
    assert told["environment"] == []
    assert {path.name for path in folder.iterdir()} == {"secret", "script.cjs"}


def test_the_attempts_are_good_ones(folder: Path) -> None:
    engine = ensure_engine()
    unguarded = node_command(WORKER / "main.mjs", str(engine.folder), node=engine.node)
    told = attempted(unguarded, folder)
    assert set(told["outcomes"].values()) == {"done"}, told
    assert {path.name for path in folder.iterdir()} == {"script.cjs", "written", "link"}
