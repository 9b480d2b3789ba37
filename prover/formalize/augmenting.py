"""New word problems from old ones: said otherwise, with other numbers, harder, as models of InternLM-Math's kind write them.

Owns what an answer of the model has to keep of the old problem, by kind. Nothing is dropped: what is not taken comes with its
reason. A new problem's answer is unknown unless the model states one, and even that is only its word; whether a new problem can be
stated in Lean is for the checks of `formalizing.py`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from prover.formalize.candidate import WordProblem
from prover.formalize.written_numbers import masked_numbers, number_tokens, same_numbers
from prover.models.choice import ModelChoice
from prover.models.dialect import Dialect
from prover.models.generator import Completion, Generator

Kind = Literal["rephrase", "augment", "harder", "numbers", "fractions"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MAX_TEXT = 4_000  # characters of a problem
MAX_ANSWER = 80  # characters of an answer that is stated beside it

_MARK = re.compile(r"\*\*|__|^#+[ \t]*|^>[ \t]?", re.MULTILINE)
_LABEL = r"^[ \t]*(?:(?:the|a|here is the|here's the)[ \t]+)?(?:(?:new|rephrased|augmented|modified|harder|changed|revised)[ \t]+)?"
_PROBLEM = re.compile(rf"{_LABEL}(?:math[ \t]+)?(?:problem|question)[ \t]*:[ \t]*", re.IGNORECASE | re.MULTILINE)
_ANSWER = re.compile(r"^[ \t]*(?:the[ \t]+)?(?:final[ \t]+)?answer[ \t]*(?::|is\b)[ \t]*([^\n]*)", re.IGNORECASE | re.MULTILINE)
_REST = re.compile(
    r"^[ \t]*(?:(?:the[ \t]+)?(?:final[ \t]+)?answer|solution|explanation)[ \t]*(?::|is\b)", re.IGNORECASE | re.MULTILINE
)
_PART = re.compile(
    r"%|\bper ?cent|\bfractions?\b|\bhal(?:f|ves)\b|\bthirds?\b|\bquarters?\b|\b\w+ths?\b|\\[dt]?frac\b|\d\s*/\s*\d", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Augmented:
    """What one answer of the model came to.

    `problem` is the new problem (its text may be empty where there is none), `source` the name of the old one, and `reason` why
    it is not taken, "" if it is.
    """

    problem: WordProblem
    kind: Kind
    source: str
    reason: str = ""

    @property
    def is_taken(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.reason


async def augment(
    problem: WordProblem,
    kind: Kind,
    generator: Generator,
    dialect: Dialect,
    count: int,
    seed: int,
    *,
    choice: ModelChoice | None = None,
) -> list[Augmented]:
    """At most `count` new problems, in the order in which they were drawn, those that are not taken among them.

    `choice` overrides what the dialect's authors draw, except for how many. Raises ModelFailed, DialectProblem.
    """
    prompt = dialect.render({"problem": problem.text.strip(), "kind": kind})
    usual = (choice if choice is not None else ModelChoice()).sampling_in(dialect, seed=seed)
    [generated] = await generator.generate([prompt], replace(usual, samples=max(1, count)))
    found: list[Augmented] = []
    for number, completion in enumerate(generated.completions[:count], 1):
        text, answer = _read(completion, dialect)
        made = replace(problem, name=f"{problem.name}_{kind}_{number}", text=text, answer=answer, reference="")
        earlier = [each.problem for each in found if each.is_taken]
        reason = dialect.complaint(completion.text) or ("" if completion.complete else "it is cut off at max_tokens")
        found.append(Augmented(made, kind, problem.name, reason or _objection(problem, made.text, kind, earlier)))
    return found


def _read(completion: Completion, dialect: Dialect) -> tuple[str, str]:
    """The new problem and its answer, without labels and marks and without a solution."""
    written = _MARK.sub("", dialect.extract(completion.text) or "")
    labels = list(_PROBLEM.finditer(written))
    text = written[labels[-1].end() :] if labels else written
    stated = _ANSWER.search(text)
    rest = _REST.search(text)
    answer = stated.group(1).strip().removesuffix(".").strip() if stated else ""
    return text[: rest.start() if rest else None].strip().strip('"').strip(), answer if len(answer) <= MAX_ANSWER else ""


def _objection(source: WordProblem, text: str, kind: Kind, earlier: Sequence[WordProblem]) -> str:
    """What speaks against a new problem, "" if nothing does."""
    if not text:
        return "there is no problem in the answer"
    if len(text) > MAX_TEXT:
        return f"it is longer than {MAX_TEXT} characters"
    if normalised(text) == normalised(source.text):
        return "it is the old problem"
    if any(normalised(text) == normalised(each.text) for each in earlier):
        return "the same one was drawn before"
    match kind:
        case "numbers":
            return _numbers_objection(source.text, text)
        case "rephrase":
            return "" if same_numbers(source.text, text) else "its numbers are not those of the old problem"
        case "fractions":
            return "" if _PART.search(text) else "there is no fraction and no percentage in it"
        case "augment" | "harder":
            return ""


def _numbers_objection(old: str, new: str) -> str:
    if normalised(masked_numbers(old)) != normalised(masked_numbers(new)):
        return "more than numbers is changed"
    return "" if number_tokens(old) != number_tokens(new) else "no number is changed"


def normalised(text: str) -> str:
    """A text by which equal problems are found: letters' case, blanks, dollar signs and the last mark do not count."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("$", "")
    return " ".join(plain.split()).rstrip(" .?!")
