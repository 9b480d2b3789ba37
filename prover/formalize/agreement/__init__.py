"""Which drafts of one problem say the same.

Top down: `classes.py` sorts drafts, `equivalence.py` answers for a pair, `rungs.py` tries one direction; the others serve it.
"""
