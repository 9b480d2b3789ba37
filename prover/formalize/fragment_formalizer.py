"""The formalizer that is always there: the built-in fragment of English, with no model behind it.

Promises at most one draft, which says what the fragment understood and nothing else; or the words that it did not understand. Never
finds an answer: a question whose answer is neither in the text nor known is not drafted.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace

from lean_env.messages import Message
from prover.formalize.candidate import BUILT_IN, Draft, WordProblem
from prover.formalize.formalizer import Drafts
from prover.fragment.canonical import canonical
from prover.fragment.lean.writing import is_name, signature
from prover.fragment.meaning import Meaning, Negative, Number, Term
from prover.fragment.understanding import NotUnderstood, understand

_NUMBER = re.compile(r"\$?\s*(-|−|)\s*(\d{1,3}(?:(?:,|\{,\}|,\\!)\d{3})+|\d+)\s*\$?\s*\.?")


class FragmentFormalizer:
    """A `Formalizer` by grammar."""

    @property
    def name(self) -> str:
        """The word fragment: the grammar has this program's version and no other."""
        return BUILT_IN

    async def draft(self, problem: WordProblem, count: int, seed: int) -> Drafts:  # noqa: ARG002 - the contract's
        """One draft, or why there is none. `reason` beside a draft says what a convention decided."""
        if count < 1:
            return Drafts(())
        # Off the event loop: a long text takes the parser a moment, in which others go on.
        understood = await asyncio.to_thread(understand, problem.text)
        if isinstance(understood, NotUnderstood):
            where = f" (at “{understood.excerpt}”)" if understood.excerpt else ""
            return Drafts((), f"{understood.message}{where}")
        meaning = canonical(_with_known_answer(understood.meaning, problem.answer))
        if meaning.conclusion is None:
            return Drafts((), _open_question(problem.answer))
        try:
            lean = signature(meaning, problem.name if is_name(problem.name) else "problem")
        except ValueError as error:
            return Drafts((), f"understood, but it cannot be stated: {error}")
        return Drafts((Draft(lean, BUILT_IN),), " ".join(understood.notes))

    async def repair(self, problem: WordProblem, draft: Draft, errors: Sequence[Message], seed: int) -> Draft | None:  # noqa: ARG002 - the contract's
        """None: the fragment says the same of a text however often it is asked."""
        return None


def _with_known_answer(meaning: Meaning, answer: str) -> Meaning:
    value = number_of(answer)
    if meaning.asked is None or meaning.answer is not None or value is None:
        return meaning
    return replace(meaning, answer=value)


def number_of(answer: str) -> Term | None:
    """The number that an answer is ("-3", "1,000", "$12$"); None for whatever else it is."""
    match = _NUMBER.fullmatch(answer.strip())
    if match is None:
        return None
    value = Number(int(re.sub(r"\D", "", match[2])))
    return Negative(value) if match[1] else value


def _open_question(answer: str) -> str:
    if answer:
        return f"the text asks a question, and the known answer ({answer}) is not a whole number that it could be compared with"
    return "the text asks a question: there is nothing to prove before the answer is known"
