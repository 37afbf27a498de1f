"""The environment is made from the manifests and the lock, once, and says clearly when it cannot be."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.tools import install
from deploy.tools.house import ROOT, House, requirement_name
from deploy.tools.lock import NotInstalled, closure
from tests.support.sources import HOUSE


@pytest.mark.parametrize(
    ("requirement", "name"),
    [("psycopg[binary]", "psycopg"), ("Flask_Babel>=4", "flask-babel"), (" a.b ; python_version < '4'", "a-b")],
)
def test_a_requirement_has_a_name(requirement: str, name: str) -> None:
    assert requirement_name(requirement) == name


def test_running_asks_for_no_test_tool_and_for_nothing_of_the_house() -> None:
    run = install.requirements(HOUSE, "run")
    assert "pytest" not in run
    assert {name for name in run if "parapluie" in name} == set()
    assert run.isdisjoint(install.requirements(HOUSE, "test"))


def test_a_missing_dependency_is_an_error_with_its_name() -> None:
    with pytest.raises(NotInstalled, match="a-package-that-nobody-has"):
        closure({"a-package-that-nobody-has"})


def test_services_are_linked_and_unlinked(tmp_path: Path) -> None:
    site_packages = tmp_path / "lib" / "python3.11" / "site-packages"
    (site_packages / "pip").mkdir(parents=True)
    (site_packages / "pip" / "__main__.py").touch()
    environment = install.Environment(tmp_path)
    environment.link([tmp_path / "shared", tmp_path / "services" / "quoting"])
    environment.link([tmp_path / "shared"])
    assert (site_packages / "parapluie.pth").read_text("utf-8") == f"{tmp_path / 'shared'}\n"


def test_what_is_installed_is_not_installed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def pip(command: list[str | Path], **_: object) -> subprocess.CompletedProcess[bytes]:
        asked.append([str(word) for word in command])
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", pip)
    environment = install.Environment(tmp_path)
    assert environment.install(HOUSE, ["run"]) == 0
    assert environment.install(HOUSE, ["run"]) == 0
    assert len(asked) == 1
    assert "waitress" in asked[0]
    assert "pytest" not in asked[0]
    assert asked[0][asked[0].index("--constraint") + 1] == str(HOUSE.lock)
    environment.install(HOUSE, ["run", "test"])
    assert "pytest" in asked[1]


def test_a_failed_installation_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 1))
    environment = install.Environment(tmp_path)
    assert environment.install(HOUSE, ["run"]) == 1
    assert list(tmp_path.iterdir()) == []


def test_an_old_python_is_told_what_to_do(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    assert install.main(["run"]) == 1
    assert "Python 3.11 or newer is needed" in capsys.readouterr().err


def test_help_lists_every_target_a_person_may_call() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    listed = set(re.findall(r"^  make (\S+)", shown, re.MULTILINE))
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert listed == targets
    assert {"run", "demo", "check", "test", "features", "contracts", "format", "new-service", "clean"} <= listed


def test_the_build_machine_calls_what_developers_call() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o100
    text = script.read_text("utf-8")
    assert "set -euo pipefail" in text
    assert "make check test" in text


def test_the_tools_load_without_anything_installed() -> None:
    # The first call on a fresh machine is made by its own Python, which has no package at all.
    bare = subprocess.run(
        [
            sys.executable,
            "-S",
            "-I",
            "-c",
            f"import sys; sys.path.insert(0, {str(ROOT)!r}); import deploy.tools.install",
        ],
        check=False,
        capture_output=True,
        text=True,
    )
    assert bare.returncode == 0, bare.stderr
    assert House().root == ROOT
