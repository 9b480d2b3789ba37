"""What is checked of one statement, and how it came out: a finding for each check, by name.

`static_checks.py` lists what needs no proof, each in a file of its own; `proof_checks.py` is what our own prover is asked;
`meaning_check.py` asks models. `trees.py` is what they share.
"""
