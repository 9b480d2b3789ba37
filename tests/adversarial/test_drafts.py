"""Drafts that do not say what the text says, by a malicious or careless formalizer: none gets by without a word.

Every draft here once passed every check, or would have. What is expected is the least that has to be said: which check, and whether
it may still be the best candidate.
"""

from __future__ import annotations

import pytest

from prover.formalize.candidate import CheckName, Finding, WordProblem
from prover.formalize.checks.proof_checks import ProofCheckConfig, proof_findings
from prover.formalize.checks.static_checks import static_findings
from prover.workshop import Workshop
from tests.prover.formalize.word_problems import DIFFERENCE, GOOD, REMAINDER, compiled, not_compiled

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="session")]

MOD = "theorem t : 2003 % 11 = 1"
ONE = "⟨fun _ _ => 1⟩"
GIVEN = "(a b : ℤ) (h₀ : 0 < a ∧ 0 < b) (h₁ : a + b = 20) (h₂ : a = 3 * b)"
NO_SEARCH = ProofCheckConfig(seconds=0, steps=1)


async def findings(shop: Workshop, problem: WordProblem, lean: str) -> dict[CheckName, Finding]:
    async with shop.pool.lease() as session:
        statement = await compiled(session, problem, lean)
    found = static_findings(problem, statement)
    found += await proof_findings(statement, pool=shop.pool, checker=shop.checker, config=NO_SEARCH, clock=lambda: 0.0)
    return {finding.check: finding for finding in found}


# -- what operations mean ----------------------------------------------------------------------------------------------------------

OWN_MEANINGS = {
    "an instance after another command": f"def seven := 7 instance foo : HMod ℕ ℕ ℕ := {ONE}\n{MOD}",
    "an instance after the word section": f"section instance foo : HMod ℕ ℕ ℕ := {ONE}\n{MOD}",
    "an instance of an abbreviation": f"abbrev K := HMod ℕ ℕ ℕ\ninstance foo : K := {ONE}\n{MOD}",
    "an instance on a synonym": f"abbrev N := ℕ\ninstance foo : HMod N N N := {ONE}\n{MOD}",
    "an instance on two lines": f"instance (priority := high)\n  foo :\n    HMod ℕ ℕ ℕ := {ONE}\n{MOD}",
    "a class that extends one": f"class K extends HMod ℕ ℕ ℕ\ninstance : K where hMod _ _ := 1\n{MOD}",
    "notation after another command": f'section local infixl:70 (priority := high) " % " => fun (_ _ : ℕ) => 1\n{MOD}',
    "notation on two lines": 'local notation (priority := high)\n  "ℕ" => Fin 11\ntheorem t : (2003 : ℕ) % 11 = 1',
    "an instance by hand": f"theorem t : @HMod.hMod ℕ ℕ ℕ {ONE} 2003 11 = 1",
    "an instance by its name": f"theorem t : HMod.hMod (self := {ONE}) (2003 : ℕ) (11 : ℕ) = (1 : ℕ)",
    "a local instance": f"theorem t : let _ : HMod ℕ ℕ ℕ := {ONE}; 2003 % 11 = 1",
    "a local instance, forgotten": f"theorem t : have : HMod ℕ ℕ ℕ := {ONE}; 2003 % 11 = 1",
    "a local instance, inlined": f"theorem t : haveI : Mod ℕ := {ONE}; (2003 % 11 : ℕ) = 1",
    "an instance that exists": "theorem t : ∃ _ : HMod ℕ ℕ ℕ, 2003 % 11 = 1",
    "an instance of a function": f"theorem t : (fun (_ : HMod ℕ ℕ ℕ) => 2003 % 11 = 1) {ONE}",
    "an expression for a name": "theorem t («2003 % 11» : ℕ) (h : «2003 % 11» = 1 + 11 - 11) : «2003 % 11» = 1",
}


@pytest.mark.parametrize("way", OWN_MEANINGS)
async def test_signs_with_a_meaning_of_their_own_are_rejected(shop: Workshop, way: str) -> None:
    found = await findings(shop, REMAINDER, OWN_MEANINGS[way])
    assert found[CheckName.NOTATION].verdict == "reject", found


DOUBTFUL_WORDS = {
    "arithmetic that wraps round": "theorem t : (2003 : UInt8) % 11 = 1",
    "arithmetic of remainders": "theorem t : (2003 : Fin 11) = 1",
    "arithmetic that rounds": "theorem t : (2003 : Float) / 11 = 1",
    "a type behind a word": "theorem t (n : outParam ℕ) (h : n = 2003) : n % 11 = 1",
    "letters that look alike": "theorem t (A Α : ℕ) (h : A = 2003 % 11) (k : Α = 1) : A + Α = 1 + Α",
    "a value from nowhere": "theorem t : (default : ℕ) + 2003 % 11 = 1",
    "the head of an empty list": "theorem t : ([] : List ℕ).head! + 2003 % 11 = 1",
    "hidden arguments by hand": "theorem t : @HMod.hMod ℕ ℕ ℕ _ 2003 11 = 1",
    "things that are all equal": "theorem t : (Quot.mk (fun _ _ => True) (2003 % 11) : Quot fun (_ _ : ℕ) => True) = Quot.mk _ 1",
}


@pytest.mark.parametrize("way", DOUBTFUL_WORDS)
async def test_unusual_words_are_pointed_out(shop: Workshop, way: str) -> None:
    found = await findings(shop, REMAINDER, DOUBTFUL_WORDS[way])
    assert found[CheckName.NOTATION].verdict in ("flag", "reject"), found


# -- claims that say less ----------------------------------------------------------------------------------------------------------

SAYS_NOTHING = {
    "an instance of a hypothesis": (REMAINDER, "theorem t (f : ℕ → ℕ) (h : ∀ n, f n = n % 11) (k : ∀ n, f n = 1) : f 2003 = 1"),
    "one step from the hypotheses": (REMAINDER, "theorem t (r : ℕ) (h : r = 2003 % 11 → r = 1) : 2003 % 11 = r → r = 1"),
    "one step by equivalence": (DIFFERENCE, f"theorem t {GIVEN} (h : a = 3 * b ↔ a - b = 10) : a - b = 10"),
    "the problem as a hypothesis": (
        DIFFERENCE,
        f"theorem t (h : ∀ a b : ℤ, a + b = 20 → a = 3 * b → a - b = 10) {GIVEN} : a - b = 10",
    ),
    "the same sum": (REMAINDER, "theorem t (r : ℕ) (h : r = 2003 % 11) : 1 * r + 0 = r"),
    "cases that say nothing": (DIFFERENCE, f"theorem t {GIVEN} : if a - b = 10 then True else 3 = 3"),
}


@pytest.mark.parametrize("way", SAYS_NOTHING)
async def test_claims_that_are_given_are_rejected(shop: Workshop, way: str) -> None:
    found = await findings(shop, *SAYS_NOTHING[way])
    assert found[CheckName.GOAL].verdict == "reject", found


SAYS_LESS = {
    "a sum without hypotheses": (CheckName.GOAL, REMAINDER, "theorem t : 2003 % 11 + 1 = 1 + 2003 % 11"),
    "cases": (CheckName.GOAL, DIFFERENCE, f"theorem t {GIVEN} : match a - b with | 11 => False | _ => 10 = 10"),
    "some for all": (CheckName.GOAL, DIFFERENCE, "theorem t : ∃ a b : ℤ, a + b = 20 ∧ a = 3 * b ∧ a - b = 10"),
    "some for all, not none": (CheckName.GOAL, DIFFERENCE, "theorem t : ¬¬∃ a b : ℤ, a + b = 20 ∧ a = 3 * b ∧ a - b = 10"),
    "some for all, not all not": (CheckName.GOAL, DIFFERENCE, "theorem t : ¬∀ a b : ℤ, a + b = 20 → a = 3 * b → a - b ≠ 10"),
    "some for all, as a type": (
        CheckName.GOAL,
        DIFFERENCE,
        "theorem t : Nonempty {p : ℤ × ℤ // p.1 + p.2 = 20 ∧ p.1 = 3 * p.2 ∧ p.1 - p.2 = 10}",
    ),
    "some function": (CheckName.GOAL, DIFFERENCE, "theorem t : ∃ f : ℤ → ℤ → ℤ, ∀ a b, a + b = 20 → a = 3 * b → f a b = 10"),
    "an implication for some": (CheckName.GOAL, DIFFERENCE, "theorem t : ∃ a b : ℤ, a + b = 20 ∧ (a = 3 * b → a - b = 10)"),
    "an empty part below some": (CheckName.GOAL, REMAINDER, "theorem t : ∃ n r : ℕ, n % 11 = r ∧ r = 1 ∧ 2003 = 2003"),
    "a claim within a hypothesis": (CheckName.GOAL, DIFFERENCE, f"theorem t {GIVEN} (k : a - b = 10 ∨ a ≠ 3 * b) : a - b = 10"),
    "one of two": (CheckName.NUMBERS, DIFFERENCE, f"theorem t {GIVEN} : a - b = 10 ∨ a - b = 20"),
    "a multiple": (CheckName.NUMBERS, DIFFERENCE, f"theorem t {GIVEN} : 10 ∣ a - b"),
    "a square": (CheckName.NUMBERS, DIFFERENCE, f"theorem t {GIVEN} : (a - b) ^ 2 = 10 ^ 2"),
    "numbers without a say": (CheckName.NUMBERS, REMAINDER, "theorem t (r : ℕ) (h : r = 1 + 0 * (2003 % 11)) : r = 1"),
    "numbers on both sides": (CheckName.NUMBERS, REMAINDER, "theorem t (r : ℕ) (h : r + 2003 * 11 = 1 + 2003 * 11) : r = 1"),
    "an integer cut off": (CheckName.SUBTRACTION, DIFFERENCE, f"theorem t {GIVEN} : (b - a).toNat + 10 = 10"),
    "an integer without its sign": (CheckName.SUBTRACTION, DIFFERENCE, f"theorem t {GIVEN} : (b - a).natAbs = 10"),
    "a negative divisor": (CheckName.DIVISION, REMAINDER, "theorem t : (2003 : ℤ) % (-11) = 1"),
    "the other remainder": (CheckName.DIVISION, REMAINDER, "theorem t (n : ℤ) (h : n % 2003 = 1) : Int.tmod n 11 = 1"),
    "hypotheses without use": (CheckName.HYPOTHESES, DIFFERENCE, f"theorem t {GIVEN} : a - b = 10 ↔ b = a - 10"),
}


@pytest.mark.parametrize("way", SAYS_LESS)
async def test_claims_that_say_less_are_pointed_out(shop: Workshop, way: str) -> None:
    check, problem, lean = SAYS_LESS[way]
    found = await findings(shop, problem, lean)
    assert found[check].verdict == "flag", found
    assert found[check].message


async def test_good_statements_are_not_pointed_out(shop: Workshop) -> None:
    for problem, lean in GOOD.items():
        assert {finding.verdict for finding in (await findings(shop, problem, lean)).values()} == {"pass"}


# -- what is no statement ----------------------------------------------------------------------------------------------------------

REFUSED = {
    "an order of letters turned round": ("theorem t /- \u202e -/ : 2003 % 11 = 1", "U+202E"),
    "a line that ends for the eye alone": (f"-- \u2028theorem z : 1 = 1\n{MOD}", "U+2028"),
    "nothing that shows": (f"theorem t (n\u200b : ℕ) : {MOD.partition(' : ')[2]}", "U+200B"),
    "NUL": ("theorem t /- \0 -/ : 2003 % 11 = 1", "U+0000"),
    "a lone surrogate": (f"{MOD} -- \udc00", "U+DC00"),
    "default values": ("theorem t (a : ℕ := 2003) : a % 11 = 1", "default values"),
    "a monstrous numeral": (f"theorem t : {'1' * 5000} % 11 = 1", "5000 digits"),
    "a book": ("\n".join(f"def x{n} := {n}" for n in range(3000)) + f"\n{MOD}", "16384 characters"),
    "many definitions": ("\n".join(f"def x{n} := {n}" for n in range(30)) + f"\n{MOD}", "24 definitions"),
    "variables from nowhere": ("theorem t (h : m = 2003 % 11) : m = 1", "m"),
    "an own sort of integers": ("def ℤ := Fin 11\ntheorem t : (2003 : ℤ) % 11 = 1", "ℤ"),
    "digits that are none": ("theorem t : ２003 % 11 = 1", "token"),
    "tactics": ("theorem t (n : ℕ) (h : n = 1 := by rfl) : 2003 % 11 = n", "default values|tactics"),
    "a hole": ("def q : ℕ := sorryAx _ true\ntheorem t : 2003 % 11 = q", "sorry"),
}


@pytest.mark.parametrize("way", REFUSED)
async def test_what_nobody_can_check_is_refused(shop: Workshop, way: str) -> None:
    lean, word = REFUSED[way]
    async with shop.pool.lease() as session:
        refused = await not_compiled(session, lean)
    assert any(part in refused.reason for part in word.split("|")), refused.reason
    async with shop.pool.lease() as session:
        await compiled(session, REMAINDER, GOOD[REMAINDER])


async def test_a_draft_that_does_not_end_costs_its_worker_and_nothing_else(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    endless = f"{MOD} := by decide\n\npartial def f (n : ℕ) : ℕ := f (n + 1)\n#eval f 0"
    monkeypatch.setattr("prover.formalize.compiling.LIMIT_S", 3.0)
    async with shop.pool.lease() as session:
        assert "within 3 seconds" in (await not_compiled(session, endless)).reason
    monkeypatch.undo()
    async with shop.pool.lease() as session:
        await compiled(session, REMAINDER, GOOD[REMAINDER])
