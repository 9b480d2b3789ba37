"""A text with the holes filled that proofs were found for: what `--output` writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lean_env.reading import Listing, Reading
from prover.lemmas import LemmaLibrary
from prover.proof_text import lemmas_to_add, proof_block


@dataclass(frozen=True, slots=True)
class Filling:
    """A theorem of a text and the tactic block that proves it."""

    listing: Listing
    script: tuple[str, ...]


def filled(reading: Reading, fillings: Sequence[Filling], lemmas: LemmaLibrary) -> str:
    """The text of `reading` with these proofs in their places, and the lemmas they cite before its first command."""
    data = reading.text.encode()
    cited = lemmas_to_add([line for filling in fillings for line in filling.script], reading.source, lemmas)
    edits = [_edit(data, each) for each in fillings]
    if cited:
        first = reading.commands[0].start
        apart = "\n" if data[:first].strip() and not data[:first].endswith(b"\n\n") else ""
        edits.append((first, first, f"{apart}{lemmas.source(cited)}\n\n"))
    for start, end, text in sorted(edits, reverse=True):
        data = data[:start] + text.encode() + data[end:]
    return data.decode().rstrip() + "\n"


def _edit(data: bytes, filling: Filling) -> tuple[int, int, str]:
    """What is replaced by what: the old proof, from the signature on unless a comment stands between."""
    listing = filling.listing
    line = data[data.rfind(b"\n", 0, listing.start) + 1 : listing.start]
    block = proof_block(filling.script, " " * (len(line) - len(line.lstrip())))
    if data[listing.signature_end : listing.proof_start].strip():
        return listing.proof_start, listing.proof_end, block
    return listing.signature_end, listing.proof_end, f" {block}"
