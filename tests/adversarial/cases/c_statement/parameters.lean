-- The statement is weakened by something that stands outside of it, or before its colon.
--# challenge
theorem t (n : Nat) : n < n
--# cheat refused: statement
variable (h : False)
include h
theorem t (n : Nat) : n < n := h.elim
--# cheat refused: statement
theorem t (n : Nat) (h : n < n) : n < n := h
--# cheat refused: statement
theorem t (n : Nat) [h : Inhabited (PLift (n < n))] : n < n := h.default.down
--# cheat refused: statement
set_option autoImplicit true in
theorem t (_ : Nat.lt x x) (n : Nat) : n < n := absurd ‹Nat.lt x x› (Nat.lt_irrefl x)
--# cheat refused: statement
theorem t (n : Nat) : n < n + 1 := Nat.lt_succ_self n
--# cheat refused: statement
theorem t : ∃ n : Nat, n < n + 1 := ⟨0, Nat.zero_lt_one⟩
--# cheat refused: statement
theorem t : True := trivial
--# cheat refused: statement
theorem t (n : Fin 0) : n < n := n.elim0
--# cheat refused: statement
theorem t (n : Nat) : n < n ∨ True := .inr trivial
--# cheat refused: statement
theorem t (p : Prop) : (n : Nat) → p → n < n ∨ p := fun _ h => .inr h
--# challenge
theorem q : ∃ m : Nat, ∀ n : Nat, n ≤ m
--# cheat refused: statement
theorem q : ∀ n : Nat, ∃ m : Nat, n ≤ m := fun n => ⟨n, Nat.le_refl n⟩
--# challenge
theorem t (n : Nat) : n < n + 1
--# twin
theorem t (n : Nat) : n < n + 1 := Nat.lt_succ_self n
--# twin
theorem t : ∀ n : Nat, n < n + 1 := Nat.lt_succ_self
--# twin
variable (n : Nat)
theorem t : n < n + 1 := Nat.lt_succ_self n
--# twin
theorem t {k : Nat} : k < k + 1 := Nat.lt_succ_self k
