"""Objects hosted by actors of a Ray cluster, or of a Ray started for this process on this machine.

Owns the connection and the actors. An actor holds one object (`hosted.py`), takes the CPUs it was promised, and is never restarted
by Ray: what it held is gone, and only its owner knows what that was. Promises that every wait has a deadline, that a lost actor,
node or connection is raised as `ActorLost` wherever it is met, and that closing ends what was started here and nothing that was
there before. Never repeats a call. This is the one file that knows Ray; it knows nothing of what it hosts.

Traps. Ray ends the processes of a local cluster with the *thread* that started them, hence `OwnThread`. A driver that connects to
an address where nobody answers is kept for minutes, hence the look at the port first. Calls of an actor on an event loop overtake
each other, hence `begin` and `result`.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import uuid
from contextlib import suppress
from typing import Any, Self

from lean_env.cluster import CHECK_HEAD, ONE_CPU, ClusterFacts, Needs, Patience, actor_environment, find_head
from lean_env.errors import EnvError, ToolchainMissing
from lean_env.hosted import ActorLost, Hosted, Origin, here, open_answer, pack_call, unpack
from lean_env.own_thread import OwnThread

_OBJECT_STORE_BYTES = 128 * 1024 * 1024  # of a Ray of our own: what crosses it is some kilobytes per attempt
_CALLS_AT_ONCE = 100_000  # in one actor: a policy may serve ten thousand searches, each with a call and a watch
_LOOK_AGAIN_S = 0.2
_LONGEST_PAUSE_S = 5.0

# Ray's own voice goes to its log files: what it prints would end up between the lines of a report. Read when ray is imported.
_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_DEDUP_LOGS_SKIP_REGEX": ".", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}


class RemoteObject:
    """An object in an actor, for the process that started it, and one event loop there. `origin` says where it is."""

    origin: Origin

    def __init__(self, actor: Any, thread: OwnThread, patience: Patience) -> None:
        """Made by `RayHost.start`."""
        self._actor, self._thread, self._patience = actor, thread, patience
        self._lost: ActorLost | None = None
        self._sending = asyncio.Lock()
        self._tickets = itertools.count()

    @property
    def name(self) -> str:
        """Machine and process, for people and records."""
        return f"{self.origin.node}:{self.origin.pid}"

    async def call(self, method: str, *arguments: object) -> Any:
        """What the object's async method returns or raises, however long it works, as long as the actor is well.

        Calls begin there in the order in which they were made here; one that is cancelled here is cancelled there. Raises ActorLost
        if the actor is lost before the answer is here.
        """
        request, ticket = pack_call(method, arguments), next(self._tickets)
        try:
            async with self._sending:
                await self._ask("begin", ticket, request)
            return open_answer(await self._ask("result", ticket))
        except asyncio.CancelledError:
            if self._lost is None:
                self._send("drop", ticket)
            raise

    async def build(self, factory: str, arguments: tuple[object, ...]) -> None:
        """Let the actor make its object. Raises what the factory raises, ToolchainMissing if it cannot be imported, ActorLost."""
        open_answer(await self._ask("build", pack_call(factory, arguments)))

    async def until_lost(self) -> ActorLost:
        """Wait until the actor is lost; how."""
        try:
            while True:
                await self._ask("watch")
        except ActorLost as lost:
            return lost

    async def ping(self, deadline_s: float | None = None) -> Origin:
        """Ask the event loop that the object lives on. Raises ActorLost past the deadline (default: `Patience.answer`)."""
        patience_s = deadline_s or self._patience.answer
        answer = self._send("where")
        await answer.wait(patience_s)
        if not answer.done:
            raise self._give_up(ActorLost(f"the actor did not answer within {patience_s:g} s"))
        return unpack(self._take(answer))

    async def close(self, grace_s: float = 10.0) -> None:
        """Let the object close itself (its async method `close`), then end the actor. Idempotent, never raises."""
        if self._lost is None:
            with suppress(Exception):
                async with asyncio.timeout(grace_s):
                    await self.call("close")
        self.kill()

    @property
    def is_lost(self) -> bool:
        """Whether it is known to be lost, or was ended."""
        return self._lost is not None

    def kill(self) -> None:
        """End the actor's process, whatever it is doing. Idempotent, never raises, does not wait."""
        if self._actor is not None:
            actor, self._actor = self._actor, None
            self._lost = self._lost or ActorLost("the actor was ended by us")
            self._thread.post(lambda: _ray().kill(actor, no_restart=True))

    async def _ask(self, method: str, *arguments: object) -> Any:
        answer = self._send(method, *arguments)
        while True:
            await answer.wait(self._patience.beat)
            if answer.done:
                return self._take(answer)
            await self.ping()

    def _send(self, method: str, *arguments: object) -> _Call:
        if self._lost is not None:
            raise ActorLost(str(self._lost.args[0]), detail=self._lost.detail)
        return _Call(self._actor, method, *arguments)

    def _take(self, answer: _Call) -> Any:
        try:
            return answer.take()
        except ActorLost as lost:
            self._give_up(lost)
            raise

    def _give_up(self, lost: ActorLost) -> ActorLost:
        """What may still live is killed: its work will be done elsewhere."""
        self._lost = self._lost or lost
        self.kill()
        return lost


class NamedObject:
    """An object in an actor that was started under a name, for other actors: it can be pickled, and it outlives the actor.

    It is looked up when it is first needed and again after it was lost, so that a successor under the same name is found.
    """

    def __init__(self, name: str, answer_within_s: float = 120.0) -> None:
        """`answer_within_s` covers the looking up as well. Use it in the driver that starts the object, and in its actors."""
        self.name, self._answer_within_s = name, answer_within_s
        self._actor: Any = None
        self._watch: _Call | None = None

    def __reduce__(self) -> tuple[type[NamedObject], tuple[str, float]]:
        return NamedObject, (self.name, self._answer_within_s)

    async def call(self, method: str, *arguments: object) -> Any:
        """What the object's async method returns or raises.

        Raises EnvError, and not WorkerLost, if the actor is lost meanwhile or nothing is answered in time: the caller's own worker
        is well. The next call looks for a successor first.
        """
        answer: _Call | None = None
        try:
            async with asyncio.timeout(self._answer_within_s):
                answer = _Call(await self._living(), "call", pack_call(method, arguments))
                await answer.wait()
            return open_answer(answer.take())
        except ActorLost as lost:
            self._actor = None
            raise EnvError(f"{self.name} was lost while it was asked: {lost}") from lost
        except TimeoutError as late:
            self._actor = None
            raise EnvError(f"{self.name} did not answer within {self._answer_within_s:g} s") from late
        finally:
            if answer is not None and not answer.done:
                answer.cancel()

    async def _living(self) -> Any:
        """The actor, asked whether it lives if it is new to us; waits until there is one."""
        if self._actor is not None and self._watch is not None and not self._watch.done:
            return self._actor
        pause_s = _LOOK_AGAIN_S
        while True:
            with suppress(ValueError, ActorLost):  # nobody has the name, or the one who has it is dying
                actor = await asyncio.to_thread(lambda: _newest_actor(self.name))
                answer = _Call(actor, "where")
                await answer.wait()
                answer.take()
                self._actor, self._watch = actor, _Call(actor, "watch")
                return actor
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)  # thousands may be looking


class RayHost:
    """This process as the driver of a cluster; one per process at a time. Make it with `connect`.

    `patience` holds for what is started from now on.
    """

    def __init__(self, thread: OwnThread, address: str, own: bool, patience: Patience) -> None:
        """Take over a connection. Use `connect` instead."""
        self.patience = patience
        self._thread, self._address, self._own = thread, address, own
        self._objects: list[RemoteObject] = []
        self._named = 0
        self._closed = False

    @classmethod
    async def connect(
        cls, address: str = "auto", *, cpus: int | None = None, deadline_s: float = 60.0, patience: Patience | None = None
    ) -> Self:
        """Connect to a cluster, or start Ray on this machine.

        address  "HOST:PORT" of a cluster's head; "local": a Ray of our own; "auto": what RAY_ADDRESS names, else the cluster that
                 `ray start` joined this machine to, else a Ray of our own
        cpus     of a Ray of our own (None: all that this machine grants)
        Raises ToolchainMissing if Ray is not installed, EnvError if there is no connection after `deadline_s`.
        """
        thread = OwnThread("ray")
        try:
            ray = await thread.run(_ray, deadline_s, "importing ray")
            if ray.is_initialized():
                raise EnvError("this process is connected to a Ray cluster already")
            head = await find_head(address)
            namespace = f"entail-{uuid.uuid4().hex}"
            what = f"connecting to the Ray cluster at {head}" if head else "starting Ray on this machine"
            try:
                await thread.run(lambda: _init(ray, head, cpus, namespace), deadline_s, what)
            except EnvError as failure:
                raise EnvError(f"{failure.args[0]}; {CHECK_HEAD if head else _CHECK_LOCAL}", detail=failure.detail) from failure
            found = head or ray.get_runtime_context().gcs_address
            return cls(thread, found, not head, patience or Patience())
        except BaseException:
            thread.stop()
            raise

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    async def facts(self) -> ClusterFacts:
        """Nodes and CPUs that are there now. Raises EnvError if the head does not answer."""
        ray = _ray()
        nodes = [node for node in await self._thread.run(ray.nodes, self.patience.answer, "listing the nodes") if node["Alive"]]
        cpus, gpus = (int(sum(node["Resources"].get(kind, 0) for node in nodes)) for kind in ("CPU", "GPU"))
        return ClusterFacts(self._address, self._own, ray.__version__, len(nodes), cpus, gpus)

    async def start(self, factory: str, *arguments: object, needs: Needs = ONE_CPU, name: str = "") -> RemoteObject:
        """An object in a new actor, built by `factory` ("module:function", an async function) from arguments that can be pickled.

        Waits until it is built. With a `name`, other actors of this driver reach it as `NamedObject(name)`; the newest of a name
        counts. Raises what the factory raises, ToolchainMissing if the node lacks our package or has
        another version, EnvError if no node has a free place in time.
        """
        remote = await self._arrive(needs, name)
        try:
            here().check_same(remote.origin)
            async with asyncio.timeout(self.patience.build):
                await remote.build(factory, arguments)
        except BaseException as failure:
            remote.kill()
            if isinstance(failure, TimeoutError):
                raise EnvError(f"{factory} on {remote.name} was not done within {self.patience.build:g} s") from failure
            raise
        return remote

    async def close(self, deadline_s: float = 30.0) -> None:
        """End the actors, disconnect, and end Ray if it is our own. Idempotent, never raises."""
        if self._closed:
            return
        self._closed = True
        for remote in self._objects:
            remote.kill()
        with suppress(EnvError):
            await self._thread.run(_ray().shutdown, deadline_s, "leaving the cluster")
        self._thread.stop()

    async def _arrive(self, needs: Needs, name: str) -> RemoteObject:
        """An actor that runs. One that was lost before is asked for again: it may have been sent to a node that had just died."""
        clock = asyncio.get_running_loop().time
        give_up_s = clock() + self.patience.place
        while True:
            options: dict[str, Any] = {**needs.options, "max_restarts": 0, "max_concurrency": _CALLS_AT_ONCE}
            if name:
                self._named += 1
                options["name"] = f"{name}#{self._named}"
            try:
                return await self._try_to_place(options, give_up_s - clock())
            except ActorLost as lost:
                if clock() + _LOOK_AGAIN_S >= give_up_s:
                    raise await self._no_place(lost) from lost
            await asyncio.sleep(_LOOK_AGAIN_S)

    async def _try_to_place(self, options: dict[str, Any], patience_s: float) -> RemoteObject:
        """Raises ActorLost if it does not come up, ToolchainMissing if a node lacks our package."""
        if self._closed:
            raise EnvError("the connection to the cluster is closed")
        actor = await self._thread.run(lambda: _new_actor(options), patience_s, "asking for an actor")
        remote = RemoteObject(actor, self._thread, self.patience)
        self._objects = [known for known in self._objects if not known.is_lost]
        self._objects.append(remote)
        try:
            remote.origin = await remote.ping(patience_s)
        except ActorLost as lost:
            if any(sign in str(lost.__cause__) for sign in ("failed to import", "ModuleNotFoundError")):
                raise ToolchainMissing("a node of the cluster does not have entail: install it there", detail=str(lost)) from lost
            raise
        except BaseException:
            remote.kill()
            raise
        return remote

    async def _no_place(self, lost: ActorLost) -> EnvError:
        facts = await self.facts()
        told = f"no actor came up on a cluster of {facts.nodes} nodes with {facts.cpus} CPUs: are all of them taken?"
        return EnvError(told, detail=str(lost))


_LONGEST_DETAIL = 1000  # characters
_CHECK_LOCAL = "check the free memory and disk (/dev/shm, /tmp/ray), and Ray's logs in /tmp/ray/session_latest/logs"


def _ray() -> Any:
    """The library. Raises ToolchainMissing."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    try:
        import ray
    except ImportError as missing:
        raise ToolchainMissing("runs on a cluster need Ray: pip install 'entail[cluster]'", detail=str(missing)) from missing
    return ray


def _init(ray: Any, head: str, cpus: int | None, namespace: str) -> None:
    """Connect to `head`, or start Ray here if it is "". Raises EnvError."""
    own = {"num_cpus": cpus, "include_dashboard": False, "object_store_memory": _OBJECT_STORE_BYTES}
    options: dict[str, Any] = {"address": head} if head else {"address": "local", **own}
    environment = {"env_vars": {**actor_environment(), **_QUIET}}
    try:
        ray.init(**options, namespace=namespace, runtime_env=environment, log_to_driver=False, logging_level="ERROR")
    except (ConnectionError, OSError, RuntimeError, ValueError, ray.exceptions.RayError) as failure:
        raise EnvError(f"Ray refused: {type(failure).__name__}", detail=str(failure)) from failure


def _newest_actor(name: str) -> Any:
    """Raises ValueError if there is none.

    Each start has a name of its own: Ray lets go of a dead actor's name late, and who asks for it too early never gets it.
    """
    from ray.util import list_named_actors

    numbers = [int(number) for known, _, number in (full.rpartition("#") for full in list_named_actors()) if known == name]
    if not numbers:
        raise ValueError(name)
    return _ray().get_actor(f"{name}#{max(numbers)}")


def _new_actor(options: dict[str, Any]) -> Any:
    return _ray().remote(Hosted).options(**options).remote()


class _Call:
    """A call that is out. Its future is never cancelled, only left alone: Ray sets it from a thread of its own."""

    def __init__(self, actor: Any, method: str, *arguments: object) -> None:
        self._reference = getattr(actor, method).remote(*arguments)
        self._future: asyncio.Future[Any] = asyncio.wrap_future(self._reference.future())
        self._future.add_done_callback(_hear)

    @property
    def done(self) -> bool:
        return self._future.done()

    async def wait(self, timeout_s: float | None = None) -> None:
        """Return when there is an answer, or after `timeout_s`."""
        await asyncio.wait({self._future}, timeout=timeout_s)

    def take(self) -> Any:
        """The answer, which is there. Raises ActorLost: `Hosted` answers whatever happens, so an error of Ray is a loss."""
        try:
            return self._future.result()
        except _ray().exceptions.RayError as failure:
            head, _, rest = str(failure).partition("\n")
            told = f"the actor is lost ({type(failure).__name__}): {head}"
            raise ActorLost(told, detail=rest[:_LONGEST_DETAIL]) from failure

    def cancel(self) -> None:
        """Let the actor drop it. Never raises."""
        with suppress(Exception):
            _ray().cancel(self._reference)


def _hear(answer: asyncio.Future[Any]) -> None:
    """Nobody may be left who wants the answer: without this look, asyncio would report its error."""
    if not answer.cancelled():
        answer.exception()
