"""What is built holds everything that runs: a data file left behind would only show at a user's."""

from __future__ import annotations

import tarfile
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("lean_env", "prover", "search")


def _files() -> set[str]:
    """Every file of the packages, as the tree has it."""
    return {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dist")


def test_the_wheel_holds_every_file_of_the_packages(folder: Path) -> None:
    (built,) = WheelBuilder(str(ROOT)).build(directory=str(folder))
    with zipfile.ZipFile(built) as wheel:
        names = set(wheel.namelist())
        (entry_points,) = (wheel.read(name).decode() for name in names if name.endswith("/entry_points.txt"))
    assert {name for name in names if ".dist-info/" not in name} == _files()
    assert "entail = prover.cli:main" in entry_points


def test_the_source_archive_can_build_and_test_itself(folder: Path) -> None:
    (built,) = SdistBuilder(str(ROOT)).build(directory=str(folder))
    with tarfile.open(built) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert _files() <= names
    assert {"pyproject.toml", "README.md", "LICENSE", "Makefile", "constraints.txt", "lean-toolchain"} <= names
    assert "tests/test_wheel.py" in names
