"""Who trains the code cache and what is left of it; node is a script that writes a line."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from lean_env.embedded.build import write_manifest
from lean_env.embedded.code_cache import train_code_cache, train_in_background, train_quietly
from lean_env.embedded.engine import Engine, Manifest
from lean_env.errors import SetupFailed
from lean_env.toolchain import Node

TRAINS = 'while [ $# -gt 1 ]; do if [ "$1" = --out ]; then echo trained > "$2"; fi; shift; done'


@pytest.fixture
def make_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Engine]:
    """An engine whose node runs this line of shell with the arguments that node would get."""

    def make(script: str) -> Engine:
        node = tmp_path / "node"
        node.write_text(f"#!/bin/sh\necho ran >> {tmp_path}/runs\n{script}\n")
        node.chmod(0o755)
        monkeypatch.setenv("ENTAIL_NODE", str(node))  # for the background process, which looks for node itself
        folder = tmp_path / "engine-0123456789ab"
        folder.mkdir()
        (folder / "in-use").touch()
        write_manifest(folder, Manifest("0123456789ab", "p", "n", ("Init",), {}, {}))
        return Engine(folder, "0123456789ab", ("Init",), Node(node, "environment", "", "n", None))

    return make


def runs(engine: Engine) -> int:
    log = engine.folder.parent / "runs"
    return len(log.read_text().splitlines()) if log.exists() else 0


def wait_for(path: Path) -> str:
    for _ in range(600):
        if path.exists():
            return path.read_text()
        time.sleep(0.05)
    raise AssertionError(f"{path.name} never appeared")


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
    assert train_in_background(engine, 1) == "present"
    train_quietly(str(engine.folder), "1")
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


def test_the_background_trains_and_says_so(make_engine: Callable[[str], Engine]) -> None:
    engine = make_engine(TRAINS)
    assert train_in_background(engine, 1) == "started"
    assert wait_for(engine.folder / "code.cache") == "trained\n"


def test_one_at_a_time(make_engine: Callable[[str], Engine]) -> None:
    engine = make_engine(TRAINS)
    with FileLock(engine.folder / "training.lock"):
        assert train_in_background(engine, 1) == "running"
        train_quietly(str(engine.folder), "1")
    assert runs(engine) == 0


def test_a_background_that_failed_is_tried_again_only_when_asked(make_engine: Callable[[str], Engine]) -> None:
    engine = make_engine("echo out of memory >&2; exit 9")
    assert train_in_background(engine, 1) == "started"
    assert "out of memory" in wait_for(engine.folder / "training.failed")
    assert train_in_background(engine, 1) == "failed"
    assert runs(engine) == 1

    engine.node.path.write_text(f"#!/bin/sh\n{TRAINS}\n")
    train_code_cache(engine, 1)
    assert not (engine.folder / "training.failed").exists()


def test_an_engine_that_is_gone_is_left_alone(tmp_path: Path) -> None:
    train_quietly(str(tmp_path / "engine-gone"), "1")
    assert list(tmp_path.iterdir()) == []
