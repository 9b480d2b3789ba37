"""Word problems solved: text, code and execution interleaved, votes over many samples, and a proof of the answer.

`solving.py` is the file to read first. An answer that won a vote is a guess; only the proof of its statement is more.
"""
