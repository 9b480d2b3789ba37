-- The axiom behind `sorry` by its own name, in whatever disguise a term may have.
--# challenge
theorem t (n : Nat) : n < n
--# cheat refused: axiom
theorem t (n : Nat) : n < n := sorryAx _ false
--# cheat refused: axiom
theorem t (n : Nat) : n < n := @sorryAx (n < n) true
--# cheat refused: axiom
theorem t (n : Nat) : n < n := by exact sorryAx (∀ m : Nat, m < m) false n
--# cheat refused: axiom
theorem t (n : Nat) : n < n := (fun f : (p : Prop) → Bool → p => f (n < n) false) (fun p => @sorryAx p)
--# cheat refused: axiom
universe u
noncomputable abbrev innocent {α : Sort u} : Bool → α := sorryAx α
theorem t (n : Nat) : n < n := innocent true
--# challenge
theorem t (n : Nat) : n < n + 1
--# twin
theorem t (n : Nat) : n < n + 1 := Nat.lt_succ_self n
