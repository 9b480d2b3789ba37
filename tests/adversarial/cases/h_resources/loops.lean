-- Proofs that would run for ever, and texts that would: a limit of Lean's ends them, as an error.
--# challenge
theorem t (n : Nat) : n < n
--# cheat refused: export; Lean says: maximum recursion depth
theorem back (a b : Nat) : a < b ↔ b > a := Iff.rfl
attribute [simp] back
theorem forth (a b : Nat) : a > b ↔ b < a := Iff.rfl
attribute [simp] forth
@[simp] theorem grow (a b : Nat) : (a < b) = (a + 1 < b + 1) := by rw [Nat.add_lt_add_iff_right]
theorem t (n : Nat) : n < n := by simp
--# cheat refused: export; Lean says: maximum recursion depth
macro "again" : tactic => `(tactic| again)
theorem t (n : Nat) : n < n := by again
--# cheat refused: export; Lean says: maximum recursion depth
class Loop (n : Nat) where h : n < n
instance (n : Nat) [Loop (n + 1)] : Loop n := ⟨(Nat.lt_irrefl _ (Loop.h : n + 1 < n + 1)).elim⟩
theorem t (n : Nat) : n < n := Loop.h
--# cheat kills the worker
partial def forever (n : Nat) : Nat := 1 + forever (n + 1)
#eval forever 0
--# challenge
theorem t (n : Nat) : n < n + 1
--# twin
theorem t (n : Nat) : n < n + 1 := Nat.lt_succ_self n
