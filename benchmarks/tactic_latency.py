"""Milliseconds per tactic by kind, through a session: the first call of a fresh worker, and the steady state.

    python benchmarks/tactic_latency.py [--repeats 40]

Each kind gets a worker of its own, so "first" is what a new worker pays for code that has not run yet. Both include the way
through the pipe, the rendering of the goals that are left and the freeing of the states; `skip` is nothing but that.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
from dataclasses import dataclass
from time import perf_counter

from measuring import engine_to_measure

from lean_env.embedded.engine import Engine
from lean_env.embedded.session import EmbeddedSession
from lean_env.messages import Advanced, Limit, Opened, StepResult, TacticCall


@dataclass(frozen=True, slots=True)
class Kind:
    """A tactic on a theorem, and what has to come of it."""

    name: str
    signature: str
    tactic: str
    outcome: str  # "closed", "open" or "refused"


KINDS = (
    Kind("skip", "theorem t (a b : ℕ) (h : a = b) : b = a", "skip", "open"),
    Kind("rfl", "theorem t : 12 * 12 = 144", "rfl", "closed"),
    Kind("exact", "theorem t (a b : ℕ) (h : a = b) : b = a", "exact h.symm", "closed"),
    Kind("intro", "theorem t : ∀ a b : ℕ, a = b → b = a", "intro a b h", "open"),
    Kind("constructor", "theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q", "constructor", "open"),
    Kind("rw", "theorem t (a b c : ℕ) (h : a = b) : a + c = b + c", "rw [h]", "closed"),
    Kind("induction", "theorem t (n : ℕ) : 0 + n = n", "induction n", "open"),
    Kind("have by omega", "theorem t (a b : ℕ) (h : a < b) : a ≤ b", "have k : a + 1 ≤ b := by omega", "open"),
    Kind("omega", "theorem t (a b c : ℕ) (h : a < b) (k : b < c) : a + 1 ≤ c + 7", "omega", "closed"),
    Kind("simp", "theorem t (xs ys : List ℕ) : (xs ++ ys).length = ys.length + xs.length", "simp [Nat.add_comm]", "closed"),
    Kind("decide", "theorem t : ∀ n : Fin 12, n.val * n.val < 145", "decide", "closed"),
    Kind("grind", "theorem t (x y : ℤ) (h : x * y = 6) (k : x + y = 5) : x^2 + y^2 = 13", "grind", "closed"),
    Kind("nonsense", "theorem t (a b : ℕ) : a = b", "nonsense a", "refused"),
    Kind("exact, failing", "theorem t (a b : ℕ) (h : a = b) : b = a", "exact h", "refused"),
    Kind("omega, failing", "theorem t (a b : ℕ) (h : a < b) : b < a", "omega", "refused"),
    Kind("simp, failing", "theorem t (a b : ℕ) (h : a < b) : b < a", "simp", "refused"),
    Kind("grind, failing", "theorem t (a b : ℕ) (h : a < b) : b < a", "grind", "refused"),
)


def outcome_of(result: StepResult) -> str:
    """In one word."""
    if isinstance(result, Advanced):
        return "open" if result.parts else "closed"
    return "limit" if isinstance(result, Limit) else "refused"


async def measure(engine: Engine, kind: Kind, repeats: int) -> tuple[float, list[float]]:
    """Milliseconds of the first call in a new worker and of `repeats` later ones."""
    session = await EmbeddedSession.start(engine)
    try:
        opened = await session.open(kind.signature)
        assert isinstance(opened, Opened), opened
        samples: list[float] = []
        for _ in range(1 + 2 * repeats):  # the first half of the later ones warms up
            began = perf_counter()
            [result] = await session.step(opened.part.state, [TacticCall(kind.tactic, 0, 0)])
            if isinstance(result, Advanced):
                await session.free([result.state, *(part.state for part in result.parts)])
            samples.append(1000 * (perf_counter() - began))
            assert outcome_of(result) == kind.outcome, (kind, result)
        return samples[0], samples[1 + repeats :]
    finally:
        await session.close()


def main() -> None:
    """Print one line per kind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=40, help="steady calls of each kind (default 40)")
    repeats = parser.parse_args().repeats
    engine = engine_to_measure()
    print(f"\n{'tactic':16} {'result':8} {'first, ms':>10} {'steady, ms':>11} {'9 of 10 under':>14} {'first/steady':>13}")
    for kind in KINDS:
        first, steady = asyncio.run(measure(engine, kind, repeats))
        median, high = statistics.median(steady), statistics.quantiles(steady, n=10)[-1]
        print(f"{kind.name:16} {kind.outcome:8} {first:10.1f} {median:11.2f} {high:14.2f} {first / median:12.0f}x", flush=True)


if __name__ == "__main__":
    main()
