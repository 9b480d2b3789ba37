-- The theorem proves itself.
--# challenge
theorem t (n : Nat) : n < n
--# cheat refused: export; Lean says: fail to show termination
theorem t (n : Nat) : n < n := t n
--# cheat refused: export; Lean says: fail to show termination
theorem t (n : Nat) : n < n := by exact t n
--# cheat refused: export; Lean says: fail to show termination
mutual
theorem t (n : Nat) : n < n := s n
theorem s (n : Nat) : n < n := t n
end
--# cheat refused: export; Lean says: could not prove that the type
partial def loop (n : Nat) : PLift (n < n) := loop n
theorem t (n : Nat) : n < n := (loop n).down
--# cheat refused: export; Lean says: unsafe declaration
unsafe def loop (n : Nat) : PLift (n < n) := loop n
theorem t (n : Nat) : n < n := (loop n).down
--# challenge
theorem t (n : Nat) : 0 ≤ n
--# twin
theorem t (n : Nat) : 0 ≤ n := match n with
  | 0 => Nat.le_refl 0
  | n + 1 => Nat.le_succ_of_le (t n)
