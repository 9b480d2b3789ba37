"""What a second Lean worker brings: tactics per second with two workers over one, on the same problems at the same step budget.

    python benchmarks/two_workers.py [--steps 32] [--rounds 2]

The problems are beyond the policy, so that every attempt spends its budget. There are two ways to use two workers: both on one
search, and one on each of two searches, which here go through all problems at the same time. The three set-ups take turns within
a round. With two free cores the target is at least 1.8; on a busy machine the number says how busy.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
from time import perf_counter

from measuring import engine_to_measure

from lean_env.embedded.engine import Engine
from lean_env.reading import Reading, read_text
from lean_env.statement import Statement
from prover.config import ProveConfig
from prover.proving import prove_statement
from prover.symbolic import SymbolicPolicy
from prover.workshop import Workshop, workshop
from search.budget import Budget

TARGET = 1.8
HARD = (
    "theorem a (p q : ℕ) (hp : 1 < p) (h : p * p + 5 = q * q * q) : p * q < 10000",
    "theorem b (f : ℕ → ℕ) (h : ∀ x y, f (x + f y) = f x + y) : ∀ x, f (f x) = x",
    "theorem c (x y z : ℤ) (h : x^3 + y^3 = 3 * z^3) (k : x ≠ y) : x * y * z = 0 ∨ z % 9 ≠ 4",
)


async def read(shop: Workshop, texts: tuple[str, ...]) -> list[Statement]:
    """The problems as statements."""
    async with shop.pool.lease() as session:
        readings = [await read_text(session, text) for text in texts]
    return [reading.listings[0].statement for reading in readings if isinstance(reading, Reading)]


async def attempt(shop: Workshop, statement: Statement, steps: int, workers: int) -> int:
    """One attempt; how many tactics it ran."""
    config = ProveConfig(budget=Budget(steps=steps), workers=workers)
    done = await prove_statement(
        statement, pool=shop.pool, checker=shop.checker, policy=SymbolicPolicy(), config=config, clock=perf_counter
    )
    return done.effort.steps


async def rate(shop: Workshop, statements: list[Statement], steps: int, *, at_once: int, workers: int) -> float:
    """Tactics per second of `at_once` runs through all problems, with `workers` each."""

    async def go_through() -> int:
        return sum([await attempt(shop, statement, steps, workers) for statement in statements])

    began = perf_counter()
    ran = await asyncio.gather(*(go_through() for _ in range(at_once)))
    return sum(ran) / (perf_counter() - began)


async def measure(engine: Engine, steps: int, rounds: int) -> None:
    """Print the three rates and the two ratios."""
    rates: dict[str, list[float]] = {"one worker": [], "two workers, one search": [], "two workers, two searches": []}
    async with workshop(engine, 2) as shop:
        statements = await read(shop, HARD)
        assert len(statements) == len(HARD)
        for number in range(1 + rounds):
            found = (
                await rate(shop, statements, steps, at_once=1, workers=1),
                await rate(shop, statements, steps, at_once=1, workers=2),
                await rate(shop, statements, steps, at_once=2, workers=1),
            )
            if number:  # the first one warms both workers up
                for samples, value in zip(rates.values(), found, strict=True):
                    samples.append(value)
    one = rates["one worker"]
    for name, samples in rates.items():
        ratios = [value / single for value, single in zip(samples, one, strict=True)]
        print(f"{name:26} {statistics.median(samples):6.0f} tactics/s, over one worker {statistics.median(ratios):.2f}")
    print(f"(target with two free cores: at least {TARGET})")


def main() -> None:
    """Measure with the options given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=32, help="tactics per attempt (default 32)")
    parser.add_argument("--rounds", type=int, default=2, help="measured rounds (default 2)")
    options = parser.parse_args()
    asyncio.run(measure(engine_to_measure(), options.steps, options.rounds))


if __name__ == "__main__":
    main()
