"""The gateway of the one-process mode: sends each path to its application, and keeps the operators' paths inside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from werkzeug.wrappers import Response

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_NOT_ROUTED = frozenset({"/healthz", "/readyz", "/metrics"})


class Gateway:
    """Routes `/api/<service>/…` to the services, other mounted prefixes to theirs, and the rest to the portal."""

    def __init__(self) -> None:
        self._mounts: dict[str, Wsgi] = {}
        self.portal: Wsgi | None = None

    def mount(self, prefix: str, app: Wsgi) -> None:
        self._mounts[prefix] = app

    def from_outside(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request from the network: who sent it is what the socket says, not what a header claims."""
        environ["HTTP_X_FORWARDED_FOR"] = environ.get("REMOTE_ADDR", "")
        for name in [name for name in environ if name.startswith("HTTP_X_FORWARDED_") and name[-4:] != "_FOR"]:
            del environ[name]
        return self(environ, start_response)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        for prefix, app in self._mounts.items():
            if path == prefix or path.startswith(f"{prefix}/"):
                rest = path[len(prefix) :] or "/"
                if rest.rstrip("/") in _NOT_ROUTED:
                    break
                environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + prefix
                environ["PATH_INFO"] = rest
                return app(environ, start_response)
        else:
            if self.portal is not None and path not in _NOT_ROUTED and not path.startswith("/api/"):
                return self.portal(environ, start_response)
        return Response("Cette adresse n’existe pas.\n", 404, mimetype="text/plain")(environ, start_response)


def contracts_page(services: Mapping[str, str]) -> Wsgi:
    """Return the page `/api/docs` that lists every API's contract."""
    links = "".join(
        f'<li><a href="/api/{name}/openapi.json">{title}</a></li>' for name, title in sorted(services.items())
    )
    page = (
        '<!doctype html><html lang="fr"><meta charset="utf-8"><title>Interfaces</title>'
        f"<h1>Interfaces des services</h1><ul>{links}</ul></html>"
    )
    return Response(page, mimetype="text/html")
