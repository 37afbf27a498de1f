"""What stands behind the gateway in the portal's tests: answers by address, and a memory of what was asked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

Answer = Callable[[httpx.Request], httpx.Response]


@dataclass
class FakeGateway:
    """Answers requests of the portal; `down` services do not answer at all."""

    answers: list[tuple[str, re.Pattern[str], Answer]] = field(default_factory=list)
    asked: list[httpx.Request] = field(default_factory=list)
    down: set[str] = field(default_factory=set)
    quotes: dict[str, dict[str, Any]] = field(default_factory=dict)

    def http(self) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self._answer))

    def forget(self) -> None:
        self.answers, self.asked, self.down, self.quotes = [], [], set(), {}

    def on(self, method: str, path: str, answer: Any = None, *, status: int = 200, **headers: str) -> None:
        """Answer `path` (a pattern after /api/) with JSON; the newest answer to an address holds."""

        def respond(_request: httpx.Request) -> httpx.Response:
            return httpx.Response(status, json=answer, headers=headers)

        self.when(method, path, respond)

    def when(self, method: str, path: str, answer: Answer) -> None:
        self.answers.insert(0, (method, re.compile(f"/api/{path}"), answer))

    def refuse(self, method: str, path: str, status: int, code: str, detail: str, **fields: str) -> None:
        """Refuse as the services do; `fields` are errors by field, dots written as two underscores."""
        errors = [
            {"field": name.replace("__", "."), "code": "invalid", "message": text} for name, text in fields.items()
        ]
        problem = {"code": code, "detail": detail, "title": "", "status": status, "errors": errors}
        content = json.dumps(problem).encode()
        self.when(
            method,
            path,
            lambda _request: httpx.Response(
                status, content=content, headers={"Content-Type": "application/problem+json"}
            ),
        )

    def calls(self, method: str, path: str) -> list[httpx.Request]:
        pattern = re.compile(f"/api/{path}")
        return [one for one in self.asked if one.method == method and pattern.fullmatch(one.url.path)]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.asked.append(request)
        if request.url.path.split("/")[2] in self.down:
            raise httpx.ConnectError("nobody there", request=request)
        for method, pattern, answer in self.answers:
            if method == request.method and pattern.fullmatch(request.url.path):
                return answer(request)
        return httpx.Response(404, json={"code": "not_found", "detail": "Introuvable."})


def body_of(request: httpx.Request) -> Any:
    return json.loads(request.content)
