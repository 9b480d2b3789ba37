-- Compiled code as a witness. It may compute what it likes: an implementation can lie about the definition it stands for.
--# challenge
theorem t (n : Nat) : n < n
--# cheat refused: axiom; spoils the worker
def lie : Bool := true
@[implemented_by lie] def truth : Bool := false
theorem wrong : truth = true := by native_decide
theorem t (n : Nat) : n < n := absurd wrong (by decide)
--# cheat refused: axiom; spoils the worker
unsafe def quick (n : Nat) : Nat := n + 1
@[implemented_by quick] def middle (n : Nat) : Nat := n
def slow (n : Nat) : Nat := n
@[csimp] theorem slow_eq : @slow = @middle := rfl
theorem wrong : slow 1 = 2 := by native_decide
theorem t (n : Nat) : n < n := absurd wrong (by decide)
--# cheat refused: export; Lean says: Could not find native implementation
@[extern "lean_nat_sub"] def plus (a b : Nat) : Nat := a + b
theorem wrong : plus 3 1 = 2 := by native_decide
theorem t (n : Nat) : n < n := absurd wrong (by decide)
--# challenge
theorem s : 10 ∣ 100
--# cheat refused: axiom
theorem s : 10 ∣ 100 := by native_decide
--# cheat refused: axiom
theorem s : 10 ∣ 100 := by decide +native
--# cheat refused: axiom
theorem helper : 10 ∣ 100 := by native_decide
theorem s : 10 ∣ 100 := helper
--# twin
theorem s : 10 ∣ 100 := by decide
--# twin
theorem s : 10 ∣ 100 := by decide +kernel
