"""What an attempt by whole proofs has spent, what became of the model's answers, and whether that is all it may spend.

Never waits and never decides: it is told, and asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from prover.attempt import Effort
from prover.ledger import Stopwatch
from prover.models.generator import Generated
from prover.whole.cut import Cut
from search.budget import Budget, Limit, Stopped


@dataclass(slots=True)
class ProofCounts:
    """What became of the answers. Every answer is either `empty`, `unfit`, `repeated` or `unique`.

    calls       prompts to the model, each with its samples
    sampled     answers, those to repairs and resumptions included
    empty       answers without a proof in them
    unfit       proofs not shown to Lean: too long, or nested too deep
    repeated    proofs that were there before
    unique      proofs in the queue for Lean
    derived     proofs made from these: another layout, the part in front of an error that turned out to be complete
    elaborated  proofs that Lean was given: `clean` without errors, `failed` with them, `limited` by a limit, and the `lost` ones,
                which cost their workers
    checked     clean proofs that went to the check; `accepted` of them were
    repairs     prompts with Lean's errors; `resumes` prompts that begin with the part of a failing proof that works
    unanswered  prompts that brought nothing but a failure of the model's machinery
    """

    calls: int = 0
    sampled: int = 0
    empty: int = 0
    unfit: int = 0
    repeated: int = 0
    unique: int = 0
    derived: int = 0
    elaborated: int = 0
    clean: int = 0
    failed: int = 0
    limited: int = 0
    lost: int = 0
    checked: int = 0
    accepted: int = 0
    repairs: int = 0
    resumes: int = 0
    unanswered: int = 0


@dataclass(frozen=True, slots=True)
class FailedProof:
    """A proof that Lean has errors against: its lines, the errors' texts, and the part in front of them that works, if any."""

    lines: tuple[str, ...]
    errors: tuple[str, ...]
    part: Cut | None


@dataclass(frozen=True, slots=True)
class Drafts:
    """Counts of the answers, and the proofs that failed, in order (the last ones, if there were very many)."""

    counts: ProofCounts
    failures: tuple[FailedProof, ...]


class ProofAccount:
    """The account of one attempt, from its creation on.

    `stopped` is the limit that kept something from being done, if one did. `model` and `lean` time the waits for each.
    """

    def __init__(self, budget: Budget, clock: Callable[[], float]) -> None:
        self.counts = ProofCounts()
        self.model, self.lean = Stopwatch(clock), Stopwatch(clock)
        self.workers_lost = 0
        self.stopped: Stopped | None = None
        self._budget, self._clock, self._begun = budget, clock, clock()
        self._prompt_tokens = self._output_tokens = 0

    def generated(self, answers: Generated) -> None:
        """What one prompt cost, and how many answers it brought."""
        self.counts.sampled += len(answers.completions)
        self._prompt_tokens += answers.prompt_tokens
        self._output_tokens += answers.output_tokens

    @property
    def elapsed_s(self) -> float:
        """Seconds since the attempt began."""
        return self._clock() - self._begun

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the limit (>= 0), None without one."""
        return max(0.0, self._budget.seconds - self.elapsed_s) if self._budget.seconds else None

    def soft_ms(self, usual: int) -> int:
        """The limit of one proof in milliseconds, so that none outlives the budget; 0 = none."""
        left = self.seconds_left
        if left is None:
            return usual
        left_ms = max(1, round(1000 * left))
        return min(usual or left_ms, left_ms)

    def may_ask(self) -> bool:
        """Whether another prompt may be sent; if not, that is what stopped the attempt."""
        return self._may(Limit.EXPANSIONS, self._budget.expansions, self.counts.calls) and self.in_time()

    def may_elaborate(self) -> bool:
        """Whether Lean may be given another proof; if not, that is what stopped the attempt."""
        return self._may(Limit.STEPS, self._budget.steps, self.counts.elaborated) and self.in_time()

    def in_time(self) -> bool:
        """Whether there are seconds left; if not, that is what stopped the attempt."""
        return self._may(Limit.SECONDS, self._budget.seconds, self.elapsed_s)

    def effort(self) -> Effort:
        """What was spent: `expansions` are prompts, `steps` proofs that Lean was given, `nodes` different proofs."""
        counts = self.counts
        return Effort(
            seconds=self.elapsed_s,
            expansions=counts.calls,
            steps=counts.elaborated,
            nodes=counts.unique + counts.derived,
            workers_lost=self.workers_lost,
            advanced=counts.clean,
            refused=counts.failed,
            limited=counts.limited,
            policy_seconds=self.model.seconds,
            lean_seconds=self.lean.seconds,
            prompt_tokens=self._prompt_tokens,
            output_tokens=self._output_tokens,
        )

    def _may(self, limit: Limit, allowed: float, spent: float) -> bool:
        if not allowed or spent < allowed:
            return True
        self.stopped = self.stopped or Stopped(limit, allowed, spent)
        return False
