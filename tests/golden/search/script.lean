example (n : Nat) (p q : Prop) (h : p ∨ q) : (n + 0 = n ∧ 0 + n = n) ∧ (∃ x, x = 3) ∧ (q ∨ p) := by
  refine ⟨?both, Exists.intro ?x ?is, ?or⟩
  · constructor
    · have key : n + 0 = n := by
        omega
      exact key
    · induction n with
      | zero => rfl
      | succ n ih =>
        have step : 0 + (n + 1) = n + 1 := by

          omega
        exact step
  rotate_left 2
  · rcases h with h | h
    · have k := h
      exact Or.inr k
    · left
      exact h
  rotate_left
  rfl
