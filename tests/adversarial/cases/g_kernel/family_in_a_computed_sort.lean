-- lean4#14807. `Owner h` lives in a sort that reduces to Prop for a variable h and is stuck for one closed proof. This Lean's kernel then
-- forgets that it is a proposition, and lets a Bool out of it (test_export_attacks.py goes all the way to False). So families whose sort is
-- not there as written are not admitted, whatever is proved with them, in proofs and in a challenge's context.
--# challenge
theorem t (n : Nat) : n < n + 1
--# cheat refused: inductive
def step (x : Bool) (n : Nat) (ih : (m : Nat) → m < n → Bool) : Bool :=
  match n with
  | 0 => x
  | k + 1 => ih k (Nat.lt_succ_self k)
noncomputable def run (x : Bool) (n : Nat) (h : Acc (· < ·) n) : Bool := Acc.rec (fun m _ => step x m) h
opaque seed : Acc (fun (a b : Nat) => a < b) 1 := Nat.lt_wfRel.wf.apply 1
noncomputable def a := run false 1 seed
noncomputable def b := run false 1 (Acc.intro 1 fun _ => Acc.inv seed)
noncomputable def c := run false 0 (Acc.inv seed (Nat.lt_succ_self 0))
theorem run_eq (x : Bool) (n : Nat) (h : Acc (· < ·) n) : run x n h = x := by
  induction h with
  | intro n smaller ih =>
    cases n with
    | zero => rfl
    | succ n => simpa only [run, step] using ih n (Nat.lt_succ_self n)
def P : Prop := a = b
def Q : Prop := a = c
theorem wit : Q := (run_eq false _ _).trans (run_eq false _ _).symm
opaque witness : Q := wit
@[reducible] def gate (h : P) : Type := Eq.rec (motive := fun _ _ => Type) Prop h
inductive Owner : (h : P) → gate h where
  | mk (h : P) (bit : Bool) : Owner h
theorem t (n : Nat) : n < n + 1 :=
  have := fun (h : P) => Owner.mk h true
  Nat.lt_succ_self n
--# context
def step (x : Bool) (n : Nat) (ih : (m : Nat) → m < n → Bool) : Bool :=
  match n with
  | 0 => x
  | k + 1 => ih k (Nat.lt_succ_self k)
noncomputable def run (x : Bool) (n : Nat) (h : Acc (· < ·) n) : Bool := Acc.rec (fun m _ => step x m) h
opaque seed : Acc (fun (a b : Nat) => a < b) 1 := Nat.lt_wfRel.wf.apply 1
noncomputable def a := run false 1 seed
noncomputable def b := run false 1 (Acc.intro 1 fun _ => Acc.inv seed)
noncomputable def c := run false 0 (Acc.inv seed (Nat.lt_succ_self 0))
theorem run_eq (x : Bool) (n : Nat) (h : Acc (· < ·) n) : run x n h = x := by
  induction h with
  | intro n smaller ih =>
    cases n with
    | zero => rfl
    | succ n => simpa only [run, step] using ih n (Nat.lt_succ_self n)
def P : Prop := a = b
def Q : Prop := a = c
theorem wit : Q := (run_eq false _ _).trans (run_eq false _ _).symm
opaque witness : Q := wit
@[reducible] def gate (h : P) : Type := Eq.rec (motive := fun _ _ => Type) Prop h
inductive Owner : (h : P) → gate h where
  | mk (h : P) (bit : Bool) : Owner h
def always (n : Nat) : Prop := (∀ h : P, (Owner.mk h true : Owner h) = Owner.mk h true) → n < n + 1
--# challenge
theorem t (n : Nat) : always n
--# cheat refused: inductive
def step (x : Bool) (n : Nat) (ih : (m : Nat) → m < n → Bool) : Bool :=
  match n with
  | 0 => x
  | k + 1 => ih k (Nat.lt_succ_self k)
noncomputable def run (x : Bool) (n : Nat) (h : Acc (· < ·) n) : Bool := Acc.rec (fun m _ => step x m) h
opaque seed : Acc (fun (a b : Nat) => a < b) 1 := Nat.lt_wfRel.wf.apply 1
noncomputable def a := run false 1 seed
noncomputable def b := run false 1 (Acc.intro 1 fun _ => Acc.inv seed)
noncomputable def c := run false 0 (Acc.inv seed (Nat.lt_succ_self 0))
theorem run_eq (x : Bool) (n : Nat) (h : Acc (· < ·) n) : run x n h = x := by
  induction h with
  | intro n smaller ih =>
    cases n with
    | zero => rfl
    | succ n => simpa only [run, step] using ih n (Nat.lt_succ_self n)
def P : Prop := a = b
def Q : Prop := a = c
theorem wit : Q := (run_eq false _ _).trans (run_eq false _ _).symm
opaque witness : Q := wit
@[reducible] def gate (h : P) : Type := Eq.rec (motive := fun _ _ => Type) Prop h
inductive Owner : (h : P) → gate h where
  | mk (h : P) (bit : Bool) : Owner h
def always (n : Nat) : Prop := (∀ h : P, (Owner.mk h true : Owner h) = Owner.mk h true) → n < n + 1
theorem t (n : Nat) : always n := fun _ => Nat.lt_succ_self n
--# context
--# challenge
theorem t (n : Nat) : n < n + 1
--# twin
inductive Owner : (h : 1 = 1) → Bool → Prop where
  | mk (h : 1 = 1) (bit : Bool) : Owner h bit
theorem t (n : Nat) : n < n + 1 :=
  have := Owner.mk rfl true
  Nat.lt_succ_self n
