"""Tactics per second through `EmbeddedSession.step`, over the raw worker's own loop on the same batches.

    python benchmarks/step_throughput.py [--rounds 12]

Both sides are warm processes that take turns, a round at a time, so that load on the machine hits both; a round is every
batch once, and each side frees the states of a round at its end. The raw side (raw_steps.mjs) runs the loop in the worker's
process, with the same limits and watchdog, and its time does not include the pipe. The target is a ratio of at least 0.9. On a busy
machine look at the best rounds: load can only slow a round down.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from measuring import engine_to_measure

from lean_env.embedded.engine import WORKER, Engine
from lean_env.embedded.session import EmbeddedSession
from lean_env.messages import Advanced, Opened, TacticCall
from lean_env.process import WorkerProcess
from lean_env.toolchain import node_command

TARGET = 0.9
WARM_UP_ROUNDS = 8
HEARTBEATS, SOFT_MS = 400, 3000
CHEAP = ("rfl", "constructor", "intro x", "exact h", "assumption", "symm", "subst h", "exact absurd h (by simp)")
USUAL = ("rfl", "simp", "simp_all", "omega", "grind", "constructor", "rw [h]", "induction a")
Mix = dict[str, tuple[str, ...]]  # theorem -> the batch that is tried on it
MIXES: dict[str, Mix] = {
    "cheap tactics": {
        "theorem t (a b : ℕ) (h : a = b) : b = a": CHEAP,
        "theorem t (p q : Prop) (h : p ∧ q) : q ∧ p": CHEAP,
        "theorem t (f : ℕ → ℕ) (h : ∀ x, f x = x) : ∀ x, f (f x) = x": CHEAP,
    },
    "what a search tries": {
        "theorem t (a b c : ℕ) (h : a = b) : a + c = c + b": USUAL,
        "theorem t (a b : ℕ) (h : a < b) : a * a < b * b": USUAL,
        "theorem t (a : ℤ) (h : a % 2 = 1) : a * a % 4 = 1": USUAL,
    },
}


@dataclass(frozen=True, slots=True)
class Round:
    """One round of one side."""

    seconds: float
    steps: int
    advanced: int


class ThroughSession:
    """The batches through the product's own session."""

    def __init__(self, session: EmbeddedSession) -> None:
        self._session = session
        self._states: dict[str, int] = {}

    async def run(self, mix: Mix) -> Round:
        """Every batch once."""
        for signature in mix.keys() - self._states.keys():
            opened = await self._session.open(signature)
            assert isinstance(opened, Opened), opened
            self._states[signature] = opened.part.state
        began, made, steps, advanced = perf_counter(), list[int](), 0, 0
        for signature, tactics in mix.items():
            calls = [TacticCall(tactic, HEARTBEATS, SOFT_MS) for tactic in tactics]
            for result in await self._session.step(self._states[signature], calls):
                steps += 1
                if isinstance(result, Advanced):
                    advanced += 1
                    made.extend((result.state, *(part.state for part in result.parts)))
        await self._session.free(made)
        return Round(perf_counter() - began, steps, advanced)


class Raw:
    """The batches in the worker's own process."""

    def __init__(self, process: WorkerProcess) -> None:
        self._process = process

    @classmethod
    async def start(cls, engine: Engine) -> Raw:
        """Start the raw loop's process."""
        script = Path(__file__).with_name("raw_steps.mjs")
        command = node_command(script, str(engine.folder), str(WORKER), node=engine.node)
        return cls(await WorkerProcess.start(command, ready_timeout_s=60.0))

    async def run(self, mix: Mix) -> Round:
        """Every batch once."""
        theorems = [
            {"signature": signature, "tactics": [{"text": text, "heartbeats": HEARTBEATS, "soft_ms": SOFT_MS} for text in tactics]}
            for signature, tactics in mix.items()
        ]
        reply = json.loads(await self._process.request(json.dumps({"theorems": theorems, "rounds": 1}).encode(), timeout_s=120.0))
        return Round(reply["ms"] / 1000, reply["steps"], reply["advanced"])

    async def close(self) -> None:
        """End the process."""
        await self._process.close()


async def compare(engine: Engine, mix: Mix, rounds: int) -> tuple[list[Round], list[Round]]:
    """Rounds through the session and raw, in turns; those of the warm-up are left out."""
    session, raw = await EmbeddedSession.start(engine), await Raw.start(engine)
    through, pairs = ThroughSession(session), list[tuple[Round, Round]]()
    try:
        for number in range(WARM_UP_ROUNDS + rounds):
            sides = (through, raw) if number % 2 else (raw, through)  # neither is always first
            rounds_of = {side: await side.run(mix) for side in sides}
            assert rounds_of[through].advanced == rounds_of[raw].advanced, "the two sides did different work"
            pairs.append((rounds_of[through], rounds_of[raw]))
    finally:
        await asyncio.gather(session.close(), raw.close())
    return [pair[0] for pair in pairs[WARM_UP_ROUNDS:]], [pair[1] for pair in pairs[WARM_UP_ROUNDS:]]


def main() -> None:
    """Print throughput of both sides and their ratio, for each mix of tactics."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=12, help="measured rounds of each mix and side (default 12)")
    rounds = parser.parse_args().rounds
    engine = engine_to_measure()
    for name, mix in MIXES.items():
        ours, raw = asyncio.run(compare(engine, mix, rounds))
        per_second = [each.steps / each.seconds for each in ours]
        raw_per_second = [each.steps / each.seconds for each in raw]
        ratios = [mine / other for mine, other in zip(per_second, raw_per_second, strict=True)]
        print(f"{name}: {rounds} rounds of {ours[0].steps} tactics in batches of 8, of which {ours[0].advanced} advance")
        print(f"  through the session {statistics.median(per_second):7.0f} tactics/s, best round {max(per_second):7.0f}")
        print(f"  raw loop            {statistics.median(raw_per_second):7.0f} tactics/s, best round {max(raw_per_second):7.0f}")
        best = max(per_second) / max(raw_per_second)
        print(f"  ratio {statistics.median(ratios):.2f}, of the best rounds {best:.2f} (target {TARGET} or more)", flush=True)


if __name__ == "__main__":
    main()
