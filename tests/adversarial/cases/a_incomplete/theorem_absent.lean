-- The text is fine, but the theorem is not in it: missing, renamed, in a namespace, private, in a comment, behind the end.
--# challenge
theorem t (n : Nat) : n < n + 1
--# cheat refused: export
theorem s (n : Nat) : n < n + 1 := Nat.lt_succ_self n
--# cheat refused: export
namespace Mine
theorem t (n : Nat) : n < n + 1 := Nat.lt_succ_self n
end Mine
--# cheat refused: export
private theorem t (n : Nat) : n < n + 1 := Nat.lt_succ_self n
--# cheat refused: export
/- theorem t (n : Nat) : n < n + 1 := Nat.lt_succ_self n -/
def s := 0
--# cheat refused: export
example (n : Nat) : n < n + 1 := Nat.lt_succ_self n
--# cheat refused: export; Lean says: unterminated
/- theorem t (n : Nat) : n < n + 1 := Nat.lt_succ_self n
--# cheat refused: export
#exit
theorem t (n : Nat) : n < n + 1 := Nat.lt_succ_self n
--# cheat refused: export
-- theorem t (n : Nat) : n < n + 1 := Nat.lt_succ_self n
def s := "theorem t (n : Nat) : n < n + 1 := Nat.lt_succ_self n"
--# cheat refused: export; Lean says: expected command
theorem_t
--# cheat refused: export
open Nat in
section
variable (n : Nat)
end
--# cheat refused: export
theorem «t » (n : Nat) : n < n + 1 := Nat.lt_succ_self n
theorem «.t» (n : Nat) : n < n + 1 := Nat.lt_succ_self n
theorem T (n : Nat) : n < n + 1 := Nat.lt_succ_self n
--# twin
namespace Mine
theorem _root_.t (n : Nat) : n < n + 1 := Nat.lt_succ_self n
end Mine
--# twin
theorem «t» (n : Nat) : n < n + 1 := Nat.lt_succ_self n
#exit
theorem nonsense
