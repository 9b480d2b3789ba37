"""The one call behind `prove`, a run's hands and the library: which method it is, what it is asked with, and that it ends."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from prover.attempt import Attempt, Outcome
from prover.config import ProveConfig
from prover.method_choice import MODEL, WHOLE_PROOF, MethodChoice
from prover.methods import Method, TreeSearch, opened_method
from prover.models.choice import ModelChoice
from prover.models.dialect_file import DialectProblem
from prover.policies import UnknownPolicy
from search.budget import Budget
from tests.fakes.drafting import BROKEN, PROOF, TABLE, ProofShop
from tests.fakes.hunting import statement
from tests.fakes.scripted_lean import Lean
from tests.fakes.scripted_model import ScriptedModel, block, text_of_prompt
from tests.fakes.scripted_session import ScriptedPolicy, Shop

CONFIG = ProveConfig(Budget(expansions=5), workers=1, negation_share=0, floor_mass=0.0, seed=11)


async def attempt(method: Method, shop: Shop, config: ProveConfig = CONFIG, informal: str = "") -> Attempt:
    made = await method.attempt(
        statement(), pool=shop.pool, checker=shop.checker, config=config, clock=time.monotonic, informal=informal
    )
    await shop.pool.close()
    await shop.clean.close()
    return made


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> Callable[[ScriptedModel], ScriptedModel]:
    """Puts a scripted model in the place of whatever is opened."""

    def put(model: ScriptedModel) -> ScriptedModel:
        @asynccontextmanager
        async def opened(choice: ModelChoice, *, say: Callable[[str], None]) -> AsyncGenerator[ScriptedModel]:
            say(f"{choice.model} is here")
            try:
                yield model
            finally:
                await model.close()

        # In this order: what is imported for the first one takes the real function from the second.
        monkeypatch.setattr("prover.whole.method.opened", opened)
        monkeypatch.setattr("prover.models.choice.opened", opened)
        return model

    return put


# -- tactics ----------------------------------------------------------------------------------------------------------------------


async def test_without_a_model_it_is_a_search_with_noise() -> None:
    async with opened_method(MethodChoice("symbolic", 0.5), CONFIG) as method:
        assert isinstance(method, TreeSearch)
        assert (method.temperature, method.name) == (0.5, "")
    with pytest.raises(UnknownPolicy):
        async with opened_method(MethodChoice("magic"), CONFIG):
            pass


async def test_a_policy_that_is_given_takes_the_place_of_the_one_that_is_named() -> None:
    own = ScriptedPolicy({"A": ("win",)})
    async with opened_method(MethodChoice("symbolic", 0.0), CONFIG, policy=own) as method:
        made = await attempt(method, Shop(Lean(TABLE)))
    assert (made.outcome, made.script) == (Outcome.PROVED, ("win",))
    choice = MethodChoice(MODEL, 0.7, ModelChoice("shared", dialect="bfs-prover"))
    async with opened_method(choice, CONFIG, policy=own) as method:  # a hand of a cluster, whose model is elsewhere
        assert isinstance(method, TreeSearch)
        assert (method.policy, method.temperature, method.name) == (own, 0.0, "shared")


@pytest.mark.models
async def test_a_model_proposes_tactics_and_noise_is_its_own(models: Callable[[ScriptedModel], ScriptedModel]) -> None:
    model, said = models(ScriptedModel(lambda _: ["nonsense", "win"])), list[str]()
    choice = MethodChoice(MODEL, 0.9, ModelChoice("m", dialect="bfs-prover"))
    async with opened_method(choice, CONFIG, say=said.append) as method:
        assert isinstance(method, TreeSearch)
        assert (method.temperature, method.name) == (0.0, "scripted@0")
        made = await attempt(method, Shop(Lean(TABLE)))
        assert not model.closed
    assert model.closed
    assert (made.outcome, made.script) == (Outcome.PROVED, ("win",))
    assert (made.effort.output_tokens, made.effort.prompt_tokens) == (len("nonsensewin"), len(model.shown[0]))
    assert {sampling.seed for sampling in model.samplings} == {11}
    assert said == ["m is here"]


# -- whole proofs -----------------------------------------------------------------------------------------------------------------


def whole(dialect: str, samples: int = 1) -> MethodChoice:
    return MethodChoice(WHOLE_PROOF, 0.0, ModelChoice("m", dialect=dialect, samples=samples))


@pytest.mark.models
async def test_a_model_writes_whole_proofs(models: Callable[[ScriptedModel], ScriptedModel]) -> None:
    model = models(ScriptedModel([PROOF]))
    async with opened_method(whole("deepseek-prover-v1.5"), CONFIG) as method:
        assert method.name == "scripted@0"
        made = await attempt(method, ProofShop(Lean(TABLE)), informal="A holds.")
    assert (made.outcome, made.script) == (Outcome.PROVED, ("split", "b", "turn", "d"))
    assert "A holds." in model.shown[0]
    assert model.samplings[0].seed == 11
    assert model.closed


@pytest.mark.models
async def test_a_dialect_that_can_take_a_proof_up_does(models: Callable[[ScriptedModel], ScriptedModel]) -> None:
    def script(shown: str) -> Sequence[str]:
        return ["  d\n"] if "  turn\n" in shown else [BROKEN]

    model = models(ScriptedModel(script))
    async with opened_method(whole("deepseek-prover-v1.5"), CONFIG) as method:
        made = await attempt(method, ProofShop(Lean(TABLE)))
    assert made.outcome is Outcome.PROVED
    assert len(model.asked) == 2


@pytest.mark.models
async def test_a_dialect_that_can_repair_does_as_often_as_it_says(models: Callable[[ScriptedModel], ScriptedModel]) -> None:
    rounds: list[int] = []

    def script(shown: str) -> Sequence[str]:
        rounds.append(shown.count("[assistant]"))
        return [block(f"theorem t : A := by\n{BROKEN.replace('wrong', 'wrong' * len(rounds))}")]

    model = models(ScriptedModel(script))
    async with opened_method(whole("chat-proof"), CONFIG) as method:
        made = await attempt(method, ProofShop(Lean(TABLE)), ProveConfig(Budget(expansions=50), workers=1))
    assert made.outcome is Outcome.EXHAUSTED
    assert max(rounds) == 2, "as chat-proof.toml says"
    assert made.effort.expansions == len(model.asked)


@pytest.mark.models
async def test_a_search_goes_on_from_what_failing_proofs_did_right(
    models: Callable[[ScriptedModel], ScriptedModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    def knows_the_end(_name: str) -> ScriptedPolicy:
        return ScriptedPolicy({"D": ["d"]})

    monkeypatch.setattr("prover.whole.method.make_policy", knows_the_end)
    alone = whole("deepseek-prover-v1.5")
    config = ProveConfig(Budget(steps=100), workers=1, negation_share=0)
    ends: dict[bool, Attempt] = {}
    for then_search in (False, True):
        models(ScriptedModel(lambda _: [BROKEN]))
        choice = replace(alone, model=replace(alone.model, then_search=then_search))
        async with opened_method(choice, config) as method:
            ends[then_search] = await attempt(method, ProofShop(Lean(TABLE)), config)
    assert ends[False].outcome is Outcome.EXHAUSTED
    assert (ends[True].outcome, ends[True].script) == (Outcome.PROVED, ("split", "· b", "· turn", "  d"))
    assert ends[True].effort.steps > ends[False].effort.steps
    assert ends[True].effort.output_tokens == ends[False].effort.output_tokens > 0


@pytest.mark.models
@pytest.mark.parametrize(("budget", "most"), [(Budget(expansions=2), 2), (Budget(steps=1), 50)])
async def test_a_budget_ends_it(models: Callable[[ScriptedModel], ScriptedModel], budget: Budget, most: int) -> None:
    model = models(ScriptedModel(lambda shown: [f"  wrong{len(shown)}_{number}\n" for number in range(9)]))
    async with opened_method(whole("deepseek-prover-v1.5", samples=30), CONFIG) as method:
        made = await attempt(method, ProofShop(Lean(TABLE)), ProveConfig(budget, workers=1))
    assert made.outcome is Outcome.OUT_OF_BUDGET
    assert made.effort.expansions == len(model.asked) <= most
    assert not budget.steps or made.effort.steps <= budget.steps


@pytest.mark.models
async def test_what_is_chosen_goes_before_what_the_dialect_says(models: Callable[[ScriptedModel], ScriptedModel]) -> None:
    model = models(ScriptedModel(lambda _: [""]))
    choice = MethodChoice(WHOLE_PROOF, 0.0, ModelChoice("m", dialect="chat-proof", samples=3, temperature=0.25, max_tokens=99))
    async with opened_method(choice, CONFIG) as method:
        await attempt(method, ProofShop(Lean(TABLE)))
    assert {(each.temperature, each.max_tokens) for each in model.samplings} == {(0.25, 99)}
    assert sum(each.samples for each in model.samplings) == 3
    assert "theorem t : A" in text_of_prompt(model.asked[0])


@pytest.mark.models
async def test_a_dialect_for_tactics_writes_no_proofs(models: Callable[[ScriptedModel], ScriptedModel]) -> None:
    model = models(ScriptedModel([PROOF]))
    with pytest.raises(DialectProblem, match="leave --whole-proof out"):
        async with opened_method(whole("bfs-prover"), CONFIG):
            pass
    assert model.asked == []
