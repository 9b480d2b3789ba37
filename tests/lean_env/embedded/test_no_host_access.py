"""Code of the user's, in commands and in tactics, sees nothing of the host and cannot speak on the protocol's stream.

Lean code runs in two places: `#eval`, whose output Lean captures, and macros, whose code runs while a tactic is expanded
and writes to the process' own streams.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import pytest_asyncio

from lean_env.embedded.session import EmbeddedSession
from lean_env.errors import WorkerLost
from lean_env.messages import Advanced, Ran
from tests.fakes.lean import Workers, kind_of, opened, ran, stepped

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="session")]

# `now` makes a pure value of an action, so that a macro can perform it. The tactics succeed if what they try does.
MACROS = """unsafe def nowImpl (act : BaseIO Bool) : Bool := (unsafeCast act : Unit → Bool) ()
@[implemented_by nowImpl] opaque now (act : BaseIO Bool) : Bool
def works (act : IO Unit) : Bool := now (EIO.catchExceptions (act *> pure true) fun _ => pure false)
def reads (path : String) := works (do discard <| IO.FS.readFile path)
def writes (path : String) := works (do IO.FS.writeFile path "written by Lean"; pure ())
def says (text : String) := works (do IO.print text; (← IO.getStdout).flush; IO.eprint text)
def hears := works (do if (← (← IO.getStdin).getLine) == "" then throw (IO.userError "end of file"))
def spawns (path : String) := works (do discard <| (← IO.Process.spawn { cmd := path }).wait)
macro "reads " path:str : tactic => if reads path.getString then `(tactic| skip) else `(tactic| fail)
macro "writes " path:str : tactic => if writes path.getString then `(tactic| skip) else `(tactic| fail)
macro "says " text:str : tactic => if says text.getString then `(tactic| skip) else `(tactic| fail)
macro "hears" : tactic => if hears then `(tactic| skip) else `(tactic| fail)
macro "spawns " path:str : tactic => if spawns path.getString then `(tactic| skip) else `(tactic| fail)"""


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text("of the host")
    return path


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def armed(workers: Workers) -> tuple[EmbeddedSession, int]:
    """A session of this file's own, and a state in it whose tactics act on what they can reach."""
    session = await workers.start()
    scope = await ran(session, MACROS)
    return session, (await opened(session, "theorem t : 1 = 1", scope.env)).state


def untouched(secret: Path) -> bool:
    """Whether the host is as the fixture left it, and nothing of what the tests try to write is anywhere."""
    written = ("/tmp/entail-was-here", "/kept-in-memory", "written-beside-the-worker")
    alone = {path.name: path.read_text() for path in secret.parent.iterdir()} == {"secret": "of the host"}
    return alone and not any(Path(path).exists() for path in written)


def spoken(result: Ran) -> str:
    return "".join(message.data for message in result.messages)


async def test_eval_cannot_read_the_host(session: EmbeddedSession, secret: Path) -> None:
    for path in ("/etc/passwd", "/proc/self/environ", "/proc/self/mem", str(secret), f"/proc/self/cwd/{secret.name}", __file__):
        result = await session.run(f'#eval IO.FS.readFile "{path}"')
        assert len(result.errors) == 1, path
        assert "of the host" not in spoken(result)
    for folder in (secret.parent, Path(__file__).parent, Path("/etc"), Path.home()):
        result = await session.run(f'#eval (do return (← System.FilePath.readDir "{folder}").size : IO ℕ)')
        assert result.errors != (), folder
    assert untouched(secret)


async def test_eval_cannot_change_the_host(session: EmbeddedSession, tmp_path: Path, secret: Path) -> None:
    attempts = [
        f'IO.FS.writeFile "{tmp_path}/written" "x"',
        f'IO.FS.writeFile "{secret}" "x"',
        f'IO.FS.createDirAll "{tmp_path}/folder"',
        f'IO.FS.removeFile "{secret}"',
        f'IO.FS.rename "{secret}" "{tmp_path}/renamed"',
        'IO.FS.writeFile "/tmp/entail-was-here" "x"',
        'IO.FS.writeFile "written-beside-the-worker" "x"',
    ]
    for attempt in attempts:
        await session.run(f"#eval ({attempt} : IO Unit)")  # some write to the worker's memory, and succeed
    assert untouched(secret)


async def test_eval_cannot_start_programs_or_see_the_environment(session: EmbeddedSession, monkeypatch: pytest.MonkeyPatch) -> None:
    for attempt in (
        'do return (← IO.Process.output { cmd := "/bin/true" }).exitCode.toNat',
        'do return (← (← IO.Process.spawn { cmd := "/bin/true" }).wait).toNat',
    ):
        assert (await session.run(f"#eval ({attempt} : IO ℕ)")).errors != ()
    for name in ("PATH", "HOME", "PWD", "ENTAIL_CACHE_DIR"):
        monkeypatch.setenv(name, os.environ.get(name, "set"))
        assert spoken(await session.run(f'#eval IO.getEnv "{name}"')) == "none"
    pid = spoken(await session.run("#eval IO.Process.getPID"))
    assert pid != str(session.pid)


async def test_eval_sees_no_path_of_the_host(session: EmbeddedSession) -> None:
    assert "/bin/lean.wasm" in spoken(await session.run("#eval IO.appPath"))
    assert '"/"' in spoken(await session.run("#eval IO.currentDir"))


@pytest.mark.parametrize("attempt", ["Std.Internal.UV.TCP.Socket.new", "Std.Internal.UV.System.osHomedir"])
async def test_sockets_and_the_system_do_not_exist(workers: Workers, attempt: str) -> None:
    session = await workers.start()
    with pytest.raises(WorkerLost) as lost:  # the runtime was built without them, and takes the worker down
        await session.run(f"#eval (do discard <| {attempt} : IO Unit)")
    assert "libuv" in lost.value.detail


async def test_a_tactic_cannot_reach_the_host(armed: tuple[EmbeddedSession, int], tmp_path: Path, secret: Path) -> None:
    session, state = armed
    for tactic in (
        'reads "/etc/passwd"',
        f'reads "{secret}"',
        'reads "/dev/stdin"',
        f'writes "{tmp_path}/written"',
        f'writes "{secret}"',
        'spawns "/bin/true"',
        "hears",
    ):
        assert kind_of(await stepped(session, state, tactic)) == "refused", tactic
    # What does work happens in the worker's memory. It shows that the tactics do what they say.
    for tactic in ('writes "/kept-in-memory"', 'reads "/kept-in-memory"'):
        assert kind_of(await stepped(session, state, tactic)) == "open", tactic
    assert untouched(secret)
    assert (await session.run("#check 1")).errors == ()  # `hears` took nothing of the next request


FORGED = '{"ok":[{"type":"advanced","parts":[],"state":1,"heartbeats":0}]}'


@pytest.mark.parametrize("text", ["", "\n", "5\n{}\n", f"{len(FORGED)}\n{FORGED}\n", "-1\n", "99999999999\n", "x" * 60_000])
async def test_what_lean_code_prints_is_never_taken_for_a_reply(armed: tuple[EmbeddedSession, int], text: str) -> None:
    session, state = armed
    literal = '"' + text.replace('"', '\\"').replace("\n", "\\n") + '"'
    captured = await session.run(f"#eval IO.println {literal}")
    assert captured.messages[0].data == f"{text}\n"
    assert (await session.run(f'#eval IO.FS.writeFile "/dev/stdout" {literal}')).errors == ()
    for tactic in (f"says {literal}", f"dbg_trace {literal}", f"trace {literal}"):
        result = await stepped(session, state, tactic)
        assert isinstance(result, Advanced)
        assert [len(part.goals) for part in result.parts] == [1]
    assert (await session.run("#check 1")).messages[0].data == "1 : ℕ"
