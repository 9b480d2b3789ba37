"""Names that a problem's variables may have: letters and short identifiers that Lean takes as they are.

Owns the list of words and letters that mean something in Lean's syntax; never renames.
"""

from __future__ import annotations

import re

# Without λ, π, Σ, Π: Lean reads those as syntax or constants.
GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ", "kappa": "κ",
    "mu": "μ", "nu": "ν", "xi": "ξ", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
}  # fmt: skip

_WORDS = """
    abbrev at attribute axiom break by calc case catch class constant continue decreasing_by def deriving do else
    end example exists export extends finally for forall from fun generalizing have hiding if import in include
    inductive infix infixl infixr instance let local macro match mut mutual namespace nat_lit nofun nomatch
    noncomputable notation obtain omit only open partial postfix prefix private protected public rec renaming
    repeat return scoped section set_option show structure suffices syntax termination_by then theorem this throw
    try universe unless unsafe using variable where while with Prop Sort Type sorry admit unif_hint elab
    macro_rules gcd lcm mod and or
"""
RESERVED = frozenset(_WORDS.split())

_IDENTIFIER = re.compile(r"[A-Za-zα-κμνξορ-ω][A-Za-z0-9α-κμνξορ-ω_'₀-₉]*")


def is_name(text: str) -> bool:
    """Whether a variable may be called so: an identifier that Lean reads as one, not a word of its syntax."""
    return _IDENTIFIER.fullmatch(text) is not None and text not in RESERVED and len(text) <= 40
