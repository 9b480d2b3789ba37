"""Options out of their range are refused, without repeating a password that stands in the wrong place."""

from __future__ import annotations

from typing import Any

import pytest

from prover.models.server_options import ServerOptions


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:8000/v1",
        "ftp://host/v1",
        "http:///v1",
        "http://me:hunter2@host/v1",
        "http://host/v1?key=hunter2",
        "http://host/v1#hunter2",
        "http://host/v1/chat/completions",
        "http://host/v1/completions/",
    ],
)
def test_a_url_that_is_no_base_url(url: str) -> None:
    with pytest.raises(ValueError, match="base_url") as raised:
        ServerOptions(url, "m")

    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    "option",
    [
        {"model": ""},
        {"concurrency": 0},
        {"retries": -1},
        {"most_samples": -1},
        {"most_bytes": 0},
        {"timeout_s": 0.0},
        {"deadline_s": float("inf")},
        {"first_pause_s": float("nan")},
        {"most_pause_s": -1.0},
    ],
)
def test_an_option_out_of_its_range(option: dict[str, Any]) -> None:
    settings: dict[str, Any] = {"base_url": "http://host/v1", "model": "m"} | option

    with pytest.raises(ValueError, match=next(iter(option))):
        ServerOptions(**settings)


def test_slashes_at_the_end_make_no_difference() -> None:
    assert ServerOptions("http://host/v1//", "m") == ServerOptions("http://host/v1", "m")
