"""The addon that maps files: compiled here, loaded by node, and given what it has to refuse."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from lean_env.embedded.build import compile_addon
from lean_env.embedded.engine import SOURCES
from lean_env.errors import ToolchainMissing
from lean_env.toolchain import find_compiler, find_node

PAGE = 65536  # of wasm: a multiple of any machine's


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        find_compiler()
    except ToolchainMissing as missing:
        pytest.skip(str(missing))
    folder = tmp_path_factory.mktemp("addon")
    assert compile_addon(find_node(), SOURCES, folder) == ()
    assert [path.name for path in folder.iterdir()] == ["map_memory.node"]
    (folder / "image").write_bytes(bytes(range(256)) * (2 * PAGE // 256))
    (folder / "empty").touch()
    return folder


def in_node(folder: Path, script: str) -> object:
    program = f"""
        const {{ mapInto, mapFile }} = require('./map_memory.node'), fs = require('fs');
        const memory = new WebAssembly.Memory({{ initial: 4, maximum: 16, shared: true }});
        const bytes = new Uint8Array(memory.buffer);
        const attempt = action => {{ try {{ action(); return 'done' }} catch (error) {{ return error.message }} }};
        {script}
    """
    argv = [find_node().path, "--expose-gc", "-e", program]
    done = subprocess.run(argv, cwd=folder, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr.decode()) == (0, "")
    return json.loads(done.stdout)


def test_a_file_appears_in_memory_and_writing_there_does_not_change_it(folder: Path) -> None:
    script = f"""
        bytes.fill(7);
        mapInto(bytes, 'image', {2 * PAGE});
        bytes[1] = 99;
        console.log(JSON.stringify({{ start: [...bytes.slice(0, 4)], end: bytes[{2 * PAGE - 1}], after: bytes[{2 * PAGE}],
            file: [...fs.readFileSync('image').subarray(0, 4)] }}));
    """
    expected = {"start": [0, 99, 2, 3], "end": 255, "after": 7, "file": [0, 1, 2, 3]}
    assert in_node(folder, script) == expected


def test_two_mappings_of_one_file_are_separate(folder: Path) -> None:
    script = f"""
        const other = new Uint8Array(new WebAssembly.Memory({{ initial: 4 }}).buffer);
        mapInto(bytes, 'image', {PAGE}); mapInto(other, 'image', {PAGE});
        bytes[5] = 50;
        console.log(JSON.stringify([bytes[5], other[5]]));
    """
    assert in_node(folder, script) == [50, 5]


def test_memory_still_grows_after_a_mapping(folder: Path) -> None:
    script = f"""
        mapInto(bytes, 'image', {2 * PAGE}); memory.grow(2);
        const grown = new Uint8Array(memory.buffer);
        console.log(JSON.stringify([grown.length, grown[3], grown[grown.length - 1]]));
    """
    assert in_node(folder, script) == [6 * PAGE, 3, 0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("mapInto(bytes, 'nothing', 65536)", "cannot open (No such file or directory): nothing"),
        ("mapInto(bytes, 'empty', 65536)", "empty or unreadable: empty"),
        ("mapInto(bytes, 'image', 3 * 65536)", "shorter than what is to be mapped: image"),
        ("mapInto(bytes, 'image', 5 * 65536)", "no more than the array holds"),
        ("mapInto(bytes, 'image', 0)", "has to be positive"),
        ("mapInto(bytes, 'image', NaN)", "has to be positive"),
        ("mapInto(bytes, 'image', 100)", "multiples of the page size"),
        ("mapInto(bytes.subarray(8), 'image', 65536)", "multiples of the page size"),
        ("mapInto(bytes, 17, 65536)", "the path has to be a string"),
        ("mapInto({}, 'image', 65536)", "has to be a Uint8Array"),
        ("mapInto(bytes)", "has to be a Uint8Array"),
        ("mapFile('nothing')", "cannot open"),
        ("mapFile()", "the path has to be a string"),
    ],
)
def test_what_cannot_be_mapped_is_refused_and_memory_untouched(folder: Path, call: str, message: str) -> None:
    script = f"""
        bytes.fill(7);
        const said = attempt(() => {call});
        console.log(JSON.stringify([said, bytes.every(byte => byte === 7)]));
    """
    answer = in_node(folder, script)
    assert isinstance(answer, list)
    assert message in answer[0]
    assert answer[1] is True


def test_a_file_is_read_without_being_copied_and_released_when_collected(folder: Path) -> None:
    script = f"""
        const mapped = () => fs.readFileSync('/proc/self/maps', 'utf8').includes('/image');
        (() => {{
            const view = new Uint8Array(mapFile('image'));
            view[0] = 9;
            global.seen = [view.length, view[0], view[{PAGE + 3}]];
        }})();
        const before = fs.existsSync('/proc/self/maps') ? mapped() : true;
        gc();
        setTimeout(() => {{ gc();
            const after = fs.existsSync('/proc/self/maps') ? mapped() : false;
            console.log(JSON.stringify([...seen, fs.readFileSync('image')[0], before, after]));
        }}, 20);
    """
    assert in_node(folder, script) == [2 * PAGE, 9, 3, 0, True, False]


def test_without_a_compiler_there_is_a_warning_and_no_addon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CC", raising=False)
    node = find_node()
    monkeypatch.setenv("PATH", str(tmp_path))
    (warning,) = compile_addon(node, SOURCES, tmp_path)
    assert "instead of mapping it: no C compiler" in warning
    assert list(tmp_path.iterdir()) == []


def test_an_addon_that_node_cannot_load_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiler = tmp_path / "bin" / "cc"
    compiler.parent.mkdir()
    compiler.write_text('#!/bin/sh\nwhile [ "$1" != -o ]; do shift; done; echo "not a library" > "$2"\n')
    compiler.chmod(0o755)
    monkeypatch.setenv("CC", str(compiler))
    monkeypatch.setenv("PATH", f"{compiler.parent}{os.pathsep}{os.environ['PATH']}")
    (warning,) = compile_addon(find_node(), SOURCES, tmp_path)
    assert "loading map_memory.node failed" in warning
    assert list(tmp_path.glob("*.node")) == []
