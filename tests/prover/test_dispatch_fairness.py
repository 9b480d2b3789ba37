"""Many hands share work evenly and none waits in vain: simulated hands, on a clock that leaps over waiting."""

from __future__ import annotations

import asyncio
import selectors
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from benchmarks.simulated_hands import Recorded, SimulatedCrew, Weather, recorded_attempts
from prover.attempt import Outcome
from prover.crew import Hand, Job, Result
from prover.dispatch import Dispatch, Done, GivenUp, Rules, Work
from tests.fakes.hunting import statement

LATENCY_S = 0.02
LONGEST_S = 10.0
RECORDING = [
    Recorded(name, seconds, 1, Outcome.EXHAUSTED, 0, 0)
    for name, seconds in (("quick", 0.1), ("usual", 1.0), ("slow", 4.0), ("spent", LONGEST_S))
]
Ending = Done[Result] | GivenUp[Result]


class LeapingSelector(selectors.DefaultSelector):
    """Never waits: `now` moves instead."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        assert ready or timeout is not None, "everybody waits for nothing"
        if not ready and timeout:
            self.now += timeout
        return ready


@contextmanager
def leaping_loop() -> Generator[asyncio.Runner]:
    """Runs coroutines on an event loop with that clock."""
    selector = LeapingSelector()

    def make() -> asyncio.AbstractEventLoop:
        loop = asyncio.SelectorEventLoop(selector)
        loop.time = lambda: selector.now
        return loop

    with asyncio.Runner(loop_factory=make) as runner:
        yield runner


@dataclass(frozen=True, slots=True)
class Story:
    """What a crew did. Times are those of the loop."""

    crew: SimulatedCrew
    endings: dict[str, Ending]
    stolen: int
    end_s: float


def make_all(rounds: int, hands: int, ahead: int, weather: Weather, recording: list[Recorded] | None = None) -> Story:
    """`rounds` attempts at each problem of a recording, in the order of a run: a round after the other."""

    async def go() -> Story:
        crew = SimulatedCrew(recording or RECORDING, hands, ahead, weather)
        endings: dict[str, Ending] = {}

        def ended(ending: Ending) -> None:
            assert ending.work.key not in endings
            endings[ending.work.key] = ending

        clock = asyncio.get_running_loop().time
        dispatch = Dispatch[Result](crew, Rules(), ended, clock=clock)
        dispatch.add(_work(name, number) for number in range(rounds) for name in crew.names)
        await dispatch.run(hands)
        assert len(endings) == rounds * len(crew.names)
        return Story(crew, endings, dispatch.muster.stolen, clock())

    with leaping_loop() as runner:
        return runner.run(go())


def _work(name: str, number: int) -> Work[Result]:
    job = Job(f"{name}#{number}", name, number, 0, statement())

    async def run(hand: Hand) -> Result:
        return await hand.attempt(job)

    return Work(job.key, name, run)


def in_order(story: Story) -> list[int]:
    """The problems of the tries, as they were begun."""
    log = story.crew.log
    return [log.problem[index] for index in log.in_order()]


def largest_lead(problems: list[int]) -> int:
    counts, largest = Counter(dict.fromkeys(problems, 0)), 0
    for problem in problems:
        counts[problem] += 1
        largest = max(largest, max(counts.values()) - min(counts.values()))
    return largest


def test_no_problem_is_begun_twice_before_all_were_begun_once() -> None:
    story = make_all(rounds=200, hands=100, ahead=0, weather=Weather(latency_s=LATENCY_S))
    assert largest_lead(in_order(story)) == 1


def test_a_job_sent_ahead_saves_the_round_trip() -> None:
    story = make_all(rounds=500, hands=100, ahead=1, weather=Weather(latency_s=LATENCY_S))
    log = story.crew.log
    bulk = log.in_order()[: -3 * story.crew.size]
    assert [log.idle_s[index] for index in bulk if not log.first[index]] == pytest.approx([0.0] * (len(bulk) - 100))


@pytest.mark.parametrize("ahead", [0, 1])
def test_at_the_end_no_piece_waits_while_a_hand_is_idle(ahead: int) -> None:
    # One more attempt than hands, all of them long: a piece that waited behind a busy hand would take as long again.
    long = [Recorded("long", LONGEST_S, 1, Outcome.EXHAUSTED, 0, 0), Recorded("quick", 0.1, 1, Outcome.PROVED, 0, 0)]
    story = make_all(rounds=100, hands=150, ahead=ahead, weather=Weather(latency_s=LATENCY_S), recording=long)
    assert story.end_s < LONGEST_S + 0.1 + 10 * LATENCY_S
    assert (story.stolen > 0) is (ahead == 1)


@pytest.mark.parametrize("ahead", [0, 1])
def test_a_thousand_hands_end_soon_after_the_queue_ran_dry(ahead: int) -> None:
    weather = Weather(latency_s=LATENCY_S, loss_rate=0.002, failure_rate=0.002)
    recording = recorded_attempts()
    story = make_all(rounds=80, hands=1000, ahead=ahead, weather=weather, recording=recording)
    assert all(isinstance(ending, Done) for ending in story.endings.values())
    log, longest_s = story.crew.log, max(each.seconds for each in recording)
    worked_s = sum(end - begin for begin, end in zip(log.began_s, log.ended_s, strict=True))
    # a piece that is lost at its very end is done again: two of the longest, and no more than a second for messages
    assert story.end_s < worked_s / 1000 + 2 * longest_s + 1


def test_what_is_lost_by_chance_puts_no_problem_aside() -> None:
    weather = Weather(latency_s=LATENCY_S, loss_rate=0.005, failure_rate=0.005)
    story = make_all(rounds=3000, hands=100, ahead=1, weather=weather)
    lost = len(story.crew.log.done) - len(story.endings)
    assert lost > 4 * len(story.crew.names) * Rules().failures_pardoned
    assert not any(isinstance(ending, GivenUp) for ending in story.endings.values())


def test_the_same_weather_makes_the_same_story() -> None:
    weather = Weather(latency_s=LATENCY_S, loss_rate=0.02, failure_rate=0.02)
    one, two = (make_all(rounds=100, hands=50, ahead=1, weather=weather) for _ in range(2))
    assert in_order(one) == in_order(two)
    assert one.end_s == two.end_s
