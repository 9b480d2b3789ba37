-- Types of a proof's own, of every plain shape.
--# challenge
theorem t (n : Nat) : n < n + 1
--# twin
inductive Light where
  | red | amber | green
  deriving DecidableEq, Repr
theorem Light.all (p : Light → Prop) (r : p .red) (a : p .amber) (g : p .green) : ∀ l, p l
  | .red => r
  | .amber => a
  | .green => g
theorem t (n : Nat) : n < n + 1 := Light.all (fun _ => n < n + 1) (by omega) (by omega) (by omega) .red
--# twin
structure Bound (n : Nat) where
  value : Nat
  isAbove : n < value
def Bound.next (n : Nat) : Bound n where
  value := n + 1
  isAbove := Nat.lt_succ_self n
theorem t (n : Nat) : n < n + 1 := (Bound.next n).isAbove
--# twin
inductive Le (a : Nat) : Nat → Prop where
  | refl : Le a a
  | step {b : Nat} : Le a b → Le a (b + 1)
theorem Le.sound {a b : Nat} (h : Le a b) : a ≤ b := by
  induction h with
  | refl => exact Nat.le_refl a
  | step _ ih => exact Nat.le_succ_of_le ih
theorem t (n : Nat) : n < n + 1 := Le.sound (a := n + 1) .refl
--# twin
universe u
inductive Tree (α : Type u) : Type u where
  | leaf : Tree α
  | node (left : Tree α) (value : α) (right : Tree α) : Tree α
def Tree.size {α : Type u} : Tree α → Nat
  | leaf => 0
  | node l _ r => l.size + 1 + r.size
theorem Tree.size_node {α : Type u} (l : Tree α) (a : α) (r : Tree α) : l.size < (Tree.node l a r).size := by
  simp only [size]; omega
theorem t (n : Nat) : n < n + 1 := by
  have h : ∀ m, ∃ t : Tree Unit, t.size = m := fun m => by
    induction m with
    | zero => exact ⟨.leaf, rfl⟩
    | succ m ih => obtain ⟨t, ht⟩ := ih; exact ⟨.node t () .leaf, by simp [Tree.size, ht]⟩
  obtain ⟨t, rfl⟩ := h n
  exact Tree.size_node t () .leaf
--# twin
inductive Infinite : Type where
  | stop : Infinite
  | wait (next : Nat → Infinite) : Infinite
def Infinite.depth : Infinite → Nat → Nat
  | stop, _ => 0
  | wait next, k => (next k).depth k + 1
theorem t (n : Nat) : n < n + 1 := by
  have := (Infinite.wait fun _ => .stop).depth n
  omega
--# twin
universe u v
structure Both (α : Sort u) (β : α → Sort v) : Sort (max 1 u v) where
  first : α
  second : β first
class Named (α : Type u) where
  name : String
instance : Named Nat := ⟨"number"⟩
structure Person extends Named Nat where
  age : Nat := 3
theorem t (n : Nat) : n < n + 1 := (⟨n, Nat.lt_succ_self n⟩ : Both Nat (fun k => k < k + 1)).second
--# twin
inductive Vec (α : Type) : Nat → Type where
  | nil : Vec α 0
  | cons {n : Nat} (a : α) (rest : Vec α n) : Vec α (n + 1)
def Vec.toList {α : Type} : {n : Nat} → Vec α n → List α
  | _, .nil => []
  | _, .cons a rest => a :: rest.toList
theorem Vec.length {α : Type} : {n : Nat} → (v : Vec α n) → v.toList.length = n
  | _, .nil => rfl
  | _, .cons _ rest => by simp [toList, rest.length]
theorem t (n : Nat) : n < n + 1 := by
  have := (Vec.cons 1 .nil).length
  omega
--# twin
inductive Never : Prop
inductive Only : Prop where | it
inductive Some' (p : Nat → Prop) : Prop where | intro (w : Nat) (h : p w) : Some' p
theorem Some'.any {p : Nat → Prop} {q : Prop} (h : ∀ w, p w → q) : Some' p → q
  | .intro w hw => h w hw
theorem t (n : Nat) : n < n + 1 := Some'.any (p := fun k => k = n + 1) (fun _ _ => Nat.lt_succ_self n) ⟨_, rfl⟩
