"""What a second hand brings, and what Ray costs: the same attempts by 1 and 2 hands, in this process and in actors of a local Ray.

    python benchmarks/run_scaling.py [--attempts 4] [--steps 12] [--rounds 1] [--no-ray]

The problems are MiniF2F's; some are beyond the step budget. Every set-up makes all attempts, each in a folder of its own, by the
code of `entail bench`. The hands are hired before the clock starts, and each has made one attempt by then: what it costs to start
Ray, actors and Lean workers is printed apart. The set-ups take turns within a round. With two free cores the targets are 1.8 for
the second hand and 0.9 for Ray; on a busy machine the numbers say how busy.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import os
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from measuring import engine_to_measure

from lean_env.embedded.engine import Engine
from prover.attempt import Outcome
from prover.config import ProveConfig
from prover.crew import Crew, Hand, Job
from prover.local_crew import LocalCrew
from prover.problems import Problem, ProblemSet
from prover.records import AttemptRecord, StartRecord
from prover.run_config import RunConfig
from prover.run_folder import open_run
from prover.runs import Run
from search.budget import Budget

TARGET_SECOND_HAND, TARGET_RAY = 1.8, 0.9
ASKED, QUESTIONS = 600, 200  # to measure round trips: in all, and at once
STATEMENTS = (  # the long ones first: what is left at the end is short
    "theorem imo_1990_p3 (n : ℕ) (h₀ : 2 ≤ n) (h₁ : n ^ 2 ∣ 2 ^ n + 1) : n = 3",
    "theorem imo_1993_p5 : ∃ f : ℕ → ℕ, f 1 = 2 ∧ ∀ n, f (f n) = f n + n ∧ ∀ n, f n < f (n + 1)",
    "theorem imo_1987_p4 (f : ℕ → ℕ) : ∃ n, f (f n) ≠ n + 1987",
    "theorem mathd_numbertheory_640 : (91145 + 91146 + 91147 + 91148) % 4 = 2",
    "theorem mathd_numbertheory_188 : Nat.gcd 180 168 = 12",
    "theorem mathd_numbertheory_458 (n : ℕ) (h₀ : n % 8 = 7) : n % 4 = 3",
    "theorem mathd_numbertheory_92 (n : ℕ) (h₀ : 5 * n % 17 = 8) : n % 17 = 5",
    "theorem mathd_numbertheory_269 : (2005 ^ 2 + 2005 ^ 0 + 2005 ^ 0 + 2005 ^ 5) % 100 = 52",
    "theorem mathd_numbertheory_37 : Nat.lcm 9999 100001 = 90900909",
    "theorem mathd_numbertheory_236 : 1999 ^ 2000 % 5 = 1",
    "theorem mathd_numbertheory_30 : (33818 ^ 2 + 33819 ^ 2 + 33820 ^ 2 + 33821 ^ 2 + 33822 ^ 2) % 17 = 0",
    "theorem mathd_algebra_15 (s : ℕ → ℕ → ℕ) (h₀ : ∀ a b, 0 < a ∧ 0 < b → s a b = a ^ (b : ℕ) + b ^ (a : ℕ)) : s 2 6 = 100",
)
PROBLEMS = ProblemSet(
    "minif2f", "excerpt", tuple(Problem(text.split()[1], f"{text} := by\n  sorry", category="minif2f") for text in STATEMENTS)
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One run. `rate` in attempts per second; `driver` is this process's CPU time over the wall clock; `proved` are keys."""

    rate: float
    steps_rate: float
    driver: float
    driver_ms: float
    proved: frozenset[str]


class HiredBefore:
    """A crew whose hands are there already. Ending a run leaves them at work for the next one."""

    def __init__(self, crew: Crew, hands: list[Hand]) -> None:
        """`hands` of `crew`, as many as runs through this may use."""
        self.size, self.ahead = len(hands), crew.ahead
        self._free = [_Kept(hand) for hand in hands]

    async def hire(self) -> Hand:
        """The next one. A lost hand is not replaced: the benchmark has to be quiet, not robust."""
        return self._free.pop()

    async def close(self) -> None:
        """Whoever hired the hands ends them."""


class _Kept:
    """A hand that is not closed by the run that used it."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand
        self.name, self.read, self.attempt = hand.name, hand.read, hand.attempt
        self.withdraw, self.check_alive = hand.withdraw, hand.check_alive

    async def close(self) -> None:
        """Nothing: there is a next run."""


def config_of(attempts: int, steps: int) -> RunConfig:
    """Budgets in steps alone, so that every set-up makes the same attempts."""
    prove = ProveConfig(Budget(steps=steps), workers=1)
    return RunConfig(
        PROBLEMS.dataset,
        PROBLEMS.lineage,
        "",
        len(PROBLEMS.problems),
        PROBLEMS.digest,
        attempts=attempts,
        temperature=0.5 if attempts > 1 else 0.0,
        tree_nodes=0,
        prove=prove,
    )


async def sample(crew: Crew, hands: list[Hand], config: RunConfig) -> Sample:
    """One whole run by these hands; Lean reads the problems before the clock starts."""
    with tempfile.TemporaryDirectory() as place:
        with open_run(Path(place), config) as folder:
            folder.problems.append([await hands[0].read(problem) for problem in PROBLEMS.problems])
        with open_run(Path(place), config) as folder:
            run = Run(folder, PROBLEMS, config, HiredBefore(crew, hands), clock=time.monotonic, controls=())
            cpu, began = time.process_time(), time.perf_counter()
            await run.go(StartRecord("", facts={}))
            wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        with open_run(Path(place), config) as folder:
            records = [each for each in folder.records.records if isinstance(each, AttemptRecord)]
    made = len(records)
    assert made == len(STATEMENTS) * config.attempts, "an attempt has no record"
    proved = frozenset(each.key for each in records if each.outcome is Outcome.PROVED)
    steps = sum(each.effort.steps for each in records)
    return Sample(made / wall, steps / wall, cpu / wall, cpu / made * 1e3, proved)


async def warm(hands: list[Hand]) -> None:
    """One attempt by each, at the same time."""
    record = await hands[0].read(PROBLEMS.problems[-1])
    assert record.statement is not None, record.reason
    statement = record.statement
    await asyncio.gather(*(hand.attempt(Job(f"warm#{n}", statement.name, 1, n, statement)) for n, hand in enumerate(hands)))


@asynccontextmanager
async def two_hands(crew: Crew) -> AsyncGenerator[list[Hand]]:
    """Two hands of a crew, warm, ended with the body; prints what it took to have them."""
    began = time.perf_counter()
    hands = list(await asyncio.gather(crew.hire(), crew.hire()))
    hired_s = time.perf_counter() - began
    try:
        await warm(hands)
        print(
            f"{type(crew).__name__:10} two hands hired in {hired_s:.1f} s, warm after {time.perf_counter() - began:.1f} s",
            flush=True,
        )
        yield hands
    finally:
        await asyncio.gather(*(hand.close() for hand in hands))


async def questions(hands: list[Hand]) -> None:
    """Print what asking a hand whether it lives costs: every message costs that, whatever is in it."""
    for name, at_once in (("one after the other", 1), (f"{QUESTIONS} at once", QUESTIONS)):
        cpu, began = time.process_time(), time.perf_counter()
        for _ in range(ASKED // at_once):
            await asyncio.gather(*(hands[0].check_alive() for _ in range(at_once)))
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        print(f"round trips to an actor, {name}: {wall / ASKED * 1e3:.1f} ms, {cpu / ASKED * 1e3:.2f} ms of the driver's CPU each")


async def measure(engine: Engine, options: argparse.Namespace) -> None:
    """All set-ups in turn, then the ratios."""
    config = config_of(options.attempts, options.steps)
    local = LocalCrew(engine, config, 2)
    try:
        async with two_hands(local) as here:
            if options.no_ray:
                await compare({"local": (local, here)}, config, options.rounds)
                return
            from prover.ray_crew import ray_crew

            began = time.perf_counter()
            async with ray_crew(config, "local", size=2) as (crew, _):
                print(f"Ray started in {time.perf_counter() - began:.1f} s")
                async with two_hands(crew) as there:
                    await questions(there)
                    await compare({"local": (local, here), "Ray": (crew, there)}, config, options.rounds)
    finally:
        await local.close()


async def compare(crews: dict[str, tuple[Crew, list[Hand]]], config: RunConfig, rounds: int) -> None:
    """Print rates and ratios of 1 and 2 hands of each crew; raises AssertionError if they did not prove the same."""
    samples: dict[tuple[str, int], list[Sample]] = {}
    for _ in range(rounds):
        for count in (1, 2):
            for name, (crew, hands) in crews.items():
                samples.setdefault((name, count), []).append(await sample(crew, hands[:count], config))
    print(f"{'':14}{'attempts/s':>11}{'tactics/s':>11}{'driver CPU':>12}{'per attempt':>13}")
    for (name, count), found in samples.items():
        rate, steps, driver, each_ms = (
            statistics.median(getattr(each, column) for each in found) for column in ("rate", "steps_rate", "driver", "driver_ms")
        )
        print(f"{name:6}{count} hand{'s' if count > 1 else ' '}  {rate:11.2f}{steps:11.1f}{driver:12.1%}{each_ms:10.1f} ms")
    for name in crews:
        print(
            f"second hand, {name}: {ratio(samples[name, 2], samples[name, 1]):.2f} (target on two free cores: {TARGET_SECOND_HAND})"
        )
    if "Ray" in crews:
        over = ", ".join(f"{ratio(samples['Ray', count], samples['local', count]):.2f} with {count}" for count in (1, 2))
        print(f"Ray over local: {over} (target {TARGET_RAY})")
    busy = statistics.median(each.driver for each in samples["local", 1])
    print(f"one process can feed about {1 / busy:.0f} local hands before its one core is full")
    everything = [each for found in samples.values() for each in found]
    assert len({each.proved for each in everything}) == 1, "the set-ups did not prove the same"
    attempts = len(STATEMENTS) * config.attempts
    print(f"all {len(everything)} runs proved the same {len(everything[0].proved)} of {attempts} attempts")
    print("load " + " ".join(f"{value:.1f}" for value in os.getloadavg()))


def ratio(above: list[Sample], below: list[Sample]) -> float:
    """The median ratio of attempts per second, round by round."""
    return statistics.median(over.rate / under.rate for over, under in zip(above, below, strict=True))


def main() -> None:
    """Measure with the options given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--attempts", type=int, default=4, help="at each of the 12 problems (default 4)")
    parser.add_argument("--steps", type=int, default=12, help="tactics per attempt (default 12)")
    parser.add_argument("--rounds", type=int, default=1, help="of all set-ups (default 1)")
    parser.add_argument("--no-ray", action="store_true", help="local hands alone")
    options = parser.parse_args()
    if not options.no_ray and importlib.util.find_spec("ray") is None:
        print("Ray is not installed: local hands alone")
        options.no_ray = True
    asyncio.run(measure(engine_to_measure(), options))


if __name__ == "__main__":
    main()
