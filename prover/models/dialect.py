"""How a model family is asked and how its answers are read: a data file in use.

Owns finding a dialect (by name, by path, by the model's id), rendering queries into prompts and taking answers out of texts. Never
talks to a model and never judges an answer. The format of the files is `dialect_file.py`'s, the strings are in `dialects/*.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from prover.models.answer import THINK, THOUGHT, extracted
from prover.models.dialect_file import GUIDE, TASKS, DialectFile, DialectProblem, Endpoint, Score, Task, read_dialect_file
from prover.models.dialect_text import Premise, compiled, rendered, variables
from prover.models.generator import Prompt, Sampling, Turn
from prover.models.lean_answer import theorem_name
from prover.models.query import ProofQuery, RepairQuery, TacticQuery

if TYPE_CHECKING:
    from jinja2 import Template

ROLES: tuple[Literal["system", "user", "assistant"], ...] = ("system", "user", "assistant")  # in the order of a conversation
FOLDER = Path(__file__).parent / "dialects"

Fields = Mapping[str, str]  # what formalizers are asked with: problem, name, header, statement, answer
Query = TacticQuery | ProofQuery | RepairQuery | Fields


@dataclass(frozen=True, slots=True)
class DialectRow:
    """One line of `entail models`."""

    id: str
    title: str
    task: Task
    endpoint: Endpoint
    models: tuple[str, ...]
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dialect:
    """A dialect whose templates are compiled. Use `load_dialect`; `file` holds what is written down."""

    file: DialectFile
    _templates: Mapping[str, Template]
    _fields: frozenset[str]

    @property
    def id(self) -> str:
        """The name by which it is chosen."""
        return self.file.id

    @property
    def task(self) -> Task:
        """What it asks for."""
        return self.file.task

    @property
    def endpoint(self) -> Endpoint:
        """Whether the model is sent a text to go on with or a conversation."""
        return self.file.endpoint

    @property
    def score(self) -> Score:
        """What the authors take for a candidate's score: the sum or the mean of its tokens' log-probs."""
        return self.file.score

    @property
    def needs(self) -> tuple[str, ...]:
        """The fields that the prompt shows beyond state, header and signature; a cache key must hold them."""
        return self.file.needs

    @property
    def resumes(self) -> bool:
        """Whether it can be asked to go on with a proof of which a prefix is there."""
        return "prefix" in self._fields

    @property
    def repairs(self) -> int:
        """How many rounds of repair are worth asking for; 0 = it cannot be asked."""
        return self.file.repair.rounds if self.file.repair else 0

    def render(self, query: Query, *, earlier: Prompt | None = None) -> Prompt:
        """The prompt for a query of the dialect's task.

        `earlier` is the prompt that the last of a repair's answers answered, and the repair goes on with that conversation; without
        it, the conversation is the first question and the last answer. Raises DialectProblem if this dialect cannot be asked that.
        """
        if isinstance(query, RepairQuery):
            return self._repair(query, earlier)
        fields = self._fields_of(query)
        if self.endpoint == "raw":
            return Prompt(text=self._text("text", fields))
        turns = tuple(Turn(role, self._text(role, fields)) for role in ROLES if role in self._templates)
        return Prompt(turns=turns, prefill=self._text("prefill", fields) if "prefill" in self._templates else "")

    def extract(self, text: str, query: Query | None = None) -> str | None:
        """The answer in what the model wrote; None if there is none.

        A proof is a block of tactics in the first column, a statement ends before its `:=`. The query tells which theorem is meant,
        and whether the answer goes on with a prefix: then its columns count from that block's.
        """
        rule = self.file.extract
        if rule is None:
            return None
        asked = query.query if isinstance(query, RepairQuery) else query
        theorem = theorem_name(asked.signature) if isinstance(asked, ProofQuery) else ""
        resumed = isinstance(asked, ProofQuery) and bool(asked.prefix)
        return extracted(rule, text, self.file.stop, theorem=theorem, resumed=resumed, thinking=self._thinking())

    def sampling(
        self,
        *,
        samples: int | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
        beams: bool | None = None,
        seed: int = 0,
        repair: bool = False,
    ) -> Sampling:
        """How the authors draw, except for what is given. Raises ValueError for a value out of its range."""
        own = self.file.sampling
        usual = own.temperature
        if repair and self.file.repair and self.file.repair.temperature is not None:
            usual = self.file.repair.temperature
        return Sampling(
            samples=own.samples if samples is None else samples,
            temperature=usual if temperature is None else temperature,
            top_p=own.top_p,
            top_k=own.top_k,
            max_tokens=own.max_tokens if max_tokens is None else max_tokens,
            stop=self.file.stop,
            beams=own.beams if beams is None else beams,
            seed=seed,
        )

    def complaint(self, text: str) -> str:
        """What is wrong with a text that no healthy model of this family writes, and what to do; "" if nothing is."""
        for character in self.file.garbage:
            if character in text:
                return (
                    f"the model wrote {character!r}: its tokens are not turned back into text as they should be, which is a wrong "
                    "tokenizer class on the server. Serve it with another version, or with the tokenizer of the model's repository"
                )
        _, closed, rest = text.rpartition(THOUGHT)
        if THINK in rest or (self._thinking() and not closed):
            return "the answer ends inside its think block: raise max_tokens"
        return ""

    def _thinking(self) -> bool:
        return self.file.template.prefill.rstrip().endswith(THINK)

    def _text(self, part: str, fields: Mapping[str, Any]) -> str:
        return rendered(self._templates[part], fields, f"{self.id}, template.{part}")

    def _fields_of(self, query: TacticQuery | ProofQuery | Fields) -> dict[str, Any]:
        match query:
            case TacticQuery():
                self._require("tactic", "critic")
                return _tactic_fields(query)
            case ProofQuery():
                self._require("proof")
                if query.prefix and not self.resumes:
                    raise DialectProblem(f"{self.id} cannot be asked to go on with a proof of which a part is there")
                return _proof_fields(query)
            case _:
                self._require("formalize", "informalize")
                return dict(query)

    def _require(self, *tasks: Task) -> None:
        if self.task not in tasks:
            raise DialectProblem(f"the dialect {self.id} is for the task {self.task}, not for {' or '.join(tasks)}")

    def _repair(self, query: RepairQuery, earlier: Prompt | None) -> Prompt:
        if self.file.repair is None or not query.answers:
            raise DialectProblem(f"the dialect {self.id} has no repair turn" if query.answers else "a repair needs an answer")
        before = earlier if earlier is not None else self.render(query.query)
        fields = _proof_fields(query.query) | {"proof": query.proof, "errors": query.errors, "round": query.round}
        turns = (*before.turns, Turn("assistant", before.prefill + query.answers[-1]), Turn("user", self._text("repair", fields)))
        return Prompt(turns=turns, prefill=before.prefill)


def _tactic_fields(query: TacticQuery) -> dict[str, Any]:
    premises = [Premise(name=name, text=text) for name, text in query.premises]
    return {"state": query.state, "theorem": query.theorem, "proof_before": query.proof_before, "premises": premises}


def _proof_fields(query: ProofQuery) -> dict[str, Any]:
    return {
        "header": query.header,
        "signature": query.signature,
        "informal": query.informal,
        "prefix": query.prefix,
        "goal": query.goal,
    }


# -- finding one -------------------------------------------------------------------------------------------------------------------


def load_dialect(name_or_path: str | Path) -> Dialect:
    """The dialect of that name, or the one in the file at that path.

    Raises DialectProblem (nothing there, or not written as it should be) and ToolchainMissing (no jinja2).
    """
    known = FOLDER / f"{name_or_path}.toml"
    if str(name_or_path) in _names():
        return _dialect(read_dialect_file(known))
    path = Path(name_or_path)
    if path.suffix == ".toml" or path.is_file():
        return _dialect(read_dialect_file(path))
    raise DialectProblem(
        f"there is no dialect called {name_or_path}. Known are: {', '.join(_names())}. "
        f"For another model write a file of your own, which {GUIDE} shows, and name its path"
    )


def dialects() -> tuple[DialectFile, ...]:
    """What is written in each of our own files, by task and then by name."""
    return tuple(sorted(_files(), key=lambda file: (TASKS.index(file.task), file.id)))


def dialect_table() -> list[DialectRow]:
    """The rows of `entail models`. Needs neither jinja2 nor a model."""
    return [
        DialectRow(id=file.id, title=file.title, task=file.task, endpoint=file.endpoint, models=file.models, needs=file.needs)
        for file in dialects()
    ]


def dialect_for(model_id: str, task: Task | None = None) -> str | None:
    """The dialect for a model: its id on the hub, its folder, or what a server calls it. None if none is known to fit.

    The longest pattern that fits wins; of equals, the task that comes first in tactic, proof, critic, formalize, informalize.
    """
    wanted = _plain(model_id)
    names = (wanted, *wanted.split("/"))
    fits = [
        (-len(pattern.replace("*", "")), TASKS.index(file.task), file.id)
        for file in dialects()
        if not file.variant_of and task in (None, file.task)
        for pattern in (*file.patterns, *file.models)
        if any(fnmatchcase(name, _plain(pattern)) for name in names)
    ]
    return min(fits)[2] if fits else None


def known_dialect_for(model_id: str, task: Task | None = None) -> str:
    """As `dialect_for`; raises DialectProblem, which says what to do, if none is known to fit."""
    found = dialect_for(model_id, task)
    if found is None:
        kind = f" for the task {task}" if task else ""
        raise DialectProblem(
            f"no dialect{kind} is known to fit the model {model_id}. If it is a chat model, take `chat` (next tactic) or "
            "`chat-proof` (whole proof); if it speaks like another family, name that dialect; else write a file of your own, "
            f"which {GUIDE} shows"
        )
    return found


def _plain(name: str) -> str:
    """Files and servers write `_` and `-`, capitals and small letters as they like."""
    return name.casefold().replace("_", "-")


@cache
def _names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@cache
def _files() -> tuple[DialectFile, ...]:
    return tuple(read_dialect_file(FOLDER / f"{name}.toml") for name in _names())


def _dialect(file: DialectFile) -> Dialect:
    written = file.template
    parts = {
        "text": written.text,
        "system": written.system,
        "user": written.user,
        "assistant": written.assistant,
        "prefill": written.prefill,
        "repair": file.repair.user if file.repair else "",
    }
    templates = {part: compiled(source, f"{file.id}, template.{part}") for part, source in parts.items() if source}
    fields = frozenset[str]().union(*(variables(source) for source in parts.values() if source))
    return Dialect(file, templates, fields)
