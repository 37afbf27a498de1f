"""Tells the gateway which containers there are, and nothing else: `python discovery.py` beside the engine's socket.

Who holds the engine's socket is root on its machine, so the gateway, which the whole world may talk to, does not get
it. This process does, on a network of the two alone, and passes on three questions: the version, this project's
containers, and the news of them. It writes each question anew from what it understood, so that nothing can be smuggled
in, and of a container it tells the labels, the state and the addresses: no environment, no mounts, no command.

Standard library only; Python's usual image runs it.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

SOCKET = os.environ.get("DOCKER_SOCKET", "/var/run/docker.sock")
_QUESTION = re.compile(
    r"(/v1\.\d{1,2})?/(?P<what>version|_ping|events|containers/json|containers/[0-9a-f]{12,64}/json)"
)
_OURS = "com.docker.compose.project"
_CHUNK = 65536


class EngineConnection(http.client.HTTPConnection):
    """HTTP over the engine's socket."""

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(SOCKET)


def told(container: dict[str, Any]) -> dict[str, Any]:
    """Return of an inspected container what a gateway has to know."""
    config, host, state = container.get("Config") or {}, container.get("HostConfig") or {}, container.get("State") or {}
    return {
        "Id": container.get("Id"),
        "Name": container.get("Name"),
        "Created": container.get("Created"),
        "Config": {"Labels": config.get("Labels"), "ExposedPorts": config.get("ExposedPorts")},
        "HostConfig": {"NetworkMode": host.get("NetworkMode")},
        "State": {
            "Status": state.get("Status"),
            "Running": state.get("Running"),
            "Health": {"Status": state["Health"].get("Status")} if state.get("Health") else None,
        },
        "NetworkSettings": {
            "Ports": (container.get("NetworkSettings") or {}).get("Ports"),
            "Networks": {
                name: {key: network.get(key) for key in ("NetworkID", "IPAddress", "Gateway", "GlobalIPv6Address")}
                for name, network in ((container.get("NetworkSettings") or {}).get("Networks") or {}).items()
            },
        },
    }


def listed(container: dict[str, Any]) -> dict[str, Any]:
    """Return of a listed container what a gateway has to know."""
    return {key: container.get(key) for key in ("Id", "Names", "Labels", "State", "Status")}


class Discovery(BaseHTTPRequestHandler):
    """Answers the three questions; everything else is refused."""

    protocol_version = "HTTP/1.0"  # one question a connection: nothing can be hidden behind the first
    timeout = 30
    project = ""

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        known = _QUESTION.fullmatch(asked.path)
        if known is None or self.headers.get("Content-Length") or self.headers.get("Transfer-Encoding"):
            self._say(403, {"message": "not for the gateway"})
            return
        what = known["what"]
        connection = EngineConnection("engine", timeout=None if what == "events" else 30)
        try:
            connection.request("GET", asked.path + self._filters(what, asked.query))
            self._pass_on(what, connection.getresponse())
        except (OSError, http.client.HTTPException, ValueError) as failure:
            self.log_error("%s: %s", what, type(failure).__name__)
        finally:
            connection.close()

    def do_HEAD(self) -> None:
        # The engine's clients begin with it, to agree on a version.
        if not _QUESTION.fullmatch(urlsplit(self.path).path):
            self._say(403, {"message": "not for the gateway"})
            return
        connection = EngineConnection("engine", timeout=30)
        try:
            connection.request("HEAD", "/_ping")
            answer = connection.getresponse()
            self.send_response(answer.status)
            for name in ("Api-Version", "Ostype"):
                if answer.getheader(name):
                    self.send_header(name, str(answer.getheader(name)))
            self.end_headers()
        except OSError as failure:
            self.log_error("ping: %s", type(failure).__name__)
        finally:
            connection.close()

    def _filters(self, what: str, query: str) -> str:
        if what not in ("events", "containers/json"):
            return ""
        given = parse_qs(query).get("filters", ["{}"])[0]
        filters: dict[str, Any] = {"type": ["container"]} if what == "events" else {}
        asked = json.loads(given).get("event") if what == "events" else None
        if asked:
            filters["event"] = sorted(asked)
        filters["label"] = [f"{_OURS}={self.project}"]
        return f"?filters={quote(json.dumps(filters))}"

    def _pass_on(self, what: str, answer: http.client.HTTPResponse) -> None:
        if what == "events":
            self.send_response(answer.status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            for piece in _pieces(answer):
                self.wfile.write(piece)
                self.wfile.flush()
            return
        body = answer.read()
        if what == "_ping":
            self._answer(answer.status, "text/plain", body, answer.getheader("Api-Version"))
            return
        said = json.loads(body)
        if answer.status == 200 and what == "containers/json":
            said = [listed(container) for container in said]
        elif answer.status == 200 and what != "version":
            labels = (said.get("Config") or {}).get("Labels") or {}
            if labels.get(_OURS) != self.project:
                self._say(404, {"message": "no such container"})
                return
            said = told(said)
        self._say(answer.status, said)

    def _say(self, status: int, said: Any) -> None:
        self._answer(status, "application/json", json.dumps(said).encode())

    def _answer(self, status: int, kind: str, body: bytes, version: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if version:
            self.send_header("Api-Version", version)
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, *_: Any) -> None:
        """Asked every few seconds: no line for each."""


def _pieces(answer: http.client.HTTPResponse) -> Iterator[bytes]:
    while piece := answer.read1(_CHUNK):
        yield piece


if __name__ == "__main__":
    Discovery.project = os.environ["PROJECT"]
    with ThreadingHTTPServer(("", int(os.environ.get("PORT", "2375"))), Discovery) as server:
        server.daemon_threads = True
        server.serve_forever()
