"""What the demonstration needs of an HTTP client: JSON calls that stop at the first answer that is not as expected."""

from __future__ import annotations

import os
import ssl
import time
import uuid
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import httpx

T = TypeVar("T")

_TIMEOUT = httpx.Timeout(30, connect=5)
_POLL_SECONDS = 0.1
_STACK_AUTHORITY = Path(__file__).resolve().parents[1] / "secrets" / "public" / "authority.crt"


class Unexpected(Exception):
    """Something is not as it should be; the text says what was asked and what came."""


@cache
def trusted() -> ssl.SSLContext:
    """Return whom to believe: the usual authorities, and the one that CA_FILE names or the compose stack made."""
    context = ssl.create_default_context()
    named = os.environ.get("CA_FILE")
    if named or _STACK_AUTHORITY.exists():
        context.load_verify_locations(named or _STACK_AUTHORITY)
    return context


class Api:
    """Calls the APIs behind one gateway as one person (or as nobody)."""

    def __init__(self, base_url: str, token: str | None = None) -> None:
        self.base_url = base_url.rstrip("/")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(base_url=self.base_url, headers=headers, timeout=_TIMEOUT, verify=trusted())

    def close(self) -> None:
        self._http.close()

    def as_bearer(self, token: str) -> Api:
        """Return a client of the same gateway that carries `token`."""
        return Api(self.base_url, token)

    def get(self, path: str, **query: Any) -> Any:
        return self._answer(self._http.get(path, params=query), 200)

    def get_bytes(self, path: str) -> httpx.Response:
        response = self._http.get(path)
        if response.status_code != 200:
            raise Unexpected(_describe(response, 200))
        return response

    def post(
        self, path: str, body: Any = None, *, expect: int | tuple[int, ...] = (200, 201, 202), key: str = ""
    ) -> Any:
        """Post JSON under an idempotency key of its own (or `key`)."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        return self._answer(self._http.post(path, json=body, headers=headers), expect)

    def put(self, path: str, body: Any, etag: str) -> Any:
        return self._answer(self._http.put(path, json=body, headers={"If-Match": etag}), 200)

    def etag(self, path: str) -> str:
        return str(self.get_bytes(path).headers["ETag"])

    def upload(self, *, name: str, content: bytes, media_type: str, kind: str, subject: str, title: str) -> Any:
        """Send one file to the documents service."""
        response = self._http.post(
            "/api/documents/v1/documents",
            files={"file": (name, content, media_type)},
            data={"kind": kind, "subject": subject, "title": title},
            headers={"Idempotency-Key": str(uuid.uuid4())},
        )
        return self._answer(response, 201)

    def _answer(self, response: httpx.Response, expect: int | tuple[int, ...]) -> Any:
        expected = (expect,) if isinstance(expect, int) else expect
        if response.status_code not in expected:
            raise Unexpected(_describe(response, *expected))
        return response.json() if response.content else None


def _describe(response: httpx.Response, *expected: int) -> str:
    request = response.request
    return f"{request.method} {request.url.path}: {response.status_code} instead of {expected}: {response.text[:600]}"


def until(what: str, look: Callable[[], T | None], *, seconds: float = 30.0) -> T:
    """Look until there is something, and return it; `Unexpected` after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise Unexpected(f"{what}: still not there after {seconds:.0f} s")
        time.sleep(_POLL_SECONDS)


class Mailbox:
    """Reads the mail catcher: ours, or MailDev; an SMS is a message to digits at a domain of its own."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url.rstrip("/"), timeout=_TIMEOUT, verify=trusted())

    def close(self) -> None:
        self._http.close()

    def to(self, address: str) -> list[dict[str, Any]]:
        """Return the messages to one address, newest first."""
        messages = self._http.get("/email").raise_for_status().json()
        mine = [message for message in messages if any(to["address"] == address for to in message["to"])]
        return sorted(mine, key=lambda message: str(message.get("time") or message.get("date")), reverse=True)

    def wait_for(self, address: str, containing: str) -> dict[str, Any]:
        """Return the newest message to `address` whose subject or text contains `containing`."""

        def look() -> dict[str, Any] | None:
            return next(
                (m for m in self.to(address) if containing in f"{m.get('subject') or ''}\n{m.get('text') or ''}"), None
            )

        return until(f"message to {address} with « {containing} »", look)

    def attachment(self, message: dict[str, Any], name: str) -> bytes:
        """Return an attachment's bytes."""
        part = next((part for part in message["attachments"] if part["fileName"] == name), None)
        if part is None:
            raise Unexpected(f"no attachment {name} in {[part['fileName'] for part in message['attachments']]}")
        url = f"/email/{message['id']}/attachment/{part['generatedFileName']}"
        return self._http.get(url).raise_for_status().content
