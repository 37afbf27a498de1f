"""What the gateway lets in, what it says, and what nobody reaches from outside."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx

from tests.stack.deployment import Deployment

_SERVICES = ("claims", "documents", "member", "notifications", "quoting", "signature")
_INSIDE = ("/healthz", "/readyz", "/metrics")
_SERVERS = {"postgres": 5432, "rabbitmq": 5672, "store": 9000, "discovery": 2375, "mailbox": 1025}


def shut(deployment: Deployment) -> str:
    """Every check below, each with the sentence that it failed on."""
    checks = [_tls, _only_the_gateway_is_published, _networks, _inside_stays_inside, _headers, _limits, _nobody]
    for check in checks:
        check(deployment)
    return f"{len(checks)} kinds of checks"


def _tls(deployment: Deployment) -> None:
    parts = urlsplit(deployment.url)
    context = ssl.create_default_context(cafile=str(deployment.engine.place.authority))
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection((parts.hostname or "", parts.port or 443), 10) as raw,
        context.wrap_socket(raw, server_hostname=parts.hostname) as connection,
    ):
        assert connection.selected_alpn_protocol() == "h2"
        assert connection.version() == "TLSv1.3"
    old = ssl.create_default_context(cafile=str(deployment.engine.place.authority))
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 443), 10) as raw:
            old.wrap_socket(raw, server_hostname=parts.hostname)
    except (ssl.SSLError, OSError):
        pass
    else:
        raise AssertionError("TLS 1.1 is taken")
    plain = httpx.get(f"http://localhost:{deployment.http_port}/connexion?a=1", follow_redirects=False)
    assert plain.status_code in (301, 308), plain.status_code
    assert plain.headers["Location"] == f"{deployment.url}/connexion?a=1"


def _only_the_gateway_is_published(deployment: Deployment) -> None:
    engine = deployment.engine
    for container in engine.containers():
        ports = json.loads(engine.docker("inspect", "--format", "{{json .NetworkSettings.Ports}}", container.id)) or {}
        bound = [each for bindings in ports.values() for each in bindings or []]
        assert not bound or container.service == "gateway", f"{container.service} is published: {bound}"
        assert all(each["HostIp"] == "127.0.0.1" for each in bound), bound


def _networks(deployment: Deployment) -> None:
    """Where a container has no business it has no way, and nobody but the gateway has one out."""
    reached = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 3)"
    forbidden = {
        "quoting-web": ("store", "rabbitmq", "discovery", "gateway-inside:8001"),
        "portal-web": ("postgres", "rabbitmq", "store", "discovery"),
        "claims-worker": ("store", "discovery", "mailbox:1025", "gateway-inside:8001"),
        "signature-sealer": ("store", "rabbitmq", "gateway-inside:8001"),
    }
    for asker, names in forbidden.items():
        for name in names:
            host, _, port = name.partition(":")
            address = (host, port or str(_SERVERS[host]))
            assert not _works(deployment, asker, reached, *address), f"{asker} reaches {name}"
    assert _works(deployment, "documents-worker", reached, "store", "9000")
    assert _works(deployment, "portal-web", reached, "gateway-inside", "8001")
    assert not _works(deployment, "quoting-worker", reached, "1.1.1.1", "443"), "a worker reaches the world"
    assert not _works(deployment, "quoting-web", "open('/opt/parapluie/x', 'w')"), "the root can be written"
    assert _works(deployment, "quoting-web", "import os, sys; sys.exit(os.getuid() != 10001)")
    assert not _works(deployment, "quoting-web", "import claims"), "another service is in the image"
    assert not _works(deployment, "quoting-web", "import pytest")


def _works(deployment: Deployment, service: str, program: str, *words: str) -> bool:
    container = deployment.container(service)
    try:
        deployment.engine.docker("exec", container.id, "python", "-c", program, *words)
    except Exception:  # noqa: BLE001 - however it fails, it does not work
        return False
    return True


def _inside_stays_inside(deployment: Deployment) -> None:
    with deployment.http() as http:
        for path in _inside_paths():
            answer = http.get(path)
            assert answer.status_code == 404, f"{path}: {answer.status_code}"
        # Of a request on whose behalf somebody says to ask nothing is believed, in whatever spelling.
        for name in ("X-Forwarded-For", "X_Forwarded_For", "X-Real-Ip"):
            assert http.get("/connexion", headers={name: "203.0.113.9"}).status_code == 200


def _inside_paths() -> Iterator[str]:
    for path in _INSIDE:
        yield path
        for service in _SERVICES:
            yield f"/api/{service}{path}"
            yield f"/api/{service}/v1/..{path}"
    yield from ("/api/overview", "/dashboard/", "/api/rawdata", "/api/http/routers", "/ping", "/containers/json")
    yield from ("/api/queues", "/api/rabbitmq/overview", "/minio/health/live")


def _headers(deployment: Deployment) -> None:
    with deployment.http() as http:
        for path in ("/connexion", "/api/quoting/openapi.json", "/nulle-part", "/api/nobody/v1/things"):
            answer = http.get(path, headers={"X-Request-Id": "chosen-outside-1"})
            assert answer.headers["X-Content-Type-Options"] == "nosniff", path
            assert answer.headers["X-Frame-Options"] == "DENY", path
            assert answer.headers["Referrer-Policy"] == "no-referrer", path
            assert "Server" not in answer.headers, path
            assert "chosen-outside" not in answer.headers.get("X-Request-Id", ""), path
        first, second = (http.get("/api/quoting/openapi.json").headers["X-Request-Id"] for _ in range(2))
        assert first != second


def _limits(deployment: Deployment) -> None:
    with deployment.http() as http:
        large = http.post(
            "/api/quoting/v1/prices", content=b"x" * (1 << 20) + b"x", headers={"Content-Type": "text/plain"}
        )
        assert large.status_code == 413, large.status_code
        huge = http.post("/api/documents/v1/documents", content=b"x" * ((25 << 20) + 1))
        assert huge.status_code == 413, huge.status_code
        credentials = {"identifier": "nobody@nowhere.example", "password": "Wrong-1234!"}
        key = {"Idempotency-Key": "00000000-0000-4000-8000-000000000001"}
        seen = {http.post("/api/member/v1/sessions", json=credentials, headers=key).status_code for _ in range(60)}
        assert 429 in seen, seen


def _nobody(deployment: Deployment) -> None:
    """The page and the problem where a service is not there at all."""
    with deployment.http() as http:
        problem = http.get("/api/nobody/v1/things")
        assert problem.status_code == 503
        assert problem.headers["Content-Type"] == "application/problem+json"
        assert problem.json()["code"] == "unavailable"
        assert problem.headers["Retry-After"]
