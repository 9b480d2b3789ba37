"""The library's theorems are listed once, kept whole, and found by what a goal is about."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from lean_env.messages import LibraryPage
from prover.premises import Premise, PremiseIndex, library_premises, premises_of, words, words_of_name

LIBRARY = [
    Premise("Nat.mul_comm", "∀ (n m : ℕ), n * m = m * n"),
    Premise("Nat.add_comm", "∀ (n m : ℕ), n + m = m + n"),
    Premise("Nat.mul_assoc", "∀ (n m k : ℕ), n * m * k = n * (m * k)"),
    Premise("Nat.dvd_mul_right", "∀ (a b : ℕ), a ∣ a * b"),
    Premise("List.reverse_append", "∀ {α : Type u} {as bs : List α}, (as ++ bs).reverse = bs.reverse ++ as.reverse"),
    Premise("List.length_append", "∀ {α : Type u} {as bs : List α}, (as ++ bs).length = as.length + bs.length"),
    Premise("Int.emod_two_eq", "∀ (x : ℤ), x % 2 = 0 ∨ x % 2 = 1"),
    Premise("not_and", "∀ {a b : Prop}, ¬(a ∧ b) ↔ a → ¬b"),
]


class Library:
    """A session that only lists theorems, and counts the requests."""

    def __init__(self, premises: list[Premise]) -> None:
        self.premises, self.requests = premises, 0

    async def theorems(self, offset: int = 0, count: int = 1000) -> LibraryPage:
        self.requests += 1
        count = min(count, 3)
        page = self.premises[offset : offset + count]
        after = offset + count
        return LibraryPage(tuple((p.name, p.statement) for p in page), after if after < len(self.premises) else None)


class AnEngine:
    version = "abc"


@pytest.mark.parametrize(
    ("goal", "expected"),
    [
        ("x y : ℕ\n⊢ x * y = y * x", "Nat.mul_comm"),
        ("x y : ℕ\n⊢ x + y = y + x", "Nat.add_comm"),
        ("xs ys : List ℕ\n⊢ (xs ++ ys).reverse = ys.reverse ++ xs.reverse", "List.reverse_append"),
        ("z : ℤ\n⊢ z % 2 = 0 ∨ z % 2 = 1", "Int.emod_two_eq"),
        ("p q : Prop\n⊢ ¬(p ∧ q) ↔ p → ¬q", "not_and"),
        ("a b : ℕ\n⊢ a ∣ a * b", "Nat.dvd_mul_right"),
    ],
)
def test_what_a_goal_needs_comes_first(goal: str, expected: str) -> None:
    hits = PremiseIndex(LIBRARY).retrieve(goal, 3)
    assert hits[0].premise.name == expected
    assert len(hits) <= 3
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_what_is_to_be_proved_is_not_a_premise() -> None:
    hits = PremiseIndex(LIBRARY).retrieve("x y : ℕ\n⊢ x * y = y * x", 8, without=("Nat.mul_comm",))
    assert "Nat.mul_comm" not in {hit.premise.name for hit in hits}
    assert hits


@pytest.mark.parametrize("goal", ["", "⊢", "⊢ ∃ x, Foo.bar x", "\x00", "⊢ " + "x " * 50_000])
def test_a_goal_about_nothing_known_finds_nothing(goal: str) -> None:
    assert PremiseIndex(LIBRARY).retrieve(goal, 5) == []


def test_an_empty_library_and_an_empty_wish_find_nothing() -> None:
    assert PremiseIndex([]).retrieve("⊢ 1 = 1", 5) == []
    assert PremiseIndex(LIBRARY).retrieve("x : ℕ\n⊢ x * 1 = x", 0) == []


def test_words_leave_bound_names_out() -> None:
    found = words("h₁ : List.reverse l = ys\n⊢ Nat.gcd a b = 1")
    assert {"List.reverse", "reverse", "Nat.gcd", "gcd", "=", "1"} <= set(found)
    assert not {"h₁", "l", "ys", "a", "b", "⊢"} & set(found)


def test_words_of_a_name() -> None:
    assert words_of_name("Nat.dvd_mul_right'") == ["nat", "dvd", "mul", "right"]
    assert words_of_name("List.getElem?_eq_none_iff") == ["list", "get", "elem", "eq", "none", "iff"]


async def test_the_library_is_read_page_by_page() -> None:
    seen: list[int] = []
    assert await library_premises(cast("Any", Library(LIBRARY)), seen.append) == LIBRARY
    assert seen == [3, 6, 8]


async def test_it_is_kept_and_made_again_if_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTAIL_CACHE_DIR", str(tmp_path))
    first, second, third = Library(LIBRARY), Library(LIBRARY), Library(LIBRARY)
    engine = cast("Any", AnEngine())
    assert await premises_of(engine, cast("Any", first)) == LIBRARY
    assert await premises_of(engine, cast("Any", second)) == LIBRARY
    assert (first.requests, second.requests) == (3, 0)
    kept = tmp_path / "premises-abc.jsonl"
    lines = kept.read_bytes().splitlines(keepends=True)
    kept.write_bytes(b"".join(lines[:3] + lines[4:]))  # a theorem is gone, the count is not
    assert await premises_of(engine, cast("Any", third)) == LIBRARY
    assert third.requests == 3
