"""Word problems as people and benchmarks give them: one text, or a table of rows (GSM8K, MATH, MiniF2F, a file of your own).

Owns which fields of a row are the text, the answer and the reference, and names that Lean can take. Never asks what a text says.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from prover.formalize.candidate import WordProblem
from prover.formalize.known_answer import with_answer
from prover.problems.lean_text import doc_text
from prover.problems.problem import BadData
from prover.problems.tables import SUFFIXES, Row, read_table

TEXTS = (
    *("problem", "question", "text", "informal_statement", "natural_language_statement", "nl_statement", "nl_problem"),
    *("informal_prefix", "informal", "query"),
)
NAMES = ("name", "problem_name", "theorem_name", "unique_id", "problem_id", "id", "idx")
ANSWERS = ("final_answer", "expected_answer", "gt", "answer", "solution")  # the first that is there; of the last, its box
CATEGORIES = ("type", "subject", "category")
REFERENCE = "formal_statement"
ONLY = "word_problem"  # the name of a problem that has none
MAX_TEXT = 1 << 16  # characters of one problem
LONGEST_NAME = 256  # bytes that a system takes for a file's name

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_]+")
_FILE = re.compile(r"\S+\.[A-Za-z]{1,8}")
_MARKS = ("####", "\\boxed", "\\fbox")  # in front of the answer at the end of a way to it


@dataclass(frozen=True, slots=True)
class WordProblemSet:
    """The problems of a file, in its order; names differ, and Lean can take them."""

    dataset: str
    problems: tuple[WordProblem, ...]

    @property
    def digest(self) -> str:
        """SHA-256 over names, texts and answers, whatever the order: equal exactly if two runs were asked the same."""
        rows = sorted("\0".join((each.name, each.text, each.answer, each.reference)) for each in self.problems)
        return hashlib.sha256("\n".join(rows).encode("utf-8", "replace")).hexdigest()


def is_table(path: str) -> bool:
    """Whether an argument names a file of problems and is not itself a problem."""
    return path.lower().endswith(SUFFIXES) and "\n" not in path


def one_problem(text: str, *, name: str = "", answer: str = "") -> WordProblem:
    """A problem that was typed. Raises BadData if it is empty or too long."""
    text = " ".join(text.split())
    if not text:
        raise BadData("the problem is empty; give it in words, such as 'What is the remainder when 2003 is divided by 11?'")
    if len(text) > MAX_TEXT:
        raise BadData(f"the problem is longer than {MAX_TEXT} characters")
    return WordProblem(_plain_name(name) or ONLY, text, answer)


def typed_problem(argument: str, *, answer: str = "") -> WordProblem:
    """The problem that an argument is, or "-" for standard input. Raises BadData, also for what must be meant as a file's name."""
    if argument == "-":
        if sys.stdin is None:  # as it is in a process that was started without one
            raise BadData("standard input is closed")
        data = sys.stdin.buffer.read(4 * MAX_TEXT + 1)  # and not more, for it may be endless
    else:
        if argument and len(os.fsencode(argument)) < LONGEST_NAME and Path(argument).exists():
            kinds = ", ".join(SUFFIXES)
            raise BadData(f"{argument} is no table of problems ({kinds}); if it holds one problem, give - < {argument}")
        if _FILE.fullmatch(argument):
            raise BadData(f"there is no file {argument}, and it is no problem in words either")
        data = os.fsencode(argument)  # in a locale that is not UTF-8, Python decoded the arguments by that locale
    try:
        return one_problem(data.decode("utf-8-sig"), answer=answer)
    except UnicodeDecodeError as error:
        raise BadData(f"the problem is not UTF-8: byte 0x{data[error.start]:02x} at offset {error.start}") from error


def load_word_problems(path: Path, *, names: Sequence[str] = ()) -> WordProblemSet:
    """The problems of a .jsonl, .json or .parquet file; of these names alone, unless there are none.

    Raises BadData, naming the row, for one without a text, two of one name, a name that is not there, a file that cannot be read.
    """
    try:
        rows = list(read_table(path))
    except OSError as error:
        raise BadData(f"{path}: cannot be read ({error.strerror})") from error
    problems = [_problem(row, number, f"{path}, row {number}") for number, row in rows]
    if not problems:
        raise BadData(f"{path}: no problem in it")
    seen: set[str] = set()
    for problem in problems:
        if problem.name in seen:
            raise BadData(f"{path}: two problems are called {problem.name}")
        seen.add(problem.name)
    if missing := [name for name in names if name not in seen]:
        raise BadData(f"{path} has no problem {', '.join(missing)}")
    return WordProblemSet(path.stem, tuple(problem for problem in problems if not names or problem.name in names))


def shown_that(problem: WordProblem, answer: str) -> WordProblem:
    """The problem with this as its answer, joined to the text unless that claims something itself."""
    answered = replace(problem, answer=answer)
    return replace(answered, text=with_answer(answered))


def _plain_name(text: str) -> str:
    """A name of letters, digits and `_` alone, as near to `text` as can be; "" if nothing of it is left."""
    name = _NOT_IN_A_NAME.sub("_", text).strip("_")
    return f"p{name}" if name[:1].isdigit() else name


def _problem(row: Row, number: int, where: str) -> WordProblem:
    text = doc_text(_field(row, TEXTS)).strip() or _field(row, TEXTS).strip()
    if not text:
        raise BadData(f"{where}: no problem in words; accepted is one of the fields {', '.join(TEXTS)}")
    if len(text) > MAX_TEXT:
        raise BadData(f"{where}: the problem is longer than {MAX_TEXT} characters")
    return WordProblem(
        name=_plain_name(_field(row, NAMES)) or f"problem_{number}",
        text=text,
        answer=_answer(row),
        reference=_field(row, (REFERENCE,)),
        category=_field(row, CATEGORIES),
    )


def _answer(row: Row) -> str:
    """The final answer that the data gives, without the way to it; "" if it gives none."""
    from prover.solve.answers import answer_in

    for field in ANSWERS:
        value = _field(row, (field,)).strip()
        if not value:
            continue
        return answer_in(value) if field == "solution" or any(mark in value for mark in _MARKS) else value
    return ""


def _field(row: Row, fields: Sequence[str]) -> str:
    """The first of these fields that says something; numbers as they are written."""
    for field in fields:
        match row.get(field):
            case str(text) if text.strip():
                return text
            case bool():
                pass
            case int() | float() as number:
                return str(number)
            case _:
                pass
    return ""
