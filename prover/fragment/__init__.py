"""A controlled fragment of mathematical English, and the Lean statements it stands for: formalizing without a model.

    text -> english/ or stories/ -> Meaning -> lean/writing.py -> statement
    text <- english/wording.py <- Meaning <- lean/reading.py <- statement
                                  Meaning -> solution/ -> a program that computes the answer

Promises that whatever is not understood is said, with the words that were not; nothing is guessed and no word is skipped.
"""
