-- The candidate's instances change what the statement's operations are.
--# challenge
theorem t (n : Nat) : n < n
--# cheat refused: statement
instance : LT Nat := ⟨fun _ _ => True⟩
theorem t (n : Nat) : n < n := trivial
--# cheat refused: statement
attribute [-instance] instLTNat
local instance friendly : LT Nat := ⟨Nat.le⟩
theorem t (n : Nat) : n < n := Nat.le_refl n
--# challenge
theorem u : (2 : Nat) + 2 = 5
--# cheat refused: statement
local instance : HAdd Nat Nat Nat := ⟨fun _ _ => 5⟩
theorem u : (2 : Nat) + 2 = 5 := rfl
--# cheat refused: statement
local instance (priority := high) (n : Nat) : OfNat Nat n := ⟨0⟩
theorem u : (2 : Nat) + 2 = 5 := rfl
--# cheat refused: statement
@[default_instance] instance : Add Nat := ⟨fun _ _ => 5⟩
theorem u : (2 : Nat) + 2 = 5 := rfl
--# challenge
theorem d (p : Prop) [Decidable p] : (if p then 1 else 1) = 1
--# cheat refused: statement
open Classical in
theorem d (p : Prop) : (if p then 1 else 1) = 1 := by split <;> rfl
--# twin
theorem d (p : Prop) [Decidable p] : (if p then 1 else 1) = 1 := by split <;> rfl
--# challenge
theorem t (n : Nat) : n < n + 1
--# twin
local instance unrelated : LT Bool := ⟨fun _ _ => True⟩
theorem t (n : Nat) : n < n + 1 := Nat.lt_succ_self n
