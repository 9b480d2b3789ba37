"""`entail bench --ray` with real Lean workers: the same run as on this machine alone, and nothing is left of it."""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.fakes.bench import EASY, FALSE, HARD, REAL, Started, attempts, bench, essence, starts, write_problems

pytestmark = [
    pytest.mark.lean,
    pytest.mark.ray,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc"),
]

OPTIONS = ("--runs", ".", "--steps", "5", "--attempts", "2", "--seed", "7", "--workers", "2")
RAYS_OWN = ("ray::DashboardAgent", "ray::RuntimeEnvAgent")  # which take a minute to notice that their Ray was killed


@pytest.fixture
def alone() -> Generator[dict[str, str]]:
    """Variables with which `auto` finds no cluster but its own: others may run on this machine."""
    folder = tempfile.mkdtemp(prefix="r")  # short: the names of Ray's sockets must fit into 107 bytes
    yield {"RAY_TMPDIR": folder, "RAY_ADDRESS": ""}
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_problems(tmp_path_factory.mktemp("data") / "problems.jsonl", EASY, FALSE, HARD, REAL)


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory, data: Path) -> set[object]:
    """What the run comes to without Ray."""
    folder = tmp_path_factory.mktemp("local")
    assert bench(folder, data, *OPTIONS).code == 0
    return {*essence(folder / "run")}


@pytest.mark.parametrize("more", [(), ("--share-policy",)])
def test_on_a_ray_of_its_own_it_is_the_same_run(
    tmp_path: Path, data: Path, local: set[object], alone: dict[str, str], more: tuple[str, ...]
) -> None:
    begun = Started(tmp_path, data, (*OPTIONS, "--ray", "auto", *more), variables=alone)
    try:
        ended = begun.end()
        assert ended.code == 0
        assert "connecting to Ray (auto)" in ended.err
        assert set(ended.err.splitlines()[1:]) == {"`entail report run` shows this again, with --html as a page"}, "Ray is silent"
        assert "nodes 1" in ended.out
        assert essence(begun.run) == local
        assert len({record.worker for record in attempts(begun.run) if record.worker}) == 2
        begun.nobody_is_left()
    finally:
        begun.clear()


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_ended_on_ray_it_goes_on_without(
    tmp_path: Path, data: Path, local: set[object], alone: dict[str, str], signum: signal.Signals
) -> None:
    begun = Started(tmp_path, data, (*OPTIONS, "--ray", "auto"), variables=alone)
    try:
        begun.until(lambda: len(attempts(begun.run)) >= 4)  # two of them are those that need Mathlib
        begun.signal(signum)
        ended = begun.end()
        assert ended.code == {signal.SIGINT: 1, signal.SIGTERM: 143, signal.SIGKILL: -9}[signum], ended
        begun.nobody_is_left(but=RAYS_OWN if signum == signal.SIGKILL else ())
        made = {record.key: record for record in attempts(begun.run)}
        assert bench(tmp_path, data, *OPTIONS).code == 0
        assert essence(begun.run) == local
        assert starts(begun.run) == 2
        assert {record.key: record for record in attempts(begun.run) if record.key in made} == made
    finally:
        begun.clear()


def test_a_cluster_that_is_not_there_is_told(tmp_path: Path, data: Path) -> None:
    refused = bench(tmp_path, data, *OPTIONS, "--ray", "127.0.0.1:1")
    assert refused.code == 3
    assert "nobody answers at 127.0.0.1:1" in refused.err
    nonsense = bench(tmp_path, data, *OPTIONS, "--ray", "nonsense")
    assert nonsense.code in (2, 3)
    assert "'nonsense' is no address of a Ray cluster" in nonsense.err
