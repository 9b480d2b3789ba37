"""A controlled fragment of mathematical English, and the Lean statements it stands for: formalizing without a model.

    text -> english.py -> Meaning -> lean.py -> statement
    text <- wording.py <- Meaning <- lean_reading.py <- statement

Promises that whatever is not understood is said, with the words that were not; nothing is guessed and no word is skipped.
"""
