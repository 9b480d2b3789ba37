"""What a row of a benchmark's table says, whichever copy it is of.

Owns the fields of every lineage. A row is recognised by the fields it has, not by its file's name, but for MiniF2F v2, whose two
halves have the same fields.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from prover.problems.found import Found, Lineage, dissect
from prover.problems.lean_text import doc_text
from prover.problems.problem import BadData
from prover.problems.splits import split_of_path
from prover.problems.tables import Row, read_table

STATEMENTS = ("formal_statement", "statement", "lean4_formalization", "lean4_statement", "autoformalization")
NAMES = ("name", "full_name", "problem_name", "theorem_name", "theorem_names", "problem_id", "id")
HEADERS = ("header", "lean4_src_header")
INFORMAL = (
    *("informal_prefix", "informal_statement", "natural_language_statement", "nl_statement", "informal", "refined_statement"),
    *("nl_problem", "problem"),
)
TAGS = ("category", "area", "domain", "tags")
_FORMS = (  # the first whose fields are all there
    (frozenset({"full_name", "statement"}), Lineage.INTERNLM),
    (frozenset({"lean4_formalization"}), Lineage.PROOFNET_SHARP),
    (frozenset({"natural_language_statement", "formal_statement"}), Lineage.LEAN_WORKBOOK),
    (frozenset({"informal_prefix", "formal_statement", "goal", "header"}), Lineage.DEEPSEEK),
    (frozenset({"informal_prefix", "formal_statement"}), Lineage.AI_MO),
    (frozenset({"informal_statement", "formal_statement", "informal_proof", "formal_proof"}), Lineage.V2),
    (frozenset({"name", "statement"}), Lineage.PLAIN),
)
_REFERENCE = {"name", "split", "header", "formal_statement"}
_SHOWN = 12  # field names in an error message


def read_rows(path: Path) -> Iterator[Found]:
    """The problems of a table. Raises BadData with the number of a row that cannot be used, its fields, and what is accepted."""
    by_file = split_of_path(path)
    for number, row in read_table(path):
        yield found_in(row, f"{path}, row {number}", path.name, by_file)


def found_in(row: Row, where: str, file_name: str = "", split: str = "") -> Found:
    """The problem of a row. `split` is what the file's name says, for rows that do not say it themselves."""
    statement = _text(row, STATEMENTS, where)
    if not statement.strip():
        raise _unusable(row, where, "statement", STATEMENTS)
    parts = dissect(statement, where)
    header = _text(row, HEADERS, where)
    name = _text(row, NAMES, where).strip() or parts.name
    if parts.header and header.strip() and parts.header.split() != header.split():
        header = f"{header.rstrip()}\n\n{parts.header}"
    return Found(
        where=where,
        name=name,
        source=parts.source,
        header=header if header.strip() else parts.header,
        split=_text(row, ("split",), where) or split_of_path(_text(row, ("file_path",), where)) or split,
        informal=doc_text(_text(row, INFORMAL, where)) or parts.docs,
        tag=_tag(row),
        answer_hole=parts.answer_hole,
        lineage=lineage_of(row, file_name),
        dropped_proof=parts.dropped_proof,
    )


def lineage_of(row: Row, file_name: str = "") -> Lineage:
    """Which copy of a benchmark has rows of this form."""
    for fields, lineage in _FORMS:
        if fields <= row.keys():
            return _half_of_v2(file_name) if lineage is Lineage.V2 else lineage
    return Lineage.REFERENCE_JSONL if row.keys() == _REFERENCE else Lineage.ROWS


def _half_of_v2(file_name: str) -> Lineage:
    folded = file_name.lower()
    if "v2c" in folded:
        return Lineage.V2_COMPETITION
    return Lineage.V2_SIMPLIFIED if "v2s" in folded else Lineage.V2


def _text(row: Row, fields: tuple[str, ...], where: str) -> str:
    """The first of these fields that holds text; an `id` may be a number."""
    for field in fields:
        match row.get(field):
            case None:
                continue
            case str(text):
                return text
            case bool():
                pass
            case int(number) if field in NAMES:
                return str(number)
            case _:
                pass
        raise BadData(f"{where}: the field {field!r} is a {type(row[field]).__name__}; text is accepted")
    return ""


def _tag(row: Row) -> str:
    """The first tag there is; tags of a form we do not know are left out, because nothing depends on them."""
    for field in TAGS:
        match row.get(field):
            case str(tag) if tag.strip():
                return tag.strip()
            case [str(tag), *_] if tag.strip():
                return tag.strip()
            case _:
                pass
    return ""


def _unusable(row: Row, where: str, what: str, fields: tuple[str, ...]) -> BadData:
    there = [*row]
    shown = ", ".join(there[:_SHOWN]) + (", ..." if len(there) > _SHOWN else "")
    return BadData(f"{where}: no {what} (fields: {shown or 'none'}); accepted is one in {', '.join(fields[:-1])} or {fields[-1]}")
