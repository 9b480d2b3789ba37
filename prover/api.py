"""Entail from Python: one call that does everything, also inside a notebook."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import replace

from lean_env.embedded.install import ensure_engine
from lean_env.reading import read_text
from prover.attempt import Attempt
from prover.config import ProveConfig
from prover.lane import StatementRefused
from prover.method_choice import MethodChoice
from prover.methods import opened_method
from prover.targets import BadInput, Target, theorems_of, to_prove
from prover.workshop import workshop

PLACE = "the text"


def prove(
    theorem: str, *, seconds: float | None = None, config: ProveConfig | None = None, method: MethodChoice | None = None
) -> Attempt:
    """Attempt one theorem, given as Lean text (`theorem NAME binders : type`, definitions may stand before it).

    `seconds` overrides the budget of `config` (0 = no limit); `method` is a search by symbolic moves unless it names a model. Sets
    the engine up on first use. Raises ValueError, with Lean's messages, if the text cannot be read or does not hold exactly one
    theorem to prove; EnvError if the machinery is broken.
    """
    config = config or ProveConfig()
    if seconds is not None:
        config = replace(config, budget=replace(config.budget, seconds=seconds))
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(_prove(theorem, config, method or MethodChoice()))
    return _prove_beside(theorem, config, method or MethodChoice())


def _prove_beside(theorem: str, config: ProveConfig, method: MethodChoice) -> Attempt:
    """The same in a thread, because this one has a running loop, as a notebook's has. An interrupt here ends the work there."""
    result: list[Attempt | BaseException] = []
    started = threading.Event()
    running: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[Attempt]]] = []

    async def cancellable() -> Attempt:
        task = asyncio.create_task(_prove(theorem, config, method))
        running.append((asyncio.get_running_loop(), task))
        started.set()
        return await task

    def run() -> None:
        try:
            result.append(asyncio.run(cancellable()))
        except BaseException as error:  # noqa: BLE001 - handed to the caller's thread as it is
            result.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        thread.join()
    except BaseException:
        started.wait()
        for loop, task in running:
            loop.call_soon_threadsafe(task.cancel)
        thread.join()
        raise
    if isinstance(result[0], BaseException):
        raise result[0]
    return result[0]


async def _prove(theorem: str, config: ProveConfig, choice: MethodChoice) -> Attempt:
    engine = await asyncio.to_thread(ensure_engine)
    async with workshop(engine, config.workers) as shop, opened_method(choice, config) as method:
        async with shop.pool.lease() as session:
            reading = await read_text(session, theorem)
        try:
            target = Target(theorem, PLACE)
            listings = to_prove(theorems_of(reading, target), target)
        except BadInput as bad:
            raise ValueError("\n".join([str(bad), *(message.data for message in bad.messages)])) from bad
        if len(listings) != 1:
            raise ValueError(f"expected one theorem to prove, found {len(listings)}")
        try:
            return await method.attempt(
                listings[0].statement, pool=shop.pool, checker=shop.checker, config=config, clock=time.monotonic
            )
        except StatementRefused as refusal:
            raise ValueError(str(refusal)) from refusal
