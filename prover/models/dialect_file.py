"""A dialect as it is written down: one TOML file, read strictly.

Owns the format and its defaults. A key that is not known is refused, because a misspelt `stop` would be a silent loss of proofs.
Nothing here renders a prompt or looks into an answer.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal

import msgspec

from lean_env.errors import EnvError
from prover.models.generator import Sampling

Task = Literal["tactic", "proof", "formalize", "informalize", "critic"]
Endpoint = Literal["raw", "chat"]
Score = Literal["sum", "mean"]
Kind = Literal["tactic", "line", "proof", "continuation", "statement", "prose"]

TASKS: tuple[Task, ...] = ("tactic", "proof", "critic", "formalize", "informalize")
GUIDE = "docs/dialects.md"


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
    """The user's turn after an answer that Lean refused, how often that is worth doing, and at which temperature."""

    user: str
    rounds: int = 2
    temperature: float | None = None


class ExtractRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the answer is in what the model writes.

    kind    tactic: all of it; line: its first line; proof: the body of the theorem in its last code block; continuation: the
            rest of a proof whose code block is open; statement: the last theorem, without proof; prose: all of it
    after   the answer stands behind the first of these, if there is one (an echoed state and `:::`)
    until   and ends before the next of these
    prefix  fixed text in front of the answer, if it is there; the same for `suffix` at its end
    begun   what the prompt has already written of the answer
    fenced  the answer is in the last code block; without any, only an answer of one line counts
    unmark  `<a>` and `</a>` are taken out
    """

    kind: Kind
    after: str = ""
    until: str = ""
    prefix: str = ""
    suffix: str = ""
    begun: str = ""
    fenced: bool = False
    unmark: bool = False


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


def _require_consistent(rule: DialectFile) -> None:
    template = rule.template
    turns = template.system or template.user or template.assistant or template.prefill
    if rule.endpoint == "raw" and (not template.text or turns):
        raise ValueError("a raw endpoint is sent `template.text` and nothing else")
    if rule.endpoint == "chat" and (not template.user or template.text):
        raise ValueError("a chat is sent `template.user`, and `template.text` has no place in it")
    if rule.repair is not None and (rule.endpoint, rule.task) != ("chat", "proof"):
        raise ValueError("`repair` is a turn of a chat about a whole proof")
    if rule.extract is None and rule.task != "critic":
        raise ValueError("`extract` is missing: only a critic writes nothing")
    draw = rule.sampling
    Sampling(samples=draw.samples, temperature=draw.temperature, top_p=draw.top_p, top_k=draw.top_k, max_tokens=draw.max_tokens)
