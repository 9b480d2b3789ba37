-- A `match` in a statement becomes a function that elaborating it defines; the candidate may not put one of its own there.
--# challenge
theorem t : (match (0 : Nat) with | 0 => False | _ => True)
--# cheat refused: redefinition
def t.match_1.{u} (motive : Nat → Sort u) (x : Nat) (_ : Unit → motive 0) (other : (x : Nat) → motive x) : motive x := other x
theorem t : t.match_1 (fun _ => Prop) 0 (fun _ => False) (fun _ => True) := trivial
--# cheat refused: axiom
universe u
axiom t.match_1 : (motive : Nat → Sort u) → (x : Nat) → (Unit → motive 0) → ((x : Nat) → motive x) → motive x
axiom wrong : t.match_1 (fun _ => Prop) 0 (fun _ => False) (fun _ => True)
theorem t : t.match_1 (fun _ => Prop) 0 (fun _ => False) (fun _ => True) := wrong
--# cheat refused: statement
inductive t.match_1 : (Nat → Type) → Nat → (Unit → Prop) → (Nat → Prop) → Prop where
  | yes (m n f g) : t.match_1 m n f g
theorem t : t.match_1 (fun _ => Prop) 0 (fun _ => False) (fun _ => True) := .yes ..
--# challenge
theorem m (n : Nat) : (match n with | 0 => 1 | _ => 2) > 0
--# twin
theorem m (n : Nat) : (match n with | 0 => 1 | _ => 2) > 0 := by split <;> decide
--# twin
theorem m : ∀ n : Nat, (match n with | 0 => 1 | _ => 2) > 0
  | 0 => Nat.zero_lt_one
  | _ + 1 => Nat.zero_lt_succ 1
--# twin
theorem before (n : Nat) : (match n with | 0 => 1 | _ => 2) > 0 := by split <;> decide
theorem m (n : Nat) : (match n with | 0 => 1 | _ => 2) > 0 := before n
--# challenge
theorem i : (if let some x := (some 3) then x else 0) = 3 ∧ ∀ (a : Array Nat) (h : 2 < a.size), a[1] = a[1]
--# twin
theorem i : (if let some x := (some 3) then x else 0) = 3 ∧ ∀ (a : Array Nat) (h : 2 < a.size), a[1] = a[1] :=
  ⟨rfl, fun _ _ => rfl⟩
