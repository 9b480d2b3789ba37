"""A model behind a server that works, each server in its own way: what is sent, how n samples come together, what is remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from prover.models.generator import Completion, Generated, ModelFailed, Prompt, Sampling, Turn
from prover.models.server import ServerModel
from prover.models.server_options import ServerOptions
from tests.fakes.model_server import ModelServer, Received, Texts, always, answers, gated, refuses, running, says

pytest.importorskip("openai")

TEXT = Prompt(text="⊢ p →")
CHAT = Prompt(turns=(Turn("system", "Prove."), Turn("user", "theorem t : p")))
FOUR = Sampling(samples=4, max_tokens=32, seed=7)


def model_of(server: ModelServer, say: Callable[[str], None] | None = None, **options: Any) -> ServerModel:
    return ServerModel(ServerOptions(server.url, "prover", **options), environment={}, say=say)


async def asked(server: ModelServer, prompts: list[Prompt], sampling: Sampling = FOUR, **options: Any) -> list[Generated]:
    """What one call gives."""
    async with running(server):
        model = model_of(server, **options)
        try:
            return await model.generate(prompts, sampling)
        finally:
            await model.close()


async def test_a_text_goes_to_completions_with_every_option_of_sampling() -> None:
    server = ModelServer()

    [row] = await asked(server, [TEXT], Sampling(samples=2, temperature=0.7, top_p=0.9, max_tokens=9, stop=("\n",), seed=3))

    assert server.posts[0].path == "/v1/completions"
    assert server.bodies == [
        {
            "model": "prover",
            "prompt": "⊢ p →",
            "n": 2,
            "temperature": 0.7,
            "top_p": 0.9,
            "top_k": -1,
            "max_tokens": 9,
            "stop": ["\n"],
            "seed": 3,
            "logprobs": 1,
        }
    ]
    assert row == Generated((Completion("⊢ p →#3", -0.5, 2, True), Completion("⊢ p →#4", -0.5, 2, True)), 10, 4)


async def test_a_conversation_goes_to_chat() -> None:
    server = ModelServer()

    [row] = await asked(server, [CHAT])

    assert server.posts[0].path == "/v1/chat/completions"
    assert server.bodies[0]["messages"] == [
        {"role": "system", "content": "Prove."},
        {"role": "user", "content": "theorem t : p"},
    ]
    assert server.bodies[0]["logprobs"] is True
    assert [each.text for each in row.completions] == ["chat#7", "chat#8", "chat#9", "chat#10"]
    assert row.completions[0].logprob == -0.5


@pytest.mark.parametrize(
    ("way", "extra"), [("turn", {}), ("continue", {"continue_final_message": True, "add_generation_prompt": False})]
)
async def test_a_prefill_is_a_turn_which_some_servers_have_to_be_told_to_go_on_with(way: str, extra: dict[str, bool]) -> None:
    server = ModelServer()

    await asked(server, [Prompt(turns=CHAT.turns, prefill="```lean4\n")], prefill=way)

    body = server.bodies[0]
    assert body["messages"][-1] == {"role": "assistant", "content": "```lean4\n"}
    assert {name: body[name] for name in ("continue_final_message", "add_generation_prompt") if name in body} == extra


async def test_a_prefill_that_the_server_repeats_is_not_part_of_the_completion() -> None:
    server = ModelServer(last=always("by", " ", "simp"))

    [row] = await asked(server, [Prompt(turns=CHAT.turns, prefill="by ")], Sampling(samples=1))

    assert row.completions == (Completion("simp", -0.25, 1, True),)


@pytest.mark.parametrize("most", [1, 3])
async def test_samples_that_a_server_does_not_give_at_once_are_asked_for_again(most: int) -> None:
    server, notices = ModelServer(last=answers(Texts(most=most))), list[str]()

    async with running(server):
        model = model_of(server, notices.append)
        [first] = await model.generate([TEXT], Sampling(samples=8))
        [second] = await model.generate([TEXT], Sampling(samples=8))
        await model.close()

    # Another seed for each request, or a server that honours it would say the same again.
    assert len({each.text for each in first.completions}) == 8
    assert first.completions == second.completions
    assert (first.prompt_tokens, first.output_tokens) == (10 * -(-8 // most), 16)
    assert server.bodies[0]["n"] == 8
    assert max(body["n"] for body in server.bodies[1:]) == most
    assert len(server.bodies) == 2 * -(-8 // most)
    assert len(notices) == 1


@pytest.mark.parametrize(("status", "words"), [(400, "n must be at most 2"), (500, "Only one completion choice is allowed")])
async def test_a_server_that_refuses_n_is_asked_for_fewer(status: int, words: str) -> None:
    async def act(line: Any, received: Received) -> None:
        few = received.body["n"] <= 2
        await (answers() if few else says(status, {"error": {"message": words}}))(line, received)

    server = ModelServer(last=act)

    [row] = await asked(server, [TEXT], Sampling(samples=5))

    assert len(row.completions) == 5
    assert [body["n"] for body in server.bodies][:2] == [5, 2]


async def test_samples_that_are_all_alike_are_worth_a_word_unless_the_temperature_is_low() -> None:
    notices = list[str]()
    async with running(ModelServer(last=always("rfl"))) as server:
        model = model_of(server, notices.append)
        await model.generate([TEXT], Sampling(samples=4, temperature=0.1))
        assert notices == []
        for _ in range(2):
            await model.generate([TEXT], Sampling(samples=4, temperature=1.0))
        await model.close()

    assert len(notices) == 1
    assert "most_samples = 1" in notices[0]


async def test_samples_can_be_asked_for_one_by_one() -> None:
    server = ModelServer()

    [row] = await asked(server, [TEXT], most_samples=1)

    assert [body["n"] for body in server.bodies] == [1] * 4
    assert len({body["seed"] for body in server.bodies}) == len({each.text for each in row.completions}) == 4


async def test_more_choices_than_asked_for_are_cut() -> None:
    choice = {"text": "rfl", "finish_reason": "stop"}

    [row] = await asked(ModelServer(last=says(200, {"choices": [choice] * 5})), [TEXT], Sampling(samples=2))

    assert len(row.completions) == 2


async def test_greedy_is_one_completion() -> None:
    server = ModelServer()

    [row] = await asked(server, [TEXT], Sampling(samples=8, temperature=0))

    assert len(row.completions) == server.bodies[0]["n"] == 1
    assert server.bodies[0]["temperature"] == 0


async def test_beams_are_refused_before_anything_is_sent() -> None:
    server = ModelServer()

    with pytest.raises(ModelFailed, match="no beam search"):
        await asked(server, [TEXT], Sampling(beams=True))

    assert server.posts == []


@pytest.mark.parametrize("prompt", [TEXT, CHAT])
@pytest.mark.parametrize("shape", ["own", "chat"])
async def test_log_probs_are_summed_in_either_shape(prompt: Prompt, shape: str) -> None:
    server = ModelServer(last=always("a", "b", "c", logprobs=shape))

    [row] = await asked(server, [prompt], Sampling(samples=1))

    assert (row.completions[0].logprob, row.completions[0].tokens) == (-0.75, 3)


async def test_without_log_probs_there_is_none_and_tokens_are_shares_of_the_count() -> None:
    [row] = await asked(ModelServer(last=answers(Texts(logprobs="none"))), [TEXT], Sampling(samples=2))

    assert [(each.logprob, each.tokens) for each in row.completions] == [(None, 2), (None, 2)]
    assert (row.prompt_tokens, row.output_tokens) == (10, 4)


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("logprobs", "This model does not support log probabilities: logprobs"),
        ("top_k", "Unrecognized request argument supplied: top_k"),
        ("top_k", "Unexpected fields in the request: {{'top_k'}}"),
        ("seed", "seed: Extra inputs are not permitted"),
        ("continue_final_message", "continue_final_message is unknown"),
    ],
)
async def test_what_a_server_refuses_is_left_out_from_then_on_and_said_once(field: str, words: str) -> None:
    server, notices = ModelServer(last=refuses(field, answers(), words)), list[str]()
    prompt = Prompt(turns=CHAT.turns, prefill="by")

    async with running(server):
        model = model_of(server, notices.append, prefill="continue")
        for _ in range(3):
            [row] = await model.generate([prompt], FOUR)
            assert len(row.completions) == 4
        await model.close()

    assert [field in body for body in server.bodies] == [True, False, False, False]
    assert len(notices) == 1
    assert model.notices == tuple(notices)


async def test_max_tokens_is_renamed_for_servers_that_want_it() -> None:
    words = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    server = ModelServer(last=refuses("max_tokens", answers(), words))

    await asked(server, [CHAT])

    assert [("max_tokens" in body, body.get("max_completion_tokens")) for body in server.bodies] == [(True, None), (False, 32)]


async def test_stop_texts_beyond_what_a_server_takes_are_cut_here() -> None:
    async def act(line: Any, received: Received) -> None:
        if len(received.body["stop"]) > 4:
            await says(422, {"detail": [{"loc": ["body", "stop"], "msg": "at most 4 items"}]})(line, received)
        else:
            await always("simp", "F", "rest")(line, received)

    [row] = await asked(ModelServer(last=act), [TEXT], Sampling(samples=1, stop=("A", "B", "C", "D", "E", "F")))

    assert row.completions == (Completion("simp", -0.5, 2, True),)


async def test_a_refusal_that_leaving_out_does_not_help_is_not_remembered() -> None:
    server = ModelServer([says(400, {"error": {"message": "bad seed or something else"}})] * 2)

    async with running(server):
        model = model_of(server)
        with pytest.raises(ModelFailed, match="something else"):
            await model.generate([TEXT], FOUR)
        await model.generate([TEXT], FOUR)
        await model.close()

    assert ["seed" in body for body in server.bodies] == [True, False, True]
    assert model.notices == ()


async def test_top_k_and_log_probs_can_be_turned_off_and_anything_can_be_added() -> None:
    server = ModelServer()

    await asked(server, [CHAT], top_k=False, logprobs=False, extra_body={"chat_template_kwargs": {"enable_thinking": False}})

    assert not {"top_k", "logprobs"} & set(server.bodies[0])
    assert server.bodies[0]["chat_template_kwargs"] == {"enable_thinking": False}


async def test_rows_come_in_the_order_of_the_prompts_whatever_is_answered_first() -> None:
    gate = asyncio.Event()
    prompts = [Prompt(text=f"goal {index}") for index in range(6)]

    async def last_to_come_opens(line: Any, received: Received) -> None:
        gate.set()
        await answers()(line, received)

    server = ModelServer([gated(gate, answers())] * 5, last_to_come_opens)

    rows = await asked(server, prompts, Sampling(samples=1))

    assert [row.completions[0].text for row in rows] == [f"goal {index}#0" for index in range(6)]


async def test_no_more_requests_are_out_than_the_limit_says_however_many_calls_overlap() -> None:
    async def slow(line: Any, received: Received) -> None:
        await asyncio.sleep(0.005)
        await answers()(line, received)

    server = ModelServer(last=slow)
    async with running(server):
        model = model_of(server, concurrency=3)
        calls = [model.generate([Prompt(text=f"{call} {index}") for index in range(5)], FOUR) for call in range(4)]
        rows = await asyncio.gather(*calls)
        await model.close()

    assert server.most_at_once == 3
    assert sum(len(row) for row in rows) == len(server.posts) == 20


async def test_no_prompts_are_no_requests() -> None:
    server = ModelServer()

    assert await asked(server, []) == []
    assert server.posts == []


@pytest.mark.parametrize(
    ("entry", "name", "context"),
    [
        ({"id": "prover"}, "prover", None),
        ({"id": "prover", "revision": "3f2a91c", "max_model_len": 4096}, "prover@3f2a91c", 4096),
        ({"id": "prover", "root": "models--x--prover/snapshots/0123456789abcdef"}, "prover@0123456789abcdef", None),
        ({"id": "prover:latest", "digest": "sha256:12"}, "prover@sha256:12", None),
    ],
)
async def test_the_revision_is_what_the_server_reports(entry: dict[str, Any], name: str, context: int | None) -> None:
    server = ModelServer(models=[{"id": "other"}, entry])
    async with running(server):
        model = model_of(server)
        assert model.name == "prover"
        found = await model.look()
        await model.close()

    assert (model.name, found.context_tokens) == (name, context)


async def test_half_of_a_surrogate_pair_is_sent_as_a_question_mark() -> None:
    server = ModelServer()

    await asked(server, [Prompt(text="x \ud800 y")])

    assert server.bodies[0]["prompt"] == "x ? y"
