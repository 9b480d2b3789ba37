-- Options and notation that every statement is elaborated under. Never a definition: what a statement means is Lean's own.
set_option autoImplicit false
set_option exponentiation.threshold 10000
set_option maxRecDepth 8000
-- `decide` over a box of several variables needs instances of a long chain of bounded quantifiers and implications.
set_option synthInstance.maxHeartbeats 400000
set_option synthInstance.maxSize 4000
notation "ℕ" => Nat
notation "ℤ" => Int
notation "ℚ" => Rat
