-- lean4#14806. Whether a field is recursive, and where a type occurs in its own constructors, is found by reducing types; the kernel may find
-- two different answers. Occurrences must be there as written.
--# challenge
theorem t (n : Nat) : n < n + 1
--# cheat refused: inductive
def same (α : Type) : Type := α
set_option genSizeOf false in
inductive Wrapped : Type where
  | stop : Wrapped
  | next (w : same Wrapped) : Wrapped
theorem t (n : Nat) : n < n + 1 := (fun _ => Nat.lt_succ_self n) (Wrapped.next .stop)
--# cheat refused: inductive
def Ignore (_ : Prop) : Prop := True
inductive Negative : Prop where
  | mk (h : Ignore (Negative → False)) : Negative
theorem t (n : Nat) : n < n + 1 := (fun _ => Nat.lt_succ_self n) (Negative.mk trivial)
--# cheat refused: export; Lean says: non positive occurrence
inductive Negative : Type where
  | mk (h : Negative → False) : Negative
theorem t (n : Nat) : n < n + 1 := (fun _ => Nat.lt_succ_self n) Negative.mk
--# twin
inductive Wrapped : Type where
  | stop : Wrapped
  | next (w : Wrapped) : Wrapped
theorem t (n : Nat) : n < n + 1 := (fun _ => Nat.lt_succ_self n) (Wrapped.next .stop)
