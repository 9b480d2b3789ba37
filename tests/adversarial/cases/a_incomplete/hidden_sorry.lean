-- Tactics that suggest something close the goal with a sorry: no goal and no error is left.
--# challenge
theorem t (p : Prop) : p
--# cheat refused: axiom
theorem t (p : Prop) : p := by grind?
--# challenge
theorem t (p q : Prop) (h : q → p) : p
--# cheat refused: axiom
set_option maxHeartbeats 20000 in
theorem t (p q : Prop) (h : q → p) : p := by apply?
--# challenge
theorem t (p : Prop) (h : p) : p
--# twin
theorem t (p : Prop) (h : p) : p := by grind?
