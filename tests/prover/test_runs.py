"""Runs over hands that fail: every attempt has one record, and a run that was interrupted ends as an undisturbed one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from lean_env.errors import EnvError
from prover.attempt import Outcome
from prover.config import ProveConfig
from prover.crew import Job
from prover.dispatch import Rules
from prover.problems import ProblemSet
from prover.records import AttemptRecord, Cause, ProblemRecord, StartRecord, read_records
from prover.run_config import RunConfig
from prover.run_folder import CONTROLS, PROBLEMS, RECORDS, TREES, RunRefused, open_run
from prover.runs import Run
from tests.fakes.crews import DIES, FAILS, HANGS, Script, ScriptedCrew, problems
from tests.fakes.hunting import until

ENOUGH_S = 20.0
NAMES = ("a", "b", "c", "d")
SET = ProblemSet("toy", "made here", problems(NAMES))
CONFIG = RunConfig("toy", "made here", "", len(NAMES), SET.digest, attempts=2, prove=ProveConfig(workers=1))
QUICK = Rules(check_every_s=0.02, answer_within_s=0.5, pause_s=0.001)
START = StartRecord("2026-01-01T00:00:00+00:00")


def odd(job: Job) -> Outcome:
    """An outcome that depends on the seed alone."""
    return Outcome.EXHAUSTED if job.control or job.seed % 2 else Outcome.PROVED


async def go(path: Path, script: Script, config: RunConfig = CONFIG, *, ahead: int = 0, retry_not_run: bool = False) -> Run:
    """A start of the driver, to its end."""
    script.outcome = odd
    crew = ScriptedCrew(script, 2, ahead)
    with open_run(path, config) as folder:
        run = Run(folder, SET, config, crew, clock=time.monotonic, rules=QUICK, retry_not_run=retry_not_run)
        async with asyncio.timeout(ENOUGH_S):
            await run.go(START)
    await crew.close()
    return run


def attempts(path: Path, name: str = RECORDS) -> list[AttemptRecord]:
    return [each for each in read_records(path / name, AttemptRecord | StartRecord) if isinstance(each, AttemptRecord)]


def essence(records: Sequence[AttemptRecord]) -> list[tuple[str, int, Outcome, int]]:
    """What does not depend on when and where an attempt was made."""
    assert len({record.key for record in records}) == len(records), "an attempt has two records"
    return sorted((record.key, record.seed, record.outcome, record.effort.steps) for record in records)


async def test_every_problem_is_attempted_so_many_times(tmp_path: Path) -> None:
    run = await go(tmp_path, Script())
    assert {record.key for record in attempts(tmp_path)} == {f"{name}#{number}" for name in NAMES for number in (1, 2)}
    assert run.standing.complete
    assert len({record.seed for record in attempts(tmp_path)}) == 8
    assert {record.name for record in read_records(tmp_path / PROBLEMS, ProblemRecord)} == set(NAMES)


async def test_controls_come_first_and_have_a_file_of_their_own(tmp_path: Path) -> None:
    script = Script()
    run = await go(tmp_path, script)
    controls = attempts(tmp_path, CONTROLS)
    assert {record.key for record in controls} == {f"{policy}:{name}#1" for policy in ("noop", "sorry") for name in NAMES}
    assert script.begun()[4].startswith("noop:")
    assert run.standing.controls_proved == 0
    assert run.standing.made == 8


async def test_first_attempts_come_before_second_ones(tmp_path: Path) -> None:
    script = Script()
    await go(tmp_path, script)
    order = [key.partition("#")[2] for key in script.begun() if ":" not in key]
    assert order == ["1"] * 4 + ["2"] * 4


async def test_a_run_that_is_complete_is_not_made_again(tmp_path: Path) -> None:
    await go(tmp_path, Script())
    again = Script()
    run = await go(tmp_path, again)
    assert again.log == []
    assert again.hired == 0
    assert run.standing.complete
    assert run.standing.made_before == 8
    assert len(attempts(tmp_path)) == 8


async def test_more_attempts_go_on_from_those_that_were_made(tmp_path: Path) -> None:
    await go(tmp_path, Script())
    script = Script()
    await go(tmp_path, script, replace(CONFIG, attempts=3))
    assert sorted(script.begun()) == [f"{name}#3" for name in NAMES]


@pytest.mark.parametrize("ended", range(20))
async def test_interrupted_after_any_piece_it_ends_as_an_undisturbed_run(tmp_path: Path, ended: int) -> None:
    whole = tmp_path / "whole"
    await go(whole, Script())
    broken = tmp_path / "broken"
    script = Script(outcome=odd)
    crew = ScriptedCrew(script, 2, 1)
    with open_run(broken, CONFIG) as folder:
        run = Run(folder, SET, CONFIG, crew, clock=time.monotonic, rules=QUICK)
        going = asyncio.create_task(run.go(START))
        await until(lambda: len(script.log) > ended or going.done())
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)
    await go(broken, Script(), ahead=1)
    assert essence(attempts(broken)) == essence(attempts(whole))
    assert essence(attempts(broken, CONTROLS)) == essence(attempts(whole, CONTROLS))


@pytest.mark.parametrize("file", [PROBLEMS, RECORDS, CONTROLS, TREES])
async def test_a_line_torn_by_a_crash_is_made_again(tmp_path: Path, file: str) -> None:
    await go(tmp_path, Script())
    before = essence(attempts(tmp_path))
    data = (tmp_path / file).read_bytes()
    (tmp_path / file).write_bytes(data[:-7])
    await go(tmp_path, Script())
    assert essence(attempts(tmp_path)) == before
    assert essence(attempts(tmp_path, CONTROLS))


async def test_accidents_cost_tries_and_nothing_else(tmp_path: Path) -> None:
    script = Script({"a#1": [DIES], "b#2": [FAILS, DIES], "read:c": [DIES], "noop:d#1": [FAILS]})
    await go(tmp_path / "rough", script, ahead=1)
    await go(tmp_path / "smooth", Script())
    rough = attempts(tmp_path / "rough")
    assert essence(rough) == essence(attempts(tmp_path / "smooth"))
    assert {record.key: record.tries for record in rough if record.tries > 1} == {"a#1": 2, "b#2": 3}


async def test_what_breaks_our_machinery_is_not_run_and_tried_again_if_asked(tmp_path: Path) -> None:
    await go(tmp_path, Script({"a#1": [DIES] * 9}))
    [lost] = [record for record in attempts(tmp_path) if record.outcome is Outcome.NOT_RUN]
    assert (lost.key, lost.cause, lost.tries, lost.reason) == ("a#1", Cause.MACHINERY, 3, "a#1 kills")
    untouched = Script()
    await go(tmp_path, untouched)
    assert untouched.log == []
    again = Script()
    run = await go(tmp_path, again, retry_not_run=True)
    assert again.begun() == ["a#1"]
    assert run.standing.not_run == 0
    assert run.standing.complete


async def test_a_problem_that_cannot_be_attempted_has_not_run_records_without_any_work(tmp_path: Path) -> None:
    script = Script(causes={"b": Cause.MATHLIB, "c": Cause.REFUSED})
    run = await go(tmp_path, script)
    records = {record.key: record for record in attempts(tmp_path)}
    assert not [key for key in script.begun() if key.startswith(("b#", "c#"))]
    assert {records[f"b#{number}"].cause for number in (1, 2)} == {Cause.MATHLIB}
    assert records["c#1"].outcome is Outcome.NOT_RUN
    assert records["c#1"].tries == 0
    assert run.standing.complete
    assert run.standing.not_run == 4


async def test_of_the_core_alone_what_needs_mathlib_is_left_out(tmp_path: Path) -> None:
    run = await go(tmp_path, Script(causes={"b": Cause.MATHLIB, "c": Cause.REFUSED}), replace(CONFIG, only="core"))
    assert {record.name for record in attempts(tmp_path)} == {"a", "c", "d"}
    assert run.standing.due == 6


async def test_a_problem_that_kills_its_readers_is_not_run(tmp_path: Path) -> None:
    run = await go(tmp_path, Script({"read:a": [DIES] * 9}))
    assert {record.cause for record in attempts(tmp_path) if record.name == "a"} == {Cause.MACHINERY}
    assert run.standing.complete


async def test_two_drivers_do_not_make_one_run(tmp_path: Path) -> None:
    with open_run(tmp_path, CONFIG), pytest.raises(RunRefused, match="in use"), open_run(tmp_path, CONFIG):
        pass


async def test_other_options_are_another_run(tmp_path: Path) -> None:
    await go(tmp_path, Script())
    with pytest.raises(RunRefused, match="seed 0 -> 7"), open_run(tmp_path, replace(CONFIG, seed=7)):
        pass
    with pytest.raises(RunRefused, match="2 attempts"), open_run(tmp_path, replace(CONFIG, attempts=1)):
        pass


async def test_draining_leaves_a_run_that_can_go_on(tmp_path: Path) -> None:
    script = Script(gates={"a#1": asyncio.Event(), "b#1": asyncio.Event()}, outcome=odd)
    crew = ScriptedCrew(script, 2, 1)
    with open_run(tmp_path, CONFIG) as folder:
        run = Run(folder, SET, CONFIG, crew, clock=time.monotonic, rules=QUICK)
        going = asyncio.create_task(run.go(START))
        await until(lambda: {"a#1", "b#1"} <= set(script.begun()))
        run.drain()
        await asyncio.sleep(0.01)  # what waits at the two hands is taken back
        for gate in script.gates.values():
            gate.set()
        async with asyncio.timeout(ENOUGH_S):
            await going
    assert {record.key for record in attempts(tmp_path)} == {"a#1", "b#1"}
    assert not run.standing.complete
    assert (await go(tmp_path, Script())).standing.complete


async def test_a_disk_that_refuses_ends_the_run(tmp_path: Path) -> None:
    script = Script(accidents={"d#1": [HANGS]})
    crew = ScriptedCrew(script, 2)
    with open_run(tmp_path, CONFIG) as folder:
        run = Run(folder, SET, CONFIG, crew, clock=time.monotonic, rules=QUICK)
        going = asyncio.create_task(run.go(START))
        await until(lambda: "d#1" in script.begun())
        folder.controls.close()
        folder.records.close()
        with pytest.raises(ValueError, match="closed file"):
            async with asyncio.timeout(ENOUGH_S):
                await going
    assert script.open_hands == 0


async def test_a_crew_that_cannot_be_had_says_so_and_leaves_the_folder_usable(tmp_path: Path) -> None:
    with pytest.raises(EnvError, match="no hand can be had"):
        await go(tmp_path, Script(hires_fail=10**6))
    assert (await go(tmp_path, Script())).standing.complete
