"""Exports that are not the format, or say something that is no term: refused as malformed, and the clean worker lives on.

Whoever runs in the untrusted worker may send any text at all, so this is the door.
"""

from __future__ import annotations

import json

import pytest

from lean_env.embedded.session import EmbeddedSession
from lean_env.messages import Accepted, Rejected
from tests.adversarial.export_text import HEADER, Export, dump, lines

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="session")]

# Ids 2 to 6: the names t, True, True.intro and the constants True, True.intro.
HEAD: list[object] = [["ns", 0, "t"], ["ns", 0, "True"], ["ns", 3, "intro"], ["ec", 3, []], ["ec", 4, []]]
PROOF: list[object] = ["thm", 2, [], 5, 6]
HONEST = lines(*HEAD, PROOF)

BROKEN_TEXTS = {
    "empty": "",
    "blank": "\n\n\n",
    "no header": HONEST.removeprefix(f"{HEADER}\n"),
    "another version": HONEST.replace("1]", "2]", 1),
    "header with more": HONEST.replace('"entail-export",1', '"entail-export",1,1', 1),
    "byte order mark": f"\ufeff{HONEST}",
    "no end": lines(*HEAD, PROOF, end="")[:-1],
    "end counts too many": lines(*HEAD, PROOF, end='["end",2]'),
    "end counts too few": lines(*HEAD, PROOF, end='["end",0]'),
    "end with a text": lines(*HEAD, PROOF, end='["end","1"]'),
    "end with more": lines(*HEAD, PROOF, end='["end",1,1]'),
    "end twice": f'{HONEST}["end",1]\n',
    "records after the end": HONEST + dump(["ns", 0, "more"]),
    "garbage after the end": f"{HONEST}x",
    "Windows line ends": HONEST.replace("\n", "\r\n"),
    "two records in a line": HONEST.replace("\n", " ", 2),
    "cut short": HONEST[:-20],
}

# Lines that stand in an otherwise honest export.
BROKEN_LINES: dict[str, object] = {
    "not JSON": "nonsense",
    "an object": {"0": "ns"},
    "a number": "5",
    "null": "null",
    "an empty list": [],
    "no such record": ["zz", 0],
    "free variable": ["ef", 2],
    "metavariable": ["em", 2],
    "universe metavariable": ["lv", 2],
    "metadata": ["ed", 2, 5],
    "the record that is given": ["n0"],
    "the level that is given": ["l0"],
    "tag of the prototype": ["__proto__", 1],
    "constructor of the prototype": ["constructor", 1],
    "method of the prototype": ["toString"],
    "a list for a tag": [["ns"], 0, "x"],
    "a number for a tag": [1, 0, "x"],
    "null for a tag": [None],
    "too few arguments": ["ns", 0],
    "too many arguments": ["ns", 0, "x", "x"],
    "fractional id": ["ns", 0.5, "x"],
    "id as text": ["ns", "0", "x"],
    "negative id": ["ns", -1, "x"],
    "id to come": ["ns", 7, "x"],
    "id of itself": ["ls", 7],
    "huge id": ["ns", 1e300, "x"],
    "id out of a list": ["ns", [0], "x"],
    "no id": ["ns", None, "x"],
    "level for a name": ["ns", 1, "x"],
    "name for a level": ["ls", 0],
    "expression for a level": ["ls", 5],
    "name for an expression": ["ea", 5, 2],
    "level for an expression": ["ea", 1, 5],
    "level for a constant's name": ["ec", 1, []],
    "names for a constant's levels": ["ec", 3, [2]],
    "levels in a list of a list": ["ec", 3, [[1]]],
    "levels that are no list": ["ec", 3, 1],
    "levels as an object": ["ec", 3, {"length": 0}],
    "text that is a number": ["ns", 0, 5],
    "text that is a list": ["et", ["x"]],
    "text with a lone surrogate": '["et","\\ud800"]',
    "name with a lone surrogate": '["ns",0,"a\\udc00b"]',
    "numeral that is a number": ["en", 5],
    "negative numeral": ["en", "-5"],
    "hexadecimal numeral": ["en", "0x10"],
    "numeral with an exponent": ["en", "1e5"],
    "numeral with a sign": ["en", "+5"],
    "numeral with a point": ["en", "5.0"],
    "numeral with zeros before it": ["en", "007"],
    "numeral with a blank": ["en", " 7"],
    "numeral with a line end": ["en", "7\n"],
    "empty numeral": ["en", ""],
    "numeral in other digits": ["en", "٧"],
    "numeral of 200,000 digits": ["en", "9" * 200_000],
    "infinite numeral": ["en", "Infinity"],
    "bound variable past Lean's field": ["eb", "1048576"],
    "bound variable past a word": ["eb", "4294967296"],
    "negative bound variable": ["eb", "-1"],
    "field past a word": ["ej", 3, "4294967296", 6],
    "numeric name that is negative": ["nn", 0, "-1"],
    "deep nesting": "[" * 10_000 + "]" * 10_000,
    "deep nesting in an argument": '["ec",3,' + "[" * 5_000 + "]" * 5_000 + "]",
    "theorem without a value": ["thm", 2, [], 5],
    "theorem with two values": ["thm", 2, [], 5, 6, 6],
    "theorem with a level for its name": ["thm", 1, [], 5, 6],
    "theorem with a name for its type": ["thm", 2, [], 2, 6],
    "theorem with levels for parameters": ["thm", 2, [1], 5, 6],
    "theorem with parameters that are no list": ["thm", 2, 0, 5, 6],
    "theorem as an object": ["thm", {"name": 2}, [], 5, 6],
    "definition without a height": ["def", 2, [], 5, 6],
    "definition of a fractional height": ["def", 2, [], 5, 6, 0.5],
    "definition of a height past a word": ["def", 2, [], 5, 6, 4294967296],
    "definition of no kind of height": ["def", 2, [], 5, 6, -3],
    "axiom with a value": ["ax", 2, [], 5, 6],
    "inductive type with negative parameters": ["ind", 2, [], 5, -1, []],
    "inductive type with parameters as text": ["ind", 2, [], 5, "0", []],
    "inductive type without a list": ["ind", 2, [], 5, 0, 2],
    "constructor without a type": ["ind", 2, [], 5, 0, [[4]]],
    "constructor with more": ["ind", 2, [], 5, 0, [[4, 5, 6]]],
    "constructor that is no list": ["ind", 2, [], 5, 0, [4]],
    "constructor without a name": ["ind", 2, [], 5, 0, [[5, 5]]],
}


@pytest.mark.parametrize("name", BROKEN_TEXTS)
async def test_a_text_that_is_not_the_format(judging: EmbeddedSession, name: str) -> None:
    result = await judging.judge("theorem t : True", BROKEN_TEXTS[name])
    assert isinstance(result, Rejected)
    assert result.reason == "malformed"


@pytest.mark.parametrize("name", BROKEN_LINES)
async def test_a_line_that_is_not_a_record(judging: EmbeddedSession, name: str) -> None:
    result = await judging.judge("theorem t : True", lines(*HEAD, BROKEN_LINES[name], PROOF))
    assert isinstance(result, Rejected)
    assert result.reason == "malformed"


async def test_the_honest_text_that_these_are_made_of(judging: EmbeddedSession) -> None:
    assert await judging.judge("theorem t : True", HONEST) == Accepted("t", (), 1)
    # Records that nothing uses, blank lines at the end and blanks between the tokens of a line mean nothing.
    spaced = "\n".join([HEADER, *(json.dumps(record, indent=None) for record in [*HEAD, ["en", "5"], PROOF]), '["end",1]\n\n'])
    assert await judging.judge("theorem t : True", spaced) == Accepted("t", (), 1)


async def test_names_are_lists_of_components_not_texts(judging: EmbeddedSession) -> None:
    export = Export()
    dotted = export.record("ec", export.record("ns", 0, "True.intro"), [])
    result = await judging.judge("theorem t : True", str(export.theorem("t", export.const("True"), dotted)))
    assert isinstance(result, Rejected)
    assert result.reason == "malformed"  # there is no constant of that one component
    assert isinstance(await judging.judge("theorem «a.b» : True", str(Export().trivially())), Rejected)
    split = Export()
    split.theorem("a.b", split.const("True"), split.const("True.intro"))
    assert isinstance(await judging.judge("theorem «a.b» : True", str(split)), Rejected)
    assert isinstance(await judging.judge("theorem a.b : True", str(split)), Accepted)


async def test_a_large_export_is_no_problem(judging: EmbeddedSession) -> None:
    export = Export()
    value = export.const("True.intro")
    for _ in range(20_000):
        value = export.app(export.fun(export.const("True"), export.bound(0)), value)
    export.record("ec", export.name("True"), [1] * 100_000)  # and a record that is wide
    assert isinstance(await judging.judge("theorem t : True", str(export.theorem("t", export.const("True"), value))), Accepted)
