"""`entail` as its users run it: a process of its own, in a folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ENOUGH_S = 300.0  # for a run that ends by itself; reached only by a hang
COMMAND = [sys.executable, "-m", "prover.cli"]


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that is over. Nothing that may happen to a user shows a traceback."""

    code: int
    out: str
    err: str

    def __post_init__(self) -> None:
        assert "Traceback" not in self.err, self.err
        assert "Exception ignored" not in self.err, self.err

    @property
    def records(self) -> list[dict[str, Any]]:
        """The JSON objects on stdout; anything else there is an error."""
        return [json.loads(line) for line in self.out.splitlines()]


def entail(*arguments: str | Path, text: str | bytes | None = None, folder: Path | None = None, **variables: str) -> Ended:
    """Run a command to its end, with `text` on its standard input."""
    data = text.encode() if isinstance(text, str) else text
    ran = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        input=data,
        stdin=subprocess.DEVNULL if data is None else None,
        capture_output=True,
        cwd=folder,
        env={**os.environ, **variables},
        timeout=ENOUGH_S,
        check=False,
    )
    return Ended(ran.returncode, ran.stdout.decode(), ran.stderr.decode())


def started(*arguments: str | Path, stdout: int = subprocess.PIPE, stderr: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
    """Start a command and return at once. A terminal that it may get is one that can move its cursor, whatever ours is."""
    command = [*COMMAND, *map(str, arguments)]
    environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TTY_INTERACTIVE", "CI")}
    environment["TERM"] = "xterm-256color"
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, env=environment)


def ended(process: subprocess.Popen[bytes]) -> Ended:
    """Wait for the end of what was started."""
    out, err = process.communicate(timeout=ENOUGH_S)
    return Ended(process.returncode, (out or b"").decode(), (err or b"").decode())


def children(pid: int) -> list[int]:
    """Processes that a process started and that have not ended."""
    return [child for child, (parent, state) in _processes().items() if parent == pid and state != "Z"]


def running(pid: int) -> bool:
    """Whether a process has not ended; one that waits to be reaped has."""
    return _processes().get(pid, (0, "Z"))[1] != "Z"


def until(condition: Callable[[], object]) -> None:
    """Wait for what other processes do in their own time."""
    give_up_s = time.monotonic() + ENOUGH_S
    while not condition():
        assert time.monotonic() < give_up_s
        time.sleep(0.01)


def _processes() -> Mapping[int, tuple[int, str]]:
    """Parent and state of every process, by its id."""
    found: dict[int, tuple[int, str]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        found[int(folder.name)] = (int(parent), state)
    return found
