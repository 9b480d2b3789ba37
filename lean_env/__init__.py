"""Everything that knows Lean and nothing that knows search."""
