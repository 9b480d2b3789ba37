"""Trains V8's code cache: optimised code of Lean's hot functions, so that new workers run at full speed at once.

Without it the first tactics of a worker take five times as long; nothing else changes. Training is the last step of setting the
engine up. One process trains at a time, and the cache appears in one step.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from lean_env.embedded.engine import CODE_CACHE, WORKER, Engine
from lean_env.embedded.install_command import run_command
from lean_env.errors import SetupFailed
from lean_env.toolchain import node_command

TRAINING_S: Final = 15.0  # of processor time; twice as long makes no worker faster (docs/lab-log.md)
_GRACE_S = 300.0  # beyond the training itself: compiling and writing the cache on a busy machine

_LOCK = "training.lock"


def train_code_cache(engine: Engine, seconds: float = TRAINING_S) -> Path:
    """Train for `seconds` of processor time and return the cache's path; at once if there is one.

    Waits for a training that is under way. Raises SetupFailed if the training fails.
    """
    from filelock import FileLock

    try:
        with FileLock(engine.folder / _LOCK):
            return engine.code_cache or _train(engine, seconds)
    except OSError as error:  # an engine of another user's, which is not ours to add to
        raise SetupFailed(f"training the code cache failed: {error}") from error


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
    return target
