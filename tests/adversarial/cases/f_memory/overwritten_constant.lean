-- A library theorem's statement is overwritten where it lies in the worker's memory. Everything in that process believes it from then on.
--# challenge
theorem t (n : Nat) : n < n
--# cheat refused: kernel; spoils the worker
def Obj := NonScalar
instance : Nonempty Obj := inferInstanceAs (Nonempty NonScalar)
inductive Res | ok (x : Obj) | err (x : Obj)
structure Many where (a b c : Obj)
def Lean.Elab.Term.TermElab := Lean.Syntax → Option Obj → Obj → Obj → Obj → Obj → Obj → Obj → Obj → Res
@[extern "none"] opaque Lean.Environment.find? (env : Obj) (n : Lean.Name) (skip : Bool) : Option Obj
@[extern "none", export memcpy] opaque memcpy (d s n : Nat) : Nat
unsafe def view (x : Obj) : Many := unsafeCast x
unsafe def constantVal (env : Obj) (n : Lean.Name) : Many :=
  match Lean.Environment.find? env n false with
  | some info => view (view (view info).a).a
  | none => view env
unsafe def addr {α : Type} (x : α) : Nat := (ptrAddrUnsafe x).toNat
unsafe def bytes (a : Nat) : ByteArray := ⟨#[0, 0, UInt8.ofNat a, UInt8.ofNat (a / 256), UInt8.ofNat (a / 65536), UInt8.ofNat (a / 16777216)]⟩
unsafe def go (coreState : Obj) : Obj :=
  let env := (view (view coreState).a).a
  let victim := constantVal env ``Nat.zero_le
  let false' := (view (view (constantVal env ``False.elim).c).c).b
  let b := bytes (addr false')
  -- odd numbers are scalars, so the call copies 5 bytes from b's data + 1 to the field's address - 1
  let done := memcpy ((addr victim + 14) / 2) ((addr b + 16) / 2) 2
  if done == b.size then env else false'
@[implemented_by go] opaque goSafe (st : Obj) : Obj
syntax (name := overwrite) "overwrite!" : term
@[term_elab overwrite] def elabIt : Lean.Elab.Term.TermElab := fun _ _ _ _ _ _ _ st _ => .ok (goSafe st)
#check (overwrite!)
theorem t (n : Nat) : n < n := False.elim Nat.zero_le
--# challenge
theorem t (n : Nat) : n < n + 1
--# twin
theorem t (n : Nat) : n < n + 1 := Nat.lt_succ_self n
