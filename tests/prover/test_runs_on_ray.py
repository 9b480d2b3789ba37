"""Runs on three nodes of which parts die: no result is lost, none is there twice, and nothing hangs."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import pytest

from lean_env.ray_pool import RayHost
from prover.run_folder import CONTROLS, RECORDS
from prover.runs import CONTROLS as POLICIES
from tests.fakes.bench import attempts, problems_read, starts
from tests.fakes.ray_cluster import RAY_WARNINGS, SimulatedCluster, simulated_cluster, soon
from tests.fakes.ray_runs import ACTOR, NAMES, NODE, PATIENCE, WEDGE, WORKER, config_of, make_run, outcome_of
from tests.fakes.workers import eventually, is_running

pytestmark = [
    pytest.mark.ray,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    *(pytest.mark.filterwarnings(warning) for warning in RAY_WARNINGS),
]

ROOT = Path(__file__).resolve().parents[2]
ENOUGH_S = 120.0  # of a driver in a process of its own
KEYS = {f"{name}#{number}" for name in NAMES for number in range(1, config_of(Path()).attempts + 1)}


@pytest.fixture(scope="module")
def nodes() -> Generator[SimulatedCluster]:
    with simulated_cluster() as cluster:
        yield cluster


@pytest.fixture
def host(nodes: SimulatedCluster) -> Generator[RayHost]:
    """A connection of the test's own: drivers in other processes must find the CPUs free."""
    host = asyncio.run(RayHost.connect(nodes.address, patience=PATIENCE))
    yield host
    asyncio.run(host.close())


@pytest.fixture
def accidents(tmp_path: Path) -> Path:
    """A folder for them; a file in it is one."""
    (tmp_path / "accidents" / "begun").mkdir(parents=True)
    return tmp_path / "accidents"


def begun(accidents: Path) -> Counter[str]:
    """How often each piece of work was begun."""
    return Counter(path.name.partition(".")[0] for path in (accidents / "begun").iterdir())


def require_all(run: Path) -> None:
    """Every attempt has one record, of the right seed; and every control and problem."""
    records = attempts(run)
    assert {record.key for record in records} == KEYS
    for record in records:
        assert (record.outcome, record.script) == (outcome_of(record.seed), (f"tactic {record.seed}",)), record
    assert {record.key for record in attempts(run, CONTROLS)} == {f"{policy}:{name}#1" for policy in POLICIES for name in NAMES}
    assert {record.name for record in problems_read(run)} == {*NAMES}


async def test_workers_and_actors_that_die_cost_tries_and_nothing_else(host: RayHost, tmp_path: Path, accidents: Path) -> None:
    happens = {"a#1": WORKER, "b#2": ACTOR, "read-c": ACTOR, "noop-d#1": WORKER, "sorry-e#1": ACTOR, "f#4": ACTOR}
    for key, what in happens.items():
        (accidents / key).write_text(what)
    run = await soon(make_run(host, tmp_path / "run", accidents))
    require_all(tmp_path / "run")
    assert run.standing.complete
    assert run.muster.lost == 4
    assert {record.key: record.tries for record in attempts(tmp_path / "run") if record.tries > 1} == dict.fromkeys(
        ("a#1", "b#2", "f#4"), 2
    )
    assert all(begun(accidents)[key] == 2 for key in happens)
    pids = {int(record.worker) for record in attempts(tmp_path / "run")}
    await eventually(lambda: not any(is_running(pid) for pid in pids))


async def test_a_hand_that_is_wedged_does_not_hold_the_run_up(host: RayHost, tmp_path: Path, accidents: Path) -> None:
    (accidents / "c#2").write_text(WEDGE)
    run = await soon(make_run(host, tmp_path / "run", accidents))
    require_all(tmp_path / "run")
    assert run.muster.lost == 1


async def test_a_poisonous_attempt_is_given_up_and_the_others_are_made(host: RayHost, tmp_path: Path, accidents: Path) -> None:
    def lay() -> None:
        draft = accidents / "next"  # put in place whole: a hand may look while it is written
        draft.write_text(ACTOR)
        draft.replace(accidents / "a#1")

    async def poison() -> None:
        while True:  # it is there again for every try
            await asyncio.to_thread(lay)
            await asyncio.sleep(0.01)

    poisoning = asyncio.create_task(poison())
    try:
        run = await soon(make_run(host, tmp_path / "run", accidents))
    finally:
        poisoning.cancel()
    [given_up] = [record for record in attempts(tmp_path / "run") if record.cause]
    assert (given_up.key, given_up.cause, given_up.tries) == ("a#1", "machinery", 3)
    assert run.standing.complete
    assert begun(accidents)["a#1"] == 3


async def test_a_node_that_dies_costs_what_it_held(host: RayHost, nodes: SimulatedCluster, tmp_path: Path, accidents: Path) -> None:
    (accidents / "a#1").write_text(NODE)
    going = asyncio.create_task(make_run(host, tmp_path / "run", accidents))
    try:
        await eventually((accidents / "node").exists)
        dying = (accidents / "node").read_text()
        if nodes.is_head(dying):  # that would be the driver's end too: another node holds something as well
            pytest.skip("the attempt came to the head's node")
        nodes.kill_node(dying)
        async with asyncio.timeout(ENOUGH_S):
            run = await going
    finally:
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)
    nodes.add_node()
    require_all(tmp_path / "run")
    assert run.muster.lost >= 1
    assert {record.key: record.tries for record in attempts(tmp_path / "run") if record.tries > 1} == {"a#1": 2}


def test_a_driver_that_is_killed_goes_on_where_it_was(nodes: SimulatedCluster, tmp_path: Path, accidents: Path) -> None:
    run = tmp_path / "run"
    for goal in (1, 8, 16):
        driver = start_driver(nodes, run, accidents)
        try:
            until(lambda goal=goal: (run / RECORDS).exists() and len(attempts(run)) >= goal, driver)
        finally:
            driver.kill()
            driver.communicate(timeout=ENOUGH_S)
    made = {record.key: record for record in attempts(run)}
    assert 16 <= len(made) < len(KEYS)
    driver = start_driver(nodes, run, accidents)
    try:
        _, errors = driver.communicate(timeout=ENOUGH_S)
    finally:
        driver.kill()
    assert driver.returncode == 0, errors.decode()
    require_all(run)
    assert starts(run) == 4
    assert {record.key: record for record in attempts(run) if record.key in made} == made
    in_flight = 3 * 2 * 3  # hands, jobs that each may have begun or ended unwritten, and kills
    assert sum(begun(accidents).values()) <= len(KEYS) + len(POLICIES) * len(NAMES) + len(NAMES) + in_flight
    pids = {int(record.worker) for record in attempts(run)}
    give_up_s = time.monotonic() + ENOUGH_S
    while any(is_running(pid) for pid in pids):
        assert time.monotonic() < give_up_s, "actors of a driver that is gone"
        time.sleep(0.1)


def start_driver(nodes: SimulatedCluster, run: Path, accidents: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.ray_runs", nodes.address, str(run), str(accidents)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def until(condition: object, driver: subprocess.Popen[bytes]) -> None:
    assert callable(condition)
    give_up_s = time.monotonic() + ENOUGH_S
    while not condition():
        if driver.poll() is not None:
            raise AssertionError(driver.communicate()[1].decode())
        assert time.monotonic() < give_up_s
        time.sleep(0.01)


def test_being_told_to_stop_ends_the_actors(nodes: SimulatedCluster, tmp_path: Path, accidents: Path) -> None:
    run = tmp_path / "run"
    driver = start_driver(nodes, run, accidents)
    try:
        until(lambda: (run / RECORDS).exists() and len(attempts(run)) >= 3, driver)
        driver.send_signal(signal.SIGINT)
        driver.communicate(timeout=ENOUGH_S)
    finally:
        driver.kill()
    assert driver.returncode != 0
    pids = {int(record.worker) for record in attempts(run)}
    give_up_s = time.monotonic() + ENOUGH_S
    while any(is_running(pid) for pid in pids):
        assert time.monotonic() < give_up_s
        time.sleep(0.1)
