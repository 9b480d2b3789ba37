"""Addresses are judged within seconds, and actors get what they need of this process."""

from __future__ import annotations

import os
import socket
import sysconfig
from pathlib import Path

import pytest

from lean_env import cluster
from lean_env.cluster import actor_environment, find_head
from lean_env.errors import EnvError


@pytest.mark.parametrize("address", ["somewhere", "ray://10.0.0.1:10001", "host:port", ":6379", ""])
async def test_an_address_that_is_none_is_told(address: str) -> None:
    with pytest.raises(EnvError, match="is no address of a Ray cluster"):
        await find_head(address)


@pytest.mark.parametrize("port", ["0", "99999"])
async def test_a_port_that_cannot_be_is_told(port: str) -> None:
    with pytest.raises(EnvError, match="nobody answers"):
        await find_head(f"127.0.0.1:{port}")


async def test_an_address_where_nobody_listens_is_told_with_what_to_check() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(EnvError, match=f"nobody answers at {address}; check that"):
            await find_head(address)


async def test_local_looks_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:1")
    assert await find_head("local") == ""


async def test_auto_is_what_ray_start_joined_or_a_ray_of_our_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))
    assert await find_head("auto") == ""
    (tmp_path / "ray").mkdir()
    note = tmp_path / "ray" / "ray_current_cluster"
    note.write_text("127.0.0.1:1\n")  # a cluster that is gone
    assert await find_head("auto") == ""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        note.write_text(f"{address}\n")
        assert await find_head("auto") == address
        note.unlink()
        monkeypatch.setenv("RAY_ADDRESS", address)
        assert await find_head("auto") == address


async def test_an_address_that_the_user_gave_is_never_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:1")
    with pytest.raises(EnvError, match=r"nobody answers at 127\.0\.0\.1:1"):
        await find_head("auto")


def test_actors_get_our_settings_and_our_code_but_no_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTAIL_CACHE_DIR", "/somewhere/else")
    monkeypatch.setenv("SECRET", "x")
    given = actor_environment()
    assert given["ENTAIL_CACHE_DIR"] == "/somewhere/else"
    assert "SECRET" not in given
    folders = given["PYTHONPATH"].split(os.pathsep)
    assert str(Path(cluster.__file__).parent.parent) in folders
    assert not any(Path(folder).is_relative_to(sysconfig.get_paths()["purelib"]) for folder in folders)
    assert len(folders) == len(set(folders))
