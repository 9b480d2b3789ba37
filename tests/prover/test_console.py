"""What goes to stdout and what to stderr, for people and for programs."""

from __future__ import annotations

import json
import sys
from dataclasses import replace

import pytest

from lean_env.checker import Verdict
from lean_env.messages import Accepted, Message, Position, Rejected
from lean_env.statement import Statement
from prover.attempt import Attempt, Effort, Outcome
from prover.console import Console

CLAIM = Statement("t", "theorem t : P", "", "P")
YES = Accepted("t", ("propext",), 3)
EFFORT = Effort(seconds=1.25, expansions=1, steps=20, nodes=7)
GOALS = tuple(f"h{n} : P\n⊢ Q{n}" for n in range(5))
PROVED = Attempt(CLAIM, Outcome.PROVED, EFFORT, Verdict(CLAIM, YES, "data"), "theorem t : P := by\n  simp\n", ("simp",))
REFUTED = Attempt(
    CLAIM, Outcome.REFUTED, EFFORT, Verdict(CLAIM.negation(), YES, "data"), "theorem t_negation : ¬ (P) := by\n  simp\n"
)
REJECTED = Attempt(
    CLAIM,
    Outcome.REJECTED,
    EFFORT,
    Verdict(CLAIM, Rejected("kernel", "no")),
    "theorem t : P := by\n  cheat\n",
    (),
    "the check refused: no",
)
SPENT = Attempt(CLAIM, Outcome.OUT_OF_BUDGET, replace(EFFORT, workers_lost=1), reason="the limit of 2 steps", open_goals=GOALS)
NOT_RUN = Attempt(CLAIM, Outcome.NOT_RUN, Effort(), reason="no memory")
ALL = [PROVED, REFUTED, REJECTED, SPENT, NOT_RUN]


class Heard:
    """The console, and what it said."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def say(self, attempt: Attempt, *, as_json: bool = False, quiet: bool = False, explain: bool = False) -> tuple[str, str]:
        Console(as_json=as_json, quiet=quiet).attempt(attempt, explain=explain, seed=7)
        return self._capsys.readouterr()


@pytest.fixture
def heard(capsys: pytest.CaptureFixture[str]) -> Heard:
    return Heard(capsys)


def test_a_proof_is_all_there_is_on_stdout(heard: Heard) -> None:
    out, err = heard.say(PROVED)
    assert out == "theorem t : P := by\n  simp\n"
    assert err == "t: PROVED, tier T2 (checked in a clean process), 1.2 s, 20 steps, 1 expansion\n"


def test_a_refutation_says_what_it_is_even_when_quiet(heard: Heard) -> None:
    for quiet in (False, True):
        out, err = heard.say(REFUTED, quiet=quiet)
        assert out == "theorem t_negation : ¬ (P) := by\n  simp\n"
        assert err.startswith("t: REFUTED: it is false; the proof is of its negation, tier T2")


def test_a_failure_leaves_stdout_alone_and_shows_the_best_open_goal(heard: Heard) -> None:
    out, err = heard.say(SPENT)
    assert out == ""
    assert err == (
        "t: OUT_OF_BUDGET: the limit of 2 steps\nbest open goal:\n    h0 : P\n    ⊢ Q0\n(--explain shows 5 of them)\n"
        "spent: 1.2 s, 20 steps, 1 expansion, 1 worker lost and replaced\n"
    )
    _, err = heard.say(SPENT, quiet=True)
    assert err.startswith("t: OUT_OF_BUDGET: the limit of 2 steps\nbest open goal:\n")


def test_explained_it_shows_all_of_them(heard: Heard) -> None:
    _, err = heard.say(SPENT, explain=True)
    assert all(f"⊢ Q{n}" in err for n in range(5))
    assert "open goal 5:" in err
    assert "--explain" not in err


def test_a_long_goal_is_cut(heard: Heard) -> None:
    _, err = heard.say(replace(SPENT, open_goals=("\n".join(f"h{n} : P" for n in range(100)),)))
    assert "h23 : P" in err
    assert "h24 : P" not in err
    assert "(76 more lines)" in err


@pytest.mark.parametrize("attempt", [REJECTED, NOT_RUN])
def test_what_was_refused_or_not_run_is_no_proof(attempt: Attempt, heard: Heard) -> None:
    out, err = heard.say(attempt)
    assert out == ""
    assert f"t: {attempt.outcome.name}: {attempt.reason}" in err


@pytest.mark.parametrize("attempt", ALL)
def test_a_program_gets_one_line_with_everything(attempt: Attempt, heard: Heard) -> None:
    out, _ = heard.say(attempt, as_json=True)
    assert out.count("\n") == 1
    record = json.loads(out)
    assert record["outcome"] == attempt.outcome.value
    assert (record["name"], record["seed"], record["statement_sha256"]) == ("t", 7, CLAIM.digest)
    accepted = attempt.outcome in (Outcome.PROVED, Outcome.REFUTED)
    assert (record["proof"] is not None) is accepted
    assert (record["tier"] == "T2") is accepted
    assert (record["refused_proof"] is not None) is (attempt.outcome is Outcome.REJECTED)
    assert record["open_goals"] == list(attempt.open_goals)


def test_several_proofs_are_kept_apart_by_an_empty_line(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(as_json=False)
    for _ in range(2):
        console.attempt(PROVED, explain=False, seed=0)
    assert capsys.readouterr().out == "theorem t : P := by\n  simp\n\ntheorem t : P := by\n  simp\n"


def test_verdicts(capsys: pytest.CaptureFixture[str]) -> None:
    verdicts = [
        Verdict(CLAIM, YES, "data"),
        Verdict(CLAIM, Accepted("t", (), 1)),
        Verdict(CLAIM, Rejected("axiom", "it uses sorryAx")),
    ]
    for as_json in (False, True):
        console = Console(as_json=as_json)
        for verdict in verdicts:
            console.verdict(verdict)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        "t: accepted, tier T2, 3 declarations, axioms: propext",
        "t: accepted, tier T2, 1 declaration, axioms: none by name",
        "t: refused (axiom): it uses sorryAx",
    ]
    records = [json.loads(line) for line in lines[3:]]
    assert [record["accepted"] for record in records] == [True, True, False]
    assert records[0]["axioms"] == ["propext"]
    assert records[2]["reason"] == "axiom"


def test_lean_s_messages_with_a_caret(capsys: pytest.CaptureFixture[str]) -> None:
    messages = [Message("error", "Unknown identifier `foo`\n", Position(2, 2), Position(2, 5)), Message("error", "no place")]
    Console(as_json=True).messages(messages, "theorem t :\n  foo", "a.lean")
    assert capsys.readouterr() == ("", "a.lean:2:3: error: Unknown identifier `foo`\n    foo\n    ^^^\na.lean: error: no place\n")


def test_errors_and_notes(capsys: pytest.CaptureFixture[str]) -> None:
    Console(as_json=True).error("it broke", part=3)
    assert capsys.readouterr() == ('{"error": "it broke", "part": 3}\n', "entail: it broke\n")
    Console(as_json=False, quiet=True).note("by the way")
    Console(as_json=False, quiet=True).error("it broke")
    assert capsys.readouterr() == ("", "entail: it broke\n")


def test_closed_streams_swallow_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    console = Console(as_json=False)
    for attempt in ALL:
        console.attempt(attempt, explain=True, seed=0)
    console.error("it broke")
    with console.watching("t") as watch, console.setting_up() as progress:
        assert watch is None
        progress("downloading", 0.5)


def test_without_a_terminal_there_is_no_live_progress(capsys: pytest.CaptureFixture[str]) -> None:
    with Console(as_json=False).watching("t") as watch:
        assert watch is None
    with Console(as_json=False).setting_up() as progress:
        for stage in ("downloading", "downloading", "building"):
            progress(stage, 0.5)
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "setting up the Lean engine (once, about half a minute):\n  downloading\n  building\n"
    with Console(as_json=False, quiet=True).setting_up() as progress:
        progress("downloading", None)
    assert capsys.readouterr() == ("", "")
