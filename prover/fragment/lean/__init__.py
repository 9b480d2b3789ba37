"""`Meaning` as a Lean statement (`writing.py`), and Lean statements as `Meaning` (`reading.py`)."""
