-- Axioms whose names look like the three that are allowed.
--# challenge
theorem t (n : Nat) : n < n
--# cheat refused: axiom
axiom «Classical.choice» : ∀ n : Nat, n < n
theorem t (n : Nat) : n < n := «Classical.choice» n
--# cheat refused: axiom
axiom «propext​» : ∀ n : Nat, n < n
theorem t (n : Nat) : n < n := «propext​» n
--# cheat refused: axiom
namespace Mine
axiom propext : ∀ n : Nat, n < n
theorem _root_.t (n : Nat) : n < n := propext n
end Mine
--# cheat refused: axiom
namespace Classical.choice
axiom extra : ∀ n : Nat, n < n
end Classical.choice
theorem t (n : Nat) : n < n := Classical.choice.extra n
--# cheat refused: axiom
axiom «Quot.sound : a» : ∀ n : Nat, n < n
theorem t (n : Nat) : n < n := «Quot.sound : a» n
--# cheat refused: axiom
open Lean in
macro "smuggled" : command => do
  let name := mkIdent (.mkSimple "propext\n['propext', 'Classical.choice', 'Quot.sound']\npropext")
  `(axiom $name : ∀ n : Nat, n < n
    theorem $(mkIdent `t) (n : Nat) : n < n := $name n)
smuggled
--# cheat refused: export; Lean says: already been declared
axiom propext : ∀ n : Nat, n < n
theorem t (n : Nat) : n < n := propext n
--# challenge
theorem t (n : Nat) : n < n + 1
--# twin
theorem «Classical.choice» (n : Nat) : n < n + 1 := Nat.lt_succ_self n
theorem t (n : Nat) : n < n + 1 := «Classical.choice» n
