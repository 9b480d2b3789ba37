"""The share of time in which the model has nothing to do, while many searches ask it and work with Lean on what it says.

The search, its lookahead and the waiting room in front of the model are the real ones. Simulated are Lean, whose expansions take
recorded times and make an endless tree, and the model, a call of which takes t0 + t1 * goals. Nothing computes in either, they
sleep; so the driver's own Python is what disturbs them, as it would. There are as many Lean workers as searches.

    python -m benchmarks.policy_idle [--seconds 8] [--searches 1,8,64] [--lookahead 0,2] [--t0-ms 150] [--t1-ms 20] [--virtual]

What is idle depends on who is the bottleneck: beside each share stands what Lean's workers alone could expand, against what the
model could answer. Lean's times hold for one core per worker. `--virtual` lets time jump to the next event: Python costs nothing.

t0 and t1 are reckoned, not measured, for a 7B model in bfloat16 on an H200 that writes 8 tactics of 32 tokens for a goal of 300:
each of the 32 steps reads 13.5 GB of weights at 60 % of 4.8 TB/s = 4.7 ms, 150 ms together, however many goals; each goal costs
2 * 6.7e9 operations for each of its 300 + 8 * 32 tokens at 40 % of 989 TFLOP/s = 19 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import selectors
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.measuring import machine
from lean_env.messages import Advanced, Part, Refused, StepResult, TacticCall
from lean_env.session import Session
from lean_env.statement import Statement
from prover.batching import Batching
from prover.config import ProveConfig
from prover.policy import Candidate, Situation
from prover.proving import prove_statement
from search.budget import Budget
from tests.fakes.scripted_lean import Lean, goal_of
from tests.fakes.scripted_session import ScriptedSession, Shop

AIM = 0.10
AT = 64  # searches at which it is to be reached
CANDIDATES = 8

# Whole expansions by the embedded engine: milliseconds, tactics that advanced. Recorded 2026-11-22 from `prove` with one worker
# on 13 statements about numbers, lists and functions, 586 steps in all, on two cores at load 3 to 4: rather too slow than too fast.
# fmt: off
EXPANSIONS = (
    (1694, 0), (568, 1), (67, 1), (108, 1), (63, 1), (488, 1), (322, 3), (1140, 1), (152, 2), (344, 0), (1688, 4), (169, 1),
    (129, 1), (1347, 2), (36, 2), (556, 1), (304, 1), (303, 1), (640, 2), (396, 2), (616, 2), (725, 1), (550, 1), (665, 2),
    (488, 1), (36, 1), (1280, 2), (463, 2), (456, 2), (1081, 1), (756, 1), (562, 2), (1411, 2), (737, 2), (770, 1),
    (683, 1), (1145, 2), (1756, 1), (1409, 0), (204, 5), (854, 3), (1110, 4), (1172, 1), (2371, 0), (194, 3), (236, 1),
    (477, 1), (174, 0), (545, 2), (2684, 0), (253, 1), (371, 2), (646, 2), (2664, 1), (3174, 0), (210, 1), (328, 2),
    (392, 1), (1407, 3), (3208, 0), (398, 1), (2512, 2), (5248, 0), (176, 1), (861, 3), (1858, 4), (332, 2), (178, 1),
    (3599, 5), (3215, 4), (3082, 4), (1550, 4), (16, 1), (601, 2), (383, 1), (1665, 2), (1344, 2), (1103, 1),
)
# fmt: on


@dataclass(slots=True)
class Model:
    """A policy whose calls take the time of a GPU, one at a time. `late_s`: by so much together its answers were picked up late."""

    t0_s: float
    t1_s: float
    clock: Callable[[], float]
    late_s: float = 0.0
    _busy_s: float = 0.0
    _began: float = 0.0
    _takes_s: float = 0.0

    @property
    def busy_s(self) -> float:
        """Seconds of work until now. What an answer is picked up late is none: meanwhile a GPU idles."""
        return self._busy_s + min(self._takes_s, self.clock() - self._began)

    async def suggest(self, situations: Sequence[Situation], count: int) -> list[list[Candidate]]:
        """Distinct tactics for each goal."""
        self._began, self._takes_s = self.clock(), self.t0_s + self.t1_s * len(situations)
        await asyncio.sleep(self._takes_s)
        self._busy_s += self._takes_s
        self.late_s += max(0.0, self.clock() - self._began - self._takes_s)
        self._takes_s = 0.0
        return [[Candidate(f"tactic{n}", -1.0 - n) for n in range(min(count, CANDIDATES))] for _ in situations]


class RecordedLean(ScriptedSession):
    """A worker that sleeps as long as a real one took, and then says that as many tactics advanced as there; no proof ends."""

    def __init__(self, lean: Lean, rng: random.Random, spent: list[float]) -> None:
        super().__init__(lean)
        self._rng, self._spent = rng, spent

    async def step(self, state: int, tactics: Sequence[TacticCall], *, until_closed: bool = False) -> list[StepResult]:
        """As the real one's."""
        del until_closed
        takes_ms, advanced = self._rng.choice(EXPANSIONS)
        await asyncio.sleep(takes_ms / 1000)
        self._spent.append(takes_ms / 1000)
        [goal] = self.states[state]
        kept = set(self._rng.sample(range(len(tactics)), min(advanced, len(tactics))))
        return [self._after(f"{goal}.{call.text[-1]}") if number in kept else Refused("no") for number, call in enumerate(tactics)]

    def _after(self, goal: str) -> Advanced:
        return Advanced((Part(self._state((goal,)), (goal_of(goal),)),))


@dataclass(slots=True)
class RecordedShop(Shop):
    """Workers of that kind; `spent` holds the seconds of each expansion."""

    rng: random.Random = field(default_factory=lambda: random.Random(0))
    spent: list[float] = field(default_factory=list[float])

    async def _start(self) -> Session:
        self.sessions.append(RecordedLean(self.lean, self.rng, self.spent))
        return self.sessions[-1]


class _Jumping(selectors.SelectSelector):
    """Waits for nothing: what a loop would sleep is added to `now`."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout:
            self.now += timeout
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock stands still while anything computes."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Seconds."""
        return self._jumping.now


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: seconds on the clock and of processor time, and what was done in them."""

    wall_s: float
    cpu_s: float
    busy_s: float
    late_s: float
    batches: int
    goals: int
    lean_s: float
    expansions: int

    @property
    def idle(self) -> float:
        """The share of the time in which no call was in the model."""
        return 1 - self.busy_s / self.wall_s


async def measure(searches: int, lookahead: int, args: argparse.Namespace) -> Measured:
    """So many searches side by side for the seconds of the options, after a beginning that is not counted."""
    clock = asyncio.get_running_loop().time
    model = Model(args.t0_ms / 1000, args.t1_ms / 1000, clock)
    batching = Batching(model, most_goals=args.most_goals)
    shop = RecordedShop(Lean({}), searches, rng=random.Random(searches))
    config = ProveConfig(budget=Budget(), workers=1, lookahead=lookahead, candidates=CANDIDATES, negation_share=0)

    async def one(number: int) -> None:
        statement = Statement("t", f"theorem t : S{number}", "", f"S{number}")
        while True:  # where all was tried, the next theorem's turn has come
            await prove_statement(statement, pool=shop.pool, checker=shop.checker, policy=batching, config=config, clock=clock)

    running = [asyncio.create_task(one(number)) for number in range(searches)]

    def now() -> Measured:
        done = (batching.batches, batching.goals, sum(shop.spent), len(shop.spent))
        return Measured(clock(), time.process_time(), model.busy_s, model.late_s, *done)

    await asyncio.sleep(args.warm_up)
    before = now()
    await asyncio.sleep(args.seconds)
    after = now()
    for task in running:
        task.cancel()
    ended = await asyncio.gather(*running, return_exceptions=True)
    assert all(isinstance(each, asyncio.CancelledError) for each in ended), ended
    return Measured(*(getattr(after, name) - getattr(before, name) for name in Measured.__slots__))


def run(searches: int, lookahead: int, args: argparse.Namespace) -> None:
    """Measure one setting and print it."""
    with asyncio.Runner(loop_factory=VirtualLoop if args.virtual else None) as runner:
        got = runner.run(measure(searches, lookahead, args))
    batch = got.goals / max(1, got.batches)
    answers = got.goals / max(got.busy_s, 1e-9)
    expands = searches * got.expansions / max(got.lean_s, 1e-9)
    verdict = f", aim {'met' if got.idle < AIM else 'MISSED'}: under {AIM:.0%}" if searches == AT else ""
    cost = f"driver {got.cpu_s / got.wall_s:4.0%} of a core, answers {1000 * got.late_s / max(1, got.batches):4.1f} ms late"
    print(
        f"{searches:4} searches, lookahead {lookahead}: model idle {got.idle:5.1%} (batches of {batch:4.1f}; could answer "
        f"{answers:5.1f} goals/s, Lean expand {expands:6.1f}/s; were {got.goals / got.wall_s:5.1f}/s); {cost}{verdict}",
        flush=True,
    )


def numbers(text: str) -> list[int]:
    """Whole numbers between commas."""
    return [int(each) for each in text.split(",")]


def main() -> None:
    """Print the idle share of each setting."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=8.0, help="measured, of each setting (default 8)")
    parser.add_argument("--warm-up", type=float, default=3.0, help="seconds before that (default 3)")
    parser.add_argument("--searches", type=numbers, default=[1, 8, AT], help="side by side (default 1,8,64)")
    parser.add_argument("--lookahead", type=numbers, default=[0, 2], help="goals asked ahead (default 0,2)")
    parser.add_argument("--t0-ms", type=float, default=150.0, help="of each call of the model (default 150)")
    parser.add_argument("--t1-ms", type=float, default=20.0, help="of each goal in it (default 20)")
    parser.add_argument("--most-goals", type=int, default=64, help="of one call (default 64)")
    parser.add_argument("--virtual", action="store_true", help="time jumps to the next event; Python costs nothing")
    args = parser.parse_args()
    times = [takes_ms for takes_ms, _ in EXPANSIONS]
    print(machine() + (", virtual time" if args.virtual else ""))
    print(
        f"model {args.t0_ms:g} ms + {args.t1_ms:g} ms per goal; Lean {statistics.median(times):.0f} ms per expansion "
        f"(median of {len(times)} recorded, mean {statistics.mean(times):.0f}), a worker per search"
    )
    for searches in args.searches:
        for lookahead in args.lookahead:
            run(searches, lookahead, args)


if __name__ == "__main__":
    main()
