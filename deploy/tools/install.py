"""Bring .venv to what the manifests and requirements.lock ask for: `python -m deploy.tools.install run [test]`.

Plumbing and the services are not built: a .pth file puts their folders on the path, which takes no time and needs no
build tool. What they and the named groups depend on is installed by one pip call under the constraints of the lock. A
stamp per group holds a digest of all that was asked, so a second call returns at once.
"""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.tools.house import House, requirement_name

OLDEST_PYTHON = (3, 11)


def main(arguments: list[str]) -> int:
    """Install the groups named (`run`: runtime of the services and of the embedded mode; `test`: tests and checks)."""
    if sys.version_info < OLDEST_PYTHON:
        found = ".".join(map(str, sys.version_info[:2]))
        print(f"Python 3.11 or newer is needed, {sys.executable} is {found}: make PYTHON=python3.12 …", file=sys.stderr)
        return 1
    house = House()
    with _one_at_a_time(house.root / "var" / "install.lock"):
        environment = Environment(house.root / ".venv")
        environment.create()
        environment.link(house.import_paths())
        return environment.install(house, arguments or ["run"])


class Environment:
    """The virtual environment of a checkout."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = folder / "bin" / "python"

    def create(self) -> None:
        """Make the environment, or make it again when its interpreter is gone or was never finished."""
        if self._site_packages() is not None and self._runs():
            return
        print(f"Making {self.folder.name} with Python {sys.version.split()[0]}", flush=True)
        try:
            venv.EnvBuilder(with_pip=True, clear=True, symlinks=True).create(self.folder)
        except subprocess.CalledProcessError as failure:
            reason = (failure.stdout or b"").decode(errors="replace").strip()
            raise SystemExit(f"This Python cannot make environments: install its venv module.\n{reason}") from failure

    def link(self, folders: list[Path]) -> None:
        """Make the packages in these folders importable, and those of folders that are gone no longer."""
        site_packages = self._site_packages()
        assert site_packages is not None, "create() comes first"
        links = site_packages / "parapluie.pth"
        wanted = "".join(f"{folder}\n" for folder in folders)
        if not links.exists() or links.read_text(encoding="utf-8") != wanted:
            links.write_text(wanted, encoding="utf-8")

    def install(self, house: House, groups: list[str]) -> int:
        """Install what the groups ask for, unless the stamps say that it is there; pip's own exit code."""
        wanted = {group: requirements(house, group) for group in groups}
        stamps = {group: self._stamp(house, group, names) for group, names in wanted.items()}
        if all(stamp.exists() for stamp in stamps.values()):
            return 0
        names = sorted(set().union(*wanted.values()))
        print(f"Installing {len(names)} dependencies and what they need (once)", flush=True)
        # --no-compile: Python compiles what is imported when it is first imported, pip would compile everything.
        command: list[str | Path] = [
            self.python,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-input",
        ]
        code = subprocess.run([*command, "--no-compile", "--constraint", house.lock, *names], check=False).returncode
        if code == 0:
            for group, stamp in stamps.items():
                for old in self.folder.glob(f".{group}-*"):
                    old.unlink()
                stamp.touch()
        return code

    def _stamp(self, house: House, group: str, names: set[str]) -> Path:
        asked = "\n".join([*sorted(names), house.lock.read_text(encoding="utf-8")])
        return self.folder / f".{group}-{hashlib.sha256(asked.encode()).hexdigest()[:16]}"

    def _site_packages(self) -> Path | None:
        found = next(self.folder.glob("lib/python3.*/site-packages/pip/__main__.py"), None)
        return found and found.parents[1]

    def _runs(self) -> bool:
        try:
            return subprocess.run([self.python, "-c", ""], check=False).returncode == 0
        except OSError:
            return False


def requirements(house: House, group: str) -> set[str]:
    """What a group needs from outside: the root's group, and for `run` what the distributions depend on.

    `test` has their extras too: what is optional is proven like the rest.
    """
    names = set(house.groups()[group])
    distributions = list(house.distributions())
    local = {requirement_name(project["name"]) for _, project in distributions}
    for _, project in distributions:
        if group == "run":
            names |= set(project.get("dependencies", []))
        if group == "test":
            names |= {name for extra in project.get("optional-dependencies", {}).values() for name in extra}
    return {name for name in names if requirement_name(name) not in local}


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    path.parent.mkdir(exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
