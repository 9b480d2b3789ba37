"""`entail formalize` from the outside, with real Lean, the built-in grammar, and models on a server that know what they say."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest

from prover import formalize_command
from prover.cli import BAD_INPUT, BROKEN, NOT_PROVED, PROVED
from prover.formalize.candidate import CheckName
from tests.cli.running import Ended, children, ended, entail, running, until
from tests.cli.test_interruptions import Terminal
from tests.cli.words import FALSE, GCD, ODD, QUICK, REMAINDER, Words, begun, lines_of, table, taken_by_lean
from tests.fakes.model_server import ModelServer, error
from tests.fakes.word_models import Gate, asked, by_problem, in_turn, playing, served, shown

pytestmark = [pytest.mark.lean, pytest.mark.timeout(120)]

STATED = "theorem x : 2003 % 11 = 1 := by sorry"
CHECKS = [str(check) for check in CheckName]
LOVE = "A word of love is worth 2 words of hate. Show that 1 + 1 = 2."


def too_late(_: object) -> None:
    """Stands for what must not be reached."""
    pytest.fail("an engine is asked for")


def fenced(lean: str) -> str:
    return f"Here it is.\n```lean\n{lean}\n```"


# -- the built-in grammar ----------------------------------------------------------------------------------------------------------


def test_stdout_is_the_statement_and_stderr_has_every_check(words: Words) -> None:
    ran = words.run("formalize", REMAINDER, *QUICK)
    assert ran.code == PROVED
    assert ran.out == f"/- {REMAINDER} -/\ntheorem word_problem : 2003 % 11 = 1 := by\n  sorry\n"
    assert taken_by_lean(ran.out)
    found = dict(line.split()[:2] for line in ran.err.splitlines() if line.startswith("  ") and line.split()[0] in CHECKS)
    assert [*found] == CHECKS
    assert set(found.values()) == {"pass", "unknown"}
    assert "1 draft, 1 not rejected" in ran.err


def test_a_proof_goes_to_stdout_and_can_be_pasted(words: Words) -> None:
    ran = words.run("formalize", REMAINDER, "--prove", "--all", *QUICK)
    assert ran.code == PROVED
    assert words.elaborates(ran.out)
    assert "PROVED, tier T2" in ran.err
    assert ran.err.count("  compiles") == 1, "no check is shown twice"
    assert ran.err.index("frozen as") < ran.err.index("PROVED")


def test_json_is_one_record_and_its_digest_is_of_what_is_proved(words: Words) -> None:
    ran = words.run("formalize", REMAINDER, "--prove", "--json", "--quiet", *QUICK)
    [record] = ran.records
    assert (ran.code, ran.err) == (PROVED, "")
    assert (record["type"], record["name"], record["by"]) == ("formalized", "word_problem", "checks")
    assert (record["proof"]["outcome"], record["proof"]["tier"]) == ("proved", "T2")
    assert [finding["check"] for finding in record["candidates"][0]["findings"]] == CHECKS
    [again] = words.run("prove", record["lean"], "--json", "--quiet").records
    assert again["statement_sha256"] == record["statement_sha256"]


def test_what_is_not_understood_is_marked_and_models_are_spoken_of(words: Words) -> None:
    ran = words.run("formalize", ODD)
    assert (ran.code, ran.out) == (NOT_PROVED, "")
    complaint, text, caret, *advice = ran.err.splitlines()
    assert complaint.startswith("word_problem: the built-in grammar does not understand this (column ")
    assert text == f"  {ODD}"
    column = int(complaint.partition("(column ")[2].partition(")")[0])
    assert caret.rstrip("^") == " " * (1 + column)
    assert "--model NAME@URL#chat-formalizer" in advice[-1]
    ran = words.run("formalize", ODD, "--json", "--quiet")
    assert ran.records[0]["lean"] == ""
    assert "does not understand" in ran.err, "why nothing came of it is said even so"


def test_a_false_claim_is_not_accepted(words: Words) -> None:
    ran = words.run("formalize", FALSE, "--prove", *QUICK)
    assert (ran.code, ran.out) == (NOT_PROVED, "")
    assert "1 rejected by negation" in ran.err
    assert "it is false" in ran.err
    assert "no statement was accepted" in ran.err


def test_an_open_question_needs_its_answer(words: Words) -> None:
    question = REMAINDER.partition(" Show")[0]
    ran = words.run("formalize", question)
    assert ran.code == NOT_PROVED
    assert "there is nothing to prove before the answer is known" in ran.err
    assert "2003 % 11 = 1" in words.run("formalize", question, "--answer", "1", *QUICK).out


def test_standard_input(tmp_path: Path) -> None:
    ran = entail("formalize", "-", *QUICK, text=f"{REMAINDER}\n", folder=tmp_path)
    assert (ran.code, ran.out.splitlines()[0]) == (PROVED, f"/- {REMAINDER} -/")


# -- refused before Lean starts ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["formalize", ""], "the problem is empty"),
        (["formalize", " \n "], "the problem is empty"),
        (["formalize", "gone.jsonl"], "gone.jsonl: cannot be read (No such file or directory)"),
        (["formalize", "gone.txt"], "there is no file gone.txt"),
        (
            ["formalize", "there.txt"],
            "there.txt is no table of problems (.jsonl, .json, .parquet); if it holds one problem, give -",
        ),
        (["formalize", "empty.jsonl"], "no problem in it"),
        (["formalize", "table.jsonl", "--names", "nobody"], "table.jsonl has no problem nobody"),
        (["formalize", "table.jsonl", "--answer", "1"], "--answer is for one problem"),
        (["formalize", REMAINDER, "--names", "a"], "--names chooses from a file"),
        (["formalize", "-", "--review"], "--review asks on standard input"),
        (["formalize", REMAINDER, "--no-fragment"], "there has to be a model that drafts statements"),
        (["formalize", REMAINDER, "--output", "gone/a.jsonl"], "there is no folder"),
        (["formalize", REMAINDER, "--output", "there.txt"], "--output is a file of records, FILE.jsonl, and not there.txt"),
        (["formalize", "table.jsonl", "--output", "table.jsonl"], "the records go into another file"),
        (["formalize", REMAINDER, "--output", "table.jsonl"], "table.jsonl, line 1"),
        (
            ["formalize", REMAINDER, "--model", "m@ftp://x/v1#chat-formalizer"],
            "'m@ftp://x/v1#chat-formalizer' cannot be asked: base_url starts with http",
        ),
        (["formalize", REMAINDER, "--model", "m@http://localhost:1/v1"], "no dialect"),
        (["formalize", REMAINDER, "--model", "m@http://localhost:1/v1#nonsense"], "nonsense"),
        (["formalize", REMAINDER, "--model", "m@http://localhost:1/v1#chat-judge"], "chat-judge is for the task judge"),
        (["formalize", REMAINDER, "--judge", "m@http://localhost:1/v1#chat-proof"], "not for judge"),
        (["formalize", REMAINDER, "--informalizer", "m@http://localhost:1/v1#chat-proof"], "not for informalize"),
        (["formalize", REMAINDER, "--check-seconds", "0"], "give seconds (--check-seconds)"),
        (["solve", APPLES := "How many apples?", "--samples", "3"], "the built-in solver gives one solution"),
        (["solve", APPLES, "--reward", "m#chat-reward"], "the built-in solver gives one solution"),
        (["solve", APPLES, "--model", "m@http://localhost:1/v1#chat-formalizer"], "not for solve"),
        (["solve", APPLES, "--model", "m#chat-solve", "--reward", "m#chat-solve"], "not for reward"),
        (["solve", APPLES, "--formalizer", "m#chat-solve"], "not for formalize"),
        (["solve", APPLES, "--code-seconds", "0"], "--code-seconds, --code-memory or --code-output cannot be kept: "),
        (["solve", "gone.jsonl"], "gone.jsonl: cannot be read"),
        (["augment", APPLES, "--writer", "m#chat-solve"], "not for augment"),
        (["augment", "", "--writer", "m#chat-augment"], "the problem is empty"),
    ],
)
def test_refused_before_anything_is_started(
    arguments: list[str], complaint: str, words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    (words.folder / "there.txt").write_text("How many?")
    (words.folder / "empty.jsonl").write_text("")
    table(words.folder / "table.jsonl", ("a", REMAINDER, ""))
    for command in ("formalize_command", "solve_command", "augment_command"):
        monkeypatch.setattr(f"prover.{command}.engine_for", too_late)
    ran = words.run(*arguments, "--json")
    [record] = ran.records
    assert ran.code == BAD_INPUT
    assert complaint in record["error"]
    assert complaint in ran.err


# -- a table -----------------------------------------------------------------------------------------------------------------------

ROWS = (("rem", REMAINDER, ""), ("odd", ODD, ""), ("gcd", GCD, ""))


def test_a_table_is_recorded_and_not_done_again(words: Words, monkeypatch: pytest.MonkeyPatch) -> None:
    file = table(words.folder / "mine.jsonl", *ROWS)
    some = words.run("formalize", file, "--names", "gcd", "--output", "out.jsonl", "--json", *QUICK)
    assert (some.code, [record["name"] for record in some.records]) == (PROVED, ["gcd"])
    rest = words.run("formalize", file, "--output", "out.jsonl", *QUICK)
    assert rest.code == NOT_PROVED
    assert "1 of 3 problems are in out.jsonl already" in rest.err
    assert rest.out.count("theorem") == 1
    assert rest.err.count("--model NAME@URL") == 1
    assert sorted(record["name"] for record in lines_of(words.folder / "out.jsonl")) == ["gcd", "odd", "rem"]
    monkeypatch.setattr(formalize_command, "engine_for", too_late)
    again = words.run("formalize", file, "--output", "out.jsonl", *QUICK)
    assert (again.code, again.out) == (NOT_PROVED, ""), "one of them could not be stated, whenever that was seen"
    good = words.run("formalize", file, "--names", "gcd", "rem", "--output", "out.jsonl", *QUICK)
    assert good.code == PROVED
    for others in (("--drafts", "3"), ("--prove",), ("--judge", "m@http://localhost:1/v1#chat-judge")):
        refused = words.run("formalize", file, "--output", "out.jsonl", *QUICK, *others)
        assert refused.code == BAD_INPUT
        assert "out.jsonl holds problems that were formalized with other options; give another --output" in refused.err


@pytest.mark.models
@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGKILL])
def test_interrupted_it_goes_on_and_nothing_is_lost_or_done_twice(words: Words, signum: signal.Signals) -> None:
    pytest.importorskip("openai")
    stated = {"eleven": STATED, "twelve": "theorem x : Nat.gcd 12 18 = 6", "seven": "theorem x : 2 + 5 = 7"}
    texts = {
        "eleven": "2003 leaves 1 modulo 11, says eleven.",
        "twelve": "12 and 18 have gcd 6, says twelve.",
        "seven": "2 and 5 make 7.",
    }
    file = table(words.folder / "mine.jsonl", *((name, texts[name], "") for name in stated))
    server, gate = ModelServer(), Gate(texts["seven"])
    server.last = gate.before(playing(formalize=by_problem({texts[name]: fenced(lean) for name, lean in stated.items()})))
    with served(server):
        model = ("--model", f"prover@{server.url}#chat-formalizer", "--no-fragment", "--drafts", "1", "--workers", "1")
        command = ("formalize", file, "--output", "out.jsonl", *QUICK, *model)
        process = begun(command, words.folder)
        until(lambda: len(lines_of(words.folder / "out.jsonl")) == 2 and gate.waiting.is_set())
        busy = words.run(*command)
        assert busy.code == BAD_INPUT
        assert "out.jsonl is in use: another process writes into it" in busy.err
        workers = children(process.pid)
        process.send_signal(signum)
        ran = ended(process)
        gate.open()
        assert ran.code == (130 if signum == signal.SIGINT else -signum)
        assert ("the same command goes on" in ran.err) is (signum == signal.SIGINT)
        until(lambda: not any(map(running, workers)))
        again = words.run(*command, "--json")
        assert again.code == PROVED
        assert [record["name"] for record in again.records] == ["seven"]
        drafted = [name for body in asked(server, "formalize") for name, text in texts.items() if text in shown(body)]
    assert sorted(drafted) == ["eleven", "seven", "seven", "twelve"]
    assert sorted(record["name"] for record in lines_of(words.folder / "out.jsonl")) == ["eleven", "seven", "twelve"]


# -- models ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.models
def test_one_model_drafts_repairs_puts_into_words_and_judges(words: Words) -> None:
    pytest.importorskip("openai")
    wrong, other = "theorem x : 1 + 1 = two", "theorem x : 1 + 1 = 3"
    server = ModelServer(
        last=playing(
            formalize=in_turn([fenced(wrong), fenced(other), fenced("theorem x : 1 + 1 = 2")]),
            informalize="Show that one and one make two.",
            judge="They claim the same thing. **same**",
        )
    )
    with served(server):
        model = f"prover@{server.url}"
        everyone = ("--model", f"{model}#chat-formalizer", "--judge", model, "--informalizer", model)
        ran = words.run("formalize", LOVE, *everyone, "--drafts", "3", "--repairs", "1", "--all", *QUICK)
    assert ran.code == PROVED
    assert ran.out.endswith("theorem word_problem : 1 + 1 = 2 := by\n  sorry\n")
    assert "meaning      pass" in ran.err
    assert "Show that one and one make two." in ran.err
    assert "1 rejected by negation" in ran.err
    assert len(server.gets) == 1, "one model, looked at once"
    assert {*map(len, (asked(server, "informalize"), asked(server, "judge")))} == {1}


@pytest.mark.models
def test_a_server_that_fails_ends_the_command_and_keeps_what_was_done(words: Words) -> None:
    pytest.importorskip("openai")
    file = table(words.folder / "mine.jsonl", ("first", "2 and 5 make 7, they say.", ""), ("second", LOVE, ""))
    good = playing(formalize=by_problem({"2 and 5": fenced("theorem x : 2 + 5 = 7"), "love": fenced("theorem x : 1 + 1 = 2")}))
    server = ModelServer(acts=[good], last=error(500, "the GPU fell off"))
    with served(server):
        command = ("formalize", file, "--output", "out.jsonl", "--model", f"prover@{server.url}#chat-formalizer", "--no-fragment")
        command = (*command, "--drafts", "1", "--workers", "1", *QUICK)
        ran = words.run(*command)
        assert ran.code == BROKEN
        assert "the GPU fell off" in ran.err
        assert "problems that had ended are in out.jsonl; the same command goes on with the others" in ran.err
        assert [record["name"] for record in lines_of(words.folder / "out.jsonl")] == ["first"]
        server.last = good
        again = words.run(*command)
    assert again.code == PROVED
    assert [record["name"] for record in lines_of(words.folder / "out.jsonl")] == ["first", "second"]


@pytest.mark.models
def test_a_server_that_is_not_there_is_said(words: Words) -> None:
    pytest.importorskip("openai")
    ran = words.run("formalize", LOVE, "--model", "m@http://127.0.0.1:9/v1#chat-formalizer", "--json")
    assert ran.code == BROKEN
    [record] = ran.records
    assert "http://127.0.0.1:9/v1" in record["error"]


# -- a person ----------------------------------------------------------------------------------------------------------------------


def test_review_accepts(tmp_path: Path) -> None:
    ran = entail("formalize", REMAINDER, "--review", "--output", "out.jsonl", *QUICK, text="what?\nA\n", folder=tmp_path)
    assert ran.code == PROVED
    assert ran.out.startswith(f"/- {REMAINDER} -/\ntheorem word_problem : 2003 % 11 = 1")
    assert ran.err.count("[a]ccept, [n]ext, [e]dit, [r]eject?") == 2, "what is no answer is asked again"
    assert "candidate 1 of 1" in ran.err
    assert lines_of(tmp_path / "out.jsonl")[0]["by"] == "person"


def test_review_rejects(tmp_path: Path) -> None:
    ran = entail("formalize", REMAINDER, "--review", *QUICK, text="n\nr\n", folder=tmp_path)
    assert (ran.code, ran.out) == (NOT_PROVED, "")
    assert "no statement was accepted" in ran.err


def test_who_leaves_a_review_is_asked_about_the_rest_the_next_time(tmp_path: Path) -> None:
    file = table(tmp_path / "mine.jsonl", ("rem", REMAINDER, ""), ("gcd", GCD, ""), ("again", FALSE, ""))
    command = ("formalize", file, "--review", "--output", "out.jsonl", *QUICK)
    ran = entail(*command, text="a\nn\n", folder=tmp_path)
    assert (ran.code, ran.out.count("theorem")) == (NOT_PROVED, 1)
    assert "the input has ended: 2 of 3 problems were not reviewed" in ran.err
    assert [record["name"] for record in lines_of(tmp_path / "out.jsonl")] == ["rem"]
    again = entail(*command, text="a\na\n", folder=tmp_path)
    assert again.code == PROVED
    assert [record["name"] for record in lines_of(tmp_path / "out.jsonl")] == ["rem", "gcd", "again"]


def test_review_edits_and_looks_at_what_was_written(tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nsed -i 's/ = 1/ = 2/' \"$1\"\n")
    editor.chmod(0o755)
    ran = entail("formalize", REMAINDER, "--review", *QUICK, text="e\nn\na\n", folder=tmp_path, EDITOR=str(editor), VISUAL="")
    assert ran.code == PROVED
    assert "2003 % 11 = 1" in ran.out
    assert "candidate 1 of 2" in ran.err
    assert "numbers      reject" in ran.err
    none = entail("formalize", REMAINDER, "--review", *QUICK, text="e\nr\n", folder=tmp_path, EDITOR="", VISUAL="")
    assert none.code == NOT_PROVED
    assert "set the environment variable EDITOR" in none.err


def seen_to_its_end(process: subprocess.Popen[bytes], terminal: Terminal) -> Ended:
    """Wait for the end of a command whose terminal is read, for it would wait otherwise once that is full."""
    while process.poll() is None:
        terminal.read()
    ran = ended(process)
    terminal.close()
    return ran


@pytest.mark.parametrize(("typed", "code"), [(b"n\na\n", PROVED), (None, 130)])
def test_review_on_a_terminal(tmp_path: Path, typed: bytes | None, code: int) -> None:
    terminal = Terminal()
    process = begun(("formalize", REMAINDER, "--review", *QUICK), tmp_path, stdin=terminal.theirs, stderr=terminal.theirs)
    terminal.wait_for(r"word_problem: (drafting|compiling|checking)")
    terminal.wait_for(r"\[r\]eject\? $")
    if typed is not None:
        terminal.type(typed)
    else:
        process.send_signal(signal.SIGINT)
    ran = seen_to_its_end(process, terminal)
    assert ran.code == code
    assert ran.out.startswith(f"/- {REMAINDER} -/\ntheorem") is (code == PROVED)
    assert "candidate 1 of 1" in terminal.screen
    assert "word_problem: drafting" not in terminal.screen, "progress is gone at the end"


def test_progress_does_not_come_into_stdout_nor_stay(words: Words) -> None:
    file = table(words.folder / "mine.jsonl", *ROWS)
    terminal = Terminal()
    process = begun(("formalize", file, "--prove", *QUICK), words.folder, stderr=terminal.theirs)
    terminal.wait_for(r"of 3 problems; \w+: ")
    ran = seen_to_its_end(process, terminal)
    assert ran.code == NOT_PROVED
    assert words.elaborates(ran.out)
    assert ran.out.count("theorem ") == 2
    assert "of 3 problems" not in terminal.screen
    assert terminal.screen.count("PROVED, tier T2") == 2


def test_quiet_says_nothing_even_on_a_terminal(tmp_path: Path) -> None:
    terminal = Terminal()
    ran = ended(begun(("formalize", REMAINDER, "--quiet", *QUICK), tmp_path, stderr=terminal.theirs))
    terminal.close()
    assert (ran.code, terminal.shown) == (PROVED, "")


def test_help_shows_where_models_come_from(capsys: pytest.CaptureFixture[str], words: Words) -> None:
    with pytest.raises(SystemExit):
        words.run("formalize", "--help")
    assert "NAME@http://localhost:8000/v1" in capsys.readouterr().out


def test_a_record_is_json_with_the_letters_that_were_typed(words: Words) -> None:
    ran = words.run("formalize", "Show that the rêmainder is 1.", "--json", "--quiet")
    assert json.loads(ran.out)["candidates"] == []
