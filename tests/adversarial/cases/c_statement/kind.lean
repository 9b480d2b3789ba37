-- Something of the right name and type that is no theorem.
--# challenge
theorem t (n : Nat) : n = n
--# cheat refused: export
def t (n : Nat) : n = n := rfl
--# cheat refused: export
axiom t (n : Nat) : n = n
--# cheat refused: export
abbrev t (n : Nat) : n = n := rfl
--# cheat refused: export
opaque t (n : Nat) : n = n := rfl
--# cheat refused: export
unsafe def t (n : Nat) : n = n := rfl
--# cheat refused: export
inductive t : Nat → Prop where | mk (n : Nat) : t n
--# cheat refused: export
structure t (n : Nat) : Prop where h : n = n
--# cheat refused: export
class inductive t (n : Nat) : Prop where | mk : t n
--# cheat refused: export
notation "t" => fun (n : Nat) => (rfl : n = n)
--# twin
theorem t (n : Nat) : n = n := rfl
--# twin
instance t (n : Nat) : n = n := rfl
