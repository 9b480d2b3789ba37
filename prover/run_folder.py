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
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock, Timeout

from prover.records import AttemptRecord, ProblemRecord, RecordFile, StartRecord, TreeRecord
from prover.run_config import RunConfig, read_config, write_config

CONFIG, PROBLEMS, RECORDS, CONTROLS, TREES = "config.toml", "problems.jsonl", "records.jsonl", "controls.jsonl", "trees.jsonl"
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


@contextmanager
def open_run(path: Path, config: RunConfig) -> Generator[RunFolder]:
    """Begin a run, or go on with it. The number of attempts may be larger than last time.

    Raises RunRefused if another driver has it, if it was made with other options, or if it cannot be a folder of ours;
    BrokenRecords, BadConfig, OSError.
    """
    lock = FileLock(path / _LOCK)
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout as busy:
        raise RunRefused(f"{path} is in use: another process is making this run") from busy
    except OSError as error:
        raise RunRefused(f"no run can be kept in {path}: {error.strerror}") from error
    with ExitStack() as stack:
        stack.callback(lock.release)
        _agree(path, config)
        yield RunFolder(
            path,
            stack.enter_context(RecordFile[ProblemRecord](path / PROBLEMS, ProblemRecord)),
            stack.enter_context(RecordFile[AttemptRecord | StartRecord](path / RECORDS, AttemptRecord | StartRecord)),
            stack.enter_context(RecordFile[AttemptRecord](path / CONTROLS, AttemptRecord)),
            # a tree that is lost costs a picture, so nobody waits for the disk
            stack.enter_context(RecordFile[TreeRecord](path / TREES, TreeRecord, durable=False)),
        )


def _agree(path: Path, config: RunConfig) -> None:
    """Write the config of a new run; compare it with that of an old one."""
    file = path / CONFIG
    if not file.exists():
        if (path / RECORDS).exists():
            raise RunRefused(f"{path} has records and no {CONFIG}: it is not known what they are of")
        write_config(config, file)
        return
    before = read_config(file)
    if before.identity != config.identity:
        may_change = replace(config, attempts=before.attempts, tree_nodes=before.tree_nodes)
        differences = ", ".join(before.differences(may_change))
        raise RunRefused(f"{path} was made with other options ({differences}); give this run another --name")
    if config.attempts < before.attempts:
        raise RunRefused(f"{path} has {before.attempts} attempts per problem, which cannot become {config.attempts}")
    write_config(config, file)
