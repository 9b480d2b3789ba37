"""The proof of a statement that was accepted: one attempt by the symbolic search, checked as any other.

Promises that what is attempted is what was accepted: the digest was fixed before the search began, and is compared after it.
"""

from __future__ import annotations

from collections.abc import Callable

from lean_env.errors import EnvError
from lean_env.statement import Statement
from prover.attempt import Attempt
from prover.config import ProveConfig
from prover.methods import TreeSearch
from prover.policies import make_policy
from prover.proving import Progress
from prover.workshop import Workshop
from search.budget import Budget


async def prove_stated(
    statement: Statement,
    shop: Workshop,
    *,
    seconds: float,
    seed: int,
    workers: int = 1,
    clock: Callable[[], float],
    watch: Callable[[Progress], None] | None = None,
) -> Attempt:
    """One attempt of `seconds` (0 = no limit). Raises EnvError if the machinery is broken."""
    frozen = statement.digest
    config = ProveConfig(budget=Budget(seconds=seconds), workers=workers, seed=seed)
    method = TreeSearch(make_policy("symbolic"))
    attempt = await method.attempt(statement, pool=shop.pool, checker=shop.checker, config=config, clock=clock, watch=watch)
    if attempt.statement.digest != frozen:
        raise EnvError("the statement that was attempted is not the one that was accepted")
    return attempt
