"""What the driver of a run costs: the real driver and a real folder of records, with hands that only let recorded time pass.

    python benchmarks/simulated_crew.py [--hands 1000] [--seconds 20] [--speed 1] [--latency-ms 20] [--queued 100000]

Prints the memory of a queue and of the hands; then, with no job sent ahead and with one, how much CPU an attempt costs the driver
(what the simulation costs is measured alone and taken off), how long hands wait for work, how evenly work is shared, and how a run
ends. What Ray costs the driver comes on top: see `run_scaling.py`. Needs Linux's /proc.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from measuring import machine
from simulated_hands import Log, Recorded, SimulatedCrew, Weather, recorded_attempts

from lean_env.statement import Statement
from prover.config import ProveConfig
from prover.crew import Job
from prover.problem_reading import problem_record
from prover.problems import Problem, ProblemSet
from prover.records import ProblemRecord, RecordFile, StartRecord
from prover.run_config import RunConfig
from prover.run_folder import PROBLEMS, RunFolder, open_run
from prover.runs import Run
from search.budget import Budget

LONG_TIMES = 1e-6  # the speed at which no attempt ends while memory is measured
BASELINE_S, BASELINE_SPEEDUP = 4.0, 4.0


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds: of the event loop's thread, and of all others (the writer of records)."""

    loop_s: float
    others_s: float
    wall_s: float


class Meter:
    """CPU and wall clock since it was made."""

    def __init__(self) -> None:
        gc.collect()
        self._process, self._thread, self._wall = time.process_time(), time.thread_time(), time.perf_counter()

    def read(self) -> Cost:
        """What it comes to so far."""
        loop_s, process_s = time.thread_time() - self._thread, time.process_time() - self._process
        return Cost(loop_s, process_s - loop_s, time.perf_counter() - self._wall)


def resident_mib() -> float:
    """What this process has in memory."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def fresh_run(names: Sequence[str], attempts: int, crew: SimulatedCrew) -> Generator[tuple[Run, RunFolder]]:
    """A run in a folder of its own, whose problems were read already: it begins with its attempts."""
    problems = tuple(Problem(name, f"theorem {name} : True := by") for name in names)
    whole = ProblemSet("simulated", "recorded", problems)
    budget = ProveConfig(Budget(seconds=10), workers=1)
    config = RunConfig("simulated", "recorded", "", len(problems), whole.digest, attempts=attempts, temperature=0.5, prove=budget)
    with tempfile.TemporaryDirectory() as place:
        with RecordFile[ProblemRecord](Path(place) / PROBLEMS, ProblemRecord, durable=False) as file:
            file.append(problem_record(problem, statement=statement(problem.name)) for problem in problems)
        with open_run(Path(place), config) as folder:
            yield Run(folder, whole, config, crew, clock=time.monotonic, controls=()), folder


def statement(name: str) -> Statement:
    """A statement of a size as they are."""
    return Statement(name, f"theorem {name} (x y : ℤ) (h₀ : x + y = 12) (h₁ : x * y = 35) : x ^ 2 + y ^ 2 = 74", "", "True")


# -- memory -----------------------------------------------------------------------------------------------------------------------


async def measure_memory(recording: Sequence[Recorded], hands: int, queued: int) -> None:
    """Fill a queue while nobody can be hired; then let the hands come, and have each at its first attempt."""
    crew = SimulatedCrew(recording, hands, 1, Weather(speed=LONG_TIMES))
    crew.gate.clear()
    with fresh_run(crew.names, -(-queued // len(crew.names)), crew) as (run, _):
        gc.collect()
        empty = resident_mib()
        going = asyncio.create_task(run.go(StartRecord("", facts={})))
        await until(lambda: run.standing.due > 0)
        filled = resident_mib()
        crew.gate.set()
        await until(lambda: run.muster.alive == hands)
        working = resident_mib()
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)
    print(
        f"memory: the driver {empty:.0f} MiB, {(filled - empty) * 100_000 / queued:.0f} MiB per 100,000 attempts queued, "
        f"{(working - filled) * 1000 / hands:.1f} MiB per 1,000 hands at work"
    )


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for something nobody tells of, then until all is quiet, with no garbage left."""
    while True:
        await asyncio.sleep(0.5)
        if is_so():
            gc.collect()
            return


# -- the simulation alone ---------------------------------------------------------------------------------------------------------


async def simulation_alone(recording: Sequence[Recorded], hands: int, weather: Weather) -> float:
    """CPU seconds per attempt that the hands themselves cost: they make attempts that nobody gives them, keeps, or writes."""
    crew = SimulatedCrew(recording, hands, 0, replace(weather, speed=BASELINE_SPEEDUP * weather.speed, loss_rate=0, failure_rate=0))
    of_each = {name: statement(name) for name in crew.names}
    until, made = time.perf_counter() + BASELINE_S, 0

    async def go(number: int) -> None:
        nonlocal made
        hand = await crew.hire()
        while time.perf_counter() < until:
            name = crew.names[(number + made) % len(crew.names)]
            await hand.attempt(Job(f"{name}#{made}", name, 1, 0, of_each[name]))
            made += 1

    meter = Meter()
    await asyncio.gather(*(go(number) for number in range(hands)))
    cost = meter.read()
    return (cost.loop_s + cost.others_s) / made


# -- runs -------------------------------------------------------------------------------------------------------------------------


async def measure_run(recording: Sequence[Recorded], hands: int, ahead: int, weather: Weather, attempts: int, own_s: float) -> None:
    """One run to its end, and what is to be said of it."""
    crew = SimulatedCrew(recording, hands, ahead, weather)
    with fresh_run(crew.names, attempts, crew) as (run, folder):
        meter = Meter()
        await run.go(StartRecord("", facts={}))
        cost = meter.read()
        assert run.standing.complete
        disk_mb = sum(file.stat().st_size for file in folder.path.iterdir()) / 1e6
    made = run.standing.made
    per_attempt = (cost.loop_s + cost.others_s) / made - own_s
    print(
        f"\nahead {ahead}: {made} attempts by {hands} hands in {cost.wall_s:.1f} s, {disk_mb / made * 1e3:.1f} kB each on the disk"
    )
    print(
        f"  driver   {per_attempt * 1e6:.0f} µs of CPU per attempt, {cost.others_s / made * 1e6:.0f} of them for writing; "
        f"busy {(cost.loop_s + cost.others_s) / cost.wall_s:.0%} of one core (simulation included)"
    )
    say_pace(crew.log, hands, made)
    say_fairness(crew.log, made)
    muster, given_up = run.muster, run.standing.not_run
    lost = len(crew.log.done) - (made - given_up)
    print(f"  losses   {muster.lost} hands, {lost} tries; {given_up} attempts given up; {muster.stolen} pieces stolen")


def say_pace(log: Log, hands: int, made: int) -> None:
    """How well hands were used, and the end. The bulk lasts until as many tries were begun as there are attempts."""
    order = log.in_order()
    start, dry, end = log.began_s[order[0]], log.began_s[order[made - 1]], max(log.ended_s)
    spans = list(zip(log.began_s, log.ended_s, strict=True))
    busy = sum(min(end_s, dry) - begin_s for begin_s, end_s in spans if begin_s < dry) / (hands * (dry - start))
    ideal = hands / statistics.fmean(end_s - begin_s for begin_s, end_s in spans)
    idle = sorted(log.idle_s[index] * 1e3 for index in order[:made] if not log.first[index])
    middle, most = idle[len(idle) // 2], idle[int(len(idle) * 0.99)]
    print(f"  pace     {busy * ideal:.0f} attempts/s in the bulk; hands that never wait make {ideal:.0f} ({busy:.1%})")
    print(f"  idle     a hand between two attempts: p50 {middle:.1f} ms, p99 {most:.1f} ms, at most {idle[-1]:.1f} ms")
    longest = max(end_s - begin_s for begin_s, end_s in spans)
    print(f"  the end  {end - dry:.1f} s after the bulk of {dry - start:.1f} s; the longest attempt took {longest:.1f} s")


def say_fairness(log: Log, made: int) -> None:
    """Who worked, and on what, during the bulk."""
    order = log.in_order()[:made]
    began = largest_lead([log.problem[index] for index in order])
    shares = sorted(Counter(log.hand).values())
    order.sort(key=log.ended_s.__getitem__)
    ended = largest_lead([log.problem[index] for index in order if log.done[index]])
    print(f"  fairness one problem was ahead of another by {began} attempts begun, {ended} ended, at most")
    print(f"           a hand made {shares[0]} to {shares[-1]} attempts, median {shares[len(shares) // 2]}")


def largest_lead(problems: Sequence[int]) -> int:
    """Of a sequence of problems, the largest lead that one ever had over another. The order of a round does not count as a lead."""
    counts = dict.fromkeys(problems, 0)
    at: Counter[int] = Counter({0: len(counts)})
    least = most = largest = 0
    for problem in problems:
        count = counts[problem]
        counts[problem], at[count], at[count + 1] = count + 1, at[count] - 1, at[count + 1] + 1
        most = max(most, count + 1)
        least += count == least and not at[least]
        largest = max(largest, most - least)
    return largest


def main() -> None:
    """Measure with the options given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hands", type=int, default=1000, help="in the crew (default 1000)")
    parser.add_argument("--seconds", type=float, default=20.0, help="that the bulk of each of the two runs takes (default 20)")
    parser.add_argument("--speed", type=float, default=1.0, help="how much faster than recorded (default 1)")
    parser.add_argument("--latency-ms", type=float, default=20.0, help="of a round trip to a hand (default 20)")
    parser.add_argument("--loss-rate", type=float, default=0.001, help="tries that kill their hand (default 0.001)")
    parser.add_argument("--failure-rate", type=float, default=0.001, help="tries that only fail (default 0.001)")
    parser.add_argument("--queued", type=int, default=100_000, help="attempts, to measure memory (default 100000)")
    parser.add_argument("--ahead", type=int, nargs="+", default=[0, 1], choices=(0, 1), help="jobs sent ahead (default both)")
    options = parser.parse_args()
    recording = recorded_attempts()
    weather = Weather(options.speed, options.latency_ms / 1e3, options.loss_rate, options.failure_rate)
    mean_s = statistics.fmean(each.seconds for each in recording) / options.speed
    problems = len({each.name for each in recording})
    attempts = max(1, round(options.hands * options.seconds / mean_s / problems))
    print(machine())
    print(f"recorded: {len(recording)} attempts at {problems} problems, {mean_s:.2f} s each on average at this speed")
    asyncio.run(measure_memory(recording, options.hands, options.queued))
    own_s = asyncio.run(simulation_alone(recording, options.hands, weather))
    print(f"simulation: {own_s * 1e6:.0f} µs of CPU per attempt, taken off below")
    for ahead in options.ahead:
        asyncio.run(measure_run(recording, options.hands, ahead, weather, attempts, own_s))


if __name__ == "__main__":
    main()
