-- The three standard axioms are allowed, by their own names and through the library.
--# challenge
theorem t (p q : Prop) (h : p ↔ q) : p = q
--# twin
theorem t (p q : Prop) (h : p ↔ q) : p = q := propext h
--# challenge
theorem t (p : Prop) : p ∨ ¬p
--# twin
theorem t (p : Prop) : p ∨ ¬p := Classical.em p
--# twin
theorem t (p : Prop) : p ∨ ¬p := by
  by_cases h : p
  · exact .inl h
  · exact .inr h
--# challenge
theorem t (α : Type) (h : Nonempty α) : ∃ f : Unit → α, f = f
--# twin
theorem t (α : Type) (h : Nonempty α) : ∃ f : Unit → α, f = f := ⟨fun _ => Classical.choice h, rfl⟩
--# challenge
theorem t (f g : Nat → Nat) (h : ∀ n, f n = g n) : f = g
--# twin
theorem t (f g : Nat → Nat) (h : ∀ n, f n = g n) : f = g := funext h
--# challenge
theorem t (r : Nat → Nat → Prop) (h : r 1 2) : Quot.mk r 1 = Quot.mk r 2
--# twin
theorem t (r : Nat → Nat → Prop) (h : r 1 2) : Quot.mk r 1 = Quot.mk r 2 := Quot.sound h
