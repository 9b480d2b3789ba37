-- The challenge's own file has a lemma without a proof; a proof may not rest on it.
--# context
theorem useful (n : Nat) : n < n + 1 := sorry
def number : { n : Nat // n = 4 } := ⟨4, sorry⟩
def seven := 7
--# challenge
theorem t (n : Nat) : n < n + 1
--# cheat refused: axiom
theorem useful (n : Nat) : n < n + 1 := sorry
theorem t (n : Nat) : n < n + 1 := useful n
--# cheat refused: axiom
theorem useful (n : Nat) : n < n + 1 := Nat.lt_succ_self n
theorem t (n : Nat) : n < n + 1 := useful n
--# twin
theorem useful (n : Nat) : n < n + 1 := sorry
theorem t (n : Nat) : n < n + 1 := Nat.lt_succ_self n
--# challenge
theorem four : number.1 = 4
--# cheat refused: axiom
def number : { n : Nat // n = 4 } := ⟨4, sorry⟩
theorem four : number.1 = 4 := rfl
--# challenge
theorem t : seven = 7
--# twin
def seven := 7
theorem t : seven = 7 := rfl
