"""The built-in solver: a question of the fragment as a Lean program that computes its answer (`program.py`)."""
