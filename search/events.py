"""What happened to a search, as values: one event per call that changed it, in order.

Events are complete: the same events applied again give the same tree and the same queue (`trace.py`). They carry goals
as keys and outcomes as they were told, so they are also the raw material for training data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from search.config import SearchConfig
from search.expansion import Outcome, PlainCandidate
from search.nodes import NodeId


@dataclass(frozen=True, slots=True)
class Started:
    """A search began; always the first event."""

    root_key: str
    config: SearchConfig


@dataclass(frozen=True, slots=True)
class Asked:
    """`ask` handed out a node."""

    node: NodeId


@dataclass(frozen=True, slots=True)
class Offered:
    """The policy's list for a node."""

    node: NodeId
    candidates: tuple[PlainCandidate, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """The next `count` candidates of a node went out to be tried."""

    node: NodeId
    count: int


@dataclass(frozen=True, slots=True)
class Told:
    """What came back, one outcome per candidate that was tried."""

    node: NodeId
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Released:
    """A node came back untried."""

    node: NodeId


@dataclass(frozen=True, slots=True)
class Assessed:
    """A critic gave its opinion of a node."""

    node: NodeId
    value: float


Event = Started | Asked | Offered | Taken | Told | Released | Assessed
Observer = Callable[[Event], object]
