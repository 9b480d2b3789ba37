-- A name with a number in it that is none. What is exported is checked to be a name before anything is made of it.
--# challenge
theorem t (n : Nat) : n < n
--# cheat refused: axiom; spoils the worker
open Lean in
unsafe def strangeImpl : Name := .num `helper (unsafeCast (Int.negSucc (2 ^ 70)))
@[implemented_by strangeImpl] opaque strange : Lean.Name
open Lean in
macro "strange!" : command => do
  let name := mkIdent strange
  `(axiom $name : Inhabited (PLift (∀ n : Nat, n < n))
    attribute [instance] $name
    theorem $(mkIdent `t) (n : Nat) : n < n := (default : PLift (∀ n : Nat, n < n)).down n)
strange!
--# challenge
theorem t (n : Nat) : n < n + 1
--# twin
open Lean in
macro "numbered!" : command => do
  let name := mkIdent (.num (.num `helper 18446744073709551616) 0)
  `(instance $name:ident : Inhabited (PLift (∀ n : Nat, n < n + 1)) := ⟨⟨Nat.lt_succ_self⟩⟩
    theorem $(mkIdent `t) (n : Nat) : n < n + 1 := (default : PLift (∀ n : Nat, n < n + 1)).down n)
numbered!
