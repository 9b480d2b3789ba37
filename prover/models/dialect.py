"""How a model family is asked and how its answers are read: a data file in use.

Owns finding a dialect (by name, by path, by the model's id), rendering queries into prompts and taking answers out of texts. Never
talks to a model and never judges an answer. The format of the files is `dialect_file.py`'s, the strings are in `dialects/*.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from prover.models.answer import THINK, THOUGHT, after_thinking, extracted
from prover.models.dialect_fields import proof_fields, tactic_fields
from prover.models.dialect_file import (
    CHATS,
    FOLDER,
    GUIDE,
    TASKS,
    WORDS,
    DialectFile,
    DialectProblem,
    Endpoint,
    Score,
    Task,
    dialects,
    own_names,
    read_dialect_file,
)
from prover.models.dialect_text import compiled, rendered, variables
from prover.models.dialect_verdict import Verdict, verdicts_in
from prover.models.dialect_words import Fields, Round, StatementRepair
from prover.models.generator import Prompt, Sampling, Turn
from prover.models.lean_answer import theorem_name
from prover.models.query import ProofQuery, RepairQuery, TacticQuery

if TYPE_CHECKING:
    from jinja2 import Template

ROLES: tuple[Literal["system", "user", "assistant"], ...] = ("system", "user", "assistant")  # in the order of a conversation

Query = TacticQuery | ProofQuery | RepairQuery | StatementRepair | Fields


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

    @property
    def thinks(self) -> bool:
        """Whether its prompt ends inside a think block."""
        return self.file.template.prefill.rstrip().endswith(THINK)

    @property
    def converses(self) -> bool:
        """Whether it is told what its code came to in turns of a chat (`rounds`), not in the text that it goes on with."""
        return self.file.execution is not None

    def render(self, query: Query, *, earlier: Prompt | None = None, rounds: Sequence[Round] = ()) -> Prompt:
        """The prompt for a query of the dialect's task.

        `earlier` is the prompt that the last of a repair's answers answered, and the repair goes on with that conversation; without
        it, the conversation is the first question and the last answer. `rounds` are what a model that `converses` has written and
        run so far. Raises DialectProblem if this dialect cannot be asked that.
        """
        if isinstance(query, RepairQuery | StatementRepair):
            return self._repair(query, earlier)
        fields = self._fields_of(query)
        if rounds and not self.converses:
            raise DialectProblem(f"the dialect {self.id} has no turn for what a program printed: its solution goes on as one text")
        if self.endpoint == "raw":
            return Prompt(text=self._text("text", fields))
        turns = tuple(Turn(role, self._text(role, fields)) for role in ROLES if role in self._templates)
        turns += self._run_turns(fields, rounds)
        return Prompt(turns=turns, prefill=self._text("prefill", fields) if "prefill" in self._templates else "")

    def extract(self, text: str, query: Query | None = None) -> str | None:
        """The answer in what the model wrote; None if there is none.

        A proof is a block of tactics in the first column, a statement ends before its `:=`, a verdict is "yes" or "no". The query
        tells which theorem is meant, and whether the answer goes on with a prefix: then its columns count from that block's.
        """
        rule = self.file.extract
        if rule is None:
            return None
        asked = query.query if isinstance(query, RepairQuery) else query
        theorem = theorem_name(asked.signature) if isinstance(asked, ProofQuery) else ""
        resumed = isinstance(asked, ProofQuery) and bool(asked.prefix)
        return extracted(rule, text, self.file.stop, theorem=theorem, resumed=resumed, thinking=self.thinks)

    def verdicts(self, text: str) -> tuple[Verdict, ...]:
        """Every verdict in what the model wrote, first to last: what a process reward model says of step after step."""
        rule = self.file.extract
        spoken = after_thinking(text, begun=self.thinks)
        return () if rule is None or rule.kind != "verdict" or spoken is None else verdicts_in(rule, spoken)

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
        if THINK in rest or (self.thinks and not closed):
            return "the answer ends inside its think block: raise max_tokens"
        return ""

    def _text(self, part: str, fields: Mapping[str, Any]) -> str:
        return rendered(self._templates[part], fields, f"{self.id}, template.{part}")

    def _fields_of(self, query: TacticQuery | ProofQuery | Fields) -> dict[str, Any]:
        match query:
            case TacticQuery():
                self._require("tactic", "critic")
                return tactic_fields(query)
            case ProofQuery():
                self._require("proof")
                if query.prefix and not self.resumes:
                    raise DialectProblem(f"{self.id} cannot be asked to go on with a proof of which a part is there")
                return proof_fields(query)
            case _:
                self._require(*WORDS)
                return dict(query)

    def _require(self, *tasks: Task) -> None:
        if self.task not in tasks:
            raise DialectProblem(f"the dialect {self.id} is for the task {self.task}, not for {' or '.join(tasks)}")

    def _run_turns(self, fields: Mapping[str, Any], rounds: Sequence[Round]) -> tuple[Turn, ...]:
        turns: list[Turn] = []
        for each in rounds:
            run = {**fields, "output": each.output, "outcome": each.outcome}
            turns += [Turn("assistant", each.written), Turn("user", self._text("execution", run))]
        return tuple(turns)

    def _repair(self, query: RepairQuery | StatementRepair, earlier: Prompt | None) -> Prompt:
        if self.file.repair is None or not query.answers:
            raise DialectProblem(f"the dialect {self.id} has no repair turn" if query.answers else "a repair needs an answer")
        of_a_statement = isinstance(query, StatementRepair)
        fields = {**query.query, "draft": query.draft} if of_a_statement else proof_fields(query.query) | {"proof": query.proof}
        fields |= {"errors": query.errors, "round": query.round}
        before = earlier if earlier is not None else self.render(query.query)
        turns = (*before.turns, Turn("assistant", before.prefill + query.answers[-1]), Turn("user", self._text("repair", fields)))
        return Prompt(turns=turns, prefill=before.prefill)


# -- finding one -------------------------------------------------------------------------------------------------------------------


def load_dialect(name_or_path: str | Path) -> Dialect:
    """The dialect of that name, or the one in the file at that path.

    Raises DialectProblem (nothing there, or not written as it should be) and ToolchainMissing (no jinja2).
    """
    if str(name_or_path) in own_names():
        return _dialect(read_dialect_file(FOLDER / f"{name_or_path}.toml"))
    path = Path(name_or_path)
    if path.suffix == ".toml" or path.is_file():
        return _dialect(read_dialect_file(path))
    raise DialectProblem(
        f"there is no dialect called {name_or_path}. Known are: {', '.join(own_names())}. "
        f"For another model write a file of your own, which {GUIDE} shows, and name its path"
    )


def dialect_table() -> list[DialectRow]:
    """The rows of `entail models`. Needs neither jinja2 nor a model."""
    return [
        DialectRow(id=file.id, title=file.title, task=file.task, endpoint=file.endpoint, models=file.models, needs=file.needs)
        for file in dialects()
    ]


def dialect_for(model_id: str, task: Task | None = None) -> str | None:
    """The dialect for a model: its id on the hub, its folder, or what a server calls it. None if none is known to fit.

    The longest pattern that fits wins; of equals, the task that comes first in `TASKS`.
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
        chat = f"`{CHATS[task]}`" if task is not None and task in CHATS else "`chat` (next tactic) or `chat-proof` (whole proof)"
        raise DialectProblem(
            f"no dialect{kind} is known to fit the model {model_id}. If it is a chat model, take {chat}; "
            f"if it speaks like another family, name that dialect; else write a file of your own, which {GUIDE} shows"
        )
    return found


def _plain(name: str) -> str:
    """Files and servers write `_` and `-`, capitals and small letters as they like."""
    return name.casefold().replace("_", "-")


def _dialect(file: DialectFile) -> Dialect:
    parts: dict[str, str] = {
        **msgspec.structs.asdict(file.template),
        "repair": file.repair.user if file.repair else "",
        "execution": file.execution.user if file.execution else "",
    }
    templates = {part: compiled(source, f"{file.id}, template.{part}") for part, source in parts.items() if source}
    fields = frozenset[str]().union(*(variables(source) for source in parts.values() if source))
    return Dialect(file, templates, fields)
