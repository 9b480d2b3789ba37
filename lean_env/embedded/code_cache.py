"""Trains V8's code cache: optimised code of Lean's hot functions, so that new workers run at full speed at once.

Without it the first request of a worker takes five times as long; nothing else changes. Training takes half a minute
of one core, so it is done in the background after the first set-up, or by `entail setup --full`. One process
trains at a time, and the cache appears in one step.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final, Literal

from lean_env.embedded.engine import CODE_CACHE, SOURCES, WORKER, Engine, engine_in
from lean_env.embedded.install_command import run_command, start_detached
from lean_env.errors import EnvError, SetupFailed
from lean_env.toolchain import node_command

TRAINING_S: Final = 30.0
_GRACE_S = 300.0  # beyond the training itself: compiling and writing the cache on a busy machine

_LOCK = "training.lock"
_FAILURE = "training.failed"  # why training in the background went wrong; it is not tried again until asked for

# Appended, so that this folder hides no module of the interpreter's own.
_CHILD = """
import sys
sys.path.append(sys.argv[1])
from lean_env.embedded.code_cache import train_quietly
train_quietly(*sys.argv[2:])
"""


def train_code_cache(engine: Engine, seconds: float = TRAINING_S) -> Path:
    """Train for `seconds` and return the cache's path; at once if there is one. Waits for a training that is under way.

    Raises SetupFailed if the training fails.
    """
    from filelock import FileLock

    with FileLock(engine.folder / _LOCK):
        return engine.code_cache or _train(engine, seconds)


def train_in_background(engine: Engine, seconds: float = TRAINING_S) -> Literal["present", "running", "failed", "started"]:
    """See to it that the cache is there sooner or later, without waiting, and say how things stand.

    Starts a process of lowest priority that outlives this one and never prints. After a failure it starts no other:
    `train_code_cache` does, and says why it fails. Raises SetupFailed if no process can be started at all.
    """
    if engine.code_cache is not None:
        return "present"
    if (engine.folder / _FAILURE).exists():
        return "failed"
    from filelock import FileLock, Timeout

    try:
        with FileLock(engine.folder / _LOCK, timeout=0):
            pass
    except Timeout:
        return "running"
    except OSError:
        return "failed"  # an engine of another user's, which is not ours to add to
    start_detached([sys.executable, "-c", _CHILD, str(SOURCES.parents[1]), str(engine.folder), str(seconds)])
    return "started"


def train_quietly(folder: str, seconds: str) -> None:
    """What the background process does: train unless somebody else is at it, and leave a note instead of an error."""
    from filelock import FileLock, Timeout

    engine = engine_in(Path(folder))
    if engine is None:
        return
    try:
        with FileLock(engine.folder / _LOCK, timeout=0):
            if engine.code_cache is None:
                _train(engine, float(seconds))
    except Timeout:
        return
    except (EnvError, OSError) as error:
        (engine.folder / _FAILURE).write_text(f"{error}\n")


def _train(engine: Engine, seconds: float) -> Path:
    partial, target = engine.folder / f"{CODE_CACHE}.partial", engine.folder / CODE_CACHE
    arguments = ["--engine", str(engine.folder), "--seconds", f"{seconds:g}", "--out", str(partial)]
    command = node_command(WORKER / "train_code_cache.mjs", *arguments, node=engine.node)
    try:
        run_command(command, what="training the code cache", timeout_s=seconds + _GRACE_S)
        if not partial.exists():
            raise SetupFailed("training the code cache failed: it ended well, but wrote nothing")
        with partial.open("rb") as file:
            os.fsync(file.fileno())  # V8 trusts what it reads, so the name must never stand for a torn file
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    (engine.folder / _FAILURE).unlink(missing_ok=True)
    return target
