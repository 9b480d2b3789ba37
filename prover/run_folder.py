"""The folder of a run: its config, its records, and the lock that keeps a second driver out.

runs/NAME/config.toml      the effective config
          problems.jsonl   each problem as Lean read it
          records.jsonl    starts of the driver, and attempts as they end
          controls.jsonl   attempts of the control policies
          trees.jsonl      searches, cut to some nodes
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self, TypeVar

from filelock import FileLock, Timeout

from prover.config_file import read_config_as, write_config
from prover.records import AttemptRecord, ProblemRecord, RecordFile, StartRecord, TreeRecord
from prover.run_config import RunConfig

CONFIG, PROBLEMS, RECORDS, CONTROLS, TREES = "config.toml", "problems.jsonl", "records.jsonl", "controls.jsonl", "trees.jsonl"
ANSWERS = "answers.jsonl"  # of a run of `entail solve`, whose records.jsonl holds solutions
_LOCK = ".lock"


class RunRefused(Exception):
    """The run cannot be made in this folder; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class RunFolder:
    """An open folder. What the files held when they were opened is in their `records`."""

    path: Path
    problems: RecordFile[ProblemRecord]
    records: RecordFile[AttemptRecord | StartRecord]
    controls: RecordFile[AttemptRecord]
    trees: RecordFile[TreeRecord]


class Growing(Protocol):
    """The config of a run: what may differ between two starts of it is the number of attempts, which only grows."""

    @property
    def attempts(self) -> int:
        """Per problem."""
        ...

    @property
    def identity(self) -> str:
        """A hash of all that must stay the same."""
        ...

    def differences(self, other: Self) -> list[str]:
        """The options in which two configs differ."""
        ...

    def like(self, other: Self) -> Self:
        """This config, with what may change as the other has it."""
        ...


C = TypeVar("C", bound=Growing)


@contextmanager
def open_run(path: Path, config: RunConfig) -> Generator[RunFolder]:
    """Begin a run, or go on with it. The number of attempts may be larger than last time.

    Raises what `reserved` does, and BrokenRecords.
    """
    with reserved(path, config, RunConfig), ExitStack() as stack:
        yield RunFolder(
            path,
            stack.enter_context(RecordFile[ProblemRecord](path / PROBLEMS, ProblemRecord)),
            stack.enter_context(RecordFile[AttemptRecord | StartRecord](path / RECORDS, AttemptRecord | StartRecord)),
            stack.enter_context(RecordFile[AttemptRecord](path / CONTROLS, AttemptRecord)),
            # a tree that is lost costs a picture, so nobody waits for the disk
            stack.enter_context(RecordFile[TreeRecord](path / TREES, TreeRecord, durable=False)),
        )


@contextmanager
def reserved(path: Path, config: C, kind: type[C]) -> Generator[None]:
    """Have a run's folder to oneself, with this config in it.

    Raises RunRefused if another driver has it, if it was made with other options, or if it cannot be a folder of ours; BadConfig,
    OSError.
    """
    lock = FileLock(path / _LOCK)
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout as busy:
        raise RunRefused(f"{path} is in use: another process is making this run") from busy
    except OSError as error:
        raise RunRefused(f"no run can be kept in {path}: {error.strerror}") from error
    try:
        _agree(path, config, kind)
        yield
    finally:
        lock.release()


def _agree(path: Path, config: C, kind: type[C]) -> None:
    """Write the config of a new run; compare it with that of an old one."""
    file = path / CONFIG
    if not file.exists():
        if (path / RECORDS).exists():
            raise RunRefused(f"{path} has records and no {CONFIG}: it is not known what they are of")
        write_config(config, file)
        return
    before = read_config_as(file, kind)
    if before.identity != config.identity:
        different = ", ".join(before.differences(config.like(before)))
        raise RunRefused(f"{path} was made with other options ({different}); give this run another --name")
    if config.attempts < before.attempts:
        raise RunRefused(f"{path} has {before.attempts} attempts per problem, which cannot become {config.attempts}")
    write_config(config, file)
