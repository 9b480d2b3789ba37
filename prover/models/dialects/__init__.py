"""One data file per way of asking a model family; `prover.models.dialect` reads them, docs/dialects.md says how to write one."""
