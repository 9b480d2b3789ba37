"""Entail from Python: one call that does everything, also inside a notebook."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import replace

from lean_env.embedded.install import ensure_engine
from lean_env.messages import NotElaborated
from prover.attempt import Attempt
from prover.config import ProveConfig
from prover.lane import StatementRefused
from prover.proving import prove_statement
from prover.symbolic import SymbolicPolicy
from prover.workshop import workshop


def prove(theorem: str, *, seconds: float | None = None, config: ProveConfig | None = None) -> Attempt:
    """Attempt one theorem, given as Lean text (`theorem NAME binders : type`, definitions may stand before it).

    `seconds` overrides the budget of `config`. Sets the engine up on first use. Raises StatementRefused if Lean does not accept
    the text, ValueError if it does not hold exactly one theorem, EnvError if the machinery is broken.
    """
    config = config or ProveConfig()
    if seconds is not None:
        config = replace(config, budget=replace(config.budget, seconds=seconds))
    result: list[Attempt | BaseException] = []

    def run() -> None:
        try:
            result.append(asyncio.run(_prove(theorem, config)))
        except BaseException as error:  # noqa: BLE001 - handed to the caller's thread as it is
            result.append(error)

    thread = threading.Thread(target=run)  # a notebook's own event loop is running in this one
    thread.start()
    thread.join()
    if isinstance(result[0], BaseException):
        raise result[0]
    return result[0]


async def _prove(theorem: str, config: ProveConfig) -> Attempt:
    from lean_env.statement import read_statements

    engine = await asyncio.to_thread(ensure_engine)
    async with workshop(engine, config.workers) as shop:
        async with shop.pool.lease() as session:
            found = await read_statements(session, theorem)
        if isinstance(found, NotElaborated):
            raise StatementRefused(found)
        if len(found) != 1:
            raise ValueError(f"expected one theorem, found {len(found)}")
        return await prove_statement(
            found[0].statement, pool=shop.pool, checker=shop.checker, policy=SymbolicPolicy(), config=config, clock=time.monotonic
        )
