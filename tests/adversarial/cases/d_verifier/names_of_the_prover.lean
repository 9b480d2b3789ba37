-- Names that the check makes for itself, or that belong to the theorem, are taken already.
--# challenge
theorem t (n : Nat) : n < n
--# cheat refused: axiom
theorem t._proof_1 : False := sorry
theorem t (n : Nat) : n < n := t._proof_1.elim
--# cheat refused: axiom
axiom «entail checks this» : False
theorem t.«entail checks this» : False := _root_.«entail checks this»
theorem t (n : Nat) : n < n := t.«entail checks this».elim
--# cheat refused: axiom
theorem x : False := sorry
theorem t (n : Nat) : n < n := x.elim
--# challenge
theorem t (n : Nat) : n < n + 1
--# twin
theorem t._proof_1 : True := trivial
theorem t.«entail checks this» : True := trivial
theorem x : True := trivial
theorem t (n : Nat) : n < n + 1 := (fun _ _ _ => Nat.lt_succ_self n) t._proof_1 t.«entail checks this» x
