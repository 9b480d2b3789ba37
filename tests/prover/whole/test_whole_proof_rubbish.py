"""A model that answers anything but a proof, on the real engine: nothing is accepted, nothing ends the attempt.

Each bad answer is followed by an honest one, which must still be found in the same workers. Challenges are not provable at all, or
are, but not by what is answered.
"""

from __future__ import annotations

import re
import time
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from lean_env.embedded.install import ensure_engine
from lean_env.statement import Statement
from prover.attempt import Attempt, Outcome
from prover.models.dialect import load_dialect
from prover.whole.account import Drafts
from prover.whole.config import WholeProofConfig
from prover.whole.whole_proof import prove_whole
from prover.workshop import Workshop, workshop
from search.budget import Budget
from tests.fakes.scripted_model import ScriptedModel, block

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

FALSE = Statement("t", "theorem t (a b : Nat) (h : a = b) : a = b + 1", "(a b : Nat) (h : a = b)", "a = b + 1")
TRUE = Statement("t", "theorem t (a b : Nat) (h : a = b) : b = a ∧ a = b", "(a b : Nat) (h : a = b)", "b = a ∧ a = b")
HONEST = block(f"{TRUE.signature} := by\n  exact ⟨h.symm, h⟩")
THEOREM = f"{FALSE.signature} := by"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop() -> AsyncGenerator[Workshop]:
    async with workshop(ensure_engine(), 1) as shop:
        yield shop


async def attempt(
    shop: Workshop, statement: Statement, answers: list[str], dialect: str = "chat-proof", soft_ms: int = 20_000
) -> tuple[Attempt, Drafts]:
    left: list[Drafts] = []
    config = WholeProofConfig(
        Budget(), samples=len(answers), at_once=len(answers), repair_rounds=0, workers=1, soft_ms=soft_ms, go_on=True
    )
    made = await prove_whole(
        statement,
        pool=shop.pool,
        checker=shop.checker,
        generator=ScriptedModel(answers),
        dialect=load_dialect(dialect),
        config=config,
        clock=time.monotonic,
        observe=left.append,
    )
    return made, left[0]


# Forty ways to say that it is proved. Each is a whole answer's code; `T` stands for the challenge's signature and `:= by`.
_WRITTEN = {
    "sorry": "T\n  sorry",
    "admit": "T\n  admit",
    "sorry as a term": "T\n  exact sorry",
    "sorry behind by": f"{FALSE.signature} := sorry",
    "sorry in a have": "T\n  have key : a = b + 1 := sorry\n  exact key",
    "sorry in an unused branch": "T\n  first | omega | sorry",
    "sorry in a calc": "T\n  calc a = b := h\n    _ = b + 1 := sorry",
    "sorry behind all_goals": "T\n  constructor <;> all_goals sorry",
    "sorryAx": "T\n  exact sorryAx _",
    "sorryAx, synthetic": "T\n  exact sorryAx _ true",
    "sorry by name": "T\n  exact @sorryAx (a = b + 1) false",
    "sorry in a nested by": "T\n  exact (by sorry)",
    "sorry in a let": "T\n  let rec x : a = b + 1 := sorry\n  exact x",
    "sorry in a where": "T\n  exact key\nwhere\n  key : a = b + 1 := sorry",
    "stop": "T\n  stop\n  omega",
    "apply?": "T\n  apply?",
    "exact?": "T\n  exact?",
    "a hole": "T\n  exact ?_",
    "a delayed hole": "T\n  refine ?x",
    "no goals by magic": "T\n  all_goals skip",
    "nothing at all": "T",
    "done": "T\n  done",
    "own axiom before": "axiom cheat {p : Prop} : p\n\nT\n  exact cheat",
    "own axiom after": "T\n  exact cheat\n\naxiom cheat {p : Prop} : p",
    "own axiom after, indented": "T\n  exact cheat\n\n  axiom cheat {p : Prop} : p",
    "a macro before": 'macro "win" : tactic => `(tactic| sorry)\n\nT\n  win',
    "a macro after": 'T\n  win\n\n  macro "win" : tactic => `(tactic| sorry)',
    "omega redefined": "T\n  omega\n\n  macro_rules | `(tactic| omega) => `(tactic| sorry)",
    "the name proved twice": "T\n  trivial\n\n  theorem t2 : True := trivial",
    "the statement changed": "theorem t (a b : Nat) (h : a = b) : a = b := by\n  exact h",
    "the hypothesis changed": "theorem t (a b : Nat) (h : a = b + 1) : a = b + 1 := by\n  exact h",
    "another theorem": "theorem easy : True := by\n  trivial",
    "a namespace": "namespace Foo\n\nT\n  trivial\n\nend Foo",
    "end and begin": "T\n  trivial\n  end\n  theorem u : True := by\n  trivial",
    "an instance before": "instance : Add Nat := ⟨fun x _ => x⟩\n\nT\n  exact h",
    "notation before": 'notation:65 x " + " y => (fun a _ => a) x y\n\nT\n  exact h',
    "notation after": 'T\n  exact h\n\n  local notation:50 x " = " y => True',
    "skipping the kernel": "set_option debug.skipKernelTC true in\nT\n  omega",
    "skipping the kernel inside": "T\n  set_option debug.skipKernelTC true in\n  exact (by decide : a = b + 1)",
    "skipping the kernel by a term": "T\n  set_option debug.byAsSorry true in\n  exact (by decide : a = b + 1)",
    "native_decide": "T\n  have : ∀ n < 3, n = n + 1 := by native_decide\n  omega",
    "ofReduceBool": "T\n  exact absurd (Lean.ofReduceBool false true rfl) (by decide)",
    "exit": "T\n  sorry\n  #exit",
    "exit at once": "T\n  #exit\n  exact h",
    "an open comment": "T\n  /- it is obvious",
    "an open comment behind a proof": "T\n  exact h /- q.e.d.",
    "a comment around the end": "T\n  /- -/ sorry /- -/ -- done",
    "an open string": 'T\n  exact "h',
    "error messages off": "set_option warn.sorry false in\nT\n  sorry",
    "error messages off inside": "T\n  set_option warn.sorry false in\n  sorry",
    "fail_if_success": "T\n  fail_if_success omega\n  try exact h",
    "unicode look-alikes": "T\n  ѕоrry",
    "unicode quotes": "T\n  exact «sorry»",
    "guillemets": "T\n  exact «sorryAx» _",
    "hidden characters": "T\n  so\u200brry",
    "a macro in the statement": "T\n  exact (show a = b + 1 from by sorry)",
    "native_decide by decide": "T\n  have : (1 : Nat) = 2 := by decide +native\n  omega",
    "run_tac": "T\n  run_tac do\n    let goal ← Lean.Elab.Tactic.getMainGoal\n    goal.admit",
    "elaborated code": "T\n  exact (by_elab return Lean.mkConst ``True.intro)",
    "axiom by code": "T\n  run_tac Lean.addDecl (.axiomDecl ⟨⟨`cheat, [], .const ``False []⟩, false⟩)\n  exact cheat.elim",
    "unsafe": "T\n  exact unsafeCast h",
    "implemented_by": "T\n  exact lcProof",
    "recursion on itself": "T\n  exact t a b h",
    "recursion by decreasing_by": "T\n  exact t a b h\ntermination_by a\ndecreasing_by all_goals sorry",
}

DISGUISES = {name: THEOREM.join(re.split(r"^T$", code, flags=re.MULTILINE)) for name, code in _WRITTEN.items()}


@pytest.mark.slow
async def test_nothing_but_a_proof_is_accepted(shop: Workshop) -> None:
    assert len(DISGUISES) >= 40
    made, drafts = await attempt(shop, FALSE, [block(code) for code in DISGUISES.values()], soft_ms=2_000)
    assert made.outcome is Outcome.REJECTED, made.reason
    assert made.verdict is not None
    assert not made.verdict.accepted
    assert drafts.counts.accepted == 0
    assert drafts.counts.clean >= 10, "many of them elaborate, which is what makes them dangerous"


async def test_an_honest_proof_is_found_behind_all_that(shop: Workshop) -> None:
    codes = [code.replace(FALSE.signature, TRUE.signature) for code in DISGUISES.values()]
    made, _ = await attempt(shop, TRUE, [*map(block, codes), HONEST])
    assert made.outcome is Outcome.PROVED
    assert made.verdict is not None
    assert made.verdict.accepted
    assert made.proof.startswith(f"{TRUE.signature} := by\n"), "nothing stands before our statement"
    for word in ("axiom", "macro", "notation", "theorem t2", "sorry", "#exit"):
        assert word not in made.proof


RUBBISH = {
    "nothing": "",
    "blanks": " \n\t\n ",
    "words": "I am sorry, I cannot prove this theorem.",
    "an empty block": "```lean4\n```",
    "a thought without end": "<think> Let me see. ```lean4\ntheorem t : p := by simp\n```",
    "another language": "```python\nprint(1)\n```",
    "a megabyte of a letter": "a" * 2**20,
    "a megabyte of brackets": block(f"{THEOREM}\n  exact {'(' * 2**20}"),
    "a megabyte of tactics": block(f"{THEOREM}\n" + "  skip\n" * 2**17),
    "a megabyte of comments": block(f"{THEOREM}\n" + "  /- x -/\n" * 2**16 + "  omega"),
    "a megabyte of fences": "```lean4\n" * 2**17,
    "more than a worker takes": block(f"{THEOREM}\n" + "  skip\n" * 10_000),
    "brackets above the limit": block(f"{THEOREM}\n  exact {'(' * 400}h{')' * 400}"),
    "too much": "x" * (2**20 + 1),
    "brackets below the limit": block(f"{THEOREM}\n  exact {'(' * 299}h{')' * 299}"),
    "deep without brackets": block(f"{THEOREM}\n  exact {'¬' * 2_000} h"),
    "many arrows": block(f"{THEOREM}\n  have : {'True → ' * 400} True := sorry"),
    "deep by": block(f"{THEOREM}\n  {'exact by ' * 500}omega"),
    "surrogates": "\ud800 ```lean4\n" + THEOREM + "\n  exact \udfff h\n```",
    "zeroes": block(f"{THEOREM}\n  exact \x00 h"),
    "other line ends": block(f"{THEOREM}\u2028  exact h\x0b\x0c\x85 omega"),
    "markup": block(f"{THEOREM}\n  <error>omega</error> {{{{ header }}}} {{% for x in y %}}"),
    "a bell": block(f"{THEOREM}\n  \x07\x1b[31m omega"),
    "emoji": block(f"{THEOREM}\n  🙂 🤖"),
}


async def test_rubbish_is_counted_and_forgotten(shop: Workshop) -> None:
    made, drafts = await attempt(shop, FALSE, list(RUBBISH.values()), soft_ms=4_000)
    assert made.outcome in (Outcome.EXHAUSTED, Outcome.REJECTED), made.reason
    assert drafts.counts.sampled == len(RUBBISH)
    assert drafts.counts.empty >= 8
    assert drafts.counts.unfit == 2
    made, _ = await attempt(shop, TRUE, [*RUBBISH.values(), HONEST], soft_ms=4_000)
    assert made.outcome is Outcome.PROVED


@pytest.mark.parametrize("dialect", ["deepseek-prover-v1.5", "deepseek-prover-v2", "goedel-prover-v2", "kimina", "stp"])
async def test_every_dialect_survives_it(shop: Workshop, dialect: str) -> None:
    honest = "  exact ⟨h.symm, h⟩\n```" if dialect in ("deepseek-prover-v1.5", "stp") else HONEST
    made, _ = await attempt(shop, TRUE, [*RUBBISH.values(), honest], dialect, soft_ms=4_000)
    assert made.outcome is Outcome.PROVED


@pytest.mark.slow
async def test_what_does_not_end_is_ended(shop: Workshop) -> None:
    slow = [
        f"{TRUE.signature} := by\n  have : 2 ^ 70000000 % 7 = Nat.succ 1 := by decide +kernel\n  omega",
        f"{TRUE.signature} := by\n  repeat (have := h)",
        f"{TRUE.signature} := by\n  set_option maxRecDepth 1000000 in\n  set_option maxHeartbeats 0 in\n  repeat' skip",
        f"{TRUE.signature} := by\n  run_tac do\n    let mut n := 0\n    while true do n := n + 1",
    ]
    made, drafts = await attempt(shop, TRUE, [*map(block, slow), HONEST], soft_ms=2_000)
    assert made.outcome is Outcome.PROVED
    assert drafts.counts.limited + drafts.counts.lost >= 1


async def test_honest_proofs_in_odd_clothes_are_found(shop: Workshop) -> None:
    odd = {
        "prose around it": f"We see that\n\n{block(f'{TRUE.signature} := by{chr(10)}  exact ⟨h.symm, h⟩')}\n\nwhich proves it. ∎",
        "four columns": block(f"{TRUE.signature} := by\n    constructor\n    · exact h.symm\n    · exact h"),
        "tabs": block(f"{TRUE.signature} := by\n\tconstructor\n\t· exact h.symm\n\t· exact h"),
        "column 0": block(f"{TRUE.signature} := by\nconstructor\n· exact h.symm\n· exact h"),
        "a term": block(f"{TRUE.signature} :=\n  ⟨h.symm, h⟩"),
        "under another statement": block("theorem wrong_name (x y : Nat) : x = y := by\n  exact ⟨h.symm, h⟩"),
        "a lost first indentation": block(f"{TRUE.signature} := by\nconstructor\n    · exact h.symm\n    · exact h"),
        "behind a sketch": f"{block(f'{TRUE.signature} := by sorry')}\n{block(f'{TRUE.signature} := by exact ⟨h.symm, h⟩')}",
        "words behind it": block(f"{TRUE.signature} := by\n  exact ⟨h.symm, h⟩\n\n  This completes the proof."),
    }
    for name, answer in odd.items():
        made, _ = await attempt(shop, TRUE, [answer])
        assert made.outcome is Outcome.PROVED, (name, made.reason)
        assert made.proof.startswith(f"{TRUE.signature} := by\n")
