"""Starts `make run`'s process on a folder of its own, kills it, and looks into its databases afterwards."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from deploy.embedded.settings import SERVICES
from deploy.tools.house import House

_START_SECONDS = 60.0


@dataclass
class EmbeddedPlatform:
    """One process with everything in it; `start` and `kill` as often as wanted, on the same data."""

    state: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.port = self.port or free_port()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> float:
        """Start and wait until it serves; return the seconds it took."""
        begun = time.monotonic()
        house = House()
        paths = [str(house.root), *map(str, house.import_paths())]
        environment = {
            **os.environ,
            "PORT": str(self.port),
            "STATE_DIR": str(self.state),
            "PYTHONPATH": os.pathsep.join(paths),
        }
        self.state.mkdir(parents=True, exist_ok=True)
        with (self.state / "output.txt").open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "deploy.embedded"],
                cwd=house.root,
                env=environment,
                stdout=output,
                stderr=output,
            )
        while True:
            try:
                if httpx.get(f"{self.url}/connexion", timeout=5).status_code == 200:
                    return time.monotonic() - begun
            except httpx.TransportError:
                pass
            if self.process.poll() is not None or time.monotonic() - begun > _START_SECONDS:
                raise AssertionError(f"it did not start:\n{(self.state / 'output.txt').read_text()[-4000:]}")
            time.sleep(0.05)

    def kill(self) -> None:
        """End it as a power cut would: without a word."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> int:
        """End it politely and return its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(20)

    def rows(self, service: str, query: str) -> list[Any]:
        with closing(sqlite3.connect(f"file:{self.state}/{service}.sqlite?mode=ro", uri=True)) as connection:
            return connection.execute(query).fetchall()

    def handed_over(self, folder: str) -> list[str]:
        """Return what a provider of the demonstration was handed, as often as it was: `mailbox` or `payments`."""
        return [line.split()[0] for line in (self.state / folder / "handovers.log").read_text().splitlines()]

    def unheard(self) -> list[tuple[str, str, str]]:
        """Return (event id, type, service) of every published event that one of its hearers has not heard."""
        heard = {service: {row[0] for row in self.rows(service, "SELECT event_id FROM inbox")} for service in SERVICES}
        hearers = _hearers()
        missing = []
        for service in SERVICES:
            for event_id, type_ in self.rows(service, "SELECT event_id, type FROM outbox_archive"):
                missing += [(event_id, type_, name) for name in hearers[type_] if event_id not in heard[name]]
        return missing

    def left_over(self) -> dict[str, list[Any]]:
        """Return what still waits or was parked anywhere, leaving out what is not due yet and clock-driven jobs."""
        queries = {
            "outbox": "SELECT type, last_error FROM outbox",
            "retry": "SELECT state, type, error FROM retry",
            "job": "SELECT state, kind, error FROM job WHERE (key IS NULL OR key NOT LIKE 'clock:%')"
            f" AND (attempt > 0 OR due_at <= {time.time_ns() // 1000})",
        }
        found = {
            f"{service}.{name}": self.rows(service, query) for service in SERVICES for name, query in queries.items()
        }
        return {name: rows for name, rows in found.items() if rows}


def _hearers() -> dict[str, list[str]]:
    import importlib

    hearers: dict[str, list[str]] = {}
    registries = [importlib.import_module(f"{service}.messages.publishes").EVENTS for service in SERVICES]
    subscriptions = {
        service: set(importlib.import_module(f"{service}.messages.consumes").SUBSCRIPTIONS.entries)
        for service in SERVICES
    }
    for registry in registries:
        for type_ in registry.declarations:
            hearers[type_] = [service for service, heard in subscriptions.items() if type_ in heard]
    return hearers


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def log_lines(state: Path) -> list[dict[str, Any]]:
    """Return the structured log of the platform."""
    return [json.loads(line) for line in (state / "log.jsonl").read_text().splitlines() if line.startswith("{")]
