"""The embedded engine: Lean compiled to WebAssembly, in a node process, with nothing installed."""
