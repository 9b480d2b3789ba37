"""Every option of proving a statement by whole proofs, with its unit and what 0 means."""

from __future__ import annotations

from dataclasses import dataclass, field

from search.budget import Budget

LEANS_OWN_HEARTBEATS = 200  # thousands: what a file without the option maxHeartbeats has


@dataclass(frozen=True, slots=True)
class WholeProofConfig:
    """How one theorem is attempted by whole proofs; recorded with the attempt.

    budget         `expansions` counts prompts to the model, each with its samples; `steps` the proofs that Lean elaborates
    samples        proofs drawn from scratch (>= 1)
    at_once        of them in one round (>= 1); a round is drawn while Lean works on the one before, never further ahead
    go_on          make all samples and repairs even when a proof is found; the shortest one is the result
    repair_rounds  how often a failing proof is given back with Lean's errors; 0 = never; a dialect without such a turn: never
    repairs        answers drawn for each (>= 1)
    resume_rounds  how often a failing proof is cut at its first error and taken up there; 0 = never; as for repairs
    resumes        answers drawn for each (>= 1)
    temperature    of the draws; None = what the dialect's authors use, and the same holds for `max_tokens`
    max_tokens     of one answer
    workers        Lean workers that elaborate at the same time (>= 1); the check has one of its own
    heartbeats     limit of a proof, in thousands as Lean's maxHeartbeats counts; 0 = no limit. Unless it is Lean's own, 200, the
                   option stands above the theorem in the proof's text
    soft_ms        wall-clock limit of a proof in milliseconds; 0 = no limit, which leaves only the kill
    header         shown to the model in place of the statement's own imports, options and opens, unless ""
    seed           of the draws
    """

    budget: Budget = field(default_factory=lambda: Budget(seconds=600.0))
    samples: int = 32
    at_once: int = 8
    go_on: bool = False
    repair_rounds: int = 0
    repairs: int = 2
    resume_rounds: int = 0
    resumes: int = 2
    temperature: float | None = None
    max_tokens: int | None = None
    workers: int = 2
    heartbeats: int = LEANS_OWN_HEARTBEATS
    soft_ms: int = 20_000
    header: str = ""
    seed: int = 0

    def __post_init__(self) -> None:
        """Raises ValueError for an option out of its range."""
        least = {"samples": 1, "at_once": 1, "repairs": 1, "resumes": 1, "workers": 1}
        least |= dict.fromkeys(("repair_rounds", "resume_rounds", "heartbeats", "soft_ms"), 0)
        for name, bound in least.items():
            if getattr(self, name) < bound:
                raise ValueError(f"{name} must be at least {bound}, not {getattr(self, name)}")
