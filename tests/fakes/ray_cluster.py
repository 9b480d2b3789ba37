"""Three Ray nodes on this machine, each with processes of its own, for tests of what dies when."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")

ENOUGH_S = 60.0  # of a wait that must end by itself; reached only by a hang
_STORE_BYTES = 80 * 1024 * 1024

# Ray's own warnings, none of which a test of ours can mend.
RAY_WARNINGS = (
    "ignore::ResourceWarning",  # it leaves log files and sockets of its processes to the garbage collector
    "ignore::pytest.PytestUnraisableExceptionWarning",  # ... which is how pytest shows them
)


class SimulatedCluster:
    """A head and other nodes, one CPU each."""

    def __init__(self, nodes: int) -> None:
        for name in ("RAY_USAGE_STATS_ENABLED", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO"):
            os.environ.setdefault(name, "0")
        from ray.cluster_utils import Cluster

        head = {"num_cpus": 1, "object_store_memory": _STORE_BYTES, "include_dashboard": False}
        self._cluster: Any = Cluster(initialize_head=True, head_node_args=head)
        self._others: dict[str, Any] = {}
        for _ in range(nodes - 1):
            self.add_node()

    @property
    def address(self) -> str:
        """Of the head."""
        return str(self._cluster.address)

    def add_node(self) -> None:
        node = self._cluster.add_node(num_cpus=1, object_store_memory=_STORE_BYTES)
        self._others[node.node_id] = node

    def is_head(self, node_id: str) -> bool:
        return node_id not in self._others

    def kill_node(self, node_id: str) -> None:
        """With SIGKILL, as when the machine goes."""
        self._cluster.remove_node(self._others.pop(node_id), allow_graceful=False)

    def close(self) -> None:
        self._cluster.shutdown()


@contextmanager
def simulated_cluster(nodes: int = 3) -> Generator[SimulatedCluster]:
    cluster = SimulatedCluster(nodes)
    try:
        yield cluster
    finally:
        cluster.close()


async def soon(coroutine: Coroutine[Any, Any, T]) -> T:
    """Its value; a hang is a failure."""
    async with asyncio.timeout(ENOUGH_S):
        return await coroutine
