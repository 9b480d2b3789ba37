"""What is left to do at each node: where it stands, and which of its candidates were tried.

Plain records. `agenda.py` and `search.py` write to them; queues read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from search.expansion import Candidate


class Place(Enum):
    """Where a node stands.

    QUEUED: waits for its turn. IN_FLIGHT: handed out. IRRELEVANT: has work, but proving it could not help the root; it
    comes back when that changes. TOO_DEEP: at the depth limit; comes back on a shorter path. DONE: decided, or all
    tried.
    """

    QUEUED = "queued"
    IN_FLIGHT = "in flight"
    IRRELEVANT = "irrelevant"
    TOO_DEEP = "too deep"
    DONE = "done"


@dataclass(slots=True, eq=False)
class Work:
    """What is left to do at one node: `candidates[tried : tried + taken]` are out, those after them untried.

    `place` may lag behind a node that was decided from below; `Agenda.place` does not. `handed_out_at` counts asks, 0 =
    never.
    """

    place: Place = Place.DONE
    candidates: Sequence[Candidate] = ()
    offered: bool = False
    tried: int = 0
    taken: int = 0
    handed_out_at: int = 0
