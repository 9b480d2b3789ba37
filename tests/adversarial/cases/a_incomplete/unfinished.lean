-- Lean reports an error, and the theorem is in the environment all the same (closed with a sorry of Lean's own).
--# challenge
theorem t (n : Nat) : n < n
--# cheat refused: export; Lean says: unsolved goals
theorem t (n : Nat) : n < n := by
  have h : n < n + 1 := by omega
--# cheat refused: export; Lean says: Type mismatch
theorem t (n : Nat) : n < n := rfl
--# cheat refused: export; Lean says: don't know how to synthesize placeholder
theorem t (n : Nat) : n < n := _
--# cheat refused: export; Lean says: omega could not prove the goal
theorem t (n : Nat) : n < n := by omega
--# cheat refused: axiom
#guard_msgs (drop all) in
theorem t (n : Nat) : n < n := by omega
--# cheat refused: axiom
/--
error: Unknown identifier `nothing`
-/
#guard_msgs in
theorem t (n : Nat) : n < n := nothing
--# cheat refused: axiom
#guard_msgs (drop error) in
theorem t (n : Nat) : n < n := by
  have h : n < n + 1 := by omega
--# challenge
theorem t (n : Nat) : n < n + 1
--# twin
#guard_msgs (drop all) in
theorem t (n : Nat) : n < n + 1 := by omega
