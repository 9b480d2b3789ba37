"""What the prover finds out about a statement: contradictory hypotheses, false claims, and that budgets are kept."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable

import pytest
import pytest_asyncio

from lean_env.checker import Checker
from lean_env.embedded.install import ensure_engine
from lean_env.pool import SessionPool
from lean_env.statement import Statement
from prover.attempt import Attempt, Effort, Outcome
from prover.config import ProveConfig
from prover.formalize.candidate import CheckName, Compiled, Finding
from prover.formalize.checks.false_conclusion import without_conclusion
from prover.formalize.checks.proof_checks import ProofCheckConfig, Prove, proof_findings, prove_with_symbols
from prover.workshop import Workshop, workshop
from tests.prover.formalize.word_problems import DIFFERENCE, GOOD, REMAINDER, compiled, rejected, verdicts

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(600)]

HYPOTHESES, NEGATION, TRIVIALITY = CheckName.HYPOTHESES, CheckName.NEGATION, CheckName.TRIVIALITY
PATIENT = ProofCheckConfig(seconds=60.0)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop() -> AsyncGenerator[Workshop]:
    async with workshop(ensure_engine(), 1) as shop:  # one worker: a check that held on to two would wait for ever
        yield shop


async def compile_in(shop: Workshop, lean: str) -> Compiled:
    async with shop.pool.lease() as session:
        return await compiled(session, DIFFERENCE, lean)


async def findings(
    shop: Workshop, lean: str, config: ProofCheckConfig = PATIENT, prove: Prove = prove_with_symbols
) -> tuple[Finding, ...]:
    statement = await compile_in(shop, lean)
    return await proof_findings(statement, pool=shop.pool, checker=shop.checker, config=config, clock=time.monotonic, prove=prove)


class Asked:
    """A prover that finds nothing and remembers what it was asked."""

    def __init__(self) -> None:
        self.statements: list[Statement] = []
        self.configs: list[ProveConfig] = []

    async def __call__(
        self, statement: Statement, *, pool: SessionPool, checker: Checker, config: ProveConfig, clock: Callable[[], float]
    ) -> Attempt:
        assert pool.leases >= 0
        assert clock() >= 0
        assert isinstance(checker, Checker)
        self.statements.append(statement)
        self.configs.append(config)
        return Attempt(statement, Outcome.OUT_OF_BUDGET, Effort(), reason="found nothing")


async def test_good_statements_pass(shop: Workshop) -> None:
    for problem, lean in GOOD.items():
        found = verdicts(await findings(shop, lean))
        assert list(found) == [HYPOTHESES, NEGATION, TRIVIALITY]
        assert set(found.values()) == {"pass"}, (problem.name, found)


@pytest.mark.parametrize(
    "statement",
    [
        "(a b : ℕ) (h₁ : a + b = 20) (h₂ : a = 3 * b) (h₃ : a < b) : a - b = 10",
        "(a b : ℕ) (h₁ : a + b = 21) (h₂ : a = 3 * b) : a - b = 10",
        "(a b : ℕ) : a + b = 20 → a = 3 * b → a < b → a - b = 10",
        "(a : ℕ) : ∀ b : ℕ, a + b = 20 → a = 3 * b ∧ a < b → a - b = 10",
        ": ∀ x : ℤ, x * x = -1 → x = 10",
        "(x : ℤ) (h : False) : x = 10",
        "(f : ℕ → ℕ) (h : ∀ n, f n < n) : f 10 = 10",
        "(x : ℕ) (h : ∀ a b : ℕ, a % b = 1) : x = 10",
        "(x : ℤ) (h : ∀ n : ℤ, n > 0) : x = 10",
        "(f : ℕ → ℕ) (h : ∀ n, f (n + 1) = f n + 1) (k : f 0 = 1) (m : f 1 = 1) : f 10 = 10",
    ],
)
async def test_contradictory_hypotheses_are_rejected(shop: Workshop, statement: str) -> None:
    found = await findings(shop, f"theorem t {statement} := by sorry")
    assert rejected(found) == {HYPOTHESES}
    assert found[0].message.startswith("False follows from the hypotheses: ")


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("(a b : ℕ) (h₁ : a + b = 20) (h₂ : a = 3 * b) : a - b = 11", "a = 15, b = 5"),
        ("(a b : ℕ) (h₁ : a + b = 20) : a - b = 10", "for a = "),
        (": ∀ a b : ℕ, a + b = 20 → a = 3 * b → b - a = 10", "for a = 15, b = 5"),
        (": 2003 % 11 = 2", "false"),
    ],
)
async def test_false_statements_are_rejected(shop: Workshop, statement: str, why: str) -> None:
    found = await findings(shop, f"theorem t {statement} := by sorry")
    assert rejected(found) == {NEGATION}
    assert why in found[1].message


async def test_values_for_which_the_hypotheses_hold_are_told(shop: Workshop) -> None:
    asked = Asked()
    found = await findings(shop, GOOD[DIFFERENCE], prove=asked)
    assert found[0].message == "they hold for a = 15, b = 5"
    assert found[2].message == "closed by `omega` alone"
    assert asked.statements == []  # nothing had to be searched for


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        (
            (
                "(boxes per_box apples left : ℕ) (h₀ : boxes = 3) (h₁ : per_box = 12) (h₂ : apples = boxes * per_box) "
                "(h₃ : left + 5 = apples) : left = 31"
            ),
            "boxes = 3, per_box = 12, apples = 36, left = 31",
        ),
        ("(x y z : ℤ) (h : 7 * x + y = 1000 ∧ x - 3 * y + z = -4) (k : z + y = 99) : x = 1", "None"),
        ("(x y : ℤ) (h₀ : 123 * x + 457 * y = 580000) (h₁ : x - y = 0) : x = 1000", "x = 1000, y = 1000"),
        ("(n m : ℕ) (h₀ : n = 1000 * m) (h₁ : m = 7) (h₂ : 5 < n) : n = 7000", "n = 7000, m = 7"),
        ("(f : ℤ → ℤ) (n : ℤ) (h : ∀ x, f x = 2 * x + 3) (k : n = 4) : f n = 11", "f as defined, n = 4"),
        ("(n : ℕ) (h₀ : 10 ≤ n) (h₁ : n ≤ 99) (h₂ : n = 8 * (n / 10 + n % 10)) : n = 72", "n = 72"),
        ("(f : ℤ → ℤ) (h : f = fun x => 2 * x + 3) : f 4 = 11", "f as defined"),
    ],
)
async def test_values_are_found_along_equations(shop: Workshop, statement: str, values: str) -> None:
    asked = Asked()
    found = await findings(shop, f"theorem t {statement} := by sorry", prove=asked)
    if values == "None":
        assert found[0].verdict == "unknown"
    else:
        assert (found[0].verdict, found[0].message) == ("pass", f"they hold for {values}")


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        ("(a b : ℤ) (h₁ : a + b = 20) (h₂ : a = 3 * b) : a - b = 10 ↔ a = b + 10", "flag"),
        ("(a : ℤ) (h : a = 3) : ∀ b : ℤ, b = 5 → a + b = b + a", "flag"),
        ("(a b : ℤ) (h₁ : 0 < a) : a + b = b + a", "pass"),
        ("(a b : ℤ) (h₁ : a + b = 20) (h₂ : a = 3 * b) : a - b = 10", "pass"),
    ],
)
async def test_claims_that_need_no_hypothesis_are_pointed_out(shop: Workshop, statement: str, verdict: str) -> None:
    assert verdicts(await findings(shop, f"theorem t {statement} := by sorry"))[HYPOTHESES] == verdict


async def test_a_statement_that_assumes_nothing_is_not_searched_for_contradictions(shop: Workshop) -> None:
    asked = Asked()
    found = await findings(shop, "theorem t (n : ℕ) : n < 2 ^ n * 7 + n ^ 3 := by sorry", prove=asked)
    assert (found[0].verdict, found[0].message) == ("pass", "it assumes nothing")


UNDECIDED = "theorem t (f : ℕ → ℕ) (h : ∀ n, f (f n) = n + 1987) : f 0 = 10 := by sorry"


async def test_what_was_not_decided_is_said_to_be_so_with_the_budget(shop: Workshop) -> None:
    asked = Asked()
    config = ProofCheckConfig(seconds=0, steps=40, seed=5)
    found = verdicts(findings_ := await findings(shop, UNDECIDED, config, asked))
    assert (found[HYPOTHESES], found[NEGATION], found[TRIVIALITY]) == ("unknown", "pass", "pass")
    assert "within 40 steps" in findings_[0].message
    assert findings_[1].message == "not refuted within 40 steps"
    assert [(c.budget.steps, c.budget.seconds, c.workers, c.negation_share, c.seed) for c in asked.configs] == [
        (40, 0, 1, 0, 5)
    ] * 2
    assert [statement.signature for statement in asked.statements] == [
        "theorem difference_20_hypotheses (f : ℕ → ℕ) (h : ∀ n, f (f n) = n + 1987) : False",
        "theorem difference_20_negation : ¬ (∀ (f : ℕ → ℕ) (h : ∀ n, f (f n) = n + 1987), f 0 = 10)",
    ]


async def test_a_budget_of_steps_is_kept(shop: Workshop) -> None:
    efforts: list[Effort] = []

    async def watched(
        statement: Statement, *, pool: SessionPool, checker: Checker, config: ProveConfig, clock: Callable[[], float]
    ) -> Attempt:
        attempt = await prove_with_symbols(statement, pool=pool, checker=checker, config=config, clock=clock)
        efforts.append(attempt.effort)
        return attempt

    found = await findings(shop, UNDECIDED, ProofCheckConfig(seconds=0, steps=30), watched)
    assert found[0].verdict == "unknown"
    assert len(efforts) == 2
    assert all(0 < effort.steps <= 30 for effort in efforts)


async def test_what_seems_false_without_a_proof_is_flagged(shop: Workshop) -> None:
    found = await findings(shop, "theorem t (a b : ℕ) (h₁ : a + b = 20) : a - b = 10 := by sorry", prove=Asked())
    assert (found[1].verdict, "for a = " in found[1].message) == ("flag", True)


@pytest.mark.parametrize(
    ("statement", "alone"),
    [
        ("(a : ℕ) (h : a = 1) : a = 2", "theorem difference_20_hypotheses (a : ℕ) (h : a = 1) : False"),
        ("(a : ℕ) : a = 1 → a = 2 ∨ a = 3", "theorem difference_20_hypotheses (a : ℕ) : a = 1 → False"),
        (
            ": ∀ a : ℕ, (∀ b, b < a → b = 1) → ∃ c, c = a → c = 7",
            "theorem difference_20_hypotheses : ∀ a : ℕ, (∀ b, b < a → b = 1) → False",
        ),
        (": ∀ n > 5, n ≠ 4", "theorem difference_20_hypotheses : ∀ n > 5, False"),
        ("(a : ℕ) : a = 1 ↔ a + 1 = 2", "theorem difference_20_hypotheses (a : ℕ) : False"),
        (": ∃ a : ℕ, a = 1 → a = 2", "theorem difference_20_hypotheses : False"),
    ],
)
async def test_the_hypotheses_alone_are_those_of_the_statement(shop: Workshop, statement: str, alone: str) -> None:
    found = await compile_in(shop, f"theorem t {statement} := by sorry")
    async with shop.pool.lease() as session:
        stated = await without_conclusion(session, found.statement, found.goal)
    assert stated is not None
    assert " ".join(stated.signature.split()) == alone


async def test_hypotheses_that_hide_in_a_definition_are_left_undecided(shop: Workshop) -> None:
    lean = "def Claim : Prop := ∀ n : ℕ, n * n = 2 → n = 10\n\ntheorem t : Claim := by sorry"
    found = await compile_in(shop, lean)
    async with shop.pool.lease() as session:
        alone = await without_conclusion(session, found.statement, found.goal)
    assert alone is not None
    assert alone.type == "False"


async def test_the_pool_is_left_as_it_was(shop: Workshop) -> None:
    await findings(shop, GOOD[REMAINDER])
    async with shop.pool.lease() as session:
        before = await session.stats()
    await findings(shop, "def one := 1\ntheorem t (a b : ℕ) (h₁ : a + b = 20) (h₂ : b < one) : a = 11 := by sorry")
    async with shop.pool.lease() as session:
        after = await session.stats()
    assert (after.states, after.envs) == (before.states, before.envs)
