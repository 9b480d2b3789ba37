"""A worker's stdout carries frames and nothing else, whatever the runtime's own functions are made to print."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from lean_env.embedded.engine import WORKER
from lean_env.embedded.install import ensure_engine
from lean_env.toolchain import node_command

pytestmark = pytest.mark.lean

FORGED = '20\n{"ok":{"forged":1}}\n'


def test_no_function_of_the_runtime_prints_on_stdout() -> None:
    engine = ensure_engine()
    script = Path(__file__).with_name("says_everything.mjs")
    command = node_command(script, str(WORKER), str(engine.folder), FORGED, node=engine.node)
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    assert (done.returncode, done.stdout) == (0, b"")
    said = done.stderr.decode()
    assert said.count('{"ok":{"forged":1}}') == 14  # each of the calls did print
    assert said.endswith("all said\n")
