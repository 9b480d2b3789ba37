"""Variables that equal a huge ground number: replace the equation by residues before anything tries to compute a power of it.

An engine dies of `2 ^ (2 ^ 2008)`. What a goal modulo m wants to know about such a v is v modulo m and modulo the periods of the
powers `b ^ v`; those are decided by the kernel, then the equation is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator

from prover.policy import Candidate
from prover.symbolic.closers import huge_equations
from prover.symbolic.evaluate import NotComputable, value_of
from prover.symbolic.move import Move, tactic
from prover.symbolic.residues import cycle
from prover.symbolic.terms import is_ground, numeral, symbol_of
from prover.symbolic.view import GoalView

MOST_RESIDUES = 8


def _residues_of_ground(view: GoalView) -> Iterator[Candidate]:
    for name in huge_equations(view)[:1]:
        equation = next(hyp.term for hyp in view.props if hyp.name == name)
        variable, value = equation.args if equation.args[0].tag == "local" else equation.args[::-1]
        if not is_ground(value) or variable.tag != "local":
            continue
        try:
            known = value_of(value, {})
        except NotComputable:
            continue
        moduli = dict.fromkeys(view.moduli)
        for node in view.nodes:
            base = numeral(node.args[0]) if symbol_of(node) == "^" and node.args[1] == variable else None
            if base is not None and base >= 2:
                for modulus in view.moduli:
                    before, residues = cycle(base, modulus)
                    moduli[len(residues) - before] = None
        lines = [
            f"have {view.fresh(f'z{modulus}')} : {variable.name} % {modulus} = {known % modulus} := by subst {name}; decide +kernel"
            for modulus in list(moduli)[:MOST_RESIDUES]
            if modulus > 1
        ]
        least = view.fresh("zlow")
        lines.append(f"have {least} : {min(known, 64)} ≤ {variable.name} := by subst {name}; decide +kernel")
        lines.append(f"clear {name}")
        yield tactic("\n".join(lines), 0.3, heartbeats=4000, soft_ms=5000)


MOVES = (Move("residues of a ground power", _residues_of_ground),)
