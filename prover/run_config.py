"""Everything that decides what a run comes to, as data: what `runs/NAME/config.toml` holds.

Owns the run's identity: two runs with the same identity were asked the same thing under the same budget.
Where a run was made (workers, machines) is not part of it; that is in the records.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from prover.config import ProveConfig
from prover.config_file import differences
from prover.method_choice import MethodChoice
from prover.models.choice import ModelChoice

_NOT_IN_A_NAME = re.compile(r"[^\w.+-]+")  # of a folder: a dataset may be called OWNER/NAME


@dataclass(frozen=True, slots=True)
class RunConfig:
    """One run.

    dataset, lineage, split  which copy of which benchmark
    only                     "core": problems that need Mathlib are left out; "" : they stay, as NOT_RUN
    names                    these problems alone; () = all
    problems, problems_sha256  how many, and the hash of the statement set (`ProblemSet.digest`)
    attempts                 per problem (>= 1), all of them made, also after a success
    policy, temperature      who proposes; how far attempts differ (0 = all are the same, so attempts > 1 say nothing more). A
                             model's draws have a temperature of their own
    model                    whose policy it is, if it is a model's
    seed                     of the run; each attempt's seed is derived from it, the statement and the attempt's number
    tree_nodes               of each search, kept for the report; 0 = none
    prove                    budget, width, limits of one attempt
    """

    dataset: str
    lineage: str
    split: str
    problems: int
    problems_sha256: str
    only: str = ""
    names: tuple[str, ...] = ()
    attempts: int = 1
    policy: str = "symbolic"
    temperature: float = 0.0
    model: ModelChoice = field(default_factory=ModelChoice)
    seed: int = 0
    tree_nodes: int = 60
    prove: ProveConfig = field(default_factory=lambda: ProveConfig(workers=1))

    def __post_init__(self) -> None:
        """Raises ValueError for an option out of its range."""
        if self.attempts < 1:
            raise ValueError(f"attempts must be at least 1, not {self.attempts}")
        if not 0 <= self.temperature < float("inf"):
            raise ValueError(f"temperature must be finite and at least 0, not {self.temperature}")
        if self.prove.workers != 1:
            raise ValueError("an attempt of a run has one Lean worker: that is what makes runs comparable")

    @property
    def method(self) -> MethodChoice:
        """How a statement is attempted."""
        return MethodChoice(self.policy, self.temperature, self.model)

    @property
    def identity(self) -> str:
        """SHA-256 of everything but the number of attempts, which may grow, and what is kept for reports."""
        same = replace(self, attempts=1, tree_nodes=0)
        return hashlib.sha256(msgspec.json.encode(same, order="deterministic")).hexdigest()

    def differences(self, other: RunConfig) -> list[str]:
        """The options in which two configs differ: "prove.budget.seconds 10 -> 30"."""
        return differences(self, other)

    def like(self, other: RunConfig) -> RunConfig:
        """This config, with what may change while a run grows as the other has it."""
        return replace(self, attempts=other.attempts, tree_nodes=other.tree_nodes)

    @property
    def title(self) -> str:
        """A name for the run's folder that says what it is; the same options give the same name, so that it is found again."""
        budget = self.prove.budget
        limits = ((budget.seconds, "s"), (budget.steps, "steps"), (budget.expansions, "expansions"))
        spent = "-".join(f"{limit:g}{unit}" for limit, unit in limits if limit) or "unlimited"
        model = Path(self.model.model).name
        what = "-".join(part for part in (self.dataset, self.split, self.only, self.policy, model) if part)
        return f"{_NOT_IN_A_NAME.sub('-', what)}-{spent}-{self.identity[:8]}"


def attempt_seed(run_seed: int, name: str, attempt: int) -> int:
    """The seed of one attempt: 63 bits, the same on every machine."""
    data = f"{run_seed}\0{name}\0{attempt}".encode()
    return int.from_bytes(hashlib.sha256(data).digest()[:8], "big") >> 1
