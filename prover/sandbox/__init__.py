"""Python code that a model wrote, run where it can do no harm: a persistent kernel per problem under hard limits.

`kernel.py` is what others use; `isolation.py` says what this machine offers. Where there is no isolation, nothing is run unless the
user asks for just that.
"""
