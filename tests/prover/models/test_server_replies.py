"""What a reply says: stop texts cut to the token, log-probs exact or none, tokens counted, whatever the server left out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.models.generator import Completion, Sampling
from prover.models.server_replies import Reply, completions_of, output_tokens_of, prompt_tokens_of, read_reply

EACH = -0.25  # exact in binary, so that sums are exact


def read(*choices: dict[str, Any], usage: dict[str, int] | None = None) -> Reply:
    return msgspec.json.decode(json.dumps({"choices": choices, "usage": usage}), type=Reply)


def completed(*choices: dict[str, Any], stop: Sequence[str] = (), prefill: str = "", usage: int | None = None) -> list[Completion]:
    reply = read(*choices, usage=None if usage is None else {"completion_tokens": usage})
    return list(completions_of(reply, Sampling(stop=tuple(stop), max_tokens=10), prefill, len(choices)))


def chat(pieces: list[bytes], finish: str | None = "stop", logprobs: list[float | None] | None = None) -> dict[str, Any]:
    """A choice of chat with its tokens, each with the same log-prob unless said otherwise."""
    values = logprobs or [EACH] * len(pieces)
    listed = [
        {"token": piece.decode(errors="replace"), "bytes": list(piece), "logprob": value}
        for piece, value in zip(pieces, values, strict=True)
    ]
    return {"message": {"content": b"".join(pieces).decode()}, "finish_reason": finish, "logprobs": {"content": listed}}


def test_a_stop_text_that_is_still_there_is_cut_and_the_tokens_after_it_do_not_count() -> None:
    [each] = completed(chat([b"simp", b"\n", b"rfl", b" x"]), stop=("\n",))

    assert each == Completion("simp", 2 * EACH, 2, True)


def test_the_first_stop_text_cuts_and_the_token_that_completes_it_counts() -> None:
    [each] = completed(chat([b"a", b"``", b"`b", b"END"]), stop=("END", "```"))

    assert each == Completion("a", 3 * EACH, 3, True)


def test_a_stop_text_that_the_server_has_cut_off_is_in_the_sum() -> None:
    choice = chat([b"simp", b"\n"]) | {"message": {"content": "simp"}}

    assert completed(choice, stop=("\n",)) == [Completion("simp", 2 * EACH, 2, True)]


def test_tokens_that_are_parts_of_a_character_are_counted_by_their_bytes() -> None:
    [each] = completed(chat([b"\xe2", b"\x8a", b"\xa2", b" p", b"\n", b"q"]), stop=("\n",))

    assert each == Completion("⊢ p", 5 * EACH, 5, True)


def test_tokens_that_do_not_spell_the_text_give_no_log_prob_to_a_text_that_was_cut() -> None:
    choice = {"text": "⊢ p\nq", "logprobs": {"tokens": ["�", "�", "�", " p", "\n", "q"], "token_logprobs": [EACH] * 6}}

    assert completed(choice, stop=("\n",))[0].logprob is None
    assert completed(choice)[0].logprob == 6 * EACH


def test_a_token_without_a_log_prob_leaves_the_text_without() -> None:
    [each] = completed(chat([b"a", b"b"], logprobs=[None, EACH]))

    assert (each.logprob, each.tokens) == (None, 2)


@pytest.mark.parametrize("value", ["NaN", "-Infinity", "0.5"])
def test_what_cannot_be_a_log_prob_is_none(value: str) -> None:
    body = '{"choices": [{"text": "NaN", "logprobs": {"tokens": ["NaN"], "token_logprobs": [VALUE]}}]}'

    assert completions_of(read_reply(body.replace("VALUE", value).encode()), Sampling(), "", 1) == (
        Completion("NaN", None, 1, True),
    )


def test_log_probs_that_rounding_put_above_zero_are_zero() -> None:
    assert completed(chat([b"a"], logprobs=[1e-7]))[0].logprob == 0.0


@pytest.mark.parametrize(
    ("finish", "usage", "complete"),
    [
        ("stop", 3, True),
        ("eos_token", 3, True),
        ("length", 10, False),
        ("content_filter", 3, False),
        ("tool_calls", 3, False),
        (None, 3, True),
        (None, 10, False),
    ],
)
def test_what_ended_by_itself_is_complete(finish: str | None, usage: int, complete: bool) -> None:
    assert completed({"text": "simp", "finish_reason": finish}, usage=usage)[0].complete is complete


def test_what_was_cut_at_a_stop_text_is_complete_although_the_server_went_on_to_its_limit() -> None:
    assert completed({"text": "simp\nrfl", "finish_reason": "length"}, stop=("\n",))[0].complete


def test_choices_come_in_the_order_of_their_index() -> None:
    choices = [{"text": name, "index": index} for name, index in [("b", 1), ("c", 2), ("a", 0)]]

    assert [each.text for each in completed(*choices)] == ["a", "b", "c"]


def test_an_answer_that_is_all_thinking_is_empty() -> None:
    choice = {"message": {"content": None, "reasoning_content": "hm"}, "finish_reason": "length"}

    assert completed(choice, usage=9) == [Completion("", None, 9, False)]


def test_a_prefill_is_taken_off_once_and_only_from_the_beginning() -> None:
    texts = ["by by simp", "simp by", "by"]
    choices = [{"message": {"content": text}, "finish_reason": "stop"} for text in texts]

    assert [each.text for each in completed(*choices, prefill="by ")] == ["by simp", "simp by", "by"]


def test_a_token_that_is_half_prefill_leaves_no_log_prob() -> None:
    assert completed(chat([b"b", b"y s", b"imp"]), prefill="by ")[0] == Completion("simp", None, 1, True)


def test_tokens_are_shares_of_the_count_by_length_or_estimates() -> None:
    choices = [{"text": "x" * 30}, {"text": "x" * 10}]

    assert [each.tokens for each in completed(*choices, usage=20)] == [15, 5]
    assert [each.tokens for each in completed(*choices)] == [7, 2]


def test_what_the_server_counts_is_what_is_paid_for() -> None:
    counted = read({"text": "a\nbbbb"}, usage={"prompt_tokens": 5, "completion_tokens": 6})
    uncounted = read({"text": "a"})

    assert (prompt_tokens_of(counted, "x" * 400), output_tokens_of(counted, ())) == (5, 6)
    assert prompt_tokens_of(uncounted, "x" * 400) == 100
    assert output_tokens_of(uncounted, [Completion("a", None, 3, True), Completion("b", None, 4, True)]) == 7


PIECES = st.lists(st.text("ab⊢\n", min_size=1, max_size=3), min_size=1, max_size=8)


@given(pieces=PIECES, stop=st.lists(st.text("ab⊢\n", max_size=2), max_size=3), prefill=st.text("ab", max_size=2))
def test_no_text_has_a_stop_text_and_no_sum_has_a_token_too_many(pieces: list[str], stop: list[str], prefill: str) -> None:
    spelled = "".join(pieces)
    [each] = completed(chat([piece.encode() for piece in pieces]), stop=stop, prefill=prefill)

    assert not any(text and text in each.text for text in stop)
    assert spelled.removeprefix(prefill).startswith(each.text)
    assert each.tokens >= 1
    if each.logprob is not None:
        count = round(each.logprob / EACH)
        skipped = 0 if spelled.removeprefix(prefill) == spelled else len(prefill)
        at = skipped + len(each.text)
        cut = next((stop_text for stop_text in sorted(stop, key=len) if stop_text and spelled.startswith(stop_text, at)), None)
        end = len(spelled) if cut is None else at + len(cut)
        # The slow definition: a token counts if it begins before the end and not in the prefill.
        begins = [sum(map(len, pieces[:index])) for index in range(len(pieces))]
        assert count == sum(skipped <= begin < end for begin in begins)
