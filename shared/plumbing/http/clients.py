"""Calling a neighbour's API: time-outs on everything, the trace and request id passed on, refusals as one exception.

Calls between services are made in jobs, outside any transaction. Who calls decides by `ServiceError.permanent` whether
trying again can help.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO, Protocol

import httpx

from plumbing.http import payload
from plumbing.origin import current_origin
from plumbing.telemetry import tracing
from plumbing.telemetry.request_info import HEADER as REQUEST_ID
from plumbing.telemetry.request_info import request_id_from

TIMEOUT = httpx.Timeout(10.0, connect=2.0)
# These refusals may be gone on the next try: a token that ended, a race, a limit, a time-out.
TRANSIENT_REFUSALS = frozenset({401, 408, 409, 425, 429})
TOKEN_MARGIN = 60.0  # seconds before its end at which a token is replaced
CHUNK = 64 * 1024

Params = Mapping[str, str | int | None]


class ServiceError(Exception):
    """A neighbour refused or could not be reached.

    `status` is 0 when there was no answer. `permanent` says that the same call will be refused again. `errors` are the
    problem's {"field", "code", "message"} entries.
    """

    def __init__(
        self,
        service: str,
        status: int,
        code: str,
        *,
        detail: str = "",
        retry_after: int | None = None,
        errors: Sequence[Mapping[str, str]] = (),
    ) -> None:
        super().__init__(f"{service} answered {status} {code}" if status else f"{service} did not answer: {code}")
        self.service, self.status, self.code, self.detail = service, status, code, detail
        self.retry_after = retry_after
        self.errors = tuple(errors)

    @property
    def permanent(self) -> bool:
        return 400 <= self.status < 500 and self.status not in TRANSIENT_REFUSALS


class TokenSource(Protocol):
    """Where a client gets the bearer token for a tenant."""

    def token(self, tenant: str) -> str: ...

    def forget(self, tenant: str) -> None: ...


class ServiceTokens:
    """This service's own tokens (client credentials), one for each tenant, kept until a minute before they end."""

    def __init__(
        self,
        client_id: str,
        secret: str,
        url: str,
        http: httpx.Client,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client_id, self._secret, self._url, self._http = client_id, secret, url, http
        self._monotonic = monotonic
        self._tokens: dict[str, tuple[float, str]] = {}
        self._lock = threading.Lock()

    def token(self, tenant: str) -> str:
        """Return a token that is good for another minute at least; ServiceError when none is to be had."""
        kept = self._tokens.get(tenant)
        if kept and self._monotonic() < kept[0]:
            return kept[1]
        with self._lock:
            kept = self._tokens.get(tenant)
            if kept and self._monotonic() < kept[0]:
                return kept[1]
            asked = {"client_id": self._client_id, "client_secret": self._secret, "tenant": tenant}
            answer = _answered("member", lambda: self._http.post(self._url, json=asked, headers=_context_headers()))
            body = _checked("member", answer).json()
            token = str(body["access_token"])
            self._tokens[tenant] = (self._monotonic() + float(body["expires_in"]) - TOKEN_MARGIN, token)
            return token

    def forget(self, tenant: str) -> None:
        """Drop a token that was refused."""
        self._tokens.pop(tenant, None)


class ServiceClient:
    """A neighbour's API at `base_url` (".../api/documents/v1"); paths are relative to it ("documents/0198…").

    Each call is made for a tenant with this service's own token, or with `token` (a person's, in the portal). A 401 is
    tried once more with a fresh token. Every other refusal is a `ServiceError`.
    """

    def __init__(
        self, base_url: str, http: httpx.Client, token_source: TokenSource | None = None, *, service: str | None = None
    ) -> None:
        self._base = base_url.rstrip("/")
        self._http = http
        self._tokens = token_source
        self.service = service or _service_named_in(self._base)

    def get(self, path: str, *, tenant: str = "", params: Params | None = None, token: str | None = None) -> Any:
        """Return the JSON of a GET."""
        return self._json("GET", path, tenant=tenant, token=token, params=_given(params))

    def post(
        self,
        path: str,
        json: Mapping[str, Any] | None = None,
        *,
        tenant: str = "",
        idempotency_key: str | None = None,
        token: str | None = None,
    ) -> Any:
        """Return the JSON of a POST. A job passes its own id as the key, so that its retry repeats nothing."""
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        return self._json("POST", path, tenant=tenant, token=token, body=json or {}, headers=headers)

    def put(
        self,
        path: str,
        json: Mapping[str, Any],
        *,
        tenant: str = "",
        if_match: str | None = None,
        token: str | None = None,
    ) -> Any:
        """Return the JSON of a PUT; `if_match` is the ETag of the version that is edited."""
        headers = {"If-Match": if_match} if if_match else {}
        return self._json("PUT", path, tenant=tenant, token=token, body=json, headers=headers)

    def delete(
        self, path: str, json: Mapping[str, Any] | None = None, *, tenant: str = "", token: str | None = None
    ) -> Any:
        """Return the JSON of a DELETE, None when it has no body."""
        return self._json("DELETE", path, tenant=tenant, token=token, body=json)

    def upload(
        self,
        path: str,
        *,
        fields: Mapping[str, str],
        file: bytes | BinaryIO,
        filename: str,
        media_type: str,
        tenant: str = "",
        idempotency_key: str | None = None,
        token: str | None = None,
    ) -> Any:
        """Return the JSON of a multipart POST with one file, called "file"."""
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}

        def files() -> dict[str, Any]:
            if not isinstance(file, bytes):
                file.seek(0)
            return {"file": (filename, file, media_type)}

        return self._json("POST", path, tenant=tenant, token=token, headers=headers, form=dict(fields), files=files)

    def request(
        self,
        method: str,
        path: str,
        *,
        tenant: str = "",
        token: str | None = None,
        params: Params | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Return the whole answer of a call that was not refused, for who needs its headers (an ETag)."""
        return self._send(method, path, tenant=tenant, token=token, params=_given(params), body=json, headers=headers)

    @contextmanager
    def download(
        self,
        path: str,
        *,
        tenant: str = "",
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        token: str | None = None,
        json: Mapping[str, Any] | None = None,
    ) -> Iterator[Download]:
        """Open a file's content: `with client.download(path, tenant=…) as content: for chunk in content: …`.

        With `json` it is a POST: what a file is made from may be personal, which no address may say.
        """
        method, named = ("POST" if json is not None else "GET"), _given(params)
        for last in (False, True):
            built = self._build(method, path, tenant=tenant, token=token, params=named, headers=headers, body=json)
            answer = _answered(self.service, lambda request=built: self._http.send(request, stream=True))  # type: ignore[misc]
            try:
                if answer.status_code == 401 and token is None and not last and self._tokens is not None:
                    self._tokens.forget(tenant)
                    continue
                if answer.status_code >= 400:
                    answer.read()
                    _checked(self.service, answer)
                yield Download(answer, self.service)
                return
            finally:
                answer.close()

    def _json(self, method: str, path: str, **call: Any) -> Any:
        answer = self._send(method, path, **call)
        return payload.loads(answer.content) if answer.content else None

    def _send(self, method: str, path: str, *, tenant: str, token: str | None, **call: Any) -> httpx.Response:
        answer = self._once(method, path, tenant=tenant, token=token, **call)
        if answer.status_code == 401 and token is None and self._tokens is not None:
            self._tokens.forget(tenant)
            answer = self._once(method, path, tenant=tenant, token=token, **call)
        return _checked(self.service, answer)

    def _once(self, method: str, path: str, **call: Any) -> httpx.Response:
        built = self._build(method, path, **call)
        return _answered(self.service, lambda: self._http.send(built))

    def _build(
        self,
        method: str,
        path: str,
        *,
        tenant: str,
        token: str | None,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        files: Callable[[], dict[str, Any]] | None = None,
    ) -> httpx.Request:
        sent = {**_context_headers(), **(headers or {})}
        if token is None and self._tokens is not None:
            token = self._tokens.token(tenant)
        if token:
            sent["Authorization"] = f"Bearer {token}"
        content = None
        if body is not None:
            sent["Content-Type"] = "application/json"
            content = payload.dumps(body)
        return self._http.build_request(
            method,
            f"{self._base}/{path.lstrip('/')}",
            params=params or None,
            headers=sent,
            content=content,
            data=form,
            files=files() if files else None,
            timeout=TIMEOUT,
        )


class Download:
    """An answer's content, read chunk by chunk; what breaks half-way is a ServiceError too."""

    def __init__(self, answer: httpx.Response, service: str) -> None:
        self._answer, self._service = answer, service
        self.headers = answer.headers
        self.status = answer.status_code

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._answer.iter_bytes(CHUNK)
        except httpx.HTTPError as error:
            raise ServiceError(self._service, 0, type(error).__name__) from error

    def read(self) -> bytes:
        """Return the whole content: only for files that are known to be small."""
        return b"".join(self)


def _answered(service: str, send: Callable[[], httpx.Response]) -> httpx.Response:
    try:
        return send()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ServiceError(service, 0, type(error).__name__) from error


def _checked(service: str, answer: httpx.Response) -> httpx.Response:
    """Return an answer that is no refusal; raise the ServiceError that a refusal's problem describes."""
    if answer.status_code < 400:
        return answer
    code, detail = "unexpected", ""
    errors: list[Mapping[str, str]] = []
    if "json" in answer.headers.get("Content-Type", ""):
        try:
            problem = answer.json()
        except ValueError:
            problem = None
        if isinstance(problem, dict):
            code, detail = str(problem.get("code", code)), str(problem.get("detail", ""))
            listed = problem.get("errors")
            errors = listed if isinstance(listed, list) else []
    wait = answer.headers.get("Retry-After", "")
    retry_after = int(wait) if wait.isdigit() and len(wait) < 7 else None
    raise ServiceError(service, answer.status_code, code, detail=detail, retry_after=retry_after, errors=errors)


def _context_headers() -> dict[str, str]:
    headers = {REQUEST_ID: request_id_from(current_origin().correlation_id), "Accept": "application/json"}
    traceparent = tracing.current_traceparent()
    if traceparent:
        headers[tracing.HEADER] = traceparent
    return headers


def _given(params: Params | None) -> dict[str, str]:
    return {name: str(value) for name, value in (params or {}).items() if value is not None}


def _service_named_in(base_url: str) -> str:
    """Return the name after /api/ in a base address, for the texts of errors."""
    _, found, rest = base_url.partition("/api/")
    return rest.split("/", 1)[0] if found else httpx.URL(base_url).host
