"""What a statement says in words again, and whether that is the problem: the check called MEANING.

Owns the two who are asked, an informalizer and a judge, and how their answers become a finding. A judge errs in one case of five or
six, so that its "same" is worth only what stands beside it: the words are always in the message, for a person to compare.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from prover.formalize.candidate import BUILT_IN, CheckName, Compiled, Finding, WordProblem
from prover.formalize.known_answer import with_answer
from prover.formalize.lean_text import without_comments
from prover.models.choice import ModelChoice

if TYPE_CHECKING:
    from lean_env.statement import Statement
    from prover.formalize.candidate import Verdict as FindingVerdict
    from prover.models.dialect import Dialect
    from prover.models.dialect_verdict import Verdict
    from prover.models.generator import Generator

MAX_WORDS = 8_000  # characters of a back-translation; longer ones are not a problem any more
MAX_REASON = 600  # characters of a judge's answer that a message shows


class Informalizer(Protocol):
    """Puts statements into words. Calls may overlap."""

    @property
    def name(self) -> str:
        """Model and revision, or "fragment"."""
        ...

    async def worded(self, statement: Statement) -> str:
        """What the statement says, "" if it cannot be said. Raises ModelFailed."""
        ...


class FragmentInformalizer:
    """The built-in one: what lies in the controlled fragment is said in its sentences, anything else is not said."""

    @property
    def name(self) -> str:
        """The word "fragment"."""
        return BUILT_IN

    async def worded(self, statement: Statement) -> str:
        """The sentences of the fragment, "" outside it."""
        # Here: a command that asks a model for this does without the grammar.
        from prover.fragment.english.wording import worded
        from prover.fragment.lean.reading import read_signature
        from prover.fragment.meaning import Meaning

        context, signature = _bare(statement)
        meaning = None if context else read_signature(signature)
        try:
            return worded(meaning) if isinstance(meaning, Meaning) else ""
        except ValueError:  # a name that English has no way to say
            return ""


class ModelInformalizer:
    """A model in a dialect for informalize; its first answer counts."""

    def __init__(self, generator: Generator, dialect: Dialect, choice: ModelChoice | None = None) -> None:
        self._generator, self._dialect = generator, dialect
        self._choice = choice if choice is not None else ModelChoice()

    @property
    def name(self) -> str:
        """Model and revision."""
        return self._generator.name

    async def worded(self, statement: Statement) -> str:
        """What the model says the statement says, "" for no answer or one that is too long. Raises ModelFailed."""
        context, signature = _bare(statement)
        above = f"{context}\n\n" if context else ""
        prompt = self._dialect.render({"statement": f"{above}{signature} := by sorry"})
        sampling = replace(self._choice.sampling_in(self._dialect), samples=1)
        [generated] = await self._generator.generate([prompt], sampling)
        for completion in generated.completions:
            words = "" if self._dialect.complaint(completion.text) else self._dialect.extract(completion.text)
            if words and completion.complete and len(words) <= MAX_WORDS:
                return words
        return ""


def _bare(statement: Statement) -> tuple[str, str]:
    """Context and signature without comments: a draft may hold the problem itself in one, which would only be read back to us."""
    context, signature = (
        "\n".join(line.rstrip() for line in without_comments(text).split("\n") if line.strip())
        for text in (statement.context, statement.signature)
    )
    return context, signature


@dataclass(frozen=True, slots=True)
class Opinion:
    """One answer of a judge: "yes" for the same problem, "no" for a different one, None if it does not say clearly."""

    verdict: Verdict | None
    text: str


class Judge:
    """A model that is shown two problems, in a dialect for judge; as many opinions as are drawn."""

    def __init__(self, generator: Generator, dialect: Dialect, choice: ModelChoice | None = None, *, seed: int = 0) -> None:
        self._generator, self._dialect, self._seed = generator, dialect, seed
        self._choice = choice if choice is not None else ModelChoice()

    @property
    def name(self) -> str:
        """Model and revision."""
        return self._generator.name

    async def opinions(self, problem: str, back: str) -> tuple[Opinion, ...]:
        """Its opinions on a problem and a statement in words again; () if it was not able to read them. Raises ModelFailed."""
        prompt = self._dialect.render({"problem": problem, "back": back})
        [generated] = await self._generator.generate([prompt], self._choice.sampling_in(self._dialect, seed=self._seed))
        return tuple(Opinion(self._verdict(each.text, complete=each.complete), each.text) for each in generated.completions)

    def _verdict(self, text: str, *, complete: bool) -> Verdict | None:
        # One that was cut off may have said "same" of a part, and was going to say more.
        if not complete or self._dialect.complaint(text):
            return None
        found = self._dialect.extract(text)
        return "yes" if found == "yes" else "no" if found == "no" else None


async def meaning_finding(problem: WordProblem, compiled: Compiled, informalizer: Informalizer, judge: Judge | None) -> Finding:
    """What the check MEANING comes to.

    `pass` if every opinion of the judge is "same", `reject` if all that are clear are "different", `flag` if they disagree,
    `unknown` if nobody could say. Raises ModelFailed.
    """
    words = await informalizer.worded(compiled.statement)
    if not words:
        return _finding("unknown", f"{informalizer.name} could not put the statement into words again")
    if judge is None:
        return _finding("unknown", f"nobody was asked whether it is the problem. In words again: {words}")
    opinions = await judge.opinions(with_answer(problem), words)
    return _judged(judge.name, opinions, words)


def _judged(name: str, opinions: Sequence[Opinion], words: str) -> Finding:
    again = f"In words again: {words}"
    same = sum(each.verdict == "yes" for each in opinions)
    different = [each for each in opinions if each.verdict == "no"]
    if same and same == len(opinions):
        return _finding("pass", f"{name}: the same problem ({same} of {same}). {again}")
    if different and not same:
        return _finding(
            "reject", f"{name}: a different problem ({len(different)} of {len(opinions)}). {again}\n{_end(different[0])}"
        )
    if different:
        return _finding("flag", f"{name}: {same} times the same, {len(different)} times different. {again}\n{_end(different[0])}")
    if not opinions:
        return _finding("unknown", f"{name} gave no answer: the two problems do not fit into its context. {again}")
    return _finding("unknown", f"{name}: {len(opinions) - same} of {len(opinions)} answers are no clear verdict. {again}")


def _end(opinion: Opinion) -> str:
    """Its end, where the verdict and its reason are."""
    text = opinion.text.strip()
    return text if len(text) <= MAX_REASON else f"[...] {text[-MAX_REASON:]}"


def _finding(verdict: FindingVerdict, message: str) -> Finding:
    return Finding(CheckName.MEANING, verdict, message)
