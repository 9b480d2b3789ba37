-- The text reaches for the machine: the runtime has functions that run a shell, and a declaration of the right name calls them.
--# challenge
theorem t (n : Nat) : n < n
--# cheat kills the worker; spoils the worker
@[extern "none", export system] opaque runShell (address : Nat) : Nat
unsafe def shellImpl (s : String) : Nat := runShell (((ptrAddrUnsafe s).toNat + 20) / 2)
@[implemented_by shellImpl] opaque shell (s : String) : Nat
#eval shell ";true"
--# cheat refused: export; Lean says: Could not find native implementation; spoils the worker
@[extern "none", export emscripten_run_script_int] opaque runScript (address : Nat) : Nat
unsafe def scriptImpl (s : String) : Nat := runScript (((ptrAddrUnsafe s).toNat + 20) / 2)
@[implemented_by scriptImpl] opaque script (s : String) : Nat
#eval script ";0"
--# cheat kills the worker; spoils the worker
@[extern "none", export emscripten_console_logf] opaque printRaw (address arguments : Nat) : Nat
unsafe def printImpl (s : String) : Nat := printRaw (((ptrAddrUnsafe s).toNat + 20) / 2) 0
@[implemented_by printImpl] opaque print (s : String) : Nat
#eval print ";9\n{\"ok\":{}}\n"
--# cheat refused: export; Lean says: no such file
#eval IO.FS.readFile "/etc/passwd"
--# cheat kills the worker
#eval (IO.Process.exit 0 : IO Unit)
--# challenge
theorem t (n : Nat) : n < n + 1
--# twin
#eval IO.getEnv "HOME"
theorem t (n : Nat) : n < n + 1 := Nat.lt_succ_self n
