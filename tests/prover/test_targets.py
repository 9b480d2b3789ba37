"""What people type, and what they are told when it cannot be used. Nothing here needs Lean."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from lean_env.messages import Command, Message, NotElaborated, Position, TheoremSource
from lean_env.reading import Listing, Reading
from lean_env.statement import Statement
from prover.targets import BadInput, Target, read_target, refused, theorems_of, to_check, to_prove

THEOREM = "theorem t (n : ℕ) : n + 0 = n"


# -- text -------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def type_in(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


@pytest.mark.parametrize(
    "text",
    [
        THEOREM,
        f"{THEOREM} := by sorry",
        "def f := 1\ntheorem t : f = 1",
        'theorem t : "a.lean:b" = "c.lean"',
        "theorem t (x : List ℕ) : x.lean = x",
        "theorem «a.lean:b» : 1 = 1",
        f"{THEOREM} " + "-- ℕ" * 2000,
        "-",
    ],
)
def test_a_theorem_is_its_own_text(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if text == "-":
        type_in(monkeypatch, THEOREM.encode())
        assert read_target(text) == Target(THEOREM, "<stdin>")
    else:
        assert read_target(text) == Target(text, "<theorem>")


@pytest.mark.parametrize("name", ["a.lean", "with space.lean", "ℕ.lean", "a.txt", "theorem t : 1 = 1"])
def test_a_file_is_read(name: str, folder: Path) -> None:
    (folder / name).write_text(THEOREM)
    assert read_target(name) == Target(THEOREM, name)
    assert read_target(str(folder / name)).source == THEOREM


@pytest.mark.parametrize(("argument", "name"), [("a.lean:t", "t"), ("a.lean:A.b'", "A.b'"), ("a.lean:«a b»", "«a b»")])
def test_a_theorem_of_a_file(argument: str, name: str, folder: Path) -> None:
    (folder / "a.lean").write_text(THEOREM)
    assert read_target(argument) == Target(THEOREM, "a.lean", name)


def test_a_pipe_is_a_file_too(folder: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, THEOREM.encode())
    os.close(writing)
    try:
        assert read_target(f"/dev/fd/{reading}").source == THEOREM
    finally:
        os.close(reading)
    assert folder.is_dir()


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbftheorem t : P", "theorem t : P"),
        (b"theorem t :\r\n  P\r\n", "theorem t :\n  P\n"),
        ("theorem t : ℕ = ℕ".encode(), "theorem t : ℕ = ℕ"),
    ],
)
def test_what_editors_leave_in_files_is_taken_out(data: bytes, text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "a.lean").write_bytes(data)
    assert read_target("a.lean").source == text
    type_in(monkeypatch, data)
    assert read_target("-").source == text


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "a.lean is empty; give a theorem such as 'theorem"),
        (b" \n\t\r\n \n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"theorem t : P\n-- \xff", "a.lean is not UTF-8: byte 0xff in line 2"),
        ("theorem t : ℕ".encode("utf-16"), "is not UTF-8"),
        (b"theorem t\n\0 : P", "a.lean holds a NUL character in line 2"),
        (b"x" * (257 * 1024), "a.lean is longer than 256 KiB .*--max-source-kib"),
    ],
)
def test_a_file_that_cannot_be_used(data: bytes, complaint: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "a.lean").write_bytes(data)
    with pytest.raises(BadInput, match=complaint):
        read_target("a.lean")
    type_in(monkeypatch, data)
    with pytest.raises(BadInput, match=complaint.replace("a.lean", "<stdin>")):
        read_target("-")


@pytest.mark.parametrize(
    ("argument", "complaint"),
    [
        ("", "<theorem> is empty"),
        (" \n ", "<theorem> is empty"),
        ("\udcff theorem t : P", "<theorem> is not UTF-8: byte 0xff"),
        ("gone.lean", "cannot read gone.lean: No such file"),
        ("gone.lean:t", "cannot read gone.lean: No such file"),
        ("gone/away.lean", "cannot read gone/away.lean: No such file"),
        ("there.lean:", "the name is missing: there.lean:NAME"),
        ("folder", "folder is a folder; give a file: folder/FILE.lean"),
        ("folder.lean", "folder.lean is a folder"),
        (".", "is a folder"),
        ("gone.txt", "there is no file gone.txt, and a theorem looks like 'theorem"),
        ("theorem", "there is no file theorem"),
        ("x" * 300, "there is no file xxx"),
        ("x" * 300 + ".lean", "cannot read xxx.*: File name too long"),
        ("x y" + "z" * (300 * 1024), "<theorem> is longer than 256 KiB"),
    ],
)
def test_an_argument_that_cannot_be_used(argument: str, complaint: str, folder: Path) -> None:
    (folder / "folder").mkdir()
    (folder / "folder.lean").mkdir()
    (folder / "there.lean").write_text(THEOREM)
    with pytest.raises(BadInput, match=complaint):
        read_target(argument)


def test_a_file_that_may_not_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: Path, _mode: str) -> None:  # not by its mode: the tests may run as root
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(BadInput, match=r"cannot read a\.lean: Permission denied"):
        read_target("a.lean")


def test_an_endless_file_is_not_read_to_its_end() -> None:
    with pytest.raises(BadInput, match="/dev/zero is longer than 1 KiB"):
        read_target("/dev/zero", max_source_kib=1)


def test_the_limit_can_be_moved(folder: Path) -> None:
    (folder / "a.lean").write_bytes(b"-" * 2048)
    with pytest.raises(BadInput, match="1 KiB"):
        read_target("a.lean", max_source_kib=1)
    assert len(read_target("a.lean", max_source_kib=2).source) == 2048


def test_standard_input_may_be_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(BadInput, match="standard input is closed"):
        read_target("-")


# -- theorems ----------------------------------------------------------------------------------------------------------------------


def reading(*theorems: str, unread: tuple[int, ...] = (), examples: int = 0) -> Reading:
    """Theorems by name; one with a hole is written `name?`."""
    listings = [
        Listing(Statement(name.rstrip("?"), f"theorem {name} : P", "", "P"), name.endswith("?"), (), 0, 0, 0, 0)
        for name in theorems
    ]
    example = TheoremSource("", 0, 0, 0, (0, 0), None, None, has_sorry=True, plain=True)
    commands = tuple(Command("", "example", 0, 0, runs_code=False, theorem=example) for _ in range(examples))
    return Reading("", "", commands, tuple(listings), unread, ())


def names(listings: list[Listing]) -> list[str]:
    return [listing.statement.name for listing in listings]


FILE = Target("", "a.lean")


@pytest.mark.parametrize(
    ("theorems", "chosen"),
    [(["a?"], ["a"]), (["a"], ["a"]), (["a", "b?", "c?"], ["b", "c"]), (["a?", "b"], ["a"])],
)
def test_the_holes_are_what_is_to_be_proved(theorems: list[str], chosen: list[str]) -> None:
    assert names(to_prove(reading(*theorems), FILE)) == chosen


def test_all_is_to_be_checked() -> None:
    assert names(to_check(reading("a", "b?"), FILE)) == ["a", "b"]


@pytest.mark.parametrize("name", ["b", "A.b", "A.B.b"])
def test_a_name_chooses_one_with_or_without_its_namespaces(name: str) -> None:
    found, target = reading("a", "b", "c?"), Target("", "a.lean", name)
    assert names(to_prove(found, target)) == names(to_check(found, target)) == ["b"]


def test_the_whole_name_is_the_better_one() -> None:
    assert names(to_prove(reading("b", "A.b"), Target("", "a.lean", "A.b"))) == ["A.b"]


@pytest.mark.parametrize(
    ("found", "target", "complaint"),
    [
        (reading("a", "b"), FILE, r"every theorem in a.lean has a proof; name one as a.lean:NAME \(a, b\)"),
        (reading("a", "b"), Target("", "<stdin>"), "every theorem in <stdin> has a proof; write sorry"),
        (reading("a", "b"), Target("", "a.lean", "c"), "a.lean has no theorem c; it has a, b"),
        (reading("a", "a"), Target("", "a.lean", "a"), "a.lean has 2 theorems a"),
        (reading(*(f"t{n}" for n in range(99))), Target("", "a.lean", "c"), r"t19, \.\.\."),
    ],
)
def test_when_it_is_not_clear_which(found: Reading, target: Target, complaint: str) -> None:
    with pytest.raises(BadInput, match=complaint):
        to_prove(found, target)


@pytest.mark.parametrize(
    ("found", "complaint"),
    [
        (reading(), "there is no theorem in a.lean; a theorem looks like 'theorem"),
        (reading(examples=1), "only an `example`, which has no name; write `theorem NAME`"),
        (reading(unread=(3, 9)), r"a.lean:3, a.lean:9: a theorem in `mutual`, after `... in` or by equations cannot be read"),
    ],
)
def test_a_text_without_a_theorem(found: Reading, complaint: str) -> None:
    with pytest.raises(BadInput, match=complaint):
        theorems_of(found, FILE)


def test_a_theorem_that_cannot_be_read_is_not_passed_over_by_a_check() -> None:
    found = reading("a", unread=(3,))
    assert names(to_prove(found, FILE)) == ["a"]
    with pytest.raises(BadInput, match=r"a\.lean:3: a theorem"):
        to_check(found, FILE)
    assert names(to_check(found, Target("", "a.lean", "a"))) == ["a"]


# -- refusals ----------------------------------------------------------------------------------------------------------------------


def message(data: str, line: int = 1, column: int = 0) -> Message:
    return Message("error", data, Position(line, column), Position(line, column + 1))


@pytest.mark.parametrize(
    ("messages", "source", "said"),
    [
        (
            [message("Unknown identifier `ℝ`")],
            "x",
            "Lean does not accept here: ℝ is not in Lean's core library. If it belongs to Mathlib,",
        ),
        (
            [message("Unknown identifier `ℝ`"), message("Unknown constant `Finset`")],
            "x",
            "ℝ, Finset are not in .* If they belong to Mathlib",
        ),
        ([message("expected token", 1, 12)], "theorem t : ∑ i, i", "∑ is not in Lean's core library"),
        ([message("unexpected identifier; expected command")], "lemma a : P", "`lemma` is Mathlib's word, write `theorem`"),
        ([message("unexpected identifier; expected command")], "hello", "a theorem looks like 'theorem"),
        ([message("type mismatch")], "x", "Lean does not accept here$"),
    ],
)
def test_lean_s_refusal_comes_with_what_to_do(messages: list[Message], source: str, said: str) -> None:
    bad = refused(tuple(messages), source, "here")
    with pytest.raises(BadInput, match=said):
        raise bad
    assert (bad.messages, bad.source, bad.place) == (tuple(messages), source, "here")


def test_what_lean_does_not_accept_has_no_theorems() -> None:
    with pytest.raises(BadInput, match=r"Lean does not accept a\.lean"):
        theorems_of(NotElaborated("parse", (message("type mismatch"),)), FILE)
