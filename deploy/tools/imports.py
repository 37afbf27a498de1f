"""Check which way imports point, with import-linter: `python -m deploy.tools.imports`.

The contracts are the same for every service, and the services are the folders that exist, so the configuration is
computed and handed to import-linter in a file under var/.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from deploy.tools.house import PORTAL, House

LAYERS = (
    "__main__",
    "app | worker | (seed)",
    "bootstrap",
    "api | messages | jobs",
    "adapters",
    "config",
    "usecases",
    "domain",
)
"""The rooms of a service, outermost first; a room may import those below it. `seed` is there for who seeds."""

APART = ("migrations",)
"""Rooms that nothing imports and that import nothing of the service."""

FRAMEWORKS = (
    *("alembic", "flask", "flask_smorest", "httpx", "jinja2", "kombu", "marshmallow", "minio", "pika", "psycopg"),
    *("prometheus_client", "requests", "sqlalchemy", "structlog", "typst", "waitress", "werkzeug"),
)

Contract = dict[str, Any]


def contracts(services: list[str]) -> list[Contract]:
    """The contracts over these services."""
    inside = [name for name in services if name != PORTAL]
    found: list[Contract] = [
        {
            "name": "Plumbing knows no service",
            "type": "forbidden",
            "source_modules": ["plumbing"],
            "forbidden_modules": services,
        },
        {
            "name": "RabbitMQ is reached through plumbing, and pika stays outside the services",
            "type": "forbidden",
            "source_modules": services,
            "forbidden_modules": ["kombu", "pika", "amqp"],
            "allow_indirect_imports": True,
        },
        {
            "name": "Plumbing speaks kombu, never pika",
            "type": "forbidden",
            "source_modules": ["plumbing"],
            "forbidden_modules": ["pika"],
        },
    ]
    if len(services) > 1:
        found.append({"name": "No service imports another", "type": "independence", "modules": services})
    if inside:
        found += _inside(inside)
    if PORTAL in services:
        found.append(_portal())
    return found


def _inside(services: list[str]) -> list[Contract]:
    return [
        {
            "name": "Rooms: the same in every service, imports point inward",
            "type": "layers",
            "containers": services,
            "layers": list(LAYERS),
            "exhaustive": True,
            "exhaustive_ignores": list(APART),
        },
        {
            "name": "The domain is plain Python",
            "type": "forbidden",
            "source_modules": [f"{name}.domain" for name in services],
            "forbidden_modules": list(FRAMEWORKS),
        },
        {
            # The unit of work they are handed is SQLAlchemy's behind a Protocol; they themselves name no framework.
            "name": "Use cases name no framework",
            "type": "forbidden",
            "source_modules": [f"{name}.usecases" for name in services],
            "forbidden_modules": list(FRAMEWORKS),
            "allow_indirect_imports": True,
        },
    ]


def _portal() -> Contract:
    inner = ("consumer", "database", "events", "inbox", "jobs", "migrations", "outbox", "relay", "unit_of_work")
    return {
        "name": "The portal reaches the services over HTTP only",
        "type": "forbidden",
        "source_modules": [PORTAL],
        "forbidden_modules": ["sqlalchemy", "minio", *(f"plumbing.{name}" for name in inner)],
        "allow_indirect_imports": True,
    }


def existing(contract: Contract, house: House) -> Contract:
    """The contract without the modules of plumbing that are not there (import-linter refuses unknown ones)."""

    def is_there(module: str) -> bool:
        head, _, tail = module.partition(".")
        place = house.shared / "plumbing" / tail
        return head != "plumbing" or not tail or place.is_dir() or place.with_suffix(".py").is_file()

    return {
        key: [entry for entry in value if is_there(entry)] if key == "forbidden_modules" else value
        for key, value in contract.items()
    }


def configuration(house: House) -> str:
    """The TOML that import-linter reads; JSON's strings, lists and booleans are TOML's."""
    services = house.services()
    lines = [
        "[tool.importlinter]",
        f"root_packages = {json.dumps(['plumbing', *services])}",
        "include_external_packages = true",
    ]
    for contract in contracts(services):
        lines += ["", "[[tool.importlinter.contracts]]"]
        lines += [f"{key} = {json.dumps(value)}" for key, value in existing(contract, house).items()]
    return "\n".join(lines) + "\n"


def lint(house: House, workspace: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter over a house, leaving its configuration and cache in the workspace."""
    workspace.mkdir(parents=True, exist_ok=True)
    config = workspace / "importlinter.toml"
    config.write_text(configuration(house), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, house.import_paths()))}
    command = [sys.executable, "-c", "from importlinter.cli import import_linter; import_linter()", "lint", "--no-logo"]
    arguments = ["--config", str(config), "--cache-dir", str(workspace / "importlinter")]
    return subprocess.run(
        [*command, *arguments], cwd=house.root, env=environment, check=False, text=True, capture_output=True
    )


def main() -> int:
    """import-linter's own exit code, with its report."""
    house = House()
    done = lint(house, house.root / "var" / "tools")
    print(done.stdout, done.stderr, sep="", end="")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
