"""Who trains the code cache and what is left of it; node is a script that writes a line."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from filelock import FileLock

from lean_env.embedded.build import write_manifest
from lean_env.embedded.code_cache import train_code_cache
from lean_env.embedded.engine import Engine, Manifest
from lean_env.errors import SetupFailed
from lean_env.toolchain import Node

TRAINS = 'while [ $# -gt 1 ]; do if [ "$1" = --out ]; then echo trained > "$2"; fi; shift; done'


@pytest.fixture
def make_engine(tmp_path: Path) -> Callable[[str], Engine]:
    """An engine whose node runs this line of shell with the arguments that node would get."""

    def make(script: str) -> Engine:
        node = tmp_path / "node"
        node.write_text(f"#!/bin/sh\necho ran >> {tmp_path}/runs\n{script}\n")
        node.chmod(0o755)
        folder = tmp_path / "engine-0123456789ab"
        folder.mkdir()
        (folder / "in-use").touch()
        write_manifest(folder, Manifest("0123456789ab", "p", "n", ("Init",), {}, {}))
        return Engine(folder, "0123456789ab", ("Init",), Node(node, "environment", "", "n", None))

    return make


def runs(engine: Engine) -> int:
    log = engine.folder.parent / "runs"
    return len(log.read_text().splitlines()) if log.exists() else 0


def test_training_leaves_the_cache_and_nothing_else(make_engine: Callable[[str], Engine]) -> None:
    engine = make_engine(TRAINS)
    assert engine.code_cache is None
    cache = train_code_cache(engine, 1)
    assert cache.read_text() == "trained\n"
    assert engine.code_cache == cache
    assert [path.name for path in engine.folder.iterdir() if "partial" in path.name] == []


def test_a_trained_engine_is_not_trained_again(make_engine: Callable[[str], Engine]) -> None:
    engine = make_engine(TRAINS)
    assert train_code_cache(engine, 1) == train_code_cache(engine, 1)
    assert runs(engine) == 1


@pytest.mark.parametrize(
    ("script", "message"), [("echo no such tactic >&2; exit 3", "no such tactic"), ("exit 0", "wrote nothing")]
)
def test_a_failure_says_why(make_engine: Callable[[str], Engine], script: str, message: str) -> None:
    engine = make_engine(script)
    with pytest.raises(SetupFailed, match="training the code cache failed") as caught:
        train_code_cache(engine, 1)
    assert message in str(caught.value)
    assert engine.code_cache is None


def test_a_torn_cache_is_not_left_behind(make_engine: Callable[[str], Engine]) -> None:
    engine = make_engine(f"{TRAINS}; exit 1")
    with pytest.raises(SetupFailed):
        train_code_cache(engine, 1)
    assert sorted(path.name for path in engine.folder.iterdir()) == ["in-use", "manifest.json", "training.lock"]


def test_it_waits_for_a_training_that_is_under_way(make_engine: Callable[[str], Engine]) -> None:
    engine = make_engine(TRAINS)
    with ThreadPoolExecutor() as other, FileLock(engine.folder / "training.lock"):
        waiting = other.submit(train_code_cache, engine, 1)
        (engine.folder / "code.cache").write_text("by another\n")
    assert waiting.result(timeout=60).read_text() == "by another\n"
    assert runs(engine) == 0
