-- The hole is data: a definition, an instance or a structure's field that the proof unfolds.
--# challenge
theorem t (n : Nat) : n < n
--# cheat refused: axiom
def evidence : { m : Nat // ∀ n : Nat, n < n } := ⟨0, sorry⟩
theorem t (n : Nat) : n < n := evidence.2 n
--# cheat refused: axiom
instance : Inhabited (PLift (∀ n : Nat, n < n)) := ⟨⟨sorry⟩⟩
theorem t (n : Nat) : n < n := (default : PLift (∀ n : Nat, n < n)).down n
--# cheat refused: axiom
structure Holder where
  h : ∀ n : Nat, n < n
def holder : Holder where h := sorry
theorem t (n : Nat) : n < n := holder.h n
--# cheat refused: axiom
instance wrong (n : Nat) : Decidable (n < n) := .isTrue sorry
theorem t (n : Nat) : n < n := of_decide_eq_true (inst := wrong n) rfl
--# cheat refused: axiom
def loop (n : Nat) : 0 < 0 := loop (n + 1)
termination_by n
decreasing_by sorry
theorem t (n : Nat) : n < n := absurd (loop 0) (by decide)
--# cheat refused: axiom
opaque hole : PLift (∀ n : Nat, n < n) := sorry
theorem t (n : Nat) : n < n := hole.down n
--# challenge
theorem t (n : Nat) : n < n + 1
--# twin
structure Holder where
  h : ∀ n : Nat, n < n + 1
def holder : Holder where h n := Nat.lt_succ_self n
theorem t (n : Nat) : n < n + 1 := holder.h n
