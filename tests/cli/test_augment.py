"""`entail augment` from the outside, with a model on a server that writes what it knows."""

from __future__ import annotations

import pytest

from prover.cli import BAD_INPUT, NOT_PROVED, PROVED
from tests.cli.words import GCD, REMAINDER, Words, lines_of, table, taken_by_lean
from tests.fakes.model_server import ModelServer
from tests.fakes.word_models import playing, served

pytest.importorskip("openai")
pytestmark = [pytest.mark.lean, pytest.mark.models, pytest.mark.timeout(120)]

HASTY = ("--check-seconds", "2")
OTHERWISE = "Problem: Find the remainder when 2003 is divided by 11. Show that it is 1."
HARDER = "Problem: What is the remainder when 2003 is divided by 12? Show that it is 1."


def test_variants_are_stated_and_what_is_not_taken_says_why(words: Words) -> None:
    with served(ModelServer(last=playing(augment=[OTHERWISE, HARDER, REMAINDER]))) as server:
        command = ("augment", REMAINDER, "--writer", f"prover@{server.url}#chat-augment", "--variants", "3", "--seed", "3", *HASTY)
        ran = words.run(*command)
        records = words.run(*command, "--json").records
    assert ran.code == PROVED
    assert "2003 % 11 = 1" in ran.out
    assert "-- not taken: its numbers are not those of the old problem" in ran.out
    assert "-- not taken: it is the old problem" in ran.out
    assert taken_by_lean(ran.out)
    assert [record["type"] for record in records] == ["variant"] * 3
    assert sorted(bool(record["objection"]) for record in records) == [False, True, True]


def test_a_table_is_gone_on_with(words: Words) -> None:
    file = table(words.folder / "mine.jsonl", ("rem", REMAINDER, ""), ("gcd", GCD, ""))
    with served(ModelServer(last=playing(augment=OTHERWISE))) as server:
        command = (
            "augment",
            file,
            "--writer",
            f"prover@{server.url}#chat-augment",
            "--variants",
            "1",
            "--output",
            "out.jsonl",
            *HASTY,
        )
        assert words.run(*command, "--names", "gcd").code == NOT_PROVED
        assert words.run(*command).code == PROVED
        asked = len(server.posts)
        again = words.run(*command)
        assert (again.code, again.out) == (PROVED, "")
        assert "2 of 2 problems have their variants in out.jsonl already" in again.err
        assert len(server.posts) == asked
        assert words.run(*command, "--kind", "harder").code == PROVED, "one file holds several kinds"
        refused = words.run(*command, "--variants", "2")
    assert refused.code == BAD_INPUT
    assert "other options; give another --output" in refused.err
    assert [(each["source"], each["kind"]) for each in lines_of(words.folder / "out.jsonl")] == [
        ("gcd", "rephrase"),
        ("rem", "rephrase"),
        ("rem", "harder"),
        ("gcd", "harder"),
    ]


def test_a_model_that_writes_nothing(words: Words) -> None:
    with served(ModelServer(last=playing(augment="Problem:"))) as server:
        ran = words.run("augment", REMAINDER, "--writer", f"prover@{server.url}#chat-augment", "--variants", "1", *HASTY)
    assert ran.code == NOT_PROVED
    assert "-- not taken: there is no problem in the answer" in ran.out
