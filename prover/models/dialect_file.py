"""A dialect as it is written down: one TOML file, read strictly.

Owns the format, its defaults and where our own files lie. A key that is not known is refused, because a misspelt `stop` would be a
silent loss of proofs. Nothing here renders a prompt or looks into an answer.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec

from lean_env.errors import EnvError
from prover.models.generator import Sampling

Task = Literal["tactic", "proof", "formalize", "informalize", "critic", "judge", "augment", "solve", "reward"]
Endpoint = Literal["raw", "chat"]
Score = Literal["sum", "mean"]
Kind = Literal["tactic", "line", "proof", "continuation", "statement", "prose", "verdict"]
Marks = Literal["", "mathcoder", "lagent", "fenced"]  # how code stands in a solution, see prover/solve/formats.py
Judged = Literal["", "answer", "steps", "pair"]

TASKS: tuple[Task, ...] = ("tactic", "proof", "critic", "formalize", "informalize", "judge", "augment", "solve", "reward")
WORDS: tuple[Task, ...] = ("formalize", "informalize", "judge", "augment", "solve", "reward")  # asked with fields
CHATS: Mapping[Task, str] = {  # which dialect any chat model can be asked in
    "tactic": "chat",
    "proof": "chat-proof",
    "formalize": "chat-formalizer",
    "informalize": "chat-informalizer",
    "judge": "chat-judge",
    "augment": "chat-augment",
    "solve": "chat-solve",
    "reward": "chat-reward",
}
VERDICT_TASKS: tuple[Task, ...] = ("judge", "reward")
GUIDE = "docs/dialects.md"
FOLDER = Path(__file__).parent / "dialects"


class DialectProblem(EnvError):
    """A dialect cannot be found, read or used for what is asked. The message says what to do."""


class TemplateRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is sent, as jinja templates: `text` to a raw endpoint; the others, where not empty, as turns to a chat.

    `prefill` is written after the chat template as the beginning of the answer.
    """

    text: str = ""
    system: str = ""
    user: str = ""
    assistant: str = ""
    prefill: str = ""


class RepairRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The user's turn after a proof or statement that Lean refused, how often that is worth doing, and at which temperature."""

    user: str
    rounds: int = 2
    temperature: float | None = None


class ExecutionRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The user's turn of a chat after its code was run."""

    user: str


class ExtractRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the answer is in what the model writes.

    kind    tactic: all of it; line: its first line; proof: the body of the theorem in its last code block; continuation: the
            rest of a proof whose code block is open; statement: the last theorem, without proof; prose: all of it; verdict: "yes"
            or "no", whichever the answer comes to
    after   the answer stands behind the first of these, if there is one (an echoed state and `:::`)
    until   and ends before the next of these
    prefix  fixed text in front of the answer, if it is there; the same for `suffix` at its end
    begun   what the prompt has already written of the answer
    fenced  the answer is in the last code block; without any, only an answer of one line counts
    unmark  `<a>` and `</a>` are taken out
    yes, no the words of a verdict, case ignored
    bold    a verdict is one only between `**` and `**`
    """

    kind: Kind
    after: str = ""
    until: str = ""
    prefix: str = ""
    suffix: str = ""
    begun: str = ""
    fenced: bool = False
    unmark: bool = False
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    bold: bool = False


class SamplingRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the authors draw; what they leave open is ours. See `generator.Sampling` for units and ranges."""

    samples: int = 8
    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    max_tokens: int = 256
    beams: bool = False


class DialectFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One dialect.

    models      ids on the hub of the models that it is for
    patterns    which other ids are taken for such a model: shell patterns, case ignored, the longest one wins
    variant_of  another way to ask the models of that dialect, never chosen by itself
    needs       fields beyond state, header and signature that the prompt shows; equal states with different ones are different
    score       what a candidate's score is by the authors: the sum or the mean of its tokens' log-probs
    stop        texts that end an answer
    garbage     characters that no healthy answer has: the tokenizer is the wrong one
    marks       of a solution with code: how its blocks are written
    judges      of a reward model: a whole answer, each of its steps, or which of a pair is better (yes = the first)
    source      where the strings come from
    """

    id: str
    title: str
    task: Task
    endpoint: Endpoint
    template: TemplateRule
    source: str
    models: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    variant_of: str = ""
    needs: tuple[str, ...] = ()
    score: Score = "sum"
    stop: tuple[str, ...] = ()
    garbage: tuple[str, ...] = ("Ġ", "Ċ")
    extract: ExtractRule | None = None
    repair: RepairRule | None = None
    execution: ExecutionRule | None = None
    marks: Marks = ""
    judges: Judged = ""
    sampling: SamplingRule = SamplingRule()


def read_dialect_file(path: Path) -> DialectFile:
    """The dialect in a file. Raises DialectProblem, which names the key that is wrong."""
    try:
        written: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        rule = msgspec.convert(written, DialectFile)
        _require_consistent(rule)
    except OSError as error:
        raise DialectProblem(f"the dialect {path} cannot be read: {error.strerror}") from error
    except ValueError as error:  # of TOML, of UTF-8, of msgspec, of Sampling, and ours
        raise DialectProblem(f"the dialect {path} is not written as {GUIDE} says: {error}") from error
    return rule


@cache
def own_names() -> tuple[str, ...]:
    """The names of our own dialects."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@cache
def dialects() -> tuple[DialectFile, ...]:
    """What is written in each of our own files, by task and then by name."""
    files = (read_dialect_file(FOLDER / f"{name}.toml") for name in own_names())
    return tuple(sorted(files, key=lambda file: (TASKS.index(file.task), file.id)))


def _require_consistent(rule: DialectFile) -> None:
    template = rule.template
    turns = template.system or template.user or template.assistant or template.prefill
    if rule.endpoint == "raw" and (not template.text or turns):
        raise ValueError("a raw endpoint is sent `template.text` and nothing else")
    if rule.endpoint == "chat" and (not template.user or template.text):
        raise ValueError("a chat is sent `template.user`, and `template.text` has no place in it")
    if rule.repair is not None and not (rule.endpoint == "chat" and rule.task in ("proof", "formalize")):
        raise ValueError("`repair` is a turn of a chat about a whole proof or a statement")
    if rule.execution is not None and (rule.endpoint, rule.task) != ("chat", "solve"):
        raise ValueError("`execution` is a turn of a chat that solves a problem")
    if rule.extract is None and rule.task != "critic":
        raise ValueError("`extract` is missing: only a critic writes nothing")
    _require_task(rule)
    draw = rule.sampling
    Sampling(samples=draw.samples, temperature=draw.temperature, top_p=draw.top_p, top_k=draw.top_k, max_tokens=draw.max_tokens)


def _require_task(rule: DialectFile) -> None:
    """What only some tasks need is there for them, and for no others."""
    if (rule.task == "solve") != bool(rule.marks):
        raise ValueError("`marks` says how code stands in a solution: the task solve needs it, no other has it")
    if (rule.task == "reward") != bool(rule.judges):
        raise ValueError("`judges` says what is rewarded: the task reward needs it, no other has it")
    extract = rule.extract
    if extract is None:
        return
    if (rule.task in VERDICT_TASKS) != (extract.kind == "verdict"):
        raise ValueError("`extract.kind` is verdict for the tasks judge and reward, and for no others")
    if (extract.kind == "verdict") != bool(extract.yes and extract.no):
        raise ValueError("`extract.yes` and `extract.no` are the words of a verdict, and of nothing else")
