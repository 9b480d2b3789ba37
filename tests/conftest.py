"""What every test shares: hypothesis without a clock, and skips that say what is missing.

Tests marked `lean` are never skipped: the embedded engine sets itself up, and where it cannot, that is the failure to
see.
"""

from __future__ import annotations

import importlib.util
import shutil
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

# No deadline: a slow machine is no bug. Derandomised: a change that breaks nothing must not meet a new example by
# chance; `--hypothesis-profile=explore` looks for new ones.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=2000, print_blob=True)
settings.load_profile("repeatable")

ROOT = Path(__file__).resolve().parent.parent


@cache
def _missing_gpu() -> str:
    if importlib.util.find_spec("torch") is None:
        return "the extra `models` is not installed"
    return "" if shutil.which("nvidia-smi") else "no NVIDIA driver"


@cache
def _missing_mathlib() -> str:
    if shutil.which("lake") is None:
        return "lake is not installed"
    return "" if (ROOT / ".lake/packages/mathlib").is_dir() else "Mathlib is not built (make mathlib)"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what this machine cannot run, with the reason."""
    for marker, missing in (("gpu", _missing_gpu), ("mathlib", _missing_mathlib)):
        if item.get_closest_marker(marker) and (reason := missing()):
            pytest.skip(reason)
