"""A language model as a formalizer: asked in its dialect, repaired with what Lean said.

Promises the contract of `formalizer.py`. Trusts nothing of what comes back: a draft is text for `compiling.py` to look into, under
whatever name the model gave it. Never counts equal drafts as one, because how often a model comes to a statement says something.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lean_env.messages import Message
from prover.formalize.candidate import BUILT_IN, Draft, WordProblem
from prover.formalize.formalizer import Drafts
from prover.formalize.known_answer import with_answer
from prover.models.answer import THOUGHT, after_thinking
from prover.models.choice import ModelChoice
from prover.models.dialect import Dialect
from prover.models.dialect_words import Fields, StatementRepair
from prover.models.generator import Completion, Generator, Prompt
from prover.models.query import LeanError

MAX_DRAFT = 20_000  # characters; a statement of a word problem has hundreds
MAX_MESSAGE = 2_000  # characters of one error
MAX_ERRORS = 16
REMEMBERED = 1024  # conversations; one that is forgotten is begun anew


@dataclass(frozen=True, slots=True)
class _Asked:
    """A prompt and what was answered."""

    prompt: Prompt
    answer: str


class ModelFormalizer:
    """A `Formalizer`.

    `choice` overrides what the dialect's authors draw; its `samples`, if not 0, are drawn whatever `count` says. Raises ValueError
    for a dialect of another task.
    """

    def __init__(self, generator: Generator, dialect: Dialect, choice: ModelChoice | None = None) -> None:
        if dialect.task != "formalize":
            raise ValueError(f"the dialect {dialect.id} is for the task {dialect.task}, not for formalize")
        self._generator, self._dialect = generator, dialect
        self._choice = choice if choice is not None else ModelChoice()
        self._conversations: OrderedDict[tuple[WordProblem, Draft], _Asked] = OrderedDict()

    @property
    def name(self) -> str:
        """Model and revision; a model that is called like the built-in formalizer is told from it, which is trusted more."""
        name = self._generator.name
        return f"{name} (a model)" if name == BUILT_IN else name

    async def draft(self, problem: WordProblem, count: int, seed: int) -> Drafts:
        """At most `count` drafts, equal ones among them. Raises ModelFailed, DialectProblem."""
        prompt = self._dialect.render(self._fields(problem))
        usual = self._choice.sampling_in(self._dialect, seed=seed)
        sampling = replace(usual, samples=self._choice.samples or max(1, count))
        [generated] = await self._generator.generate([prompt], sampling)
        found: list[Draft] = []
        missed: list[str] = []
        for completion in generated.completions:
            lean = self._statement(completion)
            if isinstance(lean, _Missed):
                missed.append(lean.reason)
                continue
            draft = Draft(lean, self.name)
            self._remember(problem, draft, prompt, completion.text)
            found.append(draft)
        return Drafts(tuple(found[:count]), _reason(len(generated.completions), min(len(found), count), count, missed))

    async def repair(self, problem: WordProblem, draft: Draft, errors: Sequence[Message], seed: int) -> Draft | None:
        """Another draft after what Lean said of this one, whose places are those in its text.

        None if the dialect has no such turn (or no more rounds of it), if there is nothing to tell, or if no new statement came.
        Raises ModelFailed.
        """
        if not errors or draft.repairs >= self._dialect.repairs:
            return None
        asked = self._conversations.get((problem, draft))
        answer = asked.answer if asked else f"```lean4\n{draft.lean}\n```"
        query = StatementRepair(self._fields(problem), (answer,), draft.lean, _errors(draft.lean, errors), round=draft.repairs + 1)
        prompt = self._dialect.render(query, earlier=asked.prompt if asked else None)
        usual = self._choice.sampling_in(self._dialect, seed=seed + draft.repairs + 1)
        own = self._dialect.sampling(repair=True).temperature
        temperature = own if self._choice.temperature == -1 else self._choice.temperature
        [generated] = await self._generator.generate([prompt], replace(usual, samples=1, temperature=temperature))
        for completion in generated.completions:
            lean = self._statement(completion)
            if not isinstance(lean, _Missed) and lean != draft.lean:
                again = Draft(lean, self.name, draft.repairs + 1)
                self._remember(problem, again, prompt, completion.text)
                return again
        return None

    def _fields(self, problem: WordProblem) -> Fields:
        # A dialect that has a place for the answer decides itself where it goes. Statements import nothing: no header.
        text = problem.text.strip() if "answer" in self._dialect.needs else with_answer(problem)
        return {"problem": text, "name": problem.name, "header": "", "answer": problem.answer}

    def _statement(self, completion: Completion) -> str | _Missed:
        complaint = self._dialect.complaint(completion.text)
        if complaint:
            return _Missed(complaint)
        lean = self._dialect.extract(completion.text)
        if lean is None:
            cut = "the answer ends at max_tokens, before there is a statement"
            return _Missed("there is no theorem in the answer" if completion.complete else cut)
        return lean if len(lean) <= MAX_DRAFT else _Missed(f"a statement of more than {MAX_DRAFT} characters is none")

    def _remember(self, problem: WordProblem, draft: Draft, prompt: Prompt, text: str) -> None:
        """What a repair goes on with: the answer without its thinking, which is long and which models are not shown again."""
        spoken = after_thinking(text, begun=self._dialect.thinks)
        answer = text if spoken is None else spoken.strip()
        # A prompt that opened the block itself is repeated as it was, and the block has to be closed.
        self._conversations[problem, draft] = _Asked(prompt, f"\n{THOUGHT}\n\n{answer}" if self._dialect.thinks else answer)
        self._conversations.move_to_end((problem, draft))
        while len(self._conversations) > REMEMBERED:
            self._conversations.popitem(last=False)


@dataclass(frozen=True, slots=True)
class _Missed:
    """Why an answer is no draft."""

    reason: str


def _reason(answers: int, drafts: int, count: int, missed: Sequence[str]) -> str:
    """Why there are fewer drafts than wanted, "" if there are as many."""
    if drafts >= count:
        return ""
    if not answers:
        return "the model gave no answer: the problem does not fit into its context"
    if not missed:
        return f"the model drew {answers} answers and not {count}"
    commonest = max(dict.fromkeys(missed), key=missed.count)
    return f"{len(missed)} of {answers} answers hold no statement; most often: {commonest}"


def _errors(lean: str, messages: Sequence[Message]) -> tuple[LeanError, ...]:
    """Lean's errors in the order of their places; one without a place is about the last line."""
    last = lean.count("\n") + 1
    return tuple(sorted((_error(each, last) for each in messages[:MAX_ERRORS]), key=lambda each: (each.line, each.column)))


def _error(message: Message, last: int) -> LeanError:
    begin = (message.pos.line, message.pos.column) if message.pos else (last, 0)
    end = (message.end_pos.line, message.end_pos.column) if message.end_pos else begin
    text = message.data if len(message.data) <= MAX_MESSAGE else f"{message.data[:MAX_MESSAGE]}\n[...]"
    return LeanError(text.strip(), *begin, *end)
