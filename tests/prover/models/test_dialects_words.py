"""Dialects for problems in words: verdicts, repairs of statements, solutions that run programs, and what their files must say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.models.choice import ModelChoice
from prover.models.dialect import known_dialect_for, load_dialect
from prover.models.dialect_file import CHATS, TASKS, WORDS, DialectFile, DialectProblem, ExtractRule, dialects
from prover.models.dialect_verdict import verdict_in, verdicts_in
from prover.models.dialect_words import Round, StatementRepair
from prover.models.generator import Prompt, Turn
from prover.models.query import LeanError, ProofQuery, RepairQuery

pytestmark = pytest.mark.models

BOLD = ExtractRule(kind="verdict", yes=("same",), no=("different",), bold=True)
PLAIN = ExtractRule(kind="verdict", yes=("correct", "yes"), no=("incorrect", "not correct", "no", "wrong"))
FIELDS = {"problem": "What is 1 + 1?", "name": "t", "header": "", "answer": "", "solution": ""}


# -- verdicts --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("They are **same**.", "yes"),
        ("They are **the same**.", "yes"),
        ("**Verdict: Same.**", "yes"),
        ("**SAME**", "yes"),
        ("So: **different**", "no"),
        ("Conditions: **same**. Claims: **different**.", "no"),
        ("I have to say **same** or **different**. It is **same**.", "yes"),
        ("I have to say **same**/**different**. It is **different**.", "no"),
        ("Conditions: **different**. All in all: **same**.", None),
        ("It is **same** or **different**.", None),
        ("They are not **same**.", None),
        ("They are **not the same**.", None),
        ("They aren't **different**.", None),
        ("It is the same.", None),
        ("**Conclusion**: the same problem.", None),
        ("**sameness** and **indifferent**", None),
        ("**same** at first. But no: they are not **same**.", None),
        ("", None),
    ],
)
def test_a_bold_verdict_is_the_last_that_does_not_contradict_itself(text: str, verdict: str | None) -> None:
    assert verdict_in(BOLD, text) == verdict


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("Yes, it is correct.", "yes"),
        ("The answer is correct", "yes"),
        ("incorrect", "no"),
        ("It is not correct.", "no"),
        ("No.", "no"),
        ("It was wrong at first. Now it is correct.", None),
        ("Whether it is correct or incorrect, I cannot say.", None),
        ("noncorrect", None),
    ],
)
def test_a_plain_verdict_is_a_whole_word(text: str, verdict: str | None) -> None:
    assert verdict_in(PLAIN, text) == verdict


def test_a_process_reward_says_something_of_every_step() -> None:
    dialect = load_dialect("internlm2-math-prm")
    assert dialect.verdicts("Step 1: correct\nStep 2: correct\nStep 3: incorrect") == ("yes", "yes", "no")
    assert dialect.verdicts("<think>Step 1: correct") == ()
    assert load_dialect("chat-solve").verdicts("correct") == ()


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("Answer 1 is better.", "yes"),
        ("Answer 2 is better than Answer 1.", "no"),
        ("Answer 1 is better than answer 2", "yes"),
        ("The second one.", "no"),
        ("Answer 2 is worse.", None),
        ("Answer 1 and Answer 2 are alike.", None),
    ],
)
def test_of_a_pair_yes_is_the_first(text: str, verdict: str | None) -> None:
    assert load_dialect("internlm2-math-preference").extract(text) == verdict


@given(st.lists(st.sampled_from(["**same**", "**different**", "not ", "same", "**", " or ", "than ", ". "]), max_size=12))
def test_a_yes_is_never_heard_after_a_no(pieces: list[str]) -> None:
    text = "".join(pieces)
    every = verdicts_in(BOLD, text)
    if verdict_in(BOLD, text) == "yes":
        assert set(every) == {"yes"}
    if not every:
        assert verdict_in(BOLD, text) is None


# -- statements and solutions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["chat-formalizer", "kimina-autoformalizer", "goedel-formalizer", "stepfun-formalizer"])
def test_a_statement_is_repaired_in_the_conversation(name: str) -> None:
    dialect = load_dialect(name)
    error = LeanError("unknown constant 'foo'", 1, 12, 1, 15)
    first = dialect.render(FIELDS)
    prompt = dialect.render(StatementRepair(FIELDS, ("my answer",), "theorem t : foo", (error,)))
    assert prompt.turns[:-2] == first.turns
    assert prompt.turns[-2] == Turn("assistant", f"{first.prefill}my answer")
    assert "theorem t : <error>foo</error>" in prompt.turns[-1].content
    assert "unknown constant 'foo'" in prompt.turns[-1].content
    assert dialect.repairs >= 2


def test_a_repair_is_of_the_dialects_own_task() -> None:
    with pytest.raises(DialectProblem, match="has no repair turn"):
        load_dialect("herald").render(StatementRepair(FIELDS, ("a",), "theorem t : 1 = 1"))
    with pytest.raises(DialectProblem, match="for the task proof"):
        load_dialect("kimina").render(StatementRepair(FIELDS, ("a",), "theorem t : 1 = 1"))
    with pytest.raises(DialectProblem):
        load_dialect("chat-formalizer").render(RepairQuery(ProofQuery("", "theorem t : 1 = 1"), ("a",), "p"))


def test_a_chat_is_told_in_turns_what_its_programs_printed() -> None:
    dialect = load_dialect("chat-solve")
    rounds = [Round("```python\nprint(2)\n```", "2"), Round("```python\n1 / 0\n```", "ZeroDivisionError", "error")]
    turns = dialect.render(FIELDS, rounds=rounds).turns
    assert [turn.role for turn in turns] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert turns[2].content == rounds[0].written
    assert turns[3].content.startswith("It printed:\n```output\n2\n```\n")
    assert "did not end well (error)" in turns[5].content
    assert dialect.converses


@pytest.mark.parametrize("name", ["mathcoder", "internlm2-agent"])
def test_a_raw_model_goes_on_with_its_solution(name: str) -> None:
    dialect = load_dialect(name)
    prompt = dialect.render({**FIELDS, "solution": "<|text|>So"})
    assert prompt == Prompt(text=dialect.render(FIELDS).text + "<|text|>So")
    assert not dialect.converses
    with pytest.raises(DialectProblem, match="goes on as one text"):
        dialect.render(FIELDS, rounds=[Round("a", "b")])


# -- files and choices -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", dialects(), ids=lambda file: file.id)
def test_each_task_has_what_it_needs_and_nothing_else(file: DialectFile) -> None:
    assert (file.marks != "") == (file.task == "solve")
    assert (file.judges != "") == (file.task == "reward")
    assert (file.extract is not None and file.extract.kind == "verdict") == (file.task in ("judge", "reward"))


OWN = """
id = "mine"
title = "Mine"
task = "{task}"
endpoint = "chat"
source = "me"
{more}
[template]
user = "{{{{ problem }}}}"

[extract]
{extract}
"""
VERDICT = 'kind = "verdict"\nyes = ["a"]\nno = ["b"]'
PROSE = 'kind = "prose"'


@pytest.mark.parametrize(
    ("task", "more", "extract", "complaint"),
    [
        ("solve", "", PROSE, "marks"),
        ("judge", 'marks = "fenced"', VERDICT, "marks"),
        ("solve", 'marks = "boxes"', PROSE, "boxes"),
        ("reward", "", VERDICT, "judges"),
        ("judge", 'judges = "pair"', VERDICT, "judges"),
        ("judge", "", PROSE, "kind"),
        ("augment", "", VERDICT, "kind"),
        ("judge", "", 'kind = "verdict"\nyes = ["a"]', "words of a verdict"),
        ("augment", "", 'kind = "prose"\nyes = ["a"]\nno = ["b"]', "words of a verdict"),
        ("judge", '[execution]\nuser = "x"', VERDICT, "execution"),
        ("informalize", '[repair]\nuser = "x"', PROSE, "repair"),
        ("dance", "", PROSE, "dance"),
    ],
)
def test_a_file_that_mixes_tasks_is_refused(tmp_path: Path, task: str, more: str, extract: str, complaint: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(OWN.format(task=task, more=more, extract=extract), encoding="utf-8")
    with pytest.raises(DialectProblem, match=complaint):
        load_dialect(path)


def test_every_task_but_the_critics_has_a_dialect_for_any_chat() -> None:
    assert set(CHATS) == set(TASKS) - {"critic"}
    assert {load_dialect(name).task for name in CHATS.values()} == set(CHATS)
    assert set(WORDS) == set(TASKS) - {"critic", "tactic", "proof"}
    assert all(not file.models and not file.patterns for file in dialects() if file.id in CHATS.values())


@pytest.mark.parametrize("task", ["formalize", "solve", "reward"])
def test_a_model_that_nobody_knows_is_told_the_chat_dialect_of_the_task(task: Any) -> None:
    with pytest.raises(DialectProblem, match=f"for the task {task} is known to fit the model me/m.*take `{CHATS[task]}`"):
        known_dialect_for("me/m", task)
    with pytest.raises(DialectProblem, match=f"not for {task}: take another one, for a chat model {CHATS[task]}"):
        ModelChoice("me/m", dialect="kimina").dialect_for(task)


@pytest.mark.parametrize(
    ("model", "task", "found"),
    [
        ("internlm/internlm2-math-7b", "reward", "internlm2-math-orm"),
        ("internlm/internlm2-math-7b", "solve", "internlm2-agent"),
        ("internlm/internlm2-math-plus-7b", "solve", "internlm2-agent"),
        ("internlm/internlm2-math-20b", "augment", "internlm2-augment"),
        ("MathLLMs/MathCoder-CL-34B", "solve", "mathcoder"),
        ("me/some-model", "judge", "chat-judge"),
        ("me/some-model", "augment", "chat-augment"),
    ],
)
def test_a_model_finds_its_dialect_for_each_task(model: str, task: Any, found: str) -> None:
    assert ModelChoice(model).dialect_for(task).id == found
