"""Speaks to Docker through its command line: what an operator would type, and what he would read."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from deploy.stack.files import Place

_HELP = "see docs/operations.md for what a machine needs"


class EngineFailed(Exception):
    """There is no engine, it refused, or what it started is not well; the text says what and where to look."""


@dataclass(frozen=True)
class Container:
    """A container of the project."""

    id: str
    name: str
    service: str
    state: str
    health: str
    exit_code: int
    image: str

    @property
    def is_well(self) -> bool:
        """Running and healthy, or done without complaint."""
        if self.state == "exited":
            return self.exit_code == 0
        return self.state == "running" and self.health in ("", "healthy")

    @property
    def is_lost(self) -> bool:
        """It will not become well by waiting; a busy machine's unhealthy one may."""
        return self.state == "dead" or (self.state == "exited" and self.exit_code != 0)


class Engine:
    """Docker and Compose for one deployment; EngineFailed at once where they are missing."""

    def __init__(self, place: Place) -> None:
        self.place = place
        for command, missing in (
            (["docker", "version", "--format", "{{.Server.Version}}"], "no Docker engine answers: start it"),
            (["docker", "compose", "version", "--short"], "Docker has no Compose plugin: install docker-compose v2"),
        ):
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
            except (OSError, subprocess.TimeoutExpired):
                raise EngineFailed(f"Docker is not on this machine: {_HELP}") from None
            if done.returncode:
                raise EngineFailed(f"{missing}, {_HELP}\n{done.stderr.strip()[-300:]}")

    def compose(self, *words: str, quiet: bool = False) -> str:
        """Run `docker compose …` for this deployment; its words go to the terminal unless `quiet`."""
        files = [word for file in self.place.files for word in ("--file", str(file))]
        command = ["docker", "compose", *files, "--project-name", self.place.project, *words]
        environment = {**os.environ, **self.place.environment}
        environment.pop("COMPOSE_FILE", None)
        done = subprocess.run(command, env=environment, text=True, check=False, capture_output=quiet)
        if done.returncode:
            said = f"\n{done.stderr.strip()[-2000:]}" if quiet else ""
            raise EngineFailed(f"docker compose {words[0]} failed{said}")
        return done.stdout or ""

    def docker(self, *words: str) -> str:
        """Run `docker …` and return what it said."""
        done = subprocess.run(["docker", *words], text=True, check=False, capture_output=True)
        if done.returncode:
            raise EngineFailed(f"docker {words[0]} failed: {done.stderr.strip()[-500:]}")
        return done.stdout

    def services(self) -> list[str]:
        """The names of all services in the compose file."""
        return self.compose("config", "--services", quiet=True).split()

    def containers(self, *services: str) -> list[Container]:
        """The project's containers, those that ended included."""
        said = self.compose("ps", "--all", "--format", "json", *services, quiet=True)
        rows: list[dict[str, Any]] = [json.loads(line) for line in said.splitlines() if line.strip()]
        return [
            Container(
                id=row["ID"],
                name=row["Name"],
                service=row["Service"],
                state=row["State"],
                health=row.get("Health", ""),
                exit_code=int(row.get("ExitCode", 0)),
                image=row.get("Image", ""),
            )
            for row in rows
        ]

    def wait_until_well(self, *services: str, only: Sequence[str] | None = None, seconds: float = 300) -> None:
        """Wait until each container is well (`only`: of those ids); EngineFailed with the last words of who is not."""
        deadline = time.monotonic() + seconds
        while True:
            there = [each for each in self.containers(*services) if only is None or each.id in only]
            waiting = [each for each in there if not each.is_well]
            if there and not waiting:
                return
            lost = [each for each in waiting if each.is_lost]
            if lost or time.monotonic() > deadline:
                raise EngineFailed("\n".join(self._last_words(each) for each in lost or waiting) or "nothing started")
            time.sleep(1)

    def _last_words(self, container: Container) -> str:
        said = subprocess.run(
            ["docker", "logs", "--tail", "15", container.id], capture_output=True, text=True, check=False
        )
        state = f"{container.state}, {container.health or f'exit {container.exit_code}'}"
        return f"{container.name} is {state}:\n{(said.stdout + said.stderr).strip()[-1500:]}"
