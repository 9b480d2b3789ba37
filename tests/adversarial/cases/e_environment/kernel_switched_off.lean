-- The option that makes Lean believe its elaborator, wherever it can be set.
--# challenge
theorem t : 1 = 2
--# cheat refused: kernel
set_option debug.skipKernelTC true in
theorem t : 1 = 2 := by decide +kernel
--# cheat refused: kernel
set_option debug.skipKernelTC true
theorem t : 1 = 2 := by decide +kernel
--# cheat refused: kernel
theorem t : 1 = 2 := by
  set_option debug.skipKernelTC true in decide +kernel
--# cheat refused: kernel
set_option debug.skipKernelTC true
theorem helper : (1 : Nat) = 2 := by decide +kernel
set_option debug.skipKernelTC false
theorem t : 1 = 2 := helper
--# cheat refused: kernel
set_option debug.skipKernelTC true
def loop (n : Nat) : PLift (1 = 2) := loop (n + 1)
termination_by n
decreasing_by exact (Nat.lt_irrefl 0 (by decide +kernel)).elim
theorem t : 1 = 2 := (loop 0).down
--# challenge
theorem t : 1 + 1 = 2
--# twin
set_option debug.skipKernelTC true in
theorem t : 1 + 1 = 2 := by decide +kernel
