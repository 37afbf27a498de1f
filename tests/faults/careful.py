"""A careful client: not told what became of its request, it asks again with the same Idempotency-Key."""

from __future__ import annotations

import json
import os
import re
import ssl
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from deploy.demo.client import Api, Mailbox, Unexpected

_PATIENCE_SECONDS = 120.0
_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 3.0
_TIMEOUT = httpx.Timeout(20, connect=5)
IN_PROGRESS = "idempotency_key.in_progress"
ANSWER_LOST = "idempotency_key.answer_lost"


@dataclass(frozen=True)
class Act:
    """Something a client was told is done: a POST under a key, answered with 2xx."""

    path: str
    key: str
    answer: Any

    def about(self, pattern: str) -> str | None:
        """Return what the pattern's group finds when this is such an act."""
        found = re.fullmatch(pattern, self.path)
        return found[1] if found and found.groups() else found and found[0]


class CarefulTransport(httpx.BaseTransport):
    """Sends a request until it is answered: connection errors, 5xx, 429 and « in progress » mean another try."""

    def __init__(self, verify: ssl.SSLContext | bool = True) -> None:
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=40)
        self._wire = httpx.HTTPTransport(limits=limits, verify=verify)
        self._guard = threading.Lock()
        self.counts: Counter[str] = Counter()
        self.acts: list[Act] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        deadline, pause = time.monotonic() + _PATIENCE_SECONDS, _FIRST_PAUSE
        while True:
            response, why = self._once(request)
            if why is None or time.monotonic() > deadline:
                if response is None:
                    raise httpx.ConnectError(f"no answer within {_PATIENCE_SECONDS:.0f} s: {why}", request=request)
                return response
            time.sleep(pause)
            pause = min(pause * 1.6, _LONGEST_PAUSE)

    def _once(self, request: httpx.Request) -> tuple[httpx.Response | None, str | None]:
        response: httpx.Response | None = None
        try:
            response = self._wire.handle_request(request)
            response.read()
            why = _why_again(response)
        except httpx.TransportError as failure:
            why = type(failure).__name__
        with self._guard:
            self.counts["requests"] += 1
            if why is not None:
                self.counts[f"again: {why}"] += 1
            elif response is not None and request.method == "POST" and response.is_success:
                answer = response.json() if response.content else None
                self.acts.append(Act(request.url.path, request.headers.get("Idempotency-Key", ""), answer))
        return response, why

    def close(self) -> None:
        """Everybody's clients share this one: it is closed by `end`."""

    def end(self) -> None:
        self._wire.close()


def _why_again(response: httpx.Response) -> str | None:
    if response.status_code >= 500 or response.status_code == 429:
        return str(response.status_code)
    if response.status_code == 409 and IN_PROGRESS in response.text:
        return "in progress"
    return None


class AnswerLost(Unexpected):
    """The act was done and its answer cannot be had any more: the service says so."""


class CarefulApi(Api):
    """One person's calls over the shared transport."""

    def __init__(self, base_url: str, transport: CarefulTransport, token: str | None = None) -> None:
        self.base_url = base_url
        self._transport = transport
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(
            base_url=base_url, headers=headers, transport=transport, timeout=_TIMEOUT, trust_env=False
        )

    def as_bearer(self, token: str) -> CarefulApi:
        return CarefulApi(self.base_url, self._transport, token)

    def _answer(self, response: httpx.Response, expect: int | tuple[int, ...]) -> Any:
        if response.status_code == 409 and ANSWER_LOST in response.text:
            raise AnswerLost(f"{response.request.method} {response.request.url.path}")
        return super()._answer(response, expect)


class FolderMailbox(Mailbox):
    """Reads the mailbox's folder itself, each message once: hundreds of people look for their mail at the same time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._guard = threading.Lock()
        self._seen: set[str] = set()
        self._by_address: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self.messages: list[dict[str, Any]] = []

    def close(self) -> None:
        """There is nothing to close."""

    def to(self, address: str) -> list[dict[str, Any]]:
        with self._guard:
            self._read_new()
            return sorted(self._by_address[address], key=lambda message: str(message["time"]), reverse=True)

    def all(self) -> list[dict[str, Any]]:
        with self._guard:
            self._read_new()
            return list(self.messages)

    def attachment(self, message: dict[str, Any], name: str) -> bytes:
        part = next((part for part in message["attachments"] if part["fileName"] == name), None)
        if part is None:
            raise Unexpected(f"no attachment {name} in message {message['id']}")
        return (self._folder / message["id"] / part["generatedFileName"]).read_bytes()

    def _read_new(self) -> None:
        with os.scandir(self._folder) as entries:
            names = [entry.name for entry in entries if entry.name.endswith(".json") and entry.name not in self._seen]
        for name in names:
            message = json.loads((self._folder / name).read_text())
            self._seen.add(name)
            self.messages.append(message)
            for to in message["to"]:
                self._by_address[to["address"]].append(message)
