"""Ways out of the sandbox, tried: to files, to the network, to other processes, to more rights. Each has to be refused."""

from __future__ import annotations

import os
import socket
import stat
import sys
from pathlib import Path

import pytest

from prover.sandbox.isolation import Way
from prover.sandbox.kernel import Kernel
from prover.sandbox.outcomes import Limits, Raised, Ran
from tests.prover.sandbox.conftest import StartKernel

SECRET = "s3cret-of-the-user"

REFUSALS = (
    "PermissionError",
    "FileNotFoundError",
    "OSError",
    "NotADirectoryError",
    "ProcessLookupError",
    "socket.gaierror",
    "urllib.error.URLError",
)


async def refused(kernel: Kernel, code: str) -> str:
    """The error that `code` ended with; it has to be a refusal, and the kernel has to go on."""
    outcome = await kernel.run(code)
    assert isinstance(outcome, Raised), (code, outcome)
    assert SECRET not in outcome.output + outcome.error
    last = outcome.error.splitlines()[-1]
    assert last.startswith(REFUSALS), (code, last)
    assert await kernel.run("6 * 7") == Ran("", "42")
    return last


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "home" / "secret.txt"
    path.parent.mkdir()
    path.write_text(SECRET, encoding="ascii")
    path.chmod(0o644)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.getuid() and folder.name.startswith("pytest-"):
            folder.chmod(0o755)  # so that file permissions are not what refuses
    return path


READS = [
    "print(open({path!r}).read())",
    "import os; print(os.read(os.open({path!r}, os.O_RDONLY), 100))",
    "import os; print(os.listdir({folder!r}))",
    "import mmap, os; print(mmap.mmap(os.open({path!r}, os.O_RDONLY), 0, prot=mmap.PROT_READ)[:])",
    "import os; os.symlink({path!r}, 'link'); print(open('link').read())",
    "import os; os.link({path!r}, 'hard'); print(open('hard').read())",
    "import os; os.chdir({folder!r}); print(open('secret.txt').read())",
    "print(open('/proc/self/root' + {path!r}).read())",
    "print(open('/proc/1/root' + {path!r}).read())",
    "print(open('../' * 20 + {path!r}).read())",
    "import os; f = os.open('/', os.O_PATH); print(os.read(os.open('..' + {path!r}, os.O_RDONLY, dir_fd=f), 100))",
    "import shutil; shutil.copy({path!r}, 'copy'); print(open('copy').read())",
]


async def test_files_outside_cannot_be_read(kernel: Kernel, secret: Path) -> None:
    for code in READS:
        await refused(kernel, code.format(path=str(secret), folder=str(secret.parent)))


SYSTEM_FILES = [
    "/etc/passwd",
    "/etc/shadow",
    "/etc/hostname",
    "/etc/resolv.conf",
    "/proc/self/environ",
    "/proc/1/environ",
    "/proc/1/cmdline",
    "/proc/self/mem",
    "/proc/mounts",
    "/sys/kernel/notes",
    "/dev/mem",
    "/dev/shm/x",
    "/var/log/syslog",
    "/root/.bashrc",
    "/root/.ssh/id_rsa",
]


async def test_the_systems_files_cannot_be_read(kernel: Kernel) -> None:
    for path in SYSTEM_FILES:
        await refused(kernel, f"print(open({path!r}).read(1))")


async def test_the_parents_files_in_proc_cannot_be_read(kernel: Kernel) -> None:
    for name in ("environ", "cmdline", "maps", "mem", "fd/0"):
        await refused(kernel, f"print(open('/proc/{os.getpid()}/{name}').read(1))")


async def test_the_home_folder_cannot_be_listed(kernel: Kernel) -> None:
    for folder in {str(Path.home()), str(Path(__file__).parent), os.getcwd()}:  # noqa: PTH109 - names only
        outcome = await kernel.run(f"import os; print([name for name in os.listdir({folder!r}) if not name.startswith('.pyenv')])")
        # The way to the interpreter may lead through it: then that is all there is.
        assert isinstance(outcome, Raised) or outcome.output in ("[]\n", "['.venv']\n"), outcome


async def test_the_home_of_the_code_is_the_scratch_folder(kernel: Kernel) -> None:
    assert await kernel.run("import os, pathlib; print(pathlib.Path.home())") == Ran("/tmp\n")


async def test_the_environment_holds_nothing_of_the_parents(start: StartKernel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEY", SECRET)
    monkeypatch.setenv("PYTHONSTARTUP", SECRET)
    monkeypatch.setenv("PYTHONPATH", SECRET)
    kernel = await start(Limits(wall_s=20))
    outcome = await kernel.run("import os, sys; print(dict(os.environ), sys.path, sys.argv)")
    assert isinstance(outcome, Ran)
    assert SECRET not in outcome.output
    assert "PATH=" not in outcome.output
    whole = "import ctypes; e = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), 'environ'); n = 0\nwhile e[n]: n += 1\nn"
    outcome = await kernel.run(whole)
    assert isinstance(outcome, Ran)
    assert int(outcome.value) <= 11


CHANGES = [
    "open({path!r}, 'w').write('changed')",
    "open({path!r}, 'a').write('changed')",
    "open({path!r}, 'r+').write('changed')",
    "import os; os.truncate({path!r}, 0)",
    "import os; os.open({path!r}, os.O_RDONLY | os.O_TRUNC)",
    "import os; os.chmod({path!r}, 0o777)",
    "import os; os.utime({path!r}, (1, 1))",
    "import os; os.chown({path!r}, 1, 1)",
    "import os; os.setxattr({path!r}, 'user.x', b'1')",
    "import os; os.unlink({path!r})",
    "import os; os.rename({path!r}, {path!r} + '2')",
    "import os; os.mkdir({folder!r} + '/new')",
    "import os; os.symlink('/', {folder!r} + '/new')",
    "import os; os.mkfifo({folder!r} + '/new')",
    "open({folder!r} + '/new', 'x').write('created')",
    "import tempfile; tempfile.NamedTemporaryFile(dir={folder!r})",
]


def state(path: Path) -> tuple[str, int, int, int, list[str]]:
    about = path.stat()
    siblings = [each.name for each in path.parent.iterdir()]
    return path.read_text(encoding="ascii"), about.st_mode, about.st_mtime_ns, about.st_ctime_ns, siblings


async def test_files_outside_cannot_be_changed(kernel: Kernel, secret: Path) -> None:
    before = state(secret)
    for code in CHANGES:
        await refused(kernel, code.format(path=str(secret), folder=str(secret.parent)))
        assert state(secret) == before, code


async def test_the_interpreter_and_its_packages_cannot_be_changed(kernel: Kernel) -> None:
    for module in ("os", "sympy"):
        path = f"import os, {module}; path = {module}.__file__; folder = os.path.dirname(path)\n"
        for change in (
            "open(path, 'a')",
            "os.open(path, os.O_RDONLY | os.O_TRUNC)",
            "os.chmod(path, 0o777)",
            "os.utime(path)",
            "os.unlink(path)",
            "os.rename(folder, folder + '2')",
            "open(folder + '/new.py', 'w')",
            "os.truncate(path, 0)",
        ):
            await refused(kernel, path + change)
    assert stat.S_ISREG(Path(os.__file__).stat().st_mode)  # noqa: ASYNC240 - one look


async def test_what_is_written_to_the_scratch_folder_stays_inside(kernel: Kernel, way: Way) -> None:
    name = "entail-test-of-the-scratch-folder"
    outcome = await kernel.run(f"open('/tmp/{name}', 'w').write('1')")
    assert isinstance(outcome, Raised if way is Way.LANDLOCK else Ran)
    assert not (Path("/tmp") / name).exists()


async def test_no_connection_reaches_a_listener(kernel: Kernel) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        await refused(kernel, f"import socket; socket.create_connection(('127.0.0.1', {port}), 5)")
        await refused(kernel, f"import urllib.request; urllib.request.urlopen('http://127.0.0.1:{port}', timeout=5)")
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()


SOCKETS = [
    "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 53))",
    "socket.socket(socket.AF_INET6).connect(('::1', 80))",
    "socket.socket(socket.AF_UNIX).connect('\\0abstract')",
    "socket.socket(socket.AF_UNIX).bind('here')",
    "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "socket.socketpair()",
    "socket.getaddrinfo('example.com', 80)",
    "socket.gethostbyname('localhost.example')",
]


async def test_there_are_no_sockets(kernel: Kernel) -> None:
    for code in SOCKETS:
        await refused(kernel, f"import socket\n{code}")


async def test_no_other_process_can_be_signalled(kernel: Kernel) -> None:
    mine = os.getpid()
    for target in (mine, -mine, 1, 0, -1, os.getppid()):
        for number in (0, 15, 9):
            await refused(kernel, f"import os; os.kill({target}, {number})")
    await refused(kernel, f"import os; os.killpg({os.getpgrp()}, 15)")
    await refused(kernel, "import os; os.kill(os.getppid(), 9)")
    await refused(kernel, f"import signal, os; signal.pidfd_send_signal(os.pidfd_open({mine}), 15)")
    await refused(kernel, "import fcntl, os; r, w = os.pipe(); fcntl.fcntl(r, fcntl.F_SETOWN, os.getppid())")
    await refused(kernel, f"import resource; resource.prlimit({mine}, resource.RLIMIT_CPU, (1, 1))")
    await refused(kernel, f"import os; os.setpriority(os.PRIO_PROCESS, {mine}, 19)")


# Called by number where the C library has no function; (x86_64, aarch64).
CALLS = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "setuid": (105, 146),
    "setresuid": (117, 147),
    "setgroups": (116, 159),
    "capset": (126, 91),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "init_module": (175, 105),
    "kexec_load": (246, 104),
    "shmget": (29, 194),
    "memfd_create": (319, 279),
    "mknodat": (259, 33),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "execveat": (322, 281),
    "clone3": (435, 435),
    "pidfd_getfd": (438, 438),
    "openat2": (437, 437),
    "seccomp": (317, 277),
    "personality": (135, 92),
    "setsid": (112, 157),
    "setpgid": (109, 154),
    "inotify_init1": (294, 26),
    "reboot": (169, 142),
    "syslog": (103, 116),
}


async def test_dangerous_system_calls_are_refused(kernel: Kernel) -> None:
    column = 0 if os.uname().machine == "x86_64" else 1
    numbers = {name: numbers[column] for name, numbers in CALLS.items()}
    code = f"""
import ctypes
c = ctypes.CDLL(None, use_errno=True)
passed = []
for name, number in {numbers!r}.items():
    ctypes.set_errno(0)
    if c.syscall(ctypes.c_long(number), *[ctypes.c_long(0)] * 6) != -1 or ctypes.get_errno() not in (1, 38): passed.append(name)
passed
"""
    assert await kernel.run(code) == Ran("", "[]")


async def test_a_new_user_namespace_cannot_be_had_through_clone(kernel: Kernel) -> None:
    number = 56 if os.uname().machine == "x86_64" else 220
    for flags in (0x10000000 | 17, 0x20000000 | 17, 0x40000000 | 17, 17, 0x10000000 | 0x10000):
        code = (
            f"import ctypes; c = ctypes.CDLL(None, use_errno=True)\nif c.syscall({number}, {flags}, 0, 0, 0, 0) == -1: "
            "raise OSError(ctypes.get_errno(), 'refused')"
        )
        assert "refused" in await refused(kernel, code)


async def test_no_rights_are_left(kernel: Kernel, way: Way) -> None:
    code = """
import ctypes, os
c = ctypes.CDLL(None, use_errno=True)
header, data = ctypes.create_string_buffer((0x20080522).to_bytes(4, 'little') + bytes(4), 8), ctypes.create_string_buffer(24)
print(c.capget(header, data), ctypes.get_errno())
"""
    assert await kernel.run(code) == Ran("-1 1\n")  # the question itself is not on the list
    if way is Way.SPARE_USER:
        assert await kernel.run("0 in (os.getuid(), os.getgid(), *os.getgroups(), *os.getresuid())") == Ran("", "False")


async def test_no_descriptor_of_the_parent_is_inherited(start: StartKernel, tmp_path: Path) -> None:
    with (tmp_path / "open").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        kernel = await start(Limits(wall_s=20))
        code = """
import os
found = []
for n in range(4096):
    try: os.fstat(n); found.append(n)
    except OSError: pass
found
"""
        assert await kernel.run(code) == Ran("", "[0, 1, 2, 3, 4, 5]")


@pytest.mark.skipif(sys.platform != "linux", reason="a Linux attribute")
async def test_it_outlives_its_parent_by_no_trick(kernel: Kernel) -> None:
    asked = "import ctypes; c = ctypes.CDLL(None, use_errno=True)\nif c.prctl(1, 0, 0, 0, 0) == -1: "
    await refused(kernel, asked + "raise OSError(ctypes.get_errno(), 'no')")


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="another architecture's table on this one")
async def test_a_call_of_another_table_ends_the_process(kernel: Kernel) -> None:
    outcome = await kernel.run("import ctypes; ctypes.CDLL(None).syscall(ctypes.c_long(0x40000000 | 39))")
    assert "SIGSYS" in getattr(outcome, "message", "")
    assert await kernel.run("1") == Ran("", "1")
