-- A proof with a hole that is no goal: the hypothesis of a lemma that was never asked for.
--# challenge
theorem t (p : Prop) : p
--# cheat refused: export; Lean says: unsolved goals
theorem t (p : Prop) : p := by
  apply (show (False → p) ∧ True from ⟨False.elim, trivial⟩).1
--# cheat refused: export; Lean says: don't know how to synthesize placeholder
theorem t (p : Prop) : p := by
  refine (fun (_ : False) => (?_ : p)) ?x |> fun h => h
  exact (?y : p)
--# cheat refused: export; Lean says: don't know how to synthesize placeholder
theorem t (p : Prop) : p := (fun (h : p) => h) _
--# challenge
theorem t (p : Prop) (h : p) : p
--# twin
theorem t (p : Prop) (h : p) : p := by
  apply (show (p → p) ∧ True from ⟨id, trivial⟩).1
  exact h
