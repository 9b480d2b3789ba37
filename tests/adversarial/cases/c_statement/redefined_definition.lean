-- The statement is the same expression, but a definition in it is another one in the candidate's text.
--# context
def big (n : Nat) : Prop := 100 < n
structure Pair where
  a : Nat
  b : Nat
inductive Colour where
  | red | green
class Size (α : Type) where size : Nat
instance : Size Bool := ⟨2⟩
opaque secret : Nat
abbrev Number := Nat
--# challenge
theorem t : big 7
--# cheat refused: kernel
def big (_ : Nat) : Prop := True
theorem t : big 7 := trivial
--# cheat refused: malformed
inductive big : Nat → Prop where | intro (n : Nat) : big n
theorem t : big 7 := (fun h => (h : big 7)) (.intro 7)
--# cheat refused: kernel or axiom
axiom big : Nat → Prop
axiom all : ∀ n, big n
theorem t : big 7 := all 7
--# challenge
theorem p (x y : Pair) (h : x.a = y.a) : x = y
--# cheat refused: kernel
structure Pair where
  a : Nat
theorem p (x y : Pair) (h : x.a = y.a) : x = y := by cases x; cases y; simp_all
--# challenge
theorem c (x : Colour) : x = .red
--# cheat refused: kernel
inductive Colour where
  | red
theorem c (x : Colour) : x = .red := by cases x; rfl
--# challenge
theorem s : Size.size Bool = 3
--# cheat refused: kernel
class Size (α : Type) where size : Nat
instance instSizeBool : Size Bool := ⟨3⟩
theorem s : Size.size Bool = 3 := rfl
--# challenge
theorem o : secret = 0
--# cheat refused: kernel
def secret : Nat := 0
theorem o : secret = 0 := rfl
--# challenge
theorem n : ∀ x : Number, x = 0
--# cheat refused: statement
abbrev Number := Fin 1
theorem n : ∀ x : Number, x = 0 := fun x => Subsingleton.elim x 0
--# challenge
theorem ok : big 101 ∧ Size.size Bool = 2 ∧ ∀ x : Colour, x = .red ∨ x = .green
--# twin
def big (n : Nat) : Prop := 100 < n
inductive Colour where
  | red | green
class Size (α : Type) where size : Nat
instance : Size Bool := ⟨2⟩
theorem ok : big 101 ∧ Size.size Bool = 2 ∧ ∀ x : Colour, x = .red ∨ x = .green := by
  refine ⟨by unfold big; omega, rfl, fun x => ?_⟩
  cases x <;> simp
