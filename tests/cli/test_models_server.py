"""Models behind an OpenAI-compatible server, from the outside: one over real HTTP that says what is right, and ones that fail."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from lean_env.embedded.engine import Engine
from lean_env.session import Session
from prover.attempt import Outcome
from prover.cli import BROKEN, NOT_PROVED, PROVED, main
from prover.models.choice import ModelChoice
from prover.models.server_options import ServerOptions
from prover.premises import Premise
from prover.records import AttemptRecord, StartRecord, read_records
from prover.run_folder import RECORDS
from tests.fakes.bench import attempts, write_problems
from tests.fakes.model_server import (
    Act,
    ModelServer,
    Received,
    Texts,
    always,
    answers,
    breaks_off,
    error,
    floods,
    resets,
    running,
    says,
)

pytest.importorskip("openai")
pytestmark = [pytest.mark.timeout(300), pytest.mark.models, pytest.mark.lean]

SWAP = "theorem swap (a b : Nat) : a + b = b + a"
RIGHT = "exact Nat.add_comm a b"
PROOF = f"Here it is.\n```lean4\n{SWAP} := by\n  {RIGHT}\n```\n"
TACTIC = f"```lean4\n{RIGHT}\n```"


@contextmanager
def served(server: ModelServer) -> Generator[ModelServer]:
    """The server in a thread with a loop of its own, as the command under test has the main one."""
    loop, ready, over = asyncio.new_event_loop(), threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with running(server):
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    ready.wait()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


@dataclass(slots=True)
class Line:
    """The command line in this process."""

    capsys: pytest.CaptureFixture[str]
    err: str = ""

    def prove(self, server: ModelServer | str, *options: str) -> tuple[int, list[dict[str, Any]]]:
        url = server if isinstance(server, str) else server.url
        limits = ("--steps", "30", "--expansions", "6", "--floor-mass", "0", "--workers", "1", "--no-negation")
        return self.run("prove", SWAP, "--server", url, "--model", "prover", *limits, *options)

    def run(self, *arguments: str | Path) -> tuple[int, list[dict[str, Any]]]:
        """Exit code and records."""
        code = main([*map(str, arguments), "--json"])
        out, self.err = self.capsys.readouterr()
        return code, [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Line:
    """Two premises stand for the library: to list it takes minutes where nobody did so before. Pauses are short."""

    async def few(engine: Engine, session: Session, progress: object) -> list[Premise]:
        del engine, session, progress
        return [Premise("Nat.add_comm", "∀ (n m : ℕ), n + m = m + n"), Premise("not_and", "∀ {a b : Prop}, ¬(a ∧ b) ↔ a → ¬b")]

    def hasty(choice: ModelChoice) -> ServerOptions:
        return replace(patient(choice), first_pause_s=0.001, most_bytes=1_000_000)

    patient = ModelChoice.server_options
    monkeypatch.setattr("prover.policy_setup.premises_of", few)
    monkeypatch.setattr(ModelChoice, "server_options", hasty)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    return Line(capsys)


def text_of(received: Received) -> str:
    """All that the model is shown."""
    body = received.body
    return str(body["prompt"]) if "prompt" in body else "\n".join(turn["content"] for turn in body["messages"])


def first_then(mark: str, first: str, then: str) -> Act:
    """`then` to whoever shows it the mark, `first` to the others."""

    def spell(received: Received, seed: int) -> Sequence[str]:
        del seed
        return [then if mark in text_of(received) else first]

    return answers(Texts(spell))


# -- it proves --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "act", "path", "shown"),
    [
        ("--dialect chat", always(TACTIC), "/v1/chat/completions", "theorem Nat.add_comm : ∀ (n m : ℕ), n + m = m + n"),
        ("--dialect bfs-prover --strategy puct", always(RIGHT), "/v1/completions", "⊢ a + b = b + a:::"),
        ("--dialect bfs-prover --lookahead 2", always(RIGHT, logprobs="none"), "/v1/completions", ":::"),
        ("--dialect chat-proof --whole-proof", always(PROOF), "/v1/chat/completions", SWAP),
        (
            "--dialect chat-proof --whole-proof --samples 1",
            first_then("<error>", PROOF.replace(RIGHT, "simp_nothing"), PROOF),
            "/v1/chat/completions",
            "simp_nothing",
        ),
        ("--dialect deepseek-prover-v1.5 --whole-proof", always(f"  {RIGHT}\n"), "/v1/completions", "Complete the following"),
        (
            "--dialect deepseek-prover-v1.5 --whole-proof --samples 1",
            first_then("tactic state", "  have h : b + a = a + b := Nat.add_comm b a\n  bogus", "  exact h.symm\n"),
            "/v1/completions",
            "have h : b + a = a + b",
        ),
    ],
    ids=["chat", "completions", "no log-probs", "whole proof", "repaired", "continued", "taken up again"],
)
def test_a_model_that_knows_proves(line: Line, options: str, act: Act, path: str, shown: str) -> None:
    with served(ModelServer(last=act)) as server:
        code, [record] = line.prove(server, *options.split(), "--temperature", "0.8", "--max-tokens", "77")
    assert (code, record["outcome"], record["tier"]) == (PROVED, "proved", "T2"), line.err
    assert "swap" in record["proof"]
    assert {post.path for post in server.posts} == {path}
    assert {(post.body["model"], post.body["temperature"], post.body["max_tokens"]) for post in server.posts} == {
        ("prover", 0.8, 77)
    }
    assert any(shown in text_of(post) for post in server.posts)


def test_a_model_that_knows_nothing_is_no_failure_of_ours(line: Line) -> None:
    for dialect, act in (("bfs-prover", always("sorry")), ("bfs-prover", always("")), ("chat", always("no idea " * 5_000))):
        with served(ModelServer(last=act)) as server:
            code, [record] = line.prove(server, "--dialect", dialect, "--samples", "1")
        assert (code, record["proof"]) == (NOT_PROVED, None)
        assert record["outcome"] in ("exhausted", "out_of_budget", "rejected")
        assert server.posts


def test_a_run_records_what_the_server_says_it_took(line: Line, tmp_path: Path) -> None:
    data = write_problems(tmp_path / "problems.jsonl", {"swap": SWAP, "hard": "theorem hard (n : Nat) : n * 0 = 0 * n + 0"})
    with served(ModelServer(last=always(RIGHT))) as server:
        place = ("--data", data, "--runs", tmp_path, "--name", "run", "--workers", "1", "--no-controls")
        model = ("--server", server.url, "--model", "prover", "--dialect", "bfs-prover", "--floor-mass", "0", "--samples", "2")
        command = ("bench", "mine", *place, *model, "--steps", "6", "--no-negation", "--attempts", "2")
        assert line.run(*command)[0] == PROVED
        posts = len(server.posts)
        assert line.run(*command)[0] == PROVED
    made = {record.key: record for record in attempts(tmp_path / "run")}
    assert len(server.posts) == posts, "the same command again asks nothing"
    assert {key for key, record in made.items() if record.outcome is Outcome.PROVED} == {"swap#1", "swap#2"}
    assert {record.outcome for record in made.values()} <= {Outcome.PROVED, Outcome.EXHAUSTED, Outcome.OUT_OF_BUDGET}
    for record in made.values():
        spent = record.effort
        assert (spent.prompt_tokens, spent.output_tokens) == (10 * spent.expansions, 4 * spent.expansions)
        assert spent.policy_seconds > 0
    records = read_records(tmp_path / "run" / RECORDS, AttemptRecord | StartRecord)
    assert [each.facts["model"].partition("@")[0] for each in records if isinstance(each, StartRecord)] == ["prover"]


# -- it fails ---------------------------------------------------------------------------------------------------------------------

FAILING: dict[str, tuple[ModelServer, str]] = {
    "no key": (ModelServer(last=error(401, "no key")), "OPENAI_API_KEY"),
    "no such model": (ModelServer(models=({"id": "other"},)), "other"),
    "another address": (ModelServer(listing=says(404, "<html>", "text/html"), last=says(404, "<html>", "text/html")), "/v1"),
    "500 for ever": (ModelServer(last=error(500, "CUDA error")), "CUDA error"),
    "a page": (ModelServer(last=says(200, "<html>hello", "text/html")), "base URL"),
    "no JSON": (ModelServer(last=says(200, "{")), "breaks off or is damaged"),
    "resets": (ModelServer(last=resets), "closed the connection in the middle"),
    "breaks off": (ModelServer(last=breaks_off), "closed the connection in the middle"),
    "too much": (ModelServer(last=floods(2_000_000)), "larger than 1000000 bytes"),
}


@pytest.mark.parametrize(("server", "said"), FAILING.values(), ids=FAILING.keys())
def test_a_server_that_fails_is_our_machinery_and_one_sentence(line: Line, server: ModelServer, said: str) -> None:
    with served(server):
        code, records = line.prove(server, "--dialect", "bfs-prover", "--samples", "2")
    assert code == BROKEN
    text = json.dumps(records) + line.err
    assert said in text
    assert "Traceback" not in text
    assert not [record for record in records if record.get("outcome") not in (None, "not_run")]


@pytest.mark.parametrize("options", ["--dialect bfs-prover", "--dialect chat-proof --whole-proof"])
def test_no_server_there_is_told(line: Line, options: str) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and does not listen
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/v1"
        code, [record] = line.prove(url, *options.split())
    assert code == BROKEN
    assert f"no server at {url}" in record["error"]
    assert "is it started, and is this its address?" in record["error"]


def test_what_a_failing_server_cost_a_run_is_made_again(line: Line, tmp_path: Path) -> None:
    data = write_problems(tmp_path / "problems.jsonl", {"swap": SWAP})
    with served(ModelServer(last=error(401, "no key"))) as server:
        place = ("--data", data, "--runs", tmp_path, "--name", "run", "--workers", "1", "--no-controls")
        model = ("--server", server.url, "--model", "prover", "--dialect", "bfs-prover", "--floor-mass", "0", "--samples", "2")
        command = ("bench", "mine", *place, *model, "--steps", "6", "--no-negation", "--attempts", "1")
        line.run(*command)
        lost = [record for record in attempts(tmp_path / "run") if record.outcome is not Outcome.NOT_RUN]
        assert not lost, "a server that fails says nothing about a theorem"
        server.last = always(RIGHT)
        assert line.run(*command, "--retry-not-run")[0] == PROVED
    records = read_records(tmp_path / "run" / RECORDS, AttemptRecord | StartRecord)
    assert [each.outcome for each in records if isinstance(each, AttemptRecord)][-1] is Outcome.PROVED
