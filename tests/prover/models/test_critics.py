"""Reward models as critics: what they are shown, that only finite numbers come of it, and how they are loaded."""

from __future__ import annotations

import asyncio
import importlib.util
import math
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from lean_env.errors import ToolchainMissing
from lean_env.messages import Goal
from prover.critic import Opinion, opinions
from prover.models.critics import MOST_LETTERS, Conversation, ScoreCritic, Scores
from prover.models.dialect import load_dialect
from prover.models.generator import ModelFailed
from prover.models.options import LocalOptions
from prover.policy import Situation

INTERNLM = load_dialect("internlm2.5-step-prover-critic")
TRUSTED = LocalOptions(device="cpu", trust_remote_code=True, threads=1)


def about(*goals: str, seed: int = 0) -> list[Situation]:
    return [Situation(Goal(goal), seed=seed) for goal in goals]


# -- a reward model: any function of conversations --------------------------------------------------------------------------------


def by_length(chats: Sequence[Conversation]) -> list[float]:
    return [float(len(chat[-1]["content"])) for chat in chats]


async def test_the_model_is_shown_the_question_and_the_goal_as_its_authors_do() -> None:
    shown: list[Conversation] = []

    def scores(chats: Sequence[Conversation]) -> list[float]:
        shown.extend(chats)
        return by_length(chats)

    critic = ScoreCritic("c@1", scores, INTERNLM)
    assert await opinions(critic, about("⊢ A", "⊢ Long")) == [3.0, 6.0]
    await critic.close()
    question = {"role": "user", "content": "Which state is closer to 'no goals'?"}
    assert shown == [[question, {"role": "assistant", "content": goal}] for goal in ("⊢ A", "⊢ Long")]
    assert critic.kind is Opinion.RANKING


async def test_nothing_is_asked_about_no_goals() -> None:
    def scores(_: Sequence[Conversation]) -> list[float]:
        raise AssertionError("asked")

    critic = ScoreCritic("c@1", scores, INTERNLM)
    assert await critic.score([]) == []
    await critic.close()


async def test_of_an_endless_goal_the_end_is_shown() -> None:
    critic = ScoreCritic("c@1", by_length, INTERNLM)
    assert await critic.score(about("h : " + "x" * 10**6 + "\n⊢ A")) == [MOST_LETTERS]
    await critic.close()


async def test_what_waits_is_asked_together_and_everybody_gets_their_own() -> None:
    gate, calls = threading.Event(), list[int]()

    def scores(chats: Sequence[Conversation]) -> list[float]:
        calls.append(len(chats))
        assert gate.wait(30)
        return by_length(chats)

    critic = ScoreCritic("c@1", scores, INTERNLM, most_goals=4)
    asked = [asyncio.create_task(critic.score(about(*("⊢" * size for size in sizes)))) for sizes in ([1], [2, 3], [4], [5, 6], [7])]
    while not calls:  # noqa: ASYNC110 - the model's thread sets no event of the loop
        await asyncio.sleep(0)
    asked[2].cancel()
    await asyncio.sleep(0)
    gate.set()
    answers = await asyncio.gather(*asked, return_exceptions=True)
    await critic.close()
    assert [answer for number, answer in enumerate(answers) if number != 2] == [[1.0], [2.0, 3.0], [5.0, 6.0], [7.0]]
    assert isinstance(answers[2], asyncio.CancelledError)
    assert sum(calls) == 6
    assert max(calls) <= 4
    assert len(calls) == 3


async def test_a_question_larger_than_a_batch_is_answered_in_pieces() -> None:
    calls: list[int] = []

    def scores(chats: Sequence[Conversation]) -> list[float]:
        calls.append(len(chats))
        return by_length(chats)

    critic = ScoreCritic("c@1", scores, INTERNLM, most_goals=3)
    assert await critic.score(about(*("⊢" * size for size in range(1, 8)))) == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    await critic.close()
    assert calls == [3, 3, 1]


async def test_the_event_loop_is_free_while_the_model_works() -> None:
    gate = threading.Event()

    def scores(chats: Sequence[Conversation]) -> list[float]:
        assert gate.wait(30), "the loop that would open the gate stands still"
        return by_length(chats)

    critic = ScoreCritic("c@1", scores, INTERNLM)
    asyncio.get_running_loop().call_later(0.01, gate.set)
    assert await critic.score(about("⊢ A")) == [3.0]
    await critic.close()


def answering(answer: Any) -> Scores:
    def scores(_: Sequence[Conversation]) -> Any:
        return answer

    return scores


def raising(_: Sequence[Conversation]) -> list[float]:
    raise IndexError("index out of range in self")


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        (answering([math.nan]), "answered nan"),
        (answering([math.inf]), "answered inf"),
        (answering([]), "gave 0 numbers for 1 goals"),
        (answering([1.0, 2.0]), "gave 2 numbers for 1 goals"),
        (answering(["near"]), "failed: ValueError"),
        (answering(None), "failed: TypeError"),
        (raising, "failed: IndexError"),
    ],
)
async def test_what_is_no_score_is_the_models_failure(scores: Scores, message: str) -> None:
    critic = ScoreCritic("c@1", scores, INTERNLM)
    with pytest.raises(ModelFailed, match=message):
        await critic.score(about("⊢ A"))
    await critic.close()


async def test_after_a_failure_the_next_question_is_answered() -> None:
    answers = iter([[math.nan], [2.0]])
    critic = ScoreCritic("c@1", lambda _: next(answers), INTERNLM)
    with pytest.raises(ModelFailed):
        await critic.score(about("⊢ A"))
    assert await critic.score(about("⊢ A")) == [2.0]
    await critic.close()


async def test_a_closed_critic_leaves_nobody_waiting() -> None:
    gate, begun = threading.Event(), threading.Event()

    def scores(chats: Sequence[Conversation]) -> list[float]:
        begun.set()
        assert gate.wait(30)
        return by_length(chats)

    critic = ScoreCritic("c@1", scores, INTERNLM, most_goals=1)
    first, second = (asyncio.create_task(critic.score(about(goal))) for goal in ("⊢", "⊢ A"))
    while not begun.is_set():  # noqa: ASYNC110 - as above
        await asyncio.sleep(0)
    closing = asyncio.create_task(critic.close())
    late = [asyncio.create_task(critic.score(about("⊢")))]
    while not late[-1].done():  # until it is closing, and says so
        await asyncio.sleep(0.001)
        late.append(asyncio.create_task(critic.score(about("⊢"))))
        await asyncio.sleep(0)
    gate.set()
    assert await first == [1.0]
    for each in (second, *late):
        with pytest.raises(ModelFailed, match="closed"):
            await each
    await closing
    await critic.close()
    with pytest.raises(ModelFailed, match="after it was closed"):
        await critic.score(about("⊢ A"))


def test_a_dialect_for_something_else_is_refused() -> None:
    with pytest.raises(ValueError, match="bfs-prover is for tactic by raw"):
        ScoreCritic("c@1", by_length, load_dialect("bfs-prover"))
    with pytest.raises(ValueError, match="at least 1"):
        ScoreCritic("c@1", by_length, INTERNLM, most_goals=0)


# -- a reward model: a folder with code in it -------------------------------------------------------------------------------------

CODE = """
import torch
from transformers import PretrainedConfig, PreTrainedModel


class TinyConfig(PretrainedConfig):
    model_type = "tiny_critic"


class TinyCritic(PreTrainedModel):
    config_class = TinyConfig

    def __init__(self, config):
        super().__init__(config)
        self.scale = torch.nn.Parameter(torch.ones(1))
        self.post_init()

    def _init_weights(self, module):
        pass
"""
ONE = """
    def get_score(self, tokenizer, chat):
        assert torch.is_inference_mode_enabled()
        text = tokenizer.apply_chat_template(chat, tokenize=False)
        assert text.endswith(chat[1]["content"] + "\\n"), text
        return -(self.scale * len(chat[1]["content"]))[0].item()
"""
MANY = """
    def get_scores(self, tokenizer, chats):
        if len(chats) > 2:
            raise torch.OutOfMemoryError("more than two")
        return [100 + self.get_score(tokenizer, chat) for chat in chats]
"""


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Code of models is copied here, and not into the user's cache."""
    import transformers.dynamic_module_utils

    monkeypatch.setattr(transformers.dynamic_module_utils, "HF_MODULES_CACHE", str(tmp_path / "modules"))
    monkeypatch.setattr(sys, "path", [*sys.path])


def critic_folder(folder: Path, code: str, *, scale: float = 2.0) -> Path:
    import json

    import safetensors.torch
    import torch

    from tests.fakes.tiny_models import tokenizer

    folder.mkdir()
    names = {"AutoConfig": "modeling_tiny.TinyConfig", "AutoModel": "modeling_tiny.TinyCritic"}
    config = {"model_type": "tiny_critic", "architectures": ["TinyCritic"], "auto_map": names, "dtype": "float32"}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "modeling_tiny.py").write_text(code)
    cast("Any", safetensors.torch).save_file({"scale": torch.full((1,), scale)}, folder / "model.safetensors", {"format": "pt"})
    tokenizer().save_pretrained(folder)
    return folder


@pytest.mark.models
@pytest.mark.usefixtures("modules")
async def test_a_folder_with_its_own_code_is_loaded_and_scores(tmp_path: Path) -> None:
    critic = ScoreCritic.load(str(critic_folder(tmp_path / "tiny-critic-a", CODE + ONE)), INTERNLM, TRUSTED)
    assert await opinions(critic, about("⊢ A", "⊢ Long")) == [-6.0, -12.0]
    await critic.close()
    assert critic.name.startswith("tiny-critic-a@")


@pytest.mark.models
@pytest.mark.usefixtures("modules")
async def test_one_that_takes_many_is_given_many_and_half_as_many_when_memory_is_out(tmp_path: Path) -> None:
    critic = ScoreCritic.load(str(critic_folder(tmp_path / "tiny-critic-b", CODE + ONE + MANY)), INTERNLM, TRUSTED)
    assert await critic.score(about("⊢", "⊢ A", "⊢ AA", "⊢ AAA")) == [98.0, 94.0, 92.0, 90.0]
    await critic.close()


@pytest.mark.models
@pytest.mark.usefixtures("modules")
async def test_weights_that_are_no_numbers_are_seen(tmp_path: Path) -> None:
    critic = ScoreCritic.load(str(critic_folder(tmp_path / "tiny-critic-c", CODE + ONE, scale=math.nan)), INTERNLM, TRUSTED)
    with pytest.raises(ModelFailed, match="answered nan"):
        await critic.score(about("⊢ A"))
    await critic.close()


@pytest.mark.models
@pytest.mark.usefixtures("modules")
@pytest.mark.parametrize(
    ("code", "message"),
    [
        (CODE, "which has no get_score"),
        ("raise ZeroDivisionError('at import')\n", "cannot be loaded from .* as a critic: ZeroDivisionError"),
        ("x = 1\n", "cannot be loaded from"),
    ],
)
def test_code_that_is_no_critic_is_told(tmp_path: Path, code: str, message: str) -> None:
    folder = critic_folder(tmp_path / f"tiny-critic-{len(code)}", code)
    with pytest.raises(ModelFailed, match=message):
        ScoreCritic.load(str(folder), INTERNLM, TRUSTED)


@pytest.mark.models
def test_code_is_not_run_and_nothing_is_downloaded_without_trust() -> None:
    def nobody(_source: str, _revision: str, _patterns: Sequence[str]) -> Path:
        raise AssertionError("asked for files")

    with pytest.raises(ModelFailed, match="set trust_remote_code if you trust"):
        ScoreCritic.load("internlm/internlm2_5-step-prover-critic", INTERNLM, LocalOptions(), fetch=nobody)


@pytest.mark.models
def test_the_files_are_found_as_any_models(tmp_path: Path) -> None:
    with pytest.raises(ModelFailed, match=r"no config\.json"):
        ScoreCritic.load(str(tmp_path), INTERNLM, TRUSTED)
    with pytest.raises(ModelFailed, match="there is no folder"):
        ScoreCritic.load(str(tmp_path / "nothing"), INTERNLM, TRUSTED)


def test_without_torch_one_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_name: str) -> None:
        return None

    monkeypatch.setattr(importlib.util, "find_spec", nothing)
    with pytest.raises(ToolchainMissing, match=r"pip install 'entail\[models\]'"):
        ScoreCritic.load("a/b", INTERNLM, TRUSTED)
