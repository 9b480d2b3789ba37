"""A kernel in each way of isolating that this machine offers; a test is skipped, with the reason, in those it does not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from prover.sandbox.isolation import NoIsolation, Way, ways
from prover.sandbox.kernel import Kernel
from prover.sandbox.outcomes import Limits

StartKernel = Callable[[Limits], Awaitable[Kernel]]


@pytest.fixture(params=[Way.SPARE_USER, Way.USER_NAMESPACE, Way.LANDLOCK], ids=lambda way: way.value)
def way(request: pytest.FixtureRequest) -> Way:
    if request.param not in ways():
        pytest.skip("not a way for this user or system")
    return request.param


@pytest.fixture
async def start(way: Way) -> AsyncIterator[StartKernel]:
    async with AsyncExitStack() as stack:

        async def started(limits: Limits) -> Kernel:
            try:
                kernel = await Kernel.start(limits, among=(way,))
            except NoIsolation as missing:
                pytest.skip(str(missing))
            stack.push_async_callback(kernel.close)
            return kernel

        yield started


@pytest.fixture
async def kernel(start: StartKernel) -> Kernel:
    return await start(Limits(wall_s=20, memory_mib=512, scratch_mib=1, processes=4, output_kib=16))
