"""A person's verdict: what a scripted reviewer is shown, and what their letters come to."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import NoReturn

import pytest
import pytest_asyncio

from lean_env.embedded.install import ensure_engine
from lean_env.errors import WorkerLost
from prover.editor import NoEditor
from prover.formalize import formalizing
from prover.formalize import review as review_module
from prover.formalize.candidate import Candidate, CheckName, Draft, Finding, WordProblem
from prover.formalize.checks.meaning_check import FragmentInformalizer
from prover.formalize.checks.proof_checks import ProofCheckConfig
from prover.formalize.desk import Desk
from prover.formalize.formalizing import Examiners, Formalization, FormalizeConfig, formalize
from prover.formalize.fragment_formalizer import FragmentFormalizer
from prover.formalize.review import PERSON, NobodyThere, review
from prover.workshop import workshop

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="module")]

PROBLEM = WordProblem("rem_1", "What is the remainder when 2003 is divided by 11? Show that it is 1.")


@dataclass(slots=True)
class Reviewer:
    """Types `letters`, then is gone."""

    letters: str
    seen: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    told: list[str] = field(default_factory=list[str])

    def side_by_side(self, left: str, right: str, below: str) -> None:
        self.seen.append((left, right, below))

    async def ask(self, question: str, answers: str) -> str:
        assert question.count("[") == len(answers)
        letter, self.letters = self.letters[:1], self.letters[1:]
        return letter

    def note(self, text: str) -> None:
        self.told.append(text)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk() -> AsyncGenerator[Desk]:
    async with workshop(ensure_engine(), 1) as shop:
        examiners = Examiners(shop.pool, shop.checker, FragmentInformalizer(), None, time.monotonic)
        yield Desk([FragmentFormalizer()], examiners, FormalizeConfig(proofs=ProofCheckConfig(seconds=2.0)))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def result(desk: Desk) -> Formalization:
    return await formalize(PROBLEM, desk.formalizers, desk.examiners, desk.config)


def writes(monkeypatch: pytest.MonkeyPatch, *texts: str | NoEditor) -> list[str]:
    """What the person writes, edit by edit; returns what they were shown."""
    left, shown = list(texts), list[str]()

    def edited(text: str) -> str:
        shown.append(text)
        written = left.pop(0)
        if isinstance(written, NoEditor):
            raise written
        return written

    monkeypatch.setattr(review_module, "edited", edited)
    return shown


async def test_accepting_gives_the_candidate_that_was_shown(result: Formalization, desk: Desk) -> None:
    reviewer = Reviewer("a")
    assert await review(result, desk, reviewer) is result.candidates[0]
    [(left, right, below)] = reviewer.seen
    assert left == PROBLEM.text
    assert right == "theorem rem_1 : 2003 % 11 = 1 := by\n  sorry"
    assert below.startswith("candidate 1 of 1\n")
    assert all(str(check) in below for check in CheckName)


@pytest.mark.parametrize("letters", ["r", "nnr"])
async def test_rejecting_all(result: Formalization, desk: Desk, letters: str) -> None:
    assert await review(result, desk, Reviewer(letters)) is None


@pytest.mark.parametrize("letters", ["", "nn"])
async def test_who_leaves_has_not_said_anything(result: Formalization, desk: Desk, letters: str) -> None:
    with pytest.raises(NobodyThere):
        await review(result, desk, Reviewer(letters))


async def test_an_edited_statement_is_examined_and_comes_next(
    result: Formalization, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = writes(monkeypatch, "theorem mine : 2003 % 11 = 2 := by sorry")
    reviewer = Reviewer("ea")
    accepted = await review(result, desk, reviewer)
    assert shown == ["theorem rem_1 : 2003 % 11 = 1 := by\n  sorry"]
    assert accepted is not None
    assert accepted.compiled is not None
    assert (accepted.draft.formalizer, accepted.formalizers) == (PERSON, (PERSON,))
    assert accepted.compiled.statement.signature == "theorem rem_1 : 2003 % 11 = 2"
    assert accepted.is_rejected, "a person may take it all the same, and has seen what speaks against it"
    assert "reject" in reviewer.seen[1][2]
    assert reviewer.seen[1][2].startswith("candidate 1 of 2")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("theorem mine : 2003 % 11 = true := by sorry", "Lean does not take it: "),
        ("", "Lean does not take it: "),
        (NoEditor("no editor is known: set EDITOR"), "set EDITOR"),
        ("theorem rem_1 : 2003 % 11 = 1 := by\n  sorry\n", ""),
    ],
)
async def test_an_edit_that_gives_no_new_statement(
    result: Formalization, desk: Desk, monkeypatch: pytest.MonkeyPatch, written: str | NoEditor, told: str
) -> None:
    writes(monkeypatch, written)
    reviewer = Reviewer("ea")
    assert await review(result, desk, reviewer) is result.candidates[0]
    assert len(reviewer.seen) == 2
    assert len(reviewer.told) == bool(told)
    assert told in "".join(reviewer.told)


async def test_an_edit_that_costs_the_worker_does_not_end_the_review(
    result: Formalization, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_: object) -> NoReturn:
        raise WorkerLost("gone")

    monkeypatch.setattr(formalizing, "compile_draft", lost)
    writes(monkeypatch, "theorem mine : 2003 % 11 = 2 := by sorry")
    reviewer = Reviewer("ea")
    assert await review(result, desk, reviewer) is result.candidates[0]
    assert reviewer.told == ["Lean does not take it: 2 workers were lost over it"]


async def test_without_a_statement_nobody_is_asked(desk: Desk) -> None:
    refused = Candidate(Draft("theorem", "m"), None, (Finding(CheckName.COMPILES, "reject", "no"),))
    reviewer = Reviewer("a")
    assert await review(Formalization(PROBLEM, (refused,)), desk, reviewer) is None
    assert reviewer.seen == []
    assert reviewer.told == ["rem_1: there is no statement to review"]
