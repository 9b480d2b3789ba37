"""The layout of a proof: flat for one goal, a `·` block for each of several, multi-line tactics moved whole."""

from __future__ import annotations

from pathlib import Path

from search.proof import ProofTree
from search.script import script_lines

GOLDEN = Path(__file__).resolve().parent.parent / "golden" / "search" / "script.lean"

INDUCTION = """\
induction n with
| zero => simp
| succ n ih =>
  rw [ih]

  omega"""


def node(tactic: str, *children: ProofTree, goals: int = 1) -> ProofTree:
    return ProofTree(0, tactic, goals, children, 1 + sum(child.steps for child in children))


def test_one_goal_goes_on_flat() -> None:
    assert script_lines(node("intro h", node("simp", node("omega")))) == ["intro h", "simp", "omega"]


def test_several_goals_get_a_block_each() -> None:
    proof = node("constructor", node("intro h", node("exact h")), node("rfl"))
    assert script_lines(proof) == ["constructor", "· intro h", "  exact h", "· rfl"]


def test_blocks_nest() -> None:
    inner = node("constructor", node("rfl"), node("constructor", node("simp", node("a")), node("b")))
    assert script_lines(node("refine ⟨?_, ?_⟩", inner, node("c")), indent="  ") == [
        "  refine ⟨?_, ?_⟩",
        "  · constructor",
        "    · rfl",
        "    · constructor",
        "      · simp",
        "        a",
        "      · b",
        "  · c",
    ]


def test_a_tactic_of_several_lines_moves_as_a_whole() -> None:
    assert script_lines(node("intro n", node(INDUCTION)), indent="  ")[1:] == [
        "  induction n with",
        "  | zero => simp",
        "  | succ n ih =>",
        "    rw [ih]",
        "",
        "    omega",
    ]
    assert script_lines(node("constructor", node("rfl"), node(INDUCTION)))[2:] == [
        "· induction n with",
        "  | zero => simp",
        "  | succ n ih =>",
        "    rw [ih]",
        "",
        "    omega",
    ]


def test_margins_and_trailing_blanks_of_a_tactic_are_not_kept() -> None:
    assert script_lines(node("\n    have h : p := by  \n      simp\n    exact h\n\n")) == [
        "have h : p := by",
        "  simp",
        "exact h",
    ]


def test_goals_with_shared_metavariables_go_on_flat() -> None:
    bundle = node("exact rfl", node("exact 3"), goals=2)
    assert script_lines(node("refine ⟨?w, ?h⟩", bundle)) == ["refine ⟨?w, ?h⟩", "exact rfl", "exact 3"]


def test_a_bundle_among_others_waits_until_its_goals_are_all_that_is_left() -> None:
    one, two = node("one"), node("two")
    pair, triple = node("pair", node("pair'"), goals=2), node("triple", node("rfl"), node("rfl"), goals=3)
    assert script_lines(node("t", one, pair)) == ["t", "· one", "pair", "pair'"]
    assert script_lines(node("t", pair, one)) == ["t", "rotate_left 2", "· one", "pair", "pair'"]
    assert script_lines(node("t", one, pair, two))[1:4] == ["· one", "rotate_left 2", "· two"]
    # After the rotation past both, the goals stand as two, pair, triple: no further rotation is needed.
    assert script_lines(node("t", pair, triple, two)) == [
        "t", "rotate_left 5", "· two", "pair", "pair'", "triple", "· rfl", "· rfl",
    ]  # fmt: skip


def test_a_proof_may_be_deeper_than_recursion() -> None:
    proof = node("done")
    for _ in range(3000):
        proof = node("step", proof, node("side"))
    lines = script_lines(proof)
    assert len(lines) == proof.steps == 6001
    assert lines[3000] == "  " * 2999 + "· done"


def test_a_whole_proof_is_the_stored_one() -> None:
    """The stored file was accepted by Lean 4.28 as it stands: bullets, rotation and moved tactics are what Lean means."""
    zero_add = "induction n with\n| zero => rfl\n| succ n ih =>\n  have step : 0 + (n + 1) = n + 1 := by\n\n    omega\n  exact step"
    conjunction = node("constructor", node("have key : n + 0 = n := by\n  omega", node("exact key")), node(zero_add))
    witness = node("rotate_left", node("rfl"), goals=2)
    cases = node("rcases h with h | h", node("have k := h\nexact Or.inr k"), node("left", node("exact h")))
    proof = node("refine ⟨?both, Exists.intro ?x ?is, ?or⟩", conjunction, witness, cases)
    statement = "example (n : Nat) (p q : Prop) (h : p ∨ q) : (n + 0 = n ∧ 0 + n = n) ∧ (∃ x, x = 3) ∧ (q ∨ p) := by\n"
    text = statement + "\n".join(script_lines(proof, indent="  ")) + "\n"
    assert text == GOLDEN.read_text(encoding="utf-8")
