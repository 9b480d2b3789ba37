"""What a dialect can tell a model about: one goal of a search, one statement to prove as a whole, one proof to repair.

Plain data, filled as far as the asker knows; a dialect says which fields it needs.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TacticQuery:
    """Which tactic comes next.

    state         the goal pretty-printed: hypotheses, then `⊢ target`
    theorem       full name of what is being proved
    proof_before  the tactics on the path to this goal, first to last
    premises      statements of library theorems that may help, best first: (name, Lean text)
    """

    state: str
    theorem: str = ""
    proof_before: tuple[str, ...] = ()
    premises: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ProofQuery:
    """A whole proof of a statement.

    header     imports, options and opens, as Lean text
    signature  context and `theorem NAME binders : type`, without `:=`
    informal   the problem in words, "" if unknown
    prefix     tactics that are already there and stay, as lines of the proof's block; () = from the start
    goal       the goal after the prefix, pretty-printed
    """

    header: str
    signature: str
    informal: str = ""
    prefix: tuple[str, ...] = ()
    goal: str = ""


@dataclass(frozen=True, slots=True)
class LeanError:
    """An error of Lean in a proof's text: lines from 1, columns from 0, and the goals before it."""

    message: str
    line: int
    column: int
    end_line: int
    end_column: int
    goals: str = ""


@dataclass(frozen=True, slots=True)
class RepairQuery:
    """The conversation so far, the proof that it came to, and what Lean says of it. `round` counts from 1."""

    query: ProofQuery
    answers: tuple[str, ...]
    proof: str
    errors: tuple[LeanError, ...] = field(default=())
    round: int = 1
