"""Policies: situations in, ranked tactics out.

A policy never talks to Lean and never sees a worker; it is batched by design, so that one with weights can put the goals of
many searches into one forward pass. What an answer cost travels with it (`Ranking`), row by row: one policy may serve many
searches at once, and a counter inside it could not tell whose tokens they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from lean_env.messages import Goal


@dataclass(frozen=True, slots=True)
class Situation:
    """A goal as a search met it, and what was done to get there.

    goal          the goal that a tactic acts on: the first one of its node
    theorem       name of what is being proved, as its statement has it (no namespaces that are open around it); the negation of a
                  theorem has a name of its own; "" = not known
    proof_before  tactics on the path from the theorem to the goal, first to last: those of the best path at the time of asking
    others        further goals of the node, which share metavariables with this one (>= 0)
    seed          of the attempt: what is drawn for a situation is drawn from it, so that attempts differ and can be repeated
    """

    goal: Goal
    theorem: str = ""
    proof_before: tuple[str, ...] = ()
    others: int = 0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A tactic that a policy proposes.

    `logprob` is the natural log of its probability (<= 0), `tokens` the length it is the sum over (>= 1). `heartbeats` (thousands)
    and `soft_ms` are what the policy thinks it deserves; None = the search's default. `move` names the rule it came from.
    """

    tactic: str
    logprob: float
    tokens: int = 1
    heartbeats: int | None = None
    soft_ms: int | None = None
    move: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that a model read and wrote for one goal; a prompt counts as often as it was sampled from."""

    prompt_tokens: int = 0
    output_tokens: int = 0


NO_USAGE = Usage()


class Ranking(list[Candidate]):
    """The candidates for one goal, best first, with what they cost. A policy without a model answers plain lists."""

    def __init__(self, candidates: Iterable[Candidate] = (), usage: Usage = NO_USAGE) -> None:
        super().__init__(candidates)
        self.usage = usage


def usage_of(row: Sequence[Candidate]) -> Usage:
    """What the candidates for one goal cost; nothing, unless they say so."""
    return row.usage if isinstance(row, Ranking) else NO_USAGE


class Policy(Protocol):
    """Proposes tactics for the first goal of each node."""

    async def suggest(self, situations: Sequence[Situation], count: int) -> list[list[Candidate]]:
        """For each situation at most `count` candidates, best first, no text twice. Never raises for what a goal says.

        A row may be a `Ranking`; a policy around another policy keeps what the inner one says of its cost.
        """
        ...
