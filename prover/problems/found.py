"""What the readers of the formats hand over, and the names of the copies they know.

Owns the step from a piece of Lean text to the parts of a problem (`dissect`), which is the same for a row and for a file. Splits,
categories, suspects and duplicates are the business of `loading.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from prover.problems.lean_text import HEADER_KEYWORDS, Masked, Piece, doc_text, header_end, masked, pieces, proof_start
from prover.problems.problem import BadData

_EMPTY_PROOF = re.compile(r":=(?:\s*by)?(?:\s*\(?sorry\)?)?\s*;?\s*\Z|\Z")
_HOLE = re.compile(r":=\s*(?:by\s+)?\(?sorry\)?\s*\Z")
_LEAN_3 = re.compile(r"^(?:import\s+[a-z_]+(?:\.[a-z_]+)+\s*$|open_locale\b|begin\s*$)", re.MULTILINE)
_DEFINITIONS = frozenset({"abbrev", "def"})


class Lineage(StrEnum):
    """Which copy of a benchmark this is, as far as the format tells. Suspects are listed under these words."""

    REFERENCE_JSONL = "reference-jsonl"  # rows of name, split, header, formal_statement: the Lean 4 reference of MiniF2F
    REFERENCE_FILES = "reference-files"  # the same as MiniF2F/{Test,Valid}/NAME.lean
    REFERENCE_TWO_FILES = "reference-two-files"  # the same before November 2025: MiniF2F/{Test,Valid}.lean
    DEEPSEEK = "deepseek"  # rows with informal_prefix and goal: DeepSeek-Prover, Goedel-Prover; MiniF2F and ProofNet
    INTERNLM = "internlm"  # rows with full_name, statement, file_path
    AI_MO = "ai-mo"  # rows with informal_prefix, without goal
    V2 = "v2"  # MiniF2F v2, of a file whose name does not say which
    V2_COMPETITION = "v2c"
    V2_SIMPLIFIED = "v2s"
    PROOFNET_SHARP = "proofnet-sharp"
    LEAN_WORKBOOK = "lean-workbook"
    PUTNAM_FILES = "putnam-files"
    PLAIN = "plain"  # our own rows: name, statement
    ROWS = "rows"  # rows with other fields that could be read
    LEAN = "lean-files"


@dataclass(frozen=True, slots=True)
class Found:
    """A problem as its format gives it. `where` is its place for error messages; `split` and `tag` are labels of the data."""

    where: str
    name: str
    source: str
    header: str
    split: str
    informal: str
    tag: str
    answer_hole: str
    lineage: Lineage
    dropped_proof: bool


@dataclass(frozen=True, slots=True)
class Dissected:
    """The parts of a Lean text that ends with one problem: `name` as the text has it, `docs` the words of its doc comment."""

    name: str
    header: str
    source: str
    docs: str
    answer_hole: str
    dropped_proof: bool


def dissect(text: str, where: str) -> Dissected:
    """A text whose last theorem is the problem: header split off, doc comment and proof taken away.

    A theorem without a proof, or with `:=`, `:= by`, `:= sorry` or `:= by sorry` keeps that end. Raises BadData if there is no
    theorem.
    """
    text = text.replace("\r\n", "\n")
    source = masked(text)
    commands = pieces(source)
    last = next((n for n in range(len(commands) - 1, -1, -1) if commands[n].keyword in ("theorem", "lemma")), None)
    if last is None:
        raise BadData(f"{where}: {_no_theorem(source, commands)}")
    _refuse_unread(source, commands, where)
    first = header_end(commands)
    return _assembled(source, commands[:first], commands[first:last], commands[last], commands[last + 1 :], where)


def dissect_all(text: str, where: str) -> list[Dissected]:
    """Every theorem of a text as a problem of its own, with the definitions, lemmas and variables before it; names are qualified.

    Earlier theorems are not carried along, so that no problem rests on another. Raises BadData for Lean 3.
    """
    text = text.replace("\r\n", "\n")
    source = masked(text)
    commands = pieces(source)
    if _LEAN_3.search(source.mask):
        raise BadData(f"{where}: this is Lean 3, which cannot be read; use a Lean 4 copy of the benchmark")
    _refuse_unread(source, commands, where)
    first = header_end(commands)
    context: list[Piece] = []
    opened: list[str] = []  # of the namespaces and sections that are open here; "" for a section
    found: list[Dissected] = []
    for piece in commands[first:]:
        match piece.keyword:
            case "theorem":
                parts = _assembled(source, commands[:first], context, piece, [], where)
                name = ".".join(part for part in (*opened, parts.name) if part)
                found.append(Dissected(name, parts.header, parts.source, parts.docs, parts.answer_hole, parts.dropped_proof))
                continue
            case "namespace":
                opened.append(piece.name)
            case "section" | "mutual":
                opened.append("")
            case "end":
                del opened[-1:]
            case _:
                pass
        context.append(piece)
    return found


def _refuse_unread(source: Masked, commands: list[Piece], where: str) -> None:
    """Raises BadData for text before the first command: it would be lost."""
    lost = source.mask[: commands[0].head if commands else 0].strip()
    if lost:
        raise BadData(f"{where}: what stands before the first command is no Lean that can be read: {lost[:60]!r}")


def _assembled(
    source: Masked, header: list[Piece], context: list[Piece], theorem: Piece, after: list[Piece], where: str
) -> Dissected:
    if not theorem.name:
        raise BadData(f"{where}: its theorem has no name")
    text = source.text
    end, dropped = theorem.end, False
    proof = proof_start(source, theorem)
    if not _EMPTY_PROOF.match(source.mask, proof, theorem.end):
        end, dropped = proof, True
    statement = text[theorem.head : end].rstrip() + (" := by sorry" if dropped else "")
    before = [text[piece.head : piece.end] for piece in context]
    behind = [text[piece.head : piece.end] for piece in after if piece.keyword == "end"]
    holes = [piece.name for piece in context if _is_hole(source, piece)]
    return Dissected(
        name=theorem.name,
        header=_header(text, header),
        source="\n\n".join([*before, statement, *behind]),
        docs=next((doc_text(text[a:b]) for a, b in source.docs if a == theorem.start), ""),
        answer_hole=", ".join(holes),
        dropped_proof=dropped,
    )


def _header(text: str, header: list[Piece]) -> str:
    """Imports together, then a blank line; comments are gone, so that they do not make two copies differ."""
    imports = [text[piece.head : piece.end] for piece in header if piece.keyword == "import"]
    others = [text[piece.head : piece.end] for piece in header if piece.keyword != "import"]
    return "\n\n".join("\n".join(part) for part in (imports, others) if part)


def _is_hole(source: Masked, piece: Piece) -> bool:
    return piece.keyword in _DEFINITIONS and _HOLE.search(source.mask, piece.head, piece.end) is not None


def _no_theorem(source: Masked, commands: list[Piece]) -> str:
    if any(piece.keyword == "example" for piece in commands):
        return "an `example` has no name; write it as `theorem NAME ...`"
    if _LEAN_3.search(source.mask):
        return "this is Lean 3, which cannot be read; use a Lean 4 copy of the benchmark"
    kinds = ", ".join(dict.fromkeys(piece.keyword for piece in commands if piece.keyword not in HEADER_KEYWORDS))
    return f"no theorem in it{f' (only {kinds})' if kinds else ''}; what is accepted is `theorem NAME ... : ... := by`"
