"""The built wheel, installed elsewhere and called from elsewhere: what a user gets."""

from __future__ import annotations

import os
import subprocess
import sysconfig
import venv
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from tests.cli.acceptance import PROVED
from tests.cli.running import ENOUGH_S

pytestmark = [pytest.mark.lean, pytest.mark.slow, pytest.mark.timeout(600)]

ROOT = Path(__file__).resolve().parents[2]


def test_the_wheel_proves_from_another_folder(tmp_path: Path) -> None:
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path / "dist"))
    home, elsewhere = tmp_path / "venv", tmp_path / "elsewhere"
    elsewhere.mkdir()
    venv.create(home, with_pip=True)
    python = home / "bin/python"
    run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps", wheel], elsewhere)
    # The dependencies come from this environment, behind everything of the new one; not its .pth files, which lead to the sources.
    [site] = home.glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    where = run(
        [python, "-c", "import lean_env, prover, search; print(lean_env.__file__, prover.__file__, search.__file__)"], elsewhere
    )
    assert where.count(str(site)) == 3
    out = run([home / "bin/entail", "prove", PROVED["t1"], "--seconds", "30"], elsewhere)
    assert f"{PROVED['t1']} := by\n" in out
    assert run([home / "bin/entail", "--version"], elsewhere).startswith("entail ")


def run(command: list[str | Path], folder: Path) -> str:
    variables = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    ran = subprocess.run(
        [str(word) for word in command], capture_output=True, cwd=folder, env=variables, timeout=ENOUGH_S, check=False
    )
    assert ran.returncode == 0, ran.stderr.decode()
    return ran.stdout.decode()
