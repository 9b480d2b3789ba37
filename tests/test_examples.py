"""The files in examples/ that the README names: understood without a model, and solved as they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from prover.formalize.candidate import WordProblem
from prover.fragment.solution.program import Program, program
from prover.fragment.understanding import Understood, understand
from prover.solve.answers import lean_answer
from prover.word_problems import load_word_problems
from tests.fakes.lean import Workers

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
STATEMENTS = load_word_problems(EXAMPLES / "statements.jsonl").problems
STORIES = load_word_problems(EXAMPLES / "stories.jsonl").problems


@pytest.mark.parametrize("problem", STATEMENTS, ids=lambda problem: problem.name)
def test_every_statement_is_understood_and_has_something_to_prove(problem: WordProblem) -> None:
    found = understand(problem.text)
    assert isinstance(found, Understood), found
    assert found.meaning.conclusion is not None


@pytest.mark.lean
async def test_every_story_has_the_answer_that_is_given_with_it() -> None:
    workers = Workers()
    session = await workers.start()
    try:
        for problem in STORIES:
            found = understand(problem.text)
            assert isinstance(found, Understood), found
            made = program(found.meaning)
            assert isinstance(made, Program), made
            ran = await session.run(made.text)
            assert [lean_answer(message.data) for message in ran.messages] == [problem.answer], problem.name
    finally:
        await workers.close()


def test_there_are_as_many_as_the_readme_says() -> None:
    readme = (EXAMPLES.parent / "README.md").read_text(encoding="utf-8")
    assert len(STATEMENTS) == 14
    assert "fourteen sentences" in readme
