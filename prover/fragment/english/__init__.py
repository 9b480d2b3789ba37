"""Mathematical English: text to `Meaning` by a grammar (`mathematics.py`), and back to words (`wording.py`)."""
