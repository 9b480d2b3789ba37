"""What an attempt has spent so far, and whether that is all it may spend.

Owns every number of `Effort` that the searches do not count themselves. Never waits and never decides: it is told, and asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lean_env.messages import Advanced, Limit, Refused, StepResult
from prover.attempt import Effort
from prover.lane import Side
from prover.policy import Usage
from search.budget import Budget, Stopped


class Stopwatch:
    """Seconds that waits take together: `with stopwatch: await ...`, in any number of tasks at once.

    A wait that is not over counts as far as it has come, so that a policy that never answers is seen to take all the time.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._running = 0
        self._balance = 0.0  # ends minus beginnings: with what runs taken as ending now, the total

    def __enter__(self) -> None:
        self._running += 1
        self._balance -= self._clock()

    def __exit__(self, *_: object) -> None:
        self._running -= 1
        self._balance += self._clock()

    @property
    def seconds(self) -> float:
        """Until now (>= 0)."""
        return max(0.0, self._balance + self._running * self._clock())


class Ledger:
    """The account of one attempt, from its creation on.

    `steps_out`: tactics that are being tried, and count against the budget already; `assessed`: goals that the critic was asked
    about; both for the caller to count. `policy`, `critic` and `lean` time the waits for each, in all lanes. `lost_in_a_row`
    workers were lost since Lean last answered.
    """

    def __init__(self, budget: Budget, clock: Callable[[], float]) -> None:
        self.policy, self.critic, self.lean = Stopwatch(clock), Stopwatch(clock), Stopwatch(clock)
        self.steps_out = self.assessed = self.lost_in_a_row = 0
        self._budget, self._clock, self._begun = budget, clock, clock()
        self._workers_lost = self._advanced = self._refused = self._limited = 0
        self._prompt_tokens = self._output_tokens = 0

    def tried(self, results: Sequence[StepResult]) -> None:
        """Lean's answers to tactics of the search. What the search makes of an answer does not matter here."""
        self.lost_in_a_row = 0
        self._advanced += sum(isinstance(result, Advanced) for result in results)
        self._refused += sum(isinstance(result, Refused) for result in results)
        self._limited += sum(isinstance(result, Limit) for result in results)

    def lost_worker(self) -> None:
        """A worker died, or never came up."""
        self._workers_lost += 1
        self.lost_in_a_row += 1

    def suggested(self, usage: Usage) -> None:
        """What one answer of the policy cost."""
        self._prompt_tokens += usage.prompt_tokens
        self._output_tokens += usage.output_tokens

    @property
    def elapsed_s(self) -> float:
        """Seconds since the attempt began."""
        return self._clock() - self._begun

    def left_ms(self) -> int | None:
        """What is left of the seconds, at least 1 ms; None if there is no such limit."""
        return max(1, round(1000 * (self._budget.seconds - self.elapsed_s))) if self._budget.seconds else None

    def steps_allowed(self, wanted: int, sides: Sequence[Side]) -> int:
        """How many of so many tactics may be tried now."""
        return self._budget.steps_allowed(wanted, spent=self._steps(sides))

    def stopped(self, sides: Sequence[Side]) -> Stopped | None:
        """The limit that is reached, if one is."""
        expansions = sum(side.search.counts.expansions + side.search.counts.in_flight for side in sides)
        return self._budget.stopped_by(expansions=expansions, steps=self._steps(sides), seconds=self.elapsed_s)

    def effort(self, sides: Sequence[Side]) -> Effort:
        """What was spent on all searches together."""
        counts = [side.search.counts for side in sides]
        return Effort(
            seconds=self.elapsed_s,
            expansions=sum(each.expansions for each in counts),
            steps=sum(each.steps for each in counts),
            nodes=sum(each.nodes for each in counts),
            workers_lost=self._workers_lost,
            advanced=self._advanced,
            refused=self._refused,
            limited=self._limited,
            policy_seconds=self.policy.seconds,
            lean_seconds=self.lean.seconds,
            prompt_tokens=self._prompt_tokens,
            output_tokens=self._output_tokens,
            critic_seconds=self.critic.seconds,
            assessed=self.assessed,
        )

    def _steps(self, sides: Sequence[Side]) -> int:
        return sum(side.search.counts.steps for side in sides) + self.steps_out
