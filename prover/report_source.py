"""A run's folder, read: what every report starts from.

Owns which record counts (the last of its key), which problems belong to the run, and how the trees of a large file are found
without holding them all. Never counts anything; the folder is only read, also while the run goes on.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path

import msgspec

from prover.attempt import Outcome
from prover.config_file import read_config_as
from prover.records import AttemptRecord, BrokenRecords, ProblemRecord, StartRecord, read_records
from prover.run_config import RunConfig
from prover.run_folder import CONFIG, CONTROLS, PROBLEMS, RECORDS
from prover.runs import LEFT_OUT_OF_CORE
from prover.statistics import Tally
from prover.tree_page import PageEdge, PageNode, Status

SOLVED_TIERS = frozenset(("T2", "T3", "T4"))


@dataclass(frozen=True, slots=True)
class Run:
    """What a folder says of a run.

    `problems` are those in the denominator, in the order of the data; `left_out` how many `only` took away; `unread` how many are
    not in `problems.jsonl` yet. `attempts` has those that ended, by problem, in their order. `controls` are attempts of policies
    that must not score, by policy.
    """

    folder: Path
    config: RunConfig
    problems: tuple[ProblemRecord, ...]
    left_out: int
    unread: int
    attempts: Mapping[str, tuple[AttemptRecord, ...]]
    starts: tuple[StartRecord, ...]
    controls: Mapping[str, tuple[AttemptRecord, ...]]

    @property
    def name(self) -> str:
        """The folder's name, which is the run's."""
        return self.folder.resolve().name

    @property
    def facts(self) -> dict[str, str]:
        """Versions, machine and workers of the last start."""
        return dict(self.starts[-1].facts) if self.starts else {}


@dataclass(frozen=True, slots=True)
class Counted:
    """One problem with its attempts that ended; `absent` more were never begun, because the problem cannot be attempted."""

    problem: ProblemRecord
    attempts: tuple[AttemptRecord, ...]
    absent: int

    @property
    def tally(self) -> Tally:
        """How many attempts count, and how many of them solved it."""
        return Tally(len(self.attempts) + self.absent, sum(map(is_solved, self.attempts)))

    @property
    def not_run(self) -> int:
        """How many attempts say nothing about the problem."""
        return self.absent + sum(record.outcome is Outcome.NOT_RUN for record in self.attempts)

    def has(self, outcome: Outcome) -> bool:
        """Whether an attempt ended so."""
        return any(record.outcome is outcome for record in self.attempts)


def count(run: Run) -> list[Counted]:
    """The problems of a run with their attempts, in the order of the data."""

    def counted(problem: ProblemRecord) -> Counted:
        attempts = run.attempts.get(problem.name, ())
        return Counted(problem, attempts, max(0, run.config.attempts - len(attempts)) if problem.cause else 0)

    return [counted(problem) for problem in run.problems]


def is_solved(record: AttemptRecord) -> bool:
    """Whether an attempt counts as solved: proved, and checked at tier T2 or better."""
    return record.outcome is Outcome.PROVED and record.tier in SOLVED_TIERS


def load_run(folder: Path) -> Run:
    """Read a run's folder. Raises BrokenRecords, BadConfig, FileNotFoundError; controls and trees may be missing."""
    config = read_config_as(folder / CONFIG, RunConfig)
    problems: list[ProblemRecord] = read_records(folder / PROBLEMS, ProblemRecord)
    by_name = {problem.name: problem for problem in problems}
    kept = tuple(p for p in by_name.values() if not (config.only == "core" and p.cause in LEFT_OUT_OF_CORE))
    starts, attempts = _read_attempts(folder / RECORDS, by_name.keys())
    controls = _read_controls(folder / CONTROLS)
    return Run(
        folder=folder,
        config=config,
        problems=kept,
        left_out=len(by_name) - len(kept),
        unread=max(0, config.problems - len(by_name)),
        attempts=attempts,
        starts=starts,
        controls=controls,
    )


def _read_attempts(path: Path, known: Set[str]) -> tuple[tuple[StartRecord, ...], dict[str, tuple[AttemptRecord, ...]]]:
    if not path.exists():  # the driver was ended before its first attempt
        return (), {}
    records: list[AttemptRecord | StartRecord] = read_records(path, AttemptRecord | StartRecord)
    starts = tuple(record for record in records if isinstance(record, StartRecord))
    ended = {record.key: record for record in records if isinstance(record, AttemptRecord)}
    strangers = sorted({record.name for record in ended.values()} - known)
    if strangers:
        raise BrokenRecords(f"{path}: attempts at problems that problems.jsonl does not have: {', '.join(strangers[:5])}")
    by_problem: dict[str, list[AttemptRecord]] = {}
    for record in ended.values():
        by_problem.setdefault(record.name, []).append(record)
    return starts, {name: tuple(sorted(records, key=lambda record: record.attempt)) for name, records in by_problem.items()}


def _read_controls(path: Path) -> dict[str, tuple[AttemptRecord, ...]]:
    if not path.exists():
        return {}
    records: list[AttemptRecord] = read_records(path, AttemptRecord)
    by_policy: dict[str, list[AttemptRecord]] = {}
    for record in {record.key: record for record in records}.values():
        by_policy.setdefault(record.control, []).append(record)
    return {policy: tuple(records) for policy, records in sorted(by_policy.items())}


@dataclass(frozen=True, slots=True)
class KeptTree:
    """The search behind an attempt, as far as it was kept."""

    key: str
    nodes: tuple[PageNode, ...]
    left_out: int


class TreeFile:
    """A run's `trees.jsonl`, which may be far larger than memory: found by key, read one at a time."""

    def __init__(self, path: Path) -> None:
        """Find where each tree stands, the last of a key; no file is no trees. Raises BrokenRecords."""
        self._path = path
        self._places: dict[str, tuple[int, int]] = {}
        if not path.exists():
            return
        heads = msgspec.json.Decoder(_TreeHead)
        at = 0
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    break  # torn: it was never promised
                try:
                    self._places[heads.decode(line).key] = (at, len(line))
                except msgspec.DecodeError as error:
                    raise BrokenRecords(f"{path}, line {number}: not a tree of this version ({error})") from error
                at += len(line)

    def __len__(self) -> int:
        return len(self._places)

    def read(self, keys: Iterable[str]) -> Iterator[KeptTree]:
        """The trees of these keys, in their order, without those that were not kept. Raises BrokenRecords."""
        if not self._places:
            return
        trees = msgspec.json.Decoder(_WireTree)
        with self._path.open("rb") as file:
            for key in keys:
                if key not in self._places:
                    continue
                offset, length = self._places[key]
                file.seek(offset)
                try:
                    tree = trees.decode(file.read(length))
                except msgspec.DecodeError as error:
                    raise BrokenRecords(f"{self._path}: the tree of {key} is not one of this version ({error})") from error
                yield KeptTree(key, tuple(map(_node, tree.nodes)), tree.left_out)


class _TreeHead(msgspec.Struct, tag="tree"):
    key: str


class _WireEdge(msgspec.Struct):
    tactic: str
    logprob: float | None  # JSON has no infinities
    status: Status
    children: tuple[int, ...]
    message: str


class _WireNode(msgspec.Struct):
    id: int
    goals: tuple[str, ...]
    status: Status
    depth: int
    priority: float | None
    edges: tuple[_WireEdge, ...]


class _WireTree(msgspec.Struct, tag="tree"):
    key: str
    nodes: list[_WireNode]
    left_out: int = 0


def _node(wire: _WireNode) -> PageNode:
    edges = tuple(PageEdge(e.tactic, _number(e.logprob), e.status, e.children, e.message) for e in wire.edges)
    return PageNode(wire.id, wire.goals, wire.status, wire.depth, _number(wire.priority), edges)


def _number(value: float | None) -> float:
    return -math.inf if value is None else value
