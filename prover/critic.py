"""Critics: situations in, opinions out of how near each goal is to being proved.

Owns the contract, and which searches can use which critic. Promises that what reaches a search is one finite number per goal.
Asked for the new goals of an expansion together, and only where the strategy reads the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from math import isfinite
from typing import Protocol

from lean_env.errors import EnvError
from prover.policy import Situation
from search.config import SearchConfig
from search.frontier import Order


class Opinion(Enum):
    """What a critic's numbers mean. In both kinds higher = nearer to a proof.

    RANKING: only their order means something: no unit, no zero, another model's are not comparable (a reward model that learned
    from pairs). VALUE: from 0 to 1, 1 = proved; means and minima of them make sense. NOTHING: there is no critic.
    """

    RANKING = "ranking"
    VALUE = "value"
    NOTHING = "nothing"


class Critic(Protocol):
    """Judges the goals of nodes, each by its first goal and what led there."""

    @property
    def kind(self) -> Opinion:
        """What its numbers mean; the same for its whole life."""
        ...

    async def score(self, situations: Sequence[Situation]) -> list[float]:
        """One number per situation, finite; in [0, 1] if they are values. Never raises for what a goal says; ModelFailed."""
        ...


class NoCritic:
    """Has no opinion, and is not asked."""

    kind = Opinion.NOTHING

    async def score(self, situations: Sequence[Situation]) -> list[float]:
        """The same number for each."""
        return [0.5] * len(situations)


NO_CRITIC = NoCritic()


def require_fit(critic: Critic, search: SearchConfig) -> None:
    """Raises ValueError if the search cannot be done with this critic, or not without one."""
    if search.order is Order.PUCT:
        if critic.kind is Opinion.RANKING:
            raise ValueError("PUCT takes means and minima of a critic's numbers, and this critic's only rank")
    elif search.reads_values and critic.kind is Opinion.NOTHING:
        raise ValueError("the search is to go by a critic's opinion, and there is no critic")


async def opinions(critic: Critic, situations: Sequence[Situation]) -> list[float]:
    """What the critic says, one number per situation. Raises EnvError if that is not what it promises, and what it raises."""
    scores = await critic.score(situations)
    if len(scores) != len(situations):
        raise EnvError(f"the critic gave {len(scores)} opinions of {len(situations)} goals")
    for score in scores:
        if not isfinite(score) or (critic.kind is Opinion.VALUE and not 0 <= score <= 1):
            raise EnvError(f"the critic's opinion of a goal is {score}, which is no {critic.kind.value}")
    return scores
