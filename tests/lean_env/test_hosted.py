"""An object behind packed calls answers as it would in this process; no actor is needed to see that."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from lean_env.errors import EnvError, ToolchainMissing, WorkerTimeout
from lean_env.hosted import ActorLost, Hosted, here, open_answer, pack_call, unpack
from tests.fakes.ray_objects import Refused

ODDITY = "tests.fakes.ray_objects:open_oddity"


async def hosted(factory: str = ODDITY, *arguments: object) -> Hosted:
    host = Hosted()
    open_answer(await host.build(pack_call(factory, arguments)))
    return host


async def ask(host: Hosted, method: str, *arguments: object) -> object:
    return open_answer(await host.call(pack_call(method, arguments)))


async def test_values_travel() -> None:
    host = await hosted(ODDITY, "x")
    assert await ask(host, "named") == "x"
    assert await ask(host, "echo", {"a": (1, b"\0")}) == {"a": (1, b"\0")}
    assert unpack(await host.where()) == here()


async def test_a_call_before_the_object_is_built_waits_for_it() -> None:
    host = Hosted()
    early = asyncio.create_task(ask(host, "named"))
    await asyncio.sleep(0)
    assert unpack(await host.where()).pid == here().pid  # this one does not
    assert not early.done()
    open_answer(await host.build(pack_call(ODDITY, ("x",))))
    assert await early == "x"


@pytest.mark.parametrize(
    ("method", "kind"), [("broken_machinery", WorkerTimeout), ("refuse", Refused), ("nothing", AttributeError)]
)
async def test_errors_arrive_as_themselves(method: str, kind: type[Exception]) -> None:
    host = await hosted()
    with pytest.raises(kind) as failure:
        await ask(host, method)
    assert type(failure.value) is kind
    assert hasattr(failure.value, "__notes__") == (
        kind is not WorkerTimeout
    )  # where a bug is; the machinery's errors say it themselves


@pytest.mark.parametrize("method", ["unportable", "unportable_value"])
async def test_what_cannot_travel_is_told(method: str) -> None:
    host = await hosted()
    with pytest.raises((EnvError, AttributeError), match=r"this|local object"):
        await ask(host, method)


async def test_another_actors_loss_is_not_this_ones() -> None:
    host = await hosted("tests.fakes.ray_objects:open_bereft")
    with pytest.raises(EnvError, match="policy is lost") as failure:
        await ask(host, "call")
    assert type(failure.value) is EnvError
    assert not isinstance(failure.value, ActorLost)


async def test_a_module_that_is_missing_is_something_to_install() -> None:
    with pytest.raises(ToolchainMissing, match=f"node {here().node} cannot import nowhere_at_all"):
        await hosted("nowhere_at_all:open")


@pytest.mark.parametrize(("field", "what"), [("python", "Python"), ("package", "entail")])
def test_versions_must_be_the_same_and_machines_need_not(field: str, what: str) -> None:
    ours = here()
    ours.check_same(replace(ours, node="other", pid=1))
    with pytest.raises(ToolchainMissing, match=f"node other runs {what} 0.0, this process"):
        ours.check_same(replace(ours, node="other", **{field: "0.0"}))
