import Lake
open Lake DSL

/-!
The native engine: Mathlib, and the REPL that Entail drives in it. `make mathlib` fetches and builds both.

Every proof is checked by the kernel of `lean-toolchain`, whatever release a dependency was written for. The REPL is tagged
once per minor release, so its tag may be a patch release behind; `tests/test_lake_pins.py` holds the three pins together.
-/

package entail

require mathlib from git "https://github.com/leanprover-community/mathlib4" @ "v4.34.1"

require REPL from git "https://github.com/leanprover-community/repl" @ "v4.34.0"
