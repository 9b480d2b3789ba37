-- Names and headers in every spelling that Lean has.
--# challenge
theorem t.{u}(α : Type u)(a : α) : a = a
--# twin
theorem t.{u} (α : Type u) (a : α) : a = a := rfl
--# challenge
theorem t': 1 = 1
--# twin
theorem t' : 1 = 1 := rfl
--# twin
theorem t': 1 = 1 := by rfl
--# challenge
theorem «a name (with : all) sorts» (n : ℕ) : n = n
--# twin
theorem «a name (with : all) sorts» (n : ℕ) : n = n := rfl
--# challenge
theorem Aσ.σ₁_is'fine! {n : ℕ} [h : Inhabited (n = n)] ⦃m : ℤ⦄ : m = m
--# twin
theorem Aσ.σ₁_is'fine! {n : ℕ} [h : Inhabited (n = n)] ⦃m : ℤ⦄ : m = m := rfl
--# twin
namespace Aσ
theorem σ₁_is'fine! {n : ℕ} [Inhabited (n = n)] ⦃m : ℤ⦄ : m = m := rfl
end Aσ
--# challenge
theorem x.«1».«a.b» : ∀ (h : 1 = 1 := by rfl), h = h
--# twin
theorem x.«1».«a.b» : ∀ (h : 1 = 1 := by rfl), h = h := fun _ => rfl
--# challenge
theorem «日本» (x : ℕ) (h : 0 < x) :
    x ≠ 0 -- a comment
--# twin
theorem «日本» (x : ℕ) (h : 0 < x) : x ≠ 0 := Nat.pos_iff_ne_zero.mp h
--# challenge
theorem s : "a\n  \"b\" 😀 é" = "a
  \"b\" 😀 é"
--# twin
theorem s : "a\n  \"b\" 😀 é" = "a
  \"b\" 😀 é" := rfl
