-- The challenge's own file has lemmas and definitions that Lean never checked; a proof may not rest on them.
--# context
set_option debug.skipKernelTC true
theorem absurdity : 1 = 2 := by decide +kernel
def evidence : PLift (1 = 2) := ⟨by decide +kernel⟩
opaque secret : PLift (1 = 2) := ⟨by decide +kernel⟩
theorem fine : 1 + 1 = 2 := by decide +kernel
--# challenge
theorem t : 3 = 4
--# cheat refused: kernel
theorem absurdity : 1 = 2 := sorry
theorem t : 3 = 4 := absurd absurdity (by decide)
--# cheat refused: kernel
set_option debug.skipKernelTC true
def evidence : PLift (1 = 2) := ⟨by decide +kernel⟩
theorem t : 3 = 4 := absurd evidence.down (by decide)
--# cheat refused: kernel
set_option debug.skipKernelTC true
opaque secret : PLift (1 = 2) := ⟨by decide +kernel⟩
theorem t : 3 = 4 := absurd secret.down (by decide)
--# challenge
theorem t : 2 = 1 + 1
--# twin
theorem fine : 1 + 1 = 2 := rfl
theorem t : 2 = 1 + 1 := fine.symm
