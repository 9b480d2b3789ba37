"""Bad drafts are caught on their fault, by the name of the check; good ones pass, and neither order nor names matter."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from lean_env.session import Session
from prover.formalize.candidate import CheckName, Draft, Finding, WordProblem
from prover.formalize.checks.static_checks import static_findings
from prover.formalize.compiling import NotCompiled, compile_draft
from tests.fakes.lean import Workers
from tests.prover.formalize.word_problems import DIFFERENCE, GOOD, MEAN, REMAINDER, ROWS, compiled, rejected, verdicts
from tests.prover.problems.writing import minif2f

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="module")]

NOTATION, GOAL, UNUSED = CheckName.NOTATION, CheckName.GOAL, CheckName.UNUSED
NUMBERS, SUBTRACTION, DIVISION = CheckName.NUMBERS, CheckName.SUBTRACTION, CheckName.DIVISION

CORE_ROWS = """
    aimeII_2001_p3 aime_1991_p1 algebra_xmysqpymzsqpzmxsqeqxyz_xpypzp6dvdx3y3z3 amc12_2001_p2 amc12a_2008_p15 amc12a_2015_p10
    amc12b_2004_p3 imo_1964_p1_1 imo_1964_p1_2 imo_1984_p2 imo_1987_p4 imo_1990_p3 imo_1993_p5 induction_divisibility_3div2tooddnp1
    induction_divisibility_3divnto3m2n induction_divisibility_9div10tonm1 induction_seq_mul2pnp1 mathd_algebra_123
    mathd_algebra_144 mathd_algebra_15 mathd_algebra_69 mathd_numbertheory_101 mathd_numbertheory_102 mathd_numbertheory_110
    mathd_numbertheory_126 mathd_numbertheory_132 mathd_numbertheory_136 mathd_numbertheory_156 mathd_numbertheory_188
    mathd_numbertheory_198 mathd_numbertheory_200 mathd_numbertheory_202 mathd_numbertheory_236 mathd_numbertheory_269
    mathd_numbertheory_284 mathd_numbertheory_30 mathd_numbertheory_301 mathd_numbertheory_326 mathd_numbertheory_33
    mathd_numbertheory_335 mathd_numbertheory_37 mathd_numbertheory_370 mathd_numbertheory_412 mathd_numbertheory_45
    mathd_numbertheory_458 mathd_numbertheory_48 mathd_numbertheory_640 mathd_numbertheory_780 mathd_numbertheory_81
    mathd_numbertheory_92 mathd_numbertheory_961 numbertheory_2dvd4expn numbertheory_sqmod3in01d numbertheory_sqmod4in01d
""".split()  # noqa: SIM905 - names in a block are read more easily than in a list of strings


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def session() -> AsyncGenerator[Session]:
    workers = Workers()
    yield await workers.start()
    await workers.close()


async def findings(session: Session, problem: WordProblem, lean: str) -> tuple[Finding, ...]:
    return static_findings(problem, await compiled(session, problem, lean))


async def test_good_statements_pass_every_check(session: Session) -> None:
    for problem, lean in GOOD.items():
        found = verdicts(await findings(session, problem, lean))
        assert list(found) == [NOTATION, GOAL, UNUSED, NUMBERS, SUBTRACTION, DIVISION]
        assert set(found.values()) == {"pass"}, (problem.name, found)


MOD = "theorem t : 2003 % 11 = 1 := by sorry"
AB = "theorem t (a b : ℕ) (h₁ : a + b = 20) (h₂ : a = 3 * b) : "

SHADOWED = {
    "infix": 'local infixl:70 (priority := high) " % " => fun (_ _ : ℕ) => 1\n' + MOD,
    "notation for a sort": 'local notation (priority := high) "ℕ" => Fin 11\ntheorem t : (2003 : ℕ) % 11 = 1 := by sorry',
    "an instance": "instance (priority := high) : HMod ℕ ℕ ℕ := ⟨fun _ _ => 1⟩\n" + MOD,
    "an instance by attribute": "@[instance] abbrev mine : HMod ℕ ℕ ℕ := ⟨fun _ _ => 1⟩\n" + MOD,
    "an instance among the binders": "theorem t [HMod ℕ ℕ ℕ] (h : 2003 % 11 = 1) : 2003 % 11 = 1 + 0 := by sorry",
    "a definition like the library's": "def Nat.gcd' (_ _ : ℕ) := 1\ntheorem t : Nat.gcd' 2003 11 = 1 := by sorry",
    "a definition in a namespace": "namespace Own\ndef Nat.gcd (_ _ : ℕ) := 1\ntheorem t : Nat.gcd 2003 11 = 1 := by sorry",
    "a definition by another": "def gcd (_ _ : ℕ) := 1\ndef both := gcd 2003 11\ntheorem t : both = 1 := by sorry",
    "a type": "namespace Own\nabbrev Int := Fin 11\ntheorem t : (2003 : Int) = 1 := by sorry",
    "renaming": "open Nat renaming lcm → gcd\ntheorem t : gcd 2003 11 = 1 := by sorry",
    "a variable like a constant": "theorem t (π : ℕ) (h : π = 2003) : π % 11 = 1 := by sorry",
    "a function variable": "theorem t (gcd : ℕ → ℕ → ℕ) (h : ∀ a b, gcd a b = 1) : gcd 2003 11 = 1 := by sorry",
    "a bound variable": "theorem t : ∃ π, π = 2003 ∧ π % 11 = 1 := by sorry",
}


@pytest.mark.parametrize("way", SHADOWED)
async def test_what_hides_the_meaning_of_signs_is_rejected(session: Session, way: str) -> None:
    assert NOTATION in rejected(await findings(session, REMAINDER, SHADOWED[way]))


@pytest.mark.parametrize(
    ("context", "verdict"),
    [
        ("def seven := 7", "pass"),
        ("def one := 1", "flag"),
        ('local infixl:70 " ⋆ " => fun (a b : ℕ) => a ^ b + b ^ a', "pass"),
        ("-- instance : Add Nat\n/- def gcd := 2 -/", "pass"),
        ("open Nat\n/- instance /- nested -/ of -/", "pass"),
        ("open Nat", "pass"),
        ("structure Pair where\n  gcd : ℕ\n\ninstance : Add Pair := ⟨fun a _ => a⟩", "pass"),
        ("set_option maxRecDepth 2000", "pass"),
        ("def gcd (_ _ : ℕ) := 1", "pass"),
    ],
)
async def test_what_the_statement_does_not_use_is_no_fault(session: Session, context: str, verdict: str) -> None:
    right = "one" if "one" in context else "1"
    found = await findings(session, REMAINDER, f"{context}\n\ntheorem t : 2003 % 11 = {right} := by sorry")
    assert verdicts(found)[NOTATION] == verdict
    assert not rejected(found)


@pytest.mark.parametrize(
    ("problem", "lean"),
    [
        (DIFFERENCE, AB + "True := by sorry"),
        (DIFFERENCE, AB + "10 = 10 := by sorry"),
        (DIFFERENCE, AB + "a - b = 10 → a - b = 10 := by sorry"),
        (DIFFERENCE, "theorem t (a b : ℕ) (h₁ : a + b = 20) (h₂ : a = 3 * b) (h : a - b = 10) : a - b = 10 := by sorry"),
        (DIFFERENCE, "theorem t (a b : ℕ) (h : a = 3 * b ∧ 10 = a - b) : a - b = 10 := by sorry"),
        (DIFFERENCE, "theorem t (a b : ℕ) (h : 10 ≤ a - b) : a - b ≥ 10 := by sorry"),
        (DIFFERENCE, AB + "a - b ≤ a - b := by sorry"),
        (DIFFERENCE, AB + "∃ x, x = a - b := by sorry"),
        (DIFFERENCE, AB + "∃ x : ℕ, True := by sorry"),
        (DIFFERENCE, AB + "a - b = 10 ∨ 10 = 10 := by sorry"),
        (DIFFERENCE, AB + "∀ n : ℕ, n ∣ n := by sorry"),
        (REMAINDER, "def Q : Prop := True\ntheorem t : Q := by sorry"),
        (REMAINDER, "abbrev Q := True\ntheorem t : Q ∧ Q := by sorry"),
        (REMAINDER, "def answer := 2003 % 11\ntheorem t : 2003 % 11 = answer := by sorry"),
    ],
)
async def test_goals_that_say_nothing_are_rejected(session: Session, problem: WordProblem, lean: str) -> None:
    assert GOAL in rejected(await findings(session, problem, lean))


async def test_a_goal_that_says_nothing_in_part_is_flagged(session: Session) -> None:
    assert verdicts(await findings(session, DIFFERENCE, AB + "a - b = 10 ∧ a = a := by sorry"))[GOAL] == "flag"


@pytest.mark.parametrize(
    ("lean", "verdict"),
    [
        ("theorem t (a b c : ℕ) (h₁ : a + b = 20) (h₂ : a = 3 * b) : a - b = 10 := by sorry", "flag"),
        ("theorem t (a b c : ℕ) (h₁ : a + b = 20) (h₂ : a = 3 * b) (h : c = 10) : a - b = 10 := by sorry", "flag"),
        ("theorem t (a b c d : ℕ) (h₁ : a + b = 20) (h₂ : a = 3 * b) : c - d = 10 := by sorry", "reject"),
        ("theorem t (a b : ℕ) (h₁ : a + b = 20) (h₂ : a = 3 * b) : 15 - 5 = 10 := by sorry", "reject"),
        ("theorem t : ¬∃ a b : ℕ, a + b = 20 ∧ a = 3 * b ∧ a - b ≠ 10 := by sorry", "pass"),
        ("theorem t (a b : ℕ) (h₁ : a + b = 20) (h₂ : a = 3 * b) (h₃ : a - b ≠ 10) : False := by sorry", "pass"),
        ("theorem t (α : Type) [Inhabited α] (f : α → ℕ) (x : α) (h : f x = 10) : f x + 10 = 20 := by sorry", "pass"),
    ],
)
async def test_what_bears_on_nothing_is_named(session: Session, lean: str, verdict: str) -> None:
    assert verdicts(await findings(session, DIFFERENCE, lean))[UNUSED] == verdict


WRONG_NUMBERS = [
    (DIFFERENCE, "theorem t (a b : ℕ) (h₁ : a + b = 21) (h₂ : a = 3 * b) : a - b = 10 := by sorry"),
    (DIFFERENCE, "theorem t (a b : ℕ) (h₁ : a + b = 20) (h₂ : a = 4 * b) : a - b = 10 := by sorry"),
    (DIFFERENCE, AB + "a - b = 11 := by sorry"),
    (DIFFERENCE, AB + "a - b = 20 := by sorry"),
    (DIFFERENCE, AB + "a > b := by sorry"),
    (DIFFERENCE, "theorem t (a b : ℕ) (h₂ : a = 3 * b) (h₁ : a - b = 10) : a - b = 5 + 5 := by sorry"),
    (REMAINDER, "theorem t : 2004 % 11 = 1 := by sorry"),
    (REMAINDER, "theorem t : 2003 % 12 = 1 := by sorry"),
    (REMAINDER, "theorem t : 2003 % 11 = 2 := by sorry"),
    (REMAINDER, "theorem t : 2003 % 11 = 11 := by sorry"),
    (REMAINDER, "theorem t : 2003 / 11 = 1 := by sorry"),
    (REMAINDER, "theorem t : 1 % 11 = 1 := by sorry"),
    (ROWS, "theorem t (r s : ℕ) (h₀ : r * s = 540) (h₁ : (r + 5) * (s - 3) = 540) : r = 25 := by sorry"),
    (ROWS, "theorem t (r s : ℕ) (h₀ : r * s = 450) (h₁ : (r + 6) * (s - 3) = 450) : r = 25 := by sorry"),
    (MEAN, "theorem t (x y : ℤ) (h₀ : x + y = 2 * 7) (h₁ : x = y + 4) : x = -9 := by sorry"),
]


@pytest.mark.parametrize(("problem", "lean"), WRONG_NUMBERS)
async def test_wrong_numbers_are_rejected(session: Session, problem: WordProblem, lean: str) -> None:
    found = await findings(session, problem, lean)
    wrong = NUMBERS if "2003 / 11" not in lean else DIVISION  # the numbers of that one are right
    assert wrong in rejected(found), found
    assert any(finding.message for finding in found if finding.check is wrong)


@pytest.mark.parametrize(
    ("problem", "lean"),
    [
        (DIFFERENCE, "theorem t (a b : ℤ) (h₀ : 1 ≤ a) (h₁ : a + b = 20) (h₂ : a = 3 * b) : a - b = 10 := by sorry"),
        (DIFFERENCE, "theorem t (a b : ℕ) (h₁ : a + b = 20) (h₂ : a = b + b + b) : a - b = 10 := by sorry"),
        (REMAINDER, "theorem t : ∃ q, 2003 = 11 * q + 1 := by sorry"),
        (REMAINDER, "def r := 1\ntheorem t : 2003 % 11 = r := by sorry"),
    ],
)
async def test_other_ways_to_say_it_are_not_rejected(session: Session, problem: WordProblem, lean: str) -> None:
    assert not rejected(await findings(session, problem, lean))


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        ("(a b : ℕ) (h : a + 3 = b) : b - a = 3", "pass"),
        ("(a b : ℕ) (h : a + 3 = b) : (b - a) % 3 = 0", "pass"),
        ("(a b : ℕ) (h : a ≤ b) (k : b ≤ 9) : 9 - a ≥ 0", "pass"),
        ("(n : ℕ) : 3 ∣ 4 ^ n - 1", "pass"),
        ("(n : ℕ) (h : n ≠ 0) : n - 1 < n", "pass"),
        ("(x : ℕ → ℤ) (h : ∀ n ≥ 5, x n = x (n - 1) - x (n - 2)) : x 6 = x 5 - x 4", "pass"),
        ("(a b : ℤ) : a - b = -(b - a)", "pass"),
        ("(a b : ℕ) (h : a + b = 20) : a - b = 10", "pass"),
        ("(a b : ℕ) (h : a + b = 20) : (a - b) % 7 = 3", "flag"),
        ("(a b : ℕ) (h : a + b = 20) : a - b < 7", "flag"),
        ("(n : ℕ) : 2 ^ n - n = 0", "flag"),
        ("(n : ℕ) (h : n < 5) : ((n - 7 : ℕ) : ℤ) = 0", "reject"),
        (": (3 - 5 : ℕ) + 5 = 5", "reject"),
        ("(a b : ℕ) (h₁ : a = 5) (h₂ : b = a + 4) : a - b = 0", "reject"),
        ("(a b : ℕ) : a - b = 0", "reject"),
        ("(a b : ℕ) : ((a - b : ℕ) : ℤ) = b", "reject"),
        ("(a b : ℕ) (h : a - b = 0) : a ≤ b", "flag"),
    ],
)
async def test_subtraction_that_could_be_cut_off(session: Session, statement: str, verdict: str) -> None:
    assert verdicts(await findings(session, DIFFERENCE, f"theorem t {statement} := by sorry"))[SUBTRACTION] == verdict


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        (": 7 / 2 = 3", "reject"),
        (": (1 : ℤ) / 2 = 0", "reject"),
        (": 8 / 2 = 4", "pass"),
        ("(n : ℕ) : n / 0 = 0", "reject"),
        ("(n : ℕ) : n % 0 = n", "reject"),
        ("(n : ℕ) : n / 2 = 4", "flag"),
        ("(n : ℕ) (h : 2 ∣ n) : n / 2 = 4", "pass"),
        ("(n : ℕ) (h : n % 2 = 0) : n / 2 = 4", "pass"),
        ("(n : ℕ) : n * (n + 1) / 2 = 10", "pass"),
        ("(n : ℕ) : 6 * n / 3 = 10", "pass"),
        ("(n m : ℕ) : n / m = 10", "flag"),
        ("(n m : ℕ) (h : n = m * 10) (k : 0 < m) : n / m = 10", "pass"),
        ("(n m : ℤ) (h : 10 ≤ m ∧ m ≤ 99) : n % m = 1", "pass"),
        ("(n m : ℤ) : n % m = 1", "flag"),
        ("(n m : ℤ) (h : m ≠ 0) : n % m = 1", "pass"),
    ],
)
async def test_division_that_could_drop_a_remainder(session: Session, statement: str, verdict: str) -> None:
    assert verdicts(await findings(session, DIFFERENCE, f"theorem t {statement} := by sorry"))[DIVISION] == verdict


async def test_a_conclusion_that_only_bounds_the_answer_is_flagged(session: Session) -> None:
    assert verdicts(await findings(session, REMAINDER, "theorem t : 2003 % 11 ≤ 1 := by sorry"))[NUMBERS] == "flag"


async def test_a_quotient_that_the_text_asks_for_may_drop_the_remainder(session: Session) -> None:
    problem = WordProblem("quotient_1", "What is the quotient when 2003 is divided by 11? Show that it is 182.")
    assert verdicts(await findings(session, problem, "theorem t : 2003 / 11 = 182 := by sorry"))[DIVISION] == "flag"


@pytest.mark.parametrize(
    ("conclusion", "names"),
    [("a - b = 10", "abc"), ("b - a = 0", "xyz"), ("a > 15 - b", "mnk"), ("a / b = 3", "uvw"), ("c = 3", "pqr")],
)
async def test_neither_order_nor_names_change_a_verdict(session: Session, conclusion: str, names: str) -> None:
    given = ["a + b = 20", "a = 3 * b", "c < 13 - 2"]
    seen = set[tuple[tuple[str, str], ...]]()
    for order in itertools.permutations(given):
        for new in (dict(zip("abc", "abc", strict=True)), dict(zip("abc", names, strict=True))):
            binders = "".join(f" (h{number} : {fact})" for number, fact in enumerate(order))
            lean = re.sub(r"\b[abc]\b", lambda found, new=new: new[found[0]], f"(a b c : ℕ){binders} : {conclusion}")
            seen.add(tuple(sorted(verdicts(await findings(session, DIFFERENCE, f"theorem t {lean} := by sorry")).items())))
    assert len(seen) == 1


@pytest.mark.slow
async def test_no_statement_of_the_benchmark_that_needs_no_mathlib_is_rejected(session: Session) -> None:
    rows = {
        row["name"]: row
        for line in minif2f("valid_deepseek.jsonl").read_text(encoding="utf-8").splitlines()
        if (row := json.loads(line))
    }
    alarms: dict[str, tuple[Finding, ...]] = {}
    for name in CORE_ROWS:
        problem = WordProblem(name, rows[name]["informal_prefix"].strip().removeprefix("/--").removesuffix("-/"))
        result = await compile_draft(session, Draft(rows[name]["header"] + rows[name]["formal_statement"], "reference"), name)
        assert not isinstance(result, NotCompiled), result
        found = static_findings(problem, result)
        if rejected(found):
            alarms[name] = found
    assert alarms == {}
