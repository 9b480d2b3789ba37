"""A word problem, the drafts of its statement, and what the checks found about each: the data that flows through this package.

Owns the types and the names of the checks. `Finding.verdict` is what ranking goes by; its message is for people.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import msgspec

from lean_env.messages import Goal
from lean_env.statement import Statement

Verdict = Literal["pass", "flag", "reject", "unknown"]

BUILT_IN = "fragment"  # the name of the formalizer that reads by a grammar, and does not guess


class CheckName(StrEnum):
    """Every check of a candidate, in the order in which they are made and shown.

    COMPILES       Lean elaborates it: one theorem, and nothing that could change what it says
    NOTATION       nothing in the draft redefines notation, a constant or an instance that the statement then uses
    GOAL           the goal is not True, not one of the hypotheses, not `a = a`
    UNUSED         every variable and hypothesis plays a part in what is claimed
    NUMBERS        the numbers of the text are in the statement, and the other way round
    SUBTRACTION    no subtraction of natural numbers that could be cut off at 0
    DIVISION       no division of whole numbers that could drop a remainder, and none by 0
    HYPOTHESES     False does not follow from the hypotheses, and they matter
    NEGATION       the negation was not proved
    TRIVIALITY     one cheap tactic does not close it (said, never held against a word problem)
    AGREEMENT      how it stands to the other candidates: in the largest class, or weaker or stronger than it, or apart
    MEANING        what it says in words again, compared with the problem by a judge
    """

    COMPILES = "compiles"
    NOTATION = "notation"
    GOAL = "goal"
    UNUSED = "unused"
    NUMBERS = "numbers"
    SUBTRACTION = "subtraction"
    DIVISION = "division"
    HYPOTHESES = "hypotheses"
    NEGATION = "negation"
    TRIVIALITY = "triviality"
    AGREEMENT = "agreement"
    MEANING = "meaning"


class Finding(msgspec.Struct, frozen=True):
    """What one check came to.

    `pass`: looked at and in order; `flag`: a person should look; `reject`: the statement does not say what the text says, or says
    nothing; `unknown`: the check could not decide (a budget was used up, no model is there to ask), which the message explains.
    """

    check: CheckName
    verdict: Verdict
    message: str = ""


@dataclass(frozen=True, slots=True)
class WordProblem:
    """A problem in words. `name` becomes the theorem's; `answer` is what the data says that it is, "" if unknown.

    A reference statement (`reference`, Lean text) is only compared with, never shown to a formalizer. `category` is for tables.
    """

    name: str
    text: str
    answer: str = ""
    reference: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A formalizer's answer: Lean text that holds one theorem without proof, perhaps with commands before it.

    `formalizer` is who wrote it, with its revision; `repairs` how many rounds of Lean's messages led to it.
    """

    lean: str
    formalizer: str
    repairs: int = 0


@dataclass(frozen=True, slots=True)
class Compiled:
    """A draft that elaborates: its statement (under the problem's name), and the first goal after all binders are introduced.

    `altered` is what makes it say something else than its signature seems to ("" = nothing was found); `needs_context`: it means
    nothing without the definitions before it.
    """

    draft: Draft
    statement: Statement
    goal: Goal
    altered: str = ""
    needs_context: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A draft with everything that was found out about it; `compiled` is None if it does not elaborate.

    `times` is how many drafts came to this same statement, and `formalizers` who wrote them.
    """

    draft: Draft
    compiled: Compiled | None
    findings: tuple[Finding, ...] = ()
    times: int = 1
    formalizers: tuple[str, ...] = ()

    @property
    def is_rejected(self) -> bool:
        """Whether a check rejects it."""
        return any(finding.verdict == "reject" for finding in self.findings)

    def finding(self, check: CheckName) -> Finding | None:
        """What a check came to; None if it was not made."""
        return next((finding for finding in self.findings if finding.check is check), None)
