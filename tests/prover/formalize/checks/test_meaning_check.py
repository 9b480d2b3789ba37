"""The check MEANING: what a statement says in words again, what judges make of it, and what is said where nobody can tell."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from lean_env.messages import Goal
from lean_env.statement import Statement
from prover.formalize.candidate import CheckName, Compiled, Draft, WordProblem
from prover.formalize.checks.meaning_check import (
    FragmentInformalizer,
    Judge,
    ModelInformalizer,
    meaning_finding,
)
from prover.models.choice import ModelChoice
from prover.models.dialect import load_dialect
from prover.models.dialect_file import DialectProblem
from prover.models.generator import ModelFailed
from tests.fakes.scripted_model import ScriptedModel

pytestmark = pytest.mark.models

PROBLEM = WordProblem("remainder", "What is the remainder when 2003 is divided by 11?", answer="1")
BACK = "Show that 2003 leaves remainder 1 when it is divided by 11."
SAME, DIFFERENT = "Both say it.\nThe problems are **same**.", "The claim is weaker.\n**different**"


def _statement(signature: str = "theorem remainder : 2003 % 11 = 1", context: str = "") -> Statement:
    return Statement("remainder", signature, "", signature.partition(" : ")[2], context=context)


def _compiled() -> Compiled:
    return Compiled(Draft("", "m"), _statement(), GOAL)


GOAL = Goal("⊢ 2003 % 11 = 1")


class Says:
    """An informalizer that says one thing."""

    name = "says@0"

    def __init__(self, words: str = BACK) -> None:
        self.words = words

    async def worded(self, statement: Statement) -> str:
        assert statement.signature
        return self.words


def _judge(answers: Sequence[str], dialect: str = "chat-judge") -> tuple[Judge, ScriptedModel]:
    model = ScriptedModel(list(answers))
    return Judge(model, load_dialect(dialect), ModelChoice(samples=len(answers))), model


@pytest.mark.parametrize(
    ("answers", "verdict", "said"),
    [
        ([SAME], "pass", "the same problem (1 of 1)"),
        ([SAME, SAME, SAME], "pass", "the same problem (3 of 3)"),
        ([DIFFERENT], "reject", "The claim is weaker."),
        ([DIFFERENT, "hm"], "reject", "a different problem (1 of 2)"),
        ([SAME, DIFFERENT, SAME], "flag", "2 times the same, 1 times different"),
        ([SAME, "I cannot tell."], "unknown", "1 of 2 answers are no clear verdict"),
        (["They are not **same**."], "unknown", "no clear verdict"),
        (["Are they **same** or **different**? I do not know."], "unknown", "no clear verdict"),
        (["The claim is **different**. All in all: **same**"], "unknown", "no clear verdict"),
        (["The same, surely."], "unknown", "no clear verdict"),
        (["<think>**same**"], "unknown", "no clear verdict"),
    ],
)
async def test_a_verdict_is_only_what_was_clearly_said(answers: list[str], verdict: str, said: str) -> None:
    judge, _ = _judge(answers)
    finding = await meaning_finding(PROBLEM, _compiled(), Says(), judge)
    assert (finding.check, finding.verdict) == (CheckName.MEANING, verdict)
    assert said in finding.message
    assert BACK in finding.message


@pytest.mark.parametrize("dialect", ["chat-judge", "lean-workbook-judge"])
async def test_the_judge_sees_the_problem_with_its_answer_and_the_words(dialect: str) -> None:
    judge, model = _judge([SAME], dialect)
    await meaning_finding(PROBLEM, _compiled(), Says(), judge)
    assert model.asked[0].turns[-1].content == f"Problem 1:\n{PROBLEM.text} Show that it is 1.\nProblem 2:\n{BACK}"


async def test_without_a_judge_a_person_gets_the_words() -> None:
    finding = await meaning_finding(PROBLEM, _compiled(), Says(), None)
    assert finding.verdict == "unknown"
    assert finding.message.endswith(BACK)


async def test_without_words_nobody_is_asked() -> None:
    judge, model = _judge([SAME])
    finding = await meaning_finding(PROBLEM, _compiled(), Says(""), judge)
    assert finding.verdict == "unknown"
    assert "says@0 could not put the statement into words" in finding.message
    assert model.calls == 0


async def test_a_judge_that_fails_is_no_verdict() -> None:
    judge, model = _judge([SAME])
    model.raises = [ModelFailed("gone")]
    with pytest.raises(ModelFailed, match="gone"):
        await meaning_finding(PROBLEM, _compiled(), Says(), judge)


async def test_only_the_end_of_a_long_opinion_is_shown() -> None:
    judge, _ = _judge(["a" * 5000 + DIFFERENT])
    finding = await meaning_finding(PROBLEM, _compiled(), Says(), judge)
    assert "**different**" in finding.message
    assert len(finding.message) < 1000


# -- informalizers -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", ["chat-informalizer", "internlm2-informalizer"])
async def test_a_model_sees_the_statement_with_its_context(dialect: str) -> None:
    model = ScriptedModel([f" {BACK}\n"])
    informalizer = ModelInformalizer(model, load_dialect(dialect))
    assert await informalizer.worded(_statement(context="def half (n : Nat) := n / 2\n")) == BACK
    assert "```lean\ndef half (n : Nat) := n / 2\n\ntheorem remainder : 2003 % 11 = 1 := by sorry\n```" in model.shown[0]
    assert model.samplings[0].samples == 1
    assert informalizer.name == "scripted@0"


async def test_comments_that_repeat_the_problem_are_not_shown() -> None:
    model = ScriptedModel([BACK])
    signature = "theorem remainder -- of the division\n    : 2003 % 11 = 1"
    context = f"/-- {PROBLEM.text} -/\ndef eleven := 11"
    await ModelInformalizer(model, load_dialect("chat-informalizer")).worded(_statement(signature, context))
    assert PROBLEM.text not in model.shown[0]
    assert "of the division" not in model.shown[0]
    assert "def eleven := 11\n\ntheorem remainder\n    : 2003 % 11 = 1 := by sorry" in model.shown[0]


@pytest.mark.parametrize("answer", ["", "<think>Well", "Ġbytes", "x" * 9000])
async def test_an_answer_of_no_use_is_no_words(answer: str) -> None:
    assert await ModelInformalizer(ScriptedModel([answer]), load_dialect("chat-informalizer")).worded(_statement()) == ""


async def test_the_fragment_says_what_it_can_and_nothing_else() -> None:
    fragment = FragmentInformalizer()
    assert fragment.name == "fragment"
    words = await fragment.worded(_statement())
    assert "2003" in words
    assert "11" in words
    assert await fragment.worded(_statement("theorem t (f : List Nat) : f.length = f.reverse.length")) == ""
    assert await fragment.worded(_statement(context="def x := 1")) == ""
    assert await fragment.worded(_statement(context="-- of no consequence")) == words


# -- how a model is asked ----------------------------------------------------------------------------------------------------------


def test_any_chat_model_is_asked_in_a_chat_dialect() -> None:
    assert ModelChoice("me/some-model").dialect_for("judge").id == "chat-judge"
    assert ModelChoice("me/some-model").dialect_for("informalize").id == "chat-informalizer"
    assert ModelChoice("internlm/internlm2-math-plus-7b").dialect_for("informalize").id == "internlm2-informalizer"


def test_a_dialect_of_another_task_is_refused_and_the_usual_one_named() -> None:
    choice = ModelChoice("/nowhere", dialect="kimina")
    with pytest.raises(DialectProblem, match="take another one, for a chat model chat-judge"):
        choice.dialect_for("judge")
    with pytest.raises(DialectProblem, match="take another one, for a chat model chat-informalizer"):
        choice.dialect_for("informalize")
