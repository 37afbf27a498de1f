"""Running one service as if nothing else existed: no other service, and no package that it does not declare."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from importlib import metadata
from pathlib import Path

from deploy.tools.house import House
from deploy.tools.lock import closure


def build_wheel(folder: Path, target: Path) -> Path:
    """Build the distribution in a folder as an image would, without the network, from a copy of its sources."""
    copy = target / folder.name
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "build"))
    build = "import setuptools.build_meta as b, sys; print(b.build_wheel(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", build, str(target)], cwd=copy, check=True, capture_output=True, text=True)
    shutil.rmtree(copy)
    return max(target.glob("*.whl"), key=lambda wheel: wheel.stat().st_mtime_ns)


def install(wheel: Path, environment: Path) -> None:
    """Put a wheel's content where Python will find it."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(environment)


def link_dependencies(house: House, names: list[str], environment: Path) -> None:
    """Link into the environment what these distributions declare, and what that needs; nothing else of this machine."""
    projects = dict(house.distributions())
    local = {project["name"] for project in projects.values()}
    declared = {needed for name in names for needed in projects[name]["dependencies"]} - local
    owners = metadata.packages_distributions()
    for file in {file for name in closure(declared) for file in metadata.distribution(name).files or []}:
        # A folder that one distribution has for itself is linked as a whole, with what Python compiled there.
        whole = len(file.parts) > 1 and len(set(owners.get(file.parts[0], ()))) == 1
        link = environment / (file.parts[0] if whole else file)
        if file.parts[0] != ".." and not link.exists():  # `..` leads to commands in bin/
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(Path(sysconfig.get_path("purelib")) / link.relative_to(environment))


def run_alone(environment: Path, arguments: list[str], settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run Python with the standard library and this environment, and none of this process's settings."""
    bare = {"PATH": os.defpath, "PYTHONPATH": str(environment), "HOME": str(environment.parent), "LANG": "C.UTF-8"}
    command = [sys.executable, "-S", *arguments]
    return subprocess.run(
        command,
        env={**bare, **settings},
        cwd=environment.parent,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )


def copy_sources(source: House, target: Path, services: list[str]) -> House:
    """The repository as it would be with only these services in it."""
    ignored = shutil.ignore_patterns("__pycache__", ".*_cache", "*.egg-info")
    folders = ["shared", "deploy", "tests/support"]
    folders += [f"{place}/{name}" for name in services for place in ("services", "tests/services")]
    for folder in folders:
        shutil.copytree(source.root / folder, target / folder, ignore=ignored)
    for file in ("pyproject.toml", "requirements.lock", "tests/conftest.py", "tests/features.csv"):
        shutil.copy(source.root / file, target / file)
    (target / "services").mkdir(exist_ok=True)
    return House(target)


def run_in(house: House, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    """Run Python in a copied repository, with this machine's packages and the copy's own services alone."""
    # Without `site` the environment's links to the services of this checkout are not followed.
    paths = [house.root, Path(sysconfig.get_path("purelib")), *house.import_paths()]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))}
    command = [sys.executable, "-S", *arguments]
    return subprocess.run(command, cwd=house.root, env=environment, check=False, capture_output=True, text=True)
