"""Objects in actors: what they say arrives as it is, what kills them is ActorLost, and nothing waits for ever."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Generator
from pathlib import Path

import pytest

from lean_env import cluster, hosted, ray_pool
from lean_env.cluster import Needs, Patience
from lean_env.errors import EnvError, ToolchainMissing, WorkerLost, WorkerTimeout
from lean_env.hosted import ActorLost
from lean_env.ray_pool import NamedObject, RayHost, RemoteObject
from tests.fakes.ray_cluster import RAY_WARNINGS, SimulatedCluster, simulated_cluster, soon
from tests.fakes.ray_objects import Refused
from tests.fakes.workers import eventually, is_running

pytestmark = [pytest.mark.ray, *(pytest.mark.filterwarnings(warning) for warning in RAY_WARNINGS)]

ROOT = Path(ray_pool.__file__).parent.parent
OBJECTS = "tests.fakes.ray_objects"
ODDITY = f"{OBJECTS}:open_oddity"
PATIENCE = Patience(place=20.0, build=20.0, beat=0.2, answer=5.0)


@pytest.fixture(scope="module")
def nodes() -> Generator[SimulatedCluster]:
    with simulated_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="module")
def host(nodes: SimulatedCluster) -> Generator[RayHost]:
    """Bound to no event loop."""
    host = asyncio.run(RayHost.connect(nodes.address, patience=PATIENCE))
    yield host
    asyncio.run(host.close())


@pytest.fixture(scope="module")
def shared(host: RayHost) -> RemoteObject:
    """For what does it no harm."""
    return asyncio.run(host.start(ODDITY, "shared"))


async def test_the_facts_say_what_the_cluster_has(host: RayHost, nodes: SimulatedCluster) -> None:
    facts = await host.facts()
    assert (facts.address, facts.own, facts.nodes, facts.cpus) == (nodes.address, False, 3, 3)


# What an object says


async def test_values_and_arguments_travel(shared: RemoteObject) -> None:
    assert await soon(shared.call("named")) == "shared"
    value = {"goals": ("⊢ 1 = 1", b"\0"), "big": "x" * 1_000_000}
    assert await soon(shared.call("echo", value)) == value
    assert shared.name.endswith(f":{shared.origin.pid}")
    assert is_running(shared.origin.pid)


async def test_an_error_of_the_object_arrives_as_itself_and_is_no_loss(shared: RemoteObject) -> None:
    with pytest.raises(WorkerTimeout, match="its own worker was late") as late:
        await soon(shared.call("broken_machinery"))
    assert type(late.value) is WorkerTimeout
    assert late.value.detail == "stderr of it"
    with pytest.raises(Refused, match="no") as refused:
        await soon(shared.call("refuse"))
    assert type(refused.value) is Refused
    assert "ray_objects.py" in refused.value.__notes__[0]
    assert not shared.is_lost


@pytest.mark.parametrize("method", ["unportable", "unportable_value", "no_such_method"])
async def test_what_cannot_travel_is_told_and_is_no_loss(shared: RemoteObject, method: str) -> None:
    with pytest.raises((EnvError, AttributeError)) as failure:
        await soon(shared.call(method))
    assert not isinstance(failure.value, WorkerLost)
    assert await soon(shared.call("named")) == "shared"


async def test_a_question_does_not_wait_behind_work(host: RayHost) -> None:
    remote = await soon(host.start(ODDITY, "busy"))
    work = [asyncio.create_task(remote.call("never", str(number))) for number in range(20)]
    await soon(remote.ping(20.0))
    assert await soon(remote.call("named")) == "busy"
    for task in work:
        task.cancel()
    await asyncio.gather(*work, return_exceptions=True)

    async def all_dropped() -> None:
        while len(await remote.call("what_was_dropped")) < len(work):  # noqa: ASYNC110 - it sets no event of ours
            await asyncio.sleep(0.01)

    await soon(all_dropped())  # a call that nobody waits for is not worked on
    remote.kill()


async def test_calls_begin_in_the_order_in_which_they_were_made(host: RayHost) -> None:
    remote = await soon(host.start(ODDITY))
    endings = await soon(_all([asyncio.create_task(remote.call("note", number)) for number in range(200)]))
    assert endings == [None] * 200
    assert await soon(remote.call("noted")) == list(range(200))
    remote.kill()


async def test_actors_import_what_this_process_imports_and_have_its_settings(shared: RemoteObject) -> None:
    path = await soon(shared.call("environment", "PYTHONPATH"))
    assert str(ROOT) in path.split(os.pathsep)


# What can go wrong at the start


async def test_a_factory_that_fails_is_told_as_it_failed(host: RayHost) -> None:
    with pytest.raises(EnvError, match="no disk left"):
        await soon(host.start(f"{OBJECTS}:fail_to_open"))


async def test_a_factory_that_is_not_there_names_the_node(host: RayHost, shared: RemoteObject) -> None:
    with pytest.raises(ToolchainMissing, match=f"node {shared.origin.node} cannot import nowhere_at_all"):
        await soon(host.start("nowhere_at_all:open"))


async def test_a_node_with_another_version_is_named(host: RayHost, shared: RemoteObject, monkeypatch: pytest.MonkeyPatch) -> None:
    def another(_package: str) -> str:
        return "9.9.9"

    monkeypatch.setattr(hosted, "version", another)
    with pytest.raises(ToolchainMissing, match=f"node {shared.origin.node} runs entail .*, this process 9.9.9"):
        await soon(host.start(ODDITY))


async def test_a_cluster_without_a_free_place_says_so(host: RayHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "patience", Patience(place=1.0))
    with pytest.raises(EnvError, match="no actor came up on a cluster of 3 nodes with 3 CPUs") as failure:
        await soon(host.start(ODDITY, needs=Needs(50)))
    assert not isinstance(failure.value, WorkerLost)


async def test_a_factory_that_hangs_is_given_up(host: RayHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "patience", Patience(build=0.5))
    with pytest.raises(EnvError, match=r"was not done within 0\.5 s"):
        await soon(host.start(f"{OBJECTS}:never_open"))


# Losses


async def test_an_actor_that_is_killed_loses_every_call_and_another_can_be_had(host: RayHost) -> None:
    remote = await soon(host.start(ODDITY))
    work = [asyncio.create_task(remote.call("never")) for _ in range(3)]
    await soon(remote.ping())
    os.kill(remote.origin.pid, signal.SIGKILL)
    for ending in await soon(_all(work)):
        assert isinstance(ending, ActorLost)
    with pytest.raises(ActorLost):
        await soon(remote.ping())
    another = await soon(host.start(ODDITY, "another"))
    assert await soon(another.call("named")) == "another"
    await soon(another.close())
    await eventually(lambda: not is_running(another.origin.pid))


async def test_an_object_that_kills_its_process_is_a_loss(host: RayHost) -> None:
    remote = await soon(host.start(ODDITY))
    until_lost = asyncio.create_task(remote.until_lost())
    with pytest.raises(ActorLost):
        await soon(remote.call("die"))
    assert isinstance(await soon(_one(until_lost)), ActorLost)


async def test_an_actor_that_does_not_answer_is_ended(host: RayHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "patience", Patience(beat=0.1, answer=1.0))
    remote = await soon(host.start(ODDITY))
    with pytest.raises(ActorLost, match="did not answer within 1 s"):
        await soon(remote.call("block", 600.0))
    await eventually(lambda: not is_running(remote.origin.pid))


async def test_a_stopped_process_is_a_loss_though_its_connection_stands(host: RayHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "patience", Patience(beat=0.1, answer=1.0))
    remote = await soon(host.start(ODDITY))
    os.kill(remote.origin.pid, signal.SIGSTOP)
    with pytest.raises(ActorLost, match="did not answer within 1 s"):
        await soon(remote.call("echo", 1))
    os.kill(
        remote.origin.pid, signal.SIGCONT
    )  # it was told to die; stopped, it would be shot only after Ray's five seconds of grace
    await eventually(lambda: not is_running(remote.origin.pid))


async def test_killing_and_closing_never_raise(host: RayHost) -> None:
    remote = await soon(host.start(ODDITY))
    os.kill(remote.origin.pid, signal.SIGKILL)
    for _ in range(2):
        await soon(remote.close())
        remote.kill()
    with pytest.raises(ActorLost, match="The actor died"):
        await soon(remote.call("named"))
    alive = await soon(host.start(ODDITY))
    alive.kill()
    with pytest.raises(ActorLost, match="ended by us"):
        await soon(alive.call("named"))
    await eventually(lambda: not is_running(alive.origin.pid))


# One object asks another


async def test_a_named_object_is_found_again_after_its_death(host: RayHost) -> None:
    caller, first = await soon(host.start(ODDITY, "caller")), await soon(host.start(ODDITY, "first", needs=Needs(0), name="oracle"))
    oracle = NamedObject("oracle")
    assert await soon(caller.call("ask", oracle, "named")) == "first"
    assert await soon(oracle.call("named")) == "first"  # this process is allowed to ask as well
    asked = asyncio.create_task(oracle.call("never"))
    await soon(first.ping())
    os.kill(first.origin.pid, signal.SIGKILL)
    lost = await soon(_one(asked))
    assert type(lost) is EnvError  # not WorkerLost: the asker's own worker is well
    second = await soon(host.start(ODDITY, "second", needs=Needs(0), name="oracle"))
    assert await soon(oracle.call("named")) == "second"
    for remote in (caller, second):
        await soon(remote.close())


async def test_a_named_object_that_never_comes_is_an_error(host: RayHost) -> None:
    assert not host.is_closed
    nobody = NamedObject("nobody", answer_within_s=0.5)
    with pytest.raises(EnvError, match=r"nobody did not answer within 0\.5 s"):
        await soon(nobody.call("named"))


# Connecting


async def test_there_is_one_connection_per_process(host: RayHost, nodes: SimulatedCluster) -> None:
    assert not host.is_closed
    with pytest.raises(EnvError, match="connected to a Ray cluster already"):
        await soon(RayHost.connect(nodes.address))


async def test_without_ray_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ToolchainMissing, match=r"pip install 'entail\[cluster\]'"):
        await soon(RayHost.connect())


# Towards the end: Ray takes some seconds to notice that a node is gone, and places actors there meanwhile.


async def test_a_lost_node_loses_its_actor_and_no_other(host: RayHost, nodes: SimulatedCluster, shared: RemoteObject) -> None:
    remotes = [await soon(host.start(ODDITY)) for _ in range(2)]
    homes = [await soon(remote.call("node_id")) for remote in remotes]
    which = next(number for number, home in enumerate(homes) if not nodes.is_head(home))
    work = [asyncio.create_task(remote.call("never")) for remote in remotes]
    await soon(remotes[which].ping())
    nodes.kill_node(homes[which])
    assert isinstance(await soon(_one(work[which])), ActorLost)
    assert await soon(shared.call("named")) == "shared"
    assert not work[1 - which].done()
    work[1 - which].cancel()
    nodes.add_node()
    another = await soon(host.start(ODDITY, "another"))
    assert await soon(another.call("named")) == "another"
    for remote in (*remotes, another):
        await soon(remote.close())


# Last, because it ends the module's connection: a process has one.


async def test_auto_starts_a_ray_of_our_own_and_ends_it(host: RayHost, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    await soon(host.close())
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setattr(cluster.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.delenv("RAY_TMPDIR", raising=False)
    async with await soon(RayHost.connect("auto", cpus=1)) as own:
        facts = await own.facts()
        assert (facts.own, facts.nodes, facts.cpus) == (True, 1, 1)
        remote = await soon(own.start(ODDITY, "alone"))
        assert await soon(remote.call("named")) == "alone"
    await eventually(lambda: not is_running(remote.origin.pid))
    with pytest.raises(EnvError, match="nobody answers"):
        await soon(cluster.find_head(facts.address))


async def test_a_driver_prints_nothing_of_rays_and_its_own_ray_dies_with_it() -> None:
    driver = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.fakes.ray_driver", cwd=ROOT, stdout=PIPE, stderr=STDOUT, start_new_session=True
    )
    assert driver.stdout is not None
    try:
        address, pid = (await soon(driver.stdout.readline())).decode().split()
        assert is_running(int(pid))
        assert await cluster.find_head(address) == address
    finally:
        driver.kill()
    assert await soon(driver.stdout.read()) == b""
    await soon(driver.wait())
    await eventually(lambda: not is_running(int(pid)))
    await eventually(lambda: not _listens(address))


def _listens(address: str) -> bool:
    host, _, port = address.rpartition(":")
    with socket.socket() as client:
        return client.connect_ex((host, int(port))) == 0


async def _all(tasks: list[asyncio.Task[object]]) -> list[object]:
    return await asyncio.gather(*tasks, return_exceptions=True)


async def _one(task: asyncio.Task[object]) -> object:
    (ending,) = await asyncio.gather(task, return_exceptions=True)
    return ending
