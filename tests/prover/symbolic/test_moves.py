"""What each move proposes, on goals made by hand. That Lean accepts the proposals is shown in test_moves_in_lean.py."""

from __future__ import annotations

import pytest

from prover.policy import Situation
from prover.symbolic import DEFAULT_MOVES, SymbolicPolicy
from tests.prover.symbolic.hand_made import goal, proposals

FORBIDDEN = ("sorry", "admit", "native_decide", "set_option", "exact?", "apply?", "ℕ", "ℤ")


# -- closers --


def test_ground_statements_are_run_before_anything_else() -> None:
    ranked = SymbolicPolicy().rank(goal("⊢ 2 ^ 2010 % 10 = 4"))
    assert ranked[0].tactic == "decide +kernel"
    assert not proposals("ground", "⊢ 2 ^ (2 ^ 90) % 10 = 6")


def test_arithmetic_is_kept_away_from_goals_without_numbers() -> None:
    assert proposals("linear", "p q : Prop", "h : p ∧ q", "⊢ q ∧ p") == []
    assert proposals("linear", "x y : Int", "h : x + y = 7", "⊢ y = 7 - x") == ["omega"]


def test_a_hypothesis_that_is_the_target_is_used_first() -> None:
    ranked = SymbolicPolicy().rank(goal("n : Nat", "h : 3 ∣ n ^ 2", "⊢ 3 ∣ n ^ 2"))
    assert ranked[0].tactic == "assumption"


def test_no_closer_computes_a_power_under_a_power() -> None:
    tactics = [candidate.tactic for candidate in SymbolicPolicy().rank(goal("k : Nat", "h : k = 2 ^ 2008", "⊢ 2 ^ k % 10 = 6"))]
    assert not {"omega", "simp_all", "grind", "subst h"} & set(tactics)
    ranked = SymbolicPolicy().rank(goal("⊢ ¬ ∀ k : Nat, k = 2 ^ 2008 → 2 ^ k % 10 = 6"))
    assert not {"simp", "grind", "decide"} & {candidate.tactic for candidate in ranked}


# -- structure --


def test_intro_names_everything_that_leads() -> None:
    assert proposals("intro", "h : 1 = 1", "⊢ ∀ x y : Nat, x = y → ¬ x < y") == ["intro x y h1 h2"]


def test_conjunctions_of_the_context_are_split_at_once() -> None:
    assert proposals("split hypotheses", "n : Nat", "h : 0 < n ∧ n < 5", "k : ∃ m : Nat, m = n ∧ 0 < m", "⊢ n = 3") == [
        "obtain ⟨h_, h_1⟩ := h\nobtain ⟨m, ⟨k_, k_1⟩⟩ := k"
    ]
    assert proposals("split hypotheses", "p q : Prop", "h : p ∨ q", "⊢ q ∨ p") == ["rcases h with h | h"]


def test_targets_are_split_by_their_connective() -> None:
    assert proposals("split target", "p q : Prop", "⊢ p ∧ q") == ["constructor"]
    assert proposals("split target", "p q : Prop", "⊢ p ∨ q") == ["left", "right"]


def test_variables_that_an_equation_defines_are_eliminated() -> None:
    assert proposals("substitute", "n m : Nat", "h : n = m + 1", "⊢ m < n") == ["subst h"]
    assert proposals("substitute", "n : Nat", "h : n = n * n", "⊢ n < 2") == []


def test_small_types_are_taken_apart_and_unnamed_hypotheses_named() -> None:
    assert "cases b" in proposals("cases", "b : Bool", "h : b = b", "⊢ b = b")
    assert proposals("rename", "p : Prop", "h✝ : p", "⊢ p") == ["rename_i h'"]


def test_contradiction_is_tried_once() -> None:
    assert proposals("by contradiction", "f : Nat → Nat", "⊢ f 0 = 0")
    assert not proposals("by contradiction", "f : Nat → Nat", "hneg : ¬ f 1 = 0", "⊢ f 0 = 0")


def test_a_denied_hypothesis_is_proved_when_nothing_else_is_left() -> None:
    assert proposals("absurd", "p : Prop", "h : ¬ p", "⊢ False") == ["apply h"]


# -- hypotheses --


def test_equations_rewrite_where_they_match() -> None:
    context = ("f : Nat → Nat", "n : Nat", "h : ∀ x : Nat, f (x + 1) = f x + 2")
    assert "rw [h]" in proposals("rewrite", *context, "⊢ f (n + 1) = 3")
    assert proposals("rewrite", "n : Nat", "f : Nat → Nat", "h : f 3 = 5", "⊢ n + 1 = n + 1") == []


def test_implications_are_applied_and_fed() -> None:
    context = ("p q : Prop", "h : p → q", "hp : p")
    assert proposals("apply", *context, "⊢ q")[0] == "apply h"
    assert proposals("forward", *context, "⊢ q")[0] == "have h1 := h hp"


def test_universal_hypotheses_are_instantiated_at_what_is_in_sight() -> None:
    found = proposals("forward", "f : Nat → Nat", "a : Nat", "h : ∀ x : Nat, f x = x", "⊢ f (a + 2) = a + 2")
    assert any("have h1 := h a\nhave h2 := h (a + 2)" in text for text in found)


# -- induction and residues --


def test_induction_picks_the_exponent_and_keeps_a_version_without_hypotheses() -> None:
    found = proposals("induction", "b n : Nat", "h : 0 < n", "⊢ 9 ∣ (10 ^ n - 1) * b")
    assert found[0].startswith("induction n\ncase' succ k ih => skip")
    assert any(text.startswith("clear h\ninduction n") for text in found)


def test_recurrences_over_two_steps_use_two_step_induction() -> None:
    context = ("f : Nat → Nat", "h : ∀ n : Nat, f (n + 2) = f (n + 1) + f n", "n : Nat")
    assert any("Entail.two_step" in text for text in proposals("induction", *context, "⊢ f n < 2 ^ n"))


def test_lists_are_inducted_on() -> None:
    assert proposals("list induction", "xs : List Nat", "⊢ xs ++ [] = xs")[0].startswith("induction xs")


def test_truncated_subtraction_becomes_addition() -> None:
    [text] = proposals("addition form", "n : Nat", "f : Nat → Nat", "⊢ f n = 2 ^ n - (n + 2)")
    assert text == "suffices sum : f n + (n + 2) = 2 ^ n by omega"


def test_residues_split_a_variable_and_carry_its_powers() -> None:
    [text] = proposals("residues", "a : Int", "⊢ a ^ 2 % 4 = 0 ∨ a ^ 2 % 4 = 1")
    assert "a % 4 = 0 ∨ a % 4 = 1 ∨ a % 4 = 2 ∨ a % 4 = 3" in text
    assert "a ^ 2 % 4 = 1 := ((Entail.int_pow_residue (r := 3) r0_r 2).trans" in text


def test_residues_of_powers_follow_their_cycle_after_the_pre_period() -> None:
    [text] = proposals("residues", "n : Nat", "⊢ 2 ^ n % 12 < 9")
    assert "n = 0 ∨ n = 1 ∨ (2 ≤ n ∧ (n - 2) % 2 = 0) ∨ (2 ≤ n ∧ (n - 2) % 2 = 1)" in text


def test_known_residues_are_not_split() -> None:
    context = ("x : Int", "h : x % 19 = 4")
    [text] = proposals("residues", *context, "⊢ (x + 1) ^ 2 % 19 = 6")
    assert "∨" not in text


def test_a_modulus_that_obstructs_an_equation_is_found() -> None:
    found = proposals("residues", "x y : Int", "h : x ^ 2 + y ^ 2 = 4003", "⊢ False")
    assert "x % 4 = 0" in found[0]
    assert not proposals("residues", "x y : Int", "h : x ^ 2 + y ^ 2 = 65 * x", "⊢ False")


# -- bounds, boxes, divisors --


def test_a_box_eliminates_what_an_equation_determines() -> None:
    context = ("x y : Nat", "h : x * y + (x + y) = 71", "k : x ^ 2 * y + x * y ^ 2 = 880")
    [text] = proposals("box", *context, "⊢ x ^ 2 + y ^ 2 = 146")
    assert "Entail.solve_nat" in text
    assert text.endswith("decide +kernel")
    assert text.count("revert") < 8


def test_a_box_uses_the_negated_target_where_that_bounds_more() -> None:
    [text] = proposals("box", "a b : Nat", "h : 0 < a", "⊢ 12 ≤ a + b ∨ a * b < 40")
    assert text.startswith("refine Classical.byContradiction fun hneg => ?_")


def test_unbounded_and_oversized_boxes_are_not_proposed() -> None:
    assert not proposals("box", "a b : Nat", "⊢ a * b = b * a")
    assert not proposals("box", "a b : Nat", "h : a < 900", "k : b < 900", "⊢ a * b = b * a")


def test_one_variable_is_fixed_where_the_other_is_unbounded() -> None:
    context = ("m x : Int", "h₀ : 0 ≤ x", "h₁ : 10 ≤ m ∧ m ≤ 20", "h₂ : 6 * x % m = 1")
    found = proposals("one by one", *context, "⊢ m ≠ 12")
    assert "Entail.int_shift (x := m) 10 11" in found[0]
    assert "iterate 11 (refine Entail.step_lt ?_ ?_;" in found[0]


def test_exponents_are_bounded_by_logarithms() -> None:
    [text] = proposals("box", "x y : Nat", "h : 2 ^ x * 3 ^ y = 1296", "⊢ x + y = 8")
    assert ": x < 11 := Entail.exponent_lt (b := 2) (c := 1296)" in text


def test_factors_of_a_number_run_through_its_divisors() -> None:
    found = proposals("divisors", "x y : Int", "h : (x + 1) * (y - 2) = 15", "⊢ x ≤ 14")
    assert "k = 1 ∨ k = 3 ∨ k = 5 ∨ k = 15" in found[0]
    root = proposals("divisors", "x : Int", "h : x ^ 2 - 5 * x + 6 = 0", "⊢ x = 2 ∨ x = 3")
    assert "(a := x) (b := (x + (-5))) (c := -6) (m := 6) (by grind)" in root[0]


def test_a_modulus_of_two_expressions_divides_a_number() -> None:
    context = ("m x : Int", "h : 3 * x % m = 2", "k : m ∣ 5 * x - 7")
    [text] = proposals("shared divisor", *context, "⊢ m ≤ 11")
    assert "m * ((5) * s + (-3) * t) = 11 := by grind" in text
    assert not proposals("shared divisor", "m x y : Int", "h : 3 * x % m = 2", "k : m ∣ 5 * y - 7", "⊢ m ≤ 11")


def test_saturation_states_signs_and_divisor_bounds() -> None:
    [closing, stating] = proposals("saturate", "a b : Nat", "h : 0 < b", "k : a ∣ 12", "⊢ a ≤ a * b + 12")
    assert "a ≤ a * b := Nat.le_mul_of_pos_right (a) (by omega)" in stating
    assert "a ≤ 12 := Nat.le_of_dvd (by omega) k" in stating
    assert closing == f"{stating}\nfirst | omega | grind"


def test_gcd_times_lcm_is_stated_with_numbers_where_they_are_known() -> None:
    context = ("n : Nat", "h : Nat.gcd n 12 = 4", "k : Nat.lcm n 12 = 24")
    assert ": 4 * 24 = n * 12 := by" in proposals("saturate", *context, "⊢ n = 8")[0]


def test_gcd_of_linear_expressions_divides_a_number() -> None:
    [text] = proposals("gcd of linear expressions", "n : Nat", "⊢ Nat.gcd (n + 7) (2 * n + 1) ≤ 13")
    assert text.startswith("have hd := Entail.gcd_dvd_sub 2 1 (Nat.gcd_dvd_left (n + 7) (2 * n + 1))")


def test_a_huge_number_is_replaced_by_its_residues() -> None:
    [text] = proposals("residues of a ground power", "k : Nat", "h : k = 2 ^ 2008", "⊢ 2 ^ k % 10 = 6")
    assert "k % 4 = 0 := by subst h; decide +kernel" in text
    assert text.endswith("clear h")


# -- sequences --


def test_a_recurrence_is_unrolled_to_the_wanted_index() -> None:
    context = ("f : Nat → Int", "h0 : f 0 = 2", "h : ∀ n : Nat, f (n + 1) = 3 * f n - 1")
    [text] = proposals("unroll a recurrence", *context, "⊢ f 3 = 41")
    assert "have v3 : f 3 = (41 : Int) := by" in text
    assert not proposals("unroll a recurrence", *context, "⊢ f 3000 = 41")


def test_far_values_are_reached_by_a_period() -> None:
    context = ("f : Nat → Int", "h0 : f 0 = 1", "h1 : f 1 = 3", "h : ∀ n : Nat, f (n + 2) = f (n + 1) - f n")
    [text] = proposals("period of a recurrence", *context, "⊢ f 2024 = 2")
    assert "f (6 * k + 5) = -(2 : Int)" in text
    assert "f 2024 = (2 : Int) := (key 337)" in text


def test_growing_sequences_have_no_period() -> None:
    context = ("f : Nat → Int", "h0 : f 0 = 1", "h : ∀ n : Nat, f (n + 1) = f n + 1")
    assert not proposals("period of a recurrence", *context, "⊢ f 2024 = 2025")


# -- witnesses, counterexamples, polynomials --


def test_witnesses_are_numbers_that_work() -> None:
    [first, *_] = proposals("numeric witness", "⊢ ∃ x y : Nat, x ^ 2 + y ^ 2 = 25 ∧ 0 < x ∧ x < y")
    assert first == "exact ⟨3, 4, by decide +kernel⟩"


def test_witnesses_are_solved_for() -> None:
    assert proposals("solved witness", "n : Nat", "h : n % 2 = 1", "⊢ ∃ k : Nat, n = 2 * k + 1") == [
        "refine ⟨((n) - (1 : Nat)) / (2 : Nat), ?_⟩"
    ]


def test_witnesses_in_sight() -> None:
    assert "refine ⟨a, ?_⟩" in proposals("witness in sight", "p : Nat → Prop", "a : Nat", "h : p a", "⊢ ∃ x : Nat, p x")


def test_universal_statements_are_refuted_by_numbers() -> None:
    assert proposals("counterexample", "⊢ ¬ ∀ n : Nat, n < 5")[0] == "intro h\nrefine absurd (h 5) (by decide +kernel)"
    assert proposals("false hypothesis", "h : ∀ n : Nat, 0 < n → n < 5", "⊢ False")[0].startswith(
        "refine absurd (h 5 (by decide +kernel))"
    )


def test_what_cannot_be_computed_is_left_as_a_goal() -> None:
    [text, *_] = proposals("counterexample", "⊢ ¬ ∀ n : Nat, (∀ m : Nat, n ≤ n + m) → n = 0")
    assert text == "intro h\nrefine absurd (h 1 ?_) (by decide +kernel)"


def test_a_cofactor_is_found_modulo_the_equations() -> None:
    assert proposals("polynomial cofactor", "x y : Int", "⊢ x - y ∣ x ^ 3 - y ^ 3")[0].startswith("exact ⟨(")
    found = proposals("polynomial cofactor", "a b c : Nat", "h : a ∣ b", "k : b ∣ c", "⊢ a ∣ c")
    assert found == ["obtain ⟨k0, hk0⟩ := h\nobtain ⟨k1, hk1⟩ := k\nexact ⟨(k0 * k1), by grind⟩"]
    assert not proposals("polynomial cofactor", "x y : Int", "⊢ x + y ∣ x ^ 2 + y ^ 2")


def test_inequalities_get_squares_and_products() -> None:
    [squares] = proposals("squares", "a b : Int", "⊢ 2 * a * b ≤ a ^ 2 + b ^ 2")
    assert "Entail.int_square_ge (a - b)" in squares
    [products] = proposals("products", "a b : Int", "h : a ≤ b", "k : 0 ≤ a", "⊢ a ^ 2 ≤ b ^ 2")
    assert "Int.mul_nonneg n0_ n1_" in products


# -- the policy --

GOALS = [
    ("n : Nat", "⊢ 3 ∣ n ^ 3 + 2 * n"),
    ("p q r : Prop", "⊢ (p ∧ q) ∨ r ↔ (p ∨ r) ∧ (q ∨ r)"),
    ("x y : Nat", "h₀ : 0 < x ∧ 0 < y", "h₁ : x * y = 12", "⊢ ∃ z : Nat, z = x + y"),
    ("x✝ : Nat", "h✝ : x✝ < 3", "⊢ x✝ * x✝ < 9"),
    ("f : Nat → Nat", "h : ∀ n : Nat, f (f n) = n", "⊢ ∀ n : Nat, ∃ m : Nat, f m = n"),
]


@pytest.mark.parametrize("lines", GOALS)
async def test_candidates_are_ranked_named_distinct_and_clean(lines: tuple[str, ...]) -> None:
    [found] = await SymbolicPolicy().suggest([Situation(goal(*lines))], 40)
    assert 0 < len(found) <= 40
    assert len({candidate.tactic for candidate in found}) == len(found)
    assert [candidate.logprob for candidate in found] == sorted((candidate.logprob for candidate in found), reverse=True)
    names = {move.name for move in DEFAULT_MOVES}
    for candidate in found:
        assert candidate.logprob <= 0
        assert candidate.move in names
        assert not any(word in candidate.tactic for word in FORBIDDEN)


async def test_fewer_are_given_when_fewer_are_wanted() -> None:
    all_of_them, two = SymbolicPolicy().rank(goal(*GOALS[0])), (await SymbolicPolicy().suggest([Situation(goal(*GOALS[0]))], 2))[0]
    assert two == all_of_them[:2]


def test_moves_have_distinct_names() -> None:
    names = [move.name for move in DEFAULT_MOVES]
    assert len(set(names)) == len(names)
