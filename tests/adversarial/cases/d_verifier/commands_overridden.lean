-- The candidate changes what Lean's own commands do: `theorem` states something else, `#print axioms` sees none.
--# challenge
theorem t (n : Nat) : n < n
--# cheat refused: statement
macro_rules
  | `(theorem $id:ident (n : Nat) : n < n := $_) => `(theorem $id:ident (n : Nat) : True := trivial)
theorem t (n : Nat) : n < n := any
--# cheat refused: axiom
macro (priority := high) "#print " "axioms " ident : command => `(#eval "'t' does not depend on any axioms")
axiom cheat (n : Nat) : n < n
theorem t (n : Nat) : n < n := cheat n
#print axioms t
--# cheat refused: export
macro_rules
  | `(theorem $_:ident (n : Nat) : n < n := $_) => `(def unrelated := 0)
theorem t (n : Nat) : n < n := any
--# cheat refused: axiom
macro_rules | `(by $_) => `(sorryAx _ false)
theorem t (n : Nat) : n < n := by omega
--# challenge
theorem t (n : Nat) : n < n + 1
--# twin
theorem t (n : Nat) : n < n + 1 := Nat.lt_succ_self n
