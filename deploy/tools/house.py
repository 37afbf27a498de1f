"""Where things are in the repository, for every tool: the folders are the list of services, nothing else is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

PORTAL = "portal"
"""The one folder under services/ without a database, events or an inside: a client of the gateway."""

_REQUIREMENT_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class House:
    """One checkout; the tests make a second one in a temporary folder."""

    root: Path = ROOT

    @property
    def shared(self) -> Path:
        """The folder of the `plumbing` distribution."""
        return self.root / "shared"

    @property
    def lock(self) -> Path:
        """The constraints file that every install uses."""
        return self.root / "requirements.lock"

    def services(self) -> list[str]:
        """Names of the services that exist here, the portal included, in alphabetical order."""
        folders = (self.root / "services").glob("*/")
        return sorted(folder.name for folder in folders if self.package(folder.name).joinpath("__init__.py").is_file())

    def speaking_services(self) -> list[str]:
        """The services with an inside (domain, events, tables): all but the portal."""
        return [name for name in self.services() if name != PORTAL]

    def service(self, name: str) -> Path:
        """The folder of a service, with its README, contracts and package."""
        return self.root / "services" / name

    def package(self, name: str) -> Path:
        """The Python package inside a service's folder."""
        return self.service(name) / name

    def import_paths(self) -> list[Path]:
        """What must be on `sys.path` so that plumbing and every service can be imported."""
        return [self.shared, *(self.service(name) for name in self.services())]

    def distributions(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The `[project]` table of plumbing and of every service, by folder name (`shared`, `quoting`…)."""
        manifests = [("shared", self.shared), *((name, self.service(name)) for name in self.services())]
        for name, folder in manifests:
            manifest = folder / "pyproject.toml"
            if manifest.is_file():
                yield name, read_toml(manifest)["project"]

    def groups(self) -> dict[str, list[str]]:
        """The dependency groups of the root: what running embedded, testing and checking add."""
        groups: dict[str, list[str]] = read_toml(self.root / "pyproject.toml")["dependency-groups"]
        return groups


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file."""
    import tomllib  # not at the top: install.py must load on an older Python to be able to say so

    return tomllib.loads(path.read_text(encoding="utf-8"))


def requirement_name(requirement: str) -> str:
    """`psycopg[binary]>=3` -> `psycopg`, in the normal form of the package index."""
    found = _REQUIREMENT_NAME.match(requirement.strip())
    if found is None:
        raise ValueError(f"not a requirement: {requirement!r}")
    return re.sub(r"[-_.]+", "-", found.group()).lower()
