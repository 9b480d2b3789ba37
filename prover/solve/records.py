"""What solving leaves on disk: a line per sample, a line per problem when all of its samples voted.

Owns the format. What the lines add up to is `report.py`'s.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from prover.formalize.records import FormalizedRecord
from prover.solve.blocks import Solution
from prover.solve.voting import Vote
from prover.statistics import Ballot

Match = Literal["yes", "no", "unknown"]
Proven = Literal["proved", "refuted", "open"]


class SampleRecord(msgspec.Struct, frozen=True, tag="sample"):
    """One solution of one problem.

    `key` is NAME#NUMBER, samples counted from 1. `begun` is UTC in ISO format.
    """

    key: str
    name: str
    sample: int
    seed: int
    solution: Solution
    begun: str = ""


class AnswerRecord(msgspec.Struct, frozen=True, tag="answer"):
    """A problem whose samples have voted.

    expected   the answer that the data gives, "" if it gives none; `matches` compares the vote's with it, "unknown" without one
    right      samples with the expected answer, `wrong` those with each other one, `none` those without an answer (without an
               expected answer, all are in `wrong`)
    weights    P(correct) of each sample, if a reward model was asked; they weighed the vote
    statement  "Show that it is X", formalized, with its proof if one was looked for; None if that was not asked for, or there is
               no answer. Where the checks found it false, nothing is accepted, and the proof is of its negation. That the answer
               matches and that its statement is proved are two things: neither gives the other
    """

    name: str
    category: str
    samples: int
    vote: Vote
    expected: str
    matches: Match
    right: int
    wrong: tuple[int, ...]
    none: int
    weights: tuple[float, ...] = ()
    statement: FormalizedRecord | None = None
    seconds: float = 0.0

    @property
    def ballot(self) -> Ballot:
        """The samples, for maj@k."""
        return Ballot(self.right, self.wrong, self.none)

    @property
    def is_proved(self) -> bool:
        """Whether the statement that the answer is right has a proof that was checked in a clean process."""
        return self.standing == "proved"

    @property
    def standing(self) -> Proven:
        """What is known of the statement that the answer is right, by proofs that were checked in a clean process."""
        proof = self.statement.proof if self.statement else None
        if proof is None or proof.tier != "T2":
            return "open"
        return "proved" if proof.outcome == "proved" else "refuted" if proof.outcome == "refuted" else "open"


def sample_key(name: str, number: int) -> str:
    """How a sample is called in records."""
    return f"{name}#{number}"
