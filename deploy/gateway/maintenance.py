"""What the gateway shows where nobody answers: a page for people, a problem for programs, and no way to anything else.

Standard library only; Python's usual image runs it. What belongs to no service at all is « not found ».
"""

from __future__ import annotations

import json
import os
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_API = re.compile(r"/api/[a-z][a-z-]{1,39}/(v\d+/.*|openapi\.json)")
_INSIDE = re.compile(r"/(healthz|readyz|metrics)(/.*)?")
_RETRY_SECONDS = "15"
_STYLE = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_MOST = 64 * 1024

UNAVAILABLE = {
    "type": "about:blank",
    "title": "Service indisponible",
    "status": 503,
    "code": "unavailable",
    "detail": "Le service est momentanément indisponible. Réessayez bientôt.",
}
NOT_FOUND = {
    "type": "about:blank",
    "title": "Introuvable",
    "status": 404,
    "code": "not_found",
    "detail": "Cette adresse n’existe pas.",
}


class Maintenance(BaseHTTPRequestHandler):
    """Answers every method alike."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "", ""
    timeout = 30
    page = b""

    def answer(self) -> None:
        """Say what is the matter with this address."""
        # A body is never read: the connection ends with the answer.
        self.close_connection = True
        path = urlsplit(self.path).path
        if _API.fullmatch(path):
            self._problem(UNAVAILABLE)
        elif path.startswith("/api") or _INSIDE.fullmatch(path):
            self._problem(NOT_FOUND)
        else:
            self._say(503, "text/html; charset=utf-8", self.page)

    def _problem(self, problem: dict[str, Any]) -> None:
        body = json.dumps(problem, ensure_ascii=False).encode()
        self._say(problem["status"], "application/problem+json", body)

    def _say(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", _STYLE)
        self.send_header("Connection", "close")
        if status == 503:
            self.send_header("Retry-After", _RETRY_SECONDS)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """The gateway notes requests; an address may hold a secret."""


for _method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
    setattr(Maintenance, f"do_{_method}", Maintenance.answer)


if __name__ == "__main__":
    Maintenance.page = Path(__file__).with_name("maintenance.html").read_bytes()[:_MOST]
    with ThreadingHTTPServer(("", int(os.environ.get("PORT", "8000"))), Maintenance) as server:
        server.daemon_threads = True
        server.serve_forever()
