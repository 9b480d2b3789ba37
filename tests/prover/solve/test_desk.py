"""Settling a problem when its samples are there: the vote, whether it matches, and the statement of its answer, apart."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Sequence

import pytest
import pytest_asyncio

from lean_env.embedded.install import ensure_engine
from prover.formalize.candidate import Candidate, CheckName, Compiled, Draft, Finding, WordProblem
from prover.formalize.checks.proof_checks import ProofCheckConfig
from prover.formalize.desk import DeskChoice
from prover.formalize.formalizing import Formalization, FormalizeConfig
from prover.models.choice import ModelChoice
from prover.models.dialect_file import DialectProblem
from prover.solve.blocks import Solution
from prover.solve.config import BUILT_IN, SolveConfig
from prover.solve.desk import Solving, found_false, opened_solving, require_solvable
from prover.solve.records import SampleRecord, sample_key
from prover.workshop import workshop
from tests.prover.formalize.candidates import candidate

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="module")]

TEXT = "Tom has 3 boxes with 12 apples each. He eats 5 apples. How many apples are left?"
APPLES = WordProblem("apples_1", TEXT, "31", category="sums")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk() -> AsyncGenerator[Solving]:
    checks = FormalizeConfig(proofs=ProofCheckConfig(seconds=2.0))
    config = SolveConfig(prove_seconds=20.0, desk=DeskChoice(config=checks))
    async with workshop(ensure_engine(), 1) as shop, opened_solving(config, shop, time.monotonic) as solving:
        yield solving


def samples(*answers: str) -> Sequence[SampleRecord]:
    return [
        SampleRecord(sample_key("apples_1", number), "apples_1", number, number, Solution((), answer, "answered"))
        for number, answer in enumerate(answers, 1)
    ]


async def test_the_built_in_solver_draws_a_sample(desk: Solving) -> None:
    record = await desk.sample(APPLES, 1)
    assert (desk.name, record.key, record.solution.answer) == (BUILT_IN, "apples_1#1", "31")


async def test_a_right_answer_matches_and_is_proved(desk: Solving) -> None:
    record = await desk.settle(APPLES, samples("31", "30", "31.0", ""))
    assert (record.vote.answer, record.right, record.wrong, record.none) == ("31", 2, (1,), 1)
    assert (record.matches, record.standing, record.category) == ("yes", "proved", "sums")
    assert record.statement is not None
    assert record.statement.proof is not None
    assert "= 31" in record.statement.lean
    assert "= 31" in record.statement.proof.proof


async def test_a_wrong_answer_is_refuted_by_a_proof(desk: Solving) -> None:
    record = await desk.settle(APPLES, samples("29"))
    assert (record.matches, record.standing, record.is_proved) == ("no", "refuted", False)
    assert record.statement is not None
    assert record.statement.proof is not None
    assert (record.statement.lean, record.statement.by, record.statement.statement_sha256) == ("", "", "")
    assert "¬" in record.statement.proof.proof


@pytest.mark.parametrize(("answers", "expected", "matches"), [(("",), "31", "no"), (("31",), "", "unknown")])
async def test_no_answer_and_no_expectation(desk: Solving, answers: tuple[str, ...], expected: str, matches: str) -> None:
    problem = WordProblem(APPLES.name, APPLES.text, expected)
    record = await desk.settle(problem, samples(*answers))
    assert record.matches == matches
    assert (record.statement is None) is (answers == ("",))


async def test_an_answer_that_no_one_can_state(desk: Solving) -> None:
    record = await desk.settle(WordProblem("odd_1", "How green is the apple?", "very"), samples("very"))
    assert (record.matches, record.standing) == ("yes", "open")
    assert record.statement is not None
    assert record.statement.proof is None
    assert list(record.statement.silent) == ["fragment"]


async def test_only_what_is_false_and_nothing_else_is_found_false() -> None:
    false = candidate((CheckName.NEGATION, "reject"), (CheckName.UNUSED, "flag"))
    worse = candidate((CheckName.NEGATION, "reject"), (CheckName.NUMBERS, "reject"))
    dead = Candidate(Draft("x", "m"), None, (Finding(CheckName.NEGATION, "reject"),))
    assert isinstance(false.compiled, Compiled)
    assert found_false(Formalization(APPLES, (worse, dead, false))) is false
    assert found_false(Formalization(APPLES, (worse, dead, candidate()))) is None


@pytest.mark.models
async def test_each_model_needs_a_dialect_for_its_part() -> None:
    pytest.importorskip("jinja2")
    solver = ModelChoice("m", dialect="chat-solve")
    require_solvable(SolveConfig(model=solver, reward=ModelChoice("m", dialect="chat-reward")))
    judged = DeskChoice(judge=ModelChoice("m", dialect="chat-solve"))
    require_solvable(SolveConfig(model=solver, prove=False, desk=judged))
    for wrong in (
        SolveConfig(model=ModelChoice("m", dialect="chat-judge")),
        SolveConfig(model=solver, reward=solver),
        SolveConfig(desk=judged),
    ):
        with pytest.raises(DialectProblem):
            require_solvable(wrong)
