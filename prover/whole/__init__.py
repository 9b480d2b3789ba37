"""Whole proofs: a model writes them, Lean says what is wrong, the model again. Begin at `whole_proof.py`."""
