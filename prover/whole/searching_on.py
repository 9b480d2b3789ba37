"""Whole proofs feed the tree: what their failing ones do right is offered to a search, which has what is left of the budget.

Owns how one budget is spent by both. The result counts everything that was spent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace

from lean_env.checker import Checker
from lean_env.errors import WorkerLost
from lean_env.pool import SessionPool
from lean_env.statement import Statement
from prover.attempt import Attempt, Effort
from prover.config import ProveConfig
from prover.lane import Lane, Side
from prover.policy import Policy
from prover.proving import Progress, prove_statement
from prover.whole.resuming import Seeded, Seeds, goals_on_the_way
from search.budget import Budget

LEAST_S = 1.0  # with less time than this left, a search is not begun


async def search_on(
    statement: Statement,
    before: Attempt,
    proofs: Sequence[tuple[str, ...]],
    *,
    pool: SessionPool,
    checker: Checker,
    policy: Policy,
    config: ProveConfig,
    clock: Callable[[], float],
    watch: Callable[[Progress], None] | None = None,
    observe: Callable[[tuple[Side, ...]], None] = lambda _: None,
) -> Attempt:
    """Go on with a search after whole proofs that came to nothing (`before`), whose working parts are `proofs`.

    `config.budget` is of both together; if nothing is left of it, `before` is the result. Raises what a search raises.
    """
    budget = left_of(config.budget, before.effort)
    if budget is None:
        return before
    begun = clock()
    seeds = await _seeds(statement, proofs, pool, config)
    if budget.seconds:
        budget = replace(budget, seconds=max(LEAST_S, budget.seconds - (clock() - begun)))
    after = await prove_statement(
        statement,
        pool=pool,
        checker=checker,
        policy=Seeded(policy, seeds),
        config=replace(config, budget=budget),
        clock=clock,
        watch=watch,
        observe=observe,
    )
    return replace(after, effort=added(before.effort, after.effort))


def left_of(budget: Budget, spent: Effort) -> Budget | None:
    """What is left of a budget; None if one of its limits is reached. A limit that is not there stays so."""
    seconds, steps = budget.seconds - spent.seconds, budget.steps - spent.steps
    expansions = budget.expansions - spent.expansions
    if (budget.seconds and seconds < LEAST_S) or (budget.steps and steps < 1) or (budget.expansions and expansions < 1):
        return None
    return Budget(
        expansions=expansions if budget.expansions else 0,
        steps=steps if budget.steps else 0,
        seconds=seconds if budget.seconds else 0.0,
    )


def added(one: Effort, other: Effort) -> Effort:
    """Both together."""
    return Effort(**{field.name: getattr(one, field.name) + getattr(other, field.name) for field in fields(Effort)})


async def _seeds(statement: Statement, proofs: Sequence[tuple[str, ...]], pool: SessionPool, config: ProveConfig) -> Seeds:
    """What the proofs do, by goal. A worker that is lost over it takes the seeds with it, not the attempt."""
    if not proofs:
        return {}
    try:
        async with pool.lease() as session:
            lane = Lane(session)
            try:
                root = await lane.open(statement)
                return await goals_on_the_way(session, root, proofs, heartbeats=config.heartbeats, soft_ms=config.soft_ms)
            finally:
                await lane.release()
    except WorkerLost:
        return {}
