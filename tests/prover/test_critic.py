"""Which searches ask a critic, about what, when, and what happens if it answers nonsense."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from lean_env.errors import EnvError
from prover.attempt import Outcome
from prover.critic import NO_CRITIC, NoCritic, Opinion, require_fit
from prover.policy import Candidate, Situation
from search.budget import Budget
from search.config import SearchConfig
from search.frontier import Order
from search.scoring import Rule, Scoring
from tests.fakes.hunting import Hunt, until
from tests.fakes.scripted_lean import Effect, Lean, Table
from tests.fakes.scripted_session import ScriptedPolicy, text_of

PUCT = SearchConfig(order=Order.PUCT)
TURNS = SearchConfig(order=Order.ALTERNATE, path_turns=0)
FORK: Table = {
    "A": {"left": ("L",), "right": ("R",)},
    "L": {"on": ("L1",)},
    "L1": {"end": ()},
    "R": {"on": ("R1",)},
    "R1": {"end": ()},
}


@dataclass(slots=True)
class ScriptedCritic:
    """Says of each goal what the table says, 0.5 of others; after `gate`."""

    values: Mapping[str, float] = field(default_factory=dict[str, float])
    kind: Opinion = Opinion.VALUE
    asked: list[list[Situation]] = field(default_factory=list[list[Situation]])
    gate: asyncio.Event | None = None
    too_few: int = 0
    error: Exception | None = None

    async def score(self, situations: Sequence[Situation]) -> list[float]:
        self.asked.append(list(situations))
        if self.gate is not None:
            await self.gate.wait()
        if self.error is not None:
            raise self.error
        return [self.values.get(text_of(each.goal), 0.5) for each in situations][self.too_few :]

    def goals(self) -> list[list[str]]:
        return [[text_of(each.goal) for each in batch] for batch in self.asked]


@pytest.mark.parametrize(
    "search", [replace(PUCT, exploration=0.25), TURNS, SearchConfig(scoring=Scoring(Rule.CRITIC, path_weight=0.1))]
)
async def test_the_critic_leads(search: SearchConfig) -> None:
    critic = ScriptedCritic({"R": 0.9, "R1": 0.95, "L": 0.1, "L1": 0.1})
    hunt = Hunt(Lean(FORK), critic=critic, search=search)
    attempt = await hunt.run()
    assert attempt.outcome is Outcome.PROVED
    assert attempt.script == ("right", "on", "end")
    # New goals of one expansion together, each once, with what led there; the theorem itself is nobody's child.
    assert critic.goals() == [["L", "R"], ["R1"]]
    assert critic.asked[1][0].proof_before == ("right", "on")
    assert attempt.effort.assessed == 3


@pytest.mark.parametrize("search", [SearchConfig(), SearchConfig(order=Order.BREADTH), SearchConfig(order=Order.DEPTH)])
async def test_who_does_not_read_it_does_not_ask_it(search: SearchConfig) -> None:
    critic = ScriptedCritic()
    attempt = await Hunt(Lean(FORK), critic=critic, search=search).run()
    assert attempt.outcome is Outcome.PROVED
    assert critic.asked == []
    assert (attempt.effort.assessed, attempt.effort.critic_seconds) == (0, 0.0)


@pytest.mark.parametrize("workers", [1, 2, 3])
async def test_puct_finds_proofs_and_refutations_with_any_number_of_workers(workers: int) -> None:
    table: Table = {
        "A": {"split": ("B", "C"), "loop": ("D",)},
        "B": {"fold": ("C",)},
        "C": {"close": ()},
        "D": {"back": ("A",)},
        "¬ (A)": {"no": ("N",)},
    }
    attempt = await Hunt(Lean(table), workers=workers, negation_share=2, search=PUCT).run()
    assert attempt.outcome is Outcome.PROVED
    refuted = {"A": {"loop": ("D",)}, "D": {"back": ("A",)}, "¬ (A)": {"no": ("N", "M")}, "N": {"end": ()}, "M": {"end": ()}}
    attempt = await Hunt(Lean(refuted), workers=workers, negation_share=2, search=PUCT).run()
    assert attempt.outcome is Outcome.REFUTED


async def test_the_same_inputs_on_one_worker_make_the_same_search() -> None:
    values = {"R": 0.3, "L": 0.4, "R1": 0.1}
    for search in (PUCT, TURNS):
        hunts = [Hunt(Lean(FORK), critic=ScriptedCritic(values), search=search, width=1, negation_share=2) for _ in range(2)]
        first, second = [await hunt.run() for hunt in hunts]
        assert first == second
        assert hunts[0].lean.log == hunts[1].lean.log


async def test_a_lane_that_is_free_does_not_wait_for_the_critic() -> None:
    critic = ScriptedCritic(gate=asyncio.Event())
    table: Table = {"A": {"left": ("L",), "right": ("R",)}, "L": {"no": Effect(refuses="no")}, "R": {"no": Effect(refuses="no")}}
    hunt = Hunt(Lean(table), critic=critic, search=PUCT, workers=2, width=1)
    running = asyncio.create_task(hunt.run())
    await until(lambda: hunt.tried("L") == ["no"])
    assert critic.gate is not None
    critic.gate.set()
    assert (await running).outcome is Outcome.EXHAUSTED


async def test_what_is_proved_or_over_is_not_assessed() -> None:
    critic = ScriptedCritic()
    attempt = await Hunt(Lean({"A": {"split": ("B",), "end": ()}}), critic=critic, search=PUCT).run()
    assert attempt.outcome is Outcome.PROVED
    assert critic.asked == []


async def test_the_time_of_a_critic_is_counted_apart() -> None:
    lean = Lean({"A": {"go": ("B",)}, "B": {"end": ()}})
    critic = ScriptedCritic(gate=asyncio.Event())
    running = asyncio.create_task(Hunt(lean, critic=critic, search=PUCT).run())
    await until(lambda: critic.asked)
    lean.clock.now += 3.0
    assert critic.gate is not None
    critic.gate.set()
    effort = (await running).effort
    assert (effort.critic_seconds, effort.policy_seconds, effort.lean_seconds) == (3.0, 0.0, 0.0)


async def test_a_critic_that_never_answers_does_not_outlive_the_seconds() -> None:
    lean = Lean({"A": {"go": ("B",)}, "B": {"end": ()}})
    asyncio.get_running_loop().call_later(0.03, setattr, lean.clock, "now", 1.0)
    hunt = Hunt(lean, critic=ScriptedCritic(gate=asyncio.Event()), search=PUCT, budget=Budget(seconds=0.02))
    attempt = await hunt.run()
    assert attempt.outcome is Outcome.OUT_OF_BUDGET
    assert attempt.effort.critic_seconds == 1.0


@pytest.mark.parametrize(
    "critic",
    [
        ScriptedCritic({"L": float("nan")}),
        ScriptedCritic({"L": float("inf")}, kind=Opinion.RANKING),
        ScriptedCritic({"L": 1.5}),
        ScriptedCritic({"L": -0.5}),
        ScriptedCritic(too_few=1),
        ScriptedCritic(error=EnvError("the critic's opinion is lost")),
    ],
)
async def test_nonsense_is_our_machinery_s_failure(critic: ScriptedCritic) -> None:
    with pytest.raises(EnvError, match=r"opinion"):
        await Hunt(Lean(FORK), critic=critic, search=TURNS).run()


async def test_scores_without_a_unit_rank() -> None:
    critic = ScriptedCritic({"R": 170.0, "L": -30.0, "R1": 1e9}, kind=Opinion.RANKING)
    attempt = await Hunt(Lean(FORK), critic=critic, search=TURNS).run()
    assert attempt.script == ("right", "on", "end")


async def test_a_search_that_cannot_use_its_critic_does_not_begin() -> None:
    hunt = Hunt(Lean(FORK), critic=ScriptedCritic(kind=Opinion.RANKING), search=PUCT)
    with pytest.raises(ValueError, match="only rank"):
        await hunt.run()
    for search in (TURNS, SearchConfig(scoring=Scoring(Rule.CRITIC))):
        with pytest.raises(ValueError, match="there is no critic"):
            require_fit(NO_CRITIC, search)
    require_fit(NO_CRITIC, PUCT)
    require_fit(NO_CRITIC, SearchConfig())


async def test_no_critic_has_no_opinion() -> None:
    assert await NoCritic().score([]) == []
    policy = ScriptedPolicy({"A": [Candidate("left", -1.0)], "L": ["on"], "L1": ["end"]})
    attempt = await Hunt(Lean(FORK), search=PUCT, policy=policy).run()
    assert attempt.outcome is Outcome.PROVED
    assert attempt.effort.assessed == 0
