-- Universe parameters: other ones, more, fewer, in another order.
--# challenge
theorem t.{u} (α : Type u) (a : α) : a = a
--# cheat refused: export; Lean says: unused universe parameter
theorem t.{u, v} (α : Type u) (a : α) : a = a := rfl
--# cheat refused: statement
theorem t.{u, v} (α : Type (max u v)) (a : α) : a = a := rfl
--# cheat refused: statement
theorem t (α : Type) (a : α) : a = a := rfl
--# cheat refused: statement
theorem t.{v} (α : Type v) (a : α) : a = a := rfl
--# cheat refused: statement
theorem t.{u} (α : Sort u) (a : α) : a = a := rfl
--# twin
theorem t.{u} (α : Type u) (a : α) : a = a := rfl
--# twin
universe u
theorem t (α : Type u) (a : α) : a = a := rfl
--# challenge
theorem s.{u, v} (α : Type u) (β : Type v) (f : α → β) : f = f
--# cheat refused: statement
theorem s.{v, u} (α : Type u) (β : Type v) (f : α → β) : f = f := rfl
--# twin
theorem s.{u, v} (α : Type u) (β : Type v) (f : α → β) : f = f := rfl
