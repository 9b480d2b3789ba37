-- The proof is the word itself, or one of its synonyms.
--# challenge
theorem t (n : Nat) : n < n
--# cheat refused: axiom
theorem t (n : Nat) : n < n := sorry
--# cheat refused: axiom
theorem t (n : Nat) : n < n := by sorry
--# cheat refused: axiom
theorem t (n : Nat) : n < n := by admit
--# cheat refused: axiom
theorem t (n : Nat) : n < n := by
  stop
  exact Nat.lt_irrefl n
--# cheat refused: axiom
theorem t (n : Nat) : n < n := by
  have h : n < n := by
    sorry
  exact h
--# cheat refused: axiom
theorem t (n : Nat) : n < n := by
  rcases n with _ | n
  all_goals sorry
--# challenge
theorem t (n : Nat) : n < n + 1
--# twin
theorem t (n : Nat) : n < n + 1 := Nat.lt_succ_self n
