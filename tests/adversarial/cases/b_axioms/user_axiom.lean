-- The claim, or something that implies it, as an axiom of the candidate's own.
--# challenge
theorem t (n : Nat) : n < n
--# cheat refused: axiom
axiom cheat : ∀ n : Nat, n < n
theorem t (n : Nat) : n < n := cheat n
--# cheat refused: axiom
private axiom cheat : False
theorem t (n : Nat) : n < n := cheat.elim
--# cheat refused: axiom
axiom anything : ∀ p : Prop, p
theorem t : ∀ n : Nat, n < n := anything _
--# cheat refused: axiom
axiom unused : False
axiom used : 0 = 1
theorem t (n : Nat) : n < n := absurd used (by decide)
--# cheat refused: axiom
class Trust (p : Prop) where ok : p
axiom everybody (p : Prop) : Trust p
attribute [instance] everybody
theorem t (n : Nat) : n < n := Trust.ok
--# challenge
theorem t (n : Nat) : n < n + 1
--# twin
theorem t (n : Nat) : n < n + 1 := by
  have h : ∃ m, m = n + 1 := ⟨_, rfl⟩
  obtain ⟨m, rfl⟩ := h
  exact Nat.lt_succ_self n
--# twin
axiom unused : False
theorem t (n : Nat) : n < n + 1 := Nat.lt_succ_self n
