"""A problem together with the answer that its data gives, as one text that a statement can be compared with.

Owns when the answer joins the text: InternLM-Math's rule, by which a model learned it.
"""

from __future__ import annotations

import re

from prover.formalize.candidate import WordProblem

LONGEST_ANSWER = 30  # characters; longer ones are sentences, and not values
_CLAIMS = re.compile(r"\b(?:prove|(?:show|verify|demonstrate) that)\b", re.IGNORECASE)


def with_answer(problem: WordProblem) -> str:
    """The text, and "Show that it is X" behind it if the answer is known and short and the text does not claim something itself."""
    text = problem.text.strip()
    if not problem.answer or len(problem.answer) > LONGEST_ANSWER or _CLAIMS.search(text):
        return text
    return f"{text} Show that it is {problem.answer.removesuffix('.')}."
