"""What Lean says: proofs taken out of answers still elaborate under our statement, and our few-shot examples are true."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from lean_env.messages import Advanced, Opened, TacticCall
from lean_env.session import Session
from prover.models.dialect_file import FOLDER, read_dialect_file
from prover.models.lean_answer import proof_body
from prover.proof_text import proof_block
from tests.fakes.lean import Workers

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="module")]

STATEMENT = "theorem foo (p q : Prop) (hp : p) (hq : q) : p ∧ q ∧ p"
PROOFS = [
    ":= by\n  exact ⟨hp, hq, hp⟩",
    ":= by exact ⟨hp, hq, hp⟩",
    ":=\n  by\n    constructor\n    · exact hp\n    · exact ⟨hq, hp⟩",
    ":= by\nconstructor\n· exact hp\n· exact ⟨hq, hp⟩",
    ":= by constructor\n{column}exact hp\n{column}exact ⟨hq, hp⟩",
    ":= by exact ⟨hp,\n  hq, hp⟩",
    ":= by\n  have h : q ∧ p := by\n    constructor\n    · exact hq\n-- a comment of the model's\n    · exact hp\n  exact ⟨hp, h⟩",
    ":= by\n    refine ⟨?_, ?_, ?_⟩ <;>\n      first\n      | exact hp\n      | exact hq",
    ":= ⟨hp, hq, hp⟩",
    ":=\n  have h : q ∧ p := ⟨hq, hp⟩\n  And.intro hp h",
    ":= And.intro hp (by\n  constructor\n  · exact hq\n  · exact hp)",
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def session() -> AsyncGenerator[Session]:
    workers = Workers()
    yield await workers.start()
    await workers.close()


@pytest.mark.parametrize("proof", PROOFS)
async def test_a_proof_survives_being_moved_under_our_statement(session: Session, proof: str) -> None:
    whole = f"{STATEMENT} {proof.replace('{column}', ' ' * (len(STATEMENT) + len(' := by ')))}"
    body = proof_body(whole, "foo")

    assert (await session.run(whole)).errors == ()
    assert body is not None
    assert (await session.run(f"{STATEMENT} {proof_block(body.splitlines())}")).errors == ()


LLEMMA = read_dialect_file(FOLDER / "llemma-3shot.toml").template.text
SHOTS: list[tuple[str, str]] = re.findall(r"state:\n---\n(.+?)\n---\nNext tactic:\n---\n(.+?)\n---\n", LLEMMA, re.DOTALL)
THEOREMS = [
    "theorem a (a b c : Nat) (h : a ≤ b) : a + c ≤ b + c",
    "theorem b (p q : Prop) : p ∧ q → q ∧ p",
    "theorem c (α : Type) (xs : List α) : (xs ++ []).length = xs.length",
]


@pytest.mark.parametrize(("shot", "theorem"), list(zip(SHOTS, THEOREMS, strict=True)))
async def test_a_few_shot_example_is_a_true_state_with_a_tactic_that_works(
    session: Session, shot: tuple[str, str], theorem: str
) -> None:
    opened = await session.open(theorem)
    assert isinstance(opened, Opened), opened
    [result] = await session.step(opened.part.state, [TacticCall(shot[1])])

    assert [goal.text for goal in opened.part.goals] == [shot[0]]
    assert isinstance(result, Advanced), result
