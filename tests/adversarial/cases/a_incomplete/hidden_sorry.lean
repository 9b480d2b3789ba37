-- Tactics that suggest something close the goal with a sorry: no goal and no error is left.
--# challenge
theorem t (p : Prop) : p
--# cheat refused: axiom
theorem t (p : Prop) : p := by grind?
--# cheat refused: axiom
theorem t (p : Prop) : p := by apply?
--# cheat refused: axiom
theorem t (p : Prop) : p := by first | assumption | rw?
--# challenge
theorem t (p : Prop) (h : p) : p
--# twin
theorem t (p : Prop) (h : p) : p := by exact?
--# twin
theorem t (p : Prop) (h : p) : p := by grind?
