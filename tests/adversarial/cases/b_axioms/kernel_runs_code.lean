-- The constants for which the kernel itself runs compiled code, and the axioms that make their results equations.
--# challenge
theorem s : (decide (10 ∣ 100)) = true
--# cheat refused: axiom
def computed : Bool := decide (10 ∣ 100)
theorem s : (decide (10 ∣ 100)) = true := Lean.ofReduceBool computed true rfl
--# cheat refused: axiom
def computed : Bool := decide (10 ∣ 100)
theorem irrelevant : Lean.reduceBool computed = true := rfl
theorem s : (decide (10 ∣ 100)) = true := by have := irrelevant; decide
--# cheat refused: axiom
theorem s : (decide (10 ∣ 100)) = true := (fun _ : Bool → Bool => by decide) Lean.reduceBool
--# cheat refused: axiom
theorem s : (decide (10 ∣ 100)) = true := (fun _ : True => by decide) Lean.trustCompiler
--# cheat refused: axiom
structure Runner where
  run : Bool → Bool := Lean.reduceBool
theorem s : (decide (10 ∣ 100)) = true := (fun _ : Runner => by decide) {}
--# twin
theorem s : (decide (10 ∣ 100)) = true := by decide
--# challenge
theorem three : 1 + 2 = 3
--# cheat refused: axiom
def three' : Nat := 1 + 2
theorem three : 1 + 2 = 3 := Lean.ofReduceNat three' 3 rfl
--# twin
theorem three : 1 + 2 = 3 := rfl
