-- What a proof may bring along: lemmas, definitions, recursion, notation, instances, private names, local declarations.
--# challenge
theorem t (n : Nat) : n < n + 1
--# twin
theorem t (n : Nat) : n < n + 1 := by
  have : ∀ k, k < k + 1 := helper
  exact this n
where
  helper : ∀ k : Nat, k < k + 1
    | 0 => Nat.zero_lt_one
    | k + 1 => Nat.succ_lt_succ (helper k)
--# twin
mutual
theorem even (n : Nat) : n < n + 1 := match n with
  | 0 => by decide
  | n + 1 => Nat.succ_lt_succ (odd n)
theorem odd (n : Nat) : n < n + 1 := match n with
  | 0 => by decide
  | n + 1 => Nat.succ_lt_succ (even n)
end
theorem t (n : Nat) : n < n + 1 := even n
--# twin
def half (n : Nat) : Nat := if h : n < 2 then 0 else half (n - 2) + 1
termination_by n
theorem half_le (n : Nat) : half n ≤ n := by
  induction n using half.induct with
  | case1 n h => unfold half; simp [h]
  | case2 n h ih => unfold half; simp [h]; omega
theorem t (n : Nat) : n < n + 1 := by
  have := half_le n
  omega
--# twin
private def secret (n : Nat) : Nat := n
local infix:50 " ≺ " => Nat.lt
private theorem lift (n : Nat) : secret n ≺ n + 1 := Nat.lt_succ_self n
theorem t (n : Nat) : n < n + 1 := lift n
--# twin
open Classical in
theorem t (n : Nat) : n < n + 1 := by
  rcases Classical.em (n = 0) with h | h
  · subst h; decide
  · grind
--# twin
@[simp] theorem simple (n : Nat) : (n < n + 1) = True := eq_true (Nat.lt_succ_self n)
@[reducible, inline] def same (n : Nat) := n
set_option maxHeartbeats 400000 in
@[irreducible] def hidden (n : Nat) := n
theorem t (n : Nat) : n < n + 1 := by simp
--# twin
theorem t (n : Nat) : n < n + 1 :=
  let rec go (k : Nat) : k < k + 1 := match k with
    | 0 => by decide
    | k + 1 => Nat.succ_lt_succ (go k)
  calc n < n + 1 := go n
    _ = n + 1 := rfl
--# twin
partial def unrelated (n : Nat) : Nat := unrelated (n + 1)
unsafe def alsoUnrelated : Nat := unsafeCast 3
axiom andThis : False
theorem notThis : 1 = 2 := sorry
theorem t (n : Nat) : n < n + 1 := by exact Nat.lt_succ_self n
--# twin
abbrev N := Nat
def Between (a b : N) : Prop := ∃ m, a < m ∧ m < b + 1
instance : Inhabited (Between 0 1 → True) := ⟨fun _ => trivial⟩
noncomputable def witness (h : Between 0 1) : N := Classical.choose h
theorem t (n : Nat) : n < n + 1 := by
  have h : Between 0 1 := ⟨1, by decide, by decide⟩
  have := Classical.choose_spec h
  omega
