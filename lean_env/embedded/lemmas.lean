/-
Lemmas that the symbolic policy leans on, proved in core Lean. A printed proof carries those that it uses as source text, so
nothing here depends on the prelude's notation or options, each declaration stands alone between blank lines, and none uses another
that comes after it.
-/
namespace Entail

theorem step_lt {P : Nat → Prop} {N : Nat} (h : P N) (rest : ∀ x, x < N → P x) : ∀ x, x < N + 1 → P x := by
  intro x hx
  rcases Nat.lt_succ_iff_lt_or_eq.mp hx with hx | hx
  · exact rest x hx
  · rw [hx]; exact h

theorem stop_lt {P : Nat → Prop} : ∀ x, x < 0 → P x :=
  fun _ h => absurd h (Nat.not_lt_zero _)

theorem nat_shift {x : Nat} (lo n : Nat) (h1 : lo ≤ x) (h2 : x < lo + n) : ∃ k : Nat, k < n ∧ x = lo + k :=
  ⟨x - lo, by omega, by omega⟩

theorem int_shift {x : Int} (lo : Int) (n : Nat) (h1 : lo ≤ x) (h2 : x < lo + n) : ∃ k : Nat, k < n ∧ x = lo + k :=
  ⟨(x - lo).toNat, by omega, by omega⟩

theorem int_natural {x : Int} (n : Nat) (h1 : 0 ≤ x) (h2 : x < n) : ∃ k : Nat, k < n ∧ x = k :=
  ⟨x.toNat, by omega, by omega⟩

theorem add_residue {a b r s m : Nat} (h : a % m = r % m) (k : b % m = s % m) : (a + b) % m = (r + s) % m := by
  rw [Nat.add_mod, h, k, ← Nat.add_mod]

theorem mul_residue {a b r s m : Nat} (h : a % m = r % m) (k : b % m = s % m) : (a * b) % m = (r * s) % m := by
  rw [Nat.mul_mod, h, k, ← Nat.mul_mod]

theorem pow_residue {a r m : Nat} (h : a % m = r % m) (n : Nat) : (a ^ n) % m = (r ^ n) % m := by
  rw [Nat.pow_mod, h, ← Nat.pow_mod]

theorem int_add_residue {a b r s m : Int} (h : a % m = r % m) (k : b % m = s % m) : (a + b) % m = (r + s) % m := by
  rw [Int.add_emod, h, k, ← Int.add_emod]

theorem int_sub_residue {a b r s m : Int} (h : a % m = r % m) (k : b % m = s % m) : (a - b) % m = (r - s) % m := by
  rw [Int.sub_emod, h, k, ← Int.sub_emod]

theorem int_neg_residue {a r m : Int} (h : a % m = r % m) : (-a) % m = (-r) % m := by
  have := int_sub_residue (a := 0) (r := 0) (m := m) rfl h
  simpa using this

theorem int_mul_residue {a b r s m : Int} (h : a % m = r % m) (k : b % m = s % m) : (a * b) % m = (r * s) % m := by
  rw [Int.mul_emod, h, k, ← Int.mul_emod]

theorem int_pow_residue {a r m : Int} (h : a % m = r % m) (n : Nat) : (a ^ n) % m = (r ^ n) % m := by
  induction n with
  | zero => simp
  | succ n ih => rw [Int.pow_succ, Int.pow_succ]; exact int_mul_residue ih h

theorem pow_cycle {b m p s i v : Nat} (cycle : b ^ (s + p) % m = b ^ s % m) {n : Nat} (hn : s ≤ n) (hi : (n - s) % p = i)
    (hv : b ^ (s + i) % m = v) : b ^ n % m = v := by
  have key : ∀ q t, b ^ (s + p * q + t) % m = b ^ (s + t) % m := by
    intro q
    induction q with
    | zero => intro t; simp
    | succ q ih =>
      intro t
      have e : s + p * (q + 1) + t = (s + p) + (p * q + t) := by rw [Nat.mul_add]; omega
      rw [e, Nat.pow_add, Nat.mul_mod, cycle, ← Nat.mul_mod, ← Nat.pow_add, ← Nat.add_assoc]
      exact ih t
  have e : n = s + p * ((n - s) / p) + (n - s) % p := by have := Nat.div_add_mod (n - s) p; omega
  rw [← hv, ← hi, ← key ((n - s) / p), ← e]

theorem int_pow_cycle {b m : Int} {p s i : Nat} {v : Int} (cycle : b ^ (s + p) % m = b ^ s % m) {n : Nat} (hn : s ≤ n)
    (hi : (n - s) % p = i) (hv : b ^ (s + i) % m = v) : b ^ n % m = v := by
  have key : ∀ q t, b ^ (s + p * q + t) % m = b ^ (s + t) % m := by
    intro q
    induction q with
    | zero => intro t; simp
    | succ q ih =>
      intro t
      have e : s + p * (q + 1) + t = (s + p) + (p * q + t) := by rw [Nat.mul_add]; omega
      rw [e, Int.pow_add, Int.mul_emod, cycle, ← Int.mul_emod, ← Int.pow_add, ← Nat.add_assoc]
      exact ih t
  have e : n = s + p * ((n - s) / p) + (n - s) % p := by have := Nat.div_add_mod (n - s) p; omega
  rw [← hv, ← hi, ← key ((n - s) / p), ← e]

theorem pow_value {b v n j : Nat} (h : n = j) (hv : b ^ j = v) : b ^ n = v := by
  rw [h, hv]

theorem int_pow_value {b v : Int} {n j : Nat} (h : n = j) (hv : b ^ j = v) : b ^ n = v := by
  rw [h, hv]

theorem exponent_lt {b v N c : Nat} (hb : 1 < b) (h : b ^ v ≤ c) (h2 : c < b ^ N) : v < N :=
  (Nat.pow_lt_pow_iff_right hb).1 (Nat.lt_of_le_of_lt h h2)

theorem gcd_dvd_sub {d a b : Nat} (u v : Nat) (h1 : d ∣ a) (h2 : d ∣ b) : d ∣ u * a - v * b :=
  Nat.dvd_sub (Nat.dvd_mul_left_of_dvd h1 u) (Nat.dvd_mul_left_of_dvd h2 v)

theorem solve_nat {v a p q : Nat} (ha : 0 < a) (h : v * a + q = p) : v = (p - q) / a := by
  have e : v * a = p - q := by omega
  rw [← e, Nat.mul_div_cancel _ ha]

theorem solve_int {v a r : Int} (ha : a ≠ 0) (h : v * a = r) : v = r / a := by
  rw [← h, Int.mul_ediv_cancel _ ha]

theorem two_step {P : Nat → Prop} (h0 : P 0) (h1 : P 1) (step : ∀ n, P n → P (n + 1) → P (n + 2)) (n : Nat) : P n := by
  have key : P n ∧ P (n + 1) := by
    induction n with
    | zero => exact ⟨h0, h1⟩
    | succ n ih => exact ⟨ih.2, step n ih.1 ih.2⟩
  exact key.1

theorem divisor_le {a b c : Nat} (h : a * b = c) (hc : 0 < c) : a ≤ c ∧ 0 < a := by
  subst h
  exact ⟨Nat.le_mul_of_pos_right a (Nat.pos_of_mul_pos_left hc), Nat.pos_of_mul_pos_right hc⟩

theorem int_divisor_le {a b c n : Int} (h : a * b = c) (hc : c ≠ 0) (h1 : c ≤ n) (h2 : -n ≤ c) : a ≤ n ∧ -n ≤ a := by
  have d : a.natAbs ∣ c.natAbs := ⟨b.natAbs, by rw [← h, Int.natAbs_mul]⟩
  have := Nat.le_of_dvd (by omega) d
  omega

theorem nat_divisor {a b c m : Nat} (h : a * b = c) (hc : 0 < c) (hm : c = m) : ∃ k : Nat, k < m + 1 ∧ k ∣ m ∧ a = k := by
  subst hm h
  exact ⟨a, Nat.lt_succ_of_le (Nat.le_of_dvd hc ⟨b, rfl⟩), ⟨b, rfl⟩, rfl⟩

theorem int_divisor {a b c : Int} {m : Nat} (h : a * b = c) (hc : c ≠ 0) (hm : c.natAbs = m) :
    ∃ k : Nat, k < m + 1 ∧ k ∣ m ∧ (a = k ∨ a = -(k : Int)) := by
  have d : a.natAbs ∣ m := ⟨b.natAbs, by rw [← hm, ← h, Int.natAbs_mul]⟩
  exact ⟨a.natAbs, Nat.lt_succ_of_le (Nat.le_of_dvd (by omega) d), d, by omega⟩

theorem int_le_mul_right {a b : Int} (ha : 0 ≤ a) (hb : 1 ≤ b) : a ≤ a * b := by
  have := Int.mul_le_mul_of_nonneg_left hb ha
  omega

theorem int_le_mul_left {a b : Int} (ha : 1 ≤ a) (hb : 0 ≤ b) : b ≤ a * b := by
  have := Int.mul_le_mul_of_nonneg_right ha hb
  omega

theorem int_le_pow {a : Int} {n : Nat} (ha : 0 ≤ a) (hn : n ≠ 0) : a ≤ a ^ n := by
  obtain ⟨k, rfl⟩ := Int.eq_ofNat_of_zero_le ha
  exact_mod_cast Nat.le_self_pow hn k

theorem int_square_ge (a : Int) : 0 ≤ a ^ 2 ∧ a ≤ a ^ 2 ∧ -a ≤ a ^ 2 := by
  have e : a ^ 2 = ((a.natAbs ^ 2 : Nat) : Int) := by rw [Int.natCast_pow, Int.natAbs_pow_two]
  have := Nat.le_self_pow (n := 2) (by decide) a.natAbs
  omega

theorem periodic {f : Nat → Int} {s p : Nat} (step : ∀ n, s ≤ n → f (n + p) = f n) (n q : Nat) (hn : s ≤ n) :
    f (n + p * q) = f n := by
  induction q with
  | zero => rfl
  | succ q ih => rw [Nat.mul_succ, ← Nat.add_assoc, step _ (Nat.le_trans hn (Nat.le_add_right _ _)), ih]

end Entail
