-- The challenge comes with axioms of its own. A proof that rests on them is not one that the verdict could vouch for.
--# context
axiom Point : Type
axiom origin : Point
axiom oracle : ∀ n : Nat, n < n
class Magic (α : Type) where wish : α → False
axiom magic : Magic Nat
attribute [instance] magic
noncomputable def disguised : PLift (∀ n : Nat, n < n) := ⟨oracle⟩
--# challenge
theorem t (n : Nat) : n < n
--# cheat refused: axiom
axiom oracle : ∀ n : Nat, n < n
theorem t (n : Nat) : n < n := oracle n
--# cheat refused: axiom
axiom oracle : ∀ n : Nat, n < n
noncomputable def disguised : PLift (∀ n : Nat, n < n) := ⟨oracle⟩
theorem t (n : Nat) : n < n := disguised.down n
--# cheat refused: axiom
class Magic (α : Type) where wish : α → False
axiom magic : Magic Nat
attribute [instance] magic
theorem t (n : Nat) : n < n := (Magic.wish n).elim
--# challenge
theorem t (n : Nat) : n < n + 1
--# twin
theorem t (n : Nat) : n < n + 1 := Nat.lt_succ_self n
