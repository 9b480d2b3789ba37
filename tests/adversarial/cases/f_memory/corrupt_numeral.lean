-- A natural number that is negative in memory: the kernel of the same process computes with it what nobody can undo.
--# challenge
theorem t (n : Nat) : n < n
--# cheat refused: kernel; spoils the worker
def Obj := NonScalar
instance : Nonempty Obj := inferInstanceAs (Nonempty NonScalar)
inductive Res | ok (x : Obj) | err (x : Obj)
inductive Lean.Literal | natVal (n : Nat) | strVal (s : String)
def Lean.Elab.Term.TermElab := Lean.Syntax → Option Obj → Obj → Obj → Obj → Obj → Obj → Obj → Obj → Res
@[extern "none"] opaque Lean.Expr.lit._override (l : Lean.Literal) : Obj
unsafe def make (power : Nat) : Obj := Lean.Expr.lit._override (.natVal (unsafeCast (Int.negSucc (2 ^ power))))
@[implemented_by make] opaque makeSafe (power : Nat) : Obj
syntax (name := negative) "negative!" : term
@[term_elab negative] def elabIt : Lean.Elab.Term.TermElab := fun _ _ _ _ _ _ _ _ _ => .ok (makeSafe 70)
theorem square : Nat.mul negative! negative! = Nat.mul 1180591620717411303425 1180591620717411303425 := by decide +kernel
theorem other : ¬ negative! = 1180591620717411303425 := by decide +kernel
theorem t (n : Nat) : n < n := (other (Nat.mul_self_inj.mp square)).elim
--# challenge
theorem s : 1180591620717411303425 * 1180591620717411303425 = 1393796574908163946345982392040522594123776 + 2 * 1180591620717411303424 + 1
--# twin
theorem s : 1180591620717411303425 * 1180591620717411303425 = 1393796574908163946345982392040522594123776 + 2 * 1180591620717411303424 + 1 := by
  decide +kernel
