"""Everything that decides what a run of `entail solve` comes to, as data: what `runs/NAME/config.toml` holds.

Owns the run's identity, as `run_config.py` does for `entail bench`.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from prover.config_file import differences
from prover.formalize.desk import DeskChoice
from prover.models.choice import ModelChoice
from prover.sandbox.outcomes import Limits
from prover.solve.solving import SolveLimits

BUILT_IN = "built-in"
_NOT_IN_A_NAME = re.compile(r"[^\w.+-]+")


@dataclass(frozen=True, slots=True)
class SolveConfig:
    """One run, or one problem.

    dataset, problems, problems_sha256, names  what is solved: `WordProblemSet`, and these names alone (() = all)
    attempts     samples of each problem that vote (>= 1), more may be drawn later
    model        solves; without a name, the built-in solver does
    reward       weighs votes; without a name, each counts the same
    limits, code, unsafe_code  of a solution, of the code in it, and whether that may run where it cannot be isolated
    seed         of the run
    prove, prove_seconds, desk  whether the answer's statement is made and proved, how long, and how it is made
    """

    dataset: str = ""
    problems: int = 1
    problems_sha256: str = ""
    names: tuple[str, ...] = ()
    attempts: int = 1
    model: ModelChoice = field(default_factory=ModelChoice)
    reward: ModelChoice = field(default_factory=ModelChoice)
    limits: SolveLimits = field(default_factory=SolveLimits)
    code: Limits = field(default_factory=Limits)
    unsafe_code: bool = False
    seed: int = 0
    prove: bool = True
    prove_seconds: float = 60.0
    desk: DeskChoice = field(default_factory=DeskChoice)

    def __post_init__(self) -> None:
        """Raises ValueError for options that do not go together."""
        if self.attempts < 1:
            raise ValueError(f"samples must be at least 1, not {self.attempts}")
        if not self.model.model and (self.attempts > 1 or self.reward.model):
            raise ValueError("the built-in solver gives one solution: --samples and --reward are for a --model")

    @property
    def identity(self) -> str:
        """SHA-256 of everything but the number of samples, which may grow."""
        return hashlib.sha256(msgspec.json.encode(replace(self, attempts=1), order="deterministic")).hexdigest()

    def differences(self, other: SolveConfig) -> list[str]:
        """The options in which two configs differ."""
        return differences(self, other)

    def like(self, other: SolveConfig) -> SolveConfig:
        """This config, with as many samples as the other."""
        return replace(self, attempts=other.attempts)

    @property
    def solver(self) -> str:
        """Who solves, for people."""
        return self.model.model or BUILT_IN

    @property
    def title(self) -> str:
        """A name for the run's folder; the same options give the same name, so that it is found again."""
        name = f"solve-{self.dataset}-{Path(self.solver).name}-{self.identity[:8]}"
        return _NOT_IN_A_NAME.sub("-", name)
