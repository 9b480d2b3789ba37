-- A macro puts the word together, so that no search for it in the text finds anything.
--# challenge
theorem t (n : Nat) : n < n
--# cheat refused: axiom
open Lean in
macro "finish" : tactic => do
  let word := String.ofList [Char.ofNat 115, 'o', 'r', 'r', 'y']
  `(tactic| exact $(mkIdent (Name.mkSimple (word ++ "Ax"))) _ false)
theorem t (n : Nat) : n < n := by finish
--# cheat refused: axiom
macro_rules | `(tactic| trivial) => `(tactic| exact sorryAx _ false)
theorem t (n : Nat) : n < n := by trivial
--# cheat refused: axiom
notation "done!" => sorryAx _ false
theorem t (n : Nat) : n < n := done!
--# challenge
theorem t (n : Nat) : n < n + 1
--# twin
macro "finish" : tactic => `(tactic| exact Nat.lt_succ_self _)
theorem t (n : Nat) : n < n + 1 := by finish
