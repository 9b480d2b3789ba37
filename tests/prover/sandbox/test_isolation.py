from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import prover.sandbox.inside
from prover.sandbox.endings import killed_by_itself
from prover.sandbox.inside.cells import OUT_OF_MEMORY
from prover.sandbox.inside.namespaces import outermost
from prover.sandbox.isolation import Isolation, NoIsolation, Refusal, Way, no_isolation, ways
from prover.sandbox.kernel import Kernel
from prover.sandbox.orders import environment, readable, site_folders
from prover.sandbox.outcomes import Limits

REFUSED = (Refusal(Way.USER_NAMESPACE, "unshare", "Operation not permitted"),)


@pytest.mark.parametrize(
    ("isolation", "words"),
    [
        (Isolation(Way.SPARE_USER, threads=True), "namespaces + seccomp"),
        (Isolation(Way.USER_NAMESPACE, threads=False), "namespaces + seccomp (no threads: this machine cannot count them)"),
        (
            Isolation(Way.LANDLOCK, threads=False, refused=REFUSED),
            "landlock + seccomp (no scratch folder, no threads); user namespaces refused (unshare: Operation not permitted)",
        ),
        (Isolation(Way.NONE, threads=True), "none: code runs with the user's own rights"),
    ],
)
def test_an_isolation_is_described(isolation: Isolation, words: str) -> None:
    assert isolation.describe() == words


async def test_where_no_way_is_offered_nothing_is_run() -> None:
    with pytest.raises(NoIsolation, match="--unsafe-code"):
        await Kernel.start(among=())


def test_the_error_says_what_is_missing_and_what_helps() -> None:
    text = str(no_isolation([*REFUSED, Refusal(Way.LANDLOCK, "landlock_create_ruleset", "Function not implemented")]))
    assert "--unsafe-code runs code without isolation" in text
    if sys.platform == "linux":
        assert "user namespaces refused (unshare: Operation not permitted)" in text
        assert "Landlock refused (landlock_create_ruleset: Function not implemented)" in text


def test_elsewhere_than_on_linux_there_is_no_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert ways() == ()
    assert "the sandbox needs Linux, this is darwin" in str(no_isolation([]))


def test_inside_is_the_standard_library_alone() -> None:
    strangers: list[str] = []
    for path in sorted(Path(prover.sandbox.inside.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [str(node.module)]
            strangers += [
                f"{path.name}: {name}"
                for name in names
                if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("prover.sandbox.inside")
            ]
    assert strangers == []


def test_nothing_of_the_users_is_readable() -> None:
    home, project = Path.home(), Path(prover.sandbox.inside.__file__).parents[3]
    for path in map(Path, readable(site_folders())):
        assert path.is_absolute()
        assert not home.is_relative_to(path)
        assert not project.is_relative_to(path)
    assert "/etc" not in readable([])


def test_the_environment_is_the_sandboxs_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "secret")
    assert "secret" not in str(environment("/tmp"))
    assert environment("/tmp")["HOME"] == "/tmp"


def test_folders_in_folders_are_shown_once() -> None:
    assert outermost(["/usr/lib", "/usr/lib/python3", "/usr/lib64", "/lib", "/lib"]) == ["/lib", "/usr/lib", "/usr/lib64"]


@pytest.mark.parametrize(
    ("status", "cpu_s", "limit"),
    [
        (-24, 0.1, "cpu"),
        (-9, 1.1, "cpu"),
        (-9, 0.1, "memory"),
        (OUT_OF_MEMORY, 0.1, "memory"),
        (-11, 0.1, "died"),
        (-11, 2.0, "died"),
        (-40, 0.1, "died"),
        (0, 0.1, "died"),
        (1, 0.1, "died"),
    ],
)
def test_a_death_is_called_by_its_limit(status: int, cpu_s: float, limit: str) -> None:
    assert killed_by_itself(status, cpu_s, Limits(cpu_s=1.5), "").limit == limit
