"""What the platform asks a worker: /healthz (every part runs), /readyz (database and bus answer), /metrics.

A part of its own beside relay, consumer and jobs, there when HEALTH_PORT is set: the supervisor itself may neither hold
a connection nor run a thread.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from plumbing.http.health import database_answers
from plumbing.supervisor import part_title
from plumbing.telemetry import metrics
from plumbing.telemetry.backlog import add_backlog_gauges

HEALTH = "health"
_BUS_SECONDS = 2.0


def serve_health(
    service: str, parts: Sequence[str], services: Any, stop: threading.Event, *, host: str, port: int, supervisor: int
) -> None:
    """Answer until `stop`. `supervisor` is the process whose children the other parts are."""
    add_backlog_gauges(service, services.engine, services.clock)
    # A process apart publishes through the worker's relay: whether the bus answers is none of its business.
    speaks = "relay" in parts
    titles = {part_title(service, part) for part in parts}

    class Answers(BaseHTTPRequestHandler):
        timeout = 5

        def do_GET(self) -> None:
            match self.path:
                case "/healthz":
                    self._state(titles <= running(supervisor))
                case "/readyz":
                    bus_answers = not speaks or services.bus.ping(_BUS_SECONDS)
                    self._state(database_answers(services.engine) and bus_answers)
                case "/metrics":
                    self._say(200, metrics.CONTENT_TYPE, metrics.exposition())
                case _:
                    self._say(404, "application/json", b'{"status":"unknown"}')

        def _state(self, good: bool) -> None:
            body = b'{"status":"ok"}' if good else b'{"status":"unavailable"}'
            self._say(200 if good else 503, "application/json", body)

        def _say(self, status: int, content_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Asked every few seconds: no line for each."""

    with ThreadingHTTPServer((host, port), Answers) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.2,), name="health", daemon=True).start()
        stop.wait()
        server.shutdown()


def running(parent: int) -> set[str]:
    """Return the titles of a process's children that run."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            title, _, rest = (folder / "stat").read_text().partition("(")[2].rpartition(")")
        except OSError:
            continue  # it ended while we looked
        state, its_parent = rest.split()[:2]
        if int(its_parent) == parent and state not in ("Z", "X"):
            found.add(title)
    return found


def health_port() -> int | None:
    """Return the port that HEALTH_PORT names; None when nobody wants to ask."""
    port = os.environ.get("HEALTH_PORT")
    return int(port) if port else None
