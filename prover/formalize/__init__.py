"""Word problems as Lean statements: candidates from anywhere, checks that each of them has to pass, and a ranking.

`formalizing.py` is the file to read first. Nothing here decides that a statement says what the text says: it says which checks were
made, and how they came out.
"""
