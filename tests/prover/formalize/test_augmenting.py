"""New problems from old ones: what an answer has to keep, by kind, and why one is not taken."""

from __future__ import annotations

from dataclasses import replace

import pytest

from prover.formalize.augmenting import KINDS, Augmented, Kind, augment
from prover.formalize.candidate import WordProblem
from prover.models.choice import ModelChoice
from prover.models.dialect import Dialect, load_dialect
from prover.models.dialect_file import DialectProblem
from tests.fakes.scripted_model import ScriptedModel

pytestmark = pytest.mark.models

APPLES = WordProblem("apples", "Tom has 3 apples and buys 4 more. How many apples does he have?", answer="7")


@pytest.fixture
def dialect() -> Dialect:
    return load_dialect("chat-augment")


async def _made(kind: Kind, *answers: str, source: WordProblem = APPLES) -> list[Augmented]:
    return await augment(source, kind, ScriptedModel(list(answers)), load_dialect("chat-augment"), len(answers), 0)


async def test_each_answer_is_a_problem_of_its_own_name() -> None:
    found = await _made(
        "harder", "Problem: Tom has 3 boxes of 4.", "**Harder problem:** Ann has 3 bags of 9. How many?\n\nAnswer: 27."
    )
    assert [each.problem for each in found] == [
        WordProblem("apples_harder_1", "Tom has 3 boxes of 4."),
        WordProblem("apples_harder_2", "Ann has 3 bags of 9. How many?", answer="27"),
    ]
    assert all(each.is_taken and each.kind == "harder" and each.source == "apples" for each in found)


async def test_the_answer_of_the_old_problem_is_not_passed_on() -> None:
    source = replace(APPLES, reference="theorem apples : 3 + 4 = 7")
    [found] = await _made("rephrase", "Problem: With 3 apples, Tom goes and buys 4. How many has he now?", source=source)
    assert found.is_taken
    assert (found.problem.answer, found.problem.reference) == ("", "")


async def test_a_solution_behind_the_problem_is_cut_off() -> None:
    [found] = await _made("augment", "Question: How many legs have 5 cats?\nSolution: 5 * 4 = 20\nThe answer is 20")
    assert found.problem.text == "How many legs have 5 cats?"
    assert found.problem.answer == "20"


@pytest.mark.parametrize(
    ("kind", "answer", "reason"),
    [
        ("harder", "", "no problem in the answer"),
        ("harder", "Problem:", "no problem in the answer"),
        ("harder", "Answer: 5", "no problem in the answer"),
        ("harder", "tom has 3 apples  and buys 4 more. How many apples does he have", "it is the old problem"),
        ("harder", "x" * 4001, "longer than 4000"),
        ("harder", "<think>Tom", "raise max_tokens"),
        ("numbers", "Tom has 8 apples and sells 2 more. How many apples does he have?", "more than numbers is changed"),
        ("numbers", "Tom has 8 apples and buys 2 more. How many pears does he have?", "more than numbers is changed"),
        ("rephrase", "Tom buys 5 apples and has 3. How many?", "its numbers are not those"),
        ("rephrase", "Tom buys 4 apples and has 3 and 3. How many?", "its numbers are not those"),
        ("fractions", "Tom has 8 apples and buys 2 more.", "no fraction and no percentage"),
    ],
)
async def test_what_is_not_taken_says_why(kind: Kind, answer: str, reason: str) -> None:
    [found] = await _made(kind, answer)
    assert not found.is_taken
    assert reason in found.reason


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("numbers", "Tom has 30 apples and buys twelve more. How many apples does he have?"),
        ("rephrase", "After buying four apples, Tom, who had three, counts them. What does he get?"),
        ("fractions", "Tom has 8 apples and eats 25% of them."),
        ("fractions", "Tom has 8 apples and eats a quarter of them."),
        ("harder", "Prove that there are infinitely many apples."),
    ],
)
async def test_what_keeps_the_rule_of_its_kind_is_taken(kind: Kind, answer: str) -> None:
    [found] = await _made(kind, answer)
    assert found.reason == ""


async def test_numbers_have_to_change_and_not_only_their_marks() -> None:
    [marked] = await _made("numbers", "Problem: **Tom has 3 apples and buys 4 more.** How many apples does he have?!")
    assert marked.reason == "it is the old problem"
    [same] = await _made("numbers", "Which is 3 , 4?", source=WordProblem("p", "Which is 3, 4?"))
    assert not same.is_taken


async def test_the_second_of_two_equal_ones_is_not_taken() -> None:
    found = await _made("harder", "", "How many?", "Who?", "how  many?")
    assert [each.is_taken for each in found] == [False, True, True, False]
    assert found[3].reason == "the same one was drawn before"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["chat-augment", "internlm2-augment"])
async def test_the_model_is_asked_for_the_kind(kind: Kind, name: str) -> None:
    model = ScriptedModel(["A new one?"] * 3)
    await augment(APPLES, kind, model, load_dialect(name), 3, 5, choice=ModelChoice(temperature=0.3))
    [asked] = model.asked
    assert APPLES.text in asked.turns[-1].content
    assert asked.turns[-1] != load_dialect(name).render({"problem": APPLES.text, "kind": "augment"}).turns[-1] or kind == "augment"
    assert (model.samplings[0].samples, model.samplings[0].seed, model.samplings[0].temperature) == (3, 5, 0.3)


async def test_an_unknown_kind_is_a_problem_of_the_dialect(dialect: Dialect) -> None:
    with pytest.raises(DialectProblem, match="cannot be rendered"):
        dialect.render({"problem": "p", "kind": "shorter"})
