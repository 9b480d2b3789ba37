"""What stands around a model in a search: its floor, its premises, and that it is let go of."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from lean_env.embedded.engine import Engine
from lean_env.session import Session
from prover.config import ProveConfig
from prover.critic import Opinion
from prover.method_choice import MODEL
from prover.models.choice import ModelChoice
from prover.models.dialect import Dialect
from prover.models.dialect_file import DialectProblem
from prover.models.generator import ModelFailed
from prover.models.options import LocalOptions
from prover.policies import UnknownPolicy
from prover.policy import Situation, usage_of
from prover.policy_setup import opened_policy
from prover.premises import Premise
from tests.fakes.scripted_model import ScriptedModel
from tests.prover.symbolic.hand_made import goal

AT = Situation(goal("n : ℕ", "⊢ n + 0 = n"), theorem="t", seed=5)
BFS = ModelChoice("m", dialect="bfs-prover", samples=3, temperature=0.5, max_tokens=40)


@dataclass(slots=True)
class World:
    """In which opening a model gives a scripted one, and the library has one theorem; `log` has what happened."""

    model: ScriptedModel = field(default_factory=lambda: ScriptedModel(lambda _: ["omega", "omega", "nlinarith"]))
    log: list[str] = field(default_factory=list[str])
    missing: bool = False
    cached: bool = True

    @asynccontextmanager
    async def opened(self, choice: ModelChoice, *, say: Callable[[str], None]) -> AsyncGenerator[ScriptedModel]:
        del choice
        self.log.append("model")
        if self.missing:
            raise ModelFailed("there is no such model")
        say("the model is here")
        try:
            yield self.model
        finally:
            await self.model.close()

    async def start(self, engine: object) -> World:
        assert engine is self
        return self

    async def close(self) -> None:
        self.log.append("session closed")

    async def premises(self, engine: Engine, session: Session, progress: Callable[[int], None]) -> list[Premise]:
        assert (engine, session) == (self, self)
        self.log.append("premises")
        if not self.cached:
            for count in (1000, 2000, 2500):
                progress(count)
        return [Premise("Nat.add_zero", "∀ (n : ℕ), n + 0 = n"), Premise("not_and", "∀ {a b : Prop}, ¬(a ∧ b) ↔ a → ¬b")]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    monkeypatch.setattr("prover.models.choice.opened", world.opened)
    monkeypatch.setattr("prover.policy_setup.ensure_engine", lambda: world)
    monkeypatch.setattr("prover.policy_setup.EmbeddedSession.start", world.start)
    monkeypatch.setattr("prover.policy_setup.premises_of", world.premises)
    return world


async def test_without_a_model_it_is_the_policy_of_that_name(world: World) -> None:
    async with opened_policy("symbolic", ModelChoice(), ProveConfig()) as own:
        assert own.model == ""
        [row] = await own.policy.suggest([AT], 8)
        assert row
    with pytest.raises(UnknownPolicy, match="magic"):
        async with opened_policy("magic", ModelChoice(), ProveConfig()):
            pass
    assert world.log == []


@pytest.mark.models
async def test_a_model_stands_on_a_floor(world: World) -> None:
    async with opened_policy(MODEL, BFS, ProveConfig(floor_mass=0.1)) as own:
        assert own.model == "scripted@0"
        [row] = await own.policy.suggest([AT], 8)
    tactics = [candidate.tactic for candidate in row]
    assert {"omega", "nlinarith"} < set(tactics)
    assert "simp" in {tactic.split()[0] for tactic in tactics}, "which the model did not say"
    assert usage_of(row).output_tokens > 0
    [sampling] = world.model.samplings
    assert (sampling.samples, sampling.temperature, sampling.max_tokens, sampling.seed) == (3, 0.5, 40, 5)
    assert world.log == ["model"], "this dialect shows no premises, so none are listed"
    assert world.model.closed


@pytest.mark.models
async def test_without_a_floor_it_is_the_model_alone(world: World) -> None:
    async with opened_policy(MODEL, BFS, ProveConfig(floor_mass=0.0)) as own:
        [row] = await own.policy.suggest([AT], 8)
    assert [candidate.tactic for candidate in row] == ["omega", "nlinarith"]
    assert world.model.closed


@pytest.mark.models
@pytest.mark.parametrize("cached", [True, False])
async def test_a_dialect_that_shows_premises_gets_them(world: World, cached: bool) -> None:
    said: list[str] = []
    world.cached = cached
    async with opened_policy(MODEL, ModelChoice("m", dialect="chat"), ProveConfig(floor_mass=0.0), say=said.append) as own:
        await own.policy.suggest([AT], 8)
    [shown] = world.model.shown
    assert "theorem Nat.add_zero : ∀ (n : ℕ), n + 0 = n" in shown
    assert world.log == ["model", "premises", "session closed"]
    assert [text for text in said if "listed" in text] == (
        [] if cached else ["the theorems of the library are listed for retrieval, once: that takes a minute or two"]
    )
    assert world.model.closed


@pytest.mark.models
async def test_a_model_that_is_missing_is_told_before_premises_are_listed(world: World) -> None:
    world.missing = True
    with pytest.raises(ModelFailed):
        async with opened_policy(MODEL, ModelChoice("m", dialect="chat"), ProveConfig()):
            pass
    assert world.log == ["model"]


@pytest.mark.models
@pytest.mark.parametrize(("dialect", "said"), [("", "known to fit"), ("nobody", "no dialect called"), ("kimina", "--whole-proof")])
async def test_a_dialect_that_does_not_fit_is_told_before_the_model_is_opened(world: World, dialect: str, said: str) -> None:
    with pytest.raises(DialectProblem, match=said):
        async with opened_policy(MODEL, ModelChoice("m", dialect=dialect), ProveConfig()):
            pass
    assert world.log == []


@pytest.mark.models
async def test_what_fails_while_it_is_used_lets_go_of_the_model(world: World) -> None:
    with pytest.raises(RuntimeError, match="a search"):
        async with opened_policy(MODEL, BFS, ProveConfig()):
            raise RuntimeError("a search that fails")
    assert world.model.closed


@pytest.mark.models
async def test_a_critic_is_loaded_for_it_and_let_go_of(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Loaded:
        kind = Opinion.RANKING

        async def close(self) -> None:
            world.log.append("critic closed")

    def load(source: str, dialect: Dialect, options: LocalOptions) -> Loaded:
        world.log.append(f"{source} by {dialect.id}, {options.trust_remote_code}")
        return Loaded()

    monkeypatch.setattr("prover.models.critics.ScoreCritic.load", load)
    choice = replace(BFS, critic="a/critic", trust_remote_code=True)
    async with opened_policy(MODEL, choice, ProveConfig()) as opened:
        assert isinstance(opened.critic, Loaded)
        assert world.log == ["model", "a/critic by internlm2.5-step-prover-critic, True"]
    assert world.log[-1] == "critic closed"
