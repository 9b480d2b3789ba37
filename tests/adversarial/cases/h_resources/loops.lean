-- Proofs that would run for ever, and texts that would: a limit of Lean's ends them, as an error.
--# challenge
theorem t (n : Nat) : n < n
--# cheat refused: export; Lean says: maximum
theorem grow (a b : Nat) : (a < b) = (a + 1 < b + 1) := by rw [Nat.add_lt_add_iff_right]
set_option maxHeartbeats 1000 in
theorem t (n : Nat) : n < n := by simp only [grow]
--# cheat refused: export; Lean says: maximum recursion depth
syntax "again" : tactic
macro_rules | `(tactic| again) => `(tactic| again)
theorem t (n : Nat) : n < n := by again
--# cheat refused: export; Lean says: maximum number of heartbeats
class Loop (n : Nat) where h : n < n
instance (n : Nat) [Loop (n + 1)] : Loop n := ⟨(Nat.lt_irrefl _ (Loop.h : n + 1 < n + 1)).elim⟩
set_option synthInstance.maxHeartbeats 200 in
theorem t (n : Nat) : n < n := Loop.h
--# cheat kills the worker
partial def forever (n : Nat) : Nat := 1 + forever (n + 1)
#eval forever 0
--# challenge
theorem t (n : Nat) : n < n + 1
--# twin
theorem t (n : Nat) : n < n + 1 := Nat.lt_succ_self n
