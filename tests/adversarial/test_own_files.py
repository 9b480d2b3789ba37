"""Files that are checked against themselves: definitions become the challenge, code must not run in the clean worker.

What would run must stay out of the challenge's context, and the clean worker must find that out by itself: it reads the text with
its own grammar, while the worker that cut the file reads it with the file's.
"""

from __future__ import annotations

import pytest

from lean_env.checker import ChallengeBroken
from lean_env.embedded.session import EmbeddedSession
from lean_env.messages import Accepted, NotElaborated
from lean_env.reading import Reading, read_text
from lean_env.statement import Statement
from prover.challenges import own_challenges
from prover.workshop import Workshop

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="session")]

THEOREM = "theorem t : 1 + 1 = 2"

# Commands through which a file's code would run while the clean worker elaborates the statement or what stands before it.
RUNNING = {
    "a macro by attribute": "def m : Lean.Macro := fun _ => `(True)\nattribute [macro Lean.Parser.Term.type] m",
    "a macro by attribute in the declaration": "@[macro Lean.Parser.Term.type] def m : Lean.Macro := fun _ => `(True)",
    "an implementation by attribute": "def f : Nat := 1\ndef g : Nat := 2\nattribute [implemented_by g] f",
    "a printer by attribute": ("def u : Lean.PrettyPrinter.Unexpander := fun _ => `(1)\nattribute [app_unexpander Nat.succ] u"),
    "a parser by attribute": 'def p : Lean.ParserDescr := .symbol "zork"\nattribute [term_parser] p',
    "a macro": 'macro "zork" : term => `(True)',
    "a syntax": 'syntax "zork" : term\nmacro_rules | `(zork) => `(True)',
    "a notation that is a program": 'notation "zork" => $(panic! "x")',
    "an operator that is a program": 'infix:50 " zork " => $(panic! "x")',
    "a tactic in a definition": "def d : 1 = 1 := by rfl",
    "a tactic in a default": "structure S where\n  h : 1 = 1 := by rfl",
    "a tactic in a binder": "def d (n : Nat) (h : n = n := by rfl) : Nat := n",
    "a tactic in a termination proof": "def d (n : Nat) : Nat := if n = 0 then 0 else d (n - 1)\ndecreasing_by omega",
    "a tactic at the end": "def d : Nat := h where\n  h : Nat := ?x\n  finally case x => exact 3",
    "a tactic after show": "def d : 1 = 1 := show 1 = 1 by rfl",
    "an unsafe term": "def d : USize := unsafe ptrAddrUnsafe 3",
    "an unsafe definition": "unsafe def d : Nat := unsafeCast 3",
    "code that the kernel runs": "def c : Bool := true\ndef d : Lean.reduceBool c = true := rfl",
    "code that the kernel runs, renamed": "open Lean renaming reduceBool → calm",
    "code that the kernel runs, as an axiom": "def c : Nat := 3\ndef d : c = 3 := Lean.ofReduceNat c 3 rfl",
    "a tactic that a definition computes": "def tac : Lean.Syntax := .missing\ndef d (h : autoParam (1 = 1) tac) : Nat := 0",
    "a file that is read": 'def d := include_str "secret"',
    "an evaluation": "#eval 1",
    "a comment that is a program": "set_option doc.verso true\n/--\n```lean\n#eval 1\n```\n-/\ndef d := 1",
    "a kernel that is off": "set_option debug.skipKernelTC true",
    "an option within a term": "def d : Nat := set_option doc.verso true in 1",
    "an initialiser": "initialize counter : Nat ← pure 3",
    "a theorem": "theorem d : 1 = 1 := rfl",
}
INERT = {
    "definitions": """def d (n : Nat) : Nat := match n with | 0 => 1 | n + 1 => n
abbrev N := Nat
opaque o : Nat
def r : Nat → Nat
  | 0 => 0
  | n + 1 => r n""",
    "types": """inductive I (α : Type) where | a | b (x : α) deriving Repr
structure S where
  x : Nat := 3
class C (α : Type) where
  c : α""",
    "scopes": """universe u
namespace A
section
variable (n : Nat)
set_option maxRecDepth 1000
set_option pp.all true
set_option autoImplicit false
open Nat
end
end A""",
    "notation": """notation "zork " x => x + 1
infixl:65 " zork " => Nat.add
local notation "ℝ" => Int""",
    "attributes": """@[simp, reducible] def d := 3
attribute [local instance] Classical.propDecidable
@[ext] structure S where
  x : Nat
attribute [-simp] d""",
    "instances": """instance : Inhabited (Nat → Nat) := ⟨fun _ => 0⟩
instance : Add Bool where
  add := or""",
    "axioms": "axiom a : 1 = 2",
}


async def reading_of(shop: Workshop, text: str) -> Reading:
    async with shop.pool.lease() as session:
        reading = await read_text(session, text)
    assert isinstance(reading, Reading), reading
    return reading


@pytest.mark.parametrize("name", RUNNING)
async def test_what_runs_code_stays_out_of_the_context(shop: Workshop, name: str) -> None:
    text = f"{RUNNING[name]}\n{THEOREM} := rfl"
    async with shop.pool.lease() as session:
        outline = await session.outline(text)
    assert not all(command.inert for command in outline.commands[:-1])


@pytest.mark.parametrize("name", RUNNING)
async def test_the_clean_worker_refuses_it_too(judging: EmbeddedSession, name: str) -> None:
    result = await judging.run(RUNNING[name], inert=True)
    await judging.free(envs=[result.env])
    assert any("may run code" in message.data for message in result.errors)


async def test_a_challenge_that_would_run_code_is_broken(shop: Workshop) -> None:
    context = 'macro "zork" : term => `(True)'
    challenge = Statement("t", THEOREM, "", "1 + 1 = 2", context=context, inert=True)
    with pytest.raises(ChallengeBroken) as broken:
        await shop.checker.check(challenge, f"{context}\n{THEOREM} := rfl")
    assert any("may run code" in message.data for message in broken.value.messages)


@pytest.mark.parametrize("name", INERT)
async def test_what_a_statement_needs_gets_there(shop: Workshop, name: str) -> None:
    text = f"{INERT[name]}\n{THEOREM} := rfl"
    reading = await reading_of(shop, text)
    [challenge] = own_challenges(reading, reading.listings)
    assert challenge.context == INERT[name]
    assert challenge.inert
    verdict = await shop.checker.check(challenge, text)
    assert isinstance(verdict.result, Accepted), verdict.result


async def test_theorems_come_as_data_and_not_as_text(shop: Workshop) -> None:
    definition = "def big (n : Nat) : Prop := 5 < n"
    text = (
        f"theorem useful (n : Nat) : n < n + 1 := by omega\n{definition}\ntheorem t : big 6 := by\n  unfold big\n  exact useful 5"
    )
    reading = await reading_of(shop, text)
    first, second = own_challenges(reading, reading.listings)
    assert (first.context, second.context.strip()) == ("", definition)
    for challenge in (first, second):
        assert (await shop.checker.check(challenge, text)).accepted


@pytest.mark.parametrize(
    "signature",
    [
        "theorem t (h : 1 = 1 := by rfl) : 1 = 1",
        "theorem t : (by exact 1 = 1)",
        "theorem t : (unsafe ptrAddrUnsafe 3) = (3 : USize)",
        "theorem t (c : Bool) : Lean.reduceBool c = c",
    ],
)
async def test_a_statement_that_runs_code_is_none_either(judging: EmbeddedSession, signature: str) -> None:
    result = await judging.judge(signature, "", inert=True)
    assert isinstance(result, NotElaborated)
    assert "may run code" in result.messages[0].data


async def test_the_same_text_is_another_one_to_the_clean_worker(shop: Workshop) -> None:
    # To a file with the token `by--`, the definition holds no tactic; to others, a comment begins there and a tactic follows.
    smuggled = "def d : True := by--\n  trivial"
    text = f'syntax "by--" ident : term\nmacro_rules | `(by-- $x) => `(True.intro)\n{smuggled}\n{THEOREM} := rfl'
    reading = await reading_of(shop, text)
    [challenge] = own_challenges(reading, reading.listings)
    assert challenge.context.strip() == smuggled  # so the worker that ran the file was taken in
    with pytest.raises(ChallengeBroken):
        await shop.checker.check(challenge, text)


async def test_a_trusted_context_may_run_code(shop: Workshop) -> None:
    context = 'macro "two" : term => `(2)\ndef d : 1 + 1 = two := by rfl'
    challenge = Statement("t", "theorem t : 1 + 1 = two", "", "1 + 1 = two", context=context)
    assert (await shop.checker.check(challenge, f"{context}\ntheorem t : 1 + 1 = two := d")).accepted
