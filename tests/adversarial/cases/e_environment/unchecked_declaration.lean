-- A metaprogram adds a proof of False to the environment past the kernel. The embedded library is without `Lean`, but who declares one of its
-- functions under its own name can call it.
--# challenge
theorem t (n : Nat) : n < n
--# cheat refused: kernel; spoils the worker
def Obj := NonScalar
instance : Nonempty Obj := inferInstanceAs (Nonempty NonScalar)
inductive Res | ok (x : Obj) | err (x : Obj)
structure Many where (a b c : Obj)
structure TypedName where (name : Lean.Name) (levels : List Lean.Name) (type : Obj)
structure Theorem where (constant : TypedName) (value : Obj) (all : List Lean.Name)
inductive Decl | axiomDecl (v : Theorem) | defnDecl (v : Theorem) | thmDecl (v : Theorem)
def Lean.Elab.Term.TermElab := Lean.Syntax → Option Obj → Obj → Obj → Obj → Obj → Obj → Obj → Obj → Res
@[extern "none"] opaque Lean.Environment.addDeclCore (env : Obj) (h : USize) (decl : Decl) (tk : Option Obj) (check : Bool) : Except Obj Obj
@[extern "none"] opaque Lean.Expr.const._override (n : Lean.Name) (ls : List Obj) : Obj
@[extern "none", export memcpy] opaque memcpy (d s n : Nat) : Nat
unsafe def view (x : Obj) : Many := unsafeCast x
unsafe def addr {α : Type} (x : α) : Nat := (ptrAddrUnsafe x).toNat
unsafe def bytes (a : Nat) : ByteArray := ⟨#[0, 0, UInt8.ofNat a, UInt8.ofNat (a / 256), UInt8.ofNat (a / 65536), UInt8.ofNat (a / 16777216)]⟩
unsafe def go (coreState : Obj) : Obj :=
  let state := (view coreState).a
  let cheat := .thmDecl ⟨⟨`cheat, [], Lean.Expr.const._override ``False []⟩, Lean.Expr.const._override ``True.intro [], [`cheat]⟩
  match Lean.Environment.addDeclCore (view state).a 0 cheat none false with
  | .error e => (dbgTrace "error" fun _ => Lean.Expr.const._override ``False [])
  | .ok env =>
    let env := (unsafeCast (Runtime.markPersistent env : BaseIO Obj) : Unit → Obj) ()
    let b := bytes (addr env)
    let done := memcpy ((addr state + 6) / 2) ((addr b + 16) / 2) 2
    if done == b.size then env else Lean.Expr.const._override ``True []
@[implemented_by go] opaque goSafe (st : Obj) : Obj
syntax (name := add) "add!" : term
@[term_elab add] def elabIt : Lean.Elab.Term.TermElab := fun _ _ _ _ _ _ _ st _ => .ok (goSafe st)
def keep : Prop := add!
theorem t (n : Nat) : n < n := cheat.elim
--# cheat refused: export; Lean says: include `import Lean
run_cmd Lean.Elab.Command.liftCoreM do
  Lean.addDecl (.axiomDecl { name := `cheat, levelParams := [], type := .const ``False [], isUnsafe := false })
theorem t (n : Nat) : n < n := cheat.elim
--# cheat refused: export; Lean says: Unknown constant `Lean.Elab.Term.TermElab`
elab "cheat" : term => return .const ``True.intro []
theorem t (n : Nat) : n < n := cheat
--# cheat refused: export; Lean says: unexpected token 'private'
open private Lean.Environment.mk from Lean.Environment
theorem t (n : Nat) : n < n := by trivial
--# challenge
theorem t (n : Nat) : n < n + 1
--# twin
theorem t (n : Nat) : n < n + 1 := Nat.lt_succ_self n
