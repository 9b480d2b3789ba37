"""What one attempt at one theorem came to.

Owns the outcomes and their law: PROVED and REFUTED cannot be constructed without an accepted verdict of the two-process check
on the right statement.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from lean_env.checker import Verdict
from lean_env.statement import Statement


class Outcome(Enum):
    """How an attempt ended.

    PROVED; REFUTED: the negation was proved; REJECTED: closed in the search, but the check said no; EXHAUSTED: nothing left to
    try; OUT_OF_BUDGET: a limit ended it; NOT_RUN: our machinery broke, which says nothing about the theorem.
    """

    PROVED = "proved"
    REFUTED = "refuted"
    REJECTED = "rejected"
    EXHAUSTED = "exhausted"
    OUT_OF_BUDGET = "out_of_budget"
    NOT_RUN = "not_run"


@dataclass(frozen=True, slots=True)
class Effort:
    """What was spent.

    seconds         wall clock of the whole attempt
    expansions      policy calls with their batch of tactics
    steps           tactics tried: `advanced` + `refused` + `limited` (stopped by a limit of their own) + those whose worker was
                    lost or whose goal could not be reached again
    nodes           goals met
    workers_lost    Lean workers that died and were replaced
    policy_seconds  wall clock spent waiting for the policy, summed over lanes
    lean_seconds    wall clock spent waiting for Lean, summed over lanes, the check included
    prompt_tokens   read by a model, with every sample counted as often as it was prompted
    output_tokens   written by a model
    critic_seconds  wall clock spent waiting for a critic, summed over lanes
    assessed        goals that a critic gave its opinion of
    """

    seconds: float = 0.0
    expansions: int = 0
    steps: int = 0
    nodes: int = 0
    workers_lost: int = 0
    advanced: int = 0
    refused: int = 0
    limited: int = 0
    policy_seconds: float = 0.0
    lean_seconds: float = 0.0
    prompt_tokens: int = 0
    output_tokens: int = 0
    critic_seconds: float = 0.0
    assessed: int = 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt.

    `proof` is a whole Lean text (lemmas it uses, context, theorem) of the statement, or of its negation if REFUTED; `script` is the
    tactic block in it. If REJECTED they are what was refused. `reason` is a sentence on why it ended otherwise. `open_goals` are
    the most promising goals that were left, best first.
    """

    statement: Statement
    outcome: Outcome
    effort: Effort
    verdict: Verdict | None = None
    proof: str = ""
    script: tuple[str, ...] = ()
    reason: str = ""
    open_goals: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        """Raises ValueError if the outcome claims more than the verdict grants."""
        if self.outcome in (Outcome.PROVED, Outcome.REFUTED):
            claimed = self.statement if self.outcome is Outcome.PROVED else self.statement.negation()
            if self.verdict is None or not self.verdict.accepted or self.verdict.challenge != claimed:
                raise ValueError(f"{self.outcome.name} needs an accepted verdict on exactly this statement")
            if not self.proof:
                raise ValueError(f"{self.outcome.name} needs the proof")
