"""Frames survive any cut of the stream, and what is no frame is refused at the first byte that shows it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lean_env.framing import FrameDecoder, encode_frame


def feed_in_pieces(decoder: FrameDecoder, data: bytes, cuts: list[int]) -> list[bytes | None]:
    """What `feed` returned for each piece of `data`, cut at `cuts`."""
    edges = [0, *sorted({cut % (len(data) + 1) for cut in cuts} - {0, len(data)}), len(data)]
    return [decoder.feed(data[start:end]) for start, end in pairwise(edges)]


@given(st.binary(max_size=300), st.lists(st.integers(min_value=0), max_size=8))
def test_any_cut_of_a_frame_gives_the_payload_at_its_last_byte_and_not_before(payload: bytes, cuts: list[int]) -> None:
    decoder = FrameDecoder(max_frame_bytes=300)
    for _ in range(2):  # a decoder is used again and again
        *early, last = feed_in_pieces(decoder, encode_frame(payload), cuts)
        assert early == [None] * len(early)
        assert last == payload
        assert decoder.pending == b""


@given(st.binary(max_size=60), st.lists(st.integers(min_value=0), max_size=5))
def test_random_bytes_never_give_a_payload_that_was_not_framed(noise: bytes, cuts: list[int]) -> None:
    decoder = FrameDecoder(max_frame_bytes=30)
    try:
        found = [payload for payload in feed_in_pieces(decoder, noise, cuts) if payload is not None]
    except ValueError:
        return
    for payload in found:
        assert encode_frame(payload).rstrip(b"\n") in noise.lstrip(b"0")


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"oops", "no frame header but b'oops'"),
        (b"{}\n", "no frame header"),
        (b"-5\n", "no frame header"),
        (b" 5\n", "no frame header"),
        (b"5\r\n", "no frame header"),
        ("٣\n".encode(), "no frame header"),
        (b"\n", "empty line"),
        (b"1" * 13, "no frame header"),
        (b"31\n", "announced a frame of 31 bytes where 30 are allowed"),
        (b"2\n{}}", "does not end where its header says"),
    ],
)
def test_what_is_no_frame_is_refused_at_once(data: bytes, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        FrameDecoder(max_frame_bytes=30).feed(data)


def test_bytes_after_a_frame_stay_visible() -> None:
    decoder = FrameDecoder(max_frame_bytes=30)
    assert decoder.feed(b"2\n{}\n4\ntr") == b"{}"
    assert decoder.pending == b"4\ntr"
    assert decoder.feed(b"ue\n") == b"true"
