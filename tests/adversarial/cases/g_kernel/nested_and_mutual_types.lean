-- lean4#14576, #14582, #14613, #14616. Nested and mutual types have their own ways to False in this Lean's kernel. They are not admitted in
-- proofs, so what is refused here may be honest; a challenge's own context may have them.
--# challenge
theorem t (n : Nat) : n < n + 1
--# cheat refused: export
inductive Rose : Type where
  | node (children : List Rose) : Rose
theorem t (n : Nat) : n < n + 1 := (fun _ => Nat.lt_succ_self n) (Rose.node [])
--# cheat refused: export
mutual
inductive Even : Nat → Prop where
  | zero : Even 0
  | step {n : Nat} : Odd n → Even (n + 1)
inductive Odd : Nat → Prop where
  | step {n : Nat} : Even n → Odd (n + 1)
end
theorem t (n : Nat) : n < n + 1 := (fun _ => Nat.lt_succ_self n) Even.zero
--# cheat refused: export
mutual
inductive Dummy : Prop where | it : Dummy
inductive Disguised : Sort (imax 1 0) where | mk (b : Bool) : Disguised
end
theorem t (n : Nat) : n < n + 1 := (fun _ => Nat.lt_succ_self n) (Disguised.mk true)
--# context
inductive Rose : Type where
  | node (children : List Rose) : Rose
mutual
inductive Even : Nat → Prop where
  | zero : Even 0
  | step {n : Nat} : Odd n → Even (n + 1)
inductive Odd : Nat → Prop where
  | step {n : Nat} : Even n → Odd (n + 1)
end
--# challenge
theorem r (h : Rose) (k : Even 1) : ∃ cs, h = .node cs
--# twin
inductive Rose : Type where
  | node (children : List Rose) : Rose
mutual
inductive Even : Nat → Prop where
  | zero : Even 0
  | step {n : Nat} : Odd n → Even (n + 1)
inductive Odd : Nat → Prop where
  | step {n : Nat} : Even n → Odd (n + 1)
end
theorem r (h : Rose) (k : Even 1) : ∃ cs, h = .node cs := by
  cases h with
  | node cs => exact ⟨cs, rfl⟩
--# twin
inductive Rose : Type where
  | node (children : List Rose) : Rose
mutual
inductive Even : Nat → Prop where
  | zero : Even 0
  | step {n : Nat} : Odd n → Even (n + 1)
inductive Odd : Nat → Prop where
  | step {n : Nat} : Even n → Odd (n + 1)
end
theorem r (h : Rose) (k : Even 1) : ∃ cs, h = .node cs := by
  cases k with
  | step k => cases k
