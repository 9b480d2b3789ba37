-- What the tactics of the library leave behind: auxiliary lemmas, reflection, compiled decision procedures in the kernel.
--# challenge
theorem t (x y : ℕ) (h : x < y) : 2 * x + 1 < 2 * y
--# twin
theorem t (x y : ℕ) (h : x < y) : 2 * x + 1 < 2 * y := by omega
--# twin
theorem t (x y : ℕ) (h : x < y) : 2 * x + 1 < 2 * y := by grind
--# challenge
theorem s (a b c : ℤ) (h : a + b + c = 0) : a ^ 3 + b ^ 3 + c ^ 3 = 3 * a * b * c
--# twin
theorem s (a b c : ℤ) (h : a + b + c = 0) : a ^ 3 + b ^ 3 + c ^ 3 = 3 * a * b * c := by grind
--# challenge
theorem b (x y : BitVec 8) : x &&& y = y &&& x
--# twin
theorem b (x y : BitVec 8) : x &&& y = y &&& x := by ac_rfl
--# twin
theorem b (x y : BitVec 8) : x &&& y = y &&& x := by ext; simp [Bool.and_comm]
--# challenge
theorem l (xs ys : List ℕ) : (xs ++ ys).length = ys.length + xs.length
--# twin
theorem l (xs ys : List ℕ) : (xs ++ ys).length = ys.length + xs.length := by simp [Nat.add_comm]
--# twin
theorem l (xs ys : List ℕ) : (xs ++ ys).length = ys.length + xs.length := by
  induction xs with
  | nil => rfl
  | cons x xs ih => rw [List.cons_append, List.length_cons, ih, List.length_cons, Nat.add_assoc]
--# challenge
theorem d : ∀ n < 20, n * n % 4 = 0 ∨ n * n % 4 = 1
--# twin
theorem d : ∀ n < 20, n * n % 4 = 0 ∨ n * n % 4 = 1 := by decide
--# twin
theorem d : ∀ n < 20, n * n % 4 = 0 ∨ n * n % 4 = 1 := by decide +kernel
