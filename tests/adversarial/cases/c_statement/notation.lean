-- The statement reads the same, but its symbols mean something else in the candidate's text.
--# challenge
theorem t (n : Nat) : n < n
--# cheat refused: statement
local notation:50 (priority := high) a:51 " < " b:51 => LE.le a b
theorem t (n : Nat) : n < n := Nat.le_refl n
--# cheat refused: statement
local macro_rules | `($x < $y) => `($x ≤ $y)
theorem t (n : Nat) : n < n := Nat.le_refl n
--# cheat refused: statement
infix:50 (priority := high) " < " => fun (a b : Nat) => a = b
theorem t (n : Nat) : n < n := rfl
--# cheat refused: statement
instance : LT Empty := ⟨fun _ _ => False⟩
local macro (priority := high) "Nat" : term => `(Empty)
theorem t (n : Nat) : n < n := n.elim
--# cheat refused: statement
notation (priority := high) "Nat" => Fin 0
theorem t (n : Nat) : n < n := n.elim0
--# cheat refused: statement
macro_rules | `($x < $y) => `((fun _ _ => True) $x $y)
theorem t (n : Nat) : n < n := trivial
--# challenge
theorem u : (2 : ℕ) = 3
--# cheat refused: statement
local notation (priority := high) "ℕ" => Fin 1
theorem u : (2 : ℕ) = 3 := rfl
--# cheat refused: statement
macro_rules | `($a = $b) => `($a ≠ $b)
theorem u : (2 : ℕ) = 3 := by decide
--# challenge
theorem t (n : Nat) : n < n + 1
--# twin
local notation "next " n => n + 1
theorem t (n : Nat) : n < next n := Nat.lt_succ_self n
--# twin
theorem t (m : ℕ) : LT.lt m (HAdd.hAdd m 1) := Nat.lt_succ_self m
