"""A driver with a Ray of its own, for tests of what it prints and of what is left of it: loses an actor, says so, and waits."""

from __future__ import annotations

import asyncio
import sys

from lean_env.hosted import ActorLost
from lean_env.ray_pool import RayHost

_ODDITY = "tests.fakes.ray_objects:open_oddity"


async def main() -> None:
    """One line: the address of the head, and the process of an actor that lives."""
    async with await RayHost.connect("local", cpus=2) as host:
        doomed, alive = await host.start(_ODDITY), await host.start(_ODDITY)
        try:
            await doomed.call("die")
        except ActorLost:
            await asyncio.sleep(1.0)  # Ray reports such a death to its drivers; a line about it would come now
            sys.stdout.write(f"{(await host.facts()).address} {alive.origin.pid}\n")
            sys.stdout.flush()
        await asyncio.Event().wait()


asyncio.run(main())
