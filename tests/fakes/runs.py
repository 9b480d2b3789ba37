"""Run folders that no run made: records written by hand, for whatever reads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from prover.attempt import Effort, Outcome
from prover.config import ProveConfig
from prover.config_file import write_config
from prover.records import AttemptRecord, ProblemRecord, StartRecord, TreeRecord
from prover.run_config import RunConfig
from search.budget import Budget

FACTS = {"entail": "0.1.0", "engine": "4.28.0", "machine": "2 cores", "workers": "2"}
CONFIG = RunConfig(
    dataset="minif2f",
    lineage="tests",
    split="valid",
    problems=0,
    problems_sha256="5" * 64,
    attempts=2,
    temperature=0.7,
    tree_nodes=0,
    prove=ProveConfig(workers=1, budget=Budget(seconds=10.0)),
)


def problem(name: str, category: str = "algebra", **fields: Any) -> ProblemRecord:
    """A problem that can be attempted, unless `cause` says otherwise."""
    plain = ProblemRecord(
        name=name,
        split="valid",
        category=category,
        problem_sha256="p",
        statement_sha256=f"statement of {name}",
        source=f"theorem {name} : 1 + 1 = 2 := sorry",
        informal=f"Show that {name} holds.",
    )
    return msgspec.structs.replace(plain, **fields)


def attempt(
    name: str, number: int, outcome: Outcome = Outcome.PROVED, *, seconds: float = 1.0, steps: int = 10, **fields: Any
) -> AttemptRecord:
    """One attempt that ended; a proof has two tactics."""
    proved = outcome in (Outcome.PROVED, Outcome.REFUTED)
    plain = AttemptRecord(
        key=f"{name}#{number}",
        name=name,
        attempt=number,
        seed=number,
        statement_sha256=f"statement of {name}",
        outcome=outcome,
        effort=Effort(seconds=seconds, steps=steps, expansions=max(1, steps // 8), lean_seconds=seconds / 2),
        tier="T2" if proved else "",
        reason="" if proved else "10 s are over",
        proof=f"theorem {name} : 1 + 1 = 2 := by\n  norm_num\n  rfl\n" if proved else "",
        script=("norm_num", "rfl") if proved else (),
        open_goals=() if proved else ("x : ℕ\n⊢ x = x",),
    )
    return msgspec.structs.replace(plain, **fields)


def control(policy: str, name: str, outcome: Outcome = Outcome.EXHAUSTED) -> AttemptRecord:
    """An attempt of a policy that must not score."""
    return msgspec.structs.replace(attempt(name, 1, outcome), key=f"{policy}:{name}#1", control=policy)


def tree(key: str, goal: str = "⊢ 1 + 1 = 2", **fields: Any) -> TreeRecord:
    """A search of three nodes: two tactics, one of them with two goals."""

    def edge(tactic: str, status: str, *children: int) -> dict[str, Any]:
        return {"tactic": tactic, "logprob": -0.5, "status": status, "children": list(children), "message": ""}

    def node(identity: int, status: str, *edges: dict[str, Any]) -> dict[str, Any]:
        shown = {"id": identity, "goals": [goal], "status": status, "depth": min(identity, 1), "priority": -1.0}
        return {**shown, "edges": list(edges)}

    nodes = [
        node(0, "proved", edge("simp", "failed"), edge("constructor", "proved", 1, 2)),
        node(1, "proved", edge("rfl", "proved")),
        node(2, "proved", edge("omega", "proved")),
    ]
    return TreeRecord(key=key, nodes=nodes, **fields)


def write_run(
    folder: Path,
    problems: Sequence[ProblemRecord],
    attempts: Iterable[AttemptRecord],
    *,
    controls: Sequence[AttemptRecord] = (),
    trees: Sequence[TreeRecord] = (),
    config: RunConfig = CONFIG,
    starts: Sequence[StartRecord] = (StartRecord(begun="2026-01-01T00:00:00+00:00", facts=FACTS),),
) -> Path:
    """A folder as a run leaves it. A config with `problems=0` gets their number."""
    folder.mkdir(parents=True)
    write_config(config if config.problems else replace(config, problems=len(problems)), folder / "config.toml")
    _write(folder / "problems.jsonl", problems)
    _write(folder / "records.jsonl", [*starts, *attempts])
    if controls:
        _write(folder / "controls.jsonl", controls)
    if trees:
        _write(folder / "trees.jsonl", trees)
    return folder


def _write(path: Path, records: Sequence[msgspec.Struct]) -> None:
    path.write_bytes(b"".join(msgspec.json.encode(record) + b"\n" for record in records))
