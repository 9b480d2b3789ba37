"""A model as plain data: what cannot be is refused, what is left open is the dialect's, and what was opened is let go of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from prover.models.choice import ModelChoice, opened, threads_for
from prover.models.dialect_file import DialectProblem
from prover.models.generator import ModelFailed
from prover.models.options import LocalOptions
from tests.fakes.model_client import GOAL, ONE
from tests.fakes.model_server import ModelServer, always, running
from tests.fakes.scripted_model import ScriptedModel

HERE = "http://127.0.0.1:8000/v1"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"samples": -1}, "samples and max_tokens are at least 0"),
        ({"max_tokens": -1}, "samples and max_tokens are at least 0"),
        ({"temperature": -0.5}, "temperature is at least 0, or -1"),
        ({"temperature": float("inf")}, "temperature"),
        ({"temperature": float("nan")}, "temperature"),
        ({"server": HERE}, "a server needs the name of a model"),
        ({"server": "127.0.0.1:8000", "model": "m"}, "starts with http:// or https://"),
        ({"server": f"{HERE}/chat/completions", "model": "m"}, "ends before /completions"),
        ({"server": HERE, "model": "m", "dtype": "float16"}, "for a model that runs here"),
        ({"server": HERE, "model": "m", "device": "cpu"}, "for a model that runs here"),
        ({"server": HERE, "model": "m", "allow_pickle": True}, "for a model that runs here"),
        ({"server": HERE, "model": "m", "trust_remote_code": True}, "for a model that runs here"),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        ModelChoice(**options)


def test_it_goes_through_a_record_unchanged() -> None:
    choice = ModelChoice("m", HERE, "chat", "main", 3, 0.0, 77)
    assert msgspec.json.decode(msgspec.json.encode(choice), type=ModelChoice) == choice
    with pytest.raises(msgspec.ValidationError, match="needs the name of a model"):
        msgspec.convert({"server": HERE}, ModelChoice)


@pytest.mark.models
def test_the_dialect_is_the_one_named_or_the_one_known_to_fit() -> None:
    assert ModelChoice("ByteDance-Seed/BFS-Prover-V2-7B").dialect_for("tactic").id == "bfs-prover"
    assert ModelChoice("Goedel-LM/Goedel-Prover-V2-8B").dialect_for("proof").id == "goedel-prover-v2"
    assert ModelChoice("Goedel-LM/Goedel-Prover-V2-8B", dialect="chat").dialect_for("tactic").id == "chat"
    with pytest.raises(DialectProblem, match="no dialect for the task tactic is known to fit the model anything"):
        ModelChoice("anything").dialect_for("tactic")
    with pytest.raises(DialectProblem, match="there is no dialect called chatt"):
        ModelChoice("anything", dialect="chatt").dialect_for("tactic")


@pytest.mark.models
@pytest.mark.parametrize(
    ("dialect", "task", "instead"),
    [
        ("kimina", "tactic", "give --whole-proof"),
        ("chat", "proof", "leave --whole-proof out"),
        ("herald", "proof", "take another one"),
    ],
)
def test_a_dialect_for_another_task_is_refused(dialect: str, task: Any, instead: str) -> None:
    with pytest.raises(DialectProblem, match=f"not for {task}: {instead}"):
        ModelChoice("anything", dialect=dialect).dialect_for(task)


@pytest.mark.models
def test_what_is_left_open_is_as_the_dialects_authors_do() -> None:
    usual = ModelChoice("m", dialect="bfs-prover")
    dialect = usual.dialect_for("tactic")
    own = usual.sampling_in(dialect, seed=4)
    assert own == dialect.sampling(seed=4)
    greedy = ModelChoice("m", dialect="bfs-prover", samples=2, temperature=0.0, max_tokens=9).sampling_in(dialect)
    assert (greedy.samples, greedy.temperature, greedy.max_tokens) == (2, 0.0, 9)
    assert (own.samples, own.temperature) != (2, 0.0)


def test_half_of_the_processors_are_for_lean() -> None:
    assert [threads_for(cpus) for cpus in (1, 2, 3, 8, 64)] == [1, 1, 1, 4, 32]


@pytest.mark.models
async def test_a_model_that_runs_here_gets_its_options_and_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    model, seen = ScriptedModel(["simp"]), list[tuple[str, LocalOptions]]()

    def load(source: str, options: LocalOptions) -> ScriptedModel:
        seen.append((source, options))
        return model

    monkeypatch.setattr("prover.models.local.LocalModel.load", load)
    choice = ModelChoice("m", revision="main", dtype="bfloat16", device="cpu", allow_pickle=True, trust_remote_code=True)

    async def use() -> None:
        async with opened(choice) as generator:
            assert generator.name == "scripted@0"
            assert not model.closed
            raise RuntimeError("a search that fails")

    with pytest.raises(RuntimeError, match="a search that fails"):
        await use()
    assert model.closed
    [(source, options)] = seen
    assert source == "m"
    assert (options.revision, options.dtype, options.device) == ("main", "bfloat16", "cpu")
    assert (options.allow_pickle, options.trust_remote_code) == (True, True)
    assert options.threads >= 1


@pytest.mark.models
async def test_a_folder_that_is_no_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelFailed, match="no config"):
        async with opened(ModelChoice(str(tmp_path))):
            pass


@pytest.mark.models
async def test_a_server_is_looked_at_before_it_is_asked() -> None:
    pytest.importorskip("openai")
    async with running(ModelServer(last=always("simp"))) as server:
        async with opened(ModelChoice("prover", server.url)) as generator:
            assert (len(server.gets), server.posts) == (1, [])
            [answer] = await generator.generate([GOAL], ONE)
            assert [each.text for each in answer.completions] == ["simp"]
        with pytest.raises(ModelFailed, match="nobody"):
            async with opened(ModelChoice("nobody", server.url)):
                pass
