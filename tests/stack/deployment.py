"""The stack under proof: how it is started, asked and looked into."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
from functools import cached_property

import httpx

from deploy.stack.engine import Container, Engine
from deploy.stack.starting import start
from deploy.tools.house import ROOT


class Deployment:
    """One deployment of its own, with addresses, a trusted context and the databases' rows."""

    def __init__(self, engine: Engine, *, http_port: int) -> None:
        self.engine = engine
        self.http_port = http_port
        self.seconds = 0.0

    @property
    def url(self) -> str:
        return self.engine.place.public_url

    @cached_property
    def trust(self) -> ssl.SSLContext:
        """Whoever trusts the demonstration's authority, and nobody else."""
        return ssl.create_default_context(cafile=str(self.engine.place.authority))

    def start(self) -> None:
        """Build and start it; `seconds` is how long it took once the images were built."""
        self.seconds = start(self.engine)

    def http(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, verify=self.trust, timeout=30, trust_env=False)

    def demo(self) -> str:
        """Make one journey as `make demo` does; return its last line."""
        environment = {**os.environ, "BASE_URL": self.url, "CA_FILE": str(self.engine.place.authority)}
        done = subprocess.run(
            [sys.executable, "-m", "deploy.demo"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip().splitlines()[-1]

    def rows(self, service: str, query: str) -> list[list[str]]:
        """Ask a service's database as its superuser."""
        said = self.engine.compose(
            "exec", "-T", "postgres", "psql", "-qAt", "-U", "postgres", "-d", service, "-c", query, quiet=True
        )
        return [line.split("|") for line in said.splitlines() if line]

    def container(self, service: str) -> Container:
        """The one that runs."""
        return next(each for each in self.engine.containers(service) if each.state == "running")
