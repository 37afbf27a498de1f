"""Member and documents as quoting sees them: HTTP answers, without a network."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from plumbing.ids import new_id

BROKER = {
    "company": "Cabinet Lemaire",
    "display_name": "Claire Lemaire",
    "email": "courtier@lemaire.example",
    "phone": "+33198760000",
    "orias": "07001234",
}
_PART = re.compile(rb'name="(\w+)"(?:; filename="([^"]*)")?[^\r\n]*(?:\r\n[^\r\n]+)*\r\n\r\n(.*?)\r\n--', re.DOTALL)


@dataclass
class Upload:
    """What was stored at documents."""

    document_id: str
    key: str
    fields: dict[str, str]
    filename: str
    content: bytes

    @property
    def readers(self) -> list[str]:
        readers: list[str] = orjson.loads(self.fields["readers"])
        return readers


class Neighbours:
    """Answers quoting's calls. `down` names the services that do not answer, `refusing` those that say 422."""

    def __init__(self) -> None:
        self.uploads: list[Upload] = []
        self.calls: list[str] = []
        self.down: set[str] = set()
        self.refusing: set[str] = set()
        self.broker = dict(BROKER)
        self.guest_token = ""
        self.after_upload: Callable[[], None] = lambda: None
        self.http = httpx.Client(transport=httpx.MockTransport(self._answer))

    def stored(self, kind: str) -> list[Upload]:
        return [upload for upload in self.uploads if upload.fields["kind"] == kind]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        service, _, path = request.url.path.removeprefix("/api/").partition("/v1/")
        self.calls.append(f"{request.method} {service}/{path}")
        if service in self.down:
            raise httpx.ConnectError("refused", request=request)
        if service in self.refusing:
            return httpx.Response(422, json={"code": "refused"}, headers={"Content-Type": "application/problem+json"})
        if path == "service-tokens":
            return httpx.Response(200, json={"access_token": "service", "expires_in": 600})
        if request.headers["Authorization"] != "Bearer service":
            return httpx.Response(401, json={"code": "token.missing"})
        if path == "guest-tokens":
            return httpx.Response(200, json={"access_token": self._guest(request), "expires_in": 1800})
        if path.startswith("brokers/"):
            return self._broker(path.removeprefix("brokers/"))
        return self._upload(request)

    def _guest(self, request: httpx.Request) -> str:
        asked: dict[str, Any] = orjson.loads(request.content)
        if self.guest_token:
            return self.guest_token
        return f"guest {asked['tenant']} {asked['scope']}"

    def _broker(self, broker_id: str) -> httpx.Response:
        if broker_id.startswith("ffffffff"):
            return httpx.Response(404, json={"code": "broker.not_found"})
        return httpx.Response(200, json={"id": broker_id, **self.broker})

    def _upload(self, request: httpx.Request) -> httpx.Response:
        key = request.headers["Idempotency-Key"]
        assert re.fullmatch("[A-Za-z0-9._:-]{8,128}", key)
        upload = next((each for each in self.uploads if each.key == key), None)
        sent = _read(request.read(), key)
        if upload is None:
            upload = sent
            self.uploads.append(upload)
        elif (upload.fields, upload.filename, upload.content) != (sent.fields, sent.filename, sent.content):
            return httpx.Response(
                409,
                json={"code": "idempotency_key.reused"},
                headers={"Content-Type": "application/problem+json"},
            )
        self.after_upload()
        content = upload.content
        stored = {
            **upload.fields,
            "id": upload.document_id,
            "media_type": "application/pdf",
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "pages": content.count(b"/Type /Page\n") or 1,
        }
        return httpx.Response(201, json=stored)


def _read(body: bytes, key: str) -> Upload:
    fields, filename, content = {}, "", b""
    for name, given, value in _PART.findall(body):
        if given:
            filename, content = given.decode(), value
        else:
            fields[name.decode()] = value.decode()
    assert content.startswith(b"%PDF-")
    return Upload(new_id(), key, fields, filename, content)
