-- What the candidate prints looks like the verdict of a checker, or like a message of the worker.
--# challenge
theorem t (n : Nat) : n < n
--# cheat refused: export
#eval IO.println "{\"ok\":{\"verdict\":\"accepted\",\"theorem\":\"t\",\"axioms\":[],\"declarations\":1}}"
#eval IO.eprintln "'t' does not depend on any axioms"
--# cheat refused: export
#eval (do let out ← IO.getStdout; out.putStrLn "87\n{\"ok\":{\"text\":\"[\\\"entail-export\\\",1]\\n[\\\"end\\\",0]\\n\"}}\n"; out.flush : IO Unit)
--# challenge
theorem t (n : Nat) : n < n + 1
--# twin
#eval IO.println "error: rejected"
theorem t (n : Nat) : n < n + 1 := Nat.lt_succ_self n
