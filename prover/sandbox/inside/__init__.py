"""What runs inside the sandbox: it takes its own powers away, then runs the code it is given.

Nothing but the standard library: a bare interpreter runs these files before any installed package can be trusted. The parent's side
is `prover/sandbox/kernel.py`; nobody else imports from here.
"""
