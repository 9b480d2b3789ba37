"""The whole way from words to ranked candidates on real Lean: every kind of bad formalizer is caught, by the name of the check."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence

import pytest
import pytest_asyncio

from lean_env.embedded.install import ensure_engine
from lean_env.messages import Message
from prover.formalize.candidate import Candidate, CheckName, Draft, WordProblem
from prover.formalize.checks.meaning_check import FragmentInformalizer
from prover.formalize.checks.proof_checks import ProofCheckConfig
from prover.formalize.formalizer import Drafts
from prover.formalize.formalizing import Examiners, Formalization, FormalizeConfig, formalize
from prover.formalize.fragment_formalizer import FragmentFormalizer
from prover.models.generator import ModelFailed
from prover.workshop import workshop

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="module")]

SHARE = WordProblem(
    "share", "Let a and b be positive integers such that a + b = 20 and a = 3b. What is a - b? Show that it is 10.", "10"
)
GOOD = "theorem share (a b : ℤ) (h₀ : 0 < a) (h₁ : 0 < b) (h₂ : a + b = 20) (h₃ : a = 3 * b) : a - b = 10"
SIX = WordProblem("six", "Let n be a natural number. Show that if 6 divides n, then 2 divides n.")
CONFIG = FormalizeConfig(drafts=8, repairs=2, proofs=ProofCheckConfig(seconds=4.0))


class Scripted:
    """A formalizer that answers these drafts; asked to repair, it hands out `repairs` one by one and remembers what Lean said."""

    name = "scripted"

    def __init__(self, *drafts: str, repairs: Sequence[str] = ()) -> None:
        self.drafts, self.repairs = drafts, list(repairs)
        self.told: list[list[str]] = []

    async def draft(self, problem: WordProblem, count: int, seed: int) -> Drafts:  # noqa: ARG002 - the same for all
        return Drafts(tuple(Draft(lean, self.name) for lean in self.drafts[:count]), "" if self.drafts else "nothing comes to mind")

    async def repair(self, problem: WordProblem, draft: Draft, errors: Sequence[Message], seed: int) -> Draft | None:  # noqa: ARG002
        self.told.append([error.data for error in errors])
        return Draft(self.repairs.pop(0), self.name, draft.repairs + 1) if self.repairs else None


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def examiners() -> AsyncGenerator[Examiners]:
    async with workshop(ensure_engine(), 2) as shop:
        yield Examiners(shop.pool, shop.checker, FragmentInformalizer(), None, time.monotonic)


async def outcome(examiners: Examiners, problem: WordProblem, *formalizers: Scripted | FragmentFormalizer) -> Formalization:
    return await formalize(problem, formalizers, examiners, CONFIG)


def candidate(result: Formalization, lean: str) -> Candidate:
    [found] = [each for each in result.candidates if each.draft.lean == lean]
    return found


BAD = {
    "vacuous": (CheckName.GOAL, SHARE, "theorem x (a b : ℤ) (h₀ : a + b = 20) (h₁ : a = 3 * b) : a + b = 20"),
    "true": (CheckName.GOAL, SHARE, "theorem x (a b : ℤ) (h₀ : a + b = 20) (h₁ : a = 3 * b) (h₂ : a - b = 10) : True"),
    "contradictory": (
        CheckName.HYPOTHESES,
        SHARE,
        "theorem x (a b : ℤ) (h₀ : 0 < b) (h₁ : a + b = 20) (h₂ : a = 3 * b) (h₃ : b = 10) : a - b = 10",
    ),
    "false": (CheckName.NEGATION, SHARE, "theorem x (a b : ℤ) (h₀ : a + b = 20) (h₁ : b = 3 * a) : a - b = 10"),
    "weakened": (
        CheckName.AGREEMENT,
        SHARE,
        "theorem x (a b : ℤ) (h₀ : 0 < a) (h₁ : 0 < b) (h₂ : a + b = 20) (h₃ : a = 3 * b) : a - b ≤ 10",
    ),
    "strengthened": (CheckName.AGREEMENT, SIX, "theorem x (n : ℕ) (h : 6 ∣ n) : 2 ∣ n ∧ 3 ∣ n"),
    "shadowed notation": (
        CheckName.NOTATION,
        SHARE,
        'local infixl:65 (priority := high) " - " => fun (a b : ℤ) => a * 0 + b * 0 + 10\n' + GOOD,
    ),
    "subtraction": (
        CheckName.SUBTRACTION,
        WordProblem("cut", "What is 3 - 5 + 5? Show that it is 3."),
        "theorem cut : 3 - 5 + 5 = 3",
    ),
    "wrong number": (CheckName.NUMBERS, SHARE, "theorem x (a b : ℤ) (h₀ : a + b = 28) (h₁ : a = 3 * b) : a - b = 14"),
    "wrong answer": (CheckName.NUMBERS, SHARE, "theorem x (a b : ℤ) (h₀ : a + b = 20) (h₁ : a = 3 * b) : a - b = 3 * b - b"),
}


@pytest.mark.parametrize("kind", BAD)
async def test_a_bad_formalizer_is_caught_by_name(examiners: Examiners, kind: str) -> None:
    check, problem, lean = BAD[kind]
    result = await outcome(examiners, problem, FragmentFormalizer(), Scripted(lean))
    bad = candidate(result, lean)
    finding = bad.finding(check)
    assert finding is not None, bad.findings
    assert finding.verdict in ("reject", "flag"), bad.findings
    assert result.best is not None
    assert result.best.draft.formalizer == "fragment", "what is best is what the grammar read"
    if kind in ("weakened", "strengthened"):
        assert {"weakened": "weaker", "strengthened": "stronger"}[kind] in finding.message


@pytest.mark.parametrize("kind", [kind for kind in BAD if kind not in ("weakened", "strengthened")])
async def test_and_alone_it_is_not_accepted(examiners: Examiners, kind: str) -> None:
    check, problem, lean = BAD[kind]
    result = await outcome(examiners, problem, Scripted(lean))
    assert result.best is None, result.candidates[0].findings
    assert any(each.check is check and each.verdict == "reject" for each in result.candidates[0].findings)


async def test_good_drafts_pass_and_the_most_common_meaning_comes_first(examiners: Examiners) -> None:
    also = "theorem y (b a : ℤ) (h : 3 * b = a) (k : b + a = 20) (pa : 0 < a) (pb : 0 < b) : a - b = 10"
    apart = "theorem z (a b : ℤ) (h₂ : a + b = 20) (h₃ : a = 3 * b) : 3 * b - b = 10"
    result = await outcome(examiners, SHARE, Scripted(GOOD, also, GOOD, apart))
    assert result.best is not None
    assert result.best.draft.lean in (GOOD, also)
    assert candidate(result, GOOD).times == 2
    agreement = candidate(result, GOOD).finding(CheckName.AGREEMENT)
    assert agreement is not None
    assert agreement.verdict == "pass"


async def test_lean_s_messages_lead_to_a_repair(examiners: Examiners) -> None:
    broken, again = "theorem share (a b : ℤ) : a - c = 10", "theorem share (a b : ℤ : a - b"
    formalizer = Scripted(broken, repairs=[again, GOOD])
    result = await outcome(examiners, SHARE, formalizer)
    assert result.best is not None
    assert (result.best.draft.lean, result.best.draft.repairs) == (GOOD, 2)
    assert "c" in formalizer.told[0][0]
    assert len(formalizer.told) == 2


async def test_repair_ends_at_its_limit_with_what_lean_said(examiners: Examiners) -> None:
    broken = "theorem share (a b : ℤ) : a - c = 10"
    formalizer = Scripted(broken, repairs=[broken] * 5)
    result = await outcome(examiners, SHARE, formalizer)
    assert result.best is None
    assert len(formalizer.told) == CONFIG.repairs
    [finding] = result.candidates[0].findings
    assert (finding.check, finding.verdict) == (CheckName.COMPILES, "reject")
    assert finding.message


async def test_the_digest_belongs_to_the_statement_under_the_problem_s_name(examiners: Examiners) -> None:
    result = await outcome(examiners, SHARE, Scripted(GOOD.replace("theorem share", "theorem whatever")))
    assert result.best is not None
    assert result.best.compiled is not None
    assert result.best.compiled.statement.name == "share"


async def test_who_has_nothing_says_why(examiners: Examiners) -> None:
    odd = WordProblem("odd", "The colour of the third flower is left to the reader.")
    result = await outcome(examiners, odd, FragmentFormalizer(), Scripted())
    assert result.candidates == ()
    assert result.best is None
    assert dict(result.silent)["scripted"] == "nothing comes to mind"
    assert "“the”" in dict(result.silent)["fragment"], "it points at the words of the text"


async def test_every_candidate_that_elaborates_has_an_answer_to_every_check_that_was_made(examiners: Examiners) -> None:
    result = await outcome(examiners, SHARE, FragmentFormalizer(), Scripted(GOOD))
    best = result.best
    assert best is not None
    assert {each.check for each in best.findings} == set(CheckName)
    assert len(best.findings) == len(set(CheckName))


class Hangs(Scripted):
    """A formalizer whose draft never comes."""

    is_over = False

    async def draft(self, problem: WordProblem, count: int, seed: int) -> Drafts:
        try:
            await asyncio.Event().wait()
        finally:
            self.is_over = True
        return await super().draft(problem, count, seed)


class Fails(Scripted):
    """A formalizer whose model breaks."""

    async def draft(self, problem: WordProblem, count: int, seed: int) -> Drafts:  # noqa: ARG002
        raise ModelFailed("out of memory")


async def test_a_model_that_fails_leaves_no_other_at_work(examiners: Examiners) -> None:
    hangs = Hangs()
    with pytest.raises(ModelFailed, match="out of memory"):
        await outcome(examiners, SHARE, hangs, Fails())
    assert hangs.is_over
