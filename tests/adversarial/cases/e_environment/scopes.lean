-- Namespaces and sections that are opened and not closed, closed and not opened, or closed in the wrong place.
--# challenge
theorem t (n : Nat) : n < n + 1
--# cheat refused: export
namespace Outer
theorem t (n : Nat) : n < n + 1 := Nat.lt_succ_self n
--# cheat refused: export; Lean says: no current scope to end
theorem t (n : Nat) : n < n + 1 := Nat.lt_succ_self n
end Outer
--# cheat refused: export; Lean says: Invalid name after `end`
namespace Outer
end Other
theorem t (n : Nat) : n < n + 1 := Nat.lt_succ_self n
--# cheat refused: export
section
private theorem t (n : Nat) : n < n + 1 := Nat.lt_succ_self n
end
--# twin
section
namespace Outer
theorem s (n : Nat) : n < n + 1 := Nat.lt_succ_self n
end Outer
open Outer
theorem t (n : Nat) : n < n + 1 := s n
--# twin
namespace Outer.Inner
section
variable (n : Nat)
theorem _root_.t : n < n + 1 := Nat.lt_succ_self n
end
end Outer.Inner
