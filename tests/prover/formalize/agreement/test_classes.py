"""What drafts agree on: classes by a scripted comparison; and weakened and strengthened drafts, caught on real Lean."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace

import pytest
import pytest_asyncio

from lean_env.embedded.session import EmbeddedSession
from lean_env.messages import Goal
from lean_env.pool import SessionPool
from lean_env.statement import Statement
from prover.formalize.agreement.classes import Agreement, AgreementLimits, agreement, classes, findings
from prover.formalize.agreement.equivalence import Comparison, Relation
from prover.formalize.agreement.rungs import Implication, Limits, Rung
from prover.formalize.candidate import Candidate, Compiled, Draft, Verdict

SHOWN, NOT_SHOWN = Implication(Rung.SCHEMES, "omega"), Implication(None, reason="it was not found to follow")
PATIENT = AgreementLimits(Limits(soft_ms=20_000, total_s=1000.0), 1000.0)


def candidate(binders: str, claim: str, author: str = "model", times: int = 1) -> Candidate:
    statement = Statement("problem", f"theorem problem {binders} : {claim}", binders, claim)
    draft = Draft(f"{statement.signature} := by sorry", author)
    return Candidate(draft, Compiled(draft, statement, Goal("⊢ True")), times=times)


def statement_of(each: Candidate) -> Statement:
    assert each.compiled is not None
    return each.compiled.statement


def comparison(relation: Relation) -> Comparison:
    forward = relation in (Relation.EQUIVALENT, Relation.STRONGER)
    backward = relation in (Relation.EQUIVALENT, Relation.WEAKER)
    return Comparison(relation, relation, SHOWN if forward else NOT_SHOWN, SHOWN if backward else NOT_SHOWN)


class Scripted:
    """Compares claims written `x ≥ 5`: those with equal numbers agree, a larger number is stronger, words are apart."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    async def __call__(self, left: Statement, right: Statement) -> Comparison:
        self.asked.append((left.type, right.type))
        mine, theirs = (side.type.rpartition(" ")[2] for side in (left, right))
        if mine == theirs:
            return comparison(Relation.EQUIVALENT)
        if not (mine.isdecimal() and theirs.isdecimal()):
            return comparison(Relation.UNDECIDED)
        return comparison(Relation.STRONGER if int(mine) > int(theirs) else Relation.WEAKER)


async def said(candidates: Sequence[Candidate]) -> list[tuple[Verdict, str]]:
    """Verdict and first words of every finding."""
    found = findings(candidates, await classes([statement_of(each) for each in candidates], Scripted()))
    return [(each.verdict, each.message) for each in found]


async def test_classes_are_by_agreement_and_each_is_compared_with_first_members_only() -> None:
    compare = Scripted()
    drafts = [candidate("", claim) for claim in ("x ≥ 5", "5 ≤ x ∧ x ≥ 5", "x ≥ 7", "x > 4 ∨ x ≥ 5", "other words")]
    found = await classes([statement_of(each) for each in drafts], compare)
    assert found.classes == ((0, 1, 3), (2,), (4,))
    assert compare.asked == [
        ("5 ≤ x ∧ x ≥ 5", "x ≥ 5"),
        ("x ≥ 7", "x ≥ 5"),
        ("x > 4 ∨ x ≥ 5", "x ≥ 5"),
        ("other words", "x ≥ 5"),
        ("other words", "x ≥ 7"),
    ]


async def test_classes_stand_to_each_other_in_both_directions() -> None:
    found = await classes([statement_of(candidate("", claim)) for claim in ("x ≥ 5", "x ≥ 7")], Scripted())
    forth, back = found.between(1, 0), found.between(0, 1)
    assert forth is not None
    assert back is not None
    assert (forth.relation, back.relation) == (Relation.STRONGER, Relation.WEAKER)
    assert (back.forward, back.backward) == (forth.backward, forth.forward)


async def test_what_there_is_no_time_for_is_counted_and_said() -> None:
    left: list[bool] = [False, False]
    drafts = [candidate("", claim, "fragment") for claim in ("x ≥ 5", "x = y ∧ x ≥ 5", "x ≥ 7", "x ≥ 9")]
    late: Callable[[], bool] = lambda: not left or left.pop()  # noqa: E731 -- time for two
    found = await classes([statement_of(each) for each in drafts], Scripted(), is_late=late)
    assert found.classes == ((0, 1), (2,), (3,))
    assert found.skipped == 2
    assert findings(drafts, found)[3].verdict == "unknown"
    assert "no time" in findings(drafts, found)[3].message


async def test_progress_is_told() -> None:
    heard: list[str] = []
    await classes([statement_of(candidate("", "x ≥ 5"))] * 2, Scripted(), watch=heard.append)
    assert heard == ["0 of 2 statements compared", "1 of 2 statements compared"]


async def test_most_votes_are_the_measure() -> None:
    answers = await said([candidate("", "x ≥ 5"), candidate("", "x ≥ 7", times=3), candidate("", "x + 0 ≥ 7", times=2)])
    assert answers[1:] == [("pass", "5 of 6 drafts say the same")] * 2
    assert answers[0][0] == "flag"
    assert answers[0][1].startswith("weaker than 5 of 6 drafts")


@pytest.mark.parametrize(("claim", "word"), [("x ≥ 3", "weaker"), ("x ≥ 7", "stronger")])
async def test_two_formalizers_reject_what_is_weaker_or_stronger(claim: str, word: str) -> None:
    answers = await said([candidate("", "x ≥ 5", "one"), candidate("", "5 + 0 ≤ x ∧ x ≥ 5", "two"), candidate("", claim, "three")])
    assert [verdict for verdict, _ in answers] == ["pass", "pass", "reject"]
    assert answers[2][1].startswith(f"{word} than 2 of 3 drafts")


async def test_the_formalizers_of_equal_drafts_count() -> None:
    both = replace(candidate("", "x ≥ 5", "one", 2), formalizers=("one", "two"))
    assert [verdict for verdict, _ in await said([candidate("", "x ≥ 7", "three"), both])] == ["reject", "pass"]


async def test_the_built_in_reading_is_the_measure_of_one_model() -> None:
    answers = await said([candidate("", "x ≥ 7", "model", 6), candidate("", "x ≥ 5", "fragment")])
    assert [verdict for verdict, _ in answers] == ["reject", "unknown"]


async def test_a_model_whose_name_begins_like_the_built_in_ones_is_a_model() -> None:
    answers = await said([candidate("", "x ≥ 7", "model"), candidate("", "x ≥ 5", "fragment-7b@1")])
    assert "reject" not in [verdict for verdict, _ in answers]


async def test_apart_is_never_rejected() -> None:
    answers = await said([candidate("", "x ≥ 5", "one"), candidate("", "x + 0 ≥ 5", "two"), candidate("", "other words", "three")])
    assert answers[2] == ("flag", "apart from 2 of 3 drafts: undecided")


async def test_nothing_to_compare_with() -> None:
    assert await said([candidate("", "x ≥ 5")]) == [("unknown", "there is no other draft to compare it with")]
    assert await said([candidate("", "x ≥ 5", times=4)]) == [("pass", "4 of 4 drafts say the same")]
    assert findings([], Agreement((), {})) == []


async def test_no_two_agree() -> None:
    assert [verdict for verdict, _ in await said([candidate("", "some words"), candidate("", "other phrases")])] == ["flag", "flag"]


# -- on real Lean -------------------------------------------------------------------------------------------------------------


@pytest_asyncio.fixture(loop_scope="function")
async def pool() -> AsyncGenerator[SessionPool]:
    async def start() -> EmbeddedSession:
        return await EmbeddedSession.start()

    pool = SessionPool(start, 1)
    yield pool
    await pool.close()


@pytest.mark.lean
async def test_a_weakened_and_a_strengthened_draft_are_caught(pool: SessionPool) -> None:
    drafts = [
        candidate("(x y : ℤ) (h₀ : 0 < y) (h₁ : y < x) (h₂ : x + y + x * y = 80)", "x = 26", "fragment"),
        candidate("(a b : ℤ) (h : a > b ∧ b > 0) (h₂ : 80 = a * b + a + b)", "26 = a", "model"),
        candidate("(x y : ℤ) (h₀ : 0 < y) (h₁ : y < x) (h₂ : x + y + x * y = 80)", "x ≤ 26", "model"),
        candidate("(x y : ℤ) (h₁ : y < x) (h₂ : x + y + x * y = 80)", "x = 26", "model"),
        candidate("(x y : ℤ) (h₀ : 0 < y) (h₁ : y < x) (h₂ : x + y + x * y = 90)", "x = 26", "model"),
    ]
    found = await agreement(pool, drafts, PATIENT)
    assert [each.verdict for each in found] == ["pass", "pass", "reject", "reject", "flag"]
    assert found[0].message == "2 of 5 drafts say the same"
    assert found[2].message.startswith("weaker than 2 of 5 drafts")
    assert found[3].message.startswith("stronger than 2 of 5 drafts")
    assert found[4].message.startswith("apart from 2 of 5 drafts")


@pytest.mark.lean
async def test_natural_numbers_for_integers_are_only_flagged(pool: SessionPool) -> None:
    drafts = [candidate("(x : ℤ) (h : x + 7 = 19)", "x = 12", "fragment"), candidate("(x : ℕ) (h : x + 7 = 19)", "x = 12")]
    found = await agreement(pool, drafts, PATIENT)
    assert [each.verdict for each in found] == ["unknown", "flag"]
    assert found[1].message.startswith("weaker than 1 of 2 drafts")


async def test_a_draft_that_does_not_compile_is_a_mistake_of_the_caller(pool: SessionPool) -> None:
    with pytest.raises(ValueError, match="compile"):
        await agreement(pool, [replace(candidate("", "True"), compiled=None)], PATIENT)
