"""Arithmetic stories to `Meaning`: `story.py` reads sentence by sentence into a `world.py` of quantities."""
