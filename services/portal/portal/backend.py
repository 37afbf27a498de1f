"""The public API as one person uses it: with his own token, renewed when it ends.

The portal has no rights of its own. A door is where somebody is signed in: broker, guest (a client with his link),
member, manager. One browser may have several open, as when a broker subscribes beside his client.
"""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn, cast

import httpx
import orjson
from flask import current_app, has_request_context, request, session

from plumbing.http.clients import Download, ServiceClient, ServiceError
from portal.session import fresh_token

DOORS = ("broker", "guest", "member", "manager")
_RENEW_BEFORE_SECONDS = 30
_PATIENCE_SECONDS = 120  # a hundred thousand rows as XLSX
_ACTS = uuid.UUID("5b0f2c1e-6d0a-4f0e-9b53-0e6f6f1c7a11")


class SignedOut(Exception):
    """Nobody is signed in at this door; `ended` when somebody was."""

    def __init__(self, door: str, *, ended: bool = False) -> None:
        super().__init__(door)
        self.door = door
        self.ended = ended


class _OnBehalf:
    """The part of httpx.Client that a ServiceClient uses, saying whose request it is.

    Limits per address and the evidence of a signature are about the visitor, not about the portal.
    """

    def __init__(self, http: httpx.Client, patience: float | None = None) -> None:
        self._http = http
        self._more = {} if patience is None else {"timeout": httpx.Timeout(patience, connect=2)}

    def build_request(self, *arguments: Any, **named: Any) -> httpx.Request:
        built = self._http.build_request(*arguments, **{**named, **self._more})
        if has_request_context() and request.remote_addr:
            built.headers["X-Forwarded-For"] = request.remote_addr
        return built

    def send(self, built: httpx.Request, **named: Any) -> httpx.Response:
        return self._http.send(built, **named)


class Backend:
    """The services behind the gateway."""

    def __init__(self, gateway_url: str, http: httpx.Client) -> None:
        self._gateway_url = gateway_url
        self._http = cast(httpx.Client, _OnBehalf(http))
        self._patient_http = cast(httpx.Client, _OnBehalf(http, _PATIENCE_SECONDS))

    def service(self, name: str, *, patient: bool = False) -> ServiceClient:
        """Return the client of a service; a `patient` one waits for a file that takes its time to be made."""
        return ServiceClient(f"{self._gateway_url}/api/{name}/v1", self._patient_http if patient else self._http)


class Person:
    """Calls the API as whoever is signed in at one door."""

    def __init__(self, backend: Backend, door: str) -> None:
        self._backend = backend
        self.door = door

    @property
    def who(self) -> Mapping[str, Any]:
        """Return what the session keeps of him: tokens, display name; SignedOut when there is nobody."""
        kept: Mapping[str, Any] | None = session.get(self.door)
        if kept is None:
            raise SignedOut(self.door)
        return kept

    def get(self, service: str, path: str, **query: Any) -> Any:
        with self._still_known():
            return self._backend.service(service).get(path, params=query, token=self._token())

    def get_with_etag(self, service: str, path: str) -> tuple[Any, str]:
        with self._still_known():
            answer = self._backend.service(service).request("GET", path, token=self._token())
        return answer.json(), answer.headers.get("ETag", "")

    def post(self, service: str, path: str, body: Mapping[str, Any] | None = None, *, key: str = "") -> Any:
        """Post; with the `key` of a form it is an act, done once however often the same answers are sent."""
        act = act_key(key, path.encode(), orjson.dumps(body)) if key else None
        with self._still_known():
            return self._backend.service(service).post(path, body, idempotency_key=act, token=self._token())

    def put(self, service: str, path: str, body: Mapping[str, Any], *, etag: str) -> Any:
        with self._still_known():
            return self._backend.service(service).put(path, body, if_match=etag, token=self._token())

    def upload(self, *, fields: Mapping[str, str], content: bytes, filename: str, media_type: str, key: str) -> Any:
        with self._still_known():
            return self._backend.service("documents").upload(
                "documents",
                fields=fields,
                file=content,
                filename=filename,
                media_type=media_type,
                idempotency_key=act_key(key, orjson.dumps(fields), filename.encode(), content),
                token=self._token(),
            )

    @contextmanager
    def download(
        self,
        path: str,
        headers: Mapping[str, str],
        *,
        service: str = "documents",
        body: Mapping[str, Any] | None = None,
        **query: Any,
    ) -> Iterator[Download]:
        """Open a file; with a `body` it is posted for."""
        called = self._backend.service(service, patient=True)
        with (
            self._still_known(),
            called.download(path, params=query, headers=headers, token=self._token(), json=body) as content,
        ):
            yield content

    @contextmanager
    def _still_known(self) -> Iterator[None]:
        """A token that is refused (a new password ended all sessions) means that he has to sign in again."""
        try:
            yield
        except ServiceError as refusal:
            if refusal.status == 401:
                self._forget()
            raise

    def _forget(self) -> NoReturn:
        session.pop(self.door, None)
        raise SignedOut(self.door, ended=True) from None

    def _token(self) -> str:
        who = self.who
        if time.time() > who["until"] - _RENEW_BEFORE_SECONDS:
            who = self._renewed(who)
        return str(who["access"])

    def _renewed(self, who: Mapping[str, Any]) -> Mapping[str, Any]:
        if not who.get("refresh"):
            self._forget()
        try:
            answer = self._backend.service("member").post("sessions/refresh", {"refresh_token": who["refresh"]})
        except ServiceError as refusal:
            if refusal.status in {400, 401, 403, 422}:
                self._forget()
            raise
        # The forms that he has open go on working: it is still the session that he signed in to.
        _keep(self.door, answer, name=str(who.get("name", "")))
        renewed: Mapping[str, Any] = session[self.door]
        return renewed


def act_key(key: str, *parts: bytes) -> str:
    """Return the idempotency key of an act: the same click with the same answers is one act, other answers another."""
    digest = hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
    return str(uuid.uuid5(_ACTS, f"{key} {digest}"))


def backend() -> Backend:
    """Return the services of the running application."""
    found: Backend = current_app.extensions["backend"]
    return found


def person(door: str) -> Person:
    """Return whoever is signed in at `door`, to call the API as him."""
    return Person(backend(), door)


def sign_in(door: str, answer: Mapping[str, Any], *, name: str, **more: str) -> None:
    """Open a door with the tokens of an answer of member or quoting.

    A session from before the sign-in, perhaps planted, must not become one that is signed in: its token is void.
    """
    session["csrf"] = fresh_token()
    _keep(door, answer, name=name, **more)


def _keep(door: str, answer: Mapping[str, Any], *, name: str, **more: str) -> None:
    """Keep tokens in the session, as the newest door."""
    session.pop(door, None)
    session[door] = {
        "access": answer["access_token"],
        "refresh": answer.get("refresh_token", ""),
        "until": int(time.time()) + int(answer["expires_in"]),
        "name": name,
        **more,
    }
