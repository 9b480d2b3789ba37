"""What a model is asked on the way to a whole proof: fresh samples, repairs with Lean's errors, proofs taken up where they broke.

Owns the order of the questions and what an answer is as a proof. Never calls the model and never talks to Lean.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from lean_env.messages import Message
from lean_env.statement import Statement
from prover.models.generator import Completion, Prompt, Sampling
from prover.models.query import ProofQuery, RepairQuery
from prover.whole.body import body_of
from prover.whole.config import WholeProofConfig
from prover.whole.cut import Cut
from prover.whole.errors import UnderStatement, errors_shown, shown

MAX_ANSWER = 1 << 18  # characters, twice what 40,000 tokens are: what is longer is not looked at, which takes a while
Kind = Literal["sample", "resume", "repair"]

_SCOPE = re.compile(r"(?:open|set_option)\s(?!.*\bin\s*$)|\s*$")


class ProofDialect(Protocol):
    """What is needed of a dialect for whole proofs; `models.dialect.Dialect` says what each does."""

    @property
    def resumes(self) -> bool:
        """Whether it can be asked to go on with a proof of which a prefix is there."""
        ...

    @property
    def repairs(self) -> int:
        """How many rounds of repair are worth asking for; 0 = it cannot be asked."""
        ...

    def render(self, query: ProofQuery | RepairQuery, *, earlier: Prompt | None = None) -> Prompt:
        """The prompt; for a repair, the conversation of the `earlier` one goes on."""
        ...

    def extract(self, text: str, query: ProofQuery | RepairQuery | None = None) -> str | None:
        """The proof in an answer, None if there is none."""
        ...

    def sampling(
        self,
        *,
        samples: int | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
        seed: int = 0,
        repair: bool = False,
    ) -> Sampling:
        """How the authors draw, except for what is given."""
        ...

    def complaint(self, text: str) -> str:
        """What is wrong with a text that no healthy model of the family writes; "" if nothing is."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """One prompt to the model. `repairs` and `resumes` count those that led to it, itself included."""

    kind: Kind
    query: ProofQuery | RepairQuery
    prompt: Prompt
    samples: int
    repairs: int = 0
    resumes: int = 0

    @property
    def proof_query(self) -> ProofQuery:
        """The question that began the conversation."""
        return self.query.query if isinstance(self.query, RepairQuery) else self.query


@dataclass(slots=True)
class Draft:
    """A proof on its way to Lean: its lines, the answer that it was in, and what had been asked.

    `losses` counts workers that were lost to it; `is_derived` that it was made from the answer's proof by us.
    """

    lines: tuple[str, ...]
    answer: str
    request: Request
    is_derived: bool = False
    losses: int = 0


class Asking:
    """The questions of one attempt: first all fresh samples, round by round, then what follows from them, in order."""

    def __init__(self, statement: Statement, dialect: ProofDialect, config: WholeProofConfig, informal: str) -> None:
        self._dialect, self._config = dialect, config
        self._question = question(statement, informal, config.header)
        self._samples_left = config.samples
        self._following: deque[Request] = deque()
        self._batches = 0

    def next_batch(self) -> list[Request]:
        """The requests that go to the model together, all of one kind and with as many samples each; [] if there are none now."""
        if self._samples_left:
            count = min(self._samples_left, self._config.at_once)
            self._samples_left -= count
            return [Request("sample", self._question, self._dialect.render(self._question), count)]
        batch: list[Request] = []
        while self._following and self._fits(batch, self._following[0]):
            batch.append(self._following.popleft())
        return batch

    def sampling(self, batch: Sequence[Request]) -> Sampling:
        """How the answers to a batch are drawn; no two batches with the same seed."""
        self._batches += 1
        return self._dialect.sampling(
            samples=batch[0].samples,
            temperature=self._config.temperature,
            max_tokens=self._config.max_tokens,
            seed=self._config.seed + self._batches - 1,
            repair=batch[0].kind == "repair",
        )

    def proof_in(self, request: Request, completion: Completion) -> tuple[str, ...] | None:
        """The lines of the proof that an answer comes to, None if there is none in it."""
        if len(completion.text) > MAX_ANSWER:
            return None
        answer = completion.text.encode("utf-8", "replace").decode()  # lone surrogates
        body = self._dialect.extract(answer, request.query)
        lines = body_of(body) if body is not None else None
        prefix = request.proof_query.prefix
        if body is None or lines is None or not prefix or lines[: len(prefix)] == prefix:
            return lines
        # Together, because the indentation of what follows says where it belongs.
        return body_of("\n".join([*prefix, body]))

    def complaint(self, completion: Completion) -> str:
        """What is wrong with an answer that has no proof in it; "" if nothing is known to be."""
        return self._dialect.complaint(completion.text[:MAX_ANSWER])

    # -- what follows from a proof that fails ------------------------------------------------------------------------------------

    def may_follow(self, draft: Draft) -> bool:
        """Whether anything may be asked about this proof if it fails."""
        return self._may_resume(draft.request) or self._may_repair(draft.request)

    def resume(self, draft: Draft, part: Cut) -> bool:
        """Have a proof taken up where it broke, if that is allowed; whether it is."""
        if not self._may_resume(draft.request) or part.lines == draft.request.proof_query.prefix:
            return False
        query = replace(draft.request.proof_query, prefix=part.lines, goal="\n\n".join(part.goals))
        request = Request("resume", query, self._dialect.render(query), self._config.resumes, resumes=draft.request.resumes + 1)
        self._following.append(replace(request, repairs=draft.request.repairs))
        return True

    def repair(self, draft: Draft, proof: UnderStatement, errors: Sequence[Message], goals: str = "") -> bool:
        """Have a proof repaired, if that is allowed; whether it is. `goals` are those before the first error."""
        before = draft.request
        if not self._may_repair(before):
            return False
        answers = before.query.answers if isinstance(before.query, RepairQuery) else ()
        asked, number = before.proof_query, before.repairs + 1
        told = errors_shown(asked, proof, errors, goals)
        query = RepairQuery(asked, (*answers, draft.answer), shown(asked, proof.lines), told, number)
        prompt = self._dialect.render(query, earlier=before.prompt)
        self._following.append(Request("repair", query, prompt, self._config.repairs, number, before.resumes))
        return True

    def _may_resume(self, request: Request) -> bool:
        return self._dialect.resumes and request.resumes < self._config.resume_rounds

    def _may_repair(self, request: Request) -> bool:
        return self._dialect.repairs > 0 and request.repairs < self._config.repair_rounds

    def _fits(self, batch: list[Request], request: Request) -> bool:
        if not batch:
            return True
        return batch[0].kind == request.kind and (len(batch) + 1) * request.samples <= self._config.at_once


def question(statement: Statement, informal: str = "", header: str = "") -> ProofQuery:
    """What a model is asked about a statement; `header` in place of its own imports, options and opens, unless ""."""
    lines = statement.context.strip("\n").split("\n")
    count = next((number for number, line in enumerate(lines) if not _SCOPE.match(line)), len(lines))
    scopes, rest = (("\n".join(part)).strip("\n") for part in (lines[:count], lines[count:]))
    imports = "\n".join(f"import {module}" for module in statement.imports)
    own = "\n\n".join(part for part in (imports, scopes) if part)
    return ProofQuery(header or own, "\n\n".join(part for part in (rest, statement.signature) if part), informal)
