"""A small benchmark, `entail bench` on it in a process of its own, and what stays of a run: its records, and its processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from prover.attempt import Outcome
from prover.records import AttemptRecord, ProblemRecord, StartRecord, read_records
from prover.run_folder import CONTROLS, PROBLEMS, RECORDS
from tests.cli.running import COMMAND, ENOUGH_S, Ended, entail

MATHLIB = "import Mathlib\nopen Real\n"
EASY = {  # by tactics of milliseconds: a slow one may meet its wall-clock limit on a loaded machine, and the next one is tried
    "easy_add": "theorem easy_add (a b : Nat) : a + b = b + a",
    "easy_or": "theorem easy_or (p q : Prop) (h : p ∨ q) : q ∨ p",
    "easy_mod": "theorem easy_mod (n : Nat) : n % 3 < 3",
}
FALSE = {"false_one": "theorem false_one (n : Nat) : n < 5"}
HARD = {"hard": "theorem hard (a b c n : Nat) (h : 2 < n) (ha : 0 < a) (hb : 0 < b) : a^n + b^n ≠ c^n"}
REAL = {"real": "theorem real (x : ℝ) (h : x = 2) : x + x = 4"}
RATIONAL = {"rational": "theorem rational (x : ℚ) : x = x"}
BROKEN = {"broken": "theorem broken (n : Nat) : n = true"}

_MARK = "ENTAIL_TEST_MARK"


def write_problems(path: Path, *statements: dict[str, str]) -> Path:
    """A table of these statements, by name; those over ℝ and ℚ with a header that asks for Mathlib."""
    rows = [
        {"name": name, "formal_statement": f"{text} := by sorry", "header": MATHLIB if "ℝ" in text or "ℚ" in text else ""}
        for each in statements
        for name, text in each.items()
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def bench(folder: Path, data: Path, *options: str, **variables: str) -> Ended:
    """`entail bench` to its end; the run is kept in the folder under the name "run", unless the options say otherwise."""
    return entail(*_arguments(data, options), folder=folder, **variables)


def _arguments(data: Path, options: Iterable[str]) -> list[str]:
    named = [] if "--name" in options else ["--name", "run"]
    return ["bench", "mine", "--data", str(data), *named, *options]


def attempts(run: Path, file: str = RECORDS) -> list[AttemptRecord]:
    """The attempts in a run's folder, in the order in which they were written; none twice."""
    path = run / file
    records = read_records(path, AttemptRecord | StartRecord) if path.exists() else []
    found = [record for record in records if isinstance(record, AttemptRecord)]
    assert len({record.key for record in found}) == len(found), "an attempt has two records"
    return found


def starts(run: Path) -> int:
    """How often a driver began to work in a run's folder."""
    return sum(isinstance(each, StartRecord) for each in read_records(run / RECORDS, AttemptRecord | StartRecord))


def problems_read(run: Path) -> list[ProblemRecord]:
    """The problems in a run's folder; none twice."""
    path = run / PROBLEMS
    found: list[ProblemRecord] = read_records(path, ProblemRecord) if path.exists() else []
    assert len({record.name for record in found}) == len(found), "a problem has two records"
    return found


def essence(run: Path) -> set[tuple[str, int, Outcome, tuple[str, ...], str]]:
    """What a run came to, controls included: all that must not depend on when, where and in how many starts it was made."""
    return {
        (record.key, record.seed, record.outcome, record.script, record.proof)
        for file in (RECORDS, CONTROLS)
        for record in attempts(run, file)
    }


@dataclass(slots=True)
class Started:
    """`entail bench` on its way, with a mark in the environment that every process has which comes of it."""

    folder: Path
    data: Path
    options: tuple[str, ...]
    stderr: int = subprocess.PIPE
    variables: dict[str, str] = field(default_factory=dict[str, str])
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TTY_INTERACTIVE", "CI")}
        self.process = subprocess.Popen(
            [*COMMAND, *_arguments(self.data, self.options)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self.stderr,
            cwd=self.folder,
            env=environment | self.variables | {_MARK: self.mark, "TERM": "xterm-256color"},
        )

    @property
    def run(self) -> Path:
        """The folder of the run, which the options put right here ("--runs", ".")."""
        return self.folder / "run"

    def processes(self) -> list[int]:
        """Every process with the mark, the driver too."""
        wanted = f"{_MARK}={self.mark}".encode()
        return [pid for pid, environment in _environments() if wanted in environment]

    def until(self, condition: Callable[[], object]) -> None:
        """Wait for something that happens in the run, which must not end before."""
        give_up_s = time.monotonic() + ENOUGH_S
        while not condition():
            assert self.process.poll() is None, f"it ended before that with {self.process.returncode}"
            assert time.monotonic() < give_up_s
            time.sleep(0.02)

    def signal(self, signum: int) -> None:
        """Send one to the driver alone, and not to its workers."""
        self.process.send_signal(signum)

    def end(self) -> Ended:
        """Wait for the end of the driver."""
        out, err = self.process.communicate(timeout=ENOUGH_S)
        return Ended(self.process.returncode, (out or b"").decode(), (err or b"").decode())

    def nobody_is_left(self, *, but: tuple[str, ...] = ()) -> None:
        """Wait until no process of the run is there any more, but for those whose command has one of these words."""
        give_up_s = time.monotonic() + 30.0
        while left := [told for told in map(_command, self.processes()) if not any(word in told for word in but)]:
            assert time.monotonic() < give_up_s, f"left behind: {left}"
            time.sleep(0.05)

    def clear(self) -> None:
        """End whatever a test that failed left."""
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(ENOUGH_S)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()


def _environments() -> Iterable[tuple[int, list[bytes]]]:
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has gone, or is not ours
            yield int(folder.name), (folder / "environ").read_bytes().split(b"\0")


def _command(pid: int) -> str:
    with suppress(OSError):
        return f"{pid}: " + Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return f"{pid}, gone by now"
