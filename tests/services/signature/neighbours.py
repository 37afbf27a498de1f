"""The services that signature calls, played over httpx: tokens from member, files at documents."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from email import policy
from email.parser import BytesParser

import httpx

from plumbing.ids import new_id


@dataclass
class StoredFile:
    """One file at documents, with the fields it came with."""

    id: str
    content: bytes
    fields: dict[str, str] = field(default_factory=dict)


@dataclass
class Neighbours:
    """`outages` are what breaks each of the next calls, in turn (None: nothing does). With `outage_after_work` the call
    is done and only its answer is lost. `uploads` counts what arrived, repeats included.
    """

    files: dict[str, StoredFile] = field(default_factory=dict)
    by_key: dict[str, tuple[str, str]] = field(default_factory=dict)
    outages: list[httpx.TransportError | None] = field(default_factory=list)
    outage_after_work: bool = False
    uploads: int = 0

    def client(self) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self._answer))

    def keep(self, content: bytes, document_id: str | None = None) -> str:
        """Put a file at documents and return its id."""
        stored = StoredFile(document_id or new_id(), content)
        self.files[stored.id] = stored
        return stored.id

    def of_kind(self, kind: str) -> list[StoredFile]:
        return [stored for stored in self.files.values() if stored.fields.get("kind") == kind]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/api/member/v1/service-tokens":
            return httpx.Response(200, json={"access_token": "token-of-signature", "expires_in": 600})
        outage = self.outages.pop(0) if self.outages else None
        if outage is not None and not self.outage_after_work:
            raise outage
        answer = self._documents(request, path)
        if outage is not None:
            raise outage
        return answer

    def _documents(self, request: httpx.Request, path: str) -> httpx.Response:
        assert request.headers["Authorization"] == "Bearer token-of-signature"
        if request.method == "POST" and path == "/api/documents/v1/documents":
            return self._upload(request)
        name = path.removeprefix("/api/documents/v1/documents/").removesuffix("/content")
        if name in self.files:
            return httpx.Response(200, content=self.files[name].content)
        return httpx.Response(404, json={"code": "document.not_found"})

    def _upload(self, request: httpx.Request) -> httpx.Response:
        self.uploads += 1
        content, fields = _form(request)
        key, print_ = request.headers["Idempotency-Key"], hashlib.sha256(content).hexdigest()
        if key in self.by_key:
            stored_print, stored_id = self.by_key[key]
            if stored_print != print_:
                return httpx.Response(409, json={"code": "idempotency_key.reused"})
            return httpx.Response(201, json={"id": stored_id})
        stored = StoredFile(new_id(), content, fields)
        self.files[stored.id] = stored
        self.by_key[key] = (print_, stored.id)
        return httpx.Response(201, json={"id": stored.id})


def _form(request: httpx.Request) -> tuple[bytes, dict[str, str]]:
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    message = BytesParser(policy=policy.HTTP).parsebytes(head + request.read())
    parts = {part.get_param("name", header="Content-Disposition"): part for part in message.iter_parts()}
    fields = {str(name): part.get_payload(decode=True).decode() for name, part in parts.items() if name != "file"}
    content = parts["file"].get_payload(decode=True)
    assert isinstance(content, bytes)
    json.loads(fields["readers"])
    return content, fields
