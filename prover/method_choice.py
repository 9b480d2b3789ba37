"""Which method, and which model: plain data for configs and records."""

from __future__ import annotations

from dataclasses import dataclass, field

from prover.models.choice import ModelChoice

MODEL = "model"  # the policy's name where a model proposes tactics
WHOLE_PROOF = "whole-proof"  # and where it writes whole proofs, which is no policy of a search


@dataclass(frozen=True, slots=True)
class MethodChoice:
    """A method, as data.

    policy       name of a policy; "model" and "whole-proof" are made by `model`
    temperature  how far attempts without a model differ; a model's draws have their own (`ModelChoice.temperature`)
    """

    policy: str = "symbolic"
    temperature: float = 0.0
    model: ModelChoice = field(default_factory=ModelChoice)
