"""`entail solve` from the outside: the built-in solver, and a model on a server whose Python runs in the real sandbox."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from prover.cli import BAD_INPUT, BROKEN, NOT_PROVED, PROVED
from prover.run_folder import ANSWERS, RECORDS
from prover.sandbox.isolation import NoIsolation
from prover.sandbox.kernel import find_isolation
from tests.cli.running import children, ended, running, until
from tests.cli.test_interruptions import Terminal
from tests.cli.words import APPLES, GCD, ODD, QUICK, Ran, Words, begun, lines_of, table
from tests.fakes.model_server import ModelServer, Received, error
from tests.fakes.word_models import Gate, asked, by_problem, playing, served, shown, words_of

pytestmark = [pytest.mark.lean, pytest.mark.timeout(120)]
with_models = pytest.mark.models

PROGRAM = "I compute.\n```python\nboxes = 3 * 12\nprint(boxes - 5)\n```"
RIGHT, WRONG = "So \\boxed{31} apples are left.", "So \\boxed{29} apples are left."


@pytest.fixture
def isolated() -> None:
    """Skips where code cannot be confined, and says why."""
    try:
        asyncio.run(find_isolation())
    except NoIsolation as none:
        pytest.skip(f"no isolation on this machine: {none}")


def computing(received: Received, seed: int) -> str:
    """Writes a program, and answers what it printed."""
    del seed
    printed = words_of(received).partition("It printed:\n```output\n")[2].partition("\n")[0]
    return f"So it is \\boxed{{{printed}}}." if printed else PROGRAM


@contextmanager
def solving(*answers: str, **others: str) -> Generator[tuple[ModelServer, Sequence[str]]]:
    """A server whose solutions come in turn, and the options that name it."""
    pytest.importorskip("openai")
    left = list(answers)

    def say(received: Received, seed: int) -> str:
        del received, seed
        return left.pop(0) if len(left) > 1 else left[0]

    with served(ModelServer(last=playing(solve=say, **others))) as server:
        yield server, ("--model", f"prover@{server.url}#chat-solve")


# -- one problem, no model ------------------------------------------------------------------------------------------------------


def test_the_answer_its_proof_and_whether_it_matches(words: Words) -> None:
    ran = words.run("solve", APPLES, "--answer", "31", *QUICK)
    assert ran.code == PROVED
    comments = [line for line in ran.out.splitlines() if line.startswith("--")]
    assert comments == [
        "-- answer: 31 (1 of 1 solution)",
        "-- expected: 31, which matches",
        "-- proof: checked in a clean process, tier T2",
    ]
    assert words.elaborates(ran.out)
    assert "\\boxed{31}" in ran.err


def test_an_answer_that_differs_from_the_datas_is_said_and_proved_all_the_same(words: Words) -> None:
    ran = words.run("solve", APPLES, "--answer", "30", *QUICK)
    assert ran.code == PROVED
    assert "-- expected: 30, which DOES NOT match" in ran.out
    assert "-- proof: checked in a clean process" in ran.out


def test_quiet_json_and_no_proof(words: Words) -> None:
    ran = words.run("solve", APPLES, "--no-prove", "--quiet", "--json", *QUICK)
    [record] = ran.records
    assert (ran.code, ran.err) == (PROVED, "")
    assert (record["type"], record["vote"]["answer"], record["matches"], record["statement"]) == ("answer", "31", "unknown", None)
    ran = words.run("solve", APPLES, "--no-prove", "--quiet", *QUICK)
    assert (ran.out, ran.err) == ("-- answer: 31 (1 of 1 solution)\n", "")


def test_the_proof_in_the_record_is_of_the_frozen_statement(words: Words) -> None:
    [record] = words.run("solve", APPLES, "--json", "--quiet", *QUICK).records
    statement = record["statement"]
    [again] = words.run("prove", statement["lean"], "--json", "--quiet").records
    assert again["statement_sha256"] == statement["statement_sha256"]
    assert words.elaborates(statement["proof"]["proof"])


def test_what_is_not_understood_is_marked(words: Words) -> None:
    ran = words.run("solve", ODD)
    assert (ran.code, ran.out) == (NOT_PROVED, "")
    assert "the built-in grammar does not understand this (column" in ran.err
    assert "--model NAME@URL#chat-solve" in ran.err


# -- one problem, a model -------------------------------------------------------------------------------------------------------


@with_models
def test_a_models_program_runs_and_its_answer_is_proved(words: Words, isolated: None) -> None:
    del isolated
    pytest.importorskip("openai")
    with served(ModelServer(last=playing(solve=computing))) as server:
        ran = words.run("solve", APPLES, "--model", f"prover@{server.url}#chat-solve", "--answer", "31", *QUICK)
    assert ran.code == PROVED
    assert "[python]\nboxes = 3 * 12" in ran.err
    assert "[output]\n31" in ran.err
    assert "-- answer: 31 (1 of 1 solution)" in ran.out
    assert words.elaborates(ran.out)


@with_models
def test_unsafe_code_runs_without_isolation(words: Words, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prover.sandbox.kernel.ways", lambda: ())
    pytest.importorskip("openai")
    with served(ModelServer(last=playing(solve=computing))) as server:
        command = ("solve", APPLES, "--model", f"prover@{server.url}#chat-solve", "--no-prove", "--json", *QUICK)
        refused = words.run(*command)
        assert refused.code == BROKEN
        assert "--unsafe-code" in refused.records[0]["error"]
        assert not server.posts
        allowed = words.run(*command, "--unsafe-code")
    assert allowed.records[0]["vote"]["answer"] == "31"


@with_models
def test_a_wrong_answer_that_wins_the_vote_is_refuted(words: Words) -> None:
    with solving(WRONG, RIGHT, WRONG) as (_, model):
        command = ("solve", APPLES, *model, "--samples", "3", "--answer", "31", *QUICK)
        ran = words.run(*command)
        [record] = words.run(*command, "--json").records
    assert ran.code == PROVED, "it is answered; that the answer is wrong is said"
    assert "-- answer: 29 (2 of 3 solutions)" in ran.out
    assert "-- expected: 31, which DOES NOT match" in ran.out
    assert "is REFUTED" in ran.out
    assert words.elaborates(ran.out)
    assert "¬" in ran.out
    statement = record["statement"]
    assert (statement["lean"], statement["proof"]["outcome"], statement["proof"]["tier"]) == ("", "refuted", "T2")


@with_models
def test_a_reward_model_outweighs_the_majority(words: Words) -> None:
    def judged(received: Received, seed: int) -> str:
        del seed
        return "All of it holds. **correct**" if "boxed{31}" in words_of(received) else "It is off by two. **incorrect**"

    pytest.importorskip("openai")
    answers = [WRONG, RIGHT, WRONG]
    act = playing(solve=lambda _received, _seed: answers.pop(0), reward=judged)
    with served(ModelServer(last=act)) as server:
        model = f"prover@{server.url}"
        command = ("solve", APPLES, "--model", f"{model}#chat-solve", "--reward", f"{model}#chat-reward", "--samples", "3", *QUICK)
        [record] = words.run(*command, "--json").records
        assert len(server.gets) == 1, "one model, looked at once"
    assert record["vote"]["answer"] == "31"
    assert [weight > 0.5 for weight in record["weights"]] == [False, True, False]


@with_models
def test_every_solution_is_shown_with_all(words: Words) -> None:
    with solving(WRONG, RIGHT) as (_, model):
        ran = words.run("solve", APPLES, *model, "--samples", "2", "--all", "--no-prove", *QUICK)
    assert ran.err.index("solution 1 (answered)") < ran.err.index("solution 2 (answered)")
    assert ran.out.startswith("-- answer: ")


@with_models
def test_no_answer_at_all(words: Words) -> None:
    with solving("I give up.") as (_, model):
        ran = words.run("solve", APPLES, *model, "--samples", "2", *QUICK)
    assert (ran.code, ran.out) == (NOT_PROVED, "")
    assert "word_problem: no answer in 2 solutions" in ran.err
    assert "--max-blocks" not in ran.err, "no limit was met"


@with_models
def test_a_limit_that_was_met_is_said_with_the_option_that_moves_it(words: Words) -> None:
    with solving("```python\nprint(1)\n```\n") as (_, model):
        ran = words.run("solve", APPLES, *model, "--unsafe-code", "--max-blocks", "2", *QUICK)
    assert (ran.code, ran.out) == (NOT_PROVED, "")
    assert "1 solution ended at a limit (too many blocks): --max-blocks moves it" in ran.err


@with_models
def test_a_model_states_the_answer_where_the_grammar_cannot(words: Words) -> None:
    text = "A dozen is how many, said the green apple?"
    lean = "```lean\ntheorem x : 3 * 4 = 12 := by sorry\n```"
    with solving("It is \\boxed{12}.", formalize=lean) as (server, model):
        command = (*model, "--formalizer", f"prover@{server.url}#chat-formalizer", "--drafts", "1")
        ran = words.run("solve", text, *command, *QUICK)
        assert "The answer is 12" in shown(asked(server, "formalize")[0])
    assert "3 * 4 = 12" in ran.out
    assert words.elaborates(ran.out)


# -- a table --------------------------------------------------------------------------------------------------------------------

ROWS = (("apples", APPLES, "31"), ("gcd", GCD, "6"), ("odd", "How odd is seven?", "7"))


def answers_of(run: Path) -> dict[str, str]:
    return {record["name"]: record["vote"]["answer"] for record in lines_of(run / ANSWERS)}


def samples_of(run: Path) -> list[str]:
    keys = [record["key"] for record in lines_of(run / RECORDS) if record["type"] == "sample"]
    assert len(keys) == len(set(keys)), "a sample was drawn twice"
    return keys


def test_a_table_without_a_model_and_its_report(words: Words) -> None:
    pytest.importorskip("scipy")
    file = table(words.folder / "mine.jsonl", *ROWS)
    ran = words.run("solve", file, "--name", "run", *QUICK)
    assert ran.code == NOT_PROVED, "one of them has no answer"
    assert answers_of(words.folder / "runs/run") == {"apples": "31", "gcd": "6", "odd": ""}
    assert "answer of the vote right" in ran.out
    before = (words.folder / "runs/run" / RECORDS).read_bytes()
    again = words.run("solve", file, "--name", "run", *QUICK)
    assert (again.code, again.out) == (ran.code, ran.out)
    assert (words.folder / "runs/run" / RECORDS).read_bytes() == before, "nothing is done twice"
    report = words.run("report", "runs/run")
    assert (report.code, report.out) == (PROVED, ran.out)
    assert words.run("report", "runs/run", "--json").records[0]["voted"]["value"] == pytest.approx(2 / 3)
    page = words.run("report", "runs/run", "--html", "page.html")
    assert page.code == BAD_INPUT
    assert "--html and --compare are for runs of `entail bench`" in page.err
    other = words.run("solve", file, "--name", "run", *QUICK, "--seed", "4")
    assert other.code == BAD_INPUT
    assert "was made with other options (" in other.err
    assert "another --name" in other.err


@with_models
def test_more_samples_are_drawn_later_and_vote_with_the_others(words: Words) -> None:
    pytest.importorskip("scipy")
    file = table(words.folder / "mine.jsonl", ROWS[0])
    with solving(WRONG, RIGHT, RIGHT) as (_, model):
        command = ("solve", file, "--name", "run", *model, *QUICK)
        assert words.run(*command).code == PROVED
        assert answers_of(words.folder / "runs/run") == {"apples": "29"}
        later = words.run(*command, "--samples", "3", "--json")
        assert later.code == PROVED
        fewer = words.run(*command)
    assert samples_of(words.folder / "runs/run") == ["apples#1", "apples#2", "apples#3"]
    assert answers_of(words.folder / "runs/run") == {"apples": "31"}
    [report] = later.records
    assert report["maj_at_k"]["3"]["value"] == 1.0
    assert report["matches_and_statements"] == [["yes", "proved", 1]]
    assert fewer.code == BAD_INPUT
    assert "cannot become 1" in fewer.err


@with_models
def test_refuted_answers_are_counted_apart(words: Words) -> None:
    pytest.importorskip("scipy")
    file = table(words.folder / "mine.jsonl", ROWS[0], ("gcd", GCD.partition(" Show")[0], "6"))
    say = by_problem({"Tom has": WRONG, "divisor": "It is \\boxed{6}."})
    pytest.importorskip("openai")
    with served(ModelServer(last=playing(solve=say))) as server:
        ran = words.run("solve", file, "--model", f"prover@{server.url}#chat-solve", "--name", "run", *QUICK)
    rows = [line.split() for line in ran.out.splitlines()]
    assert ["no", "refuted", "1"] in rows
    assert ["yes", "proved", "1"] in rows
    assert ran.code == PROVED


@with_models
def test_a_server_that_fails_ends_the_run_and_the_same_command_goes_on(words: Words) -> None:
    pytest.importorskip("scipy")
    file = table(words.folder / "mine.jsonl", *ROWS)
    say = by_problem({"Tom has": RIGHT, "divisor": "It is \\boxed{6}.", "odd": "It is \\boxed{7}."})
    pytest.importorskip("openai")
    server = ModelServer(acts=[playing(solve=say)], last=error(500, "the GPU fell off"))
    with served(server):
        command = ("solve", file, "--model", f"prover@{server.url}#chat-solve", "--name", "run", "--no-prove", *QUICK)
        ran = words.run(*command)
        assert ran.code == BROKEN
        assert "the GPU fell off" in ran.err
        assert "the same command goes on with the rest" in ran.err
        kept = samples_of(words.folder / "runs/run")
        unfinished = words.run("report", "runs/run")
        assert unfinished.code == PROVED
        assert "not settled yet: " in unfinished.out
        server.last = playing(solve=say)
        again = words.run(*command)
    assert again.code == PROVED
    assert set(kept) <= set(samples_of(words.folder / "runs/run"))
    assert len(samples_of(words.folder / "runs/run")) == 3


@with_models
@pytest.mark.parametrize("presses", [1, 2])
def test_ctrl_c_once_ends_what_was_begun_and_twice_stops(words: Words, presses: int) -> None:
    pytest.importorskip("scipy")
    pytest.importorskip("openai")
    many = [(f"p{number}", f"How many are {number} and 1?", str(number + 1)) for number in range(40)]
    file, run = table(words.folder / "mine.jsonl", *many), words.folder / "runs/run"
    server, gate = ModelServer(), Gate("are 7 and 1")
    server.last = gate.before(playing(solve="It is \\boxed{8}."))
    terminal = Terminal()
    with served(server):
        command = (
            "solve",
            file,
            "--model",
            f"prover@{server.url}#chat-solve",
            "--name",
            "run",
            "--samples",
            "2",
            "--no-prove",
            *QUICK,
        )
        process = begun(command, words.folder, stderr=terminal.theirs)
        until(gate.waiting.is_set)
        until(lambda: len(samples_of(run)) >= 4)
        workers = children(process.pid)
        process.send_signal(signal.SIGINT)
        terminal.wait_for("ending what was begun; Ctrl-C again stops at once")
        if presses == 2:
            process.send_signal(signal.SIGINT)
        else:
            gate.open()
        ran = ended(process)
        terminal.close()
        gate.open()
        until(lambda: not any(map(running, workers)))
        assert ran.code == (NOT_PROVED if presses == 1 else 130)
        assert "the same command goes on" in terminal.screen
        begun_samples = samples_of(run)
        assert len(begun_samples) < 80
        assert ("p7#1" in begun_samples) is (presses == 1)
        again = words.run(*command, "--json")
    assert again.code == PROVED
    assert set(begun_samples) <= set(samples_of(run))
    assert len(samples_of(run)) == 80
    assert again.records[0]["settled"] == 40


def test_json_of_a_table_is_one_object(words: Words) -> None:
    pytest.importorskip("scipy")
    ran: Ran = words.run("solve", table(words.folder / "mine.jsonl", ROWS[0]), "--json", "--quiet", *QUICK)
    assert (ran.code, ran.err) == (PROVED, "")
    assert json.loads(ran.out)["problems"] == 1
