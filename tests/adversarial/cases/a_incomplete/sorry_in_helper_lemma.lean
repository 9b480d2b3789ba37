-- The theorem's own proof is complete; a lemma it uses is not.
--# challenge
theorem t (n : Nat) : n < n
--# cheat refused: axiom
theorem helper (n : Nat) : n < n := sorry
theorem t (n : Nat) : n < n := helper n
--# cheat refused: axiom
private theorem helper (n : Nat) : n < n := by sorry
theorem middle (n : Nat) (_ : 0 < 1) : n < n := helper n
theorem t (n : Nat) : n < n := middle n (by decide)
--# cheat refused: axiom
theorem t (n : Nat) : n < n := helper n
where helper (m : Nat) : m < m := by sorry
--# challenge
theorem t (n : Nat) : n < n + 1
--# twin
private theorem helper (n : Nat) : n < n + 1 := by omega
theorem middle (n : Nat) (_ : 0 < 1) : n < n + 1 := helper n
theorem t (n : Nat) : n < n + 1 := middle n (by decide)
