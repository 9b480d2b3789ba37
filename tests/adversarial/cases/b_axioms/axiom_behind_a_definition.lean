-- The axiom is reached only through other declarations: definition, opaque constant, instance, type of a type, another axiom.
--# challenge
theorem t (n : Nat) : n < n
--# cheat refused: axiom
axiom cheat : False
opaque wrapped : PLift False := ⟨cheat⟩
theorem t (n : Nat) : n < n := wrapped.down.elim
--# cheat refused: axiom
axiom cheat : False
noncomputable def wrapped : PLift False := ⟨cheat⟩
noncomputable def twice (_ : Unit) : PLift False := wrapped
theorem t (n : Nat) : n < n := (twice ()).down.elim
--# cheat refused: axiom
axiom hidden : Type
axiom cheat : hidden → False
axiom element : hidden
theorem t (n : Nat) : n < n := (cheat element).elim
--# cheat refused: axiom
axiom cheat : False
noncomputable instance : Inhabited (PLift False) := ⟨⟨cheat⟩⟩
theorem t (n : Nat) : n < n := (default : PLift False).down.elim
--# cheat refused: axiom
axiom cheat : False
structure Box where (h : False := cheat)
theorem t (n : Nat) : n < n := ({} : Box).h.elim
--# challenge
theorem t (n : Nat) : n < n + 1
--# twin
noncomputable def pick : { m : Nat // ∀ n : Nat, m ≤ n } := ⟨Classical.choose (⟨0, Nat.zero_le⟩ : ∃ m : Nat, ∀ n : Nat, m ≤ n),
  Classical.choose_spec (⟨0, Nat.zero_le⟩ : ∃ m : Nat, ∀ n : Nat, m ≤ n)⟩
theorem t (n : Nat) : n < n + 1 := Nat.lt_succ_of_le (Nat.le_trans (pick.2 n |> fun _ => Nat.le_refl n) (Nat.le_refl n))
