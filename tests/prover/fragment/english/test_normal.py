from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.fragment.english.normal import pieces

WORDS = frozenset({"is", "let", "and", "be"})


def plain(text: str) -> str:
    return " ".join(piece.text for piece in pieces(text, WORDS))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$2^x3^y=1296$", "2 ^ x * 3 ^ y = 1296"),
        (r"$100{,}001$ and 39,500", "100001 and 39500"),
        (r"$\gcd(120,168)$", "gcd ( 120 , 168 )"),
        (r"$x_{531}+x_{n-1}$", "x _ ( 531 ) + x _ ( n - 1 )"),
        ("$x_{}^{} + y$", "x + y"),
        (r"$5n \equiv 8 \pmod{17}$", "5 * n ≡ 8 ( mod 17 )"),
        (r"$5n \equiv 8 \pmod m$", "5 * n ≡ 8 ( mod m )"),
        (r"$ab(a+b)$", "a * b @ ( a + b )"),
        (r"$\frac{2^n+1}{n^2}$", "frac { 2 ^ n + 1 } { n ^ 2 }"),
        ("n² ≤ 3·x₁", "n ^ 2 ≤ 3 * x _ 1"),
        (r"$\begin{align*} x&=1,\\ y&=2 \end{align*}$", "x = 1 , y = 2"),
        (r"$\textbf{(A)}\ 8 \qquad \text{(B)}\ 9$", "A 8 B 9"),
        ("let x and y be xy", "let x and y be x * y"),
        (r"$\mathit{rows} \cdot 2$", "rows * 2"),
        (r"$a \not\equiv b$, $a \nmid b$, $a | b$", "a ≢ b , a ∤ b , a ∣ b"),
    ],
)
def test_latex_and_unicode_become_one_row(text: str, expected: str) -> None:
    assert plain(text) == expected


@given(st.text(max_size=60))
def test_every_text_has_pieces_in_order_within_it(text: str) -> None:
    found = pieces(text, WORDS)
    assert all(0 <= piece.start <= piece.end <= len(text) for piece in found)
    assert [piece.start for piece in found] == sorted(piece.start for piece in found)


@given(st.text(max_size=60))
def test_no_letter_or_digit_is_lost(text: str) -> None:
    covered = {at for piece in pieces(text, WORDS) for at in range(piece.start, piece.end)}
    lost = [text[at] for at in range(len(text)) if text[at].isalnum() and at not in covered]
    assert not lost or "\\" in text


@pytest.mark.parametrize("text", ["3.5", r"\sqrt", "λ", "}", "@"])
def test_what_is_not_known_is_said_to_be(text: str) -> None:
    assert pieces(text, WORDS)[0].kind == "unknown"
