"""The attempt at an accepted statement."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio

from lean_env.embedded.install import ensure_engine
from lean_env.errors import EnvError
from lean_env.statement import Statement
from prover.attempt import Attempt, Outcome
from prover.formalize import proving
from prover.formalize.proving import prove_stated
from prover.proving import Progress
from prover.workshop import Workshop, workshop

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="module")]

TRUE = Statement("t_1", "theorem t_1 (n : ℕ) : n % 3 < 3", "(n : ℕ)", "n % 3 < 3")
FALSE = Statement("f_1", "theorem f_1 (n : ℕ) : n < 5", "(n : ℕ)", "n < 5")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop() -> AsyncGenerator[Workshop]:
    async with workshop(ensure_engine(), 1) as shop:
        yield shop


@pytest.mark.parametrize(("statement", "outcome"), [(TRUE, Outcome.PROVED), (FALSE, Outcome.REFUTED)])
async def test_a_statement_is_proved_or_refuted(shop: Workshop, statement: Statement, outcome: Outcome) -> None:
    seen: list[Progress] = []
    attempt = await prove_stated(statement, shop, seconds=30.0, seed=0, clock=time.monotonic, watch=seen.append)
    assert attempt.outcome is outcome
    assert attempt.statement.digest == statement.digest
    assert attempt.verdict is not None
    assert attempt.verdict.tier.value == "T2"
    assert seen


async def test_another_statement_than_the_frozen_one_is_never_taken(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    attempt: Attempt = await prove_stated(TRUE, shop, seconds=30.0, seed=0, clock=time.monotonic)

    class Swaps:
        def __init__(self, _policy: object) -> None:
            pass

        async def attempt(self, *_: Any, **__: Any) -> Attempt:
            return attempt

    monkeypatch.setattr(proving, "TreeSearch", Swaps)
    with pytest.raises(EnvError, match="not the one that was accepted"):
        await prove_stated(FALSE, shop, seconds=30.0, seed=0, clock=time.monotonic)
