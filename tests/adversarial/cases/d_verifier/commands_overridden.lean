-- The candidate changes what Lean's own commands do: `theorem` states something else, `#print axioms` sees none.
--# challenge
theorem t (n : Nat) : n < n
--# cheat refused: statement
open Lean in
@[macro Lean.Parser.Command.declaration] def weaken : Macro := fun stx => do
  match stx with
  | `(theorem $id:declId $binders* : $_ := $_) => `(def done := 0
                                                    theorem $id $binders* : True := trivial)
  | _ => Macro.throwUnsupported
theorem t (n : Nat) : n < n := any proof will do
--# cheat refused: export; Lean says: declaration uses
open Lean in
macro_rules | `(theorem $id:declId $binders* : $type := $_) => `(theorem $id $binders* : $type := by trivial)
theorem t (n : Nat) : n < n := rfl
--# cheat refused: axiom
macro (priority := high) "#print " "axioms " ident : command => `(#eval "'t' does not depend on any axioms")
axiom cheat (n : Nat) : n < n
theorem t (n : Nat) : n < n := cheat n
#print axioms t
--# cheat refused: export
syntax (priority := high) "theorem " ident " (n : Nat) : n < n := " term : command
macro_rules | `(theorem $_ (n : Nat) : n < n := $_) => `(def unrelated := 0)
theorem t (n : Nat) : n < n := rfl
--# cheat refused: axiom
macro_rules | `(by $_) => `(sorryAx _ false)
theorem t (n : Nat) : n < n := by omega
--# challenge
theorem t (n : Nat) : n < n + 1
--# twin
theorem t (n : Nat) : n < n + 1 := Nat.lt_succ_self n
