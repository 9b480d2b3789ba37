"""Memory of Lean workers: resident and proportional set size, alone and several at once.

    python benchmarks/memory.py [--workers 4] [--steps 200]

RSS counts pages that workers share in each of them; PSS divides them, so the PSS of all workers is what a machine needs.
The budget is 600 MiB of RSS per worker. Needs Linux's /proc.
"""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import dataclass
from pathlib import Path

from measuring import engine_to_measure

from lean_env.embedded.engine import Engine
from lean_env.embedded.session import EmbeddedSession
from lean_env.messages import Advanced, Opened, TacticCall

BUDGET_MIB = 600
SIGNATURES = (
    "theorem t (a b c : ℕ) (h : a < b) (k : b < c) : a + 1 ≤ c + 7",
    "theorem t (x y : ℤ) (h : x * y = 6) (k : x + y = 5) : x^2 + y^2 = 13",
    "theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q",
    "theorem t (n : ℕ) : 3 ∣ n^3 + 2*n",
)
TACTICS = ("omega", "simp", "grind", "decide", "constructor", "simp_all", "rfl", "assumption", "exact ⟨hp, hq⟩", "skip")


@dataclass(frozen=True, slots=True)
class Memory:
    """One process, in MiB; `private_mib` is what it shares with nobody."""

    rss_mib: float
    pss_mib: float
    private_mib: float


def memory_of(pid: int) -> Memory:
    """What the kernel says of a process."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    kib = {line.split(":")[0]: int(line.split()[1]) for line in rollup.splitlines()[1:]}
    return Memory(kib["Rss"] / 1024, kib["Pss"] / 1024, (kib["Private_Clean"] + kib["Private_Dirty"]) / 1024)


def show(name: str, memories: list[Memory]) -> None:
    """One line: the largest RSS, and the sums."""
    rss = max(memory.rss_mib for memory in memories)
    pss, private = sum(memory.pss_mib for memory in memories), sum(memory.private_mib for memory in memories)
    print(f"{name:34} {rss:8.0f} {pss:8.0f} {pss / len(memories):11.0f} {private / len(memories):15.0f}", flush=True)


async def work(session: EmbeddedSession, steps: int) -> None:
    """Run tactics of many kinds, keeping their states as a search does."""
    opened = [await session.open(signature) for signature in SIGNATURES]
    states = [each.part.state for each in opened if isinstance(each, Opened)]
    done, batch = 0, 0
    while done < steps:
        calls = [TacticCall(tactic, 400, 2000) for tactic in TACTICS]
        results = await session.step(states[batch % len(states)], calls)
        done, batch = done + len(results), batch + 1
        if batch % 10 == 0:  # a search forgets what it has closed
            await session.free([result.state for result in results if isinstance(result, Advanced)])


async def measure(engine: Engine, workers: int, steps: int) -> float:
    """Print the table; returns the RSS of one worker after its work."""
    print(f"\n{'':34} {'max RSS':>8} {'sum PSS':>8} {'PSS/worker':>11} {'private/worker':>15}   MiB")
    sessions: list[EmbeddedSession] = []
    rss_mib = 0.0
    try:
        for count in range(1, workers + 1):
            sessions.append(await EmbeddedSession.start(engine))
            show(f"{count} ready", [memory_of(session.pid) for session in sessions])
        await work(sessions[0], steps)
        alone = memory_of(sessions[0].pid)
        rss_mib = alone.rss_mib
        show(f"the first after {steps} tactics", [alone])
        await asyncio.gather(*(work(session, steps) for session in sessions[1:]))
        show(f"all {workers} after {steps} tactics each", [memory_of(session.pid) for session in sessions])
        await work(sessions[0], steps)
        show(f"the first after {2 * steps} tactics", [memory_of(sessions[0].pid)])
        stats = await sessions[0].stats()
        print(f"its wasm heap: {stats.heap_mib:.0f} MiB, live states: {stats.states}")
    finally:
        await asyncio.gather(*(session.close() for session in sessions))
    return rss_mib


def main() -> None:
    """Print memory at rest and after work, for one worker and for all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=4, help="workers at once (default 4)")
    parser.add_argument("--steps", type=int, default=200, help="tactics that each worker runs (default 200)")
    options = parser.parse_args()
    if not Path("/proc/self/smaps_rollup").exists():
        print("skipped: this system has no /proc/PID/smaps_rollup")
        return
    rss_mib = asyncio.run(measure(engine_to_measure(), options.workers, options.steps))
    print(f"one worker at work, of the budget of {BUDGET_MIB} MiB: {rss_mib / BUDGET_MIB:.0%}")


if __name__ == "__main__":
    main()
