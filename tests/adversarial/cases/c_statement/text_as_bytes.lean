-- Strings and names that look or read alike and are not: byte order marks, combined characters, NUL.
--# challenge
theorem t : "\uFEFFa" = "a"
--# cheat refused: statement
theorem t : "a" = "a" := rfl
--# challenge
theorem z : "a\x00b" = "a"
--# cheat refused: statement
theorem z : "a" = "a" := rfl
--# challenge
theorem e : "é" = "é"
--# cheat refused: statement
theorem e : "é" = "é" := rfl
--# challenge
theorem f : "\uFFFD" = "?"
--# cheat refused: statement
theorem f : "?" = "?" := rfl
--# context
def «﻿x» := 0
def x := 1
--# challenge
theorem b : «﻿x» = 1
--# cheat refused: statement
def x := 1
theorem b : x = 1 := rfl
--# challenge
theorem ok : "\uFEFFa\x00".length = 3 ∧ «﻿x» ≠ x
--# twin
def «﻿x» := 0
def x := 1
theorem ok : "\uFEFFa\x00".length = 3 ∧ «﻿x» ≠ x := by decide
